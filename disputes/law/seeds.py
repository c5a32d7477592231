"""Loads the seed files of the law into their tables."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from disputes import clock
from disputes.db import db
from disputes.law import commands, reading, tables
from disputes.law.models import (
    CalendarSeed,
    CalendarVersion,
    LawInstrument,
    LawRevision,
    LawRule,
    StandardVersion,
)
from disputes.rules.calendar import Calendar
from disputes.rules.rulebook import Rule, RuleError
from disputes.rules.service import ServiceStandard


class SeedConflict(RuleError):
    """A seed file changes what a stored version counts; a change of the law is a new version."""


def load(book: reading.Book | None = None) -> bool:
    """Bring the tables up to the seed files and say whether anything changed; a second call changes nothing.

    New versions are added, words and sources of known versions corrected. A version that would count differently is
    refused (SeedConflict). The calendar of the seeds is merged once: what was imported since is not undone.
    """
    book = book or reading.seeds()
    commands.lock()
    new_calendar = _calendar(book.calendar)
    done = [
        *[_instrument(each) for each in book.instruments],
        *[_rule(each) for each in book.rules],
        *[_standard(each) for each in book.standards],
    ]
    if any(done):
        commands.changed()
    return new_calendar or any(done)


def _instrument(seed: reading.Instrument) -> bool:
    columns = {
        "name_en": seed.name_en,
        "name_zh": seed.name_zh,
        "in_force_from": seed.in_force_from,
        "in_force_to": seed.in_force_to,
        "standing": seed.standing.value,
        "note": seed.note,
    }
    row = db.session.get(LawInstrument, seed.code)
    if row is None:
        db.session.add(LawInstrument(code=seed.code, **columns))
        db.session.flush()
        return True
    return _update(row, columns)


def _rule(seed: Rule) -> bool:
    columns = tables.rule_columns(seed)
    row = db.session.scalars(select(LawRule).filter_by(rule_id=seed.id, version=seed.version)).one_or_none()
    if row is None:
        db.session.add(LawRule(**columns))
        return True
    differing = [name for name in tables.RULE_COUNTED if getattr(row, name) != columns[name]]
    if row.in_force_to not in (None, seed.in_force_to):  # a version may be closed when its successor comes
        differing.append("in_force_to")
    if differing:
        raise SeedConflict(f"{seed.name} is stored with another {', '.join(differing)}; give the change a new version.")
    return _update(row, columns)


def _standard(seed: ServiceStandard) -> bool:
    known = select(StandardVersion).filter_by(rule_id=seed.rule_id, version=seed.version)
    row = db.session.scalars(known).one_or_none()
    if row is None:
        db.session.add(tables.standard_row(seed))
        return True
    stored = tables.standard(row)
    if _promise(stored) != _promise(seed):
        raise SeedConflict(f"{seed.name} is stored with another promise; give the change a new version.")
    words = ("title_en", "title_zh", "source", "owes")
    return _update(row, {name: getattr(seed, name) for name in words})


def _promise(standard: ServiceStandard) -> tuple[object, ...]:
    counted = (standard.rows, standard.hours, standard.daily, standard.share, standard.cap, standard.asked_on_days)
    return (*counted, standard.in_force_from)


def _calendar(seed: Calendar) -> bool:
    if db.session.get(CalendarSeed, seed.version) is not None:
        return False
    db.session.add(CalendarSeed(version=seed.version, merged_at=clock.now()))
    revision = db.session.get(LawRevision, 1)
    if revision is None:
        commands.store(seed, reading.CALENDAR.name)
        return True
    known = tables.calendar(db.session.get_one(CalendarVersion, revision.calendar_id))
    published = {year.year for year in known.years.values() if year.published}
    years = tuple(year for year in seed.years.values() if year.published or year.year not in published)
    merged = commands.merge(known, years)
    commands.store(merged, reading.CALENDAR.name)
    commands.count_again(known, merged)
    return True


def _update(row: object, columns: Mapping[str, object]) -> bool:
    differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)
