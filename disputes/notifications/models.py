"""The outbox: messages are rows, written with the step that causes them and delivered later."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from disputes.db import Base
from disputes.notifications.wishes import Channel


class MessageState(StrEnum):
    DUE = "due"
    GATHERED = "gathered"  # part of a digest, and sent with it
    SENT = "sent"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"


class Message(Base):
    """One letter to one recipient by one channel. ``slots`` hold all that its text needs, so delivery asks nobody else.

    An attempt is counted and committed before the network is touched: ``attempted_at`` without ``answered_at`` is an
    uncertain attempt, tried again later under the same Message-ID.

    A message that waits ``for_digest`` is not sent by itself: when its time comes it is gathered with the others of its
    reader into a message of its own, the digest, to which ``digest_id`` leads.
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
    channel: Mapped[str] = mapped_column(default=Channel.MAIL, server_default=Channel.MAIL)
    address: Mapped[str]  # of a mail; robot:7 for a robot
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
    for_digest: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    __table_args__ = (
        CheckConstraint("state IN ('due', 'gathered', 'sent', 'given_up', 'cancelled')", name="state_known"),
        CheckConstraint("channel IN ('mail', 'wecombot', 'dingtalk', 'feishu')", name="channel_known"),
        CheckConstraint("state <> 'gathered' OR digest_id IS NOT NULL", name="gathered_into_a_digest"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_a_moment"),
        # What a letter says will happen by a time is a promise, and the letter names its row.
        CheckConstraint(
            "slots ->> 'due_at' IS NULL OR slots ->> 'promise' IS NOT NULL", name="no_time_without_a_promise"
        ),
        Index("ix_messages_due", "next_try_at", postgresql_where=sql("state = 'due'")),
        # Among very many mails that wait for their server the few others are found by themselves.
        Index("ix_messages_due_robots", "next_try_at", postgresql_where=sql("state = 'due' AND channel <> 'mail'")),
        Index("ix_messages_due_digests", "next_try_at", postgresql_where=sql("state = 'due' AND for_digest")),
        Index("ix_messages_given_up", "id", postgresql_where=sql("state = 'given_up'")),
        Index("ix_messages_digest_id", "digest_id", postgresql_where=sql("digest_id IS NOT NULL")),
        # How many links went to an address that nobody has confirmed (strangers.py).
        Index(
            "ix_messages_bare",
            sql("lower(address)"),
            "created_at",
            postgresql_where=sql("template IN ('case-link', 'case-news')"),
        ),
    )


class Robot(Base):
    """The robot of a group. Its token and secret are shown to nobody again, and forgotten when it is taken away."""

    __tablename__ = "robots"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    token: Mapped[str | None]
    secret: Mapped[str | None]  # with which texts for DingTalk are signed, where its owner wants that
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("channel IN ('wecombot', 'dingtalk', 'feishu')", name="channel_known"),
        CheckConstraint("(removed_at IS NULL) = (token IS NOT NULL)", name="removed_without_its_token"),
    )
