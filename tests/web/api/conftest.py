"""What the tests of the interface share: a desk with its key, and calls that look at every answer."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from disputes.accounts import commands
from disputes.accounts.models import ApiKey
from disputes.accounts.scopes import Scope
from disputes.db import transaction

API = "/api/v1"


@dataclass(frozen=True)
class Desk:
    """A hotel desk: its key, and calls with it."""

    client: FlaskClient
    key: ApiKey
    secret: str

    def get(self, path: str, **more: Any) -> TestResponse:
        return call(self.client, "GET", path, self.secret, **more)

    def post(self, path: str, data: Any, **more: Any) -> TestResponse:
        return call(self.client, "POST", path, self.secret, json=data, **more)

    def file(self, **changes: Any) -> dict[str, Any]:
        """File a complaint; what was answered."""
        answer = self.post("/complaints", complaint(**changes))
        assert answer.status_code == 201, answer.get_json()
        filed: dict[str, Any] = answer.get_json()
        return filed


def call(client: FlaskClient, method: str, path: str, bearer: str | None = None, **more: Any) -> TestResponse:
    """One call. Whatever is not a success has the one shape, and no answer sets a cookie or opens itself to other sites."""
    headers = {**({"Authorization": f"Bearer {bearer}"} if bearer else {}), **more.pop("headers", {})}
    answer = client.open(API + path, method=method, headers=headers, **more)
    assert "Set-Cookie" not in answer.headers
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
    if answer.status_code >= 400:
        told = answer.get_json()["error"]
        assert set(told) == {"code", "message", "fields"}
        assert told["code"]
        assert told["message"]
        assert all(isinstance(said, list) and all(said) for said in told["fields"].values())
    return answer


@pytest.fixture
def new_desk(client: FlaskClient) -> Callable[..., Desk]:
    """Makes a desk with these scopes."""

    def make(*scopes: Scope, per_minute: int = 60, name: str = "Hotel Jialing, reception") -> Desk:
        with transaction():
            key, secret = commands.create_api_key(name, scopes or tuple(Scope), per_minute=per_minute)
        return Desk(client, key, secret)

    return make


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """A desk that may file and read."""
    return new_desk()


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """Limits on, as outside tests."""
    app.config["RATELIMIT_ENABLED"] = True
    yield
    app.config["RATELIMIT_ENABLED"] = False


def complaint(**changes: Any) -> dict[str, Any]:
    """What a desk sends for a guest who bought a broken tea set from a shop that is not in the list."""
    sent: dict[str, Any] = {
        "category": "quality_defect",
        "shop": {"name": "洪崖洞茶具店", "address": "嘉陵江滨江路", "division": "500103", "trade": "shop"},
        "purchase": {"item": "Porcelain tea set", "paid_how": "foreign_card", "amount": 128_000, "currency": "CNY"},
        "narrative": "The tea set was cracked when I opened the box.",
        "claim": {"remedies": ["refund"], "amount": 128_000, "goods": "give_back"},
        "departure": {"status": "unknown"},
        "guest": {"name": "Hana", "language": "ja", "country": "JP", "email": "hana@travellers.example"},
        "consents": ["handling", "to_shop"],
    }
    return {**sent, **changes}


def errors_of(answer: TestResponse) -> dict[str, list[str]]:
    """The reasons field by field of a request that was refused for its fields."""
    assert answer.status_code == 422, answer.get_json()
    fields: dict[str, list[str]] = answer.get_json()["error"]["fields"]
    return fields


def as_parts(part: str, data: Any, *files: tuple[bytes, str]) -> dict[str, Any]:
    """The same as multipart/form-data, with files beside it."""
    return {part: json.dumps(data), "evidence": [(io.BytesIO(content), name) for content, name in files]}
