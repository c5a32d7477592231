"""A visitor without e-mail phones the hotline: an officer takes the complaint down, and the visitor opens the case by its words."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from disputes.rules.lifecycle import State
from tests import factories as make
from tests.journeys.conftest import DESK, PASSWORD, PHONE
from tests.journeys.people import chooses, signs_in
from tests.journeys.test_stories import looked_at
from tests.web.axe import violations
from tests.web.page_checks import check_page

pytestmark = pytest.mark.journey

STORY = "游客说昨晚第一次用时缝线就开了，店家不肯看。"


def takes_down(page: Page, shop: str) -> None:
    """Type what the visitor tells, in the order of the page, and look for the shop on the way."""
    page.locator('a[href$="/staff/take-down"]').click()
    chooses(page, "safe-dangers", "safe")
    page.select_option('select[name="reach-language"]', "ar")
    page.fill('input[name="reach-name"]', "ليلى")
    page.select_option('select[name="reach-country"]', "EG")
    page.select_option('select[name="what-category"]', "quality_defect")
    page.fill('textarea[name="story-narrative"]', STORY)
    page.fill('input[name="where-q"]', shop)
    page.locator('button[name="go"][value="search"]').click()
    expect(page.locator("#found .tile-title").first).to_contain_text("解放碑丝绸行")
    page.locator('#found input[name="where-shop"]').first.check(force=True)
    page.fill('input[name="bought-item"]', "丝绸围巾")
    page.fill('input[name="bought-amount"]', "1280")
    page.select_option('select[name="bought-how_bought"]', "counter")
    page.select_option('select[name="bought-paid_how"]', "cash")
    chooses(page, "want-remedies", "refund")
    chooses(page, "want-goods", "give_back")
    chooses(page, "leave-departure", "unknown")
    chooses(page, "reach-contact", "none")
    for consent in ("handling", "to_shop"):
        page.locator(f'input[name="check-{consent}"]').check(force=True)


def sends(page: Page) -> None:
    page.locator("#take-down .form-actions button[type=submit]").click()


@pytest.mark.parametrize(
    ("width", "scripts"), [(DESK, True), (PHONE, True), (DESK, False)], ids=["desk", "phone", "no-script"]
)
def test_a_visitor_phones_and_opens_the_case_by_the_words_on_the_slip(site, visit, width, scripts):
    officer = visit(width, "en", scripts=scripts)
    signs_in(officer, "officer@demo.example", PASSWORD, site.code_now)
    takes_down(officer, "Silk")
    if scripts:
        assert violations(officer) == []
        looked_at(officer)
    sends(officer)
    expect(officer.locator(".error-summary")).to_have_count(0)
    officer.wait_for_url("**/taken-down")
    assert site.case(lambda c: (c.language, c.complaint.channel, c.tourist.email)) == ("ar", "staff", None)
    number, words = site.case(lambda c: c.number), site.case(make.words_of)
    for word in words.split():
        expect(officer.locator("main")).to_contain_text(word)
    if scripts:
        assert violations(officer) == []
        looked_at(officer)

    officer.locator('a[href$="/slip"]').first.click()
    officer.wait_for_url("**/slip")
    check_page(officer.content(), "ar")
    if scripts:
        assert violations(officer) == []
        looked_at(officer, "ar")

    visitor = visit(PHONE, "ar", scripts=scripts)
    visitor.goto("/case")
    visitor.fill('input[name="number"]', number)
    visitor.fill('[name="words"]', words)
    visitor.locator("main form .form-actions button[type=submit]").first.click()
    visitor.wait_for_url("**/c/*")
    expect(visitor.locator("h1")).to_be_visible()
    site.works()
    assert site.case(lambda c: c.state) == State.WITH_MERCHANT


def test_an_error_takes_the_officer_to_its_field_and_keeps_all_that_was_typed(site, visit):
    officer = visit(DESK, "en")
    signs_in(officer, "officer@demo.example", PASSWORD, site.code_now)
    takes_down(officer, "Silk")
    officer.fill('input[name="reach-name"]', "")
    sends(officer)
    expect(officer.locator(".error-summary")).to_be_focused()
    assert violations(officer) == []
    assert officer.locator('textarea[name="story-narrative"]').input_value() == STORY
    officer.locator(".error-summary a").first.click()
    officer.keyboard.type("ليلى")
    sends(officer)
    officer.wait_for_url("**/taken-down")
    assert site.case(lambda c: c.tourist.name) == "ليلى"
