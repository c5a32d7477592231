"""The operator's own promise: who has how long, by the time that is left before the departure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from disputes.law import reading
from disputes.rules import service
from disputes.rules.rulebook import SHANGHAI, CannotCount, Length, NotInForce, RuleError, Unit
from disputes.rules.service import Hours, Row, ServiceStandard

BOOK = reading.seeds()
CALENDAR = BOOK.calendar
LADDER = ("S-OFFICER-FIRST", "S-SHOP-ANSWER", "S-DECISION", "S-SHOP-PROPOSAL")
ALL = sorted({each.rule_id for each in BOOK.standards})

MORNING = datetime(2026, 11, 18, 9, 0, tzinfo=SHANGHAI)  # a Wednesday
EVENING = datetime(2026, 11, 20, 21, 0, tzinfo=SHANGHAI)  # a Friday
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def standard(rule_id: str) -> ServiceStandard:
    return service.standard_for(BOOK.standards, rule_id, MORNING)


def due(rule_id: str, started: datetime, left: timedelta | None, **more):
    departure = None if left is None else started + left
    return service.due(standard(rule_id), started, departure, CALENDAR, **more)


# --- the table ---


# fmt: off
@pytest.mark.parametrize(
    ("rule_id", "left", "length"),
    [
        ("S-SHOP-ANSWER",    6 * HOUR,           1 * HOUR),
        ("S-SHOP-ANSWER",    48 * HOUR,          4 * HOUR),
        ("S-OFFICER-FIRST",  6 * HOUR,           15 * MINUTE),
        ("S-OFFICER-FIRST",  48 * HOUR,          30 * MINUTE),
        ("S-DECISION",       6 * HOUR,           2 * HOUR),
        ("S-DECISION",       48 * HOUR,          16 * HOUR),
        ("S-SHOP-PROPOSAL",  48 * HOUR,          4 * HOUR),
        ("S-TOURIST-REPLY",  6 * HOUR,           1 * HOUR),
        ("S-TOURIST-REPLY",  48 * HOUR,          8 * HOUR),
        ("S-TOURIST-REPLY",  120 * HOUR,         24 * HOUR),
        ("S-SUPERVISOR",     6 * HOUR,           30 * MINUTE),
        ("S-SUPERVISOR",     48 * HOUR,          2 * HOUR),
        ("S-REFERRAL",       6 * HOUR,           1 * HOUR),
        ("S-REFERRAL",       48 * HOUR,          4 * HOUR),
    ],
)
def test_at_a_rows_upper_bound_its_own_length_counts_day_and_night(rule_id, left, length):
    assert due(rule_id, EVENING, left).due_at == EVENING + length
# fmt: on


@pytest.mark.parametrize(
    ("left", "length"),
    [
        (2 * HOUR, 30 * MINUTE),  # a quarter of the time left, less than the table's hour
        (1 * HOUR, 15 * MINUTE),
        (30 * MINUTE, 15 * MINUTE),  # never less
        (MINUTE, 15 * MINUTE),
        (6 * HOUR + MINUTE, 90 * MINUTE),  # the next row, of which a quarter of the time is left
    ],
)
def test_the_smaller_of_table_and_share_counts_but_never_less_than_a_quarter_of_an_hour(left, length):
    assert due("S-SHOP-ANSWER", EVENING, left).due_at == EVENING + length


def test_with_more_than_48_hours_left_a_shop_has_its_opening_hours():
    # 24 hours at most, a quarter of 72 is 18: one hour tonight, twelve on Saturday, five on Sunday
    assert due("S-SHOP-ANSWER", EVENING, 72 * HOUR).due_at == datetime(2026, 11, 22, 15, tzinfo=SHANGHAI)


def test_with_more_than_48_hours_left_an_officer_has_duty_hours_on_weekends_too():
    late = datetime(2026, 11, 20, 21, 30, tzinfo=SHANGHAI)
    assert due("S-OFFICER-FIRST", late, 72 * HOUR).due_at == datetime(2026, 11, 21, 10, 0, tzinfo=SHANGHAI)


def test_a_clock_that_starts_at_night_begins_with_the_next_duty_hours():
    night = datetime(2026, 11, 21, 2, 0, tzinfo=SHANGHAI)
    assert due("S-OFFICER-FIRST", night, 72 * HOUR).due_at == datetime(2026, 11, 21, 10, 30, tzinfo=SHANGHAI)


def test_duty_hours_run_on_public_holidays():
    holiday = datetime(2026, 10, 3, 12, 0, tzinfo=SHANGHAI)
    assert due("S-OFFICER-FIRST", holiday, 72 * HOUR).due_at == holiday + 2 * HOUR


def test_a_length_that_ends_at_closing_time_is_due_then_and_not_next_morning():
    afternoon = datetime(2026, 11, 20, 20, 0, tzinfo=SHANGHAI)
    assert due("S-OFFICER-FIRST", afternoon, 72 * HOUR).due_at == datetime(2026, 11, 20, 22, 0, tzinfo=SHANGHAI)


def test_a_shop_has_its_own_hours_where_we_know_them():
    hours = Hours(time(8), time(20))
    assert due("S-SHOP-ANSWER", EVENING, 72 * HOUR, opening=hours).due_at == datetime(2026, 11, 22, 14, tzinfo=SHANGHAI)


def test_a_night_market_is_open_past_midnight():
    hours = Hours(time(18), time(2))
    started = datetime(2026, 11, 21, 1, 0, tzinfo=SHANGHAI)  # open since yesterday
    found = due("S-SHOP-ANSWER", started, 100 * HOUR, opening=hours)  # 24 hours: one, eight, eight, seven
    assert found.due_at == datetime(2026, 11, 24, 1, 0, tzinfo=SHANGHAI)


def test_a_shop_that_never_closes_has_every_hour():
    assert due("S-SHOP-ANSWER", EVENING, 72 * HOUR, opening=Hours(time(0), time(0))).due_at == EVENING + 18 * HOUR


def test_a_stall_with_few_hours_cannot_answer_after_the_departure():
    found = due("S-SHOP-ANSWER", EVENING, 50 * HOUR, opening=Hours(time(18), time(21)))
    assert found.due_at == EVENING + 12 * HOUR + 30 * MINUTE
    assert "hours_too_few" in [line.code for line in found.lines]


@pytest.mark.parametrize("left", [None, -HOUR, timedelta()])
@pytest.mark.parametrize(
    ("rule_id", "due_on"),
    [
        ("S-SHOP-ANSWER", date(2026, 11, 23)),
        ("S-OFFICER-FIRST", date(2026, 11, 19)),
        ("S-DECISION", date(2026, 12, 2)),
        ("S-TOURIST-REPLY", date(2026, 11, 25)),
        ("S-SUPERVISOR", date(2026, 11, 19)),
        ("S-REFERRAL", date(2026, 11, 19)),
        ("S-FOLLOW-UP", date(2026, 12, 2)),
        ("S-TOURIST-ANSWER", date(2026, 12, 18)),
        ("S-CONFIRM", date(2026, 12, 18)),
        ("S-PERFORMANCE", date(2026, 11, 25)),
    ],
)
def test_an_unknown_or_past_departure_gives_the_longest_row_in_days(rule_id, due_on, left):
    found = due(rule_id, MORNING, left)
    assert found.due_on == due_on
    assert found.due_at == datetime(due_on.year, due_on.month, due_on.day, tzinfo=SHANGHAI) + timedelta(days=1)


def test_rows_in_working_days_follow_the_calendar():
    before_the_holiday = datetime(2026, 9, 30, 12, 0, tzinfo=SHANGHAI)
    assert due("S-SHOP-ANSWER", before_the_holiday, None).due_on == date(2026, 10, 10)  # 8, 9, and the worked Saturday


def test_a_known_departure_in_a_week_may_shorten_working_days_to_the_share():
    before_the_holiday = datetime(2026, 9, 30, 12, 0, tzinfo=SHANGHAI)
    found = due("S-SHOP-ANSWER", before_the_holiday, timedelta(days=6))  # 36 of 144 hours, in opening hours
    assert found.due_at == datetime(2026, 10, 3, 12, 0, tzinfo=SHANGHAI)


def test_some_clocks_do_not_look_at_the_departure():
    for rule_id in ("S-TOURIST-ANSWER", "S-CONFIRM", "S-FOLLOW-UP", "S-PERFORMANCE"):
        assert due(rule_id, MORNING, HOUR).due_at == due(rule_id, MORNING, None).due_at


def test_days_that_reach_an_unpublished_year_are_provisional_and_hours_are_not():
    new_year = datetime(2026, 12, 31, 20, 0, tzinfo=SHANGHAI)
    assert due("S-SHOP-ANSWER", new_year, None).provisional
    assert not due("S-SHOP-ANSWER", new_year, 48 * HOUR).provisional


# --- promises ---


@pytest.mark.parametrize(
    ("promised", "due_on"),
    [
        (date(2026, 11, 18), date(2026, 11, 18)),
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 12, 3), date(2026, 12, 3)),  # day 15
        (date(2026, 12, 4), date(2026, 12, 3)),  # capped by the line of R-STALL-15
        (date(2027, 6, 1), date(2026, 12, 3)),
    ],
)
def test_a_settlement_is_due_on_the_day_it_promises_up_to_fifteen_days(promised, due_on):
    found = due("S-PERFORMANCE", MORNING, 3 * HOUR, promised_on=promised)
    assert found.due_on == due_on
    assert found.lines[-1].on == due_on


def test_a_promise_for_yesterday_is_refused():
    with pytest.raises(CannotCount, match="before the start"):
        due("S-PERFORMANCE", MORNING, None, promised_on=date(2026, 11, 17))


def test_only_a_standard_with_a_cap_follows_promises():
    with pytest.raises(CannotCount, match="does not follow a promise"):
        due("S-SHOP-ANSWER", MORNING, None, promised_on=date(2026, 11, 19))


# --- the ladder, the queue, reminders ---


def test_the_ladder_chains_each_step_after_the_one_before():
    steps = service.ladder([standard(rule_id) for rule_id in LADDER], EVENING, EVENING + 6 * HOUR, CALENDAR)
    lengths = service.lengths(steps, EVENING)
    # 15 min; a quarter of 5 h 45; 35 % of the rest; a quarter of that rest
    assert lengths == (15 * MINUTE, 60 * MINUTE, 99 * MINUTE, 46 * MINUTE)
    assert steps[-1].due_at == EVENING + sum(lengths, timedelta())


def test_the_slack_of_a_case_is_its_departure_less_the_remaining_ladder():
    departure = EVENING + 48 * HOUR
    assert service.slack_at(departure, EVENING, [4 * HOUR, 30 * MINUTE, 16 * HOUR]) == departure - timedelta(hours=20.5)
    assert service.slack_at(departure, EVENING, []) == departure


@pytest.mark.parametrize("departure", [None, EVENING, EVENING - HOUR])
def test_without_a_departure_ahead_a_case_stands_where_thirty_days_after_filing_stand(departure):
    assert service.slack_at(departure, EVENING, [4 * HOUR]) == EVENING + timedelta(days=30)


def test_reminders_come_at_half_and_at_four_fifths():
    assert service.reminders(EVENING, EVENING + 10 * HOUR) == (EVENING + 5 * HOUR, EVENING + 8 * HOUR)


def test_the_tourist_is_asked_on_the_days_that_the_standard_names():
    assert service.asks(standard("S-CONFIRM"), EVENING) == tuple(EVENING + timedelta(days=n) for n in (0, 3, 10))
    assert service.asks(standard("S-SHOP-ANSWER"), EVENING) == ()


# --- versions and impossible standards ---


def test_a_new_version_counts_for_clocks_that_start_from_its_moment_on():
    old = standard("S-FOLLOW-UP")
    new = replace(old, version=2, in_force_from=EVENING, rows=(Row(None, Length(5, Unit.WD)),))
    assert service.standard_for([new, old], "S-FOLLOW-UP", EVENING - MINUTE) is old
    assert service.standard_for([old, new], "S-FOLLOW-UP", EVENING) is new
    with pytest.raises(NotInForce, match="S-FOLLOW-UP was not in force"):
        service.standard_for([new], "S-FOLLOW-UP", EVENING - MINUTE)
    with pytest.raises(NotInForce, match="no service standard S-NONE"):
        service.standard_for([new], "S-NONE", EVENING)


ONE, TWO = Length(1, Unit.H), Length(2, Unit.H)


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ((), 25),
        ((Row(HOUR, ONE),), 25),
        ((Row(None, ONE), Row(None, TWO)), 25),
        ((Row(None, ONE), Row(HOUR, TWO)), 25),
        ((Row(2 * HOUR, ONE), Row(HOUR, TWO), Row(None, TWO)), 25),
        ((Row(HOUR, ONE), Row(HOUR, TWO), Row(None, TWO)), 25),
        ((Row(None, ONE),), 0),
        ((Row(None, ONE),), 101),
    ],
)
def test_a_table_with_gaps_cannot_be_a_standard(rows, share):
    with pytest.raises(RuleError):
        replace(standard("S-SHOP-ANSWER"), rows=rows, share=share)


def test_a_start_without_its_zone_is_refused():
    with pytest.raises(CannotCount, match="time zone"):
        service.due(standard("S-CONFIRM"), datetime(2026, 11, 18, 9), None, CALENDAR)  # noqa: DTZ001


# --- what must always hold ---

calm = settings(deadline=None)  # the machine may be busy
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
LEFT = st.timedeltas(MINUTE, timedelta(days=60))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
HOURS = st.one_of(st.none(), st.builds(Hours, TIMES, TIMES))
STANDARDS = st.sampled_from([each for each in BOOK.standards if each.share is not None])


@calm
@given(st.sampled_from(BOOK.standards), STARTS, st.one_of(st.none(), LEFT), HOURS)
def test_a_clock_is_due_after_its_start_at_least_a_quarter_of_an_hour_later(each, started, left, hours):
    departure = None if left is None else started + left
    found = service.due(each, started, departure, CALENDAR, hours)
    assert found.due_at >= started + service.LEAST
    assert found.due_at.tzinfo is UTC
    assert found.lines[-1].on == found.due_on
    assert service.due(each, started, departure, CALENDAR, hours) == found


@calm
@given(STANDARDS, STARTS, LEFT, HOURS)
def test_whoever_owes_has_to_act_before_the_tourist_leaves(each, started, left, hours):
    assume(left >= timedelta(minutes=15))
    assert service.due(each, started, started + left, CALENDAR, hours).due_at <= started + left


@calm
@given(STANDARDS, STARTS, st.timedeltas(MINUTE, service.URGENT), HOURS)
def test_in_the_last_48_hours_no_step_uses_more_than_its_share(each, started, left, hours):
    found = service.due(each, started, started + left, CALENDAR, hours)
    assert found.due_at - started <= max(left * each.share / 100, service.LEAST)


@calm
@given(STARTS, LEFT)
def test_the_whole_ladder_ends_before_a_departure_that_is_two_hours_away_or_more(started, left):
    assume(left >= 2 * HOUR)
    steps = service.ladder([standard(rule_id) for rule_id in LADDER], started, started + left, CALENDAR)
    assert steps[-1].due_at <= started + left


@calm
@given(STANDARDS, STARTS, LEFT, st.timedeltas(timedelta(), timedelta(days=20)))
def test_a_later_departure_never_gives_less_time(each, started, left, more):
    first = service.due(each, started, started + left, CALENDAR)
    assert service.due(each, started, started + left + more, CALENDAR).due_at >= first.due_at


@calm
@given(STARTS, st.timedeltas(MINUTE, timedelta(days=20)))
def test_reminders_lie_in_order_within_the_clock(started, length):
    half, late = service.reminders(started, started + length)
    assert started < half < late < started + length
