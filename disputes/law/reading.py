"""Reads the seed files of the law and of the service standard into the rule book's dataclasses; needs no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from disputes.law import calendar_file
from disputes.rules.calendar import Calendar
from disputes.rules.rulebook import Length, Rule, RuleError, Standing, Unit, midnight
from disputes.rules.service import Hours, HoursKind, Row, ServiceStandard

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds" / "law"
RULES, STANDARDS, CALENDAR = SEEDS / "rules.yaml", SEEDS / "service_standard.yaml", SEEDS / "calendar.yaml"

UP_TO = {"h": timedelta(hours=1), "d": timedelta(days=1)}
RULE_WORDS = (
    *("article", "owes", "source", "title_en", "title_zh"),
    *("trigger", "trigger_zh", "consequence", "consequence_zh"),
)
RULE_KEYS = {"id", "version", "in_force", "family", "instrument", "standing", *RULE_WORDS}
RULE_KEYS |= {"length", "earlier_of", "extension", "roll", "pauses", "from_next_midnight"}
STANDARD_KEYS = {"id", "version", "in_force_from", "title_en", "title_zh", "owes", "hours", "share", "cap", "rows"}
STANDARD_KEYS |= {"asked_on_days", "source", "daily"}


@dataclass(frozen=True)
class Instrument:
    """A law, regulation, agreement or policy that rules are taken from."""

    code: str
    name_en: str
    name_zh: str
    in_force_from: date | None
    in_force_to: date | None
    standing: Standing
    note: str


@dataclass(frozen=True)
class Book:
    """Everything the pure functions need: rules, standards, calendar, and the instruments behind the rules."""

    instruments: tuple[Instrument, ...]
    rules: tuple[Rule, ...]
    standards: tuple[ServiceStandard, ...]
    calendar: Calendar


@cache
def seeds() -> Book:
    """What the seed files say. Raises RuleError with a sentence when one of them contradicts itself."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    standards = yaml.safe_load(STANDARDS.read_text(encoding="utf-8"))
    instruments = tuple(_instrument(entry) for entry in rules["instruments"])
    return Book(
        instruments,
        checked([rule(entry) for entry in rules["rules"]], instruments),
        _once(standards_of(standards)),
        Calendar.of(calendar_file.read(CALENDAR.read_text(encoding="utf-8")).years),
    )


def rule(entry: Mapping[str, Any]) -> Rule:
    """One row of the rules' file."""
    _known_keys(entry, RULE_KEYS)
    first, last = entry["in_force"]
    main = length(entry["length"])
    return Rule(
        id=entry["id"],
        version=entry["version"],
        in_force_from=first,
        in_force_to=last,
        family=entry["family"],
        instrument=entry["instrument"],
        length=main.count,
        unit=main.unit,
        earlier_of=length(entry["earlier_of"]) if "earlier_of" in entry else None,
        extension=length(entry["extension"]) if "extension" in entry else None,
        roll=entry["roll"],
        pauses=tuple(entry.get("pauses", ())),
        from_next_midnight=entry.get("from_next_midnight", False),
        standing=entry["standing"],
        **{word: entry[word] for word in RULE_WORDS},
    )


def standards_of(document: Mapping[str, Any]) -> tuple[ServiceStandard, ...]:
    """The service standards of a file; its ``hours`` are those of each that names no ``daily`` ones of its own."""
    hours = {HoursKind(kind): Hours.between(text) for kind, text in (document.get("hours") or {}).items()}
    return tuple(standard(entry, hours) for entry in document["standards"])


def standard(entry: Mapping[str, Any], hours: Mapping[HoursKind, Hours]) -> ServiceStandard:
    """One row of the service standard's file."""
    _known_keys(entry, STANDARD_KEYS)
    return ServiceStandard(
        rule_id=entry["id"],
        version=entry["version"],
        in_force_from=_moment(entry["in_force_from"]),
        rows=tuple(Row(_bound(bound), length(value)) for bound, value in entry["rows"].items()),
        hours=entry["hours"],
        daily=Hours.between(entry["daily"]) if "daily" in entry else hours.get(HoursKind(entry["hours"])),
        share=entry["share"],
        cap=length(entry["cap"]) if "cap" in entry else None,
        asked_on_days=tuple(entry.get("asked_on_days", ())),
        title_en=entry["title_en"],
        title_zh=entry["title_zh"],
        owes=entry["owes"],
        source=entry["source"],
    )


def checked(rules: Sequence[Rule], instruments: Sequence[Instrument]) -> tuple[Rule, ...]:
    """The same rules, if each names a listed instrument and no two versions are in force on one day; else RuleError."""
    codes = {each.code for each in instruments}
    for each in rules:
        if each.instrument not in codes:
            raise RuleError(f"{each.name} names the instrument {each.instrument}, which is not listed.")
    for rule_id in {each.id for each in rules}:
        _one_at_a_time([each for each in rules if each.id == rule_id])
    return tuple(rules)


def length(text: str) -> Length:
    """A length from its short form, such as ``7 WD``."""
    count, _, unit = str(text).partition(" ")
    if not count.isdigit() or unit not in list(Unit):
        raise RuleError(f"{text!r} is no length; write a number and a unit, such as 7 WD.")
    return Length(int(count), Unit(unit))


def _instrument(entry: Mapping[str, Any]) -> Instrument:
    first, last = entry["in_force"]
    standing = Standing(entry["standing"])
    return Instrument(entry["code"], entry["name_en"], entry["name_zh"], first, last, standing, entry["note"])


def _bound(text: str) -> timedelta | None:
    if text == "otherwise":
        return None
    count, _, unit = text.partition(" ")
    if not count.isdigit() or unit not in UP_TO:
        raise RuleError(f"{text!r} is no bound of time left; write a number and h or d, or otherwise.")
    return int(count) * UP_TO[unit]


def _moment(value: date | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return midnight(value)


def _known_keys(entry: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(entry) - known)
    if unknown:
        raise RuleError(f"{entry.get('id')} has unknown entries: {', '.join(unknown)}.")


def _one_at_a_time(versions: Sequence[Rule]) -> None:
    ordered = sorted(versions, key=lambda each: each.version)
    for before, after in pairwise(ordered):
        if before.version == after.version:
            raise RuleError(f"{after.name} stands in the file twice.")
        if not (before.in_force_to and after.in_force_from and before.in_force_to < after.in_force_from):
            raise RuleError(f"{after.name} overlaps with version {before.version}; only one may be in force on a day.")


def _once(standards: Iterable[ServiceStandard]) -> tuple[ServiceStandard, ...]:
    seen: dict[tuple[str, int], ServiceStandard] = {}
    for each in standards:
        if seen.setdefault((each.rule_id, each.version), each) is not each:
            raise RuleError(f"{each.name} stands in the file twice.")
    return tuple(seen.values())
