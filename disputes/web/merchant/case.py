"""The page of one case for its shop: the claim in Chinese, what is owed until when, what was said, and the files."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from disputes import clock
from disputes.cases import queries, texts
from disputes.cases.models import Case, Evidence
from disputes.names import ROLES_FOR_MERCHANT, named
from disputes.rules.lifecycle import Kind, Role, State, open_actions
from disputes.rules.packages import package_of
from disputes.web import downloads
from disputes.web.counted import counted
from disputes.web.merchant import returned
from disputes.web.merchant.stepping import UNTOLD, told
from disputes.web.merchant.ways import Way, case_page, running


@case_page("")
def case_of(way: Way) -> str:
    """Everything about one case that its shop may know."""
    case = queries.whole(way.reference, way.actor)
    if case.kind == Kind.RETURN:
        return render_template("merchant/return.html", **{**shown(case, way), **returned.shown(case, way)})
    return render_template("merchant/case.html", **shown(case, way))


def shown(case: Case, way: Way) -> dict[str, Any]:
    """What the page of a case needs."""
    due = running(case)
    return {
        "case": case,
        "way": way,
        "now": clock.now(),
        "due": due,
        "counted": counted(due) if due is not None else None,
        "actions": set(open_actions(Kind(case.kind), State(case.state), Role.MERCHANT)),
        "claim": package_of(case.claim.package),
        "offers": [(offer, package_of(offer.package)) for offer in reversed(case.offers) if offer.status != "claim"],
        "said": [t for t in texts.readable(case, Role.MERCHANT) if t is not case.complaint.narrative],
        "pieces": [_piece(way, e) for e in case.evidence],
        "told": [told(e) for e in reversed(case.events) if e.action not in UNTOLD],
        "portal_url": None if way.number else url_for("merchant.sign_in"),
    }


@case_page("/files/<int:evidence_id>")
def file(way: Way, evidence_id: int) -> Response:
    """The safe copy of a piece of evidence."""
    return downloads.safe_copy(_evidence(way, evidence_id))


@case_page("/files/<int:evidence_id>/small")
def file_small(way: Way, evidence_id: int) -> Response:
    """Its small picture."""
    return downloads.small_picture(_evidence(way, evidence_id))


def _evidence(way: Way, evidence_id: int) -> Evidence:
    return downloads.evidence_of(queries.find(way.reference, way.actor), evidence_id)


def _piece(way: Way, piece: Evidence) -> dict[str, Any]:
    return {
        "name": piece.name or _("File"),
        "url": way.url("file", evidence_id=piece.id),
        "thumb_url": way.url("file_small", evidence_id=piece.id) if piece.thumbnail_sha256 else None,
        "who": named(ROLES_FOR_MERCHANT, piece.by_role),
    }
