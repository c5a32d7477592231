"""What a return adds to its case: the purchase and its items, who holds them, the money back, the tax refund, and the desks."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.cases.models import Case
from disputes.db import Base
from disputes.merchants.models import CLOSES, OPENS, Merchant
from disputes.regions.models import Office
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Holder

_HOLDERS = ", ".join(f"'{h}'" for h in Holder)
_TAX_STATES = ", ".join(f"'{s}'" for s in TaxState)


class Desk(Base):
    """A place that takes returned goods in: in a mall, at an airport or a station, or a counter of our own."""

    __tablename__ = "desks"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    address_zh: Mapped[str]
    address_en: Mapped[str] = mapped_column(default="")
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    port_code: Mapped[str | None] = mapped_column(ForeignKey("ports.code"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))  # whose officers look after it
    opens: Mapped[time] = mapped_column(default=OPENS)
    closes: Mapped[time] = mapped_column(default=CLOSES)
    pays_cash: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    office: Mapped[Office] = relationship()
    merchants: Mapped[list[DeskMerchant]] = relationship(back_populates="desk", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (CheckConstraint("kind IN ('mall', 'airport', 'station', 'office')", name="kind_known"),)


class DeskMerchant(Base):
    """A desk that accepts goods in a merchant's name: what it takes in, the shop has received."""

    __tablename__ = "desk_merchants"
    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"), primary_key=True, index=True)
    desk: Mapped[Desk] = relationship(back_populates="merchants")
    merchant: Mapped[Merchant] = relationship()


class Return(Base):
    """The return itself. Decision, goods and money are separate facts, each with its moment."""

    __tablename__ = "returns"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    case: Mapped[Case] = relationship(foreign_keys=case_id)
    declared_at: Mapped[datetime]  # the instant by which the right is judged
    wish: Mapped[str]  # refund, exchange
    way: Mapped[str]  # shop, branch, desk, parcel
    to_shop_id: Mapped[int | None] = mapped_column(ForeignKey("shops.id"))  # the branch that the tourist chose
    to_desk_id: Mapped[int | None] = mapped_column(ForeignKey("desks.id"))
    pledge_version_id: Mapped[int | None] = mapped_column(ForeignKey("pledge_versions.id"))  # of the day of purchase
    facts: Mapped[dict[str, Any]]  # of the purchase, as the rules took them
    ground: Mapped[str]
    strength: Mapped[str]  # right, promise, goodwill, person, no
    person_decides: Mapped[bool] = mapped_column(default=False)  # T3, and what the rules leave open
    decision: Mapped[str | None]  # approved, refused
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]  # role, or role:id; system for the merchant's own rule
    refusal: Mapped[str | None]
    remedy: Mapped[dict[str, Any] | None]  # a package that was agreed in place of the plain refund
    means: Mapped[str]  # how the tourist wants the money back
    received_at: Mapped[datetime | None]  # by the shop, or by whoever accepts for it: starts R-RET-REFUND-7
    carrier: Mapped[str | None]
    tracking_number: Mapped[str | None]
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # what it became, wholly or in part
    items: Mapped[list[ReturnItem]] = relationship(back_populates="of", order_by="ReturnItem.position")
    refunds: Mapped[list[Refund]] = relationship(back_populates="of", order_by="Refund.id")
    tax: Mapped[TaxRefund | None] = relationship(back_populates="of")
    dispute: Mapped[Case | None] = relationship(foreign_keys=dispute_id)
    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'refused')", name="decision_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at_a_moment"),
        CheckConstraint(
            "(decision = 'refused') = (refusal IS NOT NULL) OR decision IS NULL", name="refused_with_a_ground"
        ),
        Index("ix_returns_decided", "decided_at"),
    )

    @property
    def refund(self) -> Refund | None:
        """The refund that was reported last and not denied."""
        return next((r for r in reversed(self.refunds) if r.denied_at is None), None)


class ReturnItem(Base):
    """One line of a return. Whether it has arrived and whether it is accepted are two facts."""

    __tablename__ = "return_items"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("returns.case_id"), index=True)
    of: Mapped[Return] = relationship(back_populates="items")
    position: Mapped[int]
    goods: Mapped[str]  # class of the exclusion table
    name: Mapped[str | None]  # in the tourist's words; erased with the personal data
    bought: Mapped[int]  # how many were bought
    quantity: Mapped[int]  # how many of them go back
    unit_price: Mapped[int]  # minor units of the case's currency
    facts: Mapped[dict[str, Any]]
    verdict: Mapped[dict[str, Any]]  # as it stood at the declaration
    holder: Mapped[str] = mapped_column(default=Holder.TOURIST)
    holder_id: Mapped[int | None]  # of the shop or desk
    arrived_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    rejected_at: Mapped[datetime | None]
    reasons: Mapped[list[Any]] = mapped_column(default=list)  # of a rejection
    grade: Mapped[str | None]
    custody: Mapped[list[Custody]] = relationship(back_populates="item", order_by="Custody.seq")
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint("quantity BETWEEN 1 AND bought", name="no_more_than_was_bought"),
        CheckConstraint("unit_price >= 0", name="price_not_negative"),
        CheckConstraint("accepted_at IS NULL OR rejected_at IS NULL", name="accepted_or_rejected"),
        CheckConstraint("rejected_at IS NULL OR jsonb_array_length(reasons) > 0", name="rejected_with_reasons"),
        CheckConstraint(f"holder IN ({_HOLDERS})", name="holder_known"),
        CheckConstraint("(holder IN ('shop', 'desk')) = (holder_id IS NOT NULL)", name="held_by_one_place"),
        Index(
            "ix_return_items_held", "holder", "holder_id", postgresql_where=sql("holder IN ('shop', 'desk', 'carrier')")
        ),
    )


class Custody(Base):
    """Goods pass from one hand to another: a giver and a taker, both of whom confirmed. Rows are never changed."""

    __tablename__ = "custody"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("return_items.id"))
    item: Mapped[ReturnItem] = relationship(back_populates="custody")
    seq: Mapped[int]
    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"), index=True)
    giver: Mapped[str]
    giver_id: Mapped[int | None]
    taker: Mapped[str]
    taker_id: Mapped[int | None]
    at: Mapped[datetime]  # when the server took it down
    happened_at: Mapped[datetime]  # when it happened, by the device that was without network; else the same
    seal: Mapped[str | None]
    grade: Mapped[str | None]
    photographs: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of the checklist: name to evidence id
    quantity: Mapped[int]
    entry: Mapped[str | None]  # of the device that wrote it down; sending it twice makes one row
    __table_args__ = (
        UniqueConstraint("item_id", "seq"),
        UniqueConstraint("entry", "item_id"),
        Index("ix_custody_came_to_desk", "taker_id", "at", postgresql_where=sql("taker = 'desk'")),
        Index("ix_custody_left_desk", "giver_id", "at", postgresql_where=sql("giver = 'desk'")),
        CheckConstraint(f"giver IN ({_HOLDERS})", name="giver_known"),
        CheckConstraint(f"taker IN ({_HOLDERS})", name="taker_known"),
        CheckConstraint("giver <> taker OR giver_id IS DISTINCT FROM taker_id", name="from_one_to_another"),
    )


class Refund(Base):
    """Money that the shop says it paid. Whether it arrived only the tourist can say."""

    __tablename__ = "refunds"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("returns.case_id"), index=True)
    of: Mapped[Return] = relationship(back_populates="refunds")
    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"), unique=True)
    amount: Mapped[int]
    currency: Mapped[str]
    fee: Mapped[int] = mapped_column(default=0)  # of a transfer abroad, taken off on the way
    means: Mapped[str]
    reference: Mapped[str | None]
    by_role: Mapped[str]
    reported_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    denied_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("amount >= 0 AND fee >= 0 AND fee <= amount", name="amounts_possible"),
        CheckConstraint("confirmed_at IS NULL OR denied_at IS NULL", name="confirmed_or_denied"),
        Index("uq_refunds_standing", "case_id", unique=True, postgresql_where=sql("denied_at IS NULL")),
    )


class TaxRefund(Base):
    """How far the departure tax refund of this purchase has come (rule book section 8)."""

    __tablename__ = "tax_refunds"
    case_id: Mapped[int] = mapped_column(ForeignKey("returns.case_id"), primary_key=True)
    of: Mapped[Return] = relationship(back_populates="tax")
    state: Mapped[str]
    form_number: Mapped[str | None]
    invoice_number: Mapped[str | None]
    invoice_amount: Mapped[int | None]  # of all goods on the invoice, minor units
    vat: Mapped[str | None]  # 13 or 9 per cent goods
    refunded: Mapped[int | None]  # what the tourist has had, net of the agency's fee
    upon_purchase: Mapped[bool] = mapped_column(default=False)  # refund-upon-purchase, with a card's pre-authorisation
    leave_by: Mapped[date | None]  # the promised departure
    voided_at: Mapped[datetime | None]  # form and invoice, by the shop (T1)
    repaid_at: Mapped[datetime | None]  # the advance, or taken from the pre-authorisation (T2)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    entries: Mapped[list[TaxEntry]] = relationship(order_by="TaxEntry.id")
    __table_args__ = (
        CheckConstraint(f"state IN ({_TAX_STATES})", name="state_known"),
        CheckConstraint("voided_at IS NULL OR state = 'T1'", name="only_t1_is_voided"),
        CheckConstraint("repaid_at IS NULL OR state = 'T2'", name="only_t2_is_repaid"),
    )


class TaxEntry(Base):
    """Who owes whom what because of the return, to the fen; the entries of one event sum to zero."""

    __tablename__ = "tax_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("tax_refunds.case_id"), index=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"))
    position: Mapped[int]
    payer: Mapped[str]  # tourist, shop, agency
    payee: Mapped[str]
    amount: Mapped[int]  # fen
    through: Mapped[str]  # direct, or from the card's pre-authorisation
    reason: Mapped[str]
    rule_id: Mapped[str]
    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        CheckConstraint("amount > 0", name="some_amount"),
        CheckConstraint("payer <> payee", name="from_one_to_another"),
    )


# The same guard as for the history of a case.
CUSTODY_APPEND_ONLY = DDL("""
CREATE TRIGGER custody_append_only BEFORE UPDATE OR DELETE ON custody
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
""")
event.listen(Custody.__table__, "after_create", CUSTODY_APPEND_ONLY)
