"""What the doctor finds when it looks into the data: nothing in a system in order, and each fault by its case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import text

from disputes import clock, inspection, upkeep
from disputes.accounts.models import Absence
from disputes.cases.models import Case
from disputes.cli import doctor
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.rules.lifecycle import Outcome
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")

BUILDERS: list[Callable[[], Case]] = [
    make.filed, make.with_merchant, make.triage, make.liaison, make.asked, make.offered, make.countered, make.mediation,
    make.proposed, make.settled, make.reported, make.closed, make.authorised, make.authorisation_asked,
    make.referral_ready, make.referred, make.erased, lambda: make.departed(make.offered()),
    lambda: make.closed(outcome=Outcome.EMERGENCY_HANDED_OVER), lambda: make.closed(outcome=Outcome.WITHDRAWN),
]  # fmt: skip
QUESTIONS = (*inspection.QUICK, inspection.broken_histories, inspection.doubtful_digests)


def said(found: list[inspection.Finding]) -> list[str]:
    return [str(each) for each in found]


def change(statement: str, case: Case) -> None:
    db.session.execute(text(statement), {"id": case.id})
    db.session.expire_all()


def later(**by: float) -> None:
    with transaction():
        clock.stand_at(clock.now() + timedelta(**by))


def test_a_system_in_order_gives_nothing_to_say() -> None:
    for build in BUILDERS:
        build()
    for question in QUESTIONS:
        assert question() == [], question.__name__
    assert doctor._cases().startswith("of every open case")
    assert doctor._deadlines()
    assert doctor._letters() == "none waits"


def test_an_open_case_without_a_clock_is_named() -> None:
    case = make.offered()
    change("UPDATE deadlines SET ended_at = now(), ending = 'cancelled' WHERE case_id = :id AND ended_at IS NULL", case)
    assert said(inspection.ownerless_cases()) == [
        f"Nobody owes the next step in case {spoken(case.number)} (Offer made)."
    ]


def test_an_open_case_of_which_nobody_is_named_as_owing_is_named() -> None:
    case = make.offered()
    change("UPDATE cases SET waiting_on = NULL WHERE id = :id", case)
    assert len(inspection.ownerless_cases()) == 1


def test_a_case_that_waits_for_routing_or_for_the_duty_officer_needs_no_clock() -> None:
    make.filed()
    make.liaison()
    assert inspection.ownerless_cases() == []


def test_a_clock_that_runs_in_a_closed_case_is_named() -> None:
    case = make.closed()
    change(
        "UPDATE deadlines SET ended_at = NULL, ending = NULL, fate = NULL WHERE case_id = :id AND clock = 'confirmation'",
        case,
    )
    assert [(f.about, f.slots) for f in inspection.clocked_cases_that_are_held()] == [
        (case.number, {"state": "closed", "clock": "confirmation"})
    ]


def test_a_deadline_whose_lapse_has_no_step_to_take_is_named_before_it_is_due() -> None:
    case = make.offered()
    change("UPDATE deadlines SET clock = 'decision' WHERE case_id = :id AND ended_at IS NULL", case)
    (found,) = inspection.unreachable_consequences()
    assert (found.about, found.slots["clock"], found.slots["state"]) == (case.number, "decision", "offered")
    assert "there is no step for the system to take" in str(found)
    change("UPDATE deadlines SET clock = 'of_no_table' WHERE case_id = :id AND ended_at IS NULL", case)
    assert len(inspection.unreachable_consequences()) == 1


def test_a_case_with_an_authority_of_which_nobody_recorded_who_received_it_is_named() -> None:
    case = make.referred()
    assert inspection.referrals_without_record() == []
    change("UPDATE referrals SET received_at = NULL, received_by = NULL WHERE case_id = :id", case)
    (words,) = said(inspection.referrals_without_record())
    assert "there is no record of who received it" in words


def test_a_case_ready_for_an_authority_without_a_package_is_named() -> None:
    case = make.referral_ready()
    change("UPDATE referrals SET ended_at = now() WHERE case_id = :id", case)
    (words,) = said(inspection.referrals_without_record())
    assert "there is no package" in words


def test_cases_that_wait_for_a_switched_off_account_are_named_with_how_many_there_are() -> None:
    case = make.mediation()
    make.officer_of(case)
    assert inspection.officers_who_are_away() == []
    case.officer.active = False
    db.session.flush()
    (words,) = said(inspection.officers_who_are_away())
    assert words == f"The account of {case.officer.name} is switched off, and 1 case still waits for this person."


def test_cases_that_wait_for_somebody_who_is_away_are_named_after_a_while() -> None:
    case = make.mediation()
    make.officer_of(case)
    now = clock.now()
    db.session.add(
        Absence(user_id=case.officer_id, starts_at=now, ends_at=now + timedelta(days=3), reason="leave", made_at=now)
    )
    db.session.flush()
    assert inspection.officers_who_are_away() == []
    later(minutes=31)
    assert [found.check for found in inspection.officers_who_are_away()] == ["officer_away"]
    later(days=3)
    assert inspection.officers_who_are_away() == []


def test_every_finding_has_a_title_a_sentence_in_both_languages_of_the_staff_and_says_what_to_do() -> None:
    slots = {
        "state": "referred", "clock": "decision", "at": clock.now().isoformat(), "tries": 5, "step": 3, "name": "周敏",
        "count": 4, "letter": 9, "template": "case-link", "item": 1,
    }  # fmt: skip
    assert set(inspection.TITLES) == set(inspection.ADVICE)
    for check in inspection.TITLES:
        found = inspection.of_stored(inspection.Finding(check, "2600000713", slots).stored())
        sentences = set()
        for language in ("en", "zh_CN"):
            with force_locale(language):
                sentences.add(inspection.sentence(found))
                assert str(inspection.TITLES[check])
                assert str(inspection.ADVICE[check])
        assert all(sentences)
        assert len(sentences) == 2, f"{check} is not translated"


def test_a_new_case_to_which_nobody_came_is_named_after_a_while() -> None:
    case = make.filed()
    later(minutes=29)
    assert inspection.cases_not_routed() == []
    later(minutes=2)
    (words,) = said(inspection.cases_not_routed())
    assert spoken(case.number) in words
    assert words.endswith("nobody has routed it.")


def test_what_was_due_long_ago_is_named_with_how_often_it_failed() -> None:
    case = make.with_merchant()
    due = case.running_deadlines[0].due_at
    with transaction():
        clock.stand_at(due + timedelta(minutes=29))
    assert inspection.late_lapses() == []
    later(minutes=2)
    (words,) = said(inspection.late_lapses())
    assert "The shop answers the claim" in words
    assert words.endswith("nothing followed.")
    change("UPDATE deadlines SET tries = 5, fault = 'x' WHERE case_id = :id", case)
    assert "failed 5 times" in said(inspection.late_lapses())[0]
    with pytest.raises(doctor.Failed, match="The shop answers the claim"):
        doctor._deadlines()


def test_a_letter_that_nobody_tries_is_named() -> None:
    make.with_merchant()
    later(minutes=31)
    assert inspection.stuck_messages()
    assert all(words.startswith("Letter ") for words in said(inspection.stuck_messages()))
    with pytest.raises(doctor.Failed):
        doctor._letters()


def test_letters_that_were_given_up_are_a_note_since_the_staff_have_them_on_their_list() -> None:
    case = make.with_merchant()
    change("UPDATE messages SET state = 'given_up' WHERE case_id = :id", case)
    with pytest.raises(doctor.Note, match="Letters that could not be delivered"):
        doctor._letters()


def test_a_long_list_is_cut_off() -> None:
    for _ in range(inspection.MOST + 3):
        make.filed()
    later(hours=1)
    assert len(inspection.cases_not_routed()) == inspection.MOST


@pytest.mark.parametrize(
    ("today", "says"),
    [
        ("2026-10-31", None),
        ("2026-11-01", "The holidays of 2027 are not loaded"),
        ("2026-12-31", "The holidays of 2027 are not loaded"),
    ],
)
def test_the_next_years_holidays_are_asked_for_from_november_on(today: str, says: str | None) -> None:
    with transaction():
        clock.stand_at(datetime.fromisoformat(f"{today}T12:00+08:00"))
    if says is None:
        assert "2026" in doctor._calendar()
    else:
        with pytest.raises(doctor.Note, match=says):
            doctor._calendar()


def test_a_year_without_holidays_is_a_failure_since_its_deadlines_are_guesses() -> None:
    with transaction():
        clock.stand_at(datetime.fromisoformat("2027-03-01T12:00+08:00"))
    with pytest.raises(doctor.Failed, match="The holidays of 2027 are missing"):
        doctor._calendar()


def test_a_system_without_a_digest_or_with_an_old_one_gets_a_note() -> None:
    from_the_worker = "the worker makes one a day"
    with pytest.raises(doctor.Note, match=from_the_worker):
        doctor._digests()
    make.with_merchant()
    later(hours=1)
    upkeep.make_digest()
    assert doctor._digests().startswith("signed")
    later(days=3)
    with pytest.raises(doctor.Note, match=from_the_worker):
        doctor._digests()
