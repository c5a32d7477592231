"""What lies where of returned goods: the list, the same as a file for a spreadsheet, and stock-takes."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import Optional

from disputes import clock
from disputes.cases.commands import Refused
from disputes.db import db, transaction
from disputes.merchants.models import Shop
from disputes.numbers import spoken
from disputes.returns import stocktaking
from disputes.returns.models import Desk
from disputes.returns.stocktaking import Lying
from disputes.rules.lifecycle import Role
from disputes.rules.return_way import Holder
from disputes.web.access import only_for
from disputes.web.custody import goods_name
from disputes.web.fields import readable
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.merchants import StepForm
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

AGES = (0, 3, 7, 30)  # days
MOST_TYPED = 4000
SUPERVISOR = only_for(Role.SUPERVISOR)


class StockForm(FlaskForm):
    there = SelectMultipleField(
        _l("What is there"),
        coerce=int,
        description=_l("Tick what you have seen with your own eyes. What stays unticked counts as missing."),
    )
    unexpected = TextAreaField(
        _l("What else lies there"),
        [Optional(), readable(MOST_TYPED)],
        description=_l("Numbers of returns, one on each line, as they stand on the bag."),
    )
    words = TextAreaField(_l("Remarks"), [Optional(), readable(MOST_TYPED)])

    def choose_from(self, found: list[Lying]) -> None:
        """The goods that lie here by the record."""
        self.there.choices = [(row.item.id, _called(row)) for row in found]


@bp.get("/stock")
def stock() -> str:
    """What lies where, the longest first."""
    asked = _asked()
    found = stocktaking.lying(asked["holder"], asked["place"], older_than=asked["days"])
    now = clock.now()
    return render_template(
        "staff/stock.html",
        rows=found,
        places=stocktaking.places_of(found),
        asked=asked,
        ages=AGES,
        holders=stocktaking.PLACES,
        most=stocktaking.MOST,
        where=_place(asked["holder"], asked["place"]) if asked["place"] else None,
        latest=stocktaking.latest(asked["holder"], asked["place"]) if asked["place"] else None,
        total=sum(row.value for row in found),
        too_long=[row for row in found if row.too_long(now)],
        differing=_differing(),
        now=now,
        form=StepForm(formdata=None),
    )


@bp.get("/stock.csv")
def stock_csv() -> Response:
    """The same for a spreadsheet."""
    asked = _asked()
    found = stocktaking.lying(asked["holder"], asked["place"], older_than=asked["days"], limit=50_000)
    answer = Response("".join(stocktaking.csv_rows(found)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="returned-goods.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/stock/<holder>/<int:place>", methods=["GET", "POST"])
def stock_take(holder: str, place: int) -> Response | str:
    """Take stock at one place."""
    where = _place(holder, place)
    if where is None:
        abort(404)
    found, form = stocktaking.lying(holder, place), StockForm()
    form.choose_from(found)
    if form.validate_on_submit():
        try:
            with transaction():
                taken = stocktaking.take_stock(
                    current_actor(),
                    holder,
                    place,
                    form.there.data or [],
                    (form.unexpected.data or "").splitlines(),
                    form.words.data or "",
                )
                differs = bool(taken.missing or taken.unexpected)
        except Refused as refused:
            form.form_errors = [refusal(refused)]
        else:
            said = (
                _("Kept. What differs waits for a supervisor.")
                if differs
                else _("Kept. Everything is where the record says.")
            )
            flash(said, "warning" if differs else "success")
            return redirect(url_for(".stock", holder=holder, place=place), code=303)
    return render_template("staff/stock_take.html", form=form, rows=found, where=where, holder=holder, now=clock.now())


@bp.post("/stock/takes/<int:taken_id>/seen")
@SUPERVISOR
def stock_seen(taken_id: int) -> Response:
    """A supervisor has looked at a difference."""
    if not StepForm().validate():
        abort(404)
    try:
        with transaction():
            stocktaking.see(taken_id, current_actor())
    except Refused as refused:
        flash(refusal(refused), "error")
    else:
        flash(_("Noted that you have seen it."), "success")
    return redirect(url_for(".stock"), code=303)


def _differing() -> list[dict[str, Any]]:
    """What stock-takes found and no supervisor has seen yet, with the goods by name."""
    taken = stocktaking.differing()
    items = stocktaking.named(item_id for each in taken for item_id in each.missing)
    return [
        {
            "take": each,
            "place": _place(each.holder, each.holder_id),
            "missing": [items[i] for i in each.missing if i in items],
            "unexpected": each.unexpected,
        }
        for each in taken
    ]


def _called(row: Lying) -> str:
    name = goods_name(row.item)
    seal = _("Seal %(seal)s", seal=row.seal) if row.seal else ""
    return " · ".join(part for part in (spoken(row.case.number), f"{name} × {row.item.quantity}", seal) if part)


def _place(holder: str | None, place_id: int | None) -> Shop | Desk | None:
    kind: Any = {str(Holder.SHOP): Shop, str(Holder.DESK): Desk}.get(holder or "")
    return db.session.get(kind, place_id) if kind is not None and place_id else None


def _asked() -> dict[str, Any]:
    holder, place, days = (request.args.get(name, "") for name in ("holder", "place", "days"))
    known = Holder(holder) if holder in tuple(stocktaking.PLACES) else None
    return {
        "holder": known,
        "place": int(place)
        if known and known is not Holder.CARRIER and place.isascii() and place.isdigit() and len(place) < 9
        else None,
        "days": int(days) if days in tuple(map(str, AGES)) else 0,
    }
