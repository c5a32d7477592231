"""Filing and routing when two do it at the same moment: one case, routed once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases.models import Case, CaseEvent, Complaint
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.intake import drafts
from disputes.intake.commands import Telling
from disputes.notifications.models import Message
from disputes.rules.lifecycle import Role, State
from tests import factories as make
from tests.together import together

ROUNDS = 6


@pytest.fixture
def at_once(own_app: Flask) -> Iterator[Flask]:
    with own_app.app_context():
        yield own_app


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def file(told: Telling, draft_id: str | None = None) -> int:
    with transaction():
        return intake.file_complaint(told, Actor(Role.TOURIST), "web", draft_id).id


def test_a_draft_that_is_sent_twice_at_once_makes_one_case(at_once: Flask) -> None:
    told = make.telling()
    for done in range(1, ROUNDS + 1):
        with transaction():
            draft_id = drafts.start("en").id
        results = together(at_once, *[lambda d=draft_id: file(told, d)] * 3)
        assert len(set(results)) == 1, results
        assert isinstance(results[0], int)
        assert (count(Case), count(Complaint), count(CaseEvent)) == (done, done, done)


def test_complaints_that_come_at_once_have_numbers_of_their_own(at_once: Flask) -> None:
    told = make.telling()
    results = together(at_once, *[lambda: [file(told) for _ in range(5)]] * 4)
    assert all(isinstance(result, list) for result in results), results
    assert len(set(itertools.chain(*results))) == 20
    assert len(set(db.session.scalars(select(Case.number)))) == 20


def test_two_workers_that_route_at_once_route_each_case_once(at_once: Flask) -> None:
    shop = make.shop()
    make.officer()
    for n in range(12):
        make.filed(shop if n % 3 else None, email=f"guest{n}@travellers.example")

    def work() -> int:
        done = 0
        while intake.route_next():
            done += 1
        return done

    results = together(at_once, *[work] * 3)
    # Whoever met a row that another one held has left it to that one.
    assert sum(results) == 12, results
    actions = db.session.scalars(select(CaseEvent.action).order_by(CaseEvent.case_id, CaseEvent.seq)).all()
    assert sorted(actions) == sorted(["file"] * 12 + ["send_to_shop"] * 8 + ["triage"] * 4)
    assert set(db.session.scalars(select(Case.state))) == {State.WITH_MERCHANT, State.TRIAGE}
    keys = db.session.scalars(select(Message.key)).all()
    assert len(keys) == len(set(keys))


def test_a_draft_that_is_sent_while_it_is_changed_is_filed_or_refused_and_never_lost(at_once: Flask) -> None:
    told = make.telling()
    for _ in range(ROUNDS):
        with transaction():
            draft_id = drafts.start("en").id

        def change(d: str = draft_id) -> str:
            with transaction():
                drafts.save(d, "story", {"words": ["more"]}, complete=True, language="en")
            return "saved"

        filed, changed = together(at_once, lambda d=draft_id: file(told, d), change)
        assert isinstance(filed, int)
        assert changed == "saved" or isinstance(changed, drafts.AlreadyFiled)
    assert count(Case) == ROUNDS


def test_numbers_go_on_over_the_turn_of_the_year(at_once: Flask) -> None:
    told = make.telling()
    with transaction():
        clock.stand_at(clock.now().replace(year=2027, month=1, day=5))
    first, second = file(told), file(told)
    numbers = [db.session.get_one(Case, n).number for n in (first, second)]
    assert all(number.startswith("27") for number in numbers)
    assert numbers[0] != numbers[1]
