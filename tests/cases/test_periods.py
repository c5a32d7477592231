"""Periods of civil law on the page of a case: information from the facts, whoever handles it."""

from datetime import UTC, date, datetime

import pytest

from disputes import clock
from disputes.cases import periods
from disputes.db import transaction
from disputes.rules.categories import HowBought, Trade
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _today(database):
    with transaction():
        clock.stand_at(datetime(2026, 11, 23, 2, tzinfo=UTC))


def of(case):
    return {period.rule.id: period for period in periods.civil(case)}


def test_limitation_is_counted_from_the_earliest_day_on_which_it_can_have_begun():
    found = of(make.with_merchant(bought_on=date(2026, 11, 20)))
    limit = found["R-LIMIT-3Y"]
    assert (limit.since, limit.earliest, limit.due.due_on) == (date(2026, 11, 20), True, date(2029, 11, 20))


def test_stalling_begins_when_the_shop_was_asked_and_not_before():
    assert "R-STALL-15" not in of(make.triage())
    stalling = of(make.with_merchant())["R-STALL-15"]
    assert (stalling.since, stalling.due.due_on) == (date(2026, 11, 23), date(2026, 12, 8))


def test_only_an_agreement_that_was_mediated_can_be_confirmed_by_a_court():
    assert "R-CONFIRM" not in of(make.settled())


def test_an_arranged_visit_to_a_shop_opens_the_way_through_the_agency():
    assert "R-TOUR-SHOP30" not in of(make.with_merchant())
    found = of(make.with_merchant(how_bought=HowBought.AGENCY, bought_on=date(2026, 11, 15)))
    assert found["R-TOUR-SHOP30"].due.due_on == date(2026, 12, 15)  # E10


def test_a_hotel_has_no_tax_refund_but_a_limit_for_the_tourism_body():
    found = of(make.with_merchant(trade=Trade.HOTEL))
    assert "R-TOUR-LIMIT" in found
    assert "R-TAX-90" not in found


def test_what_is_over_stands_last():
    found = periods.civil(make.with_merchant(bought_on=date(2026, 11, 1)))
    assert [period.over for period in found] == sorted(period.over for period in found)
    assert {period.rule.id for period in found if period.over} == {"R-QUAL-7"}


def test_nothing_follows_from_them():
    case = make.with_merchant()
    assert {d.rule_id for d in case.deadlines} == {"S-SHOP-ANSWER"}
