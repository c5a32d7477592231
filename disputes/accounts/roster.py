"""The roster: who is away, who works now, and who answers emergencies."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Time, and_, bindparam, exists, not_, or_, select

from disputes import clock
from disputes.accounts.actors import STAFF_ROLES, Actor
from disputes.accounts.commands import AccountRefused
from disputes.accounts.models import Absence, Shift, User
from disputes.db import db
from disputes.rules.lifecycle import Role

DAYS = range(7)
ABSENCE_REASONS = ("leave", "illness", "training", "other")
LONGEST_ABSENCE = timedelta(days=400)


def is_away(at: datetime) -> ColumnElement[bool]:
    """The condition that somebody is not there: deactivated, marked as off duty, or in an absence that covers the moment."""
    covering = exists().where(Absence.user_id == User.id, Absence.starts_at <= at, Absence.ends_at > at)
    return or_(not_(User.active), not_(User.on_duty), covering)


def is_on_shift(at: datetime, *, duty: bool = False) -> ColumnElement[bool]:
    """The condition that a weekly shift covers the moment, in China's time; with ``duty`` one that answers emergencies."""
    return _covered(**week_hour(at), duty=duty)


def week_hour(at: datetime) -> dict[str, Any]:
    """Where in a week of China's time a moment lies, as ``ON_SHIFT`` asks for it."""
    local = at.astimezone(clock.SHANGHAI)
    return {"today": local.weekday(), "yesterday": (local.weekday() - 1) % 7, "hour": local.time().replace(tzinfo=None)}


def _covered(today: Any, yesterday: Any, hour: Any, *, duty: bool = False) -> ColumnElement[bool]:
    by_day = and_(Shift.starts < Shift.ends, Shift.weekday == today, Shift.starts <= hour, Shift.ends > hour)
    begun = and_(Shift.starts >= Shift.ends, Shift.weekday == today, Shift.starts <= hour)
    of_yesterday = and_(Shift.starts >= Shift.ends, Shift.weekday == yesterday, Shift.ends > hour)
    found = exists().where(Shift.user_id == User.id, or_(by_day, begun, of_yesterday))
    return found.where(Shift.duty) if duty else found


# For a statement that is written once: with the parameters that ``week_hour`` gives.
ON_SHIFT = _covered(
    bindparam("today", type_=Integer), bindparam("yesterday", type_=Integer), bindparam("hour", type_=Time)
)


def duty_officers(office_id: int, at: datetime) -> list[User]:
    """Who answers an emergency of this office at this moment, day and night; the first circle that holds anybody.

    Those with a duty shift now; else whoever works now; else whoever is not away; else the supervisors although away. So an
    emergency is told to a person as long as the office has one.
    """
    there = select(User).where(User.office_id == office_id, User.role.in_(STAFF_ROLES), User.active).order_by(User.id)
    present = there.where(not_(is_away(at)))
    officers = present.where(User.role == Role.OFFICER)
    circles = (
        present.where(is_on_shift(at, duty=True)),
        officers.where(is_on_shift(at)),
        officers,
        present,
        there.where(User.role == Role.SUPERVISOR),
    )
    for circle in circles:
        found = list(db.session.scalars(circle))
        if found:
            return found
    return []


def present_now(office_id: int, at: datetime) -> frozenset[int]:
    """The ids of the staff of an office who are not away."""
    query = select(User.id).where(User.office_id == office_id, User.role.in_(STAFF_ROLES), not_(is_away(at)))
    return frozenset(db.session.scalars(query))


def on_shift_now(office_id: int, at: datetime, *, duty: bool = False) -> frozenset[int]:
    """The ids of the staff of an office whose shift covers the moment, away or not."""
    query = select(User.id).where(User.office_id == office_id, is_on_shift(at, duty=duty))
    return frozenset(db.session.scalars(query))


def shifts(office_id: int) -> list[Shift]:
    """All weekly shifts of an office."""
    query = select(Shift).join(User, User.id == Shift.user_id).where(User.office_id == office_id, User.active)
    return list(db.session.scalars(query.order_by(Shift.weekday, Shift.starts, Shift.user_id)))


def absences(office_id: int, since: datetime) -> list[Absence]:
    """The absences of an office that are not over at this moment, the next to begin first."""
    query = select(Absence).join(User, User.id == Absence.user_id)
    query = query.where(User.office_id == office_id, User.active, Absence.ends_at > since)
    return list(db.session.scalars(query.order_by(Absence.starts_at, Absence.id)))


# --- changes; each takes the supervisor, who looks after the own office


def add_shift(user: User, weekdays: list[int], starts: time, ends: time, duty: bool) -> list[Shift]:
    """A weekly shift on each of these days; one that ends before it starts goes on into the next day.

    Refused when it would begin and end at once, or when one of that person begins at the same time already.
    """
    if starts == ends:
        raise AccountRefused("shift_without_length")
    if not weekdays:
        raise AccountRefused("no_weekday")
    same = select(Shift.id).where(Shift.user_id == user.id, Shift.weekday.in_(weekdays), Shift.starts == starts)
    if db.session.scalar(same.limit(1)) is not None:
        raise AccountRefused("shift_known")
    made = [Shift(user_id=user.id, weekday=day, starts=starts, ends=ends, duty=duty) for day in weekdays]
    db.session.add_all(made)
    db.session.flush()
    return made


def add_absence(user: User, starts_at: datetime, ends_at: datetime, reason: str, by: Actor) -> Absence:
    """Somebody will be away, or is. Refused when it is over already, ends before it starts, or overlaps another one."""
    now = clock.now()
    if ends_at <= starts_at:
        raise AccountRefused("absence_ends_first")
    if ends_at <= now:
        raise AccountRefused("absence_over")
    if ends_at - starts_at > LONGEST_ABSENCE:
        raise AccountRefused("absence_too_long")
    overlapping = select(Absence.id).where(
        Absence.user_id == user.id, Absence.starts_at < ends_at, Absence.ends_at > starts_at
    )
    if db.session.scalar(overlapping.limit(1)) is not None:
        raise AccountRefused("absence_overlaps")
    made = Absence(
        user_id=user.id, starts_at=starts_at, ends_at=ends_at, reason=reason, made_by_id=by.user_id, made_at=now
    )
    db.session.add(made)
    db.session.flush()
    return made


def end_absence(absence: Absence) -> None:
    """Back already, or it does not take place: what lies behind stays, what lies ahead goes."""
    now = clock.now()
    if absence.starts_at >= now:
        db.session.delete(absence)
    elif absence.ends_at > now:
        absence.ends_at = now
    db.session.flush()
