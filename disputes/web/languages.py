"""In which language a page is shown: what was chosen, what the account says, what the browser asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask import Flask, Response, request, session
from flask_babel import Babel, Domain, get_locale
from flask_login import current_user

from disputes import wording

TOURIST_LANGUAGES = ("en", "zh_CN", "ja", "ar")
STAFF_LANGUAGES = ("zh_CN", "en")
DEFAULT = "en"
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"

# What browsers ask for, and the catalogue that serves it; anything in Chinese is better served by Chinese than by English.
_SERVED_BY = {
    "zh": "zh_CN",
    "zh_hans": "zh_CN",
    "zh_sg": "zh_CN",
    "zh_hant": "zh_TW",
    "zh_hk": "zh_TW",
    "zh_mo": "zh_TW",
}


class Catalogues(Domain):
    """Our catalogues, found by our codes: to Babel ``zh_CN`` is ``zh_Hans_CN``, and it would look for a folder of that name."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        code = DEFAULT if locale is None else _code_of(locale)
        if code not in self.cache:
            self.cache[code] = Translations.load(self.translation_directories[0], [code])
        return self.cache[code]


def init_app(app: Flask) -> None:
    """Set up the choice of language."""
    app.config["LANGUAGES"] = TOURIST_LANGUAGES
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    babel = Babel(app, default_translation_directories=str(TRANSLATIONS), locale_selector=lambda: _parsed(choose()))
    babel.domain_instance = Catalogues()
    app.before_request(_remember)
    app.after_request(_say_that_it_varies)


def language() -> str:
    """The language of the page that is being made, as one of our codes."""
    speech = wording.speech()
    if speech.code is None:
        speech.code = DEFAULT if speech.locale is None else _code_of(speech.locale)
    return speech.code


# Asked for every text of a page. One object for each language, so that what is remembered by language is found by identity.
@lru_cache(maxsize=100)
def _parsed(code: str) -> Locale:
    return Locale.parse(code)


@lru_cache(maxsize=100)
def _code_of(locale: Locale) -> str:
    return offered(str(locale)) or DEFAULT


def offered(tag: str) -> str | None:
    """Our code for a language tag, or None when we do not have that language."""
    folded = tag.replace("-", "_")
    for code in (
        folded,
        _SERVED_BY.get(folded.lower()),
        folded.split("_")[0],
        _SERVED_BY.get(folded.split("_")[0].lower()),
    ):
        if code in TOURIST_LANGUAGES:
            return code
    return "zh_CN" if folded.lower().startswith("zh") else None


def choose() -> str:
    """The language for this request."""
    chosen = offered(request.args.get("lang", "")) or session.get("language")
    if chosen in TOURIST_LANGUAGES:
        return _for_portal(chosen)
    if current_user and current_user.is_authenticated and _portal():
        return _for_portal(current_user.locale)
    for tag, _quality in request.accept_languages:
        code = offered(tag)
        if code:
            return _for_portal(code)
    return _for_portal(None)


def known(tag: str) -> bool:
    """Whether this is a language tag at all, ours or not."""
    try:
        Locale.parse(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return False
    return True


def _portal() -> bool:
    return request.path.startswith(("/staff/", "/merchant/", "/m/", "/desk/"))


def _for_portal(code: str | None) -> str:
    if not _portal():
        return code or DEFAULT
    if code in STAFF_LANGUAGES:
        return code  # type: ignore[return-value]
    return "zh_CN"


def _remember() -> None:
    chosen = offered(request.args.get("lang", ""))
    if chosen and not request.path.startswith("/api/"):  # programs keep no cookies
        session["language"] = chosen


def _say_that_it_varies(response: Response) -> Response:
    """Keep a cache in between from handing a page to somebody whose browser asks for another language."""
    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")
    return response
