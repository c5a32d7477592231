"""The return desks of the supervisor's own office: made, corrected, closed, and their people invited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from disputes import names
from disputes.accounts.actors import Actor
from disputes.accounts.commands import AccountRefused
from disputes.cases.commands import Refused
from disputes.db import transaction
from disputes.merchants import queries as merchants
from disputes.merchants.models import CLOSES, OPENS
from disputes.notifications.invitations import invite
from disputes.regions import queries as regions
from disputes.returns import desks as returns
from disputes.returns.desks import Told
from disputes.returns.models import Desk
from disputes.rules.lifecycle import Role
from disputes.web.access import only_for
from disputes.web.fields import readable
from disputes.web.public.filing_forms import divisions
from disputes.web.sentences import refusal
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import local_name, supervision_tabs
from disputes.web.staff.merchants import SHORT, InviteForm, StepForm, VersionedForm
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

SUPERVISOR = only_for(Role.SUPERVISOR)
Answer = Response | str | tuple[str, int]

# fmt: off
KINDS: dict[str, Any] = {
    "mall":    _l("In a shopping centre"),
    "airport": _l("At an airport"),
    "station": _l("At a railway station"),
    "office":  _l("A counter of our own"),
}
ACTIONS: dict[str, Any] = {
    "created": _l("Desk made"),
    "changed": _l("Desk changed"),
    "closed":  _l("Desk closed"),
    "opened":  _l("Desk opened again"),
    "invited": _l("Somebody invited"),
}
FIELDS: dict[str, Any] = {
    "kind":          _l("Kind"),
    "name_zh":       _l("Name in Chinese"),
    "name_en":       _l("Name in English"),
    "address_zh":    _l("Address in Chinese"),
    "address_en":    _l("Address in English"),
    "division_code": _l("District"),
    "port_code":     _l("Airport or station"),
    "opens":         _l("Opens"),
    "closes":        _l("Closes"),
    "pays_cash":     _l("Pays refunds in cash"),
    "accepts_for":   _l("Accepts in the name of"),
}
# fmt: on


class DeskForm(VersionedForm):
    kind = RadioField(_l("Kind"), [InputRequired(_l("Choose one."))], choices=list(KINDS.items()))
    name_zh = StringField(_l("Name in Chinese"), [InputRequired(_l("Write the name in Chinese.")), readable(SHORT)])
    name_en = StringField(_l("Name in English"), [Optional(), readable(SHORT)])
    address_zh = StringField(_l("Address in Chinese"), [InputRequired(_l("Write the address.")), readable(SHORT)])
    address_en = StringField(_l("Address in English"), [Optional(), readable(SHORT)])
    division_code = SelectField(
        _l("District"), [InputRequired(_l("Choose the district."))], choices=lambda: divisions()
    )
    port_code = SelectField(
        _l("Airport or station"), [Optional()], choices=lambda: _ports(), description=_l("Only for a desk at one.")
    )
    opens = TimeField(_l("Opens"), [InputRequired(_l("Give the hour."))], default=OPENS)
    closes = TimeField(_l("Closes"), [InputRequired(_l("Give the hour."))], default=CLOSES)
    pays_cash = BooleanField(_l("Pays refunds in cash"))
    accepts_for = SelectMultipleField(
        _l("Accepts in the name of"),
        coerce=int,
        description=_l(
            "Companies whose promise names desks. What the desk takes in for them has reached the shop at once, and the days "
            "for the refund begin. Choose a company only if it has agreed."
        ),
    )

    def choose_from(self, desk: Desk | None) -> None:
        """Offer the companies for which this desk can accept."""
        self.accepts_for.choices = [SelectChoice(m.id, local_name(m)) for m in returns.companies(desk)]

    def told(self) -> Told:
        """The desk as the verb takes it."""
        return Told(
            kind=self.kind.data, name_zh=self.name_zh.data or "", name_en=self.name_en.data or "",
            address_zh=self.address_zh.data or "", address_en=self.address_en.data or "",
            division_code=self.division_code.data, port_code=self.port_code.data or None,
            opens=self.opens.data or OPENS, closes=self.closes.data or CLOSES, pays_cash=bool(self.pays_cash.data),
        )  # fmt: skip


def _ports() -> list[SelectChoice]:
    found = [p for p in regions.ports() if p.kind in returns.AT_A_PORT]
    return [SelectChoice("", _("None")), *(SelectChoice(p.code, local_name(p)) for p in found)]


STEPS: dict[str, tuple[Callable[[int, int | None, Actor], Desk], Any]] = {
    "close": (returns.close, _l("The desk is closed; its people no longer sign in.")),
    "reopen": (returns.reopen, _l("The desk is open again. Let its people in one by one.")),
}


@bp.get("/desks")
@SUPERVISOR
def desks() -> str:
    """The desks of the own office."""
    found = returns.desks(current_actor())
    return render_template(
        "staff/desks.html", tabs_here=supervision_tabs(), desks=found, lying=returns.lying(found), kinds=KINDS
    )


@bp.route("/desks/new", methods=["GET", "POST"])
@SUPERVISOR
def desk_new() -> Answer:
    """Make a desk."""
    form = DeskForm()
    form.choose_from(None)
    if form.validate_on_submit():
        try:
            with transaction():
                desk_id = returns.create(current_actor(), form.told(), form.accepts_for.data or []).id
        except Refused as refused:
            form.form_errors = [refusal(refused)]
        else:
            flash(_("The desk is open to visitors. Now invite its people."), "success")
            return redirect(url_for(".desk", desk_id=desk_id), code=303)
    return render_template("staff/desk_new.html", form=form)


@bp.route("/desks/<int:desk_id>", methods=["GET", "POST"])
@SUPERVISOR
def desk(desk_id: int) -> Answer:
    """One desk: correct it, see its people and its history."""
    found = _desk(desk_id)
    form = DeskForm(obj=found)
    form.choose_from(found)
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                returns.change(desk_id, _seen(form), current_actor(), form.told(), form.accepts_for.data or [])
        except returns.Late:
            return _page(_desk(desk_id), form, late=True), 409
        except Refused as refused:
            form.form_errors = [refusal(refused)]
        else:
            flash(_("The desk is changed."), "success")
            return redirect(url_for(".desk", desk_id=desk_id), code=303)
    if request.method == "GET":
        form.version.data = str(found.version)
        form.accepts_for.data = [row.merchant_id for row in found.merchants]
    return _page(_desk(desk_id), form)


@bp.post("/desks/<int:desk_id>/<step>")
@SUPERVISOR
def desk_step(desk_id: int, step: str) -> Response:
    """Close a desk, or open it again."""
    found = _desk(desk_id)
    if step not in STEPS or not StepForm().validate():
        abort(404)
    verb, done = STEPS[step]
    try:
        with transaction():
            verb(found.id, None, current_actor())
    except Refused as refused:
        flash(refusal(refused), "error")
    else:
        flash(str(done), "success")
    return redirect(url_for(".desk", desk_id=desk_id), code=303)


@bp.route("/desks/<int:desk_id>/people/new", methods=["GET", "POST"])
@SUPERVISOR
def desk_person_new(desk_id: int) -> Answer:
    """Invite somebody to a desk."""
    found, form = _desk(desk_id), InviteForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user = returns.add_person(_desk(desk_id), current_actor(), form.email.data or "", form.name.data or "")
                invite(user, current_actor().name)
        except (AccountRefused, Refused) as refused:
            form.email.errors = [refusal(refused)]
        else:
            flash(_("The invitation is on its way. It can be taken up for three days."), "success")
            return redirect(url_for(".desk", desk_id=desk_id), code=303)
    return render_template("staff/desk_person_new.html", desk=found, form=form)


def _page(found: Desk, form: DeskForm, late: bool = False) -> str:
    differences = form.differences(found) if late else []
    if late:
        form.version.data = str(found.version)
    return render_template(
        "staff/desk.html",
        desk=found,
        form=form,
        late=late,
        differences=differences,
        people=returns.people(found),
        history=[
            (event, _changes(event.details) if event.action == "changed" else []) for event in returns.history(found)
        ],
        actions=ACTIONS,
        lying=returns.lying([found]).get(found.id, 0),
        kinds=KINDS,
        step_form=StepForm(formdata=None),
    )


def _changes(details: dict[str, Any]) -> list[str]:
    """What a change was, field by field."""
    return [
        _(
            "%(field)s: %(before)s → %(after)s",
            field=names.named(FIELDS, name), before=_shown(name, before), after=_shown(name, after),
        )
        for name, (before, after) in details.items()
    ]  # fmt: skip


def _shown(name: str, value: Any) -> str:
    if name == "accepts_for":
        found = [merchants.merchant(merchant_id) for merchant_id in value]
        return ", ".join(local_name(company) for company in found if company is not None) or "–"
    if name == "kind":
        return str(KINDS.get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "–")


def _seen(form: DeskForm) -> int:
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _desk(desk_id: int) -> Desk:
    found = returns.find(desk_id, current_actor())
    if found is None:
        abort(404)
    return found
