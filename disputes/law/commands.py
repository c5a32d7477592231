"""Verbs that change what we know of the law: importing a calendar, and stamping every change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, text

from disputes import clock
from disputes.db import db
from disputes.law import calendar_file, queries, standard_file, tables
from disputes.law.models import CalendarVersion, LawRevision, Recount
from disputes.rules.calendar import Calendar, Year
from disputes.rules.rulebook import RuleError
from disputes.rules.service import ServiceStandard


@dataclass(frozen=True)
class CalendarChange:
    """What an import did: nothing, when both versions are the same.

    ``days`` are those that are worked, free, named or certain now and were not before, or the other way round: a running
    deadline whose interval touches one of them has to be counted again.
    """

    before: str
    after: str
    days: tuple[date, ...]
    doubts: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after


def import_calendar(contents: str, source: str) -> CalendarChange:
    """Take over the years of a calendar file; other years stay. Raises CalendarRefused with every reason.

    A year that is published is never replaced by one that is not. The same file a second time changes nothing.
    """
    file = calendar_file.read(contents)
    lock()
    known = queries.calendar()
    refuse_unpublishing(known, file.years)
    new = merge(known, file.years)
    if new.version != known.version:
        store(new, source)
        count_again(known, new)
    return CalendarChange(known.version, new.version, new.changed_days(known), file.doubts)


def checked_standards(contents: str) -> tuple[ServiceStandard, ...]:
    """The new versions that a file would bring. Raises StandardRefused with every reason."""
    return standard_file.fresh(standard_file.read(contents), queries.all_standards(), clock.now())


def import_standards(contents: str) -> tuple[ServiceStandard, ...]:
    """Take over new versions of the service standard; returns those that are new. Raises StandardRefused with every reason.

    They apply to clocks that start once they are in force; what runs already keeps its version unless a supervisor re-plans.
    """
    lock()
    found = checked_standards(contents)
    for each in found:
        db.session.add(tables.standard_row(each))
    if found:
        changed()
    return found


def count_again(known: Calendar, new: Calendar) -> None:
    """Leave word, with the change itself, that running deadlines between the changed days have to be counted again.

    A sweep does it (``cases/recounts.py``); if its process dies, the word still stands and the next one goes on.
    """
    days = new.changed_days(known)
    if days:
        db.session.add(
            Recount(
                reason="calendar",
                by="system",
                made_at=clock.now(),
                calendar_version=new.version,
                days=[day.isoformat() for day in days],
                first_day=days[0],
                last_day=days[-1],
            )
        )
        db.session.flush()


def lock() -> None:
    """Let one process at a time change the law, until its transaction ends; readers go on."""
    db.session.execute(text("LOCK TABLE law_revision IN SHARE ROW EXCLUSIVE MODE"))
    queries.forget_stamp()


def merge(known: Calendar, years: tuple[Year, ...]) -> Calendar:
    """The known calendar with these years in place of its own. Raises CalendarRefused where two notices contradict.

    A make-up day for which the file names no holiday keeps the name it had.
    """
    taken = {year.year: _with_known_names(year, known) for year in years}
    try:
        return Calendar.of({**known.years, **taken}.values())
    except RuleError as error:
        raise calendar_file.CalendarRefused([str(error)]) from error


def _with_known_names(year: Year, known: Calendar) -> Year:
    before = known.years[year.year].makeup_days if year.year in known.years else {}
    return replace(year, makeup_days={day: name or before.get(day) for day, name in year.makeup_days.items()})


def refuse_unpublishing(known: Calendar, years: tuple[Year, ...]) -> None:
    """A notice that is out stays out."""
    lost = [
        year.year
        for year in years
        if not year.published and year.year in known.years and known.years[year.year].published
    ]
    if lost:
        raise calendar_file.CalendarRefused([f"{year} is published; the file would take that back." for year in lost])


def store(calendar: Calendar, source: str) -> None:
    """Make this the calendar that counts; a version that counted before may count again."""
    row = db.session.scalars(select(CalendarVersion).where(CalendarVersion.version == calendar.version)).one_or_none()
    if row is None:
        years = tables.calendar_years(calendar)
        row = CalendarVersion(version=calendar.version, loaded_at=clock.now(), source=source, years=years)
        db.session.add(row)
        db.session.flush()
    changed(row.id)


def changed(calendar_id: int | None = None) -> None:
    """Stamp a change of the law's tables, so that every process reads them again; name the calendar if it is another."""
    row = db.session.get(LawRevision, 1, populate_existing=True)
    if row is None:
        row = LawRevision(id=1)
        db.session.add(row)
    row.stamp = uuid.uuid4().hex
    if calendar_id is not None:
        row.calendar_id = calendar_id
    db.session.flush()
    queries.forget_stamp()
