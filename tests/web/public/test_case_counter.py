"""The screen for the shop, and the answer that is given there and then on the tourist's phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import force_locale, gettext
from sqlalchemy import select

from disputes import clock
from disputes.cases import commands, upkeep
from disputes.cases.models import Case, CounterCode
from disputes.db import db, transaction
from disputes.notifications.models import Message
from disputes.numbers import spoken
from disputes.rules.categories import Category, HowBought, Purpose
from disputes.rules.lifecycle import State
from disputes.rules.packages import Means, Within, package_of
from disputes.web.sentences import refusal
from tests import factories
from tests.web.page_checks import check_page
from tests.web.public.phone import Phone


def show(client, case: Case, language: str = "en") -> Phone:
    return Phone(client, language).open(f"/c/{factories.token_of(case)}/show")


def claim(client, case: Case, page: str = "") -> Phone:
    address = f"/c/{factories.token_of(case, 'counter')}/claim"
    return Phone(client, "ja").open(f"{address}/{page}" if page else address)


def sent_code(case: Case) -> str:
    query = select(Message).where(Message.case_id == case.id, Message.template == "counter-code").order_by(Message.id)
    return db.session.scalars(query).all()[-1].slots["code"]


def zh(words: str) -> str:
    """What stands on the page for the shop, which is in Chinese."""
    with force_locale("zh_CN"):
        return gettext(words)


def verified(client, case: Case) -> Phone:
    """A phone on which somebody has given the right code."""
    claim(client, case).press(zh("Send the code"))
    return claim(client, case, "enter").press(zh("Go on"), {"code": sent_code(case)})


PERSON = {"person": "王店员", "phone": "138 0000 0000"}


# --- the screen


@pytest.mark.parametrize("language", ["en", "ja", "ar", "zh-CN"])
def test_the_screen_is_in_chinese_whatever_the_tourist_reads(client, language):
    case = factories.with_merchant(item="陶瓷茶具")
    phone = show(client, case, language)
    check_page(phone.html, "zh_CN")
    assert "陶瓷茶具" in phone.text
    assert spoken(case.number) in phone.text
    lines = [line for line in phone.page.find("aside") if line["class"] == "card-own"]
    assert [p["lang"].split("-")[0] for p in lines] == [language.split("-")[0]]
    assert lines[0]["dir"] == ("rtl" if language == "ar" else "ltr")


def test_the_code_on_the_screen_opens_the_claim_and_not_the_tourists_own_page(client):
    case = factories.with_merchant()
    phone = show(client, case)
    page = phone.html
    assert f"/c/{factories.token_of(case, 'counter')}/claim" in page
    assert page.count(factories.token_of(case)) == page.count(f'href="/c/{factories.token_of(case)}"')


@pytest.mark.parametrize(
    ("category", "bought", "article"),
    [
        (Category.QUALITY_DEFECT, HowBought.COUNTER, "24"),
        (Category.FOOD_SAFETY, HowBought.COUNTER, "148"),
        (Category.RETURN_REFUND_REFUSED, HowBought.ONLINE, "25"),
        (Category.RETURN_REFUND_REFUSED, HowBought.AGENCY, "35"),
        (Category.SERVICE, HowBought.COUNTER, None),
        (Category.INVOICE, HowBought.COUNTER, None),
    ],
)
def test_an_article_stands_there_only_where_the_rule_book_gives_one_and_as_a_perhaps(client, category, bought, article):
    case = factories.with_merchant(category=category, how_bought=bought)
    phone = show(client, case)
    lines = [p.text for p in phone.page.find("p") if p["class"] == "card-law"]
    if article is None:
        assert lines == []
    else:
        assert article in lines[0]
        assert lines[-1] == zh("Whether it applies is for the competent body to decide, not for this service.")


def test_the_screen_shows_what_was_agreed_once_it_is(client):
    case = factories.settled()
    assert show(client, case).heading == zh("This was agreed. Please carry it out.")


@pytest.mark.parametrize("build", [factories.liaison, factories.closed, factories.referred])
def test_where_the_shop_has_nothing_to_answer_there_is_no_screen(client, build):
    case = build()
    token = factories.token_of(case)
    assert "Show it to the shop" not in client.get(f"/c/{token}").text
    assert client.get(f"/c/{token}/show").status_code == 303


# --- the claim


def test_the_claim_names_the_customer_and_hides_how_to_reach_them(client):
    case = factories.with_merchant()
    phone = claim(client, case)
    check_page(phone.html, "zh_CN")
    assert "Hana" in phone.text
    assert case.tourist.email not in phone.html
    assert "The tea set was cracked" in phone.text


@pytest.mark.parametrize(
    "build",
    [factories.filed, factories.triage, factories.with_merchant, factories.asked, factories.offered, factories.countered,
     factories.mediation, factories.proposed, factories.settled, factories.reported, factories.referral_ready],
)  # fmt: skip
def test_the_claim_is_a_whole_page_in_every_state(client, build):
    assert claim(client, build()).status == 200


def test_a_claim_that_may_not_be_passed_on_is_not_found(client):
    case = factories.with_merchant()
    with transaction():
        upkeep.consent(case.id, None, factories.tourist_of(case), Purpose.TO_SHOP, False)
    assert claim(client, case).status == 404


@pytest.mark.parametrize("build", [factories.closed, factories.liaison])
def test_a_claim_that_is_over_or_an_emergency_is_not_found(client, build):
    assert claim(client, build()).status == 404


def test_another_shop_ends_the_code_that_the_first_one_was_shown(client):
    case = factories.mediation()
    old = factories.token_of(case, "counter")
    by, other = factories.officer_of(case), factories.shop()
    with transaction():
        upkeep.change_shop(case.id, None, by, other.id)
    assert client.get(f"/c/{old}/claim").status_code == 404


def test_the_tourists_link_does_not_answer_for_the_shop(client):
    case = factories.with_merchant()
    assert client.get(f"/c/{factories.token_of(case)}/claim").status_code == 404


# --- with a code


def test_a_code_is_sent_to_the_shop_and_shown_to_nobody(client):
    case = factories.with_merchant()
    phone = claim(client, case).press(zh("Send the code"))
    assert phone.heading == zh("Type in the code")
    assert sent_code(case) not in phone.html
    assert case.shop.email not in phone.html
    assert "s•••@shops.example" in phone.text


def test_with_the_code_the_shop_accepts_the_claim(client):
    case = factories.with_merchant()
    phone = verified(client, case)
    assert zh("You answer as the shop") in phone.text
    phone.follow(zh("Accept as asked")).press(zh("Yes, we accept it"))
    assert case.state == State.SETTLED
    assert case.events[-1].by == "merchant"
    assert zh("Please hand the phone back to the customer, who decides how to go on.") in phone.text


@pytest.mark.parametrize("build", [factories.countered, factories.mediation])
def test_what_the_screen_asks_for_is_what_the_shop_gives_by_accepting(client, build):
    case = build(claim=factories.HALF) if build is factories.mediation else build()
    phone = verified(client, case).follow(zh("Accept as asked"))
    shown = phone.page.find("strong")[0].text
    phone.press(zh("Yes, we accept it"))
    assert f"{package_of(case.settlement.offer.package).amount // 100:,}" in shown


def test_with_the_code_the_shop_offers_and_the_offer_binds(client):
    case = factories.with_merchant()
    phone = verified(client, case).follow(zh("Offer something else"))
    filled = phone.filled()
    assert (filled["amount"], filled["means"], filled["within"]) == ("1280", Means.CASH, Within.TODAY)
    assert "person" not in filled
    phone.press(
        zh("Send the offer to the customer"), {"remedies": ["price_difference"], "amount": "900", "words": "现金退还"}
    )
    assert (case.state, case.open_offer.verified) == (State.OFFERED, True)
    assert package_of(case.open_offer.package).amount == 90_000


def test_with_the_code_the_shop_contests_with_reasons(client):
    case = factories.with_merchant()
    phone = verified(client, case).follow(zh("Disagree, with reasons")).press(zh("Send the reasons"))
    assert len(phone.errors) == 2
    phone.press(zh("Send the reasons"), {"reason": "as_described", "words": "商品与描述一致"})
    assert case.state == State.MEDIATION


def test_with_the_code_the_shop_answers_a_proposal_and_reports_the_money(client):
    case = factories.proposed()
    verified(client, case).follow(zh("Agree to the mediator’s proposal")).press(zh("Yes, we agree"))
    assert case.open_offer.merchant_agreed_at is not None
    other = factories.proposed()
    verified(client, other).follow(zh("Turn the proposal down")).press(
        zh("Turn the proposal down"), {"words": "不同意"}
    )
    assert other.state == State.MEDIATION
    paid = factories.settled()
    verified(client, paid).follow(zh("Paid, or done as agreed")).press(
        zh("Report that it is done"), {"means": "cash", "reference": "No. 7"}
    )
    assert (paid.settlement.means, paid.settlement.reference) == ("cash", "No. 7")


def test_one_answer_uses_the_code_up(client):
    case = factories.with_merchant()
    verified(client, case).follow(zh("Offer something else")).press(zh("Send the offer to the customer"))
    phone = claim(client, case)
    assert zh("You answer as the shop") not in phone.text
    phone = claim(client, case, "accept")
    assert case.state == State.OFFERED


def test_a_cookie_kept_from_before_the_answer_opens_nothing(client):
    case = factories.with_merchant()
    verified(client, case)
    kept = client.get_cookie("session").value
    claim(client, case, "offer").press(zh("Send the offer to the customer"))
    client.set_cookie("session", kept)
    assert zh("You answer as the shop") not in claim(client, case).text


def test_a_wrong_code_is_told_and_counted(client):
    case = factories.with_merchant()
    claim(client, case).press(zh("Send the code"))
    wrong = f"{(int(sent_code(case)) + 1) % 1_000_000:06d}"
    phone = claim(client, case, "enter")
    for _ in range(4):
        phone.press(zh("Go on"), {"code": wrong})
        assert phone.errors == [zh("This code is not right. Check the six digits.")]
    phone.press(zh("Go on"), {"code": wrong})
    assert phone.errors == [zh("This code is not valid any more. Have a new one sent.")]
    phone.press(zh("Go on"), {"code": sent_code(case)})
    assert phone.errors == [zh("This code is not valid any more. Have a new one sent.")]
    assert db.session.scalars(select(CounterCode.tries)).all() == [5]


def test_an_expired_code_is_told(client):
    case = factories.with_merchant()
    claim(client, case).press(zh("Send the code"))
    with transaction():
        clock.stand_at(clock.now() + timedelta(minutes=11))
    phone = claim(client, case, "enter").press(zh("Go on"), {"code": sent_code(case)})
    assert phone.errors == [zh("This code is not valid any more. Have a new one sent.")]


def test_a_used_code_opens_nothing_on_a_second_phone(client, app):
    case = factories.with_merchant()
    verified(client, case)
    second = Phone(app.test_client()).open(f"/c/{factories.token_of(case, 'counter')}/claim/enter")
    second.press(zh("Go on"), {"code": sent_code(case)})
    assert second.errors == [zh("This code is not valid any more. Have a new one sent.")]


def test_too_many_codes_are_refused_with_a_sentence(client):
    case = factories.with_merchant()
    for _ in range(3):
        claim(client, case).press(zh("Send the code"))
    phone = claim(client, case).press(zh("Send the code"))
    with force_locale("zh_CN"):
        assert refusal("too_many_codes") in phone.text


def test_whoever_stops_answering_needs_a_new_code(client):
    case = factories.with_merchant()
    verified(client, case).press(zh("Stop answering as the shop"))
    assert zh("You answer as the shop") not in claim(client, case).text


# --- without one


def test_somebody_unverified_offers_with_name_and_phone(client):
    case = factories.with_merchant()
    phone = claim(client, case).follow(zh("Pay or offer something"))
    assert zh("Unverified, given at the counter") in phone.text
    phone.press(zh("Send the offer to the customer"), {"remedies": ["price_difference"], "amount": "600"})
    assert len(phone.errors) == 2  # name and phone are needed
    phone.press(
        zh("Send the offer to the customer"),
        {"remedies": ["price_difference"], "amount": "600", "words": "现在付现金", **PERSON},
    )
    assert (case.state, case.open_offer.verified) == (State.OFFERED, False)
    assert case.events[-1].by == "counter"
    assert [t.body for t in case.texts if t.purpose == "given_by"] == ["王店员\n138 0000 0000"]
    tourist = Phone(client).open(f"/c/{factories.token_of(case)}")
    assert "王店员" in tourist.text
    assert "Unverified, given at the counter" in tourist.text


def test_an_unknown_shop_can_be_answered_for_at_the_counter(client):
    case = factories.triage()
    phone = claim(client, case)
    assert zh("Send the code") not in phone.text
    assert "/merchant/cases/" not in phone.html
    phone.follow(zh("Pay or offer something")).press(zh("Send the offer to the customer"), PERSON)
    assert case.state == State.OFFERED


def test_somebody_unverified_reports_that_it_was_paid(client):
    case = factories.settled()
    phone = claim(client, case).follow(zh("Paid, or done as agreed"))
    phone.press(zh("Report that it is done"), {"means": "cash", **PERSON})
    assert case.settlement.reported_at is not None
    assert case.state == State.SETTLED  # only the tourist can say that it has arrived


@pytest.mark.parametrize("answer", ["accept", "contest", "agree", "reject"])
def test_somebody_unverified_binds_the_shop_to_nothing(client, answer):
    for case in (factories.with_merchant(), factories.proposed()):
        state, version = case.state, case.version
        phone = claim(client, case, answer)
        assert zh("This answer is not possible at the moment. The page shows what can be done now.") in phone.text
        csrf = phone.page.find("input")[0]["value"] if phone.page.find("input") else ""
        phone.client.post(
            f"/c/{factories.token_of(case, 'counter')}/claim/{answer}",
            data={"csrf_token": csrf, "version": version, "reason": "other", "words": "x"},
        )
        assert (case.state, case.version) == (state, version)


def test_a_case_that_moved_on_asks_the_counter_to_look_again(client):
    case = factories.with_merchant()
    phone = claim(client, case, "offer")
    with transaction():
        commands.write(case.id, None, factories.tourist_of(case), "Are you there?", "en")
    phone.press(zh("Send the offer to the customer"), {"remedies": ["price_difference"], "amount": "600", **PERSON})
    assert phone.status == 409
    assert (
        zh("The case changed while you were writing. Please look at the claim again, then send your answer once more.")
        in phone.text
    )
    assert phone.filled()["amount"] == "600"
    phone.press(zh("Send the offer to the customer"))
    assert case.state == State.OFFERED


def test_the_way_back_is_there_only_on_the_tourists_own_phone(client, app):
    case = factories.with_merchant()
    show(client, case).follow(zh("Answer here and now")).follow(zh("Pay or offer something"))
    done = Phone(client, "en").open(f"/c/{factories.token_of(case, 'counter')}/claim/done")
    assert "This is my phone: back to my case" in done.page.text
    other = Phone(app.test_client()).open(f"/c/{factories.token_of(case, 'counter')}/claim/done")
    assert "back to my case" not in other.page.text


def test_looking_at_the_counters_pages_takes_no_step(client):
    case = factories.settled()
    version, letters = case.version, db.session.query(Message).count()
    for page in ("", "enter", "end", "code", "done", "offer", "accept", "contest", "agree", "reject", "paid"):
        client.get(f"/c/{factories.token_of(case, 'counter')}/claim/{page}".rstrip("/"))
    assert (case.version, db.session.query(Message).count()) == (version, letters)
    assert db.session.query(CounterCode).count() == 0
