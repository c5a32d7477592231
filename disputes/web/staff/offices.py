"""The operator's offices and how they are reached."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Optional

from disputes.db import db, transaction
from disputes.law import routing
from disputes.regions import commands, queries
from disputes.regions.models import Office
from disputes.rules.lifecycle import Role
from disputes.rules.routing import Part, RoutingRule
from disputes.web.access import only_for
from disputes.web.fields import readable
from disputes.web.public.filing_forms import checked_email
from disputes.web.staff import bp
from disputes.web.staff.frame import supervision_tabs
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

SUPERVISOR = only_for(Role.SUPERVISOR)


class OfficeForm(FlaskForm):
    email = StringField(
        _l("E-mail address"),
        [InputRequired(_l("Write the address.")), readable(254)],
        description=_l("Letters about cases that have no officer go here."),
        render_kw={"dir": "ltr"},
    )
    phone = StringField(_l("Phone"), [Optional(), readable(60)], render_kw={"dir": "ltr"})

    def validate_email(self, field: StringField) -> None:
        field.data = checked_email(field.data or "")


@bp.get("/offices")
@SUPERVISOR
def offices() -> str:
    """All offices."""
    return render_template(
        "staff/offices.html",
        tabs_here=supervision_tabs(),
        offices=queries.offices(),
        serving=_serving(),
    )


def _serving() -> dict[str, list[RoutingRule]]:
    """By office, the rules of the routing table in force that lead there."""
    found: dict[str, list[RoutingRule]] = {office.code: [] for office in queries.offices()}
    for rule in routing.current().part(Part.OFFICE):
        found[rule.gives].append(rule)
    return found


@bp.route("/offices/<code>", methods=["GET", "POST"])
@SUPERVISOR
def office(code: str) -> Response | str:
    """How one office is reached."""
    found = next((o for o in queries.offices() if o.code == code), None)
    if found is None:
        abort(404)
    form = OfficeForm(obj=found)
    if form.validate_on_submit():
        with transaction():
            commands.change_office(db.session.get_one(Office, found.id), form.email.data or "", form.phone.data or "")
        flash(_("Kept."), "success")
        return redirect(url_for(".offices"), code=303)
    return render_template("staff/office.html", office=found, form=form)
