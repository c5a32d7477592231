"""Fault runs: a whole system as real processes, struck while it works, and compared with one that was left in peace.

A run has a number of cases in all kinds of states, and moments to which the clock of all processes is moved one after the
other. At each moment people file, routing, lapses, reminders, departures and letters are due, and one fault strikes in the
middle of the work. What the workers then leave is compared with the same cases taken through the same moments by one
process, undisturbed, in a database of its own. ``make faults`` does it at scale; ``docs/faults.md`` says how to read it.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

import config as settings
from disputes import clock, seeding
from disputes.app import create_app
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.rules.lifecycle import State
from tests.conftest import Visitor
from tests.faults.browser import Browser
from tests.faults.cases import BEGIN, MOMENTS, TEN_DAYS, people, populate
from tests.faults.records import Difference, Mail, differences, faults, mail, records
from tests.faults.strikes import FAULTS, TASKS, Fault, Outage, Peace, WebKilled
from tests.faults.system import System, wait_for
from tests.faults.work import backlog, missed, on_their_way, steps_left, tick

ON_ITS_WAY = 3.0  # seconds after which a letter without an answer is taken for lost; wrong only means a second arrival
# After each moment the clock is moved on a little, again and again: what failed is tried again, and claims run out.
AFTERWARDS = (timedelta(0), timedelta(seconds=45), timedelta(minutes=7), timedelta(minutes=31))
ASKED_AGAIN = 60  # looks, of which there are some twenty a second
SHARE_FILED = 40  # of all cases one in so many is filed at each moment

# The order of ``make faults``; another seed takes another one. Between two steps a worker is killed at three moments, since
# each takes a third of the points.
PLAN = (
    "worker killed between two steps", "worker killed", "broker killed", "every broker message doubled",
    "database crashed", "worker killed between two steps", "every tenth broker message lost", "web killed during filing",
    "mail server refuses", "leading process killed", "database connections ended", "broker emptied",
    "worker killed between two steps", "mail server hangs", "two beats", "beat killed", "mail server drops after DATA",
    "ten days of outage", "all at once", "nobody but disputes tick", "working process killed",
    "web killed during a hand-over",
)  # fmt: skip


@dataclass
class Moment:
    """One moment of a run: when, what goes wrong, and how much was going on."""

    number: int
    at: datetime
    fault: Fault
    open: int = 0
    struck_at: str = ""
    missed: int = 0
    asked_again: int = 0
    seconds: float = 0.0


@dataclass
class Line:
    """What came of one fault, over all moments at which it struck."""

    name: str
    cases: int = 0
    lost: int = 0
    doubled: int = 0
    missed: int = 0
    letters: int = 0
    letters_lost: int = 0
    letters_twice: int = 0
    other: int = 0
    uncertain: int = 0

    @property
    def clean(self) -> bool:
        wrong = (self.lost, self.doubled, self.missed, self.letters_lost, self.letters_twice, self.other)
        return not any(wrong)


@dataclass
class Report:
    """The figures of a run, and every difference in words."""

    cases: int
    seed: int
    moments: list[Moment]
    lines: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    steps: int = 0
    tended: int = 0
    took: dict[str, float] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not self.words and all(line.clean for line in self.lines)

    def table(self) -> str:
        head = ("fault", "cases", "steps", "steps", "deadlines", "letters", "letters", "letters", "other", "uncertain")
        under = ("", "open", "lost", "doubled", "missed", "written", "lost", "twice", "differences", "attempts")
        rows = [
            (
                line.name, line.cases, line.lost, line.doubled, line.missed,
                line.letters, line.letters_lost, line.letters_twice, line.other, line.uncertain,
            )
            for line in self.lines
        ]  # fmt: skip
        total = (
            "all",
            max((line.cases for line in self.lines), default=0),
            *(sum(c) for c in list(zip(*rows, strict=True))[2:]),
        )
        width = max(len(line.name) for line in self.lines) + 2
        written = [
            f"{row[0]:<{width}}" + "".join(f"{value:>13}" for value in row[1:]) for row in (head, under, *rows, total)
        ]
        return "\n".join([*written[:2], "-" * len(written[0]), *written[2:-1], "-" * len(written[0]), written[-1]])

    def __str__(self) -> str:
        notes = {m.fault.name: m.fault.note() for m in self.moments if m.fault.note()}
        again = sum(m.asked_again for m in self.moments)
        if again:
            notes["web server killed"] = f"{again} times a page got no answer and was asked for again"
        if self.tended:
            notes["supervisor"] = f"{self.tended} programs had ended by themselves and were started again"
        took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.took.items())
        return "\n".join(
            [
                f"{self.cases} cases, {self.steps} steps, seed {self.seed}; {took}",
                "",
                self.table(),
                "",
                *(f"{name}: {note}" for name, note in notes.items()),
                *([] if self.clean else ["", f"{len(self.words)} faults:", *self.words[:60]]),
            ]
        )


class Run:
    """The same cases through the same moments, twice; ``say`` hears how far it has come."""

    def __init__(
        self,
        system: System,
        number: int,
        moments: list[Moment],
        seed: int = 1,
        say: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.system, self.number, self.moments, self.say = system, number, moments, say
        self.chance = random.Random(seed)
        self.report = Report(number, seed, moments)
        self.filed = max(1, number // SHARE_FILED)
        self._looks = 0
        self.stops = [moment.at for moment in moments]

    def __call__(self) -> Report:
        with self._timed("made"), on(self.system.database("beginning")):
            upgrade()
            _move(BEGIN - timedelta(days=1))
            with transaction():
                seeding.load_all()
            populate(self.number)
        config = self.system.database("disturbed", "beginning")
        with self._timed("disturbed"), on(config) as app:
            self.system.app = app
            self.system.start_programs(config)
            for moment in self.moments:
                self._disturbed(moment)
            self.system.stop_programs()
            struck, found, letters = records(self.stops), faults(), mail(self.stops, self.system.mail.arrived)
        with self._timed("in peace"), on(self.system.database("peaceful", "beginning")) as app:
            for moment in self.moments:
                self._in_peace(moment, app)
            wanted = records(self.stops)
        self.report.cases, self.report.tended = len(wanted), self.system.tended
        self.report.steps = sum(len(record.steps) for record in wanted.values())
        self._judge(differences(wanted, struck), found, letters)
        return self.report

    def _disturbed(self, moment: Moment) -> None:
        """Take the cases to a moment with real workers, let the fault strike in the middle, and wait until all is done."""
        began = time.monotonic()
        fault, system = moment.fault, self.system
        fault.before(system, self.chance)
        for after in AFTERWARDS:
            _move(moment.at + after)
            if not after:
                moment.open = _open_cases()
                people(moment.number, self.filed)
                moment.asked_again = self._on_the_web(moment)
            if fault.told or after:
                system.say(*TASKS)
            if not after:
                first = backlog()
                fault.strike(system, self.chance)
                moment.struck_at = f"{first.total()} due, {backlog().total()} left after the strike"
                system.say("cases.depart")  # which beat does only once a minute
            self._until_done(moment, letters=bool(after) or not fault.letters_stand)
            if not after:
                fault.after(system)
        moment.missed = missed()
        moment.seconds = time.monotonic() - began
        self.say(
            f"{moment.number + 1:>2} of {len(self.moments)}  {fault.name}: {moment.struck_at}; {moment.seconds:.0f} s"
        )

    def _in_peace(self, moment: Moment, app: Flask) -> None:
        for after in AFTERWARDS:
            _move(moment.at + after)
            if not after:
                people(moment.number, self.filed)
                if isinstance(moment.fault, WebKilled):
                    for number in range(moment.fault.visits):
                        moment.fault.visit(app.test_client(), moment.number, number)
                        db.session.remove()
            tick()

    def _on_the_web(self, moment: Moment) -> int:
        """People do on the website what the fault says, and its server dies in the middle of it; how often a page was asked for again."""
        if not isinstance(moment.fault, WebKilled):
            return 0
        address, again = self.system.start_web(), 0
        for number in range(moment.fault.visits):
            instants = [*(f"web.{n:02}" for n in range(2, 40)), "web.commit", "web.committed"]
            points = {page: [self.chance.choice(instants)] for page in moment.fault.pages}

            def die(url: str) -> None:
                for page in [each for each in points if url.endswith(each)]:  # noqa: B023  called before the next turn
                    self.system.points.put(points.pop(page))  # noqa: B023

            browser = Browser(address, die)
            moment.fault.visit(browser, moment.number, number)
            again += browser.again
        self.system.points.clear()
        assert self.system.web is not None
        self.system.kill(self.system.web)
        self.system.web = None
        return again

    def _until_done(self, moment: Moment, *, letters: bool) -> None:
        """Until nothing is due any more, by the workers alone."""
        try:
            wait_for(lambda: self._done(letters), "the end of the work", look_every=0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}; left are {dict(backlog())}; {moment}") from None
        with suppress(AssertionError):
            wait_for(lambda: not on_their_way(), "the answer to every letter", ON_ITS_WAY, look_every=0.05)

    def _done(self, letters: bool) -> bool:
        self.system.tend()
        self._looks += 1
        if self._looks % ASKED_AGAIN == 0:
            self.system.say("cases.depart")  # a message that expired under load would be said again only after a minute
        return not (backlog() if letters else steps_left())

    def _judge(self, found: list[Difference], said: list[str], letters: dict[int, Mail]) -> None:
        lines: dict[str, Line] = {}
        for moment in self.moments:
            line = lines.setdefault(moment.fault.name, Line(moment.fault.name))
            line.cases = max(line.cases, moment.open)
            line.missed += moment.missed
            here = letters.get(moment.number, Mail())
            line.letters += here.written
            line.letters_lost += here.lost
            line.letters_twice += here.twice
            line.uncertain += here.uncertain
            self.report.words += [f"{moment.fault.name}: {words}" for words in here.words]
            for each in found:
                if each.moment == moment.number:
                    line.lost += each.sort == "lost"
                    line.doubled += each.sort == "doubled"
                    line.letters_lost += each.sort == "letter lost"
                    line.other += each.sort == "other"
                    self.report.words.append(f"{moment.fault.name}: {each.words}")
            if moment.missed:
                self.report.words.append(
                    f"{moment.fault.name}: {moment.missed} deadlines were due and nothing followed"
                )
        self.report.words += said
        self.report.lines = list(lines.values())

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.report.took[name] = time.monotonic() - began
        self.say(f"{name}: {self.report.took[name]:.0f} s")


def moments_of(names: list[str]) -> list[Moment]:
    """Moments at which these faults strike one after the other. The outage takes the place before which ten days go by."""
    names = list(names)
    if Outage.name in names and len(names) > TEN_DAYS:
        names.remove(Outage.name)
        names.insert(TEN_DAYS, Outage.name)
    kinds = {**FAULTS, Peace.name: Peace}
    made = {name: kinds[name]() for name in names}
    return [Moment(n, BEGIN + MOMENTS[n], made[name]) for n, name in enumerate(names)]


def only(name: str) -> list[Moment]:
    """One fault at every moment; the outage where it belongs, in a run that is otherwise left in peace."""
    if name == Outage.name:
        return moments_of([name if n == TEN_DAYS else Peace.name for n in range(len(MOMENTS))])
    return moments_of([name] * len(MOMENTS))


def _open_cases() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Case.state != State.CLOSED)) or 0


def _move(moment: datetime) -> None:
    with transaction():
        clock.stand_at(moment)


@contextmanager
def on(config: settings.Config) -> Iterator[Flask]:
    """An application on a database, in its context."""
    app = create_app(dataclasses.replace(config, log_level="ERROR"))
    app.config["TESTING"] = True
    app.test_client_class = Visitor
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def main() -> None:
    """Strike a whole system while it works, and compare what came of its cases with a run that was left in peace."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--cases", type=int, default=1400, help="at the beginning; half as many again are filed in the run"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of the instants of the strikes, and from 2 on of their order"
    )
    parser.add_argument("--only", choices=sorted(FAULTS), help="one fault, at every moment", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="name the faults")
    given = parser.parse_args()
    if given.list:
        print("\n".join(f"{name:<34} {(kind.__doc__ or '').splitlines()[0]}" for name, kind in FAULTS.items()))
        return
    plan = list(PLAN)
    if given.seed > 1:
        random.Random(given.seed).shuffle(plan)
    os.umask(0o077)
    system = System()
    try:
        report = Run(
            system, given.cases, only(given.only) if given.only else moments_of(plan), given.seed,
            lambda words: print(words, file=sys.stderr, flush=True),
        )()  # fmt: skip
    finally:
        system.stop()
    print(report)
    sys.exit(0 if report.clean else 1)


if __name__ == "__main__":
    main()
