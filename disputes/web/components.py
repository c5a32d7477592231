"""What templates need to draw the shared components: language and direction, money, moments, and fixed addresses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal, get_currency_precision
from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from markupsafe import Markup
from wtforms import Field

CHINA = ZoneInfo("Asia/Shanghai")

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
    "merchant": "/merchant/",
    "staff": "/staff/",
}


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
    app.jinja_env.globals.update(
        china_day=china_day,
        china_moment=china_moment,
        currency_name=currency_name,
        date_order=date_order,
        duration_text=duration_text,
        ends_with_its_day=ends_with_its_day,
        group_attributes=group_attributes,
        input_attributes=input_attributes,
        lang_tag=lang_tag,
        language_links=language_links,
        language_name=language_name,
        last_china_day=last_china_day,
        machine_time=machine_time,
        money_text=money_text,
        number_text=number_text,
        place=place,
        text_direction=text_direction,
        zone_city=zone_city,
        zone_moment=zone_moment,
    )


def lang_tag(locale: Locale | str | None = None) -> str:
    """The BCP 47 tag of a locale for the `lang` attribute, as in `zh-CN`; without one, that of the page."""
    return str(locale or get_locale() or "en").replace("_", "-")


def text_direction(locale: Locale | str | None = None) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    return _locale(locale).text_direction


def language_name(code: str) -> str:
    """The name of a language in the language of the page, for "written in ..."."""
    name = Locale.parse(code.replace("-", "_")).get_display_name(_locale())
    return name or code


def language_links(codes: Iterable[str] = ()) -> list[LanguageLink]:
    """Every language on offer (or only `codes`) with the address of this page in it. Following one takes no step."""
    here = str(_locale())
    return [
        LanguageLink(lang_tag(code), OWN_NAMES[code], _this_page(lang=code), text_direction(code), code == here)
        for code in codes or _offered()
    ]


def place(name: str) -> str:
    """The address of one of the PLACES."""
    return request.script_root + PLACES[name]


def money_text(minor: int, currency: str) -> str:
    """An amount in minor units as people write it: `money_text(128050, "CNY")` is ¥1,280.50 or CN¥1,280.50."""
    precision = get_currency_precision(currency)
    return format_currency(minor / 10**precision, currency, locale=_locale())


def currency_name(code: str) -> str:
    """A currency as it stands beside an amount. The code is always there: ¥ alone is read as yen by some."""
    return "CNY ¥" if code == "CNY" else code


def number_text(number: float) -> str:
    return format_decimal(number, locale=_locale())


def ends_with_its_day(due_at: datetime) -> bool:
    """Whether a deadline runs to the end of a Chinese day (its exclusive end is midnight there) and not to an hour."""
    return due_at.astimezone(CHINA).timetz().replace(tzinfo=None) == time.min


def last_china_day(due_at: datetime) -> date:
    """The last day that belongs to a deadline whose exclusive end is given."""
    return (due_at.astimezone(CHINA) - timedelta(microseconds=1)).date()


def china_day(day: date | datetime) -> str:
    """A day with its weekday; a moment is first taken to China."""
    if isinstance(day, datetime):
        day = day.astimezone(CHINA).date()
    return format_date(day, "full", locale=_locale())


def china_moment(moment: datetime) -> str:
    """A moment in China: date and time of day."""
    return zone_moment(moment, "Asia/Shanghai")


def zone_moment(moment: datetime, zone: str) -> str:
    """A moment as the clocks of a zone show it: date and time of day."""
    locale = _locale()
    local = moment.astimezone(ZoneInfo(zone))
    # Babel joins date and time as the language does it; the short time leaves the seconds out.
    pattern = locale.datetime_formats["medium"]
    day, hour = format_date(local, "long", locale=locale), format_time(local, "short", locale=locale)
    return str(pattern).format(hour, day).replace("'", "")


def zone_city(zone: str) -> str:
    """The city or country by which a zone is known in the language of the page."""
    return get_timezone_location(ZoneInfo(zone), locale=_locale(), return_city=True)


def machine_time(moment: datetime) -> str:
    """The value of a `datetime` attribute: UTC to the second."""
    return format_datetime(moment.astimezone(UTC), "yyyy-MM-dd'T'HH:mm:ss'Z'", locale="en")


def duration_text(length: timedelta) -> str:
    """A length of time in its largest sensible unit: 40 minutes, 7 hours, 3 days."""
    return format_timedelta(length, threshold=1.5, locale=_locale())


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
    if field.type in ("StringField", "TextAreaField"):
        attributes["dir"] = "auto"
    names = {name: "class" if name == "class_" else name.rstrip("_").replace("_", "-") for name in given}
    attributes.update({names[name]: value for name, value in given.items()})
    return attributes


def group_attributes(field: Field, hint: str | None) -> Markup:
    """The same for a group of inputs, as attributes of its fieldset."""
    described = _described_by(field, hint)
    return Markup(' aria-describedby="{}"').format(described) if described else Markup("")


def _described_by(field: Field, hint: str | None, also: str | None = None) -> str:
    hint_id = f"{field.id}-hint" if hint or field.description else None
    error_id = f"{field.id}-error" if field.errors else None
    return " ".join(id_ for id_ in (also, hint_id, error_id) if id_)


def _locale(locale: Locale | str | None = None) -> Locale:
    found = locale or get_locale() or "en"
    return found if isinstance(found, Locale) else Locale.parse(found.replace("-", "_"))


def _offered() -> Iterable[str]:
    return current_app.config.get("LANGUAGES", ("en", "zh_CN", "ja", "ar"))


def _this_page(**changes: str) -> str:
    if request.endpoint is None:  # a page that does not exist is shown in the visitor's language too
        return request.script_root + "/?" + "&".join(f"{name}={value}" for name, value in changes.items())
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in changes}
    return url_for(request.endpoint, **(request.view_args or {}), **kept, **changes)
