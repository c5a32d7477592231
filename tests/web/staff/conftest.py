"""Somebody of the staff at a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from disputes.accounts.models import User
from disputes.db import db
from disputes.web.sessions import SignedIn
from tests import factories
from tests.web.browser import Browser

OPEN = Callable[[User], Browser]


@pytest.fixture
def at_desk(app: Flask, database: None) -> OPEN:
    """Opens a browser in which this user is signed in; each call another browser."""

    def sit_down(user: User, language: str = "en") -> Browser:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = SignedIn(user).get_id()
            session["_fresh"] = True
            session["language"] = language
        return Browser(client, language)

    return sit_down


@pytest.fixture
def officer(database: None) -> User:
    return factories.officer()


@pytest.fixture
def supervisor(database: None) -> User:
    return factories.supervisor()


@pytest.fixture
def desk(at_desk: OPEN, officer: User) -> Browser:
    """A browser in which an officer is signed in."""
    return at_desk(officer)


@pytest.fixture
def chief(at_desk: OPEN, supervisor: User) -> Browser:
    """A browser in which a supervisor is signed in."""
    return at_desk(supervisor)


@pytest.fixture
def counted(app: Flask, database: None) -> Callable[[Callable[[], object]], int]:
    """Counts the statements that something sends to the database."""

    def count(what: Callable[[], object]) -> int:
        seen: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(statement)

        connection = db.engines[None]
        event.listen(connection, "before_cursor_execute", note)
        try:
            what()
        finally:
            event.remove(connection, "before_cursor_execute", note)
        return len(seen)

    return count
