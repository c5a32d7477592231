"""Small things that people stumble over: the back button, a mistyped code, a link spelled otherwise, pages kept by a browser."""

from __future__ import annotations

import base64

from disputes import links
from disputes.cases import counter
from disputes.db import transaction
from tests import factories
from tests.web.public.phone import Phone


def test_a_link_has_one_spelling_only():
    secret = "only-for-tests"
    token = links.token(secret, links.Link(7, "tourist", 1))
    body, mac = token.split(".")
    assert links.read(secret, token) == links.Link(7, "tourist", 1)

    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = [c for c in alphabet if c != mac[-1] and _bytes(mac[:-1] + c) == _bytes(mac)]
    assert same_bytes, "base64 leaves bits over"
    for last in same_bytes:
        assert links.read(secret, f"{body}.{mac[:-1]}{last}") is None
    assert links.read(secret, f"AA{body}.{mac}") is None
    assert links.read(secret, f"{body}=.{mac}") is None


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")


def test_the_page_of_a_stickers_code_is_kept_by_no_cache(client):
    shop = factories.shop()
    answer = client.get(f"/s/{shop.code}")

    assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_comes_back_to_a_step_that_was_taken_reads_what_was_done_and_when(client):
    case = factories.offered()
    factories.settled(on=case)
    phone = Phone(client).open(f"/c/{factories.token_of(case)}/accept")

    assert phone.status == 409
    assert "What you did last is kept" in phone.text
    assert "It was not done" not in phone.text


def test_a_wrong_answer_of_the_wizard_is_shown_under_an_address_of_its_own(client):
    answer = client.post("/file/what", data={"go": "next"})
    phone = Phone(client).open("/file/what")

    assert answer.status_code in (302, 303, 400)
    sent = phone.submit()
    assert sent.status == 200
    assert "again=yes" in sent.url
    assert sent.errors


def test_after_too_many_codes_the_page_says_when_the_next_one_can_be_sent(client):
    case = factories.with_merchant()
    url = f"/c/{factories.token_of(case, 'counter')}/claim/enter"
    assert counter.next_code_from(case) is None
    assert "重新发送验证码" in client.get(url).get_data(as_text=True)
    for _ in range(3):
        with transaction():
            counter.send_code(case.id, counter.person(case), "secret")

    page = client.get(url).get_data(as_text=True)
    assert counter.next_code_from(case) is not None
    assert "之后可再次发送" in page
    assert "重新发送验证码" not in page


def test_a_search_longer_than_any_name_is_cut_and_answered(client):
    assert client.get("/staff/", query_string={"q": "x" * 5000}).status_code in (200, 303)
