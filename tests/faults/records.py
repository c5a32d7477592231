"""What came of the cases of a fault run: a record of each that two runs can be compared by, and what must never be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from disputes import inspection
from disputes.cases.models import Case, CaseEvent, Deadline, Offer, Referral, Settlement
from disputes.db import db
from disputes.embedded import mailbox
from disputes.notifications import rendering
from disputes.notifications.models import Message, MessageState


@dataclass(frozen=True)
class Record:
    """What happened in a case, without anything that hangs on who came first: no ids, and departures apart."""

    state: str
    outcome: str | None
    steps: tuple[tuple[str, str | None, str, str], ...]
    departures: int
    deadlines: tuple[tuple[Any, ...], ...]
    letters: tuple[tuple[Any, ...], ...]
    offers: tuple[str, ...]
    others: tuple[int, int]


def records() -> list[Record]:
    """The record of every case, in the order in which they were filed; their numbers may leave gaps after a crash."""
    db.session.rollback()
    db.session.expire_all()
    return [_record(case) for case in db.session.scalars(select(Case).order_by(Case.id))]


def _record(case: Case) -> Record:
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)).all()
    named = _named([(e.id, e.action) for e in events])
    deadlines = db.session.scalars(select(Deadline).where(Deadline.case_id == case.id).order_by(Deadline.id)).all()
    clocks = _named([(d.id, d.clock) for d in deadlines])
    letters = db.session.scalars(select(Message.key).where(Message.case_id == case.id)).all()
    return Record(
        state=case.state,
        outcome=case.outcome,
        steps=tuple((e.action, e.from_state, e.to_state, e.by.partition(":")[0]) for e in events if e.action != "depart"),
        departures=sum(e.action == "depart" for e in events),
        deadlines=tuple(
            sorted(
                (clocks[d.id], d.owes, d.rule_id, d.rule_version, named[d.started_by_id], d.ending or "",
                 named.get(d.ended_by_id or 0, ""))
                for d in deadlines
            )
        ),
        letters=tuple(sorted(_letter(key, named, clocks) for key in letters)),
        offers=tuple(db.session.scalars(select(Offer.status).where(Offer.case_id == case.id).order_by(Offer.id))),
        others=(
            len(db.session.scalars(select(Settlement.id).where(Settlement.case_id == case.id)).all()),
            len(db.session.scalars(select(Referral.id).where(Referral.case_id == case.id)).all()),
        ),
    )  # fmt: skip


def _named(rows: list[tuple[int, str]]) -> dict[int, str]:
    """Names for rows by what they are and which one of it: ``offer 2``."""
    seen: Counter[str] = Counter()
    names = {}
    for row_id, name in rows:
        seen[name] += 1
        names[row_id] = f"{name} {seen[name]}"
    return names


def _letter(key: str, events: dict[int, str], deadlines: dict[int, str]) -> tuple[str, ...]:
    kind, number, *rest = key.split(":", 2)
    return (kind, (events if kind == "step" else deadlines)[int(number)], *rest)


def differences(wanted: list[Record], found: list[Record]) -> list[str]:
    """In what two runs differ, case by case."""
    said = [] if len(wanted) == len(found) else [f"{len(wanted)} cases in peace, and {len(found)} disturbed"]
    for number, (one, other) in enumerate(zip(wanted, found, strict=False), 1):
        for part in Record.__dataclass_fields__:
            if getattr(one, part) != getattr(other, part):
                peaceful, struck = _apart(getattr(one, part), getattr(other, part))
                said.append(f"case {number}, {part}:\n   in peace  {peaceful}\n   disturbed {struck}")
    return said


def _apart(one: Any, other: Any) -> tuple[Any, Any]:
    """Of two long lists only what the other one does not have; both whole where they hold the same."""
    if not isinstance(one, tuple):
        return one, other
    extra = list((Counter(one) - Counter(other)).elements()), list((Counter(other) - Counter(one)).elements())
    return extra if any(extra) else (one, other)


def faults() -> list[str]:
    """What must never be in the database, however it was disturbed."""
    found = [
        *inspection.ownerless_cases(),
        *inspection.clocked_cases_that_are_held(),
        *inspection.broken_histories(),
        *inspection.late_lapses(),
        *inspection.stuck_messages(),
    ]
    keys = db.session.scalars(select(Message.key)).all()
    found += [f"{key} twice" for key, number in Counter(keys).items() if number > 1]
    for message in db.session.scalars(
        select(Message).where(Message.state.not_in((MessageState.SENT, MessageState.CANCELLED)))
    ):
        found.append(f"letter {message.key} is {message.state}: {message.error}")
    return found


def mail_faults(folder: Path) -> list[str]:
    """Letters that did not arrive, and second arrivals of letters of which every attempt had an answer."""
    names = [path.stem for path in folder.glob("*.eml")]
    arrived = Counter(str(message["Message-ID"]) for name in names if (message := mailbox.read(folder, name)))
    found = []
    for message in db.session.scalars(select(Message)):
        times = arrived.pop(rendering.message_id(message.key, current_app.config["SETTINGS"].public_url), 0)
        if message.state == MessageState.SENT and not times:
            found.append(f"{message.key} never arrived")
        if times > 1 + message.uncertain:
            found.append(f"{message.key} arrived {times} times, with {message.uncertain} attempts without an answer")
    return found + [f"nobody wrote {name}" for name in arrived]
