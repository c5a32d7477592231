"""Whole stories in a real browser, from the complaint to the money, over days of moved time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from disputes.rules.lifecycle import Outcome, State
from tests import factories as make
from tests.journeys.conftest import DESK, PASSWORD, PHONE, STARTS_AT
from tests.journeys.people import acts, chooses, files_a_complaint, goes_on, looked_at, offers, signs_in
from tests.web.page_checks import check_page

pytestmark = pytest.mark.journey

TODAY = date(2026, 11, 18)
STORY = "昨日の夜、初めて使ったときに縫い目がほどけました。\n店では話を聞いてもらえませんでした。"


@pytest.mark.parametrize(
    ("width", "scripts"), [(PHONE, True), (DESK, True), (PHONE, False)], ids=["phone", "desk", "no-script"]
)
def test_a_tourist_files_in_japanese_the_shop_offers_the_tourist_counters_and_the_money_arrives(
    site, visit, width, scripts
):
    tourist = visit(width, "ja", scripts=scripts)
    files_a_complaint(
        tourist, words=STORY, item="シルクのスカーフ", shop="丝绸", bought=TODAY - timedelta(days=1), leaves=TODAY + timedelta(days=4),
        photo=make.picture(),
    )  # fmt: skip
    looked_at_if(scripts, tourist)
    site.works()
    assert site.case(lambda c: (c.state, c.language, c.complaint.narrative.body)) == (State.WITH_MERCHANT, "ja", STORY)

    shop = visit(width, "zh-CN", scripts=scripts)
    offers(shop, site.shop_link(), "500", "给您添麻烦了。")
    looked_at_if(scripts, shop)
    assert site.case(lambda c: c.state) == State.OFFERED

    tourist.goto(site.tourist_link())
    looked_at_if(scripts, tourist)
    tourist.locator('a[href*="/counter"]').first.click()
    for remedy in tourist.locator('input[name="remedies"]:checked').all():
        remedy.uncheck(force=True)
    chooses(tourist, "remedies", "price_difference")
    tourist.fill('input[name="amount"]', "900")
    chooses(tourist, "goods", "keep")
    goes_on(tourist)
    assert site.case(lambda c: (c.state, c.open_offer.package["amount"])) == (State.WITH_MERCHANT, 90_000)

    shop.goto(site.shop_link())
    shop.locator('a[href$="/accept"]').click()
    goes_on(shop)
    assert site.case(lambda c: (c.state, c.settlement.offer.package["amount"])) == (State.SETTLED, 90_000)

    site.passes(hours=5)
    shop.goto(site.shop_link())
    shop.locator('a[href$="/performed"]').click()
    shop.locator('input[name="means"]').first.check(force=True)
    goes_on(shop)

    tourist.goto(site.tourist_link())
    looked_at_if(scripts, tourist)
    tourist.locator('form[action*="/confirm"] button').click()
    assert site.case(lambda c: (c.state, c.outcome)) == (State.CLOSED, Outcome.RESOLVED)


def looked_at_if(scripts, page):
    """Without JavaScript a page cannot be measured from inside; its markup still can be read."""
    if scripts:
        looked_at(page)
    else:
        check_page(page.content())


def test_a_tourist_who_never_answers_loses_nothing_and_comes_back_with_one_tap(site, visit):
    tourist = visit(PHONE, "en")
    files_a_complaint(
        tourist,
        words="The lid does not close.",
        item="Tea pot",
        shop="Silk",
        bought=TODAY,
        leaves=TODAY + timedelta(days=2),
        photo=make.picture(),
    )
    site.works()
    shop = visit(DESK, "zh-CN")
    shop.goto(site.shop_link())
    shop.locator('a[href$="/ask"]').click()
    chooses(shop, "phrase", "photo_of_receipt")
    goes_on(shop)
    assert site.case(lambda c: c.state) == State.AWAITING_TOURIST

    site.passes(days=32)
    assert site.case(lambda c: (c.state, c.outcome)) == (State.CLOSED, Outcome.DORMANT)
    assert site.case(lambda c: c.remote_since is not None)

    tourist.goto(site.tourist_link())
    looked_at(tourist)
    tourist.locator('form[action*="/reopen"] button').click()
    assert site.case(lambda c: (c.state, c.outcome)) == (State.MEDIATION, None)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_arabic_pages_are_mirrored_and_whole(site, visit, width):
    page = visit(width, "ar")
    page.goto("/")
    looked_at(page, "ar")
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
    brand = page.locator(".site-header .brand").bounding_box()
    assert brand["x"] + brand["width"] > width / 2, "the name of the service stands at the right"
    page.goto("/file")
    looked_at(page, "ar")
    tile = page.locator(".tile").first
    drawing, mark = tile.locator(".pictogram").bounding_box(), tile.locator(".tile-mark").bounding_box()
    assert drawing["x"] > mark["x"], "the pictogram stands before the words, which is at the right"


@pytest.mark.parametrize("path", ["/", "/file", "/case", "/privacy", "/merchant/sign-in", "/staff/sign-in"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_open_pages_are_well_made_at_both_widths(site, visit, path, width):
    page = visit(width, "en")
    page.goto(path)
    looked_at(page)


def test_the_clock_of_the_stories_starts_on_a_working_day(site):
    with site.inside():
        assert make.clock.now() == STARTS_AT


def test_a_silent_shop_is_carried_to_a_mediator_a_proposal_and_the_authority(site, visit):
    tourist = visit(PHONE, "en")
    files_a_complaint(
        tourist, words="They do not answer at all.", item="Silk scarf", shop="丝绸", bought=TODAY, leaves=TODAY + timedelta(days=12),
        photo=make.picture(), authority=True,
    )  # fmt: skip
    site.works()
    tourist.goto(site.tourist_link())
    tourist.locator('a[href*="/authorise"]').first.click()
    looked_at(tourist)
    tourist.fill('input[name="full_name"]', "HANNAH MILLER")
    tourist.fill('input[name="phone"]', "+44 20 7946 0000")
    tourist.fill('[name="home_address"]', "1 Example Road, London")
    tourist.fill('input[name="document_number"]', "X1234567")
    for box in tourist.locator('main form input[type="checkbox"]').all():
        box.check(force=True)
    chooses(tourist, "elsewhere", "no")
    goes_on(tourist)
    assert site.case(lambda c: c.authorised)

    site.passes(days=6)
    assert site.case(lambda c: (c.state, c.settlements)) == (State.MEDIATION, [])

    officer = visit(DESK, "en")
    signs_in(officer, "officer@demo.example", PASSWORD, site.code_now)
    looked_at(officer)
    officer.goto(f"/staff/cases/{site.case(lambda c: c.number)}")
    looked_at(officer)
    acts(officer, "propose", remedies="price_difference", amount="800", goods="keep", words="各让一步。")
    assert site.case(lambda c: c.state) == State.PROPOSED
    tourist.goto(site.tourist_link())
    tourist.locator('a[href*="/agree"]').first.click()
    goes_on(tourist)

    site.passes(days=5)
    assert site.case(lambda c: c.state) == State.REFERRAL_READY
    officer.reload()
    with officer.expect_download() as package:
        officer.locator('a[href*="referral.pdf"]').first.click()
    assert package.value.suggested_filename.endswith(".pdf")
    today = site.case(lambda c: make.clock.today())
    acts(
        officer, "record-referral", received_by="渝中区市场监督管理局", receipt_number="2026-1187", channel="window", received_time="00:00",
        **{"received_on-year": str(today.year), "received_on-month": str(today.month), "received_on-day": str(today.day)},
    )  # fmt: skip
    assert site.case(lambda c: (c.state, c.referrals[0].receipt_number)) == (State.REFERRED, "2026-1187")
    looked_at(officer)
    tourist.goto(site.tourist_link())
    looked_at(tourist)
