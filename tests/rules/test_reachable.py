"""Every pair of a state and the clocks that can run in it, walked from the filing on: no lapse comes to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from disputes.rules.clocks import BY_NAME, CLOCKS, ClockName, ended_by, started_by
from disputes.rules.lifecycle import HELD_STATES, STEPS, Action, Kind, Role, State, Step, may, step_for

KINDS = [kind for kind in Kind if any(clock.kind is kind for clock in CLOCKS)]


@dataclass(frozen=True)
class Standing:
    """Where a case stands: its state, the clocks that run, and the state to which an answer of the tourist leads back."""

    state: State
    clocks: frozenset[ClockName]
    asked_from: State | None = None

    def __str__(self) -> str:
        return f"{self.state} with {', '.join(sorted(self.clocks)) or 'no clock'}"


@cache
def walked(kind: Kind) -> frozenset[Standing]:
    """All standings that a case of this kind can come to."""
    frontier = {_after(None, step) for step in STEPS if step.kind is kind and step.state is None}
    seen: set[Standing] = set()
    while frontier:
        seen |= frontier
        frontier = {later for standing in frontier for later in _next(kind, standing)} - seen
    return frozenset(seen)


def _next(kind: Kind, standing: Standing) -> Iterator[Standing]:
    for step in STEPS:
        if step.kind is kind and step.state is standing.state:
            for role in step.roles:
                yield from _taken(standing, step, role)
    if not any(BY_NAME[name].recorded for name in standing.clocks):  # of an authority's clocks one at a time, whichever
        for clock in CLOCKS:
            if clock.recorded and clock.kind is kind and standing.state in clock.runs_in:
                yield replace(standing, clocks=standing.clocks | {clock.name})
    for name in standing.clocks:
        without = replace(standing, clocks=standing.clocks - {name})
        for action in consequences(name):
            if may(kind, standing.state, action, Role.SYSTEM):
                yield _after(without, step_for(kind, standing.state, action, Role.SYSTEM))


def _taken(standing: Standing, step: Step, role: Role) -> Iterator[Standing]:
    """The standing after a step of a person. Of two consents to a proposal the first meets only the clock of who gave it."""
    if step.action is Action.AGREE:
        own = {name for name in standing.clocks if BY_NAME[name].owes is role}
        of_parties = {name for name in standing.clocks if BY_NAME[name].owes in (Role.TOURIST, Role.MERCHANT)}
        if own and own != of_parties:  # the second consent is another step
            yield replace(standing, clocks=standing.clocks - own)
    else:
        yield _after(standing, step)


def _after(standing: Standing | None, step: Step) -> Standing:
    """The standing after a step, by the same tables and in the same order as ``advance`` reads them."""
    before = standing.state if standing else None
    after = standing.asked_from if standing and step.end is State.BACK else step.end
    assert after is not None
    assert after is not State.BACK
    going_on = {name for name in (standing.clocks if standing else ()) if not ended_by(name, step.action, after)}
    started = {clock.name for clock in started_by(step, before, after)}
    asked_from = None
    if after is State.AWAITING_TOURIST:
        asked_from = standing.asked_from if standing and before is after else before
        asked_from = State.MEDIATION if asked_from is State.PROPOSED else asked_from
    return Standing(after, frozenset(going_on | started), asked_from)


def consequences(name: ClockName) -> tuple[Action, ...]:
    """What the system may have to do when this clock lapses: with the tourist's authorisation of a hand-over, and without."""
    clock = BY_NAME[name]
    return tuple(action for action in (clock.on_lapse, clock.unauthorised) if action is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_in_every_state_that_can_be_reached_each_running_clock_has_a_step_to_take_when_it_lapses(kind: Kind) -> None:
    stuck = {
        f"{standing}: when {name} lapses the system may not {action}"
        for standing in walked(kind)
        for name in standing.clocks
        for action in consequences(name)
        if not may(kind, standing.state, action, Role.SYSTEM)
    }
    assert not stuck, "\n".join(sorted(stuck))


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_lapse_somebody_owes_the_next_thing_or_the_case_is_closed(kind: Kind) -> None:
    idle = set()
    for standing in walked(kind):
        for name in standing.clocks:
            without = replace(standing, clocks=standing.clocks - {name})
            for action in consequences(name):
                later = _after(without, step_for(kind, standing.state, action, Role.SYSTEM))
                if not later.clocks and later.state is not State.CLOSED and later.state not in HELD_STATES:
                    idle.add(f"{standing}: nobody owes anything after {name} lapsed into {later}")
    assert not idle, "\n".join(sorted(idle))


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_case_always_has_a_running_clock_unless_a_person_or_the_routing_task_holds_it(kind: Kind) -> None:
    idle = {str(s) for s in walked(kind) if not s.clocks and s.state is not State.CLOSED and s.state not in HELD_STATES}
    assert not idle, "\n".join(sorted(idle))


@pytest.mark.parametrize("kind", KINDS)
def test_no_clock_runs_in_a_closed_case_or_in_a_state_in_which_none_may_run(kind: Kind) -> None:
    running = {str(s) for s in walked(kind) if s.clocks and (s.state is State.CLOSED or s.state in HELD_STATES)}
    assert not running, "\n".join(sorted(running))


@pytest.mark.parametrize("kind", KINDS)
def test_a_clock_runs_only_where_its_wiring_says(kind: Kind) -> None:
    astray = {
        f"{name} runs in {standing.state}"
        for standing in walked(kind)
        for name in standing.clocks
        if standing.state not in BY_NAME[name].runs_in or BY_NAME[name].kind is not kind
    }
    assert not astray


@pytest.mark.parametrize("kind", KINDS)
def test_every_clock_of_the_table_can_come_to_run(kind: Kind) -> None:
    running = {name for standing in walked(kind) for name in standing.clocks}
    assert running == {name for name, clock in BY_NAME.items() if clock.kind is kind}


@pytest.mark.parametrize("kind", KINDS)
def test_silence_alone_brings_every_case_to_an_end_or_to_a_person_who_is_reminded_again(kind: Kind) -> None:
    """However long nobody does anything: each lapse leads on, to a closed case or to a clock of the staff that starts anew."""
    for standing in walked(kind):
        here, seen = standing, set()
        while here.clocks and here not in seen:
            seen.add(here)
            name = min(here.clocks, key=lambda each: (not BY_NAME[each].recorded, each))
            action = BY_NAME[name].unauthorised or BY_NAME[name].on_lapse
            here = _after(replace(here, clocks=here.clocks - {name}), step_for(kind, here.state, action, Role.SYSTEM))
        end = [BY_NAME[name].owes for name in here.clocks]
        by_staff = set(end) <= {Role.OFFICER, Role.SUPERVISOR}
        assert here.state in (State.CLOSED, *HELD_STATES) or by_staff, f"{standing} ends in {here}"
