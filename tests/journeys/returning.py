"""What the people of a return do on their pages: the visitor, the shop and the people of the desks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from tests.journeys.people import chooses, goes_on, looked_at, writes_day


def asks(
    page: Page,
    *,
    shop: str,
    item: str,
    goods: str,
    price: str,
    bought: date,
    state: str = "sealed",
    how: str = "counter",
    tax: str = "T0",
) -> None:
    """Ask whether something can go back, without a name, up to the answer."""
    page.goto("/return")
    page.fill('input[name="q"]', shop)
    page.locator('button[name="go"][value="search"]').click()
    page.locator('input[name="shop"]').first.check(force=True)
    goes_on(page)
    page.fill('input[name="items-0-name"]', item)
    page.select_option('select[name="items-0-goods"]', goods)
    page.fill('input[name="items-0-price"]', price)
    chooses(page, "items-0-state", state)
    looked_at(page)
    goes_on(page)
    writes_day(page, "bought_on", bought)
    chooses(page, "how_bought", how)
    if how == "agency":
        chooses(page, "breach", "yes")
        page.fill('input[name="agency"]', "Sunny Tours")
        writes_day(page, "ended_on", bought)
    chooses(page, "proof", "invoice")
    page.fill('input[name="invoice_number"]', "26512000000123")
    chooses(page, "tax", tax)
    if tax != "T0":
        page.fill('input[name="form_number"]', "TR-2026-00311")
    goes_on(page)
    page.wait_for_url("**/return/answer*")


def declares(
    page: Page,
    *,
    way: str,
    leaves: date | None,
    branch: str = "",
    name: str = "田中",
    means: str = "original",
    invoice: str = "",
) -> None:
    """Go on from the answer to the declaration, in two steps: return this, confirm the return."""
    goes_on(page)
    if leaves is None:
        chooses(page, "departure", "departed")
    else:
        chooses(page, "departure", "known")
        writes_day(page, "on", leaves)
        page.select_option('select[name="hour"]', index=20)
        page.select_option('select[name="port"]', "TFU")
    goes_on(page)
    chooses(page, "way", way)
    if branch:
        page.select_option('select[name="branch"]', branch)
    chooses(page, "means", means)
    page.select_option('select[name="paid_how"]', "foreign_card")
    if invoice:
        page.fill('input[name="invoice_amount"]', invoice)
    looked_at(page)
    goes_on(page)
    page.fill('input[name="name"]', name)
    chooses(page, "contact", "email")
    page.fill('input[name="email"]', "tanaka@travellers.example")
    goes_on(page)
    for consent in ("handling", "to_shop"):
        page.locator(f'input[name="{consent}"]').check(force=True)
    goes_on(page)
    page.wait_for_url("**/declared*")


def approves(page: Page, link: str) -> None:
    """As the shop, open the signed link and approve the return."""
    page.goto(link)
    page.locator('a[href$="/approve"]').first.click()
    goes_on(page)


def signs_in_at_the_shop(page: Page, email: str, password: str) -> None:
    """As somebody of a merchant."""
    page.goto("/merchant/sign-in")
    page.fill('input[name="email"]', email)
    page.fill('input[name="password"]', password)
    goes_on(page)


def receives(page: Page, shop: str = "") -> None:
    """Take the goods in at the shop, from wherever they come; the page of the return is open."""
    page.locator('a[href$="/receive"]').first.click()
    if shop:
        page.select_option('select[name="shop"]', label=shop)
    looked_at(page)
    goes_on(page)


def inspects(page: Page, *, refused: str = "") -> None:
    """Look at the goods and report; refused for damage in these words, or else accepted."""
    page.locator('a[href$="/inspect"]').first.click()
    if refused:
        page.locator('input[name^="accepted_"][value="no"]').check(force=True)
        page.locator('input[name^="reasons_"][value="damaged"]').check(force=True)
        page.locator('select[name^="grade_"]').select_option("damaged")
        page.fill('textarea[name="words"]', refused)
    else:
        page.locator('input[name^="accepted_"][value="yes"]').check(force=True)
    looked_at(page)
    goes_on(page)


def pays(page: Page, means: str = "original_card", fee: str = "") -> None:
    """Report the refund."""
    page.locator('a[href$="/refund"]').first.click()
    chooses(page, "means", means)
    page.fill('input[name="payment_reference"]', "RF-77")
    if fee:
        page.fill('input[name="fee"]', fee)
    looked_at(page)
    goes_on(page)


def has_the_money(page: Page, link: str) -> None:
    """As the visitor: yes, it has arrived."""
    page.goto(link)
    page.locator('form[action*="/confirm"] button').first.click()


def signs_in_at_the_desk(page: Page, email: str, password: str, code_now: Callable[[str], str]) -> None:
    """As somebody of a return desk, for the first time."""
    page.goto("/desk/sign-in?lang=en")
    page.fill('input[name="email"]', email)
    page.fill('input[name="password"]', password)
    goes_on(page)
    secret = page.locator("[data-secret], .secret, code").first.inner_text()
    page.fill('input[name="code"]', code_now(secret.replace(" ", "")))
    goes_on(page)
    page.wait_for_url("**/desk/")


def fills_in_the_bag(page: Page, number: str, seal: str, photo: bytes) -> None:
    """At a desk: type the number, note the condition, take the photographs, seal the bag."""
    page.goto("/desk/")
    page.fill('input[name="number"]', number)
    goes_on(page)
    page.locator('a[href$="/take-in"]').click()
    page.locator('input[name^="grade_"][value="as_new"]').check(force=True)
    for side in ("front", "back"):
        page.set_input_files(
            f'input[data-photo="{side}"]', {"name": f"{side}.jpg", "mimeType": "image/jpeg", "buffer": photo}
        )
    page.fill('input[name="seal"]', seal)
    looked_at(page)
    page.locator('button[name="go"][value="check"]').click()
    expect(page.locator('input[name="desk_agrees"]')).to_have_count(1)


def both_confirm(page: Page) -> None:
    """The desk confirms its half, and the visitor the other one."""
    for half in ("desk_agrees", "visitor_agrees"):
        page.locator(f'input[name="{half}"]').check(force=True)
    page.locator('button[name="go"][value="confirm"]').click()
    expect(page.locator('input[name="visitor_agrees"]')).to_have_count(0)
    page.wait_for_load_state()
