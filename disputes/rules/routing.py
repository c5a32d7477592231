"""Where a case belongs: which of our offices owns it, and which authority is competent by law (rule book section 9)."""

from __future__ import annotations

from dataclasses import dataclass

from disputes.rules.categories import HowBought, Trade


@dataclass(frozen=True)
class Competence:
    """The first authority for a trade, its line, the instrument, and how sure the source is."""

    trade: Trade
    authority: str
    line: str
    instrument: str
    standing: str  # verified, secondary, unverified


# fmt: off
COMPETENCE: tuple[Competence, ...] = (
    Competence(Trade.SHOP,          "market_regulation",   "12315", "MCR 13",          "verified"),
    Competence(Trade.RESTAURANT,    "market_regulation",   "12315", "MCR 13",          "verified"),
    Competence(Trade.ONLINE,        "market_regulation",   "12315", "MCR 13",          "verified"),
    Competence(Trade.TRAVEL_AGENCY, "culture_tourism",     "12345", "TCM; TL 35, 91",  "secondary"),
    Competence(Trade.SCENIC_AREA,   "culture_tourism",     "12345", "TCM; TL 91",      "secondary"),
    Competence(Trade.HOTEL,         "culture_tourism",     "12345", "TL 111",          "verified"),
    Competence(Trade.TAXI,          "transport",           "12345", "",                "unverified"),
    Competence(Trade.AIRLINE,       "civil_aviation",      "12326", "",                "unverified"),
    Competence(Trade.RAILWAY,       "railway",             "12306", "",                "unverified"),
    Competence(Trade.TELECOM,       "telecom",             "12300", "",                "unverified"),
    Competence(Trade.PARCEL,        "postal",              "12305", "",                "unverified"),
    Competence(Trade.BANK_CARD,     "financial_regulator", "12363", "",                "unverified"),
    Competence(Trade.TAX_REFUND,    "tax",                 "12366", "",                "unverified"),
    Competence(Trade.OTHER,         "hotline_12345",       "12345", "",                "unverified"),
)
# fmt: on
BY_TRADE = {c.trade: c for c in COMPETENCE}


def competent(trade: Trade, how_bought: HowBought) -> Competence:
    """The authority that is competent for this trade; shopping that an agency arranged goes to the tourism body (R-TOUR-SHOP30)."""
    if how_bought is HowBought.AGENCY:
        return BY_TRADE[Trade.TRAVEL_AGENCY]
    return BY_TRADE[trade]


@dataclass(frozen=True)
class Arrival:
    """What the routing task knows of a new case."""

    emergency: bool
    shop_known: bool
    shop_reachable: bool
    claim_complete: bool
    may_pass_to_shop: bool
    abuse_signals: tuple[str, ...] = ()


def held_reasons(arrival: Arrival) -> tuple[str, ...]:
    """Why a new case cannot go straight to the shop; empty when it can (design section 4)."""
    reasons = []
    if not arrival.shop_known:
        reasons.append("shop_unknown")
    elif not arrival.shop_reachable:
        reasons.append("shop_unreachable")
    if not arrival.claim_complete:
        reasons.append("claim_incomplete")
    if not arrival.may_pass_to_shop:
        reasons.append("no_consent_to_pass_on")
    return (*reasons, *arrival.abuse_signals)
