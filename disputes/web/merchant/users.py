"""A merchant's own people: who may sign in for it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import InputRequired

from disputes.accounts import commands, queries
from disputes.db import transaction
from disputes.notifications import invitations
from disputes.rules.lifecycle import Role
from disputes.web.fields import readable
from disputes.web.merchant import bp
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor


class PersonForm(FlaskForm):
    name = StringField(_l("Name"), [InputRequired(_l("Write a name.")), readable(80)])
    email = EmailField(_l("E-mail address"), [InputRequired(_l("Write an e-mail address.")), readable(200)])
    locale = SelectField(_l("Language"), choices=[("zh_CN", "简体中文"), ("en", "English")], default="zh_CN")


class PressForm(FlaskForm):
    """A button and nothing else."""


@bp.get("/people")
def users() -> str:
    """Everybody who may sign in for this merchant."""
    actor = current_actor()
    return render_template("merchant/users.html", people=queries.users(actor), me=actor.user_id, form=PressForm())


@bp.route("/people/new", methods=["GET", "POST"])
def user_new() -> Response | str:
    """Invite somebody; the letter lets them choose a password."""
    actor = current_actor()
    form = PersonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                person = commands.create_user(
                    form.email.data or "",
                    form.name.data or "",
                    Role.MERCHANT,
                    merchant_id=actor.merchant_id,
                    locale=form.locale.data,
                )
                invitations.invite(person, actor.name)
        except commands.AccountRefused as refused:
            form.email.errors = [refusal(refused.code)]
        else:
            flash(_("An invitation is on its way to %(email)s.", email=person.email), "success")
            return redirect(url_for("merchant.users"), code=303)
    return render_template("merchant/user-new.html", form=form)


@bp.post("/people/<int:user_id>/<any(deactivate, activate, invite):what>")
def user_change(user_id: int, what: str) -> Response:
    """Take somebody's access away, give it back, or send the invitation again."""
    actor = current_actor()
    person = queries.find(user_id, actor)
    if person is None:
        abort(404)
    if not PressForm().validate_on_submit():
        return redirect(url_for("merchant.users"), code=303)
    try:
        with transaction():
            if what == "deactivate":
                commands.deactivate(person, actor)
            elif what == "activate":
                commands.activate(person)
            else:
                invitations.invite(person, actor.name)
    except commands.AccountRefused as refused:
        flash(refusal(refused.code), "error")
    else:
        flash(_("Done."), "success")
    return redirect(url_for("merchant.users"), code=303)
