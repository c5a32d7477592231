"""The routing tables: which one is in force, what older ones said, and how a new one comes into force."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from disputes import clock
from disputes.db import db
from disputes.law import commands, queries, routing_file
from disputes.law.models import RoutingRuleRow, RoutingTableRow
from disputes.law.routing_file import TableRefused
from disputes.rules.routing import Body, Known, Level, Part, RoutingRule, RoutingTable
from disputes.rules.rulebook import RuleError, Standing

SEEDS_SAY = "seeds"
_kept: tuple[str, tuple[RoutingTable, ...]] | None = None  # what this process read last, under the law's stamp
_older: tuple[str, dict[int, RoutingTable]] = ("", {})


class NoTable(RuleError):
    """No routing table is in force: the seeds were never loaded."""


def current(at: datetime | None = None) -> RoutingTable:
    """The table in force at a moment, by default now. Read and compiled once per process, until the law's stamp changes.

    For a moment before all of them the oldest one speaks, so that no case is ever left without a place.
    """
    moment = at or clock.now()
    known = [table for table in _in_force() if table.in_force_from is not None]
    for table in known:
        if table.in_force_from is not None and table.in_force_from <= moment:
            return table
    if known:
        return known[-1]
    raise NoTable("No routing table is in force; run `disputes seed`.")


def version(number: int) -> RoutingTable | None:
    """A version by its number, as a case names it."""
    global _older
    stamp = queries.stamp()
    if _older[0] != stamp:
        _older = (stamp, {})
    if number not in _older[1]:
        row = db.session.scalars(_rows().where(RoutingTableRow.version == number)).one_or_none()
        if row is None:
            return None
        _older[1][number] = _table(row)
    return _older[1][number]


def versions() -> list[RoutingTableRow]:
    """Every version, the newest first."""
    return list(db.session.scalars(_rows().order_by(RoutingTableRow.version.desc())))


def load(known: Known) -> bool:
    """Bring in the table of the seeds; False when it is known already.

    It comes into force by itself only while every version so far came from the seeds: what a supervisor put in force is
    never replaced by an update of the program. Then it lies among the versions, for a supervisor to look at.
    """
    seed = routing_file.seed(known)
    commands.lock()
    stored = versions()
    if any(_same(_table(row), seed) for row in stored):
        return False
    untouched = all(row.by == SEEDS_SAY for row in stored)
    from_when = (
        (max(seed.in_force_from or clock.now(), clock.now()) if stored else seed.in_force_from) if untouched else None
    )
    _add(replace(seed, in_force_from=from_when), SEEDS_SAY)
    return True


def put_in_force(text: str, known: Known, by: str, *, at: datetime | None = None, note: str = "") -> RoutingTable:
    """Make this table the one in force from ``at`` (default now) on. Earlier versions stay as they were.

    Raises TableRefused for a table that cannot be right, says nothing new, or would begin in the past.
    """
    table = routing_file.read(text, known)
    commands.lock()
    now = clock.now()
    moment = at or now
    if moment < now:
        raise TableRefused(["A table comes into force now or later, never in the past."])
    if _same(table, current(moment)):
        raise TableRefused(["The table says what the one in force says already."])
    return _add(replace(table, in_force_from=moment, note=note or table.note), by)


def _add(table: RoutingTable, by: str) -> RoutingTable:
    newest = db.session.scalar(select(func.max(RoutingTableRow.version))) or 0
    before = version(newest) if newest else None
    made = routing_file.numbered(table, before, newest + 1)
    row = RoutingTableRow(
        version=made.version, in_force_from=made.in_force_from, loaded_at=clock.now(), by=by, source=made.source, note=made.note,
        bodies=[{**vars(body), "standing": body.standing.value} for body in made.bodies],
        rules=[_columns(number, rule) for number, rule in enumerate(made.rules, 1)],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    commands.changed()
    return made


def _same(one: RoutingTable, other: RoutingTable) -> bool:
    return [(r.id, r.content) for r in one.rules] == [
        (r.id, r.content) for r in other.rules
    ] and one.bodies == other.bodies


def _in_force() -> tuple[RoutingTable, ...]:
    """The versions that have or will have force, the latest to begin first."""
    global _kept
    stamp = queries.stamp()
    if _kept is None or _kept[0] != stamp:
        rows = db.session.scalars(
            _rows()
            .where(RoutingTableRow.in_force_from.is_not(None))
            .order_by(RoutingTableRow.in_force_from.desc(), RoutingTableRow.version.desc())
            .limit(20)
        )
        _kept = (stamp, tuple(_table(row) for row in rows))
    return _kept[1]


def _rows() -> Any:
    return select(RoutingTableRow).options(selectinload(RoutingTableRow.rules))


def _columns(number: int, rule: RoutingRule) -> RoutingRuleRow:
    return RoutingRuleRow(
        position=number, part=rule.part.value, rule_id=rule.id, rule_version=rule.version,
        conditions={name: list(values) for name, values in rule.when}, gives=rule.gives,
        level=rule.level.value if rule.level else None, line=rule.line, also=list(rule.also), instrument=rule.instrument,
        standing=rule.standing.value, reason_en=rule.reason_en, reason_zh=rule.reason_zh, source=rule.source,
    )  # fmt: skip


def _table(row: RoutingTableRow) -> RoutingTable:
    bodies = tuple(Body(**{**body, "standing": Standing(body["standing"])}) for body in row.bodies)
    return RoutingTable(
        row.version, tuple(_rule(each) for each in row.rules), bodies, row.in_force_from, row.source, row.note
    )


def _rule(row: RoutingRuleRow) -> RoutingRule:
    when = tuple((name, tuple(values)) for name, values in sorted(row.conditions.items()))
    return RoutingRule(
        row.rule_id, row.rule_version, Part(row.part), when, row.gives, row.reason_en, row.reason_zh,
        Level(row.level) if row.level else None, row.line, tuple(row.also), row.instrument, Standing(row.standing), row.source,
    )  # fmt: skip
