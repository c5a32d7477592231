"""Limits by address: who sends too much is told how long to wait, and nobody else is told anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from disputes import hints
from disputes.app import create_app
from disputes.db import db
from disputes.web.limits import limiter
from disputes.web.public.wizard import DRAFTS_PER_ADDRESS

BEGUN = {"category": "quality_defect", "go": "next"}


@pytest.fixture
def visitors(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """Browsers of a site whose limits are in force, as they are everywhere but in tests."""
    for name in ("enabled", "initialized"):
        monkeypatch.setattr(limiter, name, getattr(limiter, name))
    monkeypatch.setitem(hints._send, "hint", hints._send.get("hint"))
    site = create_app(dataclasses.replace(app.config["SETTINGS"], env="development"))
    site.config["WTF_CSRF_ENABLED"] = False  # a hundred people, each without a page before
    yield site.test_client(use_cookies=False)
    with site.app_context():
        db.engine.dispose()


def test_who_begins_too_many_complaints_is_told_when_to_go_on(visitors: FlaskClient) -> None:
    def begin(address: str) -> tuple[int, int]:
        answer = visitors.post("/file/what", data=BEGUN, environ_base={"REMOTE_ADDR": address})
        return answer.status_code, int(answer.headers.get("Retry-After", 0))

    allowed = int(DRAFTS_PER_ADDRESS.split()[0])
    assert [begin("203.0.113.207") for _ in range(allowed)] == [(303, 0)] * allowed
    # The hour may turn in between; then the count begins anew.
    status, wait = next(got for _ in range(allowed + 1) if (got := begin("203.0.113.207"))[0] != 303)
    assert status == 429
    assert 0 < wait <= 3600
    assert begin("203.0.113.208") == (303, 0)
