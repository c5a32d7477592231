"""A return on the page of its case: what the staff read of it in every state, and the steps that they take there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from disputes.accounts import actors
from disputes.accounts.models import User
from disputes.cases import queries, transfers, triage
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.returns import deciding, handing, inspecting, refunding, taxing
from disputes.returns.inspecting import Result
from disputes.rules.lifecycle import Kind, Role, State, open_actions
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade, RefusalGround, RejectionReason
from disputes.web.staff import return_actions
from tests import factories as make
from tests.returns import returned
from tests.web.browser import Browser

ACCEPTED = {
    "hand-on",
    "give-back",
    "split-dispute",
    "record-tax",
    "make-dispute",
}  # offered where the goods leave room for it


def refused() -> Case:
    case = returned.requested()
    with transaction():
        deciding.refuse(case.id, None, make.shop_of(case), RefusalGround.NOT_COVERED, "不在承诺范围内。")
    return case


def rejected() -> Case:
    case = returned.received()
    with transaction():
        inspecting.inspect(case.id, None, make.shop_of(case), returned.rejected(case), "杯口有裂。")
    return case


def triage_of(case: Case | None = None) -> Case:
    case = case or returned.requested()
    with transaction():
        triage.take_up(case.id, None, make.officer_of(case))
    return case


def after_departure() -> Case:
    """T3: the tax was refunded and the visitor is gone, so a person decides."""
    tax = returned.tax_told(TaxState.T3, refunded=3_000)
    return returned.requested(tax_state=TaxState.T3, tax=tax)


def closed() -> Case:
    case = returned.refunded()
    with transaction():
        refunding.confirm(case.id, None, make.tourist_of(case))
    return case


EVERY_STATE: dict[str, Callable[[], Case]] = {
    "requested": returned.requested,
    "approved": returned.approved,
    "refused": refused,
    "goods_received": returned.received,
    "rejected": rejected,
    "refund_due": returned.refund_due,
    "refunded": returned.refunded,
    "triage": triage_of,
    "closed": closed,
}


def url(case: Case) -> str:
    return f"/staff/cases/{case.number}"


def fresh(case: Case) -> Case:
    db.session.expire_all()
    return queries.find(case.id, actors.SYSTEM)


@pytest.mark.parametrize("state", EVERY_STATE)
def test_the_page_shows_every_step_that_the_table_allows_and_no_other(at_desk: Any, officer: User, state: str) -> None:
    case = EVERY_STATE[state]()
    assert case.state == state
    desk = at_desk(officer).open(url(case))
    offered = {path.rpartition("/")[2] for path in desk.forms() if "/do/" in path}
    allowed = set(open_actions(Kind.RETURN, State(state), Role.OFFICER)) - transfers.not_now(
        case, actors.of_user(officer)
    )
    expected = {a.value.replace("_", "-") for a in allowed}
    not_always = ACCEPTED | {"change-shop"}
    assert offered - not_always == expected - not_always
    assert offered <= expected


def test_every_step_that_the_table_allows_the_staff_has_a_form() -> None:
    allowed = {a for state in State for a in open_actions(Kind.RETURN, state, Role.OFFICER)}
    rows = [a for table in return_actions.TABLES[Kind.RETURN] for a in table]
    assert {a.action for a in rows} == allowed
    assert len({a.code for a in rows}) == len(rows)


def test_a_return_is_told_as_one_and_nothing_of_a_dispute_stands_there(desk: Browser) -> None:
    case = returned.requested()
    desk.open(url(case))
    for words in (
        "Return: Hill City Gifts", "Silk scarf × 1", "A promise of this shop", "version 1", "7 days", "Not decided yet",
        "With the visitor", "Nobody has taken it in yet.", "CN¥388.00", "T0: no tax refund form was issued", "The shop answers the return",
    ):  # fmt: skip
        assert words in desk.text, words
    for words in ("First authority", "authorised no hand-over", "Nothing was written in own words"):
        assert words not in desk.text, words


def test_what_the_shop_wrote_to_the_visitor_is_no_internal_note(desk: Browser) -> None:
    case = returned.requested()
    with transaction():
        deciding.approve(case.id, None, make.shop_of(case), "可以退，请带上小票。")
    desk.open(url(case))
    assert "可以退，请带上小票。" in desk.text
    assert "Internal notes None yet." in " ".join(desk.text.split())


def test_the_page_says_who_had_the_goods_when_under_which_seal_and_where_they_are(desk: Browser) -> None:
    case = returned.approved()
    airport = returned.desk()
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(airport), returned.handed(case, Grade.AS_NEW), seal="CQ-0007")
    desk.open(url(case))
    for words in ("Visitor → Return desk · Jiangbei Airport return desk", "Seal CQ-0007", "As new", "Kept by a desk"):
        assert words in desk.text, words


def test_a_difference_after_the_hand_over_is_said_to_be_between_shop_and_desk(desk: Browser) -> None:
    case = returned.approved()
    airport = returned.desk(accepting=case.shop)
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(airport), returned.handed(case, Grade.AS_NEW))
        handing.hand_on(
            case.id, None, returned.at_desk(airport), [i.id for i in returned.record(case).items], carrier="顺丰"
        )
    with transaction():
        items = returned.record(case).items
        handing.take_in(
            case.id, None, make.shop_of(case), returned.handed(case), giver=handing.Hand(handing.Holder.CARRIER)
        )
        results = [Result(i.id, True, Grade.DAMAGED, difference=RejectionReason.DAMAGED) for i in items]
        inspecting.inspect(case.id, None, make.shop_of(case), results)
    desk.open(url(case))
    assert "That is between shop and desk" in desk.text
    assert "differs from the hand-over: Damaged" in desk.text


def test_who_owes_whom_of_the_tax_is_shown_to_the_fen_and_marked_unverified(desk: Browser) -> None:
    case = returned.refund_due()
    with transaction():
        taxing.record(case.id, None, make.shop_of(case), returned.tax_told(TaxState.T1), "INV-1")
    desk.open(url(case))
    for words in (
        "TR-2026-0001",
        "Unverified values",
        "What has to be done, and who owes whom",
        "unverified",
        "Exact to the fen",
    ):
        assert words in desk.text, words


def test_after_the_departure_a_person_decides_and_reads_the_price_less_the_tax(desk: Browser) -> None:
    case = after_departure()
    assert case.state == State.TRIAGE
    desk.open(f"{url(case)}?do=approve")
    assert "A person decides" in desk.text
    assert (
        "The price less the tax already refunded would be CN¥373.00" in desk.text
    )  # half of the 30 yuan fall on this scarf
    desk.submit("/do/approve", words="店铺同意，按扣税价退。")
    assert fresh(case).state == State.APPROVED
    assert returned.record(case).decided_by.startswith("officer:")


def test_signs_of_abuse_are_named_and_refuse_nothing(desk: Browser) -> None:
    first = returned.requested()
    for _n in range(3):
        case = returned.requested(first.shop)
    desk.open(url(case))
    assert "Several returns to this merchant from the same address within a month" in desk.text
    assert "These signs refuse nothing" in desk.text


def test_a_return_and_the_dispute_that_it_became_lead_to_each_other(desk: Browser) -> None:
    case = refused()
    desk.open(url(case)).submit("/do/make-dispute", words="The vase has no crack.")
    record = returned.record(case)
    assert fresh(case).state == State.CLOSED
    assert record.dispute is not None
    assert url(record.dispute) in desk.links()
    desk.open(url(record.dispute))
    assert url(case) in desk.links()
    assert spoken(case.number) in desk.text


@pytest.mark.parametrize(
    ("builder", "code", "typed", "state"),
    [
        (returned.requested, "triage", {}, State.TRIAGE),
        (returned.requested, "ask-tourist", {"question": "Which colour is it?"}, State.AWAITING_TOURIST),
        (triage_of, "send-to-shop", {"note": "请尽快答复。"}, State.REQUESTED),
        (triage_of, "approve", {"words": "店长来电同意。"}, State.APPROVED),
        (triage_of, "close", {"outcome": "out_of_scope", "words": "不属于退货。"}, State.CLOSED),
        (returned.refund_due, "report-refund", {"means": "original_card", "payment_reference": "RF-9"}, State.REFUNDED),
        (returned.requested, "record-tax", {"what": "T1", "form_number": "TR-1", "invoice_number": "INV-1"}, State.REQUESTED),
        (returned.received, "hand-on", {"carrier": "顺丰", "tracking_number": "SF1"}, State.GOODS_RECEIVED),
        (returned.received, "give-back", {}, State.GOODS_RECEIVED),
        (closed, "reopen", {"words": "钱被退回。"}, State.TRIAGE),
        (returned.requested, "note", {"words": "已电话联系店长。"}, State.REQUESTED),
        (returned.requested, "write", {"words": "请双方补充照片。"}, State.REQUESTED),
        (closed, "erase", {"sure": "y"}, State.CLOSED),
    ],
)  # fmt: skip
def test_each_step_is_taken_from_the_page(
    desk: Browser, builder: Callable[[], Case], code: str, typed: dict[str, Any], state: State
) -> None:
    case = builder()
    if code in ("hand-on", "give-back"):
        typed = {**typed, "items": [str(i.id) for i in returned.record(case).items]}
    desk.open(url(case)).submit(f"/do/{code}", **typed)
    assert fresh(case).state == state, desk.text[:600]
    assert not desk.errors()


def test_what_was_put_right_of_the_tax_is_recorded_from_the_page(desk: Browser) -> None:
    case = returned.refund_due()
    with transaction():
        taxing.record(case.id, None, make.shop_of(case), returned.tax_told(TaxState.T1), "INV-1")
    desk.open(url(case)).submit("/do/report-refund", means="cash", status=200)
    assert "First void the tax refund form" in desk.errors()
    desk.open(url(case)).submit("/do/record-tax", what="voided")
    assert returned.record(case).tax.voided_at is not None
    desk.submit("/do/report-refund", means="cash")
    assert fresh(case).state == State.REFUNDED
    assert "Written down with the refund" in desk.text


def test_an_erased_return_still_opens_and_names_nothing(desk: Browser) -> None:
    case = closed()
    desk.open(url(case)).submit("/do/erase", sure="y")
    desk.open(url(case))
    assert "were erased" in desk.text
    for words in ("Silk scarf", "Hanako", "INV-1", "RF-77"):
        assert words not in desk.text, words
    assert not any(each in path for path in desk.forms() for each in ("/do/erase", "/do/reopen", "/do/record-tax"))


def test_the_page_of_a_return_asks_the_database_a_bounded_number_of_questions(
    desk: Browser, counted: Callable[[Callable[[], object]], int]
) -> None:
    case = returned.refunded()
    desk.open(url(case))
    assert counted(lambda: desk.open(url(case))) < 60
