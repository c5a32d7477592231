"""What the interface takes: the shape of a complaint, and of every step that can be taken in a case.

The shapes only look at the request itself. Whether a shop exists or a date lies in the past is judged in ``filing``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validates_schema

from disputes.cases import texts
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.goods import GoodsClass
from disputes.rules.lifecycle import Action
from disputes.rules.packages import Goods, Means, Package, PackageError, Remedy, Shipping, Within
from disputes.rules.publishing import Standing
from disputes.web import countries
from disputes.web.api.shapes import Address, Code, Day, Moment, Tag, Taken, Text, Whole, left_out, one_of, several
from disputes.web.fields import AMOUNT_LIMIT
from disputes.web.languages import TOURIST_LANGUAGES
from disputes.web.package_form import LONGEST_WORDS
from disputes.web.public.filing_forms import CURRENCIES, LINE, LONG, SHORT
from disputes.web.sentences import refusal

MOST_VERSION = 2**31 - 1
MOST_ID = 2**31 - 1
MOST_SHOPS, SHOPS = 25, 10
MOST_PLEDGES = 100
LONGEST_QUESTION = 100
DEPARTURES = ("known", "departed", "unknown")
MINOR = "In minor units of the currency: 128050 is 1280.50 yuan, and 1280 is 1280 yen."


# --- questions


class InLanguage(Taken):
    lang = Tag(TOURIST_LANGUAGES, load_default=left_out)


class ShopQuery(InLanguage):
    q = Text(
        LONGEST_QUESTION,
        words=True,
        required=True,
        description="A part of the name or the address, in Chinese or English.",
    )
    region = Code(("CQ", "SC"), load_default=left_out, description="Only Chongqing or only Sichuan.")
    limit = Whole(1, MOST_SHOPS, load_default=SHOPS, description="How many shops at most.")


class OddsQuery(Taken):
    """What a complaint would be about, for the odds before filing."""

    category = Code(Category, required=True)
    trade = Code(Trade, required=True)
    region = Code(("CQ", "SC"), required=True, description="Where it was: Chongqing or Sichuan.")
    departure_at = Moment(required=True, metadata={"description": "When the guest leaves China, with its offset."})


class PledgeQuery(InLanguage):
    q = Text(LONGEST_QUESTION, description="A part of the shop's name, its goods or its place, in Chinese or English.")
    division = Text(6, description="Only this district or region: two, four or six digits of GB/T 2260.")
    district = Text(20, description="Only this business district.")
    goods = Code(GoodsClass, load_default=left_out, description="Only shops whose promise covers goods of this class.")
    standing = Code(Standing, load_default=left_out, description="Only promises that stand like this today.")
    limit = Whole(1, MOST_PLEDGES, load_default=SHOPS, description="How many shops at most.")
    page = Whole(1, 10_000, load_default=1, description="Which page of them.")


# --- a package


class PackageAsked(Taken):
    """What would settle the matter: money, goods, and by when."""

    remedies = several(Code(Remedy), least=1, most=len(Remedy), required=True, description="What is asked for.")
    amount = Whole(
        0,
        AMOUNT_LIMIT,
        load_default=0,
        description=f"All the money together. {MINOR} Goes with refund, price_difference or compensation.",
    )
    currency = Code(CURRENCIES, load_default="CNY")
    goods = Code(Goods, load_default=Goods.NONE, description="What becomes of the goods.")
    shipping = Code(
        Shipping,
        load_default=left_out,
        description="How the goods come back; only with goods “give_back”. Left out: handed over in the shop or, after the departure, sent at the shop's cost.",
    )
    means = Code(Means, load_default=Means.ORIGINAL, description="How the money reaches the guest.")
    within = Code(
        Within,
        load_default=left_out,
        description="By when, counted from the agreement. Left out: seven days; in a complaint less where the guest leaves sooner.",
    )

    @validates_schema(skip_on_field_errors=True)
    def can_be_carried_out(self, data: dict[str, Any], **_more: Any) -> None:
        """Refuse a package that promises nothing or contradicts itself."""
        if data["goods"] is not Goods.GIVE_BACK and data["shipping"] not in (None, Shipping.NONE):
            raise ValidationError(_("Shipping goes with giving the goods back."), "shipping")
        try:
            package(data, Shipping.NONE, Within.SEVEN_DAYS)
        except PackageError as error:
            raise ValidationError(refusal(error), "remedies" if error.code == "empty" else "amount") from None


def package(data: dict[str, Any], shipping: Shipping, within: Within) -> Package:
    """The package of loaded data. ``shipping`` and ``within`` stand in for what was left out."""
    back = data["goods"] is Goods.GIVE_BACK
    return Package(
        tuple(dict.fromkeys(data["remedies"])),
        amount=data["amount"],
        currency=data["currency"],
        goods=data["goods"],
        shipping=(data["shipping"] or shipping) if back else Shipping.NONE,
        means=data["means"],
        within=data["within"] or within,
    )


# --- a complaint


class ShopAsked(Taken):
    """Where it was: the id or the code of a shop in our list, or, for any other, a description."""

    id = Whole(1, MOST_ID, description="The id of a shop, from GET /shops.")
    code = Text(20, description="The code on the shop's sticker.")
    name = Text(
        LINE,
        description="For a shop that is not in the list: its name. For a taxi its number plate, for an app its name.",
    )
    address = Text(LONG, description="For a shop that is not in the list: where it is, or how to find it.")
    division = Text(
        6, description="For a shop that is not in the list: the six digits of its district or city, from GET /places."
    )
    trade = Code(
        Trade, load_default=left_out, description="For a shop that is not in the list: what kind of business it is."
    )

    @validates_schema(skip_on_field_errors=True)
    def says_which(self, data: dict[str, Any], **_more: Any) -> None:
        """One way of naming the shop, and that one complete."""
        listed = [name for name in ("id", "code") if data.get(name)]
        described = [name for name in ("name", "address", "division", "trade") if data.get(name)]
        if len(listed) + bool(described) != 1:
            raise ValidationError(_("Name the shop in one way: by id, by code, or by describing it."))
        if listed:
            return
        missing = {
            name: [_("This is needed for a shop that is not in the list.")]
            for name in ("division", "trade")
            if not data.get(name)
        }
        if not data["name"].strip() and not data["address"].strip():
            missing["name"] = [_("Give its name, or describe where it is.")]
        if missing:
            raise ValidationError(missing)


class PurchaseAsked(Taken):
    """What was bought or booked. Everything may be left out."""

    item = Text(LINE, description="What it was, in the guest's words.")
    on = Day(load_default=left_out, metadata={"description": "The day, in China."})
    how_bought = Code(HowBought, load_default=HowBought.COUNTER)
    paid_how = Code(PaidHow, load_default=left_out)
    amount = Whole(0, AMOUNT_LIMIT, load_default=left_out, description=f"What it cost. {MINOR}")
    currency = Code(CURRENCIES, load_default="CNY", description="In which the guest was charged.")
    invoice_number = Text(SHORT, description="The number of the receipt, invoice or order.")


class ClaimAsked(PackageAsked):
    """What the guest asks for."""

    words = Text(LONG, description="What else would settle it, in the guest's words. Needed with the remedy “other”.")

    @validates_schema(skip_on_field_errors=True)
    def other_is_told(self, data: dict[str, Any], **_more: Any) -> None:
        """“Something else” needs words."""
        if Remedy.OTHER in data["remedies"] and not data["words"].strip():
            raise ValidationError(_("Say what else would settle it."), "words")


class DepartureAsked(Taken):
    """When the guest leaves China. Every length of time is measured against it."""

    status = Code(DEPARTURES, load_default="unknown")
    at = Moment(load_default=left_out, metadata={"description": "With status “known”: the moment, with its offset."})
    port = Text(10, description="With status “known”: the code of the airport, station or pier, from GET /places.")

    @validates_schema(skip_on_field_errors=True)
    def known_has_a_moment(self, data: dict[str, Any], **_more: Any) -> None:
        """A known departure has a moment; any other has neither moment nor port."""
        if data["status"] == "known" and data["at"] is None:
            raise ValidationError(_("Give the moment of departure, or say “unknown”."), "at")
        if data["status"] != "known" and (data["at"] is not None or data["port"]):
            raise ValidationError(_("This goes with the status “known” only."), "at" if data["at"] else "port")


class GuestAsked(Taken):
    """Who complains. The shop sees the name, and nothing else of this."""

    name = Text(SHORT, words=True, required=True, description="What people should call the guest. Any name will do.")
    language = Tag(TOURIST_LANGUAGES, required=True, description="The language in which we write to the guest.")
    email = Address(
        load_default=left_out,
        description="Where the link is sent. Left out: nobody writes, and the guest looks at the case page.",
    )
    companion_email = Address(load_default=left_out, description="Somebody who follows the case and decides nothing.")
    country = Code(
        countries.codes(),
        load_default=left_out,
        description="Country or region the guest comes from, ISO 3166-1 alpha-2.",
    )
    time_zone = Text(
        64,
        description="The guest's own clock as an IANA name, such as Asia/Tokyo. Left out: that of the country, where it has only one.",
    )


class Complaint(Taken):
    """A complaint of a guest, taken down at a desk or a kiosk."""

    category = Code(
        Category, required=True, description="What happened. The words for each code are in GET /categories."
    )
    shop = fields.Nested(ShopAsked, required=True)
    purchase = fields.Nested(PurchaseAsked, load_default=lambda: PurchaseAsked().load({}))
    narrative = Text(
        texts.LONGEST,
        words=True,
        required=True,
        description="What went wrong, in the guest's own words and language. It is never translated by machine.",
    )
    claim = fields.Nested(ClaimAsked, required=True)
    dangers = several(
        Code(Danger),
        most=len(Danger),
        load_default=list,
        description="Where there is one, the duty officer is told and no clock runs. Call 110, 120 or 119 first.",
    )
    departure = fields.Nested(DepartureAsked, load_default=lambda: DepartureAsked().load({}))
    guest = fields.Nested(GuestAsked, required=True)
    consents = several(Code(Purpose), least=1, most=len(Purpose), required=True,
                       description="What the guest has agreed to, each asked for by itself with the sentences of GET /categories. “handling” is needed; without “to_shop” an officer looks at the case first.")  # fmt: skip

    @validates_schema(skip_on_field_errors=True)
    def may_be_handled(self, data: dict[str, Any], **_more: Any) -> None:
        """Without consent to the handling there is no case."""
        if Purpose.HANDLING not in data["consents"]:
            raise ValidationError(
                _("We may only handle a case whose guest agrees to that: “handling” is needed."), "consents"
            )


# --- steps


class Step(Taken):
    """One step of a case. ``action`` says which; ``version`` is that of the case as the caller has seen it."""

    ACTION: ClassVar[Action]
    version = Whole(
        1,
        MOST_VERSION,
        required=True,
        description="The case's version as you have seen it. If the case has moved on since, the step is refused with 409.",
    )


class Said(Step):
    """A step with words that may be left out."""

    words = Text(texts.LONGEST, description="The reasons, for the shop and the officer to read. Kept as written.")
    language = Tag(
        TOURIST_LANGUAGES, load_default=left_out, description="The language of the words; left out: the guest's."
    )


class Told(Step):
    """A step that consists of words."""

    words = Text(
        texts.LONGEST, words=True, required=True, description="Kept as written; nobody translates it by machine."
    )
    language = Tag(
        TOURIST_LANGUAGES, load_default=left_out, description="The language of the words; left out: the guest's."
    )


class Answer(Told):
    """Answer the question that waits; the case goes back to where it came from."""

    ACTION = Action.ANSWER
    action = one_of(Action.ANSWER)


class Write(Told):
    """Write a message to everybody in the case."""

    ACTION = Action.WRITE
    action = one_of(Action.WRITE)


class Accept(Step):
    """Take the shop's offer. It becomes an agreement; the case closes when what was agreed has arrived."""

    ACTION = Action.ACCEPT
    action = one_of(Action.ACCEPT)


class Decline(Said):
    """Turn the shop's offer down; a mediator takes over."""

    ACTION = Action.DECLINE
    action = one_of(Action.DECLINE)


class Counter(Step):
    """Answer the shop's offer with another package; the shop's clock starts again."""

    ACTION = Action.COUNTER
    action = one_of(Action.COUNTER)
    package = fields.Nested(PackageAsked, required=True)
    words = Text(LONGEST_WORDS, description="A few words to the shop. Kept as written.")
    language = Tag(
        TOURIST_LANGUAGES, load_default=left_out, description="The language of the words; left out: the guest's."
    )


class Agree(Step):
    """Agree to the mediator's proposal; with the consent of both sides it is an agreement."""

    ACTION = Action.AGREE
    action = one_of(Action.AGREE)


class RejectProposal(Said):
    """Turn the mediator's proposal down."""

    ACTION = Action.REJECT_PROPOSAL
    action = one_of(Action.REJECT_PROPOSAL)


class Confirm(Step):
    """Say that everything that was agreed has arrived: the case closes as resolved."""

    ACTION = Action.CONFIRM
    action = one_of(Action.CONFIRM)


class Deny(Said):
    """Say that the money, or something else that was agreed, has not arrived: back to the mediator."""

    ACTION = Action.DENY
    action = one_of(Action.DENY)


class Waive(Step):
    """Say that nothing more is owed, whether everything has arrived or not: the case closes as waived."""

    ACTION = Action.WAIVE
    action = one_of(Action.WAIVE)


class Withdraw(Step):
    """Take the case back."""

    ACTION = Action.WITHDRAW
    action = one_of(Action.WITHDRAW)


class Reopen(Said):
    """Open a closed case again; it goes to the officer who had it."""

    ACTION = Action.REOPEN
    action = one_of(Action.REOPEN)


class ChangeDeparture(Step):
    """Say anew when the guest leaves; every running service clock is counted anew."""

    ACTION = Action.CHANGE_DEPARTURE
    action = one_of(Action.CHANGE_DEPARTURE)
    departure = fields.Nested(DepartureAsked, required=True)


class AddEvidence(Step):
    """Add files. Send multipart/form-data: this as the part `step`, the files as parts named `evidence`."""

    ACTION = Action.ADD_EVIDENCE
    action = one_of(Action.ADD_EVIDENCE)


SHAPES: dict[Action, type[Step]] = {
    shape.ACTION: shape
    for shape in (
        Answer, Accept, Decline, Counter, Agree, RejectProposal, Confirm, Deny, Waive, Withdraw, Reopen, Write,
        ChangeDeparture, AddEvidence,
    )
}  # fmt: skip
