"""The routing table for supervisors: what is in force, what a changed one would have done, and putting it in force."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import FileField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional

from disputes import clock
from disputes.cases import rehearsal
from disputes.db import transaction
from disputes.formats import CHINA
from disputes.law import routing as tables
from disputes.law import routing_file
from disputes.law.routing_file import LONGEST, TableRefused
from disputes.regions import queries as regions
from disputes.rules.lifecycle import Role
from disputes.rules.routing import RoutingTable
from disputes.web.access import only_for
from disputes.web.fields import DatePartsField, readable
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import supervision_tabs
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

SUPERVISOR = only_for(Role.SUPERVISOR)
NEWEST = 10_000  # so many past cases are looked at on the page; the console looks at all


class TableForm(FlaskForm):
    """A changed table: pasted, or as a file, which then counts."""

    file = FileField(_l("File with the changed table"), [Optional()], render_kw={"accept": ".yaml,.yml,.txt"})
    text = TextAreaField(_l("Or the table itself"), [Optional(), readable(LONGEST)], render_kw={"dir": "ltr"})
    note = StringField(_l("What changes, and why"), [Optional(), readable(300)])
    day = DatePartsField(_l("In force from (empty: at once)"), [Optional()])
    hour = TimeField(_l("At what time, in China"), [Optional()])

    def table(self) -> str:
        """The table as it was sent; what is no text is refused like a wrong table."""
        sent = self.file.data
        raw = sent.read(LONGEST * 4) if sent is not None and getattr(sent, "filename", "") else b""
        try:
            return raw.decode("utf-8-sig") if raw else (self.text.data or "")
        except UnicodeDecodeError:
            raise TableRefused([_("The file is not a text in UTF-8.")]) from None

    def at(self) -> datetime | None:
        """From when it is to be in force; None for at once."""
        return datetime.combine(self.day.data, self.hour.data or time(), CHINA) if self.day.data else None


@bp.get("/routing")
@SUPERVISOR
def routing() -> str:
    """The table in force, or an older version, and all versions."""
    wanted = request.args.get("version", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 8 else None
    table = tables.current() if number is None else tables.version(number)
    if table is None:
        abort(404)
    return _page(table, TableForm(formdata=None, data={"text": routing_file.write(table)}))


@bp.get("/routing/<int:version>.yaml")
@SUPERVISOR
def routing_table(version: int) -> Response:
    """A version as a file, to change it and send it back."""
    table = tables.version(version)
    if table is None:
        abort(404)
    name = f"routing-{version}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(routing_file.write(table), mimetype="application/yaml", headers=headers)


@bp.post("/routing/dry-run")
@SUPERVISOR
def routing_dry_run() -> str:
    """Show which past cases the changed table would have sent elsewhere. Nothing is changed."""
    form = TableForm()
    if not form.validate():
        return _page(tables.current(), form)
    try:
        text = form.table()
        changed = routing_file.read(text, regions.known())
    except TableRefused as refused:
        return _page(tables.current(), form, reasons=refused.reasons)
    form.text.data = text
    return _page(tables.current(), form, rehearsed=rehearsal.rehearse(changed, newest=NEWEST))


@bp.post("/routing/put-in-force")
@SUPERVISOR
def routing_put_in_force() -> Response | str:
    """Make the changed table a new version, in force from its moment on."""
    form, by = TableForm(), current_actor()
    if not form.validate():
        return _page(tables.current(), form)
    try:
        text = form.table()
        with transaction():
            made = tables.put_in_force(text, regions.known(), by.code, at=form.at(), note=form.note.data or "")
    except TableRefused as refused:
        return _page(tables.current(), form, reasons=refused.reasons)
    flash(_("Version %(number)s of the routing table is kept.", number=made.version), "success")
    return redirect(url_for(".routing"), code=303)


def _page(table: RoutingTable, form: TableForm, reasons: Any = (), rehearsed: Any = None) -> str:
    return render_template(
        "staff/routing.html",
        tabs_here=supervision_tabs(),
        table=table,
        current=tables.current().version,
        versions=tables.versions(),
        form=form,
        reasons=reasons,
        rehearsed=rehearsed,
        newest=NEWEST,
        now=clock.now(),
    )
