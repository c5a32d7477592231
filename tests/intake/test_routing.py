"""Where a new case goes: straight to the shop when it can, to an officer with every reason when it cannot, and to the right desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from disputes import clock
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import commands, queries, whereabouts
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.intake import commands as intake
from disputes.notifications.models import Message
from disputes.regions import queries as regions
from disputes.rules.categories import Danger, Purpose, Trade
from disputes.rules.lifecycle import Role, State
from disputes.rules.routing import Arrival, facts_of, held_reasons
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")

READY = Arrival(emergency=False, shop_known=True, shop_reachable=True, claim_complete=True, may_pass_to_shop=True)


def told(case: Case) -> set[tuple[str, str]]:
    query = select(Message.recipient, Message.template).where(Message.case_id == case.id)
    return {(recipient, template) for recipient, template in db.session.execute(query)}


# --- straight to the shop


def test_a_complete_complaint_against_a_shop_of_ours_goes_straight_to_it() -> None:
    case = make.routed()
    assert (case.state, case.held_reasons, case.officer_id) == (State.WITH_MERCHANT, [], None)
    assert case.routed_at == case.events[-1].at
    assert [d.clock for d in case.running_deadlines] == ["shop_answer"]
    assert ("shop", "claim-received") in told(case)


def test_a_shop_without_an_address_is_reached_through_its_company() -> None:
    case = make.routed(make.shop(email=None))
    assert case.state == State.WITH_MERCHANT
    assert case.shop is not None
    (letter,) = db.session.scalars(select(Message).where(Message.case_id == case.id, Message.recipient == "shop"))
    assert letter.address == case.merchant.email


def test_a_case_goes_to_the_shop_without_any_officer_on_duty() -> None:
    assert make.routed().state == State.WITH_MERCHANT


# --- held


def unreachable() -> Any:
    return make.shop(make.merchant(email=None), email=None)


def closed_down() -> Any:
    shop = make.shop()
    with transaction():
        shop.active = False
    return shop


# fmt: off
HELD: list[tuple[str, Any, dict[str, Any], list[str]]] = [
    ("a shop that is not in our list",   lambda: None, {},                                                     ["shop_unknown"]),
    ("a shop that nothing reaches",      unreachable,  {},                                                     ["shop_unreachable"]),
    ("a shop that is closed",            closed_down,  {},                                                     ["shop_unreachable"]),
    ("a complaint without words",        make.shop,    {"narrative": " ", "item": " "},                        ["claim_incomplete"]),
    ("no consent to pass it on",         make.shop,    {"consents": (Purpose.HANDLING,)},                      ["no_consent_to_pass_on"]),
    ("several reasons at once",          lambda: None, {"narrative": "", "item": "", "consents": (Purpose.HANDLING,)},
                                                                                          ["shop_unknown", "claim_incomplete", "no_consent_to_pass_on"]),
]
# fmt: on


@pytest.mark.parametrize(("what", "shop", "said", "reasons"), HELD, ids=[row[0] for row in HELD])
def test_what_cannot_go_to_the_shop_goes_to_an_officer_with_every_reason(
    what: str, shop: Any, said: dict[str, Any], reasons: list[str]
) -> None:
    officer = make.officer()
    case = make.routed(shop(), **said)
    assert case.state == State.TRIAGE
    assert case.held_reasons == reasons
    assert case.events[-1].details == {"reasons": reasons}
    assert case.officer_id == officer.id
    assert case.routed_at is None
    assert [d.clock for d in case.running_deadlines] == ["officer_first"]
    assert ("shop", "claim-received") not in told(case)


def test_a_complaint_with_an_item_or_with_words_is_enough() -> None:
    assert make.routed(narrative="", item="Tea set").state == State.WITH_MERCHANT
    assert make.routed(narrative="It broke.", item="").state == State.WITH_MERCHANT


def test_a_second_complaint_of_the_same_person_about_the_same_shop_is_looked_at_first() -> None:
    shop = make.shop()
    make.routed(shop, email="same@travellers.example")
    again = make.routed(shop, email="same@travellers.example")
    assert (again.state, again.held_reasons) == (State.TRIAGE, ["perhaps_filed_twice"])
    assert make.routed(shop, email="other@travellers.example").state == State.WITH_MERCHANT
    assert make.routed(make.shop(), email="same@travellers.example").state == State.WITH_MERCHANT
    assert make.routed(shop, email=None).state == State.WITH_MERCHANT


def test_after_a_week_a_second_complaint_is_like_any_other() -> None:
    shop = make.shop()
    make.routed(shop, email="same@travellers.example")
    with transaction():
        clock.stand_at(clock.now() + timedelta(days=7, seconds=1))
    assert make.routed(shop, email="same@travellers.example").state == State.WITH_MERCHANT


def test_every_combination_of_reasons_is_told_in_full() -> None:
    for known, reachable, complete, may_pass in product((True, False), repeat=4):
        arrival = replace(
            READY, shop_known=known, shop_reachable=reachable, claim_complete=complete, may_pass_to_shop=may_pass,
            abuse_signals=("perhaps_filed_twice",),
        )  # fmt: skip
        reasons = held_reasons(arrival)
        assert ("shop_unknown" in reasons) is not known
        assert ("shop_unreachable" in reasons) is (known and not reachable)
        assert ("claim_incomplete" in reasons) is not complete
        assert ("no_consent_to_pass_on" in reasons) is not may_pass
        assert reasons[-1] == "perhaps_filed_twice"
    assert held_reasons(READY) == ()


# --- emergencies


@pytest.mark.parametrize("danger", Danger)
def test_every_danger_is_kept_for_the_duty_officer_without_a_clock(danger: Danger) -> None:
    officer, supervisor = make.officer(), make.supervisor()
    case = make.routed(dangers=(danger,))
    assert (case.state, case.emergency, case.officer_id) == (State.LIAISON, True, officer.id)
    assert case.running_deadlines == []
    assert case.waiting_on == Role.OFFICER
    assert {(f"user:{officer.id}", "emergency"), (f"user:{supervisor.id}", "emergency")} <= told(case)
    assert "shop" not in {recipient for recipient, _ in told(case)}


def test_an_emergency_goes_before_every_other_reason() -> None:
    case = make.routed(None, dangers=(Danger.THEFT, Danger.INJURY), narrative="", item="")
    assert (case.state, case.held_reasons) == (State.LIAISON, [])
    assert case.events[-1].details == {"dangers": ["theft", "injury"]}


def test_an_emergency_without_anybody_on_duty_is_told_to_the_office() -> None:
    case = make.routed(dangers=(Danger.FIRE,))
    assert case.officer_id is None
    assert ("office", "emergency") in told(case)


# --- which desk

# fmt: off
DESKS: list[tuple[str, str | None, str]] = [
    ("Jiefangbei, the district with a desk of its own", "500103", "CQ-JFB"),
    ("another district of Chongqing",                   "500105", "CQ"),
    ("a county of Chongqing",                           "500229", "CQ"),
    ("Chunxi Road in Chengdu",                          "510104", "SC-CXL"),
    ("another district of Chengdu",                     "510107", "SC"),
    ("Leshan",                                          "511102", "SC"),
    ("Ganzi",                                           "513301", "SC"),
    ("no place at all",                                 None,     "CQ"),
    ("Beijing, which is not ours",                      "110101", "CQ"),
    ("a code that does not exist",                      "999999", "CQ"),
    ("all of Chongqing",                                "500000", "CQ"),
    ("all of Sichuan",                                  "510000", "SC"),
]
# fmt: on


@pytest.mark.parametrize(("place", "code", "desk"), DESKS, ids=[row[0] for row in DESKS])
def test_the_place_decides_which_desk_owns_the_case(place: str, code: str | None, desk: str) -> None:
    facts = facts_of(Trade.SHOP, place=code)
    assert whereabouts.decide(facts).office.rule.gives == desk


@pytest.mark.parametrize(("code", "desk"), [("500103", "CQ-JFB"), ("510104", "SC-CXL"), ("510107", "SC")])
def test_the_shops_place_counts_before_what_the_tourist_says(code: str, desk: str) -> None:
    case = make.filed(make.shop(division_code=code), division_code="500105")
    assert case.office.code == desk
    assert case.complaint.division_code == code


def test_of_an_unknown_shop_the_place_the_tourist_named_counts() -> None:
    assert make.filed(None, division_code="510104").office.code == "SC-CXL"
    assert make.filed(None, division_code=None).office.code == "CQ"


def test_a_desk_that_is_closed_leaves_its_places_to_the_regions_office() -> None:
    with transaction():
        regions.office(make.DESK).active = False
    assert make.filed().office.code == "CQ"


def test_every_division_of_the_seeds_has_a_desk_of_its_own_region() -> None:
    for division in regions.divisions():
        desk = whereabouts.decide(facts_of(Trade.SHOP, place=division.code)).office.rule.gives
        assert regions.office(desk).region == division.region


# --- which officer


def test_a_held_case_goes_to_whoever_speaks_the_language_and_has_the_least_to_do() -> None:
    busy, free = make.officer(languages=["ko"]), make.officer(languages=["ko"])
    make.officer(languages=["fr"])
    make.officer(languages=["ko"], on_duty=False)
    make.officer("SC", languages=["ko"])
    first = make.routed(None, language="ko")
    second = make.routed(None, language="ko")
    assert {first.officer_id, second.officer_id} == {busy.id, free.id}


def test_without_a_speaker_of_the_language_somebody_takes_it_all_the_same() -> None:
    only = make.officer(languages=["en"])
    assert make.routed(None, language="vi").officer_id == only.id


# --- the verb


def test_routing_a_case_a_second_time_finds_nothing_to_do() -> None:
    case = make.routed()
    assert not intake.route_next()
    assert [e.action for e in case.events] == ["file", "send_to_shop"]


def test_the_oldest_case_is_routed_first() -> None:
    first, second = make.filed(), make.filed()
    assert intake.route_next()
    db.session.expire_all()
    assert (first.state, second.state) == (State.WITH_MERCHANT, State.RECEIVED)
    assert intake.route_next()
    assert not intake.route_next()


def test_a_case_that_the_tourist_took_back_before_it_was_routed_goes_nowhere() -> None:
    case = make.filed()
    with transaction():
        commands.withdraw(case.id, None, make.tourist_of(case))
    assert not intake.route_next()
    assert case.routed_at is None


def test_without_the_consent_that_handling_needs_nothing_is_filed() -> None:
    with pytest.raises(commands.Refused, match="consent_missing"), transaction():
        intake.file_complaint(make.telling(consents=(Purpose.TO_SHOP,)), Actor(Role.TOURIST), "web")
    assert db.session.scalars(select(Case)).all() == []


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.COUNTER, Role.COMPANION, Role.SYSTEM])
def test_only_those_file_whom_the_table_names(role: Role) -> None:
    with pytest.raises(Exception, match=f"{role} may not file"), transaction():
        intake.file_complaint(make.telling(), Actor(role), "web")
    assert db.session.scalars(select(Case)).all() == []


def test_somebody_who_left_already_is_in_remote_mode_from_the_first_moment() -> None:
    gone = make.filed(departure_at=clock.now() - timedelta(minutes=1))
    assert (gone.departure, gone.departure_at, gone.remote_since) == ("departed", None, gone.filed_at)
    staying = make.filed()
    assert (staying.departure, staying.remote_since) == ("known", None)
    assert queries.find(gone.number, SYSTEM) is gone
