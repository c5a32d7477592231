"""Keys of partners, such as hotel desks and kiosks: made, shown once, revoked."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, NumberRange

from disputes.accounts import commands, queries
from disputes.accounts.scopes import Scope
from disputes.db import transaction
from disputes.names import SCOPES, options
from disputes.rules.lifecycle import Role
from disputes.web.access import only_for
from disputes.web.fields import readable
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import supervision_tabs
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

SUPERVISOR = only_for(Role.SUPERVISOR)


class KeyForm(FlaskForm):
    name = StringField(
        _l("Who uses it"),
        [InputRequired(_l("Write a name.")), readable(120)],
        description=_l("The partner and the place, such as the desk of a hotel."),
    )
    scopes = SelectMultipleField(
        _l("What it may do"), [InputRequired(_l("Choose at least one thing that the key may do."))], choices=options(SCOPES),
        default=[scope.value for scope in Scope],
    )  # fmt: skip
    per_minute = IntegerField(
        _l("Calls a minute"),
        [InputRequired(_l("Write a number.")), NumberRange(1, 6000, _l("Between 1 and 6000."))],
        default=60,
    )


class StepForm(FlaskForm):
    """A button that takes a step."""


@bp.route("/keys", methods=["GET", "POST"])
@SUPERVISOR
def keys() -> Response | str:
    """All keys; a new one is shown on the page that answers its making, and never again."""
    form, shown = KeyForm(), None
    if form.validate_on_submit():
        with transaction():
            _key, shown = commands.create_api_key(
                form.name.data or "", form.scopes.data or [], by=current_actor(), per_minute=form.per_minute.data or 60
            )
        form = KeyForm(formdata=None)
    return render_template(
        "staff/keys.html",
        tabs_here=supervision_tabs(),
        keys=queries.api_keys(),
        form=form,
        shown=shown,
        step_form=StepForm(formdata=None),
        people=queries.staff_by_id(),
    )


@bp.post("/keys/<int:key_id>/revoke")
@SUPERVISOR
def key_revoke(key_id: int) -> Response:
    """The key opens nothing any more."""
    found = queries.api_key(key_id)
    if found is None or not StepForm().validate():
        abort(404)
    with transaction():
        commands.revoke_api_key(found)
    flash(_("The key of %(name)s opens nothing any more.", name=found.name), "success")
    return redirect(url_for(".keys"), code=303)
