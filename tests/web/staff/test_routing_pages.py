"""The pages of routing, roster and transfers, as officers and supervisors use them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from disputes import clock
from disputes.accounts import actors, roster
from disputes.accounts.models import User
from disputes.cases import queries, sweeps, transfers
from disputes.db import db, transaction
from disputes.law import routing, routing_file
from disputes.regions import queries as regions
from tests import factories as make
from tests.web.browser import Browser

WHY = "店铺总部在成都。"


@pytest.fixture
def boss(at_desk: Any) -> Browser:
    return at_desk(make.supervisor())


@pytest.fixture(autouse=True)
def _forget(database: None) -> Iterator[None]:
    """What this process keeps of the tables is of a database that is rolled back after each test."""
    routing._kept, routing._older = None, ("", {})
    yield
    routing._kept, routing._older = None, ("", {})


def in_force() -> int:
    """The version in force, as a new transaction sees it."""
    with transaction():
        pass
    return routing.current().version


def table_with(before: str, after: str) -> str:
    text = routing_file.write(routing.current())
    assert before in text
    return text.replace(before, after, 1)


TO_SICHUAN = ("place: '510104'\n  office: SC-CXL", "place: '510104'\n  office: SC")


# --- why here


def test_the_case_page_says_by_which_rules_it_is_here(boss: Browser) -> None:
    case = make.mediation()
    boss.open(f"/staff/cases/{case.number}")
    for said in ("O-JFB", "A-GOODS", "P-NORMAL", "version 1", "Yuzhong District has a desk of its own", "12315"):
        assert said in boss.text
    assert "重庆市渝中区市场监督管理局" in boss.text


def test_a_case_keeps_the_rules_by_which_it_was_routed(boss: Browser) -> None:
    case = make.mediation(at=make.shop(division_code="510104"))
    with transaction():
        routing.put_in_force(table_with(*TO_SICHUAN), regions.known(), "supervisor:1")
    assert case.routing is not None
    assert case.routing["office"]["rule"] == "O-CXL"
    assert (case.routing["office"]["table"], case.routing["office"]["version"]) == (1, 1)
    boss.open(f"/staff/cases/{case.number}")
    assert "By the table in force today it would be another." in boss.text


# --- the table


def test_a_dry_run_shows_what_would_have_gone_elsewhere_and_changes_nothing(boss: Browser) -> None:
    case = make.mediation(at=make.shop(division_code="510104"))
    make.mediation()
    boss.open("/staff/routing").submit("/routing/dry-run", text=table_with(*TO_SICHUAN))
    assert "Of the newest 2 cases 1 would have gone elsewhere." in boss.text
    assert "SC-CXL" in boss.text
    db.session.expire_all()
    assert case.office.code == "SC-CXL"
    assert in_force() == 1


def test_a_table_can_be_sent_as_a_file(boss: Browser) -> None:
    file = (io.BytesIO(table_with(*TO_SICHUAN).encode()).read(), "table.yaml")
    boss.open("/staff/routing").submit("/routing/dry-run", file=file, text="")
    assert "Dry run" in boss.text
    boss.open("/staff/routing").submit("/routing/dry-run", file=(b"\xff\xfe\x00bad", "table.yaml"), text="")
    assert "The file is not a text in UTF-8." in boss.text


def test_a_wrong_table_comes_back_with_every_reason(boss: Browser) -> None:
    boss.open("/staff/routing").submit("/routing/dry-run", text=table_with("office: SC-CXL", "office: NOWHERE"))
    assert "O-CXL: office is 'NOWHERE'" in boss.text
    assert "Nothing was changed." in boss.text


def test_a_changed_table_comes_into_force_as_a_new_version(boss: Browser) -> None:
    page = boss.open("/staff/routing")
    sent = page.form("/routing/dry-run")
    boss.send("/staff/routing/put-in-force", {**sent, "text": table_with(*TO_SICHUAN), "note": "Chunxi desk closes"})
    assert "Version 2" in boss.text
    assert in_force() == 2
    assert make.filed(make.shop(division_code="510104")).office.code == "SC"
    assert boss.open("/staff/routing?version=1").heading == "Routing"
    again = boss.send("/staff/routing/put-in-force", {**sent, "text": routing_file.write(routing.current())})
    assert "says what the one in force says already" in again.text


def test_a_table_can_be_put_in_force_for_later(boss: Browser) -> None:
    with transaction():
        made = routing.put_in_force(
            table_with(*TO_SICHUAN), regions.known(), "console", at=clock.now() + timedelta(days=2)
        )
    assert (made.version, in_force()) == (2, 1)
    with transaction():
        clock.stand_at(clock.now() + timedelta(days=2))
    assert in_force() == 2


def test_what_a_supervisor_put_in_force_is_not_replaced_by_the_seeds() -> None:
    with transaction():
        routing.put_in_force(table_with(*TO_SICHUAN), regions.known(), "supervisor:1")
        assert not routing.load(regions.known())
    assert in_force() == 2


# --- the roster


def test_a_supervisor_writes_the_roster_and_an_officer_reads_it(at_desk: Any, boss: Browser, officer: User) -> None:
    boss.open("/staff/roster").submit(
        "/roster/shifts", officer=str(officer.id), weekdays=["0", "6"], starts="20:00", ends="08:30", duty="y"
    )
    assert "The shift stands in the roster." in boss.response.get_data(as_text=True)
    assert {(s.weekday, s.duty) for s in roster.shifts(officer.office_id or 0)} == {(0, True), (6, True)}
    seen = at_desk(officer).open("/staff/roster")
    assert "the next day" in seen.text
    assert not [form for form in seen.forms() if "/roster/" in form]
    shift = roster.shifts(officer.office_id or 0)[0]
    boss.open("/staff/roster").submit(f"/roster/shifts/{shift.id}/remove")
    assert len(roster.shifts(officer.office_id or 0)) == 1


def test_an_absence_that_has_begun_hands_the_cases_over(boss: Browser, officer: User) -> None:
    other = make.officer()
    case = make.given_to(make.mediation(), officer)
    today = clock.today()
    day = {"year": str(today.year), "month": str(today.month), "day": str(today.day)}
    typed = {f"absence-{which}-{part}": value for which in ("first", "last") for part, value in day.items()}
    sent = {**boss.open("/staff/roster").form("/roster/absences"), **typed, "absence-officer": str(officer.id)}
    boss.send("/staff/roster/absences", {**sent, "absence-reason": "illness"})
    assert "away now" in boss.text
    while sweeps.hand_over_next():
        pass
    db.session.expire_all()
    assert case.officer_id not in (officer.id, None)
    assert queries.find(case.id, actors.SYSTEM).officer_id == case.officer_id or other
    boss.open(f"/staff/cases/{case.number}")
    assert "Hand-over note" in boss.text
    assert "What was asked for" in boss.text


def test_a_roster_that_cannot_be_comes_back_with_the_reason(boss: Browser, officer: User) -> None:
    boss.open("/staff/roster").submit(
        "/roster/shifts", officer=str(officer.id), weekdays=["0"], starts="08:00", ends="08:00"
    )
    assert "A shift cannot begin and end at the same time." in boss.errors()


def test_the_roster_of_another_office_is_not_in_reach(boss: Browser) -> None:
    elsewhere = make.officer("SC")
    sent = {**boss.open("/staff/roster").form("/roster/shifts"), "shift-officer": str(elsewhere.id)}
    boss.send("/staff/roster/shifts", {**sent, "shift-weekdays": "0", "shift-starts": "08:00", "shift-ends": "09:00"})
    assert roster.shifts(elsewhere.office_id or 0) == []


# --- transfers


def test_a_transfer_from_the_case_page_to_the_other_office_and_back(at_desk: Any) -> None:
    case = make.mediation()
    here, there = make.officer(), make.officer("SC")
    mine, theirs = at_desk(here), at_desk(there)
    mine.open(f"/staff/cases/{case.number}").submit(
        "/do/propose-transfer", office=str(regions.office("SC").id), reason=WHY
    )
    assert "Offered to Sichuan office" in mine.text
    assert WHY in theirs.open("/staff/transfers").text
    theirs.open(f"/staff/cases/{case.number}").submit("/do/return-transfer", reason="店铺就在渝中。")
    assert "No office offers us a case" in theirs.open("/staff/transfers").text
    mine.open(f"/staff/cases/{case.number}").submit(
        "/do/propose-transfer", office=str(regions.office("SC").id), reason=WHY
    )
    assert "Sichuan office" in mine.open("/staff/transfers").text
    theirs.open(f"/staff/cases/{case.number}").submit("/do/accept-transfer", officer="")
    db.session.expire_all()
    assert (case.office.code, case.officer_id) == ("SC", there.id)


def test_an_unanswered_transfer_stands_on_the_senders_page(at_desk: Any) -> None:
    case = make.mediation()
    here = make.officer()
    with transaction():
        transfers.propose(case.id, None, actors.of_user(here), regions.office("SC").id, WHY)
    due = case.open_transfer.deadline.due_at  # type: ignore[union-attr]
    with transaction():
        clock.stand_at(due)
    while sweeps.lapse_next():
        pass
    assert "Not answered, and still ours" in at_desk(here).open("/staff/transfers").text
