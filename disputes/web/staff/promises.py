"""How many of the promises were kept: by offices, officers, clocks and merchants, for the supervisors."""

from __future__ import annotations

from flask import render_template
from sqlalchemy import select

from disputes.accounts import queries as accounts
from disputes.cases import tallies
from disputes.db import db
from disputes.merchants.models import Merchant
from disputes.regions import queries as regions
from disputes.rules.lifecycle import Role
from disputes.rules.promises import FEWEST
from disputes.web.access import only_for
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import supervision_tabs

MOST_MERCHANTS = 50


@bp.get("/promises")
@only_for(Role.SUPERVISOR)
def promises() -> str:
    """The kept rates of the last ninety days; officers and merchants of the own office."""
    office_id = current_actor().office_id
    merchants = tallies.kept_by_merchant(office_id, MOST_MERCHANTS)
    named = select(Merchant).where(Merchant.id.in_([row.owner_id for row in merchants]))
    return render_template(
        "staff/promises.html",
        tabs_here=supervision_tabs(),
        counted_at=tallies.counted_at(tallies.PROMISES),
        days=tallies.SHOWN.days,
        fewest=FEWEST,
        by_office=tallies.kept_by_office(),
        offices={office.id: office for office in regions.offices()},
        by_officer=tallies.kept_by_officer(office_id),
        officers=accounts.staff_by_id(),
        by_clock=tallies.kept_by_clock(office_id),
        by_merchant=merchants,
        merchants={merchant.id: merchant for merchant in db.session.scalars(named)},
        most=MOST_MERCHANTS,
    )
