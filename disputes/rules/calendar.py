"""The working-day calendar: which days are worked in mainland China, and why, year by published year."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from disputes.rules.rulebook import RuleError

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class Why(StrEnum):
    """Why a day is worked or not."""

    WORKING_DAY = "working_day"
    MAKEUP_DAY = "makeup_day"  # a Saturday or Sunday that is worked in exchange for a holiday
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # a day of a published holiday block
    FESTIVAL = "festival"  # a festival fixed by regulation, in a year whose blocks are not published yet


@dataclass(frozen=True, slots=True)
class Holiday:
    """The name of a holiday block, in both languages of its notice's readers."""

    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Reason:
    """What a day is; ``holiday`` names the block it belongs to, or for a make-up day the one it is exchanged for."""

    why: Why
    holiday: Holiday | None = None

    @property
    def worked(self) -> bool:
        return self.why in (Why.WORKING_DAY, Why.MAKEUP_DAY)


@dataclass(frozen=True)
class Year:
    """One year as its notice arranged it.

    A notice may reach back into the December before. ``festivals`` are the statutory festival days in the narrow sense:
    in a published year they are among ``days_off``, in an unpublished one they are all that is known of the holidays.
    """

    year: int
    published: bool
    days_off: Mapping[date, Holiday] = field(default_factory=dict)
    makeup_days: Mapping[date, Holiday | None] = field(default_factory=dict)
    festivals: Mapping[date, Holiday] = field(default_factory=dict)
    notice: str | None = None

    def __post_init__(self) -> None:
        both = sorted(set(self.days_off) & set(self.makeup_days))
        if both:
            raise RuleError(f"{both[0]} cannot be a day off and a make-up working day.")
        if not self.published and (self.days_off or self.makeup_days):
            raise RuleError(f"{self.year} is not published, so it cannot have days off or make-up working days.")

    @property
    def facts(self) -> str:
        """All that counts, as one line of text; equal for years that are arranged alike."""
        named = (("off", self.days_off), ("worked", self.makeup_days), ("festival", self.festivals))
        days = [f"{kind} {day} {_name(of[day])}" for kind, of in named for day in sorted(of)]
        return "; ".join([f"{self.year} {'published' if self.published else 'open'}", *days])


def _name(holiday: Holiday | None) -> str:
    return f"{holiday.name_zh}/{holiday.name_en}" if holiday else ""


@dataclass(frozen=True)
class Calendar:
    """The years we know.

    A year that is missing is like one that is not published: plain weeks, and every date that reaches it provisional.
    """

    years: Mapping[int, Year]
    version: str = ""
    _special: Mapping[date, Reason] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_special", _special_days(self.years.values()))
        object.__setattr__(self, "version", self.version or _fingerprint(self.years.values()))

    @classmethod
    def of(cls, years: Iterable[Year]) -> Calendar:
        """A calendar of these years, with the version that follows from what they say."""
        return cls({year.year: year for year in sorted(years, key=lambda y: y.year)})

    def published(self, day: date) -> bool:
        """Whether the arrangement of this day's year is published."""
        year = self.years.get(day.year)
        return year is not None and year.published

    def reason(self, day: date) -> Reason:
        """Why this day is worked or not."""
        known = self._special.get(day)
        if known is not None:
            return known
        return Reason(Why.WEEKEND if day.weekday() >= SATURDAY else Why.WORKING_DAY)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday without the days off, and the make-up days."""
        return self.reason(day).worked

    def in_block(self, day: date) -> bool:
        """Whether this day lies in a holiday block, or is a festival of a year not published; not a plain weekend."""
        return self.reason(day).why in (Why.HOLIDAY, Why.FESTIVAL)

    def next_working_day(self, day: date) -> date:
        """The first working day after this day."""
        day += ONE_DAY
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def with_year(self, year: Year) -> Calendar:
        """The calendar with this year in place of what it knew of it."""
        return Calendar.of([*(y for y in self.years.values() if y.year != year.year), year])

    def changed_days(self, other: Calendar) -> tuple[date, ...]:
        """The days that are worked, free, named or certain in one calendar and otherwise in the other."""
        years = {*self.years, *other.years}
        return tuple(
            day
            for year in sorted(years)
            for day in _days_of(year)
            if self.reason(day) != other.reason(day) or self.published(day) != other.published(day)
        )


def _special_days(years: Iterable[Year]) -> dict[date, Reason]:
    found: dict[date, Reason] = {}
    for year in years:
        days: dict[date, Reason] = {day: Reason(Why.HOLIDAY, name) for day, name in year.days_off.items()}
        days |= {day: Reason(Why.MAKEUP_DAY, name) for day, name in year.makeup_days.items()}
        if not year.published:
            days |= {day: Reason(Why.FESTIVAL, name) for day, name in year.festivals.items()}
        for day, reason in days.items():
            if found.setdefault(day, reason).worked != reason.worked:
                raise RuleError(f"{day} is a day off in one year's notice and worked in another's.")
    return found


def _fingerprint(years: Iterable[Year]) -> str:
    """The last published year and eight digits that change with anything that counts, such as ``2026-1f3c9a2e``."""
    known = sorted(years, key=lambda y: y.year)
    last = max((y.year for y in known if y.published), default=0)
    digest = hashlib.sha256("\n".join(y.facts for y in known).encode()).hexdigest()
    return f"{last}-{digest[:8]}"


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY
