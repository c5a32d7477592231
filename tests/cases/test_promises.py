"""Promises as rows: their fate, their successors, the letters that name them, and how many were kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from disputes import clock
from disputes.accounts.actors import of_user
from disputes.cases import commands, promises, queries, sweeps, tallies, upkeep
from disputes.cases.models import Deadline
from disputes.db import db, transaction
from disputes.notifications import outbox
from disputes.notifications.models import Message
from disputes.rules.lifecycle import Outcome
from disputes.rules.packages import Means, Shipping
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


def promised(case):
    """The promises of a case as the view lists them."""
    rows = db.session.execute(
        text("SELECT * FROM promises WHERE case_id = :id ORDER BY deadline_id, plan"), {"id": case.id}
    )
    return list(rows.mappings())


def later(**by):
    with transaction():
        clock.stand_at(clock.now() + timedelta(**by))


def due_work():
    while sweeps.lapse_next() or sweeps.remind_next() or sweeps.depart_next():
        pass


def move_departure(case, **by):
    with transaction():
        at = case.departure_at + timedelta(**by)
        upkeep.change_departure(case.id, None, make.tourist_of(case), "known", at, "CKG")


# --- rows


def test_a_clock_that_starts_is_a_promise_with_an_owner_and_a_due_moment():
    case = make.with_merchant()
    (row,) = promised(case)
    assert (row["clock"], row["owner"], row["merchant_id"]) == ("shop_answer", "merchant", case.merchant_id)
    assert row["due_at"] == case.running_deadlines[0].due_at
    assert (row["fate"], row["successor"]) == (None, None)


def test_an_answer_in_time_keeps_the_promise_of_whoever_held_it():
    case = make.offered()
    first, second = promised(case)
    assert (first["clock"], first["fate"], first["merchant_id"]) == ("shop_answer", "kept", case.merchant_id)
    assert (second["clock"], second["fate"]) == ("tourist_reply", None)


def test_a_withdrawn_case_neither_keeps_nor_breaks_the_shops_promise():
    case = make.with_merchant()
    with transaction():
        commands.withdraw(case.id, None, make.tourist_of(case))
    assert [row["fate"] for row in promised(case)] == ["released"]


def test_a_lapse_breaks_the_promise():
    case = make.lapsed(make.with_merchant())
    assert [(row["clock"], row["fate"]) for row in promised(case)] == [("shop_answer", "broken"), ("decision", None)]


def test_a_changed_departure_renegotiates_and_the_old_promise_names_its_successor():
    case = make.with_merchant()
    was = case.running_deadlines[0].due_at
    move_departure(case, days=-3)
    old, new = promised(case)
    assert (old["fate"], old["cause"], old["due_at"]) == ("renegotiated", "departure", was)
    assert old["successor"] == new["key"]
    assert (new["fate"], new["due_at"]) == (None, case.running_deadlines[0].due_at)
    assert new["due_at"] < was


def test_a_departure_that_moves_nothing_leaves_the_promise_alone():
    case = make.with_merchant()
    move_departure(case, days=0)
    assert len(promised(case)) == 1


def test_a_better_offer_gives_the_tourist_a_new_time_and_the_old_promise_names_it():
    case = make.offered()
    with transaction():
        commands.make_offer(case.id, None, make.shop_of(case), make.REFUND)
    _shop, old, new = promised(case)
    assert (old["fate"], old["successor"]) == ("renegotiated", new["key"])


def test_the_day_that_a_settlement_names_is_a_promise_of_the_shop():
    case = make.settled()
    row = promised(case)[-1]
    assert (row["clock"], row["owner"], row["fate"]) == ("performance", "merchant", None)
    with transaction():
        commands.report_performance(case.id, None, make.shop_of(case), "original_card")
    assert {row["clock"]: row["fate"] for row in promised(case)}["performance"] == "kept"


def test_asking_the_authority_how_it_stands_is_a_promise_of_the_office():
    case = make.referred()
    row = next(row for row in promised(case) if row["clock"] == "follow_up")
    assert (row["owner"], row["office_id"], row["officer_id"]) == ("officer", case.office_id, case.officer_id)


def test_a_promise_keeps_the_officer_who_held_it_when_the_case_goes_to_another():
    case = make.mediation()
    first = make.officer_of(case)
    with transaction():
        commands.propose(case.id, None, first, make.HALF)
    with transaction():
        upkeep.assign(case.id, None, first, make.officer().id)
    fates = {row["clock"]: (row["fate"], row["officer_id"]) for row in promised(case)}
    assert fates["decision"] == ("kept", first.user_id)


def test_a_running_promise_cannot_have_a_fate():
    case = make.with_merchant()
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text("UPDATE deadlines SET fate = 'kept' WHERE case_id = :id"), {"id": case.id})


# --- letters


STORIES = (
    make.with_merchant, make.triage, make.asked, make.offered, make.countered, make.mediation, make.proposed,
    make.settled, make.reported, make.closed, make.authorisation_asked, make.referral_ready, make.referred,
)  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_every_letter_that_carries_a_time_names_its_promise(story):
    case = story()
    move_departure(case, days=-1) if case.is_open else None
    keys = {row["key"]: row for row in promised(case)}
    written = db.session.scalars(select(Message).where(Message.case_id == case.id)).all()
    timed = [m for m in written if m.slots.get("due_at")]
    assert timed
    for message in timed:
        promise = keys[message.slots["promise"]]
        assert promise["due_at"].isoformat() == message.slots["due_at"], message.template
        assert promise["clock"] == message.slots["clock"]


def test_reminders_name_the_promise_as_it_is_planned_now():
    case = make.with_merchant()
    move_departure(case, days=-2)
    deadline = case.running_deadlines[0]
    with transaction():
        clock.stand_at(deadline.remind_at)
    due_work()
    message = db.session.scalars(select(Message).where(Message.template == "reminder-shop")).one()
    assert message.slots["promise"] == promises.key(deadline)
    assert deadline.version == 2


def test_a_letter_with_a_time_and_without_a_promise_cannot_be_written():
    to = outbox.Recipient("tourist", "hana@travellers.example", "en")
    with pytest.raises(IntegrityError, match="no_time_without_a_promise"), transaction():
        outbox.put("test:1", to, "shop-asked", {"due_at": "2026-11-24T10:00:00+00:00"})


# --- how many were kept


def answered(merchant, times, late=0):
    """So many cases of this merchant whose claim was answered, and so many where it stayed silent."""
    shop = make.shop(merchant)
    for _ in range(times):
        make.offered(on=make.with_merchant(shop))
    for _ in range(late):
        make.lapsed(make.with_merchant(shop))


def test_kept_rates_count_by_merchant_office_officer_and_clock():
    merchant, officer = make.merchant(), make.officer()
    answered(merchant, 4, late=1)
    case = make.mediation()
    make.given_to(case, officer)
    with transaction():
        commands.propose(case.id, None, of_user(officer), make.HALF)
    assert tallies.refresh() == ["promises", "odds"]
    (own,) = tallies.kept_of_merchant(merchant.id)
    assert (own.clock, own.kept, own.broken, own.rate) == ("shop_answer", 4, 1, 0.8)
    assert merchant.id in {row.owner_id for row in tallies.kept_by_merchant(case.office_id)}
    assert {row.owner_id: row.kept for row in tallies.kept_by_officer(case.office_id)}[officer.id] == 1
    assert {row.owner_id: row.rate for row in tallies.kept_by_office()}[case.office_id] is None
    by_clock = {row.clock: (row.kept, row.broken) for row in tallies.kept_by_clock(case.office_id)}
    assert by_clock["decision"] == (1, 0)
    assert "tourist_reply" not in by_clock


def test_counting_again_on_the_same_day_and_the_next_counts_nothing_twice():
    merchant = make.merchant()
    answered(merchant, 5)
    tallies.refresh()
    tallies.refresh()
    later(days=1)
    answered(merchant, 1)
    tallies.refresh()
    (own,) = tallies.kept_of_merchant(merchant.id)
    assert (own.kept, own.rate) == (6, 1.0)


def test_after_an_outage_every_day_is_counted():
    merchant = make.merchant()
    answered(merchant, 2)
    tallies.refresh()
    later(days=3)
    answered(merchant, 2)
    later(days=10)
    tallies.refresh()
    (own,) = tallies.kept_of_merchant(merchant.id)
    assert own.kept == 4


# --- odds


def ended(times, left=timedelta(hours=40), before=True, outcome=Outcome.RESOLVED, **told):
    """So many cases filed with that much time left, closed before or after the departure."""
    for _ in range(times):
        leaves = clock.now() + left
        case = make.settled(departure_at=leaves, **told)
        if not before:
            with transaction():
                clock.stand_at(leaves + timedelta(minutes=5))
            due_work()
        make.closed(on=case, outcome=outcome)
        later(minutes=1)


def asked(left=timedelta(hours=40), category="quality_defect", trade="shop", region="CQ"):
    now = clock.now()
    told = tallies.odds_for(now, now + left, category, trade, region)
    return told and (told.odds.likeness, told.odds.cases, told.odds.ended)


def test_of_ten_cases_that_ended_in_time_all_are_told():
    ended(10)
    later(days=3)
    tallies.refresh()
    assert asked() == ("category_here", 10, 10)
    assert asked(left=timedelta(days=20)) is None


def test_nine_cases_say_nothing():
    ended(9)
    later(days=3)
    tallies.refresh()
    assert asked() is None


def test_only_what_the_tourist_confirmed_before_leaving_counts_as_ended():
    """Confirmed after the departure, reported and never confirmed, or still open when the tourist left: not ended."""
    ended(6)
    ended(2, before=False)
    case = make.reported(departure_at=clock.now() + timedelta(hours=40))
    later(days=31)
    due_work()
    assert queries.find(case.id, make.officer_of(case)).outcome == Outcome.PERFORMED_UNCONFIRMED
    make.with_merchant(departure_at=clock.now() + timedelta(hours=40))
    later(hours=41)
    tallies.refresh()
    assert asked() == ("category_here", 10, 6)


def test_cases_whose_tourist_is_still_here_are_not_counted_yet():
    ended(10)
    tallies.refresh()
    assert asked() is None


def test_other_matters_are_counted_where_there_are_too_few_of_this_one():
    ended(10, category="price_or_fee")
    later(days=3)
    tallies.refresh()
    assert asked() == ("trade_here", 10, 10)
    assert asked(region="SC") == ("trade", 10, 10)
    assert asked(trade="taxi") == ("time_left", 10, 10)


def test_the_odds_are_worked_out_once_a_day():
    tallies.refresh()
    later(hours=1)
    assert tallies.refresh() == ["promises"]
    later(hours=20)
    assert tallies.refresh() == ["promises", "odds"]


def test_a_deadline_that_nobody_met_is_counted_where_it_was_held():
    case = make.lapsed(make.triage())
    row = db.session.scalars(select(Deadline).where(Deadline.case_id == case.id, Deadline.fate == "broken")).one()
    assert (row.office_id, row.officer_id, row.merchant_id) == (case.office_id, case.officer_id, None)


# --- telling the supervisor


def alerts(case):
    query = select(Message.created_at).where(
        Message.case_id == case.id, Message.template == "supervisor-alert", Message.recipient.like("user:%")
    )
    return sorted(set(db.session.scalars(query)))


def pass_time(hours):
    """Let the sweeps run every five minutes for so long."""
    for _ in range(hours * 12):
        later(minutes=5)
        due_work()


def test_a_supervisor_who_does_not_act_is_told_again_after_twice_as_long_each_time():
    make.supervisor()
    case = make.triage(departure_at=clock.now() + timedelta(hours=3))
    pass_time(24)
    told = alerts(case)
    gaps = [after - before for before, after in pairwise(told)]
    assert 4 <= len(told) <= 8
    assert all(after > before * 1.5 for before, after in pairwise(gaps))


def test_beyond_the_longest_row_the_supervisor_is_told_once_a_working_day():
    make.supervisor()
    case = make.triage(departure_at=clock.now() + timedelta(hours=3))
    for _ in range(40):
        later(hours=12)
        due_work()
    gaps = [after - before for before, after in pairwise(alerts(case)[-4:])]
    assert all(timedelta(hours=20) <= gap <= timedelta(days=5) for gap in gaps)


def test_between_two_alerts_nobody_is_reminded_besides():
    make.supervisor()
    case = make.triage(departure_at=clock.now() + timedelta(hours=3))
    pass_time(2)
    running = case.running_deadlines[0]
    assert running.clock == "supervisor_attends"
    assert running.remind_at is None
    assert "told_again" in [line["code"] for line in running.lines]


def test_a_supervisors_first_clock_is_as_short_as_the_standard_says():
    make.supervisor()
    case = make.lapsed(make.triage(departure_at=clock.now() + timedelta(hours=3)))
    first = case.running_deadlines[0]
    assert first.due_at - first.started_at <= timedelta(minutes=30)
    assert first.remind_at is not None


# --- after the departure


def test_after_the_departure_nothing_that_needs_the_tourist_here_can_be_put_on_the_table():
    case = make.departed(make.with_merchant())
    with pytest.raises(commands.Refused, match="in_person_after_departure"), transaction():
        commands.make_offer(case.id, None, make.shop_of(case), replace(make.HALF, means=Means.CASH))
    with pytest.raises(commands.Refused, match="in_person_after_departure"), transaction():
        commands.make_offer(case.id, None, make.shop_of(case), make.REFUND)
    by_parcel = replace(make.REFUND, shipping=Shipping.SHOP_PAYS)
    with transaction():
        commands.make_offer(case.id, None, make.shop_of(case), by_parcel)
    assert queries.find(case.id, make.shop_of(case)).state == "offered"


def test_a_tourist_who_stays_after_all_can_be_paid_in_cash():
    case = make.with_merchant(departure_at=clock.now() + timedelta(hours=5))
    later(hours=6)
    due_work()
    with transaction():
        at = clock.now() + timedelta(days=2)
        upkeep.change_departure(case.id, None, make.tourist_of(case), "known", at, "CKG")
    with transaction():
        commands.make_offer(case.id, None, make.shop_of(case), replace(make.HALF, means=Means.CASH))
    assert case.remote_since is not None, "the step at departure is taken once"
