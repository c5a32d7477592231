"""The queue: the right order, the right rows, the same cost whatever their number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from disputes import clock
from disputes.accounts.models import User
from disputes.cases.models import Case
from disputes.numbers import spoken
from disputes.rules.lifecycle import OPEN_STATES, Role
from disputes.web.staff import queue as queue_view
from tests import factories
from tests.returns import returned
from tests.web.browser import Browser


def shown(desk: Browser) -> list[str]:
    """The numbers of the cases in the rows, in their order."""
    assert desk.page is not None
    return ["".join(map(str, a.children)) for a in desk.page.find("a") if "row-link" in a["class"].split()]


def numbers(*cases: Case) -> list[str]:
    return [spoken(case.number) for case in cases]


def leaving_in(hours: float, **told: Any) -> Case:
    return factories.with_merchant(departure_at=clock.now() + timedelta(hours=hours), **told)


def test_the_case_with_the_least_time_left_comes_first(desk: Browser) -> None:
    week, day, hours = leaving_in(7 * 24), leaving_in(30), leaving_in(5)
    assert shown(desk.open("/staff/")) == numbers(hours, day, week)


def test_emergencies_stand_before_everything_else_and_are_flagged(desk: Browser) -> None:
    hours = leaving_in(3)
    emergency = factories.liaison()
    desk.open("/staff/")
    assert shown(desk) == numbers(emergency, hours)
    assert "Emergency" in desk.text


def test_a_row_says_who_owes_what_and_how_long_is_left(desk: Browser) -> None:
    leaving_in(30, name="Hana 花子", language="ja")
    desk.open("/staff/")
    for words in (
        "The shop answers the claim",
        "hours left",
        "Hana 花子",
        "Japanese",
        "CN¥1,280.00",
        "Waiting for the shop",
    ):
        assert words in desk.text, words


def test_a_case_that_no_longer_fits_before_the_departure_says_so(desk: Browser) -> None:
    leaving_in(0.4)
    assert "too tight" in desk.open("/staff/").text


def test_a_departure_that_is_unknown_or_past_says_so(desk: Browser) -> None:
    factories.with_merchant(departure="unknown")
    factories.departed(factories.with_merchant())
    desk.open("/staff/")
    assert "not known" in desk.text
    assert "has left" in desk.text


def test_the_tabs_tell_mine_from_nobodys_and_all(desk: Browser, officer: User) -> None:
    own = factories.triage()  # given to the officer on duty with the least
    free = factories.unassigned()
    elsewhere = factories.with_merchant(factories.shop(division_code="510104", address_zh="成都市锦江区春熙路1号"))
    mine = [c for c in (own, free, elsewhere) if c.officer_id == officer.id]
    assert shown(desk.open("/staff/?whose=mine")) == numbers(*mine)
    assert set(shown(desk.open("/staff/?whose=unassigned"))) == set(numbers(free))
    assert set(shown(desk.open("/staff/?whose=office"))) == set(numbers(own, free))
    assert set(shown(desk.open("/staff/?whose=all"))) == set(numbers(own, free, elsewhere))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("group=parties", "offered"),
        ("group=mediation", "mediation"),
        ("group=settled", "settled"),
        ("group=authority", "referral_ready"),
        ("waiting_on=merchant", "settled"),
        ("waiting_on=tourist", "offered"),
    ],
)
def test_filters_leave_only_what_was_asked_for(desk: Browser, query: str, wanted: str) -> None:
    cases = {
        "offered": factories.offered(),
        "mediation": factories.mediation(),
        "settled": factories.settled(),
        "referral_ready": factories.referral_ready(),
    }
    assert shown(desk.open(f"/staff/?{query}")) == numbers(cases[wanted])


def test_only_cases_in_which_we_are_late_are_shown_as_late(desk: Browser) -> None:
    factories.with_merchant()
    late = factories.lapsed(factories.triage())
    assert late.waiting_on == Role.SUPERVISOR
    assert shown(desk.open("/staff/?late=1")) == numbers(late)


def test_the_cases_of_one_officer_are_found_by_a_link(desk: Browser) -> None:
    case, _other = factories.mediation(), factories.with_merchant()
    desk.open(f"/staff/?whose=all&officer={case.officer_id}")
    assert shown(desk) == numbers(case)
    assert f"Cases of {case.officer.name}" in desk.text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "query",
    [
        "whose=xyz", "group=xyz", "waiting_on=xyz", "officer=xyz", "officer=99999999999999999999", "after=xyz", "late=xyz",
        "after=2026-01-01T00:00:00_1", "after=0001-01-01T00:00:00+00:00_99999999999999999999", "after=%00", "q=%00",
        "after=2026-01-01T00:00:00%2B00:00_", "officer=١٢",
    ],
)  # fmt: skip
def test_an_address_that_somebody_made_up_does_no_harm(desk: Browser, query: str) -> None:
    factories.with_merchant()
    desk.open(f"/staff/?{query}")


def test_a_long_queue_goes_on_where_the_page_ended(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_view, "ROWS", 2)
    cases = [leaving_in(hours) for hours in (10, 20, 30, 40, 50)]
    seen: list[str] = []
    desk.open("/staff/")
    for _page in range(3):
        seen += shown(desk)
        onward = [a["href"] for a in desk.page.find("a") if a["rel"] == "next"]  # type: ignore[union-attr]
        if onward:
            desk.open(onward[0])
    assert seen == numbers(*sorted(cases, key=lambda c: (c.slack_at, c.id)))
    assert not onward


def test_an_empty_queue_says_what_to_do(desk: Browser) -> None:
    assert "Nothing lies on your desk" in desk.open("/staff/?whose=mine").text
    assert "No open case" in desk.open("/staff/?whose=all").text
    factories.with_merchant()
    assert "No case is like that" in desk.open("/staff/?group=authority").text


# --- search


def test_a_number_leads_straight_to_its_case(desk: Browser) -> None:
    case = factories.closed()
    assert desk.open(f"/staff/?q={spoken(case.number)}").path == f"/staff/cases/{case.number}"


@pytest.mark.parametrize("words", ["陶瓷", "茶具 破裂", "กาน้ำชา", "Émile", "HANA"])
def test_words_in_any_script_find_open_and_closed_cases(desk: Browser, words: str) -> None:
    wanted = factories.closed(narrative="陶瓷茶具破裂了。 กาน้ำชาแตก Émile", name="Hana")
    other = factories.with_merchant(narrative="The taxi took a detour.", name="Kenji", item="Ride")
    desk.open(f"/staff/?q={words}")
    assert spoken(wanted.number) in shown(desk)
    assert spoken(other.number) not in shown(desk)


def test_a_search_that_finds_nothing_says_so(desk: Browser) -> None:
    assert "Nothing was found" in desk.open("/staff/?q=zzzzzz").text


def test_what_was_searched_for_is_not_taken_for_markup(desk: Browser) -> None:
    desk.open("/staff/?q=<b>x</b>")
    assert "<b>x</b>" not in desk.response.get_data(as_text=True)


# --- its cost


@pytest.mark.parametrize("address", ["/staff/", "/staff/?whose=all", "/staff/?q=tea", "/staff/?late=1"])
def test_the_queue_sends_the_same_number_of_queries_whatever_the_rows(
    desk: Browser, counted: Any, address: str
) -> None:
    factories.lapsed(factories.triage())
    leaving_in(20)
    desk.open(address)
    few = counted(lambda: desk.open(address))
    for hours in range(8):
        leaving_in(hours + 1)
        factories.lapsed(factories.triage())
    assert counted(lambda: desk.open(address)) == few


def test_returns_stand_in_the_same_queue_with_a_badge_and_can_be_shown_alone(desk: Browser) -> None:
    dispute, goods = leaving_in(30), returned.requested()
    desk.open("/staff/?whose=all")
    assert set(shown(desk)) == set(numbers(dispute, goods))
    assert "The shop answers the return" in desk.text
    assert shown(desk.open("/staff/?whose=all&kind=return")) == numbers(goods)
    assert shown(desk.open("/staff/?whose=all&kind=dispute")) == numbers(dispute)
    assert set(shown(desk.open("/staff/?whose=all&kind=nonsense"))) == set(numbers(dispute, goods))


def test_every_open_state_belongs_to_a_group_of_the_filter() -> None:
    grouped = [state for _label, states in queue_view.STATE_GROUPS.values() for state in states]
    assert sorted(grouped) == sorted(OPEN_STATES)


def test_a_case_of_high_priority_says_so_in_words_with_a_drawing_and_keeps_its_place(desk: Browser) -> None:
    day, dear = leaving_in(30), leaving_in(48, amount=2_000_000)
    desk.open("/staff/")
    assert shown(desk) == numbers(day, dear)  # the order is that of the time left
    assert desk.page is not None
    ordinary, urgent = desk.page.find("tr")[1:]
    drawn = [use["href"].partition("#")[2] for use in urgent.find("use")]
    assert "flag" in drawn
    assert "flag" not in [use["href"].partition("#")[2] for use in ordinary.find("use")]
    assert desk.text.count("High priority") == 1


def test_the_queue_can_be_narrowed_to_a_priority(desk: Browser) -> None:
    day, dear, emergency = leaving_in(30), leaving_in(48, amount=2_000_000), factories.liaison()
    assert shown(desk.open("/staff/?priority=high")) == numbers(dear)
    assert "Show all" in desk.text
    assert shown(desk.open("/staff/?priority=normal")) == numbers(day)
    assert shown(desk.open("/staff/?priority=emergency")) == numbers(emergency)
    assert len(shown(desk.open("/staff/?priority=whatever"))) == 3


def test_a_row_that_was_shown_before_is_shown_as_it_is_now(desk: Browser, officer: User) -> None:
    case = leaving_in(30, name="Hana")
    assert "Hana" in desk.open("/staff/").text
    case.tourist.name = "Hanako"
    clock.run_ahead(3600 * 20)
    desk.open("/staff/")
    assert "Hanako" in desk.text
    assert "10 hours left" in desk.text
    clock.run_ahead(3600 * 31)
    assert "has left" in desk.open("/staff/").text
    desk.language = "zh-CN"
    assert "已离境" in desk.open("/staff/?lang=zh_CN").text
