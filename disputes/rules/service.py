"""The operator's own promise: how long each side has, by the time that is left until the tourist leaves the country."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from disputes.rules.calendar import ONE_DAY, Calendar
from disputes.rules.counting import LAST_DAY, count_days, unpublished
from disputes.rules.rulebook import (
    SHANGHAI,
    CannotCount,
    Due,
    Length,
    Line,
    NotInForce,
    Param,
    RuleError,
    Standing,
    end_of,
    last_day_before,
    local_day,
)

URGENT = timedelta(hours=48)
"""With this or less left, clocks run day and night and the duty roster answers."""

LEAST = timedelta(minutes=15)
"""No length is shorter, however soon the tourist leaves."""

UNKNOWN_DEPARTURE = timedelta(days=30)
"""After filing: where a case whose departure is unknown stands in the queue."""

REMINDERS = (0.5, 0.8)
"""The shares of a clock after which whoever owes is reminded."""


class HoursKind(StrEnum):
    """In which hours a clock runs while more than 48 hours are left."""

    DUTY = "duty"  # the officers' hours, every day
    OPENING = "opening"  # the shop's
    ELAPSED = "elapsed"  # day and night


@dataclass(frozen=True, slots=True)
class Hours:
    """Daily hours, holidays included. Closing at or before opening means the next day: a night market, or all day."""

    opens: time
    closes: time

    @classmethod
    def between(cls, text: str) -> Hours:
        """Hours from their short form, such as ``08:30-22:00``."""
        opens, _dash, closes = str(text).partition("-")
        try:
            return cls(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
        except ValueError:
            raise RuleError(f"{text!r} are no daily hours; write them as 08:30-22:00.") from None

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    def window(self, day: date) -> tuple[datetime, datetime]:
        """From when to when, in UTC, the hours of this day run."""
        closing_day = day if self.closes > self.opens else day + ONE_DAY
        opens, closes = (
            datetime.combine(day, self.opens, SHANGHAI),
            datetime.combine(closing_day, self.closes, SHANGHAI),
        )
        return opens.astimezone(UTC), closes.astimezone(UTC)


DUTY_HOURS = Hours(time(8, 30), time(22, 0))
OPENING_HOURS = Hours(time(10, 0), time(22, 0))
USUAL = {HoursKind.DUTY: DUTY_HOURS, HoursKind.OPENING: OPENING_HOURS, HoursKind.ELAPSED: None}
"""The daily hours of a version that names none of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: up to this much time left, this length. The last row has no bound."""

    up_to: timedelta | None
    length: Length


@dataclass(frozen=True, slots=True)
class ServiceStandard:
    """One version of a promise.

    ``share`` is the percentage of the time left that this step may use up. ``cap`` bounds a day that the parties
    promised each other in place of the table's length. ``asked_on_days`` are the days after the start on which we ask.
    ``daily`` are the hours in which it runs while much time is left: of the officers' duty, or of shops that told us none.
    """

    rule_id: str
    version: int
    rows: tuple[Row, ...]
    hours: HoursKind
    share: int | None
    title_en: str
    title_zh: str
    source: str
    owes: str = ""
    in_force_from: datetime | None = None
    minimum: timedelta = LEAST
    cap: Length | None = None
    asked_on_days: tuple[int, ...] = ()
    standing: Standing = Standing.UNVERIFIED
    daily: Hours | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", HoursKind(self.hours))
        object.__setattr__(self, "daily", self.daily or USUAL[self.hours])
        if self.hours is HoursKind.ELAPSED and self.daily is not None:
            raise RuleError(f"{self.name} runs day and night, so it has no daily hours.")
        object.__setattr__(self, "standing", Standing(self.standing))
        bounds = [row.up_to for row in self.rows]
        if not bounds or bounds[-1] is not None or None in bounds[:-1]:
            raise RuleError(f"{self.name} needs exactly one row without a bound, and that one last.")
        if bounds[:-1] != sorted(set(bounds[:-1]), key=lambda bound: bound or timedelta()):
            raise RuleError(f"{self.name} needs its rows in the order of their bounds.")
        if self.share is not None and not 1 <= self.share <= 100:
            raise RuleError(f"{self.name} cannot use {self.share} % of the time left.")

    @property
    def name(self) -> str:
        return f"{self.rule_id} version {self.version}"

    @property
    def title(self) -> str:
        return self.title_en

    def row(self, left: timedelta | None) -> Row:
        """The row for this much time left; the last one when it is long, unknown, or over."""
        if left is None or left <= timedelta():
            return self.rows[-1]
        return next(row for row in self.rows if row.up_to is None or left <= row.up_to)


def standard_for(standards: Sequence[ServiceStandard], rule_id: str, at: datetime) -> ServiceStandard:
    """The version for a clock that starts at this moment: the newest that was in force by then. Raises NotInForce."""
    known = [each for each in standards if each.rule_id == rule_id]
    if not known:
        raise NotInForce(f"There is no service standard {rule_id}.")
    begun = [each for each in known if each.in_force_from is None or each.in_force_from <= at]
    if not begun:
        raise NotInForce(f"{rule_id} was not in force at {at.isoformat()}.")
    return max(begun, key=lambda each: each.version)


def due(
    standard: ServiceStandard,
    started_at: datetime,
    departure_at: datetime | None,
    calendar: Calendar,
    opening: Hours | None = None,
    promised_on: date | None = None,
    at_least: timedelta | None = None,
) -> Due:
    """When a clock of this standard that starts now is over, with the reasons.

    The smaller of the table's value and the share of the time left, but never less than 15 minutes. With 48 hours or
    less left it runs day and night; otherwise hours run in duty or opening hours, and days by the calendar. A departure
    that is unknown (None) or over counts as much time. ``promised_on`` is a day that the parties agreed on, followed up
    to the standard's cap. ``at_least`` is a length that counts where it is longer, up to the standard's longest row: for
    a clock that lapsed and starts again by itself, so that whoever owes is not told again and again.
    """
    if local_day(started_at) > LAST_DAY:
        raise CannotCount(f"{local_day(started_at)} is too far away to count from.")
    started_at = started_at.astimezone(UTC)
    left = departure_at - started_at if departure_at and departure_at > started_at else None
    lines = [Line("started", local_day(started_at), {"at": _iso(started_at)})]
    if promised_on is not None:
        return _promised(standard, started_at, promised_on, calendar, lines)
    lines.append(_left_line(standard, started_at, departure_at, left))

    found = [_by_table(standard, started_at, left, calendar, opening)]
    if standard.share is not None and left is not None:
        found.append(_by_share(standard, standard.share, started_at, left, opening))
    earliest = min(found, key=lambda each: each.due_at)
    lines += [each.reason for each in found]
    if len(found) > 1:
        lines.append(Line("smaller", last_day_before(earliest.due_at), {"of": earliest.reason.code}))
    in_days = found[0].in_days
    if at_least is not None and started_at + at_least > earliest.due_at:
        longest = _by_table(standard, started_at, None, calendar, opening)
        earliest = min(_later(started_at, at_least), longest, key=lambda each: each.due_at)
        lines, in_days = [*lines, earliest.reason], earliest.in_days
    return _close(standard, calendar, started_at, earliest.due_at, [*lines, *earliest.lines], in_days)


def ladder(
    standards: Sequence[ServiceStandard],
    started_at: datetime,
    departure_at: datetime | None,
    calendar: Calendar,
    opening: Hours | None = None,
) -> tuple[Due, ...]:
    """These steps one after the other, each taking all its time: what happens if nobody acts before they must."""
    found: list[Due] = []
    for standard in standards:
        found.append(due(standard, started_at, departure_at, calendar, opening))
        started_at = found[-1].due_at
    return tuple(found)


def lengths(steps: Sequence[Due], started_at: datetime) -> tuple[timedelta, ...]:
    """How long each step of a ladder takes on the wall clock."""
    starts = [started_at, *(step.due_at for step in steps)]
    return tuple(step.due_at - start for step, start in zip(steps, starts, strict=False))


def slack_at(departure_at: datetime | None, filed_at: datetime, remaining: Sequence[timedelta]) -> datetime:
    """The instant by which the queue is ordered: departure minus the remaining lengths of the ladder.

    Without a departure that still lay ahead when the case was filed: 30 days after filing.
    """
    if departure_at is None or departure_at <= filed_at:
        return filed_at + UNKNOWN_DEPARTURE
    return departure_at - sum(remaining, timedelta())


def reminders(started_at: datetime, due_at: datetime) -> tuple[datetime, ...]:
    """The instants at half and at four fifths of a clock."""
    return tuple(started_at + (due_at - started_at) * share for share in REMINDERS)


def asks(standard: ServiceStandard, started_at: datetime) -> tuple[datetime, ...]:
    """The instants at which we ask, as the standard names their days; day 0 is the start itself."""
    return tuple(started_at + timedelta(days=days) for days in standard.asked_on_days)


# --- the two lengths of which the smaller counts ---


@dataclass(frozen=True, slots=True)
class _Found:
    due_at: datetime
    reason: Line
    lines: tuple[Line, ...]
    in_days: bool = False


def _by_table(
    standard: ServiceStandard, started_at: datetime, left: timedelta | None, calendar: Calendar, opening: Hours | None
) -> _Found:
    row = standard.row(left)
    params: dict[str, Param] = {"length": row.length.count, "unit": row.length.unit.value}
    if row.up_to is not None:
        params["up_to_minutes"] = _minutes(row.up_to)
    reason = Line("table", local_day(started_at), params)
    if not row.length.unit.in_hours:
        counted = count_days(row.length, local_day(started_at), calendar)
        return _Found(end_of(counted.ends_on), reason, counted.lines, in_days=True)
    due_at, lines = _run(standard, started_at, left, max(row.length.elapsed, standard.minimum), opening)
    return _Found(due_at, reason, lines)


def _by_share(
    standard: ServiceStandard, share: int, started_at: datetime, left: timedelta, opening: Hours | None
) -> _Found:
    whole_minutes = timedelta(minutes=_minutes(left) * share // 100)
    length = max(whole_minutes, standard.minimum)
    code = "share" if length == whole_minutes else "share_at_least"
    reason = Line(code, local_day(started_at), {"percent": share, "minutes": _minutes(length)})
    due_at, lines = _run(standard, started_at, left, length, opening)
    return _Found(due_at, reason, lines)


def _run(
    standard: ServiceStandard, started_at: datetime, left: timedelta | None, length: timedelta, opening: Hours | None
) -> tuple[datetime, tuple[Line, ...]]:
    """Let a length of hours run: day and night when little time is left, otherwise in the hours of whoever owes."""
    urgent = left is not None and left <= URGENT
    if urgent or standard.hours is HoursKind.ELAPSED:
        return _elapse(started_at, length, "day_and_night")
    hours = opening if opening is not None and standard.hours is HoursKind.OPENING else standard.daily
    assert hours is not None  # noqa: S101  for the type checker: only what runs day and night has none
    lines: list[Line] = []
    rest = length
    for begin, close in _windows(started_at, hours):
        end = min(close, begin + rest)
        rest -= end - begin
        lines.append(_span("hours", begin, end))
        if not rest:
            break
    if left is not None and end > started_at + left:  # a stall open for few hours a day would answer after departure
        return _elapse(started_at, length, "hours_too_few")
    return end, tuple(lines)


def _windows(started_at: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of these hours from the start on; the day before may still be open past midnight."""
    day = local_day(started_at) - ONE_DAY
    while True:
        opens, closes = hours.window(day)
        if closes > started_at:
            yield max(opens, started_at), closes
        day += ONE_DAY


def _later(started_at: datetime, length: timedelta) -> _Found:
    due_at, lines = _elapse(started_at, length, "day_and_night")
    return _Found(due_at, Line("told_again", local_day(started_at), {"minutes": _minutes(length)}), lines)


def _elapse(started_at: datetime, length: timedelta, code: str) -> tuple[datetime, tuple[Line, ...]]:
    end = started_at + length
    return end, (_span(code, started_at, end),)


def _promised(
    standard: ServiceStandard, started_at: datetime, promised_on: date, calendar: Calendar, lines: Sequence[Line]
) -> Due:
    if standard.cap is None:
        raise CannotCount(f"{standard.name} does not follow a promise of the parties.")
    if promised_on < local_day(started_at):
        raise CannotCount(f"A promise for {promised_on} lies before the start of the clock.")
    latest = count_days(standard.cap, local_day(started_at), calendar).ends_on
    reasons = [Line("promised", promised_on)]
    if promised_on > latest:
        reasons.append(Line("capped", latest, {"length": standard.cap.count, "unit": standard.cap.unit.value}))
    due_at = end_of(min(promised_on, latest))
    return _close(standard, calendar, started_at, due_at, [*lines, *reasons], in_days=True)


# --- lines ---


def _left_line(
    standard: ServiceStandard, started_at: datetime, departure_at: datetime | None, left: timedelta | None
) -> Line:
    today = local_day(started_at)
    if len(standard.rows) == 1 and standard.share is None:
        return Line("always_the_same", today)
    if departure_at is None:
        return Line("departure_unknown", today)
    if left is None:
        return Line("departed", today, {"departure": _iso(departure_at)})
    return Line("time_left", today, {"departure": _iso(departure_at), "minutes": _minutes(left)})


def _close(
    standard: ServiceStandard,
    calendar: Calendar,
    started_at: datetime,
    due_at: datetime,
    lines: Sequence[Line],
    in_days: bool,
) -> Due:
    """Close the explanation. Hours consult no calendar, so only a length in days can be provisional."""
    due_on = last_day_before(due_at)
    unknown = unpublished(calendar, local_day(started_at) + ONE_DAY, due_on) if in_days else None
    note = [Line("provisional", due_on, {"year": unknown})] if unknown else []
    last = Line("due", due_on, {"until": _iso(due_at)})
    explained = (*lines, *note, last)
    return Due(standard.rule_id, standard.version, calendar.version, due_on, due_at, bool(note), explained)


def _span(code: str, begin: datetime, end: datetime) -> Line:
    return Line(code, local_day(begin), {"from": _iso(begin), "until": _iso(end), "minutes": _minutes(end - begin)})


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
