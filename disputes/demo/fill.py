"""Filling the demo: three hundred stories are told in the order of time, and whatever falls due in between is done."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select, text

from disputes import clock
from disputes.accounts import demo as known
from disputes.accounts.demo import DemoAccount
from disputes.cases import sweeps, tallies
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import Base, db, transaction
from disputes.demo import people, pledges, returns, stories
from disputes.demo.people import Stock
from disputes.demo.stories import DAY, HOUR, MINUTE, Scene, Story, Words
from disputes.intake import commands as intake
from disputes.rules.categories import Danger
from disputes.rules.lifecycle import Role, StepRefused
from disputes.upkeep import make_digest

LANGUAGES = ("en", "zh_CN", "ja", "ar")
SEED = 20261121
SIGN_IN = (Role.OFFICER, Role.SUPERVISOR, Role.MERCHANT, Role.DESK)
REFERENCE = ("divisions", "business_districts", "ports", "offices", "authorities", "alembic_version")
KEPT_PREFIXES = ("law_", "service_", "calendar", "routing_")

# fmt: off
# How many cases of each story. Those that are still going on are filed so that their last step lies minutes or hours back;
# the others are spread over the last six weeks.
GOING_ON: tuple[tuple[Callable[[Scene], Story], int], ...] = (
    (stories.waits_for_shop, 22), (stories.is_offered, 14), (stories.has_counter, 8), (stories.is_asked, 7),
    (stories.is_contested, 9), (stories.noted, 6), (stories.is_proposed, 8), (stories.half_agreed, 5),
    (stories.is_settled, 9), (stories.takes_offer, 7), (stories.is_paid, 12), (stories.money_missing, 4),
    (stories.is_readied, 6), (stories.is_referred, 8), (stories.settles_at_authority, 3),
    (stories.is_asked_for_authorisation, 4), (stories.is_reopened, 3), (stories.changes_flight, 4), (stories.answers, 4),
    (stories.is_offered_to_office, 2), (stories.is_taken_by_office, 2), (stories.is_accepted_by_authority, 2),
)
OVER: tuple[tuple[Callable[[Scene], Story], int], ...] = (
    (stories.is_resolved, 48), (stories.settles_at_once, 34), (stories.is_waived, 6), (stories.is_withdrawn, 8),
    (stories.ends_at_authority, 6), (stories.has_no_agreement, 9), (stories.waits_for_shop, 8), (stories.is_paid, 7),
    (stories.is_asked, 5), (stories.is_proposed, 4), (stories.takes_offer, 3),
)
WITHOUT_SHOP: tuple[tuple[Callable[[Scene], Story], int], ...] = (
    (stories.waits_for_shop, 7), (stories.unknown_shop_asked, 4), (stories.is_out_of_scope, 4), (stories.is_duplicate, 3),
)
EMERGENCIES: tuple[tuple[Callable[[Scene], Story], int], ...] = ((stories.waits_for_shop, 2), (stories.emergency_over, 2))
# fmt: on


def is_empty() -> bool:
    """Whether no case was ever filed here."""
    return db.session.scalar(select(Case.id).limit(1)) is None


def accounts() -> list[DemoAccount]:
    """The demo's accounts with their passwords and present codes."""
    return [each for role in SIGN_IN for each in known.accounts((role,))]


def fill(reset: bool = False, say: Callable[[str], None] = lambda _: None) -> int:
    """Tell all stories; returns how many cases there are. With ``reset`` everything but the reference data goes first."""
    if reset:
        _reset()
    elif not is_empty():
        return 0
    chance = random.Random(SEED)  # noqa: S311  it decides nothing but stories
    with transaction():
        present = clock.now()
    try:
        _at(present - 45 * DAY)
        with transaction():
            people.make_staff()
            stocks = people.make_merchants(chance)
            returns.make_desks()
        _at(present)
        with transaction():
            pledges.make_pledges()  # before the returns, which are judged by the promise of the day of purchase
        say("Telling more than 300 stories, from six weeks ago until now.")
        cases = _tell(_plan(chance, stocks, present), present, say)
        with transaction():
            pledges.make_breaches()
    finally:
        with transaction():
            clock.stand_at(None)
    with transaction():
        make_digest()
    tallies.refresh()
    return cases


def _plan(chance: random.Random, stocks: list[Stock], present: datetime) -> Iterator[tuple[datetime, Story]]:
    """When each story begins."""
    words = Words(chance)
    yield from returns.plan(chance, words, stocks, present)
    reachable = [s for s in stocks if s.shop.contact]
    number = count()
    for table, over in ((GOING_ON, False), (OVER, True), (WITHOUT_SHOP, False), (EMERGENCIES, False)):
        for tell, times in table:
            for _ in range(times):
                stock = (
                    None if table is WITHOUT_SHOP else chance.choice(reachable if chance.random() < 0.94 else stocks)
                )
                scene = Scene(
                    words,
                    stock,
                    language=LANGUAGES[next(number) % len(LANGUAGES)],
                    departure=_departure(chance),
                    dangers=(chance.choice((Danger.INJURY, Danger.THEFT)),) if table is EMERGENCIES else (),
                    picture=chance.random() < 0.3,
                )
                ago = timedelta(hours=chance.uniform(48, 40 * 24)) if over else _length(tell, scene) + _recently(chance)
                yield present - ago, tell(scene)


def _departure(chance: random.Random) -> tuple[str, timedelta | None]:
    left = chance.choices((5 * HOUR, 30 * HOUR, 4 * DAY, 9 * DAY, None, timedelta()), weights=(1, 4, 7, 5, 3, 1))[0]
    if left is None:
        return "unknown", None
    return ("known", left * chance.uniform(0.7, 1.3)) if left else ("departed", None)


def _recently(chance: random.Random) -> timedelta:
    return MINUTE * chance.choice((2, 4, 7, 11, 18, 26, 38, 55, 90, 140))


# How long each story that is still going on takes; a story that is cut off by the present simply stops there.
_TAKES = {
    stories.is_paid: 4 * HOUR, stories.money_missing: 29 * HOUR, stories.is_referred: 3 * HOUR,
    stories.settles_at_authority: 51 * HOUR, stories.is_accepted_by_authority: 51 * HOUR, stories.is_taken_by_office: HOUR,
    stories.is_reopened: 27 * HOUR, stories.is_duplicate: 61 * MINUTE,
    stories.is_out_of_scope: 61 * MINUTE, stories.emergency_over: 61 * MINUTE, stories.waits_for_shop: timedelta(),
}  # fmt: skip


def _length(tell: Callable[[Scene], Story], scene: Scene) -> timedelta:
    return _TAKES.get(tell, HOUR)


def _tell(plan: Iterator[tuple[datetime, Story]], present: datetime, say: Callable[[str], None]) -> int:
    order = count()
    waiting = [(at, next(order), story) for at, story in plan]
    heapq.heapify(waiting)
    total, told = len(waiting), 0
    while waiting:
        at, _, story = heapq.heappop(waiting)
        _at(at)
        _do_what_is_due()
        further = _next_step(story)
        while intake.route_next():
            pass
        if further is None:
            told += 1
            if told % 60 == 0:
                say(f"  {told} of {total}")
        elif at + further <= present:
            heapq.heappush(waiting, (at + further, next(order), story))
    _at(present)
    _do_what_is_due()
    return total


def _next_step(story: Story) -> timedelta | None:
    """Take a story's next step; None when it is over, or the case has meanwhile gone another way."""
    try:
        with transaction():
            return next(story, None)
    except (StepRefused, Refused):
        return None


def _do_what_is_due() -> None:
    for sweep in (sweeps.lapse_next, sweeps.depart_next, sweeps.remind_next):
        while sweep():
            pass


def _at(moment: datetime) -> None:
    with transaction():
        clock.stand_at(moment)


def _reset() -> None:
    """Empty every table but those of the reference data. Only for a demo: histories cannot be removed otherwise."""
    names = [
        t.name for t in Base.metadata.sorted_tables if t.name not in REFERENCE and not t.name.startswith(KEPT_PREFIXES)
    ]
    with transaction():
        db.session.execute(text("ALTER TABLE case_events DISABLE TRIGGER case_events_not_truncated"))
        db.session.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
        db.session.execute(text("ALTER TABLE case_events ENABLE TRIGGER case_events_not_truncated"))
        db.session.execute(text("ALTER SEQUENCE case_serial RESTART"))
