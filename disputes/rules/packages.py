"""Packages: what one side puts before the other. Money, goods, who ships, an apology, and by when."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Remedy(StrEnum):
    """What a tourist may ask for, and a package may hold."""

    REFUND = "refund"  # the price back
    PRICE_DIFFERENCE = "price_difference"  # a part of the price back
    COMPENSATION = "compensation"  # money on top
    EXCHANGE = "exchange"
    REPAIR = "repair"
    DELIVERY = "delivery"  # what was promised, done after all
    APOLOGY = "apology"
    INVOICE = "invoice"
    OTHER = "other"


MONEY_REMEDIES = (Remedy.REFUND, Remedy.PRICE_DIFFERENCE, Remedy.COMPENSATION)


class Goods(StrEnum):
    KEEP = "keep"  # the tourist keeps the goods
    GIVE_BACK = "give_back"  # the tourist hands them back
    NONE = "none"  # there are none


class Shipping(StrEnum):
    NONE = "none"
    IN_SHOP = "in_shop"
    PICKED_UP = "picked_up"  # the shop collects them
    SHOP_PAYS = "shop_pays"
    TOURIST_PAYS = "tourist_pays"


class Within(StrEnum):
    """By when a settlement is carried out, counted from the agreement. The last one is the line of R-STALL-15."""

    TODAY = "P0D"
    ONE_DAY = "P1D"
    THREE_DAYS = "P3D"
    SEVEN_DAYS = "P7D"
    FIFTEEN_DAYS = "P15D"


DAYS_OF = {Within.TODAY: 0, Within.ONE_DAY: 1, Within.THREE_DAYS: 3, Within.SEVEN_DAYS: 7, Within.FIFTEEN_DAYS: 15}


class Means(StrEnum):
    """How money goes back to somebody who travels."""

    ORIGINAL = "original"  # the card or wallet that paid
    CASH = "cash"
    ALIPAY = "alipay"
    WECHAT = "wechat"
    BANK_ABROAD = "bank_abroad"
    ANY = "any"


# What nobody can do who has left: be handed money, hand goods over, or have them collected.
IN_PERSON_MEANS = (Means.CASH,)
IN_PERSON_SHIPPING = (Shipping.IN_SHOP, Shipping.PICKED_UP)


class PackageError(ValueError):
    """A package that promises nothing, or nothing that can be carried out; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Package:
    """One package. ``amount`` is in minor units of ``currency``; zero means no money."""

    remedies: tuple[Remedy, ...]
    amount: int = 0
    currency: str = "CNY"
    goods: Goods = Goods.NONE
    shipping: Shipping = Shipping.NONE
    means: Means = Means.ORIGINAL
    within: Within = Within.SEVEN_DAYS
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.remedies:
            raise PackageError("empty")
        if self.amount < 0:
            raise PackageError("negative")
        if self.amount == 0 and any(r in (Remedy.REFUND, Remedy.PRICE_DIFFERENCE) for r in self.remedies):
            raise PackageError("money_without_amount")
        if self.amount and not any(r in MONEY_REMEDIES for r in self.remedies):
            raise PackageError("amount_without_money")

    def stored(self) -> dict[str, Any]:
        """As it lies in the database."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


def less_than_the_price(package: Package, price: int | None, currency: str | None) -> bool:
    """Whether this package says that the price comes back although its money is less than was paid. Unknown for another currency."""
    if price is None or package.currency != currency:
        return False
    return Remedy.REFUND in package.remedies and package.amount < price


def needs_presence(package: Package) -> bool:
    """Whether this package can be carried out only while the tourist is here."""
    goods = package.goods is Goods.GIVE_BACK and package.shipping in IN_PERSON_SHIPPING
    return goods or (package.amount > 0 and package.means in IN_PERSON_MEANS)


def package_of(stored: dict[str, Any]) -> Package:
    """A package as it lies in the database, read back."""
    return Package(
        remedies=tuple(Remedy(r) for r in stored["remedies"]),
        amount=stored["amount"],
        currency=stored["currency"],
        goods=Goods(stored["goods"]),
        shipping=Shipping(stored["shipping"]),
        means=Means(stored["means"]),
        within=Within(stored["within"]),
        extra=stored.get("extra", {}),
    )
