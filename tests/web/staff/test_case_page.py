"""A case on one page: what it shows in every state, and that each step offered there can be taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.models import User
from disputes.cases import procedures, queries, transfers
from disputes.cases.models import Case
from disputes.db import db
from disputes.rules.categories import Danger
from disputes.rules.lifecycle import Kind, Role, State, open_actions
from disputes.web.staff.actions import ALWAYS, BY_CODE, NEXT
from tests import factories
from tests.web.browser import Browser

STAFF = (Role.OFFICER, Role.SUPERVISOR)

EVERY_STATE: dict[str, Callable[[], Case]] = {
    "received": factories.filed,
    "triage": factories.triage,
    "liaison": factories.liaison,
    "awaiting_tourist": factories.asked,
    "with_merchant": factories.with_merchant,
    "offered": factories.offered,
    "mediation": factories.mediation,
    "proposed": factories.proposed,
    "settled": factories.settled,
    "referral_ready": factories.referral_ready,
    "referred": factories.referred,
    "closed": factories.closed,
}


def url(case: Case) -> str:
    return f"/staff/cases/{case.number}"


def do(code: str) -> str:
    return f"/do/{code}"


def fresh(case: Case) -> Case:
    db.session.expire_all()
    return queries.find(case.id, actors.SYSTEM)


@pytest.mark.parametrize("state", EVERY_STATE)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_page_shows_every_step_that_the_table_allows_and_no_other(
    at_desk: Any, officer: User, state: str, language: str
) -> None:
    case = EVERY_STATE[state]()
    assert case.state == state
    desk = at_desk(officer, language).open(url(case))
    offered = {path.rpartition("/")[2] for path in desk.forms() if "/do/" in path}
    kept_back = transfers.not_now(case, actors.of_user(officer))  # no other office has been asked
    allowed = set(open_actions(Kind.DISPUTE, State(state), Role.OFFICER)) - kept_back
    expected = {a.value.replace("_", "-") for a in allowed}
    searched = {"change-shop"}  # offered once somebody has looked for a shop and one was found
    assert offered - searched == expected - searched
    assert "change-shop" in expected or "shop-search" not in desk.response.get_data(as_text=True)


def test_every_step_that_the_table_allows_the_staff_has_a_form() -> None:
    allowed = {a for state in State for a in open_actions(Kind.DISPUTE, state, Role.OFFICER)}
    assert {entry.action for entry in (*NEXT, *ALWAYS)} == allowed
    assert len({entry.code for entry in (*NEXT, *ALWAYS)}) == len(BY_CODE)


def test_the_page_tells_the_whole_story(desk: Browser) -> None:
    case = factories.authorised(factories.countered(name="Hana 花子", email="hana@travellers.example"))
    factories.with_picture(case, "cup.jpg")
    desk.open(url(case))
    for words in (
        "The tea set was cracked", "Hana 花子", "hana@travellers.example", "Porcelain tea set", "cup.jpg",
        "The visitor’s counter-offer", "The set is worthless to me now.", "AOKI Hanako", "TZ0012345", "chain intact",
        "Link to the case", "S-SHOP-ANSWER", "version 1, calendar 2026-", "unverified", "Market regulator of the district",
    ):  # fmt: skip
        assert words in desk.text, words


def test_an_emergency_is_called_one_once(desk: Browser) -> None:
    case = factories.liaison()
    desk.open(url(case))
    above = desk.text.partition(desk.heading)[0]
    assert above.count("Emergency") == 1


def test_a_question_that_nobody_may_see_is_not_found(desk: Browser) -> None:
    desk.open("/staff/cases/2600000000", status=404)
    desk.open("/staff/cases/nonsense", status=404)


def test_an_erased_case_still_opens_and_offers_nothing_personal(desk: Browser) -> None:
    case = factories.erased()
    desk.open(url(case))
    assert "were erased" in desk.text
    assert "Hana" not in desk.text
    assert not any("/do/erase" in path or "/do/reopen" in path for path in desk.forms())


# --- each step


@pytest.mark.parametrize(
    ("builder", "code", "typed", "state"),
    [
        (factories.filed, "triage", {}, State.TRIAGE),
        (factories.filed, "send-to-shop", {"note": "请尽快答复。"}, State.WITH_MERCHANT),
        (factories.filed, "hold-emergency", {"dangers": [Danger.THREAT.value]}, State.LIAISON),
        (factories.liaison, "clear-emergency", {"words": "已送医。"}, State.TRIAGE),
        (factories.liaison, "close", {"outcome": "emergency_handed_over", "words": "已移交警方。"}, State.CLOSED),
        (factories.triage, "ask-tourist", {"phrase": "photo_of_receipt"}, State.AWAITING_TOURIST),
        (factories.triage, "step-in", {}, State.MEDIATION),
        (factories.with_merchant, "step-in", {}, State.MEDIATION),
        (factories.mediation, "ask-tourist", {"question": "Which colour was it?"}, State.AWAITING_TOURIST),
        (factories.mediation, "propose", {"remedies": ["price_difference"], "amount": "500", "goods": "keep"}, State.PROPOSED),
        (factories.mediation, "send-to-shop", {}, State.WITH_MERCHANT),
        (factories.mediation, "ask-authorisation", {}, State.AWAITING_TOURIST),
        (factories.mediation, "close", {"outcome": "no_agreement", "words": "双方未能达成一致。"}, State.CLOSED),
        (factories.settled, "report-performance", {"means": "cash", "payment_reference": "收据 7"}, State.SETTLED),
        (factories.settled, "step-in", {}, State.MEDIATION),
        (factories.referral_ready, "record-referral", {"received_by": "王科长", "channel": "window", "receipt_number": "1187"}, State.REFERRED),
        (factories.referred, "authority-accepts", {}, State.REFERRED),
        (factories.referred, "authority-refuses", {"ground": "A", "words": "不属于本局管辖。"}, State.REFERRED),
        (factories.referred, "authority-step", {"kind": "asked"}, State.REFERRED),
        (factories.referred, "record-settlement", {"remedies": ["price_difference"], "amount": "900"}, State.SETTLED),
        (factories.referred, "close", {"outcome": "referred_ended", "words": "行政调解终止。"}, State.CLOSED),
        (factories.closed, "reopen", {"words": "钱款被退回。"}, State.MEDIATION),
        (factories.with_merchant, "note", {"words": "已电话联系店长。"}, State.WITH_MERCHANT),
        (factories.with_merchant, "write", {"words": "请双方补充照片。"}, State.WITH_MERCHANT),
        (factories.with_merchant, "assign", {"officer": ""}, State.WITH_MERCHANT),
        (factories.with_merchant, "change-departure", {"departure": "unknown"}, State.WITH_MERCHANT),
        (factories.with_merchant, "change-contact", {"name": "Taro", "email": "taro@travellers.example"}, State.WITH_MERCHANT),
        (factories.with_merchant, "revoke-link", {}, State.WITH_MERCHANT),
        (factories.closed, "erase", {"sure": "y"}, State.CLOSED),
    ],
)  # fmt: skip
def test_each_step_is_taken_from_the_page(
    desk: Browser, builder: Callable[[], Case], code: str, typed: dict[str, Any], state: State
) -> None:
    case = builder()
    desk.open(url(case)).submit(do(code), **typed)
    assert desk.path == url(case), desk.errors()
    assert "notice-success" in desk.response.get_data(as_text=True)
    after = fresh(case)
    assert after.state == state
    assert queries.history(after)[-1].action == BY_CODE[code].action


def test_a_case_with_an_authorisation_is_made_ready_for_the_authority(desk: Browser) -> None:
    case = factories.authorised(factories.mediation())
    desk.open(url(case)).submit(do("ready-referral"))
    assert fresh(case).state == State.REFERRAL_READY


def test_without_an_authorisation_the_page_says_what_is_missing(desk: Browser) -> None:
    case = factories.mediation()
    desk.open(url(case)).submit(do("ready-referral"))
    assert "has not allowed a hand-over" in desk.errors()
    assert fresh(case).state == State.MEDIATION


def test_a_case_is_given_to_another_officer(desk: Browser) -> None:
    case, other = factories.mediation(), factories.officer()
    desk.open(url(case)).submit(do("assign"), officer=str(other.id))
    assert fresh(case).officer_id == other.id
    assert "Now with 周敏" in desk.text


def test_an_unknown_shop_is_looked_for_and_tied_to_the_case(desk: Browser) -> None:
    case, shop = factories.triage(), factories.shop(name_zh="洪崖洞记忆礼品店", name_en="Hongyadong Memory Gifts")
    desk.open(f"{url(case)}?do=change-shop&shop=hongyadong")
    assert "洪崖洞记忆礼品店" in desk.text
    desk.submit(do("change-shop"), shop=str(shop.id))
    assert fresh(case).shop_id == shop.id


def test_a_shop_that_is_not_found_can_be_added(desk: Browser) -> None:
    case = factories.triage()
    desk.open(f"{url(case)}?do=change-shop&shop=zzzz")
    assert "No shop in the list is called like that." in desk.text


def test_the_departure_is_changed_to_the_minute(desk: Browser) -> None:
    case = factories.with_merchant()
    desk.open(url(case))
    form = desk.form(do("change-departure"))
    desk.submit(
        do("change-departure"),
        **{"departure": "known", "day-year": "2099", "day-month": "1", "day-day": "2", "hour": "15:30"},
    )
    assert form["change-departure-departure"] == "known"
    assert fresh(case).departure_at.isoformat() == "2099-01-02T07:30:00+00:00"  # type: ignore[union-attr]


def test_evidence_is_added_and_what_is_refused_is_named(desk: Browser) -> None:
    case = factories.with_merchant()
    desk.open(url(case)).submit(do("add-evidence"), files=(factories.picture(), "receipt.jpg"))
    assert "receipt.jpg" in desk.text
    desk.submit(do("add-evidence"), files=(b"MZ\x90\x00 not a picture", "virus.exe"))
    assert "virus.exe" in desk.errors()


# --- what is wrong in a form


@pytest.mark.parametrize(
    ("builder", "code", "typed", "says"),
    [
        (factories.mediation, "close", {"outcome": None, "words": "因为"}, "Choose an outcome."),
        (factories.mediation, "close", {"outcome": "no_agreement", "words": ""}, "Write down the reasons"),
        (factories.mediation, "close", {"outcome": "resolved", "words": "x"}, "Not a valid choice"),
        (factories.mediation, "propose", {"remedies": ["refund"], "amount": ""}, "Say how much money"),
        (factories.mediation, "propose", {"remedies": None}, "Choose at least one thing."),
        (factories.mediation, "propose", {"amount": "many"}, "Write the amount in digits"),
        (factories.mediation, "ask-tourist", {}, "Choose a question or write one."),
        (factories.mediation, "note", {"words": "  "}, "Write a note first."),
        (factories.mediation, "write", {"words": "x" * 4001}, "4001 characters"),
        (factories.triage, "send-to-shop", {}, "No shop is tied to this case yet"),
        (factories.referral_ready, "record-referral", {"received_by": ""}, "Write down who received"),
        (factories.referral_ready, "record-referral", {"received_by": "王", "received_on-year": "2099"}, "cannot lie in the future"),
        (factories.with_merchant, "change-contact", {"email": "no address"}, "This is no e-mail address"),
        (factories.with_merchant, "change-departure", {"departure": "known", "day-year": "", "day-month": "", "day-day": ""}, "Give the day"),
        (factories.closed, "erase", {}, "Confirm this first."),
        (factories.with_merchant, "add-evidence", {}, "Choose at least one file."),
    ],
)  # fmt: skip
def test_a_wrong_form_comes_back_with_what_was_typed_and_changes_nothing(
    desk: Browser, builder: Callable[[], Case], code: str, typed: dict[str, Any], says: str
) -> None:
    case = builder()
    version = case.version
    desk.open(url(case)).submit(do(code), **typed)
    assert says in desk.errors()
    assert fresh(case).version == version
    back = desk.form(do(code))
    for name in ("words", "question", "amount", "received_by"):
        if isinstance(typed.get(name), str) and typed[name].strip():
            assert back[f"{code}-{name}"] == typed[name]


@pytest.mark.parametrize("typed", ["\0", "<script>alert(1)</script>", "{{ 7*7 }}", "‮reversed", "𠮷野家 🍲", "x\r\ny"])
def test_odd_texts_pass_or_are_named_and_never_break_the_page(desk: Browser, typed: str) -> None:
    case = factories.with_merchant()
    desk.open(url(case)).submit(do("note"), words=f"note {typed}")
    assert "<script>alert" not in desk.response.get_data(as_text=True)
    assert "49" not in desk.form(do("note"))["note-words"]


def test_an_unknown_step_is_not_found(desk: Browser) -> None:
    case = factories.mediation()
    token = desk.open(url(case)).form(do("note"))["note-csrf_token"]
    desk.send(f"{url(case)}/do/invent", {"csrf_token": token}, status=404)


def test_a_reload_of_a_refused_form_leads_back_to_it(desk: Browser) -> None:
    case = factories.mediation()
    desk.open(f"{url(case)}/do/note")
    assert desk.path == f"{url(case)}?do=note"


# --- files


def test_a_picture_opens_and_its_original_is_only_a_download(desk: Browser) -> None:
    case = factories.with_merchant()
    piece = factories.with_picture(case, "tea set.jpg")
    safe = desk.client.get(f"{url(case)}/evidence/{piece.id}")
    assert safe.mimetype == "image/jpeg"
    assert "sandbox" in safe.headers["Content-Security-Policy"]
    assert desk.client.get(f"{url(case)}/evidence/{piece.id}/small").status_code == 200
    original = desk.client.get(f"{url(case)}/evidence/{piece.id}/original")
    assert original.mimetype == "application/octet-stream"
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.data != safe.data


def test_a_file_of_another_case_is_not_found(desk: Browser) -> None:
    case, other = factories.with_merchant(), factories.with_merchant()
    piece = factories.with_picture(other)
    for ending in ("", "/small", "/original"):
        assert desk.client.get(f"{url(case)}/evidence/{piece.id}{ending}").status_code == 404


# --- on paper


def test_the_shops_link_is_shown_once_the_claim_was_passed_on(desk: Browser) -> None:
    case = factories.with_merchant()
    desk.open(f"{url(case)}/shop-link")
    assert f"/m/{factories.token_of(case, 'shop')}" in desk.text
    desk.open(f"{url(factories.triage())}/shop-link", status=404)


def test_the_claim_on_paper_is_in_chinese_and_names_no_contact(at_desk: Any, officer: User) -> None:
    case = factories.with_merchant(email="hana@travellers.example", name="Hana")
    paper = at_desk(officer, "zh_CN").open(f"{url(case)}/claim")
    assert "Hana" in paper.text
    assert "hana@travellers.example" not in paper.response.get_data(as_text=True)
    assert f"/m/{factories.token_of(case, 'shop')}" in paper.text


# --- how much it costs


def test_a_long_history_costs_no_more_queries(desk: Browser, counted: Any) -> None:
    short, long = factories.with_merchant(), factories.with_merchant()
    by = factories.officer_of(long)
    factories.noted(short, factories.officer_of(short))
    for number in range(12):
        factories.noted(long, by, f"note {number}")
    desk.open(url(short))
    assert counted(lambda: desk.open(url(long))) == counted(lambda: desk.open(url(short)))


# --- what an authority did


def test_an_officer_records_what_the_authority_did_and_takes_a_wrong_record_back(desk: Browser) -> None:
    case = factories.referred()
    desk.open(url(case))
    assert "The market regulator decides whether it accepts" in desk.text
    assert "A period that binds the authority" in desk.text
    desk.submit(f"{url(case)}/do/authority-accepts")
    assert "The market regulator mediates" in desk.text
    desk.submit(f"{url(case)}/do/authority-step", kind="test_began")
    assert "Write down the reasons" in desk.text
    desk.submit(f"{url(case)}/do/authority-step", kind="test_began", words="送检。")
    assert "paused since" in desk.text
    fact = next(f.id for f in procedures.all_facts(case) if f.kind == "test_began")
    desk.submit(f"{url(case)}/do/correct-authority", fact=str(fact), words="送检日期有误。")
    assert "paused since" not in desk.text
    assert "A record of the authority was corrected" in desk.text


def test_a_fact_of_tomorrow_is_refused_with_what_was_typed(desk: Browser) -> None:
    case = factories.referred()
    desk.open(url(case))
    tomorrow = clock.today() + timedelta(days=1)
    day = {"on-day": str(tomorrow.day), "on-month": str(tomorrow.month), "on-year": str(tomorrow.year)}
    desk.submit(f"{url(case)}/do/authority-accepts", **day)
    assert "This day lies in the future" in desk.text


def test_periods_of_civil_law_stand_apart_from_what_is_owed(desk: Browser) -> None:
    desk.open(url(factories.with_merchant()))
    assert "Periods of civil law" in desk.text
    assert "Limitation of civil claims" in desk.text
    assert "A period set by civil law" in desk.text
