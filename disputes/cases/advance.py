"""One step of a case: the only function that moves a case, for every kind, every actor and every entrance."""

from __future__ import annotations

from datetime import date
from typing import Any

from disputes import clock, rows
from disputes.accounts.actors import Actor
from disputes.cases import deadlines, letters, promises
from disputes.cases.history import append
from disputes.cases.models import Case, CaseEvent, Deadline
from disputes.db import db
from disputes.notifications import outbox
from disputes.notifications.models import Message
from disputes.rules import clocks, notices
from disputes.rules.lifecycle import Action, Kind, Outcome, State, step_for


def advance(
    case: Case,
    action: Action,
    by: Actor,
    *,
    details: dict[str, Any] | None = None,
    letter: dict[str, Any] | None = None,
    outcome: Outcome | None = None,
    promised: date | None = None,
    lapsed: Deadline | None = None,
) -> CaseEvent:
    """Take one step: the new state, its event, its deadlines and its messages.

    All of it joins the caller's transaction, so a case never moves without the record, the deadlines and the letters that
    go with the move. The caller holds the case row locked (``queries.lock``), which is the first and only lock of a verb.

    ``details`` go into the history and hold codes, ids, amounts and hashes only. ``letter`` holds what this step's letters
    say beyond the case itself; it may hold personal text, since messages can be erased. ``outcome`` goes with a step that
    closes. ``promised`` is the day by which a settlement says it is performed. ``lapsed`` is the deadline whose lapse this step
    is. Raises StepRefused when the table has no such step.
    """
    before = State(case.state) if case.version else None
    step = step_for(Kind(case.kind), before, action, by.role)
    after = State(case.asked_from) if step.end is State.BACK else step.end  # type: ignore[arg-type]
    now = clock.now()

    if case.id is None:
        db.session.flush()  # a case that is only being filed
    _enter(case, before, after, outcome, now)
    event = CaseEvent(
        action=action,
        from_state=before,
        to_state=after,
        by=by.code,
        at=now,
        details=details or {},
    )
    append(case, event)
    with db.session.no_autoflush:  # so that each row is written once
        for deadline in case.running_deadlines:
            if deadline is lapsed:
                deadlines.end(deadline, "lapsed", event)
            elif clocks.ended_by(clocks.ClockName(deadline.clock), action, after):
                deadlines.end(deadline, clocks.ending(clocks.ClockName(deadline.clock)), event)
        started = [deadlines.start(case, each, event, promised) for each in clocks.started_by(step, before, after)]
        case.waiting_on = deadlines.waiting_on(case)
        case.slack_at = deadlines.slack_at(case, now)
        said, messages = promises.named(letter or {}, event), []
        for role, template in notices.told(Kind(case.kind), action, by.role):
            for recipient in letters.recipients(case, role, template):
                name = letters.template_for(case, role, template, recipient.name)
                key = outbox.step_key(event.id, recipient.name, template)
                slots = letters.slots(case, role, said)
                messages += outbox.messages(key, recipient, name, slots, case_id=case.id)
        rows.write(event, *started, besides={Message: messages})
        rows.hang(event, "case", case, "events")
    return event


def _enter(case: Case, before: State | None, after: State, outcome: Outcome | None, now: Any) -> None:
    """Set the columns that follow from the state alone; constraints of the table hold them together."""
    case.state = after
    case.version += 1
    if after is State.AWAITING_TOURIST:
        if before is not State.AWAITING_TOURIST:
            # A proposal is over once we ask about an authority, so the answer leads back to the mediator.
            case.asked_from = State.MEDIATION if before is State.PROPOSED else before
    else:
        case.asked_from = None
    if after is not State.CLOSED:
        case.outcome, case.closed_at = None, None
    elif before is not State.CLOSED:
        case.outcome, case.closed_at = outcome, now
