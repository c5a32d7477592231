"""Passwords are kept as argon2 hashes and refused when anybody could guess them."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from disputes.accounts import passwords

GOOD = "panda hotpot jialing"


def test_a_password_fits_its_own_hash_and_no_other() -> None:
    kept = passwords.hashed(GOOD)
    assert passwords.fits(kept, GOOD)
    assert not passwords.fits(kept, GOOD + "!")
    assert GOOD not in kept


def test_without_an_account_the_answer_is_no() -> None:
    assert not passwords.fits(None, GOOD)


def test_the_hash_of_nobody_opens_no_account() -> None:
    assert not passwords.fits(None, "the password of nobody, against which a try for an unknown account is measured")


def test_the_same_password_from_another_keyboard_fits() -> None:
    assert passwords.fits(passwords.hashed("ｐａｎｄａ hotpot jialing"), GOOD)


@pytest.mark.parametrize("odd", ["", "\0", "\ud800" * 20, "x" * 100_000, "火锅" * 500])
def test_odd_input_is_only_wrong(odd: str) -> None:
    assert not passwords.fits(passwords.hashed(GOOD), odd)


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.hashed(GOOD))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("x" * 201, "password_too_long"),
        ("aaaabbbbaaaabbbb", "password_too_plain"),
        ("zhoumin-zhoumin-1", "password_too_plain"),  # holds the address
        ("my name is Min Zhoumin", "password_too_plain"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, code: str) -> None:
    with pytest.raises(passwords.WeakPassword) as refused:
        passwords.require_good(password, "zhoumin@office.example", "Zhou Min")
    assert refused.value.code == code


@pytest.mark.parametrize("password", [GOOD, "山城的夜景很美丽我喜欢火锅", "correct-horse-battery"])
def test_a_long_password_in_any_script_is_good(password: str) -> None:
    passwords.require_good(password, "zhoumin@office.example", "周敏")


def test_a_try_for_an_unknown_account_takes_the_work_of_a_real_one() -> None:
    assert not passwords.is_outdated(passwords._nobody)
    assert not passwords.fits(None, GOOD)
