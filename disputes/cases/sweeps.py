"""Taking what is due: lapsed deadlines, reminders, departures. One transaction per item, shared by any number of workers."""

from __future__ import annotations

import random
import time
import traceback
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from disputes import clock, hints
from disputes.accounts.actors import SYSTEM
from disputes.cases import commands, deadlines, handovers, letters, procedures, promises, queries, upkeep
from disputes.cases.models import Deadline
from disputes.db import db, in_a_row, transaction
from disputes.notifications import outbox
from disputes.regions.models import Office
from disputes.rules.clocks import BY_NAME, INTERNAL, ClockName
from disputes.rules.lifecycle import Role
from disputes.rules.notices import REMINDERS

log = structlog.get_logger()
AT_A_TIME = 1.0  # seconds of one sweep
FIRST_WAIT = timedelta(seconds=30)  # doubled with each failed try


def lapse_next() -> bool:
    """Act on the longest overdue deadline that nobody else is holding; False when there is none.

    One transaction per deadline. The case row is locked first, as in every verb, so a merchant who answers in the last
    second and this sweep cannot deadlock. A failure is recorded on the row in a transaction of its own, so one bad case
    stops nothing; after five tries it stands on the staff's list of faults.
    """
    deadline_id = None
    try:
        with transaction():
            found = queries.lock_longest_overdue()
            if found is None:
                return False
            deadline_id, case_id = found
            case = queries.locked(case_id)
            # The holder before us may have ended or moved it.
            for deadline in case.running_deadlines:
                if deadline.id == deadline_id and deadline.due_at <= clock.now():
                    lapse(deadline)
    except Exception:
        if deadline_id is None:
            raise
        _record_fault(deadline_id)
    return True


def lapse_for_a_while() -> None:
    """Act on lapsed deadlines for a second; what is left then is another sweep's, so that letters and new cases have their turn.

    Their hints go out together at the end, since all of them say the same. A connection that is lost between two of them is
    replaced once; where the database is gone, the next sweep goes on.
    """
    until, lost = time.monotonic() + AT_A_TIME, False
    with hints.together(), in_a_row():
        while True:
            try:
                if not lapse_next():
                    break
            except DBAPIError as error:
                if lost or not error.connection_invalidated:
                    raise
                lost = True
            if time.monotonic() > until:
                hints.sweep()
                break


def lapse(deadline: Deadline) -> None:
    """Take the step the deadline's clock names, with the case locked."""
    case = deadline.case
    if procedures.still_paused(deadline):
        return
    wiring = BY_NAME[ClockName(deadline.clock)]
    action = wiring.on_lapse if wiring.unauthorised is None or case.authorised else wiring.unauthorised
    with db.session.no_autoflush:  # the step writes each row once
        commands.carry_on(case, action, deadline)


def remind_next() -> bool:
    """Send the reminder that has been due longest; False when there is none.

    After an outage across several stages only the latest goes out: the stage is where the clock stands now.
    """
    with transaction():
        deadline = queries.lock_next_reminder()
        if deadline is None:
            return False
        db.session.refresh(deadline)
        now = clock.now()
        if deadline.ended_at is None and deadline.remind_at is not None and deadline.remind_at <= now:
            deadline.stage = sum(at <= now for at in deadlines.reminder_moments(deadline))
            deadline.remind_at = deadlines.next_reminder(deadline, now)
            if deadline.due_at > now:
                _remind(deadline)
    return True


def depart_next() -> bool:
    """Bring one case whose tourist has left into remote mode; False when there is none."""
    with transaction():
        case = queries.lock_next_leaving()
        if case is None:
            return False
        upkeep.depart(case)
    return True


def hand_over_next() -> bool:
    """Hand over the most urgent case that waits for somebody who is away; False when there is none to whom it could go.

    Deactivated, marked as away, or in an absence that has begun: all the same. A case of which the next thing is the
    visitor's or the shop's stays, and goes when its turn is ours.
    """
    with transaction():
        case = queries.lock_next_of_somebody_away()
        if case is None:
            return False
        to = queries.somebody_present(case)
        if to is None or to.id == case.officer_id:
            return False
        handovers.hand_over(case, SYSTEM, to, "absent")
    return True


def _remind(deadline: Deadline) -> None:
    case, role = deadline.case, Role(deadline.owes)
    template = REMINDERS[role]
    # What an earlier stage said and nobody has sent yet, because no server took it, is no longer worth saying.
    outbox.cancel_reminders(deadline.id)
    readers = letters.of_office(case, _asked_office(deadline)) if deadline.clock in INTERNAL else None
    for recipient in readers if readers is not None else letters.recipients(case, role, template):
        outbox.put(
            outbox.reminder_key(deadline.id, deadline.version, deadline.stage, recipient.name),
            recipient,
            letters.template_for(case, role, template, recipient.name),
            letters.slots(
                case,
                role,
                {
                    "clock": deadline.clock,
                    "due_at": deadline.due_at.isoformat(),
                    "due_on": deadline.due_on.isoformat(),
                    "promise": promises.key(deadline),
                },
            ),
            case_id=case.id,
            deadline_id=deadline.id,
        )


def _asked_office(deadline: Deadline) -> Office:
    """The office that owes the answer to a transfer: not the one that has the case."""
    return next(t.to_office for t in deadline.case.transfers if t.deadline_id == deadline.id)


def _record_fault(deadline_id: int) -> None:
    fault = traceback.format_exc(limit=-3)
    log.error("a lapse failed", deadline=deadline_id, fault=fault)
    with transaction():
        deadline = db.session.get(Deadline, deadline_id, with_for_update=True)
        if deadline is not None and deadline.ended_at is None:
            deadline.tries += 1
            deadline.fault = fault[-2000:]
            wait = FIRST_WAIT * 2**deadline.tries * random.uniform(0.8, 1.2)  # noqa: S311
            deadline.next_try_at = clock.now() + wait
