"""Letters that did not get through: the list of the staff, and what can be done about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select

from disputes import clock, hints
from disputes.db import after_commit, db
from disputes.notifications import digests
from disputes.notifications.models import Message, MessageState
from disputes.notifications.wishes import Channel

COUNTED_TO = 1000


def how_many() -> int:
    """How many letters were given up, counted to COUNTED_TO."""
    return db.session.scalar(select(counted())) or 0


def counted() -> ScalarSelect[int]:
    """The same as a part of another question."""
    given_up = select(Message.id).where(Message.state == MessageState.GIVEN_UP).limit(COUNTED_TO).subquery()
    return select(func.count()).select_from(given_up).scalar_subquery()


def given_up(limit: int = 50, before: int | None = None) -> list[Message]:
    """The letters that were given up, the newest first; ``before`` is the id of the last one on the page before."""
    query = select(Message).where(Message.state == MessageState.GIVEN_UP)
    if before is not None:
        query = query.where(Message.id < before)
    return list(db.session.scalars(query.order_by(Message.id.desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Line:
    """A letter as the page of its case names it."""

    id: int
    template: str
    state: str
    channel: str
    address: str | None
    sent_at: datetime | None
    created_at: datetime


def of_case(case_id: int) -> list[Line]:
    """All letters of a case in short, in their order."""
    columns = (
        Message.id, Message.template, Message.state, Message.channel, Message.address, Message.sent_at, Message.created_at,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).where(Message.case_id == case_id).order_by(Message.id))
    return [Line(*row) for row in rows]


def find(message_id: int) -> Message | None:
    """One letter, locked against the workers and other officers."""
    return db.session.get(Message, message_id, with_for_update=True, populate_existing=True)


def send_again(message: Message, address: str) -> bool:
    """Give a letter that was given up another chance, at this address; False when somebody else has done something already.

    What a robot did not take goes to that robot again, or by mail where a mail address is given.
    """
    if message.state != MessageState.GIVEN_UP:
        return False
    if message.channel != Channel.MAIL and address != message.address:
        message.channel = Channel.MAIL
    message.address = address
    message.state, message.error = MessageState.DUE, None
    message.attempts, message.attempted_at, message.answered_at = 0, None, None
    message.next_try_at = clock.now()
    after_commit(hints.deliver)
    return True


def cancel(message: Message) -> bool:
    """Let a letter be; it goes from the list. False when somebody else has done something already."""
    if message.state != MessageState.GIVEN_UP:
        return False
    message.state = MessageState.CANCELLED
    if message.template == digests.LETTER:
        digests.settle(message.id, MessageState.CANCELLED)
    return True
