"""What people write, kept beside the history: the event holds a salted hash, the row holds the words and can be erased."""

from __future__ import annotations

import unicodedata
from typing import Any

from disputes.cases.history import new_salt, text_hash
from disputes.cases.models import Case, CaseEvent, CaseText
from disputes.db import db
from disputes.rules.lifecycle import Role
from disputes.rules.scripts import written_in

LONGEST = 20_000  # characters; the longest real complaint we have seen has about 9,000


class UnreadableText(ValueError):
    """A text that holds characters no text may hold; ``code`` says which kind."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean(typed: str) -> str:
    """The text as we keep it: NFC, newlines as \\n, nothing else changed. UnreadableText for NUL and lone surrogates."""
    if "\0" in typed:
        raise UnreadableText("nul")
    if any("\ud800" <= char <= "\udfff" for char in typed):
        raise UnreadableText("surrogate")
    return unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))


def made(
    case: Case, purpose: str, author: Role, body: str, language: str, audience: str = "parties"
) -> CaseText | None:
    """What somebody wrote, not kept yet; None for an empty text.

    ``language`` is the one its writer was reading; a text in another script is kept as what it is.
    """
    body = clean(body)
    if not body.strip():
        return None
    return CaseText(
        case_id=case.id,
        purpose=purpose,
        audience=audience,
        author=author,
        language=written_in(body, language),
        body=body,
        salt=new_salt(),
    )


def write(
    case: Case, purpose: str, author: Role, body: str, language: str, audience: str = "parties"
) -> CaseText | None:
    """Keep what somebody wrote; None for an empty text. ``attach`` it to its event once that exists."""
    text = made(case, purpose, author, body, language, audience)
    if text is not None:
        text.case = case
        db.session.add(text)
        db.session.flush()
    return text


def said(*texts: CaseText | None) -> dict[str, Any]:
    """How the history mentions texts: their ids and salted hashes."""
    kept = [t for t in texts if t is not None]
    return {"texts": [{"id": t.id, "hash": text_hash(t)} for t in kept]} if kept else {}


def attach(event: CaseEvent, *texts: CaseText | None) -> None:
    """Tie texts to the event they belong to."""
    for text in texts:
        if text is not None:
            text.event_id = event.id


def readable(case: Case, role: Role) -> list[CaseText]:
    """The texts that a reader in this role may see, oldest first."""
    audiences = {
        Role.TOURIST: ("parties", "tourist"),
        Role.COMPANION: ("parties", "tourist"),
        Role.COUNTER: ("parties",),
        Role.PARTNER: ("parties", "tourist"),
        Role.MERCHANT: ("parties", "merchant"),
        Role.OFFICER: ("parties", "tourist", "merchant", "staff"),
        Role.SUPERVISOR: ("parties", "tourist", "merchant", "staff"),
    }.get(role, ())
    return [t for t in case.texts if t.audience in audiences]
