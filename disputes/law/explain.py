"""Puts the lines of a count into sentences, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton, format_time

from disputes import wording
from disputes.rules.rulebook import SHANGHAI, Family, Line, Roll, Standing, Unit, local_day
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l
from disputes.wording import ngettext

FAMILIES = {
    Family.PROCEDURE: _l("Procedure of an authority"),
    Family.CIVIL: _l("Civil-law period"),
    Family.SERVICE: _l("Our own service standard"),
}
STANDINGS = {
    Standing.VERIFIED: _l("Verified in the official text"),
    Standing.SECONDARY: _l("From a secondary source"),
    Standing.UNVERIFIED: _l("Not verified"),
}
ROLLS = {
    Roll.BLOCK: _l("A last day in a public holiday moves to the first day after it."),
    Roll.ANY: _l("A last day that is not a working day moves to the next working day."),
    Roll.NONE: _l("The last day stays where it falls."),
}
HOLIDAYS = {
    "New Year's Day": _l("New Year's Day"),
    "Spring Festival": _l("Spring Festival"),
    "Qingming": _l("Qingming Festival"),
    "Labour Day": _l("Labour Day"),
    "Dragon Boat": _l("Dragon Boat Festival"),
    "Mid-Autumn": _l("Mid-Autumn Festival"),
    "National Day": _l("National Day"),
    "National Day and Mid-Autumn": _l("National Day and Mid-Autumn Festival"),
    "Statutory holiday": _l("Public holiday"),
}


def sentences(lines: Iterable[Line | Mapping[str, Any]]) -> list[str]:
    """The lines of a count, or the rows they were stored as, one sentence each."""
    return [sentence(line) for line in lines]


def sentence(line: Line | Mapping[str, Any]) -> str:
    """One line in words. The last one names the day by whose end, or the moment by which, it is due."""
    if not isinstance(line, Line):
        line = Line.from_row(line)
    return _SENTENCES[line.code](line)


def length(count: int, unit: Unit | str) -> str:
    """A length in words."""
    return _LENGTHS[Unit(unit)](count)


def time_left(up_to: timedelta | None) -> str:
    """For how much time left a row of the service standard counts."""
    if up_to is None:
        return _("More time left, unknown, or departed")
    return _("Up to %(bound)s left", bound=_bound(up_to // timedelta(minutes=1)))


def day(on: date) -> str:
    """A day with its weekday, short."""
    return _day_text(on, _locale())


def moment(at: datetime | str) -> str:
    """A moment in China time."""
    local = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(SHANGHAI)
    clock = _time_text(local.hour, local.minute, _locale())
    return _("%(day)s, %(time)s China time", day=day(local.date()), time=clock)


@lru_cache(10_000)
def _day_text(on: date, locale: Any) -> str:
    return str(format_skeleton("yMMMEd", on, locale=locale))


@lru_cache(10_000)
def _time_text(hour: int, minute: int, locale: Any) -> str:
    return str(format_time(time(hour, minute), "short", locale=locale))


# --- how each line reads ---


def _trigger(line: Line) -> str:
    return _("%(day)s: the day on which it started; it is not counted.", day=day(line.on))


def _extended(line: Line) -> str:
    own, more = (
        length(_int(line, "length"), str(line.params["unit"])),
        length(_int(line, "more"), str(line.params["unit"])),
    )
    return _("The period of %(length)s is extended by %(more)s.", length=own, more=more)


def _limit(line: Line) -> str:
    own = _length(line)
    if line.params["chosen"]:
        return _("The limit of %(length)s ends first, on %(day)s.", length=own, day=day(line.on))
    return _("The limit of %(length)s would end on %(day)s.", length=own, day=day(line.on))


def _working_day(line: Line) -> str:
    return _("%(day)s: working day %(number)s.", day=day(line.on), number=line.params["number"])


def _makeup_day(line: Line) -> str:
    number = line.params["number"]
    if "name_en" not in line.params:
        return _("%(day)s: working day %(number)s, a make-up day.", day=day(line.on), number=number)
    return _(
        "%(day)s: working day %(number)s, a make-up day for %(holiday)s.",
        day=day(line.on),
        number=number,
        holiday=_holiday(line),
    )


def _weekend(line: Line) -> str:
    return _("%(days)s: not counted, weekend.", days=_span(line))


def _public_holiday(line: Line) -> str:
    return _("%(days)s: not counted, %(holiday)s.", days=_span(line), holiday=_holiday(line))


def _festival(line: Line) -> str:
    return _(
        "%(days)s: not counted, %(holiday)s; the other holidays of that year are not published yet.",
        days=_span(line),
        holiday=_holiday(line),
    )


def _paused(line: Line) -> str:
    if line.params["kind"] == "test":
        return _("%(days)s: not counted, paused for an expert test.", days=_span(line))
    return _("%(days)s: not counted, paused.", days=_span(line))


def _still_paused(line: Line) -> str:
    return _(
        "Paused since %(day)s for an expert test that is not over: the date moves on with each further day.",
        day=day(line.on),
    )


def _days(line: Line) -> str:
    first, counted = date.fromisoformat(str(line.params["from"])), _int(line, "days")
    if counted == 1:
        return _("%(day)s: 1 day, %(number)s so far.", day=day(line.on), number=line.params["number"])
    return ngettext(
        "%(first)s to %(last)s: %(num)s day, %(number)s so far.",
        "%(first)s to %(last)s: %(num)s days, %(number)s so far.",
        counted,
        first=day(first),
        last=day(line.on),
        number=line.params["number"],
    )


def _corresponding_day(line: Line) -> str:
    return _("%(length)s later is %(day)s.", length=_length(line), day=day(line.on))


def _last_day_off(line: Line) -> str:
    if line.code == "last_day_weekend":
        return _("%(days)s: a weekend, on which the period does not end.", days=_span(line))
    return _("%(days)s: %(holiday)s, on which the period does not end.", days=_span(line), holiday=_holiday(line))


def _from_midnight(line: Line) -> str:
    return _("The hours are counted from the first minute of %(day)s.", day=day(line.on))


def _elapsed(line: Line) -> str:
    return _(
        "%(length)s, counted without a break from %(start)s to %(end)s.",
        length=_length(line),
        start=moment(str(line.params["from"])),
        end=moment(str(line.params["until"])),
    )


def _provisional(line: Line) -> str:
    return _(
        "The public holidays of %(year)s are not published yet, so this date is provisional.",
        year=str(line.params["year"]),
    )


def _due(line: Line) -> str:
    due_at = datetime.fromisoformat(str(line.params["until"]))
    if local_day(due_at) > line.on:  # exclusive: 00:00 of the day after
        return _("Due by the end of %(day)s.", day=day(line.on))
    return _("Due by %(moment)s.", moment=moment(due_at))


# --- of the service standard ---


def _started(line: Line) -> str:
    return _("The clock started on %(moment)s.", moment=moment(str(line.params["at"])))


def _time_left(line: Line) -> str:
    return _(
        "Time left until the departure on %(moment)s: %(left)s.",
        moment=moment(str(line.params["departure"])),
        left=_span_of(_int(line, "minutes")),
    )


def _departed(line: Line) -> str:
    return _("The departure was on %(moment)s.", moment=moment(str(line.params["departure"])))


def _departure_unknown(line: Line) -> str:
    return _("The departure is not known.")


def _always_the_same(line: Line) -> str:
    return _("The time does not depend on the departure.")


def _table(line: Line) -> str:
    if "up_to_minutes" in line.params:
        return _(
            "Our service standard gives %(length)s when up to %(bound)s are left.",
            length=_length(line),
            bound=_bound(_int(line, "up_to_minutes")),
        )
    return _("Our service standard gives %(length)s.", length=_length(line))


def _share(line: Line) -> str:
    return _(
        "%(percent)s %% of the time left is %(length)s.",
        percent=line.params["percent"],
        length=_span_of(_int(line, "minutes")),
    )


def _share_at_least(line: Line) -> str:
    return _(
        "%(percent)s %% of the time left would be less than %(length)s, which is the least.",
        percent=line.params["percent"],
        length=_span_of(_int(line, "minutes")),
    )


def _smaller(line: Line) -> str:
    if line.params["of"] == "table":
        return _("The standard's time ends first and counts.")
    return _("The share of the time left ends first and counts.")


def _hours(line: Line) -> str:
    return _(
        "%(length)s in opening or duty hours, from %(start)s to %(end)s.",
        length=_span_of(_int(line, "minutes")),
        start=moment(str(line.params["from"])),
        end=moment(str(line.params["until"])),
    )


def _day_and_night(line: Line) -> str:
    return _(
        "Counted day and night from %(start)s to %(end)s.",
        start=moment(str(line.params["from"])),
        end=moment(str(line.params["until"])),
    )


def _hours_too_few(line: Line) -> str:
    return _(
        "There are too few opening hours before the departure: counted day and night from %(start)s to %(end)s.",
        start=moment(str(line.params["from"])),
        end=moment(str(line.params["until"])),
    )


def _told_again(line: Line) -> str:
    return _(
        "Nothing has followed the last time, so the next reminder takes twice as long: %(length)s.",
        length=_span_of(_int(line, "minutes")),
    )


def _promised(line: Line) -> str:
    return _("Both sides agreed on %(day)s.", day=day(line.on))


def _capped(line: Line) -> str:
    return _("At most %(length)s are allowed, until %(day)s.", length=_length(line), day=day(line.on))


_SENTENCES: dict[str, Callable[[Line], str]] = {
    "trigger": _trigger,
    "extended": _extended,
    "limit": _limit,
    "working_day": _working_day,
    "makeup_day": _makeup_day,
    "weekend": _weekend,
    "holiday": _public_holiday,
    "festival": _festival,
    "paused": _paused,
    "still_paused": _still_paused,
    "days": _days,
    "corresponding_day": _corresponding_day,
    "last_day_weekend": _last_day_off,
    "last_day_holiday": _last_day_off,
    "last_day_festival": _last_day_off,
    "from_midnight": _from_midnight,
    "elapsed": _elapsed,
    "provisional": _provisional,
    "due": _due,
    "started": _started,
    "time_left": _time_left,
    "departed": _departed,
    "departure_unknown": _departure_unknown,
    "always_the_same": _always_the_same,
    "table": _table,
    "share": _share,
    "share_at_least": _share_at_least,
    "smaller": _smaller,
    "hours": _hours,
    "day_and_night": _day_and_night,
    "hours_too_few": _hours_too_few,
    "told_again": _told_again,
    "promised": _promised,
    "capped": _capped,
}

_LENGTHS: dict[Unit, Callable[[int], str]] = {
    Unit.WD: lambda n: ngettext("%(num)s working day", "%(num)s working days", n),
    Unit.CD: lambda n: ngettext("%(num)s calendar day", "%(num)s calendar days", n),
    Unit.H: lambda n: ngettext("%(num)s hour", "%(num)s hours", n),
    Unit.MIN: lambda n: ngettext("%(num)s minute", "%(num)s minutes", n),
    Unit.MONTH: lambda n: ngettext("%(num)s month", "%(num)s months", n),
    Unit.YEAR: lambda n: ngettext("%(num)s year", "%(num)s years", n),
}


# --- parts ---


def _length(line: Line) -> str:
    return length(_int(line, "length"), str(line.params["unit"]))


def _int(line: Line, key: str) -> int:
    return int(line.params[key])


def _span(line: Line) -> str:
    """One day, or the first and last of several."""
    last = date.fromisoformat(str(line.params["until"]))
    if last == line.on:
        return day(line.on)
    return _("%(first)s to %(last)s", first=day(line.on), last=day(last))


def _span_of(minutes: int) -> str:
    """A stretch of time in its one or two largest units."""
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, _whole_days), (hours, _LENGTHS[Unit.H]), (minutes, _LENGTHS[Unit.MIN])]
    named = [name(number) for number, name in parts if number][:2] or [_LENGTHS[Unit.MIN](0)]
    return named[0] if len(named) == 1 else _("%(larger)s and %(smaller)s", larger=named[0], smaller=named[1])


def _whole_days(n: int) -> str:
    return ngettext("%(num)s day", "%(num)s days", n)


def _bound(minutes: int) -> str:
    """A bound of the table: hours up to the 48 that count day and night, then days."""
    hours = minutes // 60
    return _LENGTHS[Unit.H](hours) if hours <= 48 else _whole_days(hours // 24)


def _holiday(line: Line) -> str:
    """The holiday's name in the reader's language; one we have no translation for as its notice names it."""
    english = str(line.params["name_en"])
    if english in HOLIDAYS:
        return str(HOLIDAYS[english])
    return str(line.params["name_zh"]) if str(_locale()).startswith("zh") else english


def _locale() -> Any:
    return wording.locale() or "en"
