"""Answering for the shop on the tourist's own phone: with a one-time code sent to a contact of the shop that we already had.

Whoever has the code answers as the shop. Whoever has none may still offer or pay, as a person at the counter whom nobody
has verified. The code is kept as a hash only; what the letter carries is worthless ten minutes later.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import letters, queries
from disputes.cases.commands import Refused
from disputes.cases.models import Case, CounterCode
from disputes.db import db
from disputes.notifications import outbox
from disputes.rules.lifecycle import Action, Kind, Role, State, open_actions

LETTER = "counter-code"
DIGITS = 6
CODE_VALID_FOR = timedelta(minutes=10)
TRIES = 5
ANSWER_WITHIN = timedelta(minutes=15)  # after the right code; then the phone is its owner's again
# A shop must not be flooded with letters, and a guesser gets no more than fifty guesses a day out of a million.
MOST_CODES = ((timedelta(hours=1), 3), (timedelta(days=1), 10))

# What can be done at the counter; everything else has its place in the shop's own portal.
VERIFIED_ACTIONS = (
    Action.ACCEPT_CLAIM,
    Action.OFFER,
    Action.CONTEST,
    Action.AGREE,
    Action.REJECT_PROPOSAL,
    Action.REPORT_PERFORMANCE,
)
UNVERIFIED_ACTIONS = (Action.OFFER, Action.REPORT_PERFORMANCE)


class CodeResult(StrEnum):
    GOOD = "good"
    WRONG = "wrong"
    OVER = "over"  # expired, used, tried too often, or none was ever sent


def person(case: Case) -> Actor:
    """Somebody in the shop whom nobody has verified."""
    return Actor(Role.COUNTER, case_id=case.id)


def shop(case: Case) -> Actor:
    """The shop itself, once somebody gave the right code."""
    return Actor(Role.MERCHANT, case_id=case.id, merchant_id=case.merchant_id)


def actions(case: Case, role: Role) -> tuple[Action, ...]:
    """What can be answered at the counter now, as the shop (``MERCHANT``) or unverified (``COUNTER``)."""
    fitting = VERIFIED_ACTIONS if role is Role.MERCHANT else UNVERIFIED_ACTIONS
    return tuple(a for a in open_actions(Kind(case.kind), State(case.state), role) if a in fitting)


def contact(case: Case) -> str | None:
    """The address to which a code can be sent: the shop's in our own list, never one that came with the complaint."""
    return case.shop.contact if case.shop is not None else None


def next_code_from(case: Case) -> datetime | None:
    """From when on another code may be sent; None when it may be sent now."""
    now, moments = clock.now(), []
    for span, most in MOST_CODES:
        sent = select(CounterCode.made_at).where(CounterCode.case_id == case.id, CounterCode.made_at > now - span)
        made = db.session.scalars(sent.order_by(CounterCode.made_at.desc()).limit(most)).all()
        if len(made) == most:
            moments.append(made[-1] + span)
    return max(moments, default=None)


def send_code(reference: str | int, by: Actor, secret: str) -> CounterCode:
    """Send the shop a fresh code; an earlier one is worthless from then on.

    Refused for a shop without an address, and for too many codes in an hour or a day.
    """
    case = queries.lock(reference, by)
    if contact(case) is None:
        raise Refused("no_contact")
    now = clock.now()
    if next_code_from(case) is not None:
        raise Refused("too_many_codes")
    db.session.execute(
        update(CounterCode)
        .where(CounterCode.case_id == case.id, CounterCode.used_at.is_(None), CounterCode.expires_at > now)
        .values(expires_at=now)
    )
    outbox.cancel_codes(case.id)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = CounterCode(case_id=case.id, code_hash="", made_at=now, expires_at=now + CODE_VALID_FOR, tries=0)
    db.session.add(row)
    db.session.flush()  # the id is part of what is hashed
    row.code_hash = _hash(secret, row.id, code)
    slots = letters.slots(case, Role.MERCHANT, {"code": code, "valid_until": row.expires_at.isoformat()})
    for recipient in letters.recipients(case, Role.MERCHANT, LETTER):
        outbox.put(f"code:{row.id}:{recipient.name}", recipient, LETTER, slots, case_id=case.id)
    return row


def try_code(reference: str | int, by: Actor, typed: str, secret: str) -> tuple[CodeResult, CounterCode | None]:
    """Whether this is the code that was sent last. A wrong one counts, so commit it; the right one is used up.

    With the code comes the row that ``answering`` knows again.
    """
    case = queries.lock(reference, by)
    now = clock.now()
    row = db.session.scalars(
        select(CounterCode).where(CounterCode.case_id == case.id).order_by(CounterCode.id.desc()).limit(1)
    ).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now or row.tries >= TRIES:
        return CodeResult.OVER, None
    row.tries += 1
    if not hmac.compare_digest(row.code_hash, _hash(secret, row.id, _digits(typed))):
        return CodeResult.OVER if row.tries >= TRIES else CodeResult.WRONG, None
    row.used_at, row.expires_at = now, now + ANSWER_WITHIN
    return CodeResult.GOOD, row


def answering(case: Case, code_id: int | None) -> CounterCode | None:
    """The used code under which somebody is answering for this case's shop just now; None when that is over."""
    row = db.session.get(CounterCode, code_id, populate_existing=True) if code_id is not None else None
    if row is None or row.case_id != case.id or row.used_at is None or row.expires_at <= clock.now():
        return None
    return row


def finish(row: CounterCode) -> None:
    """The answer is given, or the phone goes back: the code opens nothing any more."""
    row.expires_at = clock.now()


def _digits(typed: str) -> str:
    """The digits that were typed, in any script; spaces are passed over."""
    values = (unicodedata.digit(char, None) for char in typed if not char.isspace())
    return "".join("?" if value is None else str(value) for value in values)


def _hash(secret: str, code_id: int, code: str) -> str:
    return hmac.new(secret.encode(), f"counter-code:{code_id}:{code}".encode(), hashlib.sha256).hexdigest()
