"""What a complaint and its parts are called: trades, kinds of trouble, dangers, ways of buying and paying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.goods import GoodsClass
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

CHANNELS: Mapping[str, Any] = {"web": _l("Website"), "api": _l("Partner’s system"), "staff": _l("Taken down by staff"), "desk": _l("At a return desk"), "return": _l("From a return")}

DEPARTURES: Mapping[str, Any] = {
    "known":    _l("Leaves on a known day"),
    "departed": _l("Has left already"),
    "unknown":  _l("Departure not known"),
}

PURPOSES: Mapping[Purpose, Any] = {
    Purpose.HANDLING:            _l("Handling my case"),
    Purpose.TO_SHOP:             _l("Passing my complaint to the shop"),
    Purpose.PUBLICATION:         _l("Using my case in published figures"),
    Purpose.ENTRUSTED_MEDIATION: _l("Mediation by a body that an authority entrusts with it"),
    Purpose.TO_AUTHORITY:        _l("Handing my case to an authority in China"),
    Purpose.ABROAD:              _l("Sending my data abroad"),
}
# fmt: on
