"""What every step of a shop shares: is it still open, take it, keep what was typed, and show what happened meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template
from flask_babel import gettext as _

from disputes.cases import commands, queries, upkeep
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.names import ACTIONS, ROLES_FOR_MERCHANT, named
from disputes.rules.lifecycle import Action, Kind, Role, State, StepRefused, may
from disputes.web.merchant.ways import Answer, Way
from disputes.web.sentences import refusal
from disputes.web.uploads import receive

POSTED = ("GET", "POST")

# Steps that say nothing to a shop, or that are not its business.
UNTOLD = (
    Action.NOTE,
    Action.ASSIGN,
    Action.PROPOSE_TRANSFER,
    Action.ACCEPT_TRANSFER,
    Action.RETURN_TRANSFER,
    Action.WITHDRAW_TRANSFER,
    Action.LAPSE_TRANSFER,
    Action.CONSENT,
    Action.CHANGE_CONTACT,
    Action.REVOKE_LINK,
    Action.AUTHORISE,
    Action.ALERT_SUPERVISOR,
)


def open_case(way: Way, action: Action) -> Case | None:
    """The case, when the table still lets a merchant take this step; None when the case has moved on."""
    case = queries.whole(way.reference, way.actor)
    return case if may(Kind(case.kind), State(case.state), action, Role.MERCHANT) else None


def take(form: Any, step: Callable[[int | None], Any]) -> bool:
    """Take the step of a valid form; what stands against it becomes a sentence on the form, and nothing typed is lost.

    When the case has moved on, the page shows what happened since, and the same form sent again counts.
    """
    try:
        with transaction():
            step(_version(form))
    except queries.Stale as stale:
        form.behind = stale.case.version - (_version(form) or 0)
        form.version.data = str(stale.case.version)
        form.form_errors = [
            _(
                "This case has changed while you were writing. Look at how it stands below; if you still want to, send it once more."
            )
        ]
        return False
    except (commands.Refused, StepRefused) as refused:
        form.form_errors = [refusal(refused)]
        return False
    return True


def keep_files(way: Way, form: Any) -> bool:
    """Take in the files of a form before its step; the accepted ones stay, the refused ones are named on the form."""
    received = receive(form.files.data or [])
    if received.accepted:
        try:
            with transaction():
                upkeep.add_evidence(way.reference, None, way.actor, received.accepted)
        except commands.Refused as refused:
            if refused.code != "nothing_new":
                received.refused.clear()
                form.files.errors = [refusal(refused)]
                return False
    if received.refused:
        form.files.errors = received.sentences
        db.session.expire_all()
        return False
    return True


def page(way: Way, case: Case, form: Any, template: str, **more: Any) -> Answer:
    """The page of a step with its form."""
    if not form.is_submitted():
        form.version.data = str(case.version)
    found = queries.find(way.reference, way.actor)
    return render_template(
        template, way=way, case=found, form=form, back_url=way.url("case_of"),
        since=_since(found, getattr(form, "behind", 0)), **more,
    )  # fmt: skip


def after(way: Way, message: str) -> Answer:
    """Back to the page of the case, with what was done."""
    flash(message, "success")
    return redirect(way.url("case_of"), code=303)


def moved_on(way: Way) -> Answer:
    """The calm page for a step that is no longer possible."""
    return render_template("merchant/moved-on.html", way=way, case=queries.find(way.reference, way.actor)), 409


def told(event: Any) -> dict[str, Any]:
    """One step of the history, as a shop reads it."""
    role = event.by.partition(":")[0]
    return {
        "at": event.at,
        "who": role,
        "name": named(ROLES_FOR_MERCHANT, role),
        "title": named(ACTIONS, event.action),
        "body": None,
    }


def _since(case: Case, steps: int) -> list[dict[str, Any]]:
    """The last so many steps, without those that say nothing to a shop."""
    return [told(e) for e in case.events[-steps:] if e.action not in UNTOLD] if steps > 0 else []


def _version(form: Any) -> int | None:
    shown = form.version.data or ""
    return int(shown) if shown.isdigit() else None
