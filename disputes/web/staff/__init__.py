"""The staff portal: the queue, the case on one page, referrals, and what supervisors look after.

Every page is closed to all but officers and supervisors; some are the supervisors' alone (``access.only_for``).
"""

from flask import Blueprint

from disputes.accounts.actors import STAFF_ROLES
from disputes.web import access, signing_in

bp = Blueprint("staff", __name__, url_prefix="/staff")
PORTAL = signing_in.Portal("staff", STAFF_ROLES, True, "layouts/staff.html", "staff.queue")

access.guard(bp, STAFF_ROLES, "staff.sign_in")
signing_in.add_pages(bp, PORTAL)

# The views hang themselves on the blueprint.
from disputes.web.staff import (  # noqa: E402, F401
    account,
    case,
    desks,
    frame,
    intake,
    keys,
    letters,
    merchants,
    notices,
    offices,
    papers,
    people,
    pledges,
    promises,
    queue,
    roster,
    routing,
    standards,
    stock,
    supervision,
    transfers,
)
