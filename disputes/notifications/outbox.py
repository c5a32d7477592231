"""Putting messages into the outbox, inside the transaction of the step that causes them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from disputes import clock, hints
from disputes.db import after_commit, db
from disputes.notifications import wishes
from disputes.notifications.models import Message, MessageState
from disputes.notifications.wishes import MAIL_AT_ONCE, Channel, Wishes

BY_MAIL_AT_ONCE = ("counter-code",)  # a code is for one reader and for ten minutes
WAITING = (MessageState.DUE, MessageState.GATHERED)


@dataclass(frozen=True)
class Recipient:
    """Where one letter goes: who it is in the case, the address, the language, and what only this reader's text needs.

    With ``wishes`` it goes by the channels and at the moments that this reader chose.
    """

    name: str  # tourist, companion, shop, office, user:7
    address: str  # empty for who is reached by a robot only
    language: str
    slots: dict[str, Any] = field(default_factory=dict)
    wishes: Wishes = MAIL_AT_ONCE


def put(
    key: str,
    to: Recipient,
    template: str,
    slots: dict[str, Any],
    *,
    case_id: int | None = None,
    deadline_id: int | None = None,
) -> Message:
    """Write the message: one row for each channel of this reader. ``key`` is unique: the same step cannot tell the same
    person twice by the same channel. Returns the first row.
    """
    written = [Message(**row) for row in messages(key, to, template, slots, case_id=case_id, deadline_id=deadline_id)]
    db.session.add_all(written)
    return written[0]


def messages(
    key: str,
    to: Recipient,
    template: str,
    slots: dict[str, Any],
    *,
    case_id: int | None = None,
    deadline_id: int | None = None,
) -> list[dict[str, Any]]:
    """The rows that ``put`` writes, for a step that writes those of all its letters at once."""
    if template in BY_MAIL_AT_ONCE:
        to = replace(to, wishes=MAIL_AT_ONCE)
    now, said = clock.now(), {**slots, **to.slots}
    planned = wishes.plan(to.wishes, template, said, now)
    if planned.quiet:
        said["quiet"] = [at.isoformat("minutes") for at in planned.quiet]
    by_mail = bool(to.address) and (to.wishes.mail or to.wishes.robot is None)
    rows = []
    for channel, address, channels_key, more in _ways(key, to, by_mail):
        rows.append(
            {
                "key": channels_key,
                "case_id": case_id,
                "deadline_id": deadline_id,
                "template": template,
                "recipient": to.name,
                "channel": channel,
                "address": address,
                "language": to.language,
                "slots": {**said, **more},
                "created_at": now,
                "next_try_at": planned.at,
                "for_digest": planned.gathered,
            }
        )
    if planned.at <= now:
        after_commit(hints.deliver)
    return rows


def _ways(key: str, to: Recipient, by_mail: bool) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Channel, address, key and slots of each row. What only a robot is told keeps the mail address to fall back on."""
    ways: list[tuple[str, str, str, dict[str, Any]]] = []
    robot = to.wishes.robot
    if by_mail or robot is None:
        ways.append((Channel.MAIL, to.address, key, {}))
    if robot is not None:
        spare = {"mail_to": to.address} if to.address and not by_mail else {}
        ways.append((robot.channel, robot.address, f"{key}:robot", spare))
    return ways


def step_key(event_id: int, recipient: str, template: str) -> str:
    """The key of a letter that a step sends."""
    return f"step:{event_id}:{recipient}:{template}"


def reminder_key(deadline_id: int, version: int, stage: int, recipient: str) -> str:
    """The key of a reminder: one per deadline, plan, stage and recipient."""
    return f"due:{deadline_id}:{version}:{stage}:{recipient}"


def cancel_reminders(deadline_id: int) -> None:
    """Cancel what was not sent yet of an ended or re-planned deadline: it is no longer true, however often it was tried."""
    db.session.execute(
        update(Message)
        .where(Message.deadline_id == deadline_id, Message.state.in_(WAITING))
        .values(state=MessageState.CANCELLED)
    )


def cancel_codes(case_id: int) -> None:
    """Cancel letters with a code that were not sent yet: a newer code has made them worthless."""
    unsent = select(Message).where(
        Message.case_id == case_id,
        Message.template.in_(BY_MAIL_AT_ONCE),
        Message.state.in_((MessageState.DUE, MessageState.GIVEN_UP)),
    )
    for message in db.session.scalars(unsent.with_for_update()):
        message.state = MessageState.CANCELLED
        forget_code(message)


def forget_code(message: Message) -> None:
    """A code stands in its row only as long as the letter has still to be sent."""
    if "code" in message.slots:
        message.slots = {name: value for name, value in message.slots.items() if name != "code"}


def due_before(moment: datetime) -> Any:
    """The condition under which a message, or what is to be gathered into one, is worth an attempt now."""
    return (Message.state == MessageState.DUE) & (Message.next_try_at <= moment)
