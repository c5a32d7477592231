"""Odds before filing: which earlier cases count as like this one, and what may be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from disputes.rules.lifecycle import Outcome

FEWEST = 10  # of fewer cases nothing is said
LOOKED_BACK = timedelta(days=365)  # older cases say little about how the service works now

# The bands of the service standard by the time that is left. The last one has no bound.
BANDS: tuple[timedelta | None, ...] = (timedelta(hours=6), timedelta(hours=48), timedelta(days=5), None)

# Closed this way a case says nothing about others: it goes on elsewhere, or was none of ours.
NOT_COMPARED = (Outcome.DUPLICATE, Outcome.OUT_OF_SCOPE, Outcome.EMERGENCY_HANDED_OVER)


class Likeness(StrEnum):
    """In which respect the counted cases are like this one; they always had as much time left."""

    CATEGORY_HERE = "category_here"  # the same matter, trade and region
    CATEGORY = "category"  # the same matter and trade, in both regions
    TRADE_HERE = "trade_here"
    TRADE = "trade"
    TIME_LEFT = "time_left"  # whatever it was about


# Widened in this order, until there are enough to say something.
WIDENINGS: tuple[Likeness, ...] = tuple(Likeness)


@dataclass(frozen=True)
class Odds:
    """Of ``cases`` like this one, ``ended`` were settled and done before the departure."""

    likeness: Likeness
    band: int
    cases: int
    ended: int


def band_of(left: timedelta | None) -> int | None:
    """The place in BANDS for this much time left; None when nothing is left or no departure is known."""
    if left is None or left <= timedelta():
        return None
    return next(place for place, bound in enumerate(BANDS) if bound is None or left <= bound)


def like(category: str, trade: str, region: str) -> Mapping[Likeness, Mapping[str, str]]:
    """What an earlier case must have in common with this one, for each likeness."""
    return {
        Likeness.CATEGORY_HERE: {"category": category, "trade": trade, "region": region},
        Likeness.CATEGORY: {"category": category, "trade": trade},
        Likeness.TRADE_HERE: {"trade": trade, "region": region},
        Likeness.TRADE: {"trade": trade},
        Likeness.TIME_LEFT: {},
    }


def odds(counted: Mapping[Likeness, tuple[int, int]], band: int) -> Odds | None:
    """What earlier cases with as much time left say about this one; None where there are too few of any likeness.

    ``counted`` holds how many cases there were of each likeness, and how many of them ended before the departure. The
    nearest likeness with at least FEWEST cases counts, in the order of WIDENINGS. The time left is never widened: it is
    what the question is about.
    """
    for likeness in WIDENINGS:
        cases, ended = counted.get(likeness, (0, 0))
        if cases >= FEWEST:
            return Odds(likeness, band, cases, ended)
    return None
