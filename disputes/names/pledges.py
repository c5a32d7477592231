"""What the parts of a return promise are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way
from disputes.rules.publishing import BreachReason, Desk, Flaw, NetworkKind, Reach, Standing, Worse
from disputes.wording import lazy_gettext as _l

# fmt: off
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
# fmt: on
