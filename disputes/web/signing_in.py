"""Signing in and out of the portals of staff and merchants: password, second factor, invitation.

A portal takes these pages by ``add_pages(bp, portal)``; they are the only ones of a portal that strangers can open. What a
person gets to hear is the same for an unknown address and a wrong password, and failed tries are counted, never locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import segno
from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask import session as browser
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired
from wtforms.widgets import PasswordInput

from disputes import clock
from disputes.accounts import commands, demo, invitations, passwords, queries, second_factor
from disputes.accounts.models import User
from disputes.db import transaction
from disputes.rules.lifecycle import Role
from disputes.web import known_devices, tries
from disputes.web.access import open_to_strangers
from disputes.web.sentences import refusal
from disputes.web.sessions import SignedIn, secret

# Failed tries. The first two are about one account, from devices that nobody knows and from one that is known.
BY_STRANGERS = "15 per 15 minutes"
BY_DEVICE = "15 per 15 minutes"
BY_ADDRESS = "100 per 15 minutes"  # a whole office may share one
HALF_WAY_FOR = timedelta(minutes=10)  # between the password and the code
HALF_WAY = "half_signed_in"


@dataclass(frozen=True)
class Portal:
    """What differs between the portals."""

    name: str  # of its blueprint, and the beginning of its addresses
    roles: tuple[Role, ...]
    second_factor: bool
    layout: str
    home: str  # endpoint

    def url(self, page: str, **values: Any) -> str:
        return url_for(f"{self.name}.{page}", **values)


class PasswordForm(FlaskForm):
    email = EmailField(_l("E-mail address"), [InputRequired(_l("Write your e-mail address."))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password."))])
    next = HiddenField()


class CodeForm(FlaskForm):
    code = StringField(_l("Code"), [InputRequired(_l("Write the six digits that your app shows."))])


class NewPasswordForm(FlaskForm):
    """A password for an account: by an invitation, or in place of an old one."""

    password = PasswordField(
        _l("New password"),
        [InputRequired(_l("Choose a password."))],
        description=_l(
            "At least 12 characters. A few words that do not belong together are easy to remember and hard to guess."
        ),
    )
    again = PasswordField(
        _l("The same password again"),
        [InputRequired(_l("Write the password a second time.")), EqualTo("password", _l("The two are not the same."))],
    )


def add_pages(bp: Blueprint, portal: Portal) -> None:
    """Give a portal its pages for signing in and out, and for invitations."""

    @bp.route("/sign-in", methods=["GET", "POST"])
    @open_to_strangers
    def sign_in() -> AnyResponse | str | tuple[str, int]:
        return _sign_in(portal)

    if portal.second_factor:

        @bp.route("/sign-in/code", methods=["GET", "POST"])
        @open_to_strangers
        def sign_in_code() -> AnyResponse | str | tuple[str, int]:
            return _sign_in_code(portal)

        @bp.route("/sign-in/set-up", methods=["GET", "POST"])
        @open_to_strangers
        def sign_in_set_up() -> AnyResponse | str:
            return _sign_in_set_up(portal)

    @bp.post("/sign-out")
    @open_to_strangers
    def sign_out() -> AnyResponse:
        return _sign_out(portal)

    @bp.route("/invitation/<token>", methods=["GET", "POST"])
    @open_to_strangers
    def invitation(token: str) -> AnyResponse | str:
        return _invitation(portal, token)


def set_new_password(user: User, form: NewPasswordForm) -> bool:
    """Set the password of a valid form, or put the reason against it into the form."""
    try:
        with transaction():
            commands.set_password(user, form.password.data or "")
    except passwords.WeakPassword as weak:
        form.password.errors = [refusal(weak.code)]
        return False
    return True


# --- the pages


def _sign_in(portal: Portal) -> AnyResponse | str | tuple[str, int]:
    form = PasswordForm()
    if request.method == "GET":
        if current_user.is_authenticated and current_user.user.role in portal.roles:
            return redirect(_onward(portal, request.args.get("next")))
        form.next.data = request.args.get("next", "")
        _fill_in_demo(portal, form)
    if not form.validate_on_submit():
        return _page(portal, "sign-in", form=form, demo_accounts=_demo_accounts(portal))
    if _exhausted(form.email.data or ""):
        form.form_errors = [_("Too many tries have failed. Please wait a quarter of an hour and try again.")]
        return _page(portal, "sign-in", form=form, demo_accounts=_demo_accounts(portal)), 429
    with transaction():
        user = commands.check_password(form.email.data or "", form.password.data or "", portal.roles)
    if user is None:
        _count(form.email.data or "")
        form.form_errors = [_("This address and this password do not go together. Please check both.")]
        return _page(portal, "sign-in", form=form, demo_accounts=_demo_accounts(portal))
    if not portal.second_factor:
        return _let_in(portal, user, form.next.data)
    _go_half_way(portal, user, form.next.data)
    return redirect(portal.url("sign_in_code" if user.totp_secret else "sign_in_set_up"), code=303)


def _sign_in_code(portal: Portal) -> AnyResponse | str | tuple[str, int]:
    half = _half_way(portal)
    if half is None or half.user.totp_secret is None:
        return redirect(portal.url("sign_in"), code=303)
    form = CodeForm()
    shown = {"form": form, "who": half.user, "demo_code": _demo_code(half.user, half.user.totp_secret)}
    if not form.validate_on_submit():
        return _page(portal, "code", **shown)
    if _exhausted(half.user.email):
        form.form_errors = [_("Too many tries have failed. Please wait a quarter of an hour and try again.")]
        return _page(portal, "code", **shown), 429
    with transaction():
        right = commands.check_code(half.user, form.code.data or "")
    if not right:
        _count(half.user.email)
        form.code.errors = [_("This code is not right, or was used already. Wait for the next one and write that.")]
        return _page(portal, "code", **shown)
    return _let_in(portal, half.user, half.next)


def _sign_in_set_up(portal: Portal) -> AnyResponse | str:
    half = _half_way(portal)
    if half is None or half.user.totp_secret is not None:
        return redirect(portal.url("sign_in"), code=303)
    # The new secret waits in the signed session of the browser that is shown it anyway; the account gets it with the code.
    fresh = browser[HALF_WAY].setdefault("secret", second_factor.new_secret())
    browser.modified = True
    form = CodeForm()
    if form.validate_on_submit():
        try:
            with transaction():
                commands.set_second_factor(half.user, fresh, form.code.data or "")
        except commands.AccountRefused as refused:
            form.code.errors = [refusal(refused.code)]
        else:
            return _let_in(portal, half.user, half.next)
    qr = segno.make(second_factor.address(fresh, half.user.email), error="m")
    return _page(
        portal,
        "set-up",
        form=form,
        who=half.user,
        qr=Markup(qr.svg_inline(omitsize=True, border=1)),  # noqa: S704  drawn by us, holds no text
        typed_secret=" ".join(fresh[i : i + 4] for i in range(0, len(fresh), 4)),
        demo_code=_demo_code(half.user, fresh),
    )


def _sign_out(portal: Portal) -> AnyResponse:
    if current_user.is_authenticated:
        with transaction():
            commands.sign_out(current_user.user, current_user.session_name)
    logout_user()
    _forget_session()
    flash(_("You are signed out."), "success")
    return redirect(portal.url("sign_in"), code=303)


def _invitation(portal: Portal, token: str) -> AnyResponse | str:
    opened = invitations.read(secret(), token)
    user = queries.user(opened.user_id) if opened else None
    if opened is None or user is None or user.role not in portal.roles or not opened.is_for(user, clock.now()):
        return _page(portal, "invitation-ended")
    form = NewPasswordForm()
    if form.validate_on_submit() and set_new_password(user, form):
        if not portal.second_factor:
            return _let_in(portal, user, None)
        _go_half_way(portal, user, None)
        return redirect(portal.url("sign_in_code" if user.totp_secret else "sign_in_set_up"), code=303)
    return _page(portal, "invitation", form=form, who=user, expires_at=opened.expires_at)


def _page(portal: Portal, name: str, **shown: Any) -> str:
    return render_template(f"signing_in/{name}.html", layout=portal.layout, portal=portal, **shown)


# --- between the password and the code


@dataclass(frozen=True)
class _HalfWay:
    """Somebody who knows the password and owes the code."""

    user: User
    next: str


def _go_half_way(portal: Portal, user: User, onward: str | None) -> None:
    browser[HALF_WAY] = {
        "portal": portal.name,
        "user": user.id,
        "version": user.session_version,
        "until": (clock.now() + HALF_WAY_FOR).isoformat(),
        "next": onward or "",
    }


def _half_way(portal: Portal) -> _HalfWay | None:
    kept = browser.get(HALF_WAY)
    if not kept or kept["portal"] != portal.name or datetime.fromisoformat(kept["until"]) < clock.now():
        return None
    user = queries.user(kept["user"])
    if user is None or not user.active or user.session_version != kept["version"] or user.role not in portal.roles:
        return None
    return _HalfWay(user, kept["next"])


def _let_in(portal: Portal, user: User, onward: str | None) -> AnyResponse:
    with transaction():
        commands.signed_in(user)
    _forget_session()
    login_user(SignedIn(user))
    response: Response = make_response(redirect(_onward(portal, onward), code=303))
    known_devices.remember(response, user.id)
    return response


def _forget_session() -> None:
    """Start the browser's session anew, so that nothing of before lives on; the chosen language may."""
    language = browser.get("language")
    browser.clear()
    if language:
        browser["language"] = language


def _onward(portal: Portal, wanted: str | None) -> str:
    """The page somebody wanted before signing in, if it is one of this portal; else its first."""
    path = unquote((wanted or "").partition("?")[0])
    inside = path.startswith(f"/{portal.name}/") and "\\" not in path and ".." not in path.split("/")
    return wanted if wanted and inside and wanted.isprintable() else url_for(portal.home)


# --- failed tries


def _exhausted(email: str) -> bool:
    limit, *name = _account_of(email)
    return tries.exhausted(limit, *name) or tries.exhausted(BY_ADDRESS, "sign-in", "address", _address())


def _count(email: str) -> None:
    limit, *name = _account_of(email)
    tries.count(limit, *name)
    tries.count(BY_ADDRESS, "sign-in", "address", _address())


def _account_of(email: str) -> tuple[str, ...]:
    """The limit and the name under which tries for this account are counted: apart for a browser that is known for it."""
    folded = email.strip().lower().replace("\0", "")[:320]
    user = queries.by_email(folded)
    mark = known_devices.mark_of(user.id) if user else None
    return (BY_DEVICE, "sign-in", "device", folded, mark) if mark else (BY_STRANGERS, "sign-in", "account", folded)


def _address() -> str:
    return request.remote_addr or "unknown"


# --- the demo


def is_demo() -> bool:
    """Whether this is the embedded shape outside production, which shows how to sign in."""
    settings = current_app.config["SETTINGS"]
    return bool(settings.embedded and not settings.production)


def _demo_accounts(portal: Portal) -> list[demo.DemoAccount]:
    return demo.accounts(portal.roles) if is_demo() else []


def _fill_in_demo(portal: Portal, form: PasswordForm) -> None:
    wanted = request.args.get("account")
    for account in _demo_accounts(portal) if wanted else ():
        if account.email == wanted:
            form.email.data = account.email
            form.password.widget = PasswordInput(hide_value=False)
            form.password.data = account.password


def _demo_code(user: User, key: str) -> str | None:
    if not is_demo() or not user.email.endswith("@" + demo.DOMAIN):
        return None
    return second_factor.next_code(key, clock.now(), user.totp_last_step)
