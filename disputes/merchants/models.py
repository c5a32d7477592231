"""Merchants, which are companies, and shops, which are their addresses."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.db import Base

OPENS, CLOSES = time(10), time(22)  # the default of the service standard, design section 5


class Merchant(Base):
    """A company that answers for its shops."""

    __tablename__ = "merchants"
    id: Mapped[int] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    uscc: Mapped[str | None] = mapped_column(unique=True)  # unified social credit code
    email: Mapped[str | None]
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # notifications/wishes.py
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    shops: Mapped[list[Shop]] = relationship(back_populates="merchant", order_by="Shop.id")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Shop(Base):
    """One address of a merchant; its code is short enough for a sticker on the counter."""

    __tablename__ = "shops"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"), index=True)
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    address_zh: Mapped[str]
    address_en: Mapped[str] = mapped_column(default="")
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    district_code: Mapped[str | None] = mapped_column(ForeignKey("business_districts.code"))
    trade: Mapped[str]
    opens: Mapped[time] = mapped_column(default=OPENS)
    closes: Mapped[time] = mapped_column(default=CLOSES)
    email: Mapped[str | None]
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # notifications/wishes.py
    version: Mapped[int] = mapped_column(default=1)
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    merchant: Mapped[Merchant] = relationship(back_populates="shops")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (Index("ix_shops_search", "search", postgresql_using="gin"),)

    @property
    def contact(self) -> str | None:
        """The address at which this shop is asked: its own, or the company's."""
        return self.email or self.merchant.email
