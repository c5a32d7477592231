"""For minutes without network: the page that stands in for any other, the worker that keeps it, and how a device asks for us."""

from __future__ import annotations

from flask import Response, jsonify, render_template
from flask_wtf.csrf import generate_csrf

from disputes.web import assets
from disputes.web.access import open_to_strangers
from disputes.web.desk import bp
from disputes.web.desk.frame import own_desk

WORKER = "js/desk-worker.js"


@bp.get("/pulse")
def pulse() -> Response:
    """That we are there, for a device that has entries to send: for which desk it is signed in, and a token for its forms."""
    return jsonify(desk=own_desk().id, csrf=generate_csrf())


@bp.get("/offline")
@open_to_strangers
def offline() -> str:
    """What a device shows while nothing can be reached; holds nothing of anybody."""
    return render_template("desk/offline.html")


@bp.get("/worker.js")
@open_to_strangers
def worker() -> Response:
    """The worker of these pages. It has an address among them, so that it can serve them and no others."""
    asset = assets.own(WORKER)
    answer = Response(asset.body, content_type="text/javascript; charset=utf-8")
    answer.set_etag(asset.version)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
