"""What supervisors look after, and that it is theirs alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from disputes import clock, seeding
from disputes import upkeep as daily
from disputes.accounts import commands
from disputes.accounts import queries as accounts
from disputes.accounts.models import ApiKey, User
from disputes.cases import tallies
from disputes.db import db, transaction
from disputes.names import LETTERS
from disputes.notifications.models import Message
from disputes.numbers import spoken
from disputes.regions.models import Office
from disputes.rules.lifecycle import Role
from disputes.rules.notices import letters
from disputes.web.access import roles_of
from tests import factories
from tests.web.browser import Browser

STAFF = (Role.OFFICER, Role.SUPERVISOR)


def message_to(address: str) -> Message | None:
    return db.session.scalars(select(Message).where(Message.address == address).order_by(Message.id.desc())).first()


# --- who may open what


def _addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every route of the portal as endpoint, method and an address that could exist."""
    given = {"number": "2600000000", "code": "note", "evidence_id": "1", "merchant_id": "1", "shop_id": "1", "user_id": "1",
             "message_id": "1", "shift_id": "1", "absence_id": "1", "version": "1", "key_id": "1", "deadline_id": "1", "step": "invite", "token": "x"}  # fmt: skip
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("staff."):
            what = "test" if "notices" in rule.endpoint else "deactivate"
            values = {name: given.get(name, what if name == "what" else "1") for name in rule.arguments}
            address = rule.rule
            for name, value in values.items():
                address = re.sub(rf"<([^<>]*:)?{name}>", value, address)
            found += [(rule.endpoint, m, address) for m in (rule.methods or set()) & {"GET", "POST"}]
    return found


def test_a_stranger_is_led_to_the_door_from_every_page(app: Flask, database: None) -> None:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        for endpoint, method, address in _addresses(app):
            if roles_of(endpoint, STAFF) is not None:
                answer = client.open(address, method=method)
                assert answer.status_code == 303, (endpoint, method)
                assert "/staff/sign-in" in answer.location
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_only_the_doors_are_open_to_strangers(app: Flask) -> None:
    with app.app_context():
        opened = {endpoint for endpoint, _m, _a in _addresses(app) if roles_of(endpoint, STAFF) is None}
    assert opened == {
        "staff.sign_in",
        "staff.sign_in_code",
        "staff.sign_in_set_up",
        "staff.sign_out",
        "staff.invitation",
    }


def test_officers_are_kept_out_of_what_is_the_supervisors(at_desk: Any, app: Flask, officer: User) -> None:
    desk = at_desk(officer)
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        closed = {
            endpoint
            for endpoint, method, address in _addresses(app)
            if roles_of(endpoint, STAFF) == (Role.SUPERVISOR,)
            and desk.client.open(address, method=method).status_code == 403
        }
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
    supervisors = {e for e, _m, _a in _addresses(app) if roles_of(e, STAFF) == (Role.SUPERVISOR,)}
    assert closed == supervisors
    assert closed >= {
        "staff.late", "staff.workload", "staff.workload_hand_over", "staff.faults", "staff.fault_again", "staff.look_through_data", "staff.histories",
        "staff.users", "staff.user_new", "staff.user", "staff.user_step", "staff.offices", "staff.office", "staff.keys",
        "staff.key_revoke",
    }  # fmt: skip


def test_people_of_shops_find_nothing_of_the_staff(app: Flask, at_desk: Any) -> None:
    shopkeeper = at_desk(factories.merchant_user())
    for address in ("/staff/", "/staff/users", "/staff/letters", "/staff/cases/2600000000"):
        assert shopkeeper.client.get(address).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_page_keeps_the_rules_for_pages(at_desk: Any, supervisor: User, language: str) -> None:
    case, shop, colleague = factories.mediation(), factories.shop(), factories.officer()
    letter = factories.given_up(case)
    factories.lapsed(factories.triage())
    with transaction():
        daily.make_digest()
        case.running_deadlines[0].fault, case.running_deadlines[0].tries = "Traceback: <boom>", 5
    chief = at_desk(supervisor, language)
    for address in (
        "/staff/", "/staff/?whose=all", "/staff/?q=tea", "/staff/late", "/staff/late?all=1", "/staff/workload", "/staff/users",
        "/staff/users/new", f"/staff/users/{colleague.id}", "/staff/offices", "/staff/offices/CQ-JFB", "/staff/keys", "/staff/faults",
        "/staff/histories", f"/staff/histories?number={case.number}", "/staff/histories?number=1", "/staff/letters",
        f"/staff/letters/{letter.id}", "/staff/merchants", "/staff/merchants?q=zzz", "/staff/merchants/new",
        f"/staff/merchants/{shop.merchant_id}", f"/staff/merchants/{shop.merchant_id}/people/new",
        f"/staff/merchants/{shop.merchant_id}/shops/new", f"/staff/shops/{shop.id}", f"/staff/shops/{shop.id}/poster",
        "/staff/account", f"/staff/cases/{case.number}", f"/staff/cases/{case.number}/shop-link",
    ):  # fmt: skip
        chief.open(address)


# --- late, and who has how much


def test_what_is_late_is_listed_by_officer_with_its_reason(chief: Browser) -> None:
    case = factories.lapsed(factories.triage())
    chief.open("/staff/late")
    for words in ("周敏", "An officer looks at the case", "Lapsed; you owe the next step"):
        assert words in chief.text, words
    assert f"/staff/cases/{case.number}" in chief.links()


def test_without_anything_late_the_page_says_so(chief: Browser) -> None:
    factories.with_merchant()
    assert "Nothing is late" in chief.open("/staff/late").text


def test_the_workload_counts_what_lies_on_each_desk_and_hands_it_over(chief: Browser) -> None:
    busy = factories.officer(name="忙")
    first, second = factories.triage(), factories.triage()
    for case in (first, second):
        factories.given_to(case, busy)
    idle = factories.officer(name="闲")
    chief.open("/staff/workload")
    assert "忙" in chief.text
    chief.send("/staff/workload/hand-over", {"csrf_token": _token(chief), "officer": str(busy.id), "to": str(idle.id)})
    assert "2 cases are now with 闲." in chief.text
    db.session.expire_all()
    assert {first.officer_id, second.officer_id} == {idle.id}


def test_cases_are_handed_only_to_officers_of_the_own_office(chief: Browser) -> None:
    case, stranger = factories.mediation(), factories.officer("SC")
    chief.open("/staff/workload")
    holder = case.officer_id
    chief.send(
        "/staff/workload/hand-over", {"csrf_token": _token(chief), "officer": str(holder), "to": str(stranger.id)}
    )
    assert "Choose an officer of your office" in chief.text
    db.session.expire_all()
    assert case.officer_id == holder


# --- people


def test_a_newcomer_is_invited(chief: Browser) -> None:
    chief.open("/staff/users/new").submit(
        name="李华", email="lihua@office.example", role="officer", languages=["en", "ja"]
    )
    made = accounts.by_email("lihua@office.example")
    assert made is not None
    assert (made.role, made.languages, made.password_hash) == ("officer", ["en", "ja"], None)
    letter = message_to("lihua@office.example")
    assert letter is not None
    assert letter.template == "user-invited"
    assert "invited" in chief.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "", "email": "a@office.example"}, "Write a name."),
        ({"name": "甲", "email": "nonsense"}, "This is no e-mail address"),
        ({"name": "甲", "email": "TAKEN@office.example"}, "There is an account with this address already."),
        ({"name": "甲", "email": "a@office.example", "role": "merchant"}, "Not a valid choice"),
    ],
)
def test_an_invitation_that_cannot_be_says_why(chief: Browser, typed: dict[str, str], says: str) -> None:
    factories.officer(email="taken@office.example")
    chief.open("/staff/users/new").submit(**typed)
    assert says in chief.errors()


@pytest.mark.parametrize(
    ("step", "attribute", "after"),
    [
        ("reset-factor", "totp_secret", None),
        ("deactivate", "active", False),
        ("off-duty", "on_duty", False),
        ("end-sessions", "session_version", 2),
        ("invite", "session_version", 2),
    ],
)
def test_a_supervisor_looks_after_an_account(chief: Browser, step: str, attribute: str, after: Any) -> None:
    colleague = factories.officer(totp_secret="JBSWY3DPEHPK3PXP", session_version=1)
    chief.open(f"/staff/users/{colleague.id}").submit(f"/users/{colleague.id}/{step}")
    db.session.refresh(colleague)
    assert getattr(colleague, attribute) == after


def test_a_deactivated_account_is_activated_again(chief: Browser) -> None:
    colleague = factories.officer(active=False)
    chief.open(f"/staff/users/{colleague.id}").submit(f"/users/{colleague.id}/activate")
    db.session.refresh(colleague)
    assert colleague.active


def test_nobody_deactivates_or_degrades_the_own_account(chief: Browser, supervisor: User) -> None:
    chief.open(f"/staff/users/{supervisor.id}")
    assert not any(path.endswith("/deactivate") for path in chief.forms())
    chief.submit(f"/users/{supervisor.id}", role="officer")
    assert "You cannot do this to your own account" in chief.errors()
    chief.send(f"/staff/users/{supervisor.id}/deactivate", {"csrf_token": _token(chief)})
    db.session.refresh(supervisor)
    assert (supervisor.active, supervisor.role) == (True, "supervisor")


def test_an_account_is_corrected(chief: Browser) -> None:
    colleague = factories.officer()
    address = f"/staff/users/{colleague.id}"
    chief.open(address).submit(f"/users/{colleague.id}", name="周敏敏", role="supervisor", languages=["ar"])
    db.session.refresh(colleague)
    assert (colleague.name, colleague.role, colleague.languages) == ("周敏敏", "supervisor", ["ar"])


def test_accounts_of_other_offices_are_not_found(chief: Browser) -> None:
    stranger = factories.officer("SC")
    chief.open(f"/staff/users/{stranger.id}", status=404)
    chief.open("/staff/users")
    chief.send(f"/staff/users/{stranger.id}/deactivate", {"csrf_token": _token(chief)}, status=404)
    db.session.refresh(stranger)
    assert stranger.active


def test_an_unknown_step_of_an_account_is_not_found(chief: Browser) -> None:
    colleague = factories.officer()
    chief.open(f"/staff/users/{colleague.id}")
    chief.send(f"/staff/users/{colleague.id}/promote", {"csrf_token": _token(chief)}, status=404)


# --- offices


def test_how_an_office_is_reached_is_kept_even_when_the_seeds_are_loaded_again(chief: Browser) -> None:
    chief.open("/staff/offices/CQ-JFB").submit("/offices/CQ-JFB", email="new@office.example", phone="023 6300 0000")
    with transaction():
        seeding.load_all()
    db.session.expire_all()
    office = db.session.scalars(select(Office).where(Office.code == "CQ-JFB")).one()
    assert (office.email, office.phone) == ("new@office.example", "023 6300 0000")


# --- keys


def test_a_key_is_shown_once_and_opens_nothing_once_revoked(chief: Browser) -> None:
    chief.open("/staff/keys").submit("/staff/keys", name="Hotel desk 解放碑", scopes=["complaints:write"])
    shown = next("".join(map(str, c.children)) for c in chief.page.find("code") if "key-shown" in c["class"])  # type: ignore[union-attr]
    key = accounts.find_by_key(shown)
    assert key is not None
    assert key.name == "Hotel desk 解放碑"
    assert shown not in chief.open("/staff/keys").text
    chief.submit(f"/keys/{key.id}/revoke")
    db.session.expire_all()
    assert accounts.find_by_key(shown) is None
    assert "revoked" in chief.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [({"name": ""}, "Write a name."), ({"name": "x", "scopes": None}, "Choose at least one thing"),
     ({"name": "x", "per_minute": "0"}, "Between 1 and 6000."), ({"name": "x", "per_minute": "many"}, "integer")],
)  # fmt: skip
def test_a_key_that_cannot_be_says_why(chief: Browser, typed: dict[str, Any], says: str) -> None:
    chief.open("/staff/keys").submit("/staff/keys", **typed)
    assert says in chief.errors()
    assert db.session.scalars(select(ApiKey)).first() is None


# --- faults


def test_a_fault_is_shown_and_tried_again(chief: Browser) -> None:
    case = factories.with_merchant()
    deadline = case.running_deadlines[0]
    with transaction():
        deadline.fault, deadline.tries = 'File "x", line 1 <boom>', 5
    chief.open("/staff/faults")
    assert "waits for you" in chief.text
    chief.submit(f"/faults/{deadline.id}/again")
    db.session.refresh(deadline)
    assert (deadline.tries, deadline.next_try_at) == (0, None)


def test_without_faults_the_page_says_so(chief: Browser) -> None:
    assert "No faults" in chief.open("/staff/faults").text
    assert "It has not looked yet." in chief.text


def test_a_supervisor_lets_the_system_look_through_its_data_and_reads_what_to_do(chief: Browser) -> None:
    case = factories.offered()
    chief.open("/staff/faults")
    chief.submit("/faults/look")
    assert "Everything is in order." in chief.text
    assert "Nothing was found." in chief.text
    with transaction():
        case.waiting_on = None
    chief.open("/staff/faults").submit("/faults/look")
    assert "1 thing is not in order." in chief.text
    assert f"Nobody owes the next step in case {spoken(case.number)}" in chief.text
    assert "take the next step by hand" in chief.text
    chief.open(f"/staff/cases/{case.number}")


# --- histories


def test_a_whole_history_is_confirmed_and_an_unknown_number_named(chief: Browser) -> None:
    case = factories.settled()
    assert "is whole" in chief.open(f"/staff/histories?number={case.number}").text
    assert "There is no case with this number." in chief.open("/staff/histories?number=123").text


def test_a_history_that_was_cut_off_shows(chief: Browser) -> None:
    case = factories.settled()
    with transaction():
        case.last_seq += 1  # as if the last event had been taken away
    assert "does not hold" in chief.open(f"/staff/histories?number={case.number}").text
    assert "chain breaks" in chief.open(f"/staff/cases/{case.number}").text


# --- letters


def test_a_letter_that_was_given_up_is_sent_again_to_a_right_address(desk: Browser) -> None:
    letter = factories.given_up(factories.with_merchant())
    desk.open("/staff/letters")
    assert "no such mailbox" in desk.text
    desk.open(f"/staff/letters/{letter.id}").submit(f"/letters/{letter.id}", address="nonsense")
    assert "This is no e-mail address" in desk.errors()
    desk.submit(f"/letters/{letter.id}", address="right@travellers.example")
    db.session.refresh(letter)
    assert (letter.state, letter.address, letter.attempts) == ("due", "right@travellers.example", 0)
    assert "Every letter got through" in desk.text


def test_a_letter_may_be_let_be(desk: Browser) -> None:
    letter = factories.given_up(factories.with_merchant())
    desk.open(f"/staff/letters/{letter.id}").submit("/let-be")
    db.session.refresh(letter)
    assert letter.state == "cancelled"


def test_every_letter_has_a_name_for_the_lists_of_the_staff() -> None:
    assert set(LETTERS) == letters()


# --- merchants and shops


def test_a_merchant_and_its_shop_are_added_and_found(desk: Browser) -> None:
    desk.open("/staff/merchants/new").submit(
        name_zh="渝味餐饮有限公司", uscc="91500103MA5U0ABC1X", email="yuwei@shops.example"
    )
    assert "no unified social credit code" in desk.errors()
    desk.submit(uscc="")
    desk.open(desk.path + "/shops/new").submit(
        name_zh="渝味火锅洪崖洞店",
        name_en="Yuwei Hotpot",
        address_zh="渝中区嘉滨路88号",
        division_code="500103",
        trade="restaurant",
    )
    assert "渝味火锅洪崖洞店" in desk.heading
    assert "渝味火锅洪崖洞店" in desk.open("/staff/merchants?q=yuwei hotpot").text


def test_the_same_company_is_not_added_twice(desk: Browser) -> None:
    company = factories.merchant(name_zh="重庆火锅集团", uscc=factories.CREDIT_CODE)
    desk.open("/staff/merchants/new").submit(name_zh="又一家", uscc=factories.CREDIT_CODE)
    assert f"{company.name_zh} has this code already." in desk.errors()


def test_a_closed_shop_is_no_longer_found_by_visitors(desk: Browser) -> None:
    shop = factories.shop()
    desk.open(f"/staff/shops/{shop.id}").submit(f"/shops/{shop.id}", active=None)
    db.session.refresh(shop)
    assert not shop.active
    assert "closed" in desk.text


def test_a_shop_cannot_close_before_it_opens(desk: Browser) -> None:
    shop = factories.shop()
    desk.open(f"/staff/shops/{shop.id}").submit(f"/shops/{shop.id}", opens="22:00", closes="02:00")
    assert "A shop closes after it opens." in desk.errors()


def test_the_poster_holds_the_shops_own_address(desk: Browser) -> None:
    shop = factories.shop()
    assert f"/s/{shop.code}" in desk.open(f"/staff/shops/{shop.id}/poster").text


def test_somebody_of_a_merchant_is_invited(desk: Browser) -> None:
    company = factories.merchant()
    desk.open(f"/staff/merchants/{company.id}/people/new").submit(name="李店长", email="li@shops.example")
    made = accounts.by_email("li@shops.example")
    assert made is not None
    assert (made.role, made.merchant_id) == ("merchant", company.id)
    assert message_to("li@shops.example").slots["portal"] == "merchant"  # type: ignore[union-attr]


# --- the own account


def test_the_own_password_is_changed_and_other_devices_are_signed_out(at_desk: Any, officer: User) -> None:
    with transaction():
        commands.set_password(officer, "panda hotpot jialing")
    here, there = at_desk(officer), at_desk(officer)
    here.open("/staff/account").submit(
        "/account/password", present="wrong and wrong", password="another long one 7", again="another long one 7"
    )
    assert "This is not your present password." in here.errors()
    here.submit("/account/password", present="panda hotpot jialing", password="short", again="short")
    assert "too short" in here.errors()
    here.submit(
        "/account/password", present="panda hotpot jialing", password="another long one 7", again="another long one 7"
    )
    assert "Your password is changed." in here.text
    assert here.open("/staff/").path == "/staff/"
    assert there.open("/staff/").path.startswith("/staff/sign-in")


def test_languages_and_duty_are_ones_own_business(desk: Browser, officer: User) -> None:
    desk.language = None
    desk.open("/staff/account").submit("/account/personal", locale="zh_CN", languages=["ar", "en"], on_duty=None)
    db.session.refresh(officer)
    assert (officer.locale, set(officer.languages), officer.on_duty) == ("zh_CN", {"ar", "en"}, False)


def test_one_can_sign_out_everywhere(at_desk: Any, officer: User) -> None:
    here, there = at_desk(officer), at_desk(officer)
    here.open("/staff/account").submit("/account/sign-out-everywhere")
    assert here.path == "/staff/sign-in"
    assert there.open("/staff/").path.startswith("/staff/sign-in")


def _token(browser: Browser) -> str:
    assert browser.page is not None
    return next(i["value"] for i in browser.page.find("input") if i["name"].endswith("csrf_token"))


# --- what hinders, and what was kept


def test_a_late_case_says_what_stands_in_its_way(chief: Browser) -> None:
    case = factories.lapsed(factories.triage())
    factories.given_up(case)
    text = chief.open("/staff/late").text
    for words in ("The shop is not in our list", "1 letter could not be delivered", "Officer · 周敏"):
        assert words in text, words


def test_a_late_case_that_nobody_has_while_nobody_is_there_says_so(chief: Browser) -> None:
    case = factories.lapsed(factories.unassigned())
    with transaction():
        for user in db.session.scalars(select(User).where(User.office_id == case.office_id)):
            user.on_duty = False
    assert "Nobody has the case, and nobody of the office is there" in chief.open("/staff/late").text


def test_the_longest_overdue_stands_first_whoever_has_it(chief: Browser) -> None:
    first = factories.lapsed(factories.triage(departure="unknown"))
    second = factories.lapsed(factories.triage(departure_at=clock.now() + timedelta(hours=5)))
    text = chief.open("/staff/late").text
    due = {case.number: max(d.due_at for d in case.deadlines if d.ending == "lapsed") for case in (first, second)}
    order = sorted(due, key=lambda number: due[number])
    assert text.index(spoken(order[0])) < text.index(spoken(order[1]))


def test_the_supervisor_sees_how_many_promises_were_kept(chief: Browser) -> None:
    assert "Nothing to count yet" in chief.open("/staff/promises").text
    merchant = factories.merchant(name_zh="解放碑茶具公司", name_en="Jiefangbei Tea Ware")
    shop = factories.shop(merchant)
    for _ in range(4):
        factories.offered(on=factories.with_merchant(shop))
    factories.lapsed(factories.with_merchant(shop))
    tallies.refresh()
    text = chief.open("/staff/promises").text
    for words in ("Jiefangbei Tea Ware", "The shop answers the claim", "80%"):
        assert words in text, words


def test_of_few_promises_the_supervisor_sees_no_share(chief: Browser) -> None:
    factories.offered()
    tallies.refresh()
    text = chief.open("/staff/promises").text
    assert "The shop answers the claim" in text
    assert "%" not in text.replace("100%", "")
