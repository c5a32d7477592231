"""A case that is read as one document is the case that its objects would show."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect

from disputes.accounts import actors
from disputes.cases import lists, queries, reading, whereabouts
from disputes.cases.models import Case
from disputes.db import db
from disputes.notifications import undelivered
from disputes.regions import queries as regions
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


def values(each: Any) -> dict[str, Any]:
    return {column.key: getattr(each, column.key) for column in inspect(type(each)).column_attrs}


def seen(case: Case) -> dict[str, Any]:
    """All that hangs on a case, as plain values."""
    children = {name: [values(each) for each in getattr(case, name)] for name in reading.CHILDREN}
    beside = {name: getattr(case, name) for name in ("shop", "merchant", "office", "officer", "complaint")}
    said = [offer.text.body if offer.text else None for offer in case.offers]
    told = case.complaint.narrative.body if case.complaint.narrative else None
    plain = {name: values(each) if each is not None else None for name, each in beside.items()}
    return {"case": values(case), **children, **plain, "said": said, "told": told}


@pytest.mark.parametrize("builder", ["with_merchant", "offered", "settled", "liaison", "referred", "unassigned"])
def test_the_document_says_what_the_objects_say(builder: str) -> None:
    number = getattr(factories, builder)().number
    by = actors.of_user(factories.officer())
    db.session.flush()
    db.session.expire_all()
    expected = seen(queries.whole(number, by))
    letters = undelivered.of_case(expected["case"]["id"])
    db.session.expire_all()
    whole = reading.whole(number, by)
    assert seen(whole.case) == expected
    assert whole.letters == letters
    assert whole.closed_offices == regions.closed_offices()
    assert whole.case.tourist.case is whole.case
    authority = whereabouts.competence(whole.case).authority
    assert (whole.authority.code if whole.authority else None) in (None, authority)


def test_only_the_staff_read_a_whole_case_and_have_lists() -> None:
    case = factories.with_merchant()
    for stranger in (actors.tourist_of(case.id), actors.of_user(factories.merchant_user())):
        with pytest.raises(queries.NotFound):
            reading.whole(case.number, stranger)
        assert lists.queue(stranger) == lists.found(stranger, case.number) == lists.emergencies(stranger) == []


def test_a_number_that_is_none_is_not_found() -> None:
    by = actors.of_user(factories.officer())
    for typed in ("", "12", "9" * 10, "x" * 10):
        with pytest.raises(queries.NotFound):
            reading.whole(typed, by)


def test_a_list_gives_each_case_the_priority_that_its_page_gives() -> None:
    cases = [factories.with_merchant(), factories.with_merchant(amount=2_000_000), factories.liaison()]
    cases[0].routing = None
    db.session.flush()
    rows = {row.id: row.priority for row in lists.queue(actors.of_user(factories.officer()), limit=100)}
    assert [rows[case.id] for case in cases] == [whereabouts.priority(case) for case in cases]
