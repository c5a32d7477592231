"""The register is found by name, goods and place, in Chinese and English, and shows how each promise stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from disputes import clock
from disputes.accounts.actors import SYSTEM
from disputes.db import transaction
from disputes.pledges import commands, queries
from disputes.rules.goods import GoodsClass
from disputes.rules.publishing import Standing
from tests import factories as make

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def silk():
    shop = make.shop(name_zh="锦绣丝绸解放碑店", name_en="Jinxiu Silk Jiefangbei", district_code="JFB-CTM")
    make.pledge(shop)
    return shop


@pytest.fixture
def tea():
    shop = make.shop(
        name_zh="竹叶茶庄",
        name_en="Bamboo Leaf Tea",
        division_code="510104",
        address_zh="红星路三段",
        address_en="Hongxing Road, Chengdu",
    )
    make.pledge(
        shop, goods_zh="盒装茶叶", goods_en="Boxed tea", covered=frozenset({GoodsClass.FOOD}), excluded=frozenset()
    )
    return shop


def found(*args, **more):
    return [entry.shop.code for entry in queries.register(*args, **more)]


# fmt: off
@pytest.mark.parametrize("typed", ["丝绸", "锦绣 解放碑", "silk", "SILK jiefangbei", "真丝围巾", "shawls", "渝中", "Yuzhong silk", "丝绸 围巾"])
def test_a_shop_is_found_by_name_goods_and_place(silk, tea, typed: str) -> None:
    assert found(typed) == [silk.code]


@pytest.mark.parametrize("typed", ["茶叶", "tea", "锦江", "Food", "食品"])
def test_goods_are_found_by_the_name_of_their_class_too(silk, tea, typed: str) -> None:
    assert found(typed) == [tea.code]
# fmt: on


def test_what_matches_nothing_finds_nothing(silk) -> None:
    assert found("porcelain") == []
    assert found("'; DROP TABLE pledges --") == []
    assert found("\\ % _") == [silk.code]  # signs that are no letters look for nothing


def test_the_register_is_filtered_by_district_and_goods(silk, tea) -> None:
    assert found(division="50") == [silk.code]
    assert found(division="510104") == [tea.code]
    assert found(district="JFB-CTM") == [silk.code]
    assert found(goods=GoodsClass.ELECTRONICS) == [silk.code]  # it covers all goods
    assert found(goods=GoodsClass.FOOD) == [silk.code, tea.code]


def test_places_count_what_is_in_force(silk, tea) -> None:
    divisions, districts = queries.places()
    assert [(place.code, number) for place, number in divisions] == [("500103", 1), ("510104", 1)]
    assert [(place.code, number) for place, number in districts] == [("JFB-CTM", 1)]


def test_a_promise_that_is_still_to_come_says_from_when() -> None:
    shop = make.shop()
    make.pledge(shop, applies_from=clock.today() + 3 * DAY)
    entry = queries.entry(shop.code)
    assert entry.standing is Standing.UPCOMING
    assert entry.since == clock.today() + 3 * DAY
    assert queries.promises_in_force([shop.id]) == set()


def test_a_newer_version_that_waits_is_shown_beside_the_one_in_force(silk) -> None:
    pledge = queries.entry(silk.code).pledge
    with transaction():
        commands.change_draft(pledge, SYSTEM, make.Promise(**{**make.SILK, "days": 7}))
        commands.publish(pledge, SYSTEM)
    entry = queries.entry(silk.code)
    assert (entry.version.days, entry.upcoming.days) == (15, 7)
    assert queries.promises_in_force([silk.id]) == {silk.id}


def test_a_new_promise_takes_the_place_of_a_withdrawn_one(silk) -> None:
    old = queries.entry(silk.code).pledge
    with transaction():
        commands.withdraw(old, SYSTEM, clock.today(), "换新")
    new = make.pledge(silk, days=20, applies_from=clock.today() + DAY)
    with transaction():
        clock.run_ahead(2 * 86400)
    assert queries.entry(silk.code).pledge.id == new.id


def test_the_open_data_holds_every_shop_once_in_batches(silk, tea) -> None:
    pledge = queries.entry(silk.code).pledge
    for _ in range(3):
        make.shop(pledge.merchant)
    codes = [entry.shop.code for entry in queries.everything(batch=2)]
    assert len(codes) == len(set(codes)) == 5
    assert codes == sorted(codes)
