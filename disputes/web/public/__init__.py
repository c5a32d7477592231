from flask import Blueprint

bp = Blueprint("public", __name__)

from disputes.web.public import (  # noqa: E402, F401  the views hang themselves on the blueprint
    case,
    case_claim,
    case_find,
    case_show,
    case_steps,
    filing,
    pledges,
    return_code,
    return_tax,
    returned,
    returning,
    rules,
    start,
)
