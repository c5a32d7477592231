"""Why a late case does not go on: what stands in its way just now, found for a whole list at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from disputes import clock
from disputes.accounts import roster
from disputes.cases.desk import Late
from disputes.cases.models import Case
from disputes.db import db
from disputes.notifications.models import Message, MessageState
from disputes.rules.lifecycle import State

# In these states the shop has to be reached before anything can go on.
NEEDS_THE_SHOP = (State.TRIAGE, State.WITH_MERCHANT, State.MEDIATION, State.PROPOSED)


class Hindrance(StrEnum):
    """What stands in the way, the gravest first."""

    FAULT = "fault"  # the consequence of a lapse could not be carried out
    WAITING_FOR_WORKERS = "waiting_for_workers"  # overdue, and the sweep has not come to it
    NOBODY = "nobody"  # no officer has the case
    NOBODY_PRESENT = "nobody_present"  # and nobody of the office is there to take it
    OFFICER_AWAY = "officer_away"
    SHOP_UNKNOWN = "shop_unknown"
    SHOP_UNREACHABLE = "shop_unreachable"
    UNDELIVERED = "undelivered"  # letters that could not be delivered
    UP_TO_YOU = "up_to_you"  # nothing of all that: the step is simply still to be taken


@dataclass(frozen=True)
class Found:
    """One hindrance; ``count`` says how many letters, or how many tries."""

    what: Hindrance
    count: int = 0


def of(rows: Sequence[Late]) -> dict[int, list[Found]]:
    """What stands in the way of each of these cases, by case id, in a fixed number of queries for each office in the list."""
    now = clock.now()
    ids = [row.case.id for row in rows]
    present = {office_id: roster.present_now(office_id, now) for office_id in {row.case.office_id for row in rows}}
    given_up = select(Message.case_id, func.count()).where(
        Message.case_id.in_(ids), Message.state == MessageState.GIVEN_UP
    )
    undelivered: dict[int, int] = dict(db.session.execute(given_up.group_by(Message.case_id)).all())  # type: ignore[arg-type]
    return {row.case.id: _of(row, present[row.case.office_id], undelivered.get(row.case.id, 0)) for row in rows}


def _of(row: Late, present: frozenset[int], undelivered: int) -> list[Found]:
    case = row.case
    faulty = next((d for d in case.deadlines if d.fault is not None and d.ended_at is None), None)
    found = []
    if faulty is not None:
        found.append(Found(Hindrance.FAULT, faulty.tries))
    elif not row.lapsed:
        found.append(Found(Hindrance.WAITING_FOR_WORKERS))
    found += _officer(case, present)
    if case.state in NEEDS_THE_SHOP:
        found += _shop(case)
    if undelivered:
        found.append(Found(Hindrance.UNDELIVERED, undelivered))
    return found or [Found(Hindrance.UP_TO_YOU)]


def _officer(case: Case, present: frozenset[int]) -> list[Found]:
    if case.officer_id is None:
        return [Found(Hindrance.NOBODY if present else Hindrance.NOBODY_PRESENT)]
    return [] if case.officer_id in present else [Found(Hindrance.OFFICER_AWAY)]


def _shop(case: Case) -> list[Found]:
    if case.shop is None:
        return [Found(Hindrance.SHOP_UNKNOWN)]
    return [] if case.shop.contact or (case.merchant and case.merchant.email) else [Found(Hindrance.SHOP_UNREACHABLE)]
