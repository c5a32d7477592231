"""Counting running deadlines again, after a change of the calendar and where a supervisor applies a new service standard."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.actors import SYSTEM
from disputes.cases import authorities, commands, queries, recounts, sweeps
from disputes.cases.models import DeadlinePlan
from disputes.db import db, transaction
from disputes.law import commands as law_commands
from disputes.law import queries as law
from disputes.law import tables
from disputes.law.models import Recount
from disputes.notifications.models import Message
from disputes.rules.procedure import FactKind
from disputes.rules.rulebook import Length, Unit
from disputes.rules.service import Row
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")
CHINA = ZoneInfo("Asia/Shanghai")
NOTICE = """
years:
  2027:
    published: true
    days_off: [2027-01-01, 2027-01-02, 2027-01-03]
    makeup_workdays: [{date: 2027-01-09, for: 元旦}]
"""


def at(year: int, month: int, day: int, hour: int = 10) -> None:
    with transaction():
        clock.stand_at(datetime(year, month, day, hour, tzinfo=CHINA).astimezone(UTC))


def imported(contents: str = NOTICE):
    with transaction():
        return law_commands.import_calendar(contents, "notice.yaml")


def waiting_for_the_shop(**told):
    """A case with three working days across New Year, in a year whose holidays are not published."""
    at(2026, 12, 30, 11)
    case = make.with_merchant(departure="unknown", **told)
    with transaction():
        case.tourist.email_confirmed_at = clock.now()
    return case


def running(case):
    db.session.expire_all()
    return {d.clock: d for d in case.deadlines if d.ended_at is None}


def letters(case):
    query = select(Message.recipient, Message.template).where(Message.case_id == case.id).order_by(Message.id)
    return [tuple(row) for row in db.session.execute(query)]


# --- the calendar


def test_a_published_year_makes_a_provisional_date_certain_and_the_history_says_so():
    case = waiting_for_the_shop()
    before = running(case)["shop_answer"]
    assert (before.due_on, before.provisional) == (date(2027, 1, 5), True)
    imported()
    assert recounts.run_all() == (1, 1)
    after = running(case)["shop_answer"]
    assert (after.due_on, after.provisional, after.calendar_version) == (
        date(2027, 1, 5),
        False,
        law.calendar().version,
    )
    event = case.events[-1]
    assert (event.action, event.by) == ("recount", "system")
    assert event.details["replanned"][0]["certain"] is True
    assert ("tourist", "date-changed") not in letters(case)


def test_a_date_that_moves_is_told_and_its_unsent_reminders_are_cancelled():
    case = waiting_for_the_shop()
    at(2027, 1, 3)
    while sweeps.remind_next():
        pass
    assert running(case)["shop_answer"].stage == 1
    imported(NOTICE.replace("2027-01-03]", "2027-01-03, 2027-01-04]"))
    recounts.run_all()
    after = running(case)["shop_answer"]
    assert (after.due_on, after.version) == (date(2027, 1, 6), 2)
    plan = db.session.scalars(select(DeadlinePlan).where(DeadlinePlan.deadline_id == after.id)).one()
    assert (plan.due_on, plan.cause) == (date(2027, 1, 5), "calendar")
    assert {("tourist", "date-changed"), ("shop", "date-changed-shop")} <= set(letters(case))
    reminder = db.session.scalars(select(Message).where(Message.deadline_id == after.id)).first()
    assert reminder.state == "cancelled"
    change = case.events[-1].details["replanned"][0]
    assert (change["from"][:10], change["to"][:10]) == ("2027-01-05", "2027-01-06")


def test_a_shop_hears_only_of_its_own_dates():
    case = make.mediation(make.offered(waiting_for_the_shop()))
    imported(NOTICE.replace("[{date: 2027-01-09, for: 元旦}]", "[]").replace("2027-01-03]", "2027-01-03, 2027-01-04]"))
    recounts.run_all()
    assert ("tourist", "date-changed") in letters(case)
    assert ("shop", "date-changed-shop") not in letters(case)


def test_what_the_change_does_not_touch_stays_without_a_word():
    at(2026, 11, 23)
    case = make.with_merchant(departure="unknown")
    events = len(case.events)
    imported()
    assert recounts.run_all() == (0, 0)
    db.session.expire_all()
    assert len(case.events) == events


def test_clocks_of_hours_do_not_look_at_the_calendar():
    at(2026, 12, 31, 11)
    case = make.with_merchant(departure_at=clock.now() + timedelta(days=4))
    before = running(case)["shop_answer"].due_at
    imported()
    recounts.run_all()
    assert running(case)["shop_answer"].due_at == before
    assert case.events[-1].action != "recount"


def test_the_periods_of_an_authority_are_counted_again_with_their_pauses():
    with transaction():
        clock.stand_at(None)
    case = make.referral_ready(departure="unknown")
    at(2026, 12, 28)
    with transaction():
        commands.record_referral(case.id, None, make.officer_of(case), "市监局", clock.now(), "1", "window")
    accepts = running(case)["samr_accepts"]
    assert (accepts.due_on, accepts.provisional) == (date(2027, 1, 7), True)  # E13
    imported(NOTICE.replace("2027-01-03]", "2027-01-03, 2027-01-04]"))
    recounts.run_all()
    accepts = running(case)["samr_accepts"]
    assert (accepts.due_on, accepts.provisional, accepts.rule_id) == (date(2027, 1, 8), False, "R-SAMR-ACCEPT")


def test_a_test_that_is_not_over_is_counted_again_up_to_today():
    with transaction():
        clock.stand_at(None)
    case = make.referral_ready(departure="unknown")
    at(2026, 11, 16)
    by = make.officer_of(case)
    with transaction():
        commands.record_referral(case.id, None, by, "市监局", clock.now(), "1", "window")
    with transaction():
        authorities.record(case.id, None, by, FactKind.ACCEPTED, date(2026, 11, 16))
    with transaction():
        authorities.record(case.id, None, by, FactKind.TEST_BEGAN, date(2026, 11, 16), words="送检。")
    before = running(case)["samr_mediates"].due_on
    at(2026, 12, 28)
    imported()
    recounts.run_all()
    assert running(case)["samr_mediates"].due_on > before


def test_a_recount_that_dies_half_way_is_finished_by_the_next_sweep(monkeypatch):
    cases = [waiting_for_the_shop() for _ in range(3)]
    imported()
    counted = recounts.count_case

    def dies(case, reason, by):
        if case.id == cases[1].id:
            raise KeyboardInterrupt
        return counted(case, reason, by)

    monkeypatch.setattr(recounts, "count_case", dies)
    with pytest.raises(KeyboardInterrupt):
        recounts.run_all()
    db.session.expire_all()
    assert [case.deadlines[0].provisional for case in cases] == [False, True, True]
    monkeypatch.undo()
    assert recounts.run_all() == (2, 2)
    assert not any(running(case)["shop_answer"].provisional for case in cases)
    assert [sum(e.action == "recount" for e in case.events) for case in cases] == [1, 1, 1]


def test_one_case_that_cannot_be_counted_stops_no_other(monkeypatch):
    cases = [waiting_for_the_shop() for _ in range(2)]
    imported()
    counted = recounts.count_case

    def fails(case, reason, by):
        if case.id == cases[0].id:
            raise ValueError("no")
        return counted(case, reason, by)

    monkeypatch.setattr(recounts, "count_case", fails)
    assert recounts.run_all() == (1, 1)
    assert [running(case)["shop_answer"].provisional for case in cases] == [True, False]


def test_a_recount_is_finished_once_nothing_older_can_still_come():
    waiting_for_the_shop()
    imported()
    recounts.run_all()
    open_one = db.session.scalars(select(Recount)).one()
    assert open_one.finished_at is None
    with transaction():
        clock.stand_at(clock.now() + timedelta(minutes=11))
    recounts.run_all()
    db.session.refresh(open_one)
    assert (open_one.finished_at is not None, open_one.counted, open_one.moved) == (True, 1, 1)


def test_importing_the_same_file_again_leaves_nothing_to_do():
    waiting_for_the_shop()
    imported()
    recounts.run_all()
    imported()
    assert recounts.run_all() == (0, 0)


# --- the service standard


def new_standard(rule_id: str = "S-SHOP-ANSWER", **changes):
    """Another version of a standard, in force from now on."""
    with transaction():
        known = law.standard(rule_id, clock.now())
        new = replace(known, version=known.version + 1, in_force_from=clock.now(), **changes)
        db.session.add(tables.standard_row(new))
        law_commands.changed()
    return new


TWO_DAYS = (Row(None, Length(2, Unit.WD)),)


def test_a_new_standard_applies_to_clocks_that_start_later():
    at(2026, 11, 23)
    before = make.with_merchant(departure="unknown")
    due = running(before)["shop_answer"].due_at
    new_standard(rows=TWO_DAYS)
    after = make.with_merchant(departure="unknown")
    assert running(after)["shop_answer"].rule_version == 2
    assert (running(before)["shop_answer"].due_at, running(before)["shop_answer"].rule_version) == (due, 1)
    assert running(after)["shop_answer"].due_on < running(before)["shop_answer"].due_on


def test_a_changed_departure_keeps_a_running_clock_on_its_own_version():
    at(2026, 11, 23)
    case = make.with_merchant(departure="unknown")
    new_standard(rows=TWO_DAYS)
    assert recounts.deadlines.reminder_moments(running(case)["shop_answer"])
    with transaction():
        locked = queries.lock(case.id, SYSTEM)
        assert recounts.deadlines.replan(locked) == []
    assert running(case)["shop_answer"].rule_version == 1


def test_a_supervisor_sees_what_a_re_plan_would_move_before_anything_moves():
    at(2026, 11, 23)
    case = make.with_merchant(departure="unknown")
    due = running(case)["shop_answer"].due_at
    new_standard(rows=TWO_DAYS)
    found, concerned = recounts.preview(10)
    assert concerned == 1
    assert [(each.id, moved[0]["clock"], moved[0]["from"]) for each, moved in found] == [
        (case.id, "shop_answer", due.isoformat())
    ]
    assert running(case)["shop_answer"].due_at == due


def test_a_re_plan_is_a_step_of_the_supervisor_in_each_case():
    at(2026, 11, 23)
    case = make.with_merchant(departure="unknown")
    supervisor = make.supervisor()
    new_standard(rows=TWO_DAYS)
    with transaction():
        assert recounts.replan_running(actors.of_user(supervisor)) == 1
    assert recounts.run_all() == (1, 1)
    row = running(case)["shop_answer"]
    assert (row.rule_version, row.due_on) == (2, date(2026, 11, 25))
    event = case.events[-1]
    assert (event.action, event.by) == ("replan", f"supervisor:{supervisor.id}")
    plan = db.session.scalars(select(DeadlinePlan).where(DeadlinePlan.deadline_id == row.id)).one()
    assert plan.cause == "rule"


def test_without_another_standard_there_is_nothing_to_re_plan():
    make.with_merchant()
    with transaction():
        assert recounts.replan_running(actors.of_user(make.supervisor())) == 0
    assert recounts.preview(10) == ([], 0)
