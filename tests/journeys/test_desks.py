"""Return desks in a real browser: goods taken in with and without a network, and the same goods at two desks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from disputes import numbers
from disputes.accounts import passwords
from disputes.accounts.models import User
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.returns.models import ReturnItem
from tests import factories as make
from tests.journeys.conftest import PASSWORD, PHONE, Site
from tests.returns import returned

# What a browser says of a network that is gone and of an answer that is no; both are what these stories are about.
EXPECTED = re.compile(r"ERR_INTERNET_DISCONNECTED|status of 409|status of 422|Failed to fetch")
PHOTO = {"name": "photo.jpg", "mimeType": "image/jpeg"}


@pytest.fixture
def phones(browser: Browser, site: Site) -> Iterator[Callable[[], Page]]:
    """Phones of desks, each with cookies and a memory of its own."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_phone(language: str = "en") -> Page:
        context = browser.new_context(viewport={"width": PHONE, "height": 780}, locale=language, base_url=site.url)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: (
                troubles.append(said.text) if said.type == "error" and not EXPECTED.search(said.text) else None
            ),
        )
        return page

    yield open_phone
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def story(site: Site) -> dict[str, Any]:
    """An approved return of two scarves by somebody who reads Arabic, and the people of two desks."""
    with site.inside():
        case = returned.approved(language="ar", quantity=2)
        people = []
        for name in ("Jiangbei Airport return desk", "Guanyinqiao Mall return desk"):
            desk = returned.desk()
            with transaction():
                db.session.merge(desk).name_en = name
                user = db.session.get_one(User, returned.at_desk(desk).user_id)
                user.password_hash, user.locale = passwords.hashed(PASSWORD), "en"
            people.append(user.email)
        return {"number": case.number, "spoken": numbers.spoken(case.number), "people": people}


def signs_in(page: Page, email: str, site: Site) -> None:
    page.goto("/desk/sign-in?lang=en")
    page.fill('input[name="email"]', email)
    page.fill('input[name="password"]', PASSWORD)
    page.locator("main form button[type=submit]").click()
    secret = page.locator(".set-up-key").inner_text().replace(" ", "")
    page.fill('input[name="code"]', site.code_now(secret))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/desk/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def opens(page: Page, spoken: str) -> None:
    page.fill('input[name="number"]', spoken)
    page.get_by_role("button", name="Open the return").click()
    page.wait_for_url("**/desk/returns/*")


def ticks(page: Page, box: str) -> None:
    """Tap the tile of a box, as a finger does: on its words."""
    name = page.locator(box).first.get_attribute("id")
    page.locator(f'label[for="{name}"]').click()


def fills_in(page: Page, seal: str) -> None:
    ticks(page, '[data-grades] input[value="opened"]')
    for name, colour in (("front", (90, 60, 30)), ("back", (30, 60, 90))):
        page.locator(f'input[data-photo="{name}"]').first.set_input_files(
            {**PHOTO, "buffer": make.picture(colour, (640, 480))}
        )
    page.fill('input[name="seal"]', seal)


def test_goods_are_taken_in_on_one_phone_that_both_hold(
    site: Site, story: dict[str, Any], phones: Callable[[], Page]
) -> None:
    page = phones()
    signs_in(page, story["people"][0], site)
    opens(page, story["spoken"])
    page.get_by_role("link", name="Take in", exact=True).last.click()
    fills_in(page, "CQ-0042")
    page.get_by_role("button", name="Go on").click()
    half = page.locator(".visitor-half")
    expect(half).to_have_attribute("dir", "rtl")
    ticks(page, "#desk_agrees")
    ticks(page, "#visitor_agrees")
    page.get_by_role("button", name="Both agree").click()
    page.wait_for_url("**/receipts/*")
    expect(page.locator(".visitor-half")).to_contain_text("CQ-0042")
    page.goto("/desk/lying")
    expect(page.locator("main")).to_contain_text("CQ-0042")


def test_the_same_goods_at_two_desks_of_which_one_has_no_network(
    site: Site, story: dict[str, Any], phones: Callable[[], Page]
) -> None:
    airport, mall = phones(), phones()
    for page, email in zip((airport, mall), story["people"], strict=True):
        signs_in(page, email, site)
        opens(page, story["spoken"])

    # At the airport the network goes away. The page of the form opens all the same, and both confirm.
    expect(airport.locator("a[data-keep-page]")).to_be_visible()
    airport.wait_for_function(
        "async (n) => Boolean(await caches.match(new URL(`/desk/returns/${n}/take-in`, location.href).href))",
        arg=story["number"],
    )
    airport.context.set_offline(True)
    airport.locator("a[data-keep-page]").click()
    airport.wait_for_url("**/take-in")
    fills_in(airport, "AIR-1")
    airport.get_by_role("button", name="Go on").click()
    half = airport.locator(".visitor-half").first
    expect(half).to_have_attribute("dir", "rtl")
    expect(half).to_contain_text("AIR-1")
    airport.locator("[data-keep]").click()
    expect(airport.locator("[data-unconfirmed]")).to_be_visible()
    ticks(airport, '[data-agrees="desk"]')
    ticks(airport, '[data-agrees="visitor"]')
    airport.locator("[data-keep]").click()
    waiting = airport.locator("[data-waiting]")
    expect(waiting).to_contain_text(story["spoken"])
    expect(waiting).to_contain_text("Waiting to be sent")

    # Another page of the desk cannot be reached; what waits is still there.
    airport.goto("/desk/day")
    expect(airport.locator("h1")).to_contain_text("No network")
    expect(airport.locator("[data-waiting]")).to_contain_text(story["spoken"])

    # Meanwhile somebody takes the same goods in at the mall, with a network.
    mall.locator("a[data-keep-page]").click()
    fills_in(mall, "MALL-9")
    mall.get_by_role("button", name="Go on").click()
    ticks(mall, "#desk_agrees")
    ticks(mall, "#visitor_agrees")
    mall.get_by_role("button", name="Both agree").click()
    mall.wait_for_url("**/receipts/*")

    # The network is back: the server decides, and the loser is told who was first and what to do.
    airport.context.set_offline(False)
    waiting = airport.locator("[data-waiting]")
    expect(waiting).to_contain_text("somebody else has these goods already", timeout=30000)
    waiting.get_by_role("link", name="What to do now").click()
    expect(airport.locator("h1")).to_have_text("Somebody was first")
    expect(airport.locator("main")).to_contain_text("Guanyinqiao Mall return desk")
    expect(airport.locator("main")).to_contain_text("MALL-9")
    waiting.get_by_role("button", name="Take off this list").click()
    expect(waiting).to_be_hidden()
    with site.inside():
        rows = [row for item in db.session.scalars(db.select(ReturnItem)) for row in item.custody]
        assert [row.seal for row in rows] == ["MALL-9"]


def test_what_was_taken_in_without_a_network_is_sent_by_itself_and_once(
    site: Site, story: dict[str, Any], phones: Callable[[], Page]
) -> None:
    page = phones()
    signs_in(page, story["people"][0], site)
    opens(page, story["spoken"])
    page.locator("a[data-keep-page]").click()
    fills_in(page, "OFF-7")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_have_text("Both confirm")
    page.context.set_offline(True)
    ticks(page, "#desk_agrees")
    ticks(page, "#visitor_agrees")
    page.get_by_role("button", name="Both agree").click()
    expect(page.locator("[data-waiting]")).to_contain_text("OFF-7")
    page.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_contain_text("Sent and taken in", timeout=30000)
    page.locator("[data-waiting]").get_by_role("link", name="Receipt").click()
    expect(page.locator(".visitor-half")).to_contain_text("OFF-7")
    with site.inside():
        case = db.session.scalars(db.select(Case).where(Case.number == story["number"])).one()
        (item,) = returned.record(case).items
        assert [(row.seal, row.quantity) for row in item.custody] == [("OFF-7", 2)]
        assert set(item.custody[-1].photographs) == {"front", "back"}
