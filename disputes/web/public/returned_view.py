"""What the page of a return tells beyond that of any case: goods and who has them, receipts, the money, the tax refund."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from disputes.accounts.actors import SYSTEM
from disputes.cases import queries
from disputes.cases.models import Case, Evidence
from disputes.db import db
from disputes.law import explain_returns
from disputes.merchants.models import Shop
from disputes.names import named
from disputes.names import returns as return_names
from disputes.pledges.models import PledgeVersion
from disputes.returns import deciding, taxing
from disputes.returns.models import Desk, Return, ReturnItem
from disputes.rules.lifecycle import Action, Kind, State
from disputes.rules.return_facts import FactsError, TaxState
from disputes.rules.return_way import Holder
from disputes.rules.rulebook import RuleError
from disputes.web.custody import Passing, goods_name, passings
from disputes.web.public.case_view import Stage, Stages, View
from disputes.web.public.filing_forms import place_name
from disputes.web.sessions import return_token, tourist_token
from disputes.web.verdict_words import Said, said, weakest

# Before the goods are with the shop the tourist may need a screen to show: to the shop, or at a desk.
SHOWABLE = (
    State.REQUESTED, State.APPROVED, State.REFUSED, State.OFFERED, State.TRIAGE, State.AWAITING_TOURIST, State.HANDED_OVER,
    State.GOODS_RECEIVED, State.REJECTED, State.REFUND_DUE, State.REFUNDED,
)  # fmt: skip
CAN_COME = (State.REQUESTED, State.APPROVED, State.OFFERED, State.TRIAGE, State.AWAITING_TOURIST)

# fmt: off
STAGES = {
    State.REQUESTED: "answer", State.OFFERED: "answer", State.REFUSED: "answer",
    State.TRIAGE: "officer",
    State.APPROVED: "goods", State.HANDED_OVER: "goods",
    State.GOODS_RECEIVED: "look", State.REJECTED: "look",
    State.REFUND_DUE: "money", State.REFUNDED: "money",
    State.CLOSED: "closed",
}
STILL_TO_COME = {
    "answer": ("goods", "look", "money", "closed"), "officer": ("goods", "money", "closed"), "goods": ("look", "money", "closed"),
    "look": ("money", "closed"), "money": ("closed",), "closed": (),
}
DONE = {
    "filed":   (_l("You declared the return"), _l("The visitor declared the return")),
    "answer":  (_l("The shop was asked"), _l("The shop was asked")),
    "officer": (_l("An officer looked at it"), _l("An officer looked at it")),
    "goods":   (_l("The return was approved"), _l("The return was approved")),
    "look":    (_l("The goods came to the shop"), _l("The goods came to the shop")),
    "money":   (_l("The refund became due"), _l("The refund became due")),
}
NEXT = {
    "goods":  (_l("You hand the goods over"), _l("The visitor hands the goods over")),
    "look":   (_l("The shop looks at the goods"), _l("The shop looks at the goods")),
    "money":  (_l("The shop pays you back"), _l("The shop pays the refund")),
    "closed": (_l("You confirm that the money has arrived, and the return is closed"),
               _l("The visitor confirms that the money has arrived, and the return is closed")),
}
# fmt: on
WAY = Stages("answer", False, STAGES, DONE, NEXT, STILL_TO_COME)


@dataclass(frozen=True)
class Goods:
    """One line of the return as it stands."""

    item: ReturnItem
    name: str
    stands: str
    tone: str
    reasons: list[str]
    grade: str | None
    said: Said


@dataclass(frozen=True)
class Back:
    """A return beside its case."""

    view: View
    record: Return

    @property
    def case(self) -> Case:
        return self.view.case

    @property
    def goods(self) -> list[Goods]:
        return [_goods(item, self.view.mine) for item in self.record.items]

    @property
    def verdict(self) -> Said:
        """What speaks for all of the goods together."""
        return said(weakest([item.verdict for item in self.record.items]))

    @property
    def receipts(self) -> list[Passing]:
        """Every passing on, the newest first; what went together is one receipt."""
        return passings(self.case, self.record, self._who, self._picture)

    def _who(self, holder: str, holder_id: int | None) -> str:
        return who(holder, holder_id, self.view.mine)

    def _picture(self, piece: Evidence) -> tuple[str, str]:
        where = {"token": self.view.token, "number": piece.id}
        return url_for("public.case_file", **where), url_for("public.case_thumbnail", **where)

    @property
    def due(self) -> int:
        """What the shop owes for the goods, as far as it is known."""
        return deciding.amount_due(self.record)

    @property
    def promise(self) -> PledgeVersion | None:
        """The promise that stood on the day of purchase."""
        known = self.record.pledge_version_id
        return db.session.get(PledgeVersion, known) if known else None

    @property
    def is_kept(self) -> bool:
        """Whether the goods stay with the tourist and the money comes all the same."""
        return (self.record.remedy or {}).get("goods") == "keep"

    @property
    def with_tourist(self) -> bool:
        return any(item.holder == Holder.TOURIST and item.accepted_at is None for item in self.record.items)

    @property
    def can_come(self) -> bool:
        """Whether the goods are still to be handed over."""
        return self.case.state in CAN_COME and self.with_tourist and not self.is_kept

    @property
    def can_send(self) -> bool:
        """Whether a parcel may go now: only after the shop's yes."""
        return self.view.may(Action.HAND_OVER) and self.case.state == State.APPROVED and self.with_tourist

    @property
    def showable(self) -> bool:
        return self.view.mine and self.case.state in SHOWABLE and not self.case.is_away(self.view.now)

    @property
    def disputable(self) -> str | None:
        """The step by which something becomes a dispute now; None where there is nothing to dispute, or it is one already."""
        if self.record.dispute_id is not None or not self.view.mine or self.case.erased_at is not None:
            return None
        if self.view.may(Action.MAKE_DISPUTE):
            return Action.MAKE_DISPUTE
        rejected = any(item.rejected_at is not None for item in self.record.items)
        return Action.SPLIT_DISPUTE if rejected and self.view.may(Action.SPLIT_DISPUTE) else None

    @property
    def dispute_url(self) -> str | None:
        """The page of the dispute that this became; its link belongs to the tourist alone."""
        if self.record.dispute_id is None or not self.view.mine:
            return None
        return url_for("public.case_page", token=tourist_token(queries.find(self.record.dispute_id, SYSTEM)))

    @property
    def code_path(self) -> str:
        """Where the code leads that a shop or a desk scans."""
        return url_for("public.return_code", token=return_token(self.case))

    @property
    def tax_asked(self) -> bool:
        """Whether the tourist should still say how far the tax refund has come (R-TAX-ASK)."""
        tax = self.record.tax
        if not self.view.may(Action.RECORD_TAX):
            return False
        return tax is None or (tax.state != TaxState.T0 and not (tax.form_number or tax.invoice_number))

    @property
    def tax_lines(self) -> list[str]:
        """What becomes of the tax refund, in sentences; nothing without a form."""
        tax = self.record.tax
        if tax is None or tax.state == TaxState.T0:
            return []
        try:
            effect = taxing.effect(self.record)
        except (FactsError, RuleError):
            return []
        return explain_returns.explain_effect(effect) if effect is not None else []

    @property
    def track(self) -> list[Stage]:
        return WAY.track(self.case, self.view.heading, self.view.mine)


def back_of(view: View) -> Back:
    """The return behind the view of a case of kind return."""
    assert view.case.kind == Kind.RETURN  # noqa: S101  asked by the callers
    return Back(view, deciding.record_of(view.case))


def who(holder: str, holder_id: int | None, mine: bool) -> str:
    """Who gives or takes goods, by name where it is a place."""
    if holder == Holder.TOURIST:
        return _("You") if mine else named(return_names.HOLDERS, holder)
    kind: Any = {Holder.SHOP: Shop, Holder.DESK: Desk}.get(Holder(holder))
    row = db.session.get(kind, holder_id) if kind is not None and holder_id is not None else None
    word = named(return_names.HOLDERS, holder)
    if row is None:
        return word
    return f"{word} · {place_name(row)}"


def _goods(item: ReturnItem, mine: bool) -> Goods:
    if item.accepted_at is not None:
        stands, tone = _("Accepted"), "jade-strong"
    elif item.rejected_at is not None:
        stands, tone = _("Not accepted"), "cinnabar"
    elif item.arrived_at is not None:
        stands, tone = _("Has arrived"), "jade"
    elif item.holder == Holder.CARRIER:
        stands, tone = _("On the way"), "river"
    elif item.holder == Holder.TOURIST:
        stands, tone = (_("With you") if mine else _("With the visitor")), "grey"
    else:
        stands, tone = who(item.holder, item.holder_id, mine), "river"
    return Goods(
        item=item,
        name=goods_name(item),
        stands=stands,
        tone=tone,
        reasons=[named(return_names.REJECTIONS, reason) for reason in item.reasons],
        grade=named(return_names.GRADES, item.grade) or None,
        said=said(item.verdict),
    )
