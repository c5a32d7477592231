"""The console command, on a database of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from disputes.accounts import queries
from disputes.accounts.scopes import Scope
from disputes.cli import HIDDEN, MODULES, main
from disputes.numbers import spoken
from disputes.rules.lifecycle import State
from tests import factories

Call = Callable[..., Result]


@pytest.fixture
def call(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls a sub-command in the environment of a system with servers of its own."""
    config = own_app.config["SETTINGS"]
    monkeypatch.setenv("ENV", "test")
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR", "FILES_URL"):
        monkeypatch.setenv(name, str(getattr(config, name.lower())))
    return lambda *words: CliRunner().invoke(main, words, catch_exceptions=False)


def test_every_command_has_a_help_line(call: Call) -> None:
    context = click.Context(main)
    for name in (*MODULES, *HIDDEN):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(), name
    shown = call("--help").output
    assert all(name in shown for name in MODULES)
    assert "welcome" not in shown


def test_an_unknown_command_is_said_to_be_unknown(call: Call) -> None:
    assert "No such command" in call("refund").output


def test_a_wrong_setting_is_said_in_a_sentence(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPUTES_PROT", "80")
    result = call("tick")
    assert result.exit_code == 1
    assert "Unknown setting DISPUTES_PROT" in result.output


def test_migrating_and_seeding_again_changes_nothing(call: Call) -> None:
    assert "up to date already" in call("migrate").output
    assert json.loads(call("seed", "--json").output) == {"changed": []}


def test_a_database_without_tables_sends_the_operator_to_migrate(
    call: Call, own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = own_app.config["SETTINGS"].database_url
    name = urlsplit(empty).path[1:]
    monkeypatch.setenv("DATABASE_URL", empty.replace(f"///{name}?", "///postgres?"))
    result = call("tick")
    assert result.exit_code == 1
    assert "disputes migrate" in result.output


def test_a_database_that_is_gone_is_said_in_a_sentence(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/gone")
    result = call("tick")
    assert result.exit_code == 1
    assert "cannot be reached" in result.output


def test_a_tick_does_what_is_due_once(call: Call, own_app: Flask) -> None:
    with own_app.app_context():
        factories.filed()
    first = json.loads(call("tick", "--json").output)
    second = json.loads(call("tick", "--json").output)
    assert first["routed"] == 1
    assert second == dict.fromkeys(first, 0)


def test_the_link_of_an_invitation_is_shown_and_opens_the_account(call: Call, own_app: Flask) -> None:
    words = (
        "officer@example.org",
        "--name",
        "Wang Fang",
        "--role",
        "officer",
        "--office",
        "CQ-JFB",
        "--language",
        "ja",
    )
    made = json.loads(call("create-user", *words, "--json").output)
    with own_app.app_context():
        user = queries.by_email("officer@example.org")
        assert user is not None
        assert (user.role, user.languages, user.password_hash) == ("officer", ["ja"], None)
    page = own_app.test_client().get(urlsplit(made["invitation"]).path)
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody", "--name", "A", "--role", "officer", "--office", "CQ"), "address"),
        (("a@example.org", "--name", "A", "--role", "officer"), "office"),
        (("a@example.org", "--name", "A", "--role", "officer", "--office", "XX"), "CQ-JFB"),
        (("a@example.org", "--name", "A", "--role", "merchant", "--merchant", "77"), "no merchant"),
    ],
)
def test_an_account_that_cannot_be_made_is_refused_with_the_reason(
    call: Call, words: tuple[str, ...], said: str
) -> None:
    result = call("create-user", *words)
    assert result.exit_code == 1
    assert said in result.output


def test_a_key_is_shown_once_and_works(call: Call, own_app: Flask) -> None:
    made = json.loads(call("create-api-key", "Hotel desk", "--scope", str(Scope.COMPLAINTS_READ), "--json").output)
    with own_app.app_context():
        key = queries.find_by_key(made["key"])
        assert key is not None
        assert (key.name, key.scopes) == ("Hotel desk", [Scope.COMPLAINTS_READ])


def test_the_doctor_finds_a_history_that_was_changed(call: Call, own_app: Flask) -> None:
    with own_app.app_context():
        case = factories.settled()
        assert case.state == State.SETTLED
        number = case.number
    healthy = {finding["part"]: finding for finding in json.loads(call("doctor", "--json").output)["findings"]}
    assert {healthy[part]["state"] for part in ("database", "migrations", "broker", "histories")} == {"ok"}

    with psycopg.connect(own_app.config["SETTINGS"].database_url) as connection:
        connection.execute("ALTER TABLE case_events DISABLE TRIGGER USER")
        connection.execute("UPDATE case_events SET action = 'waive' WHERE seq = 2")
    result = call("doctor", "--json")
    ill = {finding["part"]: finding for finding in json.loads(result.output)["findings"]}
    assert result.exit_code == 1
    assert ill["histories"] == {
        "part": "histories",
        "state": "failed",
        "says": f"The history of case {spoken(number)} does not hold from step 2 on.",
    }


def test_the_demo_is_refused_in_production(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    production = {
        "ENV": "production",
        "PUBLIC_URL": "https://care.example.org",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "care@example.org",
    }
    for name, value in production.items():
        monkeypatch.setenv(name, value)
    result = call("demo")
    assert result.exit_code == 1
    assert "production" in result.output
