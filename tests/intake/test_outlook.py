"""What a tourist is told before filing is what then happens, if everybody takes all their time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from disputes import clock
from disputes.db import transaction
from disputes.intake.outlook import Outlook, outlook
from disputes.merchants.models import Shop
from disputes.rules.categories import HowBought, Trade
from disputes.rules.clocks import ClockName
from disputes.rules.routing import facts_of
from tests import factories


@pytest.fixture(autouse=True)
def _still(database: None) -> None:
    """A Monday at noon in China."""
    with transaction():
        clock.stand_at(datetime(2026, 11, 23, 12, tzinfo=clock.SHANGHAI))


def told(
    shop: Shop | None = None, leaves_in: timedelta | None = None, trade: Trade = Trade.SHOP, bought: str = "counter"
) -> Outlook:
    now = clock.now()
    return outlook(
        now, now + leaves_in if leaves_in is not None else None, shop, facts_of(trade, how_bought=HowBought(bought))
    )


def test_a_shop_that_can_be_reached_is_asked_at_once() -> None:
    found = told(factories.shop())
    assert found.straight_to_shop
    assert [rung.clock for rung in found.rungs] == [
        ClockName.SHOP_ANSWER,
        ClockName.DECISION,
        ClockName.SHOP_PROPOSAL,
    ]


@pytest.mark.parametrize("known", [True, False])
def test_for_a_business_that_is_unknown_or_out_of_reach_an_officer_comes_first(known: bool) -> None:
    shop = factories.shop(factories.merchant(email=None), email=None) if known else None
    found = told(shop)
    assert not found.straight_to_shop
    assert found.rungs[0].clock == ClockName.OFFICER_FIRST


def test_each_side_has_its_time_after_the_one_before_took_all_of_its_own() -> None:
    ends = [rung.due.due_at for rung in told(factories.shop(), timedelta(days=4)).rungs]
    assert ends == sorted(set(ends))


@pytest.mark.parametrize("leaves_in", [timedelta(hours=5), timedelta(days=1), timedelta(days=4), timedelta(days=30)])
def test_the_shops_date_named_before_filing_is_the_date_of_its_deadline_afterwards(leaves_in: timedelta) -> None:
    shop = factories.shop()
    promised = told(shop, leaves_in).of(ClockName.SHOP_ANSWER)
    case = factories.with_merchant(shop, departure_at=clock.now() + leaves_in)
    running = {d.clock: d for d in case.running_deadlines}
    assert promised is not None
    assert running[ClockName.SHOP_ANSWER].due_at == promised.due_at


def test_the_officers_date_named_before_filing_is_the_date_of_the_deadline_afterwards() -> None:
    promised = told(None, timedelta(days=4)).of(ClockName.OFFICER_FIRST)
    case = factories.triage(departure_at=clock.now() + timedelta(days=4))
    assert promised is not None
    assert [d.due_at for d in case.running_deadlines] == [promised.due_at]


def test_it_says_whether_our_own_steps_end_before_the_departure() -> None:
    shop = factories.shop()
    assert told(shop, timedelta(days=4)).ends_in_time is True
    assert told(shop, timedelta(minutes=30)).ends_in_time is False
    assert told(shop).ends_in_time is None
    assert told(shop, timedelta(days=-1)).ends_in_time is None, "who has left already has all the time"


def test_an_authority_answers_long_after_most_visitors_have_left() -> None:
    found = told(factories.shop(), timedelta(days=4))
    assert found.competence.authority == "market_regulation"
    assert found.acceptance is not None
    assert found.acceptance.rule_id == "R-SAMR-ACCEPT"
    assert found.acceptance.due_at > found.ends_at
    assert found.authority_in_time is False
    assert told(factories.shop(), timedelta(days=90)).authority_in_time is True


def test_shopping_on_an_arranged_visit_belongs_to_the_tourism_body() -> None:
    found = told(factories.shop(), bought="agency")
    assert found.competence.authority == "culture_tourism"
    assert found.acceptance is not None
    assert found.acceptance.rule_id == "R-TOUR-ACCEPT"


def test_where_no_period_of_the_authority_is_known_none_is_named() -> None:
    found = told(None, timedelta(days=90), trade=Trade.TAXI)
    assert found.acceptance is None
    assert found.authority_in_time is False


def test_dates_in_a_year_without_published_holidays_are_provisional() -> None:
    with transaction():
        clock.stand_at(datetime(2026, 12, 28, 12, tzinfo=clock.SHANGHAI))
    assert any(rung.due.provisional for rung in told(factories.shop()).rungs)
