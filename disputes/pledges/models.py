"""Return promises (pledges), their versions and breaches, and the networks of shops that take back each other's goods."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, UniqueConstraint, event, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.db import Base
from disputes.merchants.models import Merchant, Shop
from disputes.rules.goods import GoodsClass
from disputes.rules.packages import Means
from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way
from disputes.rules.publishing import BreachReason, Desk, NetworkKind, Promise, Reach


def _one_of(column: str, codes: Any) -> str:
    return f"{column} IN ({', '.join(repr(str(code)) for code in codes)})"


class Pledge(Base):
    """A merchant's promise to take goods back, for all its shops or some; what it says stands in its versions."""

    __tablename__ = "pledges"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"), index=True)
    brand_zh: Mapped[str] = mapped_column(
        default=""
    )  # the brand or chain in whose name it is given; empty: the company's
    brand_en: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="merchant")  # merchant, or list: taken over from a district's list
    withdrawn_on: Mapped[date | None]  # the last day on which a purchase is covered
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    version: Mapped[int] = mapped_column(default=1)
    merchant: Mapped[Merchant] = relationship()
    versions: Mapped[list[PledgeVersion]] = relationship(back_populates="pledge", order_by="PledgeVersion.number")
    breaches: Mapped[list[PledgeBreach]] = relationship(back_populates="pledge", order_by="PledgeBreach.id")
    events: Mapped[list[PledgeEvent]] = relationship(order_by="PledgeEvent.id")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        CheckConstraint("source IN ('merchant', 'list')", name="source_known"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_at IS NULL)", name="withdrawn_with_its_day"),
    )

    @property
    def draft(self) -> PledgeVersion | None:
        """The version that is being written; there is at most one."""
        return next((v for v in self.versions if v.published_at is None), None)

    @property
    def published(self) -> list[PledgeVersion]:
        """The published versions, the oldest first."""
        return [v for v in self.versions if v.published_at is not None]

    def version_on(self, day: date) -> PledgeVersion | None:
        """The version by which a purchase of this day is judged: of those that apply by then, the one published last."""
        if self.withdrawn_on is not None and day > self.withdrawn_on:
            return None
        return next((v for v in reversed(self.published) if v.applies_from is not None and v.applies_from <= day), None)

    def upcoming(self, day: date) -> PledgeVersion | None:
        """The newest published version when it applies only from a later day."""
        newest = self.published[-1] if self.published else None
        later = newest is not None and newest.applies_from is not None and newest.applies_from > day
        return newest if later and self.withdrawn_on is None else None

    @property
    def open_breaches(self) -> list[PledgeBreach]:
        """The recorded breaches that were not cleared."""
        return [breach for breach in self.breaches if breach.cleared_at is None]


class PledgeVersion(Base):
    """One version of a promise. Once published it is never changed: a trigger forbids it."""

    __tablename__ = "pledge_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledges.id"))
    number: Mapped[int]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    applies_from: Mapped[date | None]
    days: Mapped[int]
    starts: Mapped[str]
    condition: Mapped[str]
    proof: Mapped[str]
    covered: Mapped[list[Any]] = mapped_column(default=list)  # classes of goods; empty: all
    excluded: Mapped[list[Any]] = mapped_column(default=list)
    also_takes: Mapped[list[Any]] = mapped_column(default=list)
    goods_zh: Mapped[str] = mapped_column(default="")
    goods_en: Mapped[str] = mapped_column(default="")
    exclusions_zh: Mapped[str] = mapped_column(default="")
    exclusions_en: Mapped[str] = mapped_column(default="")
    ways: Mapped[list[Any]]
    desks: Mapped[list[Any]] = mapped_column(default=list)
    reach: Mapped[str | None]
    freight: Mapped[str]
    refund_days: Mapped[int | None]
    means: Mapped[list[Any]] = mapped_column(default=list)
    auto_approve_up_to: Mapped[int | None]  # fen
    keep_item_up_to: Mapped[int | None]  # fen
    shop_ids: Mapped[list[Any]] = mapped_column(default=list)  # empty: every shop of the merchant
    worse_in: Mapped[list[Any]] = mapped_column(default=list)  # where it gives less than the version before
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    pledge: Mapped[Pledge] = relationship(back_populates="versions")
    __table_args__ = (
        UniqueConstraint("pledge_id", "number"),
        CheckConstraint("days BETWEEN 1 AND 365", name="days_possible"),
        CheckConstraint("refund_days BETWEEN 1 AND 60", name="refund_days_possible"),
        CheckConstraint(_one_of("starts", Starts), name="start_known"),
        CheckConstraint(_one_of("condition", Condition), name="condition_known"),
        CheckConstraint(_one_of("proof", Proof), name="proof_known"),
        CheckConstraint("freight IN ('buyer', 'merchant')", name="freight_known"),
        CheckConstraint(_one_of("reach", Reach), name="reach_known"),
        CheckConstraint("jsonb_array_length(ways) > 0", name="some_way"),
        CheckConstraint("auto_approve_up_to >= 0 AND keep_item_up_to >= 0", name="limits_not_negative"),
        CheckConstraint(
            "(published_at IS NULL) = (applies_from IS NULL) AND (published_at IS NULL) = (published_by IS NULL)",
            name="published_whole",
        ),
        Index("uq_pledge_versions_one_draft", "pledge_id", unique=True, postgresql_where=sql("published_at IS NULL")),
        Index("ix_pledge_versions_search", "search", postgresql_using="gin"),
    )

    @property
    def promise(self) -> Promise:
        """What this version says, as the rules take it."""
        return Promise(
            days=self.days,
            starts=Starts(self.starts),
            condition=Condition(self.condition),
            proof=Proof(self.proof),
            covered=frozenset(map(GoodsClass, self.covered)),
            excluded=frozenset(map(GoodsClass, self.excluded)),
            also_takes=frozenset(map(GoodsClass, self.also_takes)),
            goods_zh=self.goods_zh,
            goods_en=self.goods_en,
            exclusions_zh=self.exclusions_zh,
            exclusions_en=self.exclusions_en,
            ways=frozenset(map(Way, self.ways)),
            desks=frozenset(map(Desk, self.desks)),
            reach=Reach(self.reach) if self.reach else None,
            freight=Payer(self.freight),
            refund_days=self.refund_days,
            means=tuple(map(Means, self.means)),
            auto_approve_up_to=self.auto_approve_up_to,
            keep_item_up_to=self.keep_item_up_to,
            shop_ids=frozenset(self.shop_ids),
        )

    def speaks_for(self, shop_id: int) -> bool:
        """Whether this version is given for a shop of its merchant."""
        return not self.shop_ids or shop_id in self.shop_ids


class PledgeBreach(Base):
    """A promise that was not kept, as staff recorded it from a case; the merchant may comment, staff may clear it."""

    __tablename__ = "pledge_breaches"
    id: Mapped[int] = mapped_column(primary_key=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledges.id"), index=True)
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shops.id"))
    case_number: Mapped[str]  # for staff and the merchant; the register does not show it
    happened_on: Mapped[date]
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="")  # for staff and the merchant
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")  # the merchant's, shown in the register as it was written
    commented_at: Mapped[datetime | None]
    commented_by: Mapped[str | None]
    cleared_at: Mapped[datetime | None]
    cleared_by: Mapped[str | None]
    cleared_because: Mapped[str] = mapped_column(default="")
    pledge: Mapped[Pledge] = relationship(back_populates="breaches")
    shop: Mapped[Shop | None] = relationship()
    __table_args__ = (
        CheckConstraint(_one_of("reason", BreachReason), name="reason_known"),
        CheckConstraint(
            "(cleared_at IS NULL) = (cleared_by IS NULL) AND (cleared_at IS NULL OR cleared_because <> '')",
            name="cleared_with_a_reason",
        ),
    )


class ReturnNetwork(Base):
    """Shops that take back each other's goods: of a chain, of a brand, or of one mall."""

    __tablename__ = "return_networks"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("merchants.id"))  # None: kept by the staff
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    owner: Mapped[Merchant | None] = relationship()
    members: Mapped[list[NetworkMember]] = relationship(back_populates="network", order_by="NetworkMember.id")
    events: Mapped[list[PledgeEvent]] = relationship(order_by="PledgeEvent.id")
    __table_args__ = (CheckConstraint(_one_of("kind", NetworkKind), name="kind_known"),)


class NetworkMember(Base):
    """A shop's time in a network: asked for, admitted from a day, left on a day. A second time is a second row."""

    __tablename__ = "network_members"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("return_networks.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), index=True)
    asked_at: Mapped[datetime]
    joins_on: Mapped[date | None]  # the first day; None: not admitted yet
    leaves_on: Mapped[date | None]  # the last day
    refused_at: Mapped[datetime | None]
    network: Mapped[ReturnNetwork] = relationship(back_populates="members")
    shop: Mapped[Shop] = relationship()
    __table_args__ = (
        CheckConstraint("leaves_on IS NULL OR leaves_on >= joins_on", name="leaves_after_it_joined"),
        CheckConstraint("refused_at IS NULL OR joins_on IS NULL", name="refused_or_admitted"),
        Index(
            "uq_network_members_at_a_time", "network_id", "shop_id", unique=True,
            postgresql_where=sql("leaves_on IS NULL AND refused_at IS NULL"),
        ),
    )  # fmt: skip

    def belongs(self, day: date) -> bool:
        """Whether the shop is in the network on this day."""
        return self.joins_on is not None and self.joins_on <= day and (self.leaves_on is None or day <= self.leaves_on)


class PledgeEvent(Base):
    """The history of promises and networks: who changed what, and when. Append-only."""

    __tablename__ = "pledge_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    pledge_id: Mapped[int | None] = mapped_column(ForeignKey("pledges.id"), index=True)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("return_networks.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    action: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (CheckConstraint("num_nonnulls(pledge_id, network_id) = 1", name="of_one_thing"),)


FIXED = DDL("""
CREATE FUNCTION published_pledges_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was published about a pledge is never changed';
END $$;
CREATE TRIGGER pledge_versions_fixed BEFORE UPDATE OR DELETE ON pledge_versions
  FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION published_pledges_are_fixed();
""")
APPEND_ONLY = DDL("""
CREATE TRIGGER pledge_events_append_only BEFORE UPDATE OR DELETE ON pledge_events
  FOR EACH ROW EXECUTE FUNCTION published_pledges_are_fixed();
""")
event.listen(PledgeVersion.__table__, "after_create", FIXED)
event.listen(PledgeEvent.__table__, "after_create", APPEND_ONLY)
