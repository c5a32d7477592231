from flask import Blueprint

bp = Blueprint("public", __name__)

from disputes.web.public import filing, start  # noqa: E402, F401
