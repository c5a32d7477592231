"""What a desk reads before it files: codes in every language, shops, places, and the description of the interface."""

from __future__ import annotations

from enum import StrEnum

import pytest
from flask.testing import FlaskClient

from disputes.db import transaction
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.packages import Goods, Means, Remedy, Shipping, Within
from tests import factories
from tests.web.api.conftest import call, errors_of
from tests.web.page_checks import check_page

SETS: dict[str, type[StrEnum]] = {
    "categories": Category, "trades": Trade, "how_bought": HowBought, "paid_how": PaidHow, "dangers": Danger,
    "remedies": Remedy, "goods": Goods, "shipping": Shipping, "means": Means, "within": Within, "consents": Purpose,
}  # fmt: skip


@pytest.mark.parametrize("tag", ["en", "zh-CN", "ja", "ar"])
def test_every_code_has_words_in_every_language(client: FlaskClient, tag: str) -> None:
    answer = call(client, "GET", f"/categories?lang={tag}")
    told = answer.get_json()
    assert told["language"] == answer.headers["Content-Language"] == tag
    for name, codes in SETS.items():
        assert {one["code"] for one in told[name]} == set(codes)
        assert all(one["name"].strip() for one in told[name])
    assert all(one["hint"].strip() for one in told["categories"])
    assert all(one["sentence"].strip() for one in told["consents"])
    assert [one["code"] for one in told["consents"] if one["needed"]] == ["handling"]


def test_the_language_is_that_of_the_browser_unless_the_address_says_another(client: FlaskClient) -> None:
    asks = {"Accept-Language": "fr;q=0.9, zh-Hans-SG, ja;q=0.8"}
    assert call(client, "GET", "/categories", headers=asks).get_json()["language"] == "zh-CN"
    assert call(client, "GET", "/categories?lang=ar", headers=asks).get_json()["language"] == "ar"
    assert call(client, "GET", "/categories").get_json()["language"] == "en"


def test_a_language_that_we_do_not_have_is_named_as_wrong(client: FlaskClient) -> None:
    assert set(errors_of(call(client, "GET", "/categories?lang=tlh"))) == {"lang"}


def test_a_shop_is_found_by_its_chinese_or_english_name_or_address(client: FlaskClient) -> None:
    shop = factories.shop(name_zh="磁器口陶瓷馆", name_en="Ciqikou Ceramics", address_zh="沙坪坝区磁器口正街1号")
    for typed in ("磁器口陶瓷", "ciqikou", "磁器口正街"):
        found = call(client, "GET", "/shops", query_string={"q": typed}).get_json()["shops"]
        assert [one["id"] for one in found] == [shop.id]
        assert found[0]["code"] == shop.code
        assert found[0]["name_zh"] == "磁器口陶瓷馆"


def test_a_shop_says_nothing_about_how_it_is_reached(client: FlaskClient) -> None:
    factories.shop(name_zh="磁器口陶瓷馆", email="secret@shops.example", phone="02361234567")
    found = call(client, "GET", "/shops", query_string={"q": "磁器口"})
    assert "secret@" not in found.get_data(as_text=True)
    assert "0236" not in found.get_data(as_text=True)


def test_a_closed_shop_is_not_found(client: FlaskClient) -> None:
    shop = factories.shop(name_zh="磁器口陶瓷馆")
    with transaction():
        shop.active = False
    assert call(client, "GET", "/shops", query_string={"q": "磁器口"}).get_json()["shops"] == []


def test_no_more_shops_come_than_were_asked_for(client: FlaskClient) -> None:
    of = factories.merchant()
    for number in range(4):
        factories.shop(of, name_zh=f"磁器口小店{number}", division_code="500106" if number else "510104")
    asked = {"q": "磁器口", "limit": 2}
    assert len(call(client, "GET", "/shops", query_string=asked).get_json()["shops"]) == 2
    asked = {"q": "磁器口", "region": "SC"}
    assert len(call(client, "GET", "/shops", query_string=asked).get_json()["shops"]) == 1


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%E3%80%80", "q"),
        ("q=a%00b", "q"),
        ("q=" + "x" * 101, "q"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=26", "limit"),
        ("q=a&limit=many", "limit"),
        ("q=a&limit=9999999999999999999999", "limit"),
        ("q=a&region=BJ", "region"),
        ("q=a&q=b", "q"),
        ("q=a&sort=name", "sort"),
    ],
)
def test_a_wrong_search_says_what_is_wrong(client: FlaskClient, asked: str, wrong: str) -> None:
    assert set(errors_of(call(client, "GET", f"/shops?{asked}"))) == {wrong}


def test_signs_alone_find_nothing(client: FlaskClient) -> None:
    assert call(client, "GET", "/shops", query_string={"q": "'\";--"}).get_json() == {"shops": []}


def test_places_are_the_districts_of_both_regions_and_the_ports(client: FlaskClient) -> None:
    told = call(client, "GET", "/places").get_json()
    codes = {one["code"] for one in told["divisions"]}
    assert {"500103", "510104"} <= codes
    assert {one["parent"] for one in told["divisions"]} - {None} <= codes
    assert {"CKG", "TFU"} <= {one["code"] for one in told["ports"]}


def test_the_description_is_openapi_and_holds_the_interface_alone(client: FlaskClient) -> None:
    told = call(client, "GET", "/openapi.json").get_json()
    assert told["openapi"].startswith("3.1")
    assert set(told["paths"]) == {
        "/api/v1/categories", "/api/v1/places", "/api/v1/shops", "/api/v1/pledges", "/api/v1/pledges/{code}", "/api/v1/odds", "/api/v1/complaints", "/api/v1/complaints/{number}",
        "/api/v1/complaints/{number}/steps", "/api/v1/complaints/{number}/evidence/{evidence_id}",
        "/api/v1/returns/verdict", "/api/v1/returns/desks", "/api/v1/returns", "/api/v1/returns/{number}", "/api/v1/returns/{number}/steps",
    }  # fmt: skip
    for operations in told["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["security"] is not None
            assert operation.get("requestBody", {"required": True})["required"]


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_the_description_can_be_read_by_people(client: FlaskClient, tag: str) -> None:
    answer = client.get(f"/api/v1/?lang={tag}")
    page = check_page(answer.get_data(as_text=True), tag)
    shown = page.find("main")[0].text
    for words in ("POST /api/v1/complaints", "Idempotency-Key", "complaints:write", "change_departure"):
        assert words in shown


def test_an_address_that_does_not_exist_is_answered_in_the_same_shape(client: FlaskClient) -> None:
    answer = call(client, "GET", "/nothing")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")
    assert call(client, "DELETE", "/shops").status_code == 405
    assert call(client, "DELETE", "/shops").headers["Allow"] == "GET, HEAD, OPTIONS"
