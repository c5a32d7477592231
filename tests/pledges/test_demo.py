"""The demo shows promises in every state."""

from __future__ import annotations

import random

import pytest

from disputes.db import transaction
from disputes.demo import people, pledges
from disputes.pledges import queries
from disputes.rules.publishing import Standing
from tests import factories as make


@pytest.mark.usefixtures("database")
def test_the_demo_has_promises_in_force_to_come_short_withdrawn_broken_and_cleared() -> None:
    make.with_merchant()
    with transaction():
        people.make_staff()
        people.make_merchants(random.Random(1))
        assert pledges.make_pledges() == 13
        pledges.make_breaches()
    entries = list(queries.everything())
    assert {entry.standing for entry in entries} == set(Standing)
    assert any(entry.is_broken for entry in entries)
    assert any(entry.breaches and not entry.is_broken for entry in entries)
    assert any(entry.version.days < 7 for entry in entries)
    assert any(entry.upcoming for entry in entries)
    regions = {entry.shop.division_code[:2] for entry in entries}
    assert regions == {"50", "51"}
    across = [e for e in entries if {s.division_code[:2] for s in e.accepting} - {e.shop.division_code[:2]}]
    assert across, "some goods bought in one region are taken back in the other"
