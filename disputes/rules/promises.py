"""What becomes of a promise: kept, broken, renegotiated, or released because somebody else ended what it was about."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from disputes.rules.clocks import BY_NAME, ClockName
from disputes.rules.lifecycle import Action, Role


class Fate(StrEnum):
    """How a promise ended. Only the first two say something about the one who gave it."""

    KEPT = "kept"  # done by whoever owed it, in time
    BROKEN = "broken"  # the moment passed
    RENEGOTIATED = "renegotiated"  # replaced by a new promise: its successor
    RELEASED = "released"  # another step ended the matter, so there was nothing left to keep


class Cause(StrEnum):
    """Why a running deadline was given another moment."""

    DEPARTURE = "departure"
    CALENDAR = "calendar"
    RULE = "rule"  # another version of its rule or standard
    PAUSE = "pause"  # a pause or an extension of the procedure
    AGREEMENT = "agreement"


# Whose step keeps a promise of this role. A person at the counter answers for the shop, a partner's key passes on the
# tourist's word, and within the staff everybody helps out. For everybody else, such as an authority, staff write it down.
STAFF = (Role.OFFICER, Role.SUPERVISOR)
DOERS: dict[Role, tuple[Role, ...]] = {
    Role.TOURIST: (Role.TOURIST, Role.PARTNER),
    Role.MERCHANT: (Role.MERCHANT, Role.COUNTER),
    Role.OFFICER: STAFF,
    Role.SUPERVISOR: STAFF,
}

# What another side says and what still means that it was done: the tourist has the money before the shop reports it, the
# shop has the goods whose way an officer watched.
DONE_ALL_THE_SAME: tuple[tuple[ClockName, Action], ...] = (
    (ClockName.PERFORMANCE, Action.CONFIRM),
    (ClockName.ON_THE_WAY, Action.RECEIVE_GOODS),
)

FEWEST = 5  # kept rates of fewer promises say nothing, and could point at a single case


def fate(
    clock: ClockName, ending: str, ended_at: datetime, due_at: datetime, action: Action | None, by: Role | None
) -> Fate:
    """What became of the promise behind a deadline that ended with this step (None: with a lapse or a cancellation).

    ``due_at`` is exclusive: a step at that very moment is late. A promise is kept only by whoever gave it; a tourist who
    withdraws or an officer who steps in neither keeps nor breaks the shop's. A recorded clock is met by what an officer wrote
    down of whoever owed it.
    """
    if ending == "cancelled":
        return Fate.RELEASED
    if ending == "lapsed" or ended_at >= due_at:
        return Fate.BROKEN
    wiring = BY_NAME[clock]
    if wiring.recorded or action in wiring.ends_on or (clock, action) in DONE_ALL_THE_SAME:
        return Fate.KEPT
    if action in wiring.starts_on:
        return Fate.RENEGOTIATED  # the same clock starts anew with this step
    return Fate.KEPT if by in DOERS.get(wiring.owes, STAFF) else Fate.RELEASED


def rate(kept: int, broken: int) -> float | None:
    """The share of promises that were kept; None while there are too few to say."""
    told = kept + broken
    return kept / told if told >= FEWEST else None
