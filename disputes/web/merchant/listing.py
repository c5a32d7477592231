"""A merchant's cases, disputes and returns together or apart: the open ones by time left, the closed ones newest first."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from disputes import clock
from disputes.cases import queries
from disputes.rules.lifecycle import Kind, Role
from disputes.web.merchant import bp
from disputes.web.merchant.ways import running
from disputes.web.sessions import current_actor

PAGE = 30


@bp.app_context_processor
def navigation() -> dict[str, Any]:
    """What stands at the head of the portal's pages for somebody who is signed in."""
    if request.blueprint != "merchant" or not current_user.is_authenticated or current_user.user.role != Role.MERCHANT:
        return {}
    here = (request.endpoint or "").removeprefix("merchant.")
    return {
        "nav_items": [
            {
                "label": _("Cases"),
                "url": url_for("merchant.cases"),
                "icon": "queue",
                "here": here not in ("figures", "users", "user_new", "shops")
                and "notices" not in here
                and not here.startswith(("pledge", "network")),
            },
            {
                "label": _("Return promises"),
                "url": url_for("merchant.pledges"),
                "icon": "shield",
                "here": here.startswith(("pledge", "network")),
            },
            {"label": _("Our figures"), "url": url_for("merchant.figures"), "icon": "chart", "here": here == "figures"},
            {
                "label": _("Our people"),
                "url": url_for("merchant.users"),
                "icon": "people",
                "here": here in ("users", "user_new"),
            },
            {
                "label": _("How we reach you"),
                "url": url_for("merchant.notices"),
                "icon": "bell",
                "here": here.startswith(("notices", "shop_notices", "my_notices")),
            },
        ],
        "account": {
            "name": current_user.user.name,
            "place": current_user.user.email,
            "sign_out_url": url_for("merchant.sign_out"),
        },
    }


@bp.get("/")
def cases() -> str:
    """The cases of this merchant."""
    actor = current_actor()
    is_open = request.args.get("show") != "closed"
    page = max(request.args.get("page", 1, type=int), 1)
    kind = next((k for k in Kind if k == request.args.get("kind")), None)
    found = queries.of_merchant(actor, is_open=is_open, kind=kind, limit=PAGE + 1, page=page)
    mine = [case for case in found[:PAGE] if case.waiting_on == Role.MERCHANT] if is_open else []
    others = [case for case in found[:PAGE] if case not in mine]
    return render_template(
        "merchant/cases.html", is_open=is_open, mine=mine, others=others, running=running, now=clock.now(),
        page=page, more=len(found) > PAGE, kind=kind,
    )  # fmt: skip
