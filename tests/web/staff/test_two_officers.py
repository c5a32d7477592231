"""Several officers at once: nobody's work is lost, nobody takes what another has, and a late save shows both sides."""

from __future__ import annotations

from typing import Any

import pytest

from disputes.accounts import actors
from disputes.accounts.models import User
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.merchants import commands as merchants
from disputes.rules.lifecycle import State
from tests import factories
from tests.web.browser import Browser


@pytest.fixture
def colleague(at_desk: Any) -> Browser:
    """A second browser with another officer of the same office."""
    return at_desk(factories.officer(name="李华"))


def url(case: Case) -> str:
    return f"/staff/cases/{case.number}"


def fresh(case: Case) -> Case:
    db.session.expire_all()
    return queries.find(case.id, actors.SYSTEM)


def test_the_second_of_two_proposals_comes_back_with_all_that_was_typed(desk: Browser, colleague: Browser) -> None:
    case = factories.mediation()
    desk.open(f"{url(case)}?do=propose")
    colleague.open(url(case))
    colleague.submit("/do/ask-tourist", question="Which colour was it?")

    desk.submit("/do/propose", remedies=["price_difference"], amount="777", words="双方各让一步。", status=409)

    assert "This step is no longer possible" in desk.text
    assert "Question to the visitor" in desk.text
    assert "李华" in desk.text
    assert "Which colour was it?" in desk.text
    assert "双方各让一步。" in desk.text
    assert fresh(case).state == State.AWAITING_TOURIST


def test_a_stale_step_that_is_still_possible_is_sent_again_with_one_click(desk: Browser, colleague: Browser) -> None:
    case = factories.mediation()
    desk.open(f"{url(case)}?do=propose")
    colleague.open(url(case)).submit("/do/write", words="请双方补充照片。")

    desk.submit("/do/propose", remedies=["price_difference"], amount="777", words="双方各让一步。", status=409)
    assert "The case has changed while you were writing" in desk.text
    assert "请双方补充照片。" in desk.text
    kept = desk.form("/do/propose")
    assert (kept["propose-amount"], kept["propose-words"]) == ("777", "双方各让一步。")

    desk.submit("/do/propose")
    assert fresh(case).state == State.PROPOSED
    assert fresh(case).open_offer.package["amount"] == 77_700  # type: ignore[union-attr]


def test_what_the_tourist_did_meanwhile_shows_too(desk: Browser) -> None:
    case = factories.offered()
    desk.open(f"{url(case)}?do=change-departure")
    factories.settled(case)
    desk.submit("/do/change-departure", departure="unknown", status=409)
    assert "The visitor accepted the offer" in desk.text
    assert desk.form("/do/change-departure")["change-departure-departure"] == "unknown"


def test_a_form_that_a_script_fetches_carries_the_version_of_the_page_around_it(
    desk: Browser, colleague: Browser
) -> None:
    case = factories.mediation()
    shown = case.version
    colleague.open(url(case)).submit("/do/write", words="请双方补充照片。")
    part = desk.client.get(f"{url(case)}?do=propose&part=form&version={shown}").get_data(as_text=True)
    assert f'name="propose-version" type="hidden" value="{shown}"' in part
    assert "<html" not in part
    assert desk.client.get(f"{url(case)}?do=reopen&part=form").status_code == 409


def test_a_note_is_kept_whatever_else_happened(desk: Browser, colleague: Browser) -> None:
    case = factories.mediation()
    desk.open(f"{url(case)}?do=note")
    colleague.open(url(case)).submit("/do/write", words="请双方补充照片。")
    desk.submit("/do/note", words="已电话联系店长。")
    assert "已电话联系店长。" in desk.text


def test_a_forged_or_missing_version_is_stale_and_no_fault(desk: Browser) -> None:
    case = factories.mediation()
    for version in ("", "x", "-1", "99999999999999999999", "0"):
        desk.open(url(case)).submit("/do/ask-authorisation", version=version, status=409)
    assert fresh(case).state == State.MEDIATION


def test_each_officer_takes_another_case(desk: Browser, colleague: Browser, officer: User) -> None:
    first, second = factories.unassigned(), factories.unassigned()
    desk.open("/staff/").submit("/staff/next")
    colleague.open("/staff/").submit("/staff/next")
    assert {desk.path, colleague.path} == {url(first), url(second)}
    assert fresh(first).officer_id != fresh(second).officer_id


def test_when_nothing_is_left_to_take_the_queue_says_so(desk: Browser) -> None:
    factories.unassigned()
    desk.open("/staff/").submit("/staff/next")
    desk.open("/staff/").submit("/staff/next")
    assert "There is nothing to take." in desk.text


def test_two_who_correct_the_same_shop_both_see_what_the_other_wrote(desk: Browser, colleague: Browser) -> None:
    shop = factories.shop(phone="023 1111")
    address = f"/staff/shops/{shop.id}"
    desk.open(address)
    colleague.open(address).submit(address, phone="023 2222")
    desk.submit(address, phone="023 3333", status=409)
    assert "023 2222" in desk.text
    assert "023 3333" in desk.text
    desk.submit(address)
    db.session.refresh(shop)
    assert shop.phone == "023 3333"


def test_two_who_correct_the_same_merchant_both_see_what_the_other_wrote(desk: Browser) -> None:
    company = factories.merchant(phone="1")
    address = f"/staff/merchants/{company.id}"
    desk.open(address)
    with transaction():
        merchants.change_merchant(company, name_zh=company.name_zh, email=company.email, phone="2")
    desk.submit(address, phone="3", status=409)
    assert "Somebody else changed this" in desk.text
    desk.submit(address)
    db.session.refresh(company)
    assert company.phone == "3"


def test_of_two_who_mend_the_same_letter_the_second_hears_of_the_first(desk: Browser, colleague: Browser) -> None:
    letter = factories.given_up(factories.with_merchant())
    address = f"/staff/letters/{letter.id}"
    desk.open(address)
    colleague.open(address).submit(address, address="right@travellers.example")
    desk.submit(address, address="other@travellers.example")
    assert "Somebody else has taken care of this letter" in desk.text
    db.session.refresh(letter)
    assert letter.address == "right@travellers.example"
