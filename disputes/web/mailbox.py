"""The mailbox page of the embedded shape: where the demo's outgoing mail can be read. It exists nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from markupsafe import Markup, escape

from disputes.embedded import mailbox
from disputes.embedded.paths import paths_of

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")

ON_A_PAGE = 50
HEADERS = ("From", "To", "Date", "Message-ID", "Content-Language", "Auto-Submitted")
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
# A mail carries its styles on its elements, loads nothing and runs nothing; only its links lead out, into a new tab.
FRAME = "allow-popups allow-popups-to-escape-sandbox"
FRAME_POLICY = (
    f"sandbox {FRAME}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Attached:
    """One attachment of a mail."""

    name: str
    media_type: str
    size: int


@bp.get("/")
def letters() -> str:
    """The mails that were sent, the newest first."""
    page = max(request.args.get("page", 1, type=int), 1)
    skip = min((page - 1) * ON_A_PAGE, 10**9)
    found = mailbox.letters(_folder(), limit=ON_A_PAGE + 1, skip=skip)
    return render_template(
        "mailbox/letters.html",
        letters=found[:ON_A_PAGE],
        page=page,
        newer=url_for(".letters", page=page - 1) if page > 1 else None,
        older=url_for(".letters", page=page + 1) if len(found) > ON_A_PAGE else None,
        elsewhere=_goes_elsewhere(),
    )


@bp.get("/<key>")
def letter(key: str) -> Response:
    """One mail: its headers, how it looks, its plain text, and what is attached."""
    message = _found(key)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    page = render_template(
        "mailbox/letter.html",
        key=key,
        subject=str(message.get("Subject", "")),
        headers=[(name, str(message[name])) for name in HEADERS if message[name]],
        text=_with_links(_content(plain)) if plain is not None else None,
        has_html=html is not None,
        attached=[_attached(part) for part in message.iter_attachments()],
    )
    answer = Response(page)
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return answer


@bp.get("/<key>/html")
def html(key: str) -> Response:
    """The HTML of a mail, for the frame that shows it: nothing in it runs, and nothing is loaded."""
    part = _found(key).get_body(("html",))
    if part is None:
        abort(404)
    content = _content(part).replace("<head>", '<head><base target="_blank">', 1)
    answer = Response(content)
    answer.headers["Content-Security-Policy"] = FRAME_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@bp.get("/<key>/attached/<int:number>")
def attachment(key: str, number: int) -> Response:
    """One attachment, as a download."""
    parts = list(_found(key).iter_attachments())
    if number >= len(parts):
        abort(404)
    content = parts[number].get_payload(decode=True)
    answer = Response(content if isinstance(content, bytes) else b"", content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=_attached(parts[number]).name)
    return answer


def _goes_elsewhere() -> bool:
    """Whether the operator has set a mail server of their own."""
    settings = current_app.config["SETTINGS"]
    own = f"smtp://127.0.0.1:{mailbox.noted_port(paths_of(settings.state_dir))}"
    return settings.smtp_url not in (None, own)


def _folder() -> Path:
    return paths_of(current_app.config["SETTINGS"].state_dir).mail


def _found(key: str) -> EmailMessage:
    message = mailbox.read(_folder(), key)
    if message is None:
        abort(404)
    return message


def _content(part: EmailMessage) -> str:
    raw = part.get_payload(decode=True)
    return raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else ""


def _attached(part: EmailMessage) -> Attached:
    raw = part.get_payload(decode=True)
    return Attached(part.get_filename() or "file", part.get_content_type(), len(raw) if isinstance(raw, bytes) else 0)


def _with_links(text: str) -> Markup:
    """The text as HTML in which addresses can be followed."""
    made, end = Markup(), 0
    for found in ADDRESS.finditer(text):
        made += escape(text[end : found.start()])
        made += Markup('<a href="{0}">{0}</a>').format(found.group())
        end = found.end()
    return made + escape(text[end:])
