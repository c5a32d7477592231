"""Real damage to returns is found and named; a return in order, in whatever state, gives nothing to say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from disputes import inspection
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.returns import checks, handing, inspecting, refunding, taxing
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade
from tests import factories as make
from tests.returns import returned

pytestmark = pytest.mark.usefixtures("database")


def with_tax() -> Case:
    """A refund that was reported after the form was voided."""
    case = returned.refund_due()
    with transaction():
        taxing.record(case.id, None, make.shop_of(case), returned.tax_told(TaxState.T1), "INV-1")
        taxing.void_form(case.id, None, make.shop_of(case))
        refunding.report_refund(case.id, None, make.shop_of(case), "original_card")
    return case


def by_desk() -> Case:
    """Goods that a desk took in and sent on."""
    case, place = returned.approved(), returned.desk()
    person = returned.at_desk(place)
    with transaction():
        handing.take_in(case.id, None, person, returned.handed(case, Grade.AS_NEW), seal="CQ-1")
        handing.hand_on(case.id, None, person, [i.id for i in returned.record(case).items], carrier="顺丰")
    return case


def rejected() -> Case:
    case = returned.received()
    with transaction():
        inspecting.inspect(case.id, None, make.shop_of(case), returned.rejected(case), "杯口有裂。")
    return case


def given_back() -> Case:
    case = rejected()
    with transaction():
        handing.give_back(case.id, None, make.shop_of(case), [i.id for i in returned.record(case).items])
    return case


def denied_and_paid_again() -> Case:
    case = with_tax()
    with transaction():
        refunding.deny(case.id, None, make.tourist_of(case), "Nothing has come.")
        refunding.report_refund(case.id, None, make.shop_of(case), "original_card")
    return case


IN_ORDER: list[Callable[[], Case]] = [
    returned.requested, returned.approved, returned.received, returned.refund_due, returned.refunded, with_tax, by_desk, rejected,
    given_back, denied_and_paid_again,
]  # fmt: skip

DAMAGE: list[tuple[str, Callable[[], Case], str]] = [
    ("goods_elsewhere", by_desk, "UPDATE return_items SET holder = 'tourist' WHERE case_id = :id"),
    ("goods_elsewhere", returned.approved, "UPDATE return_items SET holder = 'carrier' WHERE case_id = :id"),
    ("accepted_unseen", returned.refund_due, "UPDATE return_items SET arrived_at = NULL WHERE case_id = :id"),
    ("refund_without_clock", returned.refund_due, "UPDATE deadlines SET ended_at = now(), ending = 'cancelled' WHERE case_id = :id"),
    ("refund_before_tax", with_tax, "UPDATE tax_refunds SET voided_at = NULL WHERE case_id = :id"),
    ("tax_doubled", with_tax,
     "INSERT INTO tax_entries (case_id, event_id, position, payer, payee, amount, through, reason, rule_id) "
     "SELECT case_id, event_id, 90 + position, payer, payee, amount, through, reason, rule_id FROM tax_entries WHERE case_id = :id"),
    ("tax_doubled", denied_and_paid_again,
     "UPDATE tax_entries SET event_id = (SELECT min(event_id) FROM refunds WHERE case_id = :id) WHERE case_id = :id"),
    ("money_of_nothing", returned.refunded,
     "UPDATE refunds SET event_id = (SELECT min(id) FROM case_events WHERE case_id = :id) WHERE case_id = :id"),
]  # fmt: skip


def test_returns_in_order_give_nothing_to_say() -> None:
    for build in IN_ORDER:
        build()
    assert checks.look() == []
    assert checks.look(everywhere=True) == []
    assert checks.how_many() == len(IN_ORDER)


@pytest.mark.parametrize(("check", "build", "statement"), DAMAGE)
def test_damage_is_found_and_named_by_its_return(check: str, build: Callable[[], Case], statement: str) -> None:
    sound, case = build(), build()
    assert inspection.returns_out_of_order() == []
    db.session.execute(text(statement), {"id": case.id})
    db.session.expire_all()
    found = inspection.returns_out_of_order()
    assert check in {f.check for f in found}
    assert {f.about for f in found} == {case.number}
    assert all(spoken(case.number) in str(f) and spoken(sound.number) not in str(f) for f in found)
    assert check in inspection.ADVICE
    assert check in inspection.TITLES


def test_a_closed_return_is_looked_at_by_hand_alone() -> None:
    case = returned.refunded()
    with transaction():
        refunding.confirm(case.id, None, make.tourist_of(case))
    db.session.execute(text("UPDATE return_items SET arrived_at = NULL WHERE case_id = :id"), {"id": case.id})
    assert inspection.returns_out_of_order() == []
    assert [f.check for f in inspection.returns_out_of_order(everywhere=True)] == ["accepted_unseen"]


def test_what_is_owed_of_the_tax_is_owed_once_when_a_refund_was_denied_and_paid_again() -> None:
    first = returned.record(with_tax()).tax.entries
    record = returned.record(denied_and_paid_again())
    assert [(e.payer, e.payee, e.amount) for e in record.tax.entries] == [(e.payer, e.payee, e.amount) for e in first]
    assert {e.event_id for e in record.tax.entries} == {record.refund.event_id}
