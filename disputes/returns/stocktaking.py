"""What lies where of returned goods by the record, how long and worth how much, and whether it really lies there."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased, joinedload

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import db
from disputes.numbers import spoken
from disputes.pledges.open_data import FORMULAS
from disputes.returns import queries
from disputes.returns.desk_models import StockTake
from disputes.returns.models import Custody, Return, ReturnItem
from disputes.returns.queries import Places
from disputes.rules.lifecycle import Role, State
from disputes.rules.return_way import Holder

PLACES = (Holder.DESK, Holder.SHOP, Holder.CARRIER)
# After how long goods lie too long at a place: a desk hands them on, a carrier brings them, a shop looks at them or gives them back.
TOO_LONG = {Holder.DESK: timedelta(days=3), Holder.CARRIER: timedelta(days=10), Holder.SHOP: timedelta(days=30)}
MOST = 500


@dataclass(frozen=True)
class Lying:
    """One item that lies somewhere, since when, and how much it cost."""

    item: ReturnItem
    case: Case
    since: datetime
    seal: str | None

    @property
    def value(self) -> int:
        return self.item.unit_price * self.item.quantity

    def days(self, now: datetime) -> int:
        """Whole days for which it has lain there."""
        return max((now - self.since).days, 0)

    def too_long(self, now: datetime) -> bool:
        """Whether somebody should ask why it is still there. What the shop accepted is its own."""
        if self.item.accepted_at is not None:
            return False
        return now - self.since > TOO_LONG[Holder(self.item.holder)]


def lying(
    holder: str | None = None, holder_id: int | None = None, *, older_than: int = 0, limit: int = MOST
) -> list[Lying]:
    """What lies with shops, desks and carriers, the longest first. What a shop has accepted, or got in a case that is closed, is its own.

    ``older_than`` leaves out what came within so many days.
    """
    later = aliased(Custody)
    superseded = exists().where(later.item_id == Custody.item_id, later.seq > Custody.seq)
    query = (
        select(ReturnItem, Custody, Case)
        .join(Custody, Custody.item_id == ReturnItem.id)
        .join(Case, Case.id == ReturnItem.case_id)
        .where(ReturnItem.holder.in_(PLACES if holder is None else (holder,)), ~superseded)
        .options(joinedload(ReturnItem.of), joinedload(Case.shop))
        .order_by(Custody.at, ReturnItem.id)
        .limit(limit)
    )
    # Of a shop's own goods nobody takes stock here: accepted, or kept when the return ended.
    kept = (ReturnItem.holder == Holder.SHOP) & (ReturnItem.accepted_at.is_not(None) | (Case.state == State.CLOSED))
    query = query.where(~kept)
    if holder_id is not None:
        query = query.where(ReturnItem.holder_id == holder_id)
    if older_than:
        query = query.where(Custody.at < clock.now() - timedelta(days=older_than))
    return [Lying(item, case, row.at, row.seal) for item, row, case in db.session.execute(query)]


def places_of(found: Iterable[Lying]) -> Places:
    """The shops and desks at which these goods lie."""
    return queries.places((row.item.holder, row.item.holder_id) for row in found)


# --- a stock-take


def take_stock(
    by: Actor, holder: str, holder_id: int, there: Collection[int], unexpected: Sequence[str] = (), words: str = ""
) -> StockTake:
    """Write down what was really found at a place: ``there`` are ids of items, ``unexpected`` numbers of what should not be there.

    What is missing by the record is worked out here and waits for a supervisor. Nobody's goods move by it: whoever finds out
    what happened hands on, takes in or gives back. Refused for staff of no office and where there was nothing to look at.
    """
    if not by.is_staff or by.user_id is None:
        raise Refused("desk_not_yours")
    expected = [row.item.id for row in lying(holder, holder_id, limit=10_000)]
    found = [text.strip() for text in unexpected if text.strip()]
    if not expected and not found:
        raise Refused("stock_nothing_there")
    taken = StockTake(
        holder=holder,
        holder_id=holder_id,
        at=clock.now(),
        by_user_id=by.user_id,
        expected=expected,
        missing=[item_id for item_id in expected if item_id not in set(there)],
        unexpected=found,
        words=words.strip(),
    )
    db.session.add(taken)
    db.session.flush()
    return taken


def see(taken_id: int, by: Actor) -> StockTake:
    """A supervisor has looked at what differed. Refused the second time, and to everybody else."""
    taken = db.session.get(StockTake, taken_id, with_for_update=True)
    if taken is None or by.role is not Role.SUPERVISOR or by.user_id is None:
        raise Refused("desk_not_yours")
    if taken.seen_at is not None:
        raise Refused("stock_seen_already")
    taken.seen_at, taken.seen_by_id = clock.now(), by.user_id
    return taken


def differing(limit: int = 20) -> list[StockTake]:
    """Stock-takes that found something else than the record and that no supervisor has seen, the oldest first."""
    query = (
        select(StockTake)
        .where(
            StockTake.seen_at.is_(None),
            (func.jsonb_array_length(StockTake.missing) > 0) | (func.jsonb_array_length(StockTake.unexpected) > 0),
        )
        .options(joinedload(StockTake.by))
        .order_by(StockTake.at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def latest(holder: str, holder_id: int) -> StockTake | None:
    """When somebody last looked at this place."""
    query = (
        select(StockTake)
        .where(StockTake.holder == holder, StockTake.holder_id == holder_id)
        .options(joinedload(StockTake.by))
        .order_by(StockTake.at.desc(), StockTake.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()


def named(item_ids: Iterable[int]) -> dict[int, ReturnItem]:
    """These items by id, with their cases."""
    query = (
        select(ReturnItem)
        .where(ReturnItem.id.in_(list(item_ids)))
        .options(joinedload(ReturnItem.of).joinedload(Return.case))
    )
    return {item.id: item for item in db.session.scalars(query)}


# --- as a file

COLUMNS = (
    "number", "item", "goods", "name", "quantity", "value_cny", "holder", "place_code", "place_zh", "since", "days", "too_long", "seal",
    "shop_zh", "state",
)  # fmt: skip


def csv_rows(found: Sequence[Lying]) -> Iterator[str]:
    """What lies where, for a spreadsheet. A text that one would take for a formula begins with an apostrophe."""
    where, now = places_of(found), clock.now()
    yield "\ufeff" + _line(COLUMNS)
    for row in found:
        place = where.of(row.item.holder, row.item.holder_id)
        yield _line(
            [
                spoken(row.case.number), row.item.position, row.item.goods, row.item.name or "", row.item.quantity,
                f"{row.value // 100}.{row.value % 100:02d}", row.item.holder, place.code if place else "",
                place.name_zh if place else row.item.of.carrier or "", row.since.isoformat(timespec="minutes"), row.days(now),
                "true" if row.too_long(now) else "false", row.seal or "", row.case.shop.name_zh if row.case.shop else "", row.case.state,
            ]
        )  # fmt: skip


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = str(value)
    return "'" + text if text.lstrip().startswith(FORMULAS) or text.startswith(FORMULAS) else text
