"""The claim as somebody in the shop sees it, by the code on the tourist's screen, and the answer that can be given there.

Whoever signs in to the portal or gives a code that was sent to the shop answers as the shop. Anybody else may offer or pay,
with a name and a phone number, and the answer is marked as unverified. All of it is in Chinese.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import abort, flash, g, redirect, render_template, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound

from disputes.accounts.actors import Actor
from disputes.cases import commands, counter, queries, texts
from disputes.cases.commands import Refused
from disputes.cases.counter import CodeResult
from disputes.cases.models import Case, CounterCode
from disputes.cases.queries import Stale
from disputes.db import transaction
from disputes.rules.lifecycle import Action, Role, StepRefused
from disputes.rules.packages import package_of
from disputes.web.languages import language
from disputes.web.public import bp
from disputes.web.public.case_access import Answer, say_outdated
from disputes.web.public.case_forms import (
    CodeForm,
    ContestForm,
    OfferForm,
    PaidForm,
    StepForm,
    UnverifiedOfferForm,
    UnverifiedPaidForm,
    WordsForm,
    cash_today,
    version_seen,
)
from disputes.web.public.case_show import CHINESE, asked, said_to_shop, to_shop
from disputes.web.sentences import refusal
from disputes.web.sessions import counter_by_link, secret, tourist_by_link

CODE = "counter_code"  # in the browser's session: under which code somebody answers for the shop


def in_chinese(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Show the page in Chinese, whatever language the owner of the phone reads; that language stays known."""

    @wraps(view)
    def shown(**arguments: Any) -> Answer:
        g.own_language = language()
        with force_locale(CHINESE):
            return view(**arguments)

    return shown


@bp.get("/c/<token>/claim")
@in_chinese
def case_claim(token: str) -> Answer:
    """The claim, and the ways to answer it here and now."""
    case = _case(token)
    return _page("public/case/claim.html", token, case, StepForm(), ways=_ways(case))


@bp.post("/c/<token>/claim/code")
@in_chinese
def case_claim_code(token: str) -> Answer:
    """Send the shop a code."""
    case = _case(token)
    if not _ways(case)["code"]:
        return redirect(url_for(".case_claim", token=token), 303)
    try:
        with transaction():
            counter.send_code(case.id, counter.person(case), secret())
    except Refused as refused:
        flash(refusal(refused), "error")
        page = ".case_claim_enter" if refused.code == "too_many_codes" else ".case_claim"
        return redirect(url_for(page, token=token), 303)
    return redirect(url_for(".case_claim_enter", token=token), 303)


@bp.route("/c/<token>/claim/enter", methods=["GET", "POST"])
@in_chinese
def case_claim_enter(token: str) -> Answer:
    """Type the code in."""
    case, form = _case(token), CodeForm()
    if not form.validate_on_submit():
        return _enter_page(token, case, form)
    with transaction():  # a wrong try counts, so it is kept
        result, row = counter.try_code(case.id, counter.person(case), form.code.data, secret())
    if row is not None:
        session[CODE] = row.id
        return redirect(url_for(".case_claim", token=token), 303)
    form.code.errors = [
        _("This code is not right. Check the six digits.")
        if result is CodeResult.WRONG
        else _("This code is not valid any more. Have a new one sent.")
    ]
    return _enter_page(token, _case(token), form)


def _enter_page(token: str, case: Case, form: CodeForm) -> Answer:
    """The page for typing the code in, with the way to a new one, or from when on there is one."""
    again_at = counter.next_code_from(case)
    return _page("public/case/claim-enter.html", token, case, form, masked=_masked(case), again_at=again_at)


@bp.post("/c/<token>/claim/end")
@in_chinese
def case_claim_end(token: str) -> Answer:
    """Stop answering for the shop: the phone goes back to its owner."""
    _end(_case(token))
    return redirect(url_for(".case_claim", token=token), 303)


@bp.get("/c/<token>/claim/done")
@in_chinese
def case_claim_done(token: str) -> Answer:
    """Thanks, and the phone goes back to its owner."""
    case = _case(token)
    back_url = _way_back(case)
    if back_url is None:
        return _page("public/case/claim-done.html", token, case)
    with force_locale(g.own_language):
        back_words = _("This is my phone: back to my case")
    return _page(
        "public/case/claim-done.html",
        token,
        case,
        back_url=back_url,
        back_words=back_words,
        own_language=g.own_language,
    )


# --- the answers


@bp.route("/c/<token>/claim/offer", methods=["GET", "POST"])
@in_chinese
def case_claim_offer(token: str) -> Answer:
    """Offer something, as the shop or unverified. The form starts from what the customer asked for."""
    here = _answering(token, Action.OFFER)
    form: Any = UnverifiedOfferForm() if here.unverified else OfferForm()
    form.measure(here.case.complaint)
    if not form.is_submitted():
        form.start_from(package_of(asked(here.case).package))
        cash_today(form)
    return _take(
        here, form, "public/case/claim-offer.html",
        lambda version: commands.make_offer(
            here.case.id, version, here.by, form.package(), form.words.data or "", CHINESE,
            given_by=form.given_by() if here.unverified else "",
        ),
    )  # fmt: skip


@bp.route("/c/<token>/claim/accept", methods=["GET", "POST"])
@in_chinese
def case_claim_accept(token: str) -> Answer:
    """Give what the customer asks for."""
    here = _answering(token, Action.ACCEPT_CLAIM)
    return _take(
        here, StepForm(), "public/case/claim-confirm.html",
        lambda version: commands.accept_claim(here.case.id, version, here.by),
        heading=_("Accept the claim as it is?"), label=_("Yes, we accept it"), show_request=True,
        sentence=_("With your yes this becomes an agreement, and the shop must do it by the day named."),
    )  # fmt: skip


@bp.route("/c/<token>/claim/contest", methods=["GET", "POST"])
@in_chinese
def case_claim_contest(token: str) -> Answer:
    """Deny the claim, with reasons."""
    here = _answering(token, Action.CONTEST)
    form = ContestForm()
    return _take(
        here, form, "public/case/claim-form.html",
        lambda version: commands.contest(here.case.id, version, here.by, form.reason.data, form.words.data, CHINESE),
        heading=_("Disagree with the claim"), label=_("Send the reasons"),
        sentence=_("A mediator then takes over and hears both sides. Evidence can be added in the merchant portal."),
    )  # fmt: skip


@bp.route("/c/<token>/claim/agree", methods=["GET", "POST"])
@in_chinese
def case_claim_agree(token: str) -> Answer:
    """Agree to the mediator's proposal."""
    here = _answering(token, Action.AGREE)
    return _take(
        here, StepForm(), "public/case/claim-confirm.html",
        lambda version: commands.agree(here.case.id, version, here.by),
        heading=_("Agree to the mediator’s proposal?"), label=_("Yes, we agree"), show_proposal=True,
        sentence=_("It becomes an agreement once the customer has agreed too."),
    )  # fmt: skip


@bp.route("/c/<token>/claim/reject", methods=["GET", "POST"])
@in_chinese
def case_claim_reject(token: str) -> Answer:
    """Turn the mediator's proposal down."""
    here = _answering(token, Action.REJECT_PROPOSAL)
    form = WordsForm()
    return _take(
        here, form, "public/case/claim-form.html",
        lambda version: commands.reject_proposal(here.case.id, version, here.by, form.words.data or "", CHINESE),
        heading=_("Turn the mediator’s proposal down?"), label=_("Turn the proposal down"), show_proposal=True,
        sentence=_("The case goes back to the mediator, and can be handed to the authority if the customer wants that."),
    )  # fmt: skip


@bp.route("/c/<token>/claim/paid", methods=["GET", "POST"])
@in_chinese
def case_claim_paid(token: str) -> Answer:
    """Say that what was agreed has been done, as the shop or unverified; only the customer can confirm it."""
    here = _answering(token, Action.REPORT_PERFORMANCE)
    form: Any = UnverifiedPaidForm() if here.unverified else PaidForm()
    return _take(
        here, form, "public/case/claim-form.html",
        lambda version: commands.report_performance(
            here.case.id, version, here.by, form.means.data, texts.clean(form.reference.data or ""),
            given_by=form.given_by() if here.unverified else "",
        ),
        heading=_("Paid, or done as agreed"), label=_("Report that it is done"), show_request=True,
        sentence=_("The customer is asked whether it has arrived. Only the customer can close the case."),
    )  # fmt: skip


# --- what they share


@dataclass(frozen=True)
class Answering:
    """An answer that is being given at the counter: in which case, as whom, and under which code."""

    token: str
    case: Case
    action: Action
    code: CounterCode | None

    @property
    def by(self) -> Actor:
        return counter.person(self.case) if self.unverified else counter.shop(self.case)

    @property
    def unverified(self) -> bool:
        return self.code is None

    @property
    def possible(self) -> bool:
        return self.action in counter.actions(self.case, self.by.role)


def _answering(token: str, action: Action) -> Answering:
    case = _case(token)
    return Answering(token, case, action, _code(case))


def _take(here: Answering, form: Any, page: str, verb: Callable[[int], Any], **more: Any) -> Answer:
    """Show the form or, when it was sent, give the answer; the code under which it was given is used up by that."""
    if not here.possible:
        return _not_now(here.token)
    if not form.is_submitted():
        form.version.data = str(here.case.version)
    more |= {"unverified": here.unverified}
    if not form.validate_on_submit():
        return _page(page, here.token, here.case, form, **more)
    try:
        with transaction():
            verb(version_seen(form))
            if here.code is not None:
                counter.finish(here.code)
    except (Stale, StepRefused):
        now = _answering(here.token, here.action)
        if not now.possible:
            return _not_now(here.token)
        form.version.data = str(now.case.version)
        flash(
            _(
                "The case changed while you were writing. Please look at the claim again, then send your answer once more."
            ),
            "warning",
        )
        return _page(page, here.token, now.case, form, **more), 409
    except Refused as refused:
        form.form_errors = [*form.form_errors, refusal(refused)]
        return _page(page, here.token, _case(here.token), form, **more)
    session.pop(CODE, None)
    return redirect(url_for(".case_claim_done", token=here.token), 303)


def _not_now(token: str) -> Answer:
    flash(_("This answer is not possible at the moment. The page shows what can be done now."), "warning")
    return redirect(url_for(".case_claim", token=token), 303)


def _case(token: str) -> Case:
    """The case with all that its pages need. A closed one, or one that may not be passed on, shows nothing of itself."""
    found = counter_by_link(token)
    case = queries.whole(found.id, counter.person(found))
    if not case.is_open or not to_shop(case):
        abort(404)
    return case


def _page(page: str, token: str, case: Case, form: FlaskForm | None = None, **more: Any) -> str:
    if form is not None:
        say_outdated(form)
    return render_template(page, token=token, case=case, form=form, **said_to_shop(case), **more)


def _code(case: Case) -> CounterCode | None:
    """The code under which this browser answers for the shop."""
    known = session.get(CODE)
    return counter.answering(case, known) if isinstance(known, int) else None


def _end(case: Case) -> None:
    code = _code(case)
    session.pop(CODE, None)
    if code is not None:
        with transaction():
            counter.finish(code)


def _ways(case: Case) -> dict[str, Any]:
    """The ways to answer that are open now."""
    verified = _code(case) is not None
    as_shop = counter.actions(case, Role.MERCHANT) if case.merchant_id and case.routed_at else ()
    return {
        "verified": verified,
        "answers": as_shop if verified else (),
        "portal": bool(as_shop),
        "code": bool(as_shop) and counter.contact(case) is not None,
        "masked": _masked(case),
        "unverified": counter.actions(case, Role.COUNTER),
    }


def _way_back(case: Case) -> str | None:
    """The tourist's own page of this case, when the screen was shown from this very browser."""
    token = session.get("showing")
    if not isinstance(token, str):
        return None
    try:
        by = tourist_by_link(token)
    except NotFound:
        return None
    return url_for(".case_page", token=token) if by.case_id == case.id else None


def _masked(case: Case) -> str | None:
    """The shop's address as somebody may see it who may not know it: its first letter and where it is."""
    address = counter.contact(case)
    if address is None:
        return None
    name, _at, host = address.partition("@")
    return f"{name[:1]}•••@{host}"
