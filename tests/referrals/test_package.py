"""The package for an authority: complete, checkable, without the staff's own notes, and never without an authorisation."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pikepdf
import pytest
from flask import Flask, current_app

from disputes.cases import commands, queries
from disputes.cases.history import text_hash
from disputes.cases.models import Case, CaseText
from disputes.db import db, transaction
from disputes.files.storage import Storage, storage_at
from disputes.referrals import bundle, package
from disputes.referrals import queries as referrals
from disputes.regions.models import Authority
from disputes.rules.lifecycle import Action
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def storage(app: Flask) -> Storage:
    return storage_at(app.config["SETTINGS"].files_url)


@pytest.fixture
def case() -> Case:
    """A contested case in Japanese that is ready for the authority, with two pictures, a note and an offer behind it."""
    made = factories.with_merchant(
        language="ja", name="花子", narrative="値段が違いました。\n返金してほしいです。", country="JP"
    )
    factories.with_picture(made, "領収書.jpg")
    factories.with_picture(made, "b.jpg", by=factories.shop_of(made))
    with transaction():
        commands.contest(made.id, None, factories.shop_of(made), "price_was_shown", "价格已明示。")
    factories.noted(made, factories.officer_of(made), "店长态度不好，内部记录。")
    return factories.referral_ready(made)


def read(case: Case) -> dict:  # type: ignore[type-arg]
    return json.loads(json.dumps(package.data(case, {})))


def paper(case: Case) -> dict:  # type: ignore[type-arg]
    authority = db.session.get_one(Authority, "market_regulation")
    return dict(package.paper(case, authority, case.officer, {}))


def test_the_data_hold_what_the_authority_asks(case: Case) -> None:
    data = read(case)
    assert data["schema"] == "visitor-care/referral/1"
    assert data["tourist"]["full_name"] == "AOKI Hanako"
    assert data["tourist"]["phone"] == "+81 90 1234 5678"
    assert data["merchant"]["shop_zh"] == case.shop.name_zh  # type: ignore[union-attr]
    assert data["purchase"] | {"bought_on": None} == {
        "item": "Porcelain tea set", "bought_on": None, "how_bought": "counter", "paid_how": "foreign_card",
        "amount": 128_000, "currency": "CNY", "invoice_number": None,
    }  # fmt: skip
    assert data["authorisation"]["authority"] == "market_regulation"
    assert [o["status"] for o in data["offers"]] == ["claim"]
    assert {c["purpose"] for c in data["consents"]} == {"handling", "to_shop"}


def test_internal_notes_stay_with_the_staff(case: Case) -> None:
    said = json.dumps(read(case), ensure_ascii=False) + json.dumps(paper(case), ensure_ascii=False)
    assert "内部记录" not in said
    assert "値段が違いました" in said
    assert "价格已明示。" in said


def test_the_history_can_be_checked_by_whoever_holds_the_data(case: Case) -> None:
    history = read(case)["history"]
    assert history["intact"]
    assert history["length"] == len(history["events"]) == case.last_seq
    assert history["events"][-1]["hash"] == history["head"] == case.head
    assert all(a["hash"] == b["previous"] for a, b in zip(history["events"], history["events"][1:], strict=False))


def test_every_text_fits_the_sum_that_the_history_holds_of_it(case: Case) -> None:
    data = read(case)
    sums = {t["id"]: t["hash"] for e in data["history"]["events"] for t in e["details"].get("texts", ())}
    for text in data["texts"]:
        assert text_hash(CaseText(body=text["body"], salt=text["salt"])) == sums[text["id"]]


def test_a_history_that_was_changed_shows_in_the_data(case: Case) -> None:
    case.head = "0" * 64
    assert not package.data(case, {})["history"]["intact"]


def test_on_paper_everything_is_said_in_chinese_and_in_the_tourists_language(case: Case) -> None:
    made = paper(case)
    assert made["reader_language"] == {"zh": "日语", "own": "日本語"}
    assert made["narrative"] == {"text": "値段が違いました。\n返金してほしいです。", "language": "ja"}
    assert made["merchant_answer"] == {"text": "价格已明示。", "language": "zh_CN"}
    assert made["authority"]["zh"].startswith("市场监督管理")
    assert "日本" in next(row["value"] for row in made["tourist"] if isinstance(row["value"], dict))["zh"]


def test_the_course_of_the_case_leaves_out_what_is_the_staffs_own(case: Case) -> None:
    taken = [e for e in queries.history(case) if e.action not in (Action.NOTE, Action.ASSIGN)]
    assert len(paper(case)["timeline"]) == len(taken) < case.last_seq


def test_the_power_of_attorney_is_for_a_body_that_asks_for_one(case: Case) -> None:
    proxy = paper(case)["proxy"]
    assert proxy["principal"] == "AOKI Hanako"
    assert proxy["document_number"] == "TZ0012345"
    assert len(proxy["powers"]) == 4
    other = db.session.get_one(Authority, "culture_tourism")
    assert package.paper(case, other, case.officer, {})["proxy"] is None


def test_without_an_authorisation_there_is_no_package(storage: Storage) -> None:
    case = factories.mediation()
    assert not referrals.has_package(case)
    with pytest.raises(package.NotAuthorised):
        package.data(case, {})
    with pytest.raises(package.NotAuthorised):
        bundle.pdf(case, storage)


def test_after_erasure_there_is_no_package() -> None:
    case = factories.erased(factories.closed(factories.authorised(factories.reported())))
    assert not referrals.has_package(case)


def test_the_zip_holds_document_data_and_evidence_that_fits_its_sums(case: Case, storage: Storage) -> None:
    archive = zipfile.ZipFile(io.BytesIO(bundle.zipped(case, storage)))
    assert sorted(archive.namelist()) == [
        "data.json", "evidence/evidence-01.jpg", "evidence/evidence-02.jpg", "referral-package.pdf",
    ]  # fmt: skip
    data = json.loads(archive.read("data.json"))
    assert [e["name"] for e in data["evidence"]] == ["領収書.jpg", "b.jpg"]
    for piece in data["evidence"]:
        content = archive.read(f"evidence/{piece['file']}")
        assert hashlib.sha256(content).hexdigest() == piece["sha256"]
        assert len(content) == piece["size"]
        assert piece["sha256"] != piece["original_sha256"]
    assert len(pikepdf.open(io.BytesIO(archive.read("referral-package.pdf"))).pages) >= 3


def test_evidence_that_is_gone_from_the_storage_is_still_on_the_list(case: Case, storage: Storage) -> None:
    gone = case.evidence[0]
    storage.delete(gone.safe_sha256)
    archive = zipfile.ZipFile(io.BytesIO(bundle.zipped(case, storage)))
    assert "evidence/evidence-01.jpg" not in archive.namelist()
    assert json.loads(archive.read("data.json"))["evidence"][0]["size"] is None


@pytest.mark.parametrize(
    "odd",
    ["#set page(width: 1pt)", "\\ \" ' ` $ @ <b> *bold* _x_", "עברית العربية ไทย 한국어 हिन्दी 🍲", "x" * 5000, "‮abc"],
)
def test_whatever_people_wrote_the_document_can_be_made(storage: Storage, odd: str) -> None:
    case = factories.referral_ready(factories.mediation(narrative=odd, name=odd[:80], item=odd[:200]))
    assert bundle.pdf(case, storage).startswith(b"%PDF")


@pytest.mark.parametrize("language", ["en", "zh_CN", "ja", "ar", "pt"])
def test_the_document_is_made_for_readers_of_every_language(storage: Storage, language: str) -> None:
    case = factories.referral_ready(factories.mediation(language=language))
    assert bundle.pdf(case, storage).startswith(b"%PDF")


def test_a_case_at_an_unknown_shop_has_a_package_too(storage: Storage) -> None:
    case = factories.triage(amount=None, currency=None, paid_how=None, item="", bought_on=None, departure="unknown")
    by = factories.officer_of(case)
    with transaction():
        commands.step_in(case.id, None, by)
    factories.referral_ready(case)
    data = read(case)
    assert data["merchant"]["shop_zh"] == "洪崖洞旁的小店"
    assert bundle.pdf(case, storage).startswith(b"%PDF")
    assert current_app is not None
