"""Nobody waits for somebody who is away: roster, hand-over notes, and emergencies that reach whoever is on duty."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from disputes import clock
from disputes.accounts import actors, roster
from disputes.accounts.commands import AccountRefused
from disputes.accounts.models import Absence, User
from disputes.cases import sweeps, triage, upkeep
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.notifications import handover_note
from disputes.notifications.models import Message
from disputes.rules.categories import Danger
from disputes.rules.lifecycle import Action, State
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")
CHINA = ZoneInfo("Asia/Shanghai")


def away(user: User, days: int = 3, begins: timedelta = timedelta()) -> Absence:
    with transaction():
        starts = clock.now() + begins
        return roster.add_absence(user, starts, starts + timedelta(days=days), "leave", actors.SYSTEM)


def drain() -> int:
    number = 0
    while sweeps.hand_over_next():
        number += 1
    return number


def letters(case: Case, template: str) -> set[str]:
    query = select(Message.recipient).where(Message.case_id == case.id, Message.template == template)
    return set(db.session.scalars(query))


def test_the_cases_of_somebody_who_is_marked_as_away_go_to_somebody_present_with_a_note() -> None:
    first, second = make.officer(), make.officer()
    case = make.given_to(make.mediation(), first)
    with transaction():
        first.on_duty = False
    assert drain() == 1
    assert case.officer_id == second.id
    event = case.events[-1]
    assert (event.action, event.details["from"], event.details["why"]) == (Action.ASSIGN, first.id, "absent")
    note = event.details["handover"]
    assert note["asked"] == case.claim.package
    assert [d["clock"] for d in note["due"]] == ["decision"]
    assert f"user:{second.id}" in letters(case, "case-assigned")
    assert drain() == 0


def test_a_note_says_what_lies_on_the_table_and_what_is_due() -> None:
    first, _second = make.officer(), make.officer()
    case = make.given_to(make.proposed(), first)
    with transaction():
        upkeep.assign(case.id, None, actors.of_user(make.supervisor()), _second.id)
    with current_app.test_request_context(), force_locale("en"):
        lines = {str(label): said for label, said in handover_note.lines(case.events[-1].details["handover"])}
    assert "What was asked for" in lines
    assert any(label.startswith("On the table") for label in lines)
    assert sum(label.startswith("Due") for label in lines) == 2


def test_a_planned_absence_hands_over_when_it_begins_and_not_before() -> None:
    first, second = make.officer(), make.officer()
    case = make.given_to(make.mediation(), first)
    away(first, begins=timedelta(hours=5))
    assert drain() == 0
    with transaction():
        clock.stand_at(clock.now() + timedelta(hours=5))
    assert drain() == 1
    assert case.officer_id == second.id


def test_a_case_that_waits_for_the_shop_stays_until_its_turn_is_ours() -> None:
    first, second = make.officer(), make.officer()
    case = make.given_to(make.with_merchant(), first)
    away(first)
    assert drain() == 0
    assert case.officer_id == first.id
    with transaction():
        clock.stand_at(case.running_deadlines[0].due_at)
    sweeps.lapse_next()
    drain()
    db.session.refresh(case)
    assert (case.state, case.officer_id) == (State.MEDIATION, second.id)


def test_with_nobody_there_the_case_stays_and_goes_as_soon_as_somebody_is() -> None:
    first = make.officer()
    case = make.given_to(make.mediation(), first)
    for user in db.session.scalars(select(User)):
        away(user)
    assert drain() == 0
    assert case.officer_id == first.id
    new = make.officer()
    assert drain() == 1
    assert case.officer_id == new.id


def test_new_work_goes_to_somebody_in_a_shift_before_somebody_with_less_to_do() -> None:
    idle, working = make.officer(), make.officer()
    make.given_to(make.mediation(), working)
    now = clock.now().astimezone(CHINA)
    with transaction():
        starts = (now - timedelta(hours=1)).time().replace(second=0, microsecond=0)
        ends = (now + timedelta(hours=1)).time().replace(second=0, microsecond=0)
        day = (now - timedelta(hours=1)).weekday()
        roster.add_shift(working, [day], starts, ends, False)
    assert make.routed(None).officer_id == working.id
    away(working)
    assert make.routed(None).officer_id == idle.id


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (datetime(2026, 11, 23, 22, 30, tzinfo=CHINA), True),
        (datetime(2026, 11, 24, 2, 0, tzinfo=CHINA), True),
        (datetime(2026, 11, 24, 6, 0, tzinfo=CHINA), False),
        (datetime(2026, 11, 23, 21, 59, tzinfo=CHINA), False),
        (datetime(2026, 11, 23, 2, 0, tzinfo=CHINA), False),
        (datetime(2026, 11, 24, 22, 30, tzinfo=CHINA), False),
    ],
)
def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins(moment: datetime, inside: bool) -> None:
    user = make.officer()
    with transaction():
        roster.add_shift(user, [0], time(22), time(6), True)
    assert (user.id in roster.on_shift_now(user.office_id or 0, moment, duty=True)) is inside


# --- emergencies


def test_an_emergency_reaches_the_officer_on_duty_in_the_same_moment_in_which_it_is_filed() -> None:
    with transaction():
        clock.stand_at(datetime(2026, 11, 24, 3, tzinfo=CHINA))
    asleep, night = make.officer(), make.officer()
    with transaction():
        roster.add_shift(night, list(roster.DAYS), time(20), time(8), True)
    case = make.filed(dangers=(Danger.THREAT,))
    assert (case.state, case.officer_id) == (State.LIAISON, night.id)
    told = letters(case, "emergency")
    assert f"user:{night.id}" in told
    assert f"user:{asleep.id}" not in told


def test_when_the_officer_on_duty_is_away_whoever_is_there_is_told() -> None:
    night, other = make.officer(), make.officer()
    with transaction():
        roster.add_shift(night, list(roster.DAYS), time(0), time(23, 59), True)
    away(night)
    case = make.filed(dangers=(Danger.INJURY,))
    assert case.officer_id == other.id
    assert f"user:{other.id}" in letters(case, "emergency")


def test_an_emergency_that_an_officer_finds_is_told_to_those_on_duty_as_well() -> None:
    finder, night = make.officer(), make.officer()
    with transaction():
        roster.add_shift(night, list(roster.DAYS), time(0), time(23, 59), True)
    case = make.given_to(make.routed(None), finder)
    with transaction():
        triage.hold_emergency(case.id, None, actors.of_user(finder), [Danger.THEFT])
    assert f"user:{night.id}" in letters(case, "emergency")


def test_an_officer_who_gives_a_case_to_a_colleague_tells_the_colleague() -> None:
    first, second = make.officer(), make.officer()
    case = make.given_to(make.mediation(), first)
    with transaction():
        upkeep.assign(case.id, None, actors.of_user(first), second.id)
    assert f"user:{second.id}" in letters(case, "case-assigned")


# --- what the roster refuses


def test_the_roster_refuses_what_cannot_be() -> None:
    user = make.officer()
    now = clock.now()
    with pytest.raises(AccountRefused, match="shift_without_length"):
        roster.add_shift(user, [0], time(8), time(8), False)
    with pytest.raises(AccountRefused, match="no_weekday"):
        roster.add_shift(user, [], time(8), time(9), False)
    roster.add_shift(user, [0], time(8), time(9), False)
    with pytest.raises(AccountRefused, match="shift_known"):
        roster.add_shift(user, [0, 1], time(8), time(10), False)
    with pytest.raises(AccountRefused, match="absence_ends_first"):
        roster.add_absence(user, now, now, "leave", actors.SYSTEM)
    with pytest.raises(AccountRefused, match="absence_over"):
        roster.add_absence(user, now - timedelta(days=2), now - timedelta(days=1), "leave", actors.SYSTEM)
    with pytest.raises(AccountRefused, match="absence_too_long"):
        roster.add_absence(user, now, now + timedelta(days=500), "leave", actors.SYSTEM)
    absence = roster.add_absence(user, now, now + timedelta(days=1), "leave", actors.SYSTEM)
    with pytest.raises(AccountRefused, match="absence_overlaps"):
        roster.add_absence(user, now + timedelta(hours=1), now + timedelta(days=3), "leave", actors.SYSTEM)
    assert user.id not in roster.present_now(user.office_id or 0, now)
    roster.end_absence(absence)
    assert db.session.get(Absence, absence.id) is None
    assert user.id in roster.present_now(user.office_id or 0, now)
