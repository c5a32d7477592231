"""What a merchant's return promise says, version by version; the promise that stood on the day of purchase binds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from disputes.rules.goods import GoodsClass
from disputes.rules.packages import Means
from disputes.rules.rulebook import RuleError


class Starts(StrEnum):
    """What the promised days are counted from; that day itself is day 0 (R-CLK-START)."""

    PURCHASE = "purchase"
    RECEIPT = "receipt"


class Condition(StrEnum):
    """In what state the shop takes goods back (R-RET-OFF-COND)."""

    INTACT = "intact"  # unused, with all that belongs to it
    RESALE = "resale"  # fit to be sold again


class Proof(StrEnum):
    """What shows that it was bought there."""

    INVOICE = "invoice"  # the invoice (fapiao) itself
    ANY = "any"  # invoice, receipt, payment record: anything that shows it
    NONE = "none"


class Way(StrEnum):
    """How goods come back."""

    SHOP = "shop"  # where they were bought
    BRANCH = "branch"  # another shop of the promise
    DESK = "desk"  # a return desk in a mall, at an airport or station
    PARCEL = "parcel"


class Payer(StrEnum):
    """Who pays the freight of goods that travel back."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    AGENCY = "agency"  # the travel agency
    NOBODY = "nobody"  # they are handed over in person


@dataclass(frozen=True, slots=True)
class PledgeTerms:
    """One version of a promise. A changed word is a new version; a purchase is judged by the version of its day.

    ``covered`` empty means all goods. ``also_takes`` names classes that stores usually exclude (section 6c) and this
    shop takes back all the same: it is bound by that (R-RET-BOUND). ``shops`` and ``cities`` accept goods bought elsewhere
    under the promise. ``refund_days`` None: the promise names no time, and R-RET-OFF-PAY answers. ``in_force_to`` and
    ``withdrawn_on`` are the last day on which a purchase is still covered.
    """

    pledge: str
    version: int
    days: int
    in_force_from: date
    in_force_to: date | None = None
    withdrawn_on: date | None = None
    starts: Starts = Starts.PURCHASE
    covered: frozenset[GoodsClass] = frozenset()
    excluded: frozenset[GoodsClass] = frozenset()
    also_takes: frozenset[GoodsClass] = frozenset()
    condition: Condition = Condition.INTACT
    proof: Proof = Proof.ANY
    ways: frozenset[Way] = frozenset({Way.SHOP})
    shops: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    freight: Payer = Payer.BUYER
    refund_days: int | None = None
    means: tuple[Means, ...] = field(default=(Means.ORIGINAL,))

    def __post_init__(self) -> None:
        for name, kind in (("starts", Starts), ("condition", Condition), ("proof", Proof), ("freight", Payer)):
            object.__setattr__(self, name, kind(getattr(self, name)))
        for name in ("covered", "excluded", "also_takes"):
            object.__setattr__(self, name, frozenset(GoodsClass(each) for each in getattr(self, name)))
        object.__setattr__(self, "ways", frozenset(Way(each) for each in self.ways))
        object.__setattr__(self, "means", tuple(Means(each) for each in self.means))
        object.__setattr__(self, "shops", frozenset(self.shops))
        object.__setattr__(self, "cities", frozenset(self.cities))
        if self.days < 1 or (self.refund_days is not None and self.refund_days < 1):
            raise RuleError(f"{self.name} needs at least one day to return, and at least one to pay back.")
        if not self.ways:
            raise RuleError(f"{self.name} names no way in which goods can come back.")
        if self.in_force_to and self.in_force_to < self.in_force_from:
            raise RuleError(f"{self.name} ends on {self.in_force_to}, before it starts on {self.in_force_from}.")

    @property
    def name(self) -> str:
        return f"{self.pledge} version {self.version}"

    def in_force(self, on: date) -> bool:
        """Whether a purchase of this day is covered: also one of the day on which the promise was withdrawn."""
        last = min(self.in_force_to or date.max, self.withdrawn_on or date.max)
        return self.in_force_from <= on <= last

    def covers(self, goods: GoodsClass) -> bool:
        """Whether the promise itself speaks of these goods; the usual exclusions are the verdict's."""
        return goods not in self.excluded and (not self.covered or goods in self.covered)

    def accepts_at(self, shop: str, city: str, bought_at: str) -> bool:
        """Whether goods bought at one shop may be handed over at another."""
        if shop == bought_at:
            return Way.SHOP in self.ways
        return Way.BRANCH in self.ways and (shop in self.shops or city in self.cities)


def terms_on(versions: Iterable[PledgeTerms], bought_on: date) -> tuple[PledgeTerms, ...]:
    """The version of each promise that stood on the day of purchase: of versions of one promise the newest."""
    standing: dict[str, PledgeTerms] = {}
    for terms in sorted(versions, key=lambda each: (each.pledge, each.version)):
        if terms.in_force(bought_on):
            standing[terms.pledge] = terms
    return tuple(standing.values())
