"""The page of a case, and what can be taken along from it: files, the card, dates, one's own data, papers for a bank."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from flask import Response, abort, current_app, url_for
from flask_babel import gettext as _
from icalendar import Alarm, Calendar, Event

from disputes import numbers
from disputes.cases import whereabouts
from disputes.cases.models import Evidence
from disputes.documents.render import render
from disputes.files.storage import storage_at
from disputes.formats import CHINA
from disputes.links import WORD_LISTS
from disputes.referrals import bundle
from disputes.rules.lifecycle import Kind, State
from disputes.rules.packages import package_of
from disputes.web import downloads
from disputes.web.languages import language
from disputes.web.public import bp, returned
from disputes.web.public.case_access import opened, own, shown
from disputes.web.public.case_data import own_data
from disputes.web.public.case_forms import StepForm
from disputes.web.public.case_papers import case_card_paper, paid_of, proof_of_refund
from disputes.web.public.case_view import View
from disputes.web.qr import qr_svg
from disputes.web.sessions import tourist_token, tourist_words

# A file that somebody uploaded is shown by a browser that may run nothing of it.
SHOWN_IN_CALENDAR = timedelta(minutes=30)  # an entry ends when the time is over
WARNED = timedelta(hours=2)  # before that
SHOWABLE = (State.RECEIVED, State.TRIAGE, State.WITH_MERCHANT, State.OFFERED, State.MEDIATION, State.PROPOSED,
            State.SETTLED, State.AWAITING_TOURIST)  # fmt: skip


bp.add_app_template_filter(package_of, "as_package")


@bp.get("/c/<token>")
def case_page(token: str) -> str:
    """Where the case stands, who acts until when, and all that the tourist can do."""
    view = opened(token)
    pieces = [_piece(view, e) for e in view.case.evidence if e.erased_at is None]
    form = StepForm(data={"version": str(view.case.version)})
    if view.case.kind == Kind.RETURN:
        proof = view.mine and _has_proof(view)
        return returned.page(view, form, pieces, competence=whereabouts.competence(view.case), proof=proof)
    return shown(
        "public/case/page.html",
        view,
        form,
        pieces=pieces,
        competence=whereabouts.competence(view.case),
        showable=view.mine and view.case.state in SHOWABLE and not view.case.is_away(view.now),
        proof=view.mine and _has_proof(view),
    )


# --- files


@bp.get("/c/<token>/files/<int:number>")
def case_file(token: str, number: int) -> Response:
    """The safe copy of a piece of evidence."""
    return downloads.safe_copy(downloads.evidence_of(opened(token).case, number))


@bp.get("/c/<token>/files/<int:number>/small")
def case_thumbnail(token: str, number: int) -> Response:
    """The small picture of a piece of evidence."""
    return downloads.small_picture(downloads.evidence_of(opened(token).case, number))


def _piece(view: View, file: Evidence) -> dict[str, Any]:
    return {
        "name": file.name,
        "url": url_for(".case_file", token=view.token, number=file.id),
        "thumb_url": url_for(".case_thumbnail", token=view.token, number=file.id) if file.thumbnail_sha256 else None,
        "who": view.words.role(file.by_role),
    }


# --- the card


@bp.get("/c/<token>/card")
def case_card(token: str) -> str:
    """The card to keep: number, five words, and the link as a QR code."""
    view = own(token)
    return shown("public/case/card.html", view, **_card(view), find_url=_address(url_for(".case_find")))


@bp.get("/c/<token>/card.pdf")
def case_card_pdf(token: str) -> Response:
    """The card as a document to print."""
    view = own(token)
    card = _card(view)
    paper = case_card_paper(
        view.case, card["words"], card["words_language"], card["link"], _address(url_for(".case_find"))
    )
    return _pdf(render("case-card", paper, language(), view.now), _("Case card"), view)


def _card(view: View) -> dict[str, Any]:
    words_language = language() if language() in WORD_LISTS else "en"
    link = _address(url_for(".case_page", token=tourist_token(view.case)))
    return {
        "words": tourist_words(view.case, words_language),
        "words_language": words_language,
        "link": link,
        "qr": qr_svg(link),
    }


# --- dates


@bp.get("/c/<token>/dates.ics")
def case_dates(token: str) -> Response:
    """The running deadlines and the departure for one's own calendar. It holds no link, since calendars are shared."""
    view = opened(token)
    calendar = Calendar()
    calendar.add("prodid", "-//Visitor Care//disputes//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    number = numbers.spoken(view.case.number)
    for deadline in view.case.ladder_deadlines:
        calendar.add_component(
            _entry(
                uid=f"deadline-{deadline.id}@{number}",
                sequence=deadline.version,
                ends=deadline.due_at,
                at=view.now,
                summary=_("%(what)s (case %(number)s)", what=view.words.clock(deadline.clock), number=number),
                description=view.words.follows(deadline.clock),
            )
        )
    if view.mine and view.case.departure_at is not None and view.case.departure_at > view.now:
        calendar.add_component(
            _entry(
                uid=f"departure@{number}",
                sequence=view.case.version,
                ends=view.case.departure_at,
                at=view.now,
                summary=_("Departure (case %(number)s)", number=number),
                description=_("After this moment your case goes on in writing only."),
            )
        )
    calendar.add_missing_timezones()
    answer = Response(calendar.to_ical(), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="case-{number}.ics"'
    return answer


def _entry(*, uid: str, sequence: int, ends: datetime, at: datetime, summary: str, description: str) -> Event:
    """An entry that ends when the time is over. A later file about the same date replaces it."""
    event = Event()
    ends = ends.astimezone(CHINA)
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("summary", summary)
    event.add("description", description)
    event.add("dtstart", ends - SHOWN_IN_CALENDAR)
    event.add("dtend", ends)
    event.add("dtstamp", at)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -WARNED)
    event.add_component(alarm)
    return event


# --- one's own data, and papers


@bp.get("/c/<token>/data.json")
def case_data(token: str) -> Response:
    """All that is kept about the tourist in this case, for machines and for people (R-DATA-GDPR)."""
    view = own(token)
    answer = Response(
        json.dumps(own_data(view.case, view.now), ensure_ascii=False, indent=2), mimetype="application/json"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="case-{numbers.spoken(view.case.number)}.json"'
    return answer


@bp.get("/c/<token>/refund.pdf")
def case_proof(token: str) -> Response:
    """What was agreed and paid back, for a bank or an insurer."""
    view = own(token)
    if not _has_proof(view):
        abort(404)
    link = _address(url_for(".case_find"))
    return _pdf(
        render("proof-of-refund", proof_of_refund(view, link, language()), language(), view.now),
        _("Proof of refund"),
        view,
    )


@bp.get("/c/<token>/file.pdf")
def case_file_of_papers(token: str) -> Response:
    """The whole case on paper, for the body the tourist chose or one at home. We send it to nobody abroad (R-DATA-41)."""
    view = own(token)
    if view.authorisation is None:
        abort(404)
    content = bundle.pdf(view.case, storage_at(current_app.config["SETTINGS"].files_url))
    return _pdf(content, _("Case file"), view)


def _has_proof(view: View) -> bool:
    """Whether money, or what was agreed in its place, was at least reported as given."""
    return paid_of(view.case) is not None


def _pdf(content: bytes, title: str, view: View) -> Response:
    answer = Response(content, mimetype="application/pdf")
    name = f"{title} {numbers.spoken(view.case.number)}.pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _address(path: str) -> str:
    return f"{current_app.config['SETTINGS'].public_url}{path}"
