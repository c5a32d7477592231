"""With the broker gone, or there and silent, people file and answer as ever, and no request waits for it."""

from __future__ import annotations

import dataclasses
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import config as settings
from disputes import hints
from disputes.accounts import passwords
from disputes.app import create_app
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.notifications.models import Message
from disputes.rules.lifecycle import State
from tests import factories as make
from tests.conftest import Visitor
from tests.web.public.phone import Phone
from tests.web.public.telling import send, tell

PATIENCE = 90  # seconds for a whole story of some twenty requests; a request that waits for the broker waits for good
SECRET_WORDS = "nine-lanterns-over-the-river"


@pytest.fixture
def silent_broker(tmp_path: Path) -> Iterator[str]:
    """A broker that takes connections and never says a word."""
    path = tmp_path / "b.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(50)
        yield f"unix://{path}?db=0"


@pytest.fixture(params=["gone", "silent"])
def cut_off(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], settings.Config],
    silent_broker: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """An application whose broker is gone or silent, with its limits switched on as in an installation."""
    monkeypatch.setitem(hints._send, "hint", hints._send.get("hint"))  # this process gets its own hints back
    url = silent_broker if request.param == "silent" else "unix:///nowhere-at-all/broker.sock?db=0"
    config = dataclasses.replace(
        new_database(f"disputes_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_cut_off"),
        env="development",
        redis_url=url,
    )
    app = create_app(config)
    app.config["TESTING"] = True
    app.test_client_class = Visitor
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def in_time(story: Callable[[], Any]) -> Any:
    """Let the story happen; fails when it does not come to its end."""
    told: list[Any] = []

    def tell_it() -> None:
        try:
            told.append(story())
        except BaseException as error:
            told.append(error)

    thread = threading.Thread(target=tell_it, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert told, "a request waits for the broker"
    if isinstance(told[0], BaseException):
        raise told[0]
    return told[0]


def test_a_visitor_files_on_the_website_and_the_sweep_finds_the_case(cut_off: Flask) -> None:
    shop_id = make.shop().id
    make.officer()

    phone = in_time(lambda: send(tell(Phone(cut_off.test_client()), shop_id)))
    assert phone.status == 200
    assert phone.path.endswith("/filed")
    case = db.session.query(Case).one()
    assert case.state == State.RECEIVED
    assert intake.route_next()
    db.session.refresh(case)
    assert case.state == State.WITH_MERCHANT
    assert db.session.query(Message).filter_by(case_id=case.id, state="due").count() >= 2


def test_a_shop_answers_by_its_link_and_the_visitor_accepts(cut_off: Flask) -> None:
    case = make.with_merchant()
    shop_link, own_link = make.token_of(case, "shop", mailed=True), make.token_of(case)

    def story() -> tuple[int, int]:
        shop = Phone(cut_off.test_client(), "zh-CN").open(f"/m/{shop_link}/offer")
        shop.submit({"remedies": ["price_difference"], "amount": "640"})
        tourist = Phone(cut_off.test_client()).open(f"/c/{own_link}/accept")
        tourist.submit()
        return shop.status, tourist.status

    assert in_time(story) == (200, 200)
    db.session.expire_all()
    assert [e.action for e in case.events][-2:] == ["offer", "accept"]
    assert case.state == State.SETTLED


def test_an_officer_signs_in_and_a_wrong_password_is_still_counted(cut_off: Flask) -> None:
    officer = make.officer()
    with transaction():
        officer.password_hash = passwords.hashed(SECRET_WORDS)
    email = officer.email

    def story() -> list[str]:
        said = []
        for words in ["wrong"] * 16 + [SECRET_WORDS]:
            phone = Phone(cut_off.test_client()).open("/staff/sign-in")
            phone.submit({"email": email, "password": words})
            said.append(phone.path if not phone.errors else " ".join(phone.errors))
        return said

    said = in_time(story)
    assert "Too many tries" in said[15], "while the broker is gone tries are counted in memory"
    assert "Too many tries" in said[16]


def test_it_is_ready_and_says_what_is_degraded(cut_off: Flask) -> None:
    answer = in_time(lambda: cut_off.test_client().get("/readyz"))
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ready", "database": "ok", "migrations": "ok", "broker": "degraded", "worker": "degraded",
        "integrity": "degraded",
    }  # fmt: skip
    assert in_time(lambda: cut_off.test_client().get("/healthz")).status_code == 200


def test_a_hint_that_failed_makes_the_next_ones_not_even_try_for_a_moment(cut_off: Flask) -> None:
    """Of a hundred letters in one transaction each would otherwise wait its fifth of a second."""
    in_time(lambda: [hints.deliver() for _ in range(2000)])
