"""What leaves the case on paper or as a file: the claim and the signed link for a shop, the package for an authority."""

from __future__ import annotations

from flask import Response, abort, current_app, render_template, url_for
from flask_babel import force_locale

from disputes import clock, links
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.db import db
from disputes.files.storage import storage_at
from disputes.referrals import bundle
from disputes.referrals import queries as referrals
from disputes.rules.lifecycle import State
from disputes.rules.packages import package_of
from disputes.web.qr import qr_svg
from disputes.web.sessions import current_actor, secret
from disputes.web.staff import bp

SHOPS_LANGUAGE = "zh_CN"


@bp.get("/cases/<number>/shop-link")
def shop_link(number: str) -> str:
    """The signed link of this case for its shop, to read out, to send by another way, or to show as a QR code."""
    case = queries.find(number, current_actor())
    address = _shop_address(case)
    if address is None:
        abort(404)
    return render_template("staff/shop_link.html", case=case, address=address, qr=qr_svg(address))


@bp.get("/cases/<number>/claim")
def claim(number: str) -> str:
    """The claim in Chinese, to print or to send to a shop that reads no mail. It holds the name to call, and no contact."""
    case = queries.find(number, current_actor())
    address = _shop_address(case)
    with force_locale(SHOPS_LANGUAGE):
        return render_template(
            "staff/claim.html",
            case=case,
            package=package_of(case.claim.package),
            address=address,
            qr=qr_svg(address) if address else None,
            now=clock.now(),
            back_url=url_for(".case", number=case.number),
        )


@bp.get("/cases/<number>/referral.zip")
def referral_zip(number: str) -> Response:
    """The whole package for the authority that the tourist authorised."""
    case = _handed_over(number)
    content = bundle.zipped(case, storage_at(current_app.config["SETTINGS"].files_url))
    return _download(content, "application/zip", f"referral-{case.number}.zip")


@bp.get("/cases/<number>/referral.pdf")
def referral_pdf(number: str) -> Response:
    """The document alone."""
    case = _handed_over(number)
    content = bundle.pdf(case, storage_at(current_app.config["SETTINGS"].files_url))
    return _download(content, "application/pdf", f"referral-{case.number}.pdf")


def _handed_over(number: str) -> Case:
    case = queries.whole(number, current_actor())
    if not referrals.has_package(case):
        abort(404)
    return case


def _shop_address(case: Case) -> str | None:
    """The link by which the shop answers; None before the claim was passed on, and while an emergency goes on."""
    if case.merchant_id is None or case.routed_at is None or case.state == State.LIAISON:
        return None
    token = links.token(secret(), links.Link(case.id, "shop", case.shop_link_version))
    return f"{current_app.config['SETTINGS'].public_url}/m/{token}"


def _download(content: bytes, media_type: str, name: str) -> Response:
    db.session.rollback()  # nothing was changed; the connection need not wait for a slow reader
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
