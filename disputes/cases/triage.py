"""The verbs of the first look at a case: taken up by hand, kept as an emergency, and an emergency that is over."""

from __future__ import annotations

from collections.abc import Sequence

from disputes.accounts.actors import Actor
from disputes.cases import letters, queries, texts, whereabouts
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import CaseEvent
from disputes.rules.categories import Danger
from disputes.rules.lifecycle import Action, Role

TAKEN_UP = "taken_up_by_hand"


def take_up(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """Look at a new case before the routing task comes to it; it is the officer's from now on."""
    case = queries.lock(reference, by, version)
    case.held_reasons = [TAKEN_UP]
    case.officer_id = case.officer_id or by.user_id
    return advance(case, Action.TRIAGE, by, details={"reasons": [TAKEN_UP]})


def hold_emergency(reference: str | int, version: int | None, by: Actor, dangers: Sequence[Danger]) -> CaseEvent:
    """Keep the case for the duty officer: somebody is in danger. No clock runs and nobody mediates. Refused without a danger."""
    case = queries.lock(reference, by, version)
    if not dangers:
        raise Refused("danger_missing")
    case.emergency = True
    case.officer_id = case.officer_id or by.user_id
    case.complaint.dangers = [str(danger) for danger in dangers]
    whereabouts.decide_again(case)
    event = advance(case, Action.HOLD_EMERGENCY, by, details={"dangers": case.complaint.dangers})
    if by.role is Role.OFFICER:  # the table tells no officer of an officer's step, and whoever is on duty must know
        letters.tell(case, event, letters.on_duty(case), letters.EMERGENCY, {})
    return event


def clear_emergency(
    reference: str | int, version: int | None, by: Actor, words: str, language: str = "zh_CN"
) -> CaseEvent:
    """The danger is over: the case goes on in triage like any other. Refused without a note of what was done."""
    case = queries.lock(reference, by, version)
    text = texts.write(case, "note", by.role, words, language, "staff")
    if text is None:
        raise Refused("note_missing")
    case.emergency = False
    whereabouts.decide_again(case)
    event = advance(case, Action.CLEAR_EMERGENCY, by, details=texts.said(text))
    texts.attach(event, text)
    return event
