"""What a promise leaves out, and where a new version gives less than the old one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from disputes.rules.goods import GoodsClass
from disputes.rules.packages import Means
from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way
from disputes.rules.publishing import RULE_OF, Desk, Flaw, Promise, Reach, Worse, city_of, flaws, within_reach, worse

WHOLE = Promise(
    days=15, starts=Starts.RECEIPT, condition=Condition.RESALE, proof=Proof.ANY,
    covered=frozenset({GoodsClass.ORDINARY, GoodsClass.FOOD}), also_takes=frozenset({GoodsClass.FOOD}),
    goods_zh="丝绸与茶叶", exclusions_zh="定制品", ways=frozenset({Way.SHOP, Way.BRANCH, Way.DESK, Way.PARCEL}),
    desks=frozenset({Desk.MALL, Desk.PORT}), reach=Reach.EVERYWHERE, freight=Payer.MERCHANT, refund_days=3,
    means=(Means.ORIGINAL, Means.CASH), shop_ids=frozenset({1, 2}),
)  # fmt: skip

# fmt: off
LESS = (
    ({"days": 14},                                            Worse.DAYS,        "a day less"),
    ({"starts": Starts.PURCHASE},                             Worse.STARTS,      "counted from an earlier day"),
    ({"covered": frozenset({GoodsClass.FOOD})},               Worse.GOODS,       "silk is no longer covered"),
    ({"excluded": frozenset({GoodsClass.FOOD}), "covered": frozenset()}, Worse.GOODS, "all goods but tea"),
    ({"also_takes": frozenset()},                             Worse.GOODS,       "opened tea is no longer taken"),
    ({"condition": Condition.INTACT},                         Worse.CONDITION,   "unused instead of fit for resale"),
    ({"proof": Proof.INVOICE},                                Worse.PROOF,       "only the invoice counts"),
    ({"ways": WHOLE.ways - {Way.PARCEL}},                     Worse.WAYS,        "no parcels"),
    ({"desks": frozenset({Desk.MALL})},                       Worse.WAYS,        "not at the airport"),
    ({"reach": Reach.REGION},                                 Worse.BRANCHES,    "not in the other region"),
    ({"freight": Payer.BUYER},                                Worse.FREIGHT,     "the buyer pays the parcel"),
    ({"refund_days": 5},                                      Worse.REFUND_DAYS, "money later"),
    ({"refund_days": None},                                   Worse.REFUND_DAYS, "no word about the money: seven days count"),
    ({"means": (Means.ORIGINAL,)},                            Worse.MEANS,       "no cash"),
    ({"shop_ids": frozenset({1})},                            Worse.SHOPS,       "one shop fewer"),
    ({"goods_zh": "茶叶"},                                     Worse.WORDS,       "other words, which no machine can weigh"),
    ({"exclusions_zh": "定制品、特价品"},                        Worse.WORDS,       "more words about what is left out"),
)
MORE = (
    ({"days": 30},                                            "more days"),
    ({"covered": frozenset()},                                "all goods"),
    ({"proof": Proof.NONE},                                   "no proof needed"),
    ({"exclusions_zh": ""},                                   "nothing is left out any more"),
    ({"shop_ids": frozenset()},                               "all shops"),
    ({"means": (Means.CASH, Means.ORIGINAL, Means.ALIPAY)},   "one means more"),
    ({"auto_approve_up_to": 0, "keep_item_up_to": 0},         "the merchant's own instructions are no part of the promise"),
)
# fmt: on


@pytest.mark.parametrize(("change", "point", "reason"), LESS, ids=[row[2] for row in LESS])
def test_a_version_that_gives_less_says_where(change: dict, point: Worse, reason: str) -> None:
    assert worse(WHOLE, replace(WHOLE, **change)) == (point,)


@pytest.mark.parametrize(("change", "reason"), MORE, ids=[row[1] for row in MORE])
def test_a_version_that_gives_more_is_not_worse(change: dict, reason: str) -> None:
    assert worse(WHOLE, replace(WHOLE, **change)) == ()


def test_the_same_promise_is_not_worse_than_itself() -> None:
    assert worse(WHOLE, WHOLE) == ()


def test_the_freight_of_parcels_matters_only_where_parcels_are_taken() -> None:
    without = replace(WHOLE, ways=frozenset({Way.SHOP}))
    assert Worse.FREIGHT not in worse(without, replace(without, freight=Payer.BUYER))


# fmt: off
FLAWS = (
    (Promise(days=6, refund_days=7, goods_zh="茶叶"),               (Flaw.SHORT_DAYS,)),
    (Promise(days=7, refund_days=7, goods_zh="茶叶"),               ()),
    (Promise(goods_zh="茶叶"),                                      (Flaw.NO_REFUND_TIME,)),
    (Promise(refund_days=7, goods_zh="茶叶", means=()),             (Flaw.NO_REFUND_MEANS,)),
    (Promise(refund_days=7),                                        (Flaw.NO_WORDS,)),
    (Promise(days=1, means=()), (Flaw.SHORT_DAYS, Flaw.NO_REFUND_TIME, Flaw.NO_REFUND_MEANS, Flaw.NO_WORDS)),
)
# fmt: on


@pytest.mark.parametrize(("promise", "expected"), FLAWS)
def test_staff_are_warned_of_what_is_short_or_missing(promise: Promise, expected: tuple[Flaw, ...]) -> None:
    assert flaws(promise) == expected
    assert set(RULE_OF) == set(Flaw)


# fmt: off
NEAR = (
    (Reach.CITY,       "500103", "500106", True,  "all of Chongqing is one city"),
    (Reach.CITY,       "510104", "510181", True,  "Chengdu with the towns around it"),
    (Reach.CITY,       "510104", "511102", False, "Leshan is another city"),
    (Reach.REGION,     "510104", "511102", True,  "both in Sichuan"),
    (Reach.REGION,     "500103", "510104", False, "across the border of the two regions"),
    (Reach.EVERYWHERE, "500103", "510104", True,  "from Chongqing to Chengdu"),
    (None,             "500103", "500103", False, "no branches are promised"),
)
# fmt: on


@pytest.mark.parametrize(("reach", "bought_in", "other", "accepted", "reason"), NEAR, ids=[row[4] for row in NEAR])
def test_how_far_a_promise_reaches(reach, bought_in, other, accepted, reason) -> None:
    assert within_reach(reach, bought_in, other) is accepted
    assert city_of("500103") == city_of("500240")
