"""A merchant's returns together: those that wait for one answer or for the money, its figures, and everything for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.db import db
from disputes.returns.models import Refund, Return
from disputes.rules.lifecycle import Kind, State

FEWEST = 5  # with fewer, a share or an average says more about one customer than about the shop
MOST_AT_ONCE = 50


def to_answer(by: Actor, limit: int = MOST_AT_ONCE) -> list[Return]:
    """The returns that wait for this merchant's answer, the most urgent first."""
    return _in_state(by, State.REQUESTED, limit)


def to_pay(by: Actor, limit: int = MOST_AT_ONCE) -> list[Return]:
    """The returns whose refund is due, the most urgent first."""
    return _in_state(by, State.REFUND_DUE, limit)


def everything(by: Actor, *, batch: int = 200) -> Iterator[Return]:
    """All returns of this merchant, the newest first, without holding them all at once."""
    below: int | None = None
    while True:
        query = _returns(by).order_by(Return.case_id.desc()).limit(batch)
        found = list(db.session.scalars(query if below is None else query.where(Return.case_id < below)))
        yield from found
        if len(found) < batch:
            return
        below = found[-1].case_id
        db.session.expunge_all()


@dataclass(frozen=True)
class ReturnFigures:
    """How a merchant deals with returns, over all time. Shares and days are None below FEWEST, so that nothing small is compared."""

    asked: int
    approved: int
    by_rule: int
    refused: int
    paid: int
    days_to_money: float | None

    @property
    def decided(self) -> int:
        return self.approved + self.refused

    @property
    def by_hand(self) -> int:
        """Approved by a person of the shop, one by one."""
        return self.approved - self.by_rule

    @property
    def approved_share(self) -> float | None:
        return self.approved / self.decided if self.decided >= FEWEST else None


def figures(by: Actor) -> ReturnFigures:
    """Returns asked for, approved and refused, and the days from the arrival of the goods to the report of the money (median)."""
    mine = queries.visible_to(by).with_only_columns(Case.id).where(Case.kind == Kind.RETURN)
    asked, approved, by_rule, refused = db.session.execute(
        select(
            func.count(),
            func.count(case((Return.decision == "approved", 1))),
            func.count(case(((Return.decision == "approved") & (Return.decided_by == SYSTEM.code), 1))),
            func.count(case((Return.decision == "refused", 1))),
        ).where(Return.case_id.in_(mine))
    ).one()
    since = func.coalesce(Return.received_at, Return.decided_at, Return.declared_at)
    seconds = func.extract("epoch", Refund.reported_at - since)
    paid, median = db.session.execute(
        select(func.count(), func.percentile_cont(0.5).within_group(seconds))
        .join(Return, Return.case_id == Refund.case_id)
        .where(Refund.case_id.in_(mine), Refund.denied_at.is_(None))
    ).one()
    days = float(median) / 86_400 if paid >= FEWEST else None
    return ReturnFigures(asked, approved, by_rule, refused, paid, days)


def _in_state(by: Actor, state: State, limit: int) -> list[Return]:
    query = _returns(by).where(Case.state == state).order_by(Case.slack_at, Case.id).limit(limit)
    return list(db.session.scalars(query))


def _returns(by: Actor) -> Select[tuple[Return]]:
    mine = queries.visible_to(by).with_only_columns(Case.id).where(Case.kind == Kind.RETURN)
    of_case = joinedload(Return.case)
    return (
        select(Return)
        .join(Case, Case.id == Return.case_id)
        .where(Return.case_id.in_(mine))
        .options(
            of_case.joinedload(Case.shop),
            of_case.joinedload(Case.complaint),
            of_case.selectinload(Case.deadlines),
            selectinload(Return.items),
            selectinload(Return.refunds),
            joinedload(Return.tax),
        )
    )
