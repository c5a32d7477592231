"""Places and bodies: divisions, business districts, ports of departure, our offices, and the authorities."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.db import Base


class Division(Base):
    """An administrative division by its GB/T 2260 code."""

    __tablename__ = "divisions"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    level: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    region: Mapped[str]  # CQ or SC
    __table_args__ = (CheckConstraint("region IN ('CQ', 'SC')", name="region_known"),)


class BusinessDistrict(Base):
    """A business district named by the policies."""

    __tablename__ = "business_districts"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))


class Port(Base):
    """Where a tourist leaves the country or the region: an airport, a station, a pier."""

    __tablename__ = "ports"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]  # airport, station, other
    region: Mapped[str]


class Office(Base):
    """The desk of the operator that owns a case."""

    __tablename__ = "offices"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    region: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # notifications/wishes.py
    # Those who are told when something is late, by name: people are known further up.
    supervisors: Mapped[list[Any]] = relationship(
        "User",
        primaryjoin="and_(Office.id == User.office_id, User.role == 'supervisor', User.active)",
        order_by="User.id",
        viewonly=True,
    )


class Authority(Base):
    """A body with legal power to which a case can be handed."""

    __tablename__ = "authorities"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    line: Mapped[str]  # hotline
    instrument: Mapped[str]
    standing: Mapped[str]  # verified, secondary, unverified
    consumer_council: Mapped[bool] = mapped_column(
        default=False
    )  # a case opened there may close the regulator's way (R-XB-FORUM)
