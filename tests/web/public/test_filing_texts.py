"""What people really write, in every language and of every length, and what people write to break things."""

from __future__ import annotations

import json
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from disputes.cases.models import Case, CaseText
from disputes.db import db, transaction
from disputes.intake import drafts
from disputes.intake.models import Draft
from tests import factories
from tests.web.public.phone import Phone
from tests.web.public.telling import ORDER, UNKNOWN_SHOP, answers, send, tell

SAMPLES = os.environ.get("DISPUTES_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="DISPUTES_SAMPLES is not set")
EACH = 10
SHARE = 40  # of nine hundred; the long run takes them all

# What breaks programs, in short; the samples have hundreds more.
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' OR 1=1; DROP TABLE cases; --",
    "{{ 7 * 7 }} {% raw %} %(name)s %s ${7*7}",
    "a\0b",
    "\ufeff\u202eabc\u2066\u200d",
    "=HYPERLINK(0)",
    "../../etc/passwd\r\nSet-Cookie: a=b",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 ﷽ Z̸̢͝a̷͇͝l̵͙̆g̷̺̈o̶̙͝",
    "١٢٣٤٫٥ ۱۲۳ 12345678901234567890123456789",
    "A" * 5000,
]
TYPED: dict[str, dict[str, str]] = {
    "where": {"q": "", "name": "", "address": ""},
    "bought": {"item": "", "invoice_number": "", "amount": "", "bought_on-day": ""},
    "story": {"narrative": ""},
    "want": {"wish": "", "amount": ""},
    "leave": {"on-year": "", "hour": "", "port": ""},
    "reach": {"name": "", "email": "", "companion": "", "country": "", "language": ""},
}


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def as_browsers_send(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def narratives() -> dict[str, list[str]]:
    found = {}
    for path in sorted((Path(SAMPLES or "") / "narratives").glob("*.jsonl")):
        rows = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").split("\n") if line]
        found[path.stem] = [text for text in rows if text.strip()]
    return found


def strings() -> list[str]:
    folder = Path(SAMPLES or "")
    found = []
    for name in ("strings/blns.jsonl", "abuse/payloads.jsonl", "abuse/prompt_injection_zh.jsonl"):
        lines = (folder / name).read_text(encoding="utf-8").split("\n")
        found += [json.loads(line)["text"] for line in lines if line]
    return found


@dataclass
class Teller:
    """Somebody who files one complaint after another; only the story differs."""

    phone: Phone
    answers: dict[str, Any]  # of every other page, as they were typed
    csrf_token: str

    def file(self, text: str) -> Case:
        with transaction():
            draft = drafts.start("en")
            for name, typed in self.answers.items():
                drafts.save(draft.id, name, typed, complete=True, language="en")
        sent = {"draft": draft.id, "csrf_token": self.csrf_token, "narrative": as_browsers_send(text)}
        answer = self.phone.client.post("/file/story", data=sent)
        assert answer.status_code == 303, text
        self.phone.open("/file/story")
        assert folded(self.phone.filled()["narrative"]) == folded(text), "what was typed comes back as it was typed"
        send(self.phone.open("/file/check"))
        assert self.phone.heading == "Your complaint is filed"
        filed = drafts.find(draft.id)
        assert filed is not None
        return db.session.scalars(select(Case).where(Case.id == filed.case_id)).one()


@pytest.fixture
def teller(client: FlaskClient) -> Teller:
    phone = tell(Phone(client), factories.shop().id)
    draft = drafts.find(phone.filled()["draft"])
    assert draft is not None
    others = {name: dict(drafts.typed(draft, name) or {}) for name in ORDER if name != "story"}
    return Teller(phone, others, phone.filled()["csrf_token"])


def check_kept(teller: Teller, texts: list[str]) -> None:
    for text in texts:
        case = teller.file(text)
        kept = db.session.scalars(select(CaseText.body).where(CaseText.case_id == case.id)).one()
        assert kept == folded(text)


@needs_samples
def test_ten_real_complaints_of_each_language_and_the_longest_are_kept_unchanged(teller: Teller) -> None:
    for texts in narratives().values():
        check_kept(teller, [*texts[:: max(1, len(texts) // EACH)][:EACH], max(texts, key=len)])


@pytest.mark.long
@needs_samples
@pytest.mark.parametrize("source", sorted(narratives()))
def test_every_real_complaint_is_kept_unchanged(teller: Teller, source: str) -> None:
    check_kept(teller, narratives()[source])


@needs_samples
def test_a_share_of_the_hostile_strings_passes_every_kind_of_field(client: FlaskClient) -> None:
    found = strings()
    attack(client, found[:: len(found) // SHARE])


@pytest.mark.long
@needs_samples
def test_every_hostile_string_passes_every_kind_of_field(own_app: Flask) -> None:
    attack(own_app.test_client(), strings())  # where commits are real: one draft is changed some thousand times


def test_hostile_strings_pass_every_kind_of_field(client: FlaskClient) -> None:
    attack(client, HOSTILE)


def attack(client: FlaskClient, texts: list[str]) -> None:
    """Type each of these into every field of every page; no page breaks, and nothing typed becomes part of a page's markup."""
    phone = tell(Phone(client))
    ordinary = {}
    for name in TYPED:
        phone.open(f"/file/{name}")
        ordinary[name] = phone.filled()
    for text in texts:
        for name, fields in TYPED.items():
            data = ordinary[name].copy()
            for field in fields:
                data[field] = text
            phone.send(f"/file/{name}", data)
            assert phone.status == 200, (name, text)
            harmless(phone, text)
        harmless(phone.open("/file/check"), text)


def harmless(phone: Phone, text: str) -> None:
    """Beside what ``check_page`` looks at: the page has our elements only. (Phone has looked that all tags match.)"""
    assert phone.status < 500
    if "<" in text and any(char.isalpha() for char in text):
        assert text not in phone.html
    assert all(script["src"].startswith("/static/") for script in phone.page.find("script"))
    assert not phone.page.find("iframe", "object", "embed", "marquee", "video", "audio", "base", "math")
    assert all(image["src"].startswith("/static/") for image in phone.page.find("img"))
    assert all(not link["href"].lower().startswith(("javascript:", "data:")) for link in phone.page.find("a"))


@pytest.mark.parametrize("text", HOSTILE[:9])
def test_hostile_text_is_kept_as_text_and_shown_as_text(client: FlaskClient, text: str) -> None:
    phone = Phone(client)
    given = answers()
    plain = text.replace("\0", "")
    typed = {
        "where": {**UNKNOWN_SHOP, "name": plain, "address": plain},
        "bought": {**given["bought"], "item": plain, "invoice_number": plain[:80]},
        "story": {"narrative": plain},
        "want": {"remedies": ["other"], "wish": plain, "amount": ""},
        "reach": {**given["reach"], "name": plain[:80]},
    }
    send(tell(phone, **typed))
    case = db.session.scalars(select(Case)).one()
    assert case.complaint.narrative is not None
    assert case.complaint.narrative.body == folded(plain)
    assert case.complaint.shop_name == folded(plain).strip()
    harmless(phone, text)


def test_a_nul_in_a_text_is_an_error_of_that_field_and_the_rest_comes_back(client: FlaskClient) -> None:
    phone = tell(Phone(client), until="story").submit({"narrative": "before\0after"})
    assert any("could not be read" in line for line in phone.errors)
    assert phone.filled()["narrative"] == "beforeafter"
    phone.submit()
    assert phone.path == "/file/want"


@pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "..%2F..%2Fetc", "<script>", "%F0%9F%98%80", "a" * 3000])
def test_hostile_addresses_are_not_found(client: FlaskClient, text: str) -> None:
    for address in (f"/s/{text}", f"/draft/{text}", f"/file/{text}", f"/c/{text}/filed"):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "<script>" not in answer.text.replace('<script src="/static', "")
    assert client.get(f"/file?lang={text}").status_code == 200


def test_hostile_values_where_a_choice_is_expected_are_refused(client: FlaskClient) -> None:
    phone = tell(Phone(client), until="where")
    draft = phone.filled()["draft"]
    for field in ("shop", "division", "trade", "draft", "to_check", "go"):
        data = phone.filled()
        for name, value in {**UNKNOWN_SHOP, field: "\0'<script>"}.items():
            data[name] = value
        phone.send("/file/where", data)
        assert phone.status == 200
        phone.open(f"/draft/{draft}").press("Continue here").open("/file/where")
    assert len(db.session.scalars(select(Draft)).all()) == 2, "only the unknown draft made a new one"
