"""The queue: open cases in the order in which they must be worked, and the search over all cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response

from disputes import clock, names
from disputes.accounts import queries as accounts
from disputes.accounts.actors import Actor
from disputes.cases import desk, lists, upkeep
from disputes.cases.lists import InShort
from disputes.db import transaction
from disputes.formats import CHINA, money_text, rounded, rounded_text, short_day
from disputes.numbers import read_number, spoken
from disputes.rules.lifecycle import Kind, Role, State
from disputes.rules.routing import Priority
from disputes.web.components import language_name
from disputes.web.languages import language
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import due_on, moment_on
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

ROWS = 50
REMEMBERED = 5000  # rows, of a kilobyte or two each

# Groups of states as somebody at the desk thinks of them.
STATE_GROUPS = {
    "new": (_l("New, to be looked at"), (State.RECEIVED, State.TRIAGE, State.LIAISON)),
    "parties": (
        _l("With the parties"),
        (State.AWAITING_TOURIST, State.WITH_MERCHANT, State.OFFERED, State.REQUESTED, State.REFUSED, State.REJECTED),
    ),
    "mediation": (_l("Mediation"), (State.MEDIATION, State.PROPOSED)),
    "goods": (_l("Goods coming back"), (State.APPROVED, State.HANDED_OVER, State.GOODS_RECEIVED)),
    "settled": (_l("Agreed, to be carried out"), (State.SETTLED, State.REFUND_DUE, State.REFUNDED)),
    "authority": (_l("Authority"), (State.REFERRAL_READY, State.REFERRED)),
}
# In these nothing is left that would have to end before the departure; in an emergency no clock runs at all.
PAST_THE_LADDER = (
    State.LIAISON, State.SETTLED, State.REFERRAL_READY, State.REFERRED, State.GOODS_RECEIVED, State.REFUND_DUE, State.REFUNDED,
)  # fmt: skip
KINDS = {Kind.DISPUTE: _l("Disputes"), Kind.RETURN: _l("Returns")}
DAY = 86_400  # seconds
WAITING_FOR = (Role.OFFICER, Role.SUPERVISOR, Role.MERCHANT, Role.TOURIST, Role.AUTHORITY)


@dataclass(frozen=True)
class Filters:
    """What the address of the page asks for."""

    whose: str  # mine, office, unassigned, all
    group: str
    kind: str
    waiting_on: str
    priority: str
    late: bool
    officer_id: int | None
    typed: str

    @property
    def narrowed(self) -> bool:
        return bool(self.group or self.kind or self.waiting_on or self.priority or self.late or self.officer_id)

    def query(self, **changes: Any) -> dict[str, Any]:
        """The same as parts of an address, with changes; what is not asked for is left out."""
        parts = {
            "whose": self.whose,
            "group": self.group,
            "kind": self.kind,
            "waiting_on": self.waiting_on,
            "priority": self.priority,
            "late": "1" if self.late else "",
            "officer": self.officer_id or "",
            "q": self.typed,
            **changes,
        }
        return {name: value for name, value in parts.items() if value not in ("", None)}


class EmptyForm(FlaskForm):
    """A button that takes a step."""


@bp.get("/")
def queue() -> str | Response:
    """The queue, or what a search found."""
    by, filters = current_actor(), _filters()
    if filters.typed:
        return _found(by, filters)
    after = _after()
    counts = desk.counts(by)
    pinned = [] if after or filters.narrowed or not counts.emergencies else _emergencies(by, filters)
    cases = lists.queue(
        by,
        office_id=by.office_id if filters.whose in ("office", "unassigned") else None,
        officer_id=filters.officer_id or (by.user_id if filters.whose == "mine" else None),
        unassigned=filters.whose == "unassigned",
        states=STATE_GROUPS[filters.group][1] if filters.group else None,
        kind=Kind(filters.kind) if filters.kind else None,
        waiting_on=Role(filters.waiting_on) if filters.waiting_on else None,
        priority=Priority(filters.priority) if filters.priority else None,
        late=filters.late,
        emergency=None if filters.narrowed else False,
        limit=ROWS + 1,
        after=after,
    )
    more = len(cases) > ROWS
    cases, now = cases[:ROWS], clock.now()
    return render_template(
        "staff/queue.html",
        rows=_written([*pinned, *cases], now, with_officer=filters.whose != "mine"),
        filters=filters,
        groups=STATE_GROUPS,
        kinds=KINDS,
        waiting_for=WAITING_FOR,
        priorities=names.PRIORITIES,
        counts=counts,
        counted_to=desk.COUNTED_TO,
        officer=accounts.user(filters.officer_id) if filters.officer_id else None,
        first_url=url_for(".queue", **filters.query()) if after else None,
        next_url=url_for(".queue", **filters.query(after=_mark(cases[-1]))) if more else None,
        form=EmptyForm(),
    )


@bp.post("/next")
def take_next() -> Response:
    """Take the most urgent case of the own office that nobody has."""
    with transaction():
        case = upkeep.claim_next(current_actor())
        number = case.number if case else None
    if number is None:
        flash(_("Every case of your office has an officer. There is nothing to take."), "info")
        return redirect(url_for(".queue"), code=303)
    flash(_("Case %(number)s is yours now.", number=spoken(number)), "success")
    return redirect(url_for(".case", number=number), code=303)


@dataclass(frozen=True, slots=True)
class Row:
    """One case as a row, every cell in words: fifty rows are most of a page, so its template only writes them down."""

    number: str
    spoken: str
    code: str  # of the state, for its badge
    state: str
    emergency: bool  # in whatever state; in that of its own the badge of the state says so
    priority: str
    left: str  # until the visitor leaves
    urgency: str  # the tone of its badge
    leaves: str
    tight: bool
    departure: str
    outcome: str
    owed: str
    until: str
    overdue: bool
    returned: bool  # a return, and not a dispute
    about: str
    amount: str
    called: str
    language: str
    shop: str
    listed: bool
    officer: str


class Shown(NamedTuple):
    """What a row shows of the present moment, and to whom: with the case itself all that its words are made of."""

    language: str
    today: date  # in China
    left: tuple[int, int] | None  # until the visitor leaves, rounded as it is told
    urgency: str
    tight: bool
    overdue: bool
    with_officer: bool
    place: str  # the address of the cases


def _written(cases: list[InShort], now: datetime, *, with_officer: bool = True) -> list[Markup]:
    """The rows for these cases as the page has them."""
    code, today, place = language(), now.astimezone(CHINA).date(), f"{url_for('staff.queue')}cases/"

    def shown(case: InShort) -> Shown:
        left, urgency, tight = None, "", False
        if case.departure_at is not None and case.departure_at > now and case.departure == "known" and case.is_open:
            away = case.departure_at - now
            left, urgency = rounded(away), _urgency(away.total_seconds())
            tight = case.slack_at < now and case.state not in PAST_THE_LADDER
        overdue = case.due_at is not None and case.due_at <= now
        return Shown(code, today, left, urgency, tight, overdue, with_officer, place)

    return [_row_in_words(case, shown(case)) for case in cases]


@lru_cache(maxsize=REMEMBERED)
def _row_in_words(case: InShort, shown: Shown) -> Markup:
    """A row, which most often is the one that was written a minute ago.

    It follows from nothing but the two arguments, which hold every value that was just read and the language of the page: a row
    of which anything changed is another row. Whoever may not see a case has no row to ask with.
    """
    macro = current_app.jinja_env.get_template("staff/_rows.html").module.case_row  # type: ignore[attr-defined]
    written: Markup = macro(_row(case, shown), shown.with_officer, shown.place)
    return written


def forget_rows() -> None:
    """Write every row anew; for measuring what the first opening of a page costs."""
    _row_in_words.cache_clear()


def _row(case: InShort, shown: Shown) -> Row:
    shop = case.shop_zh if shown.language.startswith("zh") else case.shop_en or case.shop_zh
    leaves = moment_on(case.departure_at, shown.today) if shown.left is not None and case.departure_at else ""
    if not case.is_open:
        until = short_day(case.closed_at) if case.closed_at else ""
    else:
        until = due_on(case.due_at, shown.today) if case.due_at else ""
    return Row(
        number=case.number,
        spoken=spoken(case.number),
        code=case.state,
        state=names.named(names.STATES, case.state),
        emergency=case.emergency,
        priority=case.priority,
        left=_("%(time)s left", time=rounded_text(shown.left)) if shown.left is not None else "",
        urgency=shown.urgency,
        leaves=leaves,
        tight=shown.tight,
        departure=case.departure,
        outcome="" if case.is_open else names.named(names.OUTCOMES, case.outcome),
        owed=names.named(names.CLOCKS, case.owed) if case.is_open and case.owed else "",
        until=until,
        overdue=shown.overdue,
        returned=case.kind == Kind.RETURN,
        about="" if case.kind == Kind.RETURN else names.named(names.CATEGORIES, case.category),
        amount=money_text(case.amount, case.currency) if case.amount and case.currency else "",
        called=case.called or "",
        language=language_name(case.language),
        shop=shop or case.shop_told or "",
        listed=case.shop_zh is not None,
        officer=case.officer or "",
    )


def _urgency(seconds: float) -> str:
    return "gold" if seconds < DAY else "jade" if seconds < 5 * DAY else "grey"


def _emergencies(by: Actor, filters: Filters) -> list[InShort]:
    cases = lists.emergencies(by, by.office_id if filters.whose in ("office", "unassigned") else None)
    if filters.whose == "mine":
        return [c for c in cases if c.officer_id == by.user_id]
    return [c for c in cases if filters.whose != "unassigned" or c.officer_id is None]


def _found(by: Actor, filters: Filters) -> str | Response:
    cases = lists.found(by, filters.typed, limit=ROWS + 1)
    if len(cases) == 1 and read_number(filters.typed) == cases[0].number:
        return redirect(url_for(".case", number=cases[0].number))
    return render_template(
        "staff/found.html",
        rows=_written(cases[:ROWS], clock.now()),
        more=len(cases) > ROWS,
        most=ROWS,
        typed=filters.typed,
        search_text=filters.typed,
    )


def _filters() -> Filters:
    asked = request.args
    whose = asked.get("whose", "")
    officer = asked.get("officer", "")
    return Filters(
        whose=whose if whose in ("mine", "unassigned", "all") else "office",
        group=asked.get("group", "") if asked.get("group") in STATE_GROUPS else "",
        kind=asked.get("kind", "") if asked.get("kind") in tuple(Kind) else "",
        waiting_on=asked.get("waiting_on", "") if asked.get("waiting_on") in tuple(WAITING_FOR) else "",
        priority=asked.get("priority", "") if asked.get("priority") in tuple(Priority) else "",
        late=asked.get("late") == "1",
        officer_id=int(officer) if officer.isascii() and officer.isdigit() and len(officer) < 10 else None,
        typed=asked.get("q", "").replace("\0", "").strip()[:200],
    )


def _mark(case: InShort) -> str:
    return f"{case.slack_at.isoformat()}_{case.id}"


def _after() -> tuple[datetime, int] | None:
    moment, _sep, case_id = request.args.get("after", "").partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, int(case_id)) if at.tzinfo is not None else None
    except ValueError:
        return None
