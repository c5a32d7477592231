"""On which article a claim may rest: only where the rule book gives one for what went wrong, and never as a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from disputes.rules.categories import Category, HowBought


@dataclass(frozen=True)
class Ground:
    """An article that may carry a claim, by the rule book's id; ``bought`` narrows it to a way of buying."""

    category: Category
    rule_id: str
    law: str
    article: str
    bought: HowBought | None = None


# fmt: off
GROUNDS: tuple[Ground, ...] = (
    Ground(Category.QUALITY_DEFECT,         "R-QUAL-7",       "CPL",   "24"),
    Ground(Category.REPAIR,                 "R-QUAL-7",       "CPL",   "24"),
    Ground(Category.REPAIR,                 "R-QUAL-TERM",    "CPR",   "18"),
    Ground(Category.MISDESCRIPTION_OR_FAKE, "R-FRAUD-3X",     "CPL",   "55"),
    Ground(Category.FOOD_SAFETY,            "R-FOOD-10X",     "FSL",   "148"),
    Ground(Category.PRICE_OR_FEE,           "R-PRICE",        "PRICE", "19"),
    Ground(Category.RETURN_REFUND_REFUSED,  "R-RET-ON-7",     "CPL",   "25", HowBought.ONLINE),
    Ground(Category.RETURN_REFUND_REFUSED,  "R-TOUR-SHOP30",  "TL",    "35", HowBought.AGENCY),
    Ground(Category.RETURN_REFUND_REFUSED,  "R-RET-OFF-BIND", "CPR",   "12", HowBought.COUNTER),
)
# fmt: on


def grounds(category: Category, how_bought: HowBought) -> tuple[Ground, ...]:
    """The articles that may carry a claim of this sort; none for many categories, and then none is named."""
    return tuple(g for g in GROUNDS if g.category is category and g.bought in (None, how_bought))
