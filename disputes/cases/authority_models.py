"""What an authority did with a case that was handed to it: dated facts, from which its deadlines follow."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.cases.models import Case, CaseEvent, CaseText
from disputes.db import Base
from disputes.rules.procedure import EndGround, FactKind, RefusalGround
from disputes.rules.rulebook import Unit

_KINDS = ", ".join(f"'{kind}'" for kind in FactKind)
_GROUNDS = ", ".join(f"'{ground}'" for ground in (*RefusalGround, *EndGround))
_UNITS = ", ".join(f"'{unit}'" for unit in (Unit.WD, Unit.CD, Unit.MONTH))


class AuthorityFact(Base):
    """One thing an authority did, as an officer recorded it. One that was wrong is taken back, with a reason, and stays."""

    __tablename__ = "authority_facts"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship()
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"))  # the step that recorded it
    event: Mapped[CaseEvent] = relationship(foreign_keys=event_id)
    kind: Mapped[str]
    on: Mapped[date]  # the day in China on which it happened
    until: Mapped[date | None]  # the last day of a pause, where it is known
    length: Mapped[int | None]  # by how much a period was extended
    unit: Mapped[str | None]
    ground: Mapped[str | None]  # of a refusal (MCR 16) or of the end of a mediation (MCR 23)
    text_id: Mapped[int | None] = mapped_column(ForeignKey("case_texts.id"))
    text: Mapped[CaseText | None] = relationship()
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("case_events.id"))
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_known"),
        CheckConstraint(f"ground IN ({_GROUNDS})", name="ground_known"),
        CheckConstraint(f"unit IN ({_UNITS})", name="unit_known"),
        CheckConstraint('until >= "on"', name="until_in_order"),
        CheckConstraint("(length IS NULL) = (unit IS NULL)", name="a_length_has_a_unit"),
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="taken_back_by_a_step"),
    )
