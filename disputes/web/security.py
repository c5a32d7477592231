"""Headers on every answer: what a page may load, who may frame it, what leaves with a click."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
KEPT_NOWHERE = (
    "/c/",
    "/m/",
    "/r/",
    "/s/",
    "/file",
    "/draft",
    "/staff",
    "/merchant",
    "/desk",
    "/case",
    "/return",
    "/api/",
)
# Whoever has such an address gets in, so no other page is told it.
OPEN_BY_ADDRESS = (
    "/c/",
    "/m/",
    "/r/",
    "/draft",
    "/return/draft",
    "/staff/invitation/",
    "/merchant/invitation/",
    "/desk/invitation/",
)


def init_app(app: Flask) -> None:
    """Protect forms against forgery and set the headers."""
    # Pages below a token send no referrer, so a form cannot be asked for one; the token in the form and the cookie's
    # SameSite protect it.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_headers)


def csp_nonce() -> str:
    """The nonce of this answer, for a script or style that must stand in the page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def _headers(response: Response) -> Response:
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault(
        "Referrer-Policy", "no-referrer" if request.path.startswith(OPEN_BY_ADDRESS) else "same-origin"
    )
    response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith(KEPT_NOWHERE):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
