"""Questions of the staff's desk: what lies where, who owes what in the rows of the queue, what is late, who has how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import joinedload, selectinload

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.accounts.models import User
from disputes.cases.models import IS_OPEN, Case, Deadline
from disputes.cases.queries import is_late, visible_to
from disputes.db import db
from disputes.rules.lifecycle import Role

COUNTED_TO = 1000  # a tab says "1,000+" and not more, so that counting costs the same in a large queue
OURS = (Role.OFFICER, Role.SUPERVISOR)
LOOKED_BACK = timedelta(days=30)
MOST_LATE = 200


@dataclass(frozen=True)
class Counts:
    """How many open cases lie in each of the queues, each counted to COUNTED_TO."""

    mine: int
    office: int
    unassigned: int
    every: int
    emergencies: int


def counts(by: Actor) -> Counts:
    """The sizes of the queues, in one question that brings what time it is as well; for the staff, who see all cases."""
    *sizes, present = db.session.connection().execute(_sizes(), {"user": by.user_id, "office": by.office_id}).one()
    clock.keep(present)
    return Counts(*sizes)


@cache
def _sizes() -> Select[Any]:
    of_the_office = Case.office_id == bindparam("office")
    queues = (
        Case.officer_id == bindparam("user"),
        of_the_office,
        and_(of_the_office, Case.officer_id.is_(None)),
        Case.id.is_not(None),
        Case.emergency,
    )
    return select(*(_size(condition) for condition in queues), clock.PRESENT)


@dataclass(frozen=True)
class Late:
    """A case in which we are late: the deadline that passed, and whether it still runs or has lapsed to the supervisor."""

    case: Case
    deadline: Deadline

    @property
    def lapsed(self) -> bool:
        return self.deadline.ended_at is not None


def late(by: Actor, office_id: int | None = None) -> list[Late]:
    """Open cases in which a deadline of ours has passed and nothing has followed yet, the longest overdue first.

    Either it lapsed, and the supervisor owes the next thing, or it is overdue and the sweep has not come to it.
    """
    now = clock.now()
    query = (
        visible_to(by)
        .where(IS_OPEN, is_late())
        .options(joinedload(Case.shop), joinedload(Case.officer), selectinload(Case.deadlines))
        .order_by(Case.slack_at, Case.id)
        .limit(MOST_LATE)
    )
    if office_id is not None:
        query = query.where(Case.office_id == office_id)
    found = []
    for case in db.session.scalars(query):
        passed = [d for d in case.deadlines if _is_overdue(d, now) or (d.ending == "lapsed" and d.owes in OURS)]
        if passed:
            found.append(Late(case, max(passed, key=lambda d: d.due_at)))
    return sorted(found, key=lambda row: row.deadline.due_at)


def _is_overdue(deadline: Deadline, now: datetime) -> bool:
    return deadline.ended_at is None and deadline.due_at <= now


@dataclass(frozen=True)
class Load:
    """What one officer has on the desk."""

    officer: User
    open: int
    ours: int  # of these, those in which we owe the next thing
    too_tight: int  # of these, those whose ladder no longer ends before the departure
    lapsed: int  # deadlines of ours that passed in the last thirty days


def workload(officers: Sequence[User]) -> list[Load]:
    """The desk of each of these officers, in a fixed number of queries."""
    now = clock.now()
    ids = [o.id for o in officers]
    rows = db.session.execute(
        select(
            Case.officer_id,
            func.count(),
            func.count().filter(Case.waiting_on.in_(OURS)),
            func.count().filter(Case.slack_at < now),
        )
        .where(Case.officer_id.in_(ids), IS_OPEN)
        .group_by(Case.officer_id)
    )
    counted = {officer_id: (total, ours, tight) for officer_id, total, ours, tight in rows}
    lapses = db.session.execute(
        select(Case.officer_id, func.count())
        .join(Deadline, Deadline.case_id == Case.id)
        .where(
            Case.officer_id.in_(ids),
            Deadline.ending == "lapsed",
            Deadline.owes == Role.OFFICER,
            Deadline.ended_at >= now - LOOKED_BACK,
        )
        .group_by(Case.officer_id)
    )
    lapsed = dict(lapses.all())
    return [Load(o, *counted.get(o.id, (0, 0, 0)), lapsed.get(o.id, 0)) for o in officers]


def open_cases_of(by: Actor, officer_id: int) -> list[Case]:
    """The open cases of one officer, the most urgent first; for handing them over."""
    query = _open(by).where(Case.officer_id == officer_id).order_by(Case.slack_at, Case.id)
    return list(db.session.scalars(query))


def _open(by: Actor) -> Select[tuple[Case]]:
    return visible_to(by).where(IS_OPEN)


def _size(condition: ColumnElement[bool]):  # type: ignore[no-untyped-def]
    one = select(literal_column("1").label("one")).select_from(Case).where(IS_OPEN, condition)  # from the index alone
    return select(func.count()).select_from(one.limit(COUNTED_TO).subquery()).scalar_subquery()
