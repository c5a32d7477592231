"""What is done once a day: the signed digest over all histories, what pages count, and the erasure of what the law says must go."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from datetime import date, datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from disputes import clock
from disputes.accounts.actors import SYSTEM
from disputes.cases import tallies
from disputes.cases import upkeep as cases
from disputes.cases.models import Authorisation, Case, CaseEvent, DailyDigest, Evidence
from disputes.db import db, transaction
from disputes.files import storage
from disputes.intake import drafts, idempotency
from disputes.returns import figures

# R-DATA-FILE, a proposal of the rule book: three years after closing, identity data 90 days after closing.
KEPT_AFTER_CLOSING = timedelta(days=3 * 365)
IDENTITY_KEPT_AFTER_CLOSING = timedelta(days=90)
BATCH = 500
ON_THE_WAY = timedelta(minutes=5)  # no transaction that writes a step lasts longer

log = structlog.get_logger()


def daily() -> None:
    """Do what the day needs, unless it was done already."""
    with transaction():
        make_digest()
    tallies.refresh()
    figures.refresh()
    purge()


def make_digest() -> DailyDigest:
    """The digest of this day over the heads of all histories; the one made earlier today when there is one.

    It covers what is older than a few minutes: no step is still on its way then that could join it, so the same digest can
    be worked out again at any later time.
    """
    today = clock.today()
    made = db.session.get(DailyDigest, today)
    if made is not None:
        return made
    now = clock.now()
    count, digest = _over_heads(now - ON_THE_WAY)
    values = {"day": today, "made_at": now, "cases": count, "digest": digest, "signature": _sign(today, count, digest)}
    db.session.execute(
        insert(DailyDigest).values(values).on_conflict_do_nothing()
    )  # another worker may be doing the same
    return db.session.get_one(DailyDigest, today)


def forged_digests() -> list[date]:
    """The days whose digest does not carry our signature."""
    return [
        d.day
        for d in db.session.scalars(select(DailyDigest).order_by(DailyDigest.day))
        if not hmac.compare_digest(d.signature, _sign(d.day, d.cases, d.digest))
    ]


def still_fits(made: DailyDigest) -> bool:
    """Whether the histories, as they stand today up to that moment, still give this digest: none was changed, cut off or taken away."""
    return (made.cases, made.digest) == _over_heads(made.made_at - ON_THE_WAY)


def _over_heads(up_to: datetime) -> tuple[int, str]:
    """How many cases there were at this moment, and the digest over each one's number, last event and its hash."""
    last = (
        select(CaseEvent.seq, CaseEvent.hash)
        .where(CaseEvent.case_id == Case.id, CaseEvent.at < up_to)
        .order_by(CaseEvent.seq.desc())
        .limit(1)
        .lateral()
    )
    query = select(Case.number, last.c.seq, last.c.hash).join(last, true()).order_by(Case.id)
    over, count = hashlib.sha256(), 0
    for number, seq, head in db.session.execute(query.execution_options(yield_per=5000)):
        over.update(f"{number}:{seq}:{head}\n".encode())
        count += 1
    return count, over.hexdigest()


def purge() -> dict[str, int]:
    """Erase what has been kept long enough: drafts, identity data, all personal data of old cases, and files that no row names.

    Each case in a transaction of its own; files go once the row that names them is gone.
    """
    done = {"drafts": 0, "sendings": 0, "identities": 0, "cases": 0, "files": 0}
    with transaction():
        done["drafts"] = drafts.purge()
        done["sendings"] = idempotency.purge()
    now = clock.now()
    with transaction():
        old = select(Case.id).where(Case.closed_at < now - IDENTITY_KEPT_AFTER_CLOSING)
        identity = (Authorisation.document_number, Authorisation.home_address, Authorisation.phone)
        for row in db.session.scalars(
            select(Authorisation).where(Authorisation.case_id.in_(old), or_(*(part.is_not(None) for part in identity)))
        ):
            row.document_number = row.home_address = row.phone = None
            done["identities"] += 1
    with transaction():
        old_cases = db.session.scalars(
            select(Case.id)
            .where(Case.closed_at < now - KEPT_AFTER_CLOSING, Case.erased_at.is_(None))
            .order_by(Case.closed_at)
            .limit(BATCH)
        ).all()
    for case_id in old_cases:
        done["cases"] += _erase(case_id)
    done["files"] = storage.purge_unused(_storage(), _in_use)
    return done


def _erase(case_id: int) -> bool:
    """Erase one old case. What hinders one case, such as a tourist who opens it again just now, must not keep the others."""
    try:
        with transaction():
            gone = cases.erase(case_id, None, SYSTEM)
    except Exception:
        log.exception("an old case could not be erased", case=case_id)
        return False
    for sha256 in gone:
        _storage().delete(sha256)
    return True


def _in_use(addresses: Collection[str]) -> set[str]:
    """Those of these files that a case or a draft still names."""
    with transaction():
        named = select(Evidence.sha256, Evidence.safe_sha256, Evidence.thumbnail_sha256).where(
            Evidence.erased_at.is_(None),
            or_(
                *(
                    column.in_(addresses)
                    for column in (Evidence.sha256, Evidence.safe_sha256, Evidence.thumbnail_sha256)
                )
            ),
        )
        return {address for row in db.session.execute(named) for address in row if address}


def _storage() -> storage.Storage:
    return storage.storage_at(current_app.config["SETTINGS"].files_url)


def open_cases() -> int:
    """How many cases are open now."""
    return db.session.scalar(select(func.count()).select_from(Case).where(Case.state != "closed")) or 0


def _sign(day: date, count: int, digest: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"digest:{day}:{count}:{digest}".encode(), hashlib.sha256).hexdigest()
