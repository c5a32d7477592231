"""How people read the product's codes: one place for the words of every closed set, for all pages and letters.

Each dictionary maps a code to its words; ``named`` looks a code up. Templates have ``category_name(code)`` and its like as
globals. A code that nobody has named is shown as it is, so that old data never breaks a page; a test says that none is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Flask
from wtforms import SelectChoice

from disputes import integrity_names, return_names
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.clocks import ClockName
from disputes.rules.goods import GoodsClass
from disputes.rules.lifecycle import Action, Kind, Outcome, Role, State
from disputes.rules.packages import Goods, Means, Remedy, Shipping, Within
from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way
from disputes.rules.procedure import EndGround, FactKind, RefusalGround
from disputes.rules.publishing import BreachReason, Desk, Flaw, NetworkKind, Reach, Standing, Worse
from disputes.rules.routing import Part, Priority
from disputes.wording import lazy_gettext as _l

# fmt: off
CATEGORIES: Mapping[Category, Any] = {
    Category.PRICE_OR_FEE:          _l("Wrong price or unexpected fee"),
    Category.QUALITY_DEFECT:        _l("Broken, faulty or spoiled"),
    Category.MISDESCRIPTION_OR_FAKE: _l("Fake, or not as described"),
    Category.RETURN_REFUND_REFUSED: _l("Return or refund refused"),
    Category.DELIVERY:              _l("Not delivered, late or wrong"),
    Category.SERVICE:               _l("Bad service, or no answer"),
    Category.FOOD_SAFETY:           _l("Unsafe or dirty food"),
    Category.ROOM:                  _l("Room or facilities"),
    Category.REPAIR:                _l("Repair or guarantee"),
    Category.PAYMENT:               _l("Card or mobile payment"),
    Category.INVOICE:               _l("No receipt or invoice"),
    Category.LOST_PROPERTY:         _l("Lost or delayed belongings"),
    Category.OTHER:                 _l("Something else"),
}

CATEGORY_HINTS: Mapping[Category, Any] = {
    Category.PRICE_OR_FEE:          _l("Charged more than shown, a fee nobody mentioned, forced to buy extras"),
    Category.QUALITY_DEFECT:        _l("It does not work, came damaged, or went bad"),
    Category.MISDESCRIPTION_OR_FAKE: _l("A copy, used goods sold as new, false promises"),
    Category.RETURN_REFUND_REFUSED: _l("They will not take it back or give the money back"),
    Category.DELIVERY:              _l("Goods, a tour, a ride or a flight that came late, wrong or never"),
    Category.SERVICE:               _l("Rude, slow, or cannot be reached"),
    Category.FOOD_SAFETY:           _l("Something in the food, out of date, or not clean"),
    Category.ROOM:                  _l("Dirty, noisy, broken, or not what was booked"),
    Category.REPAIR:                _l("A repair that failed, or a guarantee that is not honoured"),
    Category.PAYMENT:               _l("Charged twice, or money held back"),
    Category.INVOICE:               _l("They will not give you one, or it is wrong"),
    Category.LOST_PROPERTY:         _l("Luggage or things left in a taxi, a train, a hotel"),
    Category.OTHER:                 _l("Tell us in your own words"),
}

TRADES: Mapping[Trade, Any] = {
    Trade.SHOP:          _l("Shop or market"),
    Trade.RESTAURANT:    _l("Restaurant, café or bar"),
    Trade.HOTEL:         _l("Hotel or guesthouse"),
    Trade.TRAVEL_AGENCY: _l("Travel agency, guide or tour"),
    Trade.SCENIC_AREA:   _l("Sight, park or show"),
    Trade.TAXI:          _l("Taxi, ride-hailing or coach"),
    Trade.AIRLINE:       _l("Airline"),
    Trade.RAILWAY:       _l("Railway"),
    Trade.TELECOM:       _l("Phone card or internet"),
    Trade.PARCEL:        _l("Parcel or courier"),
    Trade.BANK_CARD:     _l("Bank or payment service"),
    Trade.TAX_REFUND:    _l("Departure tax refund"),
    Trade.ONLINE:        _l("Online shop or app"),
    Trade.TOBACCO:       _l("Tobacco shop"),
    Trade.IMMIGRATION:   _l("Visa, entry or stay"),
    Trade.OTHER:         _l("Another business"),
}

HOW_BOUGHT: Mapping[HowBought, Any] = {
    HowBought.COUNTER: _l("On the spot"),
    HowBought.ONLINE:  _l("Online or in an app"),
    HowBought.AGENCY:  _l("On a visit that a travel agency or guide arranged"),
}

PAID_HOW: Mapping[PaidHow, Any] = {
    PaidHow.CASH:         _l("Cash"),
    PaidHow.FOREIGN_CARD: _l("Bank or credit card"),
    PaidHow.ALIPAY:       _l("Alipay"),
    PaidHow.WECHAT:       _l("WeChat Pay"),
    PaidHow.E_CNY:        _l("Digital yuan (e-CNY)"),
    PaidHow.OTHER:        _l("Another way"),
    PaidHow.NOT_PAID:     _l("I have not paid"),
}

DANGERS: Mapping[Danger, Any] = {
    Danger.INJURY:    _l("Somebody is hurt or ill"),
    Danger.THREAT:    _l("I am being threatened"),
    Danger.DETENTION: _l("I am not allowed to leave, or my passport is being kept"),
    Danger.THEFT:     _l("Something was stolen from me"),
    Danger.FIRE:      _l("There is a fire or smoke"),
}

# The same for staff, about the tourist.
DANGERS_REPORTED: Mapping[Danger, Any] = {
    Danger.INJURY:    _l("Injury or illness"),
    Danger.THREAT:    _l("Threat"),
    Danger.DETENTION: _l("Held, or passport kept"),
    Danger.THEFT:     _l("Theft"),
    Danger.FIRE:      _l("Fire"),
}

REMEDIES: Mapping[Remedy, Any] = {
    Remedy.REFUND:           _l("All the money back"),
    Remedy.PRICE_DIFFERENCE: _l("A part of the money back"),
    Remedy.COMPENSATION:     _l("Compensation"),
    Remedy.EXCHANGE:         _l("An exchange"),
    Remedy.REPAIR:           _l("A repair"),
    Remedy.DELIVERY:         _l("What was promised"),
    Remedy.APOLOGY:          _l("An apology"),
    Remedy.INVOICE:          _l("The receipt or invoice"),
    Remedy.OTHER:            _l("Something else"),
}

# The classes of goods by which the rules of returns differ; what people pick from.
GOODS_CLASSES: Mapping[GoodsClass, Any] = {
    GoodsClass.ORDINARY:    _l("Clothing, crafts, household goods, toys and other ordinary goods"),
    GoodsClass.PERISHABLE:  _l("Fresh, chilled or live goods"),
    GoodsClass.MEDIA:       _l("Software, music, films, games, digital codes"),
    GoodsClass.PERIODICALS: _l("Newspapers and magazines"),
    GoodsClass.FOOD:        _l("Food, tea, alcohol, health products"),
    GoodsClass.HYGIENE:     _l("Cosmetics, underwear, swimwear"),
    GoodsClass.MEDICAL:     _l("Medicines and medical devices"),
    GoodsClass.PRECIOUS:    _l("Gold, gems, jade, watches, luxury goods, collectables"),
    GoodsClass.ELECTRONICS: _l("Electronics"),
    GoodsClass.TOBACCO:     _l("Tobacco"),
    GoodsClass.VOUCHERS:    _l("Gift cards, stored-value cards, tickets"),
    GoodsClass.SERVICES:    _l("A service"),
}

# Return promises. The sentences of a promise itself are made in ``web/pledge_words.py``.
PERIOD_STARTS: Mapping[Starts, Any] = {
    Starts.PURCHASE: _l("From the day of purchase"),
    Starts.RECEIPT:  _l("From the day the goods were received"),
}

RETURN_CONDITIONS: Mapping[Condition, Any] = {
    Condition.INTACT: _l("Unused, with everything that belongs to it"),
    Condition.RESALE: _l("Fit to be sold again"),
}

RETURN_PROOFS: Mapping[Proof, Any] = {
    Proof.INVOICE: _l("The invoice (fapiao)"),
    Proof.ANY:     _l("An invoice, a receipt or a payment record"),
    Proof.NONE:    _l("No proof is needed"),
}

RETURN_WAYS: Mapping[Way, Any] = {
    Way.SHOP:   _l("In the shop where it was bought"),
    Way.BRANCH: _l("In another shop that takes part"),
    Way.DESK:   _l("At a return desk"),
    Way.PARCEL: _l("By parcel"),
}

RETURN_DESKS: Mapping[Desk, Any] = {
    Desk.MALL: _l("Return desk of the mall"),
    Desk.PORT: _l("Return desk at the airport or the station"),
}

RETURN_FREIGHT: Mapping[Payer, Any] = {
    Payer.BUYER:    _l("The customer pays for the parcel"),
    Payer.MERCHANT: _l("The shop pays for the parcel"),
}

RETURN_REACHES: Mapping[Reach, Any] = {
    Reach.CITY:       _l("In the same city"),
    Reach.REGION:     _l("In the same region: Chongqing, or all of Sichuan"),
    Reach.EVERYWHERE: _l("Everywhere in Chongqing and Sichuan"),
}

NETWORK_KINDS: Mapping[NetworkKind, Any] = {
    NetworkKind.CHAIN: _l("Chain"),
    NetworkKind.BRAND: _l("Brand"),
    NetworkKind.MALL:  _l("Mall or shopping street"),
}

PLEDGE_STANDINGS: Mapping[Standing, Any] = {
    Standing.IN_FORCE:  _l("In force now"),
    Standing.UPCOMING:  _l("Not in force yet"),
    Standing.WITHDRAWN: _l("Withdrawn"),
}

BREACH_REASONS: Mapping[BreachReason, Any] = {
    BreachReason.RETURN_REFUSED:   _l("A return was refused that the promise covers"),
    BreachReason.EXTRA_CONDITIONS: _l("Conditions were asked for that the promise does not name"),
    BreachReason.TOO_SHORT:        _l("The promised days were not granted"),
    BreachReason.REFUND_LATE:      _l("The money was not paid back in time"),
    BreachReason.NOTICE_DIFFERS:   _l("A notice in the shop said something else"),
}

PLEDGE_FLAWS: Mapping[Flaw, Any] = {
    Flaw.SHORT_DAYS:      _l("Fewer than seven days"),
    Flaw.NO_REFUND_TIME:  _l("No time named by which the money is paid back"),
    Flaw.NO_REFUND_MEANS: _l("No way named in which the money is paid back"),
    Flaw.NO_WORDS:        _l("The goods are not described in words"),
}

WORSE_POINTS: Mapping[Worse, Any] = {
    Worse.DAYS:        _l("fewer days"),
    Worse.STARTS:      _l("the days are counted from an earlier day"),
    Worse.GOODS:       _l("fewer goods are covered"),
    Worse.CONDITION:   _l("a stricter condition of the goods"),
    Worse.PROOF:       _l("a stricter proof of purchase"),
    Worse.WAYS:        _l("fewer ways to give goods back"),
    Worse.BRANCHES:    _l("fewer other shops accept"),
    Worse.FREIGHT:     _l("the customer pays for the parcel"),
    Worse.REFUND_DAYS: _l("the money comes later"),
    Worse.MEANS:       _l("fewer ways to get the money back"),
    Worse.SHOPS:       _l("fewer shops give the promise"),
    Worse.WORDS:       _l("other words about the goods or the exclusions"),
}

PLEDGE_ACTIONS: Mapping[str, Any] = {
    "drafted":          _l("Draft begun"),
    "discarded":        _l("Draft thrown away"),
    "published":        _l("Version published"),
    "withdrawn":        _l("Promise withdrawn"),
    "breach_recorded":  _l("Breach recorded"),
    "breach_commented": _l("The shop commented on a breach"),
    "breach_cleared":   _l("Breach cleared"),
    "network_founded":  _l("Network made"),
    "network_asked":    _l("A shop asked to join"),
    "network_joined":   _l("A shop joined"),
    "network_refused":  _l("A shop was turned down"),
    "network_left":     _l("A shop left"),
}

GOODS: Mapping[Goods, Any] = {
    Goods.KEEP:      _l("The customer keeps the goods"),
    Goods.GIVE_BACK: _l("The customer gives the goods back"),
    Goods.NONE:      _l("There are no goods"),
}

SHIPPING: Mapping[Shipping, Any] = {
    Shipping.NONE:         _l("Nothing has to be brought or sent"),
    Shipping.IN_SHOP:      _l("Handed over in the shop"),
    Shipping.PICKED_UP:    _l("Collected by the shop"),
    Shipping.SHOP_PAYS:    _l("Sent by parcel, the shop pays for it"),
    Shipping.TOURIST_PAYS: _l("Sent by parcel, the customer pays for it"),
}

MEANS: Mapping[Means, Any] = {
    Means.ORIGINAL:    _l("To the card or wallet that paid"),
    Means.CASH:        _l("In cash"),
    Means.ALIPAY:      _l("By Alipay"),
    Means.WECHAT:      _l("By WeChat Pay"),
    Means.BANK_ABROAD: _l("To a bank account abroad"),
    Means.ANY:         _l("In whichever way works"),
}

WITHIN: Mapping[Within, Any] = {
    Within.TODAY:        _l("On the day of the agreement"),
    Within.ONE_DAY:      _l("Within 1 day"),
    Within.THREE_DAYS:   _l("Within 3 days"),
    Within.SEVEN_DAYS:   _l("Within 7 days"),
    Within.FIFTEEN_DAYS: _l("Within 15 days"),
}

# How a settlement was carried out, as whoever reports it says.
PERFORMED_BY: Mapping[str, Any] = {
    "original_card": _l("Paid back to the card that paid"),
    "alipay":        _l("Paid back by Alipay"),
    "wechat_pay":    _l("Paid back by WeChat Pay"),
    "cash":          _l("Paid in cash"),
    "bank_transfer": _l("Bank transfer"),
    "goods":         _l("Goods exchanged, repaired or delivered"),
    "other":         _l("In another way"),
}

KINDS: Mapping[Kind, Any] = {Kind.DISPUTE: _l("Dispute"), Kind.RETURN: _l("Return")}

STATES: Mapping[State, Any] = {
    State.RECEIVED:         _l("Received"),
    State.TRIAGE:           _l("To be looked at"),
    State.LIAISON:          _l("Emergency"),
    State.AWAITING_TOURIST: _l("Waiting for the visitor"),
    State.WITH_MERCHANT:    _l("Waiting for the shop"),
    State.OFFERED:          _l("Offer made"),
    State.MEDIATION:        _l("In mediation"),
    State.PROPOSED:         _l("Proposal made"),
    State.SETTLED:          _l("Agreed, to be carried out"),
    State.REFERRAL_READY:   _l("Ready for the authority"),
    State.REFERRED:         _l("With the authority"),
    State.CLOSED:           _l("Closed"),
    **return_names.STATES,
}

STATES_FOR_TOURIST: Mapping[State, Any] = {
    State.RECEIVED:         _l("We have your case"),
    State.TRIAGE:           _l("An officer is looking at it"),
    State.LIAISON:          _l("The duty officer has your case"),
    State.AWAITING_TOURIST: _l("We need something from you"),
    State.WITH_MERCHANT:    _l("The shop has been asked"),
    State.OFFERED:          _l("You have an offer"),
    State.MEDIATION:        _l("A mediator is on your case"),
    State.PROPOSED:         _l("The mediator has made a proposal"),
    State.SETTLED:          _l("Agreed: the shop must now do what it promised"),
    State.REFERRAL_READY:   _l("Ready to be handed to the authority"),
    State.REFERRED:         _l("The authority has your case"),
    State.CLOSED:           _l("Closed"),
    **return_names.STATES_FOR_TOURIST,
}

STATES_FOR_MERCHANT: Mapping[State, Any] = {
    State.RECEIVED:         _l("Received"),
    State.TRIAGE:           _l("An officer is looking at it"),
    State.LIAISON:          _l("With the duty officer"),
    State.AWAITING_TOURIST: _l("Waiting for the customer"),
    State.WITH_MERCHANT:    _l("Waiting for your answer"),
    State.OFFERED:          _l("Your offer is with the customer"),
    State.MEDIATION:        _l("In mediation"),
    State.PROPOSED:         _l("The mediator has made a proposal"),
    State.SETTLED:          _l("Agreed: please carry it out"),
    State.REFERRAL_READY:   _l("Ready to be handed to the authority"),
    State.REFERRED:         _l("With the authority"),
    State.CLOSED:           _l("Closed"),
    **return_names.STATES_FOR_MERCHANT,
}

OUTCOMES: Mapping[Outcome, Any] = {
    Outcome.RESOLVED:              _l("Settled, and confirmed by the visitor"),
    Outcome.WAIVED:                _l("Nothing more owed, says the visitor"),
    Outcome.PERFORMED_UNCONFIRMED: _l("Carried out according to the shop, not confirmed by the visitor"),
    Outcome.DORMANT:               _l("Set aside: our question was not answered"),
    Outcome.WITHDRAWN:             _l("Withdrawn by the visitor"),
    Outcome.NO_AGREEMENT:          _l("No agreement"),
    Outcome.REFERRED_ENDED:        _l("Ended by the authority"),
    Outcome.OUT_OF_SCOPE:          _l("Not a matter for this service"),
    Outcome.DUPLICATE:             _l("The same matter as another case"),
    Outcome.EMERGENCY_HANDED_OVER: _l("Emergency, handed over to the emergency services"),
    **return_names.OUTCOMES,
}

# What the running deadline is about, told from outside.
CLOCKS: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("An officer looks at the case"),
    ClockName.SHOP_ANSWER:         _l("The shop answers the claim"),
    ClockName.TOURIST_ANSWER:      _l("The visitor answers our question"),
    ClockName.TOURIST_REPLY:       _l("The visitor answers the offer"),
    ClockName.DECISION:            _l("The mediator decides how to go on"),
    ClockName.SUPERVISOR_DECISION: _l("The supervisor decides how to go on"),
    ClockName.SUPERVISOR_ATTENDS:  _l("The supervisor attends to the case"),
    ClockName.SHOP_PROPOSAL:       _l("The shop answers the proposal"),
    ClockName.TOURIST_PROPOSAL:    _l("The visitor answers the proposal"),
    ClockName.PERFORMANCE:         _l("The shop does what was agreed"),
    ClockName.CONFIRMATION:        _l("The visitor confirms that it has arrived"),
    ClockName.REFERRAL:            _l("The officer hands the case to the authority"),
    ClockName.FOLLOW_UP:           _l("The officer asks the authority how it stands"),
    ClockName.CHASE:                _l("The officer asks about a period of the authority that is over"),
    ClockName.TRANSFER:             _l("The other office answers the transfer"),
    ClockName.RETURN_TRANSFER:      _l("The other office answers the transfer"),
    ClockName.SAMR_DISTRIBUTES:     _l("The complaint reaches the competent bureau"),
    ClockName.ODR_ANSWERS:          _l("The shop negotiates on the 12315 platform"),
    ClockName.SAMR_ACCEPTS:         _l("The market regulator decides whether it accepts the complaint, and says so"),
    ClockName.SAMR_COMPETENCE:      _l("Two bureaus agree on who is competent"),
    ClockName.SAMR_MEDIATES:        _l("The market regulator mediates"),
    ClockName.SAMR_TELLS_END:       _l("The market regulator tells both sides that the mediation has ended"),
    ClockName.SAMR_CHECKS:          _l("The market regulator checks a breach of the law that it noticed"),
    ClockName.REPORT_CHECK:         _l("The market regulator checks the report"),
    ClockName.TOUR_ACCEPTS:         _l("The tourism complaint body decides whether it accepts the complaint"),
    ClockName.TOUR_REPLY:           _l("The tourism operator answers the complaint body"),
    ClockName.TOUR_CONCLUDES:       _l("The tourism complaint body concludes the matter"),
    ClockName.FUND_PAYS:            _l("The integrity fund decides and pays"),
    ClockName.COUNCIL_FORWARDS:     _l("The consumer council forwards the case"),
    **return_names.CLOCKS,
}

# The same where the reader is the one who owes.
CLOCKS_OF_TOURIST: Mapping[ClockName, Any] = {
    ClockName.TOURIST_ANSWER:   _l("You answer our question"),
    ClockName.TOURIST_REPLY:    _l("You answer the offer"),
    ClockName.TOURIST_PROPOSAL: _l("You answer the proposal"),
    ClockName.CONFIRMATION:     _l("You tell us whether it has arrived"),
    **return_names.CLOCKS_OF_TOURIST,
}

CLOCKS_OF_MERCHANT: Mapping[ClockName, Any] = {
    ClockName.SHOP_ANSWER:   _l("You answer the claim"),
    ClockName.SHOP_PROPOSAL: _l("You answer the proposal"),
    ClockName.PERFORMANCE:   _l("You do what was agreed"),
    ClockName.ODR_ANSWERS:          _l("You negotiate on the 12315 platform"),
    ClockName.TOUR_REPLY:           _l("You answer the tourism complaint body"),
    **return_names.CLOCKS_OF_MERCHANT,
}

# What follows when the deadline passes, told to each reader. Silence is never an admission and never a consent.
FOLLOWS: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("After that the supervisor is told."),
    ClockName.SHOP_ANSWER:         _l("If the shop stays silent, the case goes to mediation."),
    ClockName.TOURIST_ANSWER:      _l("If no answer comes, the case is set aside; the visitor can open it again."),
    ClockName.TOURIST_REPLY:       _l("If the visitor stays silent, the offer lapses and the case goes to mediation."),
    ClockName.DECISION:            _l("After that the supervisor is told."),
    ClockName.SUPERVISOR_DECISION: _l("After that the case is made ready for the authority or, if the visitor has not allowed that yet, the visitor is asked."),
    ClockName.SUPERVISOR_ATTENDS:  _l("After that the supervisor is told again."),
    ClockName.SHOP_PROPOSAL:       _l("If the shop stays silent, the proposal lapses: the case is made ready for the authority or, if the visitor has not allowed that yet, the visitor is asked."),
    ClockName.TOURIST_PROPOSAL:    _l("If the visitor stays silent, the proposal lapses and the case goes back to mediation."),
    ClockName.PERFORMANCE:         _l("If nothing is reported, the case goes back to mediation."),
    ClockName.CONFIRMATION:        _l("If the visitor stays silent, the case is closed as carried out but not confirmed."),
    ClockName.REFERRAL:            _l("After that the supervisor is told."),
    ClockName.FOLLOW_UP:           _l("After that the supervisor is told."),
    ClockName.CHASE:                _l("After that the supervisor is told."),
    ClockName.TRANSFER:             _l("After that the transfer is off, and the supervisor of the case’s own office is told."),
    ClockName.RETURN_TRANSFER:      _l("After that the transfer is off, and the supervisor of the case’s own office is told."),
    ClockName.SAMR_DISTRIBUTES:     _l("After that our officer asks the authority, or the one above it."),
    ClockName.ODR_ANSWERS:          _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_ACCEPTS:         _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_COMPETENCE:      _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_MEDIATES:        _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_TELLS_END:       _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_CHECKS:          _l("After that our officer asks the authority, or the one above it."),
    ClockName.REPORT_CHECK:         _l("After that our officer asks the authority, or the one above it."),
    ClockName.TOUR_ACCEPTS:         _l("After that our officer asks the authority, or the one above it."),
    ClockName.TOUR_REPLY:           _l("After that our officer asks the authority, or the one above it."),
    ClockName.TOUR_CONCLUDES:       _l("After that our officer asks the authority, or the one above it."),
    ClockName.FUND_PAYS:            _l("After that our officer asks the authority, or the one above it."),
    ClockName.COUNCIL_FORWARDS:     _l("After that our officer asks the authority, or the one above it."),
    **return_names.FOLLOWS,
}

FOLLOWS_FOR_TOURIST: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("If nothing has happened by then, our supervisor is told."),
    ClockName.SHOP_ANSWER:         _l("If the shop stays silent, a mediator of ours takes over by itself. You need not do anything for that."),
    ClockName.TOURIST_ANSWER:      _l("If we hear nothing from you, we set the case aside. Nothing is decided against you, and you can open it again from your link."),
    ClockName.TOURIST_REPLY:       _l("If you do not answer, that does not count as a yes. A mediator of ours then takes over."),
    ClockName.DECISION:            _l("If the mediator has not decided by then, our supervisor takes it up."),
    ClockName.SUPERVISOR_DECISION: _l("If nothing is decided by then, the case is made ready for the authority that you have chosen. If you have not chosen one, we ask you first."),
    ClockName.SUPERVISOR_ATTENDS:  _l("If nothing has happened by then, our supervisor is told again."),
    ClockName.SHOP_PROPOSAL:       _l("If the shop stays silent, the proposal is over. The case is then made ready for the authority that you have chosen; if you have not chosen one, we ask you first."),
    ClockName.TOURIST_PROPOSAL:    _l("If you do not answer, that does not count as a yes. The case then goes back to the mediator."),
    ClockName.PERFORMANCE:         _l("If the shop has not reported by then that it is done, a mediator of ours takes over."),
    ClockName.CONFIRMATION:        _l("If we hear nothing from you, we close the case as carried out but not confirmed. You can open it again from your link."),
    ClockName.REFERRAL:            _l("If it has not been handed over by then, our supervisor is told."),
    ClockName.FOLLOW_UP:           _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.CHASE:                _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.TRANSFER:             _l("Your case stays with the office that has it."),
    ClockName.RETURN_TRANSFER:      _l("Your case stays with the office that has it."),
    ClockName.SAMR_DISTRIBUTES:     _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.ODR_ANSWERS:          _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_COMPETENCE:      _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_MEDIATES:        _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_TELLS_END:       _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_CHECKS:          _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.REPORT_CHECK:         _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.TOUR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.TOUR_REPLY:           _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.TOUR_CONCLUDES:       _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.FUND_PAYS:            _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.COUNCIL_FORWARDS:     _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    **return_names.FOLLOWS_FOR_TOURIST,
}

FOLLOWS_FOR_MERCHANT: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("If nothing has happened by then, our supervisor is told."),
    ClockName.SHOP_ANSWER:         _l("If you do not answer, a mediator takes over. Silence does not count as an admission."),
    ClockName.TOURIST_ANSWER:      _l("If the customer does not answer, the case is set aside. The customer can open it again."),
    ClockName.TOURIST_REPLY:       _l("If the customer does not answer, your offer lapses and a mediator takes over."),
    ClockName.DECISION:            _l("If the mediator has not decided by then, our supervisor takes it up."),
    ClockName.SUPERVISOR_DECISION: _l("If nothing is decided by then, the case can be handed to the authority if the customer wants that."),
    ClockName.SUPERVISOR_ATTENDS:  _l("If nothing has happened by then, our supervisor is told again."),
    ClockName.SHOP_PROPOSAL:       _l("If you do not answer, that does not count as a yes. The proposal is then over, and the case can be handed to the authority if the customer wants that."),
    ClockName.TOURIST_PROPOSAL:    _l("If the customer does not answer, the proposal lapses and the case goes back to the mediator."),
    ClockName.PERFORMANCE:         _l("If you have not reported by then that it is done, a mediator takes over."),
    ClockName.CONFIRMATION:        _l("If the customer does not answer, the case is closed as carried out but not confirmed."),
    ClockName.REFERRAL:            _l("If it has not been handed over by then, our supervisor is told."),
    ClockName.FOLLOW_UP:           _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.CHASE:                _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.TRANSFER:             _l("Your case stays with the office that has it."),
    ClockName.RETURN_TRANSFER:      _l("Your case stays with the office that has it."),
    ClockName.SAMR_DISTRIBUTES:     _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.ODR_ANSWERS:          _l("If there is no result by then, the customer can complain to the market regulator."),
    ClockName.SAMR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_COMPETENCE:      _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_MEDIATES:        _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_TELLS_END:       _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_CHECKS:          _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.REPORT_CHECK:         _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.TOUR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.TOUR_REPLY:           _l("If you do not answer the authority by then, it goes on without your answer."),
    ClockName.TOUR_CONCLUDES:       _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.FUND_PAYS:            _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.COUNCIL_FORWARDS:     _l("This date binds the authority. If it passes, our officer asks."),
    **return_names.FOLLOWS_FOR_MERCHANT,
}

# One step as it happened, in the history of a case.
ACTIONS: Mapping[Action, Any] = {
    Action.FILE:               _l("Case filed"),
    Action.SEND_TO_SHOP:       _l("Passed on to the shop"),
    Action.TRIAGE:             _l("Given to an officer first"),
    Action.HOLD_EMERGENCY:     _l("Kept for the duty officer"),
    Action.CLEAR_EMERGENCY:    _l("Emergency over"),
    Action.ASK_TOURIST:        _l("Question to the visitor"),
    Action.ANSWER:             _l("Question answered"),
    Action.OFFER:              _l("The shop made an offer"),
    Action.ACCEPT_CLAIM:       _l("The shop accepted the claim"),
    Action.CONTEST:            _l("The shop disputes the claim"),
    Action.ESCALATE:           _l("Given to a mediator because the time was over"),
    Action.STEP_IN:            _l("A mediator stepped in"),
    Action.ACCEPT:             _l("The visitor accepted the offer"),
    Action.DECLINE:            _l("The visitor declined the offer"),
    Action.COUNTER:            _l("The visitor asked for something else"),
    Action.PROPOSE:            _l("The mediator made a proposal"),
    Action.AGREE:              _l("One side agreed to the proposal"),
    Action.SETTLE_PROPOSAL:    _l("Both sides agreed to the proposal"),
    Action.REJECT_PROPOSAL:    _l("The proposal was turned down"),
    Action.REPORT_PERFORMANCE: _l("Reported as carried out"),
    Action.CONFIRM:            _l("The visitor confirmed that it arrived"),
    Action.DENY:               _l("The visitor says that it has not arrived"),
    Action.WAIVE:              _l("The visitor says that nothing more is owed"),
    Action.ALERT_SUPERVISOR:   _l("The supervisor was told that it is late"),
    Action.ASK_AUTHORISATION:  _l("The visitor was asked about a hand-over to an authority"),
    Action.READY_REFERRAL:     _l("Made ready for the authority"),
    Action.RECORD_REFERRAL:    _l("Handed over to the authority"),
    Action.RECORD_SETTLEMENT:  _l("Settled before the authority"),
    Action.AUTHORITY_ACCEPTS:  _l("The authority has accepted the case"),
    Action.AUTHORITY_REFUSES:  _l("The authority has refused the case"),
    Action.AUTHORITY_ENDS:     _l("The authority has ended the mediation"),
    Action.AUTHORITY_STEP:     _l("News from the authority"),
    Action.CORRECT_AUTHORITY:  _l("A record of the authority was corrected"),
    Action.AUTHORITY_LATE:     _l("A period of the authority is over: our officer asks"),
    Action.WITHDRAW:           _l("Withdrawn by the visitor"),
    Action.CLOSE:              _l("Closed by an officer"),
    Action.CLOSE_DORMANT:      _l("Set aside because no answer came"),
    Action.CLOSE_UNCONFIRMED:  _l("Closed without the visitor’s confirmation"),
    Action.REOPEN:             _l("Opened again"),
    Action.ASSIGN:             _l("Given to an officer"),
    Action.NOTE:               _l("Internal note"),
    Action.WRITE:              _l("Message"),
    Action.ADD_EVIDENCE:       _l("Evidence added"),
    Action.AUTHORISE:          _l("Hand-over to an authority allowed"),
    Action.CONSENT:            _l("Consent changed"),
    Action.CHANGE_DEPARTURE:   _l("Departure changed"),
    Action.CHANGE_CONTACT:     _l("Contact details changed"),
    Action.CHANGE_SHOP:        _l("Shop corrected"),
    Action.DEPART:             _l("The visitor has left: from now on in writing only"),
    Action.RECOUNT:            _l("Dates counted again, since the calendar changed"),
    Action.REPLAN:             _l("Dates planned again by a new service standard"),
    Action.PROPOSE_TRANSFER:   _l("Offered to another office"),
    Action.ACCEPT_TRANSFER:    _l("Taken over by another office"),
    Action.RETURN_TRANSFER:    _l("The other office sent it back"),
    Action.WITHDRAW_TRANSFER:  _l("The offer to another office was taken back"),
    Action.LAPSE_TRANSFER:     _l("The other office did not answer; the case stays where it was"),
    Action.REVOKE_LINK:        _l("New link made, the old one ended"),
    Action.ERASE:              _l("Personal data erased"),
    **return_names.ACTIONS,
}

# The same told to the visitor, where that differs.
ACTIONS_FOR_TOURIST: Mapping[Action, Any] = {
    **ACTIONS,
    Action.FILE:               _l("You filed your case"),
    Action.TRIAGE:             _l("An officer looks at it first"),
    Action.HOLD_EMERGENCY:     _l("The duty officer was told"),
    Action.ASK_TOURIST:        _l("You were asked something"),
    Action.ANSWER:             _l("You answered"),
    Action.ESCALATE:           _l("The time was over, so a mediator took over"),
    Action.ACCEPT:             _l("You accepted the offer"),
    Action.DECLINE:            _l("You declined the offer"),
    Action.COUNTER:            _l("You asked for something else"),
    Action.REPORT_PERFORMANCE: _l("The shop says it has done what was agreed"),
    Action.CONFIRM:            _l("You confirmed that it arrived"),
    Action.DENY:               _l("You said that it has not arrived"),
    Action.WAIVE:              _l("You said that nothing more is owed"),
    Action.ASK_AUTHORISATION:  _l("You were asked whether we may hand the case to an authority"),
    Action.WITHDRAW:           _l("You withdrew the case"),
    Action.CLOSE_UNCONFIRMED:  _l("Closed, since we heard nothing from you"),
    Action.AUTHORISE:          _l("You allowed the hand-over to an authority"),
    Action.CONSENT:            _l("You changed a consent"),
    Action.DEPART:             _l("You have left: from now on everything goes in writing"),
    Action.ACCEPT_REFUND:      _l("You accepted the offer and keep the goods"),
    Action.HAND_OVER:          _l("You handed the goods over"),
    Action.MAKE_DISPUTE:       _l("You made it a dispute"),
    Action.SPLIT_DISPUTE:      _l("You made a dispute of what was not accepted"),
    Action.GIVE_BACK:          _l("The goods were given back to you"),
    Action.REPORT_REFUND:      _l("The shop says it has paid you back"),
}

# Who did something, or owes something.
ROLES: Mapping[Role, Any] = {
    Role.TOURIST:    _l("Visitor"),
    Role.COMPANION:  _l("Companion"),
    Role.PARTNER:    _l("Partner desk"),
    Role.MERCHANT:   _l("Shop"),
    Role.COUNTER:    _l("Person at the counter"),
    Role.OFFICER:    _l("Officer"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.SYSTEM:     _l("Automatic"),
    Role.AUTHORITY:  _l("Authority"),
    **return_names.ROLES,
}

ROLES_FOR_TOURIST: Mapping[Role, Any] = {
    **ROLES,
    Role.TOURIST:  _l("You"),
    Role.MERCHANT: _l("The shop"),
    Role.COUNTER:  _l("Somebody in the shop"),
    Role.OFFICER:  _l("Our officer"),
    Role.AUTHORITY: _l("The authority"),
    Role.SYSTEM:   _l("This service"),
}

ROLES_FOR_MERCHANT: Mapping[Role, Any] = {**ROLES, Role.TOURIST: _l("Customer"), Role.MERCHANT: _l("Your shop")}

PURPOSES: Mapping[Purpose, Any] = {
    Purpose.HANDLING:            _l("Handling my case"),
    Purpose.TO_SHOP:             _l("Passing my complaint to the shop"),
    Purpose.PUBLICATION:         _l("Using my case in published figures"),
    Purpose.ENTRUSTED_MEDIATION: _l("Mediation by a body that an authority entrusts with it"),
    Purpose.TO_AUTHORITY:        _l("Handing my case to an authority in China"),
    Purpose.ABROAD:              _l("Sending my data abroad"),
}

# Why a new case went to an officer and not straight to the shop.
HELD_REASONS: Mapping[str, Any] = {
    "shop_unknown":          _l("The shop is not in our list yet"),
    "shop_unreachable":      _l("Nothing reaches the shop by itself"),
    "claim_incomplete":      _l("The complaint does not say enough yet"),
    "no_consent_to_pass_on": _l("The visitor does not want it passed to the shop yet"),
    "perhaps_filed_twice":   _l("Perhaps filed twice"),
    "taken_up_by_hand":      _l("An officer took it up before it was routed"),
    "person_decides":        _l("A person must decide: the tax was already refunded"),
    "many_returns":          _l("Several returns to this merchant from the same address within a month"),
    "invoice_used_up":       _l("With earlier returns, more would go back than this invoice shows"),
}

# Why a shop denies a claim.
CONTEST_REASONS: Mapping[str, Any] = {
    "not_our_sale":      _l("It was not bought from us"),
    "as_described":      _l("The goods or the service were as described"),
    "price_was_shown":   _l("The price was shown and agreed to"),
    "used_or_damaged":   _l("The goods were used or damaged by the customer"),
    "terms_exclude":     _l("The agreed terms exclude it"),
    "already_settled":   _l("It has been settled with the customer already"),
    "amount_too_high":   _l("The amount is too high"),
    "cause_was_another": _l("Somebody else caused it"),
    "other":             _l("Another reason"),
}

# Ready questions to the visitor, which each reader gets in their own language.
QUESTION_PHRASES: Mapping[str, Any] = {
    "photo_of_goods":    _l("Please send photos of the goods that show the problem."),
    "photo_of_receipt":  _l("Please send a photo of the receipt, the invoice or the order."),
    "proof_of_payment":  _l("Please send a screenshot or a statement that shows the payment."),
    "which_shop":        _l("Which shop was it? Please send the name, the address or a photo of the front."),
    "which_item":        _l("Which item is it about? Please give its name, size or number."),
    "when_bought":       _l("On which day, and at about what time, did you buy it?"),
    "goods_still_there": _l("Do you still have the goods, and are they unused?"),
    "can_come_to_shop":  _l("Can you come to the shop before you leave? When would suit you?"),
    "how_to_pay_back":   _l("In which way can the money reach you?"),
    "what_would_settle": _l("What would settle the matter for you?"),
    "what_happened":     _l("Please tell us more about what happened."),
}

# What an article may give, as cautiously as a screen for a shop must say it; whether it does is for others to decide.
GROUNDS: Mapping[str, Any] = {
    "R-QUAL-7":       _l("Goods that are not of proper quality can be returned, exchanged or repaired."),
    "R-QUAL-TERM":    _l("Agreed periods for return, exchange and repair must not be shorter than the national rules."),
    "R-FRAUD-3X":     _l("A customer who was deceived about goods or a service may claim more than the price."),
    "R-FOOD-10X":     _l("For unsafe food a customer may claim more than the price."),
    "R-PRICE":        _l("Luring with a low price and charging a higher one is price fraud, and so are hidden conditions."),
    "R-RET-ON-7":     _l("Most things bought at a distance can be returned within 7 days without giving a reason."),
    "R-TOUR-SHOP30":  _l("If an agency lured with an unreasonably low price, or chose the shop without the visitor’s agreement, the visitor may ask the agency within 30 days after the trip to arrange the return."),
    "R-RET-OFF-BIND": _l("A promise to take goods back, made in advertising or on a sign, must be kept."),
}

LAWS: Mapping[str, Any] = {
    "CPL":   _l("Consumer Protection Law"),
    "CPR":   _l("Implementing Regulations of the Consumer Protection Law"),
    "FSL":   _l("Food Safety Law"),
    "PRICE": _l("Rules on price marking and price fraud"),
    "TL":    _l("Tourism Law"),
}

DEPARTURES: Mapping[str, Any] = {
    "known":    _l("Leaves on a known day"),
    "departed": _l("Has left already"),
    "unknown":  _l("Departure not known"),
}

CHANNELS: Mapping[str, Any] = {"web": _l("Website"), "api": _l("Partner’s system"), "staff": _l("Taken down by staff"), "desk": _l("At a return desk"), "return": _l("From a return")}

# In which way an officer handed a case to an authority.
REFERRAL_CHANNELS: Mapping[str, Any] = {
    "window":   _l("Handed in at the service window"),
    "platform": _l("On the authority’s online platform"),
    "phone":    _l("By phone, taken down by the authority"),
    "post":     _l("By post to the published address"),
    "system":   _l("Through the government’s internal system"),
    "other":    _l("In another way"),
}

# What a partner's key may do.
SCOPES: Mapping[str, Any] = {
    "complaints:write": _l("File complaints for guests"),
    "complaints:read":  _l("Read and answer the complaints it filed"),
    "returns:write":    _l("Declare returns for guests, and pass on their answers"),
    "returns:read":     _l("Read the returns it declared"),
}

# What carries a message.
MESSAGE_CHANNELS: Mapping[str, Any] = {
    "mail":     _l("Mail"),
    "wecombot": _l("WeCom (企业微信)"),
    "dingtalk": _l("DingTalk (钉钉)"),
    "feishu":   _l("Feishu (飞书)"),
}

# What an authority did, as an officer records it and the history tells it.
AUTHORITY_FACTS: Mapping[FactKind, Any] = {
    FactKind.COLLECTED:           _l("A unit that only collects complaints received the case"),
    FactKind.SENT_TO_ODR:         _l("Sent to the shop on the 12315 platform (ODR)"),
    FactKind.ODR_OVER:            _l("The negotiation on the platform ended without a result"),
    FactKind.RECEIVED:            _l("The competent body received the case"),
    FactKind.COMPETENCE_DISPUTED: _l("Two bureaus disagree on who is competent"),
    FactKind.COMPETENCE_SETTLED:  _l("It is settled who is competent"),
    FactKind.FUND_RECEIVED:       _l("The Chengdu integrity fund received the case"),
    FactKind.FUND_DECIDED:        _l("The integrity fund decided or paid"),
    FactKind.FORWARDED:           _l("Forwarded to the partner council"),
    FactKind.OPERATOR_NOTIFIED:   _l("The tourism operator was notified"),
    FactKind.OPERATOR_REPLIED:    _l("The tourism operator answered"),
    FactKind.ACCEPTED:            _l("Accepted"),
    FactKind.REFUSED:             _l("Refused"),
    FactKind.TEST_BEGAN:          _l("An expert test began: the mediation is paused"),
    FactKind.TEST_ENDED:          _l("The expert test ended"),
    FactKind.BREACH_FOUND:        _l("The authority noticed a breach of the law"),
    FactKind.BREACH_EXTENDED:     _l("The check of the breach was extended"),
    FactKind.BREACH_DECIDED:      _l("It was decided whether a case is opened for the breach"),
    FactKind.REPORT_RECEIVED:     _l("A report about the shop was received beside the complaint"),
    FactKind.REPORT_EXTENDED:     _l("The check of the report was extended"),
    FactKind.REPORT_DECIDED:      _l("It was decided whether a case is opened for the report"),
    FactKind.ENDED:               _l("Mediation ended"),
    FactKind.END_NOTICE:          _l("Both sides were told that the mediation has ended"),
    FactKind.ASKED:               _l("We asked the authority, or the one above it"),
}

# Why the market regulator refuses (MCR 16) and why a mediation ends (MCR 23).
REFUSAL_GROUNDS: Mapping[RefusalGround, Any] = {
    RefusalGround.A: _l("Not its field, or another bureau is competent"),
    RefusalGround.B: _l("A court, an arbitration body, another authority or a consumer association has the same dispute already"),
    RefusalGround.C: _l("Not bought for daily life, or no proof of a dispute with this shop"),
    RefusalGround.D: _l("More than three years have passed"),
    RefusalGround.E: _l("Papers that are needed are missing or not right"),
    RefusalGround.F: _l("The identity is not the person’s own, or was not proved"),
    RefusalGround.G: _l("Another law says so"),
}

END_GROUNDS: Mapping[EndGround, Any] = {
    EndGround.SETTLED:        _l("Settled or withdrawn"),
    EndGround.STAYED_AWAY:    _l("One side stayed away or refused to mediate"),
    EndGround.NO_AGREEMENT:   _l("One side said that no agreement is possible"),
    EndGround.TEST_COSTS:     _l("No agreement on the costs of a test"),
    EndGround.TIME_OVER:      _l("The time for the mediation is over"),
    EndGround.REFUSAL_GROUND: _l("A ground for refusal was found later"),
    EndGround.PARTY_GONE:     _l("One side no longer exists"),
    EndGround.OTHER:          _l("Another law says so"),
}

# Letters, as lists of the staff call them.
LETTERS: Mapping[str, Any] = {
    "authorisation-asked":         _l("Authorisation asked for"),
    "authorisation-asked-officer": _l("Authorisation was asked for"),
    "authority-accepted":          _l("The authority accepts"),
    "authority-accepted-shop":     _l("The authority accepts"),
    "authority-corrected":         _l("Correction about the authority"),
    "authority-corrected-shop":    _l("Correction about the authority"),
    "authority-ended":             _l("The authority’s mediation has ended"),
    "authority-ended-shop":        _l("The authority’s mediation has ended"),
    "authority-late":              _l("The authority is late"),
    "authority-late-officer":      _l("The authority is late"),
    "authority-refused":           _l("The authority refuses"),
    "authority-refused-shop":      _l("The authority refuses"),
    "date-changed":                _l("A date has changed"),
    "date-changed-shop":           _l("A date has changed"),
    "case-assigned":               _l("A case for you"),
    "case-link":                   _l("Link to the case"),
    "case-news":                   _l("News in the case"),
    "claim-contested":             _l("Claim disputed"),
    "claim-received":              _l("Claim to the shop"),
    "closed":                      _l("Case closed"),
    "closed-shop":                 _l("Case closed"),
    "counter-code":                _l("Code for the counter"),
    "counter-offer":               _l("Counter-offer"),
    "answered-at-counter":         _l("Answered at the counter"),
    "departure-changed":           _l("Departure changed"),
    "departure-changed-officer":   _l("Departure changed"),
    "digest":                      _l("Digest"),
    "emergency":                   _l("Emergency"),
    "mediator-steps-in":           _l("A mediator steps in"),
    "mediator-steps-in-shop":      _l("A mediator steps in"),
    "message-received":            _l("Message"),
    "message-received-officer":    _l("Message"),
    "message-received-shop":       _l("Message"),
    "money-not-arrived":           _l("Not arrived"),
    "money-not-arrived-officer":   _l("Not arrived"),
    "offer-declined":              _l("Offer declined"),
    "offer-made":                  _l("Offer"),
    "officer-looks":               _l("An officer looks at it"),
    "performance-reported":        _l("Carried out, please confirm"),
    "proposal-made":               _l("Proposal"),
    "proposal-made-shop":          _l("Proposal"),
    "proposal-rejected":           _l("Proposal turned down"),
    "proposal-rejected-shop":      _l("Proposal turned down"),
    "proposal-settled":            _l("Proposal agreed"),
    "question-answered":           _l("Question answered"),
    "question-asked":              _l("Question"),
    "referral-prepared":           _l("Ready for the authority"),
    "referral-to-carry-out":       _l("Referral to carry out"),
    "referred":                    _l("With the authority"),
    "referred-shop":               _l("With the authority"),
    "reminder":                    _l("Reminder"),
    "reminder-officer":            _l("Reminder"),
    "reminder-shop":               _l("Reminder"),
    "remote-mode":                 _l("From now on in writing"),
    "reopened":                    _l("Opened again"),
    "reopened-shop":               _l("Opened again"),
    "robot-test":                  _l("Test of a robot"),
    "settled":                     _l("Agreed"),
    "settled-shop":                _l("Agreed"),
    "shop-asked":                  _l("The shop is asked"),
    "supervisor-alert":            _l("Late: the supervisor is told"),
    "integrity-found":             _l("Something in the data is not in order"),
    "user-invited":                _l("Invitation"),
    "withdrawn-officer":           _l("Withdrawn"),
    "transfer-proposed":           _l("A case is offered by another office"),
    "transfer-accepted":           _l("The other office took the case"),
    "transfer-returned":           _l("The other office sent the case back"),
    "transfer-lapsed":             _l("A transfer was not answered"),
    **return_names.LETTERS,
}

# Bodies with legal power. Their Chinese names stand in the table of authorities and are what counts in a letter.
AUTHORITIES: Mapping[str, Any] = {
    "market_regulation":    _l("Market regulator of the district"),
    "culture_tourism":      _l("Culture and tourism authority"),
    "transport":            _l("Transport authority"),
    "civil_aviation":       _l("Civil aviation authority"),
    "railway":              _l("Railway operator, then the railway regulator"),
    "telecom":              _l("Telecom complaint centre"),
    "postal":               _l("Postal authority"),
    "financial_regulator":  _l("Central bank and financial regulator"),
    "tax":                  _l("Tax authority"),
    "customs":              _l("Customs"),
    "tobacco":              _l("Tobacco monopoly administration"),
    "public_security":      _l("Police"),
    "health_drug":          _l("Health and drug authority"),
    "housing_construction": _l("Housing authority"),
    "urban_management":     _l("Urban management"),
    "immigration":          _l("Immigration service"),
    "hotline_12345":        _l("City hotline 12345"),
    "consumer_council_cq":  _l("Chongqing Consumer Rights Protection Committee"),
    "consumer_council_sc":  _l("Sichuan Consumer Rights Protection Committee"),
}

# Why a case changed hands within the staff.
HANDED_OVER: Mapping[str, Any] = {
    "absent":   _l("You have it now because its officer is away. What the history says about it stands below."),
    "given":    _l("It was given to you by a colleague. What the history says about it stands below."),
    "transfer": _l("Your office has taken it over from another one. What the history says about it stands below."),
}

ABSENCE_REASONS: Mapping[str, Any] = {
    "leave":    _l("Leave"),
    "illness":  _l("Illness"),
    "training": _l("Training"),
    "other":    _l("Another reason"),
}

TRANSFER_ENDINGS: Mapping[str, Any] = {
    "accepted":  _l("accepted"),
    "returned":  _l("sent back"),
    "withdrawn": _l("taken back"),
    "lapsed":    _l("not answered"),
    "overtaken": _l("overtaken by another step"),
}

PRIORITIES: Mapping[Priority, Any] = {
    Priority.EMERGENCY: _l("Emergency"),
    Priority.HIGH:      _l("High"),
    Priority.NORMAL:    _l("Normal"),
}

ROUTING_PARTS: Mapping[Part, Any] = {
    Part.OFFICE:    _l("Office"),
    Part.AUTHORITY: _l("Authority"),
    Part.PRIORITY:  _l("Priority"),
}
# fmt: on

GLOBALS: Mapping[str, Mapping[Any, Any]] = {
    "action_name": ACTIONS,
    "action_name_for_tourist": ACTIONS_FOR_TOURIST,
    "authority_fact": AUTHORITY_FACTS,
    "authority_name": AUTHORITIES,
    "breach_reason_name": BREACH_REASONS,
    "category_hint": CATEGORY_HINTS,
    "category_name": CATEGORIES,
    "clock_name": CLOCKS,
    "clock_name_for_merchant": {**CLOCKS, **CLOCKS_OF_MERCHANT},
    "clock_name_for_tourist": {**CLOCKS, **CLOCKS_OF_TOURIST},
    "contest_reason_name": CONTEST_REASONS,
    "danger_name": DANGERS,
    "danger_reported": DANGERS_REPORTED,
    "departure_name": DEPARTURES,
    "end_ground_name": END_GROUNDS,
    "follows": FOLLOWS,
    "follows_for_merchant": FOLLOWS_FOR_MERCHANT,
    "follows_for_tourist": FOLLOWS_FOR_TOURIST,
    "goods_class_name": GOODS_CLASSES,
    "goods_name": GOODS,
    "ground_sentence": GROUNDS,
    "held_reason_name": HELD_REASONS,
    "how_bought_name": HOW_BOUGHT,
    "kind_name": KINDS,
    "integrity_name": integrity_names.CHECKS,
    "law_name": LAWS,
    "channel_name": CHANNELS,
    "letter_name": LETTERS,
    "means_name": MEANS,
    "message_channel_name": MESSAGE_CHANNELS,
    "network_kind_name": NETWORK_KINDS,
    "outcome_name": OUTCOMES,
    "priority_name": PRIORITIES,
    "absence_reason_name": ABSENCE_REASONS,
    "transfer_ending_name": TRANSFER_ENDINGS,
    "paid_how_name": PAID_HOW,
    "performed_by_name": PERFORMED_BY,
    "pledge_action_name": PLEDGE_ACTIONS,
    "pledge_flaw_name": PLEDGE_FLAWS,
    "pledge_standing_name": PLEDGE_STANDINGS,
    "routing_part_name": ROUTING_PARTS,
    "purpose_name": PURPOSES,
    "question_phrase": QUESTION_PHRASES,
    "referral_channel": REFERRAL_CHANNELS,
    "refusal_ground_name": REFUSAL_GROUNDS,
    "remedy_name": REMEDIES,
    "grade_name": return_names.GRADES,
    "holder_name": return_names.HOLDERS,
    "photograph_name": return_names.PHOTOGRAPHS,
    "refusal_name": return_names.REFUSALS,
    "rejection_name": return_names.REJECTIONS,
    "wish_name": return_names.WISHES,
    "role_name": ROLES,
    "role_name_for_merchant": ROLES_FOR_MERCHANT,
    "role_name_for_tourist": ROLES_FOR_TOURIST,
    "scope_name": SCOPES,
    "shipping_name": SHIPPING,
    "state_name": STATES,
    "state_name_for_merchant": STATES_FOR_MERCHANT,
    "state_name_for_tourist": STATES_FOR_TOURIST,
    "trade_name": TRADES,
    "within_name": WITHIN,
    "worse_point_name": WORSE_POINTS,
}


def init_app(app: Flask) -> None:
    """Give templates, and the macros they import, one function for each set of codes."""
    app.jinja_env.globals.update({name: partial(named, words) for name, words in GLOBALS.items()})


def named(words: Mapping[Any, Any], code: Any) -> str:
    """The words for a code in the reader's language; nothing for None, and the code itself when nobody has named it."""
    if code is None:
        return ""
    return str(words.get(code, code))


def options(words: Mapping[Any, Any]) -> list[SelectChoice]:
    """The choices of a form field: code and words, in the order of the table."""
    return [SelectChoice(str(code), label) for code, label in words.items()]
