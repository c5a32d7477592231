"""What can be taken along from a case: files, the card, dates, one's own data, papers; and finding the case again by its words."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import icalendar
import pikepdf
import pytest
from sqlalchemy import update

from disputes import clock
from disputes.cases.models import Evidence
from disputes.db import db, transaction
from disputes.links import WORD_LISTS
from disputes.numbers import spoken
from disputes.rules.lifecycle import Outcome
from tests import factories
from tests.web.page_checks import check_page
from tests.web.public.phone import Phone

WRONG = "There is no case with this number and these words."


def find(client, number: str, words: str, address: str = "198.51.100.7") -> Phone:
    return Phone(client, address=address).open("/case").press("Open my case", {"number": number, "words": words})


# --- number and words


@pytest.mark.parametrize("language", sorted(WORD_LISTS))
def test_number_and_words_of_any_list_open_the_case(client, language):
    case = factories.offered()
    phone = find(client, spoken(case.number), factories.words_of(case, language))
    assert phone.heading == "You have an offer"
    assert case.tourist.email_confirmed_at is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (lambda n: n, str.upper),
        (lambda n: f" {n[:2]} {n[2:6]} {n[6:]} ", lambda w: f"  {w.replace(' ', ', ')} "),
        (lambda n: "".join(chr(ord("٠") + int(d)) for d in n), str.title),
        (lambda n: f"{n[:2]}–{n[2:6]}–{n[6:]}", lambda w: w.replace(" ", "-")),
    ],
)
def test_case_spaces_marks_and_digits_of_other_scripts_do_not_matter(client, number, words):
    case = factories.offered()
    assert find(client, number(case.number), words(factories.words_of(case))).heading == "You have an offer"


def test_chinese_words_may_be_written_without_spaces(client):
    case = factories.offered()
    assert find(client, case.number, factories.words_of(case, "zh_CN").replace(" ", "")).heading == "You have an offer"


def test_an_unknown_number_and_wrong_words_get_one_and_the_same_answer(client):
    case, other = factories.offered(), factories.offered()
    answers = [
        find(client, case.number, factories.words_of(other)),
        find(client, "26-9999-9991", factories.words_of(case)),
        find(client, "not a number", factories.words_of(case)),
        find(client, "2600000003", "river lantern"),
        find(client, case.number, " ".join(reversed(factories.words_of(case).split()))),
    ]
    assert {phone.status for phone in answers} == {200}
    assert {phone.errors[0][: len(WRONG)] for phone in answers} == {WRONG}
    assert len({phone.errors[0] for phone in answers}) == 1


def test_words_of_an_erased_case_open_nothing(client):
    case = factories.closed()
    words = factories.words_of(case)
    factories.erased(case)
    assert find(client, case.number, words).errors
    assert find(client, case.number, factories.words_of(case)).errors


@pytest.fixture
def throttled(app):
    app.config["RATELIMIT_ENABLED"] = True
    yield
    app.config["RATELIMIT_ENABLED"] = False
    app.extensions.pop("tries", None)


def test_tries_are_throttled_by_address_and_number_and_never_lock_the_case(client, throttled):
    """Many people share an address, as in a hotel: the tries of one must not keep another from the right words."""
    case, address = factories.offered(), "203.0.113.61"
    for _ in range(10):
        assert find(client, case.number, "one two three four five", address).status == 200
    refused = find(client, case.number, "one two three four five", address)
    assert refused.status == 429
    assert 0 < int(refused.answer.headers["Retry-After"]) <= 900
    assert "Please wait" in refused.text
    assert case.number in refused.html, "the number that was typed stays in the form"

    assert find(client, "26-0048-2716", "one two three four five", address).status == 200, "another number"
    assert find(client, case.number, factories.words_of(case), address).heading == "You have an offer"


def test_right_words_are_not_counted_as_tries(client, throttled):
    case = factories.offered()
    for _ in range(12):
        assert find(client, case.number, factories.words_of(case), "203.0.113.63").heading == "You have an offer"


# --- files


def test_files_are_safe_copies_that_a_browser_may_run_nothing_of(client):
    case = factories.with_merchant()
    file = factories.with_picture(case, "証拠\r\n<b>.heic")
    address = f"/c/{factories.token_of(case)}/files/{file.id}"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "image/jpeg"
    assert answer.data[:2] == b"\xff\xd8"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert ".jpg" in answer.headers["Content-Disposition"]
    small = client.get(f"{address}/small")
    assert (small.status_code, small.content_type) == (200, "image/jpeg")
    assert len(small.data) < len(answer.data) or small.data != answer.data


def test_what_is_no_picture_is_a_download(client):
    case = factories.with_merchant()
    file = factories.with_picture(case, "receipt.pdf")
    with transaction():
        db.session.execute(
            update(Evidence).where(Evidence.id == file.id).values(media_type="application/pdf", thumbnail_sha256=None)
        )
    address = f"/c/{factories.token_of(case)}/files/{file.id}"
    answer = client.get(address)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"{address}/small").status_code == 404


def test_files_of_another_case_are_not_found(client):
    file = factories.with_picture(factories.with_merchant())
    token = factories.token_of(factories.with_merchant())
    assert client.get(f"/c/{token}/files/{file.id}").status_code == 404
    assert client.get(f"/c/{token}/files/{file.id}/small").status_code == 404
    assert client.get(f"/c/{token}/files/999999999999").status_code == 404


def test_files_of_both_sides_stand_on_the_page_with_who_gave_them(client):
    case = factories.with_merchant()
    factories.with_picture(case, "mine.jpg")
    factories.with_picture(case, "theirs.jpg", factories.shop_of(case))
    page = check_page(client.get(f"/c/{factories.token_of(case)}").text)
    evidence = next(ul for ul in page.find("ul") if ul["class"] == "evidence").text
    assert "mine.jpg" in evidence
    assert "theirs.jpg" in evidence
    assert "The shop" in evidence


# --- the card


@pytest.mark.parametrize(("language", "listed"), [("en", "en"), ("ja", "ja"), ("zh-CN", "zh_CN"), ("ar", "en")])
def test_the_card_has_the_number_the_words_in_the_readers_language_and_the_code(client, language, listed):
    case = factories.with_merchant()
    phone = Phone(client, language).open(f"/c/{factories.token_of(case)}/card")
    assert spoken(case.number) in phone.text
    for word in factories.words_of(case, listed).split():
        assert word in phone.text
    assert factories.token_of(case) in phone.text  # never the mailed link: that one confirms the address
    assert phone.page.find("svg")


@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_the_card_and_the_proof_of_refund_are_documents(client, language):
    case = factories.reported()
    token = factories.token_of(case)
    for name in ("card.pdf", "refund.pdf"):
        answer = client.get(f"/c/{token}/{name}?lang={language}")
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        with pikepdf.open(answer.stream if hasattr(answer.stream, "read") else _file(answer.data)) as pdf:
            assert len(pdf.pages) == 1


def _file(data: bytes):

    return io.BytesIO(data)


def test_there_is_no_proof_of_what_nobody_paid(client):
    for case in (factories.offered(), factories.settled(), factories.closed(outcome=Outcome.NO_AGREEMENT)):
        token = factories.token_of(case)
        assert client.get(f"/c/{token}/refund.pdf").status_code == 404
        assert "refund.pdf" not in client.get(f"/c/{token}").text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_whoever_allowed_a_hand_over_can_take_the_whole_file_along(client, language):
    case = factories.referral_ready()
    factories.with_picture(case)
    token = factories.token_of(case)
    assert f"/c/{token}/file.pdf" in client.get(f"/c/{token}").text
    answer = client.get(f"/c/{token}/file.pdf?lang={language}")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) > 1


def test_without_an_authorisation_there_is_no_file_for_an_authority(client):
    assert client.get(f"/c/{factories.token_of(factories.mediation())}/file.pdf").status_code == 404


# --- dates


def test_the_calendar_file_holds_the_deadline_and_the_departure_and_no_link(client):
    case = factories.with_merchant()
    token = factories.token_of(case)
    answer = client.get(f"/c/{token}/dates.ics")
    assert answer.content_type.startswith("text/calendar")
    assert token not in answer.text
    events = {str(e["uid"]): e for e in icalendar.Calendar.from_ical(answer.data).walk("VEVENT")}
    deadline = case.running_deadlines[0]
    ends = {uid.split("@")[0]: e.end for uid, e in events.items()}
    assert ends == {
        f"deadline-{deadline.id}": deadline.due_at.replace(microsecond=0),
        "departure": case.departure_at.replace(microsecond=0),
    }
    assert any("The shop answers the claim" in e["summary"] for e in events.values())


@pytest.mark.parametrize("build", [factories.closed, factories.liaison, factories.filed, factories.referred])
def test_a_case_without_dates_gives_a_calendar_without_entries(client, build):
    case = build(departure="unknown")
    answer = client.get(f"/c/{factories.token_of(case)}/dates.ics")
    assert len(icalendar.Calendar.from_ical(answer.data).walk("VEVENT")) == len(case.running_deadlines)


# --- one's own data


def test_ones_own_data_are_whole_and_hold_nothing_of_the_staffs(client):
    case = factories.closed(on=factories.reported(narrative="我的故事"))
    answer = client.get(f"/c/{factories.token_of(case)}/data.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="case-{spoken(case.number)}.json"'
    data = json.loads(answer.data)
    assert data["number"] == spoken(case.number)
    assert data["contact"]["email"] == case.tourist.email
    assert [t["text"] for t in data["texts"] if t["purpose"] == "narrative"] == ["我的故事"]
    assert [o["status"] for o in data["offers"]] == ["claim", "accepted"]
    assert [e["seq"] for e in data["history"]] == list(range(1, case.last_seq + 1))
    assert data["settlements"][0]["reference"] == "2026112100012345"


def test_every_state_can_be_downloaded(client):
    for build in (factories.filed, factories.liaison, factories.proposed, factories.referred, factories.erased):
        assert client.get(f"/c/{factories.token_of(build())}/data.json").status_code == 200


def test_dates_are_entered_anew_when_they_move(client):
    case = factories.with_merchant()
    token = factories.token_of(case)
    first = icalendar.Calendar.from_ical(client.get(f"/c/{token}/dates.ics").data)
    Phone(client).open(f"/c/{token}/departure").press("Save my departure", {"departure": "unknown"})
    again = icalendar.Calendar.from_ical(client.get(f"/c/{token}/dates.ics").data)
    uids = [
        {str(e["uid"]) for e in calendar.walk("VEVENT") if "deadline" in str(e["uid"])} for calendar in (first, again)
    ]
    assert uids[0] == uids[1]
    assert clock.now() + timedelta(0) <= case.running_deadlines[0].due_at
