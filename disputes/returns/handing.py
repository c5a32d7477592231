"""Goods pass from hand to hand: each time there is a giver and a taker, and what a tourist hands over is taken in once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import queries, upkeep
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import Case, CaseEvent, Evidence
from disputes.db import db
from disputes.merchants.models import Shop
from disputes.pledges import queries as pledges
from disputes.pledges.models import PledgeVersion
from disputes.returns.deciding import record_of
from disputes.returns.models import Custody, Desk, DeskMerchant, Return, ReturnItem
from disputes.rules.lifecycle import Action, Kind, Role, State, may
from disputes.rules.return_way import PHOTOGRAPHS, Grade, Holder

# In which states goods leave the tourist's hands. Before the shop's yes they are kept for it; what it refused stays where it is.
TAKEN_FROM_TOURIST = (
    State.REQUESTED, State.TRIAGE, State.AWAITING_TOURIST, State.OFFERED, State.APPROVED, State.HANDED_OVER, State.GOODS_RECEIVED,
)  # fmt: skip
CLOCKS_DIFFER = timedelta(minutes=5)  # by how much the clock of a phone may run ahead of ours


class Taken(Exception):
    """Somebody else has these goods already; ``by`` is the entry that came first."""

    def __init__(self, item: ReturnItem, by: Custody) -> None:
        super().__init__(f"item {item.id} is with {item.holder} {item.holder_id}")
        self.item, self.by = item, by


@dataclass(frozen=True)
class Hand:
    """Who has the goods: the tourist, a shop, a desk, a carrier."""

    holder: Holder
    id: int | None = None


@dataclass(frozen=True)
class Handed:
    """One item as it is handed over. ``photographs`` are the evidence of the checklist, by its names."""

    item_id: int
    quantity: int
    grade: Grade | None = None
    photographs: Mapping[str, int] = field(default_factory=dict)


def take_in(
    reference: str | int,
    version: int | None,
    by: Actor,
    handed: Sequence[Handed],
    *,
    giver: Hand = Hand(Holder.TOURIST),
    shop_id: int | None = None,
    seal: str = "",
    happened_at: datetime | None = None,
    entry: str | None = None,
) -> CaseEvent:
    """A desk or a shop takes goods from ``giver``, and both confirm it. Raises Taken when somebody else has them already.

    At the shop, at a branch that the pledge names, or at a desk that accepts for the merchant, the goods have arrived, which
    starts the days of the refund. At another desk they are on their way or, while the shop still decides, kept for it. The same
    ``entry`` of a device a second time gives the event of the first. ``happened_at`` is the moment on a device that had no
    network; it is shown, and what the server took down first counts. Refused where the goods stay with the tourist: the shop has
    refused, or nothing need be handed over any more.
    """
    case = queries.lock(reference, by, version)
    record = record_of(case)
    known = _known(case, entry)
    if known is not None:
        return known
    taker = _taker(case, record, by, shop_id)
    rows = _checked(record, handed, giver, taker)
    if giver.holder is Holder.TOURIST and State(case.state) not in TAKEN_FROM_TOURIST:
        raise Refused("stays_with_visitor")
    arrives = taker.holder is Holder.SHOP or _accepts_for(taker, case)
    action = _action(case, by, arrives)
    place, details = _place(taker), _details(rows, giver, taker, seal)
    event = advance(case, action, by, details=details, letter={"place": place, "seal": seal.strip() or None})
    _write(event, rows, giver, taker, seal, happened_at, entry)
    if arrives:
        _arrived(record, rows, event.at)
    db.session.flush()
    return event


def send_parcel(reference: str | int, version: int | None, by: Actor, carrier: str, tracking_number: str) -> CaseEvent:
    """The tourist has sent the goods; the proof of sending is the evidence they add. Refused without a number to follow it by."""
    case = queries.lock(reference, by, version)
    record = record_of(case)
    if not carrier.strip() or not tracking_number.strip():
        raise Refused("tracking_missing")
    giver, taker = Hand(Holder.TOURIST), Hand(Holder.CARRIER)
    rows = _checked(record, [Handed(i.id, i.quantity) for i in record.items], giver, taker)
    record.carrier, record.tracking_number = carrier.strip(), tracking_number.strip()
    details = _details(rows, giver, taker, "")
    event = advance(case, Action.HAND_OVER, by, details=details, letter={"place": record.carrier})
    _write(event, rows, giver, taker, "", None, None)
    db.session.flush()
    return event


def hand_on(
    reference: str | int,
    version: int | None,
    by: Actor,
    item_ids: Sequence[int],
    *,
    carrier: str = "",
    tracking_number: str = "",
    entry: str | None = None,
) -> CaseEvent:
    """A desk or a shop gives goods to a carrier; whoever gets them takes them in from there. Refused for goods it has not."""
    case = queries.lock(reference, by, version)
    record = record_of(case)
    known = _known(case, entry)
    if known is not None:
        return known
    if not carrier.strip():
        raise Refused("carrier_missing")
    items = [i for i in record.items if i.id in set(item_ids)]
    if not items:
        raise Refused("no_items")
    giver = _own_hand(items[0], by)
    rows = _checked(record, [Handed(i.id, i.quantity) for i in items], giver, Hand(Holder.CARRIER))
    record.carrier, record.tracking_number = carrier.strip(), tracking_number.strip() or None
    event = advance(case, Action.HAND_ON, by, details=_details(rows, giver, Hand(Holder.CARRIER), ""))
    _write(event, rows, giver, Hand(Holder.CARRIER), "", None, entry)
    db.session.flush()
    return event


def give_back(
    reference: str | int, version: int | None, by: Actor, item_ids: Sequence[int], entry: str | None = None
) -> CaseEvent:
    """Goods go back to the tourist. Refused for goods that are accepted already, or that the giver has not."""
    case = queries.lock(reference, by, version)
    record = record_of(case)
    known = _known(case, entry)
    if known is not None:
        return known
    items = [i for i in record.items if i.id in set(item_ids)]
    if not items:
        raise Refused("no_items")
    if any(i.accepted_at is not None for i in items):
        raise Refused("accepted_already")
    giver, taker = _own_hand(items[0], by), Hand(Holder.TOURIST)
    rows = _checked(record, [Handed(i.id, i.quantity) for i in items], giver, taker)
    event = advance(
        case, Action.GIVE_BACK, by, details=_details(rows, giver, taker, ""), letter={"place": _place(giver)}
    )
    _write(event, rows, giver, taker, "", None, entry)
    db.session.flush()
    return event


def add_photographs(case: Case, by: Actor, files: Mapping[str, upkeep.File]) -> dict[str, int]:
    """Keep the photographs of the checklist as evidence of the case; the name of each to its id. Joins the caller's transaction."""
    unknown = set(files) - set(PHOTOGRAPHS)
    if unknown:
        raise Refused("no_such_photograph")
    now, ids = clock.now(), {}
    known = {e.sha256: e.id for e in case.evidence}
    for name, file in files.items():
        if file.sha256 not in known:
            row = Evidence(case_id=case.id, by_role=by.role, by_user_id=by.user_id, added_at=now, **vars(file))
            db.session.add(row)
            db.session.flush()
            known[file.sha256] = row.id
        ids[name] = known[file.sha256]
    return ids


def entered(case: Case, entry: str) -> CaseEvent | None:
    """The event that this entry of a device has made already; None while it has made none."""
    return _known(case, entry or None)


def accepting_shops(case: Case, record: Return) -> list[Shop]:
    """The shops at which these goods can be handed over: where they were bought, and those that the pledge names."""
    assert case.shop is not None  # noqa: S101  a return names a shop
    found = [case.shop]
    version = db.session.get(PledgeVersion, record.pledge_version_id) if record.pledge_version_id else None
    if version is not None and case.complaint.bought_on is not None:
        found += pledges.accepting_shops(case.shop, version, case.complaint.bought_on)
    return found


def desks() -> list[Desk]:
    """The desks that are open to returns, by place."""
    return list(db.session.scalars(select(Desk).where(Desk.active).order_by(Desk.division_code, Desk.id)))


def accepts_for(desk: Desk, merchant_id: int | None) -> bool:
    """Whether what this desk takes in has reached the merchant."""
    return merchant_id is not None and db.session.get(DeskMerchant, (desk.id, merchant_id)) is not None


def holder_name(holder: str, holder_id: int | None) -> str | None:
    """The Chinese name of the shop or desk that has the goods."""
    kind = {Holder.SHOP: Shop, Holder.DESK: Desk}.get(Holder(holder))
    row: Any = db.session.get(kind, holder_id) if kind is not None and holder_id is not None else None
    return row.name_zh if row is not None else None


# --- shared


def _known(case: Case, entry: str | None) -> CaseEvent | None:
    """The event that this entry of a device made already."""
    if entry is None:
        return None
    query = (
        select(CaseEvent)
        .join(Custody, Custody.event_id == CaseEvent.id)
        .where(Custody.entry == entry, CaseEvent.case_id == case.id)
        .limit(1)
    )
    return db.session.scalars(query).one_or_none()


def _taker(case: Case, record: Return, by: Actor, shop_id: int | None) -> Hand:
    if by.role is Role.DESK:
        if by.desk_id is None:
            raise Refused("no_desk")
        return Hand(Holder.DESK, by.desk_id)
    allowed = {shop.id: shop for shop in accepting_shops(case, record)}
    shop = allowed.get(shop_id if shop_id is not None else case.shop_id or 0)
    if shop is None or shop.merchant_id != by.merchant_id:
        raise Refused("shop_does_not_accept")
    return Hand(Holder.SHOP, shop.id)


def _accepts_for(taker: Hand, case: Case) -> bool:
    desk = db.session.get(Desk, taker.id) if taker.holder is Holder.DESK else None
    return desk is not None and accepts_for(desk, case.merchant_id)


def _action(case: Case, by: Actor, arrives: bool) -> Action:
    """Received by the shop once it is approved; before, kept by the desk; at another desk on the way, or moved on it."""
    state = State(case.state)
    if arrives and may(Kind.RETURN, state, Action.RECEIVE_GOODS, by.role):
        return Action.RECEIVE_GOODS
    if by.role is Role.DESK and may(Kind.RETURN, state, Action.HAND_OVER, by.role):
        return Action.HAND_OVER
    if by.role is Role.DESK and may(Kind.RETURN, state, Action.DEPOSIT, by.role):
        return Action.DEPOSIT
    return Action.HAND_ON


def _checked(record: Return, handed: Sequence[Handed], giver: Hand, taker: Hand) -> list[tuple[ReturnItem, Handed]]:
    """The items with what is said of each. Refused for none, for too many, and Taken where the giver has them no longer."""
    items = {item.id: item for item in record.items}
    if not handed or any(each.item_id not in items for each in handed):
        raise Refused("no_items")
    rows = [(items[each.item_id], each) for each in handed]
    for item, each in rows:
        if (item.holder, item.holder_id) != (giver.holder, giver.id):
            last = item.custody[-1] if item.custody else None
            if last is None:
                raise Refused("not_yours_to_give")
            raise Taken(item, last)
        if (giver.holder, giver.id) == (taker.holder, taker.id):
            raise Refused("no_items")
        if not 1 <= each.quantity <= item.quantity:
            raise Refused("too_many_pieces")
    return rows


def _own_hand(item: ReturnItem, by: Actor) -> Hand:
    """The place of the acting person, if it has this item."""
    if by.role is Role.DESK and (item.holder, item.holder_id) == (Holder.DESK, by.desk_id):
        return Hand(Holder.DESK, by.desk_id)
    if by.role is Role.MERCHANT and item.holder == Holder.SHOP:
        shop = db.session.get(Shop, item.holder_id)
        if shop is not None and shop.merchant_id == by.merchant_id:
            return Hand(Holder.SHOP, shop.id)
    if by.is_staff and item.holder in (Holder.DESK, Holder.SHOP):  # the operator's own people sort a mistake out
        return Hand(Holder(item.holder), item.holder_id)
    raise Refused("not_yours_to_give")


def _write(
    event: CaseEvent,
    rows: Sequence[tuple[ReturnItem, Handed]],
    giver: Hand,
    taker: Hand,
    seal: str,
    happened_at: datetime | None,
    entry: str | None,
) -> None:
    # A device's clock can be wrong; a moment that lies ahead of ours is not kept.
    moment = happened_at if happened_at is not None and happened_at <= event.at + CLOCKS_DIFFER else event.at
    for item, each in rows:
        db.session.add(
            Custody(
                item_id=item.id, seq=len(item.custody) + 1, event_id=event.id,
                giver=giver.holder, giver_id=giver.id, taker=taker.holder, taker_id=taker.id,
                at=event.at, happened_at=moment, seal=seal.strip() or None, grade=each.grade,
                photographs=dict(each.photographs), quantity=each.quantity, entry=entry,
            )
        )  # fmt: skip
        item.holder, item.holder_id = taker.holder, taker.id
        if giver.holder is Holder.TOURIST:
            item.quantity, item.grade = each.quantity, each.grade
        if taker.holder is Holder.TOURIST:
            item.arrived_at = None


def _arrived(record: Return, rows: Sequence[tuple[ReturnItem, Handed]], at: datetime) -> None:
    record.received_at = record.received_at or at
    for item, _ in rows:
        item.arrived_at = item.arrived_at or at


def _details(rows: Sequence[tuple[ReturnItem, Handed]], giver: Hand, taker: Hand, seal: str) -> dict[str, Any]:
    return {
        "items": [{"item": i.position, "quantity": e.quantity, "grade": e.grade} for i, e in rows],
        "from": [giver.holder, giver.id],
        "to": [taker.holder, taker.id],
        "seal": seal.strip() or None,
    }


def _place(hand: Hand) -> str | None:
    return holder_name(hand.holder, hand.id)
