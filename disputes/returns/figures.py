"""The public numbers of returns: how many were asked for and accepted in a district and trade, and how long the money took.

They are counted once for four whole quarters, thirty days after the last of them, so that the money of its last returns can be
in them; and nothing can be learned from the difference of two days. A number below five is never told.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from disputes import clock
from disputes.cases.tally_models import Tally
from disputes.db import db, transaction
from disputes.formats import CHINA
from disputes.pledges.open_data import LICENCE, LICENCE_URL
from disputes.returns.desk_models import ReturnFigure
from disputes.rules.rulebook import local_day

RETURNS = "returns"  # the name of this tally
LEAST = 5  # below it a number would lead to people
SETTLED_AFTER = timedelta(days=30)
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Row:
    """The figures of one district and trade as they may be told: None is a number below five."""

    division: str
    trade: str
    asked: int | None
    accepted: int | None
    days: int | None


@dataclass(frozen=True)
class Told:
    """All that is told: the days from and until which returns were asked for, and the rows."""

    since: date
    until: date
    rows: tuple[Row, ...]


def window(today: date) -> tuple[date, date]:
    """The first and last day of the four whole quarters that are counted on this day."""
    settled = today - SETTLED_AFTER
    after = date(
        settled.year, (settled.month - 1) // 3 * 3 + 1, 1
    )  # the first day of the quarter that is not counted yet
    return after.replace(year=after.year - 1), after - timedelta(days=1)


def refresh() -> bool:
    """Count what is due; False when it was counted already, or somebody else counts it just now."""
    with transaction():
        since, until = window(clock.today())
        db.session.execute(insert(Tally).values(name=RETURNS).on_conflict_do_nothing())
        row = db.session.scalars(
            select(Tally).where(Tally.name == RETURNS).with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None or row.counted_to == until:
            return False
        db.session.execute(delete(ReturnFigure).where(ReturnFigure.until == until))
        db.session.execute(
            _COUNT, {"until": until, "start": _midnight(since), "end": _midnight(until + timedelta(days=1))}
        )
        row.counted_at, row.counted_to = clock.now(), until
    return True


_COUNT = text("""
    INSERT INTO return_figures (until, division_code, trade, asked, accepted, paid, days)
    SELECT :until, s.division_code, s.trade, count(*),
           count(*) FILTER (WHERE r.decision = 'approved'),
           count(m.confirmed_at),
           ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM m.confirmed_at - r.declared_at) / 86400))
      FROM returns r JOIN cases c ON c.id = r.case_id JOIN shops s ON s.id = c.shop_id
      LEFT JOIN refunds m ON m.case_id = r.case_id AND m.confirmed_at IS NOT NULL
     WHERE r.declared_at >= :start AND r.declared_at < :end
     GROUP BY s.division_code, s.trade
""")


def told() -> Told | None:
    """The newest figures, without any that would lead to people; None while nothing was counted."""
    until = db.session.scalar(select(Tally.counted_to).where(Tally.name == RETURNS))
    if until is None:
        return None
    query = select(ReturnFigure).where(ReturnFigure.until == until)
    found = db.session.scalars(query.order_by(ReturnFigure.division_code, ReturnFigure.trade))
    rows = tuple(_told(figure) for figure in found)
    return Told(_since(until), until, rows)


def _told(figure: ReturnFigure) -> Row:
    asked = _enough(figure.asked)
    accepted = _enough(figure.accepted) if asked is not None else None
    # What was not accepted would follow from the two numbers, so it is kept back with them.
    if asked is not None and accepted is not None and 0 < asked - accepted < LEAST:
        accepted = None
    days = figure.days if figure.paid >= LEAST else None
    return Row(figure.division_code, figure.trade, asked, accepted, days)


def _enough(number: int) -> int | None:
    return number if number >= LEAST else None


def _since(until: date) -> date:
    return window(until + timedelta(days=1) + SETTLED_AFTER)[0]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


# --- as open data


@dataclass(frozen=True)
class Column:
    """One column of the file, and what it says."""

    name: str
    about: str
    value: Callable[[Told, Row], Any]


# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("since",       "First day on which a counted return was declared.",                           lambda t, r: t.since.isoformat()),
    Column("until",       "Last day on which a counted return was declared.",                            lambda t, r: t.until.isoformat()),
    Column("division",    "District or county of the shop, GB/T 2260.",                                  lambda t, r: r.division),
    Column("trade",       "Kind of business.",                                                           lambda t, r: r.trade),
    Column("asked",       "Returns declared; empty: fewer than five.",                                   lambda t, r: r.asked),
    Column("accepted",    "Of these approved; empty: fewer than five, or all but fewer than five.",      lambda t, r: r.accepted),
    Column("median_days", "Half of the refunds had reached the visitor after so many days, as visitors confirmed them; empty: fewer than five.", lambda t, r: r.days),
)
# fmt: on


def csv_rows(found: Told | None) -> Iterator[str]:
    """The figures as CSV, beginning with a byte order mark as the file of the promises does."""
    yield "\ufeff" + _line([column.name for column in COLUMNS])
    for row in found.rows if found is not None else ():
        yield _line(["" if (value := column.value(found, row)) is None else value for column in COLUMNS])


def as_json(found: Told | None, source: str) -> str:
    """The figures as JSON, with what they say."""
    rows = found.rows if found is not None else ()
    about = {
        "title": "Returns of goods bought by visitors in Chongqing and Sichuan",
        "source": source,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "schema_version": SCHEMA_VERSION,
        "counted_on": day.isoformat() if (day := counted_on()) else None,
        "columns": {column.name: column.about for column in COLUMNS},
    }
    return json.dumps(
        {"about": about, "returns": [{c.name: c.value(found, row) for c in COLUMNS} for row in rows]},
        ensure_ascii=False,
    )


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def counted_on() -> date | None:
    """The day on which the figures were counted."""
    at = db.session.scalar(select(Tally.counted_at).where(Tally.name == RETURNS))
    return local_day(at) if at is not None else None
