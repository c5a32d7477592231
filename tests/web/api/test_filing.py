"""A desk files a complaint for a guest: what becomes of it, and what is refused with which reason."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from disputes import clock
from disputes.accounts import commands as accounts
from disputes.accounts.actors import SYSTEM
from disputes.accounts.scopes import Scope
from disputes.cases import queries
from disputes.cases.models import Case, Evidence
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.notifications.models import Message
from disputes.rules.lifecycle import State
from disputes.rules.packages import Goods, Remedy, Shipping, Within, package_of
from tests import factories
from tests.web.api.conftest import Desk, as_parts, call, complaint, errors_of


def case_of(filed: dict[str, Any]) -> Case:
    return queries.find(filed["number"], SYSTEM)


def cases() -> int:
    return db.session.scalar(select(func.count()).select_from(Case)) or 0


# --- what becomes of it


def test_a_complaint_becomes_a_case_that_number_words_and_link_open(desk: Desk, client: FlaskClient) -> None:
    answer = desk.post("/complaints", complaint())
    filed = answer.get_json()
    assert answer.status_code == 201
    assert (filed["state"], filed["version"], filed["deadlines"]) == ("received", 1, [])
    assert filed["link"].endswith(f"/c/{filed['token']}")
    assert client.get(f"/c/{filed['token']}").status_code == 200
    assert " ".join(filed["words"]) == factories.words_of(case_of(filed), "ja")
    assert filed["number_spoken"].replace("-", "") == filed["number"]
    assert answer.headers["Location"] == f"/api/v1/complaints/{filed['number']}"
    assert desk.get(f"/complaints/{filed['number']}").status_code == 200


def test_what_the_guest_told_is_kept_and_the_desk_is_noted_as_the_one_who_filed(desk: Desk) -> None:
    shop = factories.shop()
    leaves = clock.now() + timedelta(days=2)
    case = case_of(
        desk.file(
            shop={"id": shop.id},
            purchase={
                "item": "Tea set", "on": clock.today().isoformat(), "how_bought": "agency", "paid_how": "cash",
                "amount": 9900, "currency": "JPY", "invoice_number": "No. 7",
            },
            claim={"remedies": ["refund", "other"], "amount": 9900, "currency": "JPY", "goods": "keep", "means": "cash", "words": "A letter."},
            departure={"status": "known", "at": leaves.isoformat(), "port": "CKG"},
            guest={"name": "Léa", "language": "zh-CN", "country": "JP", "email": "Lea@Travellers.Example", "companion_email": "guide@travellers.example"},
            consents=["handling", "to_shop", "abroad"],
        )
    )  # fmt: skip
    told = case.complaint
    assert (told.channel, told.key_id) == ("api", desk.key.id)
    assert case.events[0].by == f"partner:{desk.key.id}"
    assert (case.shop_id, told.trade, told.how_bought, told.paid_how) == (shop.id, shop.trade, "agency", "cash")
    assert (told.item, told.invoice_number, told.bought_on) == ("Tea set", "No. 7", clock.today())
    assert (told.amount, told.currency) == (9900, "JPY")
    assert (case.departure, case.departure_at, case.departure_port) == ("known", leaves, "CKG")
    assert (case.language, case.tourist.name, case.tourist.email) == ("zh_CN", "Léa", "Lea@travellers.example")
    assert case.tourist.time_zone == "Asia/Tokyo"
    assert [contact.party for contact in case.contacts] == ["tourist", "companion"]
    assert {consent.purpose for consent in case.consents} == {"handling", "to_shop", "abroad"}
    claim = package_of(case.claim.package)
    assert claim.remedies == (Remedy.REFUND, Remedy.OTHER)
    assert (claim.amount, claim.currency, claim.goods, claim.means) == (9900, "JPY", Goods.KEEP, "cash")
    assert claim.within is Within.ONE_DAY, "the guest leaves in two days"
    assert case.claim.text is not None
    assert case.claim.text.body == "A letter."


def test_a_shop_is_also_known_by_the_code_of_its_sticker(desk: Desk) -> None:
    shop = factories.shop()
    assert case_of(desk.file(shop={"code": shop.code.lower()})).shop_id == shop.id


def test_as_little_as_possible_is_enough(desk: Desk) -> None:
    filed = desk.file()
    sent = complaint(
        shop={"address": "春熙路", "division": "510104", "trade": "other"}, guest={"name": "S.", "language": "ar"},
        claim={"remedies": ["apology"]}, consents=["handling"],
    )  # fmt: skip
    del sent["purchase"], sent["departure"]
    filed = desk.post("/complaints", sent).get_json()
    case = case_of(filed)
    assert (case.departure, case.complaint.amount, case.complaint.currency) == ("unknown", None, None)
    assert case.tourist.email is None
    assert package_of(case.claim.package).within is Within.SEVEN_DAYS
    assert filed["words_language"] == "en", "there is no list of words in Arabic"


def test_goods_are_handed_over_in_the_shop_or_sent_at_its_cost_after_the_departure(desk: Desk) -> None:
    claim = {"remedies": ["exchange"], "goods": "give_back"}
    here = case_of(desk.file(claim=claim))
    gone = case_of(desk.file(claim=claim, departure={"status": "departed"}))
    assert package_of(here.claim.package).shipping is Shipping.IN_SHOP
    assert package_of(gone.claim.package).shipping is Shipping.SHOP_PAYS
    assert gone.remote_since is not None


def test_the_link_goes_to_the_guests_address(desk: Desk) -> None:
    case = case_of(desk.file())
    letters = db.session.scalars(select(Message).where(Message.case_id == case.id)).all()
    assert [letter.address for letter in letters] == ["hana@travellers.example"]


def test_a_guest_without_an_address_gets_no_letter(desk: Desk) -> None:
    case = case_of(desk.file(guest={"name": "Hana", "language": "en"}))
    assert not db.session.scalars(select(Message).where(Message.case_id == case.id)).all()


def test_the_answer_says_by_when_what_will_happen(desk: Desk) -> None:
    shop = factories.shop()
    outlook = desk.file(shop={"id": shop.id})["outlook"]
    assert outlook["straight_to_shop"]
    assert [rung["clock"] for rung in outlook["clocks"]] == ["shop_answer", "decision", "shop_proposal"]
    first = outlook["clocks"][0]
    assert (first["owes"], first["rule"]) == ("merchant", "S-SHOP-ANSWER")
    assert first["due_at"].endswith("Z")
    assert first["lines"][-1]["date"] == first["due_on"]
    assert outlook["authority"] == {"code": "market_regulation", "line": "12315"}
    assert outlook["ends_before_departure"] is None
    leaving = {"status": "known", "at": (clock.now() + timedelta(hours=9)).isoformat()}
    assert desk.file(shop={"id": shop.id}, departure=leaving)["outlook"]["ends_before_departure"] is not None


def test_an_emergency_is_for_the_duty_officer_and_promises_no_clock(desk: Desk) -> None:
    filed = desk.file(dangers=["injury", "injury"])
    case = case_of(filed)
    assert case.emergency
    assert case.complaint.dangers == ["injury"]
    assert filed["outlook"] is None


def test_the_case_goes_the_way_of_every_other(desk: Desk) -> None:
    filed = desk.file(shop={"id": factories.shop().id})
    case = case_of(filed)
    assert case.state == State.RECEIVED
    with transaction():
        intake.route(queries.lock(case.id, SYSTEM))
    told = desk.get(f"/complaints/{filed['number']}").get_json()
    assert told["state"] == "with_merchant"
    assert [deadline["clock"] for deadline in told["deadlines"]] == ["shop_answer"]


# --- files


def test_files_come_with_the_complaint(desk: Desk, client: FlaskClient) -> None:
    parts = as_parts(
        "complaint", complaint(), (factories.picture(), "cup.jpg"), (factories.picture((1, 2, 3)), "收据.jpg")
    )
    answer = call(client, "POST", "/complaints", desk.secret, data=parts)
    assert answer.status_code == 201, answer.get_json()
    case = case_of(answer.get_json())
    assert [(file.name, file.media_type, file.by_role) for file in case.evidence] == [
        ("cup.jpg", "image/jpeg", "tourist"), ("收据.jpg", "image/jpeg", "tourist"),
    ]  # fmt: skip


def test_the_json_may_be_a_part_with_a_name_and_a_type(desk: Desk, client: FlaskClient) -> None:
    parts = as_parts("complaint", complaint())
    body = (io.BytesIO(parts["complaint"].encode()), "complaint.json", "application/json")
    answer = call(client, "POST", "/complaints", desk.secret, data={"complaint": body})
    assert answer.status_code == 201


def test_a_refused_file_refuses_the_complaint_and_says_why(desk: Desk, client: FlaskClient) -> None:
    before = cases()
    parts = as_parts(
        "complaint", complaint(), (factories.picture(), "cup.jpg"), (b"MZ\x90\x00 no picture", "receipt.jpg")
    )
    wrong = errors_of(call(client, "POST", "/complaints", desk.secret, data=parts))
    assert set(wrong) == {"evidence.1"}
    assert wrong["evidence.1"][0].startswith("receipt.jpg")
    assert cases() == before
    assert db.session.scalar(select(func.count()).select_from(Evidence)) == 0


def test_more_files_than_ten_are_too_many(desk: Desk, client: FlaskClient) -> None:
    files = [(factories.picture((n, 0, 0), (8, 8)), f"{n}.jpg") for n in range(11)]
    wrong = errors_of(call(client, "POST", "/complaints", desk.secret, data=as_parts("complaint", complaint(), *files)))
    assert set(wrong) == {"evidence"}


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({}, "complaint"),
        ({"complaint": [json.dumps(complaint()), "{}"]}, "complaint"),
        ({"complaint": json.dumps(complaint()), "note": "x"}, "note"),
        ({"complaint": json.dumps(complaint()), "evidence": "a text and no file"}, "evidence"),
    ],
)
def test_wrong_parts_are_named(desk: Desk, client: FlaskClient, parts: dict[str, Any], wrong: str) -> None:
    answer = call(client, "POST", "/complaints", desk.secret, data=parts, content_type="multipart/form-data")
    assert set(errors_of(answer)) == {wrong}


# --- what is refused


def changed(path: str, value: Any) -> dict[str, Any]:
    """The complaint with another value at this path."""
    sent = copy.deepcopy(complaint())
    *above, last = path.split(".")
    at = sent
    for name in above:
        at = at[name]
    at[last] = value
    return sent


DAY = timedelta(days=1)
TEXTS = (
    "narrative", "shop.name", "shop.address", "purchase.item", "purchase.invoice_number", "claim.words", "guest.name",
)  # fmt: skip


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("character", [r"\u0000", r"\ud800", r"\udfff"])
def test_a_text_that_no_database_can_hold_is_a_wrong_field(desk: Desk, path: str, character: str) -> None:
    sent = changed(path, f"tea{json.loads(chr(34) + character + chr(34))}set")
    assert set(errors_of(desk.post("/complaints", sent))) == {path}


@pytest.mark.parametrize(
    ("path", "longest"),
    [
        ("narrative", 20_000), ("shop.name", 200), ("shop.address", 500), ("purchase.item", 200),
        ("purchase.invoice_number", 80), ("claim.words", 500), ("guest.name", 80),
    ],
)  # fmt: skip
def test_a_text_has_room_up_to_its_limit_and_says_how_long_it_is_beyond(desk: Desk, path: str, longest: int) -> None:
    assert desk.post("/complaints", changed(path, "字" * longest)).status_code == 201
    wrong = errors_of(desk.post("/complaints", changed(path, "字" * (longest + 1))))
    assert set(wrong) == {path}
    assert str(longest) in wrong[path][0]


@pytest.mark.parametrize(
    ("path", "value", "wrong"),
    [
        ("category", "theft_of_time", "category"),
        ("category", None, "category"),
        ("category", ["price_or_fee"], "category"),
        ("narrative", " \n\u3000", "narrative"),
        ("narrative", 7, "narrative"),
        ("colour", "red", "colour"),
        ("guest.colour", "red", "guest.colour"),
        ("guest.\ud800", "red", "guest.?"),
        ("guest", "Hana", "guest"),
        ("guest.name", "", "guest.name"),
        ("guest.language", "tlh", "guest.language"),
        ("guest.language", "zh_CN", "guest.language"),
        ("guest.email", "hana", "guest.email"),
        ("guest.email", "a\0@b.example", "guest.email"),
        ("guest.email", "x" * 300 + "@b.example", "guest.email"),
        ("guest.companion_email", "nobody@", "guest.companion_email"),
        ("guest.country", "XX", "guest.country"),
        ("guest.time_zone", "Mars/Olympus", "guest.time_zone"),
        ("guest.time_zone", "../../etc/passwd", "guest.time_zone"),
        ("purchase.on", "2026-02-30", "purchase.on"),
        ("purchase.on", "20261120", "purchase.on"),
        ("purchase.on", "1899-12-31", "purchase.on"),
        ("purchase.on", "9999-12-31", "purchase.on"),
        ("purchase.on", 20261120, "purchase.on"),
        ("purchase.how_bought", "by_force", "purchase.how_bought"),
        ("purchase.paid_how", "", "purchase.paid_how"),
        ("purchase.amount", -1, "purchase.amount"),
        ("purchase.amount", 12.5, "purchase.amount"),
        ("purchase.amount", "128000", "purchase.amount"),
        ("purchase.amount", True, "purchase.amount"),
        ("purchase.amount", 10**30, "purchase.amount"),
        ("purchase.currency", "DOGE", "purchase.currency"),
        ("claim.remedies", [], "claim.remedies"),
        ("claim.remedies", "refund", "claim.remedies"),
        ("claim.remedies", ["refund", "revenge"], "claim.remedies.1"),
        ("claim.remedies", [None], "claim.remedies.0"),
        ("claim.remedies", ["refund"] * 10, "claim.remedies"),
        ("claim.amount", 0, "claim.amount"),
        ("claim", {"remedies": ["apology"], "amount": 5}, "claim.amount"),
        ("claim", {"remedies": ["other"]}, "claim.words"),
        ("claim", {"remedies": ["apology"], "goods": "keep", "shipping": "in_shop"}, "claim.shipping"),
        ("dangers", ["boredom"], "dangers.0"),
        ("departure", {"status": "soon"}, "departure.status"),
        ("departure", {"status": "known"}, "departure.at"),
        ("departure", {"status": "known", "at": "2026-11-24"}, "departure.at"),
        ("departure", {"status": "known", "at": "2026-11-24T10:00:00"}, "departure.at"),
        ("departure", {"status": "known", "at": "0001-01-01T00:00:00+14:00"}, "departure.at"),
        ("departure", {"status": "known", "at": "2001-01-01T00:00:00Z"}, "departure.at"),
        ("departure", {"status": "known", "at": "9999-12-31T23:59:59Z"}, "departure.at"),
        ("departure", {"status": "unknown", "at": "2026-11-24T10:00:00Z"}, "departure.at"),
        ("departure", {"status": "departed", "port": "CKG"}, "departure.port"),
        ("consents", [], "consents"),
        ("consents", ["to_shop"], "consents"),
        ("shop", {}, "shop"),
        ("shop", {"id": 2_000_000_000}, "shop.id"),
        ("shop", {"id": 10**12}, "shop.id"),
        ("shop", {"id": 1, "code": "ABCDEF"}, "shop"),
        ("shop", {"code": "NOSUCH"}, "shop.code"),
        ("shop", {"name": "洪崖洞茶具店"}, "shop.division"),
        ("shop", {"division": "500103", "trade": "shop"}, "shop.name"),
        ("shop.division", "110101", "shop.division"),
        ("shop.trade", "piracy", "shop.trade"),
    ],
)
def test_a_wrong_field_is_named_with_the_reason(desk: Desk, path: str, value: Any, wrong: str) -> None:
    before = cases()
    assert wrong in errors_of(desk.post("/complaints", changed(path, value)))
    assert cases() == before


def test_the_port_of_departure_must_be_one_of_the_list(desk: Desk) -> None:
    leaving = {"status": "known", "at": (clock.now() + DAY).isoformat(), "port": "MOON"}
    assert set(errors_of(desk.post("/complaints", complaint(departure=leaving)))) == {"departure.port"}


def test_all_wrong_fields_are_named_at_once(desk: Desk) -> None:
    assert set(errors_of(desk.post("/complaints", {}))) == {
        "category", "claim", "consents", "guest", "narrative", "shop",
    }  # fmt: skip


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"narrative": NaN}', b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_is_malformed(desk: Desk, client: FlaskClient, body: bytes) -> None:
    answer = call(client, "POST", "/complaints", desk.secret, data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "malformed")


@pytest.mark.parametrize("body", [b"null", b"7", b'"text"', b"[]"])
def test_json_that_is_no_object_is_a_wrong_shape(desk: Desk, client: FlaskClient, body: bytes) -> None:
    answer = call(client, "POST", "/complaints", desk.secret, data=body, content_type="application/json")
    assert answer.status_code == 422


def test_other_kinds_of_bodies_are_not_read(desk: Desk, client: FlaskClient) -> None:
    answer = call(client, "POST", "/complaints", desk.secret, data="narrative=tea", content_type="text/plain")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (415, "unsupported_media_type")
    assert call(client, "POST", "/complaints", desk.secret, data={"narrative": "tea"}).status_code == 415


def test_a_body_that_is_too_large_is_refused_before_it_is_read(desk: Desk, client: FlaskClient) -> None:
    large = b'{"narrative": "' + b"x" * 1_100_000 + b'"}'
    answer = call(client, "POST", "/complaints", desk.secret, data=large, content_type="application/json")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (413, "too_large")


# --- who may


def test_nobody_files_without_a_key(client: FlaskClient) -> None:
    answer = call(client, "POST", "/complaints", json=complaint())
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "bearer", ["vc_nosuch_key", "vc_", "vc__", "nonsense", "a.b", "\x80\xff", "vc_é_é", "." * 3000]
)
def test_credentials_that_open_nothing_are_refused(client: FlaskClient, bearer: str) -> None:
    assert call(client, "POST", "/complaints", bearer, json=complaint()).status_code == 401


def test_a_revoked_key_opens_nothing(desk: Desk) -> None:
    with transaction():
        accounts.revoke_api_key(desk.key)
    assert desk.post("/complaints", complaint()).status_code == 401


def test_a_key_without_the_scope_may_not_file(new_desk: Callable[..., Desk]) -> None:
    assert new_desk(Scope.COMPLAINTS_READ).post("/complaints", complaint()).status_code == 403


def test_a_guests_link_files_nothing(client: FlaskClient) -> None:
    token = factories.token_of(factories.filed())
    assert call(client, "POST", "/complaints", token, json=complaint()).status_code == 403


def test_somebody_who_is_signed_in_is_a_stranger_here(client: FlaskClient) -> None:
    user = factories.officer()
    with client.session_transaction() as session:
        session["_user_id"] = f"{user.id}.{user.session_version}"
    assert client.post("/api/v1/complaints", json=complaint()).status_code == 401


def test_the_use_of_a_key_is_noted(desk: Desk) -> None:
    assert desk.key.used_at is None
    desk.file()
    db.session.refresh(desk.key)
    assert desk.key.used_at is not None
