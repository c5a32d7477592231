"""Counting running deadlines again: after a change of the calendar, and where a supervisor applies a new service standard.

One transaction a case: dates, history, letters and cancelled reminders change together or not at all. What is left to do is
what the rows themselves still say (an older calendar, an older standard), so a process that dies leaves nothing half done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, false, or_, select, update

from disputes import clock
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import deadlines, letters, procedures, promises, queries
from disputes.cases.advance import advance
from disputes.cases.models import Case, CaseEvent, Deadline
from disputes.db import db, transaction
from disputes.law import queries as law
from disputes.law.models import Recount
from disputes.notifications import outbox
from disputes.rules.lifecycle import Action, Role
from disputes.rules.notices import DATE_CHANGED
from disputes.rules.promises import Cause
from disputes.rules.rulebook import Due, end_of

log = structlog.get_logger()

BATCH = 200
STILL_COMING = timedelta(minutes=10)
"""A transaction that read the old calendar is over by then; until then a recount is not declared finished."""

BY_THE_CALENDAR = ("working_day", "makeup_day", "weekend", "holiday", "festival", "provisional", "days")
"""Lines of a count that looked at the calendar; a clock of hours did not."""

Moved = list[dict[str, Any]]


def recount_next() -> bool:
    """Count again a batch of cases of the oldest recount that is open; False when there is nothing to do now."""
    with transaction():
        open_one = db.session.scalars(
            select(Recount).where(Recount.finished_at.is_(None)).order_by(Recount.id).limit(1)
        ).one_or_none()
        if open_one is None:
            return False
        recount_id, reason, by, made_at = open_one.id, open_one.reason, open_one.by, open_one.made_at
        left = _cases(_outdated(open_one))
        if not left and clock.now() - made_at >= STILL_COMING:
            open_one.finished_at = clock.now()
    done = [_count_case(case_id, recount_id, reason, by) for case_id in left]
    return any(done)


def run_all() -> tuple[int, int]:
    """Count everything again that is left, here and now; how many cases were counted and how many dates moved."""
    before = _totals()
    while recount_next():
        pass
    after = _totals()
    return after[0] - before[0], after[1] - before[1]


def replan_running(by: Actor) -> int:
    """A supervisor applies the service standards in force now to the clocks that run already. Returns how many cases it concerns.

    Only leaves word; the sweep carries it out, case by case, as a step of this supervisor.
    """
    concerned = len(_cases(_outdated_by_standard(), limit=None))
    if concerned:
        db.session.add(Recount(reason="standard", by=by.code, made_at=clock.now(), days=[]))
        db.session.flush()
    return concerned


def preview(limit: int) -> tuple[list[tuple[Case, Moved]], int]:
    """What a re-plan would move now, for the first cases, and how many cases it would look at in all. Changes nothing."""
    ids = _cases(_outdated_by_standard(), limit=None)
    now, found = clock.now(), []
    cases = db.session.scalars(select(Case).where(Case.id.in_(ids[:limit])).order_by(Case.id))
    for case in cases:
        planned = [(row, due) for row, due in _due_again(case, "standard", now) if due.due_at != row.due_at]
        moved = [_as_moved(row, due) for row, due in planned]
        if moved:
            found.append((case, moved))
    return found, len(ids)


def count_case(case: Case, reason: str, by: Actor) -> Moved:
    """Count this case's outdated deadlines again, with the case locked; what moved goes into the history and is told."""
    now = clock.now()
    cause = Cause.CALENDAR if reason == "calendar" else Cause.RULE
    moved: Moved = []
    for row, due in _due_again(case, reason, now):
        certain = row.provisional and not due.provisional
        if row.due_at == due.due_at:
            deadlines.take_over(row, due)
            if certain:
                moved.append({**_as_moved(row, due), "certain": True})
            continue
        moved.append(deadlines.move(row, due, cause, now))
    for row in case.running_deadlines if reason == "calendar" else ():
        row.calendar_version = law.calendar().version
    if moved:
        action = Action.RECOUNT if reason == "calendar" else Action.REPLAN
        details = {"why": reason, "calendar": law.calendar().version, "replanned": moved}
        _tell(case, advance(case, action, by, details=details), reason, moved)
    db.session.flush()
    return moved


def unfinished(since: timedelta) -> list[Recount]:
    """Recounts that have been open for longer than this."""
    query = select(Recount).where(Recount.finished_at.is_(None), Recount.made_at < clock.now() - since)
    return list(db.session.scalars(query.order_by(Recount.id)))


# --- what is left to do


def _outdated(recount: Recount) -> ColumnElement[bool]:
    if recount.reason == "standard":
        return _outdated_by_standard()
    if recount.first_day is None or recount.last_day is None:
        return false()
    return and_(
        Deadline.calendar_version != law.calendar().version,
        Deadline.due_on >= recount.first_day,
        Deadline.started_at < end_of(recount.last_day),
    )


def _outdated_by_standard() -> ColumnElement[bool]:
    now = clock.now()
    newest = {each.rule_id: law.standard(each.rule_id, now) for each in law.all_standards() if _begun(each, now)}
    older = [
        and_(Deadline.rule_id == rule_id, Deadline.rule_version < standard.version)
        for rule_id, standard in newest.items()
        if standard.version > 1 and standard.cap is None
    ]
    return or_(false(), *older)


def _begun(standard: Any, now: datetime) -> bool:
    return standard.in_force_from is None or standard.in_force_from <= now


def _cases(outdated: ColumnElement[bool], limit: int | None = BATCH) -> list[int]:
    query = select(Deadline.case_id).where(Deadline.ended_at.is_(None), outdated).distinct().order_by(Deadline.case_id)
    return list(db.session.scalars(query.limit(limit)))


def _count_case(case_id: int, recount_id: int, reason: str, by: str) -> bool:
    """One case in a transaction of its own; what fails is told, left as it was, and tried again by the next sweep."""
    try:
        with transaction():
            moved = count_case(queries.lock(case_id, SYSTEM), reason, _actor(by))
            counted = {"counted": Recount.counted + 1, "moved": Recount.moved + len(moved)}
            db.session.execute(update(Recount).where(Recount.id == recount_id).values(**counted))
    except Exception:
        log.exception("a case could not be counted again", case=case_id)
        return False
    return True


def _actor(code: str) -> Actor:
    """The one who caused a recount, as the history named them."""
    role, _sep, number = code.partition(":")
    return Actor(Role(role), user_id=int(number) if number else None)


def _totals() -> tuple[int, int]:
    with transaction():
        rows = db.session.execute(select(Recount.counted, Recount.moved)).all()
    return sum(row.counted for row in rows), sum(row.moved for row in rows)


# --- counting


def _due_again(case: Case, reason: str, now: datetime) -> list[tuple[Deadline, Due]]:
    count: Callable[[Case, Deadline, datetime], Due | None]
    count = _by_calendar if reason == "calendar" else _by_standard
    return [(row, due) for row in case.running_deadlines if (due := count(case, row, now)) is not None]


def _by_calendar(case: Case, row: Deadline, now: datetime) -> Due | None:
    """The same count with the calendar of now, from where it began; None for what no calendar touches."""
    calendar = law.calendar()
    if row.calendar_version == calendar.version:
        return None
    if row.fact_id is not None:
        return procedures.counted_today(row)
    standard = deadlines.standard_of(row)
    if standard is None or not any(line["code"] in BY_THE_CALENDAR for line in row.lines):
        return None
    if any(line["code"] == "promised" for line in row.lines):
        return None  # a day that the parties agreed on
    return deadlines.due_from(case, row, standard, calendar, _began(row))


def _by_standard(case: Case, row: Deadline, now: datetime) -> Due | None:
    standard = deadlines.standard_of(row)
    if standard is None or standard.cap is not None:
        return None
    wanted = law.standard(row.rule_id, now)
    if wanted.version <= standard.version or wanted.cap is not None:
        return None
    return deadlines.counted_anew(case, row, wanted, law.calendar(), now)


def _began(row: Deadline) -> datetime:
    """From when the row was counted: its start, or the later moment from which a re-plan counted it."""
    started = next((line["at"] for line in row.lines if line["code"] == "started"), None)
    return datetime.fromisoformat(started) if started else row.started_at


# --- telling


def _as_moved(row: Deadline, due: Due) -> dict[str, Any]:
    return {"clock": row.clock, "from": row.due_at.isoformat(), "to": due.due_at.isoformat()}


def _tell(case: Case, event: CaseEvent, reason: str, moved: Moved) -> None:
    """Write to the tourist of every date that changed, and to the shop of its own."""
    keys = {row.clock: promises.key(row) for row in case.deadlines}  # the last one of a clock stays
    changed = [{**each, "promise": keys[each["clock"]]} for each in moved if each["from"] != each["to"]]
    own = {row.clock for row in case.running_deadlines if row.owes == Role.MERCHANT}
    concerns = {Role.TOURIST: changed, Role.MERCHANT: [each for each in changed if each["clock"] in own]}
    for role, template in DATE_CHANGED.items():
        if not concerns[role]:
            continue
        for recipient in letters.recipients(case, role, template):
            outbox.put(
                outbox.step_key(event.id, recipient.name, template),
                recipient,
                letters.template_for(case, role, template, recipient.name),
                letters.slots(case, role, {"why_changed": reason, "changed": concerns[role]}),
                case_id=case.id,
            )
