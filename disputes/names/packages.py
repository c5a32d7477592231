"""What a party asks for or offers is called: remedies, goods, shipping, means and times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.rules.packages import Goods, Means, Remedy, Shipping, Within
from disputes.wording import lazy_gettext as _l

# fmt: off
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
# fmt: on
