"""The table of steps: every combination of state, action and role, and that no case can get stuck."""

import itertools

import pytest

from disputes.rules import clocks, notices
from disputes.rules.clocks import CLOCKS, ClockName
from disputes.rules.lifecycle import (
    BY_STATE_AND_ACTION,
    DISPUTE_STATES,
    HELD_STATES,
    OPEN_STATES,
    RESOLVED_OUTCOMES,
    RETURN_STATES,
    STEPS,
    Action,
    Kind,
    Outcome,
    Role,
    State,
    StepRefused,
    may,
    open_actions,
    reachable,
    step_for,
)

DISPUTE, RETURN = Kind.DISPUTE, Kind.RETURN
OPEN = [(DISPUTE, state) for state in DISPUTE_STATES] + [(RETURN, state) for state in RETURN_STATES]
STORED_STATES = [s for s in State if s is not State.BACK]


def test_no_two_rows_say_what_an_action_does_in_one_state():
    assert len(BY_STATE_AND_ACTION) == len(STEPS)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", [None, *STORED_STATES])
def test_every_combination_is_either_in_the_table_or_refused(kind, state):
    for action, role in itertools.product(Action, Role):
        row = next((s for s in STEPS if s.kind is kind and s.state is state and s.action is action), None)
        if row is not None and role in row.roles:
            assert step_for(kind, state, action, role) is row
            assert may(kind, state, action, role)
        else:
            assert not may(kind, state, action, role)
            with pytest.raises(StepRefused):
                step_for(kind, state, action, role)


def test_every_state_can_be_reached():
    assert reachable(DISPUTE) == {*DISPUTE_STATES, State.CLOSED}
    assert reachable(RETURN) == {*RETURN_STATES, State.CLOSED}
    assert set(OPEN_STATES) == {*DISPUTE_STATES, *RETURN_STATES}


@pytest.mark.parametrize(("kind", "state"), OPEN)
def test_from_every_open_state_a_case_can_be_closed(kind, state):
    seen, frontier = set(), {state}
    while frontier:
        seen |= frontier
        ends = {s.end for s in STEPS if s.kind is kind and s.state in frontier}
        frontier = ends - seen - {State.BACK}
    assert State.CLOSED in seen


@pytest.mark.parametrize("state", DISPUTE_STATES)
def test_a_tourist_can_always_withdraw(state):
    assert Action.WITHDRAW in open_actions(DISPUTE, state, Role.TOURIST)


def test_a_return_can_be_withdrawn_while_the_goods_are_not_on_their_way():
    may_withdraw = {s.state for s in STEPS if s.kind is RETURN and s.action is Action.WITHDRAW}
    assert may_withdraw == set(RETURN_STATES) - {
        State.HANDED_OVER,
        State.GOODS_RECEIVED,
        State.REFUND_DUE,
        State.REFUNDED,
    }


@pytest.mark.parametrize("state", RETURN_STATES)
def test_goods_are_never_handed_over_by_somebody_who_cannot_have_them(state):
    for action in (Action.DEPOSIT, Action.RECEIVE_GOODS, Action.HAND_ON, Action.GIVE_BACK):
        row = BY_STATE_AND_ACTION.get((RETURN, state, action))
        assert row is None or not {Role.TOURIST, Role.COMPANION, Role.COUNTER} & set(row.roles)


def test_what_a_shop_refuses_rejects_or_leaves_unpaid_can_become_a_dispute():
    for state in (State.REFUSED, State.REJECTED, State.TRIAGE):
        assert may(RETURN, state, Action.MAKE_DISPUTE, Role.TOURIST)
    assert step_for(RETURN, State.REFUND_DUE, Action.ESCALATE, Role.SYSTEM).end is State.TRIAGE


@pytest.mark.parametrize(("kind", "state"), [row for row in OPEN if row[1] not in HELD_STATES])
def test_a_clock_runs_in_every_open_state_that_is_not_held(kind, state):
    clocks_here = [c for c in CLOCKS if c.kind is kind and state in c.runs_in]
    started = {c.name for c in clocks_here if not c.starts_on}
    arriving = {
        c.name for c in clocks_here if set(c.starts_on) & {s.action for s in STEPS if s.kind is kind and s.end is state}
    }
    assert started | arriving, f"nothing runs in {state}"


@pytest.mark.parametrize("clock", CLOCKS, ids=lambda c: c.name)
def test_each_lapse_has_a_step_to_take_in_every_state_the_clock_runs_in(clock):
    for state in clock.runs_in:
        assert may(clock.kind, state, clock.on_lapse, Role.SYSTEM)
        if clock.unauthorised is not None:
            assert may(clock.kind, state, clock.unauthorised, Role.SYSTEM)


@pytest.mark.parametrize("step", [s for s in STEPS if s.end not in (State.CLOSED, State.BACK, *HELD_STATES)], ids=str)
def test_after_every_step_into_an_open_state_somebody_has_a_clock(step):
    before = step.state
    started = {c.name for c in clocks.started_by(step, before, step.end)}
    going_on = {
        c.name
        for c in CLOCKS
        if step.end in c.runs_in and before in c.runs_in and not clocks.ended_by(c.name, step.action, step.end)
    }
    assert started | going_on


def test_silence_of_the_shop_is_never_an_admission_and_never_a_settlement():
    lapses = [c for c in CLOCKS if c.owes is Role.MERCHANT]
    assert lapses
    for clock in lapses:
        for state in clock.runs_in:
            for action in filter(None, (clock.on_lapse, clock.unauthorised)):
                assert step_for(clock.kind, state, action, Role.SYSTEM).end not in (State.SETTLED, State.CLOSED)


def test_silence_of_the_tourist_never_accepts_and_is_never_reported_as_resolved():
    assert {c.on_lapse for c in CLOCKS if c.owes is Role.TOURIST} == {
        Action.ESCALATE,
        Action.CLOSE_DORMANT,
        Action.CLOSE_UNCONFIRMED,
    }
    assert not {Outcome.DORMANT, Outcome.PERFORMED_UNCONFIRMED} & set(RESOLVED_OUTCOMES)


def test_only_the_tourist_can_say_that_the_money_has_arrived():
    for action in (Action.CONFIRM, Action.WAIVE, Action.DENY):
        assert {role for s in STEPS if s.action is action for role in s.roles} == {Role.TOURIST}


def test_somebody_unverified_at_the_counter_may_offer_and_report_payment_and_nothing_else():
    assert {s.action for s in STEPS if Role.COUNTER in s.roles} == {Action.OFFER, Action.REPORT_PERFORMANCE}


def test_an_emergency_has_no_clock_and_no_mediation():
    assert not [c for c in CLOCKS if State.LIAISON in c.runs_in]
    assert {s.end for s in STEPS if s.state is State.LIAISON} <= {State.LIAISON, State.TRIAGE, State.CLOSED}


def test_every_clock_stands_once_and_names_a_rule():
    assert sorted(c.name for c in CLOCKS) == sorted(ClockName)
    assert all(c.rule.startswith(("S-", "R-")) for c in CLOCKS)


def test_every_notice_belongs_to_a_step_and_every_step_that_moves_a_case_tells_somebody():
    actions = {(s.kind, s.action) for s in STEPS}
    assert set(notices.NOTICES) <= actions
    moving = {(s.kind, s.action) for s in STEPS if s.state is not s.end}
    assert moving - set(notices.NOTICES) <= {(DISPUTE, Action.CLEAR_EMERGENCY)}


def test_nobody_is_told_what_they_did_themselves_but_the_tourist_gets_receipts():
    assert (Role.MERCHANT, "settled-shop") not in notices.told(DISPUTE, Action.ACCEPT_CLAIM, Role.MERCHANT)
    assert (Role.TOURIST, "settled") in notices.told(DISPUTE, Action.ACCEPT, Role.TOURIST)
    assert Role.TOURIST not in {role for role, _ in notices.told(DISPUTE, Action.WRITE, Role.TOURIST)}
