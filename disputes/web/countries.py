"""Countries and regions by name, in the reader's language and in the order of that language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from flask import Flask
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

# Parts of China that have codes of their own in ISO 3166 are named as what they are.
OWN_NAMES = {"HK": _l("Hong Kong, China"), "MO": _l("Macao, China"), "TW": _l("Taiwan, China")}
# In Babel's table, but no code of ISO 3166-1.
NOT_IN_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}

SUMMER_AND_WINTER = (datetime(2026, 1, 15), datetime(2026, 7, 15))  # noqa: DTZ001  local times, whatever the zone


def init_app(app: Flask) -> None:
    """Give templates ``country_name(code)``."""
    app.jinja_env.globals["country_name"] = country_name


def codes() -> list[str]:
    """All codes of ISO 3166-1 (alpha-2)."""
    return sorted(
        code for code in Locale("en").territories if len(code) == 2 and code.isalpha() and code not in NOT_IN_ISO
    )


def country_name(code: str | None) -> str:
    """The name of a country or region; nothing for None."""
    if not code:
        return ""
    return str(OWN_NAMES[code]) if code in OWN_NAMES else _locale().territories.get(code, code)


def options() -> list[tuple[str, str]]:
    """All of them as choices of a field, by name."""
    return sorted(((code, country_name(code)) for code in codes()), key=lambda pair: (pair[1].casefold(), pair[0]))


def _locale() -> Locale:
    return get_locale() or Locale("en")


@lru_cache
def only_zone(code: str | None) -> str | None:
    """The time zone of a country or region, where its clocks all show the same time; None where they do not, or for None."""
    zones = [zone for zone, territory in get_global("zone_territories").items() if territory == code]
    shown = {tuple(ZoneInfo(zone).utcoffset(moment) for moment in SUMMER_AND_WINTER) for zone in zones}
    return zones[0] if len(shown) == 1 else None
