"""The merchant portal: a shop's open cases, the claim in Chinese, the answer in three taps, and the merchant's own people.

A case opens in two ways: signed in under ``/merchant/cases/<number>``, or by the signed link of one case under ``/m/<token>``.
Both lead to the same views; ``ways.py`` knows the difference.
"""

from flask import Blueprint

from disputes.rules.lifecycle import Role
from disputes.web import access, signing_in

bp = Blueprint("merchant", __name__, url_prefix="/merchant")
link_bp = Blueprint("merchant_link", __name__, url_prefix="/m")
PORTAL = signing_in.Portal("merchant", (Role.MERCHANT,), False, "layouts/merchant.html", "merchant.cases")

access.guard(bp, (Role.MERCHANT,), "merchant.sign_in")
signing_in.add_pages(bp, PORTAL)

from disputes.web.merchant import (  # noqa: E402, F401  the views hang themselves on the blueprints
    answers,
    case,
    figures,
    listing,
    notices,
    pledges,
    return_branch,
    return_bulk,
    return_steps,
    users,
)
