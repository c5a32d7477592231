"""The page of a return: where it stands, where to hand it over, receipts, the offer, the dispute, the money, the tax refund."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from disputes import clock
from disputes.cases import commands
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.notifications.models import Message
from disputes.returns import deciding, handing, inspecting, taxing
from disputes.rules.lifecycle import State
from disputes.rules.packages import Goods, Package, Remedy
from disputes.rules.publishing import Reach
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade, RefusalGround, RejectionReason
from disputes.web.sessions import SignedIn, return_token
from tests import factories as make
from tests.returns import returned as back
from tests.web.public.phone import Phone
from tests.web.public.telling import picture


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    return Phone(client)


def at(phone: Phone, case: Case, more: str = "") -> Phone:
    return phone.open(f"/c/{make.token_of(case)}{more}")


def state_of(case: Case) -> str:
    db.session.expire_all()
    return db.session.get(Case, case.id).state  # type: ignore[union-attr]


# --- where it stands


def test_every_state_says_who_acts_and_until_when(phone: Phone) -> None:
    for built, words in (
        (back.requested, "The shop has your return and must answer"),
        (back.approved, "Approved: you can hand the goods over"),
        (back.received, "The shop has your goods and looks at them"),
        (back.refund_due, "The shop must pay you back"),
        (back.refunded, "The shop says it has paid you back. Has it arrived?"),
    ):
        case = built()
        at(phone, case)
        assert phone.heading == words
        assert "Silk scarf" in phone.text
        assert "How was this counted?" in phone.text
        assert "CN¥388.00" in phone.text


def test_a_companion_reads_along_and_can_do_nothing(phone: Phone) -> None:
    case = back.requested(companion_email="friend@guests.example")
    phone.open(f"/c/{make.token_of(case, 'companion')}")
    assert phone.heading == "Return asked for"
    assert "Where to hand it over" not in phone.text
    assert phone.open(f"/c/{make.token_of(case, 'companion')}/places").status == 403


def test_the_pages_of_a_return_lead_back_from_a_dispute(phone: Phone) -> None:
    case = make.with_merchant()
    for page in ("places", "parcel", "dispute", "tax", "tax/checklist", "declared"):
        assert at(phone, case, f"/{page}").path == f"/c/{make.token_of(case)}"


# --- handing over


def test_the_places_are_the_shop_its_branches_and_the_desks_with_their_hours(phone: Phone) -> None:
    shop = make.shop(name_zh="解放碑丝绸店")
    branch = make.shop(shop.merchant, name_zh="春熙路丝绸店")
    back.pledged(shop, reach=Reach.EVERYWHERE)
    back.desk(accepting=shop)
    case = back.requested(shop)
    with transaction():
        deciding.approve(case.id, None, make.shop_of(case))
    at(phone, case).follow("Where to hand it over")
    assert "解放碑丝绸店" in phone.text
    assert branch.name_zh in phone.text
    assert "江北机场退货服务台" in phone.text
    assert "10:00–22:00" in phone.text
    assert "Accepts for this shop" in phone.text


def test_a_parcel_is_followed_by_its_number_and_its_proof(phone: Phone) -> None:
    case = back.approved()
    at(phone, case).follow("Where to hand it over").follow("I have sent the parcel")
    phone.submit({})
    assert len(phone.errors) == 2
    phone.submit({"carrier": "EMS", "tracking_number": "EE123", "files": [(io.BytesIO(picture()), "proof.jpg")]})
    assert state_of(case) == State.HANDED_OVER
    assert "EE123" in phone.text
    assert "proof.jpg" in phone.text
    assert "You → Carrier" in phone.text


def test_no_parcel_goes_before_the_shops_yes(phone: Phone) -> None:
    case = back.requested()
    assert at(phone, case, "/parcel").status == 409


def test_a_receipt_names_giver_taker_seal_and_grade(phone: Phone) -> None:
    case = back.approved()
    desk = back.desk()
    with transaction():
        handing.take_in(case.id, None, back.at_desk(desk), back.handed(case, Grade.AS_NEW), seal="S-4711")
    at(phone, case)
    assert "You → Return desk · Jiangbei Airport return desk" in phone.text
    assert "S-4711" in phone.text
    assert "As new" in phone.text


def test_the_screen_for_the_shop_is_chinese_with_article_and_code(phone: Phone) -> None:
    case = back.requested()
    at(phone, case).follow("Show it to the shop")
    assert "Silk scarf" in phone.text
    assert f"{case.number[:2]}-{case.number[2:6]}" in phone.text
    assert phone.page.find("html")[0]["lang"] == "zh-CN"
    assert phone.page.find("svg")


def test_whoever_has_left_sees_only_what_works_from_abroad(phone: Phone) -> None:
    case = back.approved()
    back.desk()
    make.departed(case)
    at(phone, case)
    assert "Show it to the shop" not in phone.text
    assert "I have sent the parcel" in phone.text
    at(phone, case, "/places")
    assert "江北机场退货服务台" not in phone.text
    assert "By parcel" in phone.text


# --- answers of the shop


def test_an_offer_is_accepted_and_the_money_is_due(phone: Phone) -> None:
    case = back.requested()
    with transaction():
        deciding.offer(case.id, None, make.shop_of(case), Package((Remedy.REFUND,), amount=38_800, goods=Goods.KEEP))
    at(phone, case).follow("Accept")
    assert "You need not hand anything over" in phone.text
    phone.press("Yes, I accept")
    assert state_of(case) == State.REFUND_DUE


def test_an_offer_declined_goes_to_an_officer(phone: Phone) -> None:
    case = back.requested()
    with transaction():
        deciding.offer(case.id, None, make.shop_of(case), Package((Remedy.EXCHANGE,), goods=Goods.GIVE_BACK))
    at(phone, case).follow("Decline")
    phone.press("Decline the offer")
    assert state_of(case) == State.TRIAGE


def test_a_refusal_becomes_a_dispute_with_one_tap(phone: Phone) -> None:
    case = back.requested()
    with transaction():
        deciding.refuse(case.id, None, make.shop_of(case), RefusalGround.NO_PROOF, "没有小票")
    at(phone, case)
    assert "No proof of the purchase" in phone.text
    phone.press("Make it a dispute")
    assert "Your return goes on as a dispute" in phone.text
    assert phone.path != f"/c/{make.token_of(case)}"
    assert state_of(case) == State.CLOSED
    at(phone, case).follow("Open the dispute that came of it")
    assert phone.status == 200


def test_a_rejection_shows_its_reasons_and_becomes_a_dispute(phone: Phone) -> None:
    case = back.received()
    with transaction():
        inspecting.inspect(
            case.id, None, make.shop_of(case), back.rejected(case, RejectionReason.DAMAGED), "杯口有缺口"
        )
    at(phone, case)
    assert "Damaged" in phone.text
    assert "杯口有缺口" in phone.text
    phone.follow("Say more first").press("Make it a dispute", {"words": "It was like that in the box."})
    assert "It was like that in the box." in phone.text


# --- the money


def test_the_refund_is_confirmed_with_one_tap(phone: Phone) -> None:
    case = back.refunded()
    at(phone, case)
    assert "RF-77" in phone.text
    phone.press("Yes, it has arrived")
    assert state_of(case) == State.CLOSED
    assert db.session.get(Case, case.id).outcome == "resolved"  # type: ignore[union-attr]


def test_a_refund_that_has_not_arrived_goes_to_an_officer(phone: Phone) -> None:
    case = back.refunded()
    at(phone, case).follow("No, it has not arrived")
    phone.press("It has not arrived", {"words": "My bank shows nothing."})
    assert state_of(case) == State.TRIAGE
    assert "You said it has not arrived" in phone.text


def test_nothing_more_is_owed_closes_it(phone: Phone) -> None:
    case = back.refunded()
    at(phone, case).follow("Nothing more is owed to me")
    phone.press("Nothing more is owed to me")
    assert db.session.get(Case, case.id).outcome == "waived"  # type: ignore[union-attr]


def test_a_return_is_withdrawn_while_the_goods_are_with_the_tourist(phone: Phone) -> None:
    case = back.approved()
    at(phone, case).follow("Withdraw my return")
    phone.submit()
    assert state_of(case) == State.CLOSED


# --- the tax refund


def test_an_unknown_tax_refund_is_asked_for_and_noted(phone: Phone) -> None:
    case = back.requested(tax=None)
    at(phone, case).follow("Say how far the tax refund has come")
    phone.submit({"state": "T1", "form_number": "TR-1", "invoice_amount": "776"})
    assert "Who owes whom" in phone.text
    assert back.record(case).tax.state == TaxState.T1  # type: ignore[union-attr]


def test_who_owes_whom_is_said_in_plain_words(phone: Phone) -> None:
    told = back.tax_told(TaxState.T2, refunded=6_984, upon_purchase=True)
    case = back.requested(tax=told, tax_state=TaxState.T2)
    at(phone, case)
    assert "Tax refund agency" in phone.text
    assert "not verified" in phone.text
    phone.follow("What customs look at before you fly")
    assert phone.status == 200


# --- the code


def test_the_code_tells_a_stranger_nothing_but_what_it_is(phone: Phone) -> None:
    case = back.requested()
    with phone.client.application.test_request_context():
        token = return_token(case)
    phone.open(f"/r/{token}")
    assert phone.status == 200
    assert "Hanako" not in phone.html
    assert "Silk scarf" not in phone.html
    assert phone.answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in phone.html


def test_the_code_leads_shops_and_desks_to_their_own_page(client: FlaskClient) -> None:
    shop = make.shop()
    branch = make.shop(shop.merchant)
    back.pledged(shop)
    case = back.requested(shop)
    assert branch.merchant_id == shop.merchant_id
    with client.application.test_request_context():
        token = return_token(case)
    for user, where in (
        (make.merchant_user(case.merchant), f"/merchant/cases/{case.number}"),
        (make.officer(), f"/staff/cases/{case.number}"),
    ):
        browser = client.application.test_client()
        with browser.session_transaction() as session:
            session["_user_id"], session["_fresh"] = SignedIn(user).get_id(), True
        answer = browser.get(f"/r/{token}")
        assert answer.headers["Location"].endswith(where)


def test_another_links_token_is_no_code(phone: Phone) -> None:
    case = back.requested()
    assert phone.open(f"/r/{make.token_of(case)}").status == 404
    with phone.client.application.test_request_context():
        token = return_token(case)
    assert phone.open(f"/c/{token}").status == 404


def test_a_return_that_is_over_says_so_and_opens_again(phone: Phone) -> None:
    case = back.requested()
    with transaction():
        commands.withdraw(case.id, None, make.tourist_of(case))
    at(phone, case)
    assert "This case is closed." in phone.text
    phone.press("Open my case again")
    assert state_of(case) == State.TRIAGE


def test_before_leaving_the_page_says_what_helps_most(phone: Phone) -> None:
    with transaction():
        soon = clock.now() + timedelta(hours=30)
    case = back.approved(departure="known", departure_at=soon)
    at(phone, case)
    assert "Before you leave" in phone.text
    assert taxing.effect(back.record(case)) is not None


def test_a_confirmed_address_gets_the_receipt_with_content_and_moment(phone: Phone) -> None:
    case = back.requested()
    phone.open(f"/c/{make.token_of(case, mailed=True)}").press("Yes, it is my address")
    letters = db.session.scalars(
        select(Message).where(Message.case_id == case.id, Message.recipient == "tourist")
    ).all()
    assert [m.template for m in letters] == ["case-link", "return-declared"]
    assert letters[1].slots["item"] == "Silk scarf"
    assert letters[1].slots["declared_at"]


def test_the_proof_of_refund_is_there_once_the_shop_has_reported_it(phone: Phone) -> None:
    case = back.refunded()
    at(phone, case)
    assert "Proof of refund" in phone.text
    paper = phone.client.get(f"/c/{make.token_of(case)}/refund.pdf")
    assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")
    due = back.refund_due()
    assert phone.client.get(f"/c/{make.token_of(due)}/refund.pdf").status_code == 404


def test_all_that_is_kept_of_a_return_can_be_taken_along(phone: Phone) -> None:
    case = back.refunded(tax=back.tax_told(TaxState.T0))
    data = phone.client.get(f"/c/{make.token_of(case)}/data.json").get_json()
    assert data["kind"] == "return"
    [item] = data["return"]["items"]
    assert (item["name"], item["verdict"]["strength"]) == ("Silk scarf", "promise")
    assert [row["taker"] for row in item["custody"]] == ["shop"]
    assert data["return"]["refunds"][0]["reference"] == "RF-77"
    assert data["return"]["tax_refund"]["state"] == "T0"
