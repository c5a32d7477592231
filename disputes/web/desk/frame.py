"""What all pages of a desk share: which desk it is, what stands at their head, and how a return is found by its number."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from disputes.accounts.actors import Actor
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.db import db
from disputes.numbers import read_number
from disputes.returns.deciding import record_of
from disputes.returns.models import Desk, Return
from disputes.rules.lifecycle import Role
from disputes.web import tries
from disputes.web.desk import bp
from disputes.web.languages import language
from disputes.web.sessions import current_actor

WRONG_NUMBERS = "30 per hour"  # of one account that belong to no return; more than slips of the finger


@bp.app_context_processor
def head() -> dict[str, Any]:
    """What stands at the head of the pages for somebody who is signed in."""
    if request.blueprint != "desk" or not _signed_in():
        return {}
    here, desk = (request.endpoint or "").removeprefix("desk."), own_desk()
    frame = {
        "nav_items": [
            {"label": _("Take in"), "url": url_for("desk.home"), "icon": "goods", "here": here == "home"},
            {"label": _("Lies here"), "url": url_for("desk.lying"), "icon": "market", "here": here == "lying"},
            {"label": _("Today"), "url": url_for("desk.day"), "icon": "calendar", "here": here == "day"},
        ],
    }
    if here == "offline":  # kept on the device, whoever holds it
        return frame
    account = {
        "name": current_user.user.name,
        "place": place_name(desk),
        "sign_out_url": url_for("desk.sign_out"),
    }
    return {**frame, "desk": desk, "account": account}


@bp.before_request
def only_at_an_open_desk() -> None:
    """A desk that was closed for good takes nothing in; its people find that out at once."""
    if _signed_in() and getattr(request, "endpoint", "") not in ("desk.sign_in", "desk.sign_out"):
        desk = db.session.get(Desk, current_user.user.desk_id)
        if desk is None or not desk.active:
            abort(403)


def own_desk() -> Desk:
    """The desk of the person who is signed in."""
    desk = db.session.get(Desk, current_actor().desk_id)
    assert desk is not None  # noqa: S101  an account of a desk has one, says the database
    return desk


def by_number(number: str) -> tuple[Actor, Case, Return]:
    """Who asks, the return with this number, and its record. What is no return is not there; guessing is not endless."""
    by = current_actor()
    name = ("desk", "number", str(by.user_id))
    if tries.exhausted(WRONG_NUMBERS, *name):
        abort(429)
    try:
        case = queries.find(read_number(number) or "", by)
    except queries.NotFound:
        tries.count(WRONG_NUMBERS, *name)
        raise
    return by, case, record_of(case)


def place_name(row: Any) -> str:
    """The name of a shop or a desk for whoever reads this page."""
    return row.name_zh if language().startswith("zh") or not row.name_en else row.name_en


def _signed_in() -> bool:
    return bool(current_user.is_authenticated and current_user.user.role == Role.DESK)
