"""What an officer records of an authority: its clocks, their pauses and extensions, and what happens when they lapse."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from disputes import clock
from disputes.cases import authorities, commands, procedures, queries, sweeps
from disputes.cases.commands import Refused
from disputes.cases.models import DeadlinePlan
from disputes.db import db, transaction
from disputes.notifications.models import Message
from disputes.rules.lifecycle import Role, State, StepRefused
from disputes.rules.procedure import EndGround, FactKind, RefusalGround
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")
CHINA = ZoneInfo("Asia/Shanghai")
RECEIVED = date(2026, 9, 30)  # a Wednesday before the long October holiday: worked example E1


def at(day: date, hour: int = 10) -> None:
    """Let the clock of all processes stand at this hour in China."""
    with transaction():
        clock.stand_at(datetime(day.year, day.month, day.day, hour, tzinfo=CHINA).astimezone(UTC))


def referred(authority: str = "market_regulation", on: date = RECEIVED, received_as=FactKind.RECEIVED, **told):
    """A case that the authority received on this day."""
    with transaction():
        clock.stand_at(None)
    case = make.referral_ready(authority=authority, departure="unknown", **told)
    by = make.officer_of(case)
    with transaction():
        case.tourist.email_confirmed_at = clock.now()
    at(on)
    with transaction():
        commands.record_referral(
            case.id, None, by, "渝中区市场监管局", clock.now(), "渝中市监2026-88", "window", received_as
        )
    return case


def record(case, kind, on, **more):
    with transaction():
        return authorities.record(case.id, None, make.officer_of(case), kind, on, **more)


def running(case):
    db.session.expire_all()
    return {d.clock: d for d in case.deadlines if d.ended_at is None}


def of(case, name):
    db.session.expire_all()
    return [d for d in case.deadlines if d.clock == name][-1]


def letters(case, recipient="tourist"):
    found = select(Message.template).where(Message.case_id == case.id, Message.recipient == recipient)
    return list(db.session.scalars(found.order_by(Message.id)))


def sweep():
    while sweeps.lapse_next():
        pass


def accepted(day: date = date(2026, 10, 15), **told):
    case = referred(**told)
    at(day)
    record(case, FactKind.ACCEPTED, day)
    return case


# --- the receipt


def test_a_receipt_starts_the_regulators_seven_working_days_and_nothing_else_of_the_law():
    case = referred()
    runs = running(case)
    assert set(runs) == {"follow_up", "samr_accepts"}
    due = runs["samr_accepts"]
    assert (due.owes, due.rule_id, due.rule_version, due.due_on) == (
        "authority",
        "R-SAMR-ACCEPT",
        2,
        date(2026, 10, 15),
    )
    assert due.remind_at is None


def test_before_the_receipt_is_recorded_no_clock_of_an_authority_runs():
    case = make.referral_ready()
    assert not [d for d in case.deadlines if d.rule_id.startswith("R-")]


def test_the_tourism_body_has_two_working_days():
    case = referred("culture_tourism")
    assert running(case)["tour_accepts"].due_on == date(2026, 10, 9)  # E2


def test_the_day_of_receipt_picks_the_version_of_the_rule():
    case = referred(on=date(2026, 4, 14))
    assert running(case)["samr_accepts"].rule_version == 1
    at(date(2026, 4, 20))
    record(case, FactKind.ACCEPTED, date(2026, 4, 20))
    mediates = running(case)["samr_mediates"]
    assert (mediates.rule_version, mediates.due_on) == (
        2,
        date(2026, 6, 22),
    )  # 60 days, out of a holiday; 45 working days are more


def test_of_an_authority_without_a_known_period_only_our_own_follow_up_runs():
    case = referred("transport")
    assert set(running(case)) == {"follow_up"}
    record(case, FactKind.ACCEPTED, RECEIVED)
    assert set(running(case)) == {"follow_up"}


def test_a_unit_that_only_collects_complaints_starts_no_period_of_the_bureau():
    case = referred(received_as=FactKind.COLLECTED)
    assert set(running(case)) == {"follow_up", "samr_distributes"}
    at(date(2026, 10, 9))
    record(case, FactKind.RECEIVED, date(2026, 10, 9))
    assert set(running(case)) == {"follow_up", "samr_accepts"}


def test_a_shop_of_the_platforms_own_negotiation_has_ten_working_days_before_the_regulators_begin():
    case = referred(on=date(2026, 4, 30), received_as=FactKind.SENT_TO_ODR)
    odr = running(case)["odr_answers"]
    assert (odr.owes, odr.due_on) == ("merchant", date(2026, 5, 18))  # E7
    at(date(2026, 5, 19))
    record(case, FactKind.RECEIVED, date(2026, 5, 19))
    assert running(case)["samr_accepts"].due_on == date(2026, 5, 28)


def test_only_what_comes_from_macao_is_forwarded_between_the_councils():
    assert "council_forwards" not in running(referred("consumer_council_cq"))
    case = referred("consumer_council_cq", on=date(2026, 9, 29), country="MO")
    assert running(case)["council_forwards"].due_on == date(2026, 10, 12)  # E17


def test_a_second_receipt_by_another_bureau_starts_the_days_anew():
    case = referred()
    at(date(2026, 10, 9))
    record(case, FactKind.RECEIVED, date(2026, 10, 9))
    first, second = [d for d in case.deadlines if d.clock == "samr_accepts"]
    assert (first.ending, second.ending) == ("cancelled", None)
    assert second.due_on > first.due_on


# --- what follows it


def test_acceptance_ends_the_first_period_and_starts_the_mediation():
    case = accepted()
    assert of(case, "samr_accepts").ending == "met"
    mediates = running(case)["samr_mediates"]
    assert mediates.due_on == date(2026, 12, 14)  # E3
    assert "authority-accepted" in letters(case)
    assert case.state == State.REFERRED


def test_a_refusal_names_its_ground_and_tells_the_tourist():
    case = referred()
    at(date(2026, 10, 12))
    with pytest.raises(Refused, match="ground_missing"):
        record(case, FactKind.REFUSED, date(2026, 10, 12))
    record(case, FactKind.REFUSED, date(2026, 10, 12), ground=RefusalGround.B, words="消委会已受理。")
    assert set(running(case)) == {"follow_up"}
    assert of(case, "samr_accepts").ending == "met"
    assert "authority-refused" in letters(case)


def test_the_end_of_mediation_starts_the_days_for_the_notice_and_the_notice_ends_them():
    case = accepted()
    at(date(2026, 12, 14))
    record(case, FactKind.ENDED, date(2026, 12, 14), ground=EndGround.NO_AGREEMENT)
    assert running(case)["samr_tells_end"].due_on == date(2026, 12, 23)  # E14
    at(date(2026, 12, 16))
    record(case, FactKind.END_NOTICE, date(2026, 12, 16))
    assert set(running(case)) == {"follow_up"}


def test_a_check_can_be_extended_once_and_only_before_it_is_over():
    case = accepted(date(2026, 9, 17), on=date(2026, 9, 14))
    at(date(2026, 9, 18))
    record(case, FactKind.BREACH_FOUND, date(2026, 9, 18))
    assert running(case)["samr_checks"].due_on == date(2026, 10, 15)  # E15
    at(date(2026, 10, 12))
    with pytest.raises(Refused, match="reasons_missing"):
        record(case, FactKind.BREACH_EXTENDED, date(2026, 10, 12))
    record(case, FactKind.BREACH_EXTENDED, date(2026, 10, 12), words="经负责人批准延长。")
    assert running(case)["samr_checks"].due_on == date(2026, 11, 5)
    with pytest.raises(Refused, match="already_recorded"):
        record(case, FactKind.BREACH_EXTENDED, date(2026, 10, 12), words="再次延长。")


def test_taking_an_extension_back_gives_the_first_day_again():
    case = accepted(date(2026, 9, 17), on=date(2026, 9, 14))
    at(date(2026, 10, 12))
    record(case, FactKind.BREACH_FOUND, date(2026, 9, 18))
    record(case, FactKind.BREACH_EXTENDED, date(2026, 10, 12), words="经负责人批准延长。")
    fact = procedures.facts_of(queries.referral(case))[-1]
    with transaction():
        authorities.correct(case.id, None, make.officer_of(case), fact.id, "记录错误")
    assert running(case)["samr_checks"].due_on == date(2026, 10, 15)
    assert fact.removed_at is not None


def test_an_extension_that_comes_after_the_end_is_refused():
    case = accepted(date(2026, 9, 17), on=date(2026, 9, 14))
    at(date(2026, 10, 20))
    record(case, FactKind.BREACH_FOUND, date(2026, 9, 18))
    with pytest.raises(Refused, match="extension_not_lawful"):
        record(case, FactKind.BREACH_EXTENDED, date(2026, 10, 20), words="经负责人批准延长。")


# --- pauses


def test_the_days_of_a_test_do_not_count():
    case = accepted()
    at(date(2026, 11, 20))
    record(case, FactKind.TEST_BEGAN, date(2026, 11, 2), until=date(2026, 11, 11), words="送检。")
    mediates = running(case)["samr_mediates"]
    assert mediates.due_on == date(2026, 12, 24)  # E4
    plans = db.session.scalars(select(DeadlinePlan).where(DeadlinePlan.deadline_id == mediates.id)).all()
    assert [(plan.due_on, plan.cause) for plan in plans] == [(date(2026, 12, 14), "pause")]
    event = case.events[-1]
    assert event.details["replanned"][0]["clock"] == "samr_mediates"


def test_an_open_test_lets_nothing_lapse_and_its_end_settles_the_day():
    case = accepted()
    at(date(2026, 11, 2))
    record(case, FactKind.TEST_BEGAN, date(2026, 11, 2), words="送检。")
    assert running(case)["samr_mediates"].paused_since == date(2026, 11, 2)
    at(date(2027, 1, 15))
    sweep()
    mediates = of(case, "samr_mediates")
    assert mediates.ended_at is None
    assert mediates.due_at > clock.now()
    record(case, FactKind.TEST_ENDED, date(2026, 11, 11), words="报告已出。")
    mediates = of(case, "samr_mediates")
    assert (mediates.due_on, mediates.paused_since) == (date(2026, 12, 24), None)


def test_overlapping_tests_count_each_day_once():
    case = accepted()
    at(date(2026, 11, 20))
    record(case, FactKind.TEST_BEGAN, date(2026, 11, 2), until=date(2026, 11, 8), words="甲。")
    record(case, FactKind.TEST_BEGAN, date(2026, 11, 6), until=date(2026, 11, 11), words="乙。")
    assert running(case)["samr_mediates"].due_on == date(2026, 12, 24)


def test_mediation_that_ends_during_a_test_is_over():
    case = accepted()
    at(date(2026, 11, 5))
    record(case, FactKind.TEST_BEGAN, date(2026, 11, 2), words="送检。")
    record(case, FactKind.ENDED, date(2026, 11, 5), ground=EndGround.SETTLED)
    mediates = of(case, "samr_mediates")
    assert (mediates.ending, mediates.paused_since) == ("met", None)
    assert "samr_tells_end" in running(case)


def test_a_back_dated_test_revives_a_period_that_seemed_over():
    case = accepted()
    at(date(2026, 12, 16))
    sweep()
    assert of(case, "samr_mediates").ending == "lapsed"
    assert "chase" in running(case)
    record(case, FactKind.TEST_BEGAN, date(2026, 11, 2), until=date(2026, 11, 11), words="补记。")
    mediates = of(case, "samr_mediates")
    assert (mediates.ending, mediates.fate, mediates.due_on) == (None, None, date(2026, 12, 24))
    assert "chase" not in running(case)


def test_no_pause_stops_a_period_whose_rule_names_none():
    case = referred()
    with pytest.raises(Refused, match="nothing_before"):
        record(case, FactKind.TEST_BEGAN, RECEIVED, words="送检。")
    other = referred("transport")
    with pytest.raises(Refused, match="not_of_this_authority"):
        record(other, FactKind.TEST_BEGAN, RECEIVED, words="送检。")


# --- late, wrong, not allowed


def test_a_period_that_lapses_gives_an_officer_work_and_moves_nothing():
    case = referred()
    at(date(2026, 10, 16))
    sweep()
    db.session.expire_all()
    assert case.state == State.REFERRED
    assert of(case, "samr_accepts").ending == "lapsed"
    chase = running(case)["chase"]
    assert (chase.owes, chase.rule_id) == ("officer", "S-CHASE")
    assert case.waiting_on == Role.OFFICER
    assert "authority-late" in letters(case)
    assert "authority-late-officer" in letters(case, f"user:{case.officer_id}")
    record(case, FactKind.ASKED, date(2026, 10, 16))
    assert "chase" not in running(case)


def test_an_acceptance_that_is_recorded_later_but_came_in_time_is_no_lapse():
    case = referred()
    at(date(2026, 10, 16))
    sweep()
    record(case, FactKind.ACCEPTED, date(2026, 10, 15))
    accepts = of(case, "samr_accepts")
    assert (accepts.ending, accepts.fate) == ("met", "kept")
    assert running(case)["samr_mediates"].due_on == date(2026, 12, 14)


def test_a_record_that_was_wrong_is_taken_back_and_its_periods_with_it():
    case = accepted()
    fact = procedures.facts_of(queries.referral(case))[-1]
    with pytest.raises(Refused, match="reasons_missing"), transaction():
        authorities.correct(case.id, None, make.officer_of(case), fact.id, " ")
    with transaction():
        authorities.correct(case.id, None, make.officer_of(case), fact.id, "看错了日期")
    assert of(case, "samr_mediates").ending == "cancelled"
    assert of(case, "samr_accepts").ending is None
    at(date(2026, 10, 16))
    sweep()
    assert of(case, "samr_accepts").ending == "lapsed"


def test_what_others_stand_on_cannot_be_taken_back():
    case = accepted()
    receipt = procedures.facts_of(queries.referral(case))[0]
    with pytest.raises(Refused, match="others_stand_on_it"), transaction():
        authorities.correct(case.id, None, make.officer_of(case), receipt.id, "误录")


def test_a_fact_of_tomorrow_or_a_second_decision_is_refused():
    case = accepted()
    with pytest.raises(Refused, match="fact_in_the_future"):
        record(case, FactKind.ENDED, date(2026, 10, 16), ground=EndGround.OTHER)
    with pytest.raises(Refused, match="already_recorded"):
        record(case, FactKind.REFUSED, date(2026, 10, 15), ground=RefusalGround.A)


def test_nobody_but_the_staff_records_what_an_authority_did():
    case = referred()
    for by in (make.tourist_of(case), make.shop_of(case)):
        with pytest.raises(StepRefused), transaction():
            authorities.record(case.id, None, by, FactKind.ACCEPTED, RECEIVED)


def test_when_the_case_is_taken_back_the_authoritys_periods_are_cancelled():
    case = referred()
    with transaction():
        commands.step_in(case.id, None, make.officer_of(case))
    assert of(case, "samr_accepts").ending == "cancelled"
    assert not [d for d in case.running_deadlines if d.owes == "authority"]
