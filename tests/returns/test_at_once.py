"""Two hands reach for the same goods: one gets them, the others are told who has them, and nothing stands there twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from disputes.accounts.actors import Actor
from disputes.app import create_app
from disputes.cases.models import Case, CaseEvent
from disputes.cases.queries import Stale
from disputes.db import db, transaction
from disputes.returns import handing, refunding, taxing
from disputes.returns.handing import Taken
from disputes.returns.models import Custody, Refund, ReturnItem, TaxEntry
from disputes.rules.lifecycle import StepRefused
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade, Holder
from tests import factories as make
from tests.returns import returned
from tests.together import PATIENCE, together

DESKS = 20


def taking_in(case_id: int, by: Actor, entry: str) -> Callable[[], Any]:
    """Takes all goods of the return in, as this desk, under this entry of its device; a desk that comes too late hears who has them."""

    def job() -> Any:
        items = select(ReturnItem.id).where(ReturnItem.case_id == case_id)
        try:
            with transaction():
                handed = [handing.Handed(item, 1, Grade.AS_NEW) for item in db.session.scalars(items)]
                return handing.take_in(case_id, None, by, handed, seal=entry, entry=entry).id
        except Taken as taken:
            return f"it is at desk {taken.by.taker_id}"

    return job


def custody() -> list[Custody]:
    db.session.expire_all()
    return list(db.session.scalars(select(Custody).order_by(Custody.id)))


def test_of_twenty_desks_that_take_the_same_item_in_exactly_one_has_it(own_app: Flask) -> None:
    with own_app.app_context():
        case_id = returned.approved().id
        people = [returned.at_desk(returned.desk()) for _ in range(DESKS)]
        db.session.remove()
        results = together(own_app, *[taking_in(case_id, by, f"desk-{n}") for n, by in enumerate(people)])

        won = [n for n, found in enumerate(results) if isinstance(found, int)]
        assert len(won) == 1, results
        (row,) = custody()
        assert (row.taker, row.taker_id, row.entry) == (Holder.DESK, people[won[0]].desk_id, f"desk-{won[0]}")
        item = db.session.scalars(select(ReturnItem)).one()
        assert (item.holder, item.holder_id) == (row.taker, row.taker_id)
        assert db.session.scalar(select(func.count(CaseEvent.id)).where(CaseEvent.action == "hand_over")) == 1
        told = [found for n, found in enumerate(results) if n not in won]
        assert told == [f"it is at desk {row.taker_id}"] * (DESKS - 1), "every other desk is told who has it"


def test_a_device_that_sends_the_same_entry_many_times_at_once_gets_one_and_the_same_answer(own_app: Flask) -> None:
    with own_app.app_context():
        case_id = returned.approved().id
        by = returned.at_desk(returned.desk())
        db.session.remove()
        results = together(own_app, *[taking_in(case_id, by, "entry-1")] * 8)
        assert len(set(results)) == 1, results
        assert len(custody()) == 1


def test_a_refund_that_is_reported_many_times_at_once_stands_once_with_its_tax_entries(own_app: Flask) -> None:
    with own_app.app_context():
        case = returned.refund_due(tax_state=TaxState.T1, tax=returned.tax_told(TaxState.T1))
        by, case_id = make.shop_of(case), case.id
        with transaction():
            taxing.void_form(case_id, None, by)
        version = db.session.scalar(select(Case.version).where(Case.id == case_id))
        db.session.remove()

        def report() -> Any:
            with transaction():
                return refunding.report_refund(case_id, version, by, "original_card", "RF-1").id

        results = together(own_app, *[report] * 8)
        assert len([each for each in results if isinstance(each, int)]) == 1, results
        assert all(isinstance(each, int | Stale | StepRefused) for each in results), results
        assert db.session.scalar(select(func.count(Refund.id))) == 1
        assert db.session.scalar(select(func.count(TaxEntry.id))) == 1


def test_goods_in_several_lines_go_to_one_desk_whole_or_not_at_all(own_app: Flask) -> None:
    with own_app.app_context():
        shop = make.shop()
        returned.pledged(shop)
        told = returned.told(shop)
        case_id = returned.approved(shop=shop, pieces=(*told.pieces, *told.pieces)).id
        people = [returned.at_desk(returned.desk()) for _ in range(6)]
        db.session.remove()
        together(own_app, *[taking_in(case_id, by, f"desk-{n}") for n, by in enumerate(people)])
        rows = custody()
        assert len(rows) == 2
        assert len({(row.taker_id, row.event_id) for row in rows}) == 1


# --- in processes of their own, as on several servers

PROCESSES = 6
DIES = 3  # one of them loses its power before it could commit


def _in_a_process(config: Any, case_id: int, by: Actor, number: int, start: Any, said: Any) -> None:
    app = create_app(config)
    with app.app_context():
        if number == DIES:
            items = db.session.scalars(select(ReturnItem.id).where(ReturnItem.case_id == case_id)).all()
            handing.take_in(case_id, None, by, [handing.Handed(i, 1) for i in items], entry=f"desk-{number}")
            start.wait(PATIENCE)  # now the others want the goods, which this one still holds
            os.kill(os.getpid(), signal.SIGKILL)
        start.wait(PATIENCE)
        said.put((number, taking_in(case_id, by, f"desk-{number}")()))


def test_of_desks_in_processes_of_their_own_one_has_the_goods_and_one_that_dies_before_its_commit_has_nothing(
    own_app: Flask,
) -> None:
    with own_app.app_context():
        case_id = returned.approved().id
        people = [returned.at_desk(returned.desk()) for _ in range(PROCESSES)]
        db.session.remove()
        db.engine.dispose()  # a connection must not be shared with a child
        several = multiprocessing.get_context("fork")
        start, said = several.Barrier(PROCESSES), several.Queue()
        config = own_app.config["SETTINGS"]
        children = [
            several.Process(target=_in_a_process, args=(config, case_id, by, n, start, said), daemon=True)
            for n, by in enumerate(people)
        ]
        for child in children:
            child.start()
        answers = dict(said.get(timeout=PATIENCE) for _ in range(PROCESSES - 1))
        for child in children:
            child.join(PATIENCE)
        assert children[DIES].exitcode == -signal.SIGKILL
        won = [n for n, answer in answers.items() if isinstance(answer, int)]
        assert len(won) == 1, answers
        (row,) = custody()
        assert (row.taker_id, row.entry) == (people[won[0]].desk_id, f"desk-{won[0]}")
        assert {a for a in answers.values() if isinstance(a, str)} == {f"it is at desk {row.taker_id}"}
