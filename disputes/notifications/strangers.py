"""A limit for mails to addresses that nobody has confirmed, so that nobody can have a stranger's mailbox flooded with links.

It counts by address, over all cases. What is over it waits; of several mails of one case only the newest is worth sending, and
what would have to wait for more than a day is not sent any more, since the page of the case says the same. Whoever asks for a
link is told so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from disputes import clock
from disputes.db import db
from disputes.notifications.models import Message, MessageState
from disputes.notifications.slots import BARE

MOST = ((timedelta(hours=1), 6), (timedelta(days=1), 20))
WAITS_AT_MOST = timedelta(days=1)
TOO_MANY = "Too many links went to this address, which nobody has confirmed."


def hold_back(message: Message, now: datetime) -> bool:
    """Whether this message, locked and about to be attempted, is over the limit: then it waits or, being outdated, goes to nobody."""
    if message.template not in BARE or message.attempts:
        return False
    if message.error == TOO_MANY and _has_a_newer_one(message):
        message.state = MessageState.CANCELLED
        return True
    at = _free_from(_attempted(message.address, now), now)
    if at is None:
        return False
    message.error, message.next_try_at = TOO_MANY, at
    if at - message.created_at > WAITS_AT_MOST:
        message.state = MessageState.CANCELLED
    return True


def held(address: str | None) -> datetime | None:
    """For whoever has just asked for a link to this address: from when on it goes; None when it goes at once."""
    if not address:
        return None
    now = clock.now()
    unsent = select(func.count()).where(_to(address), Message.state == MessageState.DUE, Message.attempts == 0)
    before = (db.session.scalar(unsent) or 0) - 1  # without the one just asked for
    return _free_from([now] * max(before, 0) + _attempted(address, now), now)


def _free_from(gone: list[datetime], now: datetime) -> datetime | None:
    """When the next one may follow those that went at these moments, the newest first."""
    at = [gone[most - 1] + span for span, most in MOST if len(gone) >= most]
    return max((moment for moment in at if moment > now), default=None)


def _attempted(address: str, now: datetime) -> list[datetime]:
    """When mails went to this address, the newest first."""
    longest, most = max(span for span, _most in MOST), max(most for _span, most in MOST)
    query = select(Message.attempted_at).where(_to(address), Message.attempted_at > now - longest)
    return [at for at in db.session.scalars(query.order_by(Message.attempted_at.desc()).limit(most)) if at is not None]


def _has_a_newer_one(message: Message) -> bool:
    if message.case_id is None:
        return False
    newer = (Message.case_id == message.case_id) & (Message.id > message.id) & (Message.state == MessageState.DUE)
    return db.session.scalars(select(Message.id).where(_to(message.address), newer).limit(1)).first() is not None


def _to(address: str) -> ColumnElement[bool]:
    return and_(func.lower(Message.address) == address.lower(), Message.template.in_(BARE))
