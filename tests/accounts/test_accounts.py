"""Accounts: made, invited, signed in, ended; and the keys of partners."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from disputes import clock
from disputes.accounts import actors, commands, demo, invitations, queries, second_factor
from disputes.accounts.commands import AccountRefused
from disputes.accounts.models import User
from disputes.accounts.passwords import WeakPassword
from disputes.accounts.scopes import Scope
from disputes.db import db, transaction
from disputes.notifications.invitations import invite
from disputes.rules.lifecycle import Role
from tests import factories

GOOD = "panda hotpot jialing"
AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
STAFF = (Role.OFFICER, Role.SUPERVISOR)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def office_id() -> int:
    return factories.officer().office_id  # type: ignore[return-value]


@pytest.fixture
def user(office_id: int) -> User:
    with transaction():
        return commands.create_user("min@office.example", "周敏", Role.OFFICER, office_id=office_id, password=GOOD)


def test_a_new_account_signs_in_with_its_password_in_any_case_of_the_address(user: User) -> None:
    assert commands.check_password("MIN@office.example ", GOOD, STAFF) is user
    assert commands.check_password("min@office.example", "something else", STAFF) is None
    assert commands.check_password("nobody@office.example", GOOD, STAFF) is None


def test_an_account_opens_only_its_own_portal(user: User) -> None:
    assert commands.check_password(user.email, GOOD, (Role.MERCHANT,)) is None


def test_an_account_without_a_password_opens_with_none(office_id: int) -> None:
    with transaction():
        commands.create_user("new@office.example", "李华", Role.OFFICER, office_id=office_id)
    assert commands.check_password("new@office.example", "", STAFF) is None


@pytest.mark.parametrize("typed", ["\0", "min\0@office.example", "\ud800", "%", "m_n@office.example", "x" * 100_000])
def test_odd_addresses_are_only_unknown(user: User, typed: str) -> None:
    found = commands.check_password(typed, GOOD, STAFF)
    assert found is None or typed == "min\0@office.example"


def test_an_address_serves_one_account(user: User, office_id: int) -> None:
    with pytest.raises(AccountRefused, match="email_taken"):
        commands.create_user("Min@Office.example", "另一个", Role.OFFICER, office_id=office_id)


@pytest.mark.parametrize(
    ("email", "role", "code"),
    [
        ("no address", Role.OFFICER, "email_invalid"),
        ("a@office.example", Role.TOURIST, "role_unknown"),
        ("a@office.example", Role.MERCHANT, "merchant_missing"),
    ],
)
def test_an_account_that_would_belong_nowhere_is_refused(office_id: int, email: str, role: Role, code: str) -> None:
    with pytest.raises(AccountRefused, match=code):
        commands.create_user(email, "某人", role, office_id=office_id)


def test_staff_need_an_office() -> None:
    with pytest.raises(AccountRefused, match="office_missing"):
        commands.create_user("a@office.example", "某人", Role.SUPERVISOR)


def test_a_weak_password_makes_no_account(office_id: int) -> None:
    with pytest.raises(WeakPassword):
        commands.create_user("a@office.example", "某人", Role.OFFICER, office_id=office_id, password="12345678")


def test_an_outdated_hash_is_renewed_at_sign_in(user: User) -> None:
    user.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    before = user.password_hash
    assert commands.check_password(user.email, GOOD, STAFF) is user
    assert user.password_hash != before
    assert commands.check_password(user.email, GOOD, STAFF) is user


def test_a_deactivated_account_opens_nothing_and_loses_its_sessions(user: User) -> None:
    version = user.session_version
    commands.deactivate(user)
    assert commands.check_password(user.email, GOOD, STAFF) is None
    assert user.session_version > version
    commands.activate(user)
    assert commands.check_password(user.email, GOOD, STAFF) is user


def test_nobody_deactivates_the_own_account(user: User) -> None:
    with pytest.raises(AccountRefused, match="not_yourself"):
        commands.deactivate(user, actors.of_user(user))


# --- the second factor


def test_a_code_is_used_up_by_signing_in(user: User) -> None:
    clock.stand_at(AT)
    secret = second_factor.new_secret()
    first = second_factor.code_of(secret, second_factor.step_at(AT) - 1)
    commands.set_second_factor(user, secret, first)
    db.session.flush()
    assert not commands.check_code(user, first)
    code = second_factor.code_of(secret, second_factor.step_at(AT))
    assert commands.check_code(user, code)
    db.session.flush()
    assert not commands.check_code(user, code)


def test_an_app_is_tied_only_by_a_right_code(user: User) -> None:
    with pytest.raises(AccountRefused, match="code_wrong"):
        commands.set_second_factor(user, second_factor.new_secret(), "000000")
    assert user.totp_secret is None


def test_after_a_reset_no_code_is_taken_and_every_session_ends(user: User) -> None:
    clock.stand_at(AT)
    secret = second_factor.new_secret()
    commands.set_second_factor(user, secret, second_factor.code_of(secret, second_factor.step_at(AT)))
    version = user.session_version
    commands.reset_second_factor(user)
    db.session.flush()
    assert user.session_version > version
    assert not commands.check_code(user, second_factor.code_of(secret, second_factor.step_at(AT) + 1))


# --- invitations


def test_an_invitation_opens_the_account_for_three_days(user: User) -> None:
    invitation = invitations.new(user, AT)
    token = invitations.token("a secret", invitation)
    assert invitations.read("a secret", token) == invitation
    assert invitation.is_for(user, AT + timedelta(days=3) - timedelta(seconds=1))
    assert not invitation.is_for(user, AT + timedelta(days=3))


def test_an_invitation_lapses_with_the_password_it_set(user: User) -> None:
    invitation = invitations.new(user, AT)
    commands.set_password(user, "another long password 7")
    assert not invitation.is_for(user, AT)


def test_a_forged_or_torn_invitation_opens_nothing(user: User) -> None:
    token = invitations.token("a secret", invitations.new(user, AT))
    assert invitations.read("another secret", token) is None
    for text in ("", token[:-2], token + "x", "\ud800", "."):
        assert invitations.read("a secret", text) is None


def test_the_letter_holds_what_the_link_is_computed_from_and_no_link(user: User) -> None:
    with transaction():
        letter = invite(user, "陈立")
    stored = invitations.of_stored(letter.slots["invitation"])
    assert letter.template == "user-invited"
    assert letter.address == user.email
    assert stored.is_for(user, clock.now())
    assert "token" not in str(letter.slots)


def test_a_second_invitation_replaces_the_first(user: User) -> None:
    with transaction():
        first = invite(user)
        second = invite(user)
    assert not invitations.of_stored(first.slots["invitation"]).is_for(user, clock.now())
    assert invitations.of_stored(second.slots["invitation"]).is_for(user, clock.now())


# --- who looks after whom


def test_a_supervisor_looks_after_the_own_office_and_the_merchants_people(user: User) -> None:
    chief = factories.supervisor()
    elsewhere = factories.officer("SC")
    shopkeeper = factories.merchant_user()
    by = actors.of_user(chief)
    assert queries.find(user.id, by) is user
    assert queries.find(shopkeeper.id, by) is shopkeeper
    assert queries.find(elsewhere.id, by) is None


def test_a_merchant_looks_after_the_own_company_and_nobody_else(user: User) -> None:
    shopkeeper, stranger = factories.merchant_user(), factories.merchant_user()
    by = actors.of_user(shopkeeper)
    assert queries.users(by) == [shopkeeper]
    assert queries.find(stranger.id, by) is None
    assert queries.find(user.id, by) is None


def test_an_officer_looks_after_nobody(user: User) -> None:
    assert queries.users(actors.of_user(user)) == []


# --- keys


def test_a_key_is_shown_once_and_found_by_its_whole_text() -> None:
    with transaction():
        key, text = commands.create_api_key("Hotel desk", [Scope.COMPLAINTS_WRITE])
    assert text.startswith(f"vc_{key.prefix}_")
    assert text.rpartition("_")[2] not in key.secret_hash
    assert queries.find_by_key(text) is key
    assert key.scopes == ["complaints:write"]


@pytest.mark.parametrize("change", ["x", "", "\0", "\ud800", "_"])
def test_no_other_text_opens_a_key(change: str) -> None:
    _key, text = commands.create_api_key("Hotel desk", ["complaints:read"])
    assert queries.find_by_key(text[:-1] + change) is None


@pytest.mark.parametrize("text", ["", "vc", "vc_", "vc__", "vc_\0_x", "vc_%_x", "Bearer x", "vc_😀_x"])
def test_texts_that_are_no_keys_open_nothing(text: str) -> None:
    assert queries.find_by_key(text) is None


def test_a_revoked_key_opens_nothing() -> None:
    key, text = commands.create_api_key("Hotel desk", [Scope.COMPLAINTS_READ])
    commands.revoke_api_key(key)
    first = key.revoked_at
    commands.revoke_api_key(key)
    assert key.revoked_at == first
    assert queries.find_by_key(text) is None


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_a_key_needs_scopes_that_exist(scopes: list[str]) -> None:
    with pytest.raises(AccountRefused, match="scope_unknown"):
        commands.create_api_key("Hotel desk", scopes)


def test_the_use_of_a_key_is_noted_once_a_minute() -> None:
    clock.stand_at(AT)
    key, _text = commands.create_api_key("Hotel desk", [Scope.COMPLAINTS_READ])
    commands.note_use(key)
    clock.stand_at(AT + timedelta(seconds=59))
    commands.note_use(key)
    assert key.used_at == AT
    clock.stand_at(AT + timedelta(seconds=60))
    commands.note_use(key)
    assert key.used_at == AT + timedelta(seconds=60)


# --- the demo


def test_the_demo_shows_its_own_accounts_with_codes_that_work(office_id: int) -> None:
    clock.stand_at(AT)
    with transaction():
        shown = commands.create_user(
            "min@demo.example", "周敏", Role.OFFICER, office_id=office_id, password=demo.PASSWORD
        )
        shown.totp_secret = second_factor.new_secret()
        commands.create_user("a@elsewhere.example", "甲", Role.OFFICER, office_id=office_id, password=demo.PASSWORD)
        commands.create_user("b@demo.example", "乙", Role.OFFICER, office_id=office_id, password=GOOD)
    accounts = demo.accounts(STAFF)
    assert [account.email for account in accounts] == ["min@demo.example"]
    assert commands.check_password("min@demo.example", accounts[0].password, STAFF) is shown
    assert commands.check_code(shown, accounts[0].code or "")
