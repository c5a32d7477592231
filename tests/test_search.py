"""Search: any script without a dictionary, names and places, and nothing that somebody types can break it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import select, text

from disputes import search
from disputes.accounts import actors
from disputes.cases import lists, upkeep
from disputes.cases.models import BLOCK, LARGE_BLOCK
from disputes.db import db, transaction
from disputes.merchants import commands as shops_that_change
from disputes.merchants import queries as shops
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


def shop(zh: str, en: str = "", **fields: str):  # type: ignore[no-untyped-def]
    return make.shop(name_zh=zh, name_en=en or "Shop", **{"address_zh": "某街一号", "address_en": "1 Street", **fields})


def found(typed: str) -> list[str]:
    return [each.name_zh for each in shops.shops(typed)]


def staff_finds(typed: str) -> list[int]:
    return [case.id for case in lists.found(actors.of_user(make.officer()), typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "火锅",
        "洪崖洞",
        "崖洞",
        "老火锅洪崖洞店",
        "HONGYA",
        "hongya cave",
        "Ｈｏｎｇｙａ",
        "hong",
        "火锅 Hongya",
        "《火锅》",
        "火锅，",
    ],
)
def test_a_shop_is_found_by_a_part_of_its_name_in_either_language(typed: str) -> None:
    wanted = shop("老火锅洪崖洞店", "Old Hotpot, Hongya Cave")
    shop("磁器口陈麻花", "Chen Mahua, Ciqikou")
    assert wanted.name_zh in found(typed)
    assert "磁器口陈麻花" not in found(typed)


def test_a_single_character_finds_what_stands_alone_or_begins_with_it() -> None:
    shop("陶", "Tao")
    assert "陶" in found("陶")


def test_the_closest_name_comes_first() -> None:
    for name in ("熊猫礼品宽窄巷子旗舰店", "熊猫礼品", "熊猫礼品春熙路店"):
        shop(name)
    assert found("熊猫礼品")[0] == "熊猫礼品"


def test_a_shop_is_found_by_its_address_and_by_its_company() -> None:
    company = make.merchant(name_zh="蜀锦文化有限公司", name_en="Shu Brocade Ltd")
    make.shop(company, name_zh="锦绣坊", name_en="Brocade House", address_zh="成都市青羊区文殊院街九号")
    assert "锦绣坊" in found("文殊院")
    assert "锦绣坊" in found("蜀锦文化")
    assert "锦绣坊" in found("shu brocade")


def test_a_change_of_name_is_found_and_the_old_name_is_not() -> None:
    changed = shop("旧名茶馆")
    with transaction():
        changed.name_zh = "新名茶馆"
        shops_that_change.refresh_search(changed)
    assert found("新名") == ["新名茶馆"]
    assert found("旧名") == []


def test_nothing_typed_finds_nothing() -> None:
    shop("茶馆")
    for typed in ("", "   ", "!!!", "《》", "\u200b"):
        assert shops.shops(typed) == []


@pytest.mark.parametrize(
    ("told", "typed"),
    [
        ({"narrative": "他们把假玉当真玉卖给我。"}, "假玉"),
        ({"narrative": "ร้านนี้ขายของปลอมให้ฉัน และไม่ยอมคืนเงิน"}, "ของปลอม"),
        ({"narrative": "ร้านนี้ขายของปลอมให้ฉัน และไม่ยอมคืนเงิน"}, "คืนเงิน"),
        ({"narrative": "お茶のセットが割れていました。"}, "割れて"),
        ({"narrative": "لم يعيدوا المال إليّ"}, "المال"),
        ({"narrative": "Они не вернули деньги."}, "ДЕНЬГИ"),
        ({"narrative": "Die Straße war gesperrt, die Größe falsch."}, "STRASSE"),
        ({"name": "Nguyễn Thị Hương"}, "nguyễn"),
        ({"name": "O'Brien-Müller"}, "müller"),
        ({"item": "翡翠手镯"}, "手镯"),
        ({"item": "Jade bracelet No. 7"}, "bracelet"),
    ],
)
def test_staff_find_a_case_by_what_was_written_in_any_script(told: dict[str, str], typed: str) -> None:
    wanted, other = make.filed(**told), make.filed(narrative="Nothing of the kind.", item="Umbrella", name="Zed")
    assert wanted.id in staff_finds(typed)
    assert other.id not in staff_finds(typed)


def test_cases_of_many_years_are_found_the_newest_first() -> None:
    ids = []
    for far in (0, LARGE_BLOCK, 3 * LARGE_BLOCK, BLOCK, 1):
        with transaction():
            db.session.execute(text("SELECT setval('cases_id_seq', nextval('cases_id_seq') + :far)"), {"far": far})
        ids.append(make.filed(narrative="jadeite bracelet of glass").id)
    assert staff_finds("jadeite") == ids[::-1]
    assert [case.id for case in lists.found(actors.of_user(make.officer()), "jadeite", limit=3)] == ids[:1:-1]


def test_a_case_is_found_by_its_number_however_it_is_typed() -> None:
    case = make.filed()
    for typed in (case.number, f" {case.number[:2]}–{case.number[2:6]}–{case.number[6:]} "):
        assert staff_finds(typed) == [case.id]


def test_an_erased_case_is_not_found_by_the_words_of_a_person() -> None:
    case = make.closed(name="Zdzisława", narrative="pękło na dwa kawałki")
    assert staff_finds("zdzisława") == staff_finds("kawałki") == [case.id]
    with transaction():
        upkeep.erase(case.id, None, make.tourist_of(case))
    assert staff_finds("zdzisława") == []
    assert staff_finds("kawałki") == []
    assert staff_finds(case.number) == [case.id]


def test_nobody_finds_what_is_not_theirs() -> None:
    make.filed(narrative="jadeite bracelet of glass")
    assert lists.found(actors.of_user(make.merchant_user()), "jadeite") == []


HOSTILE = [
    "'", "''", "'''", "\\", "\\'", "' | 'x", "a & b", "!a", "a <-> b", "a:*", "(a", "a)", ":*", "'a':*A", "a\\'b", "--", ";",
    "'; DROP TABLE cases; --", "%", "_", "\0", "a\0b", "\ud800", "a\udfffb", "\u202e", "e\u0301" * 50, "\u0e31\u0e35", "🏮🏮", "𠮷野家",
    "ﷺ", "ﬁ", "İ", "ß" * 4000, "a" * 100_000, "1" * 9, "&" * 1000, "\n\t\r", "‏", "\x7f", "\uffff",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=[repr(text)[:30] for text in HOSTILE])
def test_hostile_input_is_only_not_found(typed: str) -> None:
    make.filed()
    shops.shops(typed)
    staff_finds(typed)
    assert db.session.is_active


@how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_whatever_is_written_is_found_again_by_what_was_written(written: str) -> None:
    """The column and the query cut a text into the same pairs; and the database reads every pair as it was meant."""
    condition = search.matches(search.vector(written), written)  # type: ignore[arg-type]
    if condition is not None:
        assert db.session.scalar(select(condition)) is True
    else:
        assert not any(char.isalnum() for char in written)
