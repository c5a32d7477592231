"""The first page of a desk, what lies there, and what passed through its hands on a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from disputes import clock
from disputes.cases import queries
from disputes.formats import CHINA
from disputes.numbers import read_number
from disputes.returns import stock
from disputes.web.desk import bp
from disputes.web.desk.frame import by_number, own_desk


@bp.get("/")
def home() -> Response | tuple[str, int] | str:
    """Type the number, or open the visitor's code with the camera."""
    typed, wrong, status = request.args.get("number", "").strip(), None, 200
    if typed:
        number = read_number(typed)
        if number is None:
            wrong = _("This is no number of ours. It has ten digits; check each one again.")
        else:
            try:
                by_number(number)
            except queries.NotFound:
                wrong = _("There is no return with this number.")
            else:
                return redirect(url_for(".seen", number=number), 303)
        status = 422
    page = render_template("desk/home.html", typed=typed, wrong=wrong, count=len(stock.lying_at(own_desk().id)))
    return page, status


@bp.get("/lying")
def lying() -> str:
    """What lies at this desk, the longest first."""
    return render_template("desk/lying.html", lying=stock.lying_at(own_desk().id), now=clock.now())


@bp.get("/day")
def day() -> str:
    """What came and went on a day, and what lies there now: to be printed and signed at its end."""
    desk, today = own_desk(), clock.today()
    shown = min(_day(request.args.get("on", "")) or today, today)
    start = datetime.combine(shown, time(), CHINA)
    entries = stock.passed_through(desk.id, start, start + timedelta(days=1))
    return render_template(
        "desk/day.html",
        shown=shown,
        before=shown - timedelta(days=1),
        after=shown + timedelta(days=1) if shown < today else None,
        is_today=shown == today,
        came=[e for e in entries if (e.taker, e.taker_id) == ("desk", desk.id)],
        left=[e for e in entries if (e.giver, e.giver_id) == ("desk", desk.id)],
        lying=stock.lying_at(desk.id) if shown == today else [],
        now=clock.now(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
