"""The replay of an authority's facts: whatever is recorded late, corrected or paused gives the dates that the facts give."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.law import reading
from disputes.rules import procedure
from disputes.rules.clocks import BY_NAME, ClockName
from disputes.rules.counting import version_for
from disputes.rules.procedure import PROCEDURES, SAMR, TOURISM, Fact, FactKind, due_of, mistake, replay

BOOK = reading.seeds()
TODAY = date(2026, 11, 21)
START = date(2026, 4, 20)  # in force from 2026-04-15; all that follows lies in published years
days = st.integers(0, 120).map(lambda n: START + timedelta(days=n))
tests = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 12)), max_size=4)


def fact(number, kind, on, until=None):
    return Fact(number, kind, on, until)


def mediation(accepted, pauses, today=TODAY):
    """The due of the mediation after these tests, each so many days after acceptance and so many days long."""
    facts = [fact(1, FactKind.RECEIVED, accepted), fact(2, FactKind.ACCEPTED, accepted)]
    facts += [
        fact(n, FactKind.TEST_BEGAN, accepted + timedelta(days=after), accepted + timedelta(days=after + length))
        for n, (after, length) in enumerate(pauses, 3)
    ]
    return of(facts, today)


def of(facts, today=TODAY):
    run = next(run for run in replay(SAMR, facts) if run.clock.name is ClockName.SAMR_MEDIATES)
    rule = version_for(BOOK.rules, run.clock.rule, procedure.received_on(facts))
    return due_of(run, rule, BOOK.calendar, today)


@given(days, tests)
def test_the_order_of_recording_does_not_matter(accepted, pauses):
    assert mediation(accepted, pauses) == mediation(accepted, list(reversed(pauses)))


@given(days, tests, st.tuples(st.integers(1, 50), st.integers(0, 12)))
def test_one_more_test_never_makes_it_earlier_and_taking_it_back_gives_the_old_day(accepted, pauses, one):
    before = mediation(accepted, pauses)
    assert mediation(accepted, [*pauses, one]).due_on >= before.due_on
    assert mediation(accepted, pauses) == before


@given(days, tests)
def test_a_day_counts_once_however_many_tests_cover_it(accepted, pauses):
    assert mediation(accepted, pauses + pauses).due_on == mediation(accepted, pauses).due_on


@given(days, st.integers(1, 40), st.integers(0, 20))
def test_a_test_whose_end_is_recorded_later_counts_like_one_whose_end_was_known(accepted, after, length):
    first, last = accepted + timedelta(days=after), accepted + timedelta(days=after + length)
    base = [fact(1, FactKind.RECEIVED, accepted), fact(2, FactKind.ACCEPTED, accepted)]
    known = of([*base, fact(3, FactKind.TEST_BEGAN, first, last)])
    later = of([*base, fact(3, FactKind.TEST_BEGAN, first), fact(4, FactKind.TEST_ENDED, last)])
    assert (known.due_on, known.lines) == (later.due_on, later.lines)


@given(days, st.integers(1, 40), st.integers(0, 60))
def test_an_open_test_moves_on_with_every_day_and_is_never_over(accepted, after, waited):
    first = accepted + timedelta(days=after)
    facts = [
        fact(1, FactKind.RECEIVED, accepted),
        fact(2, FactKind.ACCEPTED, accepted),
        fact(3, FactKind.TEST_BEGAN, first),
    ]
    today = first + timedelta(days=waited)
    due = of(facts, today)
    assert due.due_on > today
    assert of(facts, today + timedelta(days=1)).due_on >= due.due_on
    assert due.lines[-1].on == due.due_on


@given(days, tests)
def test_counting_again_changes_nothing_by_itself(accepted, pauses):
    assert mediation(accepted, pauses) == mediation(accepted, pauses, TODAY + timedelta(days=400))


def test_an_end_during_a_test_closes_the_run():
    facts = [
        fact(1, FactKind.RECEIVED, START),
        fact(2, FactKind.ACCEPTED, START),
        fact(3, FactKind.TEST_BEGAN, START + timedelta(days=5)),
        fact(4, FactKind.ENDED, START + timedelta(days=7)),
    ]
    run = next(run for run in replay(SAMR, facts) if run.clock.name is ClockName.SAMR_MEDIATES)
    assert (run.ended.kind, run.paused_since) == (FactKind.ENDED, None)


@pytest.mark.parametrize(
    ("kinds", "wrong"),
    [
        ([FactKind.RECEIVED, FactKind.ACCEPTED, FactKind.ENDED, FactKind.END_NOTICE], None),
        ([FactKind.ACCEPTED], "nothing_before"),
        ([FactKind.RECEIVED, FactKind.END_NOTICE], "nothing_before"),
        ([FactKind.RECEIVED, FactKind.ACCEPTED, FactKind.REFUSED], "already_recorded"),
        ([FactKind.RECEIVED, FactKind.ACCEPTED, FactKind.ACCEPTED], "already_recorded"),
        ([FactKind.RECEIVED, FactKind.ACCEPTED, FactKind.TEST_BEGAN, FactKind.TEST_ENDED], None),
        ([FactKind.RECEIVED, FactKind.ACCEPTED, FactKind.TEST_BEGAN, FactKind.TEST_ENDED, FactKind.TEST_ENDED], "no_open_pause"),
        ([FactKind.RECEIVED, FactKind.RECEIVED], None),
    ],
)  # fmt: skip
def test_what_cannot_all_be_true_is_named(kinds, wrong):
    facts = [fact(n, kind, START + timedelta(days=n)) for n, kind in enumerate(kinds)]
    assert mistake(facts) == wrong


def test_every_clock_of_a_procedure_names_its_rule_as_the_wiring_does():
    for clocks in PROCEDURES.values():
        for clock in clocks:
            assert BY_NAME[clock.name].rule == clock.rule
            assert BY_NAME[clock.name].recorded
    assert {c.name for clocks in PROCEDURES.values() for c in clocks} == {n for n, c in BY_NAME.items() if c.recorded}


def test_only_a_recorded_receipt_or_a_later_fact_starts_a_clock():
    assert replay(SAMR, []) == ()
    assert replay(TOURISM, []) == ()


def test_the_fund_is_chengdus_and_the_council_forwards_for_macao():
    assert procedure.FUND not in procedure.clocks_of("culture_tourism", region="CQ")
    assert procedure.FUND in procedure.clocks_of("culture_tourism", region="SC")
    assert procedure.clocks_of("consumer_council_cq", country="JP") == ()
    assert procedure.clocks_of("consumer_council_cq", country="MO")
