"""Drafts: what a tourist has told so far, kept on the server until it is filed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from disputes.db import Base


class Draft(Base):
    """An unfinished complaint, reachable from another device by its link. Filing it twice makes one case."""

    __tablename__ = "drafts"
    id: Mapped[str] = mapped_column(primary_key=True)  # unguessable
    language: Mapped[str]
    answers: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    __table_args__ = (Index("ix_drafts_unfiled", "changed_at", postgresql_where=sql("case_id IS NULL")),)


class IdempotencyKey(Base):
    """A partner's Idempotency-Key and the case it made; the same key with other content is refused."""

    __tablename__ = "idempotency_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    key: Mapped[str]
    content_hash: Mapped[str]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    made_at: Mapped[datetime]
    __table_args__ = (Index("uq_idempotency_keys_key", "key_id", "key", unique=True),)
