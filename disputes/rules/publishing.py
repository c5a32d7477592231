"""What a return promise is made of when a shop writes it, what it leaves out, and where a new version is worse than the old."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from disputes.rules.goods import GoodsClass
from disputes.rules.packages import Means
from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way

LEAST_DAYS = 7  # R-RET-OFF-MIN7: fewer is a warning to staff, no refusal
LONGEST_DAYS = 365
LONGEST_REFUND_DAYS = 60
REFUND_DAYS_WHEN_SILENT = 7  # R-RET-OFF-PAY: what counts where a promise names no time


class Desk(StrEnum):
    """At which return desks goods may be handed over."""

    MALL = "mall"
    PORT = "port"  # an airport or a station


class Reach(StrEnum):
    """Which of its own other branches a merchant lets take goods back, seen from the shop where they were bought."""

    CITY = "city"
    REGION = "region"  # Chongqing, or all of Sichuan
    EVERYWHERE = "everywhere"  # across both


class NetworkKind(StrEnum):
    """What binds the shops that take back each other's goods."""

    CHAIN = "chain"
    BRAND = "brand"
    MALL = "mall"


class BreachReason(StrEnum):
    """In which way a promise was not kept (R-RET-OFF-BIND)."""

    RETURN_REFUSED = "return_refused"
    EXTRA_CONDITIONS = "extra_conditions"
    TOO_SHORT = "too_short"
    REFUND_LATE = "refund_late"
    NOTICE_DIFFERS = "notice_differs"


class Standing(StrEnum):
    """How a promise stands on a day. That it was broken is said beside it, for it still binds."""

    UPCOMING = "upcoming"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class Flaw(StrEnum):
    """What staff are warned of; the promise is published all the same, since it is the merchant's."""

    SHORT_DAYS = "short_days"
    NO_REFUND_TIME = "no_refund_time"
    NO_REFUND_MEANS = "no_refund_means"
    NO_WORDS = "no_words"


RULE_OF: dict[Flaw, str] = {
    Flaw.SHORT_DAYS: "R-RET-OFF-MIN7",
    Flaw.NO_REFUND_TIME: "R-RET-OFF-CONTENT",
    Flaw.NO_REFUND_MEANS: "R-RET-OFF-CONTENT",
    Flaw.NO_WORDS: "R-RET-OFF-CONTENT",
}


class Worse(StrEnum):
    """A point in which a new version gives less than the one before."""

    DAYS = "days"
    STARTS = "starts"
    GOODS = "goods"
    CONDITION = "condition"
    PROOF = "proof"
    WAYS = "ways"
    BRANCHES = "branches"
    FREIGHT = "freight"
    REFUND_DAYS = "refund_days"
    MEANS = "means"
    SHOPS = "shops"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Promise:
    """All that one version says, as a form, a list or a demo gives it.

    ``shop_ids`` empty means every shop of the merchant, also those that open later; ``covered`` empty means all goods.
    ``auto_approve_up_to`` and ``keep_item_up_to`` are fen: up to which price the merchant lets a return be approved by
    itself, and up to which the buyer may keep the goods. They are the merchant's own instructions and not part of the promise.
    """

    days: int = LEAST_DAYS
    starts: Starts = Starts.PURCHASE
    condition: Condition = Condition.INTACT
    proof: Proof = Proof.ANY
    covered: frozenset[GoodsClass] = frozenset()
    excluded: frozenset[GoodsClass] = frozenset()
    also_takes: frozenset[GoodsClass] = frozenset()
    goods_zh: str = ""
    goods_en: str = ""
    exclusions_zh: str = ""
    exclusions_en: str = ""
    ways: frozenset[Way] = frozenset({Way.SHOP})
    desks: frozenset[Desk] = frozenset()
    reach: Reach | None = None
    freight: Payer = Payer.BUYER
    refund_days: int | None = None
    means: tuple[Means, ...] = (Means.ORIGINAL,)
    auto_approve_up_to: int | None = None
    keep_item_up_to: int | None = None
    shop_ids: frozenset[int] = frozenset()


def flaws(promise: Promise) -> tuple[Flaw, ...]:
    """What staff should talk about with the merchant (R-RET-OFF-MIN7, R-RET-OFF-CONTENT)."""
    found = (
        (Flaw.SHORT_DAYS, promise.days < LEAST_DAYS),
        (Flaw.NO_REFUND_TIME, promise.refund_days is None),
        (Flaw.NO_REFUND_MEANS, not promise.means),
        (Flaw.NO_WORDS, not promise.goods_zh.strip()),
    )
    return tuple(flaw for flaw, there in found if there)


def worse(old: Promise, new: Promise) -> tuple[Worse, ...]:
    """Where the new version gives less than the old one; empty when it is as good or better in every point.

    What is written in free words cannot be weighed by a machine: changed words count as worse, unless only exclusions went.
    """
    old_days, new_days = _refund_days(old), _refund_days(new)
    found = (
        (Worse.DAYS, new.days < old.days),
        (Worse.STARTS, old.starts is Starts.RECEIPT and new.starts is Starts.PURCHASE),
        (Worse.GOODS, bool(_goods(old) - _goods(new)) or bool(old.also_takes - new.also_takes)),
        (Worse.CONDITION, old.condition is Condition.RESALE and new.condition is Condition.INTACT),
        (Worse.PROOF, _EASE[new.proof] < _EASE[old.proof]),
        (Worse.WAYS, bool(old.ways - new.ways) or bool(old.desks - new.desks)),
        (Worse.BRANCHES, Way.BRANCH in old.ways and Way.BRANCH in new.ways and _WIDTH[new.reach] < _WIDTH[old.reach]),
        (
            Worse.FREIGHT,
            Way.PARCEL in old.ways and old.freight is Payer.MERCHANT and new.freight is not Payer.MERCHANT,
        ),
        (Worse.REFUND_DAYS, new_days > old_days),
        (Worse.MEANS, bool(set(old.means) - set(new.means))),
        (Worse.SHOPS, bool(new.shop_ids) and (not old.shop_ids or bool(old.shop_ids - new.shop_ids))),
        (Worse.WORDS, _words_changed(old, new)),
    )
    return tuple(point for point, there in found if there)


def city_of(division_code: str) -> str:
    """The city a division lies in: Chongqing as a whole, in Sichuan the first four digits of GB/T 2260."""
    return division_code[:2] if division_code.startswith("50") else division_code[:4]


def within_reach(reach: Reach | None, bought_in: str, other: str) -> bool:
    """Whether a branch in the division ``other`` takes back what was bought in the division ``bought_in``."""
    if reach is None:
        return False
    if reach is Reach.CITY:
        return city_of(bought_in) == city_of(other)
    return reach is Reach.EVERYWHERE or bought_in[:2] == other[:2]


_EASE = {Proof.INVOICE: 0, Proof.ANY: 1, Proof.NONE: 2}
_WIDTH = {None: 0, Reach.CITY: 1, Reach.REGION: 2, Reach.EVERYWHERE: 3}


def _goods(promise: Promise) -> frozenset[GoodsClass]:
    return (promise.covered or frozenset(GoodsClass)) - promise.excluded


def _refund_days(promise: Promise) -> int:
    return REFUND_DAYS_WHEN_SILENT if promise.refund_days is None else promise.refund_days


def _words_changed(old: Promise, new: Promise) -> bool:
    goods = old.goods_zh.strip() != new.goods_zh.strip() and bool(old.goods_zh.strip())
    left_out = new.exclusions_zh.strip() != old.exclusions_zh.strip() and bool(new.exclusions_zh.strip())
    return goods or left_out
