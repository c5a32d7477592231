"""The guest's answers through the interface: the same verbs as on the page, and the same refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from disputes import clock
from disputes.cases.models import Case, CaseText
from disputes.db import db
from disputes.rules.lifecycle import Kind, Role, State, open_actions
from disputes.web.api import asked, steps
from tests import factories
from tests.web.api.conftest import Desk, as_parts, call, errors_of

PACKAGE = {"remedies": ["refund"], "amount": 128_000, "goods": "give_back", "within": "P3D"}


def take(client: FlaskClient, case: Case, action: str, bearer: str | None = None, **more: Any) -> TestResponse:
    sent = {"action": action, "version": case.version, **more}
    return call(client, "POST", f"/complaints/{case.number}/steps", bearer or factories.token_of(case), json=sent)


def add(client: FlaskClient, case: Case, *files: tuple[bytes, str], **more: Any) -> TestResponse:
    parts = as_parts("step", {"action": "add_evidence", "version": case.version, **more}, *files)
    return call(client, "POST", f"/complaints/{case.number}/steps", factories.token_of(case), data=parts)


# --- every step


@pytest.mark.parametrize(
    ("make", "action", "more", "state"),
    [
        (factories.asked, "answer", {"words": "はい、あります。"}, "with_merchant"),
        (factories.offered, "accept", {}, "settled"),
        (factories.offered, "decline", {"words": "Too little."}, "mediation"),
        (factories.offered, "counter", {"package": PACKAGE, "words": "Then this."}, "with_merchant"),
        (factories.proposed, "agree", {}, "proposed"),
        (factories.proposed, "reject_proposal", {}, "mediation"),
        (factories.reported, "confirm", {}, "closed"),
        (factories.reported, "deny", {"words": "Nothing arrived."}, "mediation"),
        (factories.settled, "waive", {}, "closed"),
        (factories.with_merchant, "withdraw", {}, "closed"),
        (factories.closed, "reopen", {"words": "The card was not credited."}, "mediation"),
        (factories.with_merchant, "write", {"words": "I can come by tonight."}, "with_merchant"),
        (factories.with_merchant, "change_departure", {"departure": {"status": "departed"}}, "with_merchant"),
    ],
)
def test_a_step_is_taken_and_the_case_comes_back_as_it_then_stands(
    client: FlaskClient, make: Callable[[], Case], action: str, more: dict[str, Any], state: str
) -> None:
    case = make()
    before = case.version
    answer = take(client, case, action, **more)
    assert answer.status_code == 200, answer.get_json()
    told = answer.get_json()
    assert told["state"] == state
    assert told["version"] == before + 1 == case.version
    assert (told["history"][-1]["action"], told["history"][-1]["by"]) == (action, "tourist")


def test_every_step_of_the_interface_has_its_shape_and_its_verb() -> None:
    assert set(steps.VERBS) == set(asked.SHAPES)
    offered = {action for state in State for action in open_actions(Kind.DISPUTE, state, Role.TOURIST)}
    assert set(asked.SHAPES) <= offered


def test_words_are_kept_as_they_were_written_with_their_language(client: FlaskClient) -> None:
    case = factories.with_merchant(language="en")
    take(client, case, "write", words="e\u0301tude\r\n二行目です、どうぞよろしくお願いします", language="ja")
    text = db.session.scalars(select(CaseText).where(CaseText.purpose == "message")).one()
    assert text.body == "étude\n二行目です、どうぞよろしくお願いします"
    assert text.language == "ja"


def test_without_a_language_the_words_are_in_the_guests(client: FlaskClient) -> None:
    case = factories.with_merchant(language="zh_CN")
    take(client, case, "write", words="今晚我可以过来。")
    assert db.session.scalars(select(CaseText.language).where(CaseText.purpose == "message")).one() == "zh_CN"


def test_a_counter_offer_is_put_on_the_table_as_it_was_sent(client: FlaskClient) -> None:
    told = take(client, factories.offered(), "counter", package=PACKAGE).get_json()
    offer = told["offers"][-1]
    assert (offer["by"], offer["status"]) == ("tourist", "open")
    assert offer["package"] == {**PACKAGE, "currency": "CNY", "shipping": "in_shop", "means": "original"}


def test_a_new_departure_counts_the_clocks_anew(client: FlaskClient) -> None:
    case = factories.with_merchant()
    leaves = (clock.now() + timedelta(hours=5)).replace(microsecond=0)
    told = take(
        client, case, "change_departure", departure={"status": "known", "at": leaves.isoformat(), "port": "CKG"}
    ).get_json()
    assert told["departure"]["port"] == "CKG"
    assert told["departure"]["at"] == leaves.isoformat().replace("+00:00", "Z")
    running = [deadline for deadline in told["deadlines"] if deadline["ended_at"] is None]
    assert running[0]["version"] == 2


def test_files_are_added_beside_the_step(client: FlaskClient) -> None:
    case = factories.with_merchant()
    answer = add(client, case, (factories.picture(), "cup.jpg"), (factories.picture((3, 2, 1)), "box.jpg"))
    assert answer.status_code == 200, answer.get_json()
    assert [piece["name"] for piece in answer.get_json()["evidence"]] == ["cup.jpg", "box.jpg"]


# --- who may


def test_the_mailed_link_confirms_the_address_by_acting(client: FlaskClient) -> None:
    case = factories.with_merchant()
    take(client, case, "write", factories.token_of(case), words="Hello")
    assert case.tourist.email_confirmed_at is None
    take(client, case, "write", factories.token_of(case, mailed=True), words="Hello again")
    assert case.tourist.email_confirmed_at is not None


def test_a_companion_reads_and_decides_nothing(client: FlaskClient) -> None:
    case = factories.offered(companion_email="guide@travellers.example")
    assert take(client, case, "accept", factories.token_of(case, "companion")).status_code == 403
    assert case.state == "offered"


def test_the_key_that_filed_a_case_passes_on_the_guests_answers_and_the_history_names_it(
    desk: Desk, client: FlaskClient
) -> None:
    filed = desk.file()
    case = db.session.scalars(select(Case).where(Case.number == filed["number"])).one()
    told = take(client, case, "write", desk.secret, words="The guest asks whether there is news.").get_json()
    assert "withdraw" in told["actions"]
    assert case.events[-1].by == f"tourist:{desk.key.id}"
    assert take(client, case, "withdraw", desk.secret).status_code == 200
    assert case.outcome == "withdrawn"


def test_other_peoples_cases_are_not_found(desk: Desk, client: FlaskClient) -> None:
    mine, other = factories.offered(), factories.offered()
    assert take(client, other, "accept", factories.token_of(mine)).status_code == 404
    assert take(client, other, "accept", desk.secret).status_code == 404
    assert other.state == "offered"


def test_a_stranger_takes_no_step(client: FlaskClient) -> None:
    case = factories.offered()
    answer = call(
        client, "POST", f"/complaints/{case.number}/steps", json={"action": "accept", "version": case.version}
    )
    assert answer.status_code == 401


# --- what is refused


def test_a_step_in_a_case_that_has_moved_on_is_refused_and_says_how_far_it_is(client: FlaskClient) -> None:
    case = factories.offered()
    seen = case.version
    factories.offered(on=case, package=factories.REFUND)
    answer = take(client, case, "accept", version=seen)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "stale")
    assert answer.get_json()["error"]["fields"] == {"version": [str(case.version)]}
    assert case.state == "offered"


def test_a_step_that_is_not_possible_now_is_refused(client: FlaskClient) -> None:
    case = factories.with_merchant()
    answer = take(client, case, "answer", words="Yes.")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "moved_on")


def test_what_a_verb_refuses_has_its_code_and_its_sentence(client: FlaskClient) -> None:
    case = factories.proposed()
    take(client, case, "agree")
    answer = take(client, case, "agree")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "already_agreed")
    assert "agreed" in answer.get_json()["error"]["message"]


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, "action"),
        ({"action": "explode", "version": 1}, "action"),
        ({"action": "close", "version": 1}, "action"),
        ({"action": ["accept"], "version": 1}, "action"),
        ({"action": None, "version": 1}, "action"),
        ([], "action"),
        ("accept", "action"),
        ({"action": "accept"}, "version"),
        ({"action": "accept", "version": "2"}, "version"),
        ({"action": "accept", "version": 0}, "version"),
        ({"action": "accept", "version": 2**63}, "version"),
        ({"action": "accept", "version": 2, "words": "yes"}, "words"),
        ({"action": "answer", "version": 2}, "words"),
        ({"action": "answer", "version": 2, "words": "  "}, "words"),
        ({"action": "answer", "version": 2, "words": "a\0b"}, "words"),
        ({"action": "answer", "version": 2, "words": "a\ud800b"}, "words"),
        ({"action": "answer", "version": 2, "words": "x" * 20_001}, "words"),
        ({"action": "answer", "version": 2, "words": "x", "language": "tlh"}, "language"),
        ({"action": "decline", "version": 2, "words": "a\udfffb"}, "words"),
        ({"action": "counter", "version": 2}, "package"),
        ({"action": "counter", "version": 2, "package": {"remedies": ["refund"]}}, "package.amount"),
        ({"action": "counter", "version": 2, "package": PACKAGE, "words": "x" * 4001}, "words"),
        ({"action": "change_departure", "version": 2, "departure": {"status": "known"}}, "departure.at"),
        ({"action": "change_departure", "version": 2, "departure": {"status": "known", "at": "2001-01-01T00:00:00Z"}}, "departure.at"),
        ({"action": "add_evidence", "version": 2}, "evidence"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_happens(client: FlaskClient, sent: Any, wrong: str) -> None:
    case = factories.with_merchant()
    before = case.version
    answer = call(client, "POST", f"/complaints/{case.number}/steps", factories.token_of(case), json=sent)
    assert set(errors_of(answer)) == {wrong}
    assert case.version == before


def test_a_port_that_is_none_is_named(client: FlaskClient) -> None:
    leaving = {"status": "known", "at": (clock.now() + timedelta(days=1)).isoformat(), "port": "MOON"}
    answer = take(client, factories.with_merchant(), "change_departure", departure=leaving)
    assert set(errors_of(answer)) == {"departure.port"}


def test_a_refused_file_is_named_and_none_is_added(client: FlaskClient) -> None:
    case = factories.with_merchant()
    answer = add(client, case, (factories.picture(), "cup.jpg"), (b"%PDF-1.7 broken", "bill.pdf"))
    assert set(errors_of(answer)) == {"evidence.1"}
    assert not case.evidence


def test_a_file_that_is_there_already_is_told_so(client: FlaskClient) -> None:
    case = factories.with_merchant()
    assert add(client, case, (factories.picture(), "cup.jpg")).status_code == 200
    answer = add(client, case, (factories.picture(), "cup.jpg"))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "nothing_new")


def test_files_go_with_their_own_step_only(client: FlaskClient) -> None:
    case = factories.with_merchant()
    parts = as_parts(
        "step", {"action": "write", "version": case.version, "words": "see"}, (factories.picture(), "a.jpg")
    )
    answer = call(client, "POST", f"/complaints/{case.number}/steps", factories.token_of(case), data=parts)
    assert set(errors_of(answer)) == {"evidence"}


def test_nothing_is_added_to_a_closed_case(client: FlaskClient) -> None:
    answer = add(client, factories.closed(), (factories.picture(), "cup.jpg"))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "moved_on")
