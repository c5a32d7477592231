"""Texts in the language of the reader, as Flask-Babel gives them, without finding that language out anew for every text.

A page has some hundred texts and dates, and Flask-Babel goes through three proxies for each of them. What it found out for the
page stays where it keeps it, so that ``force_locale`` and ``refresh`` count here at once.
"""

from __future__ import annotations

from babel import Locale
from babel.support import NullTranslations
from flask.globals import app_ctx
from flask_babel import get_domain, get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup


class Speech:
    """One language as a page speaks it: its catalogue, and the texts without values that templates have asked for."""

    __slots__ = ("catalogue", "code", "locale", "texts")

    def __init__(self, locale: Locale | None, catalogue: NullTranslations) -> None:
        self.locale = locale
        self.catalogue = catalogue
        self.code: str | None = None  # one of our own codes; web/languages.py knows them
        # Of our own templates alone, so there are only so many; they belong to the catalogue that they come from.
        self.texts: dict[str, Markup] = vars(catalogue).setdefault("texts_of_templates", {})

    def markup(self, message: str) -> Markup:
        """A text of a template without values; worked out once for each language."""
        known = self.texts.get(message)
        if known is None:
            known = self.texts[message] = Markup(self.catalogue.gettext(message)) % {}  # noqa: S704  our own texts
        return known


def speech() -> Speech:
    """The language of the page or the letter that is being made."""
    try:
        kept = app_ctx._get_current_object().g._flask_babel  # type: ignore[attr-defined]
        found: Speech = kept.speech
        if found.locale is kept.babel_locale:
            return found
    except (AttributeError, RuntimeError):
        pass
    return _find()


def _find() -> Speech:
    locale = get_locale()
    found = Speech(locale, get_domain().get_translations())
    if locale is not None:
        app_ctx.g._flask_babel.speech = found
    return found


def locale() -> Locale | None:
    """The reader's locale; None outside of any page or letter."""
    return speech().locale


def gettext(message: str, **values: object) -> str:
    """The text in the reader's language, with its values."""
    found = speech().catalogue.gettext(message)
    return found % values if values else found


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """The text for so many, with its values."""
    values.setdefault("num", num)
    return speech().catalogue.ngettext(singular, plural, num) % values


def lazy_gettext(message: str, **values: object) -> LazyString:
    """A text that is looked up whenever it is read, for tables of words."""
    return LazyString(gettext, message, **values)
