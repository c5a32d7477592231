"""Several at once in the same case: never both, never neither, never a deadlock, and nothing is lost unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from disputes import clock, inspection
from disputes.accounts import actors
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import commands, queries, sweeps, upkeep
from disputes.cases.models import Case, CaseEvent, Deadline, Offer, Settlement
from disputes.db import db, transaction
from disputes.notifications.models import Message
from disputes.rules.lifecycle import Outcome, Role, State, StepRefused
from disputes.rules.packages import Package, Remedy
from tests import factories as make
from tests.together import together

ROUNDS = 8
OTHER = Package((Remedy.REFUND,), amount=99_000)


@pytest.fixture
def at_once(own_app: Flask) -> Iterator[Flask]:
    with own_app.app_context():
        make.officer()
        yield own_app


def taking(verb: Callable[..., Any], *arguments: Any) -> Callable[[], str]:
    """A job that takes a step in a transaction of its own."""

    def job() -> str:
        with transaction():
            verb(*arguments)
        return verb.__name__

    return job


def seen_by(case: Case, who: Callable[[Case], Actor]) -> tuple[int, int, Actor]:
    """What somebody hands to a verb who has the case's page open now."""
    return case.id, case.version, who(case)


def actions_of(case_id: int) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(select(CaseEvent.action).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq))
    )


def in_order(case_id: int) -> None:
    """What holds of every case, whoever came first."""
    db.session.rollback()
    db.session.expire_all()
    case = queries.find(case_id, SYSTEM)
    events = queries.history(case)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert case.version == len(events)
    assert [e.at for e in events] == sorted(e.at for e in events), (
        "nobody writes an earlier moment than whom they waited for"
    )
    assert inspection.broken_histories() == []
    assert inspection.ownerless_cases() == []
    keys = db.session.scalars(select(Message.key).where(Message.case_id == case_id)).all()
    assert len(keys) == len(set(keys))


def now_due(case: Case) -> None:
    """Let the clock of all stand at the moment at which the case's deadline is over."""
    due = max(d.due_at for d in case.running_deadlines)
    with transaction():
        clock.stand_at(due)


def test_a_shop_that_answers_in_the_last_second_meets_the_sweep_and_only_one_of_them_counts(at_once: Flask) -> None:
    won: Counter[str] = Counter()
    for _ in range(ROUNDS):
        case = make.with_merchant()
        now_due(case)
        shop, *_swept = together(
            at_once,
            taking(commands.make_offer, *seen_by(case, make.shop_of), make.HALF),
            sweeps.lapse_next,
            sweeps.lapse_next,
        )
        actions = actions_of(case.id)[2:]
        if shop == "make_offer":
            assert actions == ["offer"]
            ending = select(Deadline.ending).where(Deadline.case_id == case.id, Deadline.clock == "shop_answer")
            assert db.session.scalars(ending).one() == "met"
        else:
            assert isinstance(shop, queries.Stale), shop
            assert actions == ["escalate"]
        won[actions[0]] += 1
        in_order(case.id)
    assert won.total() == ROUNDS


def end_all_connections() -> None:
    """What a restart of the database does to everybody: all connections but the one that asks are ended."""
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_sweep_whose_connection_is_ended_between_two_lapses_goes_on_with_another(at_once: Flask) -> None:
    cases = [make.with_merchant() for _ in range(3)]
    for case in cases:
        now_due(case)
    ids = [case.id for case in cases]
    db.session.remove()
    struck = []

    def strike(_session: Session) -> None:
        if not struck:
            struck.append(True)
            end_all_connections()

    event.listen(Session, "after_commit", strike)
    try:
        sweeps.lapse_for_a_while()
    finally:
        event.remove(Session, "after_commit", strike)
    assert struck
    for case_id in ids:
        assert actions_of(case_id)[2:] == ["escalate"]
        in_order(case_id)
    assert not db.session.scalars(select(Deadline).where(Deadline.fault.is_not(None))).all()


def test_a_connection_that_was_ended_after_a_sweep_is_found_out_before_the_next_question(at_once: Flask) -> None:
    make.with_merchant()
    sweeps.lapse_for_a_while()
    db.session.remove()
    end_all_connections()
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1


def test_whoever_waited_for_the_case_sees_it_as_it_is_now(at_once: Flask) -> None:
    """Also without a version, as a program may send it: the table decides by the state that the other one left."""
    for _ in range(ROUNDS):
        case = make.settled()
        results = together(
            at_once,
            taking(commands.report_performance, case.id, None, make.shop_of(case), "original_card"),
            taking(commands.waive, case.id, None, make.tourist_of(case)),
            taking(commands.step_in, case.id, None, Actor(Role.OFFICER, user_id=case.officer_id)),
        )
        assert not [r for r in results if isinstance(r, OperationalError)], "a deadlock, or worse"
        assert all(isinstance(r, str | StepRefused | commands.Refused) for r in results), results
        assert sum(isinstance(r, str) for r in results) >= 1
        in_order(case.id)


def test_a_page_that_was_opened_before_the_wait_does_not_date_the_step_after_it(at_once: Flask) -> None:
    """A page asks what time it is before its verb locks the case; the step still happens when it happens."""
    case = make.with_merchant()
    case_id, by = case.id, make.officer_of(case)
    queries.find(case_id, by)
    clock.now()
    together(at_once, taking(upkeep.note, case_id, None, by, "somebody else's note"))
    with transaction():
        upkeep.note(case_id, None, by, "a note")
    in_order(case_id)


def test_an_offer_taken_and_replaced_at_once_is_one_or_the_other(at_once: Flask) -> None:
    for _ in range(ROUNDS):
        case = make.offered()
        results = together(
            at_once,
            taking(commands.accept, *seen_by(case, make.tourist_of)),
            taking(commands.make_offer, *seen_by(case, make.shop_of), OTHER),
        )
        assert sorted(isinstance(r, queries.Stale) for r in results) == [False, True], results
        db.session.rollback()
        settled = db.session.scalar(select(func.count()).where(Settlement.case_id == case.id))
        amounts = db.session.scalars(
            select(Offer.package["amount"]).where(Offer.case_id == case.id).order_by(Offer.id)
        ).all()
        assert settled == (1 if results[0] == "accept" else 0)
        assert (99_000 in amounts) is (results[1] == "make_offer")
        in_order(case.id)


def test_both_sides_agree_to_a_proposal_at_once_and_it_is_one_settlement(at_once: Flask) -> None:
    for _ in range(ROUNDS):
        case = make.proposed()
        results = together(
            at_once,
            taking(commands.agree, case.id, None, make.tourist_of(case)),
            taking(commands.agree, case.id, None, make.shop_of(case)),
        )
        assert results == ["agree", "agree"]
        assert actions_of(case.id)[-2:] == ["agree", "settle_proposal"]
        assert db.session.scalar(select(func.count()).where(Settlement.case_id == case.id)) == 1
        in_order(case.id)


def test_a_button_pressed_three_times_takes_one_step(at_once: Flask) -> None:
    case = make.reported()
    press = taking(commands.confirm, *seen_by(case, make.tourist_of))
    results = together(at_once, press, press, press)
    assert sorted(str(type(r).__name__) for r in results) == ["Stale", "Stale", "str"]
    assert actions_of(case.id).count("confirm") == 1
    in_order(case.id)


def test_of_a_stale_step_nothing_stays_and_it_knows_the_case_as_it_is_now(at_once: Flask) -> None:
    case = make.offered()
    old = seen_by(case, make.shop_of)
    make.settled(case)
    messages = db.session.scalar(select(func.count()).select_from(Message))
    with pytest.raises(queries.Stale) as stale, transaction():
        commands.make_offer(*old, OTHER, "新的方案")
    assert (stale.value.case.state, stale.value.case.version) == (State.SETTLED, old[1] + 1)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Message)) == messages
    assert not [t for t in case.texts if t.body == "新的方案"]
    in_order(case.id)


# --- two officers


def test_two_officers_who_take_the_next_case_get_two(at_once: Flask) -> None:
    officers = [actors.of_user(make.officer()) for _ in range(3)]
    cases = [make.triage().id for _ in range(6)]
    with transaction():
        for case in db.session.scalars(select(Case)):
            case.officer_id = None

    def take(by: Actor) -> list[int]:
        taken = []
        for _ in range(2):
            with transaction():
                case = upkeep.claim_next(by)
                if case is not None:
                    taken.append(case.id)
        return taken

    results = together(at_once, *[lambda by=by: take(by) for by in officers])
    taken = [case_id for result in results for case_id in result]
    assert sorted(taken) == sorted(cases)
    assert len(set(taken)) == len(taken)
    for case_id in cases:
        in_order(case_id)


def test_the_last_case_goes_to_one_of_two_officers_and_the_other_goes_without(at_once: Flask) -> None:
    officers = [actors.of_user(make.officer()) for _ in range(2)]
    for _ in range(ROUNDS):
        case = make.triage()
        with transaction():
            case.officer_id = None

        def take(by: Actor) -> int | None:
            with transaction():
                found = upkeep.claim_next(by)
                return found.id if found else None

        results = together(at_once, *[lambda by=by: take(by) for by in officers])
        assert sorted(results, key=str) == sorted([case.id, None], key=str)
        make.closed(case, outcome=Outcome.WITHDRAWN)


def test_two_officers_who_write_at_once_both_find_their_words_in_the_case(at_once: Flask) -> None:
    case = make.mediation()
    officers = [actors.of_user(make.officer()) for _ in range(2)]

    def note(by: Actor, words: str) -> str:
        try:
            with transaction():
                upkeep.note(case.id, version, by, words)
        except queries.Stale as stale:
            with transaction():  # they look at what has happened meanwhile, and send it again
                upkeep.note(case.id, stale.case.version, by, words)
        return words

    version = case.version
    together(at_once, *[lambda by=by, w=f"note {n}": note(by, w) for n, by in enumerate(officers)])
    db.session.rollback()
    db.session.expire_all()
    assert {t.body for t in case.texts if t.purpose == "note"} == {"note 0", "note 1"}
    in_order(case.id)


# --- two sweeps


def drain(sweep: Callable[[], bool]) -> Callable[[], int]:
    def job() -> int:
        done = 0
        while sweep():
            done += 1
        return done

    return job


def test_three_sweeps_share_a_backlog_and_do_nothing_twice(at_once: Flask) -> None:
    cases = [make.with_merchant().id for _ in range(8)] + [make.offered().id for _ in range(8)]
    with transaction():
        clock.stand_at(max(db.session.scalars(select(Deadline.due_at).where(Deadline.ended_at.is_(None)))))
    results = together(at_once, *[drain(sweeps.lapse_next)] * 3)
    assert sum(results) == 16, results
    for case_id in cases:
        assert actions_of(case_id).count("escalate") == 1
        in_order(case_id)
    endings = Counter(
        db.session.scalars(select(Deadline.ending).where(Deadline.clock.in_(("shop_answer", "tourist_reply"))))
    )
    assert endings == {"lapsed": 16, "met": 8}


def test_reminders_and_departures_are_shared_too(at_once: Flask) -> None:
    cases = [make.with_merchant() for _ in range(8)]
    first = cases[0].running_deadlines[0]
    with transaction():
        clock.stand_at(first.started_at + (first.due_at - first.started_at) * 0.6)
    together(at_once, *[drain(sweeps.remind_next)] * 3)
    reminders = db.session.scalars(select(Message.case_id).where(Message.template == "reminder-shop")).all()
    assert sorted(reminders) == sorted(case.id for case in cases)
    with transaction():
        clock.stand_at(max(case.departure_at for case in cases if case.departure_at))
    together(at_once, *[drain(sweeps.depart_next)] * 3)
    for case in cases:
        assert actions_of(case.id).count("depart") == 1
        in_order(case.id)


def test_all_sweeps_at_once_and_people_in_between(at_once: Flask) -> None:
    """Everything that moves a case by itself, while shops and visitors act: whatever the order, every case is in order."""
    with_shop = [make.with_merchant() for _ in range(6)]
    offered = [make.offered() for _ in range(6)]
    ids = [case.id for case in (*with_shop, *offered)]
    offers = [seen_by(case, make.shop_of) for case in with_shop]
    answers = [seen_by(case, make.tourist_of) for case in offered]
    with transaction():
        clock.stand_at(clock.now() + timedelta(days=6))

    def people(steps: list[tuple[int, int, Actor]], verb: Callable[..., Any], *more: Any) -> Callable[[], int]:
        def job() -> int:
            taken = 0
            for step in steps:
                try:
                    taking(verb, *step, *more)()
                    taken += 1
                except (queries.Stale, StepRefused):
                    db.session.rollback()
            return taken

        return job

    results = together(
        at_once,
        people(offers, commands.make_offer, make.HALF),
        people(answers, commands.accept),
        drain(sweeps.lapse_next),
        drain(sweeps.remind_next),
        drain(sweeps.depart_next),
    )
    assert all(isinstance(result, int) for result in results), results
    for case_id in ids:
        in_order(case_id)
    assert db.session.scalars(select(Deadline.id).where(Deadline.fault.is_not(None))).all() == []
