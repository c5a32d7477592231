"""The verbs by which people, shops, companies and offices choose how they are told, and connect the robot of their group.

The owner is the row that carries ``notices``: a user, a shop, a merchant or an office. Verbs never commit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any, Protocol

from sqlalchemy import String, cast, select, update

from disputes import clock, hints
from disputes.db import after_commit, db
from disputes.notifications.models import Message, MessageState, Robot
from disputes.notifications.outbox import Recipient
from disputes.notifications.robot_texts import TEST
from disputes.notifications.robots import Address
from disputes.notifications.wishes import Channel, Rhythm, RobotRef, Wishes, of_stored


class Owner(Protocol):
    """Whoever is told."""

    notices: dict[str, Any]


class PreferenceRefused(Exception):
    """A choice that would leave nobody told; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def choose(owner: Owner, *, mail: bool, rhythm: Rhythm, daily_at: time, quiet: tuple[time, time] | None) -> None:
    """Whether by mail too or by the robot alone, in which rhythm, and in which hours not. Refused where no channel would be left."""
    now = of_stored(owner.notices)
    if quiet is not None and quiet[0] == quiet[1]:
        raise PreferenceRefused("quiet_all_day")
    kept = replace(now, mail=mail or now.robot is None, rhythm=rhythm, daily_at=daily_at, quiet=quiet)
    owner.notices = kept.stored()


def connect(owner: Owner, address: Address) -> Robot:
    """Connect this robot, in place of one connected before; what waits for the old one goes to the new one."""
    wishes, now = of_stored(owner.notices), clock.now()
    robot = Robot(channel=address.channel, token=address.token, secret=address.secret, made_at=now)
    db.session.add(robot)
    db.session.flush()
    ref = RobotRef(robot.id, address.channel)
    if wishes.robot is not None:
        _forget(wishes.robot, now)
        _waiting(wishes.robot, channel=ref.channel, address=ref.address)
    owner.notices = replace(wishes, robot=ref).stored()
    return robot


def disconnect(owner: Owner) -> None:
    """Take the robot away and forget its token. What it alone was to say goes by mail; what was mailed too is not said twice."""
    wishes, now = of_stored(owner.notices), clock.now()
    if wishes.robot is None:
        return
    _forget(wishes.robot, now)
    spare = Message.slots["mail_to"].astext
    _waiting(wishes.robot, spare.is_not(None), channel=Channel.MAIL, address=cast(spare, String))
    _waiting(wishes.robot, state=MessageState.CANCELLED)
    owner.notices = Wishes(mail=True, rhythm=wishes.rhythm, daily_at=wishes.daily_at, quiet=wishes.quiet).stored()


def try_out(owner: Owner, to: Recipient, entrance: str) -> Message:
    """Have the robot say that it is connected; at once, whatever the hour. Refused where there is none."""
    robot = of_stored(owner.notices).robot
    if robot is None:
        raise PreferenceRefused("robot_missing")
    now = clock.now()
    message = Message(
        key=f"robot-test:{robot.id}:{now.timestamp()}",
        template=TEST,
        recipient=to.name,
        channel=robot.channel,
        address=robot.address,
        language=to.language,
        slots={"entrance": entrance},
        created_at=now,
        next_try_at=now,
    )
    db.session.add(message)
    after_commit(hints.deliver)
    return message


def last_of(robot: RobotRef) -> Message | None:
    """What this robot was to say last and has been tried, or was to say as a test."""
    tried = (Message.attempts > 0) | (Message.template == TEST)
    query = select(Message).where(Message.channel == robot.channel, Message.address == robot.address, tried)
    return db.session.scalars(query.order_by(Message.id.desc()).limit(1)).first()


def _forget(robot: RobotRef, now: datetime) -> None:
    row = db.session.get(Robot, robot.id)
    if row is not None:
        row.token, row.secret, row.removed_at = None, None, row.removed_at or now


def _waiting(robot: RobotRef, *also: Any, **values: Any) -> None:
    db.session.execute(
        update(Message)
        .where(
            Message.channel == robot.channel, Message.address == robot.address, Message.state == MessageState.DUE, *also
        )
        .values(values)
    )
