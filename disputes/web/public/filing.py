"""Filing a complaint: one question a page, kept on the server from the first answer on, without JavaScript."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import CombinedMultiDict, FileStorage, MultiDict

from disputes import links
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import queries as cases
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.db import transaction
from disputes.intake import commands, drafts
from disputes.intake.drafts import Begun
from disputes.names import CATEGORY_HINTS
from disputes.notifications import strangers
from disputes.numbers import spoken
from disputes.pledges import queries as pledges
from disputes.rules.categories import Purpose
from disputes.rules.lifecycle import Role
from disputes.web import sessions
from disputes.web.languages import language
from disputes.web.limits import limiter
from disputes.web.public import bp, filing_outlook, returning
from disputes.web.public.case_access import held_words, page_again
from disputes.web.public.filing_answers import CHECK, FIRST, WIZARD, Answers
from disputes.web.public.filing_forms import SAFE
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
from disputes.web.uploads import Received, receive

FILES_PER_ADDRESS = "240 per hour"  # times files are sent, up to ten each


# --- the pages


@bp.get("/file")
def file():  # type: ignore[no-untyped-def]
    """The first question; whoever has begun already is asked whether to go on."""
    draft = WIZARD.draft_of_session()
    if draft is None:
        return _show(FIRST, None, form_of(FIRST, None, None))
    if draft.case_id is not None:
        return redirect(url_for(".already_filed"))
    return render_template(
        "public/filing/resume.html",
        wizard=WIZARD,
        draft=draft,
        next_page=WIZARD.first_open(draft),
        **_told_so_far(draft),
    )


@bp.get("/file/<name>")
def step(name: str):  # type: ignore[no-untyped-def]
    """One question, as it was answered so far. Whoever jumps ahead is led to the first one without an answer."""
    page = WIZARD.page(name)
    draft = WIZARD.draft_of_session()
    if draft is not None and draft.case_id is not None:
        return redirect(url_for(".already_filed"))
    if led_back := WIZARD.led_back(page, draft):
        return redirect(led_back)
    form = WIZARD.form_to_show(page, draft)
    if page is CHECK:
        return _show_check(draft, form)  # type: ignore[arg-type]  no answer is missing, so there is a draft
    return _show(page, draft, form)


@bp.post("/file/<name>")
@limiter.limit(SENDINGS_PER_ADDRESS)
def answer(name: str):  # type: ignore[no-untyped-def]
    """Keep what was typed, then do what the button says."""
    page = WIZARD.page(name)
    try:
        draft = WIZARD.draft_of_form() or WIZARD.start_draft()
        return _confirm(draft) if page is CHECK else _answer(page, draft)
    except drafts.AlreadyFiled as filed:
        return redirect(_filed_url(cases.find(filed.case_id, SYSTEM)), code=303)


@bp.get("/file/emergency")
def emergency():  # type: ignore[no-untyped-def]
    """Whom to call, before anything else; the complaint can wait, and can be filed."""
    draft = WIZARD.draft_of_session()
    if draft is None or not _in_danger(draft):
        return redirect(WIZARD.url())
    return render_template("public/filing/emergency.html", next_page=WIZARD.first_open(draft))


@bp.get("/file/elsewhere")
def elsewhere():  # type: ignore[no-untyped-def]
    """The link and the code by which the draft goes on on another device."""
    draft = WIZARD.draft_of_session()
    if draft is None or draft.case_id is not None:
        return redirect(WIZARD.url())
    return WIZARD.show_elsewhere(draft, back_to=WIZARD.named(request.args.get("page", "")))


@bp.route("/draft/<draft_id>", methods=["GET", "POST"])
def draft(draft_id: str):  # type: ignore[no-untyped-def]
    """Go on here with what was begun on another device."""
    found = WIZARD.draft_at(draft_id)
    if found is None or found.case_id is not None:
        return render_template("public/filing/draft_gone.html", filed=found is not None), 404 if found is None else 200
    if request.method == "POST":
        WIZARD.remember(found)
        return redirect(WIZARD.url(WIZARD.first_open(found)), code=303)
    return render_template("public/filing/draft.html", draft=found, **_told_so_far(found))


@bp.post("/file/discard")
def discard():  # type: ignore[no-untyped-def]
    """Delete what was typed and begin anew."""
    WIZARD.discard()
    return redirect(WIZARD.url(), code=303)


@bp.get("/file/filed")
def already_filed():  # type: ignore[no-untyped-def]
    """Somebody came back to the wizard after sending, by the back button or an old tab."""
    draft = WIZARD.draft_of_session()
    if draft is None or draft.case_id is None:
        return redirect(WIZARD.url())
    case = cases.find(draft.case_id, SYSTEM)
    return render_template("public/filing/already_filed.html", number=spoken(case.number), case_url=_case_url(case))


@bp.post("/file/new")
def new():  # type: ignore[no-untyped-def]
    """Begin another complaint on the same device after one was sent."""
    WIZARD.forget()
    return redirect(WIZARD.url(), code=303)


@bp.get("/s/<code>")
def shop(code: str):  # type: ignore[no-untyped-def]
    """The code on a shop's sticker: the first question, with the shop known already."""
    found = shop_at(code)
    if found is None:
        return render_template("public/filing/unknown_code.html", code=code), 404
    form: Any = form_of(FIRST, None, None)
    form.shop_code.data = found.code
    begun = WIZARD.draft_of_session()
    return _show(
        FIRST,
        None,
        form,
        shop=found,
        promised=bool(pledges.promises_in_force([found.id])),
        begun=begun is not None and begun.case_id is None,
    )


@bp.get("/c/<token>/filed")
def filed(token: str):  # type: ignore[no-untyped-def]
    """What to keep after filing: the number, the five words, the link; and what comes next."""
    actor = sessions.tourist_by_link(token)
    if actor.role is not Role.TOURIST:
        abort(404)
    case = cases.whole(actor.case_id, actor)  # type: ignore[arg-type]
    link = public_url(_case_url(case))
    return render_template(
        "public/filing/filed.html",
        case=case,
        words=sessions.tourist_words(case, language()),
        words_language=language() if language() in links.WORD_LISTS else "en",
        link=link,
        qr=qr_svg(link),
        case_url=_case_url(case),
        mailed=case.tourist.email,
        held=held_words(at) if (at := strangers.held(case.tourist.email)) is not None else None,
        may_pass=any(c.purpose == Purpose.TO_SHOP and c.withdrawn_at is None for c in case.consents),
        sign_before_leaving=_should_sign(case),
        authorise_url=f"{_case_url(case)}/authorise",
    )


# --- what a button does


def _answer(page: Page, draft: Begun):  # type: ignore[no-untyped-def]
    go = request.form.get("go", NEXT)
    form: Any = form_of(page, draft, CombinedMultiDict([request.form, request.files]))
    if page.name == "evidence":
        kept = _evidence(draft, form)
        stays = bool(request.form.get("remove")) or (go == NEXT and "add" in request.form)
        if not kept or stays:
            WIZARD.keep(page, draft, {}, complete=drafts.complete(draft, page.name))
            return redirect(WIZARD.here(page), code=303) if kept else _show(page, draft, form)
        complete = True
    else:
        complete = form.validate() and (go == NEXT or drafts.complete(draft, page.name))  # half a story is not told yet
    anew = page.name == "where" and searched_anew(draft, form)
    try:
        draft = WIZARD.keep(page, draft, typed_of(form, request.form), complete=complete)
    except Refused as refused:
        return _show(page, draft, form, problem=refusal(refused))
    leads_to = WIZARD.aside(page, anew=anew)
    if leads_to is None:
        leads_to = _onward(page, draft, form) if complete else WIZARD.wrong_at(page, draft, form)
    return redirect(leads_to, code=303) if leads_to is not None else _show(page, draft, form)


def _onward(page: Page, draft: Begun, form: Any) -> str:
    """Where a complete answer leads: on, back to the last page, or first to the numbers to call."""
    if page.name == "safe" and form.real:
        return url_for(".emergency")
    if form.to_check.data:
        return WIZARD.url(WIZARD.first_open(draft))
    following = WIZARD.after(page)
    if following.name == "where" and draft.answers.get("by_code") and drafts.complete(draft, "where"):
        following = WIZARD.after(following)
    return WIZARD.url(following)


def _evidence(draft: Begun, form: Any) -> bool:
    """Take files in and out; False when something must be said about it on the page."""
    removed = request.form.get("remove", "")
    if removed.isascii() and removed.isdigit() and len(removed) < 12:
        with transaction():
            drafts.remove_file(draft.id, int(removed))
    received = _received(form.files.data) if form.files.data else Received()
    problems = received.sentences
    if received.accepted:
        try:
            with transaction():
                added = drafts.add_files(draft.id, received.accepted)
            if added:
                flash(ngettext("%(num)d file added.", "%(num)d files added.", added), "success")
        except Refused as refused:
            problems.append(refusal(refused))
    form.files.errors = [*form.files.errors, *problems]
    return not problems


@limiter.limit(FILES_PER_ADDRESS)
def _received(uploads: list[FileStorage]) -> Received:
    return receive(uploads)


def _confirm(draft: Begun):  # type: ignore[no-untyped-def]
    """The last page: other buttons as everywhere; the big one makes the case."""
    if request.form.get("go", NEXT) != NEXT:
        return _answer(CHECK, draft)
    if draft.case_id is not None:
        raise drafts.AlreadyFiled(draft.case_id)
    missing = WIZARD.first_open(draft)
    if missing is not CHECK:
        return redirect(WIZARD.url(missing), code=303)
    return _file(draft)


@limiter.limit(CASES_PER_ADDRESS)
def _file(draft: Begun):  # type: ignore[no-untyped-def]
    form: Any = form_of(CHECK, draft, request.form)
    changed = form.seen.data != stamp(draft)
    answers = Answers(draft)
    wrong = answers.first_wrong()
    if not form.validate() or changed or wrong is not None:
        draft = WIZARD.keep(CHECK, draft, typed_of(form, request.form), complete=False)
        if wrong is not None:
            return redirect(WIZARD.mended(wrong), code=303)
        return _show_check(draft, form, problem=changed_meanwhile() if changed else None)
    told = answers.telling(form.consents)
    try:
        with transaction():
            case = commands.file_complaint(told, Actor(Role.TOURIST), "web", draft_id=draft.id)
            url = _filed_url(case)
    except Refused as refused:
        return _show_check(draft, form, problem=refusal(refused))
    return redirect(url, code=303)


def _should_sign(case: Case) -> bool:
    """Whether the page asks at once to allow a hand-over: the tourist is still here, and we know until when."""
    return not case.emergency and not case.authorised and case.departure == "known" and case.remote_since is None


# --- showing


def _show(page: Page, draft: Begun | None, form: Any, problem: str | None = None, **more: Any):  # type: ignore[no-untyped-def]
    if page.name == "evidence" and draft is not None:
        more["files"] = drafts.files(draft)
    if page is FIRST:
        more["category_hints"] = CATEGORY_HINTS
    in_danger = draft is not None and page.name not in ("what", "safe") and _in_danger(draft)
    return WIZARD.show(page, draft, form, problem, in_danger=in_danger, **more)


def _show_check(draft: Begun, form: StepForm, problem: str | None = None):  # type: ignore[no-untyped-def]
    """The last page, unless an answer given earlier would not be taken any more."""
    answers = Answers(draft)
    wrong = answers.first_wrong()
    if wrong is not None:
        return redirect(WIZARD.mended(wrong), code=303)
    form.seen.data = stamp(draft)  # type: ignore[attr-defined]
    return _show(
        CHECK,
        draft,
        form,
        problem,
        answers=answers,
        files=drafts.files(draft),
        stages=filing_outlook.stages(answers),
        before_leaving=filing_outlook.before_leaving(answers),
        experience=filing_outlook.experience(answers),
        provisional=filing_outlook.provisional(answers),
        place_of=label_of,
    )


def _in_danger(draft: Begun) -> bool:
    """Whether the tourist told of a danger."""
    typed = drafts.typed(draft, "safe") or {}
    return any(code != SAFE for code in typed.get("dangers", ()))


def _told_so_far(draft: Begun) -> dict[str, Any]:
    """What a page says about a draft that lies there: what it is about, and where."""
    what = (drafts.typed(draft, "what") or {}).get("category") or [None]
    where: Any = form_of(WIZARD.page("where"), draft, None, csrf=False)
    return {"category": what[0], "at": where.chosen}


@bp.errorhandler(CSRFError)
def expired(error: CSRFError):  # type: ignore[no-untyped-def]
    """A page of the wizard that lay open too long, or whose cookie is gone: shown again with all that was typed."""
    of_a_case = page_again()
    if of_a_case is not None:
        return of_a_case
    of_a_return = returning.page_after_expiry()
    if of_a_return is not None:
        return of_a_return
    page = WIZARD.named((request.view_args or {}).get("name", ""))
    if request.endpoint != "public.answer" or page is None:
        return render_template("errors/expired.html", status=400), 400
    draft = WIZARD.named_draft()
    if draft is not None and draft.case_id is not None:
        return redirect(WIZARD.url(), code=303)
    form = form_of(page, draft, MultiDict(request.form))
    if draft is not None and page is CHECK:
        return _show_check(draft, form, open_too_long())
    return _show(page, draft, form, problem=open_too_long()), 400


def _case_url(case: Case) -> str:
    return f"{request.script_root}/c/{sessions.tourist_token(case)}"


def _filed_url(case: Case) -> str:
    return url_for(".filed", token=sessions.tourist_token(case))
