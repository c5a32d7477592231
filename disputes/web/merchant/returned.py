"""What the page of a return tells its shop beyond that of any case: goods, verdict, tax refund, money, and the steps that are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from disputes.cases.models import Case, Evidence
from disputes.db import db
from disputes.formats import money_text, short_day
from disputes.law import explain_returns
from disputes.law.returns_rows import effect_row
from disputes.merchants.models import Shop
from disputes.names import HELD_REASONS, PERFORMED_BY, named
from disputes.names import returns as return_names
from disputes.pledges.models import PledgeVersion
from disputes.returns import deciding, handing, taxing
from disputes.returns.models import Return, ReturnItem
from disputes.rules.lifecycle import Action, Kind, Role, State, open_actions
from disputes.rules.return_facts import FactsError, TaxState
from disputes.rules.return_way import Holder, RefusalGround
from disputes.rules.rulebook import RuleError
from disputes.rules.verdicts import Strength
from disputes.web.custody import Passing, goods_name, passings
from disputes.web.merchant.stepping import UNTOLD, told
from disputes.web.merchant.ways import Way
from disputes.web.verdict_words import Said, said, weakest

# fmt: off
# A verdict as the shop reads it; the reasons below it are those that the customer was told.
STRENGTHS: Mapping[Strength, Any] = {
    Strength.RIGHT:    _l("A right of the customer"),
    Strength.PROMISE:  _l("A promise of yours"),
    Strength.GOODWILL: _l("Goodwill only"),
    Strength.PERSON:   _l("Our staff decides"),
    Strength.NO:       _l("Excluded"),
}
HEADLINES: Mapping[Strength, Any] = {
    Strength.RIGHT:    _l("The customer has a right to this, so the goods have to be taken back."),
    Strength.PROMISE:  _l("You promised this, and your promise binds you."),
    Strength.GOODWILL: _l("You may agree, and you do not have to: neither the law nor a promise of yours obliges you."),
    Strength.PERSON:   _l("The law leaves this open, so our staff decides and not you."),
    Strength.NO:       _l("You do not have to take this back. You may do so all the same."),
}
STILL_OPEN = _l("Something is still open that can change this; it is named below.")
SIGNALS: Mapping[str, Any] = {
    "many_returns":    _l("Three or more other returns to you from the same address within 30 days. That is no reason to refuse; it only means that a person looks first."),
    "invoice_used_up": _l("Together with earlier returns on the same invoice, more pieces would come back than were bought. Compare the invoice with your books."),
    "person_decides":  _l("The tax was already refunded and the customer has left, so our staff decides."),
}
TAX_STATES: Mapping[TaxState, Any] = {
    TaxState.T0: _l("No tax refund form was issued"),
    TaxState.T1: _l("A form was issued, and no tax has been paid back yet"),
    TaxState.T2: _l("The tax was paid back in advance, and the customer has not left yet"),
    TaxState.T3: _l("The tax was paid back, and the customer has left China"),
}
TAX_MEANS: Mapping[TaxState, Any] = {
    TaxState.T0: _l("Nothing more to do: this is an ordinary return."),
    TaxState.T1: _l("Before you pay the refund, void the tax refund form together with the invoice, or correct the invoice with a red one, and record it here."),
    TaxState.T2: _l("First the advance comes back: directly, or from the hold on the customer’s card. Only then is the price paid back."),
    TaxState.T3: _l("You must not void or correct the invoice any more. Whether the price is paid back all the same is decided by our staff, not by you."),
}
TAX_UNKNOWN = _l("Nobody has said yet. It has to be known before the return is approved: ask the customer or look at your books, and record it.")
PAY_WAYS: Mapping[str, str] = {"cash": "cash", "alipay": "alipay", "wechat": "wechat_pay", "bank_abroad": "bank_transfer"}
TAX_STEPS: Mapping[str, Any] = {
    "new_invoice":          _l("You issue a new invoice for what the customer keeps."),
    "new_form":             _l("You issue a new tax refund form for what the customer keeps."),
    "advance_for_the_rest": _l("The advance for what the customer keeps is paid out:"),
}
WAYS_BACK: Mapping[str, Any] = {
    "shop":   _l("To the shop where it was bought"),
    "branch": _l("To another branch"),
    "desk":   _l("To a return desk"),
    "parcel": _l("By parcel"),
}
# fmt: on


@dataclass(frozen=True)
class Goods:
    """One line of the return as the shop sees it."""

    item: ReturnItem
    name: str
    price: str
    stands: str
    tone: str
    reasons: list[str]
    grade: str
    said: Said
    headline: str
    strength: str


@dataclass(frozen=True)
class Button:
    """A step that is open, as a large button."""

    page: str
    label: str
    icon: str
    primary: bool = False


class ShopReturn:
    """A return beside its case, for one who acts for the shop."""

    def __init__(self, case: Case, way: Way) -> None:
        self.case, self.way = case, way
        self.record: Return = deciding.record_of(case)
        self.may = set(open_actions(Kind.RETURN, State(case.state), Role.MERCHANT))

    # --- the goods

    @cached_property
    def goods(self) -> list[Goods]:
        """The lines, in the order of the declaration."""
        return [self._goods(item) for item in self.record.items]

    def is_ours(self, item: ReturnItem) -> bool:
        """Whether a shop of this merchant has it."""
        return item.holder == Holder.SHOP and item.holder_id in self._own_shops

    @cached_property
    def to_come(self) -> list[ReturnItem]:
        """What could be received now: it is with somebody else, and is not to stay there."""
        return [] if self.is_kept else [i for i in self.record.items if not self.is_ours(i) and i.accepted_at is None]

    @cached_property
    def here(self) -> list[ReturnItem]:
        """What lies in a shop of this merchant."""
        return [i for i in self.record.items if self.is_ours(i)]

    @property
    def to_inspect(self) -> list[ReturnItem]:
        """What has arrived, here or with somebody who accepts for this shop."""
        return [i for i in self.record.items if i.arrived_at is not None]

    @property
    def to_give_back(self) -> list[ReturnItem]:
        """What lies here and is not accepted."""
        return [i for i in self.here if i.accepted_at is None]

    @property
    def is_kept(self) -> bool:
        """Whether it is agreed that the goods stay with the customer."""
        return (self.record.remedy or {}).get("goods") == "keep"

    @cached_property
    def passings(self) -> list[Passing]:
        """Every passing on, the newest first."""
        return passings(self.case, self.record, self.who, self._picture)

    @cached_property
    def shops(self) -> list[Shop]:
        """Which of this merchant's shops can take these goods in."""
        return [
            s for s in handing.accepting_shops(self.case, self.record) if s.merchant_id == self.way.actor.merchant_id
        ]

    @property
    def way_back(self) -> str:
        """How the customer means to bring the goods, and where to if that is another place."""
        place = self.record.to_shop_id or self.record.to_desk_id
        holder = Holder.SHOP if self.record.to_shop_id else Holder.DESK
        name = handing.holder_name(holder, place) if place is not None else None
        word = named(WAYS_BACK, self.record.way)
        return f"{word} · {name}" if name else word

    # --- the verdict

    @cached_property
    def verdict(self) -> Said:
        """What speaks for all of the goods together."""
        return said(weakest([item.verdict for item in self.record.items]))

    @property
    def headline(self) -> str:
        return headline(self.verdict)

    @property
    def strength(self) -> str:
        return named(STRENGTHS, self.verdict.strength)

    @cached_property
    def promise(self) -> PledgeVersion | None:
        """The promise that stood on the day of purchase."""
        known = self.record.pledge_version_id
        return db.session.get(PledgeVersion, known) if known else None

    @property
    def promise_url(self) -> str | None:
        """The promise itself for who is signed in, the register's page for who came by the link."""
        if self.promise is None or self.case.shop is None:
            return None
        if self.way.number is not None:
            return url_for("merchant.pledge", code=self.promise.pledge.code)
        return url_for("public.pledge_page", code=self.case.shop.code)

    @property
    def signals(self) -> list[tuple[str, str]]:
        """What made a person look first, each with what it means."""
        return [(named(HELD_REASONS, code), named(SIGNALS, code)) for code in self.case.held_reasons if code in SIGNALS]

    @property
    def grounds(self) -> list[RefusalGround]:
        """The grounds for which the verdicts leave room."""
        return [g for g in RefusalGround if deciding.fits(self.record, g)]

    @property
    def last_day(self) -> str | None:
        """The last day on which it could be declared, of the verdict that speaks for all."""
        due = self.verdict.row["due"]
        return short_day(date.fromisoformat(due["due_on"])) if due else None

    @property
    def suggests_rule(self) -> bool:
        """Whether a rule of the merchant could have answered this by itself, and there is none yet."""
        version = self.promise
        return (
            self.case.state == State.REQUESTED
            and version is not None
            and version.auto_approve_up_to is None
            and self.verdict.carries
            and self.way.number is not None
        )

    # --- the tax refund

    @property
    def tax_state(self) -> TaxState | None:
        return TaxState(self.record.tax.state) if self.record.tax is not None else None

    @property
    def tax_word(self) -> str:
        return str(TAX_STATES[self.tax_state]) if self.tax_state else _("Not known yet")

    @property
    def tax_means(self) -> str:
        return str(TAX_MEANS[self.tax_state] if self.tax_state else TAX_UNKNOWN)

    @property
    def tax_is_open(self) -> bool:
        return tax_is_open(self.record)

    @property
    def tax_step(self) -> str | None:
        return tax_step(self.record)

    @cached_property
    def tax_lines(self) -> list[str]:
        """Who does what and who owes whom because the goods come back; nothing where no form was issued."""
        if self.tax_state in (None, TaxState.T0):
            return []
        try:
            effect = taxing.effect(self.record)
        except (FactsError, RuleError):
            return []
        return [_tax_line(step) for step in effect_row(effect)["steps"]] if effect is not None else []

    # --- the money

    @property
    def due(self) -> int:
        return deciding.amount_due(self.record)

    @property
    def currency(self) -> str:
        return self.case.complaint.currency or "CNY"

    @property
    def pay_way(self) -> str:
        return most_likely_means(self.record)

    # --- the steps

    @property
    def can_approve(self) -> bool:
        if Action.APPROVE not in self.may or self.tax_state is TaxState.T3:
            return False
        return self.record.decision != "approved" or self.case.state == State.OFFERED

    @property
    def can_decide(self) -> bool:
        """Whether it still waits for a decision."""
        return self.record.decision != "approved"

    @property
    def can_receive(self) -> bool:
        if not self.to_come or not self.shops:
            return False
        if Action.RECEIVE_GOODS in self.may:
            return self.record.decision == "approved"
        return Action.HAND_ON in self.may and any(i.holder in (Holder.DESK, Holder.CARRIER) for i in self.to_come)

    @property
    def can_pay(self) -> bool:
        if Action.REPORT_REFUND not in self.may:
            return False
        owed = self.is_kept or bool(self.record.refunds) or any(i.accepted_at for i in self.record.items)
        return self.case.state == State.REFUND_DUE or owed

    @property
    def asked_already(self) -> bool:
        return any(e.action == Action.ASK_TOURIST and e.by.startswith(Role.MERCHANT) for e in self.case.events)

    @property
    def buttons(self) -> list[Button]:
        """What the shop can do now, the most likely first."""
        if self.case.state == State.CLOSED:
            return [Button("return_give_back", _("Give the goods back"), "swap")] if self.to_give_back else []
        found = self._answers() + self._goods_steps() + self._money_steps()
        if Action.RECORD_TAX in self.may and not any(b.page.startswith("return_tax") for b in found):
            found.append(Button("return_tax", _("Record the tax refund"), "invoice"))
        return sorted(found, key=lambda button: not button.primary)

    def _answers(self) -> list[Button]:
        found = []
        if self.can_approve:
            found.append(Button("return_approve", _("Approve the return"), "check", primary=True))
        if Action.LET_KEEP in self.may and self.can_decide and self.tax_state is not TaxState.T3:
            found.append(Button("return_keep", _("Pay back, and let the customer keep it"), "money"))
        if (
            Action.OFFER in self.may
            and self.tax_state is not TaxState.T3
            and (self.can_decide or self.case.state != State.TRIAGE)
        ):
            again = self.case.state == State.OFFERED
            found.append(Button("offer", _("Make a better offer") if again else _("Offer something else"), "handshake"))
        if Action.REFUSE in self.may and self.can_decide:
            found.append(Button("return_refuse", _("Refuse with a ground"), "close"))
        if Action.ASK_TOURIST in self.may and not self.asked_already:
            found.append(Button("ask", _("Ask the customer"), "question"))
        return found

    def _goods_steps(self) -> list[Button]:
        found = []
        if self.can_receive:
            first = Action.RECEIVE_GOODS in self.may
            found.append(Button("return_receive", _("Receive the goods"), "goods", primary=first))
        if Action.ACCEPT_GOODS in self.may and self.to_inspect:
            found.append(
                Button(
                    "return_inspect", _("Look at the goods and report"), "eye", self.case.state == State.GOODS_RECEIVED
                )
            )
        if Action.GIVE_BACK in self.may and self.to_give_back:
            found.append(Button("return_give_back", _("Give the goods back"), "swap"))
        if Action.HAND_ON in self.may and self.here:
            found.append(Button("return_hand_on", _("Hand on to a carrier"), "delivery"))
        return found

    def _money_steps(self) -> list[Button]:
        if not self.can_pay:
            return []
        words = {
            "return_tax": _("Record the tax refund"),
            "return_tax_void": _("Record the voided tax form"),
            "return_tax_repaid": _("Record that the advance came back"),
        }
        if self.tax_step is not None:
            return [Button(self.tax_step, words[self.tax_step], "invoice", primary=True)]
        return [Button("return_refund", _("Report the refund"), "money", primary=True)]

    # --- history

    @property
    def told(self) -> list[dict[str, Any]]:
        """What has happened, the newest first, with what belongs to each step."""
        return [
            {**told(e), "title": self._title(e), "body": self._body(e)}
            for e in reversed(self.case.events)
            if e.action not in UNTOLD
        ]

    def _title(self, event: Any) -> str:
        return _("The customer declared the return") if event.action == Action.FILE else str(told(event)["title"])

    def _body(self, event: Any) -> str | None:
        d = event.details
        if event.action == Action.REFUSE and d.get("ground"):
            return named(return_names.REFUSALS, d["ground"])
        if event.action in (Action.APPROVE, Action.LET_KEEP) and d.get("by_rule_of"):
            return _("By your own rule: up to %(sum)s.", sum=money_text(d["up_to"], self.currency))
        if event.action == Action.REPORT_REFUND and "amount" in d:
            return f"{money_text(d['amount'], d['currency'])} · {named(PERFORMED_BY, d['means'])}"
        if event.action == Action.RECORD_TAX:
            done = {"voided": _("The form and the invoice were voided."), "repaid": _("The advance came back.")}
            return done.get(d.get("said", ""), named(TAX_STATES, d.get("state")))
        if isinstance(d.get("from"), list) and isinstance(d.get("to"), list):
            return f"{self.who(*d['from'])} → {self.who(*d['to'])}"
        return None

    # --- parts

    @cached_property
    def _own_shops(self) -> set[int]:
        held = {i.holder_id for i in self.record.items if i.holder == Holder.SHOP}
        shops = [db.session.get(Shop, shop_id) for shop_id in held]
        return {shop.id for shop in shops if shop is not None and shop.merchant_id == self.way.actor.merchant_id}

    def who(self, holder: str, holder_id: int | None) -> str:
        """Who gives or takes goods, by name where it is a place."""
        name = handing.holder_name(holder, holder_id)
        if name is not None:
            return name
        return _("Customer") if holder == Holder.TOURIST else named(return_names.HOLDERS, holder)

    def _goods(self, item: ReturnItem) -> Goods:
        spoken = said(item.verdict)
        stands, tone = self._stands(item)
        return Goods(
            item=item,
            name=goods_name(item),
            price=money_text(item.unit_price * item.quantity, self.currency),
            stands=stands,
            tone=tone,
            reasons=[named(return_names.REJECTIONS, reason) for reason in item.reasons],
            grade=named(return_names.GRADES, item.grade),
            said=spoken,
            headline=headline(spoken),
            strength=named(STRENGTHS, spoken.strength),
        )

    def _stands(self, item: ReturnItem) -> tuple[str, str]:
        if item.accepted_at is not None:
            return _("Goods accepted"), "jade-strong"
        if item.rejected_at is not None:
            return _("Goods not accepted"), "cinnabar"
        if self.is_kept:
            return _("Stays with the customer"), "grey"
        if item.holder == Holder.CARRIER:
            return _("On the way"), "river"
        if item.holder == Holder.TOURIST:
            return _("With the customer"), "grey"
        return _("With %(place)s", place=self.who(item.holder, item.holder_id)), "jade" if item.arrived_at else "river"

    def _picture(self, piece: Evidence) -> tuple[str, str]:
        return self.way.url("file", evidence_id=piece.id), self.way.url("file_small", evidence_id=piece.id)


def _tax_line(step: Mapping[str, Any]) -> str:
    """One step of putting the tax refund right, in words that speak to the shop and not to the customer."""
    if step["code"] not in TAX_STEPS:
        return explain_returns.tax_step(step)
    what = str(TAX_STEPS[step["code"]])
    return f"{what} {money_text(step['amount'], 'CNY')}" if "amount" in step else what


def shown(case: Case, way: Way) -> dict[str, Any]:
    """What the page of a return needs beside what every case shows."""
    back = ShopReturn(case, way)
    return {"back": back, "told": back.told, "tax_states": TAX_STATES}


def headline(spoken: Said) -> str:
    """A verdict in one sentence for the shop, which says so when something is still open."""
    sentence = str(HEADLINES[spoken.strength])
    return f"{sentence} {STILL_OPEN}" if spoken.row["conditional"] else sentence


def tax_is_open(record: Return) -> bool:
    """Whether something has to be told before the return can be approved (R-TAX-ASK)."""
    tax = record.tax
    return tax is None or (tax.state != TaxState.T0 and not (tax.form_number or tax.invoice_number))


def tax_step(record: Return) -> str | None:
    """What stands between the shop and the refund: what is not known, the form to void, or the advance to come back."""
    tax = record.tax
    if tax is None:
        return "return_tax"
    if tax.state == TaxState.T1 and tax.voided_at is None:
        return "return_tax_void"
    if tax.state == TaxState.T2 and tax.repaid_at is None:
        return "return_tax_repaid"
    return None


def most_likely_means(record: Return) -> str:
    """How the refund is most likely paid: as the customer asked, or the way it was paid."""
    if record.wish == "exchange" and record.remedy is None:
        return "goods"
    asked = PAY_WAYS.get(record.means)
    if asked is not None:
        return asked
    paid = record.case.complaint.paid_how or ""
    return paid if paid in PERFORMED_BY else "original_card"
