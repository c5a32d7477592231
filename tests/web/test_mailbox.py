"""The mailbox of the embedded shape: what was sent can be read there, and nothing in a mail can do anything."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from disputes.embedded.paths import paths_of
from disputes.notifications import rendering
from tests.notifications.letters import NOW, post
from tests.web.page_checks import check_page


@pytest.fixture
def folder(app: Flask) -> Path:
    """The empty folder of the mailbox."""
    found = paths_of(app.config["SETTINGS"].state_dir).mail
    found.mkdir(parents=True, exist_ok=True)
    for file in found.iterdir():
        file.unlink()
    return found


def keep(folder: Path, mail: EmailMessage, number: int = 1) -> str:
    """Put a mail into the mailbox; the key of its page."""
    key = f"{number:020d}-1-000001"
    (folder / f"{key}.eml").write_bytes(mail.as_bytes())
    return key


def plain(subject: str, text: str = "Hello") -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "hana@travellers.example", subject
    mail.set_content(text)
    return mail


def test_an_empty_mailbox_says_what_will_come(client: FlaskClient, folder: Path):
    page = check_page(client.get("/mailbox/").text)

    assert "No mail yet" in page.text


def test_the_newest_mail_stands_first(client: FlaskClient, folder: Path):
    keep(folder, plain("the older one"), 1)
    keep(folder, plain("the newer one"), 2)

    text = check_page(client.get("/mailbox/").text).text

    assert text.index("the newer one") < text.index("the older one")


def test_older_mails_are_on_further_pages(client: FlaskClient, folder: Path):
    for number in range(60):
        keep(folder, plain(f"mail {number}."), number)

    first, second = client.get("/mailbox/").text, client.get("/mailbox/?page=2").text

    assert "mail 59." in first
    assert "mail 9." not in first
    assert "/mailbox/?page=2" in first
    assert "mail 9." in check_page(second).text
    assert "There are no older mails" in check_page(client.get("/mailbox/?page=3").text).text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_mail_shows_its_headers_its_text_and_its_date(app: Flask, client: FlaskClient, folder: Path, language: str):
    with app.app_context():
        key = keep(folder, rendering.mail(post("offer-made", language=language), NOW))

    page = check_page(client.get(f"/mailbox/{key}").text)

    assert "reader@mail.example" in page.text
    assert any(link["href"].startswith("http://localhost:8000/c/") for link in page.find("a"))
    assert "date.ics" in page.text
    calendar = client.get(f"/mailbox/{key}/attached/0")
    assert calendar.data.startswith(b"BEGIN:VCALENDAR")
    assert "attachment" in calendar.headers["Content-Disposition"]


def test_the_html_of_a_mail_is_framed_and_can_do_nothing(app: Flask, client: FlaskClient, folder: Path):
    with app.app_context():
        key = keep(folder, rendering.mail(post("offer-made"), NOW))

    (frame,) = check_page(client.get(f"/mailbox/{key}").text).find("iframe")
    answer = client.get(frame["src"])

    assert "allow-scripts" not in frame["sandbox"] + answer.headers["Content-Security-Policy"]
    assert "allow-same-origin" not in frame["sandbox"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in answer.text


def test_a_mail_without_html_or_subject_is_shown(client: FlaskClient, folder: Path):
    mail = EmailMessage()
    mail.set_content("See <b>https://care.example/c/abc</b> now")
    key = keep(folder, mail)

    page = check_page(client.get(f"/mailbox/{key}").text)

    assert not page.find("iframe")
    assert [link["href"] for link in page.find("pre")[0].find("a")] == ["https://care.example/c/abc"]
    assert client.get(f"/mailbox/{key}/html").status_code == 404
    assert client.get(f"/mailbox/{key}/attached/0").status_code == 404


@pytest.mark.parametrize("key", ["1", "..%2f..%2fsecret_key", "-", "x" * 300])
def test_a_mail_that_is_not_there_is_not_found(client: FlaskClient, folder: Path, key: str):
    assert client.get(f"/mailbox/{key}").status_code == 404
