"""Cases on their way between the offices: what is offered to ours, what we offered, and what nobody answered."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template

from disputes import clock
from disputes.cases import transfers as cases
from disputes.web.sessions import current_actor
from disputes.web.staff import bp

LOOKED_BACK = timedelta(days=14)


@bp.get("/transfers")
def transfers() -> str:
    """Offered to this office, offered by it, and come back without an answer."""
    by, now = current_actor(), clock.now()
    return render_template(
        "staff/transfers.html",
        incoming=cases.incoming(by),
        outgoing=cases.outgoing(by),
        unanswered=cases.unanswered(by, now - LOOKED_BACK),
        mine=by.office_id,
        now=now,
    )
