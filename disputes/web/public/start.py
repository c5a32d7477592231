"""The first page of the service, and the page about personal data."""

from __future__ import annotations

from flask import render_template

from disputes.intake.drafts import KEPT_FOR
from disputes.upkeep import IDENTITY_KEPT_AFTER_CLOSING, KEPT_AFTER_CLOSING
from disputes.web.public import bp


@bp.get("/")
def home() -> str:
    """What the service does for somebody to whom something has just gone wrong, and the way in."""
    return render_template("public/start.html")


@bp.get("/privacy")
def privacy() -> str:
    """Who handles personal data, why, how long, and how to have them erased (R-DATA-*)."""
    return render_template(
        "public/privacy.html",
        years=KEPT_AFTER_CLOSING.days // 365,
        identity_days=IDENTITY_KEPT_AFTER_CLOSING.days,
        draft_days=KEPT_FOR.days,
    )
