"""Promises: every deadline is one, with an owner, a due moment and a fate; a letter that names a time names its row.

The rows of ``deadlines`` and their earlier plans are the promises (the view ``promises`` lists them), so a promise cannot
say anything else than the deadline does, and a step writes nothing more for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from disputes import clock
from disputes.cases.models import Case, CaseEvent, Deadline, DeadlinePlan
from disputes.db import db
from disputes.rules import promises as rules
from disputes.rules.clocks import ClockName
from disputes.rules.lifecycle import Action, Role
from disputes.rules.promises import Cause


def key(deadline: Deadline, plan: int | None = None) -> str:
    """How letters name the promise that this deadline is now, or in another plan: by the step that began it, its clock and its plan."""
    return f"{deadline.started_by_id}/{deadline.clock}/{plan or deadline.version or 1}"


def named(letter: dict[str, Any], event: CaseEvent) -> dict[str, Any]:
    """What a step's own letters say, where they carry a date: it names the promise that the step begins, unless it names another."""
    if not letter.get("due_at") or letter.get("promise"):
        return letter
    return {**letter, "promise": f"{event.id}/{letter['clock']}/1"}


def settle(deadline: Deadline, case: Case, event: CaseEvent | None) -> None:
    """Write down what became of the promise of a deadline that has just ended, and who held it at that moment."""
    action = Action(event.action) if event else None
    by = Role(event.by.split(":", 1)[0]) if event else None
    ending, ended_at = str(deadline.ending), deadline.ended_at or clock.now()
    deadline.fate = rules.fate(ClockName(deadline.clock), ending, ended_at, deadline.due_at, action, by)
    deadline.office_id = case.office_id
    deadline.officer_id = case.officer_id if deadline.owes in rules.STAFF else None
    deadline.merchant_id = case.merchant_id if deadline.owes == Role.MERCHANT else None


def renegotiate(deadline: Deadline, cause: Cause, now: datetime) -> None:
    """Keep the present plan of a running deadline as renegotiated and go on to the next one.

    Called before the new moment is written, by whoever moves a deadline; the caller says what moved in the history.
    """
    db.session.add(
        DeadlinePlan(
            deadline_id=deadline.id,
            plan=deadline.version,
            due_on=deadline.due_on,
            due_at=deadline.due_at,
            replaced_at=now,
            cause=cause,
        )
    )
    deadline.version += 1
