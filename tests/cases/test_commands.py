"""What the parties, the staff and the clocks do with a dispute: state, event, deadlines and messages together."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from disputes import clock
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import commands, deadlines, lists, queries, sweeps, upkeep
from disputes.cases.models import CaseEvent, Deadline
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.intake.models import Draft
from disputes.notifications.models import Message
from disputes.rules.categories import Purpose
from disputes.rules.lifecycle import Outcome, Role, State, StepRefused
from disputes.rules.packages import Goods, Package, Remedy, Within
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


def running(case):
    return {d.clock for d in case.running_deadlines}


def letters(case, recipient=None):
    query = select(Message.template).where(Message.case_id == case.id)
    if recipient:
        query = query.where(Message.recipient == recipient)
    return list(db.session.scalars(query.order_by(Message.id)))


def later(**by):
    """Let this much time pass for every process."""
    with transaction():
        clock.stand_at(clock.now() + timedelta(**by))


def _agreed(case):
    with transaction():
        commands.agree(case.id, None, make.tourist_of(case))
    with transaction():
        commands.agree(case.id, None, make.shop_of(case))
    return case


def due_work():
    while sweeps.lapse_next() or sweeps.remind_next() or sweeps.depart_next():
        pass


# --- the conversation


def test_an_offer_stops_the_merchants_clock_and_starts_the_tourists():
    case = make.with_merchant()
    assert running(case) == {"shop_answer"}
    make.offered(case)
    assert running(case) == {"tourist_reply"}
    assert case.waiting_on == Role.TOURIST
    met = next(d for d in case.deadlines if d.clock == "shop_answer")
    assert (met.ending, met.ended_by_id) == ("met", case.events[-1].id)


def test_a_counter_offer_gives_the_shop_its_clock_back_and_can_be_accepted():
    case = make.countered()
    assert case.state == State.WITH_MERCHANT
    assert running(case) == {"shop_answer"}
    with transaction():
        commands.accept_claim(case.id, None, make.shop_of(case))
    assert case.state == State.SETTLED
    assert case.settlement.offer.by_role == Role.TOURIST
    assert case.settlement.offer.status == "accepted"
    assert [o.status for o in case.offers] == ["claim", "superseded", "accepted"]


def test_a_shop_that_accepts_as_asked_settles_on_the_claim_itself():
    case = make.with_merchant()
    with transaction():
        commands.accept_claim(case.id, None, make.shop_of(case))
    assert case.settlement.offer is case.claim


def test_a_better_offer_replaces_the_shops_earlier_one_and_the_tourist_has_time_anew():
    case = make.offered()
    first = case.running_deadlines[0]
    make.offered(case, Package((Remedy.REFUND,), amount=100_000))
    assert [o.status for o in case.offers] == ["claim", "superseded", "open"]
    assert first.ending == "met"
    assert len(case.running_deadlines) == 1


def test_a_contest_needs_reasons_and_brings_an_officer_with_the_tourists_language():
    make.officer(languages=["ar"])
    speaks = make.officer(languages=["ja"])
    case = make.with_merchant(language="ja")
    with pytest.raises(commands.Refused, match="reasons_missing"):
        commands.contest(case.id, None, make.shop_of(case), "as_described", "  ")
    with transaction():
        commands.contest(case.id, None, make.shop_of(case), "as_described", "当面验货。")
    assert case.state == State.MEDIATION
    assert case.officer_id == speaks.id
    assert running(case) == {"decision"}


def test_a_merchant_can_ask_once_and_the_answer_leads_back_to_the_merchant():
    case = make.asked()
    assert (case.state, case.asked_from) == (State.AWAITING_TOURIST, State.WITH_MERCHANT)
    assert running(case) == {"tourist_answer"}
    with transaction():
        commands.answer(case.id, None, make.tourist_of(case), "Till 3, at noon.", "en")
    assert (case.state, case.asked_from) == (State.WITH_MERCHANT, None)
    assert running(case) == {"shop_answer"}
    with pytest.raises(commands.Refused, match="already_asked"):
        commands.ask_tourist(case.id, None, make.shop_of(case), "还有一个问题")


def test_a_proposal_settles_only_when_both_sides_have_agreed():
    case = make.proposed()
    assert running(case) == {"shop_proposal", "tourist_proposal"}
    with transaction():
        commands.agree(case.id, None, make.tourist_of(case))
    assert case.state == State.PROPOSED
    assert running(case) == {"shop_proposal"}
    assert case.waiting_on == Role.MERCHANT
    with pytest.raises(commands.Refused, match="already_agreed"):
        commands.agree(case.id, None, make.tourist_of(case))
    with transaction():
        commands.agree(case.id, None, make.shop_of(case))
    assert case.state == State.SETTLED
    assert case.settlement.offer.tourist_agreed_at
    assert case.settlement.offer.merchant_agreed_at


def test_money_that_has_not_arrived_reopens_with_the_same_officer():
    case = make.reported(_agreed(make.proposed()))
    had = case.officer_id
    assert running(case) == {"confirmation"}
    with transaction():
        commands.deny(case.id, None, make.tourist_of(case), "Nothing on my card.")
    assert (case.state, case.officer_id) == (State.MEDIATION, had)
    assert case.settlement is None
    assert case.settlements[0].denied_at


def test_a_case_closes_as_resolved_only_when_the_tourist_says_so():
    case = make.reported()
    with pytest.raises(commands.Refused, match="outcome_not_for_staff"):
        commands.close(make.mediation().id, None, make.officer_of(make.mediation()), Outcome.RESOLVED, "done")
    with transaction():
        commands.confirm(case.id, None, make.tourist_of(case))
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.RESOLVED)
    assert running(case) == set()
    assert case.closed_at == case.events[-1].at


def test_performance_is_due_when_the_settlement_says_and_never_after_the_line_of_the_penalty_rules():
    case = make.offered(package=Package((Remedy.REFUND,), amount=100, within=Within.THREE_DAYS))
    make.settled(case)
    due = next(d for d in case.running_deadlines if d.clock == "performance")
    assert due.due_on == clock.today() + timedelta(days=3)
    longest = make.settled(make.offered(package=Package((Remedy.REFUND,), amount=100, within=Within.FIFTEEN_DAYS)))
    due = next(d for d in longest.running_deadlines if d.clock == "performance")
    assert due.due_on <= clock.today() + timedelta(days=15)


def test_somebody_unverified_at_the_counter_can_offer_for_an_unknown_shop():
    case = make.triage()
    counter = Actor(Role.COUNTER, case_id=case.id)
    with transaction():
        commands.make_offer(case.id, None, counter, Package((Remedy.REFUND,), amount=5_000, goods=Goods.GIVE_BACK))
    assert case.state == State.OFFERED
    assert case.open_offer.verified is False
    with pytest.raises(StepRefused):
        commands.accept_claim(case.id, None, counter)


# --- silence


def test_a_silent_shop_brings_the_case_to_a_mediator_and_admits_nothing():
    make.officer()
    case = make.with_merchant()
    later(days=4)
    due_work()
    assert case.state in (State.MEDIATION, State.AWAITING_TOURIST, State.REFERRAL_READY)
    assert "escalate" in [e.action for e in case.events]
    assert case.settlements == []


def test_an_offer_left_unanswered_goes_to_an_officer_and_is_never_accepted():
    make.officer()
    case = make.offered()
    due = case.running_deadlines[0].due_at
    with transaction():
        clock.stand_at(due)
    assert sweeps.lapse_next()
    assert case.state == State.MEDIATION
    assert [o.status for o in case.offers] == ["claim", "lapsed"]


def test_a_deadline_is_exclusive_one_microsecond_before_it_nothing_happens():
    case = make.with_merchant()
    due = case.running_deadlines[0].due_at
    with transaction():
        clock.stand_at(due - timedelta(microseconds=1))
    assert not sweeps.lapse_next()
    with transaction():
        clock.stand_at(due)
    assert sweeps.lapse_next()
    assert not sweeps.lapse_next()


def test_a_question_unanswered_for_thirty_days_closes_as_dormant_and_reopens_with_one_step():
    case = make.asked()
    due = case.running_deadlines[0]
    assert due.due_on == clock.today() + timedelta(days=30)
    with transaction():
        clock.stand_at(due.due_at)
    due_work()
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.DORMANT)
    with transaction():
        commands.reopen(case.id, None, make.tourist_of(case))
    assert (case.state, case.outcome, case.closed_at) == (State.MEDIATION, None, None)


def test_performance_nobody_confirms_is_asked_about_and_closes_after_thirty_days_without_counting_as_resolved():
    case = make.reported()
    confirmation = next(d for d in case.running_deadlines if d.clock == "confirmation")
    asked = deadlines.reminder_moments(confirmation)
    assert [a - confirmation.started_at for a in asked] == [timedelta(days=3), timedelta(days=10)]
    with transaction():
        clock.stand_at(confirmation.due_at)
    due_work()
    assert case.outcome == Outcome.PERFORMED_UNCONFIRMED


def test_a_proposal_the_shop_leaves_unanswered_is_made_ready_for_the_authority_when_authorised():
    case = make.proposed(make.authorised(make.mediation()))
    due = next(d for d in case.running_deadlines if d.clock == "shop_proposal")
    with transaction():
        commands.agree(case.id, None, make.tourist_of(case))
        clock.stand_at(due.due_at)
    assert sweeps.lapse_next()
    assert case.state == State.REFERRAL_READY
    assert queries.referral(case).authority_code == "market_regulation"


def test_without_an_authorisation_the_tourist_is_asked_and_the_authorisation_carries_the_case_on():
    case = make.proposed()
    due = next(d for d in case.running_deadlines if d.clock == "shop_proposal")
    with transaction():
        commands.agree(case.id, None, make.tourist_of(case))
        clock.stand_at(due.due_at)
    assert sweeps.lapse_next()
    assert (case.state, case.asked_from) == (State.AWAITING_TOURIST, State.MEDIATION)
    make.authorised(case)
    assert case.state == State.REFERRAL_READY
    assert [e.action for e in case.events[-3:]] == ["authorise", "answer", "ready_referral"]


def test_an_officer_who_does_not_act_is_followed_by_the_supervisor_and_then_by_the_referral():
    make.officer()
    make.supervisor()
    case = make.authorised(make.mediation())
    for expected in (State.MEDIATION, State.REFERRAL_READY):
        with transaction():
            clock.stand_at(min(d.due_at for d in case.running_deadlines))
        assert sweeps.lapse_next()
        assert case.state == expected
    assert [e.action for e in case.events[-2:]] == ["alert_supervisor", "ready_referral"]


def test_a_referral_is_entered_only_with_a_receiver_and_not_in_the_future():
    case = make.referral_ready()
    by = make.officer_of(case)
    with pytest.raises(commands.Refused, match="receiver_missing"):
        commands.record_referral(case.id, None, by, " ", clock.now(), "1", "window")
    with pytest.raises(commands.Refused, match="received_in_the_future"):
        commands.record_referral(case.id, None, by, "窗口", clock.now() + timedelta(minutes=1), "1", "window")


def test_an_agreement_before_the_authority_is_watched_like_any_other():
    case = make.referred()
    with transaction():
        commands.record_settlement(case.id, None, make.officer_of(case), make.REFUND)
    assert case.state == State.SETTLED
    assert running(case) == {"performance"}
    assert all(r.ended_at for r in case.referrals)


# --- records


def test_a_refused_step_leaves_nothing_behind():
    case = make.offered()
    before = (case.version, case.last_seq, len(letters(case)))
    with pytest.raises(StepRefused), transaction():
        commands.contest(case.id, None, make.shop_of(case), "other", "不同意")
    db.session.refresh(case)
    assert (case.version, case.last_seq, len(letters(case))) == before
    assert case.state == State.OFFERED
    assert case.open_offer is not None


def test_a_person_who_looked_at_an_older_version_is_told_so():
    case = make.offered()
    seen = case.version
    make.offered(case, Package((Remedy.REFUND,), amount=99_000))
    with pytest.raises(queries.Stale) as stale:
        commands.accept(case.id, seen, make.tourist_of(case))
    assert stale.value.case.version == case.version


def test_what_belongs_to_somebody_else_is_not_found():
    case, other = make.with_merchant(), make.with_merchant()
    for stranger in (make.tourist_of(other), make.shop_of(other), Actor(Role.PARTNER, key_id=99), Actor(Role.MERCHANT)):
        with pytest.raises(queries.NotFound):
            queries.find(case.id, stranger)


def test_a_merchant_sees_a_case_only_once_it_was_passed_on():
    held = make.routed(email="one@travellers.example", consents=(Purpose.HANDLING,))
    by = Actor(Role.MERCHANT, merchant_id=held.merchant_id)
    assert held.held_reasons == ["no_consent_to_pass_on"]
    with pytest.raises(queries.NotFound):
        queries.find(held.id, by)


def test_the_history_can_be_neither_changed_nor_removed():
    case = make.offered()
    for statement in ("UPDATE case_events SET by = 'x'", "DELETE FROM case_events", "TRUNCATE case_events CASCADE"):
        with pytest.raises(ProgrammingError, match="append-only"), db.session.begin_nested():
            db.session.execute(text(statement))
    assert len(queries.history(case)) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases SET state = 'closed'",
        "UPDATE cases SET outcome = 'resolved'",
        "UPDATE cases SET state = 'awaiting_tourist'",
        "UPDATE cases SET departure = 'known', departure_at = NULL",
        "UPDATE cases SET state = 'nonsense'",
        "INSERT INTO offers (case_id, event_id, by_role, verified, package, status) SELECT case_id, event_id, by_role, true, package, 'open' FROM offers WHERE status = 'open'",
        "INSERT INTO deadlines (case_id, clock, owes, rule_id, rule_version, calendar_version, started_by_id, started_at, due_on, due_at, provisional, lines, version, stage, tries) "
        "SELECT case_id, clock, owes, rule_id, rule_version, calendar_version, started_by_id, started_at, due_on, due_at, provisional, lines, 1, 0, 0 FROM deadlines WHERE ended_at IS NULL",
    ],
)
def test_the_database_itself_refuses_what_must_never_be(statement):
    make.offered()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text(statement))


def test_erasing_leaves_codes_and_the_chain_and_takes_the_words_and_the_letters():
    case = make.closed()
    with pytest.raises(StepRefused):
        upkeep.erase(make.with_merchant().id, None, SYSTEM)
    db.session.rollback()
    old_link = case.link_version
    with transaction():
        upkeep.erase(case.id, None, make.tourist_of(case))
    assert case.tourist.name is None
    assert case.tourist.email is None
    assert all(t.body is None and t.salt is None for t in case.texts)
    assert case.complaint.item is None
    assert case.link_version > old_link
    assert {m.address for m in db.session.scalars(select(Message).where(Message.case_id == case.id))} <= {""}
    from_history = queries.history(case)
    assert from_history[-1].action == "erase"


def test_no_event_holds_a_word_that_a_person_wrote():
    case = make.mediation(make.offered(words="私は対不起です"))
    with transaction():
        commands.write(case.id, None, make.tourist_of(case), "secret words of mine", "en")
    said = db.session.scalars(select(CaseEvent.details).where(CaseEvent.case_id == case.id)).all()
    assert "secret" not in str(said)
    assert "対不起" not in str(said)
    assert case.tourist.email not in str(said)


def test_filing_the_same_draft_twice_makes_one_case():
    now = clock.now()
    with transaction():
        db.session.add(Draft(id="a-draft", language="en", answers={}, made_at=now, changed_at=now))
    with transaction():
        first = intake.file_complaint(make.telling(), Actor(Role.TOURIST), "web", "a-draft")
    with transaction():
        again = intake.file_complaint(make.telling(), Actor(Role.TOURIST), "web", "a-draft")
    assert first.id == again.id


def test_every_step_tells_whom_the_table_names_once():
    case = make.proposed()
    keys = list(db.session.scalars(select(Message.key).where(Message.case_id == case.id)))
    assert len(keys) == len(set(keys))
    assert "proposal-made-shop" in letters(case, "shop")


def test_an_unconfirmed_address_gets_the_link_and_news_only():
    case = make.offered()
    assert set(letters(case, "tourist")) == {"case-link", "case-news"}
    upkeep.confirm_address(case, make.tourist_of(case, mailed=True))
    make.settled(case)
    assert letters(case, "tourist")[-1] == "settled"


def test_reminders_come_at_half_and_four_fifths_and_after_an_outage_only_the_last_one():
    case = make.with_merchant()
    due = case.running_deadlines[0]
    half = due.started_at + (due.due_at - due.started_at) / 2
    assert due.remind_at == half
    with transaction():
        clock.stand_at(due.started_at + (due.due_at - due.started_at) * 0.9)
    assert sweeps.remind_next()
    assert not sweeps.remind_next()
    assert letters(case, "shop").count("reminder-shop") == 1
    assert (due.stage, due.remind_at) == (2, None)


def test_at_departure_a_case_enters_remote_mode_exactly_once():
    case = make.with_merchant()
    with transaction():
        clock.stand_at(case.departure_at)
    due_work()
    assert case.remote_since == case.departure_at
    assert [e.action for e in case.events].count("depart") == 1
    assert not sweeps.depart_next()


def test_the_queue_puts_first_what_has_the_least_slack():
    unknown = make.triage(departure="unknown")
    soon = make.triage(departure_at=clock.now() + timedelta(hours=5))
    later_on = make.triage(departure_at=clock.now() + timedelta(days=6))
    by = Actor(Role.OFFICER, user_id=1, office_id=soon.office_id)
    order = [c.id for c in lists.queue(by) if c.id in (unknown.id, soon.id, later_on.id)]
    assert order == [soon.id, later_on.id, unknown.id]


def test_one_bad_case_stops_nothing_and_after_five_tries_it_stands_on_the_list_of_faults():
    make.officer()
    bad, good = make.with_merchant(), make.with_merchant()
    broken = bad.running_deadlines[0]
    db.session.execute(text("UPDATE deadlines SET clock = 'no_such_clock' WHERE id = :id"), {"id": broken.id})
    later(days=10)
    for _ in range(60):
        while sweeps.lapse_next():
            pass
        later(hours=1)
    db.session.refresh(broken)
    assert good.state != State.WITH_MERCHANT
    assert broken.tries == queries.MAX_TRIES
    assert [d.id for d in queries.faults()] == [broken.id]
    assert "no_such_clock" in broken.fault
    assert db.session.scalars(select(Deadline.ended_at).where(Deadline.id == broken.id)).one() is None


def test_a_new_departure_counts_the_running_clock_anew_and_the_history_says_so():
    case = make.with_merchant(departure_at=clock.now() + timedelta(days=30))
    running_now = case.running_deadlines[0]
    before, version = running_now.due_at, running_now.version
    with transaction():
        upkeep.change_departure(case.id, None, make.tourist_of(case), "known", clock.now() + timedelta(hours=5), "CKG")
    assert running_now.due_at == running_now.started_at + timedelta(hours=1)
    assert running_now.version == version + 1
    moved = case.events[-1].details["replanned"]
    assert moved == [{"clock": "shop_answer", "from": before.isoformat(), "to": running_now.due_at.isoformat()}]
    assert case.slack_at < case.departure_at


def test_a_clock_that_would_already_be_over_is_counted_from_the_news():
    case = make.with_merchant(departure_at=clock.now() + timedelta(days=30))
    later(hours=20)
    with transaction():
        upkeep.change_departure(case.id, None, make.tourist_of(case), "known", clock.now() + timedelta(hours=5), "CKG")
    assert case.running_deadlines[0].due_at == clock.now() + timedelta(hours=1)
    assert not sweeps.lapse_next()


def test_what_the_parties_promised_each_other_does_not_move_with_the_flight():
    case = make.settled()
    before = case.running_deadlines[0].due_at
    with transaction():
        upkeep.change_departure(case.id, None, make.tourist_of(case), "known", clock.now() + timedelta(hours=5), None)
    assert case.running_deadlines[0].due_at == before
    assert case.events[-1].details["replanned"] == []


def test_a_departure_that_moves_back_and_forth_leads_into_remote_mode_once():
    case = make.with_merchant()
    for hours in (3, 9, 4):
        with transaction():
            upkeep.change_departure(
                case.id, None, make.tourist_of(case), "known", clock.now() + timedelta(hours=hours), None
            )
    later(hours=6)
    due_work()
    with transaction():
        upkeep.change_departure(case.id, None, make.tourist_of(case), "known", clock.now() + timedelta(hours=2), None)
    later(hours=3)
    due_work()
    assert [e.action for e in case.events].count("depart") == 1


def test_somebody_who_said_by_mistake_that_they_had_left_is_here_again():
    case = make.departed(make.with_merchant())
    assert case.remote_since
    with transaction():
        upkeep.change_departure(case.id, None, make.tourist_of(case), "known", clock.now() + timedelta(days=2), None)
    assert case.remote_since is None


def test_somebody_who_has_left_no_longer_stands_before_those_who_are_still_here():
    gone, here = (
        make.triage(departure_at=clock.now() + timedelta(hours=2)),
        make.triage(departure_at=clock.now() + timedelta(days=3)),
    )
    assert gone.slack_at < here.slack_at
    later(hours=3)
    while sweeps.depart_next():
        pass
    assert gone.slack_at == gone.filed_at + timedelta(days=30)
    assert here.slack_at < gone.slack_at


def test_a_shop_hears_what_somebody_unverified_offered_at_its_counter():
    case = make.with_merchant()
    with transaction():
        commands.make_offer(
            case.id, None, Actor(Role.COUNTER, case_id=case.id), Package((Remedy.REFUND,), amount=5_000)
        )
    assert letters(case, "shop")[-1] == "answered-at-counter"
    own = make.offered()
    assert "answered-at-counter" not in letters(own, "shop")


def test_a_companions_address_that_nobody_confirmed_never_gets_more_than_the_link():
    case = make.with_merchant(companion_email="friend@travellers.example")
    upkeep.confirm_address(case, make.tourist_of(case, mailed=True))
    make.offered(case)
    assert letters(case, "tourist")[-1] == "offer-made"
    assert set(letters(case, "companion")) == {"case-link", "case-news"}


def test_a_case_that_only_waits_for_the_tourists_word_does_not_stand_before_those_that_need_work():
    reported, waiting = make.reported(), make.triage(departure_at=clock.now() + timedelta(days=3))
    assert reported.slack_at == reported.departure_at
    assert waiting.slack_at < reported.slack_at
