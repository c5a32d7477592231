"""Who is asking: a signed-in user, or somebody with the link of one case."""

from __future__ import annotations

import json
import secrets
from functools import cache

from flask import Flask, abort, current_app
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import inspect

from disputes import links, rows
from disputes.accounts import actors
from disputes.accounts.actors import Actor
from disputes.accounts.models import User
from disputes.cases.models import Case
from disputes.db import db
from disputes.rules.lifecycle import Kind, Role, State

login = LoginManager()
CODE_VERSION = 0  # of the code of a return: on the bag it must outlive a new link of the tourist


class SignedIn(UserMixin):
    """A user as Flask-Login knows one.

    The id carries the session version, so raising that signs every session out, and a name of its own, so one can be.
    """

    def __init__(self, user: User, session_name: str | None = None) -> None:
        self.user = user
        self.locale = user.locale
        self.session_name = session_name or secrets.token_urlsafe(9)

    def get_id(self) -> str:
        return f"{self.user.id}.{self.user.session_version}.{self.session_name}"

    @property
    def is_staff(self) -> bool:
        return self.user.role in actors.STAFF_ROLES


def init_app(app: Flask) -> None:
    """Set up the recognition of signed-in users."""
    login.init_app(app)
    login.session_protection = "basic"


@login.user_loader
def load(session_id: str) -> SignedIn | None:
    """The user behind a session, unless it was ended or the user may no longer sign in."""
    user_id, version, name = (*session_id.split("."), "", "", "")[:3]
    if not (user_id.isdigit() and version.isdigit() and name):
        return None
    user = _user(int(user_id))
    if user is None or not user.active or user.session_version != int(version) or name in user.signed_out:
        return None
    return SignedIn(user, name)


def _user(user_id: int) -> User | None:
    """The user with this id, as the session's own ``get`` gives it; every page asks, so it is read as one value."""
    if inspect(User).identity_key_from_primary_key((user_id,)) in db.session.identity_map:
        return db.session.get(User, user_id)
    read = db.session.connection().exec_driver_sql(_read_user(), {"id": user_id}).scalar_one_or_none()
    return rows.known(User, json.loads(read)) if read else None


@cache
def _read_user() -> str:
    return f"SELECT row_to_json(r)::text FROM (SELECT {rows.columns_of(User)} FROM users WHERE id = %(id)s) r"  # noqa: S608


def current_actor() -> Actor:
    """The actor behind the signed-in user; 401 without one."""
    if not current_user.is_authenticated:
        abort(401)
    return actors.of_user(current_user.user)


def secret() -> str:
    """The secret from which links and words are computed."""
    return current_app.config["SETTINGS"].secret_key


def tourist_by_link(token: str) -> Actor:
    """The tourist or the companion whose link this is; 404 for every link that opens nothing, whatever the reason."""
    link = links.read(secret(), token)
    case = db.session.get(Case, link.case_id) if link and link.party in ("tourist", "companion") else None
    if link is None or case is None or case.link_version != link.version:
        abort(404)
    if link.party == "companion":
        if not any(c.party == "companion" and c.erased_at is None for c in case.contacts):
            abort(404)
        return actors.companion_of(case.id)
    return actors.tourist_of(case.id, mailed_link=link.mailed)


def shop_by_link(token: str) -> Actor:
    """The merchant whose signed link this is, for one case; 404 otherwise."""
    link = links.read(secret(), token)
    case = db.session.get(Case, link.case_id) if link and link.party == "shop" else None
    if link is None or case is None or case.shop_link_version != link.version:
        abort(404)
    if case.merchant_id is None or case.routed_at is None or case.state == State.LIAISON:
        abort(404)
    return Actor(Role.MERCHANT, case_id=case.id, merchant_id=case.merchant_id)


def counter_by_link(token: str) -> Case:
    """The case that somebody in the shop was shown, from the code on the tourist's screen; 404 otherwise.

    The link alone lets nobody act for the shop; it ends with the tourist's link and with a change of the shop.
    """
    link = links.read(secret(), token)
    case = db.session.get(Case, link.case_id) if link and link.party == "counter" else None
    if link is None or case is None or link.version != _counter_version(case) or case.state == State.LIAISON:
        abort(404)
    return case


def counter_token(case: Case) -> str:
    """The token of the page that shows the claim to somebody in the shop."""
    return links.token(secret(), links.Link(case.id, "counter", _counter_version(case)))


def _counter_version(case: Case) -> int:
    return case.link_version + case.shop_link_version  # both only grow, so a change of either ends the link


def return_by_code(token: str) -> Case:
    """The return whose code was scanned; 404 otherwise. The code alone opens nothing, so it lasts as long as the return."""
    link = links.read(secret(), token)
    case = (
        db.session.get(Case, link.case_id) if link and link.party == "return" and link.version == CODE_VERSION else None
    )
    if case is None or case.kind != Kind.RETURN:
        abort(404)
    return case


def return_token(case: Case) -> str:
    """The token of the code that a shop or a desk scans."""
    return links.token(secret(), links.Link(case.id, "return", CODE_VERSION))


def tourist_token(case: Case) -> str:
    """The token of the tourist's link to this case."""
    return links.token(secret(), links.Link(case.id, "tourist", case.link_version))


def tourist_words(case: Case, language: str) -> tuple[str, ...]:
    """The five words of this case's card."""
    return links.words(secret(), case.id, case.link_version, language)
