"""The register of return promises for programs: what shops promise, read without a key."""

from __future__ import annotations

from typing import Any

from flask import Response

from disputes.pledges import open_data, queries
from disputes.pledges.queries import Entry
from disputes.web.access import open_to_strangers
from disputes.web.api import bp, given
from disputes.web.api.answers import sent
from disputes.web.api.asked import PledgeQuery
from disputes.web.api.bodies import query
from disputes.web.api.openapi import Operation, described
from disputes.web.api.problems import Problem
from disputes.web.public.pledges import address_of


@bp.get("/pledges")
@open_to_strangers
@described(Operation(gives=given.Pledges, asks=PledgeQuery))
def pledges() -> Response:
    """Shops that promised to take goods back, found by name, goods and place; those in force first.

    The whole register is a file: `/pledges/data.json` and `/pledges/data.csv`.
    """
    asked = query(PledgeQuery())
    found = queries.register(
        asked["q"], division=asked["division"] or None, district=asked["district"] or None, goods=asked["goods"],
        standing=asked["standing"], limit=asked["limit"], page=asked["page"],
    )  # fmt: skip
    return sent(given.Pledges().dump({"pledges": [_row(entry) for entry in found]}))


@bp.get("/pledges/<code>")
@open_to_strangers
@described(Operation(gives=given.Pledge, refuses=(404,)))
def pledge(code: str) -> Response:
    """What one shop promises. 404 for an unknown shop, and for one that never promised anything."""
    entry = queries.entry(code)
    if entry is None:
        raise Problem(404)
    return sent(given.Pledge().dump(_row(entry)))


def _row(entry: Entry) -> dict[str, Any]:
    return {**open_data.row(entry), "url": address_of(entry.shop.code)}
