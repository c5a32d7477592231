"""Returns through the interface: asked about without a name, declared once, followed and answered by the guest's desk."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from disputes import clock
from disputes.accounts.scopes import Scope
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.merchants.models import Shop
from disputes.returns import deciding
from disputes.rules.lifecycle import Kind, Role, State, open_actions
from disputes.rules.packages import Goods, Package, Remedy
from disputes.rules.return_way import RefusalGround
from disputes.web.api import return_shapes, steps
from disputes.web.api.examples import RETURN_STEPS, RETURNS, VERDICTS
from tests import factories
from tests.returns import returned
from tests.web.api.conftest import Desk, call, errors_of


@pytest.fixture
def shop(app: Any) -> Shop:
    """A shop that promises to take silk back within seven days."""
    made = factories.shop()
    returned.pledged(made)
    return made


def declaration(shop: Shop, **changes: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "shop": {"id": shop.id},
        "purchase": {"on": clock.today().isoformat(), "proof": "invoice", "invoice_number": "INV-7", "paid_how": "foreign_card"},
        "items": [{"name": "シルクのスカーフ", "goods": "ordinary", "price": 38_800, "bought": 2, "intact": True, "worn": False}],
        "tax": {"state": "T0"},
        "guest": {"name": "田中", "language": "ja", "country": "JP"},
        "consents": ["handling", "to_shop"],
    }  # fmt: skip
    return {**sent, **changes}


def take(client: FlaskClient, case: Case, action: str, **more: Any) -> Any:
    sent = {"action": action, "version": case.version, **more}
    return call(client, "POST", f"/returns/{case.number}/steps", factories.token_of(case), json=sent)


# --- the verdict


def test_a_verdict_needs_no_name_and_no_key_and_leaves_nothing_behind(client: FlaskClient, shop: Shop) -> None:
    asked = {"shop": {"code": shop.code}, "purchase": declaration(shop)["purchase"] | {"on": clock.today().isoformat()},
             "items": [{"goods": "ordinary", "price": 38_800, "intact": True, "worn": False, "resaleable": True}], "tax_state": "T0"}  # fmt: skip
    answer = call(client, "POST", "/returns/verdict", json=asked)
    assert answer.status_code == 200, answer.get_json()
    (told,) = answer.get_json()["verdicts"]
    assert (told["strength"], told["pledge_version"], told["item"]) == ("promise", 1, "1")
    assert told["headline"]
    assert told["due_on"] > clock.today().isoformat()
    assert db.session.scalar(select(func.count(Case.id))) == 0


def test_a_verdict_without_a_shop_never_pretends(client: FlaskClient) -> None:
    asked = {"purchase": {"on": clock.today().isoformat()}, "items": [{"goods": "ordinary", "price": 100}]}
    (told,) = call(client, "POST", "/returns/verdict", json=asked).get_json()["verdicts"]
    assert told["strength"] == "goodwill"


def test_the_verdict_speaks_the_language_of_the_request(client: FlaskClient, shop: Shop) -> None:
    asked = {"purchase": {"on": clock.today().isoformat()}, "items": [{"goods": "ordinary", "price": 100}]}
    english, chinese = (
        call(client, "POST", f"/returns/verdict?lang={lang}", json=asked).get_json()["verdicts"][0]["headline"]
        for lang in ("en", "zh-CN")
    )
    assert english != chinese


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purchase": {"on": "2199-01-01"}}, "purchase.on"),
        ({"purchase": {"on": "2000-01-01", "how_bought": "online", "received_on": "2000-01-02"}}, "purchase.on"),
        ({"items": []}, "items"),
        ({"shop": {"code": "NOWHERE"}}, "shop.code"),
        ({"items": [{"goods": "ordinary", "price": 1, "quantity": 3, "bought": 2}]}, "items.0.quantity"),
        ({"items": [{"goods": "ordinary", "price": -1}]}, "items.0.price"),
        ({"items": [{"goods": "ordinary", "price": 1, "worn": 0}]}, "items.0.worn"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(client: FlaskClient, change: dict[str, Any], field: str) -> None:
    asked = {"purchase": {"on": clock.today().isoformat()}, "items": [{"goods": "ordinary", "price": 100}], **change}
    assert field in errors_of(call(client, "POST", "/returns/verdict", json=asked))


# --- declaring


def test_a_desk_declares_a_return_for_its_guest_and_follows_it(desk: Desk, shop: Shop) -> None:
    answer = desk.post("/returns", declaration(shop))
    assert answer.status_code == 201, answer.get_json()
    filed = answer.get_json()
    assert len(filed["words"]) == 5
    assert filed["verdicts"][0]["strength"] == "promise"
    told = desk.get(f"/returns/{filed['number']}").get_json()
    assert (told["kind"], told["state"], told["declared_at"]) == ("return", "requested", filed["declared_at"])
    assert told["amount_due"] == 38_800
    assert [(i["holder"], i["quantity"], i["bought"]) for i in told["items"]] == [("tourist", 1, 2)]
    assert told["history"][0]["by"] == "partner"
    assert "withdraw" in told["actions"]
    assert call(desk.client, "GET", f"/returns/{filed['number']}", filed["token"]).status_code == 200


def test_sent_twice_it_is_declared_once(desk: Desk, shop: Shop) -> None:
    header = {"Idempotency-Key": "return-1"}
    first, again = (desk.post("/returns", declaration(shop), headers=header) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert db.session.scalar(select(func.count(Case.id))) == 1
    other = desk.post("/returns", declaration(shop, wish="exchange"), headers=header)
    assert other.get_json()["error"]["code"] == "idempotency_key_reused"


def test_a_key_needs_the_scope_of_returns(new_desk: Any, shop: Shop) -> None:
    only_complaints = new_desk(Scope.COMPLAINTS_WRITE, Scope.COMPLAINTS_READ)
    assert only_complaints.post("/returns", declaration(shop)).status_code == 403
    writes = new_desk(Scope.RETURNS_WRITE)
    number = writes.post("/returns", declaration(shop)).get_json()["number"]
    assert writes.get(f"/returns/{number}").status_code == 403
    assert new_desk().get(f"/returns/{number}").status_code == 404, "another desk's return is not found"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consents": ["handling"]}, "consents"),
        ({"shop": {}}, "shop"),
        ({"to_desk": 7}, "to_desk"),
        ({"way": "desk", "to_desk": 10**6}, "to_desk"),
        ({"way": "branch", "to_shop": 10**6}, "to_shop"),
    ],
)
def test_a_declaration_that_cannot_be_carried_out_says_why(
    desk: Desk, shop: Shop, change: dict[str, Any], field: str
) -> None:
    assert field in errors_of(desk.post("/returns", {**declaration(shop), **change}))


def test_a_return_is_no_complaint_and_a_complaint_no_return(client: FlaskClient) -> None:
    back, dispute = returned.requested(), factories.offered()
    for case, path in ((back, "complaints"), (dispute, "returns")):
        token = factories.token_of(case)
        assert call(client, "GET", f"/{path}/{case.number}", token).status_code == 404
        sent = {"action": "withdraw", "version": case.version}
        assert call(client, "POST", f"/{path}/{case.number}/steps", token, json=sent).status_code == 404


# --- steps


def test_the_parcel_the_money_and_the_end(client: FlaskClient) -> None:
    case = returned.approved()
    told = take(client, case, "hand_over", carrier="EMS", tracking_number="EE1").get_json()
    assert (told["state"], told["tracking_number"], told["items"][0]["holder"]) == ("handed_over", "EE1", "carrier")
    paid = returned.refunded()
    told = take(client, paid, "confirm").get_json()
    assert (told["outcome"], told["refunds"][0]["confirmed_at"] is not None) == ("resolved", True)


def test_money_that_is_missing_is_denied(client: FlaskClient) -> None:
    told = take(client, returned.refunded(), "deny", words="Nothing came.").get_json()
    assert (told["state"], told["refunds"][0]["denied_at"] is not None) == ("triage", True)


def test_an_offer_is_accepted_as_the_rules_of_returns_say(client: FlaskClient) -> None:
    case = returned.requested()
    with transaction():
        part = Package((Remedy.PRICE_DIFFERENCE,), amount=10_000, goods=Goods.KEEP)
        deciding.offer(case.id, None, factories.shop_of(case), part)
    told = take(client, case, "accept").get_json()
    assert (told["state"], told["amount_due"]) == ("refund_due", 10_000)


def test_a_refusal_goes_on_as_a_dispute_whose_number_is_told(client: FlaskClient) -> None:
    case = returned.requested()
    with transaction():
        deciding.refuse(case.id, None, factories.shop_of(case), RefusalGround.NOT_FROM_US)
    told = take(client, case, "make_dispute", words="The receipt is from there.").get_json()
    assert (told["outcome"], told["dispute"] is not None) == ("became_dispute", True)


def test_the_tax_refund_is_told(client: FlaskClient) -> None:
    told = take(client, returned.requested(), "record_tax", tax={"state": "T1", "form_number": "TR-1"}).get_json()
    assert told["tax"]["state"] == "T1"


def test_a_companion_takes_no_step_in_a_return(client: FlaskClient) -> None:
    case = returned.requested(companion_email="companion@guests.example")
    token = factories.token_of(case, "companion")
    sent = {"action": "withdraw", "version": case.version}
    assert call(client, "POST", f"/returns/{case.number}/steps", token, json=sent).status_code == 403


def test_every_step_of_a_return_has_its_shape_and_its_verb() -> None:
    assert set(steps.OF_RETURNS) == set(return_shapes.RETURN_SHAPES)
    possible = {action for state in State for action in open_actions(Kind.RETURN, state, Role.TOURIST)}
    assert set(return_shapes.RETURN_SHAPES) <= possible


def test_desks_are_listed_for_everybody(client: FlaskClient) -> None:
    desk = returned.desk()
    (told,) = call(client, "GET", "/returns/desks").get_json()["desks"]
    assert (told["id"], told["kind"], told["opens"]) == (desk.id, "airport", "10:00")


# --- examples


@pytest.mark.parametrize("name", VERDICTS)
def test_every_example_of_a_verdict_is_answered(client: FlaskClient, name: str) -> None:
    assert call(client, "POST", "/returns/verdict", json=VERDICTS[name]).status_code == 200


@pytest.mark.parametrize("name", RETURNS)
def test_every_example_of_a_return_is_declared(desk: Desk, shop: Shop, name: str) -> None:
    with transaction():
        shop.code = RETURNS[name]["shop"]["code"]
    assert desk.post("/returns", RETURNS[name]).status_code == 201


@pytest.mark.parametrize("name", RETURN_STEPS)
def test_every_example_of_a_step_of_a_return_has_the_right_shape(name: str) -> None:
    example = RETURN_STEPS[name]
    return_shapes.RETURN_SHAPES[example["action"]]().load(example)
