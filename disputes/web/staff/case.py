"""A case on one page, with everything on it and the steps that may be taken; and the taking of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse
from wtforms.fields import SelectFieldBase

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.accounts.models import User
from disputes.cases import deadlines, history, queries, reading, transfers, whereabouts
from disputes.cases.commands import Refused
from disputes.cases.models import Case, Evidence
from disputes.cases.queries import Stale
from disputes.cases.reading import WholeCase
from disputes.db import db, transaction
from disputes.merchants import queries as merchants
from disputes.merchants.models import Shop
from disputes.notifications import handover_note
from disputes.referrals import queries as referrals
from disputes.regions import queries as regions
from disputes.regions.models import Authority, Division
from disputes.returns import queries as returns
from disputes.returns.models import Return
from disputes.rules.lifecycle import Action, Kind, State, StepRefused, open_actions
from disputes.rules.packages import package_of
from disputes.web import downloads
from disputes.web.counted import Counted, civil_periods, counted
from disputes.web.fields import MoneyField
from disputes.web.public.case_view import known_zone, view_of
from disputes.web.public.returned_view import back_of
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.staff import bp, record, return_actions, return_view
from disputes.web.staff.actions import CaseAction
from disputes.web.staff.forms import StepForm

UNSEEN = ("HiddenField", "CSRFTokenField", "FilesField")


@dataclass(frozen=True)
class Problem:
    """Why a step was not taken, beside a form that holds what was typed: the case moved on, or does not allow it any more."""

    code: str  # stale, refused
    news: list[record.Entry]  # what has happened since the page was shown
    written: list[tuple[str, str]]  # label and text of what was typed, for a form that is not offered any more


@dataclass(frozen=True)
class Owed:
    """A deadline with the reasons for its date."""

    row: Any
    late: bool
    counted: Counted


# --- the page


@bp.get("/cases/<number>")
def case(number: str) -> str:
    """The case with everything on it; with ``part=form`` only what stands below the button of one step, for a script to put there."""
    by = current_actor()
    whole = reading.whole(number, by)
    wanted = return_actions.entry(whole.case.kind, request.args.get("do", ""))
    if wanted is not None and request.args.get("part") == "form":
        return _form_alone(whole.case, by, wanted)
    return _page(whole, by, opened=wanted)


@bp.get("/cases/<number>/do/<code>")
def act_again(number: str, code: str) -> AnyResponse:
    """Where a reload or a change of language leads after a refused form: back to the page, with the form open."""
    return redirect(url_for(".case", number=number, do=code))


@bp.post("/cases/<number>/do/<code>")
def act(number: str, code: str) -> AnyResponse | str | tuple[str, int]:
    """Take one step. What cannot be taken comes back with all that was typed."""
    by = current_actor()
    whole = reading.whole(number, by)
    found = whole.case
    entry = return_actions.entry(found.kind, code)
    if entry is None:
        abort(404)
    form = entry.form(prefix=code)
    form.choose_from(found)
    if not form.validate() or (entry.before is not None and not entry.before(form)):
        return _page(whole, by, opened=entry, form=form)
    seen = None if entry.whatever_else else form.seen
    try:
        with transaction():
            result = entry.take(found.number, seen, by, form)
    except Stale:
        return _again(number, by, entry, form, "stale"), 409
    except StepRefused:
        return _again(number, by, entry, form, "refused"), 409
    except Refused as refused:
        form.form_errors = [refusal(refused)]
        return _page(reading.whole(number, by), by, opened=entry, form=form)
    if entry.after is not None:
        entry.after(form, result)
    flash(str(entry.done), "success")
    return redirect(url_for(".case", number=number), code=303)


def _again(number: str, by: Actor, entry: CaseAction, form: StepForm, problem: str) -> str:
    """The page as it stands now, with what happened meanwhile and everything that was typed."""
    db.session.expire_all()
    whole = reading.whole(number, by)
    found = whole.case
    news = record.since(found, form.seen or 0, _people(found), _shops(found))
    offered = entry.action in _open_actions(found, by)
    form.version.data = str(found.version)
    code = problem if offered else "refused"
    return _page(whole, by, opened=entry, form=form, problem=Problem(code, news, [] if offered else _written(form)))


def _form_alone(case: Case, by: Actor, entry: CaseAction) -> str:
    if entry.action not in _open_actions(case, by):
        abort(409)
    form = _form(case, entry)
    form.version.data = request.args.get("version", form.version.data)  # the page may be older than the case
    return render_template(
        "staff/act.html",
        case=case,
        entry=entry,
        form=form,
        found_shops=_found_shops(case, entry),
        shop_typed=_shop_typed(case),
    )


def _written(form: StepForm) -> list[tuple[str, str]]:
    """Label and content of every field that was filled in, as text to keep."""
    return [(str(f.label.text), text) for f in form if f.type not in UNSEEN and (text := _as_text(f))]


def _as_text(field: Any) -> str:
    if isinstance(field, SelectFieldBase):
        return ", ".join(str(option.label) for option in field.iter_choices() if option.selected)
    if isinstance(field, MoneyField):
        return f"{field._value()} {field.currency}" if field.data else ""
    return str(field.data or "")


def _page(
    whole: WholeCase,
    by: Actor,
    *,
    opened: CaseAction | None = None,
    form: StepForm | None = None,
    problem: Problem | None = None,
) -> str:
    case, now = whole.case, clock.now()
    people, shops = _people(case), _shops(case)
    back = return_view.back_of(case, people) if case.kind == Kind.RETURN else None
    allowed = _open_actions(case, by)
    complaint = case.complaint
    competence = whereabouts.competence(case)
    following, always = return_actions.TABLES[Kind(case.kind)]
    if opened is not None and opened.action not in allowed:
        opened = None
    found_shops = _found_shops(case, opened) if opened else []
    return render_template(
        "staff/case.html",
        case=case,
        complaint=complaint,
        now=now,
        back=back,
        earlier=returns.earlier_return(case) if back is None else None,
        next_actions=[a for a in following if a.action in allowed],
        always_actions=[a for a in always if a.action in allowed],
        opened=opened.code if opened else None,
        opened_form=(form or _form(case, opened)) if opened else None,
        form=form,
        problem=problem,
        record=record.entries(case, people, shops),
        notes=[t for t in reversed(case.texts) if t.purpose == "note" and t.audience == "staff"],
        people=people,
        owed=[_owed(d, now) for d in sorted(case.ladder_deadlines, key=lambda d: d.due_at)],
        passed=[_owed(d, now) for d in reversed(case.deadlines) if d.ended_at is not None],
        periods=civil_periods(case),
        track=_track(case, by, now),
        package_of=package_of,
        letters=whole.letters,
        broken_at=history.broken_at(case, case.events),
        competence=competence,
        why=whereabouts.why(case, whole.closed_offices),
        priority=whereabouts.priority(case),
        seat=_division(whole, competence.seat),
        handover=_handover(case),
        authority=_authority(whole, competence.authority),
        authorities=_authorities(case),
        division=_division(whole, complaint.division_code),
        port=whole.port,
        zone=known_zone(case.tourist.time_zone),
        fits=deadlines.ends_before_departure(case, now) if case.is_open and case.state != State.LIAISON else None,
        evidence=[e for e in case.evidence if e.erased_at is None],
        found_shops=found_shops,
        shop_typed=_shop_typed(case),
        can_refer=referrals.has_package(case),
    )


def _division(whole: WholeCase, code: str | None) -> Division | None:
    return (whole.divisions.get(code) or db.session.get(Division, code)) if code else None


def _authority(whole: WholeCase, code: str) -> Authority | None:
    known = whole.authority
    return known if known is not None and known.code == code else regions.authority(code)


def _track(case: Case, by: Actor, now: datetime) -> Any:
    view = view_of("", case, by, now)
    return back_of(view).track if case.kind == Kind.RETURN else view.track


def _handover(case: Case) -> tuple[datetime, str, list[tuple[str, str]]] | None:
    """When the case last changed hands, why, and the note that was made then; None while its first officer has it."""
    for event in reversed(case.events):
        if event.details.get("handover"):
            return event.at, handover_note.why(event.details.get("why")), handover_note.lines(event.details["handover"])
    return None


def _open_actions(case: Case, by: Actor) -> tuple[Action, ...]:
    kept_back = transfers.not_now(case, by)
    if case.kind == Kind.RETURN:
        kept_back = kept_back | return_view.not_now(_record(case))
    allowed = tuple(a for a in open_actions(Kind(case.kind), State(case.state), by.role) if a not in kept_back)
    if case.erased_at is None:
        return allowed
    return tuple(a for a in allowed if a not in (Action.ERASE, Action.REOPEN, Action.CHANGE_CONTACT))


def _record(case: Case) -> Return:
    return db.session.get_one(Return, case.id)


def _form(case: Case, entry: CaseAction) -> StepForm:
    """The form of a step with what is known. Only of the one that is open: all of them were half of the page's time."""
    form = entry.form(formdata=None, prefix=entry.code)
    form.choose_from(case)
    form.fill(case)
    form.version.data = str(case.version)
    return form


def _owed(deadline: Any, now: datetime) -> Owed:
    return Owed(
        row=deadline,
        late=deadline.ended_at is None and deadline.due_at <= now,
        counted=counted(deadline),
    )


def _people(case: Case) -> dict[int, User]:
    wanted = record.users_named_in(case) | ({case.officer_id} if case.officer_id else set())
    if not wanted:
        return {}
    return {u.id: u for u in db.session.scalars(select(User).where(User.id.in_(wanted)))}


def _shops(case: Case) -> dict[int, Shop]:
    wanted = record.shops_named_in(case)
    if not wanted:
        return {}
    return {s.id: s for s in db.session.scalars(select(Shop).where(Shop.id.in_(wanted)))}


def _authorities(case: Case) -> dict[str, Authority]:
    if not case.authorisations and not case.referrals:
        return {}
    return {a.code: a for a in regions.authorities()}


def _shop_typed(case: Case) -> str:
    """What is looked for in the list of shops: what somebody typed, or what the tourist called the shop."""
    typed = request.args.get("shop", "").replace("\0", "").strip()[:200]
    return typed or (case.complaint.shop_name or "" if case.shop_id is None else "")


def _found_shops(case: Case, opened: CaseAction) -> list[Shop]:
    typed = _shop_typed(case) if opened.action == Action.CHANGE_SHOP else ""
    return merchants.shops(typed, limit=8) if typed else []


# --- evidence


@bp.get("/cases/<number>/evidence/<int:evidence_id>")
def evidence_safe(number: str, evidence_id: int) -> Response:
    """The safe copy of a file."""
    return downloads.safe_copy(_piece(number, evidence_id))


@bp.get("/cases/<number>/evidence/<int:evidence_id>/small")
def evidence_small(number: str, evidence_id: int) -> Response:
    """The small picture of a file."""
    return downloads.small_picture(_piece(number, evidence_id))


@bp.get("/cases/<number>/evidence/<int:evidence_id>/original")
def evidence_original(number: str, evidence_id: int) -> Response:
    """The file as it was given, for the staff alone."""
    return downloads.original(_piece(number, evidence_id))


def _piece(number: str, evidence_id: int) -> Evidence:
    return downloads.evidence_of(queries.find(number, current_actor()), evidence_id)
