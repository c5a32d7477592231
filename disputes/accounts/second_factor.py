"""The second factor of the staff: a code of six digits that changes every thirty seconds, each good once."""

from __future__ import annotations

from datetime import datetime

import pyotp

STEP_SECONDS = 30
TOLERATED_STEPS = 1  # before and after, for clocks that differ a little
ISSUER = "Visitor Care"


def new_secret() -> str:
    """A fresh secret for an authenticator app."""
    return pyotp.random_base32()


def address(secret: str, account: str) -> str:
    """What the QR code holds by which an authenticator app takes the secret over."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_of(secret: str, code: str, at: datetime, last_step: int | None) -> int | None:
    """The step whose code this is, near this moment and after ``last_step``; None for a wrong or a used code."""
    typed = "".join(str(int(char)) for char in code if char.isdecimal())  # of any script; spaces do no harm
    now = step_at(at)
    for step in range(now - TOLERATED_STEPS, now + TOLERATED_STEPS + 1):
        if pyotp.utils.strings_equal(code_of(secret, step), typed) and step > (last_step or 0):
            return step
    return None


def step_at(at: datetime) -> int:
    """The number of the step in which this moment lies."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The code of a step."""
    return pyotp.HOTP(secret).at(step)


def next_code(secret: str, at: datetime, last_step: int | None) -> str | None:
    """A code that would be taken at this moment, for the demo's sign-in page; None while every one has been used."""
    step = max(step_at(at), (last_step or 0) + 1)
    return code_of(secret, step) if step <= step_at(at) + TOLERATED_STEPS else None
