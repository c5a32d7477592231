"""What the interface answers when something is not possible: one shape, a code for machines and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from disputes.cases.queries import Stale
from disputes.web.sentences import MOVED_ON, OTHERWISE, refusal

Answer = tuple[dict[str, Any], int, dict[str, str]]

# fmt: off
SENTENCES: Mapping[int, tuple[str, Any]] = {
    400: ("malformed",              _l("The request cannot be read. Send JSON in UTF-8, or multipart/form-data as described.")),
    401: ("unauthorised",           _l("Send a key or the token of a case’s link as “Authorization: Bearer ...”. What was sent opens nothing, or nothing any more.")),
    403: ("forbidden",              _l("This key or link may not do this.")),
    404: ("not_found",              _l("There is nothing here, or it belongs to somebody else.")),
    405: ("method_not_allowed",     _l("This address does not take this method.")),
    409: ("moved_on",               MOVED_ON),
    413: ("too_large",              _l("This is too large.")),
    415: ("unsupported_media_type", _l("Send application/json or multipart/form-data.")),
    422: ("invalid",                _l("Some fields are not right.")),
    429: ("too_many",               _l("Too many requests. Wait as many seconds as the header Retry-After says.")),
    500: ("error",                  _l("Something went wrong on our side. It has been noted; please try again later.")),
    503: ("unavailable",            _l("The service is not available at the moment. Please try again later.")),
}
# fmt: on


class Problem(Exception):
    """The request is not done; the answer has this status, and says which fields are why."""

    def __init__(
        self,
        status: int,
        code: str | None = None,
        *,
        message: Any = None,
        fields: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code or ''}".strip())
        self.status, self.code, self.message = status, code, message
        self.fields, self.headers = fields or {}, headers or {}

    def answer(self) -> Answer:
        """The answer for Flask."""
        return answer(self.status, self.code, self.message, self.fields, self.headers)


def invalid(fields: Mapping[str, Sequence[Any]]) -> Problem:
    """Some fields are not right: 422, with the sentences of each."""
    return Problem(422, fields={path: [str(sentence) for sentence in said] for path, said in fields.items()})


def stale(error: Stale) -> Answer:
    """The case has moved on since the caller looked: which version it has now."""
    return answer(409, "stale", MOVED_ON, {"version": [str(error.case.version)]})


def refused(code: str) -> Answer:
    """A verb refused these particulars."""
    return answer(409, code, refusal(code))


def answer(
    status: int,
    code: str | None = None,
    message: Any = None,
    fields: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The one shape of every answer that is not a success, for everything below /api/."""
    usual, sentence = SENTENCES.get(status, ("error", OTHERWISE))
    told = {"code": code or usual, "message": str(message or sentence), "fields": dict(fields or {})}
    given = {**({"WWW-Authenticate": "Bearer"} if status == 401 else {}), **(headers or {})}
    return {"error": told}, status, given
