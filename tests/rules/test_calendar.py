"""The working-day calendar, against two independent listings of the same notices for every day of three years."""

from __future__ import annotations

import re
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from disputes.law import reading
from disputes.rules.calendar import Calendar, Holiday, Why, Year
from disputes.rules.rulebook import RuleError

CALENDAR = reading.seeds().calendar
SPRING = Holiday("春节", "Spring Festival")
PUBLISHED = (2024, 2025, 2026)


def days_of(*years: int) -> list[date]:
    return [day for year in years for n in range(366) if (day := date(year, 1, 1) + timedelta(days=n)).year == year]


def test_every_published_day_is_worked_or_free_as_chinesecalendar_says():
    wrong = [d for d in days_of(*PUBLISHED) if CALENDAR.is_working_day(d) != chinese_calendar.is_workday(d)]
    assert wrong == []


def test_every_published_day_is_worked_or_free_as_the_holidays_package_says():
    china = holidays.China(years=PUBLISHED)
    wrong = [d for d in days_of(*PUBLISHED) if CALENDAR.is_working_day(d) != china.is_working_day(d)]
    assert wrong == []


def test_the_statutory_festivals_are_those_of_the_holidays_package():
    china = holidays.China(years=PUBLISHED, language="en_US")
    named = {day for day, name in china.items() if "observed" not in name and "Day off" not in name}
    assert {day for year in PUBLISHED for day in CALENDAR.years[year].festivals} == named


def test_a_make_up_day_names_the_holiday_whose_day_it_is_exchanged_for():
    china = holidays.China(years=PUBLISHED, language="en_US")
    exchanged = {}
    for free, name in china.items():
        if match := re.search(r"substituted from (\d\d)/(\d\d)/(\d{4})", name):
            month, day, year = map(int, match.groups())
            exchanged[date(year, month, day)] = CALENDAR.reason(free).holiday
    assert {day: name for year in PUBLISHED for day, name in CALENDAR.years[year].makeup_days.items()} == exchanged


@pytest.mark.parametrize(
    ("day", "why", "name"),
    [
        (date(2026, 9, 30), Why.WORKING_DAY, None),
        (date(2026, 10, 1), Why.HOLIDAY, "National Day"),
        (date(2026, 10, 3), Why.HOLIDAY, "National Day"),  # a Saturday inside the block
        (date(2026, 10, 10), Why.MAKEUP_DAY, "National Day"),  # a Saturday, worked
        (date(2026, 9, 20), Why.MAKEUP_DAY, "National Day"),  # nearer to Mid-Autumn, but exchanged for National Day
        (date(2026, 11, 21), Why.WEEKEND, None),
        (date(2027, 1, 1), Why.FESTIVAL, "New Year's Day"),  # a Friday, known from the regulation alone
        (date(2027, 1, 4), Why.WORKING_DAY, None),
        (date(2031, 5, 1), Why.WORKING_DAY, None),  # a Thursday of a year we know nothing of
    ],
)
def test_a_day_says_why_it_is_worked_or_free(day, why, name):
    reason = CALENDAR.reason(day)
    assert reason.why is why
    assert (reason.holiday.name_en if reason.holiday else None) == name


def test_a_holiday_block_is_more_than_a_weekend():
    assert CALENDAR.in_block(date(2026, 10, 3))
    assert not CALENDAR.in_block(date(2026, 10, 17))


def test_the_next_working_day_passes_over_holidays_and_takes_make_up_days():
    assert CALENDAR.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.next_working_day(date(2026, 10, 9)) == date(2026, 10, 10)
    assert CALENDAR.next_working_day(date(2026, 2, 13)) == date(2026, 2, 14)
    assert CALENDAR.next_working_day(date(2026, 11, 20)) == date(2026, 11, 23)


def test_only_published_years_are_certain():
    assert [CALENDAR.published(date(year, 6, 1)) for year in (2023, 2024, 2026, 2027, 2028)] == [
        *(False, True, True, False, False)
    ]


def test_the_version_follows_from_the_days_and_from_nothing_else():
    again = Calendar.of(reversed(list(CALENDAR.years.values())))
    assert again.version == CALENDAR.version
    assert CALENDAR.version.startswith("2026-")


def test_publishing_a_year_makes_another_version_and_tells_which_days_changed():
    notice = Year(2027, True, days_off={date(2027, 2, 5): SPRING, date(2027, 2, 8): SPRING})
    changed = CALENDAR.with_year(notice)
    assert changed.version != CALENDAR.version
    assert changed.version.startswith("2027-")
    assert set(days_of(2027)) == set(changed.changed_days(CALENDAR))  # certain now, whatever they are


def test_an_extra_holiday_changes_its_own_day_only():
    year = CALENDAR.years[2026]
    extra = Year(2026, True, {**year.days_off, date(2026, 9, 3): SPRING}, year.makeup_days, year.festivals)
    assert CALENDAR.with_year(extra).changed_days(CALENDAR) == (date(2026, 9, 3),)


def test_a_day_cannot_be_free_and_worked():
    with pytest.raises(RuleError, match="2027-02-07 cannot be a day off and a make-up"):
        Year(2027, True, {date(2027, 2, 7): SPRING}, {date(2027, 2, 7): SPRING})


def test_two_notices_may_not_contradict_each_other():
    december = date(2026, 12, 31)
    with pytest.raises(RuleError, match="2026-12-31 is a day off in one year's notice"):
        Calendar.of([Year(2026, True, makeup_days={december: None}), Year(2027, True, days_off={december: SPRING})])


def test_an_unpublished_year_has_no_arrangement():
    with pytest.raises(RuleError, match="2027 is not published"):
        Year(2027, False, days_off={date(2027, 2, 5): SPRING})
