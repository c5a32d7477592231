"""Filing on a phone without JavaScript: from the start page to the filed case."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from disputes import clock
from disputes.cases.models import Case
from disputes.db import db
from disputes.rules.categories import Purpose
from disputes.rules.packages import Goods, Remedy, package_of
from tests import factories
from tests.web.public.phone import Phone
from tests.web.public.telling import ORDER, STORY, answers, send, tell


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    return Phone(client)


def the_case() -> Case:
    return db.session.scalars(select(Case)).one()


def cases() -> int:
    return len(db.session.scalars(select(Case.id)).all())


# --- the whole way


def test_the_start_page_leads_to_the_first_question(phone: Phone) -> None:
    phone.open("/").follow("Tell us what happened")
    assert phone.path == "/file"
    assert phone.heading == "What happened?"
    assert "Step 1 of 10" in phone.text


def test_a_complaint_is_filed_page_by_page_and_becomes_one_case(phone: Phone) -> None:
    shop = factories.shop(name_zh="解放碑茶具店")
    leaves = (clock.now() + timedelta(days=4)).astimezone(clock.SHANGHAI)
    tell(
        phone,
        shop.id,
        bought={"bought_on-year": "2026", "bought_on-month": "11", "bought_on-day": "2", "invoice_number": "A-77"}
        if clock.today().year > 2026
        else {},
        leave={
            "departure": "known",
            "on-year": str(leaves.year),
            "on-month": str(leaves.month),
            "on-day": str(leaves.day),
            "hour": "14",
            "port": "CKG",
        },
        reach={"companion": "guide@travellers.example"},
    )
    assert phone.heading == "Check your answers"
    assert "解放碑茶具店" in phone.text

    send(phone, "handling", "to_shop", "publication")

    assert phone.heading == "Your complaint is filed"
    case = the_case()
    assert case.shop_id == shop.id
    assert case.language == "en"
    assert case.departure == "known"
    assert case.departure_at is not None
    assert case.departure_at.astimezone(clock.SHANGHAI).hour == 14
    assert case.departure_port == "CKG"
    assert case.complaint.channel == "web"
    assert case.complaint.trade == shop.trade
    assert (case.complaint.amount, case.complaint.currency) == (128_000, "CNY")
    assert case.complaint.narrative is not None
    assert case.complaint.narrative.body == STORY
    claim = package_of(case.claim.package)
    assert claim.remedies == (Remedy.REFUND,)
    assert (claim.amount, claim.currency, claim.goods) == (128_000, "CNY", Goods.GIVE_BACK)
    assert {c.purpose for c in case.consents} == {Purpose.HANDLING, Purpose.TO_SHOP, Purpose.PUBLICATION}
    assert (case.tourist.name, case.tourist.email, case.tourist.country) == ("Hana", "hana@travellers.example", "JP")
    assert case.tourist.time_zone == "Asia/Tokyo"
    assert [c.email for c in case.contacts if c.party == "companion"] == ["guide@travellers.example"]


def test_the_page_after_filing_shows_number_words_and_link(phone: Phone) -> None:
    send(tell(phone, factories.shop().id))
    case = the_case()

    assert f"{case.number[:2]}-{case.number[2:6]}-{case.number[6:]}" in phone.text
    assert all(word in phone.text for word in factories.words_of(case).split())
    assert factories.token_of(case) in phone.text
    assert phone.answer.headers["Referrer-Policy"] == "no-referrer"


def test_somebody_elses_link_to_the_filed_page_opens_nothing(phone: Phone) -> None:
    assert phone.open("/c/AAAA.AAAA/filed").status == 404


@pytest.mark.parametrize("language", ["en", "ja", "ar", "zh-CN"])
def test_the_whole_way_works_in_every_language(client: FlaskClient, language: str) -> None:
    phone = Phone(client, language)
    send(tell(phone, factories.shop().id))
    assert phone.page.find("html")[0]["lang"] == language
    assert the_case().language == language.replace("-", "_")


def test_no_contact_at_all_is_fine_and_the_page_says_to_keep_the_card(phone: Phone) -> None:
    send(tell(phone, factories.shop().id, reach={"contact": "none", "email": ""}))
    assert "the only way to your case" in phone.text
    assert the_case().tourist.email is None


def test_an_address_typed_before_choosing_no_contact_is_not_kept_in_the_case(phone: Phone) -> None:
    send(tell(phone, factories.shop().id, reach={"contact": "none"}))
    assert the_case().tourist.email is None


def test_an_unknown_shop_is_filed_with_what_the_tourist_knows(phone: Phone) -> None:
    send(tell(phone))
    case = the_case()
    assert case.shop is None
    assert case.complaint.shop_name == "Small shop by the cave"
    assert case.complaint.shop_address == "Below Hongyadong, by the river"
    assert (case.complaint.division_code, case.complaint.trade) == ("500103", "shop")
    assert case.office.code == "CQ-JFB"


def test_a_shop_is_found_by_a_part_of_its_name_or_street_in_either_language(phone: Phone) -> None:
    shop = factories.shop(name_zh="老码头火锅", name_en="Old Pier Hotpot", address_zh="重庆市渝中区民权路28号")
    factories.shop(name_zh="另一家店", name_en="Another", address_zh="成都市", address_en="Chengdu")
    for typed in ("码头", "old pier", "民权路28"):
        tell(phone, until="where")
        phone.press(name="go", value="search", given={"q": typed})
        found = [i["value"] for i in phone.page.find("input") if i["name"] == "shop"]
        assert found == [str(shop.id), "other"], typed
        phone.press("Back").open("/file/where")
        assert phone.filled()["q"] == typed
        phone.open("/file").press("Delete it")


def test_the_enter_key_in_the_search_box_searches(phone: Phone) -> None:
    shop = factories.shop(name_zh="老码头火锅")
    tell(phone, until="where").submit({"q": "老码头"})
    assert phone.path == "/file/where"
    assert "老码头火锅" in phone.text
    phone.submit({"shop": str(shop.id)})
    assert phone.path == "/file/bought"


def test_a_search_without_result_says_so_and_offers_to_describe_the_shop(phone: Phone) -> None:
    tell(phone, until="where").press(name="go", value="search", given={"q": "zzzz"})
    assert "Nothing found" in phone.text
    assert "It is not in the list" in phone.text


def test_a_refund_without_an_amount_asks_for_the_price_that_was_paid(phone: Phone) -> None:
    send(tell(phone, bought={"amount": "200", "amount-currency": "USD"}, want={"amount": "", "amount-currency": "USD"}))
    claim = package_of(the_case().claim.package)
    assert (claim.amount, claim.currency) == (20_000, "USD")


def test_a_wish_in_own_words_goes_with_the_claim(phone: Phone) -> None:
    send(tell(phone, want={"remedies": ["apology", "other"], "amount": "", "wish": "A new box, please"}))
    claim = the_case().claim
    assert claim.text is not None
    assert claim.text.body == "A new box, please"


# --- the sticker in a shop


def test_the_code_of_a_sticker_starts_with_the_shop_known(phone: Phone) -> None:
    shop = factories.shop(name_zh="解放碑茶具店")
    phone.open(f"/s/{shop.code.lower()}")
    assert phone.heading == "What happened?"
    assert "解放碑茶具店" in phone.text
    assert db.session.scalars(select(Case)).all() == []

    phone.submit({"category": "price_or_fee"}).submit({"dangers": ["safe"]})

    assert phone.path == "/file/bought", "the shop is known and not asked for"
    for name in ORDER[3:]:
        phone.submit(answers(shop.id)[name])
    send(phone)
    assert the_case().shop_id == shop.id


def test_an_unknown_sticker_leads_to_the_ordinary_way(phone: Phone) -> None:
    assert phone.open("/s/NOPE22").status == 404
    phone.follow("File a complaint")
    assert phone.path == "/file"


# --- order, back, other devices


def test_jumping_ahead_leads_to_the_first_question_without_an_answer(phone: Phone) -> None:
    assert phone.open("/file/reach").path == "/file"
    tell(phone, until="bought")
    assert phone.open("/file/check").path == "/file/bought"
    assert phone.open("/file/safe").path == "/file/safe"
    assert phone.open("/file/nowhere").status == 404


def test_back_keeps_what_was_typed_on_the_page_that_is_left(phone: Phone) -> None:
    tell(phone, until="story")
    phone.press("Back", {"narrative": "Half a sent"})
    assert phone.path == "/file/bought"
    assert phone.filled()["item"] == "Porcelain tea set"
    phone.submit()
    assert phone.filled()["narrative"] == "Half a sent"


def test_another_language_keeps_what_was_typed_and_goes_on_on_the_same_page(phone: Phone) -> None:
    tell(phone, until="want")
    phone.press(name="go", value="lang-ar", given={"remedies": ["refund", "apology"], "amount": "12x"})
    assert phone.path == "/file/want"
    html = phone.page.find("html")[0]
    assert (html["lang"], html["dir"]) == ("ar", "rtl")
    assert not phone.errors, "changing the language is no attempt to continue"
    filled = phone.filled()
    assert filled.getlist("remedies") == ["refund", "apology"]
    assert filled["amount"] == "12x"


def test_a_closed_tab_is_taken_up_again(phone: Phone) -> None:
    tell(phone, until="want")
    phone.open("/file")
    assert phone.heading == "You have begun a complaint"
    assert "Broken, faulty or spoiled" in phone.text
    assert phone.follow("Go on").path == "/file/want"


def test_what_was_typed_can_be_deleted_to_begin_anew(phone: Phone) -> None:
    tell(phone, until="want")
    phone.open("/file").press("Delete it")
    assert phone.path == "/file"
    assert phone.heading == "What happened?"
    assert phone.open("/file/want").path == "/file"


def test_another_device_goes_on_by_the_link(phone: Phone, client: FlaskClient) -> None:
    tell(phone, until="story")
    phone.press("Continue on another device", {"narrative": "Half"})
    link = next(a["href"] for a in phone.page.find("a") if "/draft/" in a["href"])

    tablet = Phone(client.application.test_client())
    tablet.open(link[link.index("/draft/") :])
    assert tablet.heading == "Continue your complaint here"
    tablet.press("Continue here")
    assert tablet.path == "/file/story"
    assert tablet.filled()["narrative"] == "Half"


def test_opening_the_link_to_a_draft_takes_nothing_over(client: FlaskClient, phone: Phone) -> None:
    tell(phone, until="story")
    draft = phone.filled()["draft"]
    stranger = Phone(client.application.test_client())
    stranger.open(f"/draft/{draft}")
    assert stranger.open("/file").heading == "What happened?"


def test_a_draft_that_is_gone_says_so(phone: Phone) -> None:
    assert phone.open("/draft/nothing-like-that").status == 404
    assert "deleted after 30 days" in phone.text


def test_what_is_typed_into_a_page_whose_draft_was_deleted_is_not_lost(phone: Phone) -> None:
    tell(phone, until="story")
    data = phone.filled()
    other = Phone(phone.client)
    other.open("/file").press("Delete it")
    data["narrative"] = "Typed after the deletion"
    phone.send("/file/story", data)
    assert "no longer here" in phone.text
    phone.submit({"category": "price_or_fee"}).submit({"dangers": ["safe"]}).submit(answers()["where"])
    phone.submit(answers()["bought"])
    assert phone.filled()["narrative"] == "Typed after the deletion"


def test_changing_an_answer_from_the_last_page_leads_back_to_it(phone: Phone) -> None:
    tell(phone).follow("Change: What went wrong")
    assert phone.path == "/file/story"
    phone.submit({"narrative": "Another story"})
    assert phone.path == "/file/check"
    assert "Another story" in phone.text


# --- sending


def test_sending_twice_leads_to_the_same_case(phone: Phone) -> None:
    tell(phone, factories.shop().id)
    data = phone.filled()
    data.update({"handling": "y", "to_shop": "y"})
    phone.send("/file/check", data)
    first = phone.url
    phone.send("/file/check", data)
    assert phone.url == first
    assert cases() == 1


def test_coming_back_to_the_wizard_after_sending_leads_to_the_case_or_to_another_complaint(phone: Phone) -> None:
    send(tell(phone, factories.shop().id))
    phone.open("/file/check")
    assert phone.heading == "This complaint was sent already"
    phone.press("File another complaint")
    assert phone.heading == "What happened?"


def test_an_old_page_sent_after_filing_leads_to_the_case_and_changes_nothing(phone: Phone) -> None:
    tell(phone, factories.shop().id, until="reach")
    old = phone.filled()
    phone.submit(answers()["reach"])
    send(phone)
    old["name"] = "Somebody else"
    phone.send("/file/reach", old)
    assert phone.heading == "Your complaint is filed"
    assert the_case().tourist.name == "Hana"


def test_without_the_needed_consent_nothing_is_sent_and_the_other_consents_stay_ticked(phone: Phone) -> None:
    tell(phone, factories.shop().id)
    phone.submit({"to_shop": "y"})
    assert cases() == 0
    assert "We may only handle your case if you agree to that." in phone.errors
    assert "to_shop" in phone.filled()
    assert "handling" not in phone.filled()


def test_no_consent_is_given_in_advance(phone: Phone) -> None:
    tell(phone)
    assert not any("checked" in box for box in phone.page.find("input") if box["type"] == "checkbox")


def test_answers_that_changed_on_another_device_are_shown_before_they_are_sent(phone: Phone) -> None:
    tell(phone, factories.shop().id)
    data = phone.filled()
    data["handling"] = "y"
    tablet = Phone(phone.client)
    tablet.open("/file/story").submit({"narrative": "Changed elsewhere"})
    phone.send("/file/check", data)
    assert cases() == 0
    assert "changed in the meantime" in phone.text
    assert "Changed elsewhere" in phone.text
    phone.submit()
    assert the_case().complaint.narrative is not None
    assert the_case().complaint.narrative.body == "Changed elsewhere"


def test_a_departure_that_has_passed_meanwhile_is_asked_for_again(phone: Phone) -> None:
    leaves = (clock.now() + timedelta(hours=3)).astimezone(clock.SHANGHAI)
    tell(
        phone,
        factories.shop().id,
        leave={
            "departure": "known",
            "on-year": str(leaves.year),
            "on-month": str(leaves.month),
            "on-day": str(leaves.day),
            "hour": str(leaves.hour),
        },
    )
    clock.stand_at(clock.now() + timedelta(days=2))
    db.session.commit()
    phone.submit({"handling": "y"})
    assert phone.path == "/file/leave"
    assert phone.errors
    phone.submit({"departure": "departed"})
    assert phone.path == "/file/check"
    assert "handling" in phone.filled(), "the consents given are still there"
    phone.submit()
    assert the_case().departure == "departed"


def test_sending_from_two_tabs_in_the_same_moment_makes_one_case(own_app: Flask) -> None:
    with own_app.app_context():
        shop_id = factories.shop().id
    phone = tell(Phone(own_app.test_client()), shop_id)
    data = phone.filled()
    data["handling"] = "y"
    cookie = phone.client.get_cookie("session")
    assert cookie is not None

    def press(_tab: int) -> str:
        tab = own_app.test_client()
        tab.set_cookie("session", cookie.value)
        answer = tab.post("/file/check", data=data)
        assert answer.status_code == 303
        return answer.headers["Location"]

    with ThreadPoolExecutor(4) as tabs:
        leads_to = set(tabs.map(press, range(4)))

    assert len(leads_to) == 1
    with own_app.app_context():
        assert cases() == 1


def test_somebody_who_only_has_the_link_to_the_draft_does_not_get_to_the_case(
    phone: Phone, client: FlaskClient
) -> None:
    tell(phone, factories.shop().id)
    draft = phone.filled()["draft"]
    send(phone)
    stranger = Phone(client.application.test_client()).open(f"/draft/{draft}")
    assert stranger.heading == "This complaint was sent already"
    stranger.open("/file")
    data = stranger.filled()
    data["draft"] = draft
    stranger.send("/file/check", data)
    assert stranger.path == "/file/what"
    assert cases() == 1


# --- danger


def test_a_danger_shows_the_emergency_numbers_before_anything_else(phone: Phone) -> None:
    tell(phone, until="safe").submit({"dangers": ["threat", "safe"]})
    assert phone.path == "/file/emergency"
    assert phone.heading == "Call for help first"
    calls = [a["href"] for a in phone.page.find("main")[0].find("a") if a["href"].startswith("tel:")]
    assert calls[:3] == ["tel:110", "tel:120", "tel:119"]
    phone.follow("Go on with my complaint")
    assert phone.path == "/file/where"
    assert "110" in phone.text


def test_a_danger_told_of_on_the_last_page_shows_the_numbers_and_leads_back(phone: Phone) -> None:
    tell(phone).follow("Change: Safety").submit({"dangers": ["theft"]})
    assert phone.path == "/file/emergency"
    phone.follow("Go on with my complaint")
    assert phone.path == "/file/check"


def test_a_complaint_with_a_danger_is_filed_and_kept_for_the_duty_officer(phone: Phone) -> None:
    tell(phone, factories.shop().id, safe={"dangers": ["injury"]})
    assert "A duty officer takes it by hand" in phone.text
    send(phone)
    assert the_case().emergency
    assert the_case().complaint.dangers == ["injury"]
    assert "tel:120" in [a["href"] for a in phone.page.find("main")[0].find("a")]


# --- limits


def test_the_first_page_and_all_it_loads_weigh_less_than_100_kb(client: FlaskClient) -> None:
    phone = Phone(client, "ar").open("/file")
    total = len(gzip.compress(phone.html.encode()))
    wanted = {e["href"] for e in phone.page.find("link") if e["rel"] in ("stylesheet", "icon")}
    wanted |= {e["src"] for e in phone.page.find("script", "img") if e["src"]}
    wanted |= {e["href"].split("#")[0] for e in phone.page.find("use")}
    for address in wanted:
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        total += len(answer.data)
    assert len(wanted) >= 5
    assert total < 100_000
