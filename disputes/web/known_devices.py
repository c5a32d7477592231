"""A cookie by which a browser that signed in once is known again.

It opens nothing. Failed tries from a known device are counted apart, so that strangers who try an account's password from
elsewhere cannot keep its owner out.
"""

from __future__ import annotations

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "known_device"
KEPT_FOR = 180 * 24 * 3600  # seconds
MOST_ACCOUNTS = 8  # of one browser, such as that of a shared desk


def mark_of(user_id: int) -> str | None:
    """The mark that this browser got when this account signed in from it, or None."""
    return _marks().get(str(user_id))


def remember(response: Response, user_id: int) -> None:
    """Let this browser be known for this account from now on."""
    marks = _marks()
    mark = marks.pop(str(user_id), None) or secrets.token_urlsafe(9)
    kept = dict(list(marks.items())[-(MOST_ACCOUNTS - 1) :])
    response.set_cookie(
        COOKIE,
        _serializer().dumps({**kept, str(user_id): mark}),
        max_age=KEPT_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _marks() -> dict[str, str]:
    try:
        marks = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return {}
    return marks if isinstance(marks, dict) else {}


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="known device")
