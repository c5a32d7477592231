"""The way of a return: declared in time, handed over once, looked at, paid back; and what happens where it goes wrong."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from disputes.accounts import actors
from disputes.cases import commands, queries, sweeps
from disputes.cases.commands import Refused
from disputes.cases.models import Case, CaseEvent
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.notifications.models import Message
from disputes.returns import deciding, declaring, handing, inspecting, refunding, taxing
from disputes.returns.handing import Hand, Handed, Taken
from disputes.returns.inspecting import Result
from disputes.rules.lifecycle import Action, Kind, Outcome, State, StepRefused
from disputes.rules.packages import Goods, Package, Remedy
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade, Holder, RefusalGround, RejectionReason
from tests import factories as make
from tests.returns import returned

pytestmark = pytest.mark.usefixtures("database")


def again(case: Case) -> Case:
    db.session.expire_all()
    return queries.find(case.id, actors.SYSTEM)


def actions(case: Case) -> list[str]:
    return list(
        db.session.scalars(select(CaseEvent.action).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq))
    )


def letters(case: Case) -> set[tuple[str, str]]:
    rows = db.session.execute(select(Message.recipient, Message.template).where(Message.case_id == case.id))
    return {(row.recipient, row.template) for row in rows}


def test_a_declaration_is_judged_at_its_instant_by_the_promise_of_the_day_of_purchase():
    case = returned.requested()
    found = returned.record(case)

    assert (case.kind, case.state) == (Kind.RETURN, State.REQUESTED)
    assert (found.ground, found.strength) == ("promise", "promise")
    assert found.items[0].verdict["pledge_version"] == 1
    assert found.pledge_version_id is not None
    assert [d.clock for d in case.running_deadlines] == ["return_answer"]
    assert ("shop", "return-requested") in letters(case)


def test_without_a_promise_it_is_goodwill_and_says_so():
    case = returned.requested(make.shop())
    assert returned.record(case).strength == "goodwill"


def test_the_whole_way_to_the_money():
    case = returned.refunded()
    with transaction():
        refunding.confirm(case.id, None, make.tourist_of(case))

    case = again(case)
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.RESOLVED)
    assert actions(case) == [
        "file", "send_to_shop", "approve", "receive_goods", "accept_goods", "report_refund", "confirm",
    ]  # fmt: skip
    item = returned.record(case).items[0]
    assert item.arrived_at is not None
    assert item.accepted_at is not None
    assert item.rejected_at is None


def test_the_refund_is_due_on_the_day_of_the_pledge_and_at_most_on_that_of_the_law():
    soon = returned.refund_due(terms={"refund_days": 2})
    late = returned.refund_due(terms={"refund_days": 30})
    (by_pledge,), (by_law,) = (again(case).running_deadlines for case in (soon, late))
    first, second = returned.record(soon), returned.record(late)
    assert by_pledge.due_on == deciding.pledged_day(first, deciding.received_on(first))
    assert by_law.due_on == deciding.pledged_day(second, deciding.received_on(second)) > by_pledge.due_on


def test_a_shops_own_rule_approves_at_once_and_another_lets_the_tourist_keep_a_trifle():
    auto = returned.requested(terms={"auto_approve_up_to": 2 * returned.SCARF})
    keep = returned.requested(terms={"keep_item_up_to": 2 * returned.SCARF})

    assert (auto.state, returned.record(auto).decided_by) == (State.APPROVED, "system")
    assert keep.state == State.REFUND_DUE
    assert deciding.amount_due(returned.record(keep)) == returned.SCARF


def test_no_rule_of_the_shop_approves_what_a_tax_form_stands_behind():
    case = returned.requested(
        terms={"auto_approve_up_to": 10**7}, tax_state=TaxState.T1, tax=returned.tax_told(TaxState.T1)
    )
    assert case.state == State.REQUESTED


def test_the_state_of_the_tax_refund_is_asked_before_any_approval():
    case = returned.requested(tax=None)
    with pytest.raises(Refused, match="tax_state_missing"), transaction():
        deciding.approve(case.id, None, make.shop_of(case))
    with transaction():
        taxing.record(case.id, None, make.shop_of(case), returned.tax_told(TaxState.T0))
        deciding.approve(case.id, None, make.shop_of(case))
    assert again(case).state == State.APPROVED


def test_after_departure_with_the_tax_refunded_a_person_decides():
    case = returned.requested(tax_state=TaxState.T3, tax=returned.tax_told(TaxState.T3))
    assert (case.state, case.held_reasons) == (State.TRIAGE, ["person_decides"])
    with pytest.raises((Refused, queries.NotFound)), transaction():
        deciding.approve(case.id, None, make.shop_of(case))
    with transaction():
        deciding.approve(case.id, None, make.officer_of(case))
    assert again(case).state == State.APPROVED


def test_a_form_is_voided_before_the_refund_is_paid():
    case = returned.refund_due(tax_state=TaxState.T1, tax=returned.tax_told(TaxState.T1))
    shop = make.shop_of(case)
    with pytest.raises(Refused, match="tax_form_not_voided"), transaction():
        refunding.report_refund(case.id, None, shop, "cash")
    with transaction():
        taxing.void_form(case.id, None, shop)
        refunding.report_refund(case.id, None, shop, "cash")
    found = returned.record(case)
    assert found.tax is not None
    assert {(e.payer, e.payee, e.amount) for e in found.tax.entries} == {("shop", "tourist", returned.SCARF)}


def test_an_advance_is_paid_back_before_the_refund():
    told = returned.tax_told(TaxState.T2, refunded=6_984, upon_purchase=True)
    case = returned.refund_due(tax_state=TaxState.T2, tax=told)
    shop = make.shop_of(case)
    with pytest.raises(Refused, match="advance_not_repaid"), transaction():
        refunding.report_refund(case.id, None, shop, "cash")
    with transaction():
        taxing.advance_repaid(case.id, None, shop, "preauthorisation")
        refunding.report_refund(case.id, None, shop, "cash")
    entries = returned.record(case).tax.entries
    assert {(e.payer, e.payee) for e in entries} >= {("shop", "tourist"), ("tourist", "agency")}


@pytest.mark.parametrize("ground", [RefusalGround.NO_PROMISE, RefusalGround.OUT_OF_TIME, RefusalGround.TAX_REFUNDED])
def test_a_shop_can_refuse_only_with_a_ground_that_fits(ground):
    case = returned.requested()
    with pytest.raises(Refused, match="ground_does_not_fit"), transaction():
        deciding.refuse(case.id, None, make.shop_of(case), ground)


def test_a_refusal_becomes_a_dispute_with_everything_in_it():
    case = returned.requested()
    with transaction():
        deciding.refuse(case.id, None, make.shop_of(case), RefusalGround.NOT_FROM_US, "不是我们店的商品")
    with transaction():
        dispute = deciding.make_dispute(case.id, None, make.tourist_of(case))
    with transaction():
        same = deciding.make_dispute(case.id, None, make.tourist_of(case))

    case = again(case)
    assert same.id == dispute.id
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.BECAME_DISPUTE)
    assert (dispute.kind, dispute.shop_id, dispute.complaint.amount) == (Kind.DISPUTE, case.shop_id, returned.SCARF)
    assert deciding.earlier_return(dispute).id == case.id


def test_one_item_refused_goes_into_a_dispute_while_the_other_is_paid():
    case = returned.received()
    found = returned.record(case)
    piece = found.items[0]
    results = [Result(piece.id, False, Grade.DAMAGED, (RejectionReason.DAMAGED,))]
    with transaction():
        inspecting.inspect(case.id, None, make.shop_of(case), results, "有裂纹")
    assert again(case).state == State.REJECTED
    with transaction():
        dispute = deciding.make_dispute(case.id, None, make.tourist_of(case))
    assert dispute.complaint.item == "Silk scarf"


def test_the_same_item_at_two_desks_is_taken_in_once():
    case = returned.approved()
    first, second = returned.desk(), returned.desk()
    handed = returned.handed(case, Grade.AS_NEW)
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(first), handed, seal="S-1", entry="e-1")
    with pytest.raises(Taken) as conflict, transaction():
        handing.take_in(case.id, None, returned.at_desk(second), handed, seal="S-2", entry="e-2")

    assert conflict.value.by.taker_id == first.id
    assert again(case).state == State.HANDED_OVER
    item = returned.record(case).items[0]
    assert (item.holder, item.holder_id, len(item.custody)) == (Holder.DESK, first.id, 1)


def test_an_entry_that_a_device_sends_twice_counts_once():
    case = returned.approved()
    desk = returned.at_desk(returned.desk())
    for _ in range(2):
        with transaction():
            handing.take_in(case.id, None, desk, returned.handed(case), entry="e-1")
    assert actions(case).count("hand_over") == 1


def test_what_a_desk_takes_in_for_the_merchant_has_arrived():
    case = returned.approved()
    desk = returned.desk(accepting=case.shop)
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case, Grade.AS_NEW))
    found = returned.record(case)
    assert (again(case).state, found.received_at is not None) == (State.GOODS_RECEIVED, True)


def test_goods_that_a_desk_keeps_while_the_shop_decides_are_on_their_way_once_it_says_yes():
    case = returned.requested()
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(returned.desk()), returned.handed(case))
    assert again(case).state == State.REQUESTED
    with transaction():
        deciding.approve(case.id, None, make.shop_of(case))
    assert again(case).state == State.HANDED_OVER


def test_a_difference_after_a_recorded_hand_over_is_not_the_tourists():
    case = returned.approved()
    desk = returned.desk()
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case, Grade.AS_NEW))
    shop, found = make.shop_of(case), returned.record(case)
    with transaction():
        handing.take_in(case.id, None, shop, returned.handed(case), giver=Hand(Holder.DESK, desk.id))
    with pytest.raises(Refused, match="recorded_at_hand_over"), transaction():
        inspecting.inspect(case.id, None, shop, returned.rejected(case), "碎了")
    with transaction():
        result = Result(found.items[0].id, True, Grade.DAMAGED, difference=RejectionReason.DAMAGED)
        inspecting.inspect(case.id, None, shop, [result], "到店时已破损")
    assert again(case).state == State.REFUND_DUE
    assert inspecting.differences(returned.record(case))


def test_a_parcel_needs_a_number_to_follow_it_by():
    case = returned.approved()
    with pytest.raises(Refused, match="tracking_missing"), transaction():
        handing.send_parcel(case.id, None, make.tourist_of(case), "EMS", " ")
    with transaction():
        handing.send_parcel(case.id, None, make.tourist_of(case), "EMS", "EE123456785JP")
    assert again(case).state == State.HANDED_OVER
    with transaction():
        handing.take_in(case.id, None, make.shop_of(case), returned.handed(case), giver=Hand(Holder.CARRIER))
    assert again(case).state == State.GOODS_RECEIVED


def test_part_of_what_was_declared_can_be_handed_over():
    case = returned.approved(quantity=2)
    item = returned.record(case).items[0]
    with transaction():
        handing.take_in(case.id, None, make.shop_of(case), [Handed(item.id, 1)])
    assert deciding.amount_due(returned.record(case)) == returned.SCARF


def test_another_shop_takes_goods_in_only_where_the_pledge_names_it():
    case = returned.approved()
    stranger = make.shop()
    with pytest.raises(queries.NotFound), transaction():
        handing.take_in(case.id, None, actors.of_user(make.merchant_user(stranger.merchant)), returned.handed(case))


def test_goods_not_accepted_go_back_and_goods_accepted_do_not():
    case = returned.received()
    shop, ids = make.shop_of(case), [i.id for i in returned.record(case).items]
    with transaction():
        inspecting.inspect(case.id, None, shop, returned.rejected(case), "有裂纹")
    with transaction():
        handing.give_back(case.id, None, shop, ids)
    assert returned.record(case).items[0].holder == Holder.TOURIST

    other = returned.refund_due()
    with pytest.raises(Refused, match="accepted_already"), transaction():
        handing.give_back(other.id, None, make.shop_of(other), [i.id for i in returned.record(other).items])


def test_an_exchange_or_a_part_of_the_price_needs_the_tourists_yes():
    case = returned.requested()
    part = Package((Remedy.PRICE_DIFFERENCE,), amount=10_000, goods=Goods.KEEP)
    with transaction():
        deciding.offer(case.id, None, make.shop_of(case), part)
    assert again(case).state == State.OFFERED
    with transaction():
        deciding.accept(case.id, None, make.tourist_of(case))
    assert again(case).state == State.REFUND_DUE
    assert deciding.amount_due(returned.record(case)) == 10_000


def test_less_than_what_is_due_is_no_refund():
    case = returned.refund_due()
    with pytest.raises(Refused, match="less_than_due"), transaction():
        refunding.report_refund(case.id, None, make.shop_of(case), "cash", amount=returned.SCARF - 1)


def test_money_that_has_not_arrived_goes_to_an_officer_and_can_be_paid_again():
    case = returned.refunded()
    with transaction():
        refunding.deny(case.id, None, make.tourist_of(case), "Nothing came")
    assert again(case).state == State.TRIAGE
    with transaction():
        refunding.report_refund(case.id, None, make.shop_of(case), "cash", "RF-78")
    assert [r.denied_at is None for r in returned.record(case).refunds] == [False, True]


@pytest.mark.parametrize(
    ("builder", "clock", "state"),
    [
        (returned.requested, "return_answer", State.TRIAGE),
        (returned.approved, "hand_over", State.CLOSED),
        (returned.received, "inspection", State.REFUND_DUE),
        (returned.refund_due, "refund", State.TRIAGE),
        (returned.refunded, "refund_confirmation", State.CLOSED),
    ],
)
def test_silence_carries_a_return_on_in_the_tourists_favour_and_is_never_reported_as_solved(builder, clock, state):
    case = builder()
    with transaction():
        deadline = next(d for d in again(case).running_deadlines if d.clock == clock)
        sweeps.lapse(deadline)
    case = again(case)
    assert case.state == state
    assert case.outcome in (None, Outcome.DORMANT, Outcome.PERFORMED_UNCONFIRMED)


def test_many_returns_from_one_address_are_looked_at_by_a_person_and_the_reason_is_shown():
    shop = make.shop()
    returned.pledged(shop, auto_approve_up_to=10**7)
    made = [returned.requested(shop, invoice_number=f"INV-{n}") for n in range(4)]
    assert [case.state for case in made] == [State.APPROVED] * 3 + [State.REQUESTED]
    assert made[-1].held_reasons == ["many_returns"]


def test_an_invoice_gives_back_no_more_than_it_shows():
    shop = make.shop()
    returned.pledged(shop, auto_approve_up_to=10**7)
    returned.requested(shop, quantity=2)
    case = returned.requested(shop, quantity=1)
    assert case.held_reasons == ["invoice_used_up"]


def test_a_return_is_not_declared_without_the_word_to_the_shop():
    shop = make.shop()
    with pytest.raises(Refused, match="return_needs_the_shop"), transaction():
        declaring.declare(returned.told(shop, consents=returned.told(shop).consents[:1]), actors.tourist_of(0), "web")


def test_a_return_that_was_withdrawn_takes_no_further_step():
    case = returned.requested()
    with transaction():
        commands.withdraw(case.id, None, make.tourist_of(case))
    with pytest.raises(StepRefused), transaction():
        deciding.approve(case.id, None, make.shop_of(case))
    assert Action.WITHDRAW in actions(case)


def test_what_the_shop_has_refused_stays_with_the_visitor():
    case = returned.requested()
    with transaction():
        deciding.refuse(case.id, None, make.shop_of(case), RefusalGround.NOT_COVERED)
    for taker in (returned.at_desk(returned.desk(accepting=case.shop)), make.shop_of(case)):
        with pytest.raises(Refused, match="stays_with_visitor"), transaction():
            handing.take_in(case.id, None, taker, returned.handed(case))


@pytest.mark.parametrize("state", [None, TaxState.T3])
def test_an_offer_does_not_go_round_the_question_for_the_tax_refund(state):
    tax = returned.tax_told(state) if state else None
    case = returned.requested(tax_state=None, tax=None)
    shop = make.shop_of(case)
    if tax is not None:
        with transaction():
            taxing.record(case.id, None, shop, tax)
    part = Package((Remedy.PRICE_DIFFERENCE,), amount=10_000, goods=Goods.KEEP)
    with pytest.raises(Refused, match=r"tax_state_missing|person_decides"), transaction():
        deciding.offer(case.id, None, shop, part)


def test_the_dispute_that_a_return_became_goes_straight_to_the_shop_and_is_not_taken_for_a_second_filing():
    case = returned.requested()
    with transaction():
        deciding.refuse(case.id, None, make.shop_of(case), RefusalGround.NOT_FROM_US)
    with transaction():
        dispute = deciding.make_dispute(case.id, None, make.tourist_of(case))
    while intake.route_next():
        pass
    found = again(dispute)
    assert (found.state, found.held_reasons) == (State.WITH_MERCHANT, [])
