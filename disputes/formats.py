"""How days, moments, lengths of time, numbers and money are written in the reader's language: for pages, letters, documents.

The reader's language is that of the request or of `force_locale`. Every moment of a deadline is said in China's time; the
reader's own zone stands beside it where it is known.

Babel takes long for each value, and a page writes the same few days and hours many times, so what it wrote is remembered.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    TIMEDELTA_UNITS,
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone_location,
)
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision
from babel.units import format_unit

from disputes import wording
from disputes.wording import gettext as _

CHINA = ZoneInfo("Asia/Shanghai")
REMEMBERED = 10_000  # texts of each kind
MORE_THAN_ONE = 1.5  # so many of a unit, and a length is told in it: 36 hours are two days
ENGLISH = Locale("en")
WORLD_ENGLISH = Locale("en", "GB")  # visitors who read English come from everywhere: 26 November 2026, 14:20


def money_text(minor: int, currency: str) -> str:
    """An amount in minor units as people write it: `money_text(128050, "CNY")` is ¥1,280.50 or CN¥1,280.50.

    From right to left the currency stands as a word, since signs and Latin codes change places beside digits there.
    """
    return _money_text(minor, currency, _locale())


@lru_cache(REMEMBERED)
def _money_text(minor: int, currency: str, locale: Locale) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    if (
        locale.language == "ja" and currency == "CNY"
    ):  # the sign stands behind the number there, unlike in Babel's pattern
        return f"{format_decimal(amount, format='#,##0.00' if amount % 1 else '#,##0', locale=locale)}元"
    kind = "name" if locale.text_direction == "rtl" else "standard"
    return format_currency(amount, currency, locale=locale, format_type=kind)


def number_text(number: float) -> str:
    """A number with the separators of the language."""
    return _number_text(number, _locale())


@lru_cache(REMEMBERED)
def _number_text(number: float, locale: Locale) -> str:
    return format_decimal(number, locale=locale)


def percent_text(share: float) -> str:
    """A share between 0 and 1 as a whole percentage."""
    return format_percent(share, locale=_locale())


def size_text(size: int) -> str:
    """The size of a file in the words of the language: whole kilobytes, at least one, and from a million bytes on megabytes."""
    if size < 1_000_000:
        return format_unit(max(1, round(size / 1000)), "digital-kilobyte", "short", locale=_locale())
    return format_unit(size / 1_000_000, "digital-megabyte", "short", format="#,##0.#", locale=_locale())


def ends_with_its_day(due_at: datetime) -> bool:
    """Whether a deadline runs to the end of a Chinese day (its exclusive end is midnight there) and not to an hour."""
    return due_at.astimezone(CHINA).time() == time.min


def last_china_day(due_at: datetime) -> date:
    """The last day that belongs to a deadline whose exclusive end is given."""
    return (due_at.astimezone(CHINA) - timedelta(microseconds=1)).date()


def china_day(day: date | datetime) -> str:
    """A day with its weekday; a moment is first taken to China."""
    if isinstance(day, datetime):
        day = day.astimezone(CHINA).date()
    return _day_text(day, "full", _for_dates())


def short_day(day: date | datetime) -> str:
    """A day without its weekday and with a short month, for lists and tables; a moment is first taken to China."""
    if isinstance(day, datetime):
        day = day.astimezone(CHINA).date()
    return _day_text(day, "medium", _for_dates())


@lru_cache(REMEMBERED)
def _day_text(day: date, length: str, locale: Locale) -> str:
    return format_date(day, length, locale=locale)


def shortest_day(day: date, today: date) -> str:
    """A day for a narrow column: without its year when that is today's."""
    return _skeleton_text("MMMd" if day.year == today.year else "yMMMd", day, _for_dates())


@lru_cache(REMEMBERED)
def _skeleton_text(skeleton: str, day: date, locale: Locale) -> str:
    return str(format_skeleton(skeleton, day, locale=locale))


def hour_text(moment: datetime) -> str:
    """The hour and minute of a moment, by the clock of its own zone."""
    return _hour_text(moment.hour, moment.minute, _for_dates())


@lru_cache(REMEMBERED)
def _hour_text(hour: int, minute: int, locale: Locale) -> str:
    return format_time(time(hour, minute), "short", locale=locale)


def china_moment(moment: datetime) -> str:
    """A moment in China: date and time of day."""
    return zone_moment(moment, CHINA.key)


def zone_moment(moment: datetime, zone: str) -> str:
    """A moment as the clocks of a zone show it: date and time of day."""
    locale = _for_dates()
    local = moment.astimezone(ZoneInfo(zone))
    # Babel joins date and time as the language does it; the short time leaves the seconds out.
    pattern = str(locale.datetime_formats["medium"])
    day, hour = _day_text(local.date(), "long", locale), hour_text(local)
    return pattern.format(hour, day).replace("'", "")


def zone_beside(moment: datetime, zone: str) -> str:
    """A moment in a zone, to stand beside China's: only the time of day when it is the same day there."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.date() == moment.astimezone(CHINA).date():
        return hour_text(local)
    return zone_moment(moment, zone)


def zone_city(zone: str) -> str:
    """The city or country by which a zone is known in the reader's language."""
    return _city(zone, _locale())


@lru_cache(maxsize=10_000)  # a form offers all zones, and each takes Babel a file and a search
def _city(zone: str, locale: Locale) -> str:
    return get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)


def deadline_text(due_at: datetime) -> str:
    """Until when, for the middle of a sentence: "by the end of Thursday, ..., China time", or by an hour.

    `due_at` is exclusive, as in the table of deadlines.
    """
    if ends_with_its_day(due_at):
        return _("by the end of %(day)s, China time", day=china_day(last_china_day(due_at)))
    return _("by %(moment)s, China time", moment=china_moment(due_at))


def duration_text(length: timedelta) -> str:
    """A length of time in its largest sensible unit: 40 minutes, 7 hours, 3 days."""
    return rounded_text(rounded(length))


def rounded(length: timedelta) -> tuple[int, int]:
    """What of a length is told: so many of its largest sensible unit, and that unit in seconds."""
    seconds = abs(length // timedelta(seconds=1))  # whole ones
    size = next((size for _unit, size in TIMEDELTA_UNITS if seconds / size >= MORE_THAN_ONE), 1)
    return round(max(seconds / size, 1) if seconds else 0), size


def rounded_text(length: tuple[int, int]) -> str:
    """A length that was rounded, in words."""
    return _length_text(*length, _locale())


@lru_cache(REMEMBERED)
def _length_text(count: int, size: int, locale: Locale) -> str:
    # With so many as the threshold no larger unit is taken.
    return format_timedelta(timedelta(seconds=count * size), threshold=max(count, 1), locale=locale)


def machine_time(moment: datetime) -> str:
    """The value of a `datetime` attribute: UTC to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _locale() -> Locale:
    return wording.locale() or ENGLISH


def _for_dates() -> Locale:
    locale = _locale()
    return WORLD_ENGLISH if locale.language == "en" else locale
