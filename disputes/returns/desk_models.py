"""What is kept of the desks beside themselves: who changed them, stock-takes, and the public numbers of returns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.accounts.models import User
from disputes.db import Base
from disputes.returns.models import Desk


class DeskEvent(Base):
    """The history of a desk: who changed what, and when."""

    __tablename__ = "desk_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), index=True)
    at: Mapped[datetime]
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]  # created, changed, closed, opened, invited
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # changed: field to [before, after]
    desk: Mapped[Desk] = relationship()
    by: Mapped[User | None] = relationship()


class StockTake(Base):
    """Somebody looked at what really lies at a place. What differs from the record is kept until a supervisor has seen it."""

    __tablename__ = "stock_takes"
    id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]  # shop, desk
    holder_id: Mapped[int]
    at: Mapped[datetime]
    by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    expected: Mapped[list[Any]]  # ids of the items that lie there by the record
    missing: Mapped[list[Any]]  # of these, what was not there
    unexpected: Mapped[list[Any]]  # numbers, as typed, of what lay there and should not
    words: Mapped[str] = mapped_column(default="")
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by: Mapped[User] = relationship(foreign_keys=by_user_id)
    seen_by: Mapped[User | None] = relationship(foreign_keys=seen_by_id)
    __table_args__ = (
        CheckConstraint("holder IN ('shop', 'desk')", name="at_a_place"),
        CheckConstraint("(seen_at IS NULL) = (seen_by_id IS NULL)", name="seen_by_somebody"),
        Index("ix_stock_takes_place", "holder", "holder_id", "at"),
    )


class ReturnFigure(Base):
    """How returns went in one district and trade, over the four whole quarters that end on this day; counted once."""

    __tablename__ = "return_figures"
    until: Mapped[date] = mapped_column(primary_key=True)  # the last day of the last quarter
    division_code: Mapped[str] = mapped_column(primary_key=True)
    trade: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int]
    accepted: Mapped[int]
    paid: Mapped[int]  # confirmed by the visitor
    days: Mapped[int | None]  # the median from the declaration to the money, rounded up
    __table_args__ = (CheckConstraint("accepted <= asked AND paid <= asked", name="no_more_than_were_asked"),)
