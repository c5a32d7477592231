"""When a period under a rule ends, and how that was counted: the clock conventions of the rule book (R-CLK-*)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from disputes.rules.calendar import ONE_DAY, Calendar, Reason
from disputes.rules.rulebook import (
    CannotCount,
    Due,
    Extension,
    Length,
    Line,
    NotInForce,
    Param,
    Pause,
    Roll,
    Rule,
    Unit,
    end_of,
    last_day_before,
    local_day,
    merged,
)

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(9000, 1, 1)
"""Facts outside are typing errors; refusing them keeps every sum of dates inside what a date can hold."""

MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}


def version_for(rules: Sequence[Rule], rule_id: str, received_on: date) -> Rule:
    """The version of a rule that was in force on the day the authority received the complaint (section 1).

    Raises NotInForce when there is none, and says which versions there are.
    """
    versions = [rule for rule in rules if rule.id == rule_id]
    if not versions:
        raise NotInForce(f"There is no rule {rule_id}.")
    for rule in versions:
        if rule.in_force(received_on):
            return rule
    known = "; ".join(_dates_of(rule) for rule in versions)
    raise NotInForce(f"{rule_id} was not in force on {received_on}; it is known {known}.")


def count(
    rule: Rule,
    trigger: datetime | date,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    roll: Roll | str | None = None,
    extensions: Sequence[Extension] = (),
) -> Due:
    """When the period that this trigger starts is over, with every line of the count.

    The day of the trigger is day 0; hours run from the moment itself. Paused days are left out, and the last day is
    never one of them. ``roll`` overrides the rule's own way out of days of rest. The date is provisional when the
    interval touches a year that is not published. Refused (CannotCount) are a pause or an extension that the rule does
    not allow, and a bare date where a moment is needed. The same facts always give the same Due.
    """
    way = rule.roll if roll is None else Roll(roll)
    paused = _lawful(rule, pauses)
    limits = _extended(rule, extensions)
    try:
        if not FIRST_DAY <= local_day(trigger) <= LAST_DAY:
            raise CannotCount(f"{local_day(trigger)} is too far away to count from.")
        if rule.unit.in_hours:
            return _hours(rule, trigger, calendar)
        if extensions:
            _granted_in_time(rule, extensions[0], count(rule, trigger, calendar, pauses, roll).due_on)
        return _days(rule, trigger, calendar, paused, way, limits, extensions)
    except OverflowError:
        raise CannotCount("These dates are too far away to count with.") from None


# --- what may be left out or added ---


def _lawful(rule: Rule, pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    for pause in pauses:
        if pause.kind not in rule.pauses:
            lawful = f"for nothing but {', '.join(rule.pauses)}" if rule.pauses else "for nothing"
            raise CannotCount(f"{rule.name} stops {lawful}: the pause {pause.first} to {pause.last} is not lawful.")
    return merged(pauses)


def _extended(rule: Rule, extensions: Sequence[Extension]) -> tuple[Length, ...]:
    if not extensions:
        return rule.limits
    if rule.extension is None:
        raise CannotCount(f"{rule.name} cannot be extended.")
    if len(extensions) > 1:
        raise CannotCount(f"{rule.name} can be extended only once.")
    more = extensions[0]
    if more.unit is not rule.extension.unit or not 1 <= more.length <= rule.extension.count:
        raise CannotCount(f"{rule.name} can be extended by at most {rule.extension}, not by {more.length} {more.unit}.")
    return (Length(rule.length + more.length, rule.unit),)


def _granted_in_time(rule: Rule, extension: Extension, unextended: date) -> None:
    if extension.granted_on and extension.granted_on > unextended:
        raise CannotCount(f"{rule.name} was over on {unextended}; an extension on {extension.granted_on} is too late.")


# --- counting ---


def _days(
    rule: Rule,
    trigger: datetime | date,
    calendar: Calendar,
    paused: Sequence[Pause],
    roll: Roll,
    limits: Sequence[Length],
    extensions: Sequence[Extension],
) -> Due:
    day0 = local_day(trigger)
    counts = [count_days(limit, day0, calendar, paused, roll) for limit in limits]
    found = min(counts, key=lambda each: each.ends_on)
    lines = [_trigger_line(trigger)]
    for more in extensions:
        longer: dict[str, Param] = {"length": rule.length, "more": more.length, "unit": more.unit.value}
        lines.append(Line("extended", more.granted_on or day0, longer))
    if len(counts) > 1:
        lines += [each.line(chosen=each is found) for each in counts]
    return _due(rule, calendar, day0 + ONE_DAY, end_of(found.ends_on), [*lines, *found.lines], roll)


@dataclass(frozen=True, slots=True)
class Count:
    """How one length was counted in days."""

    limit: Length
    ends_on: date
    lines: tuple[Line, ...]

    def line(self, chosen: bool) -> Line:
        """Where the earlier of two limits counts: how this one ended."""
        length: dict[str, Param] = {"length": self.limit.count, "unit": self.limit.unit.value, "chosen": int(chosen)}
        return Line("limit", self.ends_on, length)


def count_days(
    limit: Length, day0: date, calendar: Calendar, paused: Sequence[Pause] = (), roll: Roll = Roll.NONE
) -> Count:
    """Count a length in days, months or years from day 0 and roll its last day; pauses are disjoint and in order."""
    if limit.unit in MONTHS:
        last, lines = _corresponding_day(limit, day0)
    elif limit.unit is Unit.WD:
        last, lines = _working_days(limit.count, day0, calendar, paused)
    else:
        last, lines = _calendar_days(limit.count, day0, paused)
    ends_on, rolled = _rolled(last, calendar, paused, roll)
    return Count(limit, ends_on, (*lines, *rolled))


def _working_days(length: int, day0: date, calendar: Calendar, paused: Sequence[Pause]) -> tuple[date, list[Line]]:
    lines: list[Line] = []
    left_out = _Stretches(lines)
    number, day = 0, day0
    while number < length:
        day += ONE_DAY
        pause = _pause_on(day, paused)
        if pause:
            left_out.add(day, pause.last, "paused", {"kind": pause.kind})
            day = pause.last
            continue
        reason = calendar.reason(day)
        if not reason.worked:
            left_out.add(day, day, *_named(reason))
            continue
        number += 1
        left_out.close()
        code, params = _named(reason)
        lines.append(Line(code, day, {"number": number, **params}))
    return day, lines


def _calendar_days(length: int, day0: date, paused: Sequence[Pause]) -> tuple[date, list[Line]]:
    """Whole stretches at once: up to the next pause or the end of the month, as one would count by hand."""
    lines: list[Line] = []
    number, day = 0, day0
    while number < length:
        first = day + ONE_DAY
        pause = _pause_on(first, paused)
        if pause:
            lines.append(Line("paused", first, {"until": pause.last.isoformat(), "kind": pause.kind}))
            day = pause.last
            continue
        pauses_ahead = (pause.first - ONE_DAY for pause in paused if pause.first > first)
        day = min(_month_end(first), first + (length - number - 1) * ONE_DAY, *pauses_ahead)
        days = (day - first).days + 1
        number += days
        lines.append(Line("days", day, {"from": first.isoformat(), "days": days, "number": number}))
    return day, lines


def _corresponding_day(limit: Length, day0: date) -> tuple[date, list[Line]]:
    """The day of the same number in the last month, or that month's end where it has none (Civil Code 202)."""
    months = day0.year * 12 + day0.month - 1 + limit.count * MONTHS[limit.unit]
    first = date(months // 12, months % 12 + 1, 1)
    day = min(_month_end(first), first + (day0.day - 1) * ONE_DAY)
    return day, [Line("corresponding_day", day, {"length": limit.count, "unit": limit.unit.value})]


def _rolled(last: date, calendar: Calendar, paused: Sequence[Pause], roll: Roll) -> tuple[date, list[Line]]:
    """Move a last day that is a day of rest. Days paused by then are passed over too: nothing falls due in a pause."""
    rests = _REST[roll]
    lines: list[Line] = []
    left_out = _Stretches(lines)
    day = last
    while True:
        pause = _pause_on(day, paused)
        if pause:
            left_out.add(day, pause.last, "paused", {"kind": pause.kind})
            day = pause.last
        elif rests(calendar, day):
            left_out.add(day, day, *_named(calendar.reason(day), "last_day_"))
        else:
            left_out.close()
            return day, lines
        day += ONE_DAY


_REST: dict[Roll, Callable[[Calendar, date], bool]] = {
    Roll.BLOCK: lambda calendar, day: calendar.in_block(day),
    Roll.ANY: lambda calendar, day: not calendar.is_working_day(day),
    Roll.NONE: lambda calendar, day: False,
}


def _hours(rule: Rule, trigger: datetime | date, calendar: Calendar) -> Due:
    """Elapsed time from the moment itself, or from the midnight after it where the rule says so (R-CLK-HOUR)."""
    lines = [_trigger_line(trigger)]
    if rule.from_next_midnight:
        began = end_of(local_day(trigger))
        lines.append(Line("from_midnight", local_day(began)))
    elif isinstance(trigger, datetime):
        began = trigger.astimezone(UTC)
    else:
        raise CannotCount(f"{rule.name} is counted in hours: give the moment, not only the day.")
    due_at = began + Length(rule.length, rule.unit).elapsed
    span: dict[str, Param] = {"length": rule.length, "unit": rule.unit.value, "from": began.isoformat()}
    lines.append(Line("elapsed", last_day_before(due_at), {**span, "until": due_at.isoformat()}))
    return _due(rule, calendar, local_day(began), due_at, lines, Roll.NONE)


def _due(rule: Rule, calendar: Calendar, first: date, due_at: datetime, lines: Sequence[Line], roll: Roll) -> Due:
    """Close the explanation; ``first`` is the first day that counted."""
    due_on = last_day_before(due_at)
    unknown = unpublished(calendar, first, due_on)
    note = [Line("provisional", due_on, {"year": unknown})] if unknown else []
    last = Line("due", due_on, {"until": due_at.isoformat()})
    return Due(rule.id, rule.version, calendar.version, due_on, due_at, bool(note), (*lines, *note, last), roll)


def unpublished(calendar: Calendar, first: date, last: date) -> int | None:
    """The first year between these days whose holidays are not published (R-CLK-UNKNOWN)."""
    years = range(first.year, last.year + 1)
    return next((year for year in years if not calendar.published(date(year, 1, 1))), None)


# --- small things ---


def _dates_of(rule: Rule) -> str:
    first = f"from {rule.in_force_from}" if rule.in_force_from else "from the beginning"
    return f"{first} to {rule.in_force_to}" if rule.in_force_to else f"{first} on"


def _pause_on(day: date, paused: Sequence[Pause]) -> Pause | None:
    return next((pause for pause in paused if pause.first <= day <= pause.last), None)


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - ONE_DAY


def _trigger_line(trigger: datetime | date) -> Line:
    at: dict[str, Param] = {"at": trigger.astimezone(UTC).isoformat()} if isinstance(trigger, datetime) else {}
    return Line("trigger", local_day(trigger), at)


def _named(reason: Reason, prefix: str = "") -> tuple[str, dict[str, Param]]:
    """The code of a line for this day, and the holiday's names to fill it in."""
    holiday = reason.holiday
    return prefix + reason.why.value, {"name_zh": holiday.name_zh, "name_en": holiday.name_en} if holiday else {}


class _Stretches:
    """Joins neighbouring days that are left out for the same reason into one line."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.open: tuple[date, date, str, dict[str, Param]] | None = None

    def add(self, first: date, last: date, code: str, params: dict[str, Param]) -> None:
        if self.open and self.open[2:] == (code, params):
            self.open = (self.open[0], last, code, params)
            return
        self.close()
        self.open = (first, last, code, params)

    def close(self) -> None:
        if self.open:
            first, last, code, params = self.open
            self.lines.append(Line(code, first, {"until": last.isoformat(), **params}))
            self.open = None
