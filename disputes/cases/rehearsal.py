"""A dry run: where past cases would have gone by another routing table. Nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select

from disputes.cases.models import Case, Complaint
from disputes.cases.whereabouts import CNY
from disputes.db import db
from disputes.law import routing as tables
from disputes.merchants.models import Shop
from disputes.regions import queries as regions
from disputes.rules.categories import Category, Danger, HowBought, Trade
from disputes.rules.lifecycle import Kind
from disputes.rules.routing import Facts, Part, Routing, RoutingTable, facts_of

MOST_LISTED = 200
BATCH = 5_000


@dataclass(frozen=True)
class Move:
    """So many cases would have gone from one to another, by another rule."""

    part: Part
    before: str
    after: str
    rule_before: str
    rule_after: str
    cases: int


@dataclass(frozen=True)
class Moved:
    """One case that would have gone elsewhere."""

    number: str
    filed_at: datetime
    part: Part
    before: str
    after: str
    rule_after: str


@dataclass(frozen=True)
class Rehearsal:
    """What a changed table would have done, against the one in force. ``cases`` are the newest MOST_LISTED of them."""

    looked_at: int
    elsewhere: int
    moves: tuple[Move, ...]
    cases: tuple[Moved, ...]


def rehearse(changed: RoutingTable, *, since: datetime | None = None, newest: int | None = None) -> Rehearsal:
    """Route past disputes by the table in force and by the changed one, from the same facts, and compare.

    Office, authority with its line and seat, and priority are compared, each for itself. The newest cases come first.
    """
    today, closed = tables.current(), regions.closed_offices()
    known: dict[Facts, tuple[tuple[Part, str, str, str, str], ...]] = {}
    counted: Counter[tuple[Part, str, str, str, str]] = Counter()
    listed: list[Moved] = []
    looked_at = elsewhere = 0
    for row in _cases(since, newest):
        facts = _facts(row)
        if facts not in known:
            known[facts] = _differences(today.route(facts, closed), changed.route(facts, closed))
        looked_at += 1
        elsewhere += bool(known[facts])
        counted.update(known[facts])
        if len(listed) < MOST_LISTED:
            listed += [
                Moved(row.number, row.filed_at, part, before, after, rule)
                for part, before, after, _rule, rule in known[facts]
            ]
    moves = tuple(Move(*key, cases) for key, cases in counted.most_common())
    return Rehearsal(looked_at, elsewhere, moves, tuple(listed))


def _differences(before: Routing, after: Routing) -> tuple[tuple[Part, str, str, str, str], ...]:
    found = []
    for part in Part:
        was, becomes = _answer(part, before), _answer(part, after)
        if was != becomes:
            rules = (getattr(before, part.value).rule.id, getattr(after, part.value).rule.id)
            found.append((part, was, becomes, *rules))
    return tuple(found)


def _answer(part: Part, routing: Routing) -> str:
    """What is compared, in one word: for an authority also its number, and its seat where it has one."""
    if part is not Part.AUTHORITY:
        return str(getattr(routing, part.value).rule.gives)
    rule = routing.authority.rule
    return " ".join(filter(None, (rule.gives, routing.seat, "/".join((rule.line, *rule.also)))))


def _cases(since: datetime | None, newest: int | None) -> Iterator[Row]:
    query = (
        select(
            Case.number, Case.filed_at, Case.category, Case.language, Case.emergency, Case.departure_port,
            Complaint.trade, Complaint.how_bought, Complaint.dangers, Complaint.amount, Complaint.currency,
            Complaint.division_code, Shop.division_code.label("shop_division"), Shop.district_code,
        )
        .join(Complaint, Complaint.case_id == Case.id)
        .outerjoin(Shop, Shop.id == Case.shop_id)
        .where(Case.kind == Kind.DISPUTE)
        .order_by(Case.id.desc())
        .limit(newest)
    )  # fmt: skip
    if since is not None:
        query = query.where(Case.filed_at >= since)
    yield from db.session.execute(query, execution_options={"yield_per": BATCH})


def _facts(row: Row) -> Facts:
    return facts_of(
        Trade(row.trade),
        category=Category(row.category),
        place=row.shop_division or row.division_code,
        district=row.district_code,
        how_bought=HowBought(row.how_bought),
        port=row.departure_port,
        language=row.language,
        amount=row.amount if row.currency == CNY else None,
        emergency=row.emergency,
        dangers=tuple(Danger(d) for d in row.dangers) if row.emergency else (),
    )
