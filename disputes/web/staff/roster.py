"""The roster of an office: weekly shifts, who answers emergencies, and who is away when."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, Optional

from disputes import clock, hints, names
from disputes.accounts import queries as accounts
from disputes.accounts import roster as table
from disputes.accounts.commands import AccountRefused
from disputes.accounts.models import Absence, Shift, User
from disputes.db import after_commit, db, transaction
from disputes.formats import CHINA
from disputes.rules.lifecycle import Role
from disputes.web.access import only_for
from disputes.web.fields import DatePartsField
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

SUPERVISOR = only_for(Role.SUPERVISOR)
# fmt: off
WEEKDAYS = {
    "0": _l("Monday"), "1": _l("Tuesday"), "2": _l("Wednesday"), "3": _l("Thursday"), "4": _l("Friday"),
    "5": _l("Saturday"), "6": _l("Sunday"),
}
# fmt: on


class ShiftForm(FlaskForm):
    """A weekly shift on some days."""

    officer = SelectField(_l("Who"), [InputRequired(_l("Choose a person."))])
    weekdays = SelectMultipleField(
        _l("On which days"), [InputRequired(_l("Choose at least one day of the week."))], choices=list(WEEKDAYS.items())
    )
    starts = TimeField(_l("From"), [InputRequired(_l("Give the time at which it begins."))])
    ends = TimeField(
        _l("To"),
        [InputRequired(_l("Give the time at which it ends."))],
        description=_l("A shift that ends before it begins goes on into the next day."),
    )
    duty = BooleanField(_l("Answers emergencies in this shift"))


class AbsenceForm(FlaskForm):
    """A time in which somebody is away, in days of China."""

    officer = SelectField(_l("Who"), [InputRequired(_l("Choose a person."))])
    first = DatePartsField(_l("First day"), [InputRequired(_l("Give the first day."))])
    first_hour = TimeField(_l("From (empty: the whole day)"), [Optional()])
    last = DatePartsField(_l("Last day"), [InputRequired(_l("Give the last day."))])
    reason = SelectField(_l("Reason"), choices=names.options(names.ABSENCE_REASONS))

    def times(self) -> tuple[datetime, datetime]:
        """From when, and until when (exclusive)."""
        starts = datetime.combine(self.first.data, self.first_hour.data or time(), CHINA)
        return starts, datetime.combine(self.last.data, time(), CHINA) + timedelta(days=1)


class ButtonForm(FlaskForm):
    """A button that removes a line."""


@bp.get("/roster")
def roster() -> str:
    """Who works when in the own office; supervisors change it."""
    return _page(_shift_form(formdata=None), _absence_form(formdata=None))


@bp.post("/roster/shifts")
@SUPERVISOR
def roster_shift() -> Response | str:
    """Add a weekly shift."""
    form = _shift_form()
    if form.validate():
        try:
            with transaction():
                days = [int(day) for day in form.weekdays.data]
                table.add_shift(_person(form.officer.data), days, form.starts.data, form.ends.data, form.duty.data)
        except AccountRefused as refused:
            form.form_errors = [refusal(refused)]
        else:
            flash(_("The shift stands in the roster."), "success")
            return redirect(url_for(".roster"), code=303)
    return _page(form, _absence_form(formdata=None))


@bp.post("/roster/shifts/<int:shift_id>/remove")
@SUPERVISOR
def roster_shift_remove(shift_id: int) -> Response:
    """Take a weekly shift out."""
    if not ButtonForm().validate():
        abort(400)
    with transaction():
        found = db.session.get(Shift, shift_id)
        if found is not None and accounts.find(found.user_id, current_actor()) is not None:
            db.session.delete(found)
    flash(_("The shift is taken out."), "success")
    return redirect(url_for(".roster"), code=303)


@bp.post("/roster/absences")
@SUPERVISOR
def roster_absence() -> Response | str:
    """Somebody is away, or will be. What waits for that person goes to somebody present when it begins."""
    form = _absence_form()
    if form.validate():
        try:
            with transaction():
                table.add_absence(_person(form.officer.data), *form.times(), form.reason.data, current_actor())
                after_commit(hints.hand_over)
        except AccountRefused as refused:
            form.form_errors = [refusal(refused)]
        else:
            flash(
                _("The absence is noted. When it begins, what waits for this person goes to somebody present."),
                "success",
            )
            return redirect(url_for(".roster"), code=303)
    return _page(_shift_form(formdata=None), form)


@bp.post("/roster/absences/<int:absence_id>/end")
@SUPERVISOR
def roster_absence_end(absence_id: int) -> Response:
    """Back already, or it does not take place."""
    if not ButtonForm().validate():
        abort(400)
    with transaction():
        found = db.session.get(Absence, absence_id)
        if found is not None and accounts.find(found.user_id, current_actor()) is not None:
            table.end_absence(found)
    flash(_("The absence is over."), "success")
    return redirect(url_for(".roster"), code=303)


def _page(shift_form: ShiftForm, absence_form: AbsenceForm) -> str:
    by, now = current_actor(), clock.now()
    office = by.office_id or 0
    return render_template(
        "staff/roster.html",
        people={u.id: u for u in accounts.officers(office)},
        shifts=table.shifts(office),
        weekdays=WEEKDAYS,
        absences=table.absences(office, now),
        present=table.present_now(office, now),
        on_shift=table.on_shift_now(office, now),
        on_duty=[u.id for u in table.duty_officers(office, now)],
        form=shift_form if shift_form.errors else absence_form,  # whose errors are summed up above the heading
        shift_form=shift_form,
        absence_form=absence_form,
        button=ButtonForm(formdata=None),
        may_change=by.role is Role.SUPERVISOR,
        now=now,
    )


def _shift_form(**given: object) -> ShiftForm:
    form = ShiftForm(prefix="shift", **given)
    form.officer.choices = _choices()
    return form


def _absence_form(**given: object) -> AbsenceForm:
    form = AbsenceForm(prefix="absence", **given)
    form.officer.choices = _choices()
    return form


def _choices() -> list[tuple[str, str]]:
    return [("", _("Choose")), *((str(u.id), u.name) for u in accounts.officers(current_actor().office_id))]


def _person(chosen: str) -> User:
    found = accounts.find(int(chosen), current_actor())
    if found is None:
        abort(404)
    return found
