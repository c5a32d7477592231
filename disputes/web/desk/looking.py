"""The page of one return for a desk: what it is, how it stands, who has what, and its pictures."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from disputes import names
from disputes.cases.models import Case, Evidence
from disputes.db import db
from disputes.merchants.models import Shop
from disputes.names import named
from disputes.names import returns as return_names
from disputes.returns.models import Custody, Desk, ReturnItem
from disputes.rules.lifecycle import Action, Kind, Role, State, may
from disputes.rules.return_way import Holder
from disputes.web import downloads
from disputes.web.custody import goods_name, passings
from disputes.web.desk import bp
from disputes.web.desk.advice import advice, can_take, elsewhere, lies_here, tax_warnings
from disputes.web.desk.frame import by_number, own_desk, place_name


@bp.get("/returns/<number>")
def seen(number: str) -> str:
    """What the return is, and what can be done with it here."""
    _by, case, record = by_number(number)
    desk = own_desk()
    here = [i for i in record.items if lies_here(i, desk)]
    state = State(case.state)
    return render_template(
        "desk/return.html",
        case=case,
        record=record,
        advice=advice(case, record, desk),
        tax=tax_warnings(record),
        can_take=can_take(case, record),
        here=here,
        can_give_back=bool([i for i in here if i.accepted_at is None]),
        elsewhere=elsewhere(record, desk),
        can_pay=desk.pays_cash and may(Kind.RETURN, state, Action.REPORT_REFUND, Role.DESK),
        passed=passings(case, record, who),
        ours=(Holder.DESK, desk.id),
        pictures=[_picture(case, e) for e in _pictures(case)],
        goods_name=goods_name,
        stands=lambda item: stands(item, desk),
    )


@bp.get("/returns/<number>/taken")
def taken(number: str) -> str:
    """Somebody else was first: who has the goods, since when, and what to do now."""
    _by, case, record = by_number(number)
    desk = own_desk()
    return render_template(
        "desk/taken.html",
        case=case,
        lines=[conflict(i, desk) for i in record.items if i.custody],
        elsewhere=elsewhere(record, desk),
    )


@bp.get("/returns/<number>/files/<int:evidence_id>")
def file(number: str, evidence_id: int) -> Response:
    """A picture of this return."""
    return downloads.safe_copy(_piece(number, evidence_id))


@bp.get("/returns/<number>/files/<int:evidence_id>/small")
def thumbnail(number: str, evidence_id: int) -> Response:
    """A small picture of this return."""
    return downloads.small_picture(_piece(number, evidence_id))


# --- words that the other pages use too


def who(holder: str, holder_id: int | None) -> str:
    """Who has goods, by name where it is a place."""
    word = str(named(return_names.HOLDERS, holder))
    kind: Any = {Holder.SHOP: Shop, Holder.DESK: Desk}.get(Holder(holder))
    row = db.session.get(kind, holder_id) if kind is not None and holder_id is not None else None
    return word if row is None else f"{word} · {place_name(row)}"


def stands(item: ReturnItem, desk: Desk) -> str:
    """Where an item is, for somebody at this desk."""
    if item.holder == Holder.TOURIST:
        return _("With the visitor")
    return _("Here at your desk") if lies_here(item, desk) else who(item.holder, item.holder_id)


def conflict(item: ReturnItem, desk: Desk) -> dict[str, Any]:
    """Who took an item first, when and where; and whether it was this very desk."""
    first: Custody = item.custody[-1]
    return {
        "goods": goods_name(item),
        "who": who(first.taker, first.taker_id),
        "at": first.at,
        "happened_at": first.happened_at,
        "seal": first.seal,
        "mine": (first.taker, first.taker_id) == (Holder.DESK, desk.id),
        "with_visitor": item.holder == Holder.TOURIST,
    }


def _pictures(case: Case) -> list[Evidence]:
    return [e for e in case.evidence if e.erased_at is None and e.media_type.startswith("image/")]


def _picture(case: Case, piece: Evidence) -> dict[str, Any]:
    where = {"number": case.number, "evidence_id": piece.id}
    return {
        "name": named(names.ROLES, piece.by_role),
        "url": url_for(".file", **where),
        "thumb_url": url_for(".thumbnail", **where) if piece.thumbnail_sha256 else None,
    }


def _piece(number: str, evidence_id: int) -> Evidence:
    _by, case, _record = by_number(number)
    return downloads.evidence_of(case, evidence_id)
