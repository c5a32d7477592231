"""What the system found when it looked through its own data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from disputes.db import Base


class IntegrityRound(Base):
    """One look through the data: what was not in order then, and how far the histories had been gone through."""

    __tablename__ = "integrity_rounds"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    histories: Mapped[bool]  # whether this round went through histories and digests too
    found: Mapped[list[Any]]
    events_to: Mapped[int]
    cases_to: Mapped[int]
    __table_args__ = (
        Index("ix_integrity_rounds_at", "at"),
        Index("ix_integrity_rounds_histories", "id", postgresql_where=sql("histories")),
    )
