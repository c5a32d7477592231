"""Sending twice files once: a partner marks each sending with a key of its own, and the key remembers its case."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from sqlalchemy import delete, func, select

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.db import db
from disputes.intake.models import IdempotencyKey

KEPT_FOR = timedelta(days=30)  # nobody repeats a sending after that; a key used again later makes a new case
PURGE_BATCH = 1000


class OtherContent(Exception):
    """This key was used for something else before."""


def case_of(by: Actor, key: str, content: str) -> Case | None:
    """The case that this partner made under this key; None when there is none yet. OtherContent when it was made of something else.

    Until the caller's transaction ends, nobody else gets an answer for the same key, so two that come at once make one case.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(by.key_id, _number(key))))
    row = db.session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.key_id == by.key_id, IdempotencyKey.key == key)
    ).one_or_none()
    if row is None:
        return None
    if not hmac.compare_digest(row.content_hash, content):
        raise OtherContent(key)
    return queries.find(row.case_id, by)


def remember(by: Actor, key: str, content: str, case: Case) -> None:
    """Tie the key to the case that was just made of this content, in the same transaction."""
    db.session.add(
        IdempotencyKey(key_id=by.key_id, key=key, content_hash=content, case_id=case.id, made_at=clock.now())
    )
    db.session.flush()


def purge() -> int:
    """Forget keys that nobody will send again; their number."""
    old = select(IdempotencyKey.id).where(IdempotencyKey.made_at < clock.now() - KEPT_FOR).limit(PURGE_BATCH)
    ids = list(db.session.scalars(old.with_for_update(skip_locked=True)))
    if ids:
        db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(ids)))
    return len(ids)


def _number(key: str) -> int:
    """A number of 32 bits for the lock. Two keys with the same one only wait for each other."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], signed=True)
