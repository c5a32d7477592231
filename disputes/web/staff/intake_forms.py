"""The page on which a complaint is taken down: the questions of the visitor's wizard, all at once and made for a keyboard."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from flask import current_app, request
from flask_wtf import FlaskForm
from itsdangerous import BadSignature, URLSafeTimedSerializer
from wtforms import BooleanField, FormField, HiddenField, SelectField, StringField
from wtforms.validators import ValidationError

from disputes.cases.models import Case
from disputes.cases.upkeep import MOST_FILES, File
from disputes.intake.commands import Telling
from disputes.intake.models import Draft
from disputes.web.public import filing_forms as questions
from disputes.web.public.case_forms import zones
from disputes.web.public.case_view import known_zone
from disputes.web.public.filing_answers import Answers
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

PARTS = ("safe", "reach", "what", "story", "where", "bought", "want", "leave", "evidence", "check")
# What a page sends beside what somebody told.
NOT_TOLD = ("csrf_token", "entry", "kept", "looked_for", "go", "remove", "anyway", "shown")
FILES_GOOD_FOR = 24 * 3600  # seconds; a page that lies open longer asks for its files again


class _Part:
    """One page of the wizard as a part of this page, which has one token for all."""

    class Meta:
        csrf = False


def _listed(question: Any) -> Any:
    """A question with tiles as a list: typing the first letters chooses, while tiles are for thumbs."""
    choices = question.kwargs["choices"]
    return SelectField(*question.args, **{**question.kwargs, "choices": lambda: [("", _l("Choose")), *choices()]})


class SafePart(_Part, questions.SafeForm):
    pass


class WhatPart(_Part, questions.WhatForm):
    category = _listed(questions.WhatForm.category)


class StoryPart(_Part, questions.StoryForm):
    pass


class WherePart(_Part, questions.WhereForm):
    pass


class BoughtPart(_Part, questions.BoughtForm):
    how_bought = _listed(questions.BoughtForm.how_bought)
    paid_how = _listed(questions.BoughtForm.paid_how)


class WantPart(_Part, questions.WantForm):
    pass


class LeavePart(_Part, questions.LeaveForm):
    pass


class EvidencePart(_Part, questions.EvidenceForm):
    pass


class CheckPart(_Part, questions.CheckForm):
    pass


class ReachPart(_Part, questions.ReachForm):
    """Here the page is not in the visitor's language, so the language is asked; and the clock by which letters tell the time."""

    zone = SelectField(_l("Time zone of the visitor"), validate_choice=False)

    def prepare(self, draft: Draft | None) -> None:
        self.language.choices = [("", _("Choose")), *questions.own_languages()]
        if not self.language.raw_data:
            self.language.data = ""
        self.contact.choices = [
            ("email", _("By e-mail")),
            ("none", _("No e-mail: they take the printed slip, or write down the number and the words")),
        ]

    def offer(self) -> None:
        super().offer()
        country = self.country.data if self.country.data in dict(self.country.choices or ()) else None
        self.zone.choices = [("", _("The only one of their country, else China’s")), *zones(country)[1:]]

    def validate_language(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(_("Choose the language in which letters and the slip are written."))

    def validate_zone(self, field: SelectField) -> None:
        if field.data and known_zone(field.data) is None:
            raise ValidationError(_("Choose from the list."))


class ComplaintForm(FlaskForm):
    """Everything that a complaint needs, on one page."""

    entry = HiddenField()  # names this page, so that sending it twice makes one case
    kept = HiddenField()  # the files accepted so far
    looked_for = StringField()  # what the list of businesses was searched for last; stands unseen beside the list
    shown = HiddenField()  # the numbers of the open cases that the page warned of
    anyway = BooleanField(_l("It is another matter. Take it down all the same."))

    safe = FormField(SafePart)
    reach = FormField(ReachPart)
    what = FormField(WhatPart)
    story = FormField(StoryPart)
    where = FormField(WherePart)
    bought = FormField(BoughtPart)
    want = FormField(WantPart)
    leave = FormField(LeavePart)
    evidence = FormField(EvidencePart)
    check = FormField(CheckPart)

    def __init__(self) -> None:
        super().__init__()
        self.parts: Mapping[str, Any] = {name: self[name].form for name in PARTS}
        as_typed = Draft(answers={"steps": {"bought": {"typed": _typed("bought")}}})
        for part in self.parts.values():
            part.prepare(as_typed)
        self.begin_entry(self.entry.data)

    def begin_entry(self, known: str | None = None) -> None:
        """Give the page its name, or a new one."""
        try:
            self.entry.data = str(uuid.UUID(known or ""))
        except ValueError:
            self.entry.data = str(uuid.uuid4())

    def offer(self) -> None:
        """Fill the lists to choose from; only a page that is shown needs them."""
        for part in self.parts.values():
            part.offer()
        self.looked_for.data = self.parts["where"].q.data or ""

    @property
    def searched_anew(self) -> bool:
        """Whether another business was typed than was looked for last, as with the enter key."""
        where = self.parts["where"]
        typed = (where.q.data or "").strip()
        return bool(typed) and typed != (self.looked_for.data or "").strip() and not where.unknown

    def telling(self, files: Iterable[File]) -> Telling:
        """The complaint as the verb takes it; only of a form found in order."""
        told = Told(self.parts).telling(self.parts["check"].consents)
        return replace(told, files=tuple(files), time_zone=known_zone(self.reach.form.zone.data) or told.time_zone)

    def fingerprint(self, files: Iterable[File]) -> str:
        """What was told, in short: the same page sent again has the same."""
        told = sorted((name, values) for name, values in request.form.lists() if name not in NOT_TOLD)
        return hashlib.sha256(json.dumps([told, sorted(f.sha256 for f in files)]).encode()).hexdigest()

    def warned_of(self, found: Iterable[Case]) -> bool:
        """Whether the page has shown all these cases, and somebody said that it is another matter."""
        return bool(self.anyway.data) and {case.number for case in found} <= set((self.shown.data or "").split())

    # --- files, which no browser sends a second time by itself

    def kept_files(self, user_id: int) -> list[File]:
        """The files that this page carries; none where somebody else's page says so, or one from yesterday."""
        try:
            owner, files = _signer().loads(self.kept.data or "", max_age=FILES_GOOD_FOR)
        except (BadSignature, ValueError):
            return []
        return [File(**file) for file in files] if owner == user_id else []

    def keep(self, files: Iterable[File], user_id: int) -> list[File]:
        """Carry these files, each once; those there is room for."""
        room = list({file.sha256: file for file in files}.values())[:MOST_FILES]
        self.kept.data = _signer().dumps([user_id, [asdict(file) for file in room]])
        return room


class Told(Answers):
    """What somebody of the staff has typed, read as the wizard reads its pages."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.forms = parts


def _typed(part: str) -> dict[str, list[str]]:
    """What was sent of one part, under the names of its own page."""
    return {
        name.removeprefix(f"{part}-"): values for name, values in request.form.lists() if name.startswith(f"{part}-")
    }


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SETTINGS"].secret_key, salt="taken-down-files")
