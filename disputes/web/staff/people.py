"""The people of the supervisor's own office: invited, corrected, on duty or not, second factor reset, signed out, deactivated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired

from disputes.accounts import commands, queries
from disputes.accounts.actors import STAFF_ROLES
from disputes.accounts.commands import AccountRefused
from disputes.accounts.models import User
from disputes.cases import desk
from disputes.db import transaction
from disputes.names import ROLES
from disputes.notifications.invitations import invite
from disputes.rules.lifecycle import Role
from disputes.web.access import only_for
from disputes.web.components import OWN_NAMES
from disputes.web.fields import readable
from disputes.web.languages import STAFF_LANGUAGES
from disputes.web.public.filing_forms import own_languages
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import supervision_tabs
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

SUPERVISOR = only_for(Role.SUPERVISOR)


class UserForm(FlaskForm):
    name = StringField(_l("Name"), [InputRequired(_l("Write a name.")), readable(120)])
    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Write the address.")), readable(254)], render_kw={"dir": "ltr"}
    )
    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose one of the roles."))],
        choices=[(str(role), ROLES[role]) for role in (Role.OFFICER, Role.SUPERVISOR)],
        default=Role.OFFICER.value,
    )
    languages = SelectMultipleField(_l("Languages of visitors"), choices=lambda: own_languages())
    locale = SelectField(_l("Language of pages and letters"), choices=[(c, OWN_NAMES[c]) for c in STAFF_LANGUAGES])


class StepForm(FlaskForm):
    """A button that takes a step."""


# What a supervisor may do with an account by one button: the verb, and what is said afterwards.
STEPS: dict[str, tuple[Callable[[User], Any], Any]] = {
    "invite": (
        lambda user: invite(user, current_user.user.name),
        _l("The invitation is on its way; it also sets a new password."),
    ),
    "reset-factor": (
        commands.reset_second_factor,
        _l("The second factor is reset. The next sign-in sets up a new one."),
    ),
    "end-sessions": (commands.end_sessions, _l("The account is signed out on every device.")),
    "deactivate": (lambda user: commands.deactivate(user, current_actor()), _l("The account is deactivated.")),
    "activate": (commands.activate, _l("The account may sign in again.")),
    "on-duty": (lambda user: commands.set_on_duty(user, True), _l("On duty: new cases may come.")),
    "off-duty": (lambda user: commands.set_on_duty(user, False), _l("Off duty: no new cases come.")),
}


@bp.get("/users")
@SUPERVISOR
def users() -> str:
    """The people of the own office."""
    return render_template(
        "staff/users.html", tabs_here=supervision_tabs(), users=queries.users(current_actor(), staff=True)
    )


@bp.route("/users/new", methods=["GET", "POST"])
@SUPERVISOR
def user_new() -> Response | str:
    """Invite somebody to the own office."""
    form, by = UserForm(), current_actor()
    if form.validate_on_submit():
        try:
            with transaction():
                made = commands.create_user(
                    form.email.data or "", form.name.data or "", Role(form.role.data), office_id=by.office_id,
                    languages=form.languages.data or [], locale=form.locale.data,
                )  # fmt: skip
                invite(made, by.name)
        except AccountRefused as refused:
            form.email.errors = [refusal(refused)]
        else:
            flash(_("The invitation is on its way. It can be taken up for three days."), "success")
            return redirect(url_for(".users"), code=303)
    return render_template("staff/user_new.html", form=form)


@bp.route("/users/<int:user_id>", methods=["GET", "POST"])
@SUPERVISOR
def user(user_id: int) -> Response | str:
    """One account of the own office, or of a merchant."""
    found = _user(user_id)
    form = UserForm(obj=found)
    if found.role not in STAFF_ROLES:
        del form.role, form.languages
    if form.validate_on_submit():
        if found.id == current_user.user.id and form.role.data != found.role:
            form.role.errors = [refusal("not_yourself")]
        elif _changed(found, form):
            flash(_("Kept."), "success")
            return redirect(url_for(".user", user_id=user_id), code=303)
    return render_template(
        "staff/user.html",
        user=found,
        form=form,
        step_form=StepForm(formdata=None),
        myself=found.id == current_user.user.id,
        open_cases=len(desk.open_cases_of(current_actor(), found.id)),
    )


@bp.post("/users/<int:user_id>/<step>")
@SUPERVISOR
def user_step(user_id: int, step: str) -> Response:
    """One of the STEPS."""
    if step not in STEPS or not StepForm().validate():
        abort(404)
    found, (verb, done) = _user(user_id), STEPS[step]
    try:
        with transaction():
            verb(found)
    except AccountRefused as refused:
        flash(refusal(refused), "error")
    else:
        flash(str(done), "success")
    back = url_for(".workload") if step.endswith("-duty") else url_for(".user", user_id=user_id)
    return redirect(back, code=303)


def _changed(found: User, form: UserForm) -> bool:
    try:
        with transaction():
            commands.change_user(
                found, name=form.name.data or "", email=form.email.data or "", locale=form.locale.data,
                languages=form.languages.data or [] if form.languages else [],
                role=Role(form.role.data) if form.role else None,
            )  # fmt: skip
    except AccountRefused as refused:
        form.email.errors = [refusal(refused)]
        return False
    return True


def _user(user_id: int) -> User:
    found = queries.find(user_id, current_actor())
    if found is None:
        abort(404)
    return found
