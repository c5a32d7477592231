"""What lies at a desk, since when and under which seal, and what passed through its hands on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from disputes.cases.models import Case
from disputes.db import db
from disputes.returns.models import Custody, Return, ReturnItem
from disputes.rules.return_way import Holder


@dataclass(frozen=True)
class Lying:
    """One item that lies somewhere. ``by`` is how it came there."""

    item: ReturnItem
    case: Case
    by: Custody

    @property
    def since(self) -> datetime:
        return self.by.at


def lying_at(desk_id: int) -> list[Lying]:
    """What lies at this desk, the longest first."""
    query = (
        select(ReturnItem)
        .where(ReturnItem.holder == Holder.DESK, ReturnItem.holder_id == desk_id)
        .options(
            selectinload(ReturnItem.custody),
            joinedload(ReturnItem.of).joinedload(Return.case).joinedload(Case.shop),
        )
    )
    found = [Lying(i, i.of.case, i.custody[-1]) for i in db.session.scalars(query).unique()]
    return sorted(found, key=lambda lying: (lying.since, lying.item.id))


def passed_through(desk_id: int, start: datetime, end: datetime) -> list[Custody]:
    """Every entry of goods that came to this desk or left it from ``start`` to before ``end``, in their order."""
    came = and_(Custody.taker == Holder.DESK, Custody.taker_id == desk_id)
    left = and_(Custody.giver == Holder.DESK, Custody.giver_id == desk_id)
    query = (
        select(Custody)
        .where(or_(came, left), Custody.at >= start, Custody.at < end)
        .options(joinedload(Custody.item).joinedload(ReturnItem.of).joinedload(Return.case).joinedload(Case.shop))
        .order_by(Custody.at, Custody.id)
    )
    return list(db.session.scalars(query).unique())
