"""A merchant's own figures: how many cases, how quickly answered, how they ended."""

from __future__ import annotations

from flask import render_template

from disputes.cases import queries
from disputes.web.merchant import bp
from disputes.web.sessions import current_actor


@bp.get("/figures")
def figures() -> str:
    """The figures of this merchant, as the staff sees them too."""
    return render_template("merchant/figures.html", figures=queries.merchant_figures(current_actor()))
