"""The questions of a return, one form a page: the goods, the purchase, and how goods and money shall come back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from disputes import clock, names
from disputes.intake.drafts import Begun
from disputes.law.explain_returns import WAYS
from disputes.returns import handing
from disputes.returns.declaring import TaxTold
from disputes.rules.categories import HowBought, PaidHow
from disputes.rules.goods import GoodsClass
from disputes.rules.packages import IN_PERSON_MEANS, Means
from disputes.rules.pledges import Proof, Way
from disputes.rules.return_facts import Fault, Item, TaxState
from disputes.rules.return_way import Wish
from disputes.web.fields import DatePartsField, MoneyField, readable
from disputes.web.public.filing_forms import LINE, SHORT, ConsentForm, Needed, check_day_bought, place_name
from disputes.web.public.filing_forms import WhereForm as AnyWhereForm
from disputes.web.public.wizard import StepForm

MOST_LINES, MOST_PIECES = 10, 999
UNKNOWN = "unknown"
HAS_FORM = (TaxState.T1, TaxState.T2, TaxState.T3)
IN_PERSON_WAYS = (Way.SHOP, Way.BRANCH, Way.DESK)

# What the answer to one question says of the goods, as the rules ask it.
# fmt: off
STATES: dict[str, dict[str, bool]] = {
    "sealed":    {"intact": True,  "resaleable": True, "worn": False, "unsealed": False, "activated": False},
    "opened":    {"intact": True,  "worn": False, "unsealed": True, "activated": False},
    "activated": {"intact": True,  "worn": False, "unsealed": True, "activated": True},
    "used":      {"intact": False, "worn": True,  "unsealed": True, "activated": True},
    "damaged":   {"intact": False, "resaleable": False, "worn": False, "unsealed": True},
}
STATE_WORDS: dict[str, Any] = {
    "sealed":    _l("Unused, in its packaging or with all labels"),
    "opened":    _l("Opened or tried on, complete and undamaged"),
    "activated": _l("A device that was switched on and set up"),
    "used":      _l("Used, worn or washed"),
    "damaged":   _l("Damaged or incomplete, and that happened with me"),
}
FAULTS: dict[Fault, Any] = {
    Fault.NONE:        _l("Nothing, I simply want to give it back"),
    Fault.QUALITY:     _l("It is faulty or of poor quality"),
    Fault.FAKE:        _l("It is fake, or not what I was told"),
    Fault.UNSAFE_FOOD: _l("It is food that is not safe"),
}
TOLD: dict[str, Any] = {
    "no":        _l("No, nobody said that"),
    "said":      _l("Yes, the shop said or wrote so"),
    "confirmed": _l("Yes, and I confirmed it for this purchase"),
    UNKNOWN:     _l("I do not know"),
}
TAGS: dict[str, Any] = {
    "on":    _l("Yes, it is still on"),
    "off":   _l("No, it was taken off"),
    UNKNOWN: _l("I do not know, or there was none"),
}
SPECIAL: dict[str, Any] = {
    "made_to_order": _l("It was made, engraved or tailored for me"),
    "marked":        _l("It was sold as flawed or close to its expiry date"),
}
BREACHES: dict[str, Any] = {
    "yes":   _l("Yes"),
    "no":    _l("No, I had agreed to it"),
    UNKNOWN: _l("I am not sure"),
}
PROOFS: dict[Proof, Any] = {
    Proof.INVOICE: _l("The invoice (fapiao)"),
    Proof.ANY:     _l("A receipt, or a record of the payment"),
    Proof.NONE:    _l("Nothing"),
}
TAX_STATES: dict[str, Any] = {
    TaxState.T0: _l("No: I have no tax refund form for it"),
    TaxState.T1: _l("I have the form, but no money yet"),
    TaxState.T2: _l("I got the tax back in the store already and have not left yet"),
    TaxState.T3: _l("I got the tax back and have left China"),
    UNKNOWN:     _l("I do not know"),
}
WISHES: dict[Wish, Any] = {
    Wish.REFUND:   _l("My money back"),
    Wish.EXCHANGE: _l("Something else in exchange"),
}
MEANS_HINTS: dict[Means, Any] = {
    Means.ORIGINAL:    _l("Usually without a fee. It can take some days until the bank shows it."),
    Means.CASH:        _l("Only while you are here: in the shop, or at a desk that pays cash."),
    Means.BANK_ABROAD: _l("Banks take a fee for a transfer abroad, and it comes off what reaches you. Your page shows the fee that the shop names."),
}
# fmt: on


class WhereForm(AnyWhereForm):
    """The shop. One that is not in the list can be asked about too, but only a listed one can be sent a return."""

    def validate_name(self, field: StringField) -> None:
        """Nothing is needed of an unknown shop: what follows from the law does not depend on its name."""

    def validate_division(self, field: SelectField) -> None:
        """See above."""

    def validate_trade(self, field: SelectField) -> None:
        """See above."""

    def names_of_answers(self) -> set[str]:
        return {"q", "shop"}


class CountField(StringField):
    """How many pieces, in digits of any script; ``count`` is the number, None for anything else."""

    @property
    def count(self) -> int | None:
        typed = (self.data or "").strip()
        return int(typed) if typed.isdecimal() and len(typed) < 5 else None


class ItemForm(Form):
    """One line of the purchase."""

    name = StringField(
        _l("What is it?"),
        description=_l("For example: silk scarf, tea set, ham."),
        validators=[DataRequired(_l("Say in a word or two what it is.")), readable(LINE)],
    )
    goods = SelectField(
        _l("What kind of goods?"),
        choices=lambda: [SelectChoice("", _l("Choose")), *names.options(names.GOODS_CLASSES)],
        validators=[DataRequired(_l("Choose the kind of goods: the rules differ."))],
        validate_choice=False,
    )
    price = MoneyField(
        _l("Price of one piece"),
        validators=[InputRequired(_l("Give the price of one piece, as on the receipt."))],
    )
    bought = CountField(_l("How many did you buy?"), default="1", validators=[Needed()])
    quantity = CountField(_l("How many go back?"), default="1", validators=[Needed()])
    state = RadioField(
        _l("In what state is it?"),
        choices=lambda: names.options(STATE_WORDS),
        validators=[DataRequired(_l("Choose what fits best."))],
    )
    fault = RadioField(
        _l("Is something wrong with it?"),
        choices=lambda: names.options(FAULTS),
        default=str(Fault.NONE),
        validators=[DataRequired(_l("Choose what fits best."))],
    )
    told = SelectField(
        _l("Were you told that it cannot be given back?"), choices=lambda: names.options(TOLD), default="no"
    )
    tag = SelectField(
        _l("Is the security tag or seal still on it?"),
        description=_l("For gold, jewellery, watches and luxury goods."),
        choices=lambda: names.options(TAGS),
        default=UNKNOWN,
    )
    special = SelectMultipleField(
        _l("Is one of these true?"), choices=lambda: names.options(SPECIAL), validators=[Optional()]
    )

    def validate_goods(self, field: SelectField) -> None:
        if field.data not in set(GoodsClass):
            raise ValidationError(_("Choose the kind of goods: the rules differ."))

    def validate_bought(self, field: CountField) -> None:
        if field.count is None or not 1 <= field.count <= MOST_PIECES:
            raise ValidationError(_("Write a number from 1 to %(most)s.", most=MOST_PIECES))

    def validate_quantity(self, field: CountField) -> None:
        if field.count is None or not 1 <= field.count <= MOST_PIECES:
            raise ValidationError(_("Write a number from 1 to %(most)s.", most=MOST_PIECES))
        bought: Any = self.bought
        if bought.count is not None and field.count > bought.count:
            raise ValidationError(_("No more can go back than you bought."))

    def item(self, ref: str) -> Item:
        """The line as the rules take it."""
        told, special = self.told.data, self.special.data or ()
        quantity: Any = self.quantity
        return Item(
            ref=ref,
            goods=GoodsClass(self.goods.data),
            price=self.price.data,
            quantity=quantity.count,
            fault=Fault(self.fault.data),
            made_to_order="made_to_order" in special,
            marked="marked" in special,
            sealed_tag={"on": True, "off": False}.get(self.tag.data),
            stated=None if told == UNKNOWN else told in ("said", "confirmed"),
            confirmed=None if told == UNKNOWN else told == "confirmed",
            **STATES[self.state.data],
        )


class GoodsForm(StepForm):
    """What shall go back: one line or several."""

    items = FieldList(FormField(ItemForm), min_entries=1, max_entries=MOST_LINES)
    shop_code = HiddenField()  # of the page that led here

    def names_of_answers(self) -> set[str]:
        return {f"items-{n}-{name}" for n in range(MOST_LINES) for name in _item_fields()}

    @property
    def full(self) -> bool:
        return len(self.items.entries) >= MOST_LINES


class BoughtForm(StepForm):
    """How and when it was bought, what shows it, and how far the tax refund has come."""

    bought_on = DatePartsField(
        _l("On which day did you buy it?"),
        validators=[InputRequired(_l("Give the day of the purchase: the days count from it."))],
    )
    how_bought = RadioField(
        _l("How did you buy it?"),
        choices=lambda: names.options(names.HOW_BOUGHT),
        default=HowBought.COUNTER,
        validators=[DataRequired(_l("Choose how you bought it."))],
    )
    received_on = DatePartsField(_l("On which day did you get it?"), validators=[Optional()])
    agency = StringField(_l("Name of the travel agency or the guide"), validators=[Optional(), readable(LINE)])
    breach = RadioField(
        _l("Did the agency choose this shop without asking you, or lure you with a very low price?"),
        choices=lambda: names.options(BREACHES),
        default=UNKNOWN,
        validators=[Optional()],
    )
    ended_on = DatePartsField(_l("On which day does or did the tour end?"), validators=[Optional()])
    proof = RadioField(
        _l("What do you have that shows the purchase?"),
        choices=lambda: names.options(PROOFS),
        validators=[DataRequired(_l("Choose what you have. “Nothing” is fine too."))],
    )
    invoice_number = StringField(
        _l("Number of the invoice or receipt"),
        description=_l("Only if you have it at hand."),
        validators=[Optional(), readable(SHORT)],
    )
    tax = RadioField(
        _l("Is there a tax refund for it?"),
        description=_l(
            "Stores with the sign “Tax refund” issue a form (离境退税申请单) for visitors. A return changes that refund."
        ),
        choices=lambda: names.options(TAX_STATES),
        validators=[DataRequired(_l("Choose one. “I do not know” is fine too."))],
    )
    form_number = StringField(
        _l("Number of the tax refund form"),
        description=_l("Only if there is one."),
        validators=[Optional(), readable(SHORT)],
    )

    @property
    def tax_state(self) -> TaxState | None:
        return TaxState(self.tax.data) if self.tax.data in set(TaxState) else None

    def validate_bought_on(self, field: DatePartsField) -> None:
        check_day_bought(field.data)

    def validate_received_on(self, field: DatePartsField) -> None:
        if self.how_bought.data != HowBought.ONLINE or field.data is None:
            return
        if field.data > clock.today():
            raise ValidationError(_("This day lies in the future. If it has not come yet, leave the day empty."))
        if self.bought_on.data is not None and field.data < self.bought_on.data:
            raise ValidationError(_("It cannot have come before you bought it."))


class WayForm(StepForm):
    """What the tourist wants back, where the goods go, how the money comes, and the numbers of the tax refund."""

    wish = RadioField(
        _l("What do you want?"),
        choices=lambda: names.options(WISHES),
        default=str(Wish.REFUND),
        validators=[DataRequired(_l("Choose one of the two."))],
    )
    way = RadioField(
        _l("How do you want to give it back?"),
        validate_choice=False,
        validators=[DataRequired(_l("Choose how you want to give it back."))],
    )
    branch = SelectField(_l("Which branch?"), validate_choice=False, validators=[Needed()])
    desk = SelectField(_l("Which desk?"), validate_choice=False, validators=[Needed()])
    means = RadioField(
        _l("How should the money reach you?"), validate_choice=False, default=str(Means.ORIGINAL), validators=[Needed()]
    )
    paid_how = SelectField(
        _l("How did you pay?"),
        choices=lambda: [
            SelectChoice("", _l("Choose")),
            *(c for c in names.options(names.PAID_HOW) if c.value != PaidHow.NOT_PAID),
        ],
        validate_choice=False,
    )
    invoice_amount = MoneyField(
        _l("Amount of the whole invoice"),
        description=_l("Also of the goods that you keep. It stands on the tax refund form."),
        validators=[Optional()],
    )
    refunded = MoneyField(
        _l("How much tax did you get back?"), description=_l("After the agency’s fee."), validators=[Optional()]
    )
    upon_purchase = BooleanField(_l("I got it at once in the store, with a hold on my credit card."))
    leave_by = DatePartsField(_l("By which day did you promise to leave?"), validators=[Optional()])

    def know(self, offer: WaysOffered) -> None:
        """Offer what this purchase allows; only a listed way can be chosen."""
        self.offer_of = offer
        self.way.choices = [SelectChoice(str(way), WAYS[way]) for way in offer.ways]
        choose = SelectChoice("", _("Choose"))
        self.branch.choices = [choose, *(SelectChoice(str(s.id), shop_line(s)) for s in offer.branches)]
        self.desk.choices = [choose, *(SelectChoice(str(d.id), desk_line(d)) for d in offer.desks)]
        means = [m for m in Means if m is not Means.ANY and not (offer.away and m in IN_PERSON_MEANS)]
        self.means.choices = [SelectChoice(str(m), names.MEANS[m]) for m in means]

    @property
    def asks_tax(self) -> bool:
        return self.offer_of.tax in HAS_FORM

    def validate_way(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("This way is not open to you any more. Choose another one."))

    def validate_branch(self, field: SelectField) -> None:
        if self.way.data == Way.BRANCH and field.data not in {str(s.id) for s in self.offer_of.branches}:
            raise ValidationError(_("Choose the branch to which you bring it."))

    def validate_desk(self, field: SelectField) -> None:
        if self.way.data == Way.DESK and field.data not in {str(d.id) for d in self.offer_of.desks}:
            raise ValidationError(_("Choose the desk to which you bring it."))

    def validate_means(self, field: RadioField) -> None:
        if self.wish.data == Wish.REFUND and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose how the money should reach you."))

    def tax_told(self, state: TaxState | None, form_number: str) -> TaxTold | None:
        """What was told of the tax refund; None where nobody knows."""
        if state is None:
            return None
        return TaxTold(
            state=state,
            form_number=form_number,
            invoice_amount=self.invoice_amount.data if state in HAS_FORM else None,
            refunded=self.refunded.data if state in (TaxState.T2, TaxState.T3) else None,
            upon_purchase=bool(self.upon_purchase.data) and state is TaxState.T2,
            leave_by=self.leave_by.data if state is TaxState.T2 else None,
        )


class WaysOffered:
    """What the way page offers: ways, branches, desks, and whether the tourist has left."""

    def __init__(self, ways: Sequence[Way], branches: Sequence[Any], away: bool, tax: TaxState | None) -> None:
        self.away, self.tax = away, tax
        self.branches = list(branches) if not away else []
        self.desks = handing.desks() if not away else []
        asked = tuple(ways) or (Way.SHOP, Way.DESK, Way.PARCEL)  # nothing was promised: the shop may still agree to any
        self.ways = [way for way in Way if way in asked and self._can(way)] or [Way.PARCEL]

    def _can(self, way: Way) -> bool:
        if self.away and way in IN_PERSON_WAYS:
            return False
        return bool({Way.BRANCH: self.branches, Way.DESK: self.desks}.get(way, True))


class ReturnCheckForm(ConsentForm):
    """What a return may be used for."""

    to_shop = BooleanField(
        _l("Pass my return, my name to call me and my photos to the shop, so that it can answer."),
        validators=[DataRequired(_l("A return is a word to the shop, so we must be allowed to pass it on."))],
    )
    publication = BooleanField(_l("My case may be counted in published figures, without anything that names me."))


class AnswerForm(StepForm):
    """The page with the verdict asks nothing; going on from it is the declaration's first step."""

    def prepare(self, draft: Begun | None) -> None:
        """Nothing is read by earlier answers."""


def shop_line(shop: Any) -> str:
    """A shop in one line of a list."""
    return " · ".join(part for part in (shop.name_zh, shop.name_en, shop.address_zh) if part)


def desk_line(desk: Any) -> str:
    """A desk in one line of a list, with its hours."""
    return f"{place_name(desk)} ({desk.opens:%H:%M}–{desk.closes:%H:%M})"


def _item_fields() -> list[str]:
    return [field.name for field in ItemForm()]
