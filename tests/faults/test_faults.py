"""Killing worker, broker and database in the middle of the work loses nothing and doubles nothing."""

from __future__ import annotations

import dataclasses
import os
import random
from collections.abc import Iterator

import pytest

from tests.faults.cases import MOMENTS
from tests.faults.harness import run
from tests.faults.records import Record, differences
from tests.faults.system import STRIKES, System, kill_beat, kill_leader

pytestmark = pytest.mark.processes

SHORT = [strike for strike in STRIKES.values() if strike is not kill_leader]


@pytest.fixture
def system() -> Iterator[System]:
    before = os.umask(0o077)
    made = System()
    try:
        yield made
    finally:
        made.stop()
        os.umask(before)


def test_whatever_is_killed_in_the_middle_nothing_is_lost_and_nothing_doubled(system: System) -> None:
    report = run(system, 16, SHORT, MOMENTS[: len(SHORT) + 1])
    assert len(report.strikes) == len(SHORT)
    assert sum(bool(left) for _, left in report.strikes) > len(SHORT) / 2, f"the strikes came too late:\n{report}"


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_strikes_does_not_matter(system: System, seed: int) -> None:
    order = [strike for strike in STRIKES.values() if strike is not kill_beat]
    random.Random(seed).shuffle(order)
    run(system, 84, [*order, kill_beat])


def test_a_lost_step_and_a_doubled_letter_would_show() -> None:
    step, letter = ("offer", "with_merchant", "offered", "merchant"), ("step", "offer 1", "tourist:offer-made")
    whole = Record("offered", None, (step,), 0, (), (letter,), ("open",), (0, 0))
    assert differences([whole], [whole]) == []
    for changed in (
        dataclasses.replace(whole, steps=()),
        dataclasses.replace(whole, letters=(letter, letter)),
        dataclasses.replace(whole, departures=1),
        dataclasses.replace(whole, state="mediation"),
    ):
        assert len(differences([whole], [changed])) == 1
    assert differences([whole, whole], [whole]) == ["2 cases in peace, and 1 disturbed"]
