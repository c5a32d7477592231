"""Which draft a request is about, and how a browser keeps hold of it."""

from __future__ import annotations

from typing import Any

from flask import flash, request, session
from flask_babel import gettext as _
from flask_login import current_user

from disputes.db import transaction
from disputes.intake import drafts
from disputes.intake.models import Draft
from disputes.merchants import queries as merchants
from disputes.merchants.models import Shop
from disputes.web.languages import language
from disputes.web.limits import limiter
from disputes.web.public.filing_answers import BY_NAME, make_form
from disputes.web.public.filing_forms import SAFE

DRAFTS_PER_ADDRESS = "120 per hour; 600 per day"  # generous: a tour group behind one hotel's address


def draft_of_session() -> Draft | None:
    """The draft that was begun in this browser, filed by now or not."""
    known = session.get("draft")
    return drafts.find(known) if known else None


def named_draft() -> Draft | None:
    """The draft whose id stands in the form that was sent."""
    named = request.form.get("draft", "")
    return drafts.find(named) if named else None


def draft_of_form() -> Draft | None:
    """The draft that the page was made for. Whoever can name it holds it, as with its link.

    AlreadyFiled when it is a case by now. That leads to the case, so only the browser in which it was filed gets that far;
    for everybody else the draft is gone.
    """
    found = named_draft()
    if found is None or (found.case_id is not None and session.get("draft") != found.id):
        return None
    remember(found)
    if found.case_id is not None:
        raise drafts.AlreadyFiled(found.case_id)
    return found


def start_draft() -> Draft:
    """A new draft: with the first answer, or where the old one is gone but somebody still typed."""
    at = shop_at(request.form.get("shop_code", ""))
    draft = _begin(at.id if at is not None else None)
    remember(draft)
    if request.form.get("draft"):
        flash(_("Your earlier answers were no longer here, so we start again. What you typed last is kept."), "warning")
    return draft


@limiter.limit(DRAFTS_PER_ADDRESS)
def _begin(shop_id: int | None) -> Draft:
    with transaction():
        draft = drafts.start(language(), **({"by_code": True} if shop_id is not None else {}))
        if shop_id is not None:
            draft = drafts.save(draft.id, "where", {"shop": [str(shop_id)]}, complete=True, language=language())
    return draft


def shop_at(code: str) -> Shop | None:
    """The shop with the code of a sticker; codes are letters and digits, and nothing else is looked up."""
    return merchants.shop_by_code(code) if code.isascii() and code.isalnum() else None


def remember(draft: Draft) -> None:
    """Let this browser go on with the draft, also after it was closed."""
    session["draft"] = draft.id
    if not current_user.is_authenticated:
        session.permanent = True


def in_danger(draft: Draft) -> bool:
    """Whether the tourist told of a danger."""
    typed = drafts.typed(draft, "safe") or {}
    return any(code != SAFE for code in typed.get("dangers", ()))


def told_so_far(draft: Draft) -> dict[str, Any]:
    """What a page says about a draft that lies there: what it is about, and where."""
    what = (drafts.typed(draft, "what") or {}).get("category") or [None]
    where: Any = make_form(BY_NAME["where"], draft, None, csrf=False)
    return {"category": what[0], "at": where.chosen}
