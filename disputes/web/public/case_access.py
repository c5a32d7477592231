"""Opening a case by its link, and taking a step there: one way for all pages of a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import queries, upkeep
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.cases.queries import Stale
from disputes.db import transaction
from disputes.formats import china_moment
from disputes.notifications import strangers
from disputes.rules.lifecycle import Action, Role, StepRefused
from disputes.web.public.case_forms import typed_in, version_seen
from disputes.web.public.case_view import View, view_of
from disputes.web.sentences import refusal
from disputes.web.sessions import tourist_by_link

Verb = Callable[[int, int, Actor], Any]
Answer = Response | str | tuple[str, int]


def opened(token: str) -> View:
    """The case behind a link, for its tourist or a companion; 404 for every link that opens nothing."""
    by = tourist_by_link(token)
    assert by.case_id is not None  # noqa: S101  a link is always of one case
    return view_of(token, queries.whole(by.case_id, by), by, clock.now())


def own(token: str) -> View:
    """The same for the tourist alone. A companion reads, and decides nothing."""
    view = opened(token)
    if view.by.role is not Role.TOURIST:
        abort(403)
    return view


def acting(by: Actor) -> None:
    """The tourist acts: lock the case first, and note that the mailed link, if it was that one, reached its reader."""
    assert by.case_id is not None  # noqa: S101
    upkeep.confirm_address(queries.lock(by.case_id, by), by)


def take(
    view: View, action: Action, form: Any, page: str, verb: Verb, said: Any, *, then: str | None = None, **more: Any
) -> Answer:
    """Show the page of a step or, when its form was sent, take the step and go on to ``then`` or the case.

    When the case has moved on meanwhile, the page says what changed, keeps what was typed and, where the step is still
    possible, asks again.
    """
    if not view.may(action):
        return moved_on(view, form)
    if not form.is_submitted():
        form.version.data = str(view.case.version)
    if not form.validate_on_submit():
        return shown(page, view, form, **more)
    try:
        with transaction():
            acting(view.by)
            verb(view.case.id, version_seen(form), view.by)
    except (Stale, StepRefused):
        view = own(view.token)
        if not view.may(action):
            return moved_on(view, form)
        changed = view.since(version_seen(form))
        form.version.data = str(view.case.version)
        return shown(page, view, form, **more, changed=changed), 409
    except Refused as refused:
        form.form_errors = [*form.form_errors, refusal(refused)]
        return shown(page, own(view.token), form, **more)
    if said:
        flash(said, "success")
    if action in (Action.CHANGE_CONTACT, Action.REVOKE_LINK):
        say_if_held(view.case)
    return redirect(then or url_for("public.case_page", token=view.token), 303)


def say_if_held(case: Case) -> None:
    """Say that the link just asked for goes later, where too many have gone to an address that nobody has confirmed."""
    at = strangers.held(case.tourist.email)
    if at is not None:
        flash(held_words(at), "warning")


def held_words(at: datetime) -> str:
    """Why a link is not mailed at once, and from when on it is."""
    return _(
        "Many links have gone to this e-mail address, and nobody has confirmed it yet. To protect its owner we send the next one from %(moment)s on (China time). Until then keep this link, or the number and the five words.",
        moment=china_moment(at),
    )


def page_again() -> Response | None:
    """The page of a case whose form came with an outdated token, with all that was typed; None for every other address.

    Phones forget sessions. The view runs once more, its form finds the token wrong and takes no step.
    """
    rule = request.url_rule
    if rule is None or not rule.endpoint.startswith("public.case_") or "GET" not in (rule.methods or ()):
        return None
    answer = make_response(current_app.view_functions[rule.endpoint](**(request.view_args or {})))
    answer.status_code = 400
    return answer


def say_outdated(form: Any) -> None:
    """Say in words that the form's token was outdated, so that the person presses the button once more."""
    token = getattr(form, "csrf_token", None)
    if token is not None and form.is_submitted() and token.errors:
        token.errors = [_("This page was open for a long time. Nothing is lost: please press the button once more.")]


def shown(page: str, view: View, form: Any = None, **more: Any) -> str:
    """A page of a case."""
    if form is not None:
        say_outdated(form)
    return render_template(page, view=view, case=view.case, token=view.token, form=form, **more)


def moved_on(view: View, form: FlaskForm) -> Answer:
    """The calm page for a step that is not possible any more: what changed, and what was typed, for the person to keep."""
    seen = version_seen(form)
    changed = view.since(seen) if form.is_submitted() and seen >= 0 else []
    typed = typed_in(form) if form.is_submitted() else []
    done = None if form.is_submitted() else view.done_last
    return shown("public/case/moved-on.html", view, changed=changed, typed=typed, done=done), 409
