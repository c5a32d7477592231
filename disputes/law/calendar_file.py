"""Reads a file of the working-day calendar and refuses what cannot be right, with the line and the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import yaml

from disputes.rules.calendar import ONE_DAY, SATURDAY, Holiday, Year
from disputes.rules.rulebook import RuleError

YEARS = range(2000, 2100)
YEAR_KEYS = (
    *("published", "confidence", "notice", "notice_date", "notice_url", "note"),
    *("blocks", "days_off", "makeup_workdays", "statutory_festivals", "provisional_statutory_festivals"),
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

FAR = timedelta(days=21)
"""Notices keep a make-up day nearer to its holiday than this."""

UNNAMED = Holiday("法定节假日", "Statutory holiday")

# In which days of the year each festival can fall; the lunar ones move by about a month.
NEW_YEAR = Holiday("元旦", "New Year's Day")
FESTIVALS: tuple[tuple[tuple[int, int], tuple[int, int], Holiday], ...] = (
    ((1, 1), (1, 3), NEW_YEAR),
    ((12, 29), (12, 31), NEW_YEAR),
    ((1, 20), (2, 28), Holiday("春节", "Spring Festival")),
    ((4, 3), (4, 7), Holiday("清明节", "Qingming")),
    ((4, 28), (5, 5), Holiday("劳动节", "Labour Day")),
    ((5, 25), (6, 28), Holiday("端午节", "Dragon Boat")),
    ((10, 1), (10, 3), Holiday("国庆节", "National Day")),
    ((9, 5), (10, 10), Holiday("中秋节", "Mid-Autumn")),
)


class CalendarRefused(RuleError):
    """The file cannot be right; ``reasons`` are sentences, each with the line it speaks of where there is one."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class CalendarFile:
    """The years of a file that contradicts nothing, and what its reader should look at once more."""

    years: tuple[Year, ...]
    doubts: tuple[str, ...]


def read(text: str) -> CalendarFile:
    """The years that a calendar file arranges. Raises CalendarRefused with every reason found, not only the first."""
    checks = _Checks()
    years = [_year(number, entry, checks) for number, entry in _entries(text, checks)]
    if checks.reasons:
        raise CalendarRefused(checks.reasons)
    return CalendarFile(tuple(year for year in years if year), tuple(checks.doubts))


@dataclass
class _Checks:
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def refuse(self, value: Any, reason: str) -> None:
        line = getattr(value, "line", None)
        self.reasons.append(f"Line {line}: {reason}" if line else reason)


# --- the file's form ---


class _Text(str):
    """A scalar of the file that remembers its line."""

    line: int


class _Loader(yaml.SafeLoader):
    """Leaves dates as text, so that a wrong one can be named, and takes no entry twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name was expected here", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands here twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _scalar(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> _Text:
    text = _Text(loader.construct_scalar(node))
    text.line = node.start_mark.line + 1
    return text


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor("tag:yaml.org,2002:str", _scalar)


def _entries(text: str, checks: _Checks) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader with fewer types
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"Line {mark.line + 1}: " if mark else ""
        checks.reasons.append(f"{where}the file cannot be read: {getattr(error, 'problem', None) or error}.")
        return
    years = document.get("years") if isinstance(document, dict) else None
    if not isinstance(years, dict) or not years:
        checks.reasons.append("The file needs an entry `years` with at least one year below it.")
        return
    for key, entry in years.items():
        if not str(key).isdigit() or int(key) not in YEARS:
            checks.refuse(key, f"{key} is not a year between {YEARS[0]} and {YEARS[-1]}.")
        elif not isinstance(entry, dict):
            checks.refuse(key, f"{key} needs entries below it, at least `published`.")
        else:
            yield int(key), entry


def _date(value: Any, checks: _Checks) -> date | None:
    if isinstance(value, str) and DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            checks.refuse(value, f"{value} is not a day of the calendar.")
            return None
    checks.refuse(value, f"{value!s} is not a date; write it as in 2026-10-01.")
    return None


def _list(entry: Mapping[str, Any], key: str, checks: _Checks) -> list[Any]:
    values = entry.get(key) or []
    if isinstance(values, list):
        return values
    checks.refuse(values, f"`{key}` must be a list.")
    return []


def _dates(number: int, entry: Mapping[str, Any], key: str, checks: _Checks) -> dict[date, Any]:
    """The dates of a list, each with its entry: real, of this year or the December before, each once."""
    found: dict[date, Any] = {}
    for value in _list(entry, key, checks):
        written = value.get("date", value) if isinstance(value, dict) else value
        day = _date(written, checks)
        if day is None:
            continue
        if not (day.year == number or (day.year, day.month) == (number - 1, 12)):
            checks.refuse(written, f"{day} does not belong to {number}.")
        elif day in found:
            checks.refuse(written, f"{day} stands in `{key}` twice.")
        else:
            found[day] = value
    return found


# --- what a year says ---


def _year(number: int, entry: Mapping[str, Any], checks: _Checks) -> Year | None:
    before = len(checks.reasons)
    for key in entry:
        if key not in YEAR_KEYS:
            checks.refuse(key, f"`{key}` is not an entry of a year; known are {', '.join(YEAR_KEYS)}.")
    published = entry.get("published")
    if not isinstance(published, bool):
        checks.refuse(published, f"{number} must say `published: true` or `published: false`.")
        return None
    days_off = _dates(number, entry, "days_off", checks)
    makeup = _dates(number, entry, "makeup_workdays", checks)
    festivals = _dates(number, entry, "statutory_festivals", checks)
    expected = _dates(number, entry, "provisional_statutory_festivals", checks)
    blocks = _blocks(number, entry, checks)
    if len(checks.reasons) > before:
        return None

    if not published:
        if days_off or makeup:
            checks.reasons.append(f"{number} is not published, so it can have no days off and no make-up working days.")
            return None
        return Year(number, False, festivals={day: _festival(day) for day in [*festivals, *expected]})

    _check_against_blocks(number, days_off, blocks, checks)
    _check_makeup(number, makeup, days_off, checks)
    for day in sorted(set(festivals) - set(days_off)):
        checks.reasons.append(f"{day} is a statutory festival of {number} but not among its days off.")
    if not days_off:
        checks.reasons.append(f"{number} is published but lists no days off.")
    if len(checks.reasons) > before:
        return None

    names = _names(days_off, blocks)
    for day in (day for day, name in names.items() if name == UNNAMED):
        checks.refuse(
            days_off[day], f"{day} falls in the season of no festival; a new holiday needs a block with a name."
        )
    if len(checks.reasons) > before:
        return None
    _doubt(number, days_off, makeup, len(festivals), checks)
    return Year(
        number,
        True,
        days_off=names,
        makeup_days={day: _exchanged_for(value, names) for day, value in makeup.items()},
        festivals={day: _festival(day) for day in festivals},
        notice=str(entry["notice"]) if entry.get("notice") else None,
    )


@dataclass(frozen=True)
class _Block:
    holiday: Holiday
    days: tuple[date, ...]


def _blocks(number: int, entry: Mapping[str, Any], checks: _Checks) -> list[_Block]:
    found = []
    for value in _list(entry, "blocks", checks):
        if not isinstance(value, dict) or not {"name", "from", "to"} <= set(value):
            checks.refuse(value, f"A block of {number} needs `name`, `from` and `to`.")
            continue
        first, last = _date(value["from"], checks), _date(value["to"], checks)
        if first is None or last is None:
            continue
        name = value["name"]
        days = (last - first).days + 1
        if not 1 <= days <= 16:
            checks.refuse(value["from"], f"The block {name} runs from {first} to {last}, which is {days} days.")
        elif str(value.get("days", days)) != str(days):
            checks.refuse(value["days"], f"The block {name}, {first} to {last}, has {days} days, not {value['days']}.")
        else:
            holiday = Holiday(str(name), str(value.get("name_en") or name))
            found.append(_Block(holiday, tuple(first + n * ONE_DAY for n in range(days))))
    return found


def _check_against_blocks(number: int, days_off: Mapping[date, Any], blocks: list[_Block], checks: _Checks) -> None:
    """Where the file names its blocks, they and the single days say the same."""
    if not blocks:
        return
    in_blocks = {day for block in blocks for day in block.days}
    for day, written in days_off.items():
        if day not in in_blocks:
            checks.refuse(written, f"{day} is listed as a day off but lies in no block of {number}.")
    for block in blocks:
        missing = ", ".join(day.isoformat() for day in block.days if day not in days_off)
        if missing:
            checks.reasons.append(f"The block {block.holiday.name_zh} of {number} lacks days off: {missing}.")


def _check_makeup(number: int, makeup: Mapping[date, Any], days_off: Mapping[date, Any], checks: _Checks) -> None:
    for day, value in makeup.items():
        written = value["date"] if isinstance(value, dict) else value
        weekday = WEEKDAYS[day.weekday()]
        if day in days_off:
            checks.refuse(written, f"{day} is listed as a day off and as a make-up working day of {number}.")
        elif days_off and all(abs(day - off) > FAR for off in days_off):
            checks.refuse(written, f"The make-up working day {day} lies more than three weeks from any day off.")
        elif day.weekday() < SATURDAY:
            checks.refuse(written, f"{day} is a {weekday}; a make-up working day is a Saturday or Sunday.")


# --- names ---


def _festival(day: date) -> Holiday:
    """The festival that can fall on this day."""
    at = (day.month, day.day)
    return next((name for first, last, name in FESTIVALS if first <= at <= last), UNNAMED)


def _names(days_off: Iterable[date], blocks: list[_Block]) -> dict[date, Holiday]:
    """Each day off with the name of its block; without blocks, of the festival in its stretch of free days."""
    named = {day: block.holiday for block in blocks for day in block.days}
    for stretch in _stretches(days_off):
        for day in stretch:
            named.setdefault(day, _festival(stretch[len(stretch) // 2]))
    return {day: named[day] for day in sorted(days_off)}


def _stretches(days: Iterable[date]) -> list[list[date]]:
    found: list[list[date]] = []
    for day in sorted(days):
        if found and day == found[-1][-1] + ONE_DAY:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def _exchanged_for(value: Any, names: Mapping[date, Holiday]) -> Holiday | None:
    """The holiday that a make-up day names, if it names one."""
    if not isinstance(value, dict) or "for" not in value:
        return None
    wanted = str(value["for"])
    known = (name for name in names.values() if wanted in (name.name_zh, name.name_en))
    return next(known, Holiday(wanted, wanted))


# --- doubts: possible, but rarely right ---


def _doubt(number: int, days_off: Iterable[date], makeup: Iterable[date], festivals: int, checks: _Checks) -> None:
    """A notice exchanges days and gives none away: free weekdays less make-up days are as many as the festival days."""
    free, worked = sum(day.weekday() < SATURDAY for day in days_off), len(list(makeup))
    given = festivals or (13 if number >= 2025 else 11)
    if free - worked != given:
        checks.doubts.append(
            f"{number}: {free} weekdays are off and {worked} make-up days are worked. That leaves {free - worked}, not "
            f"the {given} festival days, so a day may be missing or one too many."
        )
    covered = {_festival(day) for day in days_off}
    missing = ", ".join(dict.fromkeys(name.name_zh for _, _, name in FESTIVALS if name not in covered))
    if missing:
        checks.doubts.append(f"{number}: no day off falls in the season of {missing}.")
