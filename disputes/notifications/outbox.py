"""Putting messages into the outbox, inside the transaction of the step that causes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import update

from disputes import clock, hints
from disputes.db import after_commit, db
from disputes.notifications.models import Message, MessageState


@dataclass(frozen=True)
class Recipient:
    """Where one letter goes: who it is in the case, the address, the language, and what only this reader's text needs."""

    name: str  # tourist, companion, shop, user:7
    address: str
    language: str
    slots: dict[str, Any] = field(default_factory=dict)


def put(
    key: str,
    to: Recipient,
    template: str,
    slots: dict[str, Any],
    *,
    case_id: int | None = None,
    deadline_id: int | None = None,
) -> Message:
    """Write one message row. ``key`` is unique: the same step cannot tell the same person twice."""
    message = Message(
        key=key,
        case_id=case_id,
        deadline_id=deadline_id,
        template=template,
        recipient=to.name,
        address=to.address,
        language=to.language,
        slots={**slots, **to.slots},
        created_at=clock.now(),
        next_try_at=clock.now(),
    )
    db.session.add(message)
    after_commit(hints.deliver)
    return message


def step_key(event_id: int, recipient: str, template: str) -> str:
    """The key of a letter that a step sends."""
    return f"step:{event_id}:{recipient}:{template}"


def reminder_key(deadline_id: int, version: int, stage: int, recipient: str) -> str:
    """The key of a reminder: one per deadline, plan, stage and recipient."""
    return f"due:{deadline_id}:{version}:{stage}:{recipient}"


def cancel_reminders(deadline_id: int) -> None:
    """Cancel what was not sent yet of an ended or re-planned deadline: it is no longer true, however often it was tried."""
    db.session.execute(
        update(Message)
        .where(Message.deadline_id == deadline_id, Message.state == MessageState.DUE)
        .values(state=MessageState.CANCELLED)
    )


def due_before(moment: datetime) -> Any:
    """The condition under which a message is worth an attempt now."""
    return (Message.state == MessageState.DUE) & (Message.next_try_at <= moment)
