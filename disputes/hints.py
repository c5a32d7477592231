"""Hints to the broker that work may be due. A hint may be lost, late or doubled: the rows know."""

from __future__ import annotations

from collections.abc import Callable

import structlog

log = structlog.get_logger()
_send: dict[str, Callable[[str], None]] = {}


def send_with(sender: Callable[[str], None]) -> None:
    """Say how a hint reaches the broker; the application sets this once at its start."""
    _send["hint"] = sender


def route() -> None:
    """There may be a case to route."""
    _hint("cases.route")


def deliver() -> None:
    """There may be a message to deliver."""
    _hint("messages.deliver")


def _hint(task: str) -> None:
    sender = _send.get("hint")
    if sender is None:
        return
    try:
        sender(task)
    except Exception as error:  # the sweep finds the row; a broker that is gone must not stop filing or answering
        log.warning("hint not sent", task=task, error=str(error))
