"""What the people of the stories do on their pages, in the words of the stories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from tests.web.axe import violations
from tests.web.page_checks import check_page


def looked_at(page: Page, language: str | None = None) -> None:
    """The page is well made, for eyes and for screen readers, and nothing lies outside the screen."""
    check_page(page.content(), language)
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"{page.url} is {too_wide} px wider than the screen"
    assert violations(page) == [], page.url


def goes_on(page: Page) -> None:
    """Press the main button of the page's form."""
    page.locator("main form .form-actions button[type=submit]").first.click()
    expect(page.locator(".error-summary")).to_have_count(0)


def chooses(page: Page, name: str, value: str) -> None:
    """Tap one of the large tiles."""
    page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)


def writes_day(page: Page, name: str, day: date) -> None:
    """Fill the three boxes of a date."""
    for part in ("year", "month", "day"):
        page.fill(f'input[name="{name}-{part}"]', str(getattr(day, part)))


def files_a_complaint(
    page: Page, *, words: str, item: str, shop: str, bought: date, leaves: date, photo: bytes, authority: bool = False
) -> None:
    """Tell everything, one question a page, and send it."""
    page.goto("/")
    page.locator('a[href="/file"]').first.click()
    chooses(page, "category", "quality_defect")
    goes_on(page)
    chooses(page, "dangers", "safe")
    goes_on(page)
    page.fill('input[name="q"]', shop)
    page.locator('button[name="go"][value="search"]').click()
    page.locator('input[name="shop"]').first.check(force=True)
    goes_on(page)
    page.fill('input[name="item"]', item)
    writes_day(page, "bought_on", bought)
    page.locator('input[name="how_bought"]').first.check(force=True)
    page.fill('input[name="amount"]', "1280")
    chooses(page, "paid_how", "foreign_card")
    goes_on(page)
    page.fill('textarea[name="narrative"]', words)
    goes_on(page)
    chooses(page, "remedies", "refund")
    page.fill('input[name="amount"]', "1280")
    chooses(page, "goods", "give_back")
    goes_on(page)
    page.set_input_files('input[type="file"]', {"name": "receipt.jpg", "mimeType": "image/jpeg", "buffer": photo})
    goes_on(page)
    chooses(page, "departure", "known")
    writes_day(page, "on", leaves)
    page.select_option('select[name="hour"]', index=20)
    page.select_option('select[name="port"]', "CKG")
    goes_on(page)
    page.fill('input[name="name"]', "田中")
    chooses(page, "contact", "email")
    page.fill('input[name="email"]', "tanaka@travellers.example")
    goes_on(page)
    for consent in ("handling", "to_shop", *(["to_authority"] if authority else [])):
        page.locator(f'input[name="{consent}"]').check(force=True)
    goes_on(page)
    page.wait_for_url("**/filed*")


def offers(page: Page, link: str, amount: str, words: str) -> None:
    """As the shop, open the signed link and put a package before the customer."""
    page.goto(link)
    page.locator('a[href$="/offer"]').click()
    for remedy in page.locator('input[name="remedies"]:checked').all():
        remedy.uncheck(force=True)
    chooses(page, "remedies", "price_difference")
    page.fill('input[name="amount"]', amount)
    chooses(page, "goods", "keep")
    page.fill('textarea[name="words"]', words)
    goes_on(page)


def signs_in(page: Page, email: str, password: str, code_now: Callable[[str], str]) -> None:
    """As somebody of the staff, sign in for the first time: password, then setting up the app with the code."""
    page.goto("/staff/sign-in?lang=en")
    page.fill('input[name="email"]', email)
    page.fill('input[name="password"]', password)
    goes_on(page)
    secret = page.locator("[data-secret], .secret, code").first.inner_text()
    page.fill('input[name="code"]', code_now(secret.replace(" ", "")))
    goes_on(page)
    page.wait_for_url("**/staff/")


def acts(page: Page, code: str, **fields: str) -> None:
    """As an officer on the page of a case, fill one of the small forms and send it; tiles and lists are chosen by value."""
    page.goto(f"{page.url.split('?')[0].split('#')[0]}?do={code}")
    form = page.locator(f"#act-{code} form").last
    for name, value in fields.items():
        box = form.locator(f'[name="{code}-{name}"]')
        tiles = form.locator(f'.tile-input[name="{code}-{name}"][value="{value}"]')
        if tiles.count():
            for other in form.locator(f'.tile-input[type="checkbox"][name="{code}-{name}"]:checked').all():
                other.uncheck(force=True)
            tiles.check(force=True)
        elif box.first.evaluate("e => e.tagName") == "SELECT":
            box.first.select_option(value)
        else:
            box.first.fill(value)
    form.locator(".form-actions button[type=submit]").first.click()
    expect(page.locator(".error-summary")).to_have_count(0)
