"""What the description and the guide show as examples works as it stands."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from disputes import clock
from disputes.web.api.asked import SHAPES
from disputes.web.api.examples import COMPLAINTS, STEPS
from tests import factories
from tests.web.api.conftest import Desk, call

GUIDE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMPLAINTS)
def test_every_example_of_a_complaint_is_filed(desk: Desk, name: str) -> None:
    assert desk.post("/complaints", COMPLAINTS[name]).status_code == 201


@pytest.mark.parametrize("name", STEPS)
def test_every_example_of_a_step_has_the_right_shape(name: str) -> None:
    example: dict[str, Any] = STEPS[name]
    SHAPES[example["action"]]().load(example)


def test_the_complaint_of_the_guide_is_filed(desk: Desk) -> None:
    written = re.search(r"-d '(\{.*?\})'", GUIDE, re.DOTALL)
    assert written
    sent = json.loads(written[1])
    sent["shop"]["id"] = factories.shop().id
    sent["departure"]["at"] = (clock.now() + timedelta(days=4)).isoformat()
    assert desk.post("/complaints", sent).status_code == 201


def test_the_step_of_the_guide_is_taken(client: FlaskClient) -> None:
    written = re.search(r"-d '(\{\"action\".*?\})'", GUIDE)
    assert written
    case = factories.offered()
    sent = {**json.loads(written[1]), "version": case.version}
    answer = call(client, "POST", f"/complaints/{case.number}/steps", factories.token_of(case), json=sent)
    assert answer.get_json()["state"] == "settled"


def test_the_guide_names_every_status_and_nothing_that_does_not_exist(client: FlaskClient) -> None:
    spec = call(client, "GET", "/openapi.json").get_json()
    paths = {path.replace("{number}", "2600482716").replace("{code}", "") for path in spec["paths"]}
    for path in re.findall(r"/api/v1/[a-z0-9/_.]+", GUIDE):
        assert path.split("?")[0] in paths | {"/api/v1/openapi.json"}
    statuses = {status for one in spec["paths"].values() for op in one.values() for status in op["responses"]}
    for status in statuses - {"200", "201"}:
        assert status in GUIDE
