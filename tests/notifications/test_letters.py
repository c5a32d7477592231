"""Every letter in every language of its readers, and what no letter may do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from icalendar import Calendar
from jinja2 import meta

from disputes import links
from disputes.accounts import invitations
from disputes.notifications import rendering
from disputes.notifications.slots import (
    BARE,
    LONGEST_QUOTE,
    MOMENTS,
    NO_PROMISES,
    PROMISED,
    context_of,
    follow_words,
)
from disputes.rules.clocks import CLOCKS, started_by
from disputes.rules.lifecycle import STEPS, Outcome, Role
from disputes.rules.notices import NOTICES, letters
from tests.notifications.letters import FULL, MINIMAL, NOW, post, readers
from tests.web.page_checks import LEFT_OVERS, Element, Reader

MESSAGES = Path(__file__).resolve().parents[2] / "templates" / "messages"
ISOLATES = re.compile("[\u2066-\u2069]")


@pytest.fixture(autouse=True)
def in_the_application(app: Flask):
    with app.app_context():
        yield


def letter(
    template: str, reader: str = "tourist", language: str = "en", slots: dict = FULL, **more
) -> rendering.Letter:
    return rendering.write(post(template, reader, language, slots, **more), NOW)


def parse(html: str) -> Element:
    """The HTML of a letter as elements; its tags must match."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.faults
    assert reader.at is reader.root
    return reader.root


def context(*args, **more) -> dict:
    """What delivery gives a letter, in English."""
    with force_locale("en"):
        return context_of(post(*args, **more), "en", NOW)


# --- all of them


def test_every_letter_has_its_file_and_every_file_is_a_letter():
    assert {path.stem for path in MESSAGES.iterdir()} == letters()


@pytest.mark.parametrize("slots", [FULL, MINIMAL], ids=["everything known", "hardly anything known"])
@pytest.mark.parametrize(("template", "reader", "language"), readers())
def test_every_letter_can_be_read_in_every_language_of_its_readers(template, reader, language, slots):
    made = letter(template, reader, language, slots)

    page = parse(made.html)
    (root,) = page.find("html")
    assert root["lang"] == language.replace("_", "-")
    assert root["dir"] == ("rtl" if language == "ar" else "ltr")
    assert len(page.find("h1")) == 1
    for part in (made.subject, made.text, made.html):
        assert not LEFT_OVERS.search(part)
        assert "None" not in part
        assert "  \n" not in part
    assert "\n\n\n" not in made.text
    assert not ISOLATES.search(made.html + made.subject)
    assert language == "ar" or not ISOLATES.search(made.text)
    for style in re.findall(r"url\(|<img|<script|<link", made.html):
        pytest.fail(f"a letter must load nothing: {style}")


@pytest.mark.parametrize(("template", "reader", "language"), readers())
def test_every_letter_has_one_button_to_where_something_can_be_done(template, reader, language):
    made = letter(template, reader, language)
    url = {
        "tourist": "http://localhost:8000/c/",
        "companion": "http://localhost:8000/c/",
        "shop": "http://localhost:8000/m/",
        "staff": "http://localhost:8000/staff/cases/2600482716",
    }[reader]
    if template == "user-invited":
        url = f"http://localhost:8000/{'staff' if reader == 'staff' else 'merchant'}/invitation/"
    if template == "integrity-found":
        url = "http://localhost:8000/staff/faults"

    assert url in made.text
    assert any(link["href"].startswith(url) for link in parse(made.html).find("a"))


@pytest.mark.parametrize("template", sorted(letters()))
def test_no_letter_names_a_time_of_its_own(template):
    """What happens by when is a row with an owner; a letter can only say what a slot of such a row says."""
    source = (MESSAGES / f"{template}.txt").read_text(encoding="utf-8")
    sentences = re.findall(r'_\("((?:[^"\\]|\\.)*)"', source)
    for sentence in sentences:
        told = re.sub(r"%\(\w+\)s|12315|12345|110|119|120", "", sentence)
        assert not re.search(r"\d", told), sentence
        assert not re.search(
            r"\b(days?|hours?|minutes?|weeks?|months?|tomorrow|tonight|today)\b(?! of departure)", told
        ), sentence


# What turns a moment or a day into words, and so could name a time.
TELLS_A_TIME = re.compile(r"(?:china_moment|china_day|short_day|deadline_text|zone_moment|duration_text)\((\w+)")
DECLARED = set(PROMISED) | set(NO_PROMISES)


@pytest.mark.parametrize("template", sorted(letters()))
def test_every_time_in_a_letter_is_a_promise_or_is_declared_to_be_none(template):
    source = (MESSAGES / f"{template}.txt").read_text(encoding="utf-8")
    assert set(TELLS_A_TIME.findall(source)) <= DECLARED
    assert not re.search(r"\bdue_at\b", source), (
        "the frame of the letter says it, with whose time it is and what follows"
    )


def test_every_slot_that_looks_like_a_time_is_declared():
    assert set(MOMENTS) <= DECLARED
    told = {name for name, value in FULL.items() if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value)}
    assert told - {"due_on"} <= DECLARED, "due_on is the local day of due_at and is not told by itself"
    assert all(reason for reason in NO_PROMISES.values())
    assert not set(PROMISED) & set(NO_PROMISES)


@pytest.mark.parametrize(("template", "reader", "language"), readers())
def test_without_its_promise_no_letter_names_a_future_time(template, reader, language):
    """Everything is known but the rows that promise something: then no date of the case that lies ahead may be left."""
    without = {name: value for name, value in FULL.items() if name not in PROMISED and name not in NO_PROMISES}
    made = letter(template, reader, language, without)
    for part in (made.subject, made.text):
        assert not re.search(r"2026(?!〕)", part), part
    assert made.calendar is None


@pytest.mark.parametrize("template", sorted(letters()))
def test_a_letter_uses_only_what_delivery_gives_it(app, template):
    source = (MESSAGES / f"{template}.txt").read_text(encoding="utf-8")
    given = set(context("offer-made")) | set(app.jinja_env.globals)
    assert meta.find_undeclared_variables(app.jinja_env.parse(source)) <= given


# --- whom it is for


def test_an_address_nobody_has_confirmed_learns_nothing_of_the_case():
    for template in BARE:
        made = letter(template)
        for part in (made.subject, made.text, made.html):
            for value in ("26-0048", "Hana", "Hill City", "tea set", "1,280", "抱歉", "26 November"):
                assert value not in part
        assert made.calendar is None


def test_a_companion_is_told_that_the_words_are_for_the_visitor_and_owes_nothing():
    made = letter("offer-made", "companion")

    assert "You follow this case as a companion" in made.text
    assert "Hello" not in made.text
    assert made.calendar is None


def test_the_link_of_a_letter_opens_the_case_for_its_reader(app):
    secret = app.config["SETTINGS"].secret_key
    token = re.search(r"/c/(\S+)", letter("offer-made").text).group(1)
    assert links.read(secret, token) == links.Link(7, "tourist", 1, True)

    token = re.search(r"/m/(\S+)", letter("claim-received", "shop", "zh_CN").text).group(1)
    assert links.read(secret, token).party == "shop"

    token = re.search(r"/invitation/(\S+)", letter("user-invited", "staff").text).group(1)
    assert invitations.read(secret, token).user_id == 7


def test_a_language_without_a_catalogue_is_served_in_the_source():
    made = letter("offer-made", language="ko")

    assert (made.language, parse(made.html).find("html")[0]["lang"]) == ("en", "en")


def test_the_note_of_an_officer_to_the_shop_is_not_shown_to_the_visitor():
    assert "请尽快答复" in letter("claim-received", "shop").text
    assert "请尽快答复" not in letter("shop-asked").text


@pytest.mark.parametrize("outcome", Outcome)
def test_a_closed_case_says_why_for_every_outcome(outcome):
    assert "The case has been closed." not in letter("closed", outcome=outcome).text
    assert "The case has been closed." not in letter("closed-shop", "shop", outcome=outcome).text


@pytest.mark.parametrize("clock", [c for c in CLOCKS if not c.recorded], ids=lambda clock: clock.name)
def test_a_reminder_names_what_is_owed_until_when_and_what_follows(clock):
    template, reader = {
        "tourist": ("reminder", "tourist"),
        "merchant": ("reminder-shop", "shop"),
    }.get(clock.owes, ("reminder-officer", "staff"))
    made = letter(template, reader, clock=clock.name, owes=clock.owes)
    given = context(template, reader, clock=clock.name, owes=clock.owes)

    assert given["owed"] in made.text
    assert "By the end of Thursday, 26 November 2026, China time" in made.text
    assert given["about_date"][0] in made.text
    if reader != "staff":
        assert made.subject.split(" · ")[0] not in ("A reminder: we wait for you", "A reminder: a case waits for you")


# --- dates


def test_a_date_is_told_in_chinas_time_and_on_the_readers_clock():
    text = letter("offer-made").text

    assert "By the end of Thursday, 26 November 2026, China time" in text
    assert "On your clock: 27 November 2026, 01:00 (Tokyo)" in text


def test_an_hour_is_told_as_an_hour():
    assert "By 26 November 2026, 14:00, China time" in letter("offer-made", due_at="2026-11-26T06:00:00+00:00").text


@pytest.mark.parametrize("zone", [None, "Asia/Shanghai", "Asia/Singapore", "Nowhere/At all", ""])
def test_a_clock_that_shows_the_same_time_or_is_unknown_is_not_mentioned(zone):
    assert "On your clock" not in letter("offer-made", time_zone=zone).text


def test_a_provisional_date_says_so_and_ours_is_no_law():
    text = letter("offer-made").text
    assert "This date is provisional" in text
    assert "our own service standard, not a period set by a law" in text

    assert "provisional" not in letter("offer-made", provisional=False).text
    assert "follows from what was agreed" in letter("settled", clock="performance", owes="merchant").text


def test_a_letter_that_comes_after_its_date_says_that_it_has_passed():
    made = letter("offer-made", due_at="2026-11-23T16:00:00+00:00")

    assert "This moment has passed" in made.text
    assert "If you do not answer" not in made.text
    assert made.calendar is None


def test_a_calendar_file_holds_the_date_that_the_reader_owes():
    event = Calendar.from_ical(letter("offer-made").calendar).walk("VEVENT")[0]

    assert event["dtend"].dt == datetime(2026, 11, 26, 16, tzinfo=UTC)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=30)
    assert event["summary"] == "You answer the offer · 26-0048-2716"
    assert event["uid"] == "26-0048-2716-tourist_reply@localhost"
    assert event["dtend"].params["tzid"] == "Asia/Shanghai"
    assert event["class"] == "PRIVATE"


def test_a_calendar_file_holds_no_link_and_comes_only_to_the_one_who_owes():
    assert b"http" not in letter("offer-made").calendar
    assert letter("shop-asked", clock="shop_answer", owes="merchant", yours=False).calendar is None


# --- what people wrote


def test_what_a_party_wrote_stands_as_written_in_a_quote():
    made = letter("offer-made")

    assert "> 我们很抱歉。\n> <b>杯子</b>可以留下。" in made.text
    (quote,) = parse(made.html).find("blockquote")
    assert quote["dir"] == "auto"
    assert not quote.find("b")
    assert "&lt;b&gt;杯子" in made.html


def test_a_long_text_is_quoted_from_its_beginning_and_says_so():
    made = letter("offer-made", words="好" * 5000)

    assert "好" * LONGEST_QUOTE in made.text
    assert "好" * (LONGEST_QUOTE + 1) not in made.text
    assert "This is only the beginning" in made.text


@pytest.mark.parametrize(
    "value", ["Tea\r\nBcc: x@mail.example", "Tea\nset", "Tea\x00\x1bset", "Tea\u2028set\u2029", "T" * 5000]
)
def test_what_people_typed_cannot_break_out_of_its_place(value):
    mail = rendering.mail(post("offer-made", item=value, called=value, shop_en=value, received_by=value), NOW)

    assert mail["Bcc"] is None
    assert len(mail.keys()) == len(set(mail.keys()))
    assert all("\n" not in str(header) for header in mail.values())
    assert "Bcc: x@mail.example" not in mail.as_string().splitlines()


def test_a_name_that_turns_the_text_round_turns_only_itself():
    made = letter("offer-made", called="\u202eevil\u202c", item="\u2067x")

    assert "\u202e" not in made.text + made.html + made.subject
    assert "<bdi>evil</bdi>" in made.html


def test_a_case_number_reads_the_same_in_a_line_of_arabic():
    made = letter("offer-made", language="ar")

    for part in (made.subject, made.text, made.html):
        assert "\u200e26-0048-2716\u200e" in part
    assert "\u200e" not in letter("offer-made").subject


# --- the mail


def test_a_mail_says_what_it_is_in_its_headers():
    mail = rendering.mail(post("offer-made", language="zh_CN"), NOW)

    assert mail["From"] == "Visitor Care <care@visitorcare.example>"
    assert mail["To"] == "reader@mail.example"
    assert mail["Subject"].endswith(" · 26-0048-2716")
    assert mail["Date"].datetime == NOW
    assert mail["Content-Language"] == "zh-CN"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[0-9a-f]{40}@localhost>", mail["Message-ID"])


def test_a_mail_is_text_and_html_and_a_date_that_any_server_takes():
    mail = rendering.mail(post("offer-made", language="zh_CN"), NOW)

    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert mail.as_bytes().isascii()
    assert "我们很抱歉" in mail.get_body(("plain",)).get_content()
    assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998


def test_the_message_id_follows_from_the_row_and_our_host():
    assert rendering.message_id("step:1:tourist:settled", "https://care.example") == rendering.message_id(
        "step:1:tourist:settled", "https://care.example"
    )
    assert rendering.message_id("a", "https://care.example") != rendering.message_id("b", "https://care.example")
    assert rendering.message_id("a", "https://川渝.example").endswith("@xn--5rtr57a.example>")


# --- each rung is announced beforehand


@pytest.mark.parametrize("clock", CLOCKS, ids=lambda clock: clock.name)
@pytest.mark.parametrize("reader", ["tourist", "shop", "staff"])
def test_every_clock_says_to_every_reader_what_follows_when_it_passes(clock, reader):
    with force_locale("en"):
        follows = str(follow_words(reader)[clock.name])
    assert follows.endswith(".")
    assert not re.search(r"\d", follows), "by when is the deadline's own moment"


STARTERS = sorted(
    {
        (template, role)
        for step in STEPS
        for clock in started_by(step, step.state, step.end)
        for role, template in NOTICES.get((step.kind, step.action), ())
        if clock.owes is not Role.SYSTEM
    }
)


@pytest.mark.parametrize(("template", "role"), STARTERS)
def test_a_letter_of_a_step_that_starts_a_clock_announces_what_follows(template, role):
    reader = {Role.TOURIST: "tourist", Role.MERCHANT: "shop"}.get(role, "staff")
    made = letter(template, reader)
    with force_locale("en"):
        follows = str(follow_words(reader)["tourist_reply"])
    assert follows in " ".join(made.text.split())
