"""Whether the program says truly that it lives and can do its work."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import config as settings
from disputes import hints, integrity
from disputes.accounts import commands as accounts
from disputes.accounts.scopes import Scope
from disputes.app import create_app
from disputes.db import db, transaction
from tests.web.api.conftest import complaint
from workers.app import ALIVE_KEY

NOWHERE = "/nowhere-at-all"


@pytest.fixture
def other_app(base_settings: settings.Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Flask]]:
    """Makes an application with other settings; the hints of this process stay with the application they had."""
    monkeypatch.setitem(hints._send, "hint", hints._send.get("hint"))
    made: list[Flask] = []

    def make(config: settings.Config | None = None, **changes: str) -> Flask:
        made.append(create_app(dataclasses.replace(config or base_settings, **changes)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def worker(app: Flask) -> Iterator[Callable[[bool], None]]:
    """Lets the broker say that a worker was seen in the last minute, or that none was."""
    client = redis.Redis.from_url(app.config["SETTINGS"].redis_url)

    def seen(alive: bool) -> None:
        if alive:
            client.set(ALIVE_KEY, 1, ex=60)
        else:
            client.delete(ALIVE_KEY)

    yield seen
    client.delete(ALIVE_KEY)


def test_it_is_ready_when_everything_answers(client: FlaskClient, worker: Callable[[bool], None]) -> None:
    worker(True)
    integrity.look()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ready", "database": "ok", "migrations": "ok", "broker": "ok", "worker": "ok", "integrity": "ok",
    }  # fmt: skip
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_without_a_worker_it_is_ready_and_says_so(client: FlaskClient, worker: Callable[[bool], None]) -> None:
    worker(False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["worker"]) == (200, "degraded")


def test_without_a_database_it_lives_and_is_not_ready(other_app: Callable[..., Flask]) -> None:
    client = other_app(database_url=f"postgresql:///disputes?host={NOWHERE}").test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    told = answer.get_json()
    assert (told["status"], told["database"], told["migrations"]) == ("unavailable", "unavailable", "unavailable")
    assert told["broker"] == "ok"
    assert client.get("/healthz").status_code == 200


def test_a_database_without_tables_is_not_ready(other_app: Callable[..., Flask]) -> None:
    answer = other_app().test_client().get("/readyz")
    assert answer.status_code == 503
    assert (answer.get_json()["database"], answer.get_json()["migrations"]) == ("ok", "unavailable")


def test_a_database_of_another_version_is_not_ready(client: FlaskClient) -> None:
    with transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["migrations"]) == (503, "behind")


def test_without_the_broker_it_is_ready_and_people_can_file(
    other_app: Callable[..., Flask], new_database: Callable[[str], settings.Config]
) -> None:
    config = new_database("disputes_without_broker")
    app = other_app(config, redis_url=f"unix://{NOWHERE}/broker.sock?db=0")
    app.config["RATELIMIT_ENABLED"] = True
    client = app.test_client()
    answer = client.get("/readyz")
    told = answer.get_json()
    assert answer.status_code == 200
    assert (told["status"], told["broker"], told["worker"]) == ("ready", "degraded", "degraded")
    with app.app_context(), transaction():
        _, key = accounts.create_api_key("Hotel Jialing", [Scope.COMPLAINTS_WRITE])
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post("/api/v1/complaints", json=complaint(), headers=headers).status_code == 201


def test_it_is_asked_without_credentials_and_tells_nothing_else(client: FlaskClient) -> None:
    told = client.get("/readyz").get_json()
    assert set(told) == {"status", "database", "migrations", "broker", "worker", "integrity"}
    assert set(told.values()) <= {"ready", "unavailable", "ok", "degraded", "behind"}
