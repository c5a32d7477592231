"""Nobody waits for an absent officer: open cases that owe something go to somebody present, with a note made from the history."""

from __future__ import annotations

from typing import Any

from disputes.accounts.actors import Actor
from disputes.accounts.models import User
from disputes.cases import queries
from disputes.cases.advance import advance
from disputes.cases.models import Case, CaseEvent
from disputes.rules.lifecycle import Action, State


def note_of(case: Case) -> dict[str, Any]:
    """What the next officer must know, as facts and nothing else: asked, offered, agreed, in question, and due when.

    Made of codes, amounts and moments, so it goes into the history and is read in each reader's language.
    """
    lying = case.open_offer
    asked = case.state == State.AWAITING_TOURIST
    return {
        "state": case.state,
        "asked": case.claim.package,
        "offered": {"by": lying.by_role, "package": lying.package} if lying else None,
        "agreed": case.settlement.offer.package if case.settlement else None,
        "reported": bool(case.settlement and case.settlement.reported_at),
        "question": queries.last_question(case) if asked else None,
        "due": [
            {"clock": d.clock, "owes": d.owes, "due_at": d.due_at.isoformat()}
            for d in sorted(case.ladder_deadlines, key=lambda d: d.due_at)
        ],
        "departure_at": case.departure_at.isoformat() if case.departure_at else None,
    }


def hand_over(case: Case, by: Actor, to: User, why: str) -> CaseEvent:
    """Give a case that is locked to another officer, with the note. ``why``: absent, given or transfer."""
    before = case.officer_id
    case.officer, case.officer_id = to, to.id
    note = note_of(case)
    return advance(
        case,
        Action.ASSIGN,
        by,
        details={"officer": to.id, "from": before, "why": why, "handover": note},
        letter={"why": why, "handover": note},
    )
