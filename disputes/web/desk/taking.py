"""Goods are taken in: from a visitor, with photographs and a seal, both confirming; or from whoever brought them on.

An entry that a device made without network is sent to the same address as any other, in one go and with its own name
(``entry``), so that sending it twice takes in once. A program gets the answer as JSON, a person as a page.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from disputes.accounts.actors import Actor
from disputes.cases import queries
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.cases.upkeep import File
from disputes.db import db, transaction
from disputes.names import named
from disputes.names import returns as return_names
from disputes.returns import handing
from disputes.returns.handing import Hand, Handed
from disputes.returns.models import Return, ReturnItem
from disputes.rules.lifecycle import StepRefused
from disputes.rules.return_way import PHOTOGRAPHS, Grade, Holder
from disputes.web.custody import goods_name
from disputes.web.desk import bp
from disputes.web.desk.advice import advice, can_take, elsewhere, tax_warnings, with_visitor
from disputes.web.desk.forms import NEEDED, ConfirmForm, TakeForm, take_form
from disputes.web.desk.frame import by_number, own_desk
from disputes.web.desk.halves import for_visitor, language_of
from disputes.web.desk.looking import conflict, who
from disputes.web.desk.slips import Line, Slip, read
from disputes.web.sentences import refusal
from disputes.web.uploads import receive

Answer = Response | str | tuple[str, int] | tuple[Response, int]
POSTED = ("GET", "POST")


@bp.route("/returns/<number>/take-in", methods=POSTED)
def take_in(number: str) -> Answer:
    """From the visitor: fill in, then both confirm."""
    by, case, record = by_number(number)
    items = with_visitor(record)
    go = request.form.get("go")
    if go == "confirm":
        return _confirmed(by, case, record)
    form = take_form(items, from_visitor=True)()
    if go == "correct":
        return _fill(case, record, items, _filled_again(items, case), 200)
    if not form.is_submitted():
        if not can_take(case, record):
            return _conflict(case, record) if record.items[0].custody else _moved_on(case, record)
        return _fill(case, record, items, form)
    if any(f"take_{i.id}" in request.form and i not in items for i in record.items):
        # Sent late: somebody was first, or it was this very entry.
        return _late(by, case, record)
    # A page that was kept on a device may be filled in twice, so only what the device itself made has a name of its own.
    entry = _entry(form.entry.data) if go == "now" else str(uuid.uuid4())
    slip = _slip(form, items, case, entry, needed=True)
    if slip is None or form.errors:
        return _said_no(form) if _to_program() else _fill(case, record, items, form, 422)
    if go == "now":  # a device without network let both confirm before
        confirm = ConfirmForm()
        if not confirm.validate():
            return _said_no(confirm)
        return _take(by, case, slip, Hand(Holder.TOURIST), form.happened_at.data)
    return _both(case, record, slip, ConfirmForm(formdata=None))


@bp.route("/returns/<number>/take-over", methods=POSTED)
def take_over(number: str) -> Answer:
    """From a carrier, a shop or another desk: the goods come from one hand to the other, and both agree."""
    by, case, record = by_number(number)
    items = elsewhere(record, own_desk())
    if not items:
        return _moved_on(case, record)
    form = take_form(items, from_visitor=False)()
    if not form.is_submitted():
        form.entry.data = str(uuid.uuid4())
        return _over(case, items, form)
    valid = form.validate()
    slip = _slip(form, items, case, _entry(form.entry.data), needed=False)
    if not valid or slip is None:
        return _over(case, items, form, 422)
    chosen = {line.item_id for line in slip.lines}
    hands = {(i.holder, i.holder_id) for i in items if i.id in chosen}
    if len(hands) > 1:
        form.form_errors = [_("Take in separately what comes from different hands.")]
        return _over(case, items, form, 422)
    holder, holder_id = hands.pop()
    return _take(by, case, slip, Hand(Holder(holder), holder_id), None)


# --- the steps


def _confirmed(by: Actor, case: Case, record: Return) -> Answer:
    form = ConfirmForm()
    slip = read(form.slip.data, case.id, own_desk().id)
    if slip is None or not slip.lines:
        return _moved_on(case, record)
    if not form.validate():
        return _said_no(form) if _to_program() else _both(case, record, slip, form, 422)
    return _take(by, case, slip, Hand(Holder.TOURIST), form.happened_at.data)


def _take(by: Actor, case: Case, slip: Slip, giver: Hand, happened: str | None) -> Answer:
    number = case.number
    try:
        with transaction():
            queries.lock(case.id, by)
            handed = [_handed(case, by, slip, line) for line in slip.lines]
            event = handing.take_in(
                case.id, None, by, handed, giver=giver, seal=slip.seal, happened_at=_moment(happened), entry=slip.entry
            )
            event_id = event.id
    except handing.Taken:
        db.session.expire_all()
        return _conflict(*_again(by, number))
    except (Refused, StepRefused) as refused:
        db.session.expire_all()
        if _to_program():
            return jsonify(outcome="refused", words=refusal(refused), url=url_for(".seen", number=number)), 422
        return _moved_on(*_again(by, number), why=refusal(refused))
    return _done(number, event_id)


def _handed(case: Case, by: Actor, slip: Slip, line: Line) -> Handed:
    photographs = handing.add_photographs(case, by, slip.photographs.get(line.item_id, {}))
    return Handed(line.item_id, line.quantity, Grade(line.grade) if line.grade else None, photographs)


def _late(by: Actor, case: Case, record: Return) -> Answer:
    """An entry for goods that nobody has with them any more: made already, or taken by somebody else first."""
    known = handing.entered(case, request.form.get("entry") or "")
    return _done(case.number, known.id) if known is not None else _conflict(case, record)


def _done(number: str, event_id: int) -> Answer:
    receipt = url_for(".receipt", number=number, event_id=event_id)
    return jsonify(outcome="taken", url=receipt) if _to_program() else redirect(receipt, 303)  # type: ignore[return-value]


def _again(by: Actor, number: str) -> tuple[Case, Return]:
    case = queries.find(number, by)
    return case, db.session.get_one(Return, case.id)


# --- what was filled in


def _slip(form: TakeForm, items: Sequence[ReturnItem], case: Case, entry: str, *, needed: bool) -> Slip | None:
    """The entry as it stands in the form, its new photographs stored; None when something is missing, which the form then says.

    What was stored stays in the form's own slip, so that nobody takes a photograph twice.
    """
    valid, desk = form.validate(), own_desk()
    before = read(form.slip.data, case.id, desk.id)
    photographs: dict[int, dict[str, File]] = {
        i.id: {**(before.photographs.get(i.id, {}) if before else {}), **_received(form, i)} for i in items
    }
    chosen = [i for i in items if form.of(i, "take").data]
    lines = tuple(
        Line(i.id, form.of(i, "quantity").data or i.quantity, form.of(i, "grade").data or None) for i in chosen
    )
    slip = Slip(case.id, desk.id, entry, (form.seal.data or "").strip(), lines, photographs)
    form.slip.data = replace(slip, lines=()).signed()
    if not chosen:
        form.form_errors = [_("Choose at least one of the goods.")]
        return None
    if needed:
        valid = _is_complete(form, chosen, photographs) and valid
    return slip if valid and not form.errors else None


def _is_complete(form: TakeForm, chosen: Iterable[ReturnItem], photographs: dict[int, dict[str, File]]) -> bool:
    for item in chosen:
        if not form.of(item, "grade").data:
            form.of(item, "grade").errors = [_("Choose the condition.")]
        for name in NEEDED:
            if name not in photographs[item.id] and not form.of(item, name).errors:
                form.of(item, name).errors = [
                    _("This photograph is missing: %(name)s", name=form.of(item, name).label.text)
                ]
    if not (form.seal.data or "").strip():
        form.seal.errors = [_("Put the goods into a bag, seal it, and write the seal number.")]
    return not form.errors


def _received(form: TakeForm, item: ReturnItem) -> dict[str, File]:
    """The photographs of one item that were just taken, judged and stored one by one."""
    kept = {}
    for name in PHOTOGRAPHS:
        field = form.of(item, name)
        if not getattr(field.data, "filename", None):
            continue
        received = receive([field.data])
        if received.refused:
            field.errors = received.sentences
        elif not received.accepted[0].media_type.startswith("image/"):
            field.errors = [_("Take a photograph; other files are not taken here.")]
        else:
            kept[name] = received.accepted[0]
    return kept


def _filled_again(items: Sequence[ReturnItem], case: Case) -> TakeForm:
    """The form as it was filled in before both should confirm."""
    form = take_form(items, from_visitor=True)(formdata=None)
    slip = read(request.form.get("slip"), case.id, own_desk().id)
    if slip is not None:
        form.slip.data, form.seal.data = slip.signed(), slip.seal
        lines = {line.item_id: line for line in slip.lines}
        for item in items:
            line = lines.get(item.id)
            form.of(item, "take").data = line is not None
            if line is not None:
                form.of(item, "quantity").data, form.of(item, "grade").data = line.quantity, line.grade
    return form


def _entry(given: str | None) -> str:
    try:
        return str(uuid.UUID(given or ""))
    except ValueError:
        return str(uuid.uuid4())


def _moment(given: str | None) -> datetime | None:
    """When it happened on a device without network; a moment without a zone is none."""
    try:
        moment = datetime.fromisoformat((given or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


# --- the pages


def _fill(case: Case, record: Return, items: Sequence[ReturnItem], form: TakeForm, status: int = 200) -> Answer:
    desk = own_desk()
    slip = read(form.slip.data, case.id, desk.id)
    page = render_template(
        "desk/take-in.html",
        case=case,
        items=items,
        form=form,
        advice=advice(case, record, desk),
        tax=tax_warnings(record),
        goods_name=goods_name,
        hints=return_names.GRADE_HINTS,
        needed=NEEDED,
        photographs=PHOTOGRAPHS,
        kept=slip.photographs if slip else {},
        confirm=ConfirmForm(formdata=None),
        half=for_visitor("desk/_visitor_half.html", case, lines=[], seal="", at_desk=desk, confirm=None, offline=True),
        kept_half=for_visitor("desk/_visitor_kept.html", case, at_desk=desk),
        spoken=language_of(case),
    )
    return page, status


def _both(case: Case, record: Return, slip: Slip, form: ConfirmForm, status: int = 200) -> Answer:
    items = {i.id: i for i in record.items}
    lines = [(goods_name(items[line.item_id]), line) for line in slip.lines if line.item_id in items]
    form.slip.data = slip.signed()
    desk = own_desk()
    page = render_template(
        "desk/both-confirm.html",
        case=case,
        form=form,
        slip=slip,
        lines=lines,
        grade_name=lambda code: named(return_names.GRADES, code),
        photograph_name=lambda code: named(return_names.PHOTOGRAPHS, code),
        half=for_visitor(
            "desk/_visitor_half.html", case, lines=lines, seal=slip.seal, at_desk=desk, confirm=form, offline=False
        ),
    )
    return page, status


def _over(case: Case, items: Sequence[ReturnItem], form: TakeForm, status: int = 200) -> Answer:
    seals = {i.id: next((c.seal for c in reversed(i.custody) if c.seal), None) for i in items}
    page = render_template(
        "desk/take-over.html", case=case, items=items, form=form, goods_name=goods_name, hints=return_names.GRADE_HINTS,
        photographs=PHOTOGRAPHS, seals=seals, has=lambda item: who(item.holder, item.holder_id),
    )  # fmt: skip
    return page, status


def _conflict(case: Case, record: Return) -> Answer:
    desk, where = own_desk(), url_for(".taken", number=case.number)
    lines = [conflict(i, desk) for i in record.items if i.custody]
    if _to_program():
        words = _("Somebody else has these goods already.")
        return jsonify(outcome="conflict", words=words, url=where), 409
    return render_template("desk/taken.html", case=case, lines=lines, elsewhere=elsewhere(record, desk)), 409


def _moved_on(case: Case, record: Return, why: str | None = None) -> Answer:
    said = advice(case, record, own_desk())
    if _to_program():
        return jsonify(outcome="refused", words=why or said.headline, url=url_for(".seen", number=case.number)), 422
    return render_template("desk/moved-on.html", case=case, advice=said, why=why), 409


def _said_no(form: Any) -> Answer:
    """To a program: the first thing that is wrong with what it sent."""
    errors = [str(text) for texts in form.errors.values() for text in texts]
    return jsonify(outcome="refused", words=errors[0] if errors else "", url=request.path), 422


def _to_program() -> bool:
    return request.accept_mimetypes.best == "application/json"
