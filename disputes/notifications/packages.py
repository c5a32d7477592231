"""A package in the words of a letter: the same sentences as on the pages, without their drawings."""

from __future__ import annotations

from dataclasses import dataclass

from disputes import names
from disputes.formats import money_text
from disputes.rules.packages import Goods, Package, Remedy, Shipping
from disputes.wording import gettext as _


@dataclass(frozen=True)
class Worded:
    """A package in words. ``amount`` stands out; it is None where there is no money in it."""

    amount: str | None
    lines: tuple[str, ...]


def worded(package: Package, *, to_tourist: bool) -> Worded:
    """What the package holds, line by line. Told to the tourist, "you" is the tourist; else there is a customer."""
    lines = [*_money(package), *_deeds(package), *_goods(package, to_tourist), *_last(package)]
    amount = money_text(package.amount, package.currency) if package.amount else None
    return Worded(amount, tuple(line for line in lines if line))


def _money(package: Package) -> list[str]:
    if not package.amount:
        return []
    held = set(package.remedies)
    if {Remedy.REFUND, Remedy.COMPENSATION} <= held:
        what = _("The price back, and compensation")
    elif {Remedy.PRICE_DIFFERENCE, Remedy.COMPENSATION} <= held:
        what = _("A part of the price back, and compensation")
    elif Remedy.REFUND in held:
        what = _("The price back")
    elif Remedy.PRICE_DIFFERENCE in held:
        what = _("A part of the price back")
    else:
        what = _("Compensation")
    return [what, names.named(names.MEANS, package.means)]


def _deeds(package: Package) -> list[str]:
    sentences = {
        Remedy.EXCHANGE: _("The goods are exchanged for faultless ones."),
        Remedy.REPAIR: _("The goods are repaired."),
        Remedy.DELIVERY: _("What was promised is delivered or done after all."),
        Remedy.INVOICE: _("The invoice or receipt is handed over."),
    }
    return [sentence for remedy, sentence in sentences.items() if remedy in package.remedies]


def _goods(package: Package, to_tourist: bool) -> list[str]:
    if package.goods is Goods.KEEP:
        return [_("You keep the goods.") if to_tourist else _("The customer keeps the goods.")]
    if package.goods is not Goods.GIVE_BACK:
        return []
    ways = {
        Shipping.IN_SHOP: _("You hand them over in the shop.")
        if to_tourist
        else _("The customer hands them over in the shop."),
        Shipping.PICKED_UP: _("The shop collects them."),
        Shipping.SHOP_PAYS: _("They are sent by parcel; the shop pays for it."),
        Shipping.TOURIST_PAYS: _("They are sent by parcel; you pay for it.")
        if to_tourist
        else _("They are sent by parcel; the customer pays for it."),
    }
    back = _("You give the goods back.") if to_tourist else _("The customer gives the goods back.")
    return [back, ways.get(package.shipping, "")]


def _last(package: Package) -> list[str]:
    apology = _("The shop apologises.") if Remedy.APOLOGY in package.remedies else ""
    other = _("Something else, described in words below.") if Remedy.OTHER in package.remedies else ""
    return [apology, other, names.named(names.WITHIN, package.within)]
