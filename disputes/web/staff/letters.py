"""Letters that did not get through: the address is corrected and the letter sent again, or it is let be."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from disputes.cases import queries
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.notifications import undelivered
from disputes.notifications.models import Message, MessageState
from disputes.notifications.wishes import Channel
from disputes.web.fields import readable
from disputes.web.public.filing_forms import checked_email
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

ROWS = 50


class AddressForm(FlaskForm):
    address = StringField(
        _l("Send it to"), [InputRequired(_l("Write the address.")), readable(254)], render_kw={"dir": "ltr"}
    )

    def validate_address(self, field: StringField) -> None:
        field.data = checked_email(field.data or "")


class StepForm(FlaskForm):
    """A button that takes a step."""


@bp.get("/letters")
def letters() -> str:
    """The letters that were given up."""
    before = request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    found = undelivered.given_up(ROWS + 1, start)
    return render_template(
        "staff/letters.html",
        letters=found[:ROWS],
        cases=_cases([m.case_id for m in found[:ROWS] if m.case_id is not None]),
        first_url=url_for(".letters") if start is not None else None,
        next_url=url_for(".letters", before=found[ROWS - 1].id) if len(found) > ROWS else None,
    )


@bp.route("/letters/<int:message_id>", methods=["GET", "POST"])
def letter(message_id: int) -> Response | str:
    """One letter: why it did not get through, and another try."""
    found = _letter(message_id)
    form = AddressForm()
    if form.validate_on_submit():
        with transaction():
            done = undelivered.send_again(found, form.address.data or "")
        return _back(done, _("The letter is on its way again."))
    if not form.is_submitted():
        form.address.data = found.address if found.channel == Channel.MAIL else ""
    case = queries.find(found.case_id, current_actor()) if found.case_id is not None else None
    return render_template("staff/letter.html", letter=found, case=case, form=form, cancel_form=StepForm(formdata=None))


@bp.post("/letters/<int:message_id>/robot")
def letter_to_robot(message_id: int) -> Response:
    """Have the robot try once more, after its settings were mended."""
    form = StepForm()
    if not form.validate():
        abort(400)
    with transaction():
        found = _letter(message_id)
        done = undelivered.send_again(found, found.address)
    return _back(done, _("The letter is on its way again."))


@bp.post("/letters/<int:message_id>/let-be")
def letter_let_be(message_id: int) -> Response:
    """Do not send it any more."""
    form = StepForm()
    if not form.validate():
        abort(400)
    with transaction():
        done = undelivered.cancel(_letter(message_id))
    return _back(done, _("The letter is not sent any more."))


def _letter(message_id: int) -> Message:
    found = undelivered.find(message_id)
    if found is None or found.state not in (MessageState.GIVEN_UP, MessageState.DUE, MessageState.SENT):
        abort(404)
    return found


def _back(done: bool, words: str) -> Response:
    if done:
        flash(words, "success")
    else:
        flash(_("Somebody else has taken care of this letter in the meantime."), "info")
    return redirect(url_for(".letters"), code=303)


def _cases(ids: list[int]) -> dict[int, Case]:
    if not ids:
        return {}
    visible = queries.visible_to(current_actor()).where(Case.id.in_(ids))
    return {case.id: case for case in db.session.scalars(visible)}
