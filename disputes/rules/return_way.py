"""The way of a return: closed sets of codes for refusing, handing over, looking at and paying back, and who holds the goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Wish(StrEnum):
    REFUND = "refund"
    EXCHANGE = "exchange"


class RefusalGround(StrEnum):
    """With which ground of the pledge or the law a shop may refuse; there is no other (R-RET-OFF-BIND)."""

    OUT_OF_TIME = "out_of_time"
    NOT_COVERED = "not_covered"  # by the pledge's range of goods
    EXCLUDED = "excluded"  # by law, or confirmed at purchase
    NO_PROOF = "no_proof"
    NOT_FROM_US = "not_from_us"
    TAX_REFUNDED = "tax_refunded"  # state T3
    NO_PROMISE = "no_promise"  # goodwill only: nothing was promised, nothing is owed


class RejectionReason(StrEnum):
    """Why goods that were looked at are not accepted."""

    DAMAGED = "damaged"
    USED = "used"
    INCOMPLETE = "incomplete"
    OTHER_GOODS = "other_goods"  # not what was sold
    TAG_REMOVED = "tag_removed"
    UNSEALED = "unsealed"


class Grade(StrEnum):
    """The condition by which a desk and a shop describe goods."""

    AS_NEW = "as_new"
    OPENED = "opened"  # looked at and tried as one may (R-RET-INTACT)
    TRACES = "traces"  # of use
    DAMAGED = "damaged"


class Holder(StrEnum):
    """Who can have the goods."""

    TOURIST = "tourist"
    SHOP = "shop"
    DESK = "desk"
    CARRIER = "carrier"


# The photographs that a desk takes before it seals a bag.
PHOTOGRAPHS = ("front", "back", "tag", "packaging", "receipt")


def refund_day(received_on: date, by_law: date, pledged: date | None) -> date:
    """The last day for the refund: the pledge's own where it promises sooner, at most the law's (R-RET-REFUND-7)."""
    if pledged is None:
        return by_law
    return max(received_on, min(pledged, by_law))


@dataclass(frozen=True)
class Line:
    """One item of a return as the sum sees it. ``unit_price`` is in minor units."""

    unit_price: int
    quantity: int
    rejected: bool = False


def sum_of(lines: Sequence[Line]) -> int:
    """What is owed for the goods: every line that was not rejected, at the price on the invoice (R-RET-ONESUM)."""
    return sum(line.unit_price * line.quantity for line in lines if not line.rejected)
