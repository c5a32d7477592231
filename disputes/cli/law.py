"""Commands about the law: when something is due and why, and the working-day calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from disputes.cases import recounts
from disputes.cli.system import answer, as_json, system
from disputes.db import transaction
from disputes.law import calendar_file, explain, reading, standard_file
from disputes.law import commands as law
from disputes.law.queries import NoLaw
from disputes.rules import counting, service
from disputes.rules.rulebook import (
    SHANGHAI,
    Due,
    Extension,
    Family,
    Length,
    NotInForce,
    Pause,
    Roll,
    Rule,
    RuleError,
    Standing,
    local_day,
)
from disputes.rules.service import ServiceStandard


class Moment(click.ParamType):
    """A day, or a moment; without a zone a moment is one in Shanghai."""

    name = "date or moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date | datetime:
        try:
            if len(value) <= len("2026-09-30"):
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date or moment; write 2026-09-30 or 2026-09-30T10:00+08:00.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


class Span(click.ParamType):
    """Two days, both included."""

    name = "FROM..TO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[date, date]:
        first, dots, last = value.partition("..")
        try:
            days = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            self.fail(f"{value!r} is no span of days; write 2026-11-02..2026-11-11.", param, ctx)
        if not dots or days[1] < days[0]:
            self.fail(f"{value!r} ends before it starts.", param, ctx)
        return days


@click.command()
@click.argument("rule_id", required=False)
@click.option("--trigger", type=Moment(), help="When it started: a day, or a moment such as 2026-09-30T10:00+08:00.")
@click.option("--received", type=Moment(), help="The day the authority received the complaint; it picks the version.")
@click.option("--pause", "pauses", type=Span(), multiple=True, help="Days that do not count, both included.")
@click.option("--roll", type=click.Choice([roll.value for roll in Roll]), help="Another way out of days of rest.")
@click.option("--extended", is_flag=True, help="The extension that the rule allows was granted.")
@click.option("--departure", type=Moment(), help="For a service standard: when the tourist leaves the country.")
@as_json
def deadline(
    rule_id: str | None,
    trigger: date | datetime | None,
    received: date | datetime | None,
    pauses: Sequence[tuple[date, date]],
    roll: str | None,
    extended: bool,
    departure: date | datetime | None,
    as_json: bool,
) -> None:
    """Say when something is due under RULE_ID, and how that was counted. Without RULE_ID, list the rules."""
    book = reading.seeds()
    if rule_id is None:
        _list(book, as_json)
        return
    if trigger is None:
        raise click.UsageError("Say when it started: --trigger 2026-09-30T10:00+08:00")
    try:
        if any(standard.rule_id == rule_id for standard in book.standards):
            if received or pauses or roll or extended:
                raise click.UsageError(f"{rule_id} is a service standard; it takes --trigger and --departure only.")
            rule, due = _under_standard(book, rule_id, trigger, departure)
        else:
            if departure:
                raise click.UsageError(f"{rule_id} is no service standard, so --departure does not matter.")
            rule, due = _under_law(book, rule_id, trigger, received, pauses, roll, extended)
    except NotInForce as error:
        hint = "" if received else " --received names the day the authority received the complaint."
        raise click.UsageError(f"{error}{hint}") from error
    except RuleError as error:
        raise click.UsageError(str(error)) from error
    _print(rule, due, as_json)


def _under_law(
    book: reading.Book,
    rule_id: str,
    trigger: date | datetime,
    received: date | datetime | None,
    pauses: Sequence[tuple[date, date]],
    roll: str | None,
    extended: bool,
) -> tuple[Rule, Due]:
    rule = counting.version_for(book.rules, rule_id, _day(received or trigger))
    kind = rule.pauses[0] if rule.pauses else "test"
    paused = [Pause(first, last, kind) for first, last in pauses]
    if extended and rule.extension is None:
        raise click.UsageError(f"{rule.name} cannot be extended.")
    extensions = [Extension(rule.extension.count, rule.extension.unit)] if extended and rule.extension else []
    return rule, counting.count(rule, trigger, book.calendar, paused, roll, extensions)


def _under_standard(
    book: reading.Book, rule_id: str, trigger: date | datetime, departure: date | datetime | None
) -> tuple[ServiceStandard, Due]:
    for name, moment in (("--trigger", trigger), ("--departure", departure)):
        if moment is not None and not isinstance(moment, datetime):
            raise click.UsageError(f"A service standard counts from hour to hour; {name} needs the time of day.")
    assert isinstance(trigger, datetime)  # noqa: S101  for the type checker
    assert departure is None or isinstance(departure, datetime)  # noqa: S101
    standard = service.standard_for(book.standards, rule_id, trigger)
    return standard, service.due(standard, trigger, departure, book.calendar)


def _day(moment: date | datetime) -> date:
    try:
        return local_day(moment)
    except OverflowError:
        raise click.UsageError(f"{moment} is too far away to count from.") from None


def _print(rule: Rule | ServiceStandard, due: Due, as_json: bool) -> None:
    texts = explain.sentences(due.lines)
    data = {
        "rule": due.rule_id,
        "version": due.rule_version,
        "calendar": due.calendar_version,
        "roll": due.roll.value,
        "standing": rule.standing.value,
        "due_on": due.due_on.isoformat(),
        "due_at": due.due_at.isoformat(),
        "provisional": due.provisional,
        "lines": [{**row, "text": text} for row, text in zip(due.rows(), texts, strict=True)],
    }
    head = [f"{rule.name}: {rule.title}", _authority(rule)]
    result = f"{due.due_on}{' (provisional)' if due.provisional else ''}"
    answer(as_json, data, "\n".join([*head, "", *texts, "", result]))


def _authority(rule: Rule | ServiceStandard) -> str:
    """On what the length rests, and how sure we are of it."""
    if isinstance(rule, ServiceStandard):
        return f"{explain.FAMILIES[Family.SERVICE]}: {rule.source}"
    return f"{rule.citation}. {explain.STANDINGS[rule.standing]}: {rule.source}"


def _list(book: reading.Book, as_json: bool) -> None:
    rows = [*map(_rule_row, book.rules), *map(_standard_row, book.standards)]
    lines = [*map(_rule_line, book.rules), *map(_standard_line, book.standards)]
    answer(as_json, rows, "\n".join(lines))


def _rule_line(rule: Rule) -> str:
    force = f"{rule.in_force_from or ''!s:>10}..{rule.in_force_to or ''!s:10}"
    mark = "" if rule.standing is Standing.VERIFIED else f" ({rule.standing.value})"
    lengths = " or ".join(map(str, rule.limits))
    return f"{rule.id:18} {rule.version}  {force}  {lengths:15} {rule.title}{mark}"


def _standard_line(standard: ServiceStandard) -> str:
    lengths = ", ".join(str(row.length) for row in standard.rows)
    return f"{standard.rule_id:18} {standard.version}  {lengths:39} {standard.title}"


def _rule_row(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "version": rule.version,
        "title": rule.title_en,
        "title_zh": rule.title_zh,
        "family": rule.family.value,
        "instrument": rule.instrument,
        "article": rule.article,
        "in_force_from": rule.in_force_from.isoformat() if rule.in_force_from else None,
        "in_force_to": rule.in_force_to.isoformat() if rule.in_force_to else None,
        "trigger": rule.trigger,
        "length": rule.length,
        "unit": rule.unit.value,
        "earlier_of": _length_row(rule.earlier_of),
        "roll": rule.roll.value,
        "pauses": list(rule.pauses),
        "extension": _length_row(rule.extension),
        "owes": rule.owes,
        "consequence": rule.consequence,
        "standing": rule.standing.value,
        "source": rule.source,
    }


def _standard_row(standard: ServiceStandard) -> dict[str, Any]:
    return {
        "rule": standard.rule_id,
        "version": standard.version,
        "title": standard.title_en,
        "title_zh": standard.title_zh,
        "family": "service",
        "in_force_from": standard.in_force_from.isoformat() if standard.in_force_from else None,
        "rows": [
            {
                "up_to_hours": row.up_to.total_seconds() / 3600 if row.up_to else None,
                "length": row.length.count,
                "unit": row.length.unit.value,
            }
            for row in standard.rows
        ],
        "share": standard.share,
        "hours": standard.hours.value,
        "cap": _length_row(standard.cap),
        "asked_on_days": list(standard.asked_on_days),
        "owes": standard.owes,
        "standing": standard.standing.value,
        "source": standard.source,
    }


def _length_row(length: Length | None) -> dict[str, Any] | None:
    return {"length": length.count, "unit": length.unit.value} if length else None


@click.group()
def calendar() -> None:
    """The working-day calendar."""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--check", is_flag=True, help="Only look for mistakes in the file; nothing is changed, no database needed."
)
@as_json
def import_calendar(file: Path, check: bool, as_json: bool) -> None:
    """Take over the years that FILE arranges, in the form of seeds/law/calendar.yaml."""
    try:
        contents = file.read_text(encoding="utf-8")
        change, counted = (_checked(contents), (0, 0)) if check else _imported(contents, file.name)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not a text file in UTF-8.") from None
    except calendar_file.CalendarRefused as refused:
        raise click.ClickException("\n".join(["The calendar was not imported.", *refused.reasons])) from refused
    except NoLaw as missing:
        raise click.ClickException(str(missing)) from missing
    _print_change(change, check, counted, as_json)


def _checked(contents: str) -> law.CalendarChange:
    """What an import over the seeds' calendar would do."""
    file = calendar_file.read(contents)
    known = reading.seeds().calendar
    law.refuse_unpublishing(known, file.years)
    new = law.merge(known, file.years)
    return law.CalendarChange(known.version, new.version, new.changed_days(known), file.doubts)


def _imported(contents: str, source: str) -> tuple[law.CalendarChange, tuple[int, int]]:
    """Take the file over, then count again what runs. Whatever is left, if this process dies, the worker's sweep does."""
    with system("calendar import"):
        with transaction():
            change = law.import_calendar(contents, source)
        return change, recounts.run_all()


def _print_change(change: law.CalendarChange, check: bool, counted: tuple[int, int], as_json: bool) -> None:
    for doubt in change.doubts:
        click.echo(f"Please look again: {doubt}", err=True)
    data = {
        "changed": change.changed,
        "before": change.before,
        "after": change.after,
        "days": [day.isoformat() for day in change.days],
        "doubts": list(change.doubts),
        "cases_counted_again": counted[0],
        "dates_moved": counted[1],
    }
    answer(as_json, data, _change_in_words(change, check, counted))


def _change_in_words(change: law.CalendarChange, check: bool, counted: tuple[int, int]) -> str:
    cases, dates = counted
    again = f" {cases} cases were counted again and {dates} of their dates changed; those concerned are told."
    if not change.changed:
        return "The file says nothing new; the calendar stays as it is." + (again if cases else "")
    would = "would become" if check else "is now"
    said = f"The calendar {would} {change.after} (it was {change.before}); {len(change.days)} days differ."
    return said if check else said + again


@click.group()
def standard() -> None:
    """The service standard: the operator's own promise."""


@standard.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only look for mistakes in the file; nothing is changed.")
@as_json
def import_standard(file: Path, check: bool, as_json: bool) -> None:
    """Take over the new versions in FILE, in the form of seeds/law/service_standard.yaml.

    They apply to clocks that start once a version is in force. For clocks that run already, a supervisor looks at what would
    move and decides.
    """
    try:
        contents = file.read_text(encoding="utf-8")
        with system("standard import"), transaction():
            found = law.checked_standards(contents) if check else law.import_standards(contents)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not a text file in UTF-8.") from None
    except standard_file.StandardRefused as refused:
        raise click.ClickException("\n".join(["Nothing was imported.", *refused.reasons])) from refused
    except NoLaw as missing:
        raise click.ClickException(str(missing)) from missing
    data = {"checked_only": check, "new": [_standard_row(each) for each in found]}
    if not found:
        answer(as_json, data, "The file says nothing new; the service standard stays as it is.")
        return
    does = "would be taken over" if check else "is taken over"
    lines = [f"{each.name} {does}, in force from {each.in_force_from}." for each in found]
    answer(as_json, data, "\n".join(lines))


commands = [deadline, calendar, standard]
