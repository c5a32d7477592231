"""Looking at returns for what must not be: goods that are elsewhere than their last hand, money and tax that do not fit what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from disputes.cases.models import IS_OPEN, Case, CaseEvent, Deadline
from disputes.db import db
from disputes.returns.models import Custody, Refund, Return, ReturnItem, TaxEntry, TaxRefund
from disputes.rules.clocks import ClockName
from disputes.rules.lifecycle import Kind, State
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Holder


@dataclass(frozen=True)
class Found:
    """One return that is not in order: the check, the number of its case, and what the sentence needs."""

    check: str
    number: str
    slots: dict[str, Any] = field(default_factory=dict)


def look(*, everywhere: bool = False, most: int = 20) -> list[Found]:
    """What is not in order among open returns or, ``everywhere``, among all; of each sort the first few."""
    found: list[Found] = []
    for check in CHECKS:
        query = check().order_by(Case.id).limit(most)
        for number, *slots in db.session.execute(query if everywhere else query.where(IS_OPEN)):
            found.append(Found(check.__name__, number, {"item": slots[0]} if slots else {}))
    return found


def goods_elsewhere() -> Select[Any]:
    """Items that are not with whoever took them last, or that left the tourist without anybody's entry."""
    later = aliased(Custody)
    last = ~exists().where(later.item_id == Custody.item_id, later.seq > Custody.seq)
    other_hand = or_(Custody.taker != ReturnItem.holder, Custody.taker_id.is_distinct_from(ReturnItem.holder_id))
    nobody = and_(Custody.id.is_(None), ReturnItem.holder != Holder.TOURIST)
    return (
        select(Case.number, ReturnItem.position)
        .join(ReturnItem, ReturnItem.case_id == Case.id)
        .outerjoin(Custody, and_(Custody.item_id == ReturnItem.id, last))
        .where(Case.kind == Kind.RETURN, or_(other_hand, nobody))
    )


def accepted_unseen() -> Select[Any]:
    """Items that were accepted without having arrived anywhere."""
    return (
        select(Case.number, ReturnItem.position)
        .join(ReturnItem, ReturnItem.case_id == Case.id)
        .where(Case.kind == Kind.RETURN, ReturnItem.accepted_at.is_not(None), ReturnItem.arrived_at.is_(None))
    )


def refund_without_clock() -> Select[Any]:
    """Returns whose refund is due and for which nobody is waited for."""
    clock = exists().where(Deadline.case_id == Case.id, Deadline.ended_at.is_(None), Deadline.clock == ClockName.REFUND)
    return select(Case.number).where(Case.kind == Kind.RETURN, Case.state == State.REFUND_DUE, ~clock)


def refund_before_tax() -> Select[Any]:
    """Refunds that were reported although the tax form is not voided (T1), or the advance not repaid (T2)."""
    return (
        select(Case.number)
        .join(Refund, Refund.case_id == Case.id)
        .join(TaxRefund, TaxRefund.case_id == Case.id)
        .where(
            Refund.denied_at.is_(None),
            or_(
                and_(TaxRefund.state == TaxState.T1, TaxRefund.voided_at.is_(None)),
                and_(TaxRefund.state == TaxState.T2, TaxRefund.repaid_at.is_(None)),
            ),
        )
    )


def tax_doubled() -> Select[Any]:
    """Tax entries that stand there twice, or that belong to no standing refund of their return."""
    standing = exists().where(
        Refund.case_id == TaxEntry.case_id, Refund.event_id == TaxEntry.event_id, Refund.denied_at.is_(None)
    )
    twin = aliased(TaxEntry)
    twice = exists().where(
        twin.event_id == TaxEntry.event_id, twin.id != TaxEntry.id, twin.payer == TaxEntry.payer,
        twin.payee == TaxEntry.payee, twin.reason == TaxEntry.reason, twin.through == TaxEntry.through,
    )  # fmt: skip
    booked = exists().where(TaxEntry.case_id == Case.id, or_(twice, and_(~standing, _refunded())))
    return select(Case.number).where(Case.kind == Kind.RETURN, booked)


def _refunded() -> Any:
    """Whether a refund stands now; between a denied one and the next its entries wait to be replaced."""
    other = aliased(Refund)
    return exists().where(other.case_id == TaxEntry.case_id, other.denied_at.is_(None))


def money_of_nothing() -> Select[Any]:
    """Standing refunds of a return whose history knows no such step, or that stand beside another."""
    step = exists().where(
        CaseEvent.id == Refund.event_id, CaseEvent.case_id == Refund.case_id, CaseEvent.action == "report_refund"
    )
    return select(Case.number).join(Refund, Refund.case_id == Case.id).where(~step)


CHECKS: tuple[Callable[[], Select[Any]], ...] = (
    goods_elsewhere, accepted_unseen, refund_without_clock, refund_before_tax, tax_doubled, money_of_nothing,
)  # fmt: skip


def how_many() -> int:
    """How many returns there are."""
    return db.session.scalar(select(func.count()).select_from(Return)) or 0
