"""Killing worker, broker, database and beat in the middle of the work loses nothing and doubles nothing; the short form of ``make faults``."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.cases import MOMENTS, RECIPES
from tests.faults.harness import PLAN, Line, Report, Run, moments_of, only
from tests.faults.records import Due, Record, Row, differences
from tests.faults.strikes import FAULTS
from tests.faults.struck import _said
from tests.faults.system import System

pytestmark = pytest.mark.processes

SHORT = (
    "worker killed", "broker killed", "working process killed", "worker killed between two steps", "broker emptied",
    "database connections ended", "mail server drops after DATA", "database crashed", "web killed during a hand-over",
)  # fmt: skip


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
    report = Run(system, len(RECIPES), moments_of(list(SHORT)))()
    assert report.clean, str(report)
    assert report.steps > 20, f"there was nothing to strike:\n{report}"


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_strikes_does_not_matter(system: System, seed: int) -> None:
    plan = list(PLAN)
    random.Random(seed).shuffle(plan)
    report = Run(system, 84, moments_of(plan), seed)()
    assert report.clean, str(report)


# --- a fault would show


AT = datetime(2026, 9, 14, tzinfo=UTC)
STEP = Row(1, ("offer", "with_merchant", "offered", "merchant"))
LETTER = Row(1, ("step", "offer 1", "tourist:offer-made"))
WHOLE = Record([STEP], [], [Row(1, ("tourist_reply 1", "tourist"))], {"tourist_reply 1": Due(AT, AT)}, [LETTER], [])


def found(**changed: object) -> Counter[str]:
    """What is said of a case in which this is other than in peace."""
    disturbed = deepcopy(WHOLE)
    for part, value in changed.items():
        setattr(disturbed, part, value)
    return Counter(each.sort for each in differences({"a": WHOLE, "b": WHOLE}, {"a": disturbed, "b": WHOLE}))


def test_two_runs_that_did_the_same_do_not_differ() -> None:
    assert not found()


def test_a_lost_and_a_doubled_step_would_show() -> None:
    assert found(steps=[]) == {"lost": 1}
    assert found(steps=[STEP, STEP]) == {"doubled": 1}
    assert found(departures=[STEP]) == {"doubled": 1}


def test_a_lost_letter_and_one_too_many_would_show() -> None:
    assert found(letters=[]) == {"letter lost": 1}
    assert found(letters=[LETTER, LETTER]) == {"other": 1}


def test_another_deadline_and_another_row_of_a_named_table_would_show() -> None:
    assert found(deadlines=[]) == {"other": 1}
    assert found(dues={"tourist_reply 1": Due(AT, AT + timedelta(days=1))}) == {"other": 1}
    assert found(others=[Row(1, ("settlements", "None"))]) == {"other": 1}


def test_steps_in_another_order_would_show() -> None:
    other = Row(1, ("accept", "offered", "settled", "tourist"))
    one, two = deepcopy(WHOLE), deepcopy(WHOLE)
    one.steps, two.steps = [STEP, other], [other, STEP]
    assert [each.sort for each in differences({"a": one}, {"a": two})] == ["other"]


def test_a_case_too_many_and_a_case_too_few_would_show() -> None:
    assert [each.sort for each in differences({"a": WHOLE}, {"a": WHOLE, "a again": WHOLE})] == ["doubled"]
    assert [each.sort for each in differences({"a": WHOLE}, {})] == ["lost"]


def test_only_the_first_difference_of_a_case_counts_since_the_others_follow_from_it() -> None:
    later = deepcopy(WHOLE)
    later.steps.append(Row(5, ("accept", "offered", "settled", "tourist")))
    assert [each.moment for each in differences({"a": later}, {"a": Record()})] == [1, 1, 1]


def test_a_run_is_clean_only_when_everything_but_uncertain_attempts_is_zero() -> None:
    assert Report(1, 1, [], [Line("worker killed", cases=9, letters=5, uncertain=3)]).clean
    for wrong in ("lost", "doubled", "missed", "letters_lost", "letters_twice", "other"):
        line = Line("worker killed", cases=9)
        setattr(line, wrong, 1)
        assert not Report(1, 1, [], [line]).clean, wrong
        assert "worker killed" in Report(1, 1, [], [line]).table()


def test_the_whole_run_has_every_fault_and_a_moment_for_each() -> None:
    assert set(PLAN) == set(FAULTS)
    assert len(PLAN) == len(MOMENTS)
    for name in FAULTS:
        assert name in {moment.fault.name for moment in only(name)}


def test_the_statement_before_a_kill_is_named_in_a_few_words() -> None:
    assert _said("SELECT cases.id \nFROM cases WHERE x FOR UPDATE OF cases") == "SELECT cases, locked"
    assert _said("INSERT INTO case_events (a) VALUES (1)") == "INSERT INTO case_events"
    assert _said("UPDATE cases SET state = 'x'") == "UPDATE cases"
