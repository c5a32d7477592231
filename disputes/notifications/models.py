"""The outbox: messages are rows, written with the step that causes them and delivered later."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from disputes.db import Base


class MessageState(StrEnum):
    DUE = "due"
    SENT = "sent"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"


class Message(Base):
    """One letter to one recipient. ``slots`` hold all that its text needs, so delivery asks nobody else.

    An attempt is counted and committed before the network is touched: ``attempted_at`` without ``answered_at`` is an
    uncertain attempt, tried again later under the same Message-ID.
    """

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(
        unique=True
    )  # step:{event}:{recipient}:{template} or due:{deadline}:{version}:{stage}:{recipient}
    case_id: Mapped[int | None] = mapped_column(index=True)
    deadline_id: Mapped[int | None] = mapped_column(index=True)  # of a reminder: cancelled when the deadline is
    template: Mapped[str]
    recipient: Mapped[str]  # tourist, companion, shop, user:7
    address: Mapped[str]
    language: Mapped[str]
    slots: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=MessageState.DUE)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    uncertain: Mapped[int] = mapped_column(default=0)  # attempts whose result is unknown
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("state IN ('due', 'sent', 'given_up', 'cancelled')", name="state_known"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_moment"),
        Index("ix_messages_due", "next_try_at", postgresql_where=sql("state = 'due'")),
        Index("ix_messages_given_up", "id", postgresql_where=sql("state = 'given_up'")),
    )
