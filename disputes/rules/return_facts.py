"""What is known of a purchase and of the goods that shall go back; None is what nobody has said yet, never a no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from disputes.rules.categories import HowBought
from disputes.rules.goods import GoodsClass
from disputes.rules.pledges import PledgeTerms, Proof, Way
from disputes.rules.rulebook import local_day


class Fault(StrEnum):
    """What is wrong with the goods, as the tourist tells it; the verdict says what follows if it is so."""

    NONE = "none"
    QUALITY = "quality"  # defective, or not up to standard
    FAKE = "fake"  # counterfeit, or not what was described
    UNSAFE_FOOD = "unsafe_food"
    BANNED = "banned"  # an authority found these goods substandard


class TaxState(StrEnum):
    """How far the departure tax refund has come (rule book section 8)."""

    T0 = "T0"  # no form issued
    T1 = "T1"  # form issued, not yet at customs
    T2 = "T2"  # advance paid in the store, not yet departed
    T3 = "T3"  # tax refunded, departed


class FactsError(ValueError):
    """Facts that cannot be; ``field`` names the one to mend, the text says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing, or several alike. ``price`` is what one of them cost, in fen.

    ``worn`` is use beyond reasonable trying. ``confirmed``: the buyer confirmed at this very purchase, not by a box ticked
    beforehand, that there is no return. ``stated``: the store said so at the sale. ``marked``: near-expiry or flawed, and
    sold as such. ``agreed_days`` is a longer period to return faulty goods, from a national rule or the contract.
    """

    ref: str
    goods: GoodsClass
    price: int
    quantity: int = 1
    fault: Fault = Fault.NONE
    fault_found_on: date | None = None
    durable: bool = False
    agreed_days: int | None = None
    made_to_order: bool = False
    marked: bool = False
    unsealed: bool | None = None
    activated: bool | None = None
    worn: bool | None = None
    intact: bool | None = None
    resaleable: bool | None = None
    sealed_tag: bool | None = None
    confirmed: bool | None = None
    stated: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "goods", GoodsClass(self.goods))
        object.__setattr__(self, "fault", Fault(self.fault))
        if self.price < 0:
            raise FactsError("price", "A price cannot be negative.")
        if self.quantity < 1:
            raise FactsError("quantity", "At least one of the goods must go back.")
        if self.agreed_days is not None and self.agreed_days < 1:
            raise FactsError("agreed_days", "An agreed period has at least one day.")

    @property
    def amount(self) -> int:
        return self.price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """How, where and when it was bought, and what there is to show for it.

    ``agency_breach``: the travel agency lured with an unreasonably low price, or chose the shop without the tourist's
    agreement; only then does the law give a right against it. ``promises`` are all versions of all promises that cover the
    shop; the day of purchase picks. ``goods_arrived_at``: when the goods came back to whoever takes them.
    """

    how_bought: HowBought
    bought_on: date
    shop: str = ""
    city: str = ""
    received_at: datetime | date | None = None
    proof: Proof | None = None
    invoice_number: str = ""
    form_number: str = ""
    tax_state: TaxState | None = None
    agency: str = ""
    agency_breach: bool | None = None
    itinerary_ended_on: date | None = None
    promises: tuple[PledgeTerms, ...] = ()
    way: Way | None = None
    hand_over_shop: str = ""
    hand_over_city: str = ""
    goods_arrived_at: datetime | date | None = None
    departure_on: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "how_bought", HowBought(self.how_bought))
        for name, kind in (("proof", Proof), ("tax_state", TaxState), ("way", Way)):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else kind(value))
        object.__setattr__(self, "promises", tuple(self.promises))
        if self.received_at is not None and local_day(self.received_at) < self.bought_on:
            raise FactsError("received_at", "Goods cannot be received before they are bought.")

    @property
    def has_proof(self) -> bool | None:
        if self.invoice_number or self.proof in (Proof.INVOICE, Proof.ANY):
            return True
        return None if self.proof is None else False

    @property
    def has_invoice(self) -> bool | None:
        if self.invoice_number or self.proof is Proof.INVOICE:
            return True
        return None if self.proof is None else False

    @property
    def received(self) -> datetime | date | None:
        """When the goods were in the buyer's hands: over the counter at once, unless it is said otherwise."""
        if self.received_at is not None or self.how_bought is HowBought.ONLINE:
            return self.received_at
        return self.bought_on
