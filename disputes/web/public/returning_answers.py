"""The pages of a return in their order, and a draft read back: the facts for the verdict, and the declaration made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from disputes import clock
from disputes.intake import drafts
from disputes.intake.drafts import Begun
from disputes.merchants.models import Shop
from disputes.pledges import queries as pledges
from disputes.returns import declaring
from disputes.returns.declaring import Declaration, Piece
from disputes.rules.categories import HowBought, PaidHow
from disputes.rules.lifecycle import Kind
from disputes.rules.packages import Means
from disputes.rules.pledges import Proof, Way
from disputes.rules.return_facts import Item, Purchase
from disputes.rules.return_way import Wish
from disputes.rules.rulebook import local_day
from disputes.rules.verdicts import Verdict
from disputes.web import countries
from disputes.web.public import filing_forms
from disputes.web.public import returning_forms as forms
from disputes.web.public.filing_forms import chosen_language
from disputes.web.public.wizard import Endpoints, Page, StepForm, Wizard, form_of

# fmt: off
PAGES: tuple[Page, ...] = (
    Page("where",  _l("Where did you buy it?"),               forms.WhereForm),
    Page("goods",  _l("What do you want to give back?"),      forms.GoodsForm),
    Page("bought", _l("How did you buy it?"),                 forms.BoughtForm),
    Page("answer", _l("Can I give this back?"),               forms.AnswerForm),
    Page("leave",  _l("When do you leave China?"),            filing_forms.LeaveForm),
    Page("way",    _l("How do you want to give it back?"),    forms.WayForm),
    Page("reach",  _l("How do we reach you?"),                filing_forms.ReachForm),
    Page("check",  _l("Confirm the return"),                  forms.ReturnCheckForm),
)
# fmt: on
FIRST, GOODS, ANSWER, CHECK = PAGES[0], PAGES[1], PAGES[3], PAGES[-1]
CHECKED = PAGES[:3]  # what a verdict needs


def make_form(
    page: Page, draft: Begun | None, formdata: MultiDict[str, Any] | None, *, answers: Answers | None = None
) -> StepForm:
    """The page's form; the one about the way knows what the purchase allows. One of ``answers`` is only read: it has no token."""
    form: Any = form_of(page, draft, formdata, csrf=answers is None)
    if page.name == "way" and draft is not None:
        form.know((answers or Answers(draft)).offered)
    return form


WIZARD = Wizard(
    Kind.RETURN,
    "returning",
    PAGES,
    Endpoints(
        begin=".returning",
        step=".returning_step",
        answer=".returning_answer",
        elsewhere=".returning_elsewhere",
        draft=".returning_draft",
        anew=".returning_new",
    ),
    make_form,
)


class Answers:
    """What a draft of a return holds, read back."""

    def __init__(self, draft: Begun) -> None:
        self.draft = draft
        self._forms: dict[str, StepForm] = {}

    def form(self, name: str) -> Any:
        """The form of a page as it was filled in; empty where nobody has been yet."""
        if name not in self._forms:
            self._forms[name] = make_form(WIZARD.page(name), self.draft, None, answers=self)
        return self._forms[name]

    @property
    def forms(self) -> Mapping[str, StepForm]:
        return {page.name: self.form(page.name) for page in WIZARD.questions}

    def first_wrong(self) -> Page | None:
        """The first page whose answer would not be taken any more, such as a departure that has passed by now."""
        return next((page for page in WIZARD.questions if not self.form(page.name).validate()), None)

    @cached_property
    def shop(self) -> Shop | None:
        where = self.form("where")
        return where.chosen if not where.unknown else None

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The goods as the rules take them."""
        return tuple(line.form.item(str(n)) for n, line in enumerate(self.form("goods").items, 1))

    @property
    def names(self) -> list[str]:
        """What the tourist calls them."""
        return [line.form.name.data for line in self.form("goods").items]

    @property
    def bought_on(self) -> date:
        return self.form("bought").bought_on.data

    @cached_property
    def bare(self) -> Purchase:
        """The purchase as the rules take it, before anything is said of the way back."""
        bought, how = self.form("bought"), HowBought(self.form("bought").how_bought.data)
        online, arranged = how is HowBought.ONLINE, how is HowBought.AGENCY
        return Purchase(
            how_bought=how,
            bought_on=self.bought_on,
            shop=self.shop.code if self.shop else "",
            received_at=bought.received_on.data if online else None,
            proof=Proof(bought.proof.data),
            invoice_number=bought.invoice_number.data or "",
            form_number=bought.form_number.data or "",
            tax_state=bought.tax_state,
            agency=(bought.agency.data or "") if arranged else "",
            agency_breach={"yes": True, "no": False}.get(bought.breach.data) if arranged else None,
            itinerary_ended_on=bought.ended_on.data if arranged else None,
            departure_on=local_day(self.departure_at) if self.departure_at else None,
        )

    @cached_property
    def purchase(self) -> Purchase:
        """The same with the way, once it was chosen."""
        if not drafts.complete(self.draft, "way"):
            return self.bare
        return replace(self.bare, way=self.way, hand_over_shop=self.branch.code if self.branch else "")

    def verdicts(self, at: datetime) -> tuple[Verdict, ...]:
        """What holds for each of the goods if the return were declared at this moment. Raises FactsError and RuleError."""
        return declaring.verdicts(self.shop.id if self.shop else None, self.purchase, self.items, at)

    # --- how it goes back

    @cached_property
    def offered(self) -> forms.WaysOffered:
        """What may be chosen on the page about the way: what the verdicts name, with the branches of the promise."""
        branches: list[Shop] = []
        ways: set[Way] = set()
        if self.shop is not None:
            version = pledges.version_on(self.shop.id, self.bought_on)
            branches = pledges.accepting_shops(self.shop, version, self.bought_on) if version is not None else []
            for verdict in declaring.verdicts(self.shop.id, self.bare, self.items, clock.now()):
                ways |= set(verdict.ways)
        return forms.WaysOffered(tuple(ways), branches, self.departure == "departed", self.bare.tax_state)

    @property
    def way(self) -> Way:
        return Way(self.form("way").way.data)

    @property
    def branch(self) -> Shop | None:
        """The branch chosen, if it goes to one."""
        chosen = self.form("way").branch.data if self.way is Way.BRANCH else None
        return next((shop for shop in self.offered.branches if str(shop.id) == chosen), None)

    @property
    def desk(self) -> Any:
        """The desk chosen, if it goes to one."""
        chosen = self.form("way").desk.data if self.way is Way.DESK else None
        return next((desk for desk in self.offered.desks if str(desk.id) == chosen), None)

    # --- the declaration

    @property
    def departure(self) -> str:
        return self.form("leave").departure.data

    @cached_property
    def departure_at(self) -> datetime | None:
        return self.form("leave").at

    def declaration(self, consents: tuple[Any, ...]) -> Declaration:
        """Everything told, as the verb takes it."""
        assert self.shop is not None  # noqa: S101  the page asks for a listed shop before it comes to this
        way, leave, reach = self.form("way"), self.form("leave"), self.form("reach")
        mailed = reach.contact.data == "email"
        bought = self.form("bought")
        pieces = zip(self.items, self.form("goods").items, strict=True)
        return Declaration(
            shop_id=self.shop.id,
            purchase=self.purchase,
            pieces=tuple(Piece(item, line.form.name.data, line.form.bought.count) for item, line in pieces),
            language=chosen_language(reach.language.data),
            consents=consents,
            wish=Wish(way.wish.data),
            to_shop_id=self.branch.id if self.branch else None,
            to_desk_id=self.desk.id if self.desk else None,
            means=Means(way.means.data) if way.means.data in set(Means) else Means.ORIGINAL,
            paid_how=PaidHow(way.paid_how.data) if way.paid_how.data in set(PaidHow) else None,
            tax=way.tax_told(bought.tax_state, bought.form_number.data or ""),
            departure=self.departure,
            departure_at=self.departure_at,
            departure_port=leave.port.data or None if self.departure == "known" else None,
            name=reach.name.data,
            email=reach.email.data if mailed else None,
            time_zone=countries.only_zone(reach.country.data or None),
            country=reach.country.data or None,
            companion_email=reach.companion.data or None,
        )
