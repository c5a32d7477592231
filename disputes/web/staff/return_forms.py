"""The forms of the steps that the staff take in a return."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from disputes import names
from disputes.cases.models import Case
from disputes.formats import money_text
from disputes.returns import deciding, declaring, taxing
from disputes.returns.declaring import TaxTold
from disputes.returns.models import Return
from disputes.rules.lifecycle import Outcome
from disputes.rules.return_facts import FactsError, TaxState
from disputes.rules.return_way import Holder
from disputes.rules.rulebook import RuleError
from disputes.rules.tax_refund import Through
from disputes.web.custody import goods_name
from disputes.web.fields import DatePartsField, MoneyField, readable
from disputes.web.staff.forms import LONG, SHORT, StepForm
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

OUTCOMES = (Outcome.NO_AGREEMENT, Outcome.OUT_OF_SCOPE, Outcome.DUPLICATE)
VOIDED = "voided"
REPAID = {"repaid": Through.DIRECT, "repaid_from_card": Through.PREAUTHORISATION}

# fmt: off
TAX_STATES: dict[TaxState, Any] = {
    TaxState.T0: _l("T0: no tax refund form was issued"),
    TaxState.T1: _l("T1: a form was issued, and customs have not confirmed it yet"),
    TaxState.T2: _l("T2: the refund was advanced in the shop, and the visitor has not left yet"),
    TaxState.T3: _l("T3: the tax was refunded, and the visitor has left"),
}
# fmt: on


class ApproveForm(StepForm):
    words = TextAreaField(
        _l("On what it rests"),
        [InputRequired(_l("Write down the reasons, so that the other side can understand them.")), readable(LONG)],
    )

    def choose_from(self, case: Case) -> None:
        sum_less_tax = price_less_tax(case)
        self.words.description = (
            _(
                "Both sides read it. The price less the tax already refunded would be %(sum)s, by values nobody has verified: "
                "information for your decision, owed by nobody yet.",
                sum=money_text(sum_less_tax, "CNY"),
            )
            if sum_less_tax is not None
            else _("Both sides read it.")
        )


def price_less_tax(case: Case) -> int | None:
    """What the price less the refunded tax would be, where a person decides about it (R-TAX-T3); None elsewhere."""
    record = declaring.of(case)
    found = effect_of(record) if record is not None else None
    if found is None or not found.person_decides:
        return None
    return sum(p.amount for p in found.postings if p.information and p.creditor == "tourist")


def effect_of(record: Return) -> Any:
    """What becomes of the tax refund; None where nothing is known, or the facts contradict each other."""
    try:
        return taxing.effect(record)
    except (FactsError, RuleError):
        return None


class RefundForm(StepForm):
    means = SelectField(_l("How it was paid"), choices=names.options(names.PERFORMED_BY))
    amount = MoneyField(_l("Amount"), [Optional()])
    fee = MoneyField(
        _l("Fee that a bank took off on the way"),
        [Optional()],
        description=_l("Of a transfer abroad; the visitor sees it."),
    )
    payment_reference = StringField(_l("Number of the payment"), [Optional(), readable(SHORT)])

    def choose_from(self, case: Case) -> None:
        record = declaring.of(case)
        if record is not None:
            due = money_text(deciding.amount_due(record), case.complaint.currency or "CNY")
            self.amount.description = _(
                "Left empty it is what is due: %(sum)s. Less is not recorded, it is owed in one sum.", sum=due
            )


class DisputeForm(StepForm):
    words = TextAreaField(
        _l("What the visitor asks for, in a few words"),
        [Optional(), readable(LONG)],
        description=_l("The shop reads it in the new case."),
    )


class CloseForm(StepForm):
    outcome = RadioField(
        _l("Outcome"),
        [InputRequired(_l("Choose an outcome."))],
        choices=[(str(o), names.OUTCOMES[o]) for o in OUTCOMES],
    )
    words = TextAreaField(
        _l("Reasons, for both sides"),
        [InputRequired(_l("Write down the reasons, so that the other side can understand them.")), readable(LONG)],
    )


class GoodsForm(StepForm):
    items = SelectMultipleField(_l("Which goods"), [InputRequired(_l("Choose the goods it is about."))], coerce=int)

    def choose_from(self, case: Case) -> None:
        record = declaring.of(case)
        self.items.choices = [
            (item.id, f"{item.position}. {goods_name(item)} × {item.quantity}")
            for item in (record.items if record is not None else [])
            if item.holder in (Holder.SHOP, Holder.DESK)
        ]


class HandOnForm(GoodsForm):
    carrier = StringField(_l("Carrier"), [InputRequired(_l("Say who carries the goods.")), readable(SHORT)])
    tracking_number = StringField(_l("Number of the parcel"), [Optional(), readable(SHORT)], render_kw={"dir": "ltr"})


class TaxForm(StepForm):
    """The state as it is told, or that something was put right."""

    what = RadioField(_l("What you record"), [InputRequired(_l("Choose one."))])
    form_number = StringField(
        _l("Number of the tax refund form"), [Optional(), readable(SHORT)], render_kw={"dir": "ltr"}
    )
    invoice_number = StringField(_l("Number of the invoice"), [Optional(), readable(SHORT)], render_kw={"dir": "ltr"})
    invoice_amount = MoneyField(_l("All goods on the invoice"), [Optional()])
    vat = SelectField(
        _l("Class of tax"), choices=[("", _l("Not known")), ("13", _l("13 per cent")), ("9", _l("9 per cent"))]
    )
    refunded = MoneyField(_l("Tax that the visitor has had already, after the agency’s fee"), [Optional()])
    upon_purchase = BooleanField(_l("Refund upon purchase, with a hold on the visitor’s card"))
    leave_by = DatePartsField(_l("Promised to leave by"), [Optional()])

    def choose_from(self, case: Case) -> None:
        record = declaring.of(case)
        tax = record.tax if record is not None else None
        self.what.choices = [(str(state), said) for state, said in TAX_STATES.items()]
        if tax is not None and tax.state == TaxState.T1 and tax.voided_at is None:
            self.what.choices.append((VOIDED, _l("The shop has voided the form together with the invoice")))
        if tax is not None and tax.state == TaxState.T2 and tax.repaid_at is None:
            self.what.choices.append(("repaid", _l("The advance was paid back")))
            self.what.choices.append(("repaid_from_card", _l("The advance was taken from the hold on the card")))

    def fill(self, case: Case) -> None:
        record = declaring.of(case)
        tax = record.tax if record is not None else None
        if tax is None:
            return
        self.what.data, self.form_number.data, self.invoice_number.data = tax.state, tax.form_number, tax.invoice_number
        self.invoice_amount.data, self.vat.data, self.refunded.data = tax.invoice_amount, tax.vat or "", tax.refunded
        self.upon_purchase.data = tax.upon_purchase
        if tax.leave_by is not None:
            self.leave_by.process(None, tax.leave_by)

    def validate_refunded(self, field: MoneyField) -> None:
        if self.what.data == TaxState.T3 and field.data is None and not field.errors:
            raise ValidationError(_l("Give the sum. Without it nobody can say what is left of the price."))

    def told(self) -> TaxTold:
        """The state as the verb takes it."""
        return TaxTold(
            TaxState(self.what.data), form_number=self.form_number.data or "", invoice_amount=self.invoice_amount.data,
            vat=self.vat.data or None, refunded=self.refunded.data, upon_purchase=bool(self.upon_purchase.data),
            leave_by=self.leave_by.data,
        )  # fmt: skip
