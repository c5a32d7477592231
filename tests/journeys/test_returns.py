"""Whole returns in a real browser, from "can I give this back?" to the money, at shops, branches, desks and by parcel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from disputes.accounts import passwords
from disputes.db import db, transaction
from disputes.merchants.models import Shop
from disputes.returns import deciding, declaring
from disputes.rules.lifecycle import Outcome, State
from disputes.rules.publishing import Reach
from disputes.rules.return_way import Holder
from disputes.web.sessions import return_token
from tests import factories as make
from tests.journeys.conftest import DESK, PASSWORD, PHONE
from tests.journeys.people import goes_on, looked_at, offers
from tests.journeys.returning import (
    approves,
    asks,
    both_confirm,
    declares,
    fills_in_the_bag,
    has_the_money,
    inspects,
    pays,
    receives,
    signs_in_at_the_desk,
    signs_in_at_the_shop,
)
from tests.journeys.test_stories import TODAY
from tests.returns import returned

pytestmark = pytest.mark.journey

CHENGDU = "成都春熙路丝绸行"


def shop_of(site, **terms):
    """The shop of the stories with its promise; and a user of its company."""
    shop = db.session.scalars(db.select(Shop)).one()
    returned.pledged(shop, **terms)
    user = make.merchant_user(shop.merchant, email="chunxi@demo.example")
    with transaction():
        user.password_hash = passwords.hashed(PASSWORD)
    return shop


def of_the_return(site, read):
    """What ``read`` says of the newest return."""

    def record(case):
        return read(deciding.record_of(case))

    return site.case(record)


def test_a_silk_scarf_bought_on_jiefangbei_goes_back_at_a_branch_in_chengdu_and_the_card_is_credited(site, visit):
    with site.inside():
        shop = shop_of(site, reach=Reach.EVERYWHERE)
        branch = make.shop(
            shop.merchant,
            name_zh=CHENGDU,
            name_en="Chunxi Road Silk House",
            division_code="510104",
            email="silk@shops.example",
        )
        branch_id = branch.id
    site.passes(days=3)

    tourist = visit(PHONE, "ja")
    asks(tourist, shop="解放碑丝绸", item="シルクのスカーフ", goods="ordinary", price="388", bought=TODAY, tax="T1")
    looked_at(tourist, "ja")
    declares(tourist, way="branch", branch=str(branch_id), leaves=TODAY + timedelta(days=8), invoice="388")
    looked_at(tourist, "ja")
    assert of_the_return(site, lambda r: (r.strength, r.way, r.to_shop_id, r.tax.state)) == (
        "promise",
        "branch",
        branch_id,
        "T1",
    )

    sold_it = visit(DESK, "zh-CN")
    approves(sold_it, site.shop_link())
    assert site.case(lambda c: c.state) == State.APPROVED
    tourist.goto(site.tourist_link())
    looked_at(tourist, "ja")
    tourist.goto(tourist.url.split("?")[0] + "/places")
    assert CHENGDU in tourist.content()

    in_chengdu = visit(PHONE, "zh-CN")
    signs_in_at_the_shop(in_chengdu, "chunxi@demo.example", PASSWORD)
    in_chengdu.goto(site.case(lambda case: f"/r/{return_token(case)}"))
    looked_at(in_chengdu)
    receives(in_chengdu, CHENGDU)
    item = of_the_return(site, lambda r: (r.items[0].holder, r.items[0].holder_id, r.received_at is not None))
    assert item == (Holder.SHOP, branch_id, True)
    inspects(in_chengdu)
    assert site.case(lambda c: c.state) == State.REFUND_DUE

    sold_it.goto(site.shop_link())
    sold_it.locator('a[href$="/tax/void"]').first.click()
    goes_on(sold_it)
    sold_it.goto(site.shop_link())
    pays(sold_it)
    looked_at(sold_it)
    assert site.case(lambda c: c.state) == State.REFUNDED
    paid = of_the_return(site, lambda r: (r.refund.amount, r.refund.means, r.tax.voided_at is not None))
    assert paid == (38_800, "original_card", True)
    assert of_the_return(site, lambda r: [(e.payer, e.payee, e.amount) for e in r.tax.entries]) == [
        ("shop", "tourist", 38_800)
    ]

    has_the_money(tourist, site.tourist_link())
    looked_at(tourist, "ja")
    assert site.case(lambda c: (c.state, c.outcome)) == (State.CLOSED, Outcome.RESOLVED)


def test_porcelain_refused_for_damage_becomes_a_dispute_with_one_tap_and_is_settled(site, visit):
    with site.inside():
        shop_of(site)
    tourist = visit(PHONE, "en")
    asks(tourist, shop="丝绸", item="Porcelain tea set", goods="ordinary", price="680", bought=TODAY)
    declares(tourist, way="shop", leaves=TODAY + timedelta(days=6), name="Anna")
    shop = visit(DESK, "zh-CN")
    approves(shop, site.shop_link())
    shop.goto(site.shop_link())
    receives(shop)
    inspects(shop, refused="壶盖有裂纹，请看照片。")
    assert site.case(lambda c: c.state) == State.REJECTED

    tourist.goto(site.tourist_link())
    looked_at(tourist)
    assert "壶盖有裂纹" in tourist.content()
    tourist.locator('form[action$="/dispute"] button').first.click()
    tourist.wait_for_load_state()
    looked_at(tourist)
    site.works()
    dispute = site.case(lambda c: (c.kind, c.complaint.item, c.complaint.amount))
    assert dispute == ("dispute", "Porcelain tea set", 68_000)
    with site.inside():
        before = db.session.scalars(db.select(declaring.Return)).one()
        assert (before.case.outcome, before.dispute.kind) == (Outcome.BECAME_DISPUTE, "dispute")

    offers(shop, site.shop_link(), "500", "我们愿意退一部分。")
    tourist.goto(site.tourist_link())
    tourist.locator('a[href*="/accept"]').first.click()
    goes_on(tourist)
    settled = site.case(lambda c: (c.state, c.settlement.offer.package["amount"]))
    assert settled == (State.SETTLED, 50_000)


def test_jade_from_a_shop_that_an_agency_arranged_goes_back_on_day_29_and_not_on_day_31(site, visit):
    tourist = visit(PHONE, "en")
    asks(
        tourist,
        shop="丝绸",
        item="Jade bracelet",
        goods="precious",
        price="5200",
        bought=TODAY - timedelta(days=29),
        how="agency",
    )
    looked_at(tourist)
    assert "You have a right to this." in tourist.content()
    assert "The travel agency arranges the return and bears its cost." in tourist.content()
    declares(tourist, way="shop", leaves=TODAY + timedelta(days=2), name="Priya")
    assert of_the_return(site, lambda r: (r.strength, r.ground)) == ("right", "agency")
    shop = visit(DESK, "zh-CN")
    approves(shop, site.shop_link())
    shop.goto(site.shop_link())
    receives(shop)
    inspects(shop)
    shop.goto(site.shop_link())
    pays(shop)
    has_the_money(tourist, site.tourist_link())
    assert site.case(lambda c: (c.state, c.outcome)) == (State.CLOSED, Outcome.RESOLVED)

    another = visit(PHONE, "en")
    asks(
        another,
        shop="丝绸",
        item="Jade bracelet",
        goods="precious",
        price="5200",
        bought=TODAY - timedelta(days=31),
        how="agency",
    )
    assert "You have a right to this." not in another.content()


def test_a_parcel_from_abroad_arrives_and_the_transfer_is_paid_with_its_fee_shown(site, visit):
    with site.inside():
        shop_of(site)
    tourist = visit(PHONE, "en")
    asks(tourist, shop="丝绸", item="Silk shawl", goods="ordinary", price="1280", bought=TODAY - timedelta(days=4))
    declares(tourist, way="parcel", leaves=None, name="Marcus", means="bank_abroad")
    shop = visit(DESK, "zh-CN")
    approves(shop, site.shop_link())
    tourist.goto(site.tourist_link())
    looked_at(tourist)
    tourist.locator('a[href$="/parcel"]').first.click()
    tourist.fill('input[name="carrier"]', "EMS")
    tourist.fill('input[name="tracking_number"]', "EE123456785US")
    tourist.set_input_files(
        'input[type="file"]', {"name": "proof.jpg", "mimeType": "image/jpeg", "buffer": make.picture()}
    )
    goes_on(tourist)
    assert of_the_return(site, lambda r: (r.case.state, r.items[0].holder, r.tracking_number)) == (
        State.HANDED_OVER, Holder.CARRIER, "EE123456785US",
    )  # fmt: skip
    assert site.case(lambda c: len(c.evidence)) == 1

    site.passes(days=5)
    shop.goto(site.shop_link())
    receives(shop)
    inspects(shop)
    shop.goto(site.shop_link())
    pays(shop, "bank_transfer", fee="60")
    tourist.goto(site.tourist_link())
    looked_at(tourist)
    assert of_the_return(site, lambda r: (r.refund.amount, r.refund.fee)) == (128_000, 6_000)
    has_the_money(tourist, site.tourist_link())
    assert site.case(lambda c: c.outcome) == Outcome.RESOLVED


def test_the_same_goods_at_two_desks_are_taken_in_once_and_the_second_desk_sees_who_has_them(site, visit):
    with site.inside():
        case = returned.approved(shop=shop_of(site), price=38_800)
        number = case.number
        people = []
        for n, name in enumerate(("江北机场退货服务台", "重庆北站退货服务台")):
            desk = returned.desk(**({} if n == 0 else {"kind": "station"}))
            actor = returned.at_desk(desk)
            with transaction():
                desk.name_zh, desk.name_en = name, f"Desk {n + 1} of this story"
                user = db.session.get_one(make.User, actor.user_id)
                user.email, user.password_hash = f"desk{n}@demo.example", passwords.hashed(PASSWORD)
            people.append(f"desk{n}@demo.example")
    phones = []
    for n, email in enumerate(people):
        phone = visit(PHONE, "en")
        signs_in_at_the_desk(phone, email, PASSWORD, site.code_now)
        fills_in_the_bag(phone, number, f"SEAL-{n}", make.picture())
        looked_at(phone)
        phones.append(phone)
    first, second = phones
    both_confirm(first)
    looked_at(first)
    both_confirm(second)
    looked_at(second)
    assert "SEAL-0" in first.content()
    assert "Desk 1 of this story" in second.content(), "the loser sees who was first"
    item = of_the_return(site, lambda r: [(c.seal, c.taker) for c in r.items[0].custody])
    assert item == [("SEAL-0", Holder.DESK)]
    assert site.case(lambda c: c.state) == State.HANDED_OVER
