"""What can have gone wrong, where and how it was bought: closed sets of codes that forms, routing and figures share."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """The product's categories of a dispute, by the codes of its taxonomy."""

    QUALITY_DEFECT = "quality_defect"
    MISDESCRIPTION_OR_FAKE = "misdescription_or_fake"
    PRICE_OR_FEE = "price_or_fee"
    RETURN_REFUND_REFUSED = "return_refund_refused"
    DELIVERY = "delivery_delay_or_wrong"
    SERVICE = "service_attitude_or_no_reply"
    FOOD_SAFETY = "food_safety_hygiene"
    ROOM = "facility_or_room"
    REPAIR = "warranty_repair"
    INVOICE = "invoice_receipt"
    PAYMENT = "account_payment"
    LOST_PROPERTY = "lost_property"
    OTHER = "out_of_scope"


class Trade(StrEnum):
    """What kind of business it was; the first fact from which the competent authority follows (rule book section 9)."""

    SHOP = "shop"
    RESTAURANT = "restaurant"
    HOTEL = "hotel"
    TRAVEL_AGENCY = "travel_agency"
    SCENIC_AREA = "scenic_area"
    TAXI = "taxi"
    AIRLINE = "airline"
    RAILWAY = "railway"
    TELECOM = "telecom"
    PARCEL = "parcel"
    BANK_CARD = "bank_card"
    TAX_REFUND = "tax_refund"
    ONLINE = "online"
    TOBACCO = "tobacco"
    IMMIGRATION = "immigration"  # a question of visa, entry or stay
    OTHER = "other"


class HowBought(StrEnum):
    COUNTER = "counter"
    ONLINE = "online"
    AGENCY = "agency"  # on a visit that a travel agency arranged (R-TOUR-SHOP30)


class PaidHow(StrEnum):
    CASH = "cash"
    FOREIGN_CARD = "foreign_card"
    ALIPAY = "alipay"
    WECHAT = "wechat"
    E_CNY = "e_cny"
    OTHER = "other"
    NOT_PAID = "not_paid"


class Danger(StrEnum):
    """What comes before any dispute: 110, 120 and 119 are shown first, and the duty officer is told (rule book section 9)."""

    INJURY = "injury"
    THREAT = "threat"
    DETENTION = "detention"
    THEFT = "theft"
    FIRE = "fire"


class Purpose(StrEnum):
    """The separate consents (R-DATA-BASIS, R-SAMR-PUBLISH, R-SAMR-DELEGATE, R-DATA-OUT)."""

    HANDLING = "handling"
    TO_SHOP = "to_shop"
    PUBLICATION = "publication"
    ENTRUSTED_MEDIATION = "entrusted_mediation"
    TO_AUTHORITY = "to_authority"
    ABROAD = "abroad"


NEEDED_TO_FILE = (Purpose.HANDLING,)
CONSENT_TEXT_VERSION = "2026-11"
