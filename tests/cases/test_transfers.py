"""A case on its way between two offices: never without an owner, never without a clock."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.actors import Actor
from disputes.cases import commands, sweeps, transfers
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.notifications.models import Message
from disputes.regions import queries as regions
from disputes.rules.lifecycle import TRANSFERABLE, Action, Kind, StepRefused, may
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")
WHY = "店铺总部在成都，由四川处理更快。"


def of(office: str) -> Actor:
    return actors.of_user(make.officer(office))


def offered(case: Case | None = None) -> tuple[Case, Actor, Actor]:
    """A case of Chongqing that is offered to Sichuan, with its officer and one of Sichuan."""
    case = case or make.mediation()
    here, there = make.officer_of(case), of("SC")
    make.supervisor(case.office.code)
    with transaction():
        transfers.propose(case.id, None, here, regions.office("SC").id, WHY)
    return case, here, there


def told(case: Case, template: str) -> set[str]:
    query = select(Message.recipient).where(Message.case_id == case.id, Message.template == template)
    return set(db.session.scalars(query))


def test_until_the_other_office_accepts_the_case_and_its_clocks_stay() -> None:
    case = make.mediation()
    before = (case.office.code, case.officer_id, case.waiting_on, case.state, [d.due_at for d in case.ladder_deadlines])
    case, here, there = offered(case)
    assert before[1] in (None, case.officer_id)
    assert (case.office.code, case.state) == (before[0], before[3])
    assert [d.due_at for d in case.ladder_deadlines] == before[4]
    assert case.waiting_on == before[2]
    assert case.open_transfer is not None
    assert {d.clock for d in case.running_deadlines} == {"decision", "transfer"}
    assert [t.case_id for t in transfers.incoming(there)] == [case.id]
    assert [t.case_id for t in transfers.outgoing(here)] == [case.id]
    assert told(case, "transfer-proposed")


def test_with_the_acceptance_the_case_is_theirs_with_all_its_dates() -> None:
    case, here, there = offered()
    due = [d.due_at for d in case.ladder_deadlines]
    with transaction():
        transfers.accept(case.id, case.version, there)
    assert (case.office.code, case.officer_id) == ("SC", there.user_id)
    assert [d.due_at for d in case.ladder_deadlines] == due
    assert (case.open_transfer, case.transfers[0].ending) == (None, "accepted")
    event = case.events[-1]
    assert event.action == Action.ACCEPT_TRANSFER
    assert event.details["handover"]["asked"] == case.claim.package
    assert f"user:{here.user_id}" in told(case, "transfer-accepted")
    assert transfers.incoming(there) == []


def test_sent_back_it_stays_and_the_sender_reads_why() -> None:
    case, here, there = offered()
    with transaction():
        transfers.send_back(case.id, None, there, "店铺就在渝中。")
    assert case.office.code == make.DESK
    assert case.transfers[0].ending == "returned"
    assert f"user:{here.user_id}" in told(case, "transfer-returned")
    with transaction():
        transfers.propose(case.id, None, here, regions.office("SC").id, WHY)
    assert case.open_transfer is not None


def test_an_unanswered_transfer_lapses_back_to_the_senders_supervisor() -> None:
    case, here, there = offered()
    deadline = case.open_transfer.deadline  # type: ignore[union-attr]
    with transaction():
        clock.stand_at(deadline.due_at)
    while sweeps.lapse_next():
        pass
    db.session.expire_all()
    assert case.office.code == make.DESK
    assert case.transfers[0].ending == "lapsed"
    assert any(e.action == Action.LAPSE_TRANSFER for e in case.events)
    assert {name for name in told(case, "transfer-lapsed") if name.startswith("user:")}
    assert [t.case_id for t in transfers.unanswered(here, case.filed_at)] == [case.id]
    with pytest.raises(Refused, match="no_transfer"), transaction():
        transfers.accept(case.id, None, there)
    assert case.running_deadlines


def test_a_case_that_closes_meanwhile_leaves_no_transfer_behind() -> None:
    case, _here, there = offered()
    with transaction():
        commands.withdraw(case.id, None, make.tourist_of(case))
    assert (case.open_transfer, case.transfers[0].ending) == (None, "overtaken")
    assert transfers.incoming(there) == []
    with pytest.raises((Refused, StepRefused)), transaction():
        transfers.accept(case.id, None, there)


def test_the_offer_can_be_taken_back_by_its_own_office_alone() -> None:
    case, here, there = offered()
    with pytest.raises(Refused, match="not_your_office"), transaction():
        transfers.take_back(case.id, None, there)
    with transaction():
        transfers.take_back(case.id, None, here)
    assert case.transfers[0].ending == "withdrawn"


def test_only_the_right_office_may_take_each_step() -> None:
    case, here, there = offered()
    stranger = of("CQ")
    for by in (here, stranger):
        with pytest.raises(Refused, match="not_your_office"), transaction():
            transfers.accept(case.id, None, by)
        with pytest.raises(Refused, match="not_your_office"), transaction():
            transfers.send_back(case.id, None, by, "不")
    with pytest.raises(Refused, match="not_your_office"), transaction():
        transfers.propose(case.id, None, there, regions.office("CQ").id, WHY)
    with pytest.raises(Refused, match="transfer_open"), transaction():
        transfers.propose(case.id, None, here, regions.office("CQ").id, WHY)
    assert transfers.not_now(case, stranger) == frozenset(transfers.STEPS)


@pytest.mark.parametrize("office", [make.DESK, None])
def test_there_must_be_another_office_that_is_open(office: str | None) -> None:
    case = make.mediation()
    by = make.officer_of(case)
    with transaction():
        regions.office("SC").active = False
    target = regions.office(office or "SC").id
    with pytest.raises(Refused, match="no_other_office"), transaction():
        transfers.propose(case.id, None, by, target, WHY)


def test_a_transfer_needs_a_reason() -> None:
    case = make.mediation()
    with pytest.raises(Refused, match="reasons_missing"), transaction():
        transfers.propose(case.id, None, make.officer_of(case), regions.office("SC").id, "  ")


def test_the_officer_who_gets_it_must_belong_to_the_other_office() -> None:
    case, here, there = offered()
    with pytest.raises(Refused, match="no_such_officer"), transaction():
        transfers.accept(case.id, None, there, here.user_id)
    colleague = make.officer("SC")
    with transaction():
        transfers.accept(case.id, None, there, colleague.id)
    assert case.officer_id == colleague.id
    assert f"user:{colleague.id}" in told(case, "case-assigned")


def test_a_reminder_goes_to_the_office_that_owes_the_answer() -> None:
    supervisor = make.supervisor("SC")
    case, here, _there = offered()
    deadline = case.open_transfer.deadline  # type: ignore[union-attr]
    assert deadline.remind_at is not None
    with transaction():
        clock.stand_at(deadline.remind_at)
    while sweeps.remind_next():
        pass
    query = select(Message.recipient).where(Message.deadline_id == deadline.id)
    assert f"user:{supervisor.id}" in set(db.session.scalars(query))
    assert f"user:{here.user_id}" not in set(db.session.scalars(query))


@pytest.mark.parametrize("kind", Kind)
def test_every_state_from_which_a_case_can_be_offered_has_all_answers(kind: Kind) -> None:
    for state in TRANSFERABLE[kind]:
        for action in transfers.STEPS:
            assert may(kind, state, action, actors.Role.OFFICER)
        assert may(kind, state, Action.LAPSE_TRANSFER, actors.Role.SYSTEM)
