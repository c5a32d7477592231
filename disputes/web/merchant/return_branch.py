"""A return at another shop that the promise names: take the goods in, and nothing else of the case."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from disputes.accounts.actors import SYSTEM
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.names import named
from disputes.names.returns import GRADES
from disputes.returns.handing import TAKEN_FROM_TOURIST
from disputes.returns.models import ReturnItem
from disputes.rules.lifecycle import Kind, State
from disputes.rules.return_way import Holder
from disputes.web.custody import goods_name
from disputes.web.merchant import bp
from disputes.web.merchant.return_forms import receive_form
from disputes.web.merchant.return_steps import fresh, take_in
from disputes.web.merchant.returned import ShopReturn
from disputes.web.merchant.ways import Answer, Way
from disputes.web.public.return_code import SCANNED
from disputes.web.sessions import current_actor


@bp.route("/returns/<number>", methods=("GET", "POST"))
def return_here(number: str) -> Answer:
    """For who has scanned the code of a return: the whole case at the shop's own, at another only what taking in needs."""
    back = _scanned(number)
    if back is None:
        return redirect(url_for("merchant.case_of", number=number), code=303)
    to_take = _to_take(back)
    taken: list[str] = []
    sent = [item for item in back.record.items if f"take_{item.id}" in request.form]
    form = receive_form(
        sent or to_take, back.shops
    )  # what was sent may be with somebody else by now, and the page says so
    if form.items and form.validate_on_submit() and take_in(back.way, form, taken):
        flash(_("You have taken these goods in. The shop that sold them has been told."), "success")
        return redirect(url_for("merchant.return_here", number=back.case.number), code=303)
    fresh(form)
    mine = [p for item in back.record.items for p in item.custody if p.taker_id in {s.id for s in back.shops}]
    return render_template(
        "merchant/returns/branch.html", back=back, case=back.case, form=form, taken=taken, to_take=to_take,
        received=[
            {"goods": goods_name(p.item), "quantity": p.quantity, "at": p.happened_at, "grade": named(GRADES, p.grade),
             "seal": p.seal, "place": back.who(p.taker, p.taker_id)}
            for p in mine if p.taker == Holder.SHOP
        ],
    )  # fmt: skip


def _scanned(number: str) -> ShopReturn | None:
    """The return, for a user of a shop that takes its goods and that was shown its code; None for the shop that sold them.

    Everybody else finds nothing.
    """
    by = current_actor()
    try:
        queries.find(number, by)
    except queries.NotFound:
        pass
    else:
        return None
    case = _any(number)
    if case is None or case.id not in session.get(SCANNED, ()) or case.erased_at is not None or case.routed_at is None:
        abort(404)
    way = Way(replace(by, case_id=case.id), number=case.number)
    back = ShopReturn(case, way)
    if not back.shops:
        abort(404)
    return back


def _any(number: str) -> Case | None:
    try:
        case = queries.find(number, SYSTEM)
    except queries.NotFound:
        return None
    return case if case.kind == Kind.RETURN else None


def _to_take(back: ShopReturn) -> list[ReturnItem]:
    """What this branch could take now: from the customer while the goods may leave their hands, from a carrier at any time."""
    return [
        item
        for item in back.to_come
        if item.holder == Holder.CARRIER
        or (item.holder == Holder.TOURIST and State(back.case.state) in TAKEN_FROM_TOURIST)
    ]
