"""Taking down a complaint for a visitor who phones or stands at the counter: one page, and what the visitor takes along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from disputes import numbers
from disputes.cases import queries, whereabouts
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.cases.upkeep import MOST_FILES, File
from disputes.db import transaction
from disputes.documents.render import render
from disputes.intake import taking_down
from disputes.intake.taking_down import OtherContent
from disputes.links import WORD_LISTS
from disputes.notifications import strangers
from disputes.rules.categories import Purpose
from disputes.rules.packages import package_of
from disputes.web.components import OWN_NAMES
from disputes.web.languages import DEFAULT, TOURIST_LANGUAGES, language, offered
from disputes.web.public.case_access import held_words
from disputes.web.public.case_papers import case_card_paper
from disputes.web.public.filing_forms import CheckForm
from disputes.web.qr import qr_svg
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor, tourist_token, tourist_words
from disputes.web.staff import bp
from disputes.web.staff.intake_forms import ComplaintForm
from disputes.web.uploads import Received, receive
from disputes.wording import gettext as _

SEARCH = "search"
# In the order in which the last page of the wizard asks for them.
CONSENTS = (
    Purpose.HANDLING, Purpose.TO_SHOP, Purpose.TO_AUTHORITY, Purpose.ENTRUSTED_MEDIATION, Purpose.PUBLICATION, Purpose.ABROAD,
)  # fmt: skip
Answer = Response | str | tuple[str, int]


@bp.route("/take-down", methods=["GET", "POST"])
def take_down() -> Answer:
    """Everything that the visitor tells, on one page."""
    form = ComplaintForm()
    if request.method == "GET":
        return _page(form, [])
    files, went_well = _files(form)
    if request.form.get("go") == SEARCH or "remove" in request.form or form.searched_anew:
        return _page(form, files)
    if not form.validate() or not went_well:
        return _page(form, files)
    return _file(form, files)


@bp.get("/cases/<number>/taken-down")
def taken_down(number: str) -> str:
    """What to tell the visitor now: the number, the words, where they open the case; and the slip to print."""
    case = _just_taken_down(number)
    own = _card(case, _spoken_by(case))
    held = strangers.held(case.tourist.email)
    return render_template(
        "staff/taken_down.html",
        case=case,
        own=own,
        english=_card(case, DEFAULT) if own["words_language"] != DEFAULT else None,
        spoken=_spoken_by(case),
        competence=whereabouts.competence(case),
        held=held_words(held) if held is not None else None,
        may_pass=_may_pass(case),
    )


@bp.get("/cases/<number>/slip")
def slip(number: str) -> str:
    """The slip that the visitor takes along, in the visitor's language, to print."""
    case = _just_taken_down(number)
    back, page_language = _("Back to what to tell the visitor"), language()
    with force_locale(_spoken_by(case)):
        return render_template(
            "public/case/slip.html",
            case=case,
            package=package_of(case.claim.package),
            may_pass=_may_pass(case),
            back_words=back,
            back_language=page_language,
            **_card(case, _spoken_by(case)),
        )


@bp.get("/cases/<number>/slip.pdf")
def slip_pdf(number: str) -> Response:
    """The small card alone, as a document in the visitor's language."""
    case = _just_taken_down(number)
    spoken = _spoken_by(case)
    card = _card(case, spoken)
    with force_locale(spoken):
        paper = case_card_paper(case, card["words"], card["words_language"], card["link"], card["find_url"])
        answer = Response(render("case-card", paper, spoken, case.filed_at), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"card-{numbers.spoken(case.number)}.pdf")
    return answer


@bp.errorhandler(CSRFError)
def expired(error: CSRFError) -> Answer:
    """A page that lay open across a new sign-in: a complaint that was typed meanwhile is shown again, whole."""
    if request.endpoint != "staff.take_down" or not (current_user.is_authenticated and current_user.is_staff):
        return render_template("errors/expired.html", status=400), 400
    form = ComplaintForm()
    form.form_errors = [_("This page was open for a long time. Nothing is lost: please press the button once more.")]
    return _page(form, form.kept_files(current_user.user.id)), 400


# --- taking down


def _file(form: ComplaintForm, files: Sequence[File]) -> Answer:
    by, entry, content = current_actor(), form.entry.data or "", form.fingerprint(files)
    try:
        case = taking_down.taken_already(by, entry, content)
        if case is None:
            told = form.telling(files)
            others = taking_down.alike(told, by) if not told.dangers else []
            if others and not form.warned_of(others):
                return _page(form, files, others)
            with transaction():
                case = taking_down.take_down(told, by, entry, content)
        return redirect(url_for(".taken_down", number=case.number), code=303)
    except OtherContent as other:
        form.begin_entry()
        return _page(form, files, [other.case])
    except Refused as refused:
        form.form_errors = [*form.form_errors, refusal(refused)]
        return _page(form, files)


def _files(form: ComplaintForm) -> tuple[list[File], bool]:
    """The files that this page carries, with those just sent; and whether all of them were accepted."""
    user_id = current_actor().user_id or 0
    received = receive(form.evidence.form.files.data) if form.evidence.form.files.data else Received()
    removed = request.form.get("remove", "")
    found = [file for file in [*form.kept_files(user_id), *received.accepted] if file.sha256 != removed]
    kept = form.keep(found, user_id)
    problems = received.sentences
    if len({file.sha256 for file in found}) > len(kept):
        problems.append(_("A case takes %(count)s files at most; the rest was left out.", count=MOST_FILES))
    field: Any = form.evidence.form.files
    field.process_errors = [*field.process_errors, *problems]
    field.errors = list(field.process_errors)
    return kept, not problems


def _page(form: ComplaintForm, files: Sequence[File], others: Sequence[Case] = ()) -> str:
    form.offer()
    form.shown.data = " ".join(case.number for case in others)
    if not others:
        form.anyway.data = False
    return render_template(
        "staff/take_down.html",
        form=form,
        parts=form.parts,
        files=[{"id": file.sha256, "name": file.name, "size": file.size} for file in files],
        others=others,
        in_danger=bool(form.parts["safe"].real),
        consents=CONSENTS,
        sentences=_sentences(),
    )


def _sentences() -> list[tuple[str, str, list[str]]]:
    """The consents as visitors read them, in each language but that of the page: to be read aloud."""
    said = []
    for code in TOURIST_LANGUAGES:
        if code != language():
            with force_locale(code):
                form = CheckForm(formdata=None, meta={"csrf": False})
                said.append((code, OWN_NAMES[code], [str(form[purpose.value].label.text) for purpose in CONSENTS]))
    return said


# --- what the visitor takes along


def _just_taken_down(number: str) -> Case:
    by = current_actor()
    case = queries.whole(number, by)
    if not taking_down.taken_down_by(case, by):
        raise queries.NotFound(number)
    return case


def _card(case: Case, spoken: str) -> dict[str, Any]:
    link = f"{_public()}/c/{tourist_token(case)}"
    words_language = spoken if spoken in WORD_LISTS else DEFAULT
    return {
        "words": tourist_words(case, words_language),
        "words_language": words_language,
        "link": link,
        "qr": qr_svg(link),
        "find_url": f"{_public()}/case",
    }


def _spoken_by(case: Case) -> str:
    """The visitor's language, where our pages have it."""
    return offered(case.language) or DEFAULT


def _may_pass(case: Case) -> bool:
    return any(c.purpose == Purpose.TO_SHOP and c.withdrawn_at is None for c in case.consents)


def _public() -> str:
    return str(current_app.config["SETTINGS"].public_url)
