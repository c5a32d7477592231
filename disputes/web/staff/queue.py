"""The queue: open cases in the order in which they must be worked, and the search over all cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from disputes import clock, names
from disputes.accounts import queries as accounts
from disputes.accounts.actors import Actor
from disputes.cases import desk, queries, upkeep
from disputes.cases.queries import InShort
from disputes.db import transaction
from disputes.formats import duration_text, money_text, short_day
from disputes.numbers import read_number, spoken
from disputes.rules.lifecycle import Kind, Role, State
from disputes.web.components import language_name
from disputes.web.languages import language
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import short_due, short_moment
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

ROWS = 50

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
    late: bool
    officer_id: int | None
    typed: str

    @property
    def narrowed(self) -> bool:
        return bool(self.group or self.kind or self.waiting_on or self.late or self.officer_id)

    def query(self, **changes: Any) -> dict[str, Any]:
        """The same as parts of an address, with changes; what is not asked for is left out."""
        parts = {
            "whose": self.whose,
            "group": self.group,
            "kind": self.kind,
            "waiting_on": self.waiting_on,
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
    cases = queries.queue(
        by,
        office_id=by.office_id if filters.whose in ("office", "unassigned") else None,
        officer_id=filters.officer_id or (by.user_id if filters.whose == "mine" else None),
        unassigned=filters.whose == "unassigned",
        states=STATE_GROUPS[filters.group][1] if filters.group else None,
        kind=Kind(filters.kind) if filters.kind else None,
        waiting_on=Role(filters.waiting_on) if filters.waiting_on else None,
        late=filters.late,
        emergency=None if filters.narrowed else False,
        limit=ROWS + 1,
        after=after,
    )
    more = len(cases) > ROWS
    cases, now = cases[:ROWS], clock.now()
    return render_template(
        "staff/queue.html",
        rows=_rows([*pinned, *cases], now),
        filters=filters,
        groups=STATE_GROUPS,
        kinds=KINDS,
        waiting_for=WAITING_FOR,
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


def _rows(cases: list[InShort], now: datetime) -> list[Row]:
    """The rows for these cases. A code is put into words once for all rows."""
    state, outcome, owed, about = map(_once, (names.STATES, names.OUTCOMES, names.CLOCKS, names.CATEGORIES))
    left = cache(lambda length: _("%(time)s left", time=length))
    chinese = language().startswith("zh")

    def row(case: InShort) -> Row:
        away = case.departure_at - now if case.is_open and case.departure_at and case.departure == "known" else None
        ahead = away is not None and away.total_seconds() > 0
        shop = case.shop_zh if chinese else case.shop_en or case.shop_zh
        return Row(
            number=case.number,
            spoken=spoken(case.number),
            code=case.state,
            state=state(case.state),
            emergency=case.emergency,
            left=left(duration_text(away)) if ahead else "",
            urgency=_urgency(away.total_seconds()) if ahead else "",
            leaves=short_moment(case.departure_at, now) if ahead else "",
            tight=ahead and case.slack_at < now and case.state not in PAST_THE_LADDER,
            departure=case.departure,
            outcome="" if case.is_open else outcome(case.outcome),
            owed=owed(case.owed) if case.is_open and case.owed else "",
            until=(short_due(case.due_at, now) if case.due_at else "") if case.is_open else short_day(case.closed_at),
            overdue=case.due_at is not None and case.due_at <= now,
            returned=case.kind == Kind.RETURN,
            about="" if case.kind == Kind.RETURN else about(case.category),
            amount=money_text(case.amount, case.currency) if case.amount and case.currency else "",
            called=case.called or "",
            language=language_name(case.language),
            shop=shop or case.shop_told or "",
            listed=case.shop_zh is not None,
            officer=case.officer or "",
        )

    return [row(case) for case in cases]


def _urgency(seconds: float) -> str:
    return "gold" if seconds < DAY else "jade" if seconds < 5 * DAY else "grey"


def _once(words: Mapping[Any, Any]) -> Callable[[str], str]:
    return cache(partial(names.named, words))


def _emergencies(by: Actor, filters: Filters) -> list[InShort]:
    cases = desk.emergencies(by, by.office_id if filters.whose in ("office", "unassigned") else None)
    if filters.whose == "mine":
        return [c for c in cases if c.officer_id == by.user_id]
    return [c for c in cases if filters.whose != "unassigned" or c.officer_id is None]


def _found(by: Actor, filters: Filters) -> str | Response:
    cases = queries.found(by, filters.typed, limit=ROWS + 1)
    if len(cases) == 1 and read_number(filters.typed) == cases[0].number:
        return redirect(url_for(".case", number=cases[0].number))
    return render_template(
        "staff/found.html",
        rows=_rows(cases[:ROWS], clock.now()),
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
