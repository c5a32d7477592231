"""Giving something back: the verdict without a name, then the declaration in two steps, kept on the server like a complaint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from disputes import clock, links
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import queries as cases
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import transaction
from disputes.intake import drafts
from disputes.intake.drafts import Begun
from disputes.notifications import strangers
from disputes.pledges import queries as pledges
from disputes.returns import declaring
from disputes.rules.lifecycle import Kind, Role
from disputes.rules.return_facts import FactsError
from disputes.rules.rulebook import RuleError
from disputes.web import sessions
from disputes.web.languages import language
from disputes.web.limits import limiter
from disputes.web.public import bp
from disputes.web.public.case_access import held_words, own
from disputes.web.public.returning_answers import (
    ANSWER,
    CHECK,
    CHECKED,
    FIRST,
    GOODS,
    WIZARD,
    Answers,
    make_form,
)
from disputes.web.public.returning_forms import MEANS_HINTS, MOST_LINES
from disputes.web.public.wizard import (
    CASES_PER_ADDRESS,
    NEXT,
    SENDINGS_PER_ADDRESS,
    Page,
    StepForm,
    changed_meanwhile,
    form_of,
    label_of,
    open_too_long,
    public_url,
    searched_anew,
    shop_at,
    stamp,
    typed_of,
)
from disputes.web.qr import qr_svg
from disputes.web.sentences import refusal
from disputes.web.verdict_words import Said, said, summary

ADD = "add"


@dataclass(frozen=True)
class Judged:
    """One of the goods with what holds for it."""

    name: str
    quantity: int
    said: Said


# --- the pages


@bp.get("/return")
def returning():  # type: ignore[no-untyped-def]
    """The first question; whoever has begun already goes on."""
    draft = WIZARD.draft_of_session()
    if draft is None:
        return _show(FIRST, None, make_form(FIRST, None, None))
    if draft.case_id is not None:
        return _done(draft)
    return render_template(
        "public/returning/resume.html",
        wizard=WIZARD,
        draft=draft,
        next_page=WIZARD.first_open(draft),
        at=_shop_of(draft),
    )


@bp.get("/s/<code>/return")
def returning_at(code: str):  # type: ignore[no-untyped-def]
    """From the page of a shop: the shop is known, so the goods are asked first."""
    shop = shop_at(code)
    if shop is None:
        return render_template("public/filing/unknown_code.html", code=code), 404
    form: Any = make_form(GOODS, None, None)
    form.shop_code.data = shop.code
    return _show(GOODS, None, form, shop=shop, promised=bool(pledges.promises_in_force([shop.id])))


@bp.get("/return/<name>")
def returning_step(name: str):  # type: ignore[no-untyped-def]
    """One question, as it was answered so far. Whoever jumps ahead is led to the first one without an answer."""
    page = WIZARD.page(name)
    draft = WIZARD.draft_of_session()
    if draft is not None and draft.case_id is not None:
        return _done(draft)
    if led_back := WIZARD.led_back(page, draft):
        return redirect(led_back)
    form = WIZARD.form_to_show(page, draft)
    if page is ANSWER:  # no answer is missing, so there is a draft
        return _show_answer(draft, form)  # type: ignore[arg-type]
    if page is CHECK:
        return _show_check(draft, form)  # type: ignore[arg-type]
    return _show(page, draft, form)


@bp.post("/return/<name>")
@limiter.limit(SENDINGS_PER_ADDRESS)
def returning_answer(name: str):  # type: ignore[no-untyped-def]
    """Keep what was typed, then do what the button says."""
    page = WIZARD.page(name)
    try:
        draft = WIZARD.draft_of_form() or WIZARD.start_draft()
        return _confirm(draft) if page is CHECK else _answer(page, draft)
    except drafts.AlreadyFiled as filed:
        return redirect(_receipt_url(cases.find(filed.case_id, SYSTEM)), code=303)


@bp.get("/return/elsewhere")
def returning_elsewhere():  # type: ignore[no-untyped-def]
    """The link and the code by which it goes on on another device."""
    draft = WIZARD.draft_of_session()
    if draft is None or draft.case_id is not None:
        return redirect(WIZARD.url())
    page = WIZARD.named(request.args.get("page", ""))
    return WIZARD.show_elsewhere(draft, back_to=page or WIZARD.first_open(draft))


@bp.route("/return/draft/<draft_id>", methods=["GET", "POST"])
def returning_draft(draft_id: str):  # type: ignore[no-untyped-def]
    """Go on here with what was begun on another device."""
    found = WIZARD.draft_at(draft_id)
    if found is None or found.case_id is not None:
        return render_template("public/returning/gone.html"), 404
    if request.method == "POST":
        WIZARD.remember(found)
        return redirect(WIZARD.url(WIZARD.first_open(found)), code=303)
    return render_template("public/returning/draft.html", draft=found, at=_shop_of(found))


@bp.post("/return/new")
def returning_new():  # type: ignore[no-untyped-def]
    """Begin anew on this device: what was not sent is deleted."""
    WIZARD.discard()
    return redirect(WIZARD.url(), code=303)


@bp.get("/c/<token>/declared")
def case_return_receipt(token: str):  # type: ignore[no-untyped-def]
    """The receipt of the declaration: number, code and words to keep, the moment, and what comes next."""
    view = own(token)
    case = view.case
    if case.kind != Kind.RETURN:
        return redirect(url_for(".case_page", token=token), code=303)
    link = public_url(f"{request.script_root}/c/{token}")
    return render_template(
        "public/returning/declared.html",
        case=case,
        token=token,
        record=declaring.of(case),
        view=view,
        words=sessions.tourist_words(case, language()),
        words_language=language() if language() in links.WORD_LISTS else "en",
        link=link,
        qr=qr_svg(link),
        mailed=case.tourist.email,
        held=held_words(at) if (at := strangers.held(case.tourist.email)) is not None else None,
    )


# --- what a button does


def _answer(page: Page, draft: Begun):  # type: ignore[no-untyped-def]
    go = request.form.get("go", NEXT)
    sent = _without_a_line(request.form) if page is GOODS else MultiDict(request.form)
    form: Any = make_form(page, draft, sent)
    stays = page is GOODS and ("remove" in request.form or go == ADD)
    complete = not stays and form.validate() and (go == NEXT or drafts.complete(draft, page.name))
    anew = page is FIRST and searched_anew(draft, form)
    typed = typed_of(form, sent)
    if go == ADD and len(form.items.entries) < MOST_LINES:
        typed[f"items-{len(form.items.entries)}-quantity"] = ["1"]
    try:
        draft = WIZARD.keep(page, draft, typed, complete=complete)
    except Refused as refused:
        return _show(page, draft, form, problem=refusal(refused))
    if stays:
        at = len(form.items.entries) if go == ADD else 0
        return redirect(WIZARD.here(page) + (f"#line-{at}" if at else ""), code=303)
    leads_to = WIZARD.aside(page, anew=anew)
    if leads_to is None:
        leads_to = _onward(page, draft, form) if complete else WIZARD.wrong_at(page, draft, form)
    return redirect(leads_to, code=303) if leads_to is not None else _show(page, draft, form)


def _without_a_line(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, without the line whose button to remove it was pressed; the lines after it move up."""
    removed = sent.get("remove", "")
    if not (removed.isascii() and removed.isdigit() and len(removed) < 3):
        return MultiDict(sent)
    gone, kept = int(removed), MultiDict[str, str]()
    for name, value in sent.items(multi=True):
        head, _sep, rest = name.partition("-")
        number, _dash, field = rest.partition("-")
        if head == "items" and number.isdigit():
            if int(number) == gone:
                continue
            name = f"items-{int(number) - (int(number) > gone)}-{field}"
        kept.add(name, value)
    return kept


def _onward(page: Page, draft: Begun, form: Any) -> str:
    """On; or back to the last page, over the answer where what was changed can change it."""
    if form.to_check.data and page not in CHECKED:
        return WIZARD.url(WIZARD.first_open(draft))
    following = WIZARD.after(page)
    if form.to_check.data and page in CHECKED and WIZARD.first_open(draft) is CHECK:
        following = ANSWER
    return WIZARD.url(following)


def _confirm(draft: Begun):  # type: ignore[no-untyped-def]
    """The last page: other buttons as everywhere; the big one declares the return."""
    if request.form.get("go", NEXT) != NEXT:
        return _answer(CHECK, draft)
    if draft.case_id is not None:
        raise drafts.AlreadyFiled(draft.case_id)
    missing = WIZARD.first_open(draft)
    if missing is not CHECK:
        return redirect(WIZARD.url(missing), code=303)
    return _declare(draft)


@limiter.limit(CASES_PER_ADDRESS)
def _declare(draft: Begun):  # type: ignore[no-untyped-def]
    form: Any = make_form(CHECK, draft, request.form)
    answers = Answers(draft)
    changed, wrong = form.seen.data != stamp(draft), _wrong(answers)
    if not form.validate() or changed or wrong is not None:
        draft = WIZARD.keep(CHECK, draft, typed_of(form, request.form), complete=False)
        return _show_check(draft, form, problem=changed_meanwhile() if changed else None)
    told = answers.declaration(form.consents)
    try:
        with transaction():
            case = declaring.declare(told, Actor(Role.TOURIST), "web", draft_id=draft.id)
            url = _receipt_url(case)
    except Refused as refused:
        return _show_check(draft, form, problem=refusal(refused))
    return redirect(url, code=303)


# --- showing


def _show(page: Page, draft: Begun | None, form: Any, problem: str | None = None, **more: Any):  # type: ignore[no-untyped-def]
    if page.name == "way":
        more["means_hints"] = {str(means): words for means, words in MEANS_HINTS.items()}
    return WIZARD.show(page, draft, form, problem, in_danger=False, **more)


def _show_answer(draft: Begun, form: StepForm):  # type: ignore[no-untyped-def]
    """The verdict. Facts that cannot be lead back to the page on which they stand."""
    answers = Answers(draft)
    wrong = next((page for page in CHECKED if not answers.form(page.name).validate()), None)
    if wrong is not None:
        return redirect(WIZARD.url(wrong, again="yes"), code=303)
    try:
        judged = _judged(answers)
    except (FactsError, RuleError):
        return _too_long_ago(draft)
    return _show(
        ANSWER,
        draft,
        form,
        shop=answers.shop,
        judged=judged,
        headline=summary([each.said.row for each in judged]),
        asked_at=clock.now(),
        promise=pledges.version_on(answers.shop.id, answers.bought_on) if answers.shop else None,
        bought_on=answers.bought_on,
        tax_state=answers.form("bought").tax_state,
    )


def _too_long_ago(draft: Begun):  # type: ignore[no-untyped-def]
    """The day of purchase lies before every rule that we know."""
    page = WIZARD.page("bought")
    form: Any = make_form(page, draft, None)
    form.bought_on.errors = [_("This was bought so long ago that we know no rule for it. Check the year.")]
    return _show(page, draft, form)


def _show_check(draft: Begun, form: Any, problem: str | None = None):  # type: ignore[no-untyped-def]
    """Everything once more with the verdict, unless an answer given earlier would not be taken any more."""
    answers = Answers(draft)
    wrong = _wrong(answers)
    if wrong is not None:
        return redirect(WIZARD.mended(wrong), code=303)
    form.seen.data = stamp(draft)
    judged = _judged(answers)
    return _show(
        CHECK, draft, form, problem, answers=answers, judged=judged, place_of=label_of,
        headline=summary([each.said.row for each in judged]), total=declaring.total(_pieces(answers)),
    )  # fmt: skip


def _wrong(answers: Answers) -> Page | None:
    """The page to mend; a shop that is not in our list can be asked about, but nothing can be sent to it."""
    return answers.first_wrong() or (FIRST if answers.shop is None else None)


def _judged(answers: Answers) -> list[Judged]:
    verdicts = answers.verdicts(clock.now())
    return [
        Judged(name, item.quantity, said(verdict))
        for name, item, verdict in zip(answers.names, answers.items, verdicts, strict=True)
    ]


def _pieces(answers: Answers) -> tuple[Any, ...]:
    return tuple(declaring.Piece(item, "", item.quantity) for item in answers.items)


def page_after_expiry():  # type: ignore[no-untyped-def]
    """A page of the return that lay open too long: shown again with all that was typed; None for every other address."""
    page = WIZARD.named((request.view_args or {}).get("name", ""))
    if request.endpoint != "public.returning_answer" or page is None:
        return None
    draft = WIZARD.named_draft()
    if draft is not None and draft.case_id is not None:
        return redirect(WIZARD.url(), code=303)
    if draft is None and page is not FIRST:
        return redirect(WIZARD.url(), code=303)
    if draft is not None and page in (ANSWER, CHECK):
        flash(open_too_long(), "warning")
        return redirect(WIZARD.url(page), code=303)
    return _show(page, draft, make_form(page, draft, MultiDict(request.form)), problem=open_too_long()), 400


def _shop_of(draft: Begun) -> Any:
    where: Any = form_of(FIRST, draft, None, csrf=False)
    return where.chosen


def _done(draft: Begun):  # type: ignore[no-untyped-def]
    """Somebody came back after sending: the return as it is, or another one."""
    case = cases.find(draft.case_id, SYSTEM)  # type: ignore[arg-type]
    case_url = f"{request.script_root}/c/{sessions.tourist_token(case)}"
    return render_template("public/returning/already.html", number=case.number, case_url=case_url)


def _receipt_url(case: Case) -> str:
    return url_for(".case_return_receipt", token=sessions.tourist_token(case))
