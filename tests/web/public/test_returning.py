"""Can I give this back? On a phone without JavaScript: the answer without a name, and the declaration in two steps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from disputes.cases.models import Case
from disputes.db import db
from disputes.notifications.models import Message
from disputes.returns.models import Return
from disputes.rules.lifecycle import State
from disputes.rules.return_facts import TaxState
from tests import factories as make
from tests.returns.returned import desk, pledged
from tests.web.public.giving_back import answers, day_of, send, tell, today
from tests.web.public.phone import Phone


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    return Phone(client)


def the_case() -> Case:
    return db.session.scalars(select(Case)).one()


def the_return() -> Return:
    return db.session.scalars(select(Return)).one()


# --- the answer, before anything is told


def test_the_start_page_leads_to_the_question(phone: Phone) -> None:
    phone.open("/").follow("Can I give this back?")
    assert phone.heading == "Where did you buy it?"


def test_a_promise_is_answered_with_its_last_day_and_the_time_left(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    tell(phone, shop.id, until="answer")
    assert phone.heading == "Can I give this back?"
    assert "This shop promised it, and its promise binds." in phone.text
    assert "Time left: " in phone.text
    assert "China time" in phone.text
    assert "If you send it, you pay the postage." in phone.text
    assert "within 3 calendar days after the goods arrive" in phone.text
    assert db.session.scalars(select(Case)).all() == [], "nobody was told"


def test_without_a_promise_it_is_said_plainly_that_the_shop_need_not(phone: Phone) -> None:
    tell(phone, make.shop().id, until="answer")
    assert "Only as a goodwill of the shop" in phone.text
    assert "Declare it by" not in phone.text


def test_what_cannot_go_back_is_not_dressed_up(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    tell(phone, shop.id, until="answer", goods={"items-0-state": "used"})
    assert "The shop does not have to take this back." in phone.text
    assert "Ask the shop all the same" in phone.text


def test_an_online_purchase_is_a_right_with_its_article_in_both_languages(phone: Phone) -> None:
    bought = {"how_bought": "online", **day_of("received_on", today())}
    tell(phone, None, until="answer", bought=bought)
    assert "You have a right to this." in phone.text
    assert "消费者权益保护法" in phone.text
    assert "Consumer" in phone.text


def test_an_arranged_visit_names_the_agencys_duty(phone: Phone) -> None:
    bought = {"how_bought": "agency", "breach": "yes", "agency": "Sunny Tours", **day_of("ended_on", today())}
    tell(phone, make.shop().id, until="answer", bought=bought)
    assert "You have a right to this." in phone.text
    assert "The travel agency arranges the return and bears its cost." in phone.text


def test_what_nobody_knows_about_the_tax_refund_stays_open(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    tell(phone, shop.id, until="answer", bought={"tax": "unknown"})
    assert "if what is still open turns out well" in phone.text
    assert "How far your tax refund has come" in phone.text


def test_a_shop_that_is_not_in_the_list_gets_an_answer_but_no_return(phone: Phone) -> None:
    tell(phone, None, until="answer")
    assert "Only as a goodwill of the shop" in phone.text
    assert "Return this" not in phone.text
    assert "Look for the shop again" in phone.text


def test_the_page_of_a_shop_knows_the_shop(phone: Phone) -> None:
    shop = make.shop(name_zh="蜀锦坊")
    pledged(shop)
    phone.open(f"/pledges/{shop.code}").follow("Can I give this back?")
    assert phone.heading == "What do you want to give back?"
    assert "蜀锦坊" in phone.text
    phone.submit(answers(shop.id)["goods"])
    phone.submit(answers(shop.id)["bought"])
    assert "This shop promised it" in phone.text


def test_a_code_that_nobody_knows_says_so(phone: Phone) -> None:
    assert phone.open("/s/ZZZZ9/return").status == 404


# --- several goods


def test_other_goods_are_added_and_removed_and_nothing_typed_is_lost(phone: Phone) -> None:
    shop = make.shop()
    tell(phone, shop.id, until="goods")
    goods = answers(shop.id)["goods"]
    phone.press("Add other goods", goods)
    assert phone.filled()["items-0-name"] == "Silk scarf"
    phone.press(
        "Add other goods",
        {k.replace("items-0", "items-1"): v for k, v in {**goods, "items-0-name": "Tea"}.items()},
    )
    phone.press(name="remove", value="0")
    assert phone.filled()["items-0-name"] == "Tea"
    assert "items-1-name" in phone.filled()


def test_more_than_was_bought_cannot_go_back(phone: Phone) -> None:
    shop = make.shop()
    tell(phone, shop.id, until="goods").submit({**answers(shop.id)["goods"], "items-0-quantity": "3"})
    assert phone.errors == ["No more can go back than you bought."]
    assert phone.filled()["items-0-quantity"] == "3"


def test_every_missing_answer_is_named_with_a_link(phone: Phone) -> None:
    tell(phone, make.shop().id, until="goods").submit({"items-0-price": "much"})
    assert len(phone.errors) == 4
    assert any("Write the amount in digits" in error for error in phone.errors)


def test_a_day_in_the_future_is_refused(phone: Phone) -> None:
    shop = make.shop()
    tell(phone, shop.id, until="bought").submit(
        {**answers(shop.id)["bought"], **day_of("bought_on", today() + timedelta(days=2))}
    )
    assert "future" in phone.errors[0]


def test_a_purchase_before_every_rule_is_answered_calmly(phone: Phone) -> None:
    shop = make.shop()
    tell(phone, shop.id, until="bought").submit(
        {**answers(shop.id)["bought"], "bought_on-year": "2005", "how_bought": "online"}
    )
    assert "Check the year" in phone.errors[0]


# --- the declaration


def test_a_return_is_declared_in_two_steps_and_no_reason_is_asked(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    tell(phone, shop.id)
    assert phone.heading == "Confirm the return"
    send(phone)
    assert phone.heading == "Your return is declared"

    case, record = the_case(), the_return()
    assert (case.state, case.shop_id, case.language) == (State.REQUESTED, shop.id, "en")
    [item] = record.items
    assert (item.name, item.bought, item.quantity, item.unit_price) == ("Silk scarf", 2, 1, 38_800)
    assert record.strength == "promise"
    assert record.tax is not None
    assert record.tax.state == TaxState.T0
    assert (case.tourist.name, case.tourist.email) == ("Hanako", "hanako@guests.example")
    letters = db.session.scalars(select(Message.template)).all()
    assert "case-link" in letters, "nobody has confirmed the address yet"
    assert "return-requested" in letters


def test_the_receipt_shows_number_words_link_and_moment(phone: Phone) -> None:
    shop = make.shop()
    send(tell(phone, shop.id))
    case = the_case()
    assert f"{case.number[:2]}-{case.number[2:6]}-{case.number[6:]}" in phone.text
    assert all(word in phone.text for word in make.words_of(case).split())
    assert make.token_of(case) in phone.text
    assert "It counts from" in phone.text


def test_without_consent_to_tell_the_shop_nothing_is_sent(phone: Phone) -> None:
    send(tell(phone, make.shop().id), "handling")
    assert any("pass it on" in error for error in phone.errors)
    assert db.session.scalars(select(Case)).all() == []


def test_the_numbers_of_the_tax_form_go_along(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    send(
        tell(
            phone,
            shop.id,
            bought={"tax": "T1", "form_number": "TR-77", "invoice_number": "INV-9"},
            way={"invoice_amount": "776.00"},
        )
    )
    tax = the_return().tax
    assert tax is not None
    assert (tax.state, tax.form_number, tax.invoice_number, tax.invoice_amount) == ("T1", "TR-77", "INV-9", 77_600)


def test_a_desk_is_chosen_with_its_hours(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    at = desk()
    tell(phone, shop.id, until="way")
    assert "江北机场退货服务台" in phone.text
    tell(phone.press(name="go", value="back").open("/return/way"), shop.id, until="where")
    phone.open("/return/way").submit({"way": "desk", "desk": str(at.id), "means": "cash"})
    phone.submit(answers(shop.id)["reach"])
    send(phone)
    assert (the_return().way, the_return().to_desk_id) == ("desk", at.id)


def test_whoever_has_left_is_offered_only_what_works_from_abroad(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    desk()
    tell(phone, shop.id, until="way", leave={"departure": "departed"})
    assert "By parcel" in phone.text
    assert "At a return desk" not in phone.text
    assert "In cash" not in phone.text
    phone.submit({"way": "shop", "means": "original"})
    assert phone.errors


def test_sending_twice_makes_one_return(phone: Phone) -> None:
    tell(phone, make.shop().id)
    data, url = phone.filled(), phone.url
    for field in ("handling", "to_shop"):
        data.setlist(field, ["y"])
    phone.send(url, data)
    phone.send(url, data)
    assert phone.heading == "Your return is declared"
    assert len(db.session.scalars(select(Case.id)).all()) == 1


def test_a_changed_answer_is_judged_again_before_it_is_sent(phone: Phone) -> None:
    shop = make.shop()
    pledged(shop)
    tell(phone, shop.id).open("/return/goods?to_check=yes").submit({"items-0-state": "used"})
    assert phone.path == "/return/answer"
    assert "The shop does not have to take this back." in phone.text


def test_it_goes_on_on_another_device(phone: Phone, client: FlaskClient) -> None:
    shop = make.shop()
    tell(phone, shop.id, until="bought").press(name="go", value="elsewhere")
    link = next(a["href"] for a in phone.page.find("a") if "/return/draft/" in a["href"])
    other = Phone(client.application.test_client())
    other.open("/" + link.split("/", 3)[3]).press("Continue here")
    assert other.path == "/return/bought"


def test_the_draft_of_a_complaint_is_no_return(phone: Phone) -> None:
    phone.open("/file").submit({"category": "quality_defect"})
    complaint = phone.filled()["draft"]
    assert phone.open(f"/return/draft/{complaint}").status == 404


@pytest.mark.parametrize("language", ["ja", "ar", "zh-CN"])
def test_the_whole_way_works_in_every_language(client: FlaskClient, language: str) -> None:
    shop = make.shop()
    pledged(shop)
    phone = Phone(client, language)
    send(tell(phone, shop.id))
    assert phone.page.find("html")[0]["lang"] == language
    assert the_case().language == language.replace("-", "_")


def test_the_first_page_is_light(phone: Phone) -> None:
    phone.open("/return")
    assert len(phone.html.encode()) < 60_000


def test_the_list_before_the_airport_knows_what_was_told(phone: Phone) -> None:
    shop = make.shop()
    tell(phone, shop.id, until="answer", bought={"tax": "T1"}, goods={"items-0-state": "opened"})
    phone.follow("Tax refund: what customs look at")
    assert "Not in order" in phone.text
    assert "The goods are unused." in phone.text


def test_the_list_before_the_airport_is_open_to_everybody(phone: Phone) -> None:
    phone.open("/return/tax-checklist")
    assert phone.status == 200
    assert "You carry the goods yourself" in phone.text
    assert "CN¥0" not in phone.text
