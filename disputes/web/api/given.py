"""What the interface gives: the shapes of its answers. Facts are codes, amounts, days and moments; words come as they were written."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from disputes.law import explain
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.clocks import ClockName
from disputes.rules.goods import GoodsClass
from disputes.rules.lifecycle import Action, Kind, Outcome, Role, State
from disputes.rules.odds import Likeness
from disputes.rules.packages import Goods, Means, Remedy, Shipping, Within
from disputes.rules.pledges import Condition, Proof, Starts, Way
from disputes.rules.publishing import Desk, Standing
from disputes.web.api.asked import DEPARTURES, MINOR, SHAPES
from disputes.web.api.shapes import Code, Given, Language, Moment

STATES = tuple(state for state in State if state is not State.BACK)
OFFER_STATUS = ("claim", "open", "accepted", "declined", "superseded", "lapsed", "withdrawn")
ENDINGS = ("met", "lapsed", "cancelled")
ACTIONS = tuple(SHAPES)


# --- the closed sets, shops and places


class Lines(fields.List):
    """The lines of a count, each with its sentence in the language of the request."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return [{**row, "text": explain.sentence(row)} for row in value] if value is not None else None


class Named(Given):
    """A code and its words in the language of the answer."""

    code = fields.String()
    name = fields.String()


class CategoryNamed(Named):
    hint = fields.String(metadata={"description": "Examples, to be shown under the name."})


class ConsentNamed(Named):
    sentence = fields.String(
        metadata={"description": "What the guest agrees to. Ask for each consent by itself, none given in advance."}
    )
    needed = fields.Boolean(metadata={"description": "Without it there is no case."})


class Categories(Given):
    """Every closed set of codes that a complaint needs, with words in one language."""

    language = fields.String()
    categories = fields.List(fields.Nested(CategoryNamed))
    trades = fields.List(fields.Nested(Named))
    how_bought = fields.List(fields.Nested(Named))
    paid_how = fields.List(fields.Nested(Named))
    dangers = fields.List(fields.Nested(Named))
    remedies = fields.List(fields.Nested(Named))
    goods = fields.List(fields.Nested(Named))
    shipping = fields.List(fields.Nested(Named))
    means = fields.List(fields.Nested(Named))
    within = fields.List(fields.Nested(Named))
    consents = fields.List(fields.Nested(ConsentNamed))
    languages = fields.List(fields.Nested(Named))


class Division(Given):
    code = fields.String(metadata={"description": "By GB/T 2260."})
    name_zh = fields.String()
    name_en = fields.String()
    level = fields.String()
    parent = fields.String(attribute="parent_code", allow_none=True)


class Port(Given):
    code = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    kind = fields.String()
    region = Code(("CQ", "SC"))


class Places(Given):
    divisions = fields.List(fields.Nested(Division))
    ports = fields.List(fields.Nested(Port))


class Shop(Given):
    id = fields.Integer()
    code = fields.String(metadata={"description": "The code on its sticker."})
    name_zh = fields.String()
    name_en = fields.String(metadata={"description": "Empty where none is known."})
    address_zh = fields.String()
    address_en = fields.String()
    division = fields.String(attribute="division_code")
    trade = Code(Trade)


class Shops(Given):
    shops = fields.List(fields.Nested(Shop))


class Pledge(Given):
    """What a shop promises about returns, by the version that counts today. A broken promise still binds."""

    url = fields.String(metadata={"description": "The shop's page in the register, for people."})
    shop_code = fields.String()
    shop_zh = fields.String()
    shop_en = fields.String(metadata={"description": "Empty where none is known."})
    merchant_zh = fields.String()
    brand_zh = fields.String(metadata={"description": "Empty when the company promises in its own name."})
    division = fields.String()
    district = fields.String(metadata={"description": "Empty outside the business districts."})
    address_zh = fields.String()
    address_en = fields.String()
    trade = Code(Trade)
    standing = Code(Standing)
    broken = fields.Boolean(metadata={"description": "A breach is on record that was not cleared."})
    breaches = fields.Integer(metadata={"description": "All recorded breaches, cleared ones included."})
    pledge = fields.String()
    version = fields.Integer()
    applies_from = fields.String(metadata={"description": "The first day of purchase for which this version counts."})
    since = fields.String(metadata={"description": "The first day of purchase covered by any version."})
    withdrawn_on = fields.String(
        metadata={"description": "The last day of purchase that is covered; empty while it stands."}
    )
    next_version_from = fields.String(metadata={"description": "Empty when no newer version is published."})
    days = fields.Integer()
    starts = Code(Starts)
    covered = fields.List(Code(GoodsClass), metadata={"description": "Empty means all goods."})
    excluded = fields.List(Code(GoodsClass))
    also_takes = fields.List(Code(GoodsClass))
    goods_zh = fields.String()
    goods_en = fields.String()
    exclusions_zh = fields.String()
    exclusions_en = fields.String()
    condition = Code(Condition)
    proof = Code(Proof)
    ways = fields.List(Code(Way))
    desks = fields.List(Code(Desk))
    freight = Code(("buyer", "merchant"))
    accepting_shops = fields.List(
        fields.String(), metadata={"description": "Codes of the other shops that take the goods back."}
    )
    refund_days = fields.Integer(allow_none=True, metadata={"description": "Null when the promise names no time."})
    means = fields.List(Code(Means))


class Pledges(Given):
    pledges = fields.List(fields.Nested(Pledge))


# --- a case


class Package(Given):
    """Money, goods, who ships, and by when."""

    remedies = fields.List(Code(Remedy))
    amount = fields.Integer(metadata={"description": f"{MINOR} Zero means no money."})
    currency = fields.String()
    goods = Code(Goods)
    shipping = Code(Shipping)
    means = Code(Means)
    within = Code(Within)


class Words(Given):
    """What somebody wrote, as it was written."""

    id = fields.Integer()
    seq = fields.Integer(allow_none=True, metadata={"description": "The step it belongs to, in `history`."})
    purpose = fields.String(
        metadata={"description": "narrative, wish, question, answer, message, offer, reason, contest, closing, ..."}
    )
    by = Code(Role, attribute="author")
    language = Language(metadata={"description": "As a tag of BCP 47, told from the script."})
    text = fields.String(attribute="body", allow_none=True, metadata={"description": "Null once it was erased."})


class Offer(Given):
    id = fields.Integer()
    by = Code(Role, attribute="by_role")
    verified = fields.Boolean(
        metadata={
            "description": "False: given at the counter by somebody whom nobody has verified; it binds the shop to nothing yet."
        }
    )
    status = Code(OFFER_STATUS)
    package = fields.Nested(Package)
    text = fields.Integer(
        attribute="text_id",
        allow_none=True,
        metadata={"description": "The words that came with it, by their id in `texts`."},
    )
    seq = fields.Integer(metadata={"description": "The step it came with, in `history`."})
    tourist_agreed_at = Moment(allow_none=True)
    merchant_agreed_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)


class Settlement(Given):
    """An accepted offer and its performance. Agreement and money are two facts."""

    offer = fields.Integer(attribute="offer_id")
    agreed_at = Moment()
    reported_at = Moment(allow_none=True, metadata={"description": "When the shop said that it was carried out."})
    means = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)
    confirmed_at = Moment(allow_none=True)
    waived_at = Moment(allow_none=True)
    denied_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)


class Expected(Given):
    """When a clock would be over if nobody acted before they must."""

    clock = Code(ClockName)
    owes = Code(Role)
    rule = fields.String(attribute="rule_id")
    rule_version = fields.Integer()
    calendar_version = fields.String()
    due_on = fields.Date(metadata={"description": "The last day, in China."})
    due_at = Moment(metadata={"description": "The exclusive end: at this moment it is over."})
    provisional = fields.Boolean(
        metadata={"description": "True where it reaches a year whose holidays are not published yet."}
    )
    lines = Lines(
        fields.Dict(),
        metadata={
            "description": "How it was counted, line by line: a code, a date, what fills the sentence in, and as `text` the "
            "sentence itself in the language of the request. The rule has a page of its own: /rules/{rule_id}."
        },
    )


class Deadline(Expected):
    """A due moment, somebody who owes, and why it is that moment."""

    version = fields.Integer(
        metadata={"description": "Raised when it is counted anew, as after a change of the departure."}
    )
    started_at = Moment()
    ended_at = Moment(allow_none=True, metadata={"description": "Null while it runs."})
    ending = Code(ENDINGS, allow_none=True)


class Evidence(Given):
    id = fields.Integer()
    name = fields.String(allow_none=True)
    media_type = fields.String(metadata={"description": "Of the safe copy that is handed out."})
    size = fields.Integer(metadata={"description": "Of the original, in bytes."})
    sha256 = fields.String(metadata={"description": "Of the original."})
    by = Code(Role, attribute="by_role")
    added_at = Moment()
    erased_at = Moment(allow_none=True)
    url = fields.String(
        allow_none=True,
        metadata={"description": "Where the safe copy is, for the same key or token; null once it was erased."},
    )


class Consent(Given):
    purpose = Code(Purpose)
    text_version = fields.String()
    given_at = Moment()
    withdrawn_at = Moment(allow_none=True)


class Authorisation(Given):
    """The guest's own act: an officer may hand the case to this body."""

    authority = fields.String(attribute="authority_code")
    given_at = Moment()
    withdrawn_at = Moment(allow_none=True)


class Referral(Given):
    authority = fields.String(attribute="authority_code")
    prepared_at = Moment()
    received_by = fields.String(allow_none=True)
    received_at = Moment(allow_none=True)
    receipt_number = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    ended_at = Moment(allow_none=True)


class Event(Given):
    """One step as it happened."""

    seq = fields.Integer()
    at = Moment()
    action = Code(Action)
    by = Code(Role)
    from_state = Code(STATES, allow_none=True)
    to_state = Code(STATES)
    details = fields.Dict(
        metadata={"description": "What the step says in codes: a reason, a ready question, a means, a body, a purpose."}
    )


class Office(Given):
    code = fields.String()
    name_zh = fields.String()
    name_en = fields.String()


class Complained(Given):
    """What was told when filing. The words are in `texts`."""

    channel = fields.String()
    trade = Code(Trade)
    shop_name = fields.String(allow_none=True, metadata={"description": "As told, for a shop that is not in the list."})
    shop_address = fields.String(allow_none=True)
    division = fields.String(attribute="division_code", allow_none=True)
    item = fields.String(allow_none=True)
    bought_on = fields.Date(allow_none=True)
    how_bought = Code(HowBought)
    paid_how = Code(PaidHow, allow_none=True)
    amount = fields.Integer(allow_none=True, metadata={"description": MINOR})
    currency = fields.String(allow_none=True)
    invoice_number = fields.String(allow_none=True)
    dangers = fields.List(Code(Danger))


class Departure(Given):
    status = Code(DEPARTURES, attribute="departure")
    at = Moment(attribute="departure_at", allow_none=True)
    port = fields.String(attribute="departure_port", allow_none=True)
    remote_since = Moment(allow_none=True, metadata={"description": "Since when everything goes in writing only."})


class Question(Given):
    """What the guest is asked."""

    about = Code(("question", "authorisation"))
    seq = fields.Integer(metadata={"description": "The step that asked, in `history`; its words are in `texts`."})
    by = Code(Role)
    phrase = fields.String(allow_none=True, metadata={"description": "The code of a ready question."})
    text = fields.String(
        allow_none=True, metadata={"description": "The ready question in the language of this answer."}
    )


class Contact(Given):
    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    email_confirmed_at = Moment(allow_none=True)
    language = Language()
    country = fields.String(allow_none=True)
    time_zone = fields.String(allow_none=True)


class Case(Given):
    """A case with everything that its page shows."""

    number = fields.String(metadata={"description": "Ten digits, the last one a check digit."})
    number_spoken = fields.String(metadata={"description": "The same in groups, for people: 26-0048-2716."})
    kind = Code(Kind)
    state = Code(STATES)
    outcome = Code(Outcome, allow_none=True)
    version = fields.Integer(metadata={"description": "One per step. Send it with the next one."})
    waiting_on = Code(Role, allow_none=True)
    category = Code(Category)
    emergency = fields.Boolean()
    filed_at = Moment()
    closed_at = Moment(allow_none=True)
    erased_at = Moment(allow_none=True, metadata={"description": "When the personal data were erased."})
    office = fields.Nested(Office)
    shop = fields.Nested(Shop, allow_none=True)
    complaint = fields.Nested(Complained)
    departure = fields.Nested(Departure)
    contact = fields.Nested(
        Contact,
        allow_none=True,
        metadata={"description": "Only for the guest's own token and for the key that filed the complaint."},
    )
    question = fields.Nested(Question, allow_none=True, metadata={"description": "What waits for the guest's answer."})
    actions = fields.List(Code(ACTIONS), metadata={"description": "Which steps this caller can take here now."})
    claim = fields.Nested(Package)
    offers = fields.List(
        fields.Nested(Offer), metadata={"description": "The claim, offers, counter-offers and proposals, oldest first."}
    )
    settlements = fields.List(fields.Nested(Settlement))
    deadlines = fields.List(fields.Nested(Deadline))
    texts = fields.List(fields.Nested(Words))
    evidence = fields.List(fields.Nested(Evidence))
    consents = fields.List(fields.Nested(Consent))
    authorisations = fields.List(fields.Nested(Authorisation))
    referrals = fields.List(fields.Nested(Referral))
    history = fields.List(fields.Nested(Event))


# --- a complaint that was filed


class Authority(Given):
    """The body that is competent by law, should there be no agreement."""

    code = fields.String(attribute="authority")
    line = fields.String(metadata={"description": "Its hotline, which the guest can call at any time."})


class Outlook(Given):
    """What will happen, and by when, if nobody acts before they must."""

    straight_to_shop = fields.Boolean(metadata={"description": "False: an officer looks at it first."})
    clocks = fields.List(fields.Nested(Expected))
    authority = fields.Nested(Authority)
    ends_before_departure = fields.Boolean(
        allow_none=True, metadata={"description": "Null where no departure lies ahead."}
    )


class Odds(Given):
    """How earlier cases ended, of guests who had as much time left."""

    like = Code(
        Likeness,
        description="In which respect they were like this one. category_here: the same category, trade and region; category: in both regions; trade_here: the same trade and region; trade: in both regions; time_left: only as much time left.",
    )
    cases = fields.Integer(metadata={"description": "At least ten."})
    ended_before_departure = fields.Integer(
        metadata={
            "description": "Of these: the guest had confirmed before the departure that what was agreed had arrived, or that nothing more was owed."
        }
    )
    up_to_minutes_left = fields.Integer(
        allow_none=True, metadata={"description": "The band of time left at filing; null: more than five days."}
    )
    counted_at = Moment()


class OddsBefore(Given):
    odds = fields.Nested(
        Odds, allow_none=True, metadata={"description": "Null where fewer than ten cases would be counted."}
    )


class Filed(Given):
    """A complaint that became a case. Give the guest the link or the number and the words: each opens the case."""

    number = fields.String(metadata={"description": "Ten digits, the last one a check digit."})
    number_spoken = fields.String(metadata={"description": "The same in groups, for people: 26-0048-2716."})
    link = fields.String(metadata={"description": "The guest's own page. Whoever has it acts as the guest."})
    token = fields.String(
        metadata={"description": "What stands at the end of the link; as a bearer token it opens the case here."}
    )
    words = fields.List(
        fields.String(), metadata={"description": "Five words that open the case together with the number."}
    )
    words_language = Language()
    state = Code(STATES)
    version = fields.Integer()
    filed_at = Moment()
    deadlines = fields.List(
        fields.Nested(Deadline),
        metadata={
            "description": "Those that run already. They begin when the case is routed, seconds later: see GET /complaints/{number}."
        },
    )
    outlook = fields.Nested(
        Outlook,
        allow_none=True,
        metadata={"description": "Null in an emergency: the duty officer has the case, and no clock runs."},
    )


# --- errors


class ErrorTold(Given):
    code = fields.String(metadata={"description": "For machines."})
    message = fields.String(metadata={"description": "For people, in the language of the request."})
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.List(fields.String()), attribute="fields", data_key="fields",
        metadata={"description": "For each field that is not right, by its path (`claim.amount`), the reasons."},
    )  # fmt: skip


class Error(Given):
    """The one shape of every answer that is not a success."""

    error = fields.Nested(ErrorTold)
