"""The interface for partners under ``/api/v1``: the same verbs as the pages, for hotel desks, kiosks and guests' own programs."""

from flask import Blueprint

from disputes.cases.commands import Refused
from disputes.cases.queries import Stale
from disputes.web.api import callers, problems
from disputes.web.security import csrf

bp = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(bp)  # a browser's cookie opens nothing here
bp.before_request(callers.admit)
bp.register_error_handler(problems.Problem, problems.Problem.answer)
bp.register_error_handler(Stale, problems.stale)
bp.register_error_handler(Refused, lambda error: problems.refused(error.code))

from disputes.web.api import complaints, pledges, reference, returns  # noqa: E402, F401  the views hang themselves on the blueprint
