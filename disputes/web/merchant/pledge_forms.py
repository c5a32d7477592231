"""The form in which a merchant writes a return promise, field by field as the rule book asks (R-RET-OFF-CONTENT)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from disputes import names
from disputes.merchants.models import Shop
from disputes.rules.goods import GoodsClass
from disputes.rules.packages import Means
from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way
from disputes.rules.publishing import LONGEST_DAYS, LONGEST_REFUND_DAYS, Desk, Promise, Reach
from disputes.web.fields import DatePartsField, MoneyField, readable

NAME, WORDS = 120, 1000


class PressForm(FlaskForm):
    """A button and nothing else."""


class PromiseForm(FlaskForm):
    brand_zh = StringField(
        _l("Brand or chain, in Chinese"),
        [Optional(), readable(NAME)],
        description=_l("Only if the promise is given in the name of a brand and not of the company."),
    )
    brand_en = StringField(_l("Brand or chain, in English"), [Optional(), readable(NAME)])
    shops = SelectMultipleField(
        _l("For which shops"),
        description=_l("Choose none and it counts for all your shops, also for those that open later."),
    )
    days = IntegerField(
        _l("How many days"),
        [
            InputRequired(_l("Write the number of days.")),
            NumberRange(1, LONGEST_DAYS, _l("Promise between 1 and 365 days.")),
        ],
        description=_l("Seven or more. The first day is not counted."),
    )
    starts = RadioField(
        _l("Counted from"), choices=lambda: names.options(names.PERIOD_STARTS), default=str(Starts.PURCHASE)
    )
    goods_zh = TextAreaField(
        _l("The goods, in Chinese"),
        [InputRequired(_l("Describe in Chinese what can be returned.")), readable(WORDS)],
        description=_l("In your own words, for example “silk scarves and shawls”. It is shown as you write it."),
    )
    goods_en = TextAreaField(_l("The goods, in English"), [Optional(), readable(WORDS)])
    covered = SelectMultipleField(
        _l("Kinds of goods that are covered"),
        choices=lambda: names.options(names.GOODS_CLASSES),
        description=_l("Choose none and all your goods are covered."),
    )
    excluded = SelectMultipleField(
        _l("Kinds of goods that are left out"), choices=lambda: names.options(names.GOODS_CLASSES)
    )
    exclusions_zh = TextAreaField(_l("What else is left out, in Chinese"), [Optional(), readable(WORDS)])
    exclusions_en = TextAreaField(_l("What else is left out, in English"), [Optional(), readable(WORDS)])
    also_takes = SelectMultipleField(
        _l("Taken back although opened or used"),
        choices=lambda: names.options(names.GOODS_CLASSES),
        description=_l("Most shops do not take back opened food, for example. If you do, say so here: it binds you."),
    )
    condition = RadioField(
        _l("Condition of the goods"),
        choices=lambda: names.options(names.RETURN_CONDITIONS),
        default=str(Condition.INTACT),
    )
    proof = RadioField(
        _l("Proof of purchase"), choices=lambda: names.options(names.RETURN_PROOFS), default=str(Proof.ANY)
    )
    ways = SelectMultipleField(_l("Ways to give it back"), choices=lambda: names.options(names.RETURN_WAYS))
    reach = SelectField(
        _l("If other branches of yours accept: how far"),
        choices=lambda: [SelectChoice("", _l("No branch of ours")), *names.options(names.RETURN_REACHES)],
        description=_l("Shops of a network that you join accept too."),
    )
    desks = SelectMultipleField(_l("If at a return desk: which"), choices=lambda: names.options(names.RETURN_DESKS))
    freight = RadioField(
        _l("If by parcel: who pays"), choices=lambda: names.options(names.RETURN_FREIGHT), default=str(Payer.BUYER)
    )
    refund_days = IntegerField(
        _l("Days until the money is paid back"),
        [Optional(), NumberRange(1, LONGEST_REFUND_DAYS, _l("Name between 1 and 60 days for the refund."))],
        description=_l("Counted from the day on which you have the goods."),
    )
    means = SelectMultipleField(_l("How the money is paid back"), choices=lambda: names.options(names.MEANS))
    auto_approve_up_to = MoneyField(
        _l("Approve a return by itself up to this price"),
        [Optional()],
        description=_l("For you alone; visitors do not see it. Leave it empty to decide each return yourself."),
    )
    keep_item_up_to = MoneyField(
        _l("Let the buyer keep the goods up to this price"),
        [Optional()],
        description=_l("For you alone: below this price you pay back without wanting the goods."),
    )

    def offer(self, shops: list[Shop]) -> None:
        """Fill the lists that depend on the merchant; to be called before the form is validated or shown."""
        self.shops.choices = [(str(shop.id), shop.name_zh) for shop in shops]

    def validate_ways(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one way in which goods can come back."))

    def validate_desks(self, field: SelectMultipleField) -> None:
        if Way.DESK in (self.ways.data or []) and not field.data:
            raise ValidationError(_("Say at which desk."))

    def validate_excluded(self, field: SelectMultipleField) -> None:
        if set(field.data or []) & set(self.covered.data or []):
            raise ValidationError(_("The same goods cannot be covered and left out."))

    def promise(self) -> Promise:
        """What was written, for the verbs."""
        return Promise(
            days=self.days.data or 0,
            starts=Starts(self.starts.data),
            condition=Condition(self.condition.data),
            proof=Proof(self.proof.data),
            covered=frozenset(map(GoodsClass, self.covered.data or [])),
            excluded=frozenset(map(GoodsClass, self.excluded.data or [])),
            also_takes=frozenset(map(GoodsClass, self.also_takes.data or [])),
            goods_zh=self.goods_zh.data or "",
            goods_en=self.goods_en.data or "",
            exclusions_zh=self.exclusions_zh.data or "",
            exclusions_en=self.exclusions_en.data or "",
            ways=frozenset(map(Way, self.ways.data or [])),
            desks=frozenset(map(Desk, self.desks.data or [])),
            reach=Reach(self.reach.data) if self.reach.data else None,
            freight=Payer(self.freight.data),
            refund_days=self.refund_days.data,
            means=tuple(map(Means, self.means.data or [])),
            auto_approve_up_to=self.auto_approve_up_to.data,
            keep_item_up_to=self.keep_item_up_to.data,
            shop_ids=frozenset(map(int, self.shops.data or [])),
        )


def values_of(promise: Promise) -> dict[str, Any]:
    """What the form shows for a promise that exists."""
    several = ("covered", "excluded", "also_takes", "ways", "desks", "means")
    plain = (
        "days", "goods_zh", "goods_en", "exclusions_zh", "exclusions_en", "refund_days", "auto_approve_up_to", "keep_item_up_to",
    )  # fmt: skip
    return {
        **{name: [str(each) for each in getattr(promise, name)] for name in several},
        **{name: getattr(promise, name) for name in plain},
        **{name: str(getattr(promise, name)) for name in ("starts", "condition", "proof", "freight")},
        "reach": str(promise.reach or ""),
        "shops": [str(shop_id) for shop_id in promise.shop_ids],
    }


class PublishForm(FlaskForm):
    applies_from = DatePartsField(
        _l("It counts for purchases from"), description=_l("Leave it empty, and it counts as soon as possible.")
    )


class WithdrawForm(FlaskForm):
    last_day = DatePartsField(
        _l("Last day on which a purchase is covered"), [InputRequired(_l("Give the year, the month and the day."))]
    )
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Give the reason.")), readable(WORDS)],
        description=_l("For our staff; it is not published."),
    )


class CommentForm(FlaskForm):
    comment = TextAreaField(
        _l("Your comment"),
        [InputRequired(_l("Write your comment first.")), readable(WORDS)],
        description=_l("It stands beside the breach in the public register, as you write it. Name no customers."),
    )


class NetworkForm(FlaskForm):
    kind = RadioField(_l("What binds the shops"), choices=lambda: names.options(names.NETWORK_KINDS), default="brand")
    name_zh = StringField(
        _l("Name in Chinese"), [InputRequired(_l("Give the network a name in Chinese.")), readable(NAME)]
    )
    name_en = StringField(_l("Name in English"), [Optional(), readable(NAME)])


class JoinForm(FlaskForm):
    network = SelectField(_l("Network"), [InputRequired(_l("Choose the network."))])
    shop = SelectField(_l("Your shop"), [InputRequired(_l("Choose the shop."))])
