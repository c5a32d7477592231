"""The pages of the wizard in their order, and a draft read back as the forms that were filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l

from disputes import clock
from disputes.intake.commands import Telling
from disputes.intake.drafts import Begun
from disputes.intake.outlook import Outlook, outlook
from disputes.merchants.models import Shop
from disputes.regions.queries import region_of
from disputes.rules.categories import Category, HowBought, PaidHow, Trade
from disputes.rules.lifecycle import Kind
from disputes.rules.packages import DAYS_OF, Goods, Means, Package, Remedy, Shipping, Within
from disputes.rules.routing import Facts, facts_of
from disputes.web import countries
from disputes.web.public import filing_forms as forms
from disputes.web.public.wizard import Endpoints, Page, StepForm, Wizard, form_of

# fmt: off
PAGES: tuple[Page, ...] = (
    Page("what",     _l("What happened?"),           forms.WhatForm),
    Page("safe",     _l("Are you safe?"),            forms.SafeForm),
    Page("where",    _l("Where was it?"),            forms.WhereForm),
    Page("bought",   _l("What was it about?"),       forms.BoughtForm),
    Page("story",    _l("What went wrong?"),         forms.StoryForm),
    Page("want",     _l("What do you want?"),        forms.WantForm),
    Page("evidence", _l("Do you have any proof?"),   forms.EvidenceForm),
    Page("leave",    _l("When do you leave China?"), forms.LeaveForm),
    Page("reach",    _l("How do we reach you?"),     forms.ReachForm),
    Page("check",    _l("Check your answers"),       forms.CheckForm),
)
# fmt: on
WIZARD = Wizard(
    Kind.DISPUTE,
    "filing",
    PAGES,
    Endpoints(begin=".file", step=".step", answer=".answer", elsewhere=".elsewhere", draft=".draft", anew=".discard"),
    form_of,
)
FIRST, CHECK = WIZARD.first, WIZARD.last
WITHIN_OF_DAYS = sorted(((days, within) for within, days in DAYS_OF.items()), reverse=True)


class Answers:
    """A draft with all its pages answered, read back: for the last page and for the complaint made of it."""

    def __init__(self, draft: Begun) -> None:
        self.draft = draft
        self.forms: Mapping[str, StepForm] = {
            page.name: form_of(page, draft, None, csrf=False) for page in WIZARD.questions
        }

    def first_wrong(self) -> Page | None:
        """The first page whose answer would not be taken any more, such as a departure that has passed by now."""
        return next((page for page in WIZARD.questions if not self.forms[page.name].validate()), None)

    @cached_property
    def shop(self) -> Shop | None:
        where: Any = self.forms["where"]
        return where.chosen if not where.unknown else None

    @property
    def trade(self) -> Trade:
        where: Any = self.forms["where"]
        return Trade(self.shop.trade if self.shop else where.trade.data)

    @property
    def category(self) -> Category:
        what: Any = self.forms["what"]
        return Category(what.category.data)

    @property
    def region(self) -> str:
        """CQ or SC: where the business is."""
        where: Any = self.forms["where"]
        return region_of(self.shop.division_code if self.shop else where.division.data)

    @property
    def how_bought(self) -> HowBought:
        bought: Any = self.forms["bought"]
        return HowBought(bought.how_bought.data)

    @property
    def dangers(self) -> tuple[Any, ...]:
        safe: Any = self.forms["safe"]
        return safe.real

    @cached_property
    def departure_at(self) -> Any:
        leave: Any = self.forms["leave"]
        return leave.at

    @property
    def departure(self) -> str:
        leave: Any = self.forms["leave"]
        return leave.departure.data

    @cached_property
    def claim(self) -> Package:
        """What is asked for, as a package. It is to be carried out while the tourist is still here, if that can be."""
        want: Any = self.forms["want"]
        amount, currency = want.money
        goods = Goods(want.goods.data) if want.goods.data in set(Goods) else Goods.NONE
        return Package(
            remedies=want.chosen,
            amount=amount,
            currency=currency,
            goods=goods,
            shipping=self._shipping(goods),
            means=Means(want.means.data) if want.means.data in set(Means) else Means.ORIGINAL,
            within=within(forms.days_until(self.departure_at)),
        )

    def _shipping(self, goods: Goods) -> Shipping:
        if goods is not Goods.GIVE_BACK:
            return Shipping.NONE
        return Shipping.SHOP_PAYS if self.departure == "departed" else Shipping.IN_SHOP

    @cached_property
    def outlook(self) -> Outlook:
        return outlook(clock.now(), self.departure_at, self.shop, self._facts())

    def _facts(self) -> Facts:
        where: Any = self.forms["where"]
        return facts_of(
            self.trade,
            category=self.category,
            place=self.shop.division_code if self.shop else where.division.data,
            district=self.shop.district_code if self.shop else None,
            how_bought=self.how_bought,
        )

    def telling(self, consents: Sequence[Any]) -> Telling:
        """The complaint, as the verb takes it."""
        where: Any = self.forms["where"]
        bought: Any = self.forms["bought"]
        story: Any = self.forms["story"]
        want: Any = self.forms["want"]
        leave: Any = self.forms["leave"]
        reach: Any = self.forms["reach"]
        unknown = self.shop is None
        mailed = reach.contact.data == "email"
        paid = bought.amount.data is not None and bought.paid_how.data != PaidHow.NOT_PAID
        return Telling(
            category=self.category,
            trade=self.trade,
            how_bought=self.how_bought,
            claim=self.claim,
            language=forms.chosen_language(reach.language.data),
            narrative=story.narrative.data,
            consents=tuple(consents),
            shop_id=self.shop.id if self.shop else None,
            shop_name=where.name.data or "" if unknown else "",
            shop_address=where.address.data or "" if unknown else "",
            division_code=where.division.data if unknown else None,
            bought_on=bought.bought_on.data,
            paid_how=PaidHow(bought.paid_how.data),
            amount=bought.amount.data if paid else None,
            currency=bought.amount.currency if paid else None,
            item=bought.item.data or "",
            invoice_number=bought.invoice_number.data or "",
            wish=want.wish.data or "" if Remedy.OTHER in want.chosen else "",
            dangers=self.dangers,
            departure=self.departure,
            departure_at=self.departure_at,
            departure_port=leave.port.data or None if self.departure == "known" else None,
            name=reach.name.data,
            email=reach.email.data if mailed else None,
            time_zone=countries.only_zone(reach.country.data or None),
            country=reach.country.data or None,
            companion_email=reach.companion.data or None,
        )


def within(days_left: int | None) -> Within:
    """By when the claim asks to be carried out: seven days, or sooner where the tourist leaves sooner."""
    limit = DAYS_OF[Within.SEVEN_DAYS] if days_left is None else min(days_left, DAYS_OF[Within.SEVEN_DAYS])
    return next(within for days, within in WITHIN_OF_DAYS if days <= max(limit, 0))
