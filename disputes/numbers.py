"""Case numbers that people can read over the phone: ten digits, of which the last one is a check digit."""

from __future__ import annotations

import unicodedata

from stdnum import damm

SERIES = 10_000_000  # cases a year


def number_of(year: int, serial: int) -> str:
    """The stored form for the serial-th case of a year: two digits of the year, seven of the serial, Damm's check digit.

    Damm's digit finds every single wrong digit and every swap of neighbours, the two slips people make when they dictate.
    """
    payload = f"{year % 100:02d}{serial % SERIES:07d}"
    return payload + damm.calc_check_digit(payload)


def spoken(number: str) -> str:
    """The form for people: ``26-0048-2716``."""
    return f"{number[:2]}-{number[2:6]}-{number[6:]}"


def read_number(typed: str) -> str | None:
    """What somebody typed as the stored form, or None when it is no case number.

    Spaces and any dashes are passed over; digits of every script count.
    """
    digits = []
    for char in typed.strip():
        if char.isspace() or unicodedata.category(char) in ("Pd", "Cf"):
            continue
        value = unicodedata.digit(char, None)
        if value is None:
            return None
        digits.append(str(value))
    number = "".join(digits)
    return number if len(number) == 10 and damm.is_valid(number) else None
