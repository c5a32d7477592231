"""The screen to turn round and show in the shop: large Chinese, and a code that leads to the claim."""

from __future__ import annotations

from flask import current_app, redirect, render_template, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from disputes.cases.models import Case, Offer
from disputes.rules.categories import Category, HowBought, Purpose
from disputes.rules.grounds import Ground, grounds
from disputes.rules.lifecycle import Kind, Role, State
from disputes.rules.packages import Package, Remedy, package_of
from disputes.web.languages import language
from disputes.web.public import bp, returned
from disputes.web.public.case import SHOWABLE
from disputes.web.public.case_access import Answer, own
from disputes.web.qr import qr_svg
from disputes.web.sessions import counter_token

CHINESE = "zh_CN"


@bp.get("/c/<token>/show")
def case_show(token: str) -> Answer:
    """What was bought, what is asked and why, for the eyes of the shop; always in Chinese."""
    view = own(token)
    case = view.case
    if case.kind == Kind.RETURN:
        return returned.show(view)
    if case.state not in SHOWABLE:
        return redirect(url_for(".case_page", token=token), 303)
    session["showing"] = token  # so that the way back from the shop's answer is there for the tourist alone
    passed_on = to_shop(case)
    claim = url_for(".case_claim", token=counter_token(case)) if passed_on else None
    more = {
        "own_language": language(),
        "own_line": _("This screen is for the shop. Turn your phone round and show it."),
        "back_words": _("Back to my case"),
        "back_url": url_for(".case_page", token=token),
        "claim_url": claim,
        "qr": qr_svg(f"{current_app.config['SETTINGS'].public_url}{claim}") if claim else None,
        "consent_line": None
        if passed_on
        else _("A code for the shop appears here once you agree to pass your complaint on."),
        "consent_words": _("My consents"),
        "consent_url": url_for(".case_consents", token=token),
    }
    with force_locale(CHINESE):
        return render_template("public/case/show.html", view=view, case=case, **said_to_shop(case), **more)


def said_to_shop(case: Case) -> dict[str, object]:
    """What the shop reads, in the language of the page: the request, and the grounds that the rule book gives for it."""
    wanted = package_of(asked(case).package)
    return {
        "wanted": wanted,
        "request_line": request_line(wanted, agreed=case.state == State.SETTLED),
        "grounds": _grounds(case),
    }


def asked(case: Case) -> Offer:
    """What is to be given: what was agreed, or what the shop would accept now, the counter-offer on the table or the claim."""
    if case.state == State.SETTLED and case.settlement is not None:
        return case.settlement.offer
    on_the_table = case.open_offer
    return on_the_table if on_the_table is not None and on_the_table.by_role == Role.TOURIST else case.claim


def request_line(package: Package, *, agreed: bool) -> str:
    """The request in one line, for the top of the screen. The amount stands below it, large."""
    if agreed:
        return _("This was agreed. Please carry it out.")
    lines = {
        Remedy.REFUND: _("Please pay back the price"),
        Remedy.PRICE_DIFFERENCE: _("Please pay back a part of the price"),
        Remedy.COMPENSATION: _("Please pay compensation"),
        Remedy.EXCHANGE: _("Please exchange the goods"),
        Remedy.REPAIR: _("Please repair the goods"),
        Remedy.DELIVERY: _("Please do what was promised"),
        Remedy.INVOICE: _("Please hand over the receipt or invoice"),
        Remedy.APOLOGY: _("I ask for an apology"),
    }
    return next((line for remedy, line in lines.items() if remedy in package.remedies), _("Please help to settle this"))


def to_shop(case: Case) -> bool:
    """Whether the tourist agreed that the complaint is passed on to the shop."""
    return any(c.purpose == Purpose.TO_SHOP and c.withdrawn_at is None for c in case.consents)


def _grounds(case: Case) -> tuple[Ground, ...]:
    return grounds(Category(case.category), HowBought(case.complaint.how_bought))
