"""What the staff see of a return beside its case: goods, verdicts, who had them when, the money, and the tax refund."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from disputes import names
from disputes.accounts.models import User
from disputes.cases.models import Case, Evidence
from disputes.formats import money_text
from disputes.law import explain_returns
from disputes.law.returns_rows import effect_row
from disputes.names import named
from disputes.names import returns as return_names
from disputes.pledges.models import PledgeVersion
from disputes.returns import deciding, declaring, inspecting, queries
from disputes.returns.models import Custody, Return, ReturnItem
from disputes.returns.queries import Places
from disputes.rules.lifecycle import Action, Role
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Holder
from disputes.rules.tax_refund import balances
from disputes.web.custody import goods_name
from disputes.web.staff.frame import local_name
from disputes.web.staff.return_forms import TAX_STATES, effect_of
from disputes.web.verdict_words import Said, said
from disputes.wording import gettext as _

CNY = "CNY"


@dataclass(frozen=True)
class Hand:
    """Goods passed from one hand to another."""

    row: Custody
    giver: str
    taker: str
    photographs: list[tuple[str, Evidence]]

    @property
    def late(self) -> bool:
        """Whether it was written down on a device without network and reached us later."""
        return abs((self.row.at - self.row.happened_at).total_seconds()) >= 60


@dataclass(frozen=True)
class Goods:
    """One line of the return as it stands."""

    item: ReturnItem
    name: str
    verdict: Said
    stands: str
    tone: str
    where: str
    hands: list[Hand]
    differs: bool  # came in another state than was recorded: between shop and desk


@dataclass(frozen=True)
class Step:
    """One line of what becomes of the tax refund."""

    text: str
    information: bool
    rule: str
    verified: bool


@dataclass(frozen=True)
class Back:
    """A return beside its case, in the words of the staff."""

    case: Case
    record: Return
    places: Places
    people: dict[int, User]

    @property
    def goods(self) -> list[Goods]:
        pieces = {e.id: e for e in self.case.evidence if e.erased_at is None}
        differing = {item.id for item in inspecting.differences(self.record)}
        return [
            Goods(
                item=item,
                name=goods_name(item),
                verdict=said(item.verdict),
                stands=_stands(item)[0],
                tone=_stands(item)[1],
                where=self.who(item.holder, item.holder_id),
                hands=[self._hand(row, pieces) for row in item.custody],
                differs=item.id in differing,
            )
            for item in self.record.items
        ]

    def _hand(self, row: Custody, pieces: dict[int, Evidence]) -> Hand:
        shown = [(named(return_names.PHOTOGRAPHS, n), pieces[i]) for n, i in row.photographs.items() if i in pieces]
        return Hand(row, self.who(row.giver, row.giver_id), self.who(row.taker, row.taker_id), shown)

    def who(self, holder: str, holder_id: int | None) -> str:
        """Who gives, takes or has goods, by name where it is a place."""
        place = self.places.of(holder, holder_id)
        if place is None and holder == Holder.CARRIER and self.record.carrier:
            return f"{named(return_names.HOLDERS, holder)} · {self.record.carrier}"
        word = named(return_names.HOLDERS, holder)
        return f"{word} · {local_name(place)}" if place is not None else word

    @property
    def to(self) -> str | None:
        """Where the tourist wanted to hand the goods over, where that was said."""
        record = self.record
        if record.to_desk_id is not None:
            return self.who(Holder.DESK, record.to_desk_id)
        return self.who(Holder.SHOP, record.to_shop_id) if record.to_shop_id is not None else None

    @property
    def way(self) -> str:
        return named(explain_returns.WAYS, self.record.way)

    @property
    def ground(self) -> str:
        return named(explain_returns.GROUNDS, self.record.ground)

    @property
    def due(self) -> str:
        return money_text(deciding.amount_due(self.record), self.case.complaint.currency or CNY)

    @property
    def promise(self) -> PledgeVersion | None:
        return queries.pledge_version(self.record)

    @property
    def promise_url(self) -> str | None:
        promise = self.promise
        return url_for("staff.pledge", code=promise.pledge.code) if promise is not None else None

    @property
    def signals(self) -> list[str]:
        """What the guards noticed at the declaration and what they would say today; none of it refuses anything."""
        noticed = [code for e in self.case.events for code in e.details.get("signals", ())]
        now = declaring.guards(self.case, self.record) if self.case.is_open and self.case.erased_at is None else []
        return [named(names.HELD_REASONS, code) for code in dict.fromkeys([*noticed, *now])]

    @property
    def decision(self) -> str:
        """What was decided, and on whose word."""
        record = self.record
        if record.decision is None:
            return _("Not decided yet")
        who = self._decider()
        if record.decision == "refused":
            ground = named(return_names.REFUSALS, record.refusal)
            return _("Refused by %(who)s: %(ground)s", who=who, ground=ground)
        if record.decided_by == Role.SYSTEM:
            limit = next((e.details["up_to"] for e in self.case.events if e.details.get("by_rule_of")), None)
            if limit is not None:
                return _("Approved by the shop’s own rule: up to %(sum)s without asking", sum=money_text(limit, CNY))
        return _("Approved by %(who)s", who=who)

    def _decider(self) -> str:
        role, _sep, number = (self.record.decided_by or "").partition(":")
        user = self.people.get(int(number)) if number else None
        return f"{named(names.ROLES, role)} {user.name}" if user is not None else named(names.ROLES, role)

    @property
    def is_kept(self) -> bool:
        """Whether the goods stay with the tourist and the money comes all the same."""
        return (self.record.remedy or {}).get("goods") == "keep"

    @property
    def tax_state(self) -> str | None:
        tax = self.record.tax
        return str(TAX_STATES[TaxState(tax.state)]) if tax is not None else None

    @property
    def tax_steps(self) -> list[Step]:
        """Who owes whom what, and what has to be done, in their order."""
        found = effect_of(self.record)
        if found is None:
            return []
        return [
            Step(
                text=explain_returns.tax_step(row),
                information=row.get("information", False),
                rule=row["rule"],
                verified=row["standing"] == "verified",
            )
            for row in effect_row(found)["steps"]
        ]

    @property
    def tax_balances(self) -> list[tuple[str, str]]:
        """What each has in the end, by what is owed and not only told; the sum is nothing."""
        found = effect_of(self.record)
        if found is None:
            return []
        owed = balances(tuple(p for p in found.postings if not p.information))
        if not any(owed.values()):
            return []
        return [
            (
                str(explain_returns.PARTIES[party]),
                f"{'+' if sum_ > 0 else '−' if sum_ < 0 else ''}{money_text(abs(sum_), CNY)}",
            )
            for party, sum_ in owed.items()
        ]

    @property
    def booked(self) -> list[tuple[str, str, str, str]]:
        """Who owes whom what by which rule, as it was written down with the refund."""
        entries = self.record.tax.entries if self.record.tax is not None else []
        party = explain_returns.PARTIES
        return [(str(party[e.payer]), str(party[e.payee]), money_text(e.amount, CNY), e.rule_id) for e in entries]

    @property
    def disputed(self) -> Case | None:
        """The dispute that this became, wholly or in part."""
        return self.record.dispute


def not_now(record: Return) -> set[Action]:
    """What the table allows and this return leaves no room for."""
    kept_back = set()
    placed = [i for i in record.items if i.holder in (Holder.SHOP, Holder.DESK)]
    if not placed:
        kept_back.add(Action.HAND_ON)
    if all(i.accepted_at is not None for i in placed):
        kept_back.add(Action.GIVE_BACK)
    if record.dispute_id is not None:
        kept_back |= {Action.SPLIT_DISPUTE, Action.MAKE_DISPUTE}
    if not any(i.rejected_at is not None for i in record.items):
        kept_back.add(Action.SPLIT_DISPUTE)
    if record.refund is not None:
        kept_back.add(Action.RECORD_TAX)
    if record.case.erased_at is not None:
        kept_back |= {Action.SPLIT_DISPUTE, Action.RECORD_TAX}
    return kept_back


def back_of(case: Case, people: dict[int, User]) -> Back | None:
    """The return behind this case; None for a dispute."""
    record = queries.whole(case)
    return Back(case, record, queries.places_of(record), people) if record is not None else None


def _stands(item: ReturnItem) -> tuple[str, str]:
    if item.accepted_at is not None:
        return _("Goods accepted"), "jade-strong"
    if item.rejected_at is not None:
        return _("Goods not accepted"), "cinnabar"
    if item.arrived_at is not None:
        return _("Has arrived"), "jade"
    if item.holder == Holder.CARRIER:
        return _("On the way"), "river"
    if item.holder == Holder.DESK:
        return _("Kept by a desk"), "river"
    return _("With the visitor"), "grey"
