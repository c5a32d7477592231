"""Evidence on the phone: several files at once, each judged for itself, the refused ones named, nothing else lost."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from disputes.cases.models import Case, Evidence
from disputes.db import db
from disputes.intake.models import Draft
from tests import factories
from tests.files.made import pdf, saved
from tests.web.public.phone import Phone
from tests.web.public.telling import answers, picture, send, tell

SAMPLES = os.environ.get("DISPUTES_SAMPLES")


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    return tell(Phone(client), until="evidence")


def given(*files: tuple[bytes, str]) -> dict[str, Any]:
    return {"files": [(io.BytesIO(data), name) for data, name in files]}


def kept() -> list[str | None]:
    return list(db.session.scalars(select(Evidence.name).order_by(Evidence.id)))


def add(phone: Phone, *files: tuple[bytes, str]) -> Phone:
    return phone.press("Add these files", given(*files))


def test_photos_and_papers_of_every_kind_are_added_and_belong_to_the_case(phone: Phone) -> None:
    add(
        phone,
        (picture("red"), "receipt.jpg"),
        (picture("green", "PNG"), "鞋子 مقاس.png"),
        (picture("blue", "WEBP"), "chat.webp"),
        (saved(pdf()), "invoice.pdf"),
    )
    assert phone.path == "/file/evidence"
    assert "4 files added." in phone.text
    assert kept() == ["receipt.jpg", "鞋子 مقاس.png", "chat.webp", "invoice.pdf"]

    phone.submit()
    for name in ("leave", "reach"):
        phone.submit(answers()[name])
    assert all(name in phone.text for name in kept() if name)
    send(phone)
    case = db.session.scalars(select(Case)).one()
    assert [e.name for e in case.evidence] == kept()
    assert all(e.event_id and e.draft_id is None for e in case.evidence)


def test_files_chosen_just_before_continuing_are_added_too(phone: Phone) -> None:
    phone.press("Continue", given((picture(), "goods.jpg")))
    assert phone.path == "/file/leave"
    assert kept() == ["goods.jpg"]


def test_a_refused_file_is_named_with_its_reason_and_the_others_are_kept(phone: Phone) -> None:
    phone.press(
        "Continue",
        given(
            (picture("red"), "good.jpg"), (b"MZ not a picture", "setup.exe"), (b"", "empty.png"), (picture(), "n.pdf")
        ),
    )
    assert phone.path == "/file/evidence", "the person must see what was refused"
    assert kept() == ["good.jpg"]
    assert len(phone.errors) == 3
    assert any(line.startswith("setup.exe: Files of this kind cannot be accepted.") for line in phone.errors)
    assert any(line.startswith("empty.png: The file is empty.") for line in phone.errors)
    assert any(line.startswith("n.pdf: The file is of another kind than its name says.") for line in phone.errors)
    assert "good.jpg" in phone.text
    phone.press("Continue")
    assert phone.path == "/file/leave"


def test_the_same_file_twice_is_kept_once(phone: Phone) -> None:
    add(phone, (picture(), "a.jpg"), (picture(), "b.jpg"))
    add(phone, (picture(), "c.jpg"))
    assert kept() == ["a.jpg"]
    assert not phone.errors


def test_a_file_can_be_taken_out_again_without_javascript(phone: Phone) -> None:
    add(phone, (picture("red"), "a.jpg"), (picture("blue"), "b.jpg"))
    phone.press("Remove")
    assert kept() == ["b.jpg"]
    assert phone.path == "/file/evidence"
    assert "a.jpg" not in phone.text


def test_nobody_takes_a_file_out_of_somebody_elses_draft(phone: Phone, client: FlaskClient) -> None:
    add(phone, (picture(), "mine.jpg"))
    number = db.session.scalars(select(Evidence.id)).one()
    other = tell(Phone(client.application.test_client()), until="evidence")
    data = other.filled()
    data["remove"] = str(number)
    other.send("/file/evidence", data)
    assert kept() == ["mine.jpg"]


def test_more_than_twenty_files_are_refused_and_those_added_before_stay(phone: Phone) -> None:
    for batch in range(2):
        add(phone, *[(picture((batch * 100, n * 20, 0)), f"{batch}-{n}.png") for n in range(10)])
    assert len(kept()) == 20
    add(phone, (picture("white"), "one-too-many.png"))
    assert len(kept()) == 20
    assert phone.errors == ["There are too many files. Each side can add at most 20."]


def test_more_than_ten_files_at_a_time_are_named(phone: Phone) -> None:
    add(phone, *[(picture((0, n * 20, 0)), f"{n}.png") for n in range(12)])
    assert len(kept()) == 10
    assert [line.split(":")[0] for line in phone.errors] == ["10.png", "11.png"]


def test_files_chosen_before_going_back_or_changing_the_language_are_kept(phone: Phone) -> None:
    phone.press("Back", given((picture("red"), "a.jpg")))
    assert phone.path == "/file/want"
    phone.open("/file/evidence").press(name="go", value="lang-ja", given=given((picture("blue"), "b.jpg")))
    assert phone.path == "/file/evidence"
    assert kept() == ["a.jpg", "b.jpg"]


def test_where_a_photo_was_taken_is_not_in_the_copy_that_others_see(phone: Phone) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 33.0, 47.0)})
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "JPEG", exif=exif)
    add(phone, (file.getvalue(), "here.jpg"))
    row = db.session.scalars(select(Evidence)).one()
    assert row.safe_sha256 != row.sha256
    assert row.thumbnail_sha256


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.jpg", "<img src=x>.jpg", "a\u202egpj.exe.jpg", "x" * 400 + ".jpg", "C:\\fake\\b.jpg"]
)
def test_the_name_of_a_file_does_no_harm(phone: Phone, name: str) -> None:
    add(phone, (picture(), name))
    shown = kept()[0]
    assert shown is not None
    assert len(shown) <= 120
    assert shown.endswith(".jpg")
    assert not set(shown) & set("/\\\u202e")
    assert "<img src=x>" not in phone.html


def test_the_files_go_with_a_draft_that_is_deleted(phone: Phone) -> None:
    add(phone, (picture(), "a.jpg"))
    phone.open("/file").press("Delete it")
    assert kept() == []
    assert not db.session.scalars(select(Draft)).all()


@pytest.mark.long
@pytest.mark.skipif(not SAMPLES, reason="DISPUTES_SAMPLES is not set")
def test_every_sample_file_is_added_or_named_with_a_reason(phone: Phone) -> None:
    for path in sorted((Path(SAMPLES or "") / "uploads" / "files").iterdir()):
        before = len(kept())
        add(phone, (path.read_bytes(), path.name))
        assert phone.status == 200
        added = len(kept()) - before
        assert added or phone.errors or "already" in path.name, path.name
        if added:
            phone.press("Remove")


def test_a_case_made_of_a_draft_with_files_has_them_once_when_sent_twice(client: FlaskClient) -> None:
    phone = tell(Phone(client), factories.shop().id, until="evidence")
    add(phone, (picture(), "a.jpg")).submit()
    for name in ("leave", "reach"):
        phone.submit(answers()[name])
    data = phone.filled()
    data["handling"] = "y"
    for _ in range(2):
        phone.send("/file/check", data)
    assert kept() == ["a.jpg"]
