"""A merchant writes, previews, publishes, replaces and withdraws its own promises, and nobody else's."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import pikepdf
import pytest

from disputes import clock
from disputes.accounts import actors, passwords
from disputes.db import transaction
from disputes.pledges import commands, queries
from disputes.rules.publishing import NetworkKind
from tests import factories as make
from tests.web.page_checks import check_page

PASSWORD = "eleven-lanterns-on-the-river"
FILLED = {
    "days": "15", "starts": "purchase", "goods_zh": "真丝围巾", "goods_en": "Silk scarves", "condition": "intact",
    "proof": "any", "ways": ["shop", "branch"], "reach": "everywhere", "freight": "buyer", "refund_days": "3",
    "means": ["original", "cash"],
}  # fmt: skip


@pytest.fixture
def portal(client):
    """The portal of a merchant with one shop, signed in."""

    class Portal:
        def __init__(self):
            self.shop = make.shop()
            self.user = make.merchant_user(self.shop.merchant)
            self.actor = actors.of_user(self.user)
            with transaction():
                self.user.password_hash = passwords.hashed(PASSWORD)
            self.post("/merchant/sign-in", email=self.user.email, password=PASSWORD)

        def get(self, address, status=200):
            answer = client.get(address)
            assert answer.status_code == status, answer.text
            if answer.mimetype == "text/html":
                check_page(answer.text)
            return answer

        def post(self, address, at=None, **fields):
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(at or address).text)
            return client.post(address, data={"csrf_token": token[1] if token else "", **fields})

        def draft(self, **fields):
            answer = self.post("/merchant/pledges/new", **{**FILLED, **fields})
            assert answer.status_code == 303, re.findall(r"field-error.*", answer.text)
            return queries.pledges(self.actor)[0]

        def published(self, **fields):
            pledge = self.draft(**fields)
            assert self.post(f"/merchant/pledges/{pledge.code}/preview").status_code == 303
            return pledge

    return Portal()


def test_a_promise_is_written_seen_and_published(portal, client) -> None:
    portal.get("/merchant/pledges")
    pledge = portal.draft()
    seen = portal.get(f"/merchant/pledges/{pledge.code}/preview?lang=en").text
    assert "Return within 15 days, without giving a reason." in seen
    assert "Silk scarves" in seen
    assert client.get(f"/pledges/{portal.shop.code}").status_code == 404, "a draft is not public"
    assert portal.post(f"/merchant/pledges/{pledge.code}/preview").status_code == 303
    assert client.get(f"/pledges/{portal.shop.code}").status_code == 200
    portal.get(f"/merchant/pledges/{pledge.code}")
    portal.get("/merchant/pledges")


def test_a_new_version_that_gives_less_says_so_before_it_is_published(portal) -> None:
    pledge = portal.published()
    portal.get(f"/merchant/pledges/{pledge.code}/edit")
    portal.post(f"/merchant/pledges/{pledge.code}/edit", **{**FILLED, "days": "3"})
    seen = portal.get(f"/merchant/pledges/{pledge.code}/preview?lang=en").text
    assert "This version gives less than the one before" in seen
    assert "Fewer than seven days" in seen
    today = clock.today()
    answer = portal.post(
        f"/merchant/pledges/{pledge.code}/preview",
        **{"applies_from-year": today.year, "applies_from-month": today.month, "applies_from-day": today.day},
    )
    assert "so it can apply from tomorrow at the earliest" in answer.text
    check_page(answer.text)
    assert portal.post(f"/merchant/pledges/{pledge.code}/preview").status_code == 303
    assert queries.version_on(portal.shop.id, today).days == 15


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"days": ""}, "Write the number of days."),
        ({"days": "0"}, "Promise between 1 and 365 days."),
        ({"goods_zh": ""}, "Describe in Chinese what can be returned."),
        ({"ways": []}, "Choose at least one way in which goods can come back."),
        ({"ways": ["desk"]}, "Say at which desk."),
        ({"covered": ["food"], "excluded": ["food"]}, "The same goods cannot be covered and left out."),
    ],
)
def test_what_is_wrong_is_said_in_words(portal, client, wrong, said) -> None:
    client.get("/merchant/pledges?lang=en")
    answer = portal.post("/merchant/pledges/new", **{**FILLED, **wrong})
    assert answer.status_code == 200
    assert said in answer.text
    check_page(answer.text)


def test_a_promise_is_withdrawn_with_its_last_day(portal) -> None:
    pledge = portal.published()
    portal.get(f"/merchant/pledges/{pledge.code}/withdraw")
    today = clock.today()
    answer = portal.post(
        f"/merchant/pledges/{pledge.code}/withdraw",
        **{"last_day-year": today.year, "last_day-month": today.month, "last_day-day": today.day, "reason": "装修停业"},
    )
    assert answer.status_code == 303
    assert queries.find(pledge.code, portal.actor).withdrawn_on == today
    portal.get(f"/merchant/pledges/{pledge.code}")


def test_a_draft_can_be_thrown_away(portal) -> None:
    pledge = portal.draft()
    answer = portal.post(f"/merchant/pledges/{pledge.code}/discard", at=f"/merchant/pledges/{pledge.code}/preview")
    assert answer.status_code == 303
    assert queries.pledges(portal.actor) == []


def test_a_merchant_comments_on_a_breach_and_the_public_reads_it(portal, client) -> None:
    pledge = portal.published()
    breach = make.breach(pledge)
    assert breach.case_number[-4:] in portal.get(f"/merchant/pledges/breaches/{breach.id}").text
    assert portal.post(f"/merchant/pledges/breaches/{breach.id}", comment="当天已经退款。").status_code == 303
    assert "当天已经退款。" in client.get(f"/pledges/{portal.shop.code}").text


def test_another_merchants_promise_is_not_found(portal) -> None:
    other = make.pledge()
    breach = make.breach(other)
    for address in ("", "/edit", "/preview", "/withdraw", "/poster.pdf"):
        portal.get(f"/merchant/pledges/{other.code}{address}", 404)
    portal.get(f"/merchant/pledges/breaches/{breach.id}", 404)


def test_the_poster_is_a_pdf_whose_code_leads_to_the_register(portal, app) -> None:
    pledge = portal.published()
    for size, width in (("a4", 595), ("a6", 297.6)):
        answer = portal.get(f"/merchant/pledges/{pledge.code}/poster.pdf?shop={portal.shop.id}&size={size}")
        assert answer.mimetype == "application/pdf"
        document = pikepdf.open(io.BytesIO(answer.data))
        assert len(document.pages) == 1
        assert abs(float(document.pages[0].mediabox[2]) - width) < 1
        links = [str(note.A.URI) for note in document.pages[0].get("/Annots", [])]
        assert links
        assert set(links) == {f"{app.config['SETTINGS'].public_url}/pledges/{portal.shop.code}"}
        if shutil.which("pdftotext"):
            said = subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True).stdout
            assert portal.shop.name_zh in re.sub(r"[\s\u200b\u2066-\u2069]", "", said.decode())
    portal.get(f"/merchant/pledges/{pledge.code}/poster.pdf?shop=987654&size=a4", 404)
    portal.get(f"/merchant/pledges/{pledge.code}/poster.pdf?size=a3", 404)


def test_a_merchant_makes_a_network_and_admits_who_asks(portal) -> None:
    portal.get("/merchant/networks")
    portal.post("/merchant/networks", **{"new-kind": "brand", "new-name_zh": "锦绣联盟", "new-name_en": ""})
    network = queries.networks(portal.actor)[0]
    join = {"join-network": str(network.id), "join-shop": str(portal.shop.id)}
    assert portal.post("/merchant/networks/join", at="/merchant/networks", **join).status_code == 303
    guest = make.shop()
    with transaction():
        asked = commands.ask_to_join(network, guest, actors.of_user(make.merchant_user(guest.merchant)))
    portal.get("/merchant/networks")
    portal.post(f"/merchant/networks/members/{asked.id}", at="/merchant/networks", do="admit")
    assert asked.belongs(clock.today())


def test_nobody_changes_the_membership_of_strangers(portal) -> None:
    one = make.shop()
    by = actors.of_user(make.merchant_user(one.merchant))
    with transaction():
        member = commands.ask_to_join(commands.found_network(by, NetworkKind.MALL, "商场", owner=one.merchant), one, by)
    answer = portal.post(f"/merchant/networks/members/{member.id}", at="/merchant/networks", do="leave")
    assert answer.status_code == 404
    assert member.leaves_on is None
