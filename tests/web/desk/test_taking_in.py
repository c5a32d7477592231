"""What somebody at a return desk sees of a return, and how goods are taken in there."""

from __future__ import annotations

import io
import json
import uuid

import pytest

from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.returns import deciding, handing
from disputes.returns.handing import Handed
from disputes.returns.models import Desk
from disputes.rules.lifecycle import State
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade, Holder, RefusalGround
from tests import factories as make
from tests.returns import returned
from tests.web.browser import Browser
from tests.web.desk.conftest import Stands, filled, picture


def at(case: Case, page: str = "") -> str:
    return f"/desk/returns/{case.number}{page}"


def state(case: Case) -> str:
    db.session.expire_all()
    return db.session.get_one(Case, case.id).state


def confirmed(phone: Browser, case: Case, **more) -> Browser:
    """Fill everything in and let both confirm."""
    phone.open(at(case, "/take-in")).submit(button="go", **filled(case, **more))
    return phone.submit(go="confirm", desk_agrees="y", visitor_agrees="y")


# --- finding


def test_a_return_is_found_by_its_number_as_people_write_it(phone: Browser, case: Case):
    phone.open(f"/desk/?number={spoken(case.number)}")
    assert phone.path == at(case)
    assert "Hanako" in phone.heading


def test_a_number_with_a_wrong_digit_is_told_so(phone: Browser, case: Case):
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)
    assert "no number of ours" in phone.open(f"/desk/?number={wrong}", status=422).text


def test_the_number_of_a_dispute_is_no_return(phone: Browser):
    dispute = make.offered()
    assert "no return with this number" in phone.open(f"/desk/?number={dispute.number}", status=422).text
    phone.open(at(dispute), status=404)


def test_whoever_tries_one_number_after_the_other_is_stopped(phone: Browser, case: Case, app):
    app.config["RATELIMIT_ENABLED"] = True
    dispute = make.offered()
    for _ in range(30):
        phone.open(at(dispute), status=404)
    phone.open(at(case), status=429)


def test_nothing_is_listed_but_what_lies_at_this_desk(phone: Browser, case: Case):
    for page in ("/desk/", "/desk/lying", "/desk/day"):
        phone.open(page)
        assert spoken(case.number) not in phone.text


def test_the_visitor_is_there_by_name_alone(phone: Browser, case: Case):
    phone.open(at(case))
    assert "Hanako" in phone.text
    assert "hanako@guests.example" not in phone.response.get_data(as_text=True)


# --- what a desk may do


def test_an_approved_return_is_taken_in(phone: Browser, case: Case):
    assert "Approved: take it in" in phone.open(at(case)).text


def test_while_the_shop_is_silent_the_goods_can_be_kept_for_it(phone: Browser):
    case = returned.requested()
    assert "you can keep it for the shop" in phone.open(at(case)).text
    confirmed(phone, case)
    assert state(case) == State.REQUESTED
    assert returned.record(case).items[0].holder == Holder.DESK


def test_what_the_shop_refused_is_not_taken(phone: Browser):
    case = returned.requested()
    with transaction():
        deciding.refuse(case.id, None, make.shop_of(case), RefusalGround.NOT_COVERED)
    phone.open(at(case))
    assert "do not take it" in phone.text
    assert at(case, "/take-in") not in phone.links()
    phone.open(at(case, "/take-in"), status=409)


@pytest.mark.parametrize(
    ("tax", "said"),
    [(TaxState.T1, "must void them"), (TaxState.T2, "paid out in advance"), (TaxState.T3, "Only our staff decides")],
)
def test_the_state_of_the_tax_refund_is_a_warning(phone: Browser, tax: TaxState, said: str):
    case = returned.requested(tax_state=tax, tax=returned.tax_told(tax))
    assert said in phone.open(at(case)).text


# --- taking in


def test_both_confirm_on_the_one_phone_and_the_visitor_gets_a_receipt(phone: Browser, case: Case, desk: Desk):
    phone.open(at(case, "/take-in")).submit(button="go", **filled(case))
    assert 'lang="ja"' in phone.response.get_data(as_text=True)
    assert "この数量と状態で" in phone.text
    phone.submit(go="confirm", desk_agrees="y", visitor_agrees="y")
    assert "Taken in" in phone.text
    item = returned.record(case).items[0]
    assert (item.holder, item.holder_id, item.grade, item.quantity) == (Holder.DESK, desk.id, Grade.OPENED, 2)
    row = item.custody[-1]
    assert row.seal == "SEAL-7"
    assert set(row.photographs) == {"front", "back"}
    assert state(case) == State.HANDED_OVER
    assert "SEAL-7" in phone.text
    pdf = phone.client.get(next(link for link in phone.links() if link.endswith(".pdf")))
    assert pdf.data.startswith(b"%PDF")


def test_a_desk_that_accepts_for_the_shop_says_so(stands: Stands, case: Case):
    phone = stands(returned.desk(accepting=case.shop))
    assert "With your receipt the shop has received the goods" in phone.open(at(case)).text
    assert "the shop has received it" in confirmed(phone, case).text
    assert state(case) == State.GOODS_RECEIVED


def test_a_part_of_what_was_declared_can_be_handed_over(phone: Browser, case: Case):
    (item,) = returned.record(case).items
    confirmed(phone, case, **{f"quantity_{item.id}": "1"})
    assert returned.record(case).items[0].quantity == 1


def test_nothing_is_taken_before_both_have_confirmed(phone: Browser, case: Case):
    phone.open(at(case, "/take-in")).submit(button="go", **filled(case))
    phone.submit(go="confirm", desk_agrees="y", status=422)
    assert "visitor confirms the lower half" in phone.errors()
    assert returned.record(case).items[0].holder == Holder.TOURIST
    phone.submit(go="confirm", desk_agrees="y", visitor_agrees="y")
    assert returned.record(case).items[0].holder == Holder.DESK


def test_what_is_missing_is_said_and_no_photograph_is_asked_for_twice(phone: Browser, case: Case):
    (item,) = returned.record(case).items
    phone.open(at(case, "/take-in")).submit(button="go", status=422, **{f"front_{item.id}": picture()})
    errors = phone.errors()
    assert "condition" in errors
    assert "This photograph is missing: Back side" in errors
    assert "seal" in errors
    assert "Taken. Choose again" in phone.text
    phone.submit(button="go", **{f"back_{item.id}": picture("navy"), f"grade_{item.id}": "as_new", "seal": "S-1"})
    phone.submit(go="confirm", desk_agrees="y", visitor_agrees="y")
    assert set(returned.record(case).items[0].custody[-1].photographs) == {"front", "back"}


def test_a_mistake_is_corrected_without_writing_all_of_it_again(phone: Browser, case: Case):
    (item,) = returned.record(case).items
    phone.open(at(case, "/take-in")).submit(button="go", **filled(case))
    phone.submit(go="correct")
    given = phone.form()
    assert given["seal"] == "SEAL-7"
    assert given[f"grade_{item.id}"] == "opened"
    phone.submit(button="go", seal="SEAL-8")
    phone.submit(go="confirm", desk_agrees="y", visitor_agrees="y")
    assert returned.record(case).items[0].custody[-1].seal == "SEAL-8"


def test_a_file_that_is_no_photograph_is_refused_with_its_reason(phone: Browser, case: Case):
    (item,) = returned.record(case).items
    phone.open(at(case, "/take-in"))
    phone.submit(button="go", status=422, **filled(case, **{f"front_{item.id}": (b"MZ not a picture", "front.jpg")}))
    assert "front.jpg" in phone.errors()
    assert returned.record(case).items[0].holder == Holder.TOURIST


def test_a_slip_of_another_desk_is_worth_nothing_here(stands: Stands, case: Case, desk: Desk):
    one, other = stands(desk), stands(returned.desk())
    one.open(at(case, "/take-in")).submit(button="go", **filled(case))
    slip = one.form()["slip"]
    other.open(at(case, "/take-in"))
    token = other.form()["csrf_token"]
    data = {"csrf_token": token, "slip": slip, "go": "confirm", "desk_agrees": "y", "visitor_agrees": "y"}
    other.send(at(case, "/take-in"), data, status=409)
    assert returned.record(case).items[0].holder == Holder.TOURIST


# --- the same goods at two desks


def test_the_second_desk_is_shown_who_was_first(stands: Stands, case: Case, desk: Desk):
    first, second = stands(desk), stands(returned.desk())
    second.open(at(case, "/take-in")).submit(button="go", **filled(case))
    confirmed(first, case, seal="FIRST-1")
    second.submit(go="confirm", desk_agrees="y", visitor_agrees="y", status=409)
    assert "Somebody was first" in second.heading
    assert desk.name_en in second.text
    assert "FIRST-1" in second.text
    assert len(returned.record(case).items[0].custody) == 1


def now(phone: Browser, case: Case, entry: str, **more) -> tuple[int, dict]:
    """Send an entry as a device does that made it without network."""
    token = json.loads(phone.client.get("/desk/pulse").data)["csrf"]
    (item,) = returned.record(case).items
    data = {
        "csrf_token": token, "entry": entry, "go": "now", "desk_agrees": "y", "visitor_agrees": "y", "seal": "OFF-1",
        f"take_{item.id}": "y", f"quantity_{item.id}": "2", f"grade_{item.id}": "as_new", **more,
    }  # fmt: skip

    for name, colour in (("front", "brown"), ("back", "navy")):
        data[f"{name}_{item.id}"] = (io.BytesIO(picture(colour)[0]), "photo.jpg")
    answer = phone.client.post(at(case, "/take-in"), data=data, headers={"Accept": "application/json"})
    return answer.status_code, answer.get_json()


def test_an_entry_made_without_network_is_taken_once_however_often_it_is_sent(phone: Browser, case: Case):
    entry = str(uuid.uuid4())
    status, said = now(phone, case, entry)
    assert (status, said["outcome"]) == (200, "taken")
    again, said_again = now(phone, case, entry)
    assert (again, said_again["url"]) == (200, said["url"])
    assert len(returned.record(case).items[0].custody) == 1


def test_the_moment_of_the_device_is_kept_beside_the_servers(phone: Browser, case: Case):
    _status, said = now(phone, case, str(uuid.uuid4()), happened_at="2026-01-05T03:04:05.000Z")
    row = returned.record(case).items[0].custody[-1]
    assert row.happened_at.isoformat().startswith("2026-01-05T03:04:05")
    assert row.at > row.happened_at
    assert "通信のない状態で記録" in phone.open(said["url"]).text


def test_a_late_entry_loses_against_the_desk_that_was_first(stands: Stands, case: Case, desk: Desk):
    first, late = stands(desk), stands(returned.desk())
    confirmed(first, case)
    status, said = now(late, case, str(uuid.uuid4()))
    assert (status, said["outcome"]) == (409, "conflict")
    late.open(said["url"])
    assert desk.name_en in late.text


def test_a_late_entry_that_is_not_confirmed_by_both_is_refused(phone: Browser, case: Case):
    status, said = now(phone, case, str(uuid.uuid4()), visitor_agrees="")
    assert (status, said["outcome"]) == (422, "refused")
    assert "lower half" in said["words"]


# --- from another hand


def test_goods_that_another_desk_took_in_are_taken_over_from_there(stands: Stands, case: Case, desk: Desk):
    with transaction():
        first = returned.at_desk(desk)
        handing.take_in(
            case.id, None, first, [Handed(i.id, i.quantity) for i in returned.record(case).items], seal="S-1"
        )
    phone = stands(returned.desk(accepting=case.shop))
    phone.open(at(case, "/take-over"))
    assert "S-1" in phone.text
    phone.submit(bringer_agrees="y", seal="S-1")
    row = returned.record(case).items[0].custody[-1]
    assert (row.giver, row.giver_id) == (Holder.DESK, desk.id)
    assert state(case) == State.GOODS_RECEIVED


def test_there_is_nothing_to_take_over_from_a_visitor(phone: Browser, case: Case):
    phone.open(at(case, "/take-over"), status=409)


def test_another_desks_receipt_is_not_shown(stands: Stands, case: Case, desk: Desk):
    one = stands(desk)
    path = confirmed(one, case).path
    stands(returned.desk()).open(path, status=404)
