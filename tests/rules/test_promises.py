"""What becomes of a promise, row by row, and which earlier cases count as like a new one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from disputes.law import reading
from disputes.rules import odds, promises
from disputes.rules.clocks import CLOCKS, Clock, ClockName, ended_by
from disputes.rules.lifecycle import STEPS, Action, Role
from disputes.rules.odds import Likeness, Odds
from disputes.rules.promises import Fate

DUE = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
EARLY = DUE - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("clock", "action", "by", "fate", "reason"),
    [
        (ClockName.SHOP_ANSWER, Action.OFFER, Role.MERCHANT, Fate.KEPT, "the shop answered"),
        (ClockName.SHOP_ANSWER, Action.OFFER, Role.COUNTER, Fate.KEPT, "somebody at the counter answered for it"),
        (ClockName.SHOP_ANSWER, Action.CONTEST, Role.MERCHANT, Fate.KEPT, "no is an answer"),
        (ClockName.SHOP_ANSWER, Action.WITHDRAW, Role.TOURIST, Fate.RELEASED, "the tourist took the case back"),
        (ClockName.SHOP_ANSWER, Action.STEP_IN, Role.OFFICER, Fate.RELEASED, "an officer stepped in"),
        (ClockName.TOURIST_REPLY, Action.ACCEPT, Role.TOURIST, Fate.KEPT, "the tourist answered"),
        (ClockName.TOURIST_REPLY, Action.OFFER, Role.MERCHANT, Fate.RENEGOTIATED, "a new offer, and a new time for it"),
        (ClockName.DECISION, Action.PROPOSE, Role.SUPERVISOR, Fate.KEPT, "within the staff everybody helps out"),
        (ClockName.DECISION, Action.OFFER, Role.MERCHANT, Fate.RELEASED, "the shop made an offer meanwhile"),
        (ClockName.SUPERVISOR_DECISION, Action.PROPOSE, Role.OFFICER, Fate.KEPT, "the officer did it after the alert"),
        (ClockName.PERFORMANCE, Action.REPORT_PERFORMANCE, Role.OFFICER, Fate.KEPT, "an officer saw the payment"),
        (ClockName.PERFORMANCE, Action.CONFIRM, Role.TOURIST, Fate.KEPT, "the money was there before the report"),
        (ClockName.PERFORMANCE, Action.WAIVE, Role.TOURIST, Fate.RELEASED, "nothing was owed any more"),
    ],
)
def test_a_promise_is_kept_only_by_whoever_gave_it(clock, action, by, fate, reason) -> None:  # type: ignore[no-untyped-def]
    assert promises.fate(clock, "met", EARLY, DUE, action, by) is fate, reason


def test_the_very_moment_is_too_late() -> None:
    late = promises.fate(ClockName.SHOP_ANSWER, "met", DUE, DUE, Action.OFFER, Role.MERCHANT)
    assert late is Fate.BROKEN


def test_a_lapse_breaks_the_promise_and_a_cancellation_releases_from_it() -> None:
    assert promises.fate(ClockName.SHOP_ANSWER, "lapsed", EARLY, DUE, None, None) is Fate.BROKEN
    assert promises.fate(ClockName.SHOP_ANSWER, "cancelled", EARLY, DUE, None, None) is Fate.RELEASED


@pytest.mark.parametrize("clock", [c for c in CLOCKS if c.owes is not Role.AUTHORITY], ids=lambda clock: clock.name)
def test_somebody_can_keep_every_promise_that_a_clock_makes(clock: Clock) -> None:
    """Of the steps that end a clock, at least one is the owner's; otherwise the promise could only be broken."""
    ways = [
        step
        for step in STEPS
        if step.kind is clock.kind and step.state in clock.runs_in and ended_by(clock.name, step.action, step.end)
    ]
    fates = {promises.fate(clock.name, "met", EARLY, DUE, step.action, role) for step in ways for role in step.roles}
    assert Fate.KEPT in fates


def test_few_promises_give_no_rate() -> None:
    assert promises.rate(4, 0) is None
    assert promises.rate(4, 1) == 0.8


# --- odds


@pytest.mark.parametrize(
    ("left", "band"),
    [
        (None, None),
        (timedelta(), None),
        (-timedelta(hours=1), None),
        (timedelta(minutes=1), 0),
        (timedelta(hours=6), 0),
        (timedelta(hours=6, seconds=1), 1),
        (timedelta(hours=48), 1),
        (timedelta(days=5), 2),
        (timedelta(days=5, seconds=1), 3),
    ],
)
def test_the_bands_of_time_left_are_those_of_the_service_standard(left: timedelta | None, band: int | None) -> None:
    assert odds.band_of(left) == band


def test_the_odds_use_the_bounds_that_the_standard_uses() -> None:
    newest = max((s for s in reading.seeds().standards if s.rule_id == "S-SHOP-ANSWER"), key=lambda s: s.version)
    assert tuple(row.up_to for row in newest.rows) == odds.BANDS


def test_nine_cases_say_nothing_and_ten_do() -> None:
    assert odds.odds({Likeness.CATEGORY_HERE: (9, 9)}, 1) is None
    assert odds.odds({Likeness.CATEGORY_HERE: (10, 9)}, 1) == Odds(Likeness.CATEGORY_HERE, 1, 10, 9)


def test_the_nearest_likeness_with_enough_cases_counts() -> None:
    counted = {
        Likeness.CATEGORY_HERE: (4, 4),
        Likeness.CATEGORY: (9, 9),
        Likeness.TRADE_HERE: (12, 3),
        Likeness.TRADE: (40, 31),
        Likeness.TIME_LEFT: (900, 800),
    }
    assert odds.odds(counted, 1) == Odds(Likeness.TRADE_HERE, 1, 12, 3)


def test_each_likeness_asks_for_less_than_the_one_before_it() -> None:
    wanted = odds.like("quality_defect", "shop", "CQ")
    assert tuple(wanted) == odds.WIDENINGS
    assert wanted[Likeness.CATEGORY_HERE] == {"category": "quality_defect", "trade": "shop", "region": "CQ"}
    assert wanted[Likeness.TIME_LEFT] == {}
