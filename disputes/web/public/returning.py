"""Giving something back: the verdict without a name, then the declaration in two steps, kept on the server like a complaint.

Every button of a page sends the page's form, so that what was typed is kept whatever a person does next. A GET only shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from disputes import clock, links
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import queries as cases
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import transaction
from disputes.intake import drafts
from disputes.intake.models import Draft
from disputes.notifications import strangers
from disputes.pledges import queries as pledges
from disputes.returns import declaring
from disputes.rules.lifecycle import Kind, Role
from disputes.rules.return_facts import FactsError
from disputes.rules.rulebook import RuleError
from disputes.web import sessions
from disputes.web.languages import language, offered
from disputes.web.limits import limiter
from disputes.web.public import bp
from disputes.web.public.case_access import held_words, own
from disputes.web.public.filing_answers import Page, typed_of
from disputes.web.public.filing_drafts import shop_at
from disputes.web.public.filing_forms import StepForm
from disputes.web.public.returning_answers import (
    ANSWER,
    BY_NAME,
    CHECK,
    CHECKED,
    FIRST,
    GOODS,
    PAGES,
    Answers,
    after,
    before,
    first_open,
    make_form,
    number_of,
)
from disputes.web.public.returning_forms import MEANS_HINTS, MOST_LINES
from disputes.web.qr import qr_svg
from disputes.web.sentences import refusal
from disputes.web.verdict_words import Said, said, summary

KIND = "return"
SENDINGS_PER_ADDRESS = "1200 per hour"
DRAFTS_PER_ADDRESS = "120 per hour; 600 per day"
RETURNS_PER_ADDRESS = "120 per hour; 400 per day"
NEXT, BACK, ELSEWHERE, SEARCH, ADD, IN_LANGUAGE = "", "back", "elsewhere", "search", "add", "lang-"


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
    draft = _draft_of_session()
    if draft is None:
        return _show(FIRST, None, make_form(FIRST, None, None))
    if draft.case_id is not None:
        return _done(draft)
    return render_template("public/returning/resume.html", draft=draft, next_page=first_open(draft), at=_shop_of(draft))


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
    page = BY_NAME.get(name) or abort(404)
    draft = _draft_of_session()
    if draft is not None and draft.case_id is not None:
        return _done(draft)
    missing = first_open(draft)
    if number_of(page) > number_of(missing):
        return redirect(url_for(".returning_step", name=missing.name) if draft is not None else url_for(".returning"))
    form = make_form(page, draft, None)
    form.to_check.data = request.args.get("to_check", "")
    if "again" in request.args:
        _find_wrong(form)
    if page is ANSWER:  # no answer is missing, so there is a draft
        return _show_answer(draft, form)  # type: ignore[arg-type]
    if page is CHECK:
        return _show_check(draft, form)  # type: ignore[arg-type]
    return _show(page, draft, form)


@bp.post("/return/<name>")
@limiter.limit(SENDINGS_PER_ADDRESS)
def returning_answer(name: str):  # type: ignore[no-untyped-def]
    """Keep what was typed, then do what the button says."""
    page = BY_NAME.get(name) or abort(404)
    try:
        draft = _draft_of_form() or _start_draft()
        return _confirm(draft) if page is CHECK else _answer(page, draft)
    except drafts.AlreadyFiled as filed:
        return redirect(_receipt_url(cases.find(filed.case_id, SYSTEM)), code=303)


@bp.get("/return/elsewhere")
def returning_elsewhere():  # type: ignore[no-untyped-def]
    """The link and the code by which it goes on on another device."""
    draft = _draft_of_session()
    if draft is None or draft.case_id is not None:
        return redirect(url_for(".returning"))
    link = _public_url(url_for(".returning_draft", draft_id=draft.id))
    next_page = BY_NAME.get(request.args.get("page", "")) or first_open(draft)
    return render_template("public/returning/elsewhere.html", link=link, qr=qr_svg(link), next_page=next_page)


@bp.route("/return/draft/<draft_id>", methods=["GET", "POST"])
def returning_draft(draft_id: str):  # type: ignore[no-untyped-def]
    """Go on here with what was begun on another device."""
    found = drafts.find(draft_id)
    if found is None or found.case_id is not None or found.answers.get("kind") != KIND:
        return render_template("public/returning/gone.html"), 404
    if request.method == "POST":
        _remember(found)
        return redirect(url_for(".returning_step", name=first_open(found).name), code=303)
    return render_template("public/returning/draft.html", draft=found, at=_shop_of(found))


@bp.post("/return/new")
def returning_new():  # type: ignore[no-untyped-def]
    """Begin anew on this device: what was not sent is deleted."""
    draft = _draft_of_session()
    if draft is not None and draft.case_id is None:
        with transaction():
            drafts.discard(draft.id)
        flash(_("What you typed before has been deleted."), "success")
    session.pop("return_draft", None)
    return redirect(url_for(".returning"), code=303)


@bp.get("/c/<token>/declared")
def case_return_receipt(token: str):  # type: ignore[no-untyped-def]
    """The receipt of the declaration: number, code and words to keep, the moment, and what comes next."""
    view = own(token)
    case = view.case
    if case.kind != Kind.RETURN:
        return redirect(url_for(".case_page", token=token), code=303)
    link = _public_url(f"{request.script_root}/c/{token}")
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


def _answer(page: Page, draft: Draft):  # type: ignore[no-untyped-def]
    go = request.form.get("go", NEXT)
    sent = _without_a_line(request.form) if page is GOODS else MultiDict(request.form)
    form: Any = make_form(page, draft, sent)
    stays = page is GOODS and ("remove" in request.form or go == ADD)
    complete = not stays and form.validate() and (go == NEXT or drafts.complete(draft, page.name))
    anew = page is FIRST and _searched_anew(draft, form)
    typed = typed_of(form, sent)
    if go == ADD and len(form.items.entries) < MOST_LINES:
        typed[f"items-{len(form.items.entries)}-quantity"] = ["1"]
    try:
        with transaction():
            draft = drafts.save(draft.id, page.name, typed, complete=complete, language=language())
    except Refused as refused:
        return _show(page, draft, form, problem=refusal(refused))
    if go == SEARCH or (go == NEXT and anew):
        return redirect(_here(page) + "#found", code=303)
    if stays:
        at = len(form.items.entries) if go == ADD else 0
        return redirect(_here(page) + (f"#line-{at}" if at else ""), code=303)
    if go != NEXT:
        return redirect(_sideways(page, go), code=303)
    if not complete:
        return _said_wrong(page, draft, form)
    return redirect(_onward(page, draft, form), code=303)


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


def _said_wrong(page: Page, draft: Draft, form: Any):  # type: ignore[no-untyped-def]
    """What was typed is kept, so the page that says what is wrong is an address of its own."""
    if not _find_wrong(make_form(page, draft, None)):
        return _show(page, draft, form)
    to_check = form.to_check.data or None
    return redirect(url_for(".returning_step", name=page.name, to_check=to_check, again="yes"), code=303)


def _find_wrong(form: Any) -> bool:
    form.validate()
    form.csrf_token.errors = ()
    return any(form.errors.values())


def _onward(page: Page, draft: Draft, form: Any) -> str:
    """On; or back to the last page, over the answer where what was changed can change it."""
    if form.to_check.data and page not in CHECKED:
        return url_for(".returning_step", name=first_open(draft).name)
    following = after(page)
    if form.to_check.data and page in CHECKED and first_open(draft) is CHECK:
        following = ANSWER
    return url_for(".returning_step", name=following.name)


def _sideways(page: Page, go: str) -> str:
    """Where the other buttons lead: to the page before, to another language, to another device."""
    to_check = request.form.get("to_check") or None
    if go == BACK:
        previous = CHECK if to_check else before(page)
        return url_for(".returning_step", name=previous.name) if previous is not None else url_for(".home")
    if go == ELSEWHERE:
        return url_for(".returning_elsewhere", page=page.name)
    if go.startswith(IN_LANGUAGE) and offered(go.removeprefix(IN_LANGUAGE)):
        lang = offered(go.removeprefix(IN_LANGUAGE))
        return url_for(".returning_step", name=page.name, to_check=to_check, lang=lang)
    return _here(page)


def _here(page: Page) -> str:
    return url_for(".returning_step", name=page.name, to_check=request.form.get("to_check") or None)


def _searched_anew(draft: Draft, form: Any) -> bool:
    """Whether something else was typed in the search box than was looked for last, as with the enter key."""
    last = (drafts.typed(draft, FIRST.name) or {}).get("q") or [""]
    typed = (form.q.data or "").strip()
    return bool(typed) and typed != last[0].strip() and not form.unknown and not form.q.errors


def _confirm(draft: Draft):  # type: ignore[no-untyped-def]
    """The last page: other buttons as everywhere; the big one declares the return."""
    if request.form.get("go", NEXT) != NEXT:
        return _answer(CHECK, draft)
    if draft.case_id is not None:
        raise drafts.AlreadyFiled(draft.case_id)
    missing = first_open(draft)
    if missing is not CHECK:
        return redirect(url_for(".returning_step", name=missing.name), code=303)
    return _declare(draft)


@limiter.limit(RETURNS_PER_ADDRESS)
def _declare(draft: Draft):  # type: ignore[no-untyped-def]
    form: Any = make_form(CHECK, draft, request.form)
    answers = Answers(draft)
    changed, wrong = form.seen.data != _stamp(draft), _wrong(answers)
    if not form.validate() or changed or wrong is not None:
        with transaction():
            drafts.save(draft.id, CHECK.name, typed_of(form, request.form), complete=False, language=language())
        problem = _("Your answers have changed in the meantime, perhaps on another device. Please look at them again.")
        return _show_check(draft, form, problem=problem if changed else None)
    told = answers.declaration(form.consents)
    try:
        with transaction():
            case = declaring.declare(told, Actor(Role.TOURIST), "web", draft_id=draft.id)
            url = _receipt_url(case)
    except Refused as refused:
        return _show_check(draft, form, problem=refusal(refused))
    return redirect(url, code=303)


# --- showing


def _show(page: Page, draft: Draft | None, form: Any, problem: str | None = None, **more: Any):  # type: ignore[no-untyped-def]
    if problem is not None:
        form.form_errors = [*form.form_errors, problem]
    form.offer()
    if page.name == "way":
        more["means_hints"] = {str(means): words for means, words in MEANS_HINTS.items()}
    shared = page.name in ("leave", "reach")  # asked in the same words as for a complaint
    return render_template(
        f"public/{'filing' if shared else 'returning'}/{page.name}.html",
        page=page,
        number=number_of(page),
        count=len(PAGES),
        draft=draft,
        form=form,
        answer_url=url_for("public.returning_answer", name=page.name),
        in_danger=False,
        **more,
    )


def _show_answer(draft: Draft, form: StepForm):  # type: ignore[no-untyped-def]
    """The verdict. Facts that cannot be lead back to the page on which they stand."""
    answers = Answers(draft)
    wrong = next((page for page in CHECKED if not answers.form(page.name).validate()), None)
    if wrong is not None:
        return redirect(url_for(".returning_step", name=wrong.name, again="yes"), code=303)
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


def _too_long_ago(draft: Draft):  # type: ignore[no-untyped-def]
    """The day of purchase lies before every rule that we know."""
    page = BY_NAME["bought"]
    form: Any = make_form(page, draft, None)
    form.bought_on.errors = [_("This was bought so long ago that we know no rule for it. Check the year.")]
    return _show(page, draft, form)


def _show_check(draft: Draft, form: Any, problem: str | None = None):  # type: ignore[no-untyped-def]
    """Everything once more with the verdict, unless an answer given earlier would not be taken any more."""
    answers = Answers(draft)
    wrong = _wrong(answers)
    if wrong is not None:
        return redirect(url_for(".returning_step", name=wrong.name, to_check="yes", again="yes"), code=303)
    form.seen.data = _stamp(draft)
    judged = _judged(answers)
    return _show(
        CHECK, draft, form, problem, answers=answers, judged=judged, place_of=_label,
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


def _label(field: Any) -> str:
    """The words of what is chosen in a list."""
    return next((str(choice.label) for choice in field.iter_choices() if choice.value == field.data), "")


def page_after_expiry():  # type: ignore[no-untyped-def]
    """A page of the return that lay open too long: shown again with all that was typed; None for every other address."""
    page = BY_NAME.get((request.view_args or {}).get("name", ""))
    if request.endpoint != "public.returning_answer" or page is None:
        return None
    draft = _named_draft()
    if draft is not None and draft.case_id is not None:
        return redirect(url_for(".returning"), code=303)
    problem = _("This page was open for a long time. Nothing is lost: please press the button once more.")
    if draft is None and page is not FIRST:
        return redirect(url_for(".returning"), code=303)
    if draft is not None and page in (ANSWER, CHECK):
        flash(problem, "warning")
        return redirect(url_for(".returning_step", name=page.name), code=303)
    return _show(page, draft, make_form(page, draft, MultiDict(request.form)), problem=problem), 400


# --- the draft


def _draft_of_session() -> Draft | None:
    known = session.get("return_draft")
    return drafts.find(known) if known else None


def _named_draft() -> Draft | None:
    """The draft whose id stands in the form. A complaint's draft is none of ours."""
    named = request.form.get("draft", "")
    found = drafts.find(named) if named else None
    ours = found is not None and (found.answers.get("kind") == KIND or found.case_id is not None)
    return found if ours else None


def _draft_of_form() -> Draft | None:
    """The draft that the page was made for; AlreadyFiled leads to the case only the browser in which it was declared."""
    found = _named_draft()
    if found is None or (found.case_id is not None and session.get("return_draft") != found.id):
        return None
    _remember(found)
    if found.case_id is not None:
        raise drafts.AlreadyFiled(found.case_id)
    return found


def _start_draft() -> Draft:
    """A new draft: with the first answer, or where the old one is gone but somebody still typed."""
    at = shop_at(request.form.get("shop_code", ""))
    draft = _begin(at.id if at is not None else None)
    _remember(draft)
    if request.form.get("draft"):
        flash(_("Your earlier answers were no longer here, so we start again. What you typed last is kept."), "warning")
    return draft


@limiter.limit(DRAFTS_PER_ADDRESS)
def _begin(shop_id: int | None) -> Draft:
    with transaction():
        draft = drafts.start(language(), kind=KIND)
        if shop_id is not None:
            draft = drafts.save(draft.id, "where", {"shop": [str(shop_id)]}, complete=True, language=language())
    return draft


def _remember(draft: Draft) -> None:
    session["return_draft"] = draft.id
    if not current_user.is_authenticated:
        session.permanent = True


def _shop_of(draft: Draft) -> Any:
    where: Any = make_form(FIRST, draft, None, csrf=False)
    return where.chosen


def _done(draft: Draft):  # type: ignore[no-untyped-def]
    """Somebody came back after sending: the return as it is, or another one."""
    case = cases.find(draft.case_id, SYSTEM)  # type: ignore[arg-type]
    case_url = f"{request.script_root}/c/{sessions.tourist_token(case)}"
    return render_template("public/returning/already.html", number=case.number, case_url=case_url)


def _stamp(draft: Draft) -> str:
    return draft.changed_at.isoformat()


def _receipt_url(case: Case) -> str:
    return url_for(".case_return_receipt", token=sessions.tourist_token(case))


def _public_url(path: str) -> str:
    return current_app.config["SETTINGS"].public_url + path.removeprefix(request.script_root)
