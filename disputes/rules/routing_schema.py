"""The JSON Schema of the facts that ``disputes route`` takes."""

from __future__ import annotations

from typing import Any

from disputes.rules.categories import Category, Danger, HowBought, Trade
from disputes.rules.routing import AMOUNT_MOST, LANGUAGE, PLACE, Known

WORDS = {
    "trade": "What kind of business it was.",
    "category": "What went wrong.",
    "place": "Where the business is: division code by GB/T 2260, six digits. Online: the seller's shown address or the platform's domicile.",
    "district": "A business district that the policies name; it gives the place where none is told.",
    "how_bought": "How it was bought; online implies distance, agency implies agency_arranged.",
    "agency_arranged": "A travel agency or guide arranged the purchase.",
    "distance": "Ordered online, on a platform or in an app.",
    "tax_refund": "It is about the departure tax refund; the trade tax_refund implies it.",
    "port": "Where the visitor leaves.",
    "language": "The visitor's language.",
    "amount": "The price in fen (a hundredth of a yuan). Leave it out for another currency.",
    "emergency": "Somebody is in danger; any of the dangers implies it.",
    "dangers": "Which dangers there are.",
}


def schema(known: Known) -> dict[str, Any]:
    """The schema of one line: an object of facts, of which only the trade must be there. Null is the same as left out."""
    kinds: dict[str, dict[str, Any]] = {
        "trade": {"enum": [*Trade]},
        "category": {"enum": [*Category, None]},
        "place": {"type": ["string", "null"], "pattern": f"^{PLACE.pattern}$"},
        "district": {"enum": [*sorted(known.districts), None]},
        "how_bought": {"enum": [*HowBought, None]},
        "agency_arranged": {"type": ["boolean", "null"], "default": False},
        "distance": {"type": ["boolean", "null"], "default": False},
        "tax_refund": {"type": ["boolean", "null"], "default": False},
        "port": {"enum": [*sorted(known.ports), None]},
        "language": {"type": ["string", "null"], "pattern": f"^{LANGUAGE.pattern}$"},
        "amount": {"type": ["integer", "null"], "minimum": 0, "maximum": AMOUNT_MOST},
        "emergency": {"type": ["boolean", "null"], "default": False},
        "dangers": {"type": ["array", "null"], "items": {"enum": [*Danger]}, "default": []},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts for the routing of a case",
        "type": "object",
        "required": ["trade"],
        "additionalProperties": False,
        "properties": {name: {"description": WORDS[name], **kind} for name, kind in kinds.items()},
    }
