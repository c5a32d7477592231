"""Goods that cannot be given back without a reason: the table of rule book section 6c, asked row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from disputes.rules.goods import GoodsClass
from disputes.rules.return_facts import Item
from disputes.rules.rulebook import RuleError, Standing


class When(StrEnum):
    """From which moment on a row applies to goods of its class."""

    ALWAYS = "always"
    UNSEALED = "unsealed"
    ACTIVATED = "activated"
    MADE_TO_ORDER = "made_to_order"
    MARKED = "marked"  # near-expiry or flawed, and sold as such


class Distance(StrEnum):
    """What the law says of distance sales."""

    EXCLUDED = "excluded"
    CONFIRMED = "confirmed"  # only where the buyer confirmed it at this purchase
    UNSETTLED = "unsettled"  # no source says


class Store(StrEnum):
    """What stores usually do; our default, not law."""

    EXCLUDED = "excluded"
    STATED = "stated"  # only where the store said so; the sealed tag must still be on


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One row of the table; ``goods`` empty means any class."""

    code: str
    when: When
    goods: frozenset[GoodsClass]
    distance: Distance
    distance_rule: str
    distance_standing: Standing
    store: Store

    def __post_init__(self) -> None:
        for name, kind in (("when", When), ("distance", Distance), ("store", Store), ("distance_standing", Standing)):
            object.__setattr__(self, name, kind(getattr(self, name)))
        object.__setattr__(self, "goods", frozenset(GoodsClass(each) for each in self.goods))
        if not self.goods and self.when not in (When.MADE_TO_ORDER, When.MARKED):
            raise RuleError(f"The exclusion {self.code} must name the classes of goods it speaks of.")

    def speaks_of(self, item: Item) -> bool:
        return not self.goods or item.goods in self.goods

    def applies(self, item: Item) -> bool | None:
        """Whether this item is in the state that the row names; None while nobody has said."""
        if not self.speaks_of(item):
            return False
        return {
            When.ALWAYS: True,
            When.UNSEALED: item.unsealed,
            When.ACTIVATED: item.activated,
            When.MADE_TO_ORDER: item.made_to_order,
            When.MARKED: item.marked,
        }[self.when]


def rows_for(item: Item, table: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """The rows that apply to this item, or would if what nobody has said yet were so."""
    return tuple(row for row in table if row.applies(item) is not False)
