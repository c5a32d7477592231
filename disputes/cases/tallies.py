"""Counting once in a while what pages show: how many promises were kept, and how earlier cases ended.

A page reads a few rows of what was counted, however many cases there are, and says as of when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, text, true
from sqlalchemy.dialects.postgresql import insert

from disputes import clock
from disputes.cases.tally_models import OddsCount, PromiseCount, Tally
from disputes.db import db, transaction
from disputes.rules import odds as likeness
from disputes.rules import promises as rules
from disputes.rules.lifecycle import RESOLVED_OUTCOMES
from disputes.rules.odds import BANDS, LOOKED_BACK, NOT_COMPARED, Odds
from disputes.rules.rulebook import local_day

PROMISES, ODDS = "promises", "odds"
EVERY_DAY = timedelta(hours=20)  # the odds are worked out over a year's cases, so once a day is enough
SHOWN = timedelta(days=90)  # kept rates look back this far
FIRST_DAY = date(2000, 1, 1)


# --- counting


def refresh() -> list[str]:
    """Count anew what is due; the names of what was counted. Two workers at once do it once."""
    return [name for name, count in ((PROMISES, _count_promises), (ODDS, _count_odds)) if _counted(name, count)]


def _counted(name: str, count: Callable[[Tally, datetime], bool]) -> bool:
    with transaction():
        db.session.execute(insert(Tally).values(name=name).on_conflict_do_nothing())
        tally = db.session.scalars(
            select(Tally).where(Tally.name == name).with_for_update(skip_locked=True)
        ).one_or_none()
        if tally is None:
            return False
        now = clock.now()
        if not count(tally, now):
            return False
        tally.counted_at, tally.counted_to = now, local_day(now)
    return True


def _count_promises(tally: Tally, now: datetime) -> bool:
    """Count the days since the last time; the day that was under way then is counted again."""
    since = tally.counted_to or FIRST_DAY
    db.session.execute(delete(PromiseCount).where(PromiseCount.day >= since))
    db.session.execute(
        text("""
            INSERT INTO promise_counts (day, clock, owes, office_id, officer_id, merchant_id, kept, broken, renegotiated)
            SELECT (ended_at AT TIME ZONE 'Asia/Shanghai')::date, clock, owner, office_id, officer_id, merchant_id,
                   count(*) FILTER (WHERE fate = 'kept'), count(*) FILTER (WHERE fate = 'broken'),
                   count(*) FILTER (WHERE fate = 'renegotiated')
              FROM promises
             WHERE fate IS NOT NULL AND fate <> 'released'
               AND ended_at >= (CAST(:since AS date))::timestamp AT TIME ZONE 'Asia/Shanghai'
             GROUP BY 1, 2, 3, 4, 5, 6
        """),
        {"since": since},
    )
    return True


def _count_odds(tally: Tally, now: datetime) -> bool:
    """Work out the odds over the cases of a year whose tourist has left by now.

    Left out are emergencies, cases that say nothing about others, and those whose departure was not known. A case that was
    still open when its tourist left counts as not ended, also while it is open: without those the odds would flatter.
    """
    if tally.counted_at is not None and timedelta() <= now - tally.counted_at < EVERY_DAY:
        return False
    db.session.execute(delete(OddsCount))
    db.session.execute(
        text(f"""
            INSERT INTO odds_counts (category, trade, region, band, cases, ended)
            SELECT category, trade, region, {_BAND}, count(*),
                   count(*) FILTER (WHERE outcome = ANY(:resolved) AND closed_at <= leaves)
              FROM (SELECT c.category, q.trade, o.region, c.filed_at, c.closed_at, c.outcome,
                           COALESCE(c.departure_at, c.remote_since) AS leaves
                      FROM cases c JOIN complaints q ON q.case_id = c.id JOIN offices o ON o.id = c.office_id
                     WHERE c.kind = 'dispute' AND NOT c.emergency AND c.filed_at >= :since
                       AND (c.outcome IS NULL OR c.outcome <> ALL(:not_compared))) AS earlier
             WHERE leaves <= :now AND leaves > filed_at
             GROUP BY 1, 2, 3, 4
        """),  # noqa: S608  the bands are ours
        {
            "now": now,
            "since": now - LOOKED_BACK,
            "resolved": [str(o) for o in RESOLVED_OUTCOMES],
            "not_compared": [str(o) for o in NOT_COMPARED],
        },
    )
    return True


_BAND = "CASE {} ELSE {} END".format(
    " ".join(
        f"WHEN leaves - filed_at <= interval '{bound // timedelta(minutes=1)} minutes' THEN {place}"
        for place, bound in enumerate(BANDS)
        if bound is not None
    ),
    len(BANDS) - 1,
)


# --- odds


@dataclass(frozen=True)
class Told:
    """Odds, and the moment as of which they were counted."""

    odds: Odds
    counted_at: datetime


def odds_for(now: datetime, departure_at: datetime | None, category: str, trade: str, region: str) -> Told | None:
    """How cases like this one ended before the departure; None without a departure ahead, or where there were too few."""
    band = likeness.band_of(None if departure_at is None else departure_at - now)
    counted_at = db.session.scalar(select(Tally.counted_at).where(Tally.name == ODDS)) if band is not None else None
    if band is None or counted_at is None:
        return None
    wanted = likeness.like(category, trade, region)
    sums = [func.coalesce(func.sum(c).filter(_is(w)), 0) for w in wanted.values() for c in _SUMMED]
    row = db.session.execute(select(*sums).where(OddsCount.band == band)).one()
    counted = {name: (int(row[2 * n]), int(row[2 * n + 1])) for n, name in enumerate(wanted)}
    found = likeness.odds(counted, band)
    return Told(found, counted_at) if found else None


_SUMMED = (OddsCount.cases, OddsCount.ended)


def _is(wanted) -> ColumnElement[bool]:  # type: ignore[no-untyped-def]
    return and_(true(), *(getattr(OddsCount, name) == value for name, value in wanted.items()))


# --- kept promises


@dataclass(frozen=True)
class Kept:
    """The promises of one owner, or about one clock, that ended in the last ninety days."""

    owner_id: int | None
    clock: str | None
    kept: int
    broken: int
    renegotiated: int

    @property
    def rate(self) -> float | None:
        """The share that was kept; None while there are too few to say."""
        return rules.rate(self.kept, self.broken)

    @property
    def told(self) -> int:
        """How many were kept or broken: what the share is of."""
        return self.kept + self.broken


def kept_by_office() -> list[Kept]:
    """What each office promised itself: by its officers and its supervisor."""
    return _kept((PromiseCount.office_id,), PromiseCount.owes.in_(rules.STAFF))


def kept_by_officer(office_id: int | None) -> list[Kept]:
    """What the officers of an office promised; promises of a case that nobody had are the office's alone."""
    return _kept(
        (PromiseCount.officer_id,),
        PromiseCount.owes == "officer",
        PromiseCount.office_id == office_id,
        PromiseCount.officer_id.is_not(None),
    )


def kept_by_clock(office_id: int | None) -> list[Kept]:
    """What was promised in the cases of an office, clock by clock, whoever owed it; the tourists' own are not told."""
    return _kept((PromiseCount.clock,), PromiseCount.office_id == office_id, PromiseCount.owes != "tourist")


def kept_by_merchant(office_id: int | None, limit: int = 50) -> list[Kept]:
    """What merchants promised in the cases of an office: those that broke the most first."""
    return _kept(
        (PromiseCount.merchant_id,),
        PromiseCount.office_id == office_id,
        PromiseCount.merchant_id.is_not(None),
        limit=limit,
    )


def kept_of_merchant(merchant_id: int | None) -> list[Kept]:
    """One merchant's own promises, clock by clock."""
    return _kept((PromiseCount.clock,), PromiseCount.merchant_id == merchant_id, PromiseCount.owes == "merchant")


def counted_at(name: str) -> datetime | None:
    """As of when this was counted; None before the first time."""
    return db.session.scalar(select(Tally.counted_at).where(Tally.name == name))


def _kept(group: tuple[ColumnElement[object], ...], *conditions: ColumnElement[bool], limit: int | None = None):  # type: ignore[no-untyped-def]
    broken = func.sum(PromiseCount.broken)
    query = (
        select(*group, func.sum(PromiseCount.kept), broken, func.sum(PromiseCount.renegotiated))
        .where(PromiseCount.day > local_day(clock.now() - SHOWN), *conditions)
        .group_by(*group)
        .order_by(broken.desc(), *group)
        .limit(limit)
    )
    found = []
    for key, kept, broke, renegotiated in db.session.execute(query):
        owner, name = (None, key) if isinstance(key, str) else (key, None)
        found.append(Kept(owner, name, int(kept), int(broke), int(renegotiated)))
    return found
