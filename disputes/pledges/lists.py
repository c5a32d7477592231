"""Taking over a district's list of promising shops from CSV: every row is judged, and nothing is taken over while one is wrong."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.merchants import queries as shops
from disputes.merchants.models import Shop
from disputes.pledges import commands, queries
from disputes.pledges.commands import PledgeRefused
from disputes.pledges.models import Pledge
from disputes.rules.goods import GoodsClass
from disputes.rules.packages import Means
from disputes.rules.pledges import Way
from disputes.rules.publishing import LONGEST_DAYS, LONGEST_REFUND_DAYS, Promise, Reach

MOST_ROWS = 5000
NEEDED = ("shop_code", "days", "goods_zh", "since")
COLUMNS = (*NEEDED, "goods_en", "covered", "ways", "refund_days", "means", "exclusions_zh")
SEPARATOR = "|"


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row: its number as a spreadsheet counts, the column, and a code."""

    row: int
    column: str
    code: str


@dataclass
class Judged:
    """A list that was read: what would be taken over, what is there already, and what is wrong."""

    new: list[tuple[Shop, date, Promise]] = field(default_factory=list)
    known: int = 0
    faults: list[Fault] = field(default_factory=list)


def judge(content: bytes) -> Judged:
    """Read a list, in UTF-8 or in GB 18030 as spreadsheets in China write it. A shop with a promise that stands is left as it is."""
    found = Judged()
    text = _decoded(content)
    if text is None:
        found.faults.append(Fault(1, "", "unreadable"))
        return found
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        found.faults += [Fault(1, name, "column_missing") for name in missing]
        return found
    seen: set[str] = set()
    try:
        for number, row in enumerate(reader, start=2):
            if number > MOST_ROWS + 1:
                found.faults.append(Fault(number, "", "too_many_rows"))
                break
            _judge_row(found, number, {name: (row.get(name) or "").strip() for name in COLUMNS}, seen)
    except csv.Error:
        found.faults.append(Fault(reader.line_num, "", "unreadable"))
    return found


def take_over(judged: Judged, by: Actor) -> list[Pledge]:
    """Publish what a list without faults holds, each from the day it names. Refused with the first fault otherwise."""
    if judged.faults:
        raise PledgeRefused("list_has_faults")
    made = []
    for shop, since, promise in judged.new:
        pledge = commands.draft_pledge(shop.merchant, by, promise, source="list")
        commands.publish(pledge, by, since, since_long=True)
        made.append(pledge)
    return made


def _judge_row(found: Judged, number: int, row: dict[str, str], seen: set[str]) -> None:
    faults = []
    shop = shops.shop_by_code(row["shop_code"]) if row["shop_code"] else None
    if shop is None:
        faults.append(Fault(number, "shop_code", "no_such_shop"))
    elif shop.code in seen:
        faults.append(Fault(number, "shop_code", "twice"))
    days, since = _whole(row["days"], LONGEST_DAYS), _day(row["since"])
    refund_days = _whole(row["refund_days"], LONGEST_REFUND_DAYS) if row["refund_days"] else None
    if days is None:
        faults.append(Fault(number, "days", "no_number"))
    if row["refund_days"] and refund_days is None:
        faults.append(Fault(number, "refund_days", "no_number"))
    if since is None:
        faults.append(Fault(number, "since", "no_day"))
    if not row["goods_zh"]:
        faults.append(Fault(number, "goods_zh", "empty"))
    codes = {}
    for name, kind in (("covered", GoodsClass), ("ways", Way), ("means", Means)):
        given = [code.strip() for code in row[name].split(SEPARATOR) if code.strip()]
        if set(given) - {str(each) for each in kind}:
            faults.append(Fault(number, name, "no_such_code"))
        codes[name] = given
    found.faults += faults
    if faults or shop is None or days is None or since is None:
        return
    seen.add(shop.code)
    if queries.version_on(shop.id, clock.today()) is not None:
        found.known += 1
        return
    ways = frozenset(map(Way, codes["ways"])) or frozenset({Way.SHOP})
    promise = Promise(
        days=days, goods_zh=row["goods_zh"], goods_en=row["goods_en"], exclusions_zh=row["exclusions_zh"],
        covered=frozenset(map(GoodsClass, codes["covered"])), ways=ways, refund_days=refund_days,
        reach=Reach.EVERYWHERE if Way.BRANCH in ways else None,
        means=tuple(map(Means, codes["means"])), shop_ids=frozenset({shop.id}),
    )  # fmt: skip
    found.new.append((shop, since, promise))


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _whole(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
