"""What the visitor reads on the phone of the desk, in the visitor's own language."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from disputes.cases.models import Case
from disputes.web.languages import DEFAULT, offered


def language_of(case: Case) -> str:
    """The visitor's language, where our pages have it; else English."""
    return offered(case.language) or DEFAULT


def for_visitor(template: str, case: Case, **shown: Any) -> Markup:
    """A part of a page for the visitor's eyes, with its language and direction."""
    spoken = language_of(case)
    with force_locale(spoken):
        return Markup(render_template(template, case=case, spoken=spoken, **shown))  # noqa: S704  a template of ours
