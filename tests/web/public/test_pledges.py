"""The public register: found and read by anybody in every language, honest about what stands behind a code, open as data."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.actors import SYSTEM
from disputes.db import transaction
from disputes.pledges import commands, open_data, queries
from disputes.rules.publishing import BreachReason
from disputes.web.languages import TOURIST_LANGUAGES
from tests import factories as make
from tests.web.page_checks import check_page

DAY = timedelta(days=1)


@pytest.fixture
def shop(client):
    at = make.shop(name_zh="锦绣丝绸解放碑店", name_en="Jinxiu Silk Jiefangbei")
    make.shop(at.merchant, name_zh="锦绣丝绸春熙路店", division_code="510104")
    make.pledge(at)
    return at


def page(client, address, language="en", status=200):
    answer = client.get(f"{address}{'&' if '?' in address else '?'}lang={language.replace('_', '-')}")
    assert answer.status_code == status
    check_page(answer.text, language)
    return answer.text


@pytest.mark.parametrize("language", TOURIST_LANGUAGES)
def test_register_shop_and_data_are_whole_pages_in_every_language(client, shop, language) -> None:
    assert "锦绣丝绸解放碑店" in page(client, "/pledges", language)
    assert "真丝围巾" in page(client, f"/pledges/{shop.code}", language) or language != "zh_CN"
    page(client, "/pledges/data", language)
    page(client, "/pledges/NOCODE", language, 404)


def test_a_shop_is_found_by_goods_and_a_search_without_result_says_what_to_do(client, shop) -> None:
    assert shop.code in page(client, "/pledges?q=silk")
    assert "No shop was found" in page(client, "/pledges?q=porcelain")
    assert shop.code in page(client, "/pledges?division=nonsense&district=x&goods=y&page=-3")


def test_the_page_says_the_terms_in_plain_words(client, shop) -> None:
    text = page(client, f"/pledges/{shop.code}")
    for said in (
        "Return within 15 days, without giving a reason.", "The day of purchase is not counted.", "Silk scarves and shawls",
        "Within 3 days after the shop has the goods.", "In one of the other shops named below.", "锦绣丝绸春熙路店",
        "This promise is in force.",
    ):  # fmt: skip
        assert said in text


def test_the_code_of_the_page_leads_to_the_public_address_whatever_host_was_asked(client, app, shop) -> None:
    address = f"{app.config['SETTINGS'].public_url}/pledges/{shop.code}"
    answer = client.get(f"/pledges/{shop.code}", headers={"Host": "evil.example"})
    assert address in answer.text
    assert "evil.example/pledges" not in answer.text


def test_a_code_that_nobody_gave_out_is_called_what_it_is(client, app) -> None:
    text = page(client, "/pledges/ZZZZZZ", status=404)
    assert "No promise stands behind it" in text
    assert f"{app.config['SETTINGS'].public_url}/pledges/" in text


def test_a_shop_without_a_promise_is_not_taken_for_one_that_has_one(client) -> None:
    other = make.shop()
    assert "This shop has promised nothing" in page(client, f"/pledges/{other.code}", status=404)


def test_withdrawn_and_broken_promises_say_so(client, shop) -> None:
    pledge = queries.entry(shop.code).pledge
    staff = actors.of_user(make.officer())
    with transaction():
        breach = commands.record_breach(
            pledge, staff, case_number="2600482716", happened_on=clock.today(), reason=BreachReason.RETURN_REFUSED
        )
        commands.withdraw(pledge, SYSTEM, clock.today(), "装修")
    text = page(client, f"/pledges/{shop.code}")
    assert "This promise was not always kept" in text
    assert "A return was refused that the promise covers" in text
    assert "This promise ends" in text
    assert "2600482716" not in text, "the number of the case is not for the public"
    with transaction():
        commands.clear_breach(breach, staff, "记录有误")
        clock.run_ahead(2 * 86400)
    text = page(client, f"/pledges/{shop.code}")
    assert "cleared on" in text
    assert "This promise was withdrawn." in text


def test_what_a_merchant_wrote_is_text_and_nothing_else(client) -> None:
    shop = make.shop(name_zh="<script>alert(1)</script>")
    make.pledge(shop, goods_zh='<img src=x onerror="1">', exclusions_zh="{{ 7*7 }}")
    text = page(client, f"/pledges/{shop.code}", "zh_CN")
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_an_unchanged_page_is_not_sent_again(client, shop) -> None:
    first = client.get(f"/pledges/{shop.code}")
    assert "no-cache" in first.headers["Cache-Control"]
    again = client.get(f"/pledges/{shop.code}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


# --- open data


def test_the_csv_has_stable_columns_and_one_row_for_each_shop(client, shop) -> None:
    answer = client.get("/pledges/data.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "public" in answer.headers["Cache-Control"]
    assert "creativecommons.org" in answer.headers["Link"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert list(rows[0]) == [column.name for column in open_data.COLUMNS]
    row = next(r for r in rows if r["shop_code"] == shop.code)
    assert (row["standing"], row["days"], row["ways"], row["means"]) == (
        "in_force",
        "15",
        "branch|shop",
        "original|cash",
    )
    assert len(rows) == 2


def test_columns_that_somebody_may_read_are_never_moved() -> None:
    """New columns go to the end; these were given out first."""
    names = [column.name for column in open_data.COLUMNS]
    assert names[:14] == [
        "shop_code", "shop_zh", "shop_en", "merchant_zh", "brand_zh", "division", "district", "address_zh", "address_en",
        "trade", "standing", "broken", "breaches", "pledge",
    ]  # fmt: skip
    assert len(names) == len(set(names))
    assert all(column.about.endswith(".") for column in open_data.COLUMNS)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1"])
def test_no_cell_is_a_formula(client, formula) -> None:
    shop = make.shop(name_en=formula)
    make.pledge(shop, goods_en=formula)
    rows = list(csv.DictReader(io.StringIO(client.get("/pledges/data.csv").data.decode("utf-8-sig"))))
    for cell in rows[0].values():
        assert not cell.lstrip().startswith(open_data.FORMULAS)


def test_the_json_says_what_it_is(client, app, shop) -> None:
    answer = client.get("/pledges/data.json")
    found = json.loads(answer.data)
    assert found["about"]["licence"] == open_data.LICENCE
    assert found["about"]["source"] == f"{app.config['SETTINGS'].public_url}/pledges"
    assert set(found["about"]["columns"]) == set(found["shops"][0])
    assert {row["shop_code"] for row in found["shops"]} == {s.code for s in shop.merchant.shops}
    row = next(r for r in found["shops"] if r["shop_code"] == shop.code)
    assert row["accepting_shops"] == [s.code for s in shop.merchant.shops if s.id != shop.id]


def test_an_empty_register_is_an_empty_file_and_a_friendly_page(client) -> None:
    assert json.loads(client.get("/pledges/data.json").data)["shops"] == []
    assert "No promises yet" in page(client, "/pledges")
