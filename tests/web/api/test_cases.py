"""Reading a case: the same facts as on its page, for those whom it concerns and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from disputes.accounts.scopes import Scope
from disputes.cases import commands, upkeep
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.rules.lifecycle import Action
from tests import factories
from tests.web.api.conftest import Desk, call


def read(client: FlaskClient, case: Case, party: str = "tourist", **more: Any) -> dict[str, Any]:
    answer = call(client, "GET", f"/complaints/{case.number}", factories.token_of(case, party), **more)
    assert answer.status_code == 200, answer.get_json()
    told: dict[str, Any] = answer.get_json()
    return told


def status(client: FlaskClient, case: Case, bearer: str | None) -> int:
    return call(client, "GET", f"/complaints/{case.number}", bearer).status_code


# --- who may


def test_the_guest_reads_the_own_case_and_no_other(client: FlaskClient) -> None:
    mine, other = factories.filed(), factories.filed()
    assert status(client, mine, factories.token_of(mine)) == 200
    assert status(client, other, factories.token_of(mine)) == 404


def test_the_number_may_be_written_as_people_say_it(client: FlaskClient) -> None:
    case = factories.filed()
    spoken = f"{case.number[:2]}-{case.number[2:6]}-{case.number[6:]}"
    assert call(client, "GET", f"/complaints/{spoken}", factories.token_of(case)).status_code == 200


@pytest.mark.parametrize("number", ["nonsense", "0", "26-0000-0000", "٢٦", "%00", "%ED%A0%80", "9" * 300])
def test_a_number_of_no_case_is_not_found(desk: Desk, number: str) -> None:
    assert desk.get(f"/complaints/{number}").status_code == 404


def test_a_desk_reads_what_it_filed_and_nothing_else(new_desk: Callable[..., Desk]) -> None:
    mine, other = new_desk(), new_desk(name="Another hotel")
    number = mine.file()["number"]
    assert mine.get(f"/complaints/{number}").status_code == 200
    assert other.get(f"/complaints/{number}").status_code == 404
    assert mine.get(f"/complaints/{factories.filed().number}").status_code == 404


def test_a_key_without_the_scope_may_not_read(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(Scope.COMPLAINTS_WRITE)
    number = desk.file()["number"]
    assert desk.get(f"/complaints/{number}").status_code == 403


def test_a_stranger_a_shop_and_a_link_that_was_ended_read_nothing(client: FlaskClient) -> None:
    case = factories.with_merchant()
    ended = factories.token_of(case)
    assert status(client, case, None) == 401
    assert status(client, case, factories.token_of(case, "shop")) == 401
    assert status(client, case, factories.token_of(case, "counter")) == 401
    with transaction():
        upkeep.revoke_link(case.id, None, factories.tourist_of(case))
    assert status(client, case, ended) == 401
    assert status(client, case, factories.token_of(case)) == 200


# --- how to reach the guest


def test_only_the_guest_and_the_desk_that_filed_learn_how_the_guest_is_reached(desk: Desk, client: FlaskClient) -> None:
    filed = desk.file(
        guest={"name": "Hana", "language": "ja", "email": "hana@travellers.example", "companion_email": "guide@travellers.example"}
    )  # fmt: skip
    case = db.session.scalars(select(Case).where(Case.number == filed["number"])).one()
    by_desk = desk.get(f"/complaints/{case.number}").get_json()
    assert by_desk["contact"]["email"] == read(client, case)["contact"]["email"] == "hana@travellers.example"
    answer = call(client, "GET", f"/complaints/{case.number}", factories.token_of(case, "companion"))
    assert answer.get_json()["contact"] is None
    assert "hana@" not in answer.get_data(as_text=True)
    assert "guide@" not in desk.get(f"/complaints/{case.number}").get_data(as_text=True)


# --- what it tells


def test_a_case_tells_its_state_its_deadlines_and_why(client: FlaskClient) -> None:
    case = factories.with_merchant()
    told = read(client, case)
    assert (told["state"], told["outcome"], told["version"]) == ("with_merchant", None, case.version)
    assert told["waiting_on"] == "merchant"
    deadline = told["deadlines"][0]
    row = case.running_deadlines[0]
    assert (deadline["clock"], deadline["owes"], deadline["rule"]) == ("shop_answer", "merchant", "S-SHOP-ANSWER")
    assert deadline["due_on"] == row.due_on.isoformat()
    assert deadline["due_at"] == row.due_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    assert [{key: each[key] for key in each if key != "text"} for each in deadline["lines"]] == row.lines
    assert deadline["lines"][-1]["text"].startswith("Due by")
    assert deadline["provisional"] is False
    assert deadline["ended_at"] is None
    assert told["shop"]["id"] == case.shop_id
    assert told["complaint"]["amount"] == 128_000


def test_offers_are_packages_and_words_come_as_they_were_written(client: FlaskClient) -> None:
    case = factories.offered(words="可以退一半，茶具您留着。")
    told = read(client, case)
    claim, offer = told["offers"]
    assert (claim["by"], claim["status"]) == ("tourist", "claim")
    assert (offer["by"], offer["status"], offer["verified"]) == ("merchant", "open", True)
    assert offer["package"] == {
        "remedies": ["price_difference", "apology"], "amount": 64_000, "currency": "CNY", "goods": "keep",
        "shipping": "none", "means": "original", "within": "P3D",
    }  # fmt: skip
    words = next(text for text in told["texts"] if text["id"] == offer["text"])
    assert (words["text"], words["language"], words["by"]) == ("可以退一半，茶具您留着。", "zh-CN", "merchant")
    assert words["seq"] == offer["seq"]
    assert {"accept", "decline", "counter", "withdraw", "write", "add_evidence", "change_departure"} == set(
        told["actions"]
    )


def test_a_question_is_told_in_codes_and_in_the_readers_language(client: FlaskClient) -> None:
    case = factories.with_merchant()
    with transaction():
        commands.ask_tourist(case.id, None, factories.shop_of(case), "", phrase="photo_of_receipt")
    told = read(client, case)
    assert told["question"]["about"] == "question"
    assert (told["question"]["by"], told["question"]["phrase"]) == ("merchant", "photo_of_receipt")
    assert "receipt" in told["question"]["text"]
    assert told["actions"][0] == "answer"
    asked = factories.authorisation_asked()
    assert read(client, asked)["question"]["about"] == "authorisation"


def test_agreement_and_money_are_two_facts(client: FlaskClient) -> None:
    case = factories.reported()
    settlement = read(client, case)["settlements"][0]
    assert settlement["reported_at"] is not None
    assert settlement["confirmed_at"] is None
    assert (settlement["means"], settlement["reference"]) == ("original_card", "2026112100012345")


def test_the_history_tells_each_step_and_nothing_of_the_staff(client: FlaskClient) -> None:
    case = factories.mediation()
    by = factories.officer_of(case)
    with transaction():
        upkeep.note(case.id, None, by, "内部备注：店家态度强硬。")
    answer = call(client, "GET", f"/complaints/{case.number}", factories.token_of(case))
    told = answer.get_json()
    assert "内部备注" not in answer.get_data(as_text=True)
    assert not {"note", "assign"} & {event["action"] for event in told["history"]}
    assert [event["action"] for event in told["history"]] == ["file", "send_to_shop", "offer", "decline"]
    assert [event["by"] for event in told["history"]] == ["tourist", "system", "merchant", "tourist"]


def test_every_state_can_be_read(client: FlaskClient) -> None:
    made = (
        factories.filed, factories.triage, factories.liaison, factories.asked, factories.with_merchant, factories.offered,
        factories.countered, factories.mediation, factories.proposed, factories.settled, factories.reported,
        factories.referral_ready, factories.referred, factories.closed, factories.erased,
    )  # fmt: skip
    for make in made:
        case = make()
        told = read(client, case)
        assert told["state"] == case.state
        assert told["number"] == case.number


def test_an_authorisation_names_the_body_and_nothing_personal(client: FlaskClient) -> None:
    case = factories.referred()
    answer = call(client, "GET", f"/complaints/{case.number}", factories.token_of(case))
    told = answer.get_json()
    assert told["authorisations"][0]["authority"] == told["referrals"][0]["authority"] == "market_regulation"
    assert told["referrals"][0]["receipt_number"] == "渝中市监诉〔2026〕1187号"
    for personal in factories.IDENTITY.values():
        assert personal not in answer.get_data(as_text=True)


def test_after_erasure_the_codes_are_left(client: FlaskClient) -> None:
    case = factories.erased()
    told = read(client, case)
    assert told["erased_at"] is not None
    assert {text["text"] for text in told["texts"]} == {None}
    assert told["contact"]["name"] is None
    assert told["claim"]["amount"] == 128_000


# --- files


def test_the_safe_copy_of_a_file_is_handed_out_to_whoever_may_read_the_case(desk: Desk, client: FlaskClient) -> None:
    case = factories.filed()
    factories.with_picture(case, "茶杯.jpg")
    piece = read(client, case)["evidence"][0]
    assert (piece["name"], piece["media_type"], piece["by"]) == ("茶杯.jpg", "image/jpeg", "tourist")
    path = piece["url"].removeprefix("/api/v1")
    answer = call(client, "GET", path, factories.token_of(case))
    assert answer.data.startswith(b"\xff\xd8")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert call(client, "GET", path).status_code == 401
    assert call(client, "GET", path, desk.secret).status_code == 404
    other = factories.filed()
    assert call(client, "GET", path.replace(case.number, other.number), factories.token_of(other)).status_code == 404


def test_an_erased_file_has_no_address(client: FlaskClient) -> None:
    case = factories.closed()
    with transaction():
        commands.reopen(case.id, None, factories.tourist_of(case))
    factories.with_picture(case)
    with transaction():
        commands.withdraw(case.id, None, factories.tourist_of(case))
        upkeep.erase(case.id, None, factories.tourist_of(case))
    piece = read(client, case)["evidence"][0]
    assert (piece["url"], piece["name"]) == (None, None)
    answer = call(client, "GET", f"/complaints/{case.number}/evidence/{piece['id']}", factories.token_of(case))
    assert answer.status_code == 404


def test_every_step_that_is_offered_is_one_of_the_table(client: FlaskClient) -> None:
    assert set(read(client, factories.proposed())["actions"]) <= {str(action) for action in Action}
