"""Where the code of a return leads that any camera opens: shops and desks to their page, everybody else to a calm word."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session
from flask_babel import force_locale
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from disputes.cases.models import Case
from disputes.returns import deciding, handing
from disputes.rules.lifecycle import Role
from disputes.web.public import bp
from disputes.web.sessions import current_actor, return_by_code

SCANNED = "returns_scanned"  # in the session of a shop's user: the returns whose code was shown here
MOST_SCANNED = 40


@bp.get("/r/<token>")
def return_code(token: str) -> AnyResponse:
    """The page of the return for whoever works with it; nothing personal for anybody else."""
    case = return_by_code(token)
    where = _page_of(case)
    if where is not None:
        return _kept_by_nobody(redirect(request.script_root + where, 303))
    with force_locale("zh_CN"):
        page = render_template("public/returned/code.html", number=case.number, signed_in=current_user.is_authenticated)
    return _kept_by_nobody(make_response(page))


def _page_of(case: Case) -> str | None:
    """Where a signed-in user works with this return: a shop that takes its goods, a desk, the staff."""
    if not current_user.is_authenticated:
        return None
    by = current_actor()
    if by.role is Role.DESK:
        return f"/desk/returns/{case.number}"
    if by.is_staff:
        return f"/staff/cases/{case.number}"
    if by.role is Role.MERCHANT and by.merchant_id == case.merchant_id:
        return f"/merchant/cases/{case.number}"
    if by.role is Role.MERCHANT and _takes_it(case, by.merchant_id):
        known = [i for i in session.get(SCANNED, []) if i != case.id]
        session[SCANNED] = [*known, case.id][-MOST_SCANNED:]
        return f"/merchant/returns/{case.number}"
    return None


def _takes_it(case: Case, merchant_id: int | None) -> bool:
    """Whether a shop of this company takes these goods back under the promise of the shop that sold them."""
    return any(shop.merchant_id == merchant_id for shop in handing.accepting_shops(case, deciding.record_of(case)))


def _kept_by_nobody(answer: AnyResponse) -> AnyResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
