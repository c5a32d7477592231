"""Promises are published in versions, bind for the day of purchase, and leave a history that nobody can change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError, ProgrammingError

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.actors import SYSTEM, Actor
from disputes.db import db, transaction
from disputes.pledges import commands, queries
from disputes.pledges.commands import PledgeRefused
from disputes.rules.goods import GoodsClass
from disputes.rules.lifecycle import Role
from disputes.rules.pledges import Way
from disputes.rules.publishing import BreachReason, NetworkKind, Promise, Reach, Standing
from tests import factories as make

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("database")


def next_version(pledge, applies_from=None, **changes):
    """Publish a new version of a promise that differs in these points."""
    promise = replace(pledge.published[-1].promise, **changes)
    with transaction():
        commands.change_draft(pledge, SYSTEM, promise)
        return commands.publish(pledge, SYSTEM, applies_from)


def refused(code, verb, *args, **more):
    with pytest.raises(PledgeRefused) as error:
        verb(*args, **more)
    db.session.rollback()
    assert error.value.code == code


# --- versions


def test_a_purchase_is_judged_by_the_version_of_its_day() -> None:
    shop = make.shop()
    today = clock.today()
    pledge = make.pledge(shop, days=15, applies_from=today - 10 * DAY)
    next_version(pledge, days=10)
    assert queries.version_on(shop.id, today - 11 * DAY) is None
    assert queries.version_on(shop.id, today - 10 * DAY).days == 15
    assert queries.version_on(shop.id, today).days == 15
    assert queries.version_on(shop.id, today + DAY).days == 10
    assert queries.version_on(shop.id, today + DAY).worse_in == ["days"]


def test_a_better_version_may_apply_from_today() -> None:
    shop = make.shop()
    pledge = make.pledge(shop, days=7)
    assert next_version(pledge, clock.today(), days=30).worse_in == []
    assert queries.version_on(shop.id, clock.today()).days == 30


def test_a_worse_version_is_refused_for_today() -> None:
    pledge = make.pledge(days=15)
    refused("pledge_worse_from_tomorrow", next_version, pledge, clock.today(), days=14)


def test_no_version_of_a_merchant_reaches_back() -> None:
    shop = make.shop()
    with transaction():
        pledge = commands.draft_pledge(shop.merchant, SYSTEM, Promise())
    refused("pledge_starts_in_the_past", commands.publish, pledge, SYSTEM, clock.today() - DAY)


def test_a_draft_binds_nobody_and_is_seen_by_nobody_else() -> None:
    shop = make.shop()
    with transaction():
        commands.draft_pledge(shop.merchant, SYSTEM, Promise())
    assert queries.version_on(shop.id, clock.today()) is None
    assert queries.entry(shop.code) is None
    assert queries.register() == []


def test_what_was_published_cannot_be_changed_even_behind_the_programs_back() -> None:
    pledge = make.pledge()
    with pytest.raises((InternalError, ProgrammingError)):
        db.session.execute(text("UPDATE pledge_versions SET days = 1 WHERE pledge_id = :id"), {"id": pledge.id})
    db.session.rollback()


def test_the_history_tells_every_change_and_cannot_be_changed() -> None:
    pledge = make.pledge()
    next_version(pledge, days=5)
    with transaction():
        commands.withdraw(pledge, SYSTEM, clock.today(), "我们搬走了")
    db.session.expire_all()
    told = [event.action for event in reversed(queries.history(pledge))]
    assert told == ["drafted", "published", "drafted", "published", "withdrawn"]
    with pytest.raises((InternalError, ProgrammingError)):
        db.session.execute(text("DELETE FROM pledge_events"))
    db.session.rollback()


def test_a_withdrawn_promise_covers_the_day_of_its_withdrawal_and_stays_in_the_register() -> None:
    shop = make.shop()
    today = clock.today()
    pledge = make.pledge(shop, applies_from=today - 5 * DAY)
    refused("pledge_withdrawn_in_the_past", commands.withdraw, pledge, SYSTEM, today - DAY, "搬走")
    refused("pledge_reason_missing", commands.withdraw, pledge, SYSTEM, today, " ")
    with transaction():
        commands.withdraw(pledge, SYSTEM, today, "搬走")
    assert queries.version_on(shop.id, today) is not None
    assert queries.version_on(shop.id, today + DAY) is None
    with transaction():
        clock.run_ahead(2 * 86400)
    assert queries.entry(shop.code).standing is Standing.WITHDRAWN
    refused("pledge_withdrawn_already", commands.publish, pledge, SYSTEM)


def test_a_promise_for_one_shop_counts_before_the_one_for_all() -> None:
    shop = make.shop()
    other = make.shop(shop.merchant)
    make.pledge(shop, days=7)
    make.pledge(shop, days=30, shop_ids=frozenset({other.id}))
    assert queries.version_on(shop.id, clock.today()).days == 7
    assert queries.version_on(other.id, clock.today()).days == 30
    assert queries.entry(other.code).version.days == 30


def test_two_promises_for_the_same_shop_are_refused() -> None:
    shop = make.shop()
    make.pledge(shop)
    refused("pledge_shop_taken", make.pledge, shop)


# fmt: off
CONTRADICTIONS = (
    ({"days": 0},                                             "pledge_days_out_of_range"),
    ({"days": 366},                                           "pledge_days_out_of_range"),
    ({"refund_days": 61},                                     "pledge_refund_days_out_of_range"),
    ({"ways": frozenset()},                                   "pledge_no_way"),
    ({"covered": frozenset({GoodsClass.FOOD}), "excluded": frozenset({GoodsClass.FOOD})}, "pledge_goods_contradict"),
    ({"shop_ids": frozenset({987654321})},                    "pledge_shop_not_yours"),
)
# fmt: on


@pytest.mark.parametrize(("change", "code"), CONTRADICTIONS)
def test_a_promise_that_contradicts_itself_is_not_kept(change: dict, code: str) -> None:
    refused(code, make.pledge, promise=Promise(**change))


def test_a_short_promise_is_published_and_staff_are_warned() -> None:
    staff = actors.of_user(make.officer())
    short = make.pledge(days=3)
    whole = make.pledge(days=7)
    assert queries.flaws_of(short) == ("short_days",)
    assert queries.pledges(staff, flawed=True) == [short]
    assert whole in queries.pledges(staff)


# --- the rules' view


def test_the_rules_get_the_terms_with_the_shops_that_accept() -> None:
    here = make.shop()
    there = make.shop(here.merchant, division_code="510104")
    make.pledge(here)
    terms = queries.terms_on(here.id, clock.today())
    assert terms.days == 15
    assert terms.refund_days == 3
    assert terms.in_force(clock.today())
    assert terms.accepts_at(there.code, "Chengdu", here.code)
    assert queries.terms_on(here.id, clock.today() - DAY) is None


# --- breaches


@pytest.fixture
def broken():
    pledge = make.pledge()
    staff = actors.of_user(make.officer())
    with transaction():
        breach = commands.record_breach(
            pledge, staff, case_number="2600482716", happened_on=clock.today(), reason=BreachReason.RETURN_REFUSED
        )
    return breach


def test_a_breach_is_visible_and_the_promise_still_binds(broken) -> None:
    shop = broken.pledge.merchant.shops[0]
    entry = queries.entry(shop.code)
    assert entry.is_broken
    assert entry.standing is Standing.IN_FORCE
    assert queries.version_on(shop.id, clock.today()) is not None


def test_only_staff_record_and_clear_a_breach(broken) -> None:
    owner = actors.of_user(make.merchant_user(broken.pledge.merchant))
    refused(
        "pledge_staff_only", commands.record_breach, broken.pledge, owner, case_number="1", happened_on=clock.today(),
        reason=BreachReason.REFUND_LATE,
    )  # fmt: skip
    refused("pledge_staff_only", commands.clear_breach, broken, owner, "it was none")


def test_the_merchant_may_comment_and_nobody_else(broken) -> None:
    owner = actors.of_user(make.merchant_user(broken.pledge.merchant))
    stranger = actors.of_user(make.merchant_user())
    refused("pledge_merchant_only", commands.comment_breach, broken, stranger, "not us")
    with transaction():
        commands.comment_breach(broken, owner, "我们已经退款。")
    assert broken.comment == "我们已经退款。"
    assert queries.breach(broken.id, stranger) is None
    assert queries.breach(broken.id, owner) is broken


def test_a_cleared_breach_stays_and_says_so(broken) -> None:
    staff = actors.of_user(make.officer())
    refused("pledge_reason_missing", commands.clear_breach, broken, staff, "")
    with transaction():
        commands.clear_breach(broken, staff, "记录有误")
    entry = queries.entry(broken.pledge.merchant.shops[0].code)
    assert not entry.is_broken
    assert entry.breaches == [broken]
    refused("pledge_breach_cleared", commands.clear_breach, broken, staff, "again")


# --- who sees what


def test_a_merchant_sees_its_own_promises_and_nobody_elses() -> None:
    mine, other = make.pledge(), make.pledge()
    owner = actors.of_user(make.merchant_user(mine.merchant))
    assert queries.pledges(owner) == [mine]
    assert queries.find(other.code, owner) is None
    assert queries.find(mine.code, owner) is mine
    assert queries.pledges(Actor(Role.TOURIST, case_id=1)) == []


# --- networks


@pytest.fixture
def two_shops():
    """Two shops of different merchants, each with a promise that speaks of other branches."""
    here, there = make.shop(), make.shop(division_code="510104")
    make.pledge(here), make.pledge(there)
    return here, there


def test_shops_of_a_network_take_back_each_others_goods_while_both_are_members(two_shops) -> None:
    here, there = two_shops
    staff, today = actors.of_user(make.officer()), clock.today()
    with transaction():
        network = commands.found_network(staff, NetworkKind.MALL, "太古里退货网络")
        for shop in two_shops:
            commands.ask_to_join(network, shop, staff)
    version = queries.version_on(here.id, today)
    assert queries.accepting_shops(here, version, today) == [there]
    with transaction():
        commands.leave(network.members[1], staff, today + DAY)
    assert queries.accepting_shops(here, version, today + DAY) == [there]
    assert queries.accepting_shops(here, version, today + 2 * DAY) == []


def test_whoever_asks_to_join_waits_for_the_owner(two_shops) -> None:
    here, there = two_shops
    owner, guest = (actors.of_user(make.merchant_user(shop.merchant)) for shop in two_shops)
    with transaction():
        network = commands.found_network(owner, NetworkKind.BRAND, "蜀锦联盟", owner=here.merchant)
        commands.ask_to_join(network, here, owner)
        asked = commands.ask_to_join(network, there, guest)
    assert asked.joins_on is None
    refused("network_member_already", commands.ask_to_join, network, there, guest)
    refused("network_not_yours", commands.admit, asked, guest)
    with transaction():
        commands.admit(asked, owner)
    assert asked.belongs(clock.today())
    refused("network_answered_already", commands.refuse_member, asked, owner)


def test_nobody_joins_with_the_shop_of_another_company(two_shops) -> None:
    here, there = two_shops
    owner = actors.of_user(make.merchant_user(here.merchant))
    with transaction():
        network = commands.found_network(owner, NetworkKind.CHAIN, "连锁", owner=here.merchant)
    refused("network_shop_not_yours", commands.ask_to_join, network, there, owner)


def test_a_refused_shop_may_ask_again_and_a_former_member_may_come_back(two_shops) -> None:
    _, there = two_shops
    staff, guest = actors.of_user(make.officer()), actors.of_user(make.merchant_user(there.merchant))
    with transaction():
        network = commands.found_network(staff, NetworkKind.MALL, "商场")
        commands.refuse_member(commands.ask_to_join(network, there, guest), staff)
        again = commands.ask_to_join(network, there, guest)
        commands.admit(again, staff)
        commands.leave(again, guest)
        commands.ask_to_join(network, there, guest)
    assert len(network.members) == 3


def test_own_branches_accept_as_far_as_the_promise_reaches() -> None:
    here = make.shop()
    near, far = make.shop(here.merchant), make.shop(here.merchant, division_code="510104")
    closed = make.shop(here.merchant)
    with transaction():
        closed.active = False
    make.pledge(here, reach=Reach.CITY)
    version = queries.version_on(here.id, clock.today())
    assert queries.accepting_shops(here, version, clock.today()) == [near]
    assert far not in queries.accepting_shops(here, version, clock.today())


def test_without_a_word_about_branches_no_branch_accepts() -> None:
    here = make.shop()
    make.shop(here.merchant)
    make.pledge(here, ways=frozenset({Way.SHOP}))
    assert queries.entry(here.code).accepting == ()
