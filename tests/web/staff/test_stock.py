"""What lies where of returned goods: the list, the file, and stock-takes whose differences a supervisor sees."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from disputes.accounts import actors
from disputes.accounts.models import User
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.returns import handing, inspecting, stocktaking
from disputes.returns.desk_models import StockTake
from disputes.returns.models import Desk
from tests import factories as make
from tests.returns import returned
from tests.web.browser import Browser


def at(desk: Desk, **fields: object) -> Case:
    """A return whose goods this desk took in."""
    case = returned.approved(**fields)
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case), seal="CQ-0007")
    return case


def test_goods_stand_on_the_list_with_place_age_and_price_and_leave_it_when_they_are_accepted(desk: Browser) -> None:
    place = returned.desk()
    case = at(place)
    desk.open("/staff/stock")
    for words in (
        spoken(case.number),
        "Silk scarf × 1",
        "Jiangbei Airport return desk",
        "Seal CQ-0007",
        "CN¥388.00",
        "0 days",
        "1 item",
    ):
        assert words in desk.text, words

    bought = returned.received()
    assert spoken(bought.number) in desk.open("/staff/stock").text
    with transaction():
        inspecting.inspect(bought.id, None, make.shop_of(bought), returned.accepted(bought))
    assert spoken(bought.number) not in desk.open("/staff/stock").text


def test_what_lies_longest_comes_first_and_too_long_is_said(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    place = returned.desk()
    first, second = at(place), at(place)
    rows = stocktaking.lying()
    assert [row.case.id for row in rows] == [first.id, second.id]
    monkeypatch.setattr(stocktaking, "TOO_LONG", dict.fromkeys(stocktaking.PLACES, timedelta(seconds=-1)))
    desk.open("/staff/stock")
    assert "2 lie there too long" in desk.text


def test_the_list_is_narrowed_by_place_and_age(desk: Browser) -> None:
    airport, mall = returned.desk(), returned.desk(kind="mall")
    here, there = at(airport), at(mall)
    desk.open(f"/staff/stock?holder=desk&place={airport.id}")
    assert spoken(here.number) in desk.text
    assert spoken(there.number) not in desk.text
    desk.open("/staff/stock?days=7")
    assert "Nothing lies there" in desk.text
    desk.open("/staff/stock?holder=nonsense&place=x&days=y")
    assert spoken(here.number) in desk.text


def test_the_file_holds_the_same_and_nothing_in_it_is_a_formula(desk: Browser) -> None:
    case = at(returned.desk())
    with transaction():
        returned.record(case).items[0].name = '=HYPERLINK("http://x")'
    text = desk.client.get("/staff/stock.csv").get_data(as_text=True)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["number"] == spoken(case.number)
    assert row["name"].startswith("'=")
    assert (row["value_cny"], row["holder"]) == ("388.00", "desk")


def test_a_stock_take_that_fits_says_so_and_one_that_differs_waits_for_a_supervisor(
    desk: Browser, chief: Browser, supervisor: User
) -> None:
    place = returned.desk()
    here, gone = at(place), at(place)
    ids = [i.id for case in (here, gone) for i in returned.record(case).items]
    desk.open(f"/staff/stock/desk/{place.id}").submit(None, there=[str(i) for i in ids])
    assert "Last stock-take" in desk.text
    assert stocktaking.differing() == []

    desk.open(f"/staff/stock/desk/{place.id}").submit(
        None, there=[str(ids[0])], unexpected="2600000099\n\n", words="袋子破了"
    )
    (taken,) = stocktaking.differing()
    assert (taken.missing, taken.unexpected) == ([ids[1]], ["2600000099"])
    assert returned.record(gone).items[0].holder == "desk"  # nobody's goods move by it

    chief.open("/staff/stock")
    for words in ("found something else than the record", spoken(gone.number), "2600000099", "袋子破了"):
        assert words in chief.text, words
    chief.submit("/seen")
    assert stocktaking.differing() == []
    assert db.session.get_one(StockTake, taken.id).seen_by_id == supervisor.id
    with pytest.raises(Refused, match="stock_seen_already"):
        stocktaking.see(taken.id, actors.of_user(supervisor))


def test_an_officer_takes_stock_and_does_not_say_that_a_difference_is_settled(
    at_desk: Callable[[User], Browser], officer: User
) -> None:
    place = returned.desk()
    at(place)
    with transaction():
        taken = stocktaking.take_stock(actors.of_user(officer), "desk", place.id, [])
    assert taken.missing
    with pytest.raises(Refused, match="desk_not_yours"):
        stocktaking.see(taken.id, actors.of_user(officer))
    assert not any("/seen" in path for path in at_desk(officer).open("/staff/stock").forms())


def test_an_empty_place_gives_nothing_to_keep(officer: User) -> None:
    place = returned.desk()
    with pytest.raises(Refused, match="stock_nothing_there"):
        stocktaking.take_stock(actors.of_user(officer), "desk", place.id, [])


def test_the_list_costs_the_same_for_many_goods(desk: Browser, counted: Callable[[Callable[[], object]], int]) -> None:
    place = returned.desk()
    at(place)
    one = counted(lambda: desk.open("/staff/stock"))
    for _n in range(2):
        at(place)
    assert counted(lambda: desk.open("/staff/stock")) == one
