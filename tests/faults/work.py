"""What there is to do in the database of a fault run, and doing it in this process."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select, text

from disputes import clock
from disputes.cli.upkeep import DUE_WORK
from disputes.db import db
from disputes.notifications.models import Message, MessageState

# A deadline of another kind, or a message of another channel, is a row of the same tables and counts by itself.
_BACKLOG = text("""
    SELECT 'routing', count(*) FROM cases WHERE state = 'received'
    UNION ALL SELECT 'lapses', count(*) FROM deadlines
        WHERE ended_at IS NULL AND due_at <= :now AND (next_try_at IS NULL OR next_try_at <= :now) AND tries < 5
    UNION ALL SELECT 'reminders', count(*) FROM deadlines WHERE ended_at IS NULL AND remind_at <= :now
    UNION ALL SELECT 'departures', count(*) FROM cases
        WHERE remote_since IS NULL AND state <> 'closed' AND departure_at <= :now
    UNION ALL SELECT 'letters', count(*) FROM messages WHERE state = 'due' AND next_try_at <= :now
""")


def backlog() -> Counter[str]:
    """What is due now, by sort. A lapse that failed counts once it may be tried again."""
    db.session.rollback()
    found = db.session.execute(_BACKLOG, {"now": clock.now()}).all()
    db.session.rollback()
    return Counter({name: number for name, number in found if number})


def steps_left() -> int:
    """How much of it are steps of cases."""
    found = backlog()
    return found.total() - found["letters"]


def tick() -> None:
    """Do what is due in this process, as ``disputes tick`` does, but for the letters."""
    while steps_left():
        for name, each in DUE_WORK.items():
            while name != "delivered" and each():
                pass


def missed() -> int:
    """Deadlines that are due and without consequence, tried or not."""
    db.session.rollback()
    found = db.session.scalar(
        text("SELECT count(*) FROM deadlines WHERE ended_at IS NULL AND due_at <= :now"), {"now": clock.now()}
    )
    db.session.rollback()
    return int(found or 0)


def on_their_way() -> int:
    """Letters whose attempt has no answer yet: being sent just now, or lost with the worker that sent them."""
    db.session.rollback()
    waiting = select(func.count()).where(
        Message.state == MessageState.DUE, Message.attempted_at.is_not(None), Message.answered_at.is_(None)
    )
    number = db.session.scalar(waiting) or 0
    db.session.rollback()
    return number
