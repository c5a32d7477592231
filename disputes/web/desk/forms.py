"""The forms of a desk. What is asked of each item is made for the items at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields import FileField, SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from disputes import names
from disputes.names import returns as return_names
from disputes.returns.models import ReturnItem
from disputes.rules.return_way import PHOTOGRAPHS
from disputes.web.fields import readable

SHORT = 80
NEEDED = ("front", "back")  # of the checklist; the rest where there is such a thing


class TakeForm(FlaskForm):
    """What is taken in: per item how many, in which state and with which photographs; the seal of the bag."""

    slip = HiddenField()
    entry = HiddenField()
    happened_at = HiddenField()
    seal = StringField(
        _l("Seal number"),
        [readable(SHORT), Length(max=SHORT)],
        render_kw={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"},
    )

    asks_all = False  # a condition and a seal must be given

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            if self.asks_all and (field.name == "seal" or field.name.startswith("grade_")):
                field.flags.required = True  # says the label; what is missing is found with the other answers

    def of(self, item: ReturnItem, what: str) -> Any:
        """The field of one item: take, quantity, grade or one of the photographs."""
        return self[_name(item, what)]


class ConfirmForm(FlaskForm):
    """Both confirm on the one phone."""

    slip = HiddenField()
    happened_at = HiddenField()
    desk_agrees = BooleanField(
        _l("I have the goods before me, in this number and this state, and I have sealed the bag."),
        [InputRequired(_l("Confirm your half."))],
    )
    visitor_agrees = BooleanField(
        _l("I hand over these goods in this number and this state."),
        [InputRequired(_l("The visitor confirms the lower half. Turn the phone round."))],
    )


class BackForm(FlaskForm):
    """Goods go back to the visitor; both confirm."""

    entry = HiddenField()
    version = HiddenField()
    items = SelectMultipleField(_l("Goods"), [InputRequired(_l("Choose the goods it is about."))])
    desk_agrees = BooleanField(
        _l("I give these goods back, with the seal as it was."), [InputRequired(_l("Confirm your half."))]
    )
    visitor_agrees = BooleanField(
        _l("I have these goods back."),
        [InputRequired(_l("The visitor confirms the lower half. Turn the phone round."))],
    )


class HandOnForm(FlaskForm):
    """Goods go to a carrier."""

    entry = HiddenField()
    items = SelectMultipleField(_l("Goods"), [InputRequired(_l("Choose the goods it is about."))])
    carrier = StringField(
        _l("Who carries the goods"),
        [InputRequired(_l("Say who carries the goods.")), readable(SHORT)],
        description=_l("A carrier such as EMS or SF Express, or the name of the messenger."),
    )
    tracking_number = StringField(
        _l("Number by which it can be followed"),
        [Optional(), readable(SHORT)],
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )


class PayForm(FlaskForm):
    """The refund in cash, at a desk that pays."""

    version = HiddenField()
    receipt = StringField(_l("Number of the payment slip"), [Optional(), readable(SHORT)], render_kw={"dir": "ltr"})
    desk_agrees = BooleanField(_l("I have paid this sum in cash."), [InputRequired(_l("Confirm your half."))])
    visitor_agrees = BooleanField(
        _l("I have received this sum in cash."),
        [InputRequired(_l("The visitor confirms the lower half. Turn the phone round."))],
    )


def take_form(items: Sequence[ReturnItem], *, from_visitor: bool) -> type[TakeForm]:
    """The form for these items. From a visitor the state of each is asked; from another hand it may be noted."""
    fields: dict[str, Any] = {}
    for item in items:
        whole = item.quantity
        fields[_name(item, "take")] = BooleanField(_l("Take this in"), default=True)
        fields[_name(item, "quantity")] = SelectField(
            _l("How many"), choices=[SelectChoice(n, str(n)) for n in range(1, whole + 1)], coerce=int, default=whole
        )
        fields[_name(item, "grade")] = RadioField(
            _l("Condition"), choices=names.options(return_names.GRADES), validators=[Optional()]
        )
        for photograph in PHOTOGRAPHS:
            fields[_name(item, photograph)] = FileField(return_names.PHOTOGRAPHS[photograph])
    if not from_visitor:
        fields["bringer_agrees"] = BooleanField(
            _l("Whoever brings the goods stands here and agrees with this list."),
            [InputRequired(_l("Both must agree: whoever brings the goods, and you."))],
        )
    made = type("TakeTheseForm", (TakeForm,), fields)
    made.asks_all = from_visitor  # type: ignore[attr-defined]
    return made


def _name(item: ReturnItem, what: str) -> str:
    return f"{what}_{item.id}"
