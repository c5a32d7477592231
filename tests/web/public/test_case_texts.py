"""What people write to break things, in every text field of a case and at the counter: no fault, nothing interpreted."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from disputes.cases.models import Case
from tests import factories
from tests.web.page_checks import check_page
from tests.web.public.phone import Phone

SAMPLES = os.environ.get("DISPUTES_SAMPLES")
SHARE = 150  # of nine hundred; the long run takes them all
HOSTILE = [
    "<script>alert(1)</script>\"><img src=x onerror=alert(1)>' OR 1=1; DROP TABLE cases; --",
    "{{ 7 * 7 }} {% raw %} %(name)s %s ${7*7} ../../etc/passwd\r\nSet-Cookie: a=b",
    "a\0b",
    "\ufeff\u202eabc\u2066\u200d \U0001f468\u200d\U0001f469\u200d\U0001f467 ﷽ Z̸̢͝a̷͇͝l̵͙̆g̷̺̈o̶͝ ١٢٣٤٫٥ ½ 12345678901234567890123456789",
    "A" * 5000,
    " \t\n ",
]
# Each page with text fields of the tourist's, and what else its form needs to be whole.
PAGES: dict[str, dict[str, Any]] = {
    "write": {},
    "counter": {"remedies": ["apology"], "amount": ""},
    "contact": {"email": ""},
    "authorise": {"elsewhere": "no", "warned": "y", "consent": "y"},
    "departure": {},
    "clock": {},
    "evidence": {},
    "decline": {},
}
AT_THE_COUNTER: dict[str, dict[str, Any]] = {"enter": {}, "offer": {"remedies": ["apology"], "amount": ""}}
NOT_TYPED = ("csrf_token", "version", "remedies", "goods", "elsewhere", "warned", "consent", "departure", "email")


def strings() -> list[str]:
    folder, found = Path(SAMPLES or ""), []
    for name in ("strings/blns.jsonl", "abuse/payloads.jsonl", "abuse/prompt_injection_zh.jsonl"):
        found += [json.loads(line)["text"] for line in (folder / name).read_text("utf-8").split("\n") if line]
    return found


def fill_everything(client, text: str) -> Case:
    """Send the text in every field of every page of a case."""
    case = factories.offered()
    own = f"/c/{factories.token_of(case)}"
    for page, known in PAGES.items():
        _send(client, f"{own}/{page}", known, text)
    told = text.replace("\0", "")  # what the wizard lets through
    other = factories.with_merchant(narrative=told, item=told, name=told[:80])
    for page, known in AT_THE_COUNTER.items():
        _send(client, f"/c/{factories.token_of(other, 'counter')}/claim/{page}", known, text)
    _send(client, "/case", {}, text)
    for address in (own, f"/c/{factories.token_of(other)}", f"/c/{factories.token_of(other)}/show"):
        html = check_page(client.get(address).text)
        assert [s for s in html.find("script") if "src" not in s] == []
    return case


def _send(client, address: str, known: dict[str, Any], text: str) -> None:
    phone = Phone(client).open(address)
    data: MultiDict[str, Any] = phone.filled()
    for name in list(data):
        if name not in NOT_TYPED:
            data[name] = text.encode("utf-8", "surrogatepass")
    for name, value in known.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    phone.send(phone.url, data)
    assert phone.status in (200, 409), (address, text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_field_of_a_case_can_be_broken(client, text):
    fill_everything(client, text)


def test_a_lone_surrogate_is_a_wrong_text_and_no_fault(client):
    fill_everything(client, "lone \ud800 surrogate".encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


@pytest.mark.skipif(not SAMPLES, reason="DISPUTES_SAMPLES is not set")
def test_no_field_of_a_case_is_broken_by_known_strings(client):
    for text in strings()[::SHARE]:
        fill_everything(client, text)


@pytest.mark.long
@pytest.mark.skipif(not SAMPLES, reason="DISPUTES_SAMPLES is not set")
def test_no_field_of_a_case_is_broken_by_any_known_string(client):
    for text in strings():
        fill_everything(client, text)
