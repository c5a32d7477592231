"""The second factor: codes near the moment, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from disputes.accounts import second_factor as factor

AT = datetime(2026, 11, 21, 4, 0, 10, tzinfo=UTC)
SECRET = factor.new_secret()
NOW = factor.step_at(AT)


def test_the_present_code_is_taken() -> None:
    assert factor.step_of(SECRET, factor.code_of(SECRET, NOW), AT, None) == NOW


def test_a_clock_that_differs_by_half_a_minute_does_no_harm() -> None:
    for step in (NOW - 1, NOW + 1):
        assert factor.step_of(SECRET, factor.code_of(SECRET, step), AT, None) == step
    for step in (NOW - 2, NOW + 2):
        assert factor.step_of(SECRET, factor.code_of(SECRET, step), AT, None) is None


def test_a_code_is_good_once_and_so_is_every_one_before_it() -> None:
    assert factor.step_of(SECRET, factor.code_of(SECRET, NOW), AT, NOW) is None
    assert factor.step_of(SECRET, factor.code_of(SECRET, NOW - 1), AT, NOW) is None
    assert factor.step_of(SECRET, factor.code_of(SECRET, NOW + 1), AT, NOW) == NOW + 1


def test_a_code_may_be_typed_with_spaces_and_in_digits_of_any_script() -> None:
    code = factor.code_of(SECRET, NOW)
    assert factor.step_of(SECRET, f" {code[:3]} {code[3:]} ", AT, None) == NOW
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert factor.step_of(SECRET, arabic, AT, None) == NOW


def test_anything_else_is_only_wrong() -> None:
    for typed in ("", "abcdef", "²²²²²²", "\0", "\ud800", "1" * 10_000):
        assert factor.step_of(SECRET, typed, AT, None) is None


def test_the_demo_shows_a_code_that_will_be_taken_and_none_while_all_are_used() -> None:
    shown = factor.next_code(SECRET, AT, None)
    assert shown is not None
    assert factor.step_of(SECRET, shown, AT, None) == NOW
    after = factor.next_code(SECRET, AT, NOW)
    assert after is not None
    assert factor.step_of(SECRET, after, AT, NOW) == NOW + 1
    assert factor.next_code(SECRET, AT, NOW + 1) is None
    assert factor.next_code(SECRET, AT + timedelta(seconds=30), NOW + 1) is not None


def test_the_address_of_the_qr_code_names_the_product_and_the_account() -> None:
    assert factor.address(SECRET, "min@office.example").startswith(
        "otpauth://totp/Visitor%20Care:min%40office.example?"
    )
