"""The form for a package, shared by shops that offer, tourists who counter, and mediators who propose."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Optional

from disputes import clock, names
from disputes.rules.packages import (
    IN_PERSON_MEANS,
    IN_PERSON_SHIPPING,
    MONEY_REMEDIES,
    Goods,
    Means,
    Package,
    PackageError,
    Remedy,
    Shipping,
    Within,
    less_than_the_price,
)
from disputes.web.fields import MoneyField, readable
from disputes.web.sentences import refusal

LONGEST_WORDS = 4000


class PackageForm(FlaskForm):
    """A package as people put it together. ``package()`` is the package of a valid form."""

    version = HiddenField()
    remedies = SelectMultipleField(
        _l("What is offered"),
        choices=names.options(names.REMEDIES),
        validators=[InputRequired(_l("Choose at least one thing."))],
    )
    amount = MoneyField(_l("Money, all together"), validators=[Optional()])
    goods = RadioField(_l("What happens to the goods"), choices=names.options(names.GOODS), default=Goods.NONE.value)
    shipping = SelectField(_l("How they come back"), choices=names.options(names.SHIPPING), default=Shipping.NONE.value)
    means = SelectField(_l("How the money goes back"), choices=names.options(names.MEANS), default=Means.ORIGINAL.value)
    within = SelectField(_l("By when"), choices=names.options(names.WITHIN), default=Within.THREE_DAYS.value)
    words = TextAreaField(
        _l("A few words to the other side"),
        [Optional(), readable(LONGEST_WORDS)],
    )

    price: tuple[int | None, str | None] = (None, None)  # what was paid, in minor units of a currency
    away = False  # the tourist has left

    def measure(self, complaint: Any) -> None:
        """Say what was paid: the price back is all of it. Once the tourist has left, only what works from abroad can be chosen."""
        self.price = (complaint.amount, complaint.currency)
        self.away = complaint.case.is_away(clock.now())
        if self.away:
            self.means.choices = [c for c in self.means.choices if _code(c) not in IN_PERSON_MEANS]
            self.shipping.choices = [c for c in self.shipping.choices if _code(c) not in IN_PERSON_SHIPPING]

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape first, then whether the package promises something that can be carried out."""
        if not super().validate(extra_validators):
            return False
        try:
            package = self.package()
            if less_than_the_price(package, *self.price):
                raise PackageError("less_than_the_price")
        except PackageError as error:
            field = self.amount if error.code in ("money_without_amount", "negative") else self.remedies
            field.errors = [*field.errors, refusal(error.code)]
            return False
        return True

    def package(self) -> Package:
        """The package of this form; PackageError when it promises nothing or contradicts itself."""
        remedies = tuple(Remedy(r) for r in self.remedies.data or ())
        amount = self.amount.data or 0
        if amount and not any(r in MONEY_REMEDIES for r in remedies):
            raise PackageError("amount_without_money")
        goods = Goods(self.goods.data)
        return Package(
            remedies,
            amount=amount,
            currency=self.amount.currency,
            goods=goods,
            shipping=Shipping(self.shipping.data) if goods is Goods.GIVE_BACK else Shipping.NONE,
            means=Means(self.means.data),
            within=Within(self.within.data),
        )

    def start_from(self, package: Package) -> None:
        """Fill the form with a package that is known, such as what the other side asked for."""
        self.remedies.data = [r.value for r in package.remedies]
        self.amount.data, self.amount.currency = package.amount or None, package.currency
        self.goods.data, self.shipping.data = package.goods.value, package.shipping.value
        self.means.data, self.within.data = package.means.value, package.within.value
        if self.away and package.means in IN_PERSON_MEANS:
            self.means.data = Means.ORIGINAL.value
        if self.away and package.shipping in IN_PERSON_SHIPPING:
            self.shipping.data = Shipping.SHOP_PAYS.value


def _code(choice: Any) -> Any:
    """The code of a choice, however the form wrote it down."""
    return choice[0] if isinstance(choice, tuple) else choice.value
