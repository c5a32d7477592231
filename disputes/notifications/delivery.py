"""Delivering the outbox by mail: the attempt is counted first, then the network is touched, then the answer is recorded.

Between the two transactions the row is claimed: its next try lies ahead, so no other worker takes it. A worker that dies
leaves the attempt without an answer. Whether such a mail arrived nobody can know, so it is tried again when the claim is
over, under the same Message-ID.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select

from disputes import clock, hints
from disputes.db import db, transaction
from disputes.notifications import rendering
from disputes.notifications.models import Message, MessageState
from disputes.notifications.outbox import due_before
from disputes.notifications.slots import Post
from disputes.notifications.smtp import Answer, Line, Result

log = structlog.get_logger()

CLAIM = timedelta(minutes=5)  # far longer than smtp.LIMIT, so a claim is over only when its worker is gone
WAITS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
MOST_ATTEMPTS = 16  # with the last wait repeated, about three days
JITTER = (0.8, 1.2)
BATCH = 25  # letters in one go; under a second's work
REST = timedelta(seconds=30)  # during which this process leaves a server alone that did not talk to it

NEVER_ANSWERED = "No attempt ever had an answer, so nobody knows whether it arrived."

_resting: dict[str, datetime] = {}  # until when, by the server's address


@dataclass(frozen=True)
class Attempt:
    """One claimed row; its number and moment tell whether a result still belongs to the row's latest attempt."""

    post: Post
    number: int
    at: datetime


def deliver_due(most: int = BATCH) -> int:
    """Deliver what is due over one connection, at most so many; returns the number of attempts.

    A long outbox is worked off batch by batch, with a hint for the next one: letters of an outage, or of a fresh demo, must
    not keep every worker from routing the case that was filed this second.
    """
    address = server()
    if address is None:
        return 0
    with line_to(address) as line:
        count = 0
        while count < most and deliver_next(line):
            count += 1
    if count == most:
        hints.deliver()
    return count


def deliver_next(line: Line | None = None) -> bool:
    """Make one attempt for the message that has been due longest; False when there is none, or no server to talk to.

    Never raises for what a server, an address or a letter does: it becomes the result on the row, and the next message has
    its turn. Without a ``line`` it opens one of its own.
    """
    if line is None:
        address = server()
        if address is None:
            return False
        with line_to(address) as line:
            return deliver_next(line)
    if _rests(line.url):
        return False
    attempt = _claim()
    if attempt is None:
        return False
    answer = _send(attempt, line)
    _record(attempt, answer)
    if answer.result is Result.DOWN:
        _let_rest(line.url, answer)
    return True


def server() -> str | None:
    """The address of the mail server; None where none is set, and then messages wait. The embedded shape sets its mailbox."""
    address: str | None = current_app.config["SETTINGS"].smtp_url
    return address


def line_to(address: str) -> Line:
    """A line to a mail server at which we give our public name."""
    return Line(address, rendering.host_of(current_app.config["SETTINGS"].public_url))


def _claim() -> Attempt | None:
    """Count an attempt for the message that has been due longest, and keep others from it; committed before anything is sent."""
    while True:
        with transaction():
            now = clock.now()
            query = (
                select(Message)
                .where(due_before(now))
                .order_by(Message.next_try_at, Message.id)
                .limit(1)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            )
            message = db.session.scalars(query).one_or_none()
            if message is None:
                return None
            if message.attempts < MOST_ATTEMPTS:
                message.attempts += 1
                message.uncertain += 1  # until its answer is recorded
                message.attempted_at, message.answered_at = now, None
                message.next_try_at = now + CLAIM
                return Attempt(_post(message), message.attempts, now)
            # Attempts whose worker died every time: perhaps it is this letter that does it.
            message.state, message.error = MessageState.GIVEN_UP, NEVER_ANSWERED


def _post(message: Message) -> Post:
    return Post(
        message.id,
        message.key,
        message.template,
        message.recipient,
        message.address,
        message.language,
        dict(message.slots),
    )


def _send(attempt: Attempt, line: Line) -> Answer:
    try:
        with transaction():  # a letter may look something up; nothing is held while we talk to the server
            mail = rendering.mail(attempt.post, attempt.at)
        content = mail.as_bytes()
    except rendering.NoAddress as error:
        return Answer(Result.REFUSED, str(error))
    except Exception as error:  # whatever is wrong with one letter must not stop the others
        log.exception("a letter could not be written", message=attempt.post.id, template=attempt.post.template)
        return Answer(Result.LATER, f"The letter could not be written: {error}"[:500])
    return line.send(mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec, content)


def _record(attempt: Attempt, answer: Answer) -> None:
    """Write the answer on the row, in a transaction of its own; nothing when another attempt has begun since."""
    with transaction():
        message = db.session.get(Message, attempt.post.id, with_for_update=True, populate_existing=True)
        if message is None or (message.attempts, message.attempted_at) != (attempt.number, attempt.at):
            return
        now = clock.now()
        if answer.result is not Result.UNKNOWN:
            message.answered_at = now
            message.uncertain -= 1
        if answer.result is Result.SENT:  # also a message cancelled meanwhile: what was sent, was sent
            message.state, message.sent_at, message.error = MessageState.SENT, now, None
        else:
            message.error = answer.words
            message.next_try_at = now + _wait(attempt.number)
            gives_up = answer.result is Result.REFUSED or attempt.number >= MOST_ATTEMPTS
            if gives_up and message.state == MessageState.DUE:
                message.state = MessageState.GIVEN_UP
    log.info("message attempted", message=attempt.post.id, attempt=attempt.number, result=str(answer.result))


def _wait(attempts: int) -> timedelta:
    """How long to wait after so many attempts; a little more or less, so that what failed together does not return together."""
    return WAITS[min(attempts, len(WAITS)) - 1] * random.uniform(*JITTER)  # noqa: S311


def _let_rest(address: str, answer: Answer) -> None:
    log.warning("the mail server does not talk to us", error=answer.words)
    with transaction():
        _resting[address] = clock.now() + REST


def _rests(address: str) -> bool:
    if address not in _resting:
        return False
    with transaction():
        return clock.now() < _resting[address]
