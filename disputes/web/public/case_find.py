"""Finding one's case again with its number and five words."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from disputes import links
from disputes.accounts.actors import SYSTEM
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.web import tries
from disputes.web.public import bp
from disputes.web.public.case_access import say_outdated
from disputes.web.public.case_forms import FindForm
from disputes.web.sessions import secret, tourist_token

# Failed tries of one address. The five words carry 55 bits, so this is for those who mistype, not a lock on any case.
LIMITS = ("10 per 15 minutes", "60 per day")
NOBODY = (0, 0)  # stands in for a case that does not exist, so that the answer takes the same work


@bp.route("/case", methods=["GET", "POST"])
def case_find() -> Response | str:
    """Open a case by its number and five words; one and the same answer when either is wrong."""
    form = FindForm()
    if form.validate_on_submit():
        name = ("find-case", request.remote_addr or "")
        if any(tries.exhausted(limit, *name) for limit in LIMITS):
            abort(429)
        case = _matching(form.number.data, form.words.data)
        if case is not None:
            return redirect(url_for(".case_page", token=tourist_token(case)), 303)
        for limit in LIMITS:
            tries.count(limit, *name)
        form.form_errors = [
            _(
                "There is no case with this number and these words. Check both: the words in their order, and every digit."
            )
        ]
    say_outdated(form)
    return render_template("public/case/find.html", form=form)


def _matching(number: str, words: str) -> Case | None:
    try:
        case = queries.find(number, SYSTEM)
    except queries.NotFound:
        case = None
    known = case is not None and case.erased_at is None
    case_id, version = (case.id, case.link_version) if case is not None and known else NOBODY
    match = links.words_match(secret(), case_id, version, words)
    return case if known and match else None
