"""The accounts of the demo: known to everybody, and shown with their codes on the sign-in page of the embedded shape alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select

from disputes import clock
from disputes.accounts import passwords, second_factor
from disputes.accounts.models import User
from disputes.db import db
from disputes.rules.lifecycle import Role

DOMAIN = "demo.example"  # only accounts with such an address are shown
PASSWORD = "panda-hotpot-jialing"  # noqa: S105  it is printed on the sign-in page
MOST = 8


@dataclass(frozen=True)
class DemoAccount:
    """One account of the demo as its sign-in page shows it."""

    email: str
    name: str
    role: str
    password: str
    code: str | None  # the second factor's, where one is set up


def accounts(roles: Iterable[Role], most: int = MOST) -> list[DemoAccount]:
    """The demo's accounts of these roles, supervisors last; to be shown where config says embedded and not production.

    An account whose password somebody changed is left out.
    """
    query = (
        select(User)
        .where(User.role.in_(tuple(roles)), User.active, User.email.endswith("@" + DOMAIN))
        .order_by(User.role, User.id)
        .limit(most)
    )
    now = clock.now()
    return [
        DemoAccount(user.email, user.name, user.role, PASSWORD, _code(user, now))
        for user in db.session.scalars(query)
        if user.password_hash is not None and _has_the_demos_password(user.password_hash)
    ]


@lru_cache(maxsize=64)
def _has_the_demos_password(password_hash: str) -> bool:
    return passwords.fits(password_hash, PASSWORD)


def _code(user: User, now: datetime) -> str | None:
    return second_factor.next_code(user.totp_secret, now, user.totp_last_step) if user.totp_secret else None
