"""What the interface takes and gives of a return: the facts for a verdict, the declaration, and the return as it stands."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validates_schema

from disputes.rules.categories import HowBought, PaidHow, Purpose
from disputes.rules.goods import GoodsClass
from disputes.rules.lifecycle import Action
from disputes.rules.packages import Means
from disputes.rules.pledges import Payer, Proof, Way
from disputes.rules.return_facts import Fault, TaxState
from disputes.rules.return_way import Grade, Holder, RejectionReason, Wish
from disputes.rules.tax_refund import Vat
from disputes.rules.verdicts import Strength
from disputes.web.api import given
from disputes.web.api.asked import (
    MOST_ID,
    SHAPES,
    Accept,
    AddEvidence,
    Answer,
    ChangeDeparture,
    Confirm,
    Decline,
    Deny,
    DepartureAsked,
    GuestAsked,
    Reopen,
    Said,
    Step,
    Waive,
    Withdraw,
    Write,
)
from disputes.web.api.shapes import (
    Code,
    Day,
    Given,
    Language,
    Moment,
    Taken,
    Text,
    Whole,
    YesNo,
    left_out,
    one_of,
    several,
)
from disputes.web.fields import AMOUNT_LIMIT
from disputes.web.public.filing_forms import LINE, SHORT
from disputes.web.public.returning_forms import MOST_LINES, MOST_PIECES

FEN = "In fen: 38800 is 388.00 yuan."
NOT_SAID = "Left out: nobody has said, which is not a no."


def _said(description: str) -> YesNo:
    """A fact that is true, false, or not known."""
    return YesNo(load_default=left_out, metadata={"description": f"{description} {NOT_SAID}"})


class ReturnShop(Taken):
    """The shop, by its id or its code; the verdict also knows what holds without any."""

    id = Whole(1, MOST_ID, load_default=left_out, description="The id of a shop, from GET /shops.")
    code = Text(20, description="The code on the shop's sticker.")

    @validates_schema(skip_on_field_errors=True)
    def says_which(self, data: dict[str, Any], **_more: Any) -> None:
        """One way of naming it."""
        if (data["id"] is None) == (not data["code"]):
            raise ValidationError(_("Name the shop in one way: by id or by code."))


class Returned(Taken):
    """One line of goods that may go back."""

    name = Text(LINE, description="What it is, in the guest's words.")
    goods = Code(GoodsClass, required=True, description="Its class in the table of exclusions.")
    price = Whole(0, AMOUNT_LIMIT, required=True, description=f"What one piece cost. {FEN}")
    quantity = Whole(1, MOST_PIECES, load_default=1, description="How many pieces go back.")
    bought = Whole(1, MOST_PIECES, load_default=left_out, description="How many were bought. Left out: as many.")
    fault = Code(Fault, load_default=Fault.NONE, description="What is wrong with it; nothing need be.")
    made_to_order = YesNo(load_default=False)
    marked = YesNo(load_default=False, metadata={"description": "Sold as flawed or near its expiry, and marked so."})  # fmt: skip
    unsealed = _said("Its seal or wrapping was opened.")
    activated = _said("A device that was switched on and set up.")
    worn = _said("Used beyond trying it on.")
    intact = _said("Whole.")
    resaleable = _said("It can be sold again.")
    sealed_tag = _said("The sealed tag is still on it.")
    stated = _said("The shop said at the sale that it cannot be returned.")
    confirmed = _said("The guest confirmed that at this very purchase.")

    @validates_schema(skip_on_field_errors=True)
    def no_more_than_bought(self, data: dict[str, Any], **_more: Any) -> None:
        """No more goes back than was bought."""
        if data["bought"] is not None and data["quantity"] > data["bought"]:
            raise ValidationError(_("No more can go back than was bought."), "quantity")


class ReturnPurchase(Taken):
    """How and when it was bought, and what there is to show for it."""

    on = Day(required=True, metadata={"description": "The day, in China."})
    how_bought = Code(HowBought, load_default=HowBought.COUNTER)
    received_on = Day(load_default=left_out, metadata={"description": "When it came, if it was ordered online."})
    proof = Code(Proof, load_default=left_out, description="What there is to show.")
    invoice_number = Text(SHORT)
    paid_how = Code(PaidHow, load_default=left_out)
    agency = Text(LINE, description="The travel agency, where one arranged the visit to the shop.")
    agency_breach = _said(
        "The agency lured with an unreasonably low price, or chose the shop without the guest's agreement."
    )
    itinerary_ended_on = Day(load_default=left_out)


class ReturnTax(Taken):
    """How far the departure tax refund of this purchase has come. It is asked before any approval."""

    state = Code(TaxState, required=True, description="T0: no form. T1: form issued. T2: advance paid in the store. T3: refunded, departed.")  # fmt: skip
    form_number = Text(SHORT)
    invoice_amount = Whole(0, AMOUNT_LIMIT, load_default=left_out, description=f"Of all goods on the invoice. {FEN}")
    vat = Code(Vat, load_default=left_out, description="The rate of the goods.")
    refunded = Whole(
        0, AMOUNT_LIMIT, load_default=left_out, description=f"What the guest has had, after the fee. {FEN}"
    )
    leave_by = Day(load_default=left_out, metadata={"description": "The departure that was promised with the advance."})


class VerdictAsked(Taken):
    """What is asked without a name: may these goods go back?"""

    shop = fields.Nested(ReturnShop, load_default=left_out, metadata={"description": "Left out: what holds without a shop's promise."})  # fmt: skip
    purchase = fields.Nested(ReturnPurchase, required=True)
    items = several(fields.Nested(Returned), least=1, most=MOST_LINES, required=True)
    tax_state = Code(TaxState, load_default=left_out, description="How far the departure tax refund has come.")


class ReturnDeclared(Taken):
    """A return, declared for a guest. No reason is asked."""

    shop = fields.Nested(ReturnShop, required=True)
    purchase = fields.Nested(ReturnPurchase, required=True)
    items = several(fields.Nested(Returned), least=1, most=MOST_LINES, required=True)
    tax = fields.Nested(ReturnTax, load_default=left_out)
    wish = Code(Wish, load_default=Wish.REFUND)
    way = Code(Way, load_default=Way.SHOP, description="How the goods shall come back.")
    to_shop = Whole(1, MOST_ID, load_default=left_out, description="With the way “branch”: the id of that shop.")
    to_desk = Whole(
        1, MOST_ID, load_default=left_out, description="With the way “desk”: its id, from GET /returns/desks."
    )
    means = Code(Means, load_default=Means.ORIGINAL, description="How the money shall reach the guest.")
    departure = fields.Nested(DepartureAsked, load_default=lambda: DepartureAsked().load({}))
    guest = fields.Nested(GuestAsked, required=True)
    consents = several(Code(Purpose), least=1, most=len(Purpose), required=True, description="“handling” and “to_shop” are needed: a return is a word to the shop.")  # fmt: skip

    @validates_schema(skip_on_field_errors=True)
    def can_be_told(self, data: dict[str, Any], **_more: Any) -> None:
        """Without these two consents there is no return."""
        if not {Purpose.HANDLING, Purpose.TO_SHOP} <= set(data["consents"]):
            raise ValidationError(_("A return needs the consents “handling” and “to_shop”."), "consents")

    @validates_schema(skip_on_field_errors=True)
    def place_fits_the_way(self, data: dict[str, Any], **_more: Any) -> None:
        """A branch goes with the way “branch”, a desk with “desk”."""
        for place, way in (("to_shop", Way.BRANCH), ("to_desk", Way.DESK)):
            if data[place] is not None and data["way"] is not way:
                raise ValidationError(_("This goes with the way “%(way)s” only.", way=way), place)


# --- steps


class SendParcel(Step):
    """Say that the goods were sent. Their proof of sending is added with `add_evidence`."""

    ACTION = Action.HAND_OVER
    action = one_of(Action.HAND_OVER)
    carrier = Text(SHORT, words=True, required=True, description="For example EMS or SF Express.")
    tracking_number = Text(SHORT, words=True, required=True)


class MakeDispute(Said):
    """Take what the shop refused or rejected on as a dispute, with everything that was told and shown."""

    ACTION = Action.MAKE_DISPUTE
    action = one_of(Action.MAKE_DISPUTE)


class RecordTax(Step):
    """Say how far the departure tax refund has come; the latest word counts."""

    ACTION = Action.RECORD_TAX
    action = one_of(Action.RECORD_TAX)
    tax = fields.Nested(ReturnTax, required=True)
    invoice_number = Text(SHORT)


RETURN_SHAPES: dict[Action, type[Step]] = {
    shape.ACTION: shape
    for shape in (
        Answer, Accept, Decline, SendParcel, RecordTax, Confirm, Deny, Waive, MakeDispute, Withdraw, Reopen, Write, ChangeDeparture,
        AddEvidence,
    )
}  # fmt: skip


# --- what is given


class ReturnVerdict(Given):
    """What holds for one line of goods: a right, a promise of this shop, or goodwill only."""

    item = fields.String(metadata={"description": "Its place in the request, counted from 1."})
    strength = Code(Strength, description="right, promise: it binds somebody. goodwill: nothing is owed.")
    ground = fields.String()
    outcome = fields.String()
    conditional = fields.Boolean(metadata={"description": "True while something that decides is missing."})
    headline = fields.String(metadata={"description": "The answer in one sentence, in the language of the request."})
    sentences = fields.List(fields.String(), metadata={"description": "The reasons, each with its article."})
    missing = fields.List(fields.String(), metadata={"description": "What is not known yet and would decide."})
    changes = fields.List(fields.String(), metadata={"description": "What would change the verdict."})
    due_on = fields.Date(allow_none=True, metadata={"description": "The last day to declare the return, in China."})
    due_at = fields.String(allow_none=True, metadata={"description": "The exclusive end."})
    minutes_left = fields.Integer(allow_none=True)
    provisional = fields.Boolean(metadata={"description": "True where it reaches a year whose holidays are not published."})  # fmt: skip
    ways = fields.List(Code(Way))
    freight = Code(Payer, description="Who pays a parcel.")
    pledge = fields.String(allow_none=True, metadata={"description": "The shop's promise by which it was judged."})
    pledge_version = fields.Integer(allow_none=True)
    rules = fields.List(
        fields.String(), metadata={"description": "The rules cited; each has a page: /rules/{rule_id}."}
    )


class ReturnVerdicts(Given):
    declared_at = Moment(metadata={"description": "The instant by which it was judged."})
    verdicts = fields.List(fields.Nested(ReturnVerdict))


class ReturnFiled(Given):
    """A return that was declared. Give the guest the link, or the number and the words: each opens it."""

    number = fields.String(metadata={"description": "Ten digits, the last one a check digit."})
    number_spoken = fields.String()
    link = fields.String(metadata={"description": "The guest's own page. Whoever has it acts as the guest."})
    token = fields.String(metadata={"description": "As a bearer token it opens the return here."})
    words = fields.List(fields.String(), metadata={"description": "Five words that open it together with the number."})
    words_language = Language()
    declared_at = Moment(metadata={"description": "The return counts from this instant."})
    verdicts = fields.List(fields.Nested(ReturnVerdict))


class ReturnDesk(Given):
    """A place that takes goods in."""

    id = fields.Integer()
    code = fields.String()
    kind = Code(("mall", "airport", "station", "office"))
    name_zh = fields.String()
    name_en = fields.String()
    address_zh = fields.String()
    address_en = fields.String()
    division = fields.String(attribute="division_code")
    port = fields.String(attribute="port_code", allow_none=True)
    opens = fields.String()
    closes = fields.String()
    pays_cash = fields.Boolean()


class ReturnDesks(Given):
    desks = fields.List(fields.Nested(ReturnDesk))


class ReturnItem(Given):
    """One line of a return. That it arrived and that it was accepted are two facts."""

    position = fields.Integer()
    name = fields.String(allow_none=True)
    goods = Code(GoodsClass)
    quantity = fields.Integer()
    bought = fields.Integer()
    price = fields.Integer(attribute="unit_price", metadata={"description": f"Of one piece. {FEN}"})
    holder = Code(Holder, description="Who has it now.")
    arrived_at = Moment(allow_none=True)
    accepted_at = Moment(allow_none=True)
    rejected_at = Moment(allow_none=True)
    reasons = fields.List(Code(RejectionReason))
    grade = Code(Grade, allow_none=True)
    verdict = fields.Nested(ReturnVerdict, metadata={"description": "As it stood at the declaration."})


class ReturnRefund(Given):
    """Money that was paid, says whoever paid it. Whether it arrived only the guest can say."""

    amount = fields.Integer()
    currency = fields.String()
    fee = fields.Integer(metadata={"description": "Taken off on the way, of a transfer abroad."})
    means = fields.String()
    reported_at = Moment()
    confirmed_at = Moment(allow_none=True)
    denied_at = Moment(allow_none=True)


class ReturnTaxState(Given):
    """How far the departure tax refund has come, and whether it was put right."""

    state = Code(TaxState)
    form_number = fields.String(allow_none=True)
    voided_at = Moment(allow_none=True)
    repaid_at = Moment(allow_none=True)


class ReturnCase(given.Case):
    """A return with everything that its page shows: the case, and what is particular to a return."""

    declared_at = Moment()
    wish = Code(Wish)
    way = Code(Way)
    decision = Code(("approved", "refused"), allow_none=True)
    decided_at = Moment(allow_none=True)
    refusal = fields.String(allow_none=True)
    items = fields.List(fields.Nested(ReturnItem))
    amount_due = fields.Integer(metadata={"description": f"What is owed for the goods as it stands. {FEN}"})
    refunds = fields.List(fields.Nested(ReturnRefund))
    tax = fields.Nested(ReturnTaxState, allow_none=True)
    carrier = fields.String(allow_none=True)
    tracking_number = fields.String(allow_none=True)
    dispute = fields.String(allow_none=True, metadata={"description": "The number of the dispute that it became."})
    actions = fields.List(Code(tuple(dict.fromkeys((*RETURN_SHAPES, *SHAPES)))), metadata={"description": "Which steps this caller can take here now."})  # fmt: skip
