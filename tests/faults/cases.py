"""The cases of a fault run, made by the verbs, and the moments through which they are taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from disputes import clock
from disputes.accounts.models import User
from disputes.cases import commands
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.rules.categories import Danger
from tests import factories as make

BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=clock.SHANGHAI)
# From the first hour to long after everybody has left. Odd minutes, so that no deadline ends on the dot of one of them.
MOMENTS = tuple(
    timedelta(hours=hours, minutes=minutes)
    for hours, minutes in (
        (0, 0), (1, 17), (5, 23), (19, 7), (49, 11), (101, 3), (197, 19), (389, 13), (751, 29), (1103, 37), (1811, 41),
    )
)  # fmt: skip
LEAVING = (timedelta(hours=5), timedelta(hours=40), timedelta(days=4), timedelta(days=9), None)


def populate(number: int) -> None:
    """So many cases in all kinds of states, whose visitors leave at different times, brought there by the verbs."""
    with transaction():
        clock.stand_at(BEGIN - timedelta(hours=2))
    officer = make.officer()
    make.supervisor()
    recipes = list(RECIPES.values())
    for n in range(number):
        leaving = LEAVING[(n // len(recipes)) % len(LEAVING)]
        told: dict[str, Any] = (
            {"departure": "unknown"} if leaving is None else {"departure_at": BEGIN + leaving + timedelta(minutes=n)}
        )
        recipes[n % len(recipes)](told)
    with transaction():
        # One officer has the duty, so that who gets a case does not hang on which one comes first.
        for user in db.session.scalars(select(User).where(User.id != officer.id)):
            user.on_duty = False
        clock.stand_at(BEGIN)


def _half_agreed(case: Case) -> Case:
    """Of two clocks only one is left, so that which of them is taken first does not matter."""
    with transaction():
        commands.agree(case.id, None, make.tourist_of(case))
    return case


RECIPES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "filed": lambda told: make.filed(**told),
    "filed against an unknown shop": lambda told: make.filed(None, **told),
    "with the shop": lambda told: make.with_merchant(**told),
    "emergency": lambda told: make.filed(dangers=(Danger.INJURY,), **told),
    "offered": lambda told: make.offered(**told),
    "asked": lambda told: make.asked(**told),
    "mediation": lambda told: make.mediation(**told),
    "authorised": lambda told: make.authorised(make.mediation(**told)),
    "proposed": lambda told: _half_agreed(make.proposed(**told)),
    "proposed and authorised": lambda told: _half_agreed(make.proposed(make.authorised(make.mediation(**told)))),
    "settled": lambda told: make.settled(**told),
    "reported": lambda told: make.reported(**told),
    "ready for an authority": lambda told: make.referral_ready(**told),
    "triage": lambda told: make.routed(None, **told),
}


def people(moment: int) -> None:
    """What visitors do at a moment: two of them file, the same in every run."""
    if moment in (1, 2, 3):
        leaving = BEGIN + MOMENTS[moment] + timedelta(days=2)
        make.filed(departure_at=leaving)
        make.filed(None, departure_at=leaving)
