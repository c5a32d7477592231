"""The forms of a return for its shop: one answer a form, with the lines of the return as fields where each needs its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from disputes import names
from disputes.merchants.models import Shop
from disputes.names import returns as return_names
from disputes.returns.declaring import TaxTold
from disputes.returns.handing import Hand, Handed
from disputes.returns.inspecting import SEEN_AT_HAND_OVER, Result, recorded_good
from disputes.returns.models import ReturnItem, TaxRefund
from disputes.rules.packages import Remedy
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import PHOTOGRAPHS, Grade, Holder, RefusalGround, RejectionReason
from disputes.rules.tax_refund import Through
from disputes.web.custody import goods_name
from disputes.web.fields import FilesField, MoneyField, readable
from disputes.web.merchant.returned import TAX_STATES
from disputes.web.package_form import PackageForm

SHORT, LONG = 200, 4000
YES, NO = "yes", "no"
# What can stand in the place of a return: other goods, a part of the price, the price without the goods; and a word of regret.
IN_PLACE = (Remedy.EXCHANGE, Remedy.PRICE_DIFFERENCE, Remedy.REFUND, Remedy.APOLOGY)
THROUGH = {
    Through.DIRECT: _l("The customer paid it back"),
    Through.PREAUTHORISATION: _l("It was taken from the hold on the card"),
}


class TaxFields:
    """How far the tax refund has come, as a part of a form. ``know`` fills in what was told before."""

    state = RadioField(
        _l("How far has the tax refund come?"),
        choices=names.options(TAX_STATES),
        validators=[InputRequired(_l("Say how far the tax refund has come."))],
    )
    form_number = StringField(_l("Number of the tax refund form"), [Optional(), readable(SHORT)])
    invoice_number = StringField(_l("Number of the invoice (fapiao)"), [Optional(), readable(SHORT)])
    invoice_amount = MoneyField(_l("Amount of the whole invoice"), validators=[Optional()])
    refunded = MoneyField(_l("Tax that the customer has had back"), validators=[Optional()])
    upon_purchase = BooleanField(_l("It was paid in the store, against a hold on the customer’s card"))

    def know(self: Any, tax: TaxRefund | None, invoice_number: str | None) -> None:
        """Start from what is recorded."""
        self.invoice_number.data = (tax.invoice_number if tax else None) or invoice_number
        if tax is None:
            return
        self.state.data, self.form_number.data = tax.state, tax.form_number
        self.invoice_amount.data, self.refunded.data = tax.invoice_amount, tax.refunded
        self.upon_purchase.data = tax.upon_purchase

    def told(self: Any, before: TaxRefund | None) -> TaxTold:
        """What this form says; what it does not ask stays as it was."""
        state = TaxState(self.state.data)
        return TaxTold(
            state=state,
            form_number=(self.form_number.data or "").strip(),
            invoice_amount=self.invoice_amount.data,
            refunded=self.refunded.data,
            upon_purchase=bool(self.upon_purchase.data) and state is TaxState.T2,
            vat=before.vat if before else None,
            leave_by=before.leave_by if before else None,
        )

    def numbers_missing(self: Any) -> bool:
        """Whether a number is needed and neither is given; names it on the form."""
        if self.state.data in (None, TaxState.T0) or self.form_number.data or self.invoice_number.data:
            return False
        self.form_number.errors = [*self.form_number.errors, _l("Give the number of the form or of the invoice.")]
        return True


class TaxForm(TaxFields, FlaskForm):
    """The tax refund by itself."""

    version = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and not self.numbers_missing()


class PlainForm(FlaskForm):
    """One button."""

    version = HiddenField()


class RepaidForm(FlaskForm):
    version = HiddenField()
    through = RadioField(
        _l("How did the advance come back?"),
        choices=names.options(THROUGH),
        validators=[InputRequired(_l("Say how the advance came back."))],
    )


class ApproveForm(FlaskForm):
    version = HiddenField()
    words = TextAreaField(_l("A few words to the customer"), [Optional(), readable(LONG)])


class ApproveWithTaxForm(TaxFields, ApproveForm):
    """The approval together with what has to be known before it (R-TAX-ASK)."""

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and not self.numbers_missing()


class RefuseForm(FlaskForm):
    version = HiddenField()
    ground = RadioField(
        _l("Ground"), choices=[], validators=[InputRequired(_l("Choose the ground on which you refuse."))]
    )
    words = TextAreaField(_l("In your own words"), [Optional(), readable(LONG)])
    files = FilesField(_l("Photos or documents that show it"), [Optional()])

    def offer(self, grounds: Iterable[RefusalGround]) -> None:
        """Let only these grounds be chosen."""
        self.ground.choices = [SelectChoice(str(g), return_names.REFUSALS[g]) for g in grounds]


class InPlaceForm(PackageForm):
    """A package in place of a return."""

    remedies = SelectMultipleField(
        _l("What is offered"),
        choices=[SelectChoice(str(r), names.REMEDIES[r]) for r in IN_PLACE],
        validators=[InputRequired(_l("Choose at least one thing."))],
    )


class CarrierForm(FlaskForm):
    version = HiddenField()
    entry = HiddenField()
    carrier = StringField(_l("Carrier"), [InputRequired(_l("Say who carries the goods.")), readable(SHORT)])
    tracking_number = StringField(_l("Number to follow the parcel by"), [Optional(), readable(SHORT)])


class GiveBackForm(FlaskForm):
    version = HiddenField()
    entry = HiddenField()


class RefundForm(FlaskForm):
    version = HiddenField()
    means = RadioField(
        _l("How it was paid"),
        choices=names.options(names.PERFORMED_BY),
        validators=[InputRequired(_l("Choose how it was paid."))],
    )
    payment_reference = StringField(_l("Number of the payment"), [Optional(), readable(SHORT), Length(max=SHORT)])
    fee = MoneyField(
        _l("Fee that a bank takes off on the way"),
        description=_l("Only for a transfer abroad; the customer sees it."),
        validators=[Optional()],
    )
    files = FilesField(_l("Proof, such as a picture of the payment"), [Optional()])


# --- forms with a field for each of the goods


class _Receive(FlaskForm):
    version = HiddenField()
    entry = HiddenField()
    shop = SelectField(_l("Which of your shops takes the goods?"), choices=[], validators=[InputRequired()])
    seal = StringField(_l("Seal number on the bag, if there is one"), [Optional(), readable(SHORT)])

    items: Sequence[ReturnItem] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not self.chosen:
            self.form_errors = [_l("Choose the goods that you have taken.")]
            return False
        return True

    @property
    def chosen(self) -> list[ReturnItem]:
        """The goods that are ticked."""
        return [item for item in self.items if self[f"take_{item.id}"].data]

    def handed(self, photographs: dict[str, int]) -> dict[Hand, list[Handed]]:
        """What was taken from whom, as the page had shown it."""
        found: dict[Hand, list[Handed]] = {}
        for item in self.chosen:
            grade = self[f"grade_{item.id}"].data
            holder, _sep, number = (self[f"from_{item.id}"].data or "").partition(":")
            giver = Hand(Holder(holder), int(number) if number.isdigit() else None)
            quantity = int(self[f"quantity_{item.id}"].data or item.quantity)
            found.setdefault(giver, []).append(Handed(item.id, quantity, Grade(grade) if grade else None, photographs))
        return found

    def files(self) -> dict[str, Any]:
        """The photographs of the checklist that were chosen, one for each name."""
        return {name: self[f"photo_{name}"].data for name in PHOTOGRAPHS if self[f"photo_{name}"].data}


def receive_form(items: Sequence[ReturnItem], shops: Sequence[Shop]) -> Any:
    """The form to take goods in: each line with its number of pieces and its condition, and the photographs of the checklist."""
    fields: dict[str, Any] = {"items": items}
    for item in items:
        fields[f"take_{item.id}"] = BooleanField(goods_name(item), default=True)
        fields[f"from_{item.id}"] = HiddenField(default=f"{item.holder}:{item.holder_id or ''}")
        fields[f"quantity_{item.id}"] = SelectField(
            _l("Pieces"),
            choices=[SelectChoice(str(n), str(n)) for n in range(item.quantity, 0, -1)],
            default=str(item.quantity),
            validators=[Optional()],
        )
        fields[f"grade_{item.id}"] = SelectField(
            _l("Condition"),
            choices=[SelectChoice("", _l("Looked at later")), *names.options(return_names.GRADES)],
            default="",
            validators=[Optional()],
        )
    for name in PHOTOGRAPHS:
        fields[f"photo_{name}"] = FileField(return_names.PHOTOGRAPHS[name], [Optional()])
    form = type("ReceiveForm", (_Receive,), fields)()
    form.shop.choices = [SelectChoice(str(shop.id), shop.name_zh) for shop in shops]
    return form


class _Inspect(FlaskForm):
    version = HiddenField()
    words = TextAreaField(_l("What you found"), [Optional(), readable(LONG)])
    files = FilesField(_l("Photos that show it"), [Optional()])

    items: Sequence[ReturnItem] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        good = True
        refused = False
        for item in self.items:
            if self[f"accepted_{item.id}"].data == YES:
                continue
            refused = True
            reasons = self[f"reasons_{item.id}"]
            if not reasons.data:
                reasons.errors = [*reasons.errors, _l("Say why the goods are not accepted.")]
                good = False
        if refused and not (self.words.data or "").strip():
            self.words.errors = [
                *self.words.errors,
                _l("Write down what you found, so that the customer can understand it."),
            ]
            good = False
        return good

    def results(self) -> list[Result]:
        """What was found of each of the goods."""
        found = []
        for item in self.items:
            accepted = self[f"accepted_{item.id}"].data == YES
            reasons = () if accepted else tuple(map(RejectionReason, self[f"reasons_{item.id}"].data or ()))
            noted = self[f"difference_{item.id}"].data if recorded_good(item) and accepted else None
            difference = RejectionReason(noted) if noted else None
            found.append(Result(item.id, accepted, Grade(self[f"grade_{item.id}"].data), reasons, difference))
        return found


def inspect_form(items: Sequence[ReturnItem]) -> Any:
    """The form for the look at the goods. Of what was recorded as good at the hand-over, only other reasons can be chosen."""
    fields: dict[str, Any] = {"items": items}
    for item in items:
        good = recorded_good(item)
        fields[f"accepted_{item.id}"] = RadioField(
            goods_name(item),
            choices=[SelectChoice(YES, _l("I accept these goods")), SelectChoice(NO, _l("I do not accept them"))],
            default=NO if item.rejected_at else YES,
            validators=[InputRequired(_l("Say whether the goods are accepted."))],
        )
        fields[f"grade_{item.id}"] = SelectField(
            _l("Condition"), choices=names.options(return_names.GRADES), default=item.grade or Grade.AS_NEW.value
        )
        open_reasons = [r for r in RejectionReason if not (good and r in SEEN_AT_HAND_OVER)]
        fields[f"reasons_{item.id}"] = SelectMultipleField(
            _l("Why the goods are not accepted"),
            choices=[SelectChoice(str(r), return_names.REJECTIONS[r]) for r in open_reasons],
            default=list(item.reasons),
            validators=[Optional()],
        )
        if good:
            fields[f"difference_{item.id}"] = SelectField(
                _l("Different from what was recorded at the hand-over"),
                choices=[
                    SelectChoice("", _l("No difference")),
                    *(SelectChoice(str(r), return_names.REJECTIONS[r]) for r in SEEN_AT_HAND_OVER),
                ],
                validators=[Optional()],
            )
    return type("InspectForm", (_Inspect,), fields)()
