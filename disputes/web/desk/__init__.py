"""The return desks: a calm page for the phone on which goods are taken in, kept, handed on and given back.

Every page is closed to all but the people of a desk. They find a return by the number or the code that the visitor shows;
listed is only what lies at their own desk.
"""

from flask import Blueprint

from disputes.rules.lifecycle import Role
from disputes.web import access, signing_in

bp = Blueprint("desk", __name__, url_prefix="/desk")
PORTAL = signing_in.Portal("desk", (Role.DESK,), True, "layouts/desk.html", "desk.home")

access.guard(bp, (Role.DESK,), "desk.sign_in")
signing_in.add_pages(bp, PORTAL)

# The views hang themselves on the blueprint.
from disputes.web.desk import frame, home, looking, offline, passing, receipts, taking  # noqa: E402, F401
