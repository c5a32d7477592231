"""Delivering the outbox, by mail and by group robots: the attempt is counted first, then the network is touched, then the answer is recorded.

Between the two transactions the row is claimed: its next try lies ahead, so no other worker takes it. A worker that dies
leaves the attempt without an answer. Whether such a mail arrived nobody can know, so it is tried again when the claim is
over, under the same Message-ID.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import structlog
from flask import current_app
from sqlalchemy import select

from disputes import clock, hints
from disputes.db import db, transaction
from disputes.notifications import digests, outbox, rendering, robot_texts, robots, strangers
from disputes.notifications.models import Message, MessageState, Robot
from disputes.notifications.outbox import due_before
from disputes.notifications.slots import Post
from disputes.notifications.smtp import Answer, Line, Result
from disputes.notifications.wishes import ROBOTS, Channel, after_quiet

log = structlog.get_logger()

CLAIM = timedelta(minutes=5)  # far longer than smtp.LIMIT, so a claim is over only when its worker is gone
WAITS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
MOST_ATTEMPTS = 16  # with the last wait repeated, about three days
JITTER = (0.8, 1.2)
BATCH = 25  # letters in one go; under a second's work
REST = timedelta(seconds=30)  # during which this process leaves a server alone that did not talk to it

NEVER_ANSWERED = "No attempt ever had an answer, so nobody knows whether it arrived."
NO_SUCH_ROBOT = "This robot was taken away."

_resting: dict[str, datetime] = {}  # until when, by the server's address or the robots' service


@dataclass(frozen=True)
class Attempt:
    """One claimed row; its number and moment tell whether a result still belongs to the row's latest attempt."""

    post: Post
    number: int
    at: datetime


def deliver_due(most: int = BATCH) -> int:
    """Gather what is due for a digest, then deliver what is due, mails over one connection, at most so many; returns the
    number of attempts.

    A long outbox is worked off batch by batch, with a hint for the next one: letters of an outage, or of a fresh demo, must
    not keep every worker from routing the case that was filed this second.
    """
    while digests.gather_next():
        pass
    address, count = server(), 0
    if address is None:
        while count < most and _attempt_next(None):
            count += 1
    else:
        with line_to(address) as line:
            while count < most and deliver_next(line):
                count += 1
    if count == most:
        hints.deliver()
    return count


def deliver_next(line: Line | None = None) -> bool:
    """Make one attempt for the message that has been due longest; False when there is none, or nobody to talk to.

    Never raises for what a server, an address or a letter does: it becomes the result on the row, and the next message has
    its turn. Without a ``line`` it opens one of its own.
    """
    if line is None:
        address = server()
        if address is None:
            return _attempt_next(None)
        with line_to(address) as line:
            return _attempt_next(line)
    return _attempt_next(line)


def _attempt_next(line: Line | None) -> bool:
    """One attempt by whatever channel is open: a mail server that rests holds up no robot, nor the other way round."""
    usable = [channel for channel in ROBOTS if not _rests(channel)]
    if line is not None and not _rests(line.url):
        usable.append(Channel.MAIL)
    attempt = _claim(usable) if usable else None
    if attempt is None:
        return False
    answer = _send(attempt, line)
    _record(attempt, answer)
    if answer.result is Result.DOWN:
        _let_rest(line.url if attempt.post.channel == Channel.MAIL and line else attempt.post.channel, answer)
    return True


def server() -> str | None:
    """The address of the mail server; None where none is set, and then messages wait. The embedded shape sets its mailbox."""
    address: str | None = current_app.config["SETTINGS"].smtp_url
    return address


def line_to(address: str) -> Line:
    """A line to a mail server at which we give our public name."""
    return Line(address, rendering.host_of(current_app.config["SETTINGS"].public_url))


def _claim(channels: Collection[str] = tuple(Channel)) -> Attempt | None:
    """Count an attempt for the message that has been due longest, and keep others from it; committed before anything is sent."""
    while True:
        with transaction():
            now = clock.now()
            open_now = Message.channel.in_(channels)
            if Channel.MAIL not in channels:
                open_now &= Message.channel != Channel.MAIL  # as the index of the robots' messages says it
            query = (
                select(Message)
                .where(due_before(now), ~Message.for_digest, open_now)
                .order_by(Message.next_try_at, Message.id)
                .limit(1)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            )
            message = db.session.scalars(query).one_or_none()
            if message is None:
                return None
            if strangers.hold_back(message, now) or _nothing_to_tell(message) or _over(message, now):
                continue
            if message.attempts < MOST_ATTEMPTS:
                message.attempts += 1
                message.uncertain += 1  # until its answer is recorded
                message.attempted_at, message.answered_at = now, None
                message.next_try_at = now + CLAIM
                return Attempt(_post(message), message.attempts, now)
            # Attempts whose worker died every time: perhaps it is this letter that does it.
            message.state, message.error = MessageState.GIVEN_UP, NEVER_ANSWERED


def _nothing_to_tell(message: Message) -> bool:
    """Cancel a digest all of whose messages were cancelled before it went out."""
    if message.template != digests.LETTER or digests.members_of(message.id):
        return False
    message.state = MessageState.CANCELLED
    return True


def _over(message: Message, now: datetime) -> bool:
    """Cancel a letter whose code is not valid any more, however often it was tried."""
    until = message.slots.get("valid_until")
    if until is None or datetime.fromisoformat(until) > now:
        return False
    message.state = MessageState.CANCELLED
    outbox.forget_code(message)
    return True


def _post(message: Message) -> Post:
    return Post(
        message.id,
        message.key,
        message.template,
        message.recipient,
        message.address,
        message.language,
        dict(message.slots),
        message.channel,
    )


def _send(attempt: Attempt, line: Line | None) -> Answer:
    try:
        with transaction():  # a letter may look something up; nothing is held while we talk to the server
            post = attempt.post
            if post.template == digests.LETTER:
                post = replace(post, slots={**post.slots, "news": digests.news_of(post.id, post.language)})
            if post.channel != Channel.MAIL:
                text, robot = robot_texts.text(post, attempt.at), _robot(post.address)
            else:
                mail = rendering.mail(post, attempt.at)
        if post.channel != Channel.MAIL:
            return _say(robot, text, attempt.at)
        content = mail.as_bytes()
    except rendering.NoAddress as error:
        return Answer(Result.REFUSED, str(error))
    except Exception as error:  # whatever is wrong with one letter must not stop the others
        log.exception("a letter could not be written", message=attempt.post.id, template=attempt.post.template)
        return Answer(Result.LATER, f"The letter could not be written: {error}"[:500])
    assert line is not None  # noqa: S101  without one no mail is claimed
    return line.send(mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec, content)


def _robot(address: str) -> robots.Address | None:
    row = db.session.get(Robot, int(address.removeprefix("robot:")))
    if row is None or row.token is None:
        return None
    return robots.Address(Channel(row.channel), row.token, row.secret)


def _say(robot: robots.Address | None, text: str, now: datetime) -> Answer:
    if robot is None:
        return Answer(Result.REFUSED, NO_SUCH_ROBOT)
    return robots.hand_over(robot, text, now, current_app.config["SETTINGS"].robots_url)


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
            outbox.forget_code(message)
            if message.template == digests.LETTER:
                digests.settle(message.id, MessageState.SENT)
        else:
            message.error = answer.words
            message.next_try_at = after_quiet(_quiet(message), now + _wait(attempt.number))
            gives_up = answer.result is Result.REFUSED or attempt.number >= MOST_ATTEMPTS
            if gives_up and message.state == MessageState.DUE and not _by_mail_instead(message, now):
                message.state = MessageState.GIVEN_UP
    log.info("message attempted", message=attempt.post.id, attempt=attempt.number, result=str(answer.result))


def _by_mail_instead(message: Message, now: datetime) -> bool:
    """What was meant for a robot alone, which does not take it, goes by mail; the error says what the robot answered."""
    address = message.slots.get("mail_to")
    if message.channel == Channel.MAIL or not address:
        return False
    message.channel, message.address = Channel.MAIL, address
    message.attempts, message.attempted_at, message.answered_at, message.next_try_at = 0, None, None, now
    return True


def _quiet(message: Message) -> tuple[time, time] | None:
    """The hours in which this reader does not want what can wait."""
    quiet = message.slots.get("quiet")
    return (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None


def _wait(attempts: int) -> timedelta:
    """How long to wait after so many attempts; a little more or less, so that what failed together does not return together."""
    return WAITS[min(attempts, len(WAITS)) - 1] * random.uniform(*JITTER)  # noqa: S311


def _let_rest(address: str, answer: Answer) -> None:
    log.warning("a server does not talk to us", error=answer.words)
    with transaction():
        _resting[address] = clock.now() + REST


def _rests(address: str) -> bool:
    if address not in _resting:
        return False
    with transaction():
        return clock.now() < _resting[address]
