"""A complaint and a return are told on pages of their own: what was begun as the one is never taken for the other."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from disputes.cases.models import Case
from disputes.db import db
from disputes.intake import drafts
from disputes.intake.models import Draft
from disputes.rules.lifecycle import Kind
from tests import factories as make
from tests.web.public import giving_back, telling
from tests.web.public.phone import Phone


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    return Phone(client)


@pytest.fixture
def other(client: FlaskClient) -> Phone:
    """Another device."""
    return Phone(client.application.test_client())


def begun(kind: Kind) -> Draft:
    return next(d for d in db.session.scalars(select(Draft)) if drafts.kind_of(d) is kind)


def told(draft: Draft) -> dict[str, object]:
    db.session.refresh(draft)
    return draft.answers["steps"]


def test_the_link_to_a_return_opens_no_complaint(phone: Phone, other: Phone) -> None:
    giving_back.tell(phone, make.shop().id, until="bought")
    draft = begun(Kind.RETURN)
    other.open(f"/draft/{draft.id}")
    assert (other.status, other.heading) == (404, "There is nothing here any more")
    other.open("/return").open("/file")
    token = other.filled()["csrf_token"]
    other.client.post(f"/draft/{draft.id}", data={"csrf_token": token}, headers=other.headers)
    assert other.open("/file").heading == "What happened?", "nothing was taken over"


def test_the_link_to_a_complaint_opens_no_return(phone: Phone, other: Phone) -> None:
    telling.tell(phone, until="safe")
    draft = begun(Kind.DISPUTE)
    other.open(f"/return/draft/{draft.id}")
    assert (other.status, other.heading) == (404, "There is nothing here any more")


def test_a_page_of_the_complaint_that_names_a_return_begins_a_complaint_of_its_own(phone: Phone) -> None:
    shop = make.shop()
    giving_back.tell(phone, shop.id, until="bought")
    of_a_return = begun(Kind.RETURN)
    before = told(of_a_return)
    phone.open("/file")
    data = phone.filled()
    data["draft"] = of_a_return.id
    data["category"] = "quality_defect"
    phone.send("/file/what", data)
    assert phone.path == "/file/safe"
    assert "we start again" in phone.text or "we start again" in phone.html
    assert told(of_a_return) == before
    assert set(told(begun(Kind.DISPUTE))) == {"what"}
    assert phone.open("/return").heading == "You have begun a return", "the return still lies there"


def test_a_page_of_the_return_that_names_a_complaint_begins_a_return_of_its_own(phone: Phone) -> None:
    telling.tell(phone, until="safe")
    of_a_complaint = begun(Kind.DISPUTE)
    before = told(of_a_complaint)
    phone.open("/return")
    data = phone.filled()
    data["draft"] = of_a_complaint.id
    data["shop"] = "other"
    phone.send("/return/where", data)
    assert phone.path == "/return/goods"
    assert told(of_a_complaint) == before
    assert set(told(begun(Kind.RETURN))) == {"where"}
    assert phone.open("/file").heading == "You have begun a complaint"


def test_the_last_page_of_the_complaint_makes_no_case_of_a_return(phone: Phone) -> None:
    giving_back.tell(phone, make.shop().id)
    named = phone.filled()["draft"]
    phone.open("/file")
    data = phone.filled()
    data["draft"] = named
    data["handling"] = data["to_shop"] = "y"
    phone.send("/file/check", data)
    assert phone.path == "/file/what"
    assert db.session.scalars(select(Case)).all() == []


def test_a_page_of_the_complaint_that_lay_open_too_long_shows_nothing_of_a_return(
    phone: Phone, client: FlaskClient
) -> None:
    giving_back.tell(phone, make.shop().id, until="bought")
    named = phone.filled()["draft"]
    phone.open("/file")
    data = phone.filled()
    data["draft"] = named
    client.delete_cookie("session")
    phone.send("/file/what", data)
    assert phone.status == 400
    assert phone.filled()["draft"] == ""


def test_a_declared_return_is_no_complaint_that_was_sent(phone: Phone, other: Phone) -> None:
    giving_back.tell(phone, make.shop().id)
    draft = phone.filled()["draft"]
    giving_back.send(phone)
    assert other.open(f"/draft/{draft}").status == 404
    assert phone.open("/return").heading == "This return was declared already"
    assert begun(Kind.RETURN).answers == {"kind": "return"}, "nothing is left of it but the kind"


def test_a_complaint_and_a_return_lie_side_by_side_in_one_browser(phone: Phone) -> None:
    telling.tell(phone, until="safe")
    giving_back.tell(phone, make.shop().id, until="goods")
    assert phone.open("/file").heading == "You have begun a complaint"
    assert phone.open("/return").heading == "You have begun a return"
    phone.press("Delete it and begin anew")
    assert phone.heading == "Where did you buy it?"
    assert phone.open("/file").heading == "You have begun a complaint"


def test_what_was_sent_is_not_deleted_by_an_old_page(phone: Phone, client: FlaskClient) -> None:
    telling.tell(phone, make.shop().id)
    tab = Phone(client).open("/file")
    telling.send(phone)
    tab.press("Delete it and begin anew")
    assert (tab.status, tab.heading) == (200, "What happened?")
    assert len(db.session.scalars(select(Case)).all()) == 1
