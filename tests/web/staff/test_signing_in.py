"""Signing in: password, then code; one answer for unknown and wrong; tries are counted, nothing is locked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from disputes import clock
from disputes.accounts import commands, demo, invitations, second_factor
from disputes.accounts.models import User
from disputes.db import db, transaction
from disputes.notifications.invitations import invite
from disputes.rules.lifecycle import Role
from disputes.web import signing_in
from disputes.web.sessions import SignedIn
from tests import factories
from tests.web.browser import Browser

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
FEW = 3  # tries, so that the tests need not hash so often
PASSWORD = "panda hotpot jialing"


@pytest.fixture
def user(database: None) -> User:
    clock.stand_at(AT)
    made = factories.officer(email="min@office.example")
    with transaction():
        commands.set_password(made, PASSWORD)
        made.totp_secret = second_factor.new_secret()
    return made


@pytest.fixture
def visitor(app: Flask, database: None) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits are switched on, and count anew."""
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setitem(app.config, "RATELIMIT_STORAGE_URI", "memory://")
    monkeypatch.setitem(app.config, "RATELIMIT_STORAGE_OPTIONS", {})
    monkeypatch.setattr(signing_in, "BY_STRANGERS", f"{FEW} per 15 minutes")
    monkeypatch.setattr(signing_in, "BY_DEVICE", f"{FEW} per 15 minutes")
    app.extensions.pop("tries", None)
    yield
    app.extensions.pop("tries", None)


def code_of(user: User, later: int = 0) -> str:
    return second_factor.code_of(user.totp_secret or "", second_factor.step_at(clock.now()) + later)


def sign_in(visitor: Browser, user: User, later: int = 0) -> Browser:
    visitor.open("/staff/sign-in").submit(email=user.email, password=PASSWORD)
    return visitor.submit(code=code_of(user, later))


def test_password_and_code_open_the_portal(visitor: Browser, user: User) -> None:
    visitor.open("/staff/sign-in?lang=en").submit(email="MIN@office.example", password=PASSWORD)
    assert visitor.heading == "Your code"
    visitor.submit(code=code_of(user))
    assert visitor.path == "/staff/"
    db.session.refresh(user)
    assert user.signed_in_at == AT


def test_the_password_alone_opens_nothing(visitor: Browser, user: User) -> None:
    visitor.open("/staff/sign-in").submit(email=user.email, password=PASSWORD)
    assert visitor.open("/staff/").path.startswith("/staff/sign-in")


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(visitor: Browser, user: User) -> None:
    visitor.open("/staff/sign-in?lang=en").submit(email=user.email, password="something else")
    wrong = visitor.errors()
    visitor.open("/staff/sign-in").submit(email="nobody@office.example", password=PASSWORD)
    assert visitor.errors() == wrong
    assert "do not go together" in wrong


@pytest.mark.parametrize("typed", ["\0", "x" * 5000, "no address", "名字", "' OR 1=1 --", "<script>"])
def test_odd_input_is_only_wrong(visitor: Browser, user: User, typed: str) -> None:
    visitor.open("/staff/sign-in").submit(email=typed, password=typed)
    assert visitor.errors()
    assert "<script>" not in visitor.response.get_data(as_text=True)


def test_an_empty_form_says_what_is_missing(visitor: Browser, user: User) -> None:
    visitor.open("/staff/sign-in?lang=en").submit(email="", password="")
    assert "Write your e-mail address." in visitor.errors()
    assert "Write your password." in visitor.errors()


def test_a_code_is_good_once(app: Flask, visitor: Browser, user: User) -> None:
    sign_in(visitor, user)
    second = Browser(app.test_client(), "en")
    second.open("/staff/sign-in?lang=en").submit(email=user.email, password=PASSWORD)
    second.submit(code=code_of(user))
    assert "used already" in second.errors()
    second.submit(code=code_of(user, 1))
    assert second.path == "/staff/"


def test_a_wrong_code_opens_nothing(visitor: Browser, user: User) -> None:
    visitor.open("/staff/sign-in").submit(email=user.email, password=PASSWORD)
    visitor.submit(code="000000")
    assert visitor.errors()
    assert visitor.open("/staff/").path.startswith("/staff/sign-in")


def test_the_way_from_password_to_code_ends_after_ten_minutes(visitor: Browser, user: User) -> None:
    visitor.open("/staff/sign-in").submit(email=user.email, password=PASSWORD)
    clock.stand_at(AT + timedelta(minutes=11))
    visitor.open("/staff/sign-in/code")
    assert visitor.path == "/staff/sign-in"


def test_after_signing_in_the_page_that_was_wanted_opens(visitor: Browser, user: User) -> None:
    visitor.open("/staff/account")
    visitor.submit(email=user.email, password=PASSWORD)
    visitor.submit(code=code_of(user))
    assert visitor.path == "/staff/account"


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example/",
        "//evil.example/staff/",
        "/\\evil.example",
        "/merchant/",
        "/staff/../x\\",
        "/staff/../merchant/",
        "/staff/%2e%2e/merchant/",
        "/staff/\r\nLocation: https://evil.example/",
        "http://[evil.example",
    ],
)
def test_signing_in_never_leads_out_of_the_portal(visitor: Browser, user: User, next_: str) -> None:
    visitor.open("/staff/sign-in").submit(email=user.email, password=PASSWORD, next=next_)
    visitor.submit(code=code_of(user))
    assert visitor.path == "/staff/"


def test_signing_out_is_a_step_and_ends_the_session(visitor: Browser, user: User) -> None:
    sign_in(visitor, user)
    assert visitor.client.get("/staff/sign-out").status_code == 405
    account = next(f for f in visitor.page.find("form") if f["action"].endswith("/sign-out"))  # type: ignore[union-attr]
    token = next(i["value"] for i in account.find("input"))
    visitor.send("/staff/sign-out", {"csrf_token": token})
    assert visitor.open("/staff/").path.startswith("/staff/sign-in")


def test_a_raised_session_version_ends_every_session(visitor: Browser, user: User) -> None:
    sign_in(visitor, user)
    with transaction():
        commands.end_sessions(user)
    assert visitor.open("/staff/").path.startswith("/staff/sign-in")


def test_people_of_shops_find_nothing_here(visitor: Browser, database: None) -> None:
    shopkeeper = factories.merchant_user()
    with transaction():
        commands.set_password(shopkeeper, PASSWORD)
    visitor.open("/staff/sign-in").submit(email=shopkeeper.email, password=PASSWORD)
    assert visitor.errors()


# --- the first sign-in


def test_the_first_sign_in_sets_up_the_second_factor(visitor: Browser, user: User) -> None:
    with transaction():
        commands.reset_second_factor(user)
    visitor.open("/staff/sign-in?lang=en").submit(email=user.email, password=PASSWORD)
    assert visitor.heading == "Set up your second factor"
    typed = next(e for e in visitor.page.find("code") if "set-up-key" in e["class"])  # type: ignore[union-attr]
    secret = "".join(str(c) for c in typed.children).replace(" ", "")
    visitor.submit(code="123")
    assert visitor.errors()
    visitor.submit(code=second_factor.code_of(secret, second_factor.step_at(clock.now())))
    assert visitor.path == "/staff/"
    db.session.refresh(user)
    assert user.totp_secret == secret


def test_who_has_a_second_factor_cannot_set_up_another_on_the_way(visitor: Browser, user: User) -> None:
    visitor.open("/staff/sign-in").submit(email=user.email, password=PASSWORD)
    visitor.open("/staff/sign-in/set-up")
    assert visitor.path == "/staff/sign-in"


# --- invitations


def test_an_invitation_sets_the_password_then_the_second_factor_and_works_once(
    app: Flask, visitor: Browser, database: None
) -> None:
    clock.stand_at(AT)
    newcomer = factories.officer()
    with transaction():
        letter = invite(newcomer)
    token = invitations.token(app.config["SETTINGS"].secret_key, invitations.of_stored(letter.slots["invitation"]))
    visitor.open(f"/staff/invitation/{token}?lang=en")
    visitor.submit(password="short", again="short")
    assert "too short" in visitor.errors()
    visitor.submit(password=PASSWORD, again=PASSWORD + "!")
    assert "not the same" in visitor.errors()
    visitor.submit(password=PASSWORD, again=PASSWORD)
    assert visitor.heading == "Set up your second factor"
    assert (
        Browser(app.test_client(), "en").open(f"/staff/invitation/{token}?lang=en").heading
        == "This invitation has ended"
    )


def test_looking_at_an_invitation_does_not_use_it_up(app: Flask, visitor: Browser, database: None) -> None:
    clock.stand_at(AT)
    newcomer = factories.officer()
    with transaction():
        letter = invite(newcomer)
    token = invitations.token(app.config["SETTINGS"].secret_key, invitations.of_stored(letter.slots["invitation"]))
    for _ in range(2):
        assert visitor.open(f"/staff/invitation/{token}?lang=en").heading == "Choose your password"
    clock.stand_at(AT + timedelta(days=3))
    assert visitor.open(f"/staff/invitation/{token}").heading == "This invitation has ended"


def test_an_invitation_of_a_shop_opens_nothing_at_the_staffs_door(app: Flask, visitor: Browser, database: None) -> None:
    with transaction():
        letter = invite(factories.merchant_user())
    token = invitations.token(app.config["SETTINGS"].secret_key, invitations.of_stored(letter.slots["invitation"]))
    assert visitor.open(f"/staff/invitation/{token}?lang=en").heading == "This invitation has ended"


# --- too many tries


def test_many_wrong_passwords_are_slowed_down_and_the_account_is_not_locked(
    app: Flask, visitor: Browser, user: User, limits: None
) -> None:
    sign_in(visitor, user)  # from now on this browser is known
    stranger = Browser(app.test_client(), "en")
    stranger.open("/staff/sign-in?lang=en")
    for _ in range(FEW):
        stranger.submit(email=user.email, password="wrong and wrong")
    stranger.submit(email=user.email, password=PASSWORD, status=429)
    assert "Too many tries" in stranger.errors()

    clock.stand_at(AT + timedelta(minutes=1))
    with transaction():
        commands.end_sessions(user)
    sign_in(visitor, user)
    assert visitor.path == "/staff/"


def test_an_unknown_address_is_slowed_down_like_a_known_one(visitor: Browser, user: User, limits: None) -> None:
    visitor.open("/staff/sign-in")
    for _ in range(FEW):
        visitor.submit(email="nobody@office.example", password="wrong and wrong")
    visitor.submit(email="nobody@office.example", password="wrong and wrong", status=429)


def test_one_address_cannot_try_one_password_on_many_accounts(
    visitor: Browser, user: User, limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.open("/staff/sign-in")
    monkeypatch.setattr(signing_in, "BY_ADDRESS", "5 per 15 minutes")
    for number in range(5):
        visitor.submit(email=f"nobody{number}@office.example", password="wrong and wrong")
    visitor.submit(email="nobody@office.example", password="wrong and wrong", status=429)


def test_many_wrong_codes_are_slowed_down(visitor: Browser, user: User, limits: None) -> None:
    visitor.open("/staff/sign-in").submit(email=user.email, password=PASSWORD)
    for _ in range(FEW):
        visitor.submit(code="000000")
    visitor.submit(code=code_of(user), status=429)


# --- the demo


def test_the_demo_shows_how_to_sign_in(
    app: Flask, visitor: Browser, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], embedded=True))
    with transaction():
        user.email = "min@" + demo.DOMAIN
        commands.set_password(user, demo.PASSWORD)
    visitor.open("/staff/sign-in?lang=en")
    assert demo.PASSWORD in visitor.text
    assert code_of(user) in visitor.text
    visitor.open(f"/staff/sign-in?account={user.email}").submit()
    assert f"the code is {code_of(user)}" in visitor.text
    visitor.submit(code=code_of(user))
    assert visitor.path == "/staff/"


@pytest.mark.parametrize("change", [{"env": "production"}, {"embedded": False}])
def test_nothing_of_the_kind_is_shown_in_earnest(
    app: Flask, visitor: Browser, user: User, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(app.config["SETTINGS"], **change))
    with transaction():
        user.email = "min@" + demo.DOMAIN
        commands.set_password(user, demo.PASSWORD)
    visitor.open(f"/staff/sign-in?account={user.email}")
    assert demo.PASSWORD not in visitor.response.get_data(as_text=True)
    visitor.submit(email=user.email, password=demo.PASSWORD)
    assert code_of(user) not in visitor.response.get_data(as_text=True)


def test_supervisors_come_in_by_the_same_door(visitor: Browser, database: None) -> None:
    clock.stand_at(AT)
    chief = factories.supervisor(totp_secret=second_factor.new_secret())
    with transaction():
        commands.set_password(chief, PASSWORD)
    assert chief.role == Role.SUPERVISOR
    assert sign_in(visitor, chief).path == "/staff/"


def test_a_cookie_kept_from_before_signing_out_opens_nothing_and_other_sessions_go_on(app, database):
    user = factories.officer()
    kept, other = SignedIn(user).get_id(), SignedIn(user).get_id()

    def browser(session_id):
        client = app.test_client()
        with client.session_transaction() as session:
            session.update({"_user_id": session_id, "_fresh": True, "language": "en"})
        return Browser(client, "en")

    here = browser(kept)
    here.open("/staff/")
    here.client.post("/staff/sign-out", data={"csrf_token": here.form("/staff/next")["csrf_token"]})
    assert browser(kept).client.get("/staff/").status_code == 303
    assert browser(other).client.get("/staff/").status_code == 200
