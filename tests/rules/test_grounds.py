"""Which articles may be named for a claim."""

import pytest

from disputes import names
from disputes.rules.categories import Category, HowBought
from disputes.rules.grounds import GROUNDS, grounds


def articles(category: Category, how_bought: HowBought = HowBought.COUNTER) -> list[tuple[str, str]]:
    return [(g.law, g.article) for g in grounds(category, how_bought)]


# fmt: off
EXPECTED = [
    (Category.QUALITY_DEFECT,        HowBought.COUNTER, [("CPL", "24")]),
    (Category.QUALITY_DEFECT,        HowBought.AGENCY,  [("CPL", "24")]),
    (Category.RETURN_REFUND_REFUSED, HowBought.ONLINE,  [("CPL", "25")]),
    (Category.RETURN_REFUND_REFUSED, HowBought.AGENCY,  [("TL", "35")]),
    (Category.RETURN_REFUND_REFUSED, HowBought.COUNTER, [("CPR", "12")]),  # only a promise gives the right
    (Category.SERVICE,               HowBought.COUNTER, []),
    (Category.INVOICE,               HowBought.COUNTER, []),
    (Category.LOST_PROPERTY,         HowBought.COUNTER, []),
]
# fmt: on


@pytest.mark.parametrize(("category", "bought", "expected"), EXPECTED)
def test_an_article_is_named_only_where_the_rule_book_gives_one(category, bought, expected):
    assert articles(category, bought) == expected


def test_every_ground_and_its_law_has_words():
    assert {g.rule_id for g in GROUNDS} == set(names.GROUNDS)
    assert {g.law for g in GROUNDS} == set(names.LAWS)
