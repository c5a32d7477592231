"""What supervisors look after: what is late and why, who has how much, faults, and whether the histories hold."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired

from disputes import clock, inspection, integrity
from disputes import upkeep as daily
from disputes.accounts import queries as accounts
from disputes.cases import desk, hindrances, history, queries, upkeep
from disputes.cases.models import DailyDigest, Deadline
from disputes.cases.queries import NotFound
from disputes.db import db, transaction
from disputes.numbers import read_number
from disputes.rules.lifecycle import Role
from disputes.web.access import only_for
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import supervision_tabs
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l
from disputes.wording import ngettext

SUPERVISOR = only_for(Role.SUPERVISOR)
DIGESTS = 14


class StepForm(FlaskForm):
    """A button that takes a step."""


class HandOverForm(FlaskForm):
    """All open cases of one officer go to another."""

    officer = HiddenField(validators=[InputRequired()])
    to = SelectField(_l("Give all open cases to"), [InputRequired(_l("Choose an officer."))])


@bp.get("/late")
@SUPERVISOR
def late() -> str:
    """Cases in which a deadline of ours has passed, and why."""
    by = current_actor()
    everywhere = request.args.get("all") == "1"
    rows = desk.late(by, None if everywhere else by.office_id)
    return render_template(
        "staff/late.html",
        tabs_here=supervision_tabs(),
        rows=rows,
        hindrances=hindrances.of(rows),
        everywhere=everywhere,
        now=clock.now(),
        most=desk.MOST_LATE,
    )


# --- who has how much


@bp.get("/workload")
@SUPERVISOR
def workload() -> str:
    """What lies on each desk of the own office."""
    by = current_actor()
    officers = accounts.officers(by.office_id)
    loads = desk.workload(officers)
    return render_template(
        "staff/workload.html",
        tabs_here=supervision_tabs(),
        loads=loads,
        forms={load.officer.id: _hand_over(load.officer.id, officers) for load in loads},
        duty_form=StepForm(formdata=None),
    )


@bp.post("/workload/hand-over")
@SUPERVISOR
def workload_hand_over() -> Response:
    """Give all open cases of an officer to another, each by a step of its own."""
    by = current_actor()
    officers = {str(u.id): u for u in accounts.officers(by.office_id)}
    form = HandOverForm()
    form.to.choices = [(id_, u.name) for id_, u in officers.items()]
    if not form.validate() or accounts.find(_number(form.officer.data), by) is None:
        flash(_("Choose an officer of your office to whom the cases are given."), "error")
        return redirect(url_for(".workload"), code=303)
    moved = 0
    for case in desk.open_cases_of(by, _number(form.officer.data)):
        with transaction():
            upkeep.assign(case.id, None, by, officers[form.to.data].id)
        moved += 1
    name = officers[form.to.data].name
    flash(
        ngettext("%(num)s case is now with %(name)s.", "%(num)s cases are now with %(name)s.", moved, name=name),
        "success",
    )
    return redirect(url_for(".workload"), code=303)


def _hand_over(officer_id: int, officers: list) -> HandOverForm:  # type: ignore[type-arg]
    form = HandOverForm(formdata=None, prefix="")
    form.officer.data = str(officer_id)
    form.to.choices = [("", _("Choose")), *((str(u.id), u.name) for u in officers if u.id != officer_id)]
    form.to.id = f"to-{officer_id}"
    return form


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


# --- faults


@bp.get("/faults")
@SUPERVISOR
def faults() -> str:
    """Deadlines whose consequence could not be carried out."""
    return render_template(
        "staff/faults.html",
        tabs_here=supervision_tabs(),
        faults=queries.faults(),
        most_tries=queries.MAX_TRIES,
        round=integrity.newest(),
        found=integrity.findings(integrity.newest()),
        sentence=inspection.sentence,
        advice=inspection.ADVICE,
        form=StepForm(formdata=None),
        now=clock.now(),
    )


@bp.post("/faults/look")
@SUPERVISOR
def look_through_data() -> Response:
    """Look through the data now, and not only when the next round comes."""
    if not StepForm().validate():
        abort(400)
    found = integrity.look(by_hand=True)
    if found is None:
        flash(_("Somebody is looking just now. Open this page again in a minute."), "info")
    elif found:
        flash(ngettext("%(num)s thing is not in order.", "%(num)s things are not in order.", len(found)), "warning")
    else:
        flash(_("Everything is in order."), "success")
    return redirect(url_for(".faults"), code=303)


@bp.post("/faults/<int:deadline_id>/again")
@SUPERVISOR
def fault_again(deadline_id: int) -> Response:
    """Let the workers try it again at once."""
    if not StepForm().validate():
        abort(400)
    with transaction():
        deadline = db.session.scalars(
            select(Deadline).where(Deadline.id == deadline_id, Deadline.fault.is_not(None)).with_for_update()
        ).one_or_none()
        if deadline is not None and deadline.ended_at is None:
            deadline.tries, deadline.next_try_at = 0, None
    flash(_("The workers try it again within a minute."), "success")
    return redirect(url_for(".faults"), code=303)


# --- histories


@bp.get("/histories")
@SUPERVISOR
def histories() -> str:
    """Whether the history of a case holds, and the signed digests of the last days."""
    typed = request.args.get("number", "").replace("\0", "").strip()[:40]
    number, case, broken = read_number(typed), None, None
    if number is not None:
        try:
            case = queries.find(number, current_actor())
            broken = history.broken_at(case, queries.history(case))
        except NotFound:
            case = None
    forged = set(daily.forged_digests())
    digests = db.session.scalars(select(DailyDigest).order_by(DailyDigest.day.desc()).limit(DIGESTS)).all()
    return render_template(
        "staff/histories.html",
        tabs_here=supervision_tabs(),
        typed=typed,
        looked_for=bool(typed),
        case=case,
        broken=broken,
        digests=digests,
        forged=forged,
    )
