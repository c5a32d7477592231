"""Fault runs: a whole system as real processes, struck while it works, and compared with one that was left in peace.

A run has a number of cases in all kinds of states, and moments to which the clock of all processes is moved one after the
other. At each moment routing, lapses, reminders, departures and letters are due, and something is killed in the middle. What
the workers then leave is compared with the same cases taken through the same moments by one process, undisturbed, in a
database of its own. ``python -m tests.faults.harness --cases 3000`` does it at scale.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

import config as settings
from disputes import clock, seeding
from disputes.app import create_app
from disputes.cases import sweeps
from disputes.cases.models import Deadline
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.notifications import delivery
from disputes.notifications.models import Message, MessageState
from tests.faults.cases import BEGIN, MOMENTS, people, populate
from tests.faults.records import differences, faults, mail_faults, records
from tests.faults.system import LOST_AT_THE_BROKER, STRIKES, Strike, System, kill_beat, wait_for

ON_ITS_WAY = 3.0  # seconds after which a letter without an answer is taken for lost; wrong only means a second arrival


def backlog() -> Counter[str]:
    """What is due now, by sort. A lapse that failed counts once it may be tried again."""
    db.session.rollback()
    found = db.session.execute(
        text("""
            SELECT 'routing', count(*) FROM cases WHERE state = 'received'
            UNION ALL SELECT 'lapses', count(*) FROM deadlines
                WHERE ended_at IS NULL AND due_at <= :now AND (next_try_at IS NULL OR next_try_at <= :now) AND tries < 5
            UNION ALL SELECT 'reminders', count(*) FROM deadlines WHERE ended_at IS NULL AND remind_at <= :now
            UNION ALL SELECT 'departures', count(*) FROM cases
                WHERE remote_since IS NULL AND state <> 'closed' AND departure_at <= :now
            UNION ALL SELECT 'letters', count(*) FROM messages WHERE state = 'due' AND next_try_at <= :now
        """),
        {"now": clock.now()},
    ).all()
    db.session.rollback()
    return Counter({name: number for name, number in found if number})


def tick() -> None:
    """Do what is due in this process, as ``disputes tick`` does, but for the letters."""
    for each in (intake.route_next, sweeps.depart_next, sweeps.lapse_next, sweeps.remind_next):
        while each():
            pass


@dataclass(frozen=True)
class Moment:
    """Where the clock stood, and what people did then (``number``), if anything."""

    at: datetime
    number: int | None = None


@dataclass
class Report:
    """The moments of a run, and what was struck while how much was left to do."""

    moments: list[Moment] = field(default_factory=list)
    strikes: list[tuple[str, Counter[str]]] = field(default_factory=list)

    @property
    def retried(self) -> int:
        """How often the clock was moved on for tries that had failed."""
        return sum(moment.number is None for moment in self.moments)

    def __str__(self) -> str:
        lines = [f"{name}: {dict(left) or 'nothing'} was left to do" for name, left in self.strikes]
        return "\n".join([*lines, f"{self.retried} times the clock was moved on for tries that had failed"])


def undisturbed(moments: list[Moment]) -> None:
    """Take the cases through the same moments with one process and no faults."""
    for moment in moments:
        _move(moment.at)
        if moment.number is not None:
            people(moment.number)
        while set(backlog()) - {"letters"}:
            tick()


def disturbed(system: System, strikes: list[Strike], moments: tuple[timedelta, ...] = MOMENTS) -> Report:
    """Take the cases through all moments with real workers, and strike once at each in the middle of the work."""
    report = Report()
    for number, after in enumerate(moments):
        report.moments.append(Moment(BEGIN + after, number))
        _move(BEGIN + after)
        people(number)
        if number == 0 or strikes[number - 1 : number] not in [[each] for each in LOST_AT_THE_BROKER]:
            system.say("cases.route", "deadlines.sweep", "deadlines.remind", "messages.deliver", "cases.depart")
        if number < len(strikes):
            _in_the_middle()
            report.strikes.append((strikes[number].__name__, backlog()))
            strikes[number](system)
            system.say("cases.depart")  # which beat does only once a minute
        _until_done(system, report)
    return report


def _in_the_middle() -> None:
    """Until a part of what is due has been done, and the rest has not; or all of it, where that was quicker."""
    first = backlog().total()
    wait_for(lambda: backlog().total() < first or not backlog(), "the first of the work", look_every=0.005)


def _until_done(system: System, report: Report) -> None:
    """Until nothing is due any more, by the workers alone; when there is no beat, by hand."""
    if system.beat is None:
        while set(backlog()) - {"letters"}:
            tick()
        with delivery.line_to(system.base.smtp_url or "") as line:
            while delivery.deliver_next(line):
                pass
    try:
        wait_for(lambda: not backlog(), "the end of the work")
    except AssertionError as error:
        raise AssertionError(f"{error}; left are {dict(backlog())}; {report}") from None
    with suppress(AssertionError):
        wait_for(lambda: not _on_its_way(), "the answer to every letter", ON_ITS_WAY)
    again = _next_try()
    if again is not None:
        # The clock stands, so a try that was put off would be put off for good.
        report.moments.append(Moment(again + timedelta(seconds=1)))
        _move(report.moments[-1].at)
        _until_done(system, report)


def _on_its_way() -> int:
    """Letters whose attempt has no answer yet: being sent just now, or lost with the worker that sent them."""
    db.session.rollback()
    waiting = select(func.count()).where(
        Message.state == MessageState.DUE, Message.attempted_at.is_not(None), Message.answered_at.is_(None)
    )
    number = db.session.scalar(waiting) or 0
    db.session.rollback()
    return number


def _next_try() -> datetime | None:
    """When something that failed is tried again, if anything is."""
    db.session.rollback()
    lapse = select(Deadline.next_try_at).where(Deadline.ended_at.is_(None), Deadline.next_try_at > clock.now())
    letter = select(Message.next_try_at).where(Message.state == MessageState.DUE, Message.next_try_at > clock.now())
    found = [*db.session.scalars(lapse), *db.session.scalars(letter)]
    db.session.rollback()
    return max(found, default=None)


def _move(moment: datetime) -> None:
    with transaction():
        clock.stand_at(moment)


@contextmanager
def on(config: settings.Config) -> Iterator[Flask]:
    """An application on a database, in its context."""
    app = create_app(dataclasses.replace(config, log_level="ERROR"))
    app.config["TESTING"] = True
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def run(system: System, number: int, strikes: list[Strike], moments: tuple[timedelta, ...] = MOMENTS) -> Report:
    """Make the cases, take them through all moments disturbed and in peace, and compare; raises with every difference."""
    with on(system.database("beginning")):
        upgrade()
        with transaction():
            seeding.load_all()
        populate(number)
    config = system.database("disturbed", "beginning")
    with on(config) as app:
        system.app = app
        system.start_programs(config)
        report = disturbed(system, strikes, moments)
        system.stop_programs()
        struck, found = records(), [*faults(), *mail_faults(system.paths.mail)]
    with on(system.database("peaceful", "beginning")):
        undisturbed(report.moments)
        found = [*differences(records(), struck), *found]
    assert not found, "\n".join([str(report), f"{len(found)} faults:", *found[:40]])
    return report


def main() -> None:
    """A fault run at scale, with strikes in another order each time it is given another seed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    order = list(STRIKES.values())
    random.Random(given.seed).shuffle(order)
    order.sort(key=lambda strike: strike is kill_beat)  # afterwards everything is done by hand
    os.umask(0o077)
    system = System()
    try:
        print(run(system, given.cases, order))
    finally:
        system.stop()


if __name__ == "__main__":
    main()
