"""What a desk needs before it files: codes with words in every language, shops, places; and the description of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, render_template
from flask_babel import force_locale

from disputes import clock, names
from disputes.cases import tallies
from disputes.merchants import queries as merchants
from disputes.names import named
from disputes.regions import queries as regions
from disputes.rules.categories import NEEDED_TO_FILE
from disputes.rules.odds import BANDS
from disputes.web.access import open_to_strangers
from disputes.web.api import bp, given
from disputes.web.api.answers import sent
from disputes.web.api.asked import InLanguage, OddsQuery, ShopQuery
from disputes.web.api.bodies import query
from disputes.web.api.openapi import Operation, described, document
from disputes.web.api.page import paragraphs, sections, shapes
from disputes.web.api.shapes import tag_of
from disputes.web.components import OWN_NAMES
from disputes.web.languages import TOURIST_LANGUAGES, language
from disputes.web.public.filing_forms import CheckForm


@bp.get("/categories")
@open_to_strangers
@described(Operation(gives=given.Categories, asks=InLanguage))
def categories() -> Response:
    """Every code that a complaint needs, with words in one language.

    The language is that of `lang` or, without it, the first of `Accept-Language` that we have. Ask for each consent by
    itself, with its sentence, and give none in advance.
    """
    chosen = query(InLanguage())["lang"] or language()
    with force_locale(chosen):
        return sent(
            given.Categories().dump(
                {
                    "language": tag_of(chosen),
                    "categories": [
                        {**one, "hint": named(names.CATEGORY_HINTS, one["code"])} for one in _named(names.CATEGORIES)
                    ],
                    "trades": _named(names.TRADES),
                    "how_bought": _named(names.HOW_BOUGHT),
                    "paid_how": _named(names.PAID_HOW),
                    "dangers": _named(names.DANGERS),
                    "remedies": _named(names.REMEDIES),
                    "goods": _named(names.GOODS),
                    "shipping": _named(names.SHIPPING),
                    "means": _named(names.MEANS),
                    "within": _named(names.WITHIN),
                    "consents": _consents(),
                    "languages": [{"code": tag_of(code), "name": OWN_NAMES[code]} for code in TOURIST_LANGUAGES],
                }
            ),
            language=chosen,
        )


@bp.get("/places")
@open_to_strangers
@described(Operation(gives=given.Places))
def places() -> Response:
    """Districts and cities of both regions, and the airports, stations and piers from which guests leave."""
    return sent(given.Places().dump({"divisions": regions.divisions(), "ports": regions.ports()}))


@bp.get("/shops")
@open_to_strangers
@described(Operation(gives=given.Shops, asks=ShopQuery))
def shops() -> Response:
    """Shops whose Chinese or English name or address holds what is looked for, the closest first."""
    asked = query(ShopQuery())
    found = merchants.shops(asked["q"], region=asked["region"], limit=asked["limit"])
    return sent(given.Shops().dump({"shops": found}))


@bp.get("/odds")
@open_to_strangers
@described(Operation(gives=given.OddsBefore, asks=OddsQuery))
def odds() -> Response:
    """How cases like this one ended before the departure, to be told to the guest before filing.

    Counted once a day over twelve months, by category, trade, region and the time that was left; with fewer than ten of a
    kind it is counted more widely, as `like` says, and never for another band of time left. Say nothing where it is null.
    """
    asked = query(OddsQuery())
    told = tallies.odds_for(clock.now(), asked["departure_at"], asked["category"], asked["trade"], asked["region"])
    return sent(given.OddsBefore().dump({"odds": _told(told) if told else None}))


@bp.get("/openapi.json")
@open_to_strangers
def openapi() -> Response:
    """The description for machines, OpenAPI 3.1."""
    return sent(document())


@bp.get("/")
@open_to_strangers
def page() -> str:
    """The same description for people."""
    spec = document()
    about = paragraphs(spec["info"]["description"])
    return render_template("api/page.html", about=about, sections=sections(spec), shapes=shapes(spec))


def _told(told: tallies.Told) -> dict[str, Any]:
    bound = BANDS[told.odds.band]
    return {
        "like": told.odds.likeness,
        "cases": told.odds.cases,
        "ended_before_departure": told.odds.ended,
        "up_to_minutes_left": bound // timedelta(minutes=1) if bound else None,
        "counted_at": told.counted_at,
    }


def _named(words: Mapping[Any, Any]) -> list[dict[str, str]]:
    return [{"code": str(code), "name": str(label)} for code, label in words.items()]


def _consents() -> list[dict[str, Any]]:
    """The consents with the sentences of our own last page, so that a guest reads the same words at a desk."""
    form = CheckForm(meta={"csrf": False})
    return [
        {
            "code": str(purpose),
            "name": named(names.PURPOSES, purpose),
            "sentence": str(form[purpose.value].label.text),
            "needed": purpose in NEEDED_TO_FILE,
        }
        for purpose in names.PURPOSES
    ]
