"""The service standard for supervisors: what is in force and what comes, and applying it to clocks that run already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from disputes import clock, names
from disputes.cases import recounts
from disputes.db import transaction
from disputes.formats import china_moment, deadline_text
from disputes.law import explain
from disputes.law import queries as law
from disputes.names import named
from disputes.rules.lifecycle import Role
from disputes.rules.service import ServiceStandard
from disputes.web import counted
from disputes.web.access import only_for
from disputes.web.sessions import current_actor
from disputes.web.staff import bp
from disputes.web.staff.frame import supervision_tabs
from disputes.wording import gettext as _
from disputes.wording import ngettext

SUPERVISOR = only_for(Role.SUPERVISOR)
SHOWN = 100
"""Cases of a preview; more say little to a person."""


class ReplanForm(FlaskForm):
    """A button that applies what is in force now."""


@dataclass(frozen=True)
class Shown:
    """One version of a standard in words."""

    rule_id: str
    title: str
    version: int
    lengths: list[tuple[str, str]]
    share: int | None
    daily: str
    comes: str | None  # from when, where that lies ahead


@dataclass(frozen=True)
class WouldMove:
    """One date that a re-plan would move."""

    number: str
    clock: str
    before: str
    after: str


@bp.get("/standards")
@SUPERVISOR
def standards() -> str:
    """The versions that count and those that come, and what would move if they were applied to what runs."""
    now = clock.now()
    found, concerned = recounts.preview(SHOWN)
    return render_template(
        "staff/standards.html",
        tabs_here=supervision_tabs(),
        versions=[_shown(each, now) for each in _of_interest(now)],
        would_move=[
            WouldMove(
                case.number,
                named(names.CLOCKS, each["clock"]),
                deadline_text(datetime.fromisoformat(each["from"])),
                deadline_text(datetime.fromisoformat(each["to"])),
            )
            for case, moved in found
            for each in moved
        ],
        concerned=concerned,
        shown=SHOWN,
        form=ReplanForm(),
    )


@bp.post("/standards/replan")
@SUPERVISOR
def standards_replan() -> Response:
    """Apply the standards in force now to the clocks that run; each case gets an entry in its history."""
    if not ReplanForm().validate():
        flash(_("This page was open too long. Look at what would move, then try again."), "error")
        return redirect(url_for(".standards"), code=303)
    with transaction():
        concerned = recounts.replan_running(current_actor())
    if concerned:
        said = ngettext(
            "The clocks of %(num)s case are planned again within a few minutes; those concerned are told.",
            "The clocks of %(num)s cases are planned again within a few minutes; those concerned are told.",
            concerned,
        )
        flash(said, "success")
    else:
        flash(_("Every clock runs by the standard in force already."), "info")
    return redirect(url_for(".standards"), code=303)


def _of_interest(now: datetime) -> list[ServiceStandard]:
    """Of each standard the version in force, and those that come."""
    known = law.all_standards()
    begun = {each.rule_id: law.standard(each.rule_id, now).version for each in known if _begun(each, now)}
    return [each for each in known if each.version >= begun.get(each.rule_id, 0)]


def _begun(standard: ServiceStandard, now: datetime) -> bool:
    return standard.in_force_from is None or standard.in_force_from <= now


def _shown(standard: ServiceStandard, now: datetime) -> Shown:
    one = len(standard.rows) == 1
    lengths = [
        ("" if one else explain.time_left(row.up_to), explain.length(row.length.count, row.length.unit))
        for row in standard.rows
    ]
    comes = standard.in_force_from
    return Shown(
        standard.rule_id,
        counted.title_of(standard.rule_id, standard),
        standard.version,
        lengths,
        standard.share,
        str(standard.daily) if standard.daily else _("day and night"),
        china_moment(comes) if comes is not None and comes > now else None,
    )
