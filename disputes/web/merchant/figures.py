"""A merchant's own figures: how many cases, how quickly answered, how they ended."""

from __future__ import annotations

from flask import render_template

from disputes.cases import queries, tallies
from disputes.returns import of_merchant
from disputes.rules.promises import FEWEST
from disputes.web.merchant import bp
from disputes.web.sessions import current_actor


@bp.get("/figures")
def figures() -> str:
    """The figures of this merchant, as the staff sees them too."""
    by = current_actor()
    kept = tallies.kept_of_merchant(by.merchant_id)
    return render_template(
        "merchant/figures.html",
        figures=queries.merchant_figures(by),
        kept=kept if sum(row.told for row in kept) >= FEWEST else [],
        days=tallies.SHOWN.days,
        counted_at=tallies.counted_at(tallies.PROMISES),
        returns=of_merchant.figures(by),
        fewest=of_merchant.FEWEST,
    )
