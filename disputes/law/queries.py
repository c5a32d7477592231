"""Questions to the law: which version of a rule or standard applies, and the working-day calendar."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Select, event, select
from sqlalchemy.orm import Session, SessionTransaction, selectinload

from disputes.db import db
from disputes.law import tables
from disputes.law.models import (
    CalendarVersion,
    CalendarYear,
    LawInstrument,
    LawRevision,
    LawRule,
    StandardVersion,
)
from disputes.law.reading import Book, Instrument
from disputes.rules.calendar import Calendar
from disputes.rules.counting import version_for
from disputes.rules.rulebook import Rule, RuleError, Standing
from disputes.rules.service import ServiceStandard, standard_for

STAMP = select(LawRevision.stamp).scalar_subquery()
_kept: tuple[str, Book] | None = None  # what this process read last, under its stamp


class NoLaw(RuleError):
    """The tables of the law are empty: the seeds were never loaded."""


def rule(rule_id: str, on: date) -> Rule:
    """The version of a legal rule for a complaint that the authority received on this day. Raises NotInForce."""
    return version_for(book().rules, rule_id, on)


def rule_version(rule_id: str, version: int) -> Rule | None:
    """A version by its number, as a stored deadline names it."""
    return next((each for each in book().rules if (each.id, each.version) == (rule_id, version)), None)


def all_rules() -> tuple[Rule, ...]:
    """Every version of every legal rule, by id and version."""
    return book().rules


def standard(rule_id: str, at: datetime) -> ServiceStandard:
    """The version of a service standard for a clock that starts at this moment. Raises NotInForce."""
    return standard_for(book().standards, rule_id, at)


def standard_version(rule_id: str, version: int) -> ServiceStandard | None:
    """A version by its number, as a stored deadline names it."""
    return next((each for each in book().standards if (each.rule_id, each.version) == (rule_id, version)), None)


def all_standards() -> tuple[ServiceStandard, ...]:
    """Every version of every service standard, by id and version."""
    return book().standards


def instruments() -> dict[str, Instrument]:
    """The laws, regulations and policies behind the rules, by their code."""
    return {each.code: each for each in book().instruments}


def calendar() -> Calendar:
    """The working-day calendar as it is known now."""
    return book().calendar


def calendar_version(version: str) -> Calendar | None:
    """An older state of the calendar, as a stored deadline names it; None when it was never loaded."""
    row = db.session.scalars(_calendars().where(CalendarVersion.version == version)).one_or_none()
    return tables.calendar(row) if row else None


def book() -> Book:
    """All of the law. Read once per process and kept until its stamp changes, which is looked up once per transaction."""
    global _kept
    known = stamp()
    if _kept is None or _kept[0] != known:
        _kept = (known, _read())
    return _kept[1]


def forget_stamp() -> None:
    """Look the stamp up again: the law changed within this transaction."""
    db.session().info.pop("law_stamp", None)


def stamp() -> str:
    """What changes with every change of the law's tables; looked up once per transaction."""
    session = db.session()
    known: str | None = session.info.get("law_stamp")
    if known is None:
        known = session.scalars(select(LawRevision.stamp)).one_or_none()
        if known is None:
            raise NoLaw("The law is not loaded; run `disputes seed`.")
        session.info["law_stamp"] = known
    return known


def keep_stamp(known: str | None) -> None:
    """This is the stamp, as another question has just read it with ``STAMP``."""
    if known is not None:
        db.session().info["law_stamp"] = known


def _read() -> Book:
    counting = db.session.scalars(_calendars().join(LawRevision)).one()
    standards = select(StandardVersion).options(selectinload(StandardVersion.rows))
    return Book(
        tuple(_instrument(row) for row in db.session.scalars(select(LawInstrument).order_by(LawInstrument.code))),
        tuple(
            tables.rule(row) for row in db.session.scalars(select(LawRule).order_by(LawRule.rule_id, LawRule.version))
        ),
        tuple(
            tables.standard(row)
            for row in db.session.scalars(standards.order_by(StandardVersion.rule_id, StandardVersion.version))
        ),
        tables.calendar(counting),
    )


def _calendars() -> Select[CalendarVersion]:
    return select(CalendarVersion).options(selectinload(CalendarVersion.years).selectinload(CalendarYear.days))


def _instrument(row: LawInstrument) -> Instrument:
    standing = Standing(row.standing)
    return Instrument(row.code, row.name_en, row.name_zh, row.in_force_from, row.in_force_to, standing, row.note)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # not after each flush, which SQLAlchemy calls a transaction too
        session.info.pop("law_stamp", None)
