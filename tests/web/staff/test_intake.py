"""Taking down a complaint on the phone or at the counter: the same case as on the website, and nothing typed is lost."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.models import User
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.intake import taking_down
from disputes.intake.taking_down import SHOWN_FOR
from disputes.notifications.models import Message
from disputes.numbers import spoken
from disputes.rules.categories import Purpose
from disputes.rules.lifecycle import Action, State
from tests import factories as make
from tests.together import together
from tests.web.browser import Browser
from tests.web.staff.conftest import OPEN

PAGE = "/staff/take-down"
STORY = "お客様によると、昨日の夜に縫い目がほどけた。店は見ようともしなかった。"


def told(shop_id: int | None = None, **changes: Any) -> dict[str, Any]:
    """What an officer types while a visitor tells it; ``changes`` by the names of the fields, None leaves one out."""
    where = (
        {"where-shop": str(shop_id)}
        if shop_id is not None
        else {
            "where-shop": "other", "where-name": "洪崖洞旁的小店", "where-address": "嘉陵江边", "where-division": "500103",
            "where-trade": "shop",
        }
    )  # fmt: skip
    typed = {
        "safe-dangers": "safe",
        "reach-language": "ja",
        "reach-name": "田中",
        "reach-country": "JP",
        "reach-contact": "email",
        "reach-email": "tanaka@travellers.example",
        "what-category": "quality_defect",
        "story-narrative": STORY,
        **where,
        "bought-item": "丝绸围巾",
        "bought-how_bought": "counter",
        "bought-amount": "1,280.00",
        "bought-amount-currency": "CNY",
        "bought-paid_how": "foreign_card",
        "want-remedies": "refund",
        "want-amount": "",
        "want-goods": "give_back",
        "want-means": "original",
        "leave-departure": "unknown",
        "check-handling": "y",
        "check-to_shop": "y",
    }
    typed.update({name.replace("__", "-"): value for name, value in changes.items()})
    return {name: value for name, value in typed.items() if value is not None}


def take_down(desk: Browser, shop_id: int | None = None, **changes: Any) -> Browser:
    """Open the page, type everything and send it; there must be nothing wrong with it."""
    desk.open(PAGE)
    send(desk, told(shop_id, **changes))
    assert desk.errors().split() == []
    return desk


def send(desk: Browser, typed: dict[str, Any], **more: Any) -> Browser:
    """Send the page that is open with all this in it."""
    return desk.send(PAGE, {**desk.form(PAGE), **typed, **more})


def newest() -> Case:
    db.session.expire_all()
    return db.session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()


def count() -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count()).select_from(Case)) or 0


# --- what becomes of it


def test_a_complaint_on_the_phone_becomes_the_case_that_the_website_would_make(desk: Browser, officer: User) -> None:
    shop = make.shop()
    take_down(desk, shop.id)
    case = newest()
    assert desk.path == f"/staff/cases/{case.number}/taken-down"
    assert (case.state, case.shop_id, case.language) == (State.RECEIVED, shop.id, "ja")
    assert case.complaint.channel == "staff"
    assert case.complaint.narrative is not None
    assert case.complaint.narrative.body == STORY
    assert (case.complaint.amount, case.complaint.currency) == (128_000, "CNY")
    assert case.claim.package["amount"] == 128_000, "a refund without an amount asks for the whole price"
    assert (case.tourist.name, case.tourist.email) == ("田中", "tanaka@travellers.example")
    assert case.tourist.time_zone == "Asia/Tokyo", "the only one of the country"
    intake.route_next()
    assert newest().state == State.WITH_MERCHANT


def test_the_history_names_the_officer_the_channel_and_the_consents_that_were_heard(
    desk: Browser, officer: User
) -> None:
    take_down(desk, make.shop().id, **{"check-publication": "y"})
    case = newest()
    filed = case.events[0]
    assert (filed.action, filed.by) == (Action.FILE, f"officer:{officer.id}")
    assert filed.details["channel"] == "staff"
    assert filed.details["consents"] == [Purpose.HANDLING, Purpose.TO_SHOP, Purpose.PUBLICATION]
    assert {consent.purpose for consent in case.consents} == set(filed.details["consents"])
    desk.open(f"/staff/cases/{case.number}")
    for words in ("Taken down by staff", officer.name, "Consents said aloud: Handling my case, Passing my complaint"):
        assert words in desk.text, words


def test_a_supervisor_takes_one_down_too(chief: Browser, supervisor: User) -> None:
    take_down(chief)
    assert newest().events[0].by == f"supervisor:{supervisor.id}"


def test_a_shop_that_is_not_in_the_list_is_described_and_goes_to_an_officer(desk: Browser) -> None:
    take_down(desk)
    intake.route_next()
    case = newest()
    assert (case.state, case.complaint.shop_name, case.complaint.division_code) == (
        State.TRIAGE,
        "洪崖洞旁的小店",
        "500103",
    )
    assert "shop_unknown" in case.held_reasons


def test_without_the_consent_to_pass_it_on_the_shop_hears_nothing(desk: Browser) -> None:
    take_down(desk, make.shop().id, **{"check-to_shop": None})
    assert "did not agree to passing it on" in desk.text
    intake.route_next()
    assert newest().state == State.TRIAGE


def test_letters_tell_the_time_by_the_clock_that_the_visitor_named(desk: Browser) -> None:
    take_down(desk, **{"reach-country": "US", "reach-zone": "America/Chicago"})
    assert newest().tourist.time_zone == "America/Chicago"


def test_a_danger_reaches_the_duty_officer_at_once_and_no_shop(desk: Browser) -> None:
    take_down(desk, make.shop().id, **{"safe-dangers": ["safe", "threat"]})
    case = newest()
    assert (case.state, case.emergency, case.complaint.dangers) == (State.LIAISON, True, ["threat"])
    assert "110" in desk.text
    assert "the duty officer has it" in desk.text


def test_a_danger_shows_whom_to_call_before_anything_that_is_still_missing(desk: Browser) -> None:
    desk.open(PAGE)
    send(desk, {"safe-dangers": "injury"})
    assert count() == 0
    assert "Call for help first" in desk.text
    assert "Choose what fits best" in desk.errors()


def test_files_that_lie_on_the_counter_come_along_and_outlive_an_error(desk: Browser) -> None:
    desk.open(PAGE)
    photo = make.picture()
    send(desk, told(make.shop().id, **{"reach-name": ""}), **{"evidence-files": (io.BytesIO(photo), "receipt.jpg")})
    assert "receipt.jpg" in desk.text
    assert "Give a name" in desk.errors()
    desk.submit(PAGE, **{"reach-name": "田中"})
    assert [file.name for file in newest().evidence] == ["receipt.jpg"]


def test_a_file_can_be_taken_out_again_and_a_refused_one_is_named(desk: Browser) -> None:
    desk.open(PAGE)
    send(desk, told(), **{"evidence-files": (io.BytesIO(make.picture()), "receipt.jpg")}, go="search")
    assert "receipt.jpg" in desk.text
    desk.submit(PAGE, button="remove")
    assert "receipt.jpg" not in desk.text
    send(desk, told(), **{"evidence-files": (io.BytesIO(b"no picture"), "notes.exe")})
    assert "notes.exe" in desk.errors()
    assert count() == 0


# --- what is asked, and what is wrong


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"safe-dangers": None}, "Choose what is true for you"),
        ({"reach-language": ""}, "Choose the language in which letters and the slip are written"),
        ({"reach-name": " "}, "Give a name"),
        ({"reach-zone": "Asia/Nowhere"}, "Choose from the list"),
        ({"what-category": ""}, "Choose what fits best"),
        ({"story-narrative": ""}, "Tell us what went wrong"),
        ({"where-shop": None}, "Choose the business"),
        ({"where-name": "", "where-address": ""}, "Give its name, or describe where it is"),
        ({"where-division": ""}, "Choose the city and district"),
        ({"bought-paid_how": ""}, "Choose how you paid"),
        ({"bought-how_bought": "by post"}, "Not a valid choice"),
        ({"bought-amount": "a lot"}, "Write the amount in digits only"),
        ({"bought-bought_on-year": "2026", "bought-bought_on-month": "13", "bought-bought_on-day": "1"}, "This date does not exist"),
        ({"want-remedies": None}, "Choose at least one thing"),
        ({"bought-amount": ""}, "Say how much money you ask for"),
        ({"leave-departure": "known"}, "Give the day on which you leave"),
        ({"reach-email": "tanaka@"}, "This is no e-mail address"),
        ({"reach-contact": None}, "Choose one of the two"),
        ({"check-handling": None}, "We may only handle your case if you agree"),
        ({"story-narrative": "x" * 20_001}, "at most 20000 fit here"),
        ({"reach-name": "a\0b"}, "Some characters could not be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else value[:30],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_stays(desk: Browser, wrong: Any, said: str) -> None:
    desk.open(PAGE)
    typed = told(**wrong)
    send(desk, typed)
    assert said in desk.errors()
    assert count() == 0
    kept = desk.form(PAGE)
    for name, value in typed.items():
        if name not in wrong:
            assert kept[name] == value, name


def test_the_page_asks_what_the_wizard_asks(desk: Browser) -> None:
    desk.open(PAGE)
    asked = {name.partition("-")[0] for name in desk.form(PAGE)} - {
        "csrf_token",
        "entry",
        "kept",
        "looked_for",
        "shown",
    }
    assert asked == {"reach", "what", "story", "where", "bought", "want", "leave"}, (
        "tiles are asked, and none is chosen"
    )
    assert "How did you buy it?" in desk.text


def test_looking_for_a_shop_keeps_what_was_typed_and_finds_it_by_any_name(desk: Browser) -> None:
    shop = make.shop(name_zh="解放碑丝绸行", name_en="Jiefangbei Silk House")
    desk.open(PAGE)
    send(desk, {**told(), "where-shop": None, "where-q": "Silk"} | {"where-shop": ""}, go="search")
    assert "解放碑丝绸行" in desk.text
    assert desk.form(PAGE)["story-narrative"] == STORY
    assert desk.errors() == "", "a search finds no fault with what is still to be told"
    desk.submit(PAGE, **{"where-shop": str(shop.id)})
    assert newest().shop_id == shop.id


def test_the_enter_key_in_the_search_box_searches(desk: Browser) -> None:
    make.shop(name_zh="解放碑丝绸行")
    desk.open(PAGE)
    send(desk, {**told(), "where-shop": "", "where-q": "丝绸"})
    assert "解放碑丝绸行" in desk.text
    assert count() == 0


def test_nothing_found_says_what_to_try(desk: Browser) -> None:
    desk.open(PAGE)
    send(desk, {"where-q": "zzzz"}, go="search")
    assert "Nothing found" in desk.text


def test_the_consents_can_be_read_aloud_in_every_language(desk: Browser) -> None:
    desk.open(PAGE)
    for words in ("Visitor Care handles my case", "日本語", "العربية", "简体中文"):
        assert words in desk.text, words


def test_a_page_that_outlived_its_sign_in_is_shown_again_whole(desk: Browser) -> None:
    desk.open(PAGE)
    desk.send(PAGE, {**desk.form(PAGE), **told(), "csrf_token": "old"}, status=400)
    assert "Nothing is lost" in desk.errors()
    assert count() == 0
    desk.submit(PAGE)
    assert newest().complaint.narrative.body == STORY


def test_the_page_is_whole_in_chinese(at_desk: OPEN, officer: User) -> None:
    desk = at_desk(officer, "zh_CN").open(PAGE)
    assert desk.heading == "登记电话或柜台投诉"
    take_down(desk, make.shop().id)
    assert "田中" not in desk.errors()
    assert newest().complaint.channel == "staff"


# --- once, and no more


def test_sending_it_twice_makes_one_case(desk: Browser) -> None:
    desk.open(PAGE)
    page = {**desk.form(PAGE), **told(make.shop().id)}
    first = desk.send(PAGE, page).path
    assert desk.send(PAGE, page).path == first
    assert count() == 1


def test_two_sendings_at_the_same_moment_make_one_case(own_app: Flask) -> None:
    with own_app.app_context():
        once, by, entry = make.telling(make.shop()), actors.of_user(make.officer()), str(uuid.uuid4())

        def file() -> int:
            with transaction():
                return taking_down.take_down(once, by, entry, "what was told").id

        first, second = together(own_app, file, file)
        assert first == second
        assert count() == 1
        db.session.remove()


def test_going_back_and_telling_something_else_loses_neither(desk: Browser) -> None:
    desk.open(PAGE)
    page = {**desk.form(PAGE), **told(make.shop().id)}
    desk.send(PAGE, page)
    first = newest()
    desk.send(PAGE, {**page, "reach-name": "Maria", "reach-email": "maria@travellers.example"})
    assert "Perhaps this has been taken down already" in desk.text
    assert spoken(first.number) in desk.text
    assert count() == 1
    desk.submit(PAGE, anyway="y")
    assert (count(), newest().tourist.name) == (2, "Maria")


def test_an_entry_of_one_officer_is_none_of_anothers(desk: Browser, at_desk: OPEN) -> None:
    desk.open(PAGE)
    page = {**desk.form(PAGE), **told()}
    desk.send(PAGE, page)
    other = at_desk(make.officer()).open(PAGE)
    csrf = other.form(PAGE)["csrf_token"]
    other.send(PAGE, {**page, "csrf_token": csrf, "reach-name": "Maria", "reach-email": "maria@travellers.example"})
    assert count() == 2


# --- perhaps it is there already


@pytest.mark.parametrize(
    ("known", "typed", "warned"),
    [
        ({"email": "tanaka@travellers.example", "name": "T."}, {}, True),
        ({"email": None, "name": "田中"}, {}, True),
        ({"email": "other@travellers.example", "name": "田中"}, {}, False),
        ({"email": "other@travellers.example", "name": "田中"}, {"reach-contact": "none"}, True),
        ({"email": "other@travellers.example", "name": "Kim"}, {"reach-contact": "none"}, False),
    ],
    ids=["same address", "same name, none given", "same name, other address", "same name, on the phone", "somebody else"],
)  # fmt: skip
def test_an_open_case_of_the_same_person_about_the_same_shop_is_shown_first(
    desk: Browser, known: dict[str, Any], typed: dict[str, Any], warned: bool
) -> None:
    shop = make.shop()
    number = make.filed(shop, **known).number
    take_down(desk, shop.id, **typed)
    assert (spoken(number) in desk.text) == warned
    assert count() == (1 if warned else 2)
    if warned:
        assert desk.form(PAGE)["story-narrative"] == STORY
        desk.submit(PAGE)
        assert count() == 1, "it is asked until somebody says that it is another matter"
        desk.submit(PAGE, anyway="y")
        assert count() == 2


def test_a_shop_that_is_not_in_the_list_is_known_again_by_its_name(desk: Browser) -> None:
    take_down(desk)
    take_down(desk)
    assert "Perhaps this has been taken down already" in desk.text
    assert count() == 1


def test_other_shops_closed_cases_and_emergencies_are_not_held_up(desk: Browser) -> None:
    shop = make.shop()
    make.filed(shop, email="tanaka@travellers.example")
    take_down(desk, make.shop().id)
    assert count() == 2
    take_down(desk, shop.id, **{"safe-dangers": "theft"})
    assert count() == 3


# --- what the visitor takes along


def test_the_page_after_it_says_the_number_and_the_words_and_they_open_the_case(
    desk: Browser, app: Flask, client: Any
) -> None:
    take_down(desk, **{"reach-contact": "none", "reach-email": ""})
    case = newest()
    for words in (spoken(case.number), *make.words_of(case, "ja").split(), *make.words_of(case, "en").split()):
        assert words in desk.text, words
    assert "No e-mail" in desk.text
    visitor = Browser(app.test_client()).open("/case?lang=ja")
    visitor.submit("/case", number=spoken(case.number), words=make.words_of(case))
    assert visitor.path.startswith("/c/")


@pytest.mark.parametrize("language", ["ja", "ar", "zh_CN", "en"])
def test_the_slip_is_in_the_visitors_language_and_holds_what_was_written_down(
    desk: Browser, app: Flask, language: str
) -> None:
    take_down(desk, make.shop().id, **{"reach-language": language})
    case = newest()
    desk.language = language
    desk.open(f"/staff/cases/{case.number}/slip")
    for words in (spoken(case.number), STORY, "田中", "丝绸围巾"):
        assert words in desk.text, words
    assert desk.client.get(f"/staff/cases/{case.number}/slip.pdf").data.startswith(b"%PDF")


def test_a_letter_goes_out_in_the_visitors_language_where_there_is_an_address(desk: Browser) -> None:
    take_down(desk, make.shop().id)
    (letter,) = db.session.scalars(select(Message).where(Message.template == "case-link"))
    assert (letter.address, letter.language) == ("tanaka@travellers.example", "ja")


@pytest.mark.parametrize("part", ["taken-down", "slip", "slip.pdf"])
def test_only_whoever_took_it_down_sees_the_words_and_only_for_a_day(
    desk: Browser, chief: Browser, at_desk: OPEN, part: str
) -> None:
    take_down(desk)
    address = f"/staff/cases/{newest().number}/{part}"
    assert desk.client.get(address).status_code == 200
    chief.open(address, status=404)
    at_desk(make.officer()).open(address, status=404)
    with transaction():
        clock.stand_at(clock.now() + SHOWN_FOR)
    desk.open(address, status=404)


def test_a_link_that_the_visitor_made_later_is_not_shown(desk: Browser) -> None:
    take_down(desk)
    case = newest()
    with transaction():
        newest().link_version = 2
    desk.open(f"/staff/cases/{case.number}/taken-down", status=404)


def test_the_words_of_a_case_from_the_website_are_never_shown(desk: Browser) -> None:
    case = make.with_merchant()
    desk.open(f"/staff/cases/{case.number}/taken-down", status=404)


def test_the_queue_leads_to_the_page(desk: Browser) -> None:
    desk.open("/staff/")
    assert PAGE in desk.links()


def test_the_page_costs_the_same_whatever_is_open(desk: Browser, counted: Callable[..., int]) -> None:
    desk.open(PAGE)
    before = counted(lambda: desk.open(PAGE))
    for _ in range(3):
        make.with_merchant()
    assert counted(lambda: desk.open(PAGE)) == before
