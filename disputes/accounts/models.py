"""Who signs in: users of the staff and of merchants, and the keys of partners."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from disputes.db import Base


class User(Base):
    """Somebody who signs in with a password: an officer, a supervisor, one of a merchant's people, or somebody at a return desk."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]  # officer, supervisor, merchant, desk
    password_hash: Mapped[str | None]  # None until the invitation is taken up
    totp_secret: Mapped[str | None]
    totp_last_step: Mapped[int | None]  # a code is good once
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchants.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desks.id"))
    locale: Mapped[str] = mapped_column(default="zh_CN")
    languages: Mapped[list[Any]] = mapped_column(default=list)  # languages of tourists this officer works in
    on_duty: Mapped[bool] = mapped_column(default=True)
    notices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # notifications/wishes.py
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)  # raised to end every session of this user
    signed_out: Mapped[list[Any]] = mapped_column(default=list)  # sessions that were ended one by one, newest last
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    signed_in_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("role IN ('officer', 'supervisor', 'merchant', 'desk')", name="role_known"),
        CheckConstraint("(role = 'merchant') = (merchant_id IS NOT NULL)", name="merchant_users_have_a_merchant"),
        CheckConstraint("(role <> 'merchant') = (office_id IS NOT NULL)", name="staff_have_an_office"),
        CheckConstraint("(role = 'desk') = (desk_id IS NOT NULL)", name="desk_people_have_a_desk"),
        Index("uq_users_email", text("lower(email)"), unique=True),
    )


class ApiKey(Base):
    """A partner's key, such as a hotel desk's or a kiosk's; only a hash of its secret is kept."""

    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[Any]]
    per_minute: Mapped[int] = mapped_column(default=60)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Shift(Base):
    """When somebody of the staff works in an ordinary week. A shift that ends before it starts goes on into the next day."""

    __tablename__ = "shifts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    weekday: Mapped[int]  # 0 is Monday
    starts: Mapped[time]
    ends: Mapped[time]
    duty: Mapped[bool] = mapped_column(default=False)  # answers emergencies
    __table_args__ = (
        UniqueConstraint("user_id", "weekday", "starts"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
    )


class Absence(Base):
    """A time in which somebody is away; their cases that owe something go to somebody present when it begins."""

    __tablename__ = "absences"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]  # exclusive
    reason: Mapped[str]  # leave, illness, training, other
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        Index("ix_absences_times", "ends_at", "starts_at"),
    )
