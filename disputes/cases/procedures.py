"""The deadlines of an authority: brought to what the recorded facts say, by replaying all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from disputes import clock
from disputes.cases import deadlines, promises
from disputes.cases.authority_models import AuthorityFact
from disputes.cases.models import Case, CaseEvent, Deadline, Referral
from disputes.db import db
from disputes.law import queries as law
from disputes.rules import procedure
from disputes.rules.clocks import BY_NAME
from disputes.rules.procedure import Fact, FactKind, ProcedureClock, Run
from disputes.rules.promises import Cause
from disputes.rules.rulebook import Due, NotInForce, Rule, Unit, end_of, midnight

NEW = 2**62
"""Stands for the number of a fact that is being recorded: later than all others of its day."""


@dataclass(frozen=True)
class Planned:
    """One run of a clock and its row, if it has one already."""

    run: Run
    due: Due
    row: Deadline | None

    @property
    def ending(self) -> str | None:
        """How this run ended; None while it goes on."""
        if self.run.replaced:
            return "cancelled"
        if self.run.ended is None:
            return None
        return "met" if self.run.ended.on <= self.due.due_on else "lapsed"


@dataclass(frozen=True)
class Plan:
    """What the deadlines of an authority have to become, and which rows no fact stands behind any more."""

    runs: tuple[Planned, ...]
    gone: tuple[Deadline, ...]

    @property
    def moved(self) -> list[dict[str, Any]]:
        """What moves, for the history."""
        return [
            {"clock": each.row.clock, "from": each.row.due_at.isoformat(), "to": each.due.due_at.isoformat()}
            for each in self.runs
            if each.row is not None and each.row.due_at != each.due.due_at
        ]


def facts_of(referral: Referral) -> list[AuthorityFact]:
    """What stands recorded of this referral, in the order of recording."""
    query = select(AuthorityFact).where(AuthorityFact.referral_id == referral.id, AuthorityFact.removed_at.is_(None))
    return list(db.session.scalars(query.order_by(AuthorityFact.id)))


def all_facts(case: Case) -> list[AuthorityFact]:
    """Everything that was recorded of authorities in this case, what was taken back included."""
    return list(
        db.session.scalars(select(AuthorityFact).where(AuthorityFact.case_id == case.id).order_by(AuthorityFact.id))
    )


def clocks_of(case: Case, referral: Referral) -> tuple[ProcedureClock, ...]:
    """The clocks of the procedure before the authority that has this case."""
    return procedure.clocks_of(referral.authority_code, case.tourist.country, case.office.region)


def as_facts(rows: Iterable[AuthorityFact]) -> list[Fact]:
    """Rows as the pure functions read them."""
    return [
        Fact(row.id, FactKind(row.kind), row.on, row.until, row.length, Unit(row.unit) if row.unit else None)
        for row in rows
    ]


def plan(case: Case, referral: Referral, facts: Sequence[Fact]) -> Plan:
    """What these facts make of the authority's deadlines. Raises CannotCount where they cannot be counted."""
    of_referral = {fact.id for fact in all_facts(case) if fact.referral_id == referral.id}
    rows = {(d.clock, d.fact_id): d for d in case.deadlines if d.fact_id in of_referral}
    found = []
    for run in procedure.replay(clocks_of(case, referral), facts):
        rule = rule_of(run, facts)
        if rule is not None:
            due = procedure.due_of(run, rule, law.calendar(), clock.today())
            found.append(Planned(run, due, rows.pop((run.clock.name, run.started.id), None)))
    return Plan(tuple(found), tuple(rows.values()))


def rule_of(run: Run, facts: Sequence[Fact]) -> Rule | None:
    """The version for the day on which the competent body received the complaint; None where the law knew no period then."""
    try:
        return law.rule(run.clock.rule, procedure.received_on(facts) or run.started.on)
    except NotInForce:
        return None


def rule_by(planned: Planned) -> Rule | None:
    """The rule by which a planned run is counted."""
    return law.rule_version(planned.due.rule_id, planned.due.rule_version)


def carry_out(case: Case, referral: Referral, wanted: Plan, event: CaseEvent, new: AuthorityFact | None = None) -> None:
    """Start, move, end and revive the rows as planned; ``new`` is the fact that the step recorded."""
    now = clock.now()
    for row in wanted.gone:
        if row.ended_at is None:
            deadlines.end(row, "cancelled", event)
    for each in sorted(wanted.runs, key=lambda p: p.ending is None):  # ends first: a clock runs once at a time
        row = each.row or _started(case, referral, each, event, new)
        if each.row is not None:
            _brought(row, each, now)
        if each.ending is None:
            row.paused_since = each.run.paused_since
        elif row.ending != each.ending:
            at = now if each.run.ended is None else min(now, end_of(each.run.ended.on) - timedelta(seconds=1))
            deadlines.end(row, each.ending, event, at)
        db.session.flush()
    case.waiting_on = deadlines.waiting_on(case)
    case.slack_at = deadlines.slack_at(case, now)


def next_date(wanted: Plan) -> dict[str, Any]:
    """What a letter says of the date that now binds the authority, in place of our own; nothing when there is none."""
    running = [each for each in wanted.runs if each.ending is None]
    first = min(running, key=lambda each: each.due.due_at, default=None)
    if first is None:
        return {}
    return {
        "clock": first.run.clock.name,
        "owes": BY_NAME[first.run.clock.name].owes,
        "due_at": first.due.due_at.isoformat(),
        "due_on": first.due.due_on.isoformat(),
        "provisional": first.due.provisional,
        "yours": False,
        "promise": _promised(first),
    }


def _promised(planned: Planned) -> str | None:
    """The promise that this date will be: of a row that is there its present or next plan; None for one that begins with the step."""
    row = planned.row
    return None if row is None else promises.key(row, row.version + (row.due_at != planned.due.due_at))


def counted_today(deadline: Deadline) -> Due | None:
    """An authority's running deadline counted anew, with the calendar and the day of today; None when no fact gives it."""
    case = deadline.case
    fact = db.session.get_one(AuthorityFact, deadline.fact_id)
    referral = db.session.get_one(Referral, fact.referral_id)
    facts = as_facts(facts_of(referral))
    for run in procedure.replay(clocks_of(case, referral), facts):
        if (run.clock.name, run.started.id) == (deadline.clock, deadline.fact_id):
            rule = law.rule_version(deadline.rule_id, deadline.rule_version)
            return procedure.due_of(run, rule, law.calendar(), clock.today()) if rule else None
    return None


def still_paused(deadline: Deadline) -> bool:
    """Whether a deadline that seems due is paused; its day then moves on, as the days of a pause do not count."""
    if deadline.paused_since is None:
        return False
    due = counted_today(deadline)
    if due is None or due.due_at <= clock.now():
        return False
    if due.due_at != deadline.due_at:
        promises.renegotiate(deadline, Cause.PAUSE, clock.now())
    deadlines.take_over(deadline, due)
    return True


def _started(case: Case, referral: Referral, planned: Planned, event: CaseEvent, new: AuthorityFact | None) -> Deadline:
    fact, wiring = planned.run.started, BY_NAME[planned.run.clock.name]
    received = fact.kind is FactKind.RECEIVED and new is not None and referral.received_at
    row = Deadline(
        case=case,
        clock=wiring.name,
        owes=wiring.owes,
        rule_id=planned.due.rule_id,
        rule_version=planned.due.rule_version,
        calendar_version=planned.due.calendar_version,
        started_by_id=event.id,
        started_at=received if received else midnight(fact.on),
        fact_id=new.id if fact.id == NEW and new is not None else fact.id,
        due_on=planned.due.due_on,
        due_at=planned.due.due_at,
        provisional=planned.due.provisional,
        lines=planned.due.rows(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _brought(row: Deadline, each: Planned, now: datetime) -> None:
    """A row that is there already: moved, and running again where what ended it is no longer true."""
    lapsed_rightly = row.ending == "lapsed" and each.due.due_at <= now
    if row.ended_at is not None and each.ending is None and not lapsed_rightly:
        row.ended_at = row.ending = row.ended_by_id = row.fate = None
        row.office_id = row.officer_id = row.merchant_id = row.next_try_at = None
        row.tries = 0
    if row.ended_at is None and row.due_at != each.due.due_at:
        promises.renegotiate(row, Cause.PAUSE, now)
    deadlines.take_over(row, each.due)
