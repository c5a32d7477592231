"""What telling something page by page consists of: pages in an order, a draft kept on the server, and where each button leads.

A complaint and a return are told in the same way. Every button of a page sends the page's form, so that what was typed is kept
whatever a person does next. A GET only shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import abort, current_app, flash, render_template, request, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.i18n import messages_path

from disputes.db import transaction
from disputes.intake import drafts
from disputes.intake.drafts import Begun
from disputes.merchants import queries as merchants
from disputes.merchants.models import Shop
from disputes.rules.lifecycle import Kind
from disputes.web.fields import DatePartsField
from disputes.web.languages import language, offered
from disputes.web.limits import limiter
from disputes.web.qr import qr_svg

# Generous: a tour group behind one hotel's address tells at the same time.
SENDINGS_PER_ADDRESS = "1200 per hour"
DRAFTS_PER_ADDRESS = "120 per hour; 600 per day"
CASES_PER_ADDRESS = "120 per hour; 400 per day"
NEXT, BACK, ELSEWHERE, SEARCH, IN_LANGUAGE = "", "back", "elsewhere", "search", "lang-"
SHARED = ("leave", "reach")  # pages that every wizard asks in the same words
SESSION_KEYS = {Kind.DISPUTE: "draft", Kind.RETURN: "return_draft"}


# Pure: the catalogue of a language comes with the library and does not change while the program runs.
@lru_cache(maxsize=32)
def _words_of_the_library(locale: Locale) -> Translations | NullTranslations:
    return Translations.load(messages_path(), [str(locale)], domain="wtforms")


class StepForm(FlaskForm):
    """A page of a wizard. It carries the draft's id, so that it finds its draft even where the cookie was lost."""

    class Meta(FlaskForm.Meta):
        """As of every form; the library's own words are read from its files once and not for each request."""

        def get_translations(self, form: Any) -> Translations | NullTranslations:
            return _words_of_the_library(get_locale() or Locale("en"))

    draft = HiddenField()
    to_check = HiddenField()  # came from the last page and goes back to it

    def prepare(self, draft: Begun | None) -> None:
        """Know what the answers are read by: the shop chosen, the amount paid."""

    def offer(self) -> None:
        """Fill the lists to choose from; only a page that is shown needs them."""

    def names_of_answers(self) -> set[str]:
        """The names under which this page's own answers are sent."""
        own = {field.name for field in self if field.name not in ("csrf_token", "draft", "to_check")}
        parts = {f"{name}-{part}" for name in own for part in (*DatePartsField.PARTS, "currency")}
        return own | parts


@dataclass(frozen=True)
class Page:
    """One page of a wizard: its name in the address, its question, and its form."""

    name: str
    question: Any
    form: type[StepForm]


@dataclass(frozen=True)
class Endpoints:
    """The views of a wizard that its own pages lead to."""

    begin: str
    step: str
    answer: str
    elsewhere: str
    draft: str
    anew: str


MakeForm = Callable[[Page, Begun | None, MultiDict[str, Any] | None], StepForm]


class Wizard:
    """The pages of a complaint, or those of a return, in their order; and the draft that this browser has of it."""

    def __init__(
        self, kind: Kind, folder: str, pages: Sequence[Page], endpoints: Endpoints, make_form: MakeForm
    ) -> None:
        self.kind = kind
        self.folder = folder  # of its templates
        self.pages = tuple(pages)
        self.first, self.last = self.pages[0], self.pages[-1]
        self.questions = self.pages[:-1]
        self._by_name = {page.name: page for page in self.pages}
        self._endpoints = endpoints
        self._make_form = make_form

    # --- the pages

    def named(self, name: str) -> Page | None:
        """The page of this name, if there is one."""
        return self._by_name.get(name)

    def page(self, name: str) -> Page:
        """The page of this name; 404 when there is none."""
        return self._by_name.get(name) or abort(404)

    def number_of(self, page: Page) -> int:
        """The page's place, counted from one."""
        return self.pages.index(page) + 1

    def before(self, page: Page) -> Page | None:
        """The page before this one."""
        return self.pages[self.pages.index(page) - 1] if page is not self.first else None

    def after(self, page: Page) -> Page:
        """The page after this one; the last one stays."""
        return self.pages[min(self.pages.index(page) + 1, len(self.pages) - 1)]

    def first_open(self, draft: Begun | None) -> Page:
        """The first page without a complete answer; the last page when all are answered."""
        if draft is None:
            return self.first
        return next((page for page in self.questions if not drafts.complete(draft, page.name)), self.last)

    # --- the draft

    def draft_of_session(self) -> Begun | None:
        """The draft that was begun in this browser, filed by now or not."""
        known = session.get(SESSION_KEYS[self.kind])
        return self.draft_at(known) if known else None

    def named_draft(self) -> Begun | None:
        """The draft whose id stands in the form that was sent."""
        named = request.form.get("draft", "")
        return self.draft_at(named) if named else None

    def draft_at(self, draft_id: str) -> Begun | None:
        """The draft with this id, filed or not; None where it is gone or of another kind, which has other pages."""
        found = drafts.find(draft_id)
        return found if found is not None and drafts.kind_of(found) is self.kind else None

    def draft_of_form(self) -> Begun | None:
        """The draft that the page was made for. Whoever can name it holds it, as with its link.

        AlreadyFiled when it is a case by now. That leads to the case, so only the browser in which it was filed gets that far;
        for everybody else the draft is gone.
        """
        found = self.named_draft()
        if found is None or (found.case_id is not None and session.get(SESSION_KEYS[self.kind]) != found.id):
            return None
        self.remember(found)
        if found.case_id is not None:
            raise drafts.AlreadyFiled(found.case_id)
        return found

    def start_draft(self) -> Begun:
        """A new draft: with the first answer, or where the old one is gone but somebody still typed."""
        at = shop_at(request.form.get("shop_code", ""))
        draft = self._begin(at.id if at is not None else None)
        self.remember(draft)
        if request.form.get("draft"):
            flash(
                _("Your earlier answers were no longer here, so we start again. What you typed last is kept."),
                "warning",
            )
        return draft

    @limiter.limit(DRAFTS_PER_ADDRESS)
    def _begin(self, shop_id: int | None) -> Begun:
        with transaction():
            if shop_id is None:
                return drafts.start(language(), self.kind)
            return drafts.start(language(), self.kind, {"where": {"shop": [str(shop_id)]}}, by_code=True)

    def remember(self, draft: Begun) -> None:
        """Let this browser go on with the draft, also after it was closed."""
        session[SESSION_KEYS[self.kind]] = draft.id
        if not current_user.is_authenticated:
            session.permanent = True

    def forget(self) -> None:
        """Begin anew in this browser."""
        session.pop(SESSION_KEYS[self.kind], None)

    def discard(self) -> None:
        """Delete what was typed in this browser and not sent, and say so."""
        draft = self.draft_of_session()
        if draft is not None and draft.case_id is None:
            with transaction():
                drafts.discard(draft.id)
            flash(_("What you typed before has been deleted."), "success")
        self.forget()

    def keep(self, page: Page, draft: Begun, typed: drafts.Typed, *, complete: bool) -> Begun:
        """Keep what was typed on a page. Refused and AlreadyFiled as ``drafts.save`` says."""
        with transaction():
            return drafts.save(draft.id, page.name, typed, complete=complete, language=language())

    # --- the ways

    def url(self, page: Page | None = None, **more: Any) -> str:
        """The address of a page; without one, that of the beginning."""
        if page is None:
            return url_for(self._endpoints.begin)
        return url_for(self._endpoints.step, name=page.name, **more)

    def url_to_change(self, name: str) -> str:
        """The address of a page that leads back to the last one."""
        return url_for(self._endpoints.step, name=name, to_check="yes")

    def mended(self, page: Page) -> str:
        """The address of a page that says what is wrong with its answer, and leads back to the last page."""
        return self.url(page, to_check="yes", again="yes")

    @property
    def elsewhere_url(self) -> str:
        """The page with the link for another device."""
        return url_for(self._endpoints.elsewhere)

    @property
    def anew_url(self) -> str:
        """Where a form is sent to begin anew."""
        return url_for(self._endpoints.anew)

    def led_back(self, page: Page, draft: Begun | None) -> str | None:
        """Whoever jumps ahead is led to the first question without an answer; None for a page that may be shown."""
        missing = self.first_open(draft)
        if self.number_of(page) <= self.number_of(missing):
            return None
        return self.url(missing) if draft is not None else self.url()

    def here(self, page: Page) -> str:
        """The same page again."""
        return self.url(page, to_check=request.form.get("to_check") or None)

    def aside(self, page: Page, *, anew: bool = False) -> str | None:
        """Where the buttons beside the one to continue lead: what was searched for (``anew``, with the enter key), the page
        before, another language, another device. None for the one to continue."""
        go, to_check = request.form.get("go", NEXT), request.form.get("to_check") or None
        if go == SEARCH or (go == NEXT and anew):
            return self.here(page) + "#found"
        if go == NEXT:
            return None
        if go == BACK:
            previous = self.last if to_check else self.before(page)
            return self.url(previous) if previous is not None else url_for(".home")
        if go == ELSEWHERE:
            return url_for(self._endpoints.elsewhere, page=page.name)
        if go.startswith(IN_LANGUAGE) and offered(go.removeprefix(IN_LANGUAGE)):
            return self.url(page, to_check=to_check, lang=offered(go.removeprefix(IN_LANGUAGE)))
        return self.here(page)

    def wrong_at(self, page: Page, draft: Begun, form: Any) -> str | None:
        """The address that says what is wrong. What was typed is kept, so the back button asks nothing.

        None for what cannot be kept as it was typed, such as a sign that no text may hold: that is told in the answer itself.
        """
        if not find_wrong(self._make_form(page, draft, None)):
            return None
        return self.url(page, to_check=form.to_check.data or None, again="yes")

    # --- showing

    def form_to_show(self, page: Page, draft: Begun | None) -> Any:
        """The page's form as it was filled in so far; with what is wrong, where somebody was led here for that."""
        form: Any = self._make_form(page, draft, None)
        form.to_check.data = request.args.get("to_check", "")
        if "again" in request.args:
            find_wrong(form)
        return form

    def show(self, page: Page, draft: Begun | None, form: Any, problem: str | None, **more: Any) -> str:
        """One page of the wizard."""
        if problem is not None:
            form.form_errors = [*form.form_errors, problem]
        form.offer()
        return render_template(
            f"public/{'wizard' if page.name in SHARED else self.folder}/{page.name}.html",
            page=page,
            number=self.number_of(page),
            count=len(self.pages),
            draft=draft,
            form=form,
            wizard=self,
            answer_url=url_for(self._endpoints.answer, name=page.name),
            **more,
        )

    def show_elsewhere(self, draft: Begun, back_to: Page | None) -> str:
        """The link and the code by which the draft goes on on another device."""
        link = public_url(url_for(self._endpoints.draft, draft_id=draft.id))
        return render_template(
            f"public/{self.folder}/elsewhere.html", back_url=self.url(back_to), link=link, qr=qr_svg(link)
        )


def find_wrong(form: Any) -> bool:
    """Judge a form that was filled in from the draft, which has no token to judge."""
    form.validate()
    form.csrf_token.errors = ()
    return any(form.errors.values())


def form_of(page: Page, draft: Begun | None, formdata: MultiDict[str, Any] | None, *, csrf: bool = True) -> StepForm:
    """The page's form, filled with what was sent or, without that, with what the draft keeps."""
    if formdata is None and draft is not None:
        typed = drafts.typed(draft, page.name)
        formdata = form_data(typed) if typed is not None else None
    form = page.form(formdata=formdata, meta={"csrf": csrf})
    form.draft.data = draft.id if draft is not None else ""
    form.prepare(draft)
    return form


def form_data(typed: drafts.Typed) -> MultiDict[str, str]:
    """What a draft keeps of a step, as a form reads it."""
    return MultiDict([(name, value) for name, values in typed.items() for value in values])


def typed_of(form: StepForm, sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """What of a request belongs to this page, as it was typed."""
    own = form.names_of_answers()
    return {name: sent.getlist(name) for name in sent if name in own}


def searched_anew(draft: Begun, form: Any) -> bool:
    """Whether something else was typed in the search box than was looked for last, as with the enter key."""
    last = (drafts.typed(draft, "where") or {}).get("q") or [""]
    typed = (form.q.data or "").strip()
    return bool(typed) and typed != last[0].strip() and not form.unknown and not form.q.errors


def shop_at(code: str) -> Shop | None:
    """The shop with the code of a sticker; codes are letters and digits, and nothing else is looked up."""
    return merchants.shop_by_code(code) if code.isascii() and code.isalnum() else None


def stamp(draft: Begun) -> str:
    """As which version of the draft its answers are shown."""
    return draft.changed_at.isoformat()


def label_of(field: Any) -> str:
    """The words of what is chosen in a list."""
    return next((str(choice.label) for choice in field.iter_choices() if choice.value == field.data), "")


def public_url(path: str) -> str:
    """An address of this service as it stands in a link that leaves it."""
    return current_app.config["SETTINGS"].public_url + path.removeprefix(request.script_root)


def changed_meanwhile() -> str:
    """What is said to somebody who would send other answers than were shown."""
    return _("Your answers have changed in the meantime, perhaps on another device. Please look at them again.")


def open_too_long() -> str:
    """What is said on a page whose form came with an outdated token."""
    return _("This page was open for a long time. Nothing is lost: please press the button once more.")
