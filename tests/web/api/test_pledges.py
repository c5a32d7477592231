"""Programs read the register of return promises without a key."""

from __future__ import annotations

import pytest

from disputes.pledges import open_data
from disputes.web.api import given
from tests import factories as make


@pytest.fixture
def shop(database):
    at = make.shop(name_zh="锦绣丝绸解放碑店", name_en="Jinxiu Silk Jiefangbei")
    make.pledge(at)
    return at


def test_a_promise_is_found_and_read_without_a_key(client, app, shop) -> None:
    found = client.get("/api/v1/pledges?q=silk&division=50&standing=in_force").get_json()["pledges"]
    assert [row["shop_code"] for row in found] == [shop.code]
    one = client.get(f"/api/v1/pledges/{shop.code}").get_json()
    assert one == found[0]
    assert one["url"] == f"{app.config['SETTINGS'].public_url}/pledges/{shop.code}"
    assert (one["days"], one["refund_days"], one["means"]) == (15, 3, ["original", "cash"])
    assert client.get("/api/v1/pledges?q=silk&page=2").get_json() == {"pledges": []}


def test_a_shop_that_promised_nothing_is_not_found(client, database) -> None:
    assert client.get(f"/api/v1/pledges/{make.shop().code}").status_code == 404
    assert client.get("/api/v1/pledges/NOCODE").status_code == 404


@pytest.mark.parametrize("asked", ["goods=stones", "standing=good", "limit=0", "limit=101", "page=x", "colour=red"])
def test_a_wrong_question_is_told_which_field(client, database, asked: str) -> None:
    answer = client.get(f"/api/v1/pledges?{asked}")
    assert answer.status_code == 422
    assert list(answer.get_json()["error"]["fields"]) == [asked.partition("=")[0]]


def test_the_interface_and_the_open_data_give_the_same_fields() -> None:
    assert set(given.Pledge().fields) - {"url"} == {column.name for column in open_data.COLUMNS}
