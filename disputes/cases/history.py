"""The chain: each event carries a hash over itself and its predecessor, and the case row holds the last one."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any

from disputes import rows
from disputes.cases.models import Case, CaseEvent, CaseText


def append(case: Case, event: CaseEvent) -> None:
    """Make the event the last of its case and move the head of the chain to it.

    It has its id then, which all that the step writes may name. Its row is written with all of that where the id was taken
    when the case was locked, and now where not.
    """
    case.last_seq += 1
    event.case_id, event.seq = case.id, case.last_seq
    event.previous = case.head
    event.hash = case.head = digest(event, case.number)
    event.id = rows.take_id(CaseEvent)  # type: ignore[assignment]
    if event.id is None:
        rows.insert(event)


def digest(event: CaseEvent, number: str) -> str:
    """SHA-256 over all that the event says, in one canonical spelling."""
    said: list[Any] = [
        number,
        event.seq,
        event.action,
        event.from_state,
        event.to_state,
        event.by,
        event.at.timestamp(),
        event.details,
        event.previous,
    ]
    return hashlib.sha256(
        json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def text_hash(text: CaseText) -> str:
    """The hash by which the history holds a text; salted, so that an erased text cannot be guessed from it."""
    return hashlib.sha256(f"{text.salt}\0{text.body}".encode()).hexdigest()


def new_salt() -> str:
    """A fresh salt for a text."""
    return secrets.token_hex(16)


def broken_at(case: Case, events: Iterable[CaseEvent]) -> int | None:
    """The number of the first event at which the chain does not hold, or None when all of it does.

    A missing, added, changed or cut-off event shows, since the case row knows the last number and hash.
    """
    previous, seq = "", 0
    for event in events:
        seq += 1
        if event.seq != seq or event.previous != previous or event.hash != digest(event, case.number):
            return seq
        previous = event.hash
    return None if (case.last_seq, case.head) == (seq, previous) else seq + 1
