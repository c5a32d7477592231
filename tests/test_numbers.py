"""Case numbers: read over the phone, typed in any script, and a slip is noticed."""

from __future__ import annotations

import itertools
import unicodedata

import pytest

from disputes.numbers import SERIES, number_of, read_number, spoken

NUMBERS = [number_of(2026, serial) for serial in (1, 7, 99, 4_827, 1_000_000, SERIES - 1)]
SCRIPTS = {
    "full width": "０１２３４５６７８９",
    "Arabic": "٠١٢٣٤٥٦٧٨٩",
    "Persian": "۰۱۲۳۴۵۶۷۸۹",
    "Devanagari": "०१२३४५६७८९",
    "Thai": "๐๑๒๓๔๕๖๗๘๙",
    "Burmese": "၀၁၂၃၄၅၆၇၈၉",
    "Khmer": "០១២៣៤៥៦៧៨៩",
    "Tibetan": "༠༡༢༣༤༥༦༧༨༩",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_read_as_it_is_spoken(number: str) -> None:
    assert len(number) == 10
    assert number.startswith("26")
    assert read_number(number) == number
    assert read_number(spoken(number)) == number
    assert spoken(number).count("-") == 2


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_number_may_be_typed_in_the_digits_of_any_script(script: str) -> None:
    for number in NUMBERS:
        typed = "".join(SCRIPTS[script][int(digit)] for digit in spoken(number).replace("-", ""))
        assert read_number(typed) == number
        assert read_number(f" {typed[:2]} {typed[2:6]} {typed[6:]} ") == number


@pytest.mark.parametrize(
    "between",
    ["-", " ", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "－", "\u3000", "\u00a0", "\t", "\u200f-", "\u200b"],
)
def test_dashes_spaces_and_marks_of_direction_are_passed_over(between: str) -> None:
    number = NUMBERS[3]
    assert read_number(between.join((number[:2], number[2:6], number[6:]))) == number


def test_every_single_wrong_digit_is_noticed() -> None:
    for number in NUMBERS:
        for place, digit in itertools.product(range(10), "0123456789"):
            wrong = number[:place] + digit + number[place + 1 :]
            assert read_number(wrong) == (number if wrong == number else None)


def test_every_swap_of_neighbours_is_noticed() -> None:
    for number in NUMBERS:
        for place in range(9):
            if number[place] != number[place + 1]:
                wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
                assert read_number(wrong) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        "26",
        "2600000010 1",
        "abc",
        "26-0000-00l0",
        "２６−",
        "½600000010",
        "²600000017",
        "\0" * 10,
        "1" * 10_000,
    ],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_number(typed) is None


def test_the_numbers_of_a_year_are_all_different() -> None:
    made = {number_of(2026, serial) for serial in range(1, 20_001)}
    assert len(made) == 20_000
    assert not made & {number_of(2027, serial) for serial in range(1, 2_001)}


def test_no_script_is_left_out() -> None:
    """Every digit that Unicode knows as a decimal one counts."""
    number = NUMBERS[0]
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char) == "Nd" and unicodedata.digit(char) == int(number[0]):
            assert read_number(char + number[1:]) == number
