"""The first look at a case by a person."""

from __future__ import annotations

import pytest

from disputes.cases import queries, triage, upkeep
from disputes.cases.commands import Refused
from disputes.db import transaction
from disputes.rules.categories import Danger
from disputes.rules.lifecycle import State, StepRefused
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


def test_an_officer_takes_up_a_case_before_it_is_routed() -> None:
    case = factories.filed()
    by = factories.actors.of_user(factories.officer())
    with transaction():
        triage.take_up(case.number, case.version, by)
    assert case.state == State.TRIAGE
    assert case.officer_id == by.user_id
    assert [d.clock for d in case.running_deadlines] == ["officer_first"]


def test_an_emergency_seen_by_an_officer_stops_every_clock() -> None:
    case = factories.triage()
    by = factories.officer_of(case)
    with transaction():
        triage.hold_emergency(case.number, None, by, [Danger.THREAT])
    assert (case.state, case.emergency) == (State.LIAISON, True)
    assert case.complaint.dangers == ["threat"]
    assert case.running_deadlines == []


def test_an_emergency_needs_a_danger() -> None:
    case = factories.triage()
    with pytest.raises(Refused, match="danger_missing"), transaction():
        triage.hold_emergency(case.number, None, factories.officer_of(case), [])
    assert not case.emergency


def test_an_emergency_that_is_over_goes_on_in_triage_with_a_note_for_the_staff_alone() -> None:
    case = factories.liaison()
    by = factories.officer_of(case)
    with transaction():
        triage.clear_emergency(case.number, case.version, by, "已送医，情况稳定。")
    assert (case.state, case.emergency) == (State.TRIAGE, False)
    assert [t.audience for t in case.texts if t.purpose == "note"] == ["staff"]
    assert [d.clock for d in case.running_deadlines] == ["officer_first"]


def test_an_emergency_is_not_over_without_a_word() -> None:
    case = factories.liaison()
    with pytest.raises(Refused, match="note_missing"), transaction():
        triage.clear_emergency(case.number, None, factories.officer_of(case), "  ")
    assert queries.find(case.number, factories.officer_of(case)).emergency


def test_a_shop_holds_no_emergency() -> None:
    case = factories.with_merchant()
    with pytest.raises(StepRefused), transaction():
        triage.hold_emergency(case.number, None, factories.shop_of(case), [Danger.THREAT])


def test_a_known_departure_needs_its_moment() -> None:
    case = factories.with_merchant()
    with pytest.raises(Refused, match="departure_missing"), transaction():
        upkeep.change_departure(case.number, None, factories.tourist_of(case), "known", None, None)
    assert case.departure_at is not None
