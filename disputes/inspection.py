"""Looking at the data itself for what must not be: cases that nobody owes, lapses and letters that wait, histories that do not hold.

Each question gives the first few of what it found, as sentences for whoever looks after the system; nothing when all is well.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from sqlalchemy import func, or_, select

from disputes import clock, upkeep
from disputes.cases import history
from disputes.cases.models import Case, CaseEvent, DailyDigest, Deadline
from disputes.cases.queries import MAX_TRIES
from disputes.db import db
from disputes.notifications.models import Message, MessageState
from disputes.numbers import spoken
from disputes.rules.lifecycle import HELD_STATES, OPEN_STATES, State

MOST = 20  # of one sort
# How long a sweep may leave what is due; it comes round every few seconds, and a failed try waits for minutes.
PATIENCE = timedelta(minutes=30)
DIGESTS = 3  # the newest; the chains carry what older ones say
BATCH = 200


def ownerless_cases() -> list[str]:
    """Open cases of which nobody owes the next thing: no clock runs although one must, or nobody is named as owing."""
    clocked = select(Deadline.case_id).where(Deadline.ended_at.is_(None))
    without = Case.state.not_in(HELD_STATES) & Case.id.not_in(clocked)
    nobody = Case.waiting_on.is_(None)
    query = (
        select(Case.number, Case.state)
        .where(Case.state.in_(OPEN_STATES), or_(without, nobody))
        .order_by(Case.id)
        .limit(MOST)
    )
    return [f"Nobody owes anything in case {spoken(number)}, which is {state}." for number, state in _rows(query)]


def clocked_cases_that_are_held() -> list[str]:
    """Closed cases, and cases that wait without a clock, in which one runs all the same."""
    query = (
        select(Case.number, Case.state, Deadline.clock)
        .join(Deadline, Deadline.case_id == Case.id)
        .where(Case.state.in_((*HELD_STATES, State.CLOSED)), Deadline.ended_at.is_(None))
        .order_by(Case.id)
        .limit(MOST)
    )
    return [
        f"The clock {name} runs in case {spoken(number)}, which is {state}." for number, state, name in _rows(query)
    ]


def cases_not_routed() -> list[str]:
    """New cases to which the routing task has not come for a long time."""
    query = (
        select(Case.number)
        .where(Case.state == State.RECEIVED, Case.filed_at < clock.now() - PATIENCE)
        .order_by(Case.id)
        .limit(MOST)
    )
    return [f"Nobody has routed case {spoken(number)}." for (number,) in _rows(query)]


def late_lapses() -> list[str]:
    """Deadlines that were due long ago and had no consequence, tried or not."""
    query = (
        select(Case.number, Deadline.clock, Deadline.due_at, Deadline.tries)
        .join(Deadline.case)
        .where(Deadline.ended_at.is_(None), Deadline.due_at < clock.now() - PATIENCE)
        .order_by(Deadline.due_at)
        .limit(MOST)
    )
    return [
        f"The clock {name} of case {spoken(number)} was due at {due_at:%Y-%m-%d %H:%M} UTC and nothing followed"
        + (f"; it failed {tries} times and is not tried again." if tries >= MAX_TRIES else ".")
        for number, name, due_at, tries in _rows(query)
    ]


def stuck_messages() -> list[str]:
    """Letters that should have been tried long ago and were not."""
    query = (
        select(Message.id, Message.template, Message.next_try_at)
        .where(Message.state == MessageState.DUE, Message.next_try_at < clock.now() - PATIENCE)
        .order_by(Message.next_try_at)
        .limit(MOST)
    )
    return [f"Letter {number} ({name}) waits since {at:%Y-%m-%d %H:%M} UTC." for number, name, at in _rows(query)]


def letters_given_up() -> int:
    """How many letters could not be delivered; they stand on the staff's list."""
    return db.session.scalar(select(func.count()).where(Message.state == MessageState.GIVEN_UP)) or 0


def broken_histories(newest: int | None = None) -> list[str]:
    """Cases whose chain of events does not hold, among the newest ones or among all."""
    ids = db.session.scalars(select(Case.id).order_by(Case.id.desc()).limit(newest)).all()
    found: list[str] = []
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        rows = select(CaseEvent).where(CaseEvent.case_id.in_(batch)).order_by(CaseEvent.case_id, CaseEvent.seq)
        events = {case_id: list(of) for case_id, of in groupby(db.session.scalars(rows), attrgetter("case_id"))}
        for case in db.session.scalars(select(Case).where(Case.id.in_(batch)).order_by(Case.id)):
            broken = history.broken_at(case, events.get(case.id, ()))
            if broken:
                found.append(f"The history of case {spoken(case.number)} was changed at step {broken}.")
        db.session.expunge_all()
        if len(found) >= MOST:
            break
    return found[:MOST]


def doubtful_digests() -> list[str]:
    """Days whose digest does not carry our signature, and of the newest ones those that no longer fit the histories."""
    forged = [f"The digest of {day} does not carry our signature." for day in upkeep.forged_digests()]
    newest = db.session.scalars(select(DailyDigest).order_by(DailyDigest.day.desc()).limit(DIGESTS)).all()
    changed = [f"The histories are not what they were on {d.day}." for d in newest if not upkeep.still_fits(d)]
    return [*forged, *changed][:MOST]


def newest_digest() -> DailyDigest | None:
    """The digest made last; None in a system that has just begun."""
    return db.session.scalars(select(DailyDigest).order_by(DailyDigest.day.desc()).limit(1)).one_or_none()


def _rows(query) -> Iterable[tuple]:  # type: ignore[no-untyped-def, type-arg]
    return [tuple(row) for row in db.session.execute(query)]
