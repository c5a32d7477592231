"""Sending twice files once: the same key gives the same answer, whatever has happened since, and never a second case."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from disputes import clock, upkeep
from disputes.accounts import commands as accounts
from disputes.accounts.scopes import Scope
from disputes.cases import upkeep as cases_upkeep
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.intake.models import IdempotencyKey
from tests import factories
from tests.web.api.conftest import Desk, as_parts, call, complaint, errors_of

KEY = {"Idempotency-Key": "7d2e9c1c-desk-4"}


def cases() -> int:
    return db.session.scalar(select(func.count()).select_from(Case)) or 0


def test_the_same_complaint_under_the_same_key_gives_the_same_answer(desk: Desk) -> None:
    first = desk.post("/complaints", complaint(), headers=KEY)
    second = desk.post("/complaints", dict(reversed(complaint().items())), headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert first.headers["Location"] == second.headers["Location"]
    assert cases() == 1


def test_without_a_key_each_sending_is_a_complaint_of_its_own(desk: Desk) -> None:
    assert desk.file()["number"] != desk.file()["number"]


def test_another_complaint_under_the_same_key_is_refused(desk: Desk) -> None:
    desk.post("/complaints", complaint(), headers=KEY)
    answer = desk.post("/complaints", complaint(narrative="Something else."), headers=KEY)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert cases() == 1


def test_every_partner_has_keys_of_its_own(new_desk: Callable[..., Desk]) -> None:
    one, other = new_desk(name="Hotel A"), new_desk(name="Hotel B")
    numbers = {desk.post("/complaints", complaint(), headers=KEY).get_json()["number"] for desk in (one, other)}
    assert len(numbers) == 2


def test_a_sending_that_was_refused_binds_its_key_to_nothing(desk: Desk) -> None:
    assert desk.post("/complaints", complaint(category="nonsense"), headers=KEY).status_code == 422
    assert desk.post("/complaints", complaint(), headers=KEY).status_code == 201


def test_files_belong_to_the_content(desk: Desk, client: FlaskClient) -> None:
    def send(picture: bytes) -> TestResponse:
        parts = as_parts("complaint", complaint(), (picture, "cup.jpg"))
        return call(client, "POST", "/complaints", desk.secret, data=parts, headers=KEY)

    first, again, other = send(factories.picture()), send(factories.picture()), send(factories.picture((9, 9, 9)))
    assert first.get_json() == again.get_json()
    assert other.status_code == 422
    assert cases() == 1


def test_the_answer_stays_the_same_when_the_departure_has_passed_since(desk: Desk) -> None:
    leaves = clock.now() + timedelta(hours=1)
    sent = complaint(departure={"status": "known", "at": leaves.isoformat()})
    first = desk.post("/complaints", sent, headers=KEY)
    with transaction():
        clock.run_ahead(5 * 3600)
    assert desk.post("/complaints", sent, headers=KEY).get_json() == first.get_json()
    assert errors_of(desk.post("/complaints", sent)), "a new one would be refused by now"


def test_the_answer_stays_the_same_when_the_shop_has_closed_since(desk: Desk) -> None:
    shop = factories.shop()
    sent = complaint(shop={"code": shop.code})
    first = desk.post("/complaints", sent, headers=KEY).get_json()
    with transaction():
        shop.active = False
    again = desk.post("/complaints", sent, headers=KEY)
    assert (again.status_code, again.get_json()["number"]) == (201, first["number"])


def test_a_link_that_the_guest_made_later_is_told_to_nobody(desk: Desk, client: FlaskClient) -> None:
    first = desk.post("/complaints", complaint(), headers=KEY).get_json()
    case = db.session.scalars(select(Case).where(Case.number == first["number"])).one()
    with transaction():
        cases_upkeep.revoke_link(case.id, None, factories.tourist_of(case))
    again = desk.post("/complaints", complaint(), headers=KEY).get_json()
    assert again == first
    assert client.get(f"/c/{again['token']}").status_code == 404


@pytest.mark.parametrize("key", ["", "two words", "é", "x" * 201])
def test_a_key_is_of_visible_ascii(desk: Desk, key: str) -> None:
    wrong = errors_of(desk.post("/complaints", complaint(), headers={"Idempotency-Key": key}))
    assert set(wrong) == {"Idempotency-Key"}


def test_what_is_remembered_says_nothing_about_the_complaint_and_is_forgotten_after_a_month(desk: Desk) -> None:
    first = desk.post("/complaints", complaint(), headers=KEY).get_json()["number"]
    assert len(db.session.scalars(select(IdempotencyKey.content_hash)).one()) == 64
    assert upkeep.purge()["sendings"] == 0
    with transaction():
        clock.run_ahead(31 * 86400)
    assert upkeep.purge()["sendings"] == 1
    assert desk.post("/complaints", complaint(), headers=KEY).get_json()["number"] != first


def test_two_that_arrive_at_once_make_one_case(own_app: Flask) -> None:
    with own_app.app_context(), transaction():
        _, secret = accounts.create_api_key("Hotel Jialing", [Scope.COMPLAINTS_WRITE])
    together = threading.Barrier(4)
    answers: list[dict[str, Any]] = []

    def send() -> None:
        client = own_app.test_client()
        together.wait(timeout=20)
        answer = call(client, "POST", "/complaints", secret, json=complaint(), headers=KEY)
        answers.append({"status": answer.status_code, **answer.get_json()})

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["status"] == 201
    with own_app.app_context():
        assert cases() == 1
        assert db.session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1
