"""One's own account: password, language, duty, and signing out everywhere."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, session, url_for
from flask_login import current_user, login_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from disputes.accounts import commands, passwords
from disputes.db import db, transaction
from disputes.web import signing_in, tries
from disputes.web.components import OWN_NAMES
from disputes.web.languages import STAFF_LANGUAGES
from disputes.web.public.filing_forms import own_languages
from disputes.web.sessions import SignedIn
from disputes.web.staff import bp
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

TRIES = "10 per 15 minutes"


class ChangePasswordForm(signing_in.NewPasswordForm):
    present = PasswordField(_l("Present password"), [InputRequired(_l("Write your present password."))])


class PersonalForm(FlaskForm):
    locale = SelectField(
        _l("Language of these pages and of letters to you"), choices=[(c, OWN_NAMES[c]) for c in STAFF_LANGUAGES]
    )
    languages = SelectMultipleField(_l("Languages of visitors that you work in"), choices=lambda: own_languages())
    on_duty = BooleanField(_l("I am on duty: new cases may be given to me"))


class StepForm(FlaskForm):
    """A button that takes a step."""


@bp.get("/account")
def account() -> str:
    """The own account."""
    return _page()


@bp.post("/account/password")
def account_password() -> Response | str | tuple[str, int]:
    """A new password, for whoever knows the present one. It ends the sessions on all other devices."""
    user, form = current_user.user, ChangePasswordForm(prefix="password")
    if not form.validate():
        return _page(password_form=form)
    name = ("password-change", str(user.id))
    if tries.exhausted(TRIES, *name):
        form.form_errors = [_("Too many tries have failed. Please wait a quarter of an hour and try again.")]
        return _page(password_form=form), 429
    if not passwords.fits(user.password_hash, form.present.data or ""):
        tries.count(TRIES, *name)
        form.present.errors = [_("This is not your present password.")]
        return _page(password_form=form)
    if not signing_in.set_new_password(user, form):
        return _page(password_form=form)
    login_user(SignedIn(user))  # the session of this browser goes on under the new version
    flash(_("Your password is changed. Other devices are signed out."), "success")
    return redirect(url_for(".account"), code=303)


@bp.post("/account/personal")
def account_personal() -> Response | str:
    """Languages and duty."""
    user, form = current_user.user, PersonalForm(prefix="personal")
    if not form.validate():
        return _page(personal_form=form)
    with transaction():
        commands.change_user(
            user, name=user.name, email=user.email, languages=form.languages.data or [], locale=form.locale.data
        )
        commands.set_on_duty(user, form.on_duty.data)
    session.pop("language", None)
    flash(_("Kept."), "success")
    return redirect(url_for(".account"), code=303)


@bp.post("/account/sign-out-everywhere")
def account_sign_out_everywhere() -> Response:
    """End every session of this account, this one too."""
    if not StepForm(prefix="everywhere").validate():
        abort(400)
    with transaction():
        commands.end_sessions(current_user.user)
    flash(_("You are signed out on every device."), "success")
    return redirect(url_for(".sign_in"), code=303)


def _page(**forms: Any) -> str:
    user = current_user.user
    db.session.refresh(user)
    personal = forms.get("personal_form") or PersonalForm(formdata=None, prefix="personal", obj=user)
    return render_template(
        "staff/account.html",
        user=user,
        form=next(iter(forms.values()), None),
        password_form=forms.get("password_form") or ChangePasswordForm(formdata=None, prefix="password"),
        personal_form=personal,
        everywhere_form=StepForm(formdata=None, prefix="everywhere"),
    )
