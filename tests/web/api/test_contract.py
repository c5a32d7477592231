"""The interface keeps what its own description says, whatever is sent: a bounded run of schemathesis that finds nothing."""

from __future__ import annotations

from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import StopReason, events, from_schema

from disputes.accounts import actors
from disputes.accounts import commands as accounts
from disputes.accounts.scopes import Scope
from disputes.db import transaction
from disputes.returns import declaring
from disputes.web.api.openapi import document
from tests import factories
from tests.returns import returned

EXAMPLES = 10  # per operation, beside those that look at every limit of every field
STORIES = 5  # of several requests each, where one answer leads to the next
# What a description cannot say is judged later: a day in the past, a shop of our list, an address somewhere in the world.
ACCEPTED = ["2xx", "401", "403", "404", "409", "422"]


def run(app: Flask, key: str, number: str, token: str, back: str) -> list[events.EngineEvent]:
    """Everything that happened in the run, with a desk's key, with a case and its link, and with a return that the desk declared."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": 20261121,
            "generation": {"deterministic": True, "max-examples": EXAMPLES},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                # It repeats requests without credentials, which this version cannot do without a network. Others test that.
                "ignored_auth": {"enabled": False},
            },
            "phases": {"stateful": {"generation": {"max-examples": STORIES}}},
            "auth": {"openapi": {"key": {"bearer": key}, "link": {"bearer": token}}},
            "operations": [
                {"include-path-regex": "/complaints/{number}", "parameters": {"path.number": number}},
                {"include-path-regex": "/returns/{number}", "parameters": {"path.number": back}},
            ],
        }
    )
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)
    return list(from_schema(schema).execute())


def findings(happened: list[events.EngineEvent]) -> list[str]:
    """What the run found, one line each."""
    found = []
    for event in happened:
        if isinstance(event, events.ScenarioFinished):
            for case_id, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info is not None:
                        sent = event.recorder.interactions[case_id].request
                        found.append(
                            f"{event.label}: {check.name}: {check.failure_info.failure}\n{sent.method} {sent.uri}\n{sent.body}"
                        )
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(repr(event.value if isinstance(event, events.NonFatalError) else event.exception))
    return found


def test_the_interface_keeps_its_contract(own_app: Flask) -> None:
    with own_app.app_context():
        with transaction():
            row, key = accounts.create_api_key("Hotel Jialing", tuple(Scope))
        case = factories.offered()
        number, token = case.number, factories.token_of(case)
        shop = factories.shop()
        returned.pledged(shop)
        told = returned.told(shop)
        with transaction():
            back = declaring.declare(told, actors.of_key(row), "api").number
    happened = run(own_app, key, number, token, back)
    found = findings(happened)
    assert not found, f"{len(found)} findings:\n\n" + "\n\n".join(found[:20])
    finished: Any = happened[-1]
    assert finished.stop_reason is StopReason.COMPLETED
    tried = [event for event in happened if isinstance(event, events.ScenarioFinished)]
    with own_app.app_context():
        operations = {
            f"{m.upper()} /api/v1{p.removeprefix('/api/v1')}" for p, one in document()["paths"].items() for m in one
        }
    assert operations <= {event.label for event in tried}
    assert sum(len(event.recorder.interactions) for event in tried) > 300
