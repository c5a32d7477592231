from flask import Blueprint

bp = Blueprint("public", __name__)

from disputes.web.public import filing, start  # noqa: E402, F401
from disputes.web.public import case, case_claim, case_find, case_show, case_steps  # noqa: E402, F401
