"""Filing a complaint: one question a page, kept on the server from the first answer on, without JavaScript.

Every button of a page sends the page's form, also "back", another language and "continue on another device", so that what
was typed is kept whatever a person does next. A GET only shows.
"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
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
from disputes.intake.models import Draft
from disputes.names import CATEGORY_HINTS
from disputes.notifications import strangers
from disputes.numbers import spoken
from disputes.pledges import queries as pledges
from disputes.rules.categories import Purpose
from disputes.rules.lifecycle import Role
from disputes.web import sessions
from disputes.web.languages import language, offered
from disputes.web.limits import limiter
from disputes.web.public import bp, filing_outlook, returning
from disputes.web.public.case_access import held_words, page_again
from disputes.web.public.filing_answers import (
    BY_NAME,
    CHECK,
    FIRST,
    PAGES,
    Answers,
    Page,
    after,
    before,
    first_open,
    make_form,
    number_of,
    typed_of,
)
from disputes.web.public.filing_drafts import (
    draft_of_form,
    draft_of_session,
    in_danger,
    named_draft,
    remember,
    shop_at,
    start_draft,
    told_so_far,
)
from disputes.web.public.filing_forms import StepForm
from disputes.web.qr import qr_svg
from disputes.web.sentences import refusal
from disputes.web.uploads import Received, receive

# Generous: a tour group behind one hotel's address files at the same time.
SENDINGS_PER_ADDRESS = "1200 per hour"
CASES_PER_ADDRESS = "120 per hour; 400 per day"
FILES_PER_ADDRESS = "240 per hour"  # times files are sent, up to ten each
NEXT, BACK, ELSEWHERE, SEARCH, IN_LANGUAGE = "", "back", "elsewhere", "search", "lang-"


# --- the pages


@bp.get("/file")
def file():  # type: ignore[no-untyped-def]
    """The first question; whoever has begun already is asked whether to go on."""
    draft = draft_of_session()
    if draft is None:
        return _show(FIRST, None, make_form(FIRST, None, None))
    if draft.case_id is not None:
        return redirect(url_for(".already_filed"))
    return render_template("public/filing/resume.html", draft=draft, next_page=first_open(draft), **told_so_far(draft))


@bp.get("/file/<name>")
def step(name: str):  # type: ignore[no-untyped-def]
    """One question, as it was answered so far. Whoever jumps ahead is led to the first one without an answer."""
    page = BY_NAME.get(name) or abort(404)
    draft = draft_of_session()
    if draft is not None and draft.case_id is not None:
        return redirect(url_for(".already_filed"))
    missing = first_open(draft)
    if number_of(page) > number_of(missing):
        return redirect(url_for(".step", name=missing.name) if draft is not None else url_for(".file"))
    form = make_form(page, draft, None)
    form.to_check.data = request.args.get("to_check", "")
    if "again" in request.args:
        _find_wrong(form)
    if page is CHECK:
        return _show_check(draft, form)  # type: ignore[arg-type]  no answer is missing, so there is a draft
    return _show(page, draft, form)


@bp.post("/file/<name>")
@limiter.limit(SENDINGS_PER_ADDRESS)
def answer(name: str):  # type: ignore[no-untyped-def]
    """Keep what was typed, then do what the button says."""
    page = BY_NAME.get(name) or abort(404)
    try:
        draft = draft_of_form() or start_draft()
        return _confirm(draft) if page is CHECK else _answer(page, draft)
    except drafts.AlreadyFiled as filed:
        return redirect(_filed_url(cases.find(filed.case_id, SYSTEM)), code=303)


@bp.get("/file/emergency")
def emergency():  # type: ignore[no-untyped-def]
    """Whom to call, before anything else; the complaint can wait, and can be filed."""
    draft = draft_of_session()
    if draft is None or not in_danger(draft):
        return redirect(url_for(".file"))
    return render_template("public/filing/emergency.html", next_page=first_open(draft))


@bp.get("/file/elsewhere")
def elsewhere():  # type: ignore[no-untyped-def]
    """The link and the code by which the draft goes on on another device."""
    draft = draft_of_session()
    if draft is None or draft.case_id is not None:
        return redirect(url_for(".file"))
    link = _public_url(url_for(".draft", draft_id=draft.id))
    return render_template(
        "public/filing/elsewhere.html", link=link, qr=qr_svg(link), next_page=BY_NAME.get(request.args.get("page", ""))
    )


@bp.route("/draft/<draft_id>", methods=["GET", "POST"])
def draft(draft_id: str):  # type: ignore[no-untyped-def]
    """Go on here with what was begun on another device."""
    found = drafts.find(draft_id)
    if found is None or found.case_id is not None:
        return render_template("public/filing/draft_gone.html", filed=found is not None), 404 if found is None else 200
    if request.method == "POST":
        remember(found)
        return redirect(url_for(".step", name=first_open(found).name), code=303)
    return render_template("public/filing/draft.html", draft=found, **told_so_far(found))


@bp.post("/file/discard")
def discard():  # type: ignore[no-untyped-def]
    """Delete what was typed and begin anew."""
    draft = draft_of_session()
    if draft is not None:
        with transaction():
            drafts.discard(draft.id)
    session.pop("draft", None)
    flash(_("What you typed before has been deleted."), "success")
    return redirect(url_for(".file"), code=303)


@bp.get("/file/filed")
def already_filed():  # type: ignore[no-untyped-def]
    """Somebody came back to the wizard after sending, by the back button or an old tab."""
    draft = draft_of_session()
    if draft is None or draft.case_id is None:
        return redirect(url_for(".file"))
    case = cases.find(draft.case_id, SYSTEM)
    return render_template("public/filing/already_filed.html", number=spoken(case.number), case_url=_case_url(case))


@bp.post("/file/new")
def new():  # type: ignore[no-untyped-def]
    """Begin another complaint on the same device after one was sent."""
    session.pop("draft", None)
    return redirect(url_for(".file"), code=303)


@bp.get("/s/<code>")
def shop(code: str):  # type: ignore[no-untyped-def]
    """The code on a shop's sticker: the first question, with the shop known already."""
    found = shop_at(code)
    if found is None:
        return render_template("public/filing/unknown_code.html", code=code), 404
    form: Any = make_form(FIRST, None, None)
    form.shop_code.data = found.code
    begun = draft_of_session()
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
    link = _public_url(_case_url(case))
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


def _answer(page: Page, draft: Draft):  # type: ignore[no-untyped-def]
    go = request.form.get("go", NEXT)
    form = make_form(page, draft, CombinedMultiDict([request.form, request.files]))  # type: ignore[arg-type]
    if page.name == "evidence":
        kept = _evidence(draft, form)
        stays = bool(request.form.get("remove")) or (go == NEXT and "add" in request.form)
        if not kept or stays:
            with transaction():
                drafts.save(draft.id, page.name, {}, complete=drafts.complete(draft, page.name), language=language())
            return _show(page, draft, form) if not kept else redirect(_here(page), code=303)
        complete = True
    else:
        complete = form.validate() and (go == NEXT or drafts.complete(draft, page.name))  # half a story is not told yet
    anew = page.name == "where" and _searched_anew(draft, form)
    try:
        with transaction():
            draft = drafts.save(
                draft.id, page.name, typed_of(form, request.form), complete=complete, language=language()
            )
    except Refused as refused:
        return _show(page, draft, form, problem=refusal(refused))
    if go == SEARCH or (go == NEXT and anew):
        return redirect(_here(page) + "#found", code=303)
    if go != NEXT:
        return redirect(_sideways(page, go), code=303)
    if not complete:
        return _said_wrong(page, draft, form)
    return redirect(_onward(page, draft, form), code=303)


def _said_wrong(page: Page, draft: Draft, form: Any):  # type: ignore[no-untyped-def]
    """What was typed is kept, so the page that says what is wrong is an address of its own and the back button asks nothing.

    What cannot be kept as it was typed, such as a sign that no text may hold, is told in the answer itself.
    """
    if not _find_wrong(make_form(page, draft, None)):
        return _show(page, draft, form)
    return redirect(url_for(".step", name=page.name, to_check=form.to_check.data or None, again="yes"), code=303)


def _find_wrong(form: Any) -> bool:
    """Judge a form that was filled in from the draft, which has no token to judge."""
    form.validate()
    form.csrf_token.errors = ()
    return any(form.errors.values())


def _onward(page: Page, draft: Draft, form: Any) -> str:
    """Where a complete answer leads: on, back to the last page, or first to the numbers to call."""
    if page.name == "safe" and form.real:
        return url_for(".emergency")
    if form.to_check.data:
        return url_for(".step", name=first_open(draft).name)
    following = after(page)
    if following.name == "where" and draft.answers.get("by_code") and drafts.complete(draft, "where"):
        following = after(following)
    return url_for(".step", name=following.name)


def _sideways(page: Page, go: str) -> str:
    """Where the other buttons lead: to the page before, to another language, to another device."""
    to_check = request.form.get("to_check") or None
    if go == BACK:
        previous = CHECK if to_check else before(page)
        return url_for(".step", name=previous.name) if previous is not None else url_for(".home")
    if go == ELSEWHERE:
        return url_for(".elsewhere", page=page.name)
    if go.startswith(IN_LANGUAGE) and offered(go.removeprefix(IN_LANGUAGE)):
        return url_for(".step", name=page.name, to_check=to_check, lang=offered(go.removeprefix(IN_LANGUAGE)))
    return _here(page)


def _here(page: Page) -> str:
    return url_for(".step", name=page.name, to_check=request.form.get("to_check") or None)


def _searched_anew(draft: Draft, form: Any) -> bool:
    """Whether something else was typed in the search box than was looked for last, as with the enter key."""
    last = (drafts.typed(draft, "where") or {}).get("q") or [""]
    typed = (form.q.data or "").strip()
    return bool(typed) and typed != last[0].strip() and not form.unknown and not form.q.errors


def _evidence(draft: Draft, form: Any) -> bool:
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


def _confirm(draft: Draft):  # type: ignore[no-untyped-def]
    """The last page: other buttons as everywhere; the big one makes the case."""
    if request.form.get("go", NEXT) != NEXT:
        return _answer(CHECK, draft)
    if draft.case_id is not None:
        raise drafts.AlreadyFiled(draft.case_id)
    missing = first_open(draft)
    if missing is not CHECK:
        return redirect(url_for(".step", name=missing.name), code=303)
    return _file(draft)


@limiter.limit(CASES_PER_ADDRESS)
def _file(draft: Draft):  # type: ignore[no-untyped-def]
    form: Any = make_form(CHECK, draft, request.form)
    changed = form.seen.data != _stamp(draft)
    answers = Answers(draft)
    wrong = answers.first_wrong()
    if not form.validate() or changed or wrong is not None:
        with transaction():
            drafts.save(draft.id, CHECK.name, typed_of(form, request.form), complete=False, language=language())
        if wrong is not None:
            return redirect(_mended(wrong), code=303)
        problem = _("Your answers have changed in the meantime, perhaps on another device. Please look at them again.")
        return _show_check(draft, form, problem=problem if changed else None)
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


def _stamp(draft: Draft) -> str:
    return draft.changed_at.isoformat()


# --- showing


def _show(page: Page, draft: Draft | None, form: StepForm, problem: str | None = None, **more: Any):  # type: ignore[no-untyped-def]
    if problem is not None:
        form.form_errors = [*form.form_errors, problem]
    if page.name == "evidence" and draft is not None:
        more["files"] = drafts.files(draft)
    form.offer()
    if page is FIRST:
        more["category_hints"] = CATEGORY_HINTS
    return render_template(
        f"public/filing/{page.name}.html",
        page=page,
        number=number_of(page),
        count=len(PAGES),
        draft=draft,
        form=form,
        in_danger=draft is not None and page.name not in ("what", "safe") and in_danger(draft),
        **more,
    )


def _show_check(draft: Draft, form: StepForm, problem: str | None = None):  # type: ignore[no-untyped-def]
    """The last page, unless an answer given earlier would not be taken any more."""
    answers = Answers(draft)
    wrong = answers.first_wrong()
    if wrong is not None:
        return redirect(_mended(wrong), code=303)
    form.seen.data = _stamp(draft)  # type: ignore[attr-defined]
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
        place_of=_label,
    )


def _label(field: Any) -> str:
    """The words of what is chosen in a list."""
    return next((str(choice.label) for choice in field.iter_choices() if choice.value == field.data), "")


def _mended(page: Page) -> str:
    """The address of a page that says what is wrong with its answer, and leads back to the last page."""
    return url_for(".step", name=page.name, to_check="yes", again="yes")


@bp.errorhandler(CSRFError)
def expired(error: CSRFError):  # type: ignore[no-untyped-def]
    """A page of the wizard that lay open too long, or whose cookie is gone: shown again with all that was typed."""
    of_a_case = page_again()
    if of_a_case is not None:
        return of_a_case
    of_a_return = returning.page_after_expiry()
    if of_a_return is not None:
        return of_a_return
    page = BY_NAME.get((request.view_args or {}).get("name", ""))
    if request.endpoint != "public.answer" or page is None:
        return render_template("errors/expired.html", status=400), 400
    draft = named_draft()
    if draft is not None and draft.case_id is not None:
        return redirect(url_for(".file"), code=303)
    form = make_form(page, draft, MultiDict(request.form))
    problem = _("This page was open for a long time. Nothing is lost: please press the button once more.")
    if draft is not None and page is CHECK:
        return _show_check(draft, form, problem)
    return _show(page, draft, form, problem=problem), 400


def _case_url(case: Case) -> str:
    return f"{request.script_root}/c/{sessions.tourist_token(case)}"


def _filed_url(case: Case) -> str:
    return url_for(".filed", token=sessions.tourist_token(case))


def _public_url(path: str) -> str:
    return current_app.config["SETTINGS"].public_url + path.removeprefix(request.script_root)
