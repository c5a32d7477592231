"""The visitor's receipt for goods that were handed over: on the screen of the desk, and as a PDF to take along."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, current_app, render_template
from flask_babel import gettext as _

from disputes import numbers
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.documents.data import HandOverReceipt, Row
from disputes.documents.render import render
from disputes.documents.values import both
from disputes.formats import china_moment
from disputes.names import named
from disputes.names import returns as return_names
from disputes.returns import handing
from disputes.returns.models import Custody, Desk, Return
from disputes.rules.return_way import Holder
from disputes.web.custody import goods_name
from disputes.web.desk import bp
from disputes.web.desk.frame import by_number, own_desk
from disputes.web.desk.halves import for_visitor, language_of
from disputes.web.sessions import return_token


@bp.get("/returns/<number>/receipts/<int:event_id>")
def receipt(number: str, event_id: int) -> str:
    """The receipt in the visitor's language, to be shown and photographed; our own line below it."""
    _by, case, record = by_number(number)
    rows, desk = _rows(record, event_id), own_desk()
    shown = {
        "rows": rows, "first": rows[0], "goods_name": goods_name, "at_desk": desk, "arrived": has_arrived(case, desk),
        "late": is_late(rows[0]), "mailed": bool(case.tourist.email),
    }  # fmt: skip
    return render_template(
        "desk/receipt.html", case=case, event_id=event_id, from_visitor=rows[0].giver == Holder.TOURIST,
        half=for_visitor("desk/_visitor_receipt.html", case, **shown), **shown,
    )  # fmt: skip


@bp.get("/returns/<number>/receipts/<int:event_id>/receipt.pdf")
def receipt_pdf(number: str, event_id: int) -> Response:
    """The same in Chinese and the visitor's language, as a document."""
    _by, case, record = by_number(number)
    rows = _rows(record, event_id)
    data = paper(case, rows, own_desk(), language_of(case))
    answer = Response(render("hand-over-receipt", data, language_of(case), rows[0].at), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"receipt-{numbers.spoken(case.number)}.pdf")
    return answer


def paper(case: Case, rows: Sequence[Custody], desk: Desk, language: str) -> HandOverReceipt:
    """What the document is made from."""
    first = rows[0]

    def goods(row: Custody) -> Row:
        return {
            "label": both(lambda: goods_name(row.item), language),
            "value": both(lambda: _counted(row), language),
        }

    address = {
        "zh": desk.address_zh,
        "own": desk.address_zh if language.startswith("zh") else desk.address_en or desk.address_zh,
    }
    return {
        "number": numbers.spoken(case.number),
        "receipt": f"{numbers.spoken(case.number)}/{first.event_id}",
        "at": both(lambda: china_moment(first.happened_at), language),
        "taken_down": both(lambda: china_moment(first.at), language) if is_late(first) else None,
        "place": {
            "zh": desk.name_zh,
            "own": desk.name_zh if language.startswith("zh") else desk.name_en or desk.name_zh,
        },
        "address": address,
        "shop": case.shop.name_zh if case.shop else None,
        "seal": first.seal,
        "goods": [goods(row) for row in rows],
        "arrived": has_arrived(case, desk),
        "link": f"{current_app.config['SETTINGS'].public_url}/r/{return_token(case)}",
    }


def has_arrived(case: Case, desk: Desk) -> bool:
    """Whether with this desk's receipt the shop has received the goods."""
    return handing.accepts_for(desk, case.merchant_id)


def is_late(row: Custody) -> bool:
    """Whether it was written down on a device without network and reached us later."""
    return abs((row.at - row.happened_at).total_seconds()) >= 60


def _counted(row: Custody) -> str:
    state = named(return_names.GRADES, row.grade)
    if state:
        return _("%(quantity)s pieces, condition: %(state)s", quantity=row.quantity, state=state)
    return _("%(quantity)s pieces", quantity=row.quantity)


def _rows(record: Return, event_id: int) -> list[Custody]:
    """What this desk took in with this event; not found for another desk's."""
    desk = own_desk()
    rows = [
        row
        for item in record.items
        for row in item.custody
        if row.event_id == event_id and (row.taker, row.taker_id) == (Holder.DESK, desk.id)
    ]
    if not rows:
        raise queries.NotFound("receipt")
    return rows
