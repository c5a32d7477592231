"""What the staff may do in a return, one row for each action of STEPS; rows that read alike for every case come from ``actions``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from disputes.accounts.actors import Actor
from disputes.cases import commands, triage
from disputes.cases.models import CaseEvent
from disputes.returns import deciding, handing, refunding, taxing
from disputes.rules.lifecycle import Action, Kind, Outcome
from disputes.web.languages import language
from disputes.web.staff import actions, return_forms
from disputes.web.staff.actions import CaseAction
from disputes.web.staff.forms import ReasonForm
from disputes.wording import lazy_gettext as _l


def _alike(action: Action, **words: Any) -> CaseAction:
    """The row that disputes have, perhaps in other words."""
    return replace(actions.BY_CODE[action.value.replace("_", "-")], **words)


def _record_tax(number: str, version: int | None, by: Actor, form: return_forms.TaxForm) -> CaseEvent:
    if form.what.data == return_forms.VOIDED:
        return taxing.void_form(number, version, by)
    if form.what.data in return_forms.REPAID:
        return taxing.advance_repaid(number, version, by, return_forms.REPAID[form.what.data])
    return taxing.record(number, version, by, form.told(), form.invoice_number.data or "")


def _split(number: str, version: int | None, by: Actor, form: return_forms.DisputeForm) -> Any:
    return deciding.make_dispute(number, version, by, form.words.data or "", language())


# Those that carry the return on, in the order in which the page offers them.
NEXT: tuple[CaseAction, ...] = (
    CaseAction(
        Action.TRIAGE, _l("Take it up"), _l("Take it up"), _l("The return is with you."),
        lambda n, v, by, f: triage.take_up(n, v, by), icon="search",
        about=_l("You look at this return, and the time of the shop or of the visitor stops. You can send it back to the shop."),
    ),
    CaseAction(
        Action.APPROVE, _l("Approve"), _l("Approve the return"), _l("The return is approved; the visitor and the shop are told."),
        lambda n, v, by, f: deciding.approve(n, v, by, f.words.data or "", language()),
        return_forms.ApproveForm, icon="check-circle", key="p", tone="primary",
        about=_l("On the shop’s word, or as the person who decides once the tax was refunded. The goods may come back then."),
    ),
    CaseAction(
        Action.SEND_TO_SHOP, _l("Send to the shop"), _l("Send to the shop"), _l("The shop is asked; its time runs."),
        lambda n, v, by, f: commands.send_to_shop(n, v, by, f.note.data or "", language()),
        actions.BY_CODE["send-to-shop"].form, icon="send", key="s",
        about=_l("The shop reads the return with what was judged of it. Its time to answer starts."),
    ),
    _alike(Action.ASK_TOURIST, about=_l("The return waits for the answer and then comes back to where it is now.")),
    CaseAction(
        Action.REPORT_REFUND, _l("Record the refund"), _l("Record it"), _l("Recorded. The visitor is asked to confirm."),
        lambda n, v, by, f: refunding.report_refund(
            n, v, by, f.means.data, f.payment_reference.data or "", amount=f.amount.data, fee=f.fee.data or 0
        ),
        return_forms.RefundForm, icon="money", key="r", tone="primary",
        about=_l("For a shop that told you so by phone. Only the visitor can confirm that it arrived."),
    ),
    CaseAction(
        Action.MAKE_DISPUTE, _l("Make it a dispute"), _l("Make it a dispute"), _l("It goes on as a dispute, with everything that was told and shown."),
        _split, return_forms.DisputeForm, icon="scales", key="m",
        about=_l("The return is closed with it. The dispute is a case of its own with its own dates, and begins like any other."),
    ),
    _alike(Action.ACCEPT_TRANSFER, about=_l("Another office offers you this return. Once you accept it is yours, with all its dates.")),
    _alike(Action.RETURN_TRANSFER),
    CaseAction(
        Action.REOPEN, _l("Open again"), _l("Open it again"), _l("The return is open again, and an officer has it."),
        lambda n, v, by, f: commands.reopen(n, v, by, f.words.data or "", language()), ReasonForm, icon="refund",
    ),
    CaseAction(
        Action.CLOSE, _l("Close"), _l("Close the return"), _l("The return is closed."),
        lambda n, v, by, f: commands.close(n, v, by, Outcome(f.outcome.data), f.words.data, language()),
        return_forms.CloseForm, icon="lock", key="x", tone="danger",
        about=_l("Both sides read the reasons. Only the visitor can say that a return is resolved."),
    ),
)  # fmt: skip

# Those that add to the record and leave the return where it is.
ALWAYS: tuple[CaseAction, ...] = (
    CaseAction(
        Action.RECORD_TAX, _l("Tax refund"), _l("Record it"), _l("Recorded. What follows from it is counted again."),
        _record_tax, return_forms.TaxForm, icon="invoice", key="t",
        about=_l("How far the tax refund has come, and what has been put right of it. Without that no return is approved and no refund is reported."),
    ),
    CaseAction(
        Action.HAND_ON, _l("Goods: hand on"), _l("Record it"), _l("Recorded: the goods are with the carrier."),
        lambda n, v, by, f: handing.hand_on(
            n, v, by, f.items.data, carrier=f.carrier.data or "", tracking_number=f.tracking_number.data or ""
        ),
        return_forms.HandOnForm, icon="goods",
        about=_l("For a shop or desk that told you so: its goods went on with a carrier. Whoever gets them takes them in themselves."),
    ),
    CaseAction(
        Action.GIVE_BACK, _l("Goods: give back"), _l("Record it"), _l("Recorded: the visitor has the goods again."),
        lambda n, v, by, f: handing.give_back(n, v, by, f.items.data),
        return_forms.GoodsForm, icon="refund",
        about=_l("Only once the visitor has them in hand. Goods that were accepted stay with the shop."),
    ),
    CaseAction(
        Action.SPLIT_DISPUTE, _l("What was not accepted: a dispute"), _l("Make it a dispute"), _l("What was not accepted goes on as a dispute."),
        _split, return_forms.DisputeForm, icon="scales",
        about=_l("Only what was not accepted goes over; the rest of the return goes on here."),
    ),
    *(
        _alike(action)
        for action in (
            Action.NOTE, Action.WRITE, Action.ASSIGN, Action.PROPOSE_TRANSFER, Action.WITHDRAW_TRANSFER, Action.ADD_EVIDENCE,
            Action.CHANGE_DEPARTURE, Action.CHANGE_CONTACT, Action.CHANGE_SHOP, Action.REVOKE_LINK, Action.ERASE,
        )
    ),
)  # fmt: skip

TABLES: dict[Kind, tuple[tuple[CaseAction, ...], tuple[CaseAction, ...]]] = {
    Kind.DISPUTE: (actions.NEXT, actions.ALWAYS),
    Kind.RETURN: (NEXT, ALWAYS),
}


def entry(kind: str, code: str) -> CaseAction | None:
    """The row with this code for a case of this kind."""
    return next((a for table in TABLES[Kind(kind)] for a in table if a.code == code), None)
