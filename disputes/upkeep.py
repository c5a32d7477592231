"""What is done once a day: the signed digest over all histories, and the erasure of what the law says must go."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import func, select

from disputes import clock
from disputes.accounts.actors import SYSTEM
from disputes.cases import upkeep as cases
from disputes.cases.models import Authorisation, Case, DailyDigest
from disputes.db import db, transaction
from disputes.files import storage
from disputes.intake import drafts

# R-DATA-FILE, a proposal of the rule book: three years after closing, identity data 90 days after closing.
KEPT_AFTER_CLOSING = timedelta(days=3 * 365)
IDENTITY_KEPT_AFTER_CLOSING = timedelta(days=90)
BATCH = 500


def daily() -> None:
    """Do what the day needs, unless it was done already."""
    with transaction():
        make_digest()
    purge()


def make_digest() -> DailyDigest:
    """The digest of this day over every case's number, last event and its hash; the one made earlier today when there is one."""
    today = clock.today()
    made = db.session.get(DailyDigest, today)
    if made is not None:
        return made
    over, count = hashlib.sha256(), 0
    rows = db.session.execute(
        select(Case.number, Case.last_seq, Case.head).order_by(Case.id).execution_options(yield_per=5000)
    )
    for number, last_seq, head in rows:
        over.update(f"{number}:{last_seq}:{head}\n".encode())
        count += 1
    digest = over.hexdigest()
    made = DailyDigest(
        day=today, made_at=clock.now(), cases=count, digest=digest, signature=_sign(today, count, digest)
    )
    db.session.add(made)
    db.session.flush()
    return made


def forged_digests() -> list[date]:
    """The days whose digest does not carry our signature."""
    return [d.day for d in db.session.scalars(select(DailyDigest)) if d.signature != _sign(d.day, d.cases, d.digest)]


def purge() -> dict[str, int]:
    """Erase what has been kept long enough: drafts never filed, identity data, and all personal data of old cases.

    Each case in a transaction of its own; files go once the row that names them is gone.
    """
    done = {"drafts": 0, "identities": 0, "cases": 0}
    with transaction():
        done["drafts"] = drafts.purge()
    now = clock.now()
    with transaction():
        old = select(Case.id).where(Case.closed_at < now - IDENTITY_KEPT_AFTER_CLOSING)
        for row in db.session.scalars(
            select(Authorisation).where(Authorisation.case_id.in_(old), Authorisation.document_number.is_not(None))
        ):
            row.document_number = row.home_address = row.phone = None
            done["identities"] += 1
    numbers = db.session.scalars(
        select(Case.id).where(Case.closed_at < now - KEPT_AFTER_CLOSING, Case.erased_at.is_(None)).limit(BATCH)
    ).all()
    for case_id in numbers:
        with transaction():
            gone = cases.erase(case_id, None, SYSTEM)
        for sha256 in gone:
            storage.storage_at(current_app.config["SETTINGS"].files_url).delete(sha256)
        done["cases"] += 1
    return done


def open_cases() -> int:
    """How many cases are open now."""
    return db.session.scalar(select(func.count()).select_from(Case).where(Case.state != "closed")) or 0


def _sign(day: date, count: int, digest: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"digest:{day}:{count}:{digest}".encode(), hashlib.sha256).hexdigest()
