"""Hints to the broker that work may be due. A hint may be lost, late or doubled: the rows know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

log = structlog.get_logger()
_send: dict[str, Callable[[str], None]] = {}


_kept: ContextVar[dict[str, None] | None] = ContextVar("kept", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Keep the hints given inside and send each once at the end: for a sweep, whose many steps all give the same ones."""
    kept: dict[str, None] = {}
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)
        for task in kept:
            _send_now(task)


def send_with(sender: Callable[[str], None]) -> None:
    """Say how a hint reaches the broker; the application sets this once at its start."""
    _send["hint"] = sender


def route() -> None:
    """There may be a case to route."""
    _hint("cases.route")


def hand_over() -> None:
    """Somebody may be away whose cases wait."""
    _hint("cases.hand_over")


def sweep() -> None:
    """There may be more lapsed deadlines."""
    _hint("deadlines.sweep")


def deliver() -> None:
    """There may be a message to deliver."""
    _hint("messages.deliver")


def _hint(task: str) -> None:
    kept = _kept.get()
    if kept is not None:
        kept[task] = None
    else:
        _send_now(task)


def _send_now(task: str) -> None:
    sender = _send.get("hint")
    if sender is None:
        return
    try:
        sender(task)
    except Exception as error:  # the sweep finds the row; a broker that is gone must not stop filing or answering
        log.warning("hint not sent", task=task, error=str(error))
