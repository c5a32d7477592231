"""Deadline rows: started from a clock and a rule, ended by a step, ordered by what is left before the departure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from disputes import clock, rows
from disputes.cases import promises
from disputes.cases.models import Case, CaseEvent, Deadline
from disputes.law import queries as law
from disputes.notifications import outbox
from disputes.rules import service
from disputes.rules.calendar import Calendar
from disputes.rules.clocks import BY_NAME, LADDER, Clock, ClockName
from disputes.rules.lifecycle import Kind, Role, State
from disputes.rules.promises import Cause
from disputes.rules.rulebook import Due


def start(case: Case, wiring: Clock, event: CaseEvent, promised: date | None = None) -> Deadline:
    """Start the clock's deadline for this case at the event's moment, and plan its first reminder; the caller writes the row."""
    standard = law.standard(wiring.rule, event.at)
    calendar = law.calendar()
    due = _due(case, wiring, standard, event.at, calendar, promised)
    deadline = Deadline(
        case_id=case.id,
        clock=wiring.name,
        owes=wiring.owes,
        rule_id=standard.rule_id,
        rule_version=standard.version,
        calendar_version=calendar.version,
        started_by_id=event.id,
        started_at=event.at,
        due_on=due.due_on,
        due_at=due.due_at,
        provisional=due.provisional,
        lines=due.rows(),
    )
    rows.hang(deadline, "case", case, "deadlines")
    deadline.remind_at = next_reminder(deadline, event.at)
    return deadline


def end(deadline: Deadline, ending: str, event: CaseEvent | None = None, at: datetime | None = None) -> None:
    """End a running deadline as ``met``, ``lapsed`` or ``cancelled``; its unsent reminders go with it.

    ``at`` is the moment of what ended it, where that was recorded later.
    """
    deadline.ended_at = at or clock.now()
    deadline.paused_since = None
    deadline.ending = ending
    deadline.ended_by_id = event.id if event else None
    deadline.fault = None
    promises.settle(deadline, deadline.case, event)
    if deadline.stage:
        outbox.cancel_reminders(deadline.id)


def replan(case: Case) -> list[dict[str, Any]]:
    """Count every running service clock of the case anew, as after a change of the departure; returns what moved, for the history.

    Counted from its own start. Where that would already be over, it is counted from now: nobody is made late by news.
    What the parties promised each other (the performance of a settlement) stays. Unsent reminders of a moved deadline go.
    """
    now, calendar, moved = clock.now(), law.calendar(), []
    for deadline in case.running_deadlines:
        standard = standard_of(deadline)
        if standard is None or standard.cap is not None:
            continue
        due = counted_anew(case, deadline, standard, calendar, now)
        if due.due_at != deadline.due_at:
            moved.append(move(deadline, due, Cause.DEPARTURE, now))
    return moved


def standard_of(deadline: Deadline) -> service.ServiceStandard | None:
    """The version of the service standard that a deadline was counted by; None where the law counts it."""
    return law.standard_version(deadline.rule_id, deadline.rule_version)


def counted_anew(
    case: Case, deadline: Deadline, standard: service.ServiceStandard, calendar: Calendar, now: datetime
) -> Due:
    """When a running service clock is over under this version and calendar: from its own start, or from now where that is over."""
    due = due_from(case, deadline, standard, calendar, deadline.started_at)
    return due if due.due_at > now else due_from(case, deadline, standard, calendar, now)


def due_from(
    case: Case, deadline: Deadline, standard: service.ServiceStandard, calendar: Calendar, began: datetime
) -> Due:
    """When a running service clock is over, counted from this moment."""
    return _due(case, BY_NAME[ClockName(deadline.clock)], standard, began, calendar, None)


def move(deadline: Deadline, due: Due, cause: Cause, now: datetime) -> dict[str, Any]:
    """Give a running deadline another moment and say what moved, for the history; reminders that are no longer true go."""
    moved = {"clock": deadline.clock, "from": deadline.due_at.isoformat(), "to": due.due_at.isoformat()}
    if due.due_at != deadline.due_at:
        promises.renegotiate(deadline, cause, now)
        outbox.cancel_reminders(deadline.id)
    take_over(deadline, due)
    deadline.stage = sum(at <= now for at in reminder_moments(deadline))
    deadline.remind_at = next_reminder(deadline, now)
    return moved


def take_over(deadline: Deadline, due: Due) -> None:
    """Write a count into its row."""
    deadline.due_on, deadline.due_at, deadline.provisional = due.due_on, due.due_at, due.provisional
    deadline.lines, deadline.calendar_version, deadline.rule_version = (
        due.rows(),
        due.calendar_version,
        due.rule_version,
    )


def next_reminder(deadline: Deadline, after: datetime) -> datetime | None:
    """The moment of the next reminder after ``after``, or None when no further one is planned before the due moment."""
    return next((at for at in reminder_moments(deadline) if at > after), None)


def reminder_moments(deadline: Deadline) -> list[datetime]:
    """All moments at which the one who owes is reminded: shares of the length, or the days its standard names."""
    standard = standard_of(deadline)
    if standard is None:
        return []  # an authority is not reminded by us
    if _widened(deadline.case, BY_NAME[ClockName(deadline.clock)], deadline.started_at):
        return []  # being told again is the reminder
    if standard.asked_on_days:
        return [at for at in service.asks(standard, deadline.started_at) if at > deadline.started_at]
    return list(service.reminders(deadline.started_at, deadline.due_at))


def waiting_on(case: Case) -> Role | None:
    """Who owes the next thing: the one whose running deadline comes first; the duty officer while no clock runs."""
    running = case.ladder_deadlines
    if running:
        return Role(min(running, key=lambda d: d.due_at).owes)
    if case.state == State.CLOSED:
        return None
    return Role.SYSTEM if case.state == State.RECEIVED else Role.OFFICER


def slack_at(case: Case, now: datetime) -> datetime:
    """The last moment at which the remaining rungs of the ladder still end before the departure (design section 5).

    The rungs are laid one after the other, each taking all its time: measured each for itself, a night would count for
    every rung, and somebody who leaves in six days would come before somebody who leaves in five hours. Once the tourist has
    left, nothing is won by hurrying before those who are still here: the case stands where an unknown departure does.
    """
    ahead = case.departure_at if case.departure_at is not None and case.departure_at > now else None
    running = {ClockName(d.clock): d for d in case.running_deadlines}
    at, lengths = now, []
    # What was reported as carried out needs nobody but the tourist, who has time for it after the departure too.
    rungs = () if ClockName.CONFIRMATION in running else LADDER[Kind(case.kind)][State(case.state)]
    for name in rungs:
        wiring = BY_NAME[name]
        if name in running:
            due_at = max(running[name].due_at, at)
        else:
            due_at = _due(case, wiring, law.standard(wiring.rule, now), at, law.calendar(), None).due_at
        lengths.append(due_at - at)
        at = due_at
    return service.slack_at(ahead, case.filed_at, lengths)


def ends_before_departure(case: Case, now: datetime) -> bool | None:
    """Whether the whole ladder can end before the tourist leaves; None when no departure is known."""
    return None if case.departure_at is None else slack_at(case, now) >= now


def _due(case: Case, wiring: Clock, standard: Any, started_at: datetime, calendar: Any, promised: date | None) -> Due:
    takes_promise = promised is not None and standard.cap is not None
    return service.due(
        standard,
        started_at,
        case.departure_at,
        calendar,
        opening=_opening(case, wiring),
        promised_on=promised if takes_promise else None,
        at_least=_widened(case, wiring, started_at),
    )


def _widened(case: Case, wiring: Clock, started_at: datetime) -> timedelta | None:
    """Twice the last length for a clock that lapsed and starts again by its own lapse; None for every other.

    Whoever did not act after the first alert is told again, but not every quarter of an hour.
    """
    if wiring.on_lapse not in wiring.starts_on:
        return None
    before = [d for d in case.deadlines if d.clock == wiring.name and d.ending == "lapsed" and d.ended_at == started_at]
    return max((2 * (d.due_at - d.started_at) for d in before), default=None)


def _opening(case: Case, wiring: Clock) -> service.Hours | None:
    if wiring.owes is Role.MERCHANT and case.shop is not None:
        return service.Hours(case.shop.opens, case.shop.closes)
    return None
