"""When legal periods end: the rule book's worked examples, the boundary days, and what must always hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from disputes.law import reading
from disputes.rules.calendar import Calendar, Holiday, Year
from disputes.rules.counting import count, version_for
from disputes.rules.rulebook import (
    SHANGHAI,
    CannotCount,
    Extension,
    Family,
    Length,
    Line,
    NotInForce,
    Pause,
    Roll,
    Rule,
    RuleError,
    Standing,
    Unit,
)

BOOK = reading.seeds()
CALENDAR = BOOK.calendar


def a_rule(length: int, unit: str, **more: object) -> Rule:
    words = {"trigger": "t", "title_en": "T", "title_zh": "T", "source": "s", "article": "", "instrument": "MCR"}
    given_ = {"in_force_from": None, "in_force_to": None, "family": Family.PROCEDURE, "standing": Standing.VERIFIED}
    return Rule(id="R-TEST", version=1, length=length, unit=Unit(unit), **{**words, **given_, **more})


def counted(rule_id: str, trigger: date | datetime, received: date | None = None, **more: object):
    on = received or (trigger.date() if isinstance(trigger, datetime) else trigger)
    return count(version_for(BOOK.rules, rule_id, on), trigger, CALENDAR, **more)


# --- the worked examples of section 13 of the rule book ---

TEST_TIME = (Pause(date(2026, 11, 2), date(2026, 11, 11)),)
HALF_MONTH = (Extension(15, "WD"),)

# fmt: off
EXAMPLES = [
    # example, rule, trigger, more, due on, provisional
    ("E1",  "R-SAMR-ACCEPT",  date(2026, 9, 30),   {}, date(2026, 10, 15), False),
    ("E2",  "R-TOUR-ACCEPT",  date(2026, 9, 30),   {}, date(2026, 10, 9), False),
    ("E3",  "R-SAMR-MEDIATE", date(2026, 10, 15),  {}, date(2026, 12, 14), False),
    ("E4",  "R-SAMR-MEDIATE", date(2026, 10, 15),  {"pauses": TEST_TIME}, date(2026, 12, 24), False),
    ("E5",  "R-SAMR-MEDIATE", date(2026, 8, 3),    {}, date(2026, 10, 8), False),
    ("E6",  "R-SAMR-ACCEPT",  date(2026, 2, 13),   {}, date(2026, 3, 2), False),
    ("E7",  "R-ODR-10",       date(2026, 4, 30),   {}, date(2026, 5, 18), False),
    ("E8",  "R-RET-ON-7",     date(2026, 9, 28),   {}, date(2026, 10, 8), False),
    ("E8 strict",  "R-RET-ON-7",     date(2026, 9, 28), {"roll": "none"}, date(2026, 10, 5), False),
    ("E9",  "R-RET-REFUND-7", date(2026, 9, 30),   {}, date(2026, 10, 8), False),
    ("E9 strict",  "R-RET-REFUND-7", date(2026, 9, 30), {"roll": "none"}, date(2026, 10, 7), False),
    ("E10", "R-TOUR-SHOP30",  date(2026, 11, 15),  {}, date(2026, 12, 15), False),
    ("E11", "R-TOUR-LIMIT",   date(2026, 11, 15),  {}, date(2027, 2, 13), True),
    ("E12", "R-TAX-90",       date(2026, 10, 2),   {}, date(2026, 12, 31), False),
    ("E13", "R-SAMR-ACCEPT",  date(2026, 12, 28),  {}, date(2027, 1, 7), True),
    ("E14", "R-SAMR-ENDNOTE", date(2026, 12, 14),  {}, date(2026, 12, 23), False),
    ("E15", "R-SAMR-LEAD",    date(2026, 9, 18),   {}, date(2026, 10, 15), False),
    ("E15 extended", "R-SAMR-LEAD", date(2026, 9, 18), {"extensions": HALF_MONTH}, date(2026, 11, 5), False),
    ("E16", "R-SAMR-ACCEPT",  date(2026, 11, 21),  {}, date(2026, 12, 1), False),
    ("E17", "R-XB-MACAO",     date(2026, 9, 29),   {}, date(2026, 10, 12), False),
    ("E18", "R-ADV-CD",       date(2026, 9, 30),   {}, date(2026, 10, 10), False),
    ("E19", "R-SAMR-MEDIATE", date(2026, 9, 1),    {}, date(2026, 10, 31), False),
    ("E19 any",    "R-SAMR-MEDIATE", date(2026, 9, 1), {"roll": "any"}, date(2026, 11, 2), False),
    ("E20", "R-STAY-240",     date(2026, 11, 10),  {}, date(2026, 11, 20), False),
    ("E21", "R-SAMR-ACCEPT",  date(2026, 11, 18),  {}, date(2026, 11, 27), False),
    ("E22", "R-STALL-15",     date(2026, 9, 20),   {}, date(2026, 10, 5), False),
    ("E23", "R-SAMR-ACCEPT",  date(2025, 9, 30),   {}, date(2025, 10, 16), False),
    ("E24", "R-SAMR-ACCEPT",  date(2024, 2, 9),    {}, date(2024, 2, 26), False),
    ("E25", "R-CONFIRM",      date(2026, 12, 14),  {}, date(2027, 1, 13), True),
]
# fmt: on


@pytest.mark.parametrize(
    ("rule_id", "trigger", "more", "due_on", "provisional"), [e[1:] for e in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_the_worked_examples_come_out_as_counted_by_hand(rule_id, trigger, more, due_on, provisional):
    due = counted(rule_id, trigger, **more)
    assert (due.due_on, due.provisional) == (due_on, provisional)
    assert due.due_at == datetime(due_on.year, due_on.month, due_on.day, tzinfo=SHANGHAI) + timedelta(days=1)
    assert due.due_at.tzinfo is UTC
    assert due.lines[-1].on == due_on


def test_the_first_example_is_explained_day_by_day():
    assert [
        (line.code, line.on.isoformat()[5:], line.params.get("number")) for line in counted(*EXAMPLES[0][1:3]).lines
    ] == [
        ("trigger", "09-30", None),
        ("holiday", "10-01", None),
        ("working_day", "10-08", 1),
        ("working_day", "10-09", 2),
        ("makeup_day", "10-10", 3),
        ("weekend", "10-11", None),
        ("working_day", "10-12", 4),
        ("working_day", "10-13", 5),
        ("working_day", "10-14", 6),
        ("working_day", "10-15", 7),
        ("due", "10-15", None),
    ]


def test_excluded_holidays_and_make_up_days_have_their_names():
    lines = {line.code: line.params for line in counted("R-SAMR-ACCEPT", date(2026, 9, 30)).lines}
    assert lines["holiday"] == {"until": "2026-10-07", "name_zh": "国庆节", "name_en": "National Day"}
    assert lines["makeup_day"]["name_zh"] == "国庆节"


def test_calendar_days_are_explained_month_by_month_as_one_counts_by_hand():
    due = counted("R-SAMR-MEDIATE", date(2026, 10, 15), pauses=TEST_TIME)
    assert [(line.code, line.on.isoformat(), line.params.get("days")) for line in due.lines[1:-1]] == [
        ("days", "2026-10-31", 16),
        ("days", "2026-11-01", 1),
        ("paused", "2026-11-02", None),
        ("days", "2026-11-30", 19),
        ("days", "2026-12-24", 24),
    ]


def test_a_last_day_that_moves_says_out_of_what():
    lines = counted("R-SAMR-MEDIATE", date(2026, 8, 3)).lines
    assert [(line.code, line.on) for line in lines[-2:]] == [
        ("last_day_holiday", date(2026, 10, 2)),
        ("due", date(2026, 10, 8)),
    ]


def test_a_provisional_date_names_the_year_that_is_missing():
    assert counted("R-CONFIRM", date(2026, 12, 14)).lines[-2] == Line("provisional", date(2027, 1, 13), {"year": 2027})


# --- boundary days ---


@pytest.mark.parametrize(
    ("moment", "due_on"),
    [
        (datetime(2026, 9, 30, 0, 0, tzinfo=SHANGHAI), date(2026, 10, 15)),
        (datetime(2026, 9, 30, 23, 59, 59, tzinfo=SHANGHAI), date(2026, 10, 15)),
        (datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC), date(2026, 10, 15)),
        (datetime(2026, 9, 29, 16, 0, tzinfo=UTC), date(2026, 10, 15)),  # 00:00 in Shanghai
        (datetime(2026, 9, 29, 15, 59, tzinfo=UTC), date(2026, 10, 14)),  # still the 29th in Shanghai
    ],
)
def test_the_trigger_is_a_day_in_shanghai(moment, due_on):
    assert counted("R-SAMR-ACCEPT", moment, received=date(2026, 9, 30)).due_on == due_on


def test_a_moment_without_its_zone_is_refused():
    with pytest.raises(CannotCount, match="time zone"):
        count(a_rule(7, "WD"), datetime(2026, 9, 30, 10), CALENDAR)  # noqa: DTZ001


def test_a_period_in_hours_runs_from_the_moment_and_ends_at_a_moment():
    due = count(a_rule(72, "H"), datetime(2026, 9, 30, 10, tzinfo=SHANGHAI), CALENDAR)
    assert due.due_at == datetime(2026, 10, 3, 10, tzinfo=SHANGHAI)
    assert due.due_on == date(2026, 10, 3)


def test_a_period_in_hours_that_ends_at_midnight_is_due_on_the_day_before():
    due = count(a_rule(14, "H"), datetime(2026, 9, 30, 10, tzinfo=SHANGHAI), CALENDAR)
    assert due.due_on == date(2026, 9, 30)
    assert due.due_at == datetime(2026, 10, 1, tzinfo=SHANGHAI)


def test_a_period_in_hours_needs_its_moment():
    with pytest.raises(CannotCount, match="give the moment"):
        count(a_rule(72, "H"), date(2026, 9, 30), CALENDAR)


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_visa_free_transit_starts_at_the_midnight_after_entry_at_any_hour(hour):
    due = counted("R-STAY-240", datetime(2026, 11, 10, hour, tzinfo=SHANGHAI))
    assert due.due_at == datetime(2026, 11, 21, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("trigger", "length", "unit", "due_on"),
    [
        (date(2025, 3, 10), 1, "MONTH", date(2025, 4, 10)),
        (date(2025, 1, 31), 1, "MONTH", date(2025, 2, 28)),
        (date(2024, 1, 31), 1, "MONTH", date(2024, 2, 29)),
        (date(2025, 8, 31), 6, "MONTH", date(2026, 2, 28)),
        (date(2025, 10, 31), 2, "MONTH", date(2025, 12, 31)),
        (date(2025, 12, 15), 1, "MONTH", date(2026, 1, 15)),
        (date(2024, 2, 29), 1, "YEAR", date(2025, 2, 28)),
        (date(2024, 2, 29), 4, "YEAR", date(2028, 2, 29)),
    ],
)
def test_months_and_years_end_on_the_corresponding_day_or_the_months_end(trigger, length, unit, due_on):
    assert count(a_rule(length, unit), trigger, CALENDAR).due_on == due_on


def test_an_extension_in_months_is_added_before_the_day_is_sought():
    small = version_for(BOOK.rules, "R-SMALL", date(2025, 8, 31))
    assert count(small, date(2025, 12, 31), CALENDAR, roll="none").due_on == date(2026, 2, 28)
    extended = count(small, date(2025, 12, 31), CALENDAR, roll="none", extensions=[Extension(1, "MONTH")])
    assert extended.due_on == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("roll", "trigger", "due_on"),
    [
        ("block", date(2026, 5, 29), date(2026, 6, 8)),  # a plain Monday stays
        ("block", date(2026, 6, 9), date(2026, 6, 22)),  # Friday the 19th is in the Dragon Boat block
        ("block", date(2026, 6, 10), date(2026, 6, 22)),  # Saturday inside the block
        ("block", date(2026, 6, 17), date(2026, 6, 27)),  # a plain Saturday stays
        ("any", date(2026, 6, 17), date(2026, 6, 29)),
        ("any", date(2026, 9, 30), date(2026, 10, 10)),  # a Saturday that is worked
        ("none", date(2026, 6, 9), date(2026, 6, 19)),
    ],
)
def test_ten_days_end_where_the_way_out_of_rest_days_says(roll, trigger, due_on):
    assert count(a_rule(10, "CD", roll=roll), trigger, CALENDAR).due_on == due_on


def test_an_expected_festival_of_an_unpublished_year_is_passed_over_but_provisional():
    due = count(a_rule(10, "CD", roll="block"), date(2027, 1, 26), CALENDAR)  # day 10 = 2027-02-05, Spring Festival
    assert (due.due_on, due.provisional) == (date(2027, 2, 9), True)


def test_the_earlier_of_two_limits_counts_and_both_are_named():
    due = counted("R-SAMR-MEDIATE", date(2025, 1, 2))
    by_days = count(a_rule(60, "CD", roll="block"), date(2025, 1, 2), CALENDAR)
    by_working_days = count(a_rule(45, "WD"), date(2025, 1, 2), CALENDAR)
    assert due.due_on == min(by_days.due_on, by_working_days.due_on) == date(2025, 3, 3)
    assert [(line.on, line.params["chosen"]) for line in due.lines if line.code == "limit"] == [
        (by_working_days.due_on, 0),
        (by_days.due_on, 1),
    ]


def test_a_long_pause_lets_the_other_limit_come_first_or_not_but_never_earlier():
    free = counted("R-SAMR-MEDIATE", date(2025, 1, 2))
    paused = counted("R-SAMR-MEDIATE", date(2025, 1, 2), pauses=[Pause(date(2025, 1, 6), date(2025, 3, 6))])
    assert paused.due_on > free.due_on


# --- pauses and extensions ---


def test_overlapping_pauses_count_once():
    one = counted("R-SAMR-MEDIATE", date(2026, 10, 15), pauses=TEST_TIME)
    parts = [Pause(date(2026, 11, 2), date(2026, 11, 9)), Pause(date(2026, 11, 5), date(2026, 11, 11))]
    two = counted("R-SAMR-MEDIATE", date(2026, 10, 15), pauses=parts[::-1])
    assert one == two


@pytest.mark.parametrize(
    "pause",
    [
        Pause(date(2026, 10, 1), date(2026, 10, 15)),  # over with the day of the trigger
        Pause(date(2026, 12, 15), date(2026, 12, 20)),  # after the last day
    ],
)
def test_a_pause_outside_the_period_changes_nothing(pause):
    free = counted("R-SAMR-MEDIATE", date(2026, 10, 15))
    assert counted("R-SAMR-MEDIATE", date(2026, 10, 15), pauses=[pause]).due_on == free.due_on


def test_a_pause_that_begins_while_the_last_day_is_moved_moves_it_further():
    pause = Pause(date(2026, 10, 5), date(2026, 10, 12))
    assert counted("R-SAMR-MEDIATE", date(2026, 8, 3), pauses=[pause]).due_on == date(2026, 10, 13)


def test_working_days_in_a_pause_are_not_counted():
    pausable = a_rule(3, "WD", pauses=("test",))
    due = count(pausable, date(2026, 9, 28), CALENDAR, pauses=[Pause(date(2026, 9, 30), date(2026, 10, 8))])
    assert due.due_on == date(2026, 10, 10)
    assert [line.code for line in due.lines] == ["trigger", "working_day", "paused", "working_day", "makeup_day", "due"]


def test_only_a_pause_that_the_rule_names_is_lawful():
    with pytest.raises(CannotCount, match="R-SAMR-ACCEPT version 2 stops for nothing"):
        counted("R-SAMR-ACCEPT", date(2026, 9, 30), pauses=[Pause(date(2026, 10, 9), date(2026, 10, 9))])
    with pytest.raises(CannotCount, match="for nothing but test"):
        counted("R-SAMR-MEDIATE", date(2026, 9, 30), pauses=[Pause(date(2026, 10, 9), date(2026, 10, 9), "recusal")])


def test_a_pause_cannot_end_before_it_starts():
    with pytest.raises(RuleError, match="cannot end on"):
        Pause(date(2026, 10, 9), date(2026, 10, 8))


@pytest.mark.parametrize(
    ("rule_id", "extensions", "reason"),
    [
        ("R-SAMR-ACCEPT", [Extension(5, "WD")], "cannot be extended"),
        ("R-SAMR-LEAD", [Extension(16, "WD")], "at most 15 WD"),
        ("R-SAMR-LEAD", [Extension(5, "CD")], "at most 15 WD"),
        ("R-SAMR-LEAD", [Extension(0, "WD")], "at most 15 WD"),
        ("R-SAMR-LEAD", [Extension(5, "WD"), Extension(5, "WD")], "only once"),
        ("R-SAMR-LEAD", [Extension(15, "WD", granted_on=date(2026, 10, 16))], "too late"),
    ],
)
def test_an_extension_that_the_rule_does_not_allow_is_refused(rule_id, extensions, reason):
    with pytest.raises(CannotCount, match=reason):
        counted(rule_id, date(2026, 9, 18), extensions=extensions)


def test_an_extension_on_the_last_day_is_in_time_and_taking_it_back_restores_the_date():
    granted = [Extension(15, "WD", granted_on=date(2026, 10, 15))]
    assert counted("R-SAMR-LEAD", date(2026, 9, 18), extensions=granted).due_on == date(2026, 11, 5)
    assert counted("R-SAMR-LEAD", date(2026, 9, 18), extensions=[]).due_on == date(2026, 10, 15)


@pytest.mark.parametrize("trigger", [date(1, 1, 1), date(9999, 12, 31), datetime.max.replace(tzinfo=UTC)])
def test_typing_errors_in_the_year_are_refused_calmly(trigger):
    with pytest.raises(CannotCount, match="too far"):
        count(a_rule(7, "WD"), trigger, CALENDAR)


def test_a_pause_without_end_is_refused_calmly():
    endless = Pause(date(2026, 10, 20), date(9999, 12, 31))
    with pytest.raises(CannotCount, match="too far"):
        counted("R-SAMR-MEDIATE", date(2026, 10, 15), pauses=[endless])


# --- versions ---


@pytest.mark.parametrize(
    ("rule_id", "received", "version", "limits"),
    [
        ("R-SAMR-MEDIATE", date(2020, 1, 1), 1, ["45 WD"]),
        ("R-SAMR-MEDIATE", date(2024, 6, 30), 1, ["45 WD"]),
        ("R-SAMR-MEDIATE", date(2024, 7, 1), 2, ["45 WD", "60 CD"]),
        ("R-SAMR-MEDIATE", date(2026, 4, 14), 2, ["45 WD", "60 CD"]),
        ("R-SAMR-MEDIATE", date(2026, 4, 15), 3, ["60 CD"]),
        ("R-SAMR-ACCEPT", date(2026, 4, 14), 1, ["7 WD"]),
        ("R-SAMR-ACCEPT", date(2026, 4, 15), 2, ["7 WD"]),
        ("R-TOUR-ACCEPT", date(2026, 3, 14), 1, ["5 WD"]),
        ("R-TOUR-ACCEPT", date(2026, 3, 15), 2, ["2 WD"]),
        ("R-TOUR-REPLY", date(2026, 3, 14), 1, ["10 CD"]),
        ("R-TOUR-REPLY", date(2026, 3, 15), 2, ["5 WD"]),
    ],
)
def test_the_day_of_receipt_picks_the_version(rule_id, received, version, limits):
    rule = version_for(BOOK.rules, rule_id, received)
    assert (rule.version, [str(limit) for limit in rule.limits]) == (version, limits)


def test_a_case_received_under_the_old_order_keeps_its_limit_when_accepted_under_the_new_one():
    due = counted("R-SAMR-MEDIATE", date(2026, 4, 16), received=date(2026, 4, 14))
    assert due.rule_version == 2


def test_no_version_and_no_rule_are_said_so():
    with pytest.raises(
        NotInForce, match=r"not in force on 2019-12-31; it is known from 2020-01-01 to 2026-04-14; from"
    ):
        version_for(BOOK.rules, "R-SAMR-ACCEPT", date(2019, 12, 31))
    with pytest.raises(NotInForce, match="There is no rule R-NONE"):
        version_for(BOOK.rules, "R-NONE", date(2026, 1, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"length": 0},
        {"unit": "MONTH", "pauses": ("test",)},
        {"unit": "MONTH", "earlier_of": Length(60, Unit.CD)},
        {"extension": Length(15, Unit.CD)},
        {"earlier_of": Length(60, Unit.CD), "extension": Length(15, Unit.WD)},
        {"from_next_midnight": True},
        {"in_force_from": date(2026, 1, 2), "in_force_to": date(2026, 1, 1)},
    ],
)
def test_a_rule_that_cannot_be_counted_cannot_be_made(wrong):
    with pytest.raises(RuleError):
        replace(a_rule(7, "WD"), **wrong)


# --- lines ---


def test_lines_survive_being_stored_and_read_back():
    due = counted("R-SAMR-MEDIATE", date(2026, 10, 15), pauses=TEST_TIME)
    assert tuple(Line.from_row(row) for row in json.loads(json.dumps(due.rows()))) == due.lines


# --- what must always hold, within one version ---

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
WORKING_DAY_RULES = st.integers(1, 60).map(lambda n: a_rule(n, "WD", pauses=("test",)))
DAY_RULES = st.builds(
    lambda n, roll: a_rule(n, "CD", roll=roll, pauses=("test",)), st.integers(1, 200), st.sampled_from(list(Roll))
)
MONTH_RULES = st.builds(
    lambda n, unit, roll: a_rule(n, unit, roll=roll),
    st.integers(1, 12),
    st.sampled_from(["MONTH", "YEAR"]),
    st.sampled_from(list(Roll)),
)
TWO_LIMITS = st.builds(
    lambda n, m, roll: a_rule(n, "WD", earlier_of=Length(m, Unit.CD), roll=roll, pauses=("test",)),
    st.integers(1, 60),
    st.integers(1, 90),
    st.sampled_from(list(Roll)),
)
PAUSABLE = st.one_of(WORKING_DAY_RULES, DAY_RULES, TWO_LIMITS)
ANY_RULE = st.one_of(PAUSABLE, MONTH_RULES)
PAUSE = st.builds(lambda day, n: Pause(day, day + timedelta(days=n)), DAYS, st.integers(0, 40))
PAUSES = st.lists(PAUSE, max_size=4)
SEED_RULES = st.sampled_from([rule for rule in BOOK.rules if not rule.unit.in_hours])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """The real calendar, with a few days moved about, as if a notice had been different."""
    years = []
    for year in CALENDAR.years.values():
        days = st.dates(date(year.year, 1, 1), date(year.year, 12, 31))
        off, worked = draw(st.sets(days, max_size=6)), draw(st.sets(days, max_size=4))
        days_off = {**year.days_off, **dict.fromkeys(off, Holiday("假", "Holiday"))} if year.published else {}
        days_off = {day: name for day, name in days_off.items() if day not in worked}
        makeup = {d: None for d in {*year.makeup_days, *worked} if d.weekday() >= 5 and d not in days_off}
        years.append(Year(year.year, year.published, days_off, makeup if year.published else {}, year.festivals))
    return Calendar.of(years)


@calm
@given(WORKING_DAY_RULES, DAYS, calendars(), PAUSES)
def test_a_working_day_deadline_is_a_working_day(rule, trigger, calendar, pauses):
    assert calendar.is_working_day(count(rule, trigger, calendar, pauses).due_on)


@calm
@given(DAY_RULES, DAYS, calendars(), PAUSES)
def test_a_deadline_that_rolls_over_any_rest_day_is_a_working_day(rule, trigger, calendar, pauses):
    assert calendar.is_working_day(count(rule, trigger, calendar, pauses, roll="any").due_on)
    assert not calendar.in_block(count(rule, trigger, calendar, pauses, roll="block").due_on)


@calm
@given(ANY_RULE, DAYS, st.integers(1, 40), calendars())
def test_a_later_trigger_never_gives_an_earlier_deadline(rule, trigger, later, calendar):
    first = count(rule, trigger, calendar)
    assert count(rule, trigger + timedelta(days=later), calendar).due_on >= first.due_on


@calm
@given(PAUSABLE, DAYS, st.integers(1, 40), PAUSES)
def test_a_later_trigger_never_gives_an_earlier_deadline_under_the_same_pauses(rule, trigger, later, pauses):
    first = count(rule, trigger, CALENDAR, pauses)
    assert count(rule, trigger + timedelta(days=later), CALENDAR, pauses).due_on >= first.due_on


@calm
@given(SEED_RULES, DAYS, st.integers(1, 40))
def test_a_later_trigger_never_gives_an_earlier_deadline_under_any_rule_of_the_book(rule, trigger, later):
    first = count(rule, trigger, CALENDAR)
    assert count(rule, trigger + timedelta(days=later), CALENDAR).due_on >= first.due_on


@calm
@given(PAUSABLE, DAYS, PAUSES, PAUSE, calendars())
def test_a_pause_never_gives_an_earlier_deadline(rule, trigger, pauses, one_more, calendar):
    first = count(rule, trigger, calendar, pauses)
    assert count(rule, trigger, calendar, [*pauses, one_more]).due_on >= first.due_on


@calm
@given(PAUSABLE, DAYS, PAUSES)
def test_nothing_falls_due_in_a_pause(rule, trigger, pauses):
    due_on = count(rule, trigger, CALENDAR, pauses).due_on
    assert not any(pause.first <= due_on <= pause.last for pause in pauses)


@calm
@given(PAUSABLE, DAYS, PAUSES)
def test_the_order_and_the_overlap_of_pauses_do_not_matter(rule, trigger, pauses):
    days = [
        Pause(p.first + timedelta(days=n), p.first + timedelta(days=n))
        for p in pauses
        for n in range((p.last - p.first).days + 1)
    ]
    whole = count(rule, trigger, CALENDAR, pauses)
    assert count(rule, trigger, CALENDAR, days[::-1]).due_on == whole.due_on


@calm
@given(ANY_RULE, DAYS, DAYS, calendars())
def test_an_extra_holiday_never_gives_an_earlier_deadline(rule, trigger, extra, calendar):
    year = calendar.years[extra.year]
    days_off = {**year.days_off, extra: Holiday("假", "Extra")}
    makeup = {day: name for day, name in year.makeup_days.items() if day != extra}
    richer = calendar.with_year(Year(year.year, True, days_off, makeup, year.festivals))
    assert count(rule, trigger, richer).due_on >= count(rule, trigger, calendar).due_on


@calm
@given(ANY_RULE, DAYS, DAYS, calendars())
def test_an_extra_make_up_day_never_gives_a_later_deadline(rule, trigger, extra, calendar):
    assume(not calendar.is_working_day(extra))
    year = calendar.years[extra.year]
    days_off = {day: name for day, name in year.days_off.items() if day != extra}
    makeup = {**year.makeup_days, extra: None} if extra.weekday() >= 5 else year.makeup_days
    poorer = calendar.with_year(Year(year.year, True, days_off, makeup, year.festivals))
    assert poorer.is_working_day(extra)
    assert count(rule, trigger, poorer).due_on <= count(rule, trigger, calendar).due_on


@calm
@given(ANY_RULE, DAYS, PAUSES, calendars())
def test_counting_again_changes_nothing_and_the_last_line_is_the_due_day(rule, trigger, pauses, calendar):
    lawful = pauses if rule.pauses else []
    due = count(rule, trigger, calendar, lawful)
    assert count(rule, trigger, calendar, lawful) == due
    assert due.lines[-1].code == "due"
    assert due.lines[-1].on == due.due_on
    assert due.lines[0].on == trigger


@calm
@given(st.integers(2, 60), DAYS, calendars())
def test_one_working_day_more_ends_on_the_next_working_day(length, trigger, calendar):
    shorter = count(a_rule(length - 1, "WD"), trigger, calendar).due_on
    assert count(a_rule(length, "WD"), trigger, calendar).due_on == calendar.next_working_day(shorter)


@calm
@given(st.integers(1, 60), DAYS, calendars())
def test_receipt_on_any_day_of_one_rest_gives_the_same_working_day_deadline(length, trigger, calendar):
    assume(not calendar.is_working_day(trigger + timedelta(days=1)))
    first = count(a_rule(length, "WD"), trigger, calendar)
    assert count(a_rule(length, "WD"), trigger + timedelta(days=1), calendar).due_on == first.due_on


@calm
@given(ANY_RULE, DAYS)
def test_the_number_of_counted_days_is_the_length(rule, trigger):
    assume(rule.unit.in_days and not rule.earlier_of)
    due = count(rule, trigger, CALENDAR)
    numbers = [line.params["number"] for line in due.lines if "number" in line.params]
    assert numbers[-1] == rule.length
    assert numbers == sorted(set(numbers))


@calm
@given(ANY_RULE, DAYS)
def test_a_date_is_provisional_exactly_when_its_interval_reaches_an_unpublished_year(rule, trigger):
    due = count(rule, trigger, CALENDAR)
    assert due.provisional == (due.due_on.year > 2026)


@calm
@given(DAY_RULES, DAYS, PAUSES)
def test_calendar_days_agree_with_counting_them_one_by_one(rule, trigger, pauses):
    day, number = trigger, 0
    while number < rule.length:
        day += timedelta(days=1)
        number += not any(pause.first <= day <= pause.last for pause in pauses)
    assert count(rule, trigger, CALENDAR, pauses, roll="none").due_on == day


@calm
@given(DAYS, st.integers(0, 86399))
def test_the_hour_of_the_trigger_does_not_matter_for_days(trigger, second):
    rule = a_rule(7, "WD")
    moment = datetime(trigger.year, trigger.month, trigger.day, tzinfo=SHANGHAI) + timedelta(seconds=second)
    assert count(rule, moment, CALENDAR).due_at == count(rule, trigger, CALENDAR).due_at
