"""Somebody at a return desk, with a phone in the hand."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from disputes.accounts.models import User
from disputes.cases.models import Case
from disputes.db import db
from disputes.returns.models import Desk
from disputes.web.sessions import SignedIn
from tests import factories as make
from tests.returns import returned
from tests.web.browser import Browser

Stands = Callable[..., Browser]


def picture(colour: str = "brown") -> tuple[bytes, str]:
    """A photograph as a phone sends it; another colour is another photograph."""
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(kept, "JPEG")
    return kept.getvalue(), "photo.jpg"


def filled(case: Case, **more: Any) -> dict[str, Any]:
    """All that the form asks for of every item of this return."""
    given: dict[str, Any] = {"seal": "SEAL-7"}
    for item in returned.record(case).items:
        given |= {f"grade_{item.id}": "opened", f"front_{item.id}": picture(), f"back_{item.id}": picture("navy")}
    return {**given, **more}


@pytest.fixture
def stands(app: Flask, database: None) -> Stands:
    """Opens a browser in which somebody of this desk is signed in; each call another phone."""

    def stand(desk: Desk, language: str = "en") -> Browser:
        user = db.session.get_one(User, returned.at_desk(desk).user_id)
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = SignedIn(user).get_id()
            session["_fresh"] = True
            session["language"] = language
        return Browser(client, language)

    return stand


@pytest.fixture
def desk(database: None) -> Desk:
    """A desk at the airport that accepts for nobody."""
    return returned.desk()


@pytest.fixture
def phone(stands: Stands, desk: Desk) -> Browser:
    """A phone at the airport's desk."""
    return stands(desk)


@pytest.fixture
def case(database: None) -> Case:
    """An approved return of two scarves."""
    return returned.approved(language="ja", quantity=2)


__all__ = ["filled", "make", "picture"]
