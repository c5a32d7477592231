"""What people see when something is not possible: a calm page with a way on, never a bare error."""

from __future__ import annotations

import time

from flask import Flask, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from disputes.cases.commands import Refused
from disputes.cases.queries import NotFound, Stale
from disputes.rules.lifecycle import StepRefused
from disputes.web.api import problems
from disputes.web.limits import limiter

PAGES = {
    401: "sign-in",
    403: "forbidden",
    404: "not-found",
    409: "moved-on",
    413: "too-large",
    429: "too-many",
    500: "error",
}


def init_app(app: Flask) -> None:
    """Answer every error with a page, or with JSON below /api/."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(NotFound, lambda _: answer(404))
    app.register_error_handler(Stale, lambda _: answer(409))
    app.register_error_handler(StepRefused, lambda _: answer(409))
    app.register_error_handler(Refused, lambda error: answer(409, error.code))
    app.register_error_handler(Exception, _unexpected)


def answer(status: int, code: str | None = None):  # type: ignore[no-untyped-def]
    """The page or the JSON for a status."""
    if request.path.startswith("/api/"):
        return problems.answer(status, code)
    page = PAGES.get(status, "error")
    return render_template(f"errors/{page}.html", code=code, status=status), status


def _http(error: HTTPException):  # type: ignore[no-untyped-def]
    if error.response is not None:
        return error.response
    status = error.code or 500
    if status < 400:
        return error
    response = make_response(answer(status))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    if isinstance(error, TooManyRequests) and (spent := limiter.current_limit) is not None:
        response.headers["Retry-After"] = str(max(1, int(spent.reset_at - time.time())))
    return response


def _expired(error: CSRFError):  # type: ignore[no-untyped-def]
    return render_template("errors/expired.html", status=400), 400


def _unexpected(error: Exception):  # type: ignore[no-untyped-def]
    current_app.logger.exception("an unexpected error")
    if current_app.testing:
        raise error
    return answer(500)
