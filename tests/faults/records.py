"""What came of the cases of a fault run: a record of each by which two runs can be compared, and what must never be."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select, text

from disputes import inspection
from disputes.cases.models import Case, CaseEvent, Contact, Deadline, Offer, Referral, Settlement
from disputes.db import db
from disputes.notifications import rendering
from disputes.notifications.models import Message, MessageState
from disputes.returns.models import Custody, Refund, ReturnItem, TaxEntry
from disputes.rules.lifecycle import Action

# Rows that hang on a case by ``case_id``, and what of them must be the same in both runs: none lost, none doubled. What a
# column of moments or ids says hangs on who came first, so it is left out. A new kind of case names its tables here.
COMPARED: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Offer, ("by_role", "status", "package")),
    (Settlement, ("means",)),
    (Referral, ("authority_code",)),
    (ReturnItem, ("position", "goods", "quantity", "unit_price", "holder", "reasons", "grade")),
    (Refund, ("amount", "currency", "means", "by_role")),
    (TaxEntry, ("position", "payer", "payee", "amount", "through", "reason", "rule_id")),
)
OF_A_HAND_OVER = ("seq", "giver", "taker", "quantity", "grade", "seal")  # hangs on its item, and so on the case
OF_THE_CASE = ("kind", "state", "outcome", "waiting_on", "asked_from", "emergency", "office_id", "departure")


@dataclass(frozen=True)
class Row:
    """One row of a case as two runs can compare it, and the moment of the run to which it belongs."""

    moment: int
    says: tuple[Any, ...]


@dataclass(frozen=True)
class Due:
    """When a deadline began and when it is due; the same beginning must give the same end."""

    started_at: datetime
    due_at: datetime


@dataclass
class Record:
    """What happened in a case, without what hangs on who came first: no ids, and departures apart from the other steps."""

    steps: list[Row] = field(default_factory=list)
    departures: list[Row] = field(default_factory=list)
    deadlines: list[Row] = field(default_factory=list)
    dues: dict[str, Due] = field(default_factory=dict)
    letters: list[Row] = field(default_factory=list)
    others: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """One thing in which two runs differ: ``lost``, ``doubled``, ``letter lost``, or ``other``; and at which moment."""

    moment: int
    sort: str
    words: str


def records(moments: Sequence[datetime]) -> dict[str, Record]:
    """The record of every case by its visitor's address, which names it in both runs; a second case of one address shows."""
    db.session.rollback()
    db.session.expire_all()

    def of(at: datetime) -> int:
        return max(bisect_right(moments, at) - 1, 0)

    found: dict[int, Record] = defaultdict(Record)
    named, at = {}, {}
    seen: dict[int, Counter[str]] = defaultdict(Counter)
    events = select(CaseEvent.id, CaseEvent.case_id, CaseEvent.action, CaseEvent.from_state, CaseEvent.to_state, CaseEvent.by, CaseEvent.at)  # fmt: skip
    for event_id, case_id, action, before, after, by, moment in db.session.execute(events.order_by(CaseEvent.id)):
        seen[case_id][action] += 1
        named[event_id], at[event_id] = f"{action} {seen[case_id][action]}", of(moment)
        role = by.partition(":")[0]
        if action == Action.DEPART:  # in which state it finds the case hangs on which of two workers comes first
            found[case_id].departures.append(Row(of(moment), (action, role)))
        else:
            found[case_id].steps.append(Row(of(moment), (action, before, after, role)))
    clocks = {}
    seen.clear()
    for d in db.session.scalars(select(Deadline).order_by(Deadline.id)):
        seen[d.case_id][d.clock] += 1
        clocks[d.id] = name = f"{d.clock} {seen[d.case_id][d.clock]}"
        says = (
            name,
            d.owes,
            d.rule_id,
            d.rule_version,
            named[d.started_by_id],
            d.ending,
            named.get(d.ended_by_id or 0),
        )
        found[d.case_id].deadlines.append(Row(of(d.started_at), says))
        found[d.case_id].dues[name] = Due(d.started_at, d.due_at)
    letters = select(Message.case_id, Message.key, Message.created_at).where(Message.case_id.is_not(None))
    for case_id, key, moment in db.session.execute(letters):
        found[case_id].letters.append(Row(of(moment), letter(key, named, clocks)))
    last = len(moments) - 1
    for table, columns in COMPARED:
        for values in db.session.execute(select(table.case_id, *(getattr(table, column) for column in columns))):
            says = (table.__tablename__, *(repr(value) for value in values[1:]))
            found[values[0]].others.append(Row(last, says))
    hands = select(ReturnItem.case_id, ReturnItem.position, *(getattr(Custody, column) for column in OF_A_HAND_OVER))
    for case_id, *values in db.session.execute(hands.join(Custody.item)):
        found[case_id].others.append(Row(last, ("custody", *map(repr, values))))
    facts = [getattr(Case, column) for column in OF_THE_CASE]
    who = select(Contact.email, Case.id, *facts).join(Contact.case).where(Contact.party == "tourist")
    by_address: dict[str, Record] = {}
    for email, case_id, *values in db.session.execute(who.order_by(Case.id)):
        found[case_id].others.append(Row(last, ("case", *values)))
        by_address[email if email not in by_address else f"{email} again, case {case_id}"] = found[case_id]
    db.session.rollback()
    return by_address


def letter(key: str, events: dict[int, str], deadlines: dict[int, str]) -> tuple[str, ...]:
    """A message's key, with the name of its event or deadline in place of the number, wherever the key has one."""
    kind, number, *rest = key.split(":", 2)
    names = {"step": events, "due": deadlines}.get(kind, {})
    return (kind, names.get(int(number), number) if number.isdigit() else number, *rest)


def differences(peaceful: dict[str, Record], disturbed: dict[str, Record]) -> list[Difference]:
    """In what two runs differ: of each case what differs first, since all later differences follow from that."""
    said = [Difference(0, "lost", f"{who} has no case") for who in peaceful.keys() - disturbed.keys()]
    said += [
        Difference(_begins(disturbed[who]), "doubled", f"{who}: a case too many")
        for who in disturbed.keys() - peaceful.keys()
    ]
    for who in peaceful.keys() & disturbed.keys():
        found = list(_between(peaceful[who], disturbed[who]))
        first = min((each.moment for each in found), default=0)
        said += [Difference(first, d.sort, f"{who}: {d.words}") for d in found if d.moment == first]
    return sorted(said, key=lambda d: (d.moment, d.sort, d.words))


def _begins(record: Record) -> int:
    return min((row.moment for row in record.steps), default=0)


def _between(one: Record, other: Record) -> Iterable[Difference]:
    for part, less, more in (
        ("steps", "lost", "doubled"),
        ("departures", "lost", "doubled"),
        ("letters", "letter lost", "other"),
        ("deadlines", "other", "other"),
        ("others", "other", "other"),
    ):
        wanted, found = Counter(getattr(one, part)), Counter(getattr(other, part))
        for row in (wanted - found).elements():
            yield Difference(row.moment, less, f"{part}, only in peace: {row.says}")
        for row in (found - wanted).elements():
            yield Difference(row.moment, more, f"{part}, only disturbed: {row.says}")
    if Counter(one.steps) == Counter(other.steps):
        for here, there in zip(one.steps, other.steps, strict=True):
            if here != there:
                yield Difference(here.moment, "other", f"{here.says} came before {there.says}")
                break
    for name in one.dues.keys() & other.dues.keys():
        here_due, there_due = one.dues[name], other.dues[name]
        if here_due.started_at == there_due.started_at and here_due.due_at != there_due.due_at:
            yield Difference(
                0, "other", f"{name} is due at {there_due.due_at:%F %T} and not at {here_due.due_at:%F %T}"
            )


def faults() -> list[str]:
    """What must never be in the database, however it was disturbed."""
    looks = (*inspection.QUICK, inspection.broken_histories)
    found = [str(each) for look in looks for each in look()]
    twice = text("""
        SELECT deadline_id, recipient, created_at, count(*) FROM messages
        WHERE deadline_id IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1
    """)
    found += [f"{n} reminders of deadline {d} at once to {who}" for d, who, _, n in db.session.execute(twice)]
    db.session.rollback()
    return found


@dataclass
class Mail:
    """What became of the letters that were written at one moment."""

    written: int = 0
    lost: int = 0
    twice: int = 0
    uncertain: int = 0
    words: list[str] = field(default_factory=list)


def mail(moments: Sequence[datetime], arrived: Counter[str]) -> dict[int, Mail]:
    """By moment: letters that did not arrive, second arrivals without an attempt of unknown result, and such attempts."""
    found: dict[int, Mail] = defaultdict(Mail)
    left = Counter(arrived)
    public_url = current_app.config["SETTINGS"].public_url
    for message in db.session.scalars(select(Message).where(Message.address.contains("@")).order_by(Message.id)):
        here = found[max(bisect_right(moments, message.created_at) - 1, 0)]
        times = left.pop(rendering.message_id(message.key, public_url), 0)
        here.written += 1
        here.uncertain += message.uncertain
        if message.state == MessageState.CANCELLED:
            continue
        if message.state != MessageState.SENT or not times:
            here.lost += 1
            here.words.append(f"{message.key} is {message.state} and arrived {times} times: {message.error}")
        if times > 1 + message.uncertain:
            here.twice += 1
            here.words.append(f"{message.key} arrived {times} times, {message.uncertain} attempts have no answer")
    for name in left:
        found[0].words.append(f"nobody wrote {name}, which arrived")
        found[0].twice += 1
    db.session.rollback()
    return found
