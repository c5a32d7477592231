"""A case on its way from one office to another: offered, accepted, sent back, taken back, or left unanswered.

Until the other office has accepted, the case is owned where it was and every clock of it runs there; so it cannot fall
between the two, whatever happens.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.accounts.models import User
from disputes.cases import handovers, letters, queries, texts
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import IS_OPEN, Case, CaseEvent, CaseText, Deadline, Transfer
from disputes.db import db
from disputes.regions.models import Office
from disputes.rules.clocks import BETWEEN_DESKS
from disputes.rules.lifecycle import Action, Kind

LANGUAGE = "zh_CN"


def propose(
    reference: str | int, version: int | None, by: Actor, office_id: int, reason: str, language: str = LANGUAGE
) -> CaseEvent:
    """Offer the case to another office, with a reason. Only its own office may, and one offer at a time."""
    case = queries.lock(reference, by, version)
    _only_of(case.office_id, by)
    office = db.session.get(Office, office_id)
    if office is None or not office.active or office.id == case.office_id:
        raise Refused("no_other_office")
    if case.open_transfer is not None:
        raise Refused("transfer_open")
    text = _reason(case, by, reason, language)
    event = advance(case, Action.PROPOSE_TRANSFER, by, details={"to": office.code, **texts.said(text)})
    texts.attach(event, text)
    deadline = next(d for d in case.running_deadlines if d.clock == BETWEEN_DESKS[Kind(case.kind)])
    transfer = Transfer(
        case=case, deadline=deadline, from_office_id=case.office_id, to_office=office, proposed_by_id=by.user_id,
        proposed_at=event.at, reason=text,
    )  # fmt: skip
    db.session.add(transfer)
    db.session.flush()
    said = {**_of_office(transfer.from_office), "words": text.body, **letters.dated(deadline)}
    letters.tell(case, event, letters.of_office(case, office), "transfer-proposed", said)
    return event


def accept(reference: str | int, version: int | None, by: Actor, officer_id: int | None = None) -> CaseEvent:
    """The other office takes the case: from this step on it is theirs, with all its clocks as they run.

    ``officer_id`` names who takes it there; without it whoever accepts. The note for the new officer goes with it.
    """
    case = queries.lock(reference, by, version)
    transfer = _open(case)
    _only_of(transfer.to_office_id, by)
    officer = db.session.get(User, officer_id or by.user_id)
    if officer is None or not officer.active or officer.office_id != transfer.to_office_id:
        raise Refused("no_such_officer")
    senders = letters.of_sender(case)
    before = case.officer_id
    _answer(transfer, "accepted", by)
    case.office, case.office_id = transfer.to_office, transfer.to_office_id
    case.officer, case.officer_id = officer, officer.id
    note = handovers.note_of(case)
    event = advance(
        case, Action.ACCEPT_TRANSFER, by,
        details={
            "to": transfer.to_office.code, "from_office": transfer.from_office.code, "officer": officer.id, "from": before,
            "why": "transfer", "handover": note,
        },
    )  # fmt: skip
    letters.tell(case, event, senders, "transfer-accepted", _of_office(transfer.to_office))
    if officer.id != by.user_id:
        letters.tell(case, event, letters.of_officer(case), "case-assigned", {"why": "transfer", "handover": note})
    return event


def send_back(reference: str | int, version: int | None, by: Actor, reason: str, language: str = LANGUAGE) -> CaseEvent:
    """The other office does not take the case, and says why."""
    case = queries.lock(reference, by, version)
    transfer = _open(case)
    _only_of(transfer.to_office_id, by)
    text = _reason(case, by, reason, language)
    _answer(transfer, "returned", by, text)
    event = advance(case, Action.RETURN_TRANSFER, by, details={"to": transfer.to_office.code, **texts.said(text)})
    texts.attach(event, text)
    said = {**_of_office(transfer.to_office), "answer": text.body}
    letters.tell(case, event, letters.of_sender(case), "transfer-returned", said)
    return event


def take_back(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The own office takes its offer back."""
    case = queries.lock(reference, by, version)
    transfer = _open(case)
    _only_of(transfer.from_office_id, by)
    _answer(transfer, "withdrawn", by)
    return advance(case, Action.WITHDRAW_TRANSFER, by, details={"to": transfer.to_office.code})


# --- questions

STEPS = (Action.PROPOSE_TRANSFER, Action.WITHDRAW_TRANSFER, Action.ACCEPT_TRANSFER, Action.RETURN_TRANSFER)


def not_now(case: Case, by: Actor) -> frozenset[Action]:
    """The steps of a transfer that this actor cannot take at the moment, although the table would let the role."""
    transfer = case.open_transfer
    if transfer is None:
        return frozenset(STEPS) - ({Action.PROPOSE_TRANSFER} if by.office_id == case.office_id else set())
    if by.office_id == transfer.to_office_id:
        return frozenset(STEPS) - {Action.ACCEPT_TRANSFER, Action.RETURN_TRANSFER}
    return frozenset(STEPS) - ({Action.WITHDRAW_TRANSFER} if by.office_id == transfer.from_office_id else set())


def incoming(by: Actor) -> list[Transfer]:
    """What other offices offer to the actor's office and waits for an answer, the first due first."""
    return list(db.session.scalars(_waiting(by).where(Transfer.to_office_id == by.office_id)).unique())


def outgoing(by: Actor) -> list[Transfer]:
    """What the actor's office has offered to others and waits for their answer."""
    return list(db.session.scalars(_waiting(by).where(Transfer.from_office_id == by.office_id)).unique())


def unanswered(by: Actor, since: datetime) -> list[Transfer]:
    """Offers of the actor's office that nobody answered, of cases that are still open and still there; the newest first."""
    query = (
        _of(by)
        .where(
            Transfer.from_office_id == by.office_id, Case.office_id == by.office_id, IS_OPEN,
            Deadline.ending == "lapsed", Deadline.ended_at >= since, Transfer.answer.is_(None),
        )
        .order_by(Deadline.ended_at.desc())
    )  # fmt: skip
    return list(db.session.scalars(query).unique())


def counted_incoming(office_id: int) -> ScalarSelect[int]:
    """How many offers wait for this office, as a part of another question."""
    query = select(Transfer.id).join(Transfer.deadline)
    query = query.where(Transfer.to_office_id == office_id, Transfer.answer.is_(None), Deadline.ended_at.is_(None))
    return select(func.count()).select_from(query.limit(100).subquery()).scalar_subquery()


def _of(by: Actor) -> Select[tuple[Transfer]]:
    visible = queries.visible_to(by).with_only_columns(Case.id)
    return (
        select(Transfer)
        .join(Transfer.case)
        .join(Transfer.deadline)
        .options(
            contains_eager(Transfer.case).joinedload(Case.complaint),
            contains_eager(Transfer.deadline),
            joinedload(Transfer.from_office),
            joinedload(Transfer.to_office),
            joinedload(Transfer.reason),
        )
        .where(Case.id.in_(visible))
    )


def _waiting(by: Actor) -> Select[tuple[Transfer]]:
    return _of(by).where(Transfer.answer.is_(None), Deadline.ended_at.is_(None)).order_by(Deadline.due_at)


# --- shared


def _open(case: Case) -> Transfer:
    transfer = case.open_transfer
    if transfer is None:
        raise Refused("no_transfer")
    return transfer


def _only_of(office_id: int, by: Actor) -> None:
    if by.office_id != office_id:
        raise Refused("not_your_office")


def _reason(case: Case, by: Actor, reason: str, language: str) -> CaseText:
    text = texts.write(case, "reason", by.role, reason, language, "staff")
    if text is None:
        raise Refused("reasons_missing")
    return text


def _answer(transfer: Transfer, answer: str, by: Actor, text: CaseText | None = None) -> None:
    transfer.answer, transfer.answered_at = answer, clock.now()
    transfer.answered_by_id, transfer.answer_text = by.user_id, text
    db.session.flush()


def _of_office(office: Office) -> dict[str, object]:
    return {"office_zh": office.name_zh, "office_en": office.name_en}
