"""The public register of return promises: search, lists by place, a page for each shop, and the same as open data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, make_response, render_template, request, url_for

from disputes import clock, names
from disputes.merchants import queries as merchants
from disputes.pledges import open_data, queries
from disputes.regions import queries as regions
from disputes.returns import figures as return_figures
from disputes.rules.goods import GoodsClass
from disputes.web.public import bp
from disputes.web.qr import qr_svg

PAGE = 20
LONGEST_SEARCH = 100
DATA_KEPT_FOR = 3600  # seconds


@bp.get("/pledges")
def pledges() -> Response:
    """Shops that promised to take goods back, found by name, goods and place."""
    asked = _asked()
    found = queries.register(**asked, limit=PAGE + 1, page=_page())
    divisions, districts = queries.places()
    return _revalidated(
        "public/pledges/register.html",
        entries=found[:PAGE],
        asked=asked,
        chosen={
            "q": asked["typed"],
            "division": asked["division"],
            "district": asked["district"],
            "goods": asked["goods"],
        },
        filtered=any(asked.values()),
        divisions=divisions,
        districts=districts,
        classes=[(str(code), label) for code, label in names.GOODS_CLASSES.items()],
        previous_url=_turned(-1) if _page() > 1 else None,
        next_url=_turned(1) if len(found) > PAGE else None,
    )


@bp.get("/pledges/<code>")
def pledge_page(code: str) -> Response:
    """What one shop promises, whether it still counts, and where the goods may go."""
    entry = queries.entry(code)
    if entry is None:
        return _unknown(code)
    address = address_of(entry.shop.code)
    return _revalidated(
        "public/pledges/shop.html",
        entry=entry,
        address=address,
        qr=qr_svg(address),
        places=_places(),
        canonical=address,
    )


@bp.get("/pledges/data")
def pledges_data() -> Response:
    """What the open data hold, under which licence, and where they are."""
    return _revalidated(
        "public/pledges/data.html",
        columns=open_data.COLUMNS,
        licence=open_data.LICENCE,
        licence_url=open_data.LICENCE_URL,
        schema_version=open_data.SCHEMA_VERSION,
    )


@bp.get("/pledges/data.csv")
def pledges_csv() -> Response:
    """The register as CSV."""
    return _data(open_data.csv_rows(queries.everything()), "text/csv", "return-promises.csv")


@bp.get("/pledges/data.json")
def pledges_json() -> Response:
    """The register as JSON."""
    source = f"{current_app.config['SETTINGS'].public_url}{url_for('public.pledges')}"
    parts = open_data.json_parts(queries.everything(), clock.now(), source)
    return _data(parts, "application/json", "return-promises.json")


@bp.get("/pledges/figures")
def figures() -> Response:
    """How returns went, by district and trade."""
    return _revalidated(
        "public/pledges/figures.html",
        told=return_figures.told(),
        counted_on=return_figures.counted_on(),
        places=_places(),
        columns=return_figures.COLUMNS,
        least=return_figures.LEAST,
        licence=open_data.LICENCE,
        licence_url=open_data.LICENCE_URL,
    )


@bp.get("/pledges/figures.csv")
def figures_csv() -> Response:
    """How returns went, as CSV."""
    return _data(return_figures.csv_rows(return_figures.told()), "text/csv", "return-figures.csv")


@bp.get("/pledges/figures.json")
def figures_json() -> Response:
    """How returns went, as JSON."""
    source = f"{current_app.config['SETTINGS'].public_url}{url_for('public.figures')}"
    return _data(
        iter([return_figures.as_json(return_figures.told(), source)]), "application/json", "return-figures.json"
    )


def address_of(code: str) -> str:
    """The address that a poster's code leads to: on our own host, whatever host the page was asked at."""
    return f"{current_app.config['SETTINGS'].public_url}/pledges/{code}"


def _unknown(code: str) -> Response:
    shop = merchants.shop_by_code(code[:LONGEST_SEARCH])
    answer = make_response(
        render_template(
            "public/pledges/unknown.html", code=code[:LONGEST_SEARCH], shop=shop,
            own_address=current_app.config["SETTINGS"].public_url,
        ),
        404,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked() -> dict[str, Any]:
    """What was asked for; a filter that is no code of ours filters nothing."""
    goods = request.args.get("goods", "")
    known = {district.code for district in regions.districts()}
    division, district = request.args.get("division", ""), request.args.get("district", "")
    return {
        "typed": request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        "division": division if division.isascii() and division.isdigit() and len(division) <= 6 else None,
        "district": district if district in known else None,
        "goods": GoodsClass(goods) if goods in set(GoodsClass) else None,
    }


def _page() -> int:
    asked = request.args.get("page", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def _turned(by: int) -> str:
    kept = {name: value for name, value in request.args.items() if name != "page" and value}
    return url_for("public.pledges", **kept, page=_page() + by)


def _places() -> dict[str, Any]:
    return {division.code: division for division in regions.divisions()}


def _revalidated(template: str, **values: Any) -> Response:
    """A page that browsers keep and ask about again: unchanged, it costs a few bytes on a bad network."""
    answer = make_response(render_template(template, **values))
    answer.cache_control.private = True
    answer.cache_control.no_cache = True
    answer.add_etag()
    return answer.make_conditional(request)


def _data(parts: Iterator[str], media_type: str, name: str) -> Response:
    answer = Response("".join(parts), content_type=f"{media_type}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Access-Control-Allow-Origin"] = "*"  # open data: for every page of the world
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Link"] = f'<{open_data.LICENCE_URL}>; rel="license"'
    answer.cache_control.public = True
    answer.cache_control.max_age = DATA_KEPT_FOR
    answer.add_etag()
    return answer.make_conditional(request)
