"""What authorities, the laws and what is recorded of an authority are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.rules.procedure import EndGround, FactKind, RefusalGround
from disputes.wording import lazy_gettext as _l

# fmt: off
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

# In which way an officer handed a case to an authority.
REFERRAL_CHANNELS: Mapping[str, Any] = {
    "window":   _l("Handed in at the service window"),
    "platform": _l("On the authority’s online platform"),
    "phone":    _l("By phone, taken down by the authority"),
    "post":     _l("By post to the published address"),
    "system":   _l("Through the government’s internal system"),
    "other":    _l("In another way"),
}
# fmt: on
