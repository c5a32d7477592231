"""The departure tax refund of a return: its state as it is told and recorded, and who owes whom because the goods come back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import queries
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import CaseEvent
from disputes.db import db
from disputes.law import queries as law
from disputes.law import returns_reading
from disputes.returns.deciding import record_of
from disputes.returns.declaring import TaxTold
from disputes.returns.models import Return, TaxEntry, TaxRefund
from disputes.rules import tax_refund
from disputes.rules.lifecycle import Action
from disputes.rules.return_facts import TaxState
from disputes.rules.rulebook import local_day
from disputes.rules.tax_refund import Advance, Happening, Line, Part, TaxEffect, TaxFacts, Vat, What


def record(reference: str | int, version: int | None, by: Actor, told: TaxTold, invoice_number: str = "") -> CaseEvent:
    """Take down how far the tax refund has come (R-TAX-ASK). The latest word counts; what was voided or repaid stays recorded.

    T3 puts the decision into the hands of a person of the staff.
    """
    case = queries.lock(reference, by, version)
    found = record_of(case)
    if found.refund is not None and found.refund.denied_at is None:
        raise Refused("refunded_already")
    row = found.tax
    if row is None:
        row = found.tax = TaxRefund(state=told.state, recorded_at=clock.now(), recorded_by=by.code)
    if row.state != told.state:
        row.voided_at = row.repaid_at = None
    row.state = told.state
    row.form_number = told.form_number.strip() or row.form_number
    row.invoice_number = invoice_number.strip() or row.invoice_number
    row.invoice_amount = told.invoice_amount if told.invoice_amount is not None else row.invoice_amount
    row.vat = told.vat or row.vat
    row.refunded = told.refunded if told.refunded is not None else row.refunded
    row.upon_purchase = told.upon_purchase
    row.leave_by = told.leave_by or row.leave_by
    row.recorded_at, row.recorded_by = clock.now(), by.code
    found.person_decides = told.state is TaxState.T3 or found.person_decides
    return advance(case, Action.RECORD_TAX, by, details={"state": told.state, "said": "state"})


def void_form(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The shop has voided the form together with the invoice (T1). Refused in any other state."""
    case = queries.lock(reference, by, version)
    row = _row(record_of(case), TaxState.T1)
    row.voided_at = clock.now()
    return advance(case, Action.RECORD_TAX, by, details={"state": row.state, "said": "voided"})


def advance_repaid(reference: str | int, version: int | None, by: Actor, through: str) -> CaseEvent:
    """The advance is paid back, directly or from the card's pre-authorisation (T2). Refused in any other state."""
    case = queries.lock(reference, by, version)
    row = _row(record_of(case), TaxState.T2)
    if through not in list(tax_refund.Through):
        raise Refused("means_unknown")
    row.repaid_at = clock.now()
    return advance(case, Action.RECORD_TAX, by, details={"state": row.state, "said": "repaid", "through": through})


def effect(found: Return) -> TaxEffect | None:
    """Who owes whom because of this return, by the dated and unverified values of rule book section 8; None without a record.

    Counts the items that are not rejected; for an agreed part of the price it is a price reduction.
    """
    if found.tax is None:
        return None
    facts = facts_of(found)
    items = [i for i in found.items if i.rejected_at is None]
    if not items:
        return None
    parts = tuple(Part(ref=str(i.position), quantity=i.quantity) for i in items)
    if found.remedy is not None and found.remedy.get("goods") == "keep":
        amount = found.remedy["amount"]
        cost = sum(i.unit_price * i.quantity for i in items)
        if 0 < amount < cost:
            return tax_refund.settle(facts, Happening(what=What.REDUCTION, parts=_shared(items, amount)), tax_law())
        if amount == 0:
            return None
    if found.remedy is not None and found.remedy.get("amount") == 0:
        return None  # exchanged: what is given in its place stands on a new invoice
    return tax_refund.settle(facts, Happening(what=What.RETURN, parts=parts), tax_law())


def facts_of(found: Return) -> TaxFacts:
    """What the rules of the tax refund need of this purchase. Goods of the invoice that stay count as one line of their own."""
    row = found.tax
    assert row is not None  # noqa: S101  asked by the callers
    vat = Vat(row.vat) if row.vat else Vat.V13
    lines = [Line(ref=str(i.position), price=i.unit_price, quantity=i.bought, vat=vat) for i in found.items]
    rest = (row.invoice_amount or 0) - sum(line.price * line.quantity for line in lines)
    if rest > 0:
        lines.append(Line(ref="rest", price=rest, vat=vat))
    bought_on = (
        date.fromisoformat(found.facts["bought_on"]) if found.facts.get("bought_on") else local_day(found.declared_at)
    )
    advance_paid = None
    if row.state == TaxState.T2:
        paid = row.refunded or 0
        held = paid if row.upon_purchase else 0
        advance_paid = Advance(paid=paid, preauthorised=held, leave_by=row.leave_by)
    return TaxFacts(
        bought_on=bought_on,
        lines=tuple(lines),
        state=TaxState(row.state),
        invoice_number=row.invoice_number or "",
        form_number=row.form_number or "",
        advance=advance_paid,
        refund_paid=row.refunded if row.state == TaxState.T3 else None,
    )


def tax_law() -> tax_refund.TaxLaw:
    """The rules and dated numbers of the tax refund."""
    return returns_reading.tax_law_of(law.book())


def book(found: Return, event: CaseEvent) -> list[TaxEntry]:
    """Write down who owes whom, with the refund that was just reported; what is information only is not owed and not written.

    What was written with an earlier refund that never arrived goes: it is owed once, with the refund that stands.
    """
    if found.tax is None:
        return []
    db.session.execute(delete(TaxEntry).where(TaxEntry.case_id == found.case_id))
    db.session.expire(found.tax, ["entries"])
    computed = effect(found)
    if computed is None:
        return []
    owed = [p for p in computed.postings if not p.information and p.amount > 0]
    entries = [
        TaxEntry(
            event_id=event.id, position=position, payer=p.debtor, payee=p.creditor, amount=p.amount,
            through=p.through, reason=p.reason.code, rule_id=p.reason.rule_id,
        )
        for position, p in enumerate(owed, 1)
    ]  # fmt: skip
    found.tax.entries.extend(entries)
    return entries


def _row(found: Return, state: TaxState) -> TaxRefund:
    if found.tax is None or found.tax.state != state:
        raise Refused("tax_state_differs")
    return found.tax


def _shared(items: list, amount: int) -> tuple[Part, ...]:  # type: ignore[type-arg]
    """A reduction shared among the items by their prices; the last takes what rounding leaves."""
    whole = sum(i.unit_price * i.quantity for i in items)
    parts, left = [], amount
    for n, item in enumerate(items, 1):
        share = left if n == len(items) else amount * item.unit_price * item.quantity // whole
        left -= share
        if share:
            parts.append(Part(ref=str(item.position), amount=share))
    return tuple(parts)
