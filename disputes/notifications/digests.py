"""Digests: what can wait is gathered, reader by reader and channel by channel, into one message that names each case.

Gathering is one transaction: the digest's row is written and its members point to it, or nothing happened. A member is
locked while it is gathered and belongs to one digest for ever, so a worker that dies loses nothing and doubles nothing.
What a digest says is read from its members when it is written: a reminder cancelled in the meantime is not in it.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask_babel import force_locale
from sqlalchemy import func, select, update

from disputes import clock, names
from disputes.db import db, transaction
from disputes.notifications import rendering
from disputes.notifications.models import Message, MessageState
from disputes.notifications.outbox import due_before
from disputes.notifications.slots import Post, context_of, portal_address, portal_of

log = structlog.get_logger()

LETTER = "digest"
MOST_IN_ONE = 200  # members; what is more goes into the next


def gather_next() -> bool:
    """Gather what is due for the reader who has waited longest; False when nothing is.

    A single message is not made a digest of: it goes as it is.
    """
    with transaction():
        now = clock.now()
        waiting = due_before(now) & Message.for_digest
        first = db.session.scalars(
            select(Message).where(waiting).order_by(Message.next_try_at, Message.id).limit(1)
        ).one_or_none()
        if first is None:
            return False
        # One worker per reader: two would make two digests of what belongs into one.
        if not db.session.scalar(
            select(func.pg_try_advisory_xact_lock(func.hashtext(f"{first.channel} {first.address}")))
        ):
            return False
        same = (Message.channel == first.channel) & (Message.address == first.address)
        members = list(
            db.session.scalars(
                select(Message)
                .where(waiting, same)
                .order_by(Message.id)
                .limit(MOST_IN_ONE)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            )
        )
        if len(members) == 1:
            members[0].for_digest = False
        elif members:
            _gather(members)
        return bool(members)


def _gather(members: list[Message]) -> None:
    first, now = members[0], clock.now()
    slots: dict[str, Any] = {"entrance": portal_of(_post(first))}
    slots |= {name: first.slots[name] for name in ("quiet", "mail_to") if name in first.slots}
    digest = Message(
        key=f"digest:{first.id}",
        template=LETTER,
        recipient=first.recipient,
        channel=first.channel,
        address=first.address,
        language=first.language,
        slots=slots,
        created_at=now,
        next_try_at=now,
    )
    db.session.add(digest)
    db.session.flush()
    db.session.execute(
        update(Message)
        .where(Message.id.in_([member.id for member in members]))
        .values(state=MessageState.GATHERED, digest_id=digest.id)
    )


def members_of(digest_id: int) -> list[Message]:
    """What this digest tells, in its order; without what was cancelled since."""
    told = (MessageState.GATHERED, MessageState.SENT)
    query = select(Message).where(Message.digest_id == digest_id, Message.state.in_(told))
    return list(db.session.scalars(query.order_by(Message.id)))


def news_of(digest_id: int, language: str) -> list[dict[str, str | None]]:
    """What the digest says of each member: number, what happened, until when, and where it is read."""
    said = []
    with force_locale(language):
        for member in members_of(digest_id):
            post = _post(member)
            try:
                context = context_of(post, language, clock.now())
                subject, until, url = rendering.subject_of(post, context), context["until"], context["action_url"]
                late = context["late"]
            except Exception:  # one row that nobody can read must not keep the others of its digest from their reader
                log.exception("a member of a digest could not be written", message=member.id)
                subject, until, url, late = (
                    names.named(names.LETTERS, member.template),
                    None,
                    portal_address(post),
                    False,
                )
            said.append(
                {
                    "number": post.slots.get("number"),
                    "what": names.named(names.LETTERS, member.template),
                    "subject": subject,
                    "until": None if late else until,
                    "url": url or portal_address(post),
                    "portal_url": portal_address(post),
                }
            )
    return said


def settle(digest_id: int, state: MessageState) -> None:
    """The members share what became of their digest: sent with it, or cancelled with it."""
    sent_at = clock.now() if state is MessageState.SENT else None
    db.session.execute(
        update(Message)
        .where(Message.digest_id == digest_id, Message.state == MessageState.GATHERED)
        .values(state=state, sent_at=sent_at)
    )


def _post(message: Message) -> Post:
    return Post(
        message.id, message.key, message.template, message.recipient, message.address, message.language,
        dict(message.slots), message.channel,
    )  # fmt: skip
