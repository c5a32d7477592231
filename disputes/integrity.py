"""Rounds: the checks of ``inspection.py`` on schedule, what they found kept and shown, and told to the supervisors when it is new.

A round looks at what is open, running or waiting, which costs the same however many closed cases there are. Once a day it also
goes through histories: those that grew since the last time, a part of all others in turn, and the newest digests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete, func, select

from disputes import clock, inspection
from disputes.accounts.models import User
from disputes.cases.integrity_models import IntegrityRound
from disputes.cases.models import Case, CaseEvent
from disputes.db import db, transaction
from disputes.inspection import Finding, of_stored
from disputes.notifications import outbox
from disputes.rules.lifecycle import Role

TEMPLATE = "integrity-found"
PAGE = "staff/faults"
EVERY = timedelta(minutes=15)
HARDLY = timedelta(minutes=5)  # a round that the broker announced twice
HISTORIES_EVERY = timedelta(hours=20)
GROWN, IN_TURN = 20_000, 10_000  # cases of one round: those with new steps, and of all others
KEPT_FOR = timedelta(days=90)
OF_HISTORIES = ("history", "forged", "digest")
LOCK = 4_158_203  # the number of this work among advisory locks

log = structlog.get_logger()


@dataclass(frozen=True)
class Progress:
    """How far the histories have been gone through: all events up to one, and all cases up to another."""

    events_to: int = 0
    cases_to: int = 0


def look(*, by_hand: bool = False) -> list[Finding] | None:
    """One round, kept; what it found. None when another worker is at it, or one has just been made and nobody asks for more.

    Supervisors get a letter when something is found that the round before did not find.
    """
    with transaction():
        if not db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
            return None
        now, last, histories = clock.now(), newest(), newest(with_histories=True)
        if last is not None and not by_hand and now - HARDLY < last.at <= now:
            return None
        before = findings(last)
        progress = Progress(last.events_to, last.cases_to) if last is not None else Progress()
        due = histories is None or not now - HISTORIES_EVERY < histories.at <= now
        found = [each for check in inspection.QUICK for each in check()]
        if due:
            of_histories, progress = _histories(progress)
            found += of_histories
        else:
            found += [each for each in before if each.check in OF_HISTORIES]  # it does not mend itself
        made = IntegrityRound(
            at=now, histories=due, found=[each.stored() for each in found],
            events_to=progress.events_to, cases_to=progress.cases_to,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        fresh = set(found) - set(before)
        if fresh:
            _tell(made, found)
            log.warning("the data are not in order", found=dict(Counter(each.check for each in fresh)))
        db.session.execute(delete(IntegrityRound).where(IntegrityRound.at < now - KEPT_FOR))
    return found


def newest(*, with_histories: bool = False) -> IntegrityRound | None:
    """The last round; or the last one that went through histories."""
    query = select(IntegrityRound).order_by(IntegrityRound.id.desc()).limit(1)
    if with_histories:
        query = query.where(IntegrityRound.histories)
    return db.session.scalars(query).one_or_none()


def findings(made: IntegrityRound | None) -> list[Finding]:
    """What a round found, in its order."""
    return [of_stored(row) for row in made.found] if made is not None else []


def state() -> str:
    """For monitors: ``ok``, how many things are not in order, or ``degraded`` when nobody has looked for a long time."""
    last = newest()
    if last is None or last.at < clock.now() - 4 * EVERY:
        return "degraded"
    return "ok" if not last.found else f"{len(last.found)} found"


def _histories(progress: Progress) -> tuple[list[Finding], Progress]:
    """Go on where the last round stopped; after the last case it begins again with the first."""
    last_event = db.session.scalar(select(func.max(CaseEvent.id))) or 0
    # Without a step to begin from, as in a system that was just brought to this version, all go in turn.
    since = select(CaseEvent.case_id).where(CaseEvent.id > (progress.events_to or last_event)).distinct().limit(GROWN)
    grown = list(db.session.scalars(since))
    in_turn = list(
        db.session.scalars(select(Case.id).where(Case.id > progress.cases_to).order_by(Case.id).limit(IN_TURN))
    )
    found = inspection.broken_among(_each_once([*grown, *in_turn]))
    found += inspection.doubtful_digests()
    return found, Progress(last_event, in_turn[-1] if len(in_turn) == IN_TURN else 0)


def _each_once(ids: Sequence[int]) -> list[int]:
    return sorted(set(ids))


def _tell(made: IntegrityRound, found: Sequence[Finding]) -> None:
    counted = [list(pair) for pair in Counter(each.check for each in found).items()]
    for user in db.session.scalars(select(User).where(User.role == Role.SUPERVISOR, User.active).order_by(User.id)):
        to = outbox.Recipient(f"user:{user.id}", user.email, user.locale)
        outbox.put(f"integrity:{made.id}:user:{user.id}", to, TEMPLATE, {"path": PAGE, "integrity": counted})
