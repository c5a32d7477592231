"""What a desk may do with a return as it stands, in plain words: take it, keep it for the shop, or leave it with the visitor."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from disputes.cases.models import Case
from disputes.returns import handing
from disputes.returns.models import Desk, Return, ReturnItem
from disputes.rules.lifecycle import State
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Holder

UNDECIDED = (State.REQUESTED, State.TRIAGE, State.AWAITING_TOURIST, State.OFFERED)


@dataclass(frozen=True)
class Advice:
    """One headline and what to do; ``tone`` is a notice's."""

    tone: str
    headline: str
    words: str


def advice(case: Case, record: Return, desk: Desk) -> Advice:
    """The first thing that somebody at the desk must know of this return."""
    state = State(case.state)
    if not with_visitor(record):
        return _nothing_to_take(record, desk)
    if state is State.REFUSED:
        return Advice(
            "error",
            _("Refused: do not take it"),
            _(
                "The shop has refused this return. The visitor finds the ground and what can be done on the page of the return."
            ),
        )
    if state is State.CLOSED:
        return Advice(
            "error",
            _("Closed: do not take it"),
            _("This return has ended. The visitor can open it again from the own link."),
        )
    if state not in handing.TAKEN_FROM_TOURIST:
        return Advice("error", _("Do not take it"), _("As the return stands now, the goods stay with the visitor."))
    if state in UNDECIDED:
        return Advice(
            "warning",
            _("The shop has not answered yet: you can keep it for the shop"),
            _(
                "Take the goods in if the visitor wants to leave them. Tell the visitor: the shop still decides. If it refuses, the goods are given back."
            ),
        )
    if handing.accepts_for(desk, case.merchant_id):
        return Advice(
            "success",
            _("Approved: take it in for the shop"),
            _("Your desk accepts for this shop. With your receipt the shop has received the goods."),
        )
    return Advice(
        "success",
        _("Approved: take it in"),
        _("Your desk passes the goods on. The shop has received them when they arrive there."),
    )


def _nothing_to_take(record: Return, desk: Desk) -> Advice:
    if any(lies_here(item, desk) for item in record.items):
        return Advice("info", _("It lies at your desk"), _("You can hand it on, or give it back to the visitor."))
    return Advice("info", _("Nothing to take in"), _("Somebody else has these goods already. Below you see who."))


def tax_warnings(record: Return) -> list[str]:
    """What the departure tax refund asks of whoever takes the goods."""
    tax = record.tax
    if tax is None:
        return [
            _(
                "Nobody has said yet whether a tax refund form was issued for these goods. Ask the visitor to say so on the page of the return."
            )
        ]
    form = tax.form_number or _("number not known")
    if tax.state == TaxState.T1 and tax.voided_at is None:
        return [
            _(
                "A tax refund form was issued (%(form)s). Put the form and the invoice into the bag: the shop must void them before it pays back.",
                form=form,
            )
        ]
    if tax.state == TaxState.T2 and tax.repaid_at is None:
        return [
            _(
                "The tax was paid out in advance (form %(form)s). It must be paid back before the shop pays the refund. Tell the visitor so.",
                form=form,
            )
        ]
    if tax.state == TaxState.T3:
        return [
            _(
                "The tax was already refunded (form %(form)s). Only our staff decides on this return. Promise the visitor nothing.",
                form=form,
            )
        ]
    return []


def with_visitor(record: Return) -> list[ReturnItem]:
    """The items that the visitor still has."""
    return [i for i in record.items if i.holder == Holder.TOURIST and i.accepted_at is None]


def can_take(case: Case, record: Return) -> bool:
    """Whether anything can be taken in from the visitor now."""
    return bool(with_visitor(record)) and State(case.state) in handing.TAKEN_FROM_TOURIST


def lies_here(item: ReturnItem, desk: Desk) -> bool:
    return item.holder == Holder.DESK and item.holder_id == desk.id


def elsewhere(record: Return, desk: Desk) -> list[ReturnItem]:
    """The items that are with a carrier, a shop or another desk, from where they can come here."""
    return [i for i in record.items if i.holder != Holder.TOURIST and not lies_here(i, desk) and i.accepted_at is None]
