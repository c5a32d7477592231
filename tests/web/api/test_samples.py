"""Real texts come back as they were written, and hostile ones are texts like any other."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from disputes.cases.models import Case
from tests import factories
from tests.samples import folded, hostile, narratives, needs_samples
from tests.web.api.conftest import Desk, call, complaint

pytestmark = needs_samples
EACH = 10
EVERY = 25  # of nine hundred; the long run takes them all


def check_kept(desk: Desk, text: str) -> None:
    filed = desk.file(narrative=text)
    told = desk.get(f"/complaints/{filed['number']}").get_json()
    assert [one["text"] for one in told["texts"]] == [folded(text)]


def check_every_field(desk: Desk, text: str) -> None:
    """The text in every field of a complaint that takes words, as far as it fits."""
    sent = complaint(
        shop={"name": text[:200], "address": text[:500], "division": "500103", "trade": "shop"},
        purchase={"item": text[:200], "invoice_number": text[:80]},
        narrative=text,
        claim={"remedies": ["other"], "words": text[:500]},
        guest={"name": text[:80], "language": "en"},
    )
    answer = desk.post("/complaints", sent)
    assert answer.status_code == 201, (text, answer.get_json())
    told = desk.get(f"/complaints/{answer.get_json()['number']}").get_json()
    kept = [one["text"] for one in told["texts"]]
    assert kept == [folded(text), folded(text[:500])]
    assert told["contact"]["name"] == (folded(text[:80]).strip() or None)
    complained = told["complaint"]
    assert complained["shop_name"] == (folded(text[:200]).strip() or None)
    assert complained["shop_address"] == (folded(text[:500]).strip() or None)
    assert complained["item"] == (folded(text[:200]).strip() or None)
    assert complained["invoice_number"] == (folded(text[:80]).strip() or None)


def check_steps(client: FlaskClient, case: Case, text: str) -> None:
    token = factories.token_of(case)
    sent = {"action": "write", "version": case.version, "words": text}
    told = call(client, "POST", f"/complaints/{case.number}/steps", token, json=sent).get_json()
    assert told["texts"][-1]["text"] == folded(text)


def check_nowhere_else(desk: Desk, case: Case, text: str) -> None:
    """The text where no text belongs: refused with a reason, or simply without a result."""
    found = call(desk.client, "GET", "/shops", query_string={"q": text[:100]})
    assert found.status_code == 200
    wrong: dict[str, Any] = complaint(
        category=text, dangers=[text], consents=[text], departure={"status": "known", "at": text, "port": text[:10]},
        guest={"name": "Hana", "language": text, "email": text, "country": text, "time_zone": text[:64]},
    )  # fmt: skip
    assert desk.post("/complaints", wrong).status_code == 422
    assert desk.post("/complaints", complaint(**{text: text})).status_code == 422
    step = {"action": text, "version": text, text: text}
    answer = call(desk.client, "POST", f"/complaints/{case.number}/steps", factories.token_of(case), json=step)
    assert answer.status_code == 422


def test_ten_real_texts_of_each_language_and_the_longest_come_back_unchanged(desk: Desk) -> None:
    for texts in narratives().values():
        for text in (*texts[:: max(1, len(texts) // EACH)][:EACH], max(texts, key=len)):
            check_kept(desk, text)


@pytest.mark.long
def test_all_real_texts_come_back_unchanged(desk: Desk) -> None:
    for texts in narratives().values():
        for text in texts:
            check_kept(desk, text)


def test_hostile_texts_are_texts_like_any_other(desk: Desk, client: FlaskClient) -> None:
    case = factories.with_merchant()
    for text in hostile()[::EVERY]:
        check_every_field(desk, text)
        check_steps(client, case, text)
        check_nowhere_else(desk, case, text)


@pytest.mark.long
def test_all_hostile_texts_are_texts_like_any_other(desk: Desk, client: FlaskClient) -> None:
    case = factories.with_merchant()
    for text in hostile():
        check_every_field(desk, text)
        check_steps(client, case, text)
        check_nowhere_else(desk, case, text)
