"""The money back: reported by whoever paid, confirmed or denied by the tourist, and the tax refund put right with it."""

from __future__ import annotations

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import commands, queries, texts
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import CaseEvent
from disputes.db import db
from disputes.names import PERFORMED_BY
from disputes.returns import taxing
from disputes.returns.deciding import amount_due, record_of
from disputes.returns.models import Desk, Refund, Return
from disputes.rules.lifecycle import Action, Outcome, Role
from disputes.rules.return_facts import TaxState


def report_refund(
    reference: str | int,
    version: int | None,
    by: Actor,
    means: str,
    payment_reference: str = "",
    *,
    amount: int | None = None,
    fee: int = 0,
) -> CaseEvent:
    """The refund was paid, says the shop, a desk or an officer; the tourist is asked, and only the tourist can say so for good.

    ``amount`` None is the sum that is due; less is refused, for what is owed is owed in one sum (R-RET-ONESUM). ``fee`` is what a
    bank takes off a transfer abroad. Refused while the tax form is not voided (T1) or the advance not paid back (T2).
    """
    case = queries.lock(reference, by, version)
    record = record_of(case)
    _tax_is_settled(record)
    due = amount_due(record)
    paid = due if amount is None else amount
    if means not in PERFORMED_BY:
        raise Refused("means_unknown")
    if paid < due:
        raise Refused("less_than_due")
    if not 0 <= fee <= paid:
        raise Refused("fee_impossible")
    if by.role is Role.DESK and not _may_pay(by, means):
        raise Refused("desk_pays_no_cash")
    currency = case.complaint.currency or "CNY"
    event = advance(
        case, Action.REPORT_REFUND, by,
        details={"amount": paid, "currency": currency, "fee": fee, "means": means},
        letter={"refund": [paid, currency], "means": means},
    )  # fmt: skip
    record.refunds.append(
        Refund(
            event_id=event.id, amount=paid, currency=currency, fee=fee, means=means,
            reference=payment_reference.strip() or None, by_role=by.role, reported_at=event.at,
        )
    )  # fmt: skip
    taxing.book(record, event)
    db.session.flush()
    return event


def confirm(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The refund has arrived: the return closes as resolved."""
    case = queries.lock(reference, by, version)
    _standing(record_of(case)).confirmed_at = clock.now()
    return advance(case, Action.CONFIRM, by, outcome=Outcome.RESOLVED)


def waive(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The tourist says in so many words that nothing more is owed."""
    case = queries.lock(reference, by, version)
    record_of(case)
    return advance(case, Action.WAIVE, by, outcome=Outcome.WAIVED)


def deny(reference: str | int, version: int | None, by: Actor, words: str = "", language: str = "en") -> CaseEvent:
    """The refund has not arrived: an officer takes the return up, and the shop can pay and report again."""
    case = queries.lock(reference, by, version)
    refund = _standing(record_of(case))
    refund.denied_at = clock.now()
    text = texts.write(case, "reason", by.role, words, language)
    commands.needs_officer(case)
    event = advance(case, Action.DENY, by, details=texts.said(text), letter={"words": words.strip()})
    texts.attach(event, text)
    return event


def _standing(record: Return) -> Refund:
    if record.refund is None or record.refund.confirmed_at is not None:
        raise Refused("nothing_refunded")
    return record.refund


def _tax_is_settled(record: Return) -> None:
    tax = record.tax
    if tax is None:
        raise Refused("tax_state_missing")
    if tax.state == TaxState.T1 and tax.voided_at is None:
        raise Refused("tax_form_not_voided")
    if tax.state == TaxState.T2 and tax.repaid_at is None:
        raise Refused("advance_not_repaid")


def _may_pay(by: Actor, means: str) -> bool:
    desk = db.session.get(Desk, by.desk_id) if by.desk_id is not None else None
    return desk is not None and desk.pays_cash and means == "cash"
