"""Who may open which page of a portal: everything is closed until a view says otherwise, and one hook per portal looks.

A view without a mark belongs to everybody who signs in at the portal. ``open_to_strangers`` opens one, such as the sign-in
page; ``only_for`` narrows one to some roles. The marks stand on the view functions, so a test can walk them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, abort, current_app, redirect, request, session, url_for
from flask_login import current_user, logout_user

from disputes.rules.lifecycle import Role

View = TypeVar("View", bound=Callable[..., Any])

# By the machine's own clock, since a browser is forgotten in true time even where the product's clock is moved.
SIGNED_OUT_AFTER = 12 * 3600  # seconds without a click
NOTED_EVERY = 300  # seconds, so that not every answer sets a cookie


def open_to_strangers(view: View) -> View:
    """Let everybody open this page."""
    view.roles = None  # type: ignore[attr-defined]
    return view


def only_for(*roles: Role) -> Callable[[View], View]:
    """Let only these roles open this page."""

    def mark(view: View) -> View:
        view.roles = roles  # type: ignore[attr-defined]
        return view

    return mark


def roles_of(endpoint: str, everybody: tuple[Role, ...]) -> tuple[Role, ...] | None:
    """Who may open this endpoint of a portal whose people have the roles ``everybody``; None when strangers may."""
    roles: tuple[Role, ...] | None = getattr(current_app.view_functions[endpoint], "roles", everybody)
    return roles


def guard(bp: Blueprint, roles: tuple[Role, ...], sign_in: str) -> None:
    """Close every route of the portal to all but these roles; a stranger is led to the sign-in page and back."""

    @bp.before_request
    def only_with_a_role():  # type: ignore[no-untyped-def]
        allowed = roles_of(request.endpoint or "", roles)
        if allowed is None:
            return None
        if not current_user.is_authenticated or _was_away():
            here = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for(sign_in, next=here), code=303)
        if current_user.user.role not in roles:
            abort(404)  # somebody of another portal learns nothing of what there is in this one
        if current_user.user.role not in allowed:
            abort(403)
        return None


def _was_away() -> bool:
    """Whether this browser has not been used for so long that somebody else may sit before it."""
    now = int(time.time())
    seen = session.setdefault("seen", now)
    if now - seen > SIGNED_OUT_AFTER:
        logout_user()
        return True
    if now - seen > NOTED_EVERY:
        session["seen"] = now
    return False
