"""Rounds through the data: kept, shown to supervisors and monitors, and told by letter when something new is found."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from disputes import clock, integrity
from disputes.cases.integrity_models import IntegrityRound
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.notifications.models import Message
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


def change(statement: str, case: Case) -> None:
    db.session.execute(text(statement), {"id": case.id})
    db.session.expire_all()


def without_a_clock() -> Case:
    case = make.offered()
    change("UPDATE deadlines SET ended_at = now(), ending = 'cancelled', fate = 'released' WHERE case_id = :id", case)
    return case


def later(**by: float) -> None:
    """Time goes by, and the letters written so far are delivered."""
    with transaction():
        db.session.execute(text("UPDATE messages SET state = 'sent', sent_at = now() WHERE state = 'due'"))
        clock.stand_at(clock.now() + timedelta(**by))
    db.session.expire_all()


def rounds() -> int:
    return db.session.scalar(select(func.count()).select_from(IntegrityRound)) or 0


def told() -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.template == integrity.TEMPLATE).order_by(Message.id)))


def test_a_round_through_data_in_order_is_kept_and_nobody_is_told() -> None:
    make.supervisor()
    make.settled()
    assert integrity.state() == "degraded", "nobody has looked yet"
    assert integrity.look() == []
    assert integrity.state() == "ok"
    assert (rounds(), told()) == (1, [])


def test_every_supervisor_gets_one_letter_when_something_is_found_and_another_only_for_something_new() -> None:
    supervisors = {make.supervisor().email, make.supervisor("CQ").email}
    make.officer()
    without_a_clock()
    (found,) = integrity.look() or []
    assert found.check == "ownerless"
    assert {letter.address for letter in told()} == supervisors
    assert integrity.state() == "1 found"
    later(minutes=15)
    integrity.look()
    assert len(told()) == 2, "it is known already"
    without_a_clock()
    later(minutes=15)
    integrity.look()
    assert len(told()) == 4
    assert told()[-1].slots["integrity"] == [["ownerless", 2]]


def test_what_was_mended_and_comes_back_is_told_again() -> None:
    make.supervisor()
    case = without_a_clock()
    integrity.look()
    change("UPDATE deadlines SET ended_at = NULL, ending = NULL, fate = NULL WHERE case_id = :id AND clock = 'tourist_reply'", case)  # fmt: skip
    later(minutes=15)
    assert integrity.look() == []
    change("UPDATE deadlines SET ended_at = now(), ending = 'cancelled', fate = 'released' WHERE case_id = :id", case)
    later(minutes=15)
    integrity.look()
    assert len(told()) == 2


def test_a_round_that_was_announced_twice_is_made_once_but_somebody_who_asks_gets_one() -> None:
    integrity.look()
    assert integrity.look() is None
    assert integrity.look(by_hand=True) == []
    assert rounds() == 2


def test_nobody_having_looked_for_an_hour_shows() -> None:
    integrity.look()
    later(minutes=61)
    assert integrity.state() == "degraded"


def test_old_rounds_go() -> None:
    integrity.look()
    later(days=91)
    integrity.look()
    assert rounds() == 1


def behind_the_triggers_back(case: Case) -> None:
    with transaction():
        db.session.execute(text("ALTER TABLE case_events DISABLE TRIGGER case_events_append_only"))
        db.session.execute(text("UPDATE case_events SET by = 'x' WHERE case_id = :id AND seq = 2"), {"id": case.id})
        db.session.execute(text("ALTER TABLE case_events ENABLE TRIGGER case_events_append_only"))
    db.session.expire_all()


def test_histories_are_gone_through_once_a_day_and_what_was_found_stays_until_then() -> None:
    make.supervisor()
    case = make.settled()
    integrity.look()
    behind_the_triggers_back(case)
    later(hours=1)
    assert integrity.look() == [], "histories have their turn once a day"
    later(hours=20)
    assert [found.check for found in integrity.look() or []] == ["history"]
    later(minutes=15)
    assert [found.check for found in integrity.look() or []] == ["history"]
    assert len(told()) == 1


def test_a_round_goes_through_the_histories_that_grew_and_a_part_of_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "IN_TURN", 2)
    cases = [make.settled() for _ in range(7)]
    integrity.look()
    assert integrity.newest().cases_to == cases[1].id  # type: ignore[union-attr]
    behind_the_triggers_back(cases[6])
    later(hours=21)
    assert integrity.look() == [], "its turn has not come"
    make.reported(cases[6])
    later(hours=21)
    assert [found.about for found in integrity.look() or []] == [cases[6].number], "it grew, so it was looked at"
    later(hours=21)
    integrity.look()
    assert integrity.newest().cases_to == 0, "after the last case it begins again"  # type: ignore[union-attr]


def test_two_workers_that_look_at_once_make_one_round_and_write_one_letter(own_app: Flask) -> None:
    with own_app.app_context():
        make.supervisor()
        case = make.offered()
        with transaction():
            change("UPDATE cases SET waiting_on = NULL WHERE id = :id", case)
    start, failures = threading.Barrier(2), []

    def work() -> None:
        try:
            with own_app.app_context():
                start.wait()
                integrity.look()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    with own_app.app_context():
        assert (rounds(), len(told())) == (1, 1)
