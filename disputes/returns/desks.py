"""The verbs that make, change and close return desks, and the questions of whoever looks after them. Every change is kept with who made it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from sqlalchemy import Select, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from disputes import clock
from disputes.accounts import commands as accounts
from disputes.accounts.actors import Actor
from disputes.accounts.models import User
from disputes.cases.commands import Refused
from disputes.db import db
from disputes.merchants.commands import new_code
from disputes.merchants.models import CLOSES, OPENS, Merchant
from disputes.pledges.models import Pledge, PledgeVersion
from disputes.regions.models import Division, Port
from disputes.returns.desk_models import DeskEvent
from disputes.returns.models import Desk, DeskMerchant, ReturnItem
from disputes.rules.lifecycle import Role
from disputes.rules.pledges import Way
from disputes.rules.return_way import Holder

KINDS = ("mall", "airport", "station", "office")
AT_A_PORT = ("airport", "station")


class Late(Exception):
    """Somebody else changed the desk since the page was shown."""


@dataclass(frozen=True)
class Told:
    """What is known of a desk, checked for shape by whoever took it down."""

    kind: str
    name_zh: str
    address_zh: str
    division_code: str
    name_en: str = ""
    address_en: str = ""
    port_code: str | None = None
    opens: time = OPENS
    closes: time = CLOSES
    pays_cash: bool = False


def visible_to(by: Actor) -> Select[tuple[Desk]]:
    """The desks that this actor may look after: a supervisor those of the own office; others none."""
    if by.role is Role.SUPERVISOR and by.office_id is not None:
        return select(Desk).where(Desk.office_id == by.office_id)
    return select(Desk).where(false())


def desks(by: Actor) -> list[Desk]:
    """The desks of the own office, open ones first."""
    query = visible_to(by).options(selectinload(Desk.merchants).joinedload(DeskMerchant.merchant))
    return list(db.session.scalars(query.order_by(Desk.active.desc(), Desk.kind, Desk.id)))


def find(desk_id: int, by: Actor) -> Desk | None:
    """One desk among those that the actor may look after."""
    return db.session.scalars(visible_to(by).where(Desk.id == desk_id)).one_or_none()


def history(desk: Desk) -> list[DeskEvent]:
    """Who changed what, the newest first."""
    query = select(DeskEvent).where(DeskEvent.desk_id == desk.id).options(joinedload(DeskEvent.by))
    return list(db.session.scalars(query.order_by(DeskEvent.id.desc())))


def people(desk: Desk) -> list[User]:
    """Who works at this desk, the active ones first."""
    query = select(User).where(User.desk_id == desk.id).order_by(User.active.desc(), User.name, User.id)
    return list(db.session.scalars(query))


def companies(desk: Desk | None = None) -> list[Merchant]:
    """For whom a desk can accept: the companies whose promise names desks, and those for which this one does already."""
    promised = (
        select(Pledge.merchant_id)
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(
            Pledge.withdrawn_on.is_(None),
            PledgeVersion.published_at.is_not(None),
            PledgeVersion.ways.contains([Way.DESK]),
        )
    )
    already = select(DeskMerchant.merchant_id).where(DeskMerchant.desk_id == (desk.id if desk is not None else 0))
    query = select(Merchant).where(or_(Merchant.id.in_(promised), Merchant.id.in_(already)))
    return list(db.session.scalars(query.order_by(Merchant.name_zh, Merchant.id)))


def lying(found: Collection[Desk]) -> dict[int, int]:
    """How many items lie at each of these desks."""
    query = (
        select(ReturnItem.holder_id, func.count())
        .where(ReturnItem.holder == Holder.DESK, ReturnItem.holder_id.in_([d.id for d in found]))
        .group_by(ReturnItem.holder_id)
    )
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]


def create(by: Actor, told: Told, merchant_ids: Collection[int] = ()) -> Desk:
    """A new desk of the actor's own office. Refused without a name or address, at an airport or station without a port of that kind."""
    if by.role is not Role.SUPERVISOR or by.office_id is None:
        raise Refused("desk_not_yours")
    _check(told)
    desk = Desk(code=new_code(), office_id=by.office_id, **_clean(told))
    db.session.add(desk)
    db.session.flush()
    _accept_for(desk, merchant_ids)
    _note(desk, by, "created", {"accepts_for": sorted(set(merchant_ids))})
    return desk


def change(desk_id: int, version: int | None, by: Actor, told: Told, merchant_ids: Collection[int]) -> Desk:
    """Correct a desk. Nothing is written when nothing differs; raises Late when somebody else was faster."""
    desk = _lock(desk_id, version, by)
    _check(told)
    changes: dict[str, Any] = {}
    for name, value in _clean(told).items():
        before = getattr(desk, name)
        if before != value:
            changes[name] = [_plain(before), _plain(value)]
            setattr(desk, name, value)
    before_ids = sorted(row.merchant_id for row in desk.merchants)
    if before_ids != sorted(set(merchant_ids)):
        changes["accepts_for"] = [before_ids, sorted(set(merchant_ids))]
        _accept_for(desk, merchant_ids)
    if changes:
        _note(desk, by, "changed", changes)
        db.session.flush()
    return desk


def close(desk_id: int, version: int | None, by: Actor) -> Desk:
    """Nothing is handed over here any more, and its people sign in no longer. Refused while goods still lie there."""
    desk = _lock(desk_id, version, by)
    if db.session.scalar(select(exists().where(ReturnItem.holder == Holder.DESK, ReturnItem.holder_id == desk.id))):
        raise Refused("desk_holds_goods")
    if desk.active:
        desk.active = False
        for user in people(desk):
            if user.active:
                accounts.deactivate(user)
        _note(desk, by, "closed", {})
    return desk


def reopen(desk_id: int, version: int | None, by: Actor) -> Desk:
    """The desk takes goods in again. Its people are let in one by one."""
    desk = _lock(desk_id, version, by)
    if not desk.active:
        desk.active = True
        _note(desk, by, "opened", {})
    return desk


def add_person(desk: Desk, by: Actor, email: str, name: str, locale: str = "zh_CN") -> User:
    """An account for somebody at this desk; the caller sends the invitation. Refused for a closed desk."""
    if not desk.active:
        raise Refused("desk_closed")
    user = accounts.create_user(email, name, Role.DESK, office_id=desk.office_id, desk_id=desk.id, locale=locale)
    _note(desk, by, "invited", {"user": user.id})
    return user


# --- shared


def _lock(desk_id: int, version: int | None, by: Actor) -> Desk:
    query = visible_to(by).where(Desk.id == desk_id).with_for_update(of=Desk)
    desk = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if desk is None:
        raise Refused("desk_not_yours")
    if version is not None and desk.version != version:
        raise Late
    return desk


def _check(told: Told) -> None:
    if told.kind not in KINDS:
        raise Refused("desk_kind_unknown")
    if not told.name_zh.strip():
        raise Refused("desk_name_missing")
    if not told.address_zh.strip():
        raise Refused("desk_address_missing")
    if db.session.get(Division, told.division_code) is None:
        raise Refused("desk_place_unknown")
    if told.closes <= told.opens:
        raise Refused("desk_closes_before_it_opens")
    if told.kind in AT_A_PORT:
        port = db.session.get(Port, told.port_code) if told.port_code else None
        if port is None or port.kind != told.kind:
            raise Refused("desk_port_differs")


def _clean(told: Told) -> dict[str, Any]:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(told).items()}
    return {**values, "port_code": values["port_code"] if told.kind in AT_A_PORT else None}


def _accept_for(desk: Desk, merchant_ids: Collection[int]) -> None:
    wanted = set(merchant_ids)
    known = set(db.session.scalars(select(Merchant.id).where(Merchant.id.in_(wanted))))
    if known != wanted:
        raise Refused("merchant_missing")
    for row in list(desk.merchants):
        if row.merchant_id not in wanted:
            desk.merchants.remove(row)
    there = {row.merchant_id for row in desk.merchants}
    desk.merchants += [DeskMerchant(desk_id=desk.id, merchant_id=new) for new in sorted(wanted - there)]


def _note(desk: Desk, by: Actor, action: str, details: dict[str, Any]) -> None:
    db.session.add(DeskEvent(desk_id=desk.id, at=clock.now(), by_user_id=by.user_id, action=action, details=details))
    db.session.flush()


def _plain(value: Any) -> Any:
    return value.strftime("%H:%M") if isinstance(value, time) else value
