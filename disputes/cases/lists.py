"""Cases as rows of the staff's lists: the queue in the order in which it must be worked, the emergencies, and what a search finds.

Each list is asked all day with other values in the same few shapes, so a statement is put together once for each shape.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR

from disputes import clock, search
from disputes.accounts.actors import STAFF_ROLES, Actor
from disputes.accounts.models import User
from disputes.cases.models import BLOCK, BY_AGE, IS_OPEN, LARGE_BLOCK, Case, Complaint, Contact, Deadline
from disputes.db import db
from disputes.merchants.models import Shop
from disputes.numbers import read_number
from disputes.rules.clocks import INTERNAL
from disputes.rules.lifecycle import Kind, Role, State
from disputes.rules.routing import Part, Priority


class InShort(NamedTuple):
    """A case as a row of a list shows it. Lists are long, so it is read at once and without the objects behind it."""

    id: int
    number: str
    kind: str
    state: str
    outcome: str | None
    emergency: bool
    category: str
    language: str
    departure: str
    departure_at: datetime | None
    slack_at: datetime
    closed_at: datetime | None
    officer_id: int | None
    priority: str
    officer: str | None
    shop_zh: str | None
    shop_en: str | None
    shop_told: str | None  # as the tourist wrote it
    amount: int | None
    currency: str | None
    called: str | None
    owed: str | None  # the clock that ends first
    due_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED


# As whereabouts.priority says it of one case: what the routing gave, and for a case that it has not seen what follows from its danger.
PRIORITY = func.coalesce(
    Case.routing[Part.PRIORITY.value]["gives"].astext,
    case((Case.emergency, Priority.EMERGENCY.value), else_=Priority.NORMAL.value),
)

_OF_THE_CASE = (
    Case.id, Case.number, Case.kind, Case.state, Case.outcome, Case.emergency, Case.category, Case.language, Case.departure,
    Case.departure_at, Case.slack_at, Case.closed_at, Case.officer_id, PRIORITY.label("priority"),
)  # fmt: skip

_AT = bindparam("after_at", type_=DateTime(timezone=True))
_OVERDUE = select(Deadline.case_id).where(
    Deadline.ended_at.is_(None), Deadline.due_at <= bindparam("now", type_=DateTime(timezone=True))
)

# What can be asked of a list, by name; the values come with the question.
_CONDITIONS: dict[str, Any] = {
    "open": IS_OPEN,
    "office": Case.office_id == bindparam("office"),
    "officer": Case.officer_id == bindparam("officer"),
    "unassigned": Case.officer_id.is_(None),
    "states": Case.state.in_(bindparam("states", expanding=True)),
    "kind": Case.kind == bindparam("kind"),
    "waiting_on": Case.waiting_on == bindparam("waiting_on"),
    "late": or_(Case.waiting_on == Role.SUPERVISOR, Case.id.in_(_OVERDUE)),
    "emergency": Case.emergency,
    "calm": Case.emergency.is_(False),
    "priority": PRIORITY.op("=")(bindparam("priority")),
    "after": or_(Case.slack_at > _AT, and_(Case.slack_at == _AT, Case.id > bindparam("after_id"))),
    "number": Case.number == bindparam("number"),
    "ids": Case.id == any_(bindparam("ids", type_=ARRAY(Integer))),
}
_ORDERS: dict[str, tuple[Any, ...]] = {
    "urgent": (Case.slack_at, Case.id),
    "alarming": (Case.slack_at.desc(), Case.id),
    "newest": (Case.id.desc(),),
}


_QUALIFIED = BY_AGE.replace("search", "cases.search").replace("(id", "(cases.id")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM cases")
# Found first and put in order afterwards, for the planner takes every word to be either rare or frequent.
_HOLDING = text(
    f"WITH held AS MATERIALIZED (SELECT id FROM cases WHERE {BY_AGE} @@ CAST(:question AS tsquery)) "  # noqa: S608
    "SELECT id FROM held ORDER BY id DESC LIMIT :most"
)


@lru_cache(maxsize=500)
def _statement(conditions: tuple[str, ...], order: str) -> Select[Any]:
    """The limited question for the cases, and around it what a row shows beside them; one statement, whatever their number."""
    # The limit stands inside, so that only what the page shows is looked up beside the cases.
    inner = select(*_OF_THE_CASE, Case.shop_id).where(*(_CONDITIONS[name] for name in conditions))
    one = inner.order_by(*_ORDERS[order]).limit(bindparam("most")).subquery("one").c
    first = (
        select(Deadline.clock, Deadline.due_at)
        .where(Deadline.case_id == one.id, Deadline.ended_at.is_(None), Deadline.clock.not_in(INTERNAL))
        .order_by(Deadline.due_at)
        .limit(1)
        .lateral("first")
    )
    outside = {
        "urgent": (one.slack_at, one.id),
        "alarming": (one.slack_at.desc(), one.id),
        "newest": (one.id.desc(),),
    }
    return (
        select(
            *(one[column.key] for column in _OF_THE_CASE), User.name, Shop.name_zh, Shop.name_en, Complaint.shop_name,
            Complaint.amount, Complaint.currency, Contact.name, first.c.clock, first.c.due_at,
        )
        .join(Complaint, Complaint.case_id == one.id)
        .outerjoin(User, User.id == one.officer_id)
        .outerjoin(Shop, Shop.id == one.shop_id)
        .outerjoin(Contact, and_(Contact.case_id == one.id, Contact.party == "tourist"))
        .outerjoin(first, true())
        .order_by(*outside[order])
    )  # fmt: skip


def _rows(by: Actor, order: str, limit: int, asked: dict[str, Any], **values: Any) -> list[InShort]:
    """The rows; ``asked`` names the conditions, with None and False for those that do not count. Only the staff have lists."""
    if by.role not in STAFF_ROLES or by.case_id is not None:
        return []
    conditions = tuple(name for name, value in asked.items() if value is not None and value is not False)
    given = {name: value for name, value in asked.items() if name in conditions and value is not True}
    # Past the session's way to find out what a statement returns, since it returns no objects.
    found = db.session.connection().execute(_statement(conditions, order), {**given, **values, "most": limit})
    return [InShort._make(row) for row in found]


def queue(
    by: Actor,
    *,
    office_id: int | None = None,
    officer_id: int | None = None,
    unassigned: bool = False,
    states: tuple[State, ...] | None = None,
    kind: Kind | None = None,
    waiting_on: Role | None = None,
    late: bool = False,
    emergency: bool | None = None,
    priority: Priority | None = None,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
) -> list[InShort]:
    """Open cases in the order in which they must be worked: the least slack first; ``after`` is the last row of the page before."""
    values: dict[str, Any] = {"now": clock.now()} if late else {}
    if after is not None:
        values |= {"after_at": after[0], "after_id": after[1]}
    asked = {
        "open": True, "office": office_id, "officer": officer_id, "unassigned": unassigned, "states": states, "kind": kind,
        "waiting_on": waiting_on, "late": late,
        # An emergency is one by its own column too, which has an index.
        "emergency": emergency is True or priority is Priority.EMERGENCY, "calm": emergency is False,
        "priority": priority, "after": after is not None,
    }  # fmt: skip
    return _rows(by, "urgent", limit, asked, **values)


def emergencies(by: Actor, office_id: int | None = None, limit: int = 20) -> list[InShort]:
    """Open cases that are emergencies, the newest first: they stand before everything else."""
    return _rows(by, "alarming", limit, {"open": True, "emergency": True, "office": office_id})


def found(by: Actor, typed: str, limit: int = 50) -> list[InShort]:
    """Cases, open or closed, that hold what was typed: a number, a name, words of the complaint in any script; newest first."""
    number = read_number(typed)
    if number:
        return _rows(by, "newest", limit, {"number": number})
    question = search.question(typed)
    if question is None:
        return _rows(by, "newest", limit, {})
    ids = _newest(question, limit)
    return _rows(by, "newest", limit, {"ids": ids}) if ids else []


def holding(question: str) -> ColumnElement[bool]:
    """The condition that a case holds what is looked for, as the index of the words says it."""
    return literal_column(_QUALIFIED, TSVECTOR).op("@@")(cast(question, TSQUERY))


def _newest(question: str, limit: int) -> list[int]:
    """The newest cases that hold what is looked for.

    A frequent word is in a hundred thousand cases, of which a page shows fifty: so one looks into the newest block first, then
    into the newest large ones, and only for what is rare there among all.
    """
    connection = db.session.connection()
    newest = connection.execute(_NEWEST).scalar_one()
    found: list[int] = []
    for blocks in (_newest_blocks("~", newest, BLOCK), _newest_blocks("^", newest, LARGE_BLOCK), ""):
        asked = f"({question}) & ({blocks})" if blocks else question
        found = list(connection.execute(_HOLDING, {"question": asked, "most": limit}).scalars())
        if len(found) == limit:
            break
    return found


def _newest_blocks(mark: str, newest: int, size: int) -> str:
    """The block of the newest case, with the one before it while it is not half full."""
    last, filled = divmod(newest, size)
    return f"'{mark}{last}'" if filled >= size / 2 else f"'{mark}{last}' | '{mark}{last - 1}'"
