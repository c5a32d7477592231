"""What a shop can do in a return: approve, let keep, refuse, take in, inspect, give back, hand on, put the tax right, pay."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from disputes.cases import queries
from disputes.cases.commands import Refused
from disputes.db import db, transaction
from disputes.formats import china_moment, money_text, short_day
from disputes.pledges.models import PledgeVersion
from disputes.returns import deciding, handing, inspecting, refunding, taxing
from disputes.returns.handing import Taken
from disputes.returns.models import Return, ReturnItem
from disputes.rules.lifecycle import Action, Kind, StepRefused
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Holder, RefusalGround
from disputes.web.custody import goods_name
from disputes.web.languages import language
from disputes.web.merchant.return_forms import (
    ApproveForm,
    ApproveWithTaxForm,
    CarrierForm,
    GiveBackForm,
    PlainForm,
    RefundForm,
    RefuseForm,
    RepaidForm,
    TaxForm,
    inspect_form,
    receive_form,
)
from disputes.web.merchant.returned import ShopReturn
from disputes.web.merchant.stepping import POSTED, after, keep_files, moved_on, open_case, page, take
from disputes.web.merchant.ways import Answer, Way, case_page, running
from disputes.web.sentences import refusal
from disputes.web.uploads import receive


@case_page("/approve", methods=POSTED)
def return_approve(way: Way) -> Answer:
    """The goods may come back; where nobody has said how far the tax refund has come, it is asked on the same page."""
    back = _open(way, Action.APPROVE)
    if back is None or not back.can_approve:
        return moved_on(way)
    asks_tax = back.tax_is_open
    form = ApproveWithTaxForm() if asks_tax else ApproveForm()
    if form.validate_on_submit():

        def step(version: int | None) -> None:
            if asks_tax:
                told = form.told(back.record.tax)
                taxing.record(way.reference, version, way.actor, told, form.invoice_number.data or "")
                if told.state is TaxState.T3:
                    return  # recorded; the decision is the staff's
                version = None
            deciding.approve(way.reference, version, way.actor, form.words.data or "", language())

        if take(form, step):
            if asks_tax and form.state.data == TaxState.T3:
                return after(way, _("Recorded. The tax was refunded already, so our staff decides on this return."))
            return after(way, _("Approved. The customer has been told and can bring the goods."))
    elif asks_tax and not form.is_submitted():
        form.know(back.record.tax, back.case.complaint.invoice_number)
    return _page(way, back, form, "approve", asks_tax=asks_tax)


@case_page("/keep", methods=POSTED)
def return_keep(way: Way) -> Answer:
    """The price back, and the goods stay with the customer."""
    back = _open(way, Action.LET_KEEP)
    if back is None or not back.can_decide:
        return moved_on(way)
    form = PlainForm()
    if form.validate_on_submit() and take(form, lambda v: deciding.let_keep(way.reference, v, way.actor)):
        return after(way, _("Agreed. Please pay the refund, and then report it here."))
    return _page(way, back, form, "keep", day=_refund_day(back.record))


@case_page("/refuse", methods=POSTED)
def return_refuse(way: Way) -> Answer:
    """Refuse with a ground of the pledge or of the law; grounds that do not fit are explained and cannot be chosen."""
    back = _open(way, Action.REFUSE)
    if back is None or not back.can_decide:
        return moved_on(way)
    form = RefuseForm()
    form.offer(back.grounds)
    if form.validate_on_submit() and keep_files(way, form):
        ground, alone = RefusalGround(form.ground.data), not form.files.data
        done = take(
            form,
            lambda v: deciding.refuse(
                way.reference, v if alone else None, way.actor, ground, form.words.data or "", language()
            ),
        )
        if done:
            return after(way, _("Refused. The customer has been told the ground, and can contest it."))
    closed = {str(g): _why_not(back, g) for g in RefusalGround if g not in back.grounds}
    return _page(way, back, form, "refuse", hints=_hints(back), closed=closed)


@case_page("/receive", methods=POSTED)
def return_receive(way: Way) -> Answer:
    """Take goods in from whoever has them: the customer, a carrier, a desk."""
    back = _open(way, Action.HAND_ON)
    if back is None or not back.can_receive:
        return moved_on(way)
    form = receive_form(back.to_come, back.shops)
    taken: list[str] = []
    if form.validate_on_submit() and take_in(way, form, taken):
        return after(way, _("The goods are with you now. Please look at them and report what you found."))
    fresh(form)
    if not form.is_submitted() and str(back.case.shop_id) in [choice.value for choice in form.shop.choices]:
        form.shop.data = str(back.case.shop_id)
    return _page(way, back, form, "receive", taken=taken)


@case_page("/inspect", methods=POSTED)
def return_inspect(way: Way) -> Answer:
    """The look at each of the goods that have arrived."""
    back = _open(way, Action.ACCEPT_GOODS)
    if back is None or not back.to_inspect:
        return moved_on(way)
    form = inspect_form(back.to_inspect)
    if form.validate_on_submit() and keep_files(way, form):
        alone = not form.files.data
        done = take(
            form,
            lambda v: inspecting.inspect(
                way.reference, v if alone else None, way.actor, form.results(), form.words.data or "", language()
            ),
        )
        if done:
            return after(way, _("Reported. The customer has been told what you found."))
    recorded = {item.id: _recorded(back, item) for item in back.to_inspect if inspecting.recorded_good(item)}
    return _page(way, back, form, "inspect", items=back.to_inspect, recorded=recorded)


@case_page("/give-back", methods=POSTED)
def return_give_back(way: Way) -> Answer:
    """Goods that are not accepted go back to the customer."""
    back = _open(way, Action.GIVE_BACK)
    if back is None or not back.to_give_back:
        return moved_on(way)
    form, items = GiveBackForm(), back.to_give_back
    if form.validate_on_submit():
        ids, entry = [item.id for item in items], form.entry.data or None
        if hand(form, lambda: handing.give_back(way.reference, None, way.actor, ids, entry), []):
            return after(way, _("Recorded: the customer has the goods back."))
    fresh(form)
    return _page(way, back, form, "give-back", items=items)


@case_page("/hand-on", methods=POSTED)
def return_hand_on(way: Way) -> Answer:
    """Goods that lie here go on with a carrier."""
    back = _open(way, Action.HAND_ON)
    if back is None or not back.here:
        return moved_on(way)
    form, items = CarrierForm(), back.here
    if form.validate_on_submit():
        ids, entry = [item.id for item in items], form.entry.data or None

        def step() -> Any:
            return handing.hand_on(
                way.reference, None, way.actor, ids, carrier=form.carrier.data or "",
                tracking_number=form.tracking_number.data or "", entry=entry,
            )  # fmt: skip

        if hand(form, step, []):
            return after(way, _("Recorded: the carrier has the goods."))
    fresh(form)
    return _page(way, back, form, "hand-on", items=items)


@case_page("/tax", methods=POSTED)
def return_tax(way: Way) -> Answer:
    """Record how far the tax refund has come."""
    back = _open(way, Action.RECORD_TAX)
    if back is None:
        return moved_on(way)
    form = TaxForm()
    if form.validate_on_submit():
        told = form.told(back.record.tax)
        if take(form, lambda v: taxing.record(way.reference, v, way.actor, told, form.invoice_number.data or "")):
            return after(way, _("Recorded."))
    elif not form.is_submitted():
        form.know(back.record.tax, back.case.complaint.invoice_number)
    return _page(way, back, form, "tax")


@case_page("/tax/void", methods=POSTED)
def return_tax_void(way: Way) -> Answer:
    """Record that form and invoice were voided (T1)."""
    back = _open(way, Action.RECORD_TAX)
    if back is None or back.tax_step != "return_tax_void":
        return moved_on(way)
    form = PlainForm()
    if form.validate_on_submit() and take(form, lambda v: taxing.void_form(way.reference, v, way.actor)):
        return after(way, _("Recorded: the form and the invoice are void."))
    return _page(way, back, form, "tax-void")


@case_page("/tax/repaid", methods=POSTED)
def return_tax_repaid(way: Way) -> Answer:
    """Record that the advance came back (T2)."""
    back = _open(way, Action.RECORD_TAX)
    if back is None or back.tax_step != "return_tax_repaid":
        return moved_on(way)
    form = RepaidForm()
    if form.validate_on_submit():
        through = form.through.data
        if take(form, lambda v: taxing.advance_repaid(way.reference, v, way.actor, through)):
            return after(way, _("Recorded: the advance came back. The price can be paid back now."))
    return _page(way, back, form, "tax-repaid")


@case_page("/refund", methods=POSTED)
def return_refund(way: Way) -> Answer:
    """Report that the refund was paid; the customer is asked."""
    back = _open(way, Action.REPORT_REFUND)
    if back is None or not back.can_pay or back.tax_step is not None:
        return moved_on(way)
    form = RefundForm()
    if form.validate_on_submit() and keep_files(way, form):
        done = take(
            form,
            lambda v: refunding.report_refund(
                way.reference, v if not form.files.data else None, way.actor, form.means.data,
                form.payment_reference.data or "", fee=form.fee.data or 0,
            ),
        )  # fmt: skip
        if done:
            return after(way, _("Reported. We ask the customer whether it has arrived."))
    elif not form.is_submitted():
        form.means.data = back.pay_way
    due = running(back.case)
    return _page(way, back, form, "refund", due=due if due is not None and due.clock == "refund" else None)


# --- shared by the pages above


def take_in(way: Way, form: Any, taken: list[str]) -> bool:
    """Take in what the form says, with its photographs; who had it first is told in ``taken``."""
    photographs = receive(form.files().values())
    if photographs.refused:
        form.form_errors = photographs.sentences
        return False
    files = dict(zip(form.files(), photographs.accepted, strict=True))

    def step() -> None:
        case = queries.lock(way.reference, way.actor)
        pictures = handing.add_photographs(case, way.actor, files)
        for number, (giver, handed) in enumerate(form.handed(pictures).items()):
            handing.take_in(
                way.reference, None, way.actor, handed, giver=giver, shop_id=int(form.shop.data),
                seal=form.seal.data or "", entry=f"{form.entry.data}.{number}" if form.entry.data else None,
            )  # fmt: skip

    return hand(form, step, taken)


def _open(way: Way, action: Action) -> ShopReturn | None:
    """The return, when the table still lets a merchant take this step; None when it has moved on, and for a dispute."""
    case = open_case(way, action)
    return ShopReturn(case, way) if case is not None and case.kind == Kind.RETURN else None


def _page(way: Way, back: ShopReturn, form: Any, template: str, **more: Any) -> Answer:
    db.session.expire_all()
    again = ShopReturn(queries.whole(way.reference, way.actor), way)
    return page(way, again.case, form, f"merchant/returns/{template}.html", back=again, **more)


def hand(form: Any, step: Callable[[], Any], taken: list[str]) -> bool:
    """Pass goods on; when somebody else has them already, the form says who, since when."""
    try:
        with transaction():
            step()
    except Taken as conflict:
        taken.append(said_of(conflict))
        form.form_errors = [taken[-1]]
        return False
    except (Refused, StepRefused) as refused:
        form.form_errors = [refusal(refused)]
        return False
    return True


def said_of(conflict: Taken) -> str:
    """Who has the goods already, and since when."""
    entry = conflict.by
    place = handing.holder_name(entry.taker, entry.taker_id)
    moment = china_moment(entry.at)
    name = goods_name(conflict.item)
    if place is not None:
        return _("%(goods)s: already taken in by %(place)s, %(moment)s.", goods=name, place=place, moment=moment)
    if entry.taker == Holder.CARRIER:
        return _("%(goods)s: with a carrier since %(moment)s.", goods=name, moment=moment)
    return _("%(goods)s: given back to the customer, %(moment)s.", goods=name, moment=moment)


def fresh(form: Any) -> None:
    """A mark of this page, by which the same entry sent twice counts once."""
    form.entry.data = form.entry.data or secrets.token_urlsafe(12)


def _refund_day(record: Return) -> str:
    """By when the refund would be due if it were agreed now."""
    return short_day(deciding.pledged_day(record, deciding.received_on(record)))


def _recorded(back: ShopReturn, item: ReturnItem) -> str:
    """Who recorded these goods as good when the customer handed them over."""
    first = next(c for c in item.custody if c.giver == Holder.TOURIST)
    return _(
        "%(place)s took these goods from the customer on %(moment)s and recorded them as good.",
        place=back.who(first.taker, first.taker_id),
        moment=china_moment(first.at),
    )


def _hints(back: ShopReturn) -> dict[str, str]:
    """What is known to each ground, so that nobody refuses against the facts."""
    hints = {}
    promise: PledgeVersion | None = back.promise
    if promise is not None:
        covers = promise.goods_zh or _("all goods")
        hints["not_covered"] = _("Your promise on the day of purchase covers: %(goods)s", goods=covers)
    invoice = back.case.complaint.invoice_number
    if invoice:
        hints["no_proof"] = _("The customer gave this invoice number: %(number)s", number=invoice)
    if back.case.complaint.amount is not None:
        hints["not_from_us"] = _(
            "Compare with your books first: %(sum)s", sum=money_text(back.case.complaint.amount, back.currency)
        )
    return hints


def _why_not(back: ShopReturn, ground: RefusalGround) -> str:
    """Why this ground cannot be chosen."""
    if ground is RefusalGround.OUT_OF_TIME:
        moment = china_moment(back.record.declared_at)
        return _("It was declared in time, on %(moment)s. That goods arrive later does no harm.", moment=moment)
    if ground is RefusalGround.EXCLUDED:
        return _("Neither the law nor your promise leaves these goods out.")
    if ground is RefusalGround.TAX_REFUNDED:
        return _("By what is recorded, the tax was not refunded with the customer gone.")
    return _("The law or a promise of yours carries this return.")
