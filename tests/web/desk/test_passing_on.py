"""What lies at a desk, how it leaves again, the refund in cash, and the list of the day."""

from __future__ import annotations

import pytest

from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.returns import deciding, handing, inspecting
from disputes.returns.models import Desk
from disputes.rules.lifecycle import State
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Holder
from tests import factories as make
from tests.returns import returned
from tests.web.browser import Browser
from tests.web.desk.conftest import Stands
from tests.web.desk.test_taking_in import at


@pytest.fixture
def lying(case: Case, desk: Desk) -> Case:
    """The return with its goods at the airport's desk."""
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case), seal="SEAL-3")
    return case


def holder(case: Case) -> str:
    return returned.record(case).items[0].holder


def test_what_lies_here_is_listed_with_its_age_and_seal(phone: Browser, lying: Case):
    phone.open("/desk/lying")
    assert spoken(lying.number) in phone.text
    assert "SEAL-3" in phone.text
    assert "Here for" in phone.text
    assert "1 item lies here" in phone.open("/desk/").text


def test_another_desk_does_not_see_what_lies_here(stands: Stands, lying: Case):
    other = stands(returned.desk())
    assert "Nothing lies here" in other.open("/desk/lying").text


def test_the_list_of_the_day_says_what_came_and_what_went(phone: Browser, lying: Case):
    phone.open("/desk/day")
    assert "Taken in (1)" in phone.text
    assert "Lies here now (1)" in phone.text
    phone.open(at(lying, "/hand-on")).submit(carrier="EMS", tracking_number="EA123")
    phone.open("/desk/day")
    assert "Handed on and given back (1)" in phone.text
    assert "Lies here now (0)" in phone.text
    yesterday = next(link for link in phone.links() if "on=" in link)
    assert "Taken in (0)" in phone.open(yesterday).text


def test_a_day_that_is_none_is_today(phone: Browser):
    assert "Lies here now" in phone.open("/desk/day?on=2026-02-31").text


def test_goods_are_handed_on_to_a_carrier(phone: Browser, lying: Case):
    phone.open(at(lying, "/hand-on")).submit(carrier="SF Express", tracking_number="SF-1")
    assert "no longer at your desk" in phone.response.get_data(as_text=True)
    assert holder(lying) == Holder.CARRIER


def test_handing_on_asks_who_carries(phone: Browser, lying: Case):
    phone.open(at(lying, "/hand-on")).submit(carrier="", status=422)
    assert "who carries the goods" in phone.errors()
    assert holder(lying) == Holder.DESK


def test_what_does_not_lie_here_is_neither_handed_on_nor_given_back(phone: Browser, case: Case):
    phone.open(at(case, "/hand-on"), status=409)
    phone.open(at(case, "/give-back"), status=409)


def test_goods_go_back_to_the_visitor_when_both_confirm(phone: Browser, lying: Case):
    phone.open(at(lying, "/give-back")).submit(desk_agrees="y", status=422)
    assert holder(lying) == Holder.DESK
    phone.submit(desk_agrees="y", visitor_agrees="y")
    assert holder(lying) == Holder.TOURIST


def test_the_other_desk_takes_in_from_here_and_nothing_is_written_twice(stands: Stands, lying: Case, desk: Desk):
    phone = stands(other := returned.desk())
    phone.open(at(lying, "/take-over")).submit(bringer_agrees="y", seal="SEAL-3")
    item = returned.record(lying).items[0]
    assert (item.holder, item.holder_id) == (Holder.DESK, other.id)
    assert [(row.giver, row.taker) for row in item.custody] == [("tourist", "desk"), ("desk", "desk")]


# --- cash


@pytest.fixture
def due(database: None) -> Case:
    return returned.refund_due(language="ar")


def test_a_desk_that_pays_gives_the_refund_in_cash(stands: Stands, due: Case):
    phone = stands(returned.desk(pays_cash=True))
    phone.open(at(due, "/pay")).submit(desk_agrees="y", visitor_agrees="y", receipt="C-9")
    db.session.expire_all()
    assert db.session.get_one(Case, due.id).state == State.REFUNDED
    refund = returned.record(due).refund
    assert refund is not None
    assert (refund.means, refund.by_role, refund.reference) == ("cash", "desk", "C-9")


def test_a_desk_that_pays_no_cash_has_no_such_page(phone: Browser, due: Case):
    assert at(due, "/pay") not in phone.open(at(due)).links()
    phone.open(at(due, "/pay"), status=409)


def test_no_cash_before_the_visitor_has_confirmed(stands: Stands, due: Case):
    phone = stands(returned.desk(pays_cash=True))
    phone.open(at(due, "/pay")).submit(desk_agrees="y", status=422)
    assert returned.record(due).refund is None


def test_no_cash_while_the_tax_form_is_not_voided(stands: Stands):
    case = returned.requested(tax_state=TaxState.T1, tax=returned.tax_told(TaxState.T1))
    from_shop = make.shop_of(case)
    with transaction():
        deciding.approve(case.id, None, from_shop)
        handing.take_in(case.id, None, from_shop, returned.handed(case))
        inspecting.inspect(case.id, None, from_shop, returned.accepted(case))
    phone = stands(returned.desk(pays_cash=True))
    phone.open(at(case, "/pay")).submit(desk_agrees="y", visitor_agrees="y", status=422)
    assert "void the tax refund form" in phone.errors()
