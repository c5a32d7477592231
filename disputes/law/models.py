"""Versioned rows of the law, of our service standard and of the working-day calendar; read-only once in force."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.db import Base
from disputes.rules.routing import Level, Part
from disputes.rules.rulebook import Family, Roll, Standing, Unit
from disputes.rules.service import HoursKind


def _one_of(column: str, kind: Any) -> CheckConstraint:
    values = ", ".join(f"'{value}'" for value in kind)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


class LawInstrument(Base):
    """A law, regulation, agreement or policy that rules are taken from."""

    __tablename__ = "law_instruments"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_en: Mapped[str]
    name_zh: Mapped[str]
    in_force_from: Mapped[date | None]
    in_force_to: Mapped[date | None]
    standing: Mapped[str]
    note: Mapped[str]
    __table_args__ = (_one_of("standing", Standing),)


class LawRule(Base):
    """One version of a rule with a duration. What is counted never changes; a new length is a new version."""

    __tablename__ = "law_rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[str]
    version: Mapped[int]
    in_force_from: Mapped[date | None]  # None: the research established no first day
    in_force_to: Mapped[date | None]
    family: Mapped[str]
    instrument: Mapped[str] = mapped_column(ForeignKey("law_instruments.code"))
    article: Mapped[str]
    title_en: Mapped[str]
    title_zh: Mapped[str]
    trigger: Mapped[str]
    trigger_zh: Mapped[str]
    length: Mapped[int]
    unit: Mapped[str]
    earlier_of: Mapped[str | None]  # a second limit, such as "60 CD"; the earlier of both counts
    extension: Mapped[str | None]  # by how much it can be extended once, such as "15 WD"
    roll: Mapped[str]
    pauses: Mapped[list[Any]]  # the kinds of pauses that are lawful
    from_next_midnight: Mapped[bool]
    owes: Mapped[str]
    consequence: Mapped[str]
    consequence_zh: Mapped[str]
    source: Mapped[str]
    standing: Mapped[str]
    __table_args__ = (
        UniqueConstraint("rule_id", "version"),
        _one_of("family", Family),
        _one_of("unit", Unit),
        _one_of("roll", Roll),
        _one_of("standing", Standing),
        CheckConstraint("length > 0", name="some_length"),
        CheckConstraint("in_force_to >= in_force_from", name="in_force_in_order"),
    )


class StandardVersion(Base):
    """One version of a service standard: the operator's own promise."""

    __tablename__ = "service_standards"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[str]
    version: Mapped[int]
    in_force_from: Mapped[datetime | None]  # for clocks that start from then on; None: from the beginning
    title_en: Mapped[str]
    title_zh: Mapped[str]
    owes: Mapped[str]
    hours: Mapped[str]
    opens: Mapped[time | None]  # the daily hours in which it runs while much time is left; None: day and night
    closes: Mapped[time | None]
    share: Mapped[int | None]  # per cent of the time left
    cap: Mapped[str | None]  # how far a day promised by the parties is followed, such as "15 CD"
    asked_on_days: Mapped[list[Any]]
    source: Mapped[str]
    standing: Mapped[str]
    rows: Mapped[list[StandardRow]] = relationship(order_by="StandardRow.position", cascade="all, delete-orphan")
    __table_args__ = (
        UniqueConstraint("rule_id", "version"),
        _one_of("hours", HoursKind),
        _one_of("standing", Standing),
        CheckConstraint("share BETWEEN 1 AND 100", name="share_in_per_cent"),
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="hours_open_and_close"),
        CheckConstraint("(hours = 'elapsed') = (opens IS NULL)", name="hours_of_its_own"),
    )


class StandardRow(Base):
    """One row of a standard's table: up to this much time left, this length."""

    __tablename__ = "service_standard_rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("service_standards.id"))
    position: Mapped[int]
    up_to_minutes: Mapped[int | None]  # None: longer, unknown, departed
    length: Mapped[int]
    unit: Mapped[str]
    __table_args__ = (
        UniqueConstraint("standard_id", "position"),
        _one_of("unit", Unit),
        CheckConstraint("length > 0", name="some_length"),
    )


class CalendarVersion(Base):
    """The whole calendar as it was known at some time; one of them counts (LawRevision), the others explain old dates."""

    __tablename__ = "calendars"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(unique=True)  # what deadlines store; follows from the days themselves
    loaded_at: Mapped[datetime]
    source: Mapped[str]  # the file it came from
    years: Mapped[list[CalendarYear]] = relationship(order_by="CalendarYear.year", cascade="all, delete-orphan")


class CalendarYear(Base):
    """One year within a version of the calendar."""

    __tablename__ = "calendar_years"
    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendars.id"))
    year: Mapped[int]
    published: Mapped[bool]
    notice: Mapped[str | None]
    days: Mapped[list[CalendarDay]] = relationship(order_by="CalendarDay.day", cascade="all, delete-orphan")
    __table_args__ = (UniqueConstraint("calendar_id", "year"),)


class CalendarDay(Base):
    """A day that differs from the plain week, or a statutory festival."""

    __tablename__ = "calendar_days"
    id: Mapped[int] = mapped_column(primary_key=True)
    year_id: Mapped[int] = mapped_column(ForeignKey("calendar_years.id"))
    day: Mapped[date]
    kind: Mapped[str]  # off, makeup, festival
    name_zh: Mapped[str | None]
    name_en: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("year_id", "day", "kind"),
        CheckConstraint("kind IN ('off', 'makeup', 'festival')", name="kind_known"),
    )


class CalendarSeed(Base):
    """A state of the calendar's seed file that was merged already; merging it again could undo a later import."""

    __tablename__ = "calendar_seeds"
    version: Mapped[str] = mapped_column(primary_key=True)
    merged_at: Mapped[datetime]


class LawRevision(Base):
    """One row: the calendar that counts, and a stamp that changes with every change of these tables.

    Processes keep what they read of the law until the stamp is another one.
    """

    __tablename__ = "law_revision"
    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    stamp: Mapped[str]
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendars.id"))
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class Recount(Base):
    """Running deadlines that have to be counted again: after a change of the calendar, or because a supervisor re-plans.

    The row is written with the change itself. A sweep takes case after case, each in its own transaction, and marks the row
    when nothing is left; a process that dies in between leaves it open, and the next one goes on.
    """

    __tablename__ = "recounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]  # calendar, standard
    by: Mapped[str]  # who caused it, as the history names actors
    made_at: Mapped[datetime]
    calendar_version: Mapped[str | None]  # the one that counts now
    days: Mapped[list[Any]] = mapped_column(default=list)  # that differ, as ISO dates
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    counted: Mapped[int] = mapped_column(default=0)  # cases
    moved: Mapped[int] = mapped_column(default=0)  # deadlines
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("reason IN ('calendar', 'standard')", name="reason_known"),
        CheckConstraint("(reason = 'calendar') = (calendar_version IS NOT NULL)", name="a_calendar_has_its_version"),
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="days_in_order"),
        Index("ix_recounts_open", "id", postgresql_where=sql("finished_at IS NULL")),
    )


class RoutingTableRow(Base):
    """One version of the routing table. It never changes; what is in force is the one that began last."""

    __tablename__ = "routing_tables"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    in_force_from: Mapped[datetime | None]  # None: brought by an update of the program, and nobody put it in force
    loaded_at: Mapped[datetime]
    by: Mapped[str]  # seeds, or who put it in force
    source: Mapped[str]
    note: Mapped[str]
    bodies: Mapped[list[Any]]
    rules: Mapped[list[RoutingRuleRow]] = relationship(order_by="RoutingRuleRow.position", cascade="all, delete-orphan")


class RoutingRuleRow(Base):
    """One rule within a version of the routing table; its own version is raised when what it says changes."""

    __tablename__ = "routing_rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("routing_tables.id"))
    position: Mapped[int]
    part: Mapped[str]
    rule_id: Mapped[str]
    rule_version: Mapped[int]
    conditions: Mapped[dict[str, Any]]
    gives: Mapped[str]  # an office, an authority or a priority
    level: Mapped[str | None]
    line: Mapped[str]
    also: Mapped[list[Any]]
    instrument: Mapped[str]
    standing: Mapped[str]
    reason_en: Mapped[str]
    reason_zh: Mapped[str]
    source: Mapped[str]
    __table_args__ = (
        UniqueConstraint("table_id", "rule_id"),
        UniqueConstraint("table_id", "position"),
        _one_of("part", Part),
        _one_of("level", Level),
        _one_of("standing", Standing),
    )
