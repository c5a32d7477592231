"""Whatever goes wrong on a page of the wizard, it says what, and everything typed is still there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from disputes import clock
from disputes.cases.models import Case
from disputes.db import db
from disputes.intake import drafts
from disputes.intake.models import Draft
from tests import factories
from tests.web.public.phone import Phone
from tests.web.public.telling import answers, send, tell

MOST_QUERIES = {"GET": 3, "POST": 4, "the last page": 7, "the confirming POST": 9}


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    return Phone(client)


def in_days(days: int) -> dict[str, str]:
    day = clock.today() + timedelta(days=days)
    return {"year": str(day.year), "month": str(day.month), "day": str(day.day)}


def parts(name: str, day: dict[str, str]) -> dict[str, str]:
    return {f"{name}-{part}": value for part, value in day.items()}


# fmt: off
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("what",   {},                                                     "Choose what fits best"),
    ("what",   {"category": "no_such_thing"},                          "Not a valid choice"),
    ("safe",   {},                                                     "Choose what is true for you"),
    ("where",  {"shop": ""},                                           "Choose the business"),
    ("where",  {"shop": "99999999"},                                   "no longer in the list"),
    ("where",  {"shop": "other", "q": "  "},                           "Give its name, or describe where it is."),
    ("where",  {"shop": "other", "name": "Tea", "trade": "shop"},      "Choose the city and district"),
    ("where",  {"shop": "other", "name": "Tea", "division": "110101", "trade": "shop"}, "Choose the city and district"),
    ("where",  {"shop": "other", "address": "Tea street 1", "division": "500103"},      "what kind of business"),
    ("bought", {"item": "Tea"},                                        "Choose how you paid."),
    ("bought", {"item": "Tea", "paid_how": "cash", "amount": "a lot"}, "Write the amount in digits only"),
    ("bought", {"paid_how": "cash", "amount": "12.5", "amount-currency": "JPY"}, "no smaller unit"),
    ("bought", {"paid_how": "cash", "bought_on-year": "2026", "bought_on-month": "2", "bought_on-day": "30"}, "does not exist"),
    ("bought", {"paid_how": "cash", "bought_on-year": "26", "bought_on-month": "2", "bought_on-day": "3"},    "four digits"),
    ("bought", {"paid_how": "cash", "bought_on-day": "3"},             "Give the year, the month and the day."),
    ("story",  {"narrative": "  \n "},                                 "Tell us what went wrong"),
    ("want",   {"amount": "5"},                                        "Choose at least one thing"),
    ("want",   {"remedies": ["compensation"]},                         "Say how much money"),
    ("want",   {"remedies": ["apology"], "amount": "5"},               "An amount goes with"),
    ("want",   {"remedies": ["other"]},                                "Say what else would settle it."),
    ("leave",  {},                                                     "Choose one."),
    ("leave",  {"departure": "known"},                                 "Give the day on which you leave"),
    ("leave",  {"departure": "known", **parts("on", {"year": "2020", "month": "1", "day": "1"}), "hour": "3"}, "This day is over"),
    ("leave",  {"departure": "known", **parts("on", {"year": "9999", "month": "1", "day": "1"}), "hour": "3"}, "more than a year ahead"),
    ("reach",  {"contact": "email", "email": "hana@travellers.example"}, "Give a name."),
    ("reach",  {"name": "Hana"},                                       "Choose one of the two."),
    ("reach",  {"name": "Hana", "contact": "email"},                   "Give your e-mail address"),
    ("reach",  {"name": "Hana", "contact": "email", "email": "hana@"}, "This is no e-mail address"),
    ("reach",  {"name": "Hana", "contact": "none", "companion": "no address"}, "This is no e-mail address"),
    ("reach",  {"name": "Hana", "contact": "none", "country": "XX"},   "Choose from the list."),
]
# fmt: on


@pytest.mark.parametrize(
    ("page", "typed", "sentence"), WRONG, ids=[f"{page}-{said[:24]}" for page, _typed, said in WRONG]
)
def test_a_wrong_answer_is_named_and_comes_back_as_it_was_typed(
    phone: Phone, page: str, typed: dict[str, Any], sentence: str
) -> None:
    tell(phone, until=page)
    phone.submit(typed)
    assert phone.path in (f"/file/{page}", "/file")
    assert any(sentence in line for line in phone.errors), phone.errors
    filled = phone.filled()
    known = {field["name"] for field in phone.page.find("input", "select", "textarea") if field["type"] != "radio"}
    for name, value in typed.items():
        if name in known and value and name not in ("division", "country"):
            assert filled.getlist(name) == (value if isinstance(value, list) else [value]), name


def test_every_line_of_the_summary_leads_to_a_field_of_the_page(phone: Phone) -> None:
    tell(phone, until="bought").submit({"amount": "x", "bought_on-day": "40"})
    summary = next(e for e in phone.page.find("div") if "error-summary" in e["class"])
    assert len(summary.find("a")) == len(phone.errors) == 3  # check_page has looked that each leads somewhere


def test_a_purchase_in_the_future_is_refused(phone: Phone) -> None:
    tell(phone, until="bought").submit({"paid_how": "cash", **parts("bought_on", in_days(2))})
    assert any("lies in the future" in line for line in phone.errors)


def test_an_hour_that_is_over_is_refused_but_a_flight_that_is_boarding_is_not(phone: Phone) -> None:
    clock.stand_at(clock.now().replace(hour=6, minute=20))  # 14:20 in China
    db.session.commit()
    tell(phone, until="leave").submit({"departure": "known", **parts("on", in_days(0)), "hour": "11"})
    assert any("This hour is over" in line for line in phone.errors)
    phone.submit({"hour": "14"})
    assert phone.path == "/file/reach"


def test_a_departure_without_an_hour_asks_for_about_when(phone: Phone) -> None:
    tell(phone, until="leave").submit({"departure": "known", **parts("on", in_days(3))})
    assert any("About when is enough" in line for line in phone.errors)


def test_a_story_that_is_too_long_is_named_and_still_there(phone: Phone) -> None:
    tell(phone, until="story").submit({"narrative": "很长的故事" * 4001})
    assert any("at most 20" in line for line in phone.errors), phone.errors
    assert len(phone.filled()["narrative"]) == 20_005


def test_far_too_much_text_is_refused_with_a_sentence(phone: Phone) -> None:
    tell(phone, until="story").submit({"narrative": "x" * 150_000})
    assert phone.status == 200
    assert any("more text than we can keep" in line for line in phone.errors)


def test_an_answer_found_wrong_when_changed_leads_back_before_sending(phone: Phone) -> None:
    tell(phone).follow("Change: What I want")
    phone.submit({"remedies": [], "amount": "1280"})
    assert phone.errors
    assert phone.open("/file/check").path == "/file/want"


def test_a_shop_that_left_the_list_meanwhile_is_asked_for_again(phone: Phone) -> None:
    shop = factories.shop()
    tell(phone, shop.id)
    shop.active = False
    db.session.commit()
    phone.submit({"handling": "y"})
    assert phone.path == "/file/where"
    assert any("no longer in the list" in line for line in phone.errors)
    assert not db.session.scalars(select(Case)).all()


def test_a_page_whose_session_is_gone_is_shown_again_with_all_that_was_typed(phone: Phone, client: FlaskClient) -> None:
    tell(phone, until="story")
    data = phone.filled()
    data["narrative"] = "A long story that must not be lost"
    client.delete_cookie("session")
    phone.send("/file/story", data)
    assert phone.status == 400
    assert phone.filled()["narrative"] == "A long story that must not be lost"
    assert "press the button once more" in phone.text
    phone.submit()
    assert phone.path == "/file/want"


def test_the_last_page_whose_session_is_gone_keeps_the_consents(phone: Phone, client: FlaskClient) -> None:
    tell(phone, factories.shop().id)
    data = phone.filled()
    data.update({"handling": "y", "to_shop": "y"})
    client.delete_cookie("session")
    phone.send("/file/check", data)
    assert "press the button once more" in phone.text
    assert {"handling", "to_shop"} <= set(phone.filled())
    phone.submit()
    assert phone.heading == "Your complaint is filed"


def test_a_form_of_another_site_starts_nothing(client: FlaskClient) -> None:
    assert client.post("/file/what", data={"category": "quality_defect"}).status_code == 400
    assert not db.session.scalars(select(Draft)).all()


# --- drafts


def test_no_get_makes_a_draft_or_changes_one(phone: Phone) -> None:
    shop = factories.shop()
    phone.open("/").open("/file").open(f"/s/{shop.code}").open("/privacy")
    assert not db.session.scalars(select(Draft)).all()
    tell(phone, until="leave")
    before = db.session.scalars(select(Draft)).one().changed_at
    phone.open("/file/what").open("/file/elsewhere").open("/file").open("/file/leave?lang=ja")
    assert db.session.scalars(select(Draft)).one().changed_at == before


def test_drafts_are_deleted_thirty_days_after_the_last_change_with_their_files(phone: Phone) -> None:
    tell(phone, until="leave")
    draft = db.session.scalars(select(Draft)).one()
    drafts.add_files(draft.id, [factories_file()])
    db.session.commit()

    clock.stand_at(draft.changed_at + timedelta(days=29))
    assert drafts.purge() == 0
    clock.stand_at(draft.changed_at + timedelta(days=30, minutes=1))
    assert drafts.find(draft.id) is None, "nobody can go on with it even before the clean-up"
    assert drafts.purge() == 1
    assert drafts.waiting() == 0


def test_after_filing_nothing_of_the_draft_is_left_but_its_number(phone: Phone) -> None:
    send(tell(phone, factories.shop().id))
    draft = db.session.scalars(select(Draft)).one()
    assert draft.answers == {}
    assert draft.case_id is not None


def factories_file() -> Any:
    from disputes.cases.upkeep import File

    return File("a.jpg", "image/jpeg", 10, "a" * 64, "b" * 64, None)


# --- cheap pages


def test_each_page_before_sending_asks_the_database_little(phone: Phone) -> None:
    counted: list[str] = []
    event.listen(db.engines[None], "before_cursor_execute", lambda *given: counted.append(given[2]))
    told = answers(factories.shop().id)
    phone.open("/file")
    for name, given in told.items():
        counted.clear()
        data = phone.filled()
        for field, value in given.items():
            data.setlist(field, value if isinstance(value, list) else [value])
        post = phone.client.post(f"/file/{name}", data=data, headers=phone.headers)
        asked = [q for q in counted if not q.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
        assert post.status_code == 303
        assert 0 < len(asked) <= MOST_QUERIES["POST"], (name, asked)
        counted.clear()
        phone.open(post.headers["Location"])
        asked = [q for q in counted if not q.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
        limit = MOST_QUERIES["GET" if phone.path != "/file/check" else "the last page"]
        assert 0 < len(asked) <= limit, (phone.path, asked)
    counted.clear()
    send(phone)
    until = next(n for n, q in enumerate(counted) if "UPDATE drafts" in q)  # then its page is shown
    asked = [q for q in counted[: until + 1] if not q.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    assert len(asked) <= MOST_QUERIES["the confirming POST"], asked
