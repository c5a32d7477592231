"""The same facts lead to the same office, authority and priority, whichever way they come in."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from disputes.accounts import commands
from disputes.accounts.scopes import Scope
from disputes.cases import whereabouts
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.web.sessions import SignedIn
from tests import factories as make
from tests.web.api.conftest import call, complaint
from tests.web.browser import Browser
from tests.web.public.phone import Phone
from tests.web.public.telling import send, tell
from tests.web.staff.test_intake import told

# What a visitor can tell: trade, category, place, how it was bought, price in yuan, and whether somebody is in danger.
SITUATIONS: list[tuple[str, str, str, str, int, str | None]] = [
    ("shop", "quality_defect", "500103", "counter", 1_280, None),
    ("shop", "return_refund_refused", "510104", "counter", 12_000, None),
    ("restaurant", "food_safety_hygiene", "510107", "counter", 300, None),
    ("hotel", "price_or_fee", "500105", "online", 900, None),
    ("hotel", "facility_or_room", "510104", "counter", 900, None),
    ("shop", "price_or_fee", "500103", "agency", 20_000, None),
    ("online", "delivery_delay_or_wrong", "510107", "online", 450, None),
    ("taxi", "price_or_fee", "500105", "counter", 200, None),
    ("tax_refund", "service_attitude_or_no_reply", "510104", "counter", 5_000, None),
    ("tobacco", "misdescription_or_fake", "500103", "counter", 800, None),
    ("other", "out_of_scope", "511102", "counter", 100, None),
    ("shop", "price_or_fee", "510104", "counter", 700, "threat"),
]


def by_web(app: Flask, facts: tuple[Any, ...]) -> None:
    trade, category, place, how_bought, yuan, danger = facts
    phone = Phone(app.test_client())
    tell(
        phone,
        what={"category": category},
        safe={"dangers": [danger or "safe"]},
        where={"trade": trade, "division": place},
        bought={"how_bought": how_bought, "amount": str(yuan)},
        want={"remedies": ["apology"], "amount": "", "goods": ""},
    )
    send(phone)


def by_interface(app: Flask, facts: tuple[Any, ...]) -> None:
    trade, category, place, how_bought, yuan, danger = facts
    with transaction():
        _key, secret = commands.create_api_key("Hotel Jialing", tuple(Scope), per_minute=600)
    sent = complaint(
        category=category,
        shop={"name": "某店", "address": "某路", "division": place, "trade": trade},
        purchase={"how_bought": how_bought, "paid_how": "foreign_card", "amount": yuan * 100, "currency": "CNY"},
        claim={"remedies": ["apology"]},
        dangers=[danger] if danger else [],
    )
    answer = call(app.test_client(), "POST", "/complaints", secret, json=sent)
    assert answer.status_code == 201, answer.get_json()


def by_staff(app: Flask, facts: tuple[Any, ...]) -> None:
    trade, category, place, how_bought, yuan, danger = facts
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = SignedIn(make.officer()).get_id()
        session["_fresh"] = True
    desk = Browser(client).open("/staff/take-down?lang=en")
    typed = {
        "what-category": category, "safe-dangers": danger or "safe", "where-trade": trade, "where-division": place,
        "bought-how_bought": how_bought, "bought-amount": str(yuan), "want-remedies": "apology", "want-goods": "",
        "reach-language": "en",
    }  # fmt: skip
    desk.send("/staff/take-down", {**desk.form("/staff/take-down"), **told(**typed)})
    assert desk.path.endswith("/taken-down"), desk.errors()


@pytest.mark.parametrize("facts", SITUATIONS, ids=[" ".join(map(str, row)) for row in SITUATIONS])
def test_every_channel_gives_the_same_result(app: Flask, client: FlaskClient, facts: tuple[Any, ...]) -> None:
    found = []
    for channel in (by_web, by_interface, by_staff):
        channel(app, facts)
        db.session.expire_all()
        case = db.session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
        assert case.routing is not None
        found.append((case.office.code, case.routing, whereabouts.facts_of_case(case).place))
        assert whereabouts.decide(whereabouts.facts_of_case(case)).office.rule.gives == case.office.code
    assert found[0] == found[1] == found[2]
