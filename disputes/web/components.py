"""What templates need to draw the shared components: language and direction, formats, fixed addresses, attributes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import Flask, current_app, request, url_for
from flask.globals import app_ctx
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from wtforms import BooleanField, Field, FileField, RadioField, SelectField, SelectMultipleField
from wtforms.widgets import Select, TextArea

from disputes import formats, numbers, wording
from disputes.web.assets import asset_url
from disputes.web.fields import DatePartsField, MoneyField
from disputes.web.templating import text

# The names people look for when they cannot read the page; each in its own language, so they are not translated.
OWN_NAMES = {
    "en": "English",
    "zh_CN": "简体中文",
    "zh_TW": "繁體中文",
    "ja": "日本語",
    "ko": "한국어",
    "th": "ไทย",
    "vi": "Tiếng Việt",
    "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu",
    "ru": "Русский",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "pt": "Português",
    "ar": "العربية",
}

# Addresses that the product promises and prints on cards; that is why they are written out and not asked of the router.
PLACES = {
    "home": "/",
    "file": "/file",
    "find": "/case",
    "privacy": "/privacy",
    "pledges": "/pledges",
    "return": "/return",
    "rules": "/rules",
    "merchant": "/merchant/",
    "staff": "/staff/",
}


SORTS = (
    (BooleanField, "check"),
    (RadioField, "choices"),
    (SelectMultipleField, "choices"),
    (SelectField, "select"),
    (DatePartsField, "date"),
    (MoneyField, "money"),
    (FileField, "files"),
)


@dataclass(frozen=True)
class LanguageLink:
    """One language of the switcher: its tag for `lang`, its own name, and this page in it."""

    tag: str
    name: str
    url: str
    direction: str
    current: bool


def init_app(app: Flask) -> None:
    """Give every template the functions that the components call; they work in imported macros too."""
    app.jinja_env.globals["_"] = text
    app.jinja_env.globals.update(
        china_day=formats.china_day,
        china_moment=formats.china_moment,
        currency_name=currency_name,
        date_order=date_order,
        drawn=drawn,
        drawn_icon=drawn_icon,
        drawn_moment=drawn_moment,
        duration_text=formats.duration_text,
        deadline_text=formats.deadline_text,
        group_attributes=group_attributes,
        input_attributes=input_attributes,
        lang_tag=lang_tag,
        language_links=language_links,
        language_name=language_name,
        machine_time=formats.machine_time,
        may_stay_empty=may_stay_empty,
        money_text=formats.money_text,
        number_text=formats.number_text,
        page_again=page_again,
        percent_text=formats.percent_text,
        place=place,
        size_text=formats.size_text,
        sort_of=sort_of,
        takes_many=takes_many,
        text_direction=text_direction,
        spoken_number=numbers.spoken,
        short_day=formats.short_day,
        zone_beside=formats.zone_beside,
        zone_city=formats.zone_city,
        zone_moment=formats.zone_moment,
    )


def lang_tag(locale: Locale | str | None = None) -> str:
    """The BCP 47 tag of a locale for the `lang` attribute, as in `zh-CN`; without one, that of the page."""
    return _lang_tag(locale or wording.locale() or "en")


@lru_cache(maxsize=1000)
def _lang_tag(locale: Locale | str) -> str:
    if isinstance(locale, str) and "-" in locale:
        return locale
    found = _locale(locale)
    return "-".join(part for part in (found.language, found.territory or found.script) if part)


def text_direction(locale: Locale | str | None = None) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    return _locale(locale).text_direction


def language_name(code: str) -> str:
    """The name of a language in the language of the page, for "written in ..."; with its script, without any territory."""
    return _language_name(code, _locale())


@lru_cache(maxsize=1000)
def _language_name(code: str, reader: Locale) -> str:
    found = _locale(code)
    return Locale(found.language, script=found.script).get_display_name(reader) or code


def language_links(codes: Iterable[str] = ()) -> list[LanguageLink]:
    """Every language on offer (or only `codes`) with the address of this page in it. Following one takes no step."""
    here = lang_tag()
    return [
        LanguageLink(
            lang_tag(code), OWN_NAMES[code], _this_page(lang=code), text_direction(code), lang_tag(code) == here
        )
        for code in codes or _offered()
    ]


def place(name: str) -> str:
    """The address of one of the PLACES."""
    return request.script_root + PLACES[name]


def page_again() -> str:
    """Where to look again after a step that was not possible: this address, or the nearest above it that shows a page."""
    adapter = current_app.url_map.bind_to_environ(request.environ)
    path = request.path
    while path.strip("/"):
        for candidate in (path, path.rstrip("/") + "/"):
            try:
                adapter.match(candidate, method="GET")
            except (HTTPException, RequestRedirect):
                continue
            return request.script_root + candidate
        path = path.rstrip("/").rpartition("/")[0]
    return place("home")


def currency_name(code: str) -> str:
    """A currency as it stands beside an amount. The code is always there: ¥ alone is read as yen by some."""
    return "CNY ¥" if code == "CNY" else code


def date_order() -> tuple[str, str, str]:
    """In which order the boxes of a date stand: as people who read this language write a date."""
    locale = _locale()
    if str(locale) == "en":  # read here by people from everywhere; the American order would surprise most of them
        return ("day", "month", "year")
    pattern = str(locale.date_formats["short"])
    return tuple(sorted(("year", "month", "day"), key=lambda part: pattern.lower().find(part[0])))


def input_attributes(
    field: Field, hint: str | None, css: str, given: Mapping[str, Any], also: str | None = None
) -> dict:
    """The attributes that tie an input to its hint and errors. `given` comes from the template and wins."""
    attributes: dict[str, Any] = {"class": css}
    described = _described_by(field, hint, also)
    if described:
        attributes["aria-describedby"] = described
    if field.errors:
        attributes["aria-invalid"] = "true"
    if isinstance(field.widget, TextArea) or getattr(field.widget, "input_type", "") in ("text", "search"):
        attributes["dir"] = "auto"
    names = {name: "class" if name == "class_" else name.rstrip("_").replace("_", "-") for name in given}
    attributes.update({names[name]: value for name, value in given.items()})
    return attributes


class _QuickSelect(Select):
    """A list as WTForms draws it; its way to write attributes takes a long list of places or zones most of a page's time."""

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> Markup:
        if choice.render_kw or kwargs:
            return super().render_option(choice, **kwargs)
        chosen = Markup("selected ") if choice.selected else ""
        return Markup('<option {}value="{}">{}</option>').format(chosen, choice.value, choice.label or choice.value)


_QUICK = {False: _QuickSelect(), True: _QuickSelect(multiple=True)}


def drawn(field: Field, attributes: Mapping[str, Any]) -> Markup:
    """The input of a field with these attributes."""
    if type(field.widget) is Select:
        return _QUICK[bool(field.widget.multiple)](field, **{**(field.render_kw or {}), **attributes})
    return field(**attributes)


# Arrows and what moves: these point the other way where people read from right to left.
ICONS_THAT_TURN = frozenset(
    {"arrow-left", "arrow-right", "chevron-right", "exit", "send", "external", "refund", "history"}
)


def drawn_icon(name: str, label: str | None = None, **more: str) -> Markup:
    """A small icon of the sprite, which is our own and takes the colour of the text around it; ``class`` adds to its classes."""
    return _icon(_sprite(), name, label, more.get("class", ""))


def _sprite() -> str:
    """The address of the sprite, asked once for each page."""
    kept = vars(app_ctx._get_current_object().g)  # type: ignore[attr-defined]
    if "sprite" not in kept:
        kept["sprite"] = asset_url("img/icons.svg")
    return str(kept["sprite"])


def drawn_moment(at: datetime, zone: str | None = None, own_first: bool = False) -> Markup:
    """A moment in China's time, and in the reader's own when ``zone`` (an IANA name) is given and differs.

    ``own_first`` turns the two round, for somebody who has left China.
    """
    other = zone if zone and zone != formats.CHINA.key else None
    return _moment(at, other, own_first, wording.locale())


@lru_cache(maxsize=10_000)  # it follows from the moment, the zone and the language, and from nothing else
def _moment(at: datetime, zone: str | None, own_first: bool, _locale: Locale | None) -> Markup:
    element = Markup('<time datetime="{}">{}</time>')
    if zone is None:
        return element.format(formats.machine_time(at), formats.china_moment(at))
    beside = Markup(' <span class="own-zone">{}</span>')
    if own_first:
        said = wording.gettext("(%(time)s in China)", time=formats.china_moment(at))
        return element.format(formats.machine_time(at), formats.zone_moment(at, zone)) + beside.format(said)
    said = wording.gettext("(%(time)s in %(city)s)", time=formats.zone_beside(at, zone), city=formats.zone_city(zone))
    return element.format(formats.machine_time(at), formats.china_moment(at)) + beside.format(said)


@lru_cache(maxsize=2000)
def _icon(sprite: str, name: str, label: str | None, css: str) -> Markup:
    turns, also = " icon-turns" if name in ICONS_THAT_TURN else "", f" {css}" if css else ""
    said = (
        Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true" focusable="false"')
    )
    drawing = '<svg class="icon{}{}" {}><use href="{}#{}"></use></svg>'
    return Markup(drawing).format(turns, also, said, sprite, name)  # noqa: S704  what is put into it is escaped


def sort_of(field: Field) -> str:
    """Which of the macros draws a field: check, choices, date, money, files, select or input."""
    for kind, sort in SORTS:
        if isinstance(field, kind):
            return sort
    return "input"


def may_stay_empty(field: Field) -> bool:
    """Whether the label says "(optional)". A box to tick may always stay empty; a list only if it offers that."""
    sort = sort_of(field)
    if field.flags.required or sort == "check":
        return False
    return sort != "select" or any(not choice.value for choice in field.iter_choices())


def takes_many(field: Field) -> bool:
    """Whether several of its choices can be taken."""
    return isinstance(field, SelectMultipleField)


def group_attributes(field: Field, hint: str | None) -> Markup:
    """The same for a group of inputs, as attributes of its fieldset."""
    described = _described_by(field, hint)
    return Markup(' aria-describedby="{}"').format(described) if described else Markup("")


def _described_by(field: Field, hint: str | None, also: str | None = None) -> str:
    hint_id = f"{field.id}-hint" if hint or field.description else None
    error_id = f"{field.id}-error" if field.errors else None
    return " ".join(id_ for id_ in (also, hint_id, error_id) if id_)


def _locale(locale: Locale | str | None = None) -> Locale:
    found = locale or wording.locale() or "en"
    return found if isinstance(found, Locale) else _parsed(found.replace("-", "_"))


@lru_cache(maxsize=1000)  # Babel looks through a thousand locales for each
def _parsed(tag: str) -> Locale:
    return Locale.parse(tag)


def _offered() -> Iterable[str]:
    return current_app.config.get("LANGUAGES", ("en", "zh_CN", "ja", "ar"))


def _this_page(**changes: str) -> str:
    if request.endpoint is None:  # a page that does not exist is shown in the visitor's language too
        return request.script_root + "/?" + "&".join(f"{name}={value}" for name, value in changes.items())
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in changes}
    return url_for(request.endpoint, **(request.view_args or {}), **kept, **changes)
