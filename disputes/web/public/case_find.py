"""Finding one's case again with its number and five words."""

from __future__ import annotations

import math

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from disputes import links
from disputes.accounts.actors import SYSTEM
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.numbers import read_number
from disputes.web import tries
from disputes.web.public import bp
from disputes.web.public.case_access import say_outdated
from disputes.web.public.case_forms import FindForm
from disputes.web.sessions import secret, tourist_token

# Failed tries for one number from one address. The five words carry 55 bits, so this is for those who mistype and no lock:
# the right words open the case however many tries failed, also from behind an address that many people share.
LIMITS = ("10 per 15 minutes", "60 per day")
NOBODY = (0, 0)  # stands in for a case that does not exist, so that the answer takes the same work


@bp.route("/case", methods=["GET", "POST"])
def case_find() -> Response | str | tuple[str, int, dict[str, str]]:
    """Open a case by its number and five words; one and the same answer when either is wrong."""
    form = FindForm()
    if form.validate_on_submit():
        case = _matching(form.number.data, form.words.data)
        if case is not None:
            return redirect(url_for(".case_page", token=tourist_token(case)), 303)
        name = ("find-case", request.remote_addr or "", read_number(form.number.data) or "no number")
        waits = [wait for limit in LIMITS if (wait := tries.use(limit, *name)) is not None]
        if waits:
            form.form_errors = [
                ngettext(
                    "That were many tries for this number. Please wait %(num)d minute, and look at the card again: the words in their order, and every digit. The right words open the case at any time.",
                    "That were many tries for this number. Please wait %(num)d minutes, and look at the card again: the words in their order, and every digit. The right words open the case at any time.",
                    math.ceil(max(waits) / 60),
                )
            ]
            return render_template("public/case/find.html", form=form), 429, {"Retry-After": str(max(waits))}
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
