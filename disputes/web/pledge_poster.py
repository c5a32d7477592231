"""The poster of a shop's return promise: made for the merchant and the staff, with a code that leads to the register."""

from __future__ import annotations

from flask import Response, abort, request
from flask_babel import force_locale
from flask_babel import gettext as _

from disputes.documents.data import PledgePoster, Quoted
from disputes.documents.render import render
from disputes.documents.values import CHINESE
from disputes.merchants.models import Shop
from disputes.pledges.models import Pledge, PledgeVersion
from disputes.web.languages import TOURIST_LANGUAGES
from disputes.web.pledge_words import days
from disputes.web.public.pledges import address_of

SIZES = ("a4", "a6")
BESIDE = "en"  # the second language of the small print


def poster_of(pledge: Pledge) -> Response:
    """The poster for the shop and in the size that the address names, `?shop=7&size=a6`; 404 for a shop without the promise."""
    size = request.args.get("size", "a4")
    shop_id = request.args.get("shop", "")
    shops = [
        s for s in pledge.merchant.shops if s.active and pledge.published and pledge.published[-1].speaks_for(s.id)
    ]
    shop = next((s for s in shops if str(s.id) == shop_id), shops[0] if shops and not shop_id else None)
    if shop is None or size not in SIZES or pledge.withdrawn_on is not None:
        abort(404)
    answer = Response(
        render("pledge-poster", paper(shop, pledge.published[-1], size), BESIDE), mimetype="application/pdf"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="promise-{shop.code}-{size}.pdf"'
    return answer


def paper(shop: Shop, version: PledgeVersion, size: str) -> PledgePoster:
    """What stands on the poster."""
    others = [code for code in TOURIST_LANGUAGES if code != CHINESE]
    with force_locale(CHINESE):
        promise = days(version)
    return {
        "size": size,
        "shop_zh": shop.name_zh,
        "shop_en": shop.name_en,
        "promise": promise,
        "promises": [_said(code, lambda: days(version)) for code in others],
        "scans": [
            _said(code, lambda: _("Scan to read the whole promise in your language.")) for code in (CHINESE, *others)
        ],
        "link": address_of(shop.code),
    }


def _said(language: str, say) -> Quoted:  # type: ignore[no-untyped-def]
    with force_locale(language):
        return {"text": str(say()), "language": language}
