"""Questions about returns for those who look after them: a return with everything on it, and the places where goods can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from disputes.cases.models import Case
from disputes.db import db
from disputes.merchants.models import Shop
from disputes.pledges.models import PledgeVersion
from disputes.returns.models import Desk, Return, ReturnItem, TaxRefund
from disputes.rules.return_way import Holder

FROM_RETURN = "return"  # the channel of a dispute that a return became


@dataclass(frozen=True)
class Places:
    """The shops and desks that some goods went through, so that a page asks for them once."""

    shops: dict[int, Shop] = field(default_factory=dict)
    desks: dict[int, Desk] = field(default_factory=dict)

    def of(self, holder: str, holder_id: int | None) -> Shop | Desk | None:
        """The place behind a holder; None for the tourist and a carrier."""
        if holder_id is None:
            return None
        return self.shops.get(holder_id) if holder == Holder.SHOP else self.desks.get(holder_id)


def whole(case: Case) -> Return | None:
    """The return of this case with everything its page shows, in a fixed number of queries; None for a dispute."""
    query = (
        select(Return)
        .where(Return.case_id == case.id)
        .options(
            selectinload(Return.items).selectinload(ReturnItem.custody),
            selectinload(Return.refunds),
            joinedload(Return.tax).selectinload(TaxRefund.entries),
            joinedload(Return.dispute),
        )
    )
    return db.session.scalars(query).one_or_none()


def places_of(record: Return) -> Places:
    """Every shop and desk that this return names."""
    named = [(Holder.SHOP, record.to_shop_id), (Holder.DESK, record.to_desk_id)]
    for item in record.items:
        named.append((Holder(item.holder), item.holder_id))
        for row in item.custody:
            named += [(Holder(row.giver), row.giver_id), (Holder(row.taker), row.taker_id)]
    return places(named)


def places(named: Iterable[tuple[str, int | None]]) -> Places:
    """The shops and desks behind these holders."""
    ids: dict[str, set[int]] = {Holder.SHOP: set(), Holder.DESK: set()}
    for holder, holder_id in named:
        if holder in ids and holder_id is not None:
            ids[holder].add(holder_id)
    shops = db.session.scalars(select(Shop).where(Shop.id.in_(ids[Holder.SHOP]))) if ids[Holder.SHOP] else ()
    desks = db.session.scalars(select(Desk).where(Desk.id.in_(ids[Holder.DESK]))) if ids[Holder.DESK] else ()
    return Places({s.id: s for s in shops}, {d.id: d for d in desks})


def pledge_version(record: Return) -> PledgeVersion | None:
    """The promise of the day of purchase by which the return was judged."""
    known = record.pledge_version_id
    return db.session.get(PledgeVersion, known) if known else None


def earlier_return(dispute: Case) -> Case | None:
    """The return that this dispute came from; asked only of a dispute that came from one."""
    if dispute.complaint.channel != FROM_RETURN:
        return None
    query = select(Return).where(Return.dispute_id == dispute.id).options(joinedload(Return.case))
    record = db.session.scalars(query).one_or_none()
    return record.case if record is not None else None
