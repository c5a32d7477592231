"""Between the rows of the law's tables and the frozen dataclasses that the pure functions read."""

from __future__ import annotations

from datetime import timedelta

from disputes.law.models import CalendarDay, CalendarVersion, CalendarYear, LawRule, StandardRow, StandardVersion
from disputes.law.reading import length
from disputes.rules.calendar import Calendar, Holiday, Year
from disputes.rules.rulebook import Family, Length, Roll, Rule, Standing, Unit
from disputes.rules.service import Hours, HoursKind, Row, ServiceStandard

RULE_COUNTED = (
    *("family", "length", "unit", "earlier_of", "extension", "roll", "pauses", "from_next_midnight", "in_force_from"),
    *("instrument",),
)
"""What a version of a rule is; other columns are words about it."""


def rule_columns(rule: Rule) -> dict[str, object]:
    """A rule as the columns of its row."""
    return {
        "rule_id": rule.id,
        "version": rule.version,
        "in_force_from": rule.in_force_from,
        "in_force_to": rule.in_force_to,
        "family": rule.family.value,
        "instrument": rule.instrument,
        "article": rule.article,
        "title_en": rule.title_en,
        "title_zh": rule.title_zh,
        "trigger": rule.trigger,
        "trigger_zh": rule.trigger_zh,
        "length": rule.length,
        "unit": rule.unit.value,
        "earlier_of": _short(rule.earlier_of),
        "extension": _short(rule.extension),
        "roll": rule.roll.value,
        "pauses": list(rule.pauses),
        "from_next_midnight": rule.from_next_midnight,
        "owes": rule.owes,
        "consequence": rule.consequence,
        "consequence_zh": rule.consequence_zh,
        "source": rule.source,
        "standing": rule.standing.value,
    }


def rule(row: LawRule) -> Rule:
    """A row as the rule it holds."""
    return Rule(
        id=row.rule_id,
        version=row.version,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        family=Family(row.family),
        instrument=row.instrument,
        article=row.article,
        title_en=row.title_en,
        title_zh=row.title_zh,
        trigger=row.trigger,
        trigger_zh=row.trigger_zh,
        length=row.length,
        unit=Unit(row.unit),
        earlier_of=_length(row.earlier_of),
        extension=_length(row.extension),
        roll=Roll(row.roll),
        pauses=tuple(row.pauses),
        from_next_midnight=row.from_next_midnight,
        owes=row.owes,
        consequence=row.consequence,
        consequence_zh=row.consequence_zh,
        source=row.source,
        standing=Standing(row.standing),
    )


def standard_row(standard: ServiceStandard) -> StandardVersion:
    """A service standard as a new row with its table below it."""
    return StandardVersion(
        rule_id=standard.rule_id,
        version=standard.version,
        in_force_from=standard.in_force_from,
        title_en=standard.title_en,
        title_zh=standard.title_zh,
        owes=standard.owes,
        hours=standard.hours.value,
        opens=standard.daily.opens if standard.daily else None,
        closes=standard.daily.closes if standard.daily else None,
        share=standard.share,
        cap=_short(standard.cap),
        asked_on_days=list(standard.asked_on_days),
        source=standard.source,
        standing=standard.standing.value,
        rows=[
            StandardRow(
                position=position,
                up_to_minutes=None if row.up_to is None else row.up_to // timedelta(minutes=1),
                length=row.length.count,
                unit=row.length.unit.value,
            )
            for position, row in enumerate(standard.rows)
        ],
    )


def standard(row: StandardVersion) -> ServiceStandard:
    """A row as the service standard it holds."""
    return ServiceStandard(
        rule_id=row.rule_id,
        version=row.version,
        rows=tuple(_standard_row(each) for each in row.rows),
        hours=HoursKind(row.hours),
        share=row.share,
        title_en=row.title_en,
        title_zh=row.title_zh,
        source=row.source,
        owes=row.owes,
        in_force_from=row.in_force_from,
        cap=_length(row.cap),
        asked_on_days=tuple(row.asked_on_days),
        daily=Hours(row.opens, row.closes) if row.opens is not None and row.closes is not None else None,
        standing=Standing(row.standing),
    )


def calendar_years(calendar: Calendar) -> list[CalendarYear]:
    """A calendar's years as new rows with their days below them."""
    return [
        CalendarYear(
            year=year.year,
            published=year.published,
            notice=year.notice,
            days=[
                CalendarDay(
                    day=day, kind=kind, name_zh=name.name_zh if name else None, name_en=name.name_en if name else None
                )
                for kind, days in (("off", year.days_off), ("makeup", year.makeup_days), ("festival", year.festivals))
                for day, name in days.items()
            ],
        )
        for year in calendar.years.values()
    ]


def calendar(row: CalendarVersion) -> Calendar:
    """A row as the calendar it holds, under the version it was stored with."""
    years = {year.year: _year(year) for year in row.years}
    return Calendar(years, row.version)


def _year(row: CalendarYear) -> Year:
    return Year(
        row.year,
        row.published,
        days_off={day.day: _name(day) for day in row.days if day.kind == "off"},
        makeup_days={day.day: _name(day) if day.name_zh else None for day in row.days if day.kind == "makeup"},
        festivals={day.day: _name(day) for day in row.days if day.kind == "festival"},
        notice=row.notice,
    )


def _name(row: CalendarDay) -> Holiday:
    return Holiday(row.name_zh or "", row.name_en or "")


def _standard_row(row: StandardRow) -> Row:
    bound = None if row.up_to_minutes is None else timedelta(minutes=row.up_to_minutes)
    return Row(bound, Length(row.length, Unit(row.unit)))


def _short(value: Length | None) -> str | None:
    return str(value) if value else None


def _length(text: str | None) -> Length | None:
    return length(text) if text else None
