"""How often somebody may call: a key by its own number, everybody else by address."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from disputes.web.api import callers
from tests import factories
from tests.web.api.conftest import Desk, call

pytestmark = pytest.mark.usefixtures("limited")
_addresses = (f"198.51.100.{n}" for n in itertools.count(1))


@pytest.fixture
def at() -> dict[str, Any]:
    """A caller's address that no other test uses, since the counts outlive a test."""
    return {"environ_base": {"REMOTE_ADDR": next(_addresses)}}


def test_a_key_may_call_as_often_a_minute_as_it_says(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(per_minute=3)
    statuses = [desk.get("/complaints/nothing").status_code for _ in range(5)]
    # The minute may turn in between; then the count begins anew.
    assert 404 in statuses
    assert statuses.count(429) in (1, 2)
    answer = next(a for a in iter(lambda: desk.get("/complaints/nothing"), None) if a.status_code == 429)
    assert answer.get_json()["error"]["code"] == "too_many"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_one_key_does_not_use_up_anothers(new_desk: Callable[..., Desk]) -> None:
    busy, calm = new_desk(per_minute=1, name="Busy"), new_desk(per_minute=1, name="Calm")
    assert 429 in [busy.get("/complaints/nothing").status_code for _ in range(4)]
    assert calm.get("/complaints/nothing").status_code == 404


def test_without_a_key_the_address_counts(
    client: FlaskClient, at: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "PER_ADDRESS", "3 per minute")
    case = factories.filed()
    asked = [
        lambda: call(client, "GET", "/shops?q=tea", **at),
        lambda: call(client, "GET", f"/complaints/{case.number}", factories.token_of(case), **at),
        lambda: call(client, "GET", f"/complaints/{case.number}", "vc_wrong_key", **at),
    ] * 3
    assert 429 in [ask().status_code for ask in asked]
    elsewhere = {"environ_base": {"REMOTE_ADDR": next(_addresses)}}
    assert call(client, "GET", "/shops?q=tea", **elsewhere).status_code == 200


def test_a_desk_behind_a_busy_address_goes_on(
    desk: Desk, client: FlaskClient, at: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "PER_ADDRESS", "1 per minute")
    assert 429 in [call(client, "GET", "/places", **at).status_code for _ in range(3)]
    assert desk.get("/complaints/nothing", **at).status_code == 404
