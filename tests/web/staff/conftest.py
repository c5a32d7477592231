"""Somebody of the staff at a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from disputes.accounts.models import User
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
