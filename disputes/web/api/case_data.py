"""A case as the interface gives it: the same facts that its page shows, for whoever is asking."""

from __future__ import annotations

from typing import Any

from flask import url_for

from disputes import names, numbers
from disputes.accounts.actors import Actor
from disputes.cases import queries, texts
from disputes.cases.models import Case, CaseEvent
from disputes.db import Base
from disputes.names import named
from disputes.rules.clocks import INTERNAL
from disputes.rules.lifecycle import Action, Kind, Role, State, open_actions
from disputes.web.api import given
from disputes.web.api.asked import SHAPES
from disputes.web.api.callers import Caller
from disputes.web.api.return_shapes import RETURN_SHAPES
from disputes.web.public.case_view import HIDDEN

AS_THEY_STAND = (
    "number", "kind", "state", "outcome", "version", "waiting_on", "category", "emergency", "filed_at", "closed_at",
    "erased_at", "office", "shop", "complaint", "settlements", "consents", "authorisations", "referrals",
)  # fmt: skip
# What of an event's details is told: what is a code, an amount or a moment. Hashes and ids of our rows say nothing outside.
TOLD = (
    "after", "authority", "before", "category", "channel", "dangers", "fact", "given", "ground", "means", "on", "outcome", "package", "phrase",
    "purpose", "reason", "reasons", "received_at", "replanned", "verified",
)  # fmt: skip
QUESTIONS = (Action.ASK_TOURIST, Action.ASK_AUTHORISATION)
SHAPES_OF = {Kind.DISPUTE: SHAPES, Kind.RETURN: RETURN_SHAPES}


def of_kind(number: str, by: Actor, kind: Kind) -> Case:
    """The case of this number, which the actor may see and which is of this kind; NotFound otherwise."""
    case = queries.find(number, by)
    if case.kind != kind:
        raise queries.NotFound(number)
    return case


def case_data(case: Case, caller: Caller) -> dict[str, Any]:
    """The case for this caller, ready to be sent. It was loaded whole (``queries.whole``)."""
    kind = Kind(case.kind)
    role = Role.TOURIST if caller.answers_for_the_guest(kind) else caller.actor.role
    seq = {event.id: event.seq for event in case.events}
    data: dict[str, Any] = given.Case().dump(
        {
            **{name: getattr(case, name) for name in AS_THEY_STAND},
            "deadlines": [d for d in case.deadlines if d.clock not in INTERNAL],
            "number_spoken": numbers.spoken(case.number),
            "departure": case,
            "contact": case.tourist if caller.knows_the_person else None,
            "question": _question(case),
            "actions": [a for a in open_actions(kind, State(case.state), role) if a in SHAPES_OF[kind]],
            "claim": case.claim.package,
            "offers": [_with(offer, seq=seq[offer.event_id]) for offer in case.offers],
            "texts": [_with(text, seq=seq.get(text.event_id)) for text in texts.readable(case, role)],
            "evidence": [_with(file, url=_url(case, file)) for file in case.evidence],
            "history": [_event(event) for event in case.events if event.action not in HIDDEN],
        }
    )
    return data


def _question(case: Case) -> dict[str, Any] | None:
    if case.state != State.AWAITING_TOURIST:
        return None
    asked = next(event for event in reversed(case.events) if event.action in QUESTIONS)
    phrase = asked.details.get("phrase")
    return {
        "about": "authorisation" if asked.action == Action.ASK_AUTHORISATION else "question",
        "seq": asked.seq,
        "by": _role(asked),
        "phrase": phrase,
        "text": named(names.QUESTION_PHRASES, phrase) if phrase else None,
    }


def _event(event: CaseEvent) -> dict[str, Any]:
    details = {name: event.details[name] for name in TOLD if event.details.get(name) is not None}
    return _with(event, by=_role(event), details=details)


def _role(event: CaseEvent) -> Role:
    return Role(event.by.partition(":")[0])


def _url(case: Case, file: Any) -> str | None:
    return None if file.erased_at else url_for("api.evidence", number=case.number, evidence_id=file.id)


def _with(row: Base, **more: Any) -> dict[str, Any]:
    """The columns of a row, with some in place of them or beside them."""
    return {**{column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}, **more}
