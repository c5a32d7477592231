"""The register as open data: one row for each shop, the same columns in CSV and JSON, each of them described.

Columns are only ever added, at the end; a change of meaning is a new column. Codes are those of the interface.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from disputes.pledges.queries import Entry

LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
SCHEMA_VERSION = 1
FORMULAS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "＝",
    "＋",
    "－",
    "＠",
)  # what a spreadsheet may take for the beginning of one
SEPARATOR = "|"  # between the codes of a list in one cell of the CSV


@dataclass(frozen=True)
class Column:
    """One column: its name, what it says, and how it is taken from an entry."""

    name: str
    about: str
    value: Callable[[Entry], Any]


# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("shop_code",      "Code of the shop; its page is at /pledges/<code>.",                  lambda e: e.shop.code),
    Column("shop_zh",        "Name of the shop in Chinese.",                                       lambda e: e.shop.name_zh),
    Column("shop_en",        "Name of the shop in English; empty where none is known.",            lambda e: e.shop.name_en),
    Column("merchant_zh",    "Company that gives the promise.",                                    lambda e: e.shop.merchant.name_zh),
    Column("brand_zh",       "Brand or chain in whose name it is given; empty for the company's.", lambda e: e.pledge.brand_zh),
    Column("division",       "District or county, GB/T 2260.",                                     lambda e: e.shop.division_code),
    Column("district",       "Business district, where the shop lies in one.",                     lambda e: e.shop.district_code or ""),
    Column("address_zh",     "Address in Chinese.",                                                lambda e: e.shop.address_zh),
    Column("address_en",     "Address in English; empty where none is known.",                     lambda e: e.shop.address_en),
    Column("trade",          "Kind of business.",                                                  lambda e: e.shop.trade),
    Column("standing",       "in_force, upcoming or withdrawn, on the day of the file.",           lambda e: str(e.standing)),
    Column("broken",         "Whether a breach is on record that was not cleared.",                lambda e: e.is_broken),
    Column("breaches",       "Number of recorded breaches, cleared ones included.",                lambda e: len(e.breaches)),
    Column("pledge",         "Code of the promise.",                                               lambda e: e.pledge.code),
    Column("version",        "Number of the version that is described here.",                      lambda e: e.version.number),
    Column("applies_from",   "First day of purchase for which this version counts.",               lambda e: _day(e.version.applies_from)),
    Column("since",          "First day of purchase covered by any version of the promise.",       lambda e: _day(e.since)),
    Column("withdrawn_on",   "Last day of purchase that is covered; empty while the promise stands.", lambda e: _day(e.pledge.withdrawn_on)),
    Column("next_version_from", "First day of a newer version that is published already; else empty.", lambda e: _day(e.upcoming.applies_from if e.upcoming else None)),
    Column("days",           "Days for returning; the first day is not counted.",                  lambda e: e.version.days),
    Column("starts",         "What the days are counted from: purchase or receipt.",               lambda e: e.version.starts),
    Column("covered",        "Classes of goods covered; empty means all.",                         lambda e: e.version.covered),
    Column("excluded",       "Classes of goods left out.",                                         lambda e: e.version.excluded),
    Column("also_takes",     "Classes that stores usually leave out and this one takes back.",     lambda e: e.version.also_takes),
    Column("goods_zh",       "The goods in the merchant's words.",                                 lambda e: e.version.goods_zh),
    Column("goods_en",       "The same in English; may be empty.",                                 lambda e: e.version.goods_en),
    Column("exclusions_zh",  "What is left out, in the merchant's words.",                         lambda e: e.version.exclusions_zh),
    Column("exclusions_en",  "The same in English; may be empty.",                                 lambda e: e.version.exclusions_en),
    Column("condition",      "intact (unused) or resale (fit to be sold again).",                  lambda e: e.version.condition),
    Column("proof",          "invoice, any (invoice, receipt or payment record) or none.",         lambda e: e.version.proof),
    Column("ways",           "How goods come back: shop, branch, desk, parcel.",                   lambda e: e.version.ways),
    Column("desks",          "At which desks: mall, port (airport or station).",                   lambda e: e.version.desks),
    Column("freight",        "Who pays for a parcel: buyer or merchant.",                          lambda e: e.version.freight),
    Column("accepting_shops", "Codes of the other shops that take the goods back.",                lambda e: [s.code for s in e.accepting]),
    Column("refund_days",    "Days until the money is paid back; empty where none are named.",     lambda e: e.version.refund_days),
    Column("means",          "Ways in which the money comes back.",                                lambda e: e.version.means),
)
# fmt: on


def row(entry: Entry) -> dict[str, Any]:
    """An entry as the JSON file gives it."""
    return {column.name: column.value(entry) for column in COLUMNS}


def csv_rows(entries: Iterable[Entry]) -> Iterator[str]:
    """The CSV file line by line. Texts that a spreadsheet would take for a formula begin with an apostrophe.

    It begins with a byte order mark, without which spreadsheets in China read it in another encoding.
    """
    yield "\ufeff" + _line([column.name for column in COLUMNS])
    for entry in entries:
        yield _line([_cell(column.value(entry)) for column in COLUMNS])


def json_parts(entries: Iterable[Entry], made_at: datetime, source: str) -> Iterator[str]:
    """The JSON file in parts: about the file, then one shop a line."""
    about = {"about": description(made_at, source)}
    yield json.dumps(about, ensure_ascii=False)[:-1] + ', "shops": ['
    for number, entry in enumerate(entries):
        yield (",\n" if number else "\n") + json.dumps(row(entry), ensure_ascii=False)
    yield "\n]}\n"


def description(made_at: datetime, source: str) -> dict[str, Any]:
    """What the file is: licence, moment, columns."""
    return {
        "title": "Return promises of shops in Chongqing and Sichuan",
        "source": source,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "schema_version": SCHEMA_VERSION,
        "made_at": made_at.isoformat(timespec="seconds"),
        "columns": {column.name: column.about for column in COLUMNS},
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return SEPARATOR.join(map(str, value))
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return "'" + text if text.lstrip().startswith(FORMULAS) or text.startswith(FORMULAS) else text


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
