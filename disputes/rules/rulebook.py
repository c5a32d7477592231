"""What the rule book hands to the pure functions: frozen copies of the versioned rows of law and service standard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""All legal clocks run here (R-CLK-TZ): moments are stored in UTC, days are days of this zone."""


class RuleError(ValueError):
    """A rule, a calendar or a count that cannot be; the text is a sentence for people who keep the rule book."""


class NotInForce(RuleError):
    """No version of the rule was in force on that day, or there is no such rule."""


class CannotCount(RuleError):
    """These facts give no deadline under this rule; the text says why."""


class Unit(StrEnum):
    """What a length is counted in."""

    WD = "WD"  # working days of the published calendar
    CD = "CD"  # calendar days
    H = "H"
    MIN = "MIN"
    MONTH = "MONTH"
    YEAR = "YEAR"

    @property
    def in_days(self) -> bool:
        return self in (Unit.WD, Unit.CD)

    @property
    def in_hours(self) -> bool:
        return self in (Unit.H, Unit.MIN)


class Roll(StrEnum):
    """Where a period ends whose last day is a day of rest (R-CLK-WEEKEND)."""

    BLOCK = "block"  # moves only out of a published holiday block
    ANY = "any"  # moves to the next working day
    NONE = "none"  # stays


class Family(StrEnum):
    """The three kinds of clocks, which every screen keeps apart; the family says when a clock may start."""

    PROCEDURE = "procedure"  # an authority's own: only from its recorded receipt, or the later event the rule names
    CIVIL = "civil"  # from the fact in the trigger, whoever handles the case
    SERVICE = "service"  # the operator's promise


class Standing(StrEnum):
    """How sure we are of a row."""

    VERIFIED = "verified"  # the article itself was read in the official text
    SECONDARY = "secondary"  # seen in a secondary source only
    UNVERIFIED = "unverified"  # no source, or our own choice


@dataclass(frozen=True, slots=True)
class Length:
    """A number of units, at least one."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Unit(self.unit))
        if self.count < 1:
            raise RuleError(f"A length is at least 1, not {self.count} {self.unit}.")

    @property
    def elapsed(self) -> timedelta:
        """The length of hours or minutes as time on the clock."""
        if not self.unit.in_hours:
            raise RuleError(f"{self} is counted in days; only hours and minutes have a fixed length.")
        return timedelta(hours=self.count) if self.unit is Unit.H else timedelta(minutes=self.count)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule with a duration.

    ``in_force_from`` is None where the research established no first day: the row then applies from the beginning.
    ``earlier_of`` is a second limit beside ``length``; the period ends with the one that is over first.
    ``from_next_midnight`` is for hours that start at 00:00 of the day after the trigger (R-STAY-240).
    """

    id: str
    version: int
    in_force_from: date | None
    in_force_to: date | None
    family: Family
    instrument: str
    article: str
    trigger: str
    length: int
    unit: Unit
    title_en: str
    title_zh: str
    source: str
    standing: Standing
    earlier_of: Length | None = None
    roll: Roll = Roll.NONE
    pauses: tuple[str, ...] = ()
    extension: Length | None = None
    from_next_midnight: bool = False
    owes: str = ""
    consequence: str = ""
    trigger_zh: str = ""
    consequence_zh: str = ""

    def __post_init__(self) -> None:
        for name, kind in (("family", Family), ("unit", Unit), ("standing", Standing), ("roll", Roll)):
            object.__setattr__(self, name, kind(getattr(self, name)))
        Length(self.length, self.unit)
        if self.in_force_from and self.in_force_to and self.in_force_to < self.in_force_from:
            raise RuleError(f"{self.name} ends on {self.in_force_to}, before it starts on {self.in_force_from}.")
        if self.pauses and not self.unit.in_days:
            raise RuleError(f"{self.name} is counted in {self.unit}, and pauses are left out in days.")
        if self.earlier_of and not (self.unit.in_days and self.earlier_of.unit.in_days):
            raise RuleError(f"{self.name} has two limits; both must be counted in days.")
        if self.extension and (self.extension.unit is not self.unit or self.unit.in_hours or self.earlier_of):
            raise RuleError(f"{self.name} can only be extended in its own unit, not in hours, and with one limit.")
        if self.from_next_midnight and not self.unit.in_hours:
            raise RuleError(f"{self.name} is counted in {self.unit}, which starts on the next day anyway.")

    @property
    def name(self) -> str:
        return f"{self.id} version {self.version}"

    @property
    def title(self) -> str:
        return self.title_en

    @property
    def citation(self) -> str:
        """The instrument's code with the article, such as ``MCR 15; CPL 46``."""
        if not self.article:
            return self.instrument
        return f"{self.instrument}{' ' if self.article[0].isdigit() else '; '}{self.article}"

    @property
    def limits(self) -> tuple[Length, ...]:
        """The one length, or the two of which the earlier counts."""
        first = Length(self.length, self.unit)
        return (first, self.earlier_of) if self.earlier_of else (first,)

    def in_force(self, on: date) -> bool:
        return (self.in_force_from or on) <= on <= (self.in_force_to or on)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that a rule leaves out of its count, both included; ``kind`` is one the rule names, such as ``test``."""

    first: date
    last: date
    kind: str = "test"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise RuleError(f"A pause that starts on {self.first} cannot end on {self.last}.")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted once by whoever the rule says; counted on from the end of the period."""

    length: int
    unit: Unit
    granted_on: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Unit(self.unit))


Param = str | int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation, as data, so that each reader gets it in their own language.

    ``code`` names the sentence, ``on`` is its day, ``params`` fill it in; days and moments among them are ISO texts.
    """

    code: str
    on: date
    params: Mapping[str, Param] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        """The line as it is stored with a deadline and given out by the API."""
        return {"code": self.code, "date": self.on.isoformat(), **self.params}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Line:
        """The line back from what ``as_row`` made of it."""
        params = {key: value for key, value in row.items() if key not in ("code", "date")}
        return cls(row["code"], date.fromisoformat(row["date"]), params)


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due, and why. The last line always names ``due_on``.

    ``due_on`` is the last local day; ``due_at`` is exclusive and in UTC: 00:00 in Shanghai of the day after, or the
    exact moment of a period in hours. What else a deadline keeps to explain itself (R-CLK-VERSION) is here too.
    """

    rule_id: str
    rule_version: int
    calendar_version: str
    due_on: date
    due_at: datetime
    provisional: bool
    lines: tuple[Line, ...]
    roll: Roll = Roll.NONE

    def rows(self) -> list[dict[str, Any]]:
        return [line.as_row() for line in self.lines]


def local_day(moment: datetime | date) -> date:
    """The day in Shanghai on which this happens; a bare date is such a day already."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise CannotCount("A moment needs its time zone.")
    return moment.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """00:00 of this day in Shanghai, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The exclusive end of this day in Shanghai, in UTC."""
    return midnight(day + timedelta(days=1))


def last_day_before(moment: datetime) -> date:
    """The last local day of a period that ends, exclusively, at this moment: 00:00 still belongs to the day before."""
    return local_day(moment - timedelta(microseconds=1))


def merged(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The same paused days without overlap, in order; neighbouring pauses of one kind become one."""
    result: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: (p.first, p.last, p.kind)):
        if result and pause.first <= result[-1].last + timedelta(days=1):
            before = result[-1]
            if pause.last <= before.last:
                continue
            if pause.kind == before.kind:
                result[-1] = Pause(before.first, pause.last, pause.kind)
            else:
                result.append(Pause(before.last + timedelta(days=1), pause.last, pause.kind))
        else:
            result.append(pause)
    return tuple(result)
