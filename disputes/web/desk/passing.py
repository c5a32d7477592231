"""Goods leave a desk: on to a carrier, or back to the visitor; and the refund in cash where the desk pays."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from disputes.cases import queries
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import transaction
from disputes.returns import deciding, handing, refunding
from disputes.returns.models import Return, ReturnItem
from disputes.rules.lifecycle import Action, Kind, Role, State, StepRefused, may
from disputes.rules.packages import Means
from disputes.web.custody import goods_name
from disputes.web.desk import bp
from disputes.web.desk.advice import advice, lies_here
from disputes.web.desk.forms import BackForm, HandOnForm, PayForm
from disputes.web.desk.frame import by_number, own_desk
from disputes.web.desk.halves import for_visitor
from disputes.web.sentences import refusal

Answer = Response | str | tuple[str, int]
POSTED = ("GET", "POST")
CASH = Means.CASH.value


@bp.route("/returns/<number>/hand-on", methods=POSTED)
def hand_on(number: str) -> Answer:
    """To a carrier or a messenger; whoever gets the goods takes them in from there."""
    by, case, record = by_number(number)
    items = _here(record)
    if not items:
        return _not_now(case, record)
    form = _of_items(HandOnForm(), items)
    if form.validate_on_submit():
        done = _done(
            form,
            lambda: handing.hand_on(
                case.id, None, by, _chosen(form), carrier=form.carrier.data or "",
                tracking_number=form.tracking_number.data or "", entry=_entry(form),
            ),
        )  # fmt: skip
        if done:
            flash(_("Handed on. The goods are no longer at your desk."), "success")
            return redirect(url_for(".seen", number=number), 303)
    return _shown("desk/hand-on.html", form, case, items)


@bp.route("/returns/<number>/give-back", methods=POSTED)
def give_back(number: str) -> Answer:
    """Back to the visitor; both confirm on the one phone."""
    by, case, record = by_number(number)
    items = [i for i in _here(record) if i.accepted_at is None]
    if not items:
        return _not_now(case, record)
    form = _of_items(BackForm(), items)
    step = form.validate_on_submit() and _done(
        form, lambda: handing.give_back(case.id, None, by, _chosen(form), _entry(form))
    )
    if step:
        flash(_("Given back. The goods are with the visitor again."), "success")
        return redirect(url_for(".seen", number=number), 303)
    half = for_visitor(
        "desk/_visitor_back.html", case, items=items, goods_name=goods_name, at_desk=own_desk(), confirm=form
    )
    return _shown("desk/give-back.html", form, case, items, half=half)


@bp.route("/returns/<number>/pay", methods=POSTED)
def pay(number: str) -> Answer:
    """The refund in cash; the visitor confirms on the phone that it was received, and is asked once more by letter."""
    by, case, record = by_number(number)
    if not own_desk().pays_cash or not may(Kind.RETURN, State(case.state), Action.REPORT_REFUND, Role.DESK):
        return _not_now(case, record)
    form = PayForm()
    due, currency = deciding.amount_due(record), case.complaint.currency or "CNY"
    if form.validate_on_submit():
        version = int(form.version.data) if (form.version.data or "").isdigit() else case.version
        receipt = form.receipt.data or ""
        if _done(form, lambda: refunding.report_refund(case.id, version, by, CASH, receipt, amount=due)):
            flash(_("The refund is reported as paid in cash."), "success")
            return redirect(url_for(".seen", number=number), 303)
    elif not form.is_submitted():
        form.version.data = str(case.version)
    half = for_visitor("desk/_visitor_paid.html", case, due=due, currency=currency, at_desk=own_desk(), confirm=form)
    return _shown("desk/pay.html", form, case, record.items, half=half, due=due, currency=currency)


# --- shared


def _done(form: Any, step: Callable[[], Any]) -> bool:
    """Take the step; what stands against it becomes a sentence on the form."""
    try:
        with transaction():
            step()
    except queries.Stale:
        form.form_errors = [_("This return has changed meanwhile. Open it again and look how it stands.")]
    except handing.Taken:
        form.form_errors = [refusal("not_yours_to_give")]
    except (Refused, StepRefused) as refused:
        form.form_errors = [refusal(refused)]
    else:
        return True
    return False


def _here(record: Return) -> list[ReturnItem]:
    desk = own_desk()
    return [i for i in record.items if lies_here(i, desk)]


def _of_items(form: Any, items: Sequence[ReturnItem]) -> Any:
    form.items.choices = [SelectChoice(str(i.id), f"{goods_name(i)} × {i.quantity}") for i in items]
    if not form.is_submitted():
        form.items.data = [str(i.id) for i in items]
        form.entry.data = str(uuid.uuid4())
    return form


def _chosen(form: Any) -> list[int]:
    return [int(value) for value in form.items.data or []]


def _entry(form: Any) -> str | None:
    try:
        return str(uuid.UUID(form.entry.data or ""))
    except ValueError:
        return None


def _shown(template: str, form: Any, case: Case, items: Sequence[ReturnItem], **more: Any) -> Answer:
    page = render_template(template, form=form, case=case, items=items, goods_name=goods_name, **more)
    return page, 422 if form.errors else 200


def _not_now(case: Case, record: Return) -> Answer:
    return render_template("desk/moved-on.html", case=case, advice=advice(case, record, own_desk()), why=None), 409
