"""Rows written beside the unit of work: the session and the database say the same, whatever was changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from disputes import clock, rows
from disputes.accounts.actors import SYSTEM
from disputes.cases import queries, sweeps
from disputes.cases.models import Case, CaseEvent, CaseText
from disputes.db import Base, db, transaction
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


def columns_of(row: Base) -> dict[str, Any]:
    return {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs if each.key != "search"}


def test_what_a_step_wrote_is_what_a_fresh_look_finds() -> None:
    case = make.with_merchant()
    with transaction():
        queries.lock(case.id, SYSTEM)
        sweeps.lapse(case.running_deadlines[0])
        said = {row: columns_of(row) for row in (case, *case.deadlines, *case.events)}
        assert len(case.running_deadlines) == 1
        db.session.expire_all()
        assert {row: columns_of(row) for row in (case, *case.deadlines, *case.events)} == said


def test_a_step_that_nobody_takes_reads_what_the_loaders_would_read() -> None:
    for case in (make.with_merchant(), make.offered(), make.settled(), make.referral_ready(), make.triage()):
        db.session.expire_all()
        with transaction():
            queries.lock(case.id, SYSTEM)
            read = [case, case.complaint, case.office, *case.contacts, *case.deadlines, *case.offers, *case.settlements]
            read += [*case.authorisations, *case.referrals, *filter(None, (case.shop, case.merchant, case.officer))]
            said = {row: dict(row.__dict__) for row in read}
            owners = case.shop and case.shop.merchant, case.office.supervisors
            db.session.expire_all()
            for row, values in said.items():
                for key in inspect(type(row)).column_attrs.keys() & values.keys():
                    assert getattr(row, key) == values[key], (row, key)
            assert owners == (case.shop and case.shop.merchant, case.office.supervisors)


def test_what_was_not_read_with_the_lock_is_there_when_somebody_asks() -> None:
    case = make.with_merchant()
    with transaction():
        queries.lock(case.id, SYSTEM)
        assert case.deadlines[0].lines
        assert case.office.name_zh
        assert case.shop is not None
        assert case.shop.address_zh
        assert [event.seq for event in case.events] == [1, 2]


def test_the_id_of_an_event_that_no_step_took_is_forgotten_with_its_transaction() -> None:
    case = make.with_merchant()
    with transaction():
        queries.lock(case.id, SYSTEM)
    assert rows.take_id(CaseEvent) is None
    with transaction():
        queries.lock(case.id, SYSTEM)
        assert rows.take_id(CaseEvent) is not None
        assert rows.take_id(CaseEvent) is None, "each id is for one row"


def test_a_changed_row_is_written_once_and_then_clean() -> None:
    case = make.with_merchant()
    with transaction():
        case.departure_at, case.departure = clock.now() + timedelta(days=3), "known"
        case.routing = {"rule": "Ω"}
        rows.write()
        assert case not in db.session.dirty
        found = db.session.execute(
            text("SELECT departure_at, routing FROM cases WHERE id = :id"), {"id": case.id}
        ).one()
        assert found == (case.departure_at, {"rule": "Ω"})


def test_a_new_object_goes_the_way_of_the_unit_of_work_with_all_that_changed() -> None:
    case = make.with_merchant()
    with transaction():
        case.emergency = True
        words = {
            "purpose": "note",
            "audience": "staff",
            "author": "officer",
            "language": "en",
            "body": "a",
            "salt": "b",
        }
        new = CaseText(case=case, **words)
        db.session.add(new)
        rows.write()
        assert new.id is not None
        assert db.session.scalar(text("SELECT emergency FROM cases WHERE id = :id"), {"id": case.id})


def test_a_relationship_whose_column_says_otherwise_is_followed() -> None:
    case = make.with_merchant()
    with transaction():
        case.officer = officer = make.officer()
        rows.write()
        assert db.session.scalar(text("SELECT officer_id FROM cases WHERE id = :id"), {"id": case.id}) == officer.id


def test_a_refused_row_is_an_error_of_the_database() -> None:
    case = make.with_merchant()
    event = columns_of(case.events[-1])
    with pytest.raises(IntegrityError), transaction():
        rows.insert(CaseEvent(**{key: value for key, value in event.items() if key != "id"}))


def lapse_and_fail(case: Case) -> None:
    queries.lock(case.id, SYSTEM)
    sweeps.lapse(case.running_deadlines[0])
    raise ZeroDivisionError


def test_what_was_rolled_back_is_forgotten_by_the_session_too() -> None:
    case = make.with_merchant()
    before = columns_of(case), len(case.events), [d.id for d in case.running_deadlines]
    with pytest.raises(ZeroDivisionError), transaction():
        lapse_and_fail(case)
    assert (columns_of(case), len(case.events), [d.id for d in case.running_deadlines]) == before
