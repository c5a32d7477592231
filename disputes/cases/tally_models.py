"""What is counted once in a while so that pages need not count a million cases: kept promises, and odds before filing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from disputes.db import Base


class Tally(Base):
    """When something was counted last. Its row is locked while it is counted again."""

    __tablename__ = "tallies"
    name: Mapped[str] = mapped_column(primary_key=True)  # promises, odds
    counted_at: Mapped[datetime | None]
    counted_to: Mapped[date | None]  # the day that was under way then, counted again the next time


class PromiseCount(Base):
    """The promises of one owner and clock that ended on one day in China, by what became of them."""

    __tablename__ = "promise_counts"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    clock: Mapped[str]
    owes: Mapped[str]
    office_id: Mapped[int | None]
    officer_id: Mapped[int | None]
    merchant_id: Mapped[int | None]
    kept: Mapped[int]
    broken: Mapped[int]
    renegotiated: Mapped[int]
    __table_args__ = (
        Index("ix_promise_counts_day", "day"),
        Index("ix_promise_counts_office", "office_id", "day"),
        Index("ix_promise_counts_merchant", "merchant_id", "day"),
    )


class OddsCount(Base):
    """Earlier cases of one category, trade, region and band of time left, and how many of them ended before the departure."""

    __tablename__ = "odds_counts"
    category: Mapped[str] = mapped_column(primary_key=True)
    trade: Mapped[str] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(primary_key=True)
    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # a place in rules.odds.BANDS
    cases: Mapped[int]
    ended: Mapped[int]
    __table_args__ = (CheckConstraint("ended BETWEEN 0 AND cases", name="no_more_ended_than_there_are"),)
