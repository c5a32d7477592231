"""Questions about cases. Each takes the actor, so what belongs to somebody else is simply not found."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy import (
    case as when,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import contains_eager, defaultload, defer, joinedload, load_only, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from disputes import clock, rows
from disputes.accounts import roster
from disputes.accounts.actors import STAFF_ROLES, SYSTEM, Actor
from disputes.accounts.models import User
from disputes.cases.models import (
    IS_OPEN,
    Authorisation,
    Case,
    CaseEvent,
    Complaint,
    Contact,
    Deadline,
    Evidence,
    Offer,
    Referral,
    Settlement,
    Transfer,
)
from disputes.db import Base, db
from disputes.law import queries as law
from disputes.merchants.models import Merchant, Shop
from disputes.numbers import read_number
from disputes.regions.models import Office
from disputes.rules.lifecycle import RESOLVED_OUTCOMES, Action, Kind, Role, State

MAX_TRIES = 5  # then a fault stands on the staff's list


class NotFound(LookupError):
    """There is no such case for this actor."""


class Stale(Exception):
    """The case has moved on since the actor looked at it; ``case`` is as it stands now."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"case {case.number} is at version {case.version}")
        self.case = case


def visible_to(by: Actor) -> Select[tuple[Case]]:
    """The cases this actor may see. Deny by default: a role that is not named here sees none."""
    cases = select(Case)
    if by.case_id is not None:  # a link of one case, whoever holds it
        return cases.where(Case.id == by.case_id)
    if by.role in (Role.OFFICER, Role.SUPERVISOR):
        return cases  # offices of both regions help each other out; what they may do is the table's business
    if by.role is Role.MERCHANT and by.merchant_id is not None:
        # A case is the merchant's business from the moment it was passed on, and only with the tourist's consent.
        return cases.where(Case.merchant_id == by.merchant_id, Case.routed_at.is_not(None), Case.state != State.LIAISON)
    if by.role is Role.PARTNER and by.key_id is not None:
        return cases.where(Case.complaint.has(key_id=by.key_id))
    if by.role is Role.DESK and by.desk_id is not None:
        return cases.where(Case.kind == Kind.RETURN)  # found by the code that the tourist shows, never listed
    if by.role is Role.SYSTEM:
        return cases
    return cases.where(false())


def find(reference: str | int, by: Actor) -> Case:
    """The case with this number (as typed) or id, among those the actor may see; NotFound otherwise."""
    case = db.session.scalars(visible_to(by).where(_is(reference))).one_or_none()
    if case is None:
        raise NotFound(str(reference))
    return case


# What nearly every step reads comes with the lock.
_OF_A_STEP = (
    joinedload(Case.shop).joinedload(Shop.merchant),
    joinedload(Case.officer),
    joinedload(Case.office),
    joinedload(Case.complaint),
    joinedload(Case.contacts),
)

# The id of the event that the step will write; taken before it, it is known to all that the step writes with it.
_NEXT_EVENT = literal_column("(SELECT nextval('case_events_id_seq'))", BigInteger)

# Asked once the row is locked, so that all of it is as its holder before us left it, the moment included. How a deadline was
# counted is long, and no step asks for it.
_DEADLINES = (
    select(Deadline, clock.PRESENT, law.STAMP, _NEXT_EVENT)
    .where(Deadline.case_id == bindparam("case_id"))
    .order_by(Deadline.id)
    .options(defer(Deadline.lines))
    .execution_options(populate_existing=True)
)


def lock(reference: str | int, by: Actor, version: int | None = None) -> Case:
    """The case with its row locked: the first and only lock of every verb.

    ``version`` is the one the person was looking at; raises Stale when the case has moved on, NotFound as ``find`` does.
    """
    if by is SYSTEM and isinstance(reference, int) and version is None:
        if db.session.execute(_LOCK, {"case_id": reference}).one_or_none() is None:
            raise NotFound(str(reference))
        return locked(reference)
    query = visible_to(by).where(_is(reference)).options(*_OF_A_STEP).with_for_update(of=Case)
    case = db.session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()
    if case is None:
        raise NotFound(str(reference))
    _read_deadlines(case)
    db.session.expire(case, ["offers", "settlements", "authorisations", "referrals", "consents", "transfers"])
    if version is not None and case.version != version:
        raise Stale(case)
    return case


_LOCK = select(Case.id).where(Case.id == bindparam("case_id")).with_for_update()


def locked(case_id: int) -> Case:
    """A case whose row this transaction has locked, with all that a step which nobody takes reads of it, in one question.

    Asked after the lock, so that all of it is as its holder before us left it, what time it is included. Of the rows beside the
    case it brings only what a step or a letter can ask for.
    """
    db.session.flush()
    found = db.session.connection().exec_driver_sql(_whole_for_a_step(), {"case_id": case_id}).one()
    read = json.loads(found.read)
    case = rows.known(Case, read["case"])
    merchants = {each["id"]: rows.known(Merchant, each) for each in read["merchants"]}
    shop = rows.known(Shop, read["shop"]) if read["shop"] else None
    if shop is not None:
        rows.tie(shop, merchant=merchants[shop.merchant_id])
    office = rows.known(Office, read["office"])
    rows.tie(office, supervisors=[rows.known(User, each) for each in read["supervisors"]])
    complaint = rows.known(Complaint, read["complaint"])
    rows.tie(complaint, case=case)
    children: dict[str, list[Any]] = {
        name: [rows.known(kind, each) for each in read[name]] for name, (kind, _) in _CHILDREN.items()
    }
    for each in itertools.chain(*children.values()):
        rows.tie(each, case=case)
    offers = {offer.id: offer for offer in children["offers"]}
    for settlement in children["settlements"]:
        rows.tie(settlement, offer=offers[settlement.offer_id])
    rows.tie(
        case, shop=shop, merchant=merchants.get(case.merchant_id), office=office, complaint=complaint,
        officer=rows.known(User, read["officer"]) if read["officer"] else None, **children,
    )  # fmt: skip
    clock.keep(found.present)
    law.keep_stamp(found.stamp)
    rows.keep_id(CaseEvent, found.event_id)
    return case


# What hangs on a case and which of its columns; how a deadline was counted is long, and no step asks for it.
_CHILDREN: dict[str, tuple[type[Base], dict[str, tuple[str, ...]]]] = {
    "contacts": (Contact, {}),
    "deadlines": (Deadline, {"without": ("lines",)}),
    "offers": (Offer, {}),
    "settlements": (Settlement, {}),
    "authorisations": (Authorisation, {"only": ("case_id", "authority_code", "given_at", "withdrawn_at")}),
    "referrals": (Referral, {}),
}
_OF_A_USER = ("email", "locale", "notices", "active", "on_duty")
_OF_A_SHOP = ("merchant_id", "name_zh", "name_en", "email", "notices", "opens", "closes", "active")


@cache
def _whole_for_a_step() -> str:
    """``locked``'s question: one row with one document, since many small answers cost more than they say."""
    one, several, user = rows.one_as_json, rows.all_as_json, {"only": _OF_A_USER}
    read = {
        "case": one(Case, "id = c.id"),
        "complaint": one(Complaint, "case_id = c.id"),
        "shop": one(Shop, "id = c.shop_id", only=_OF_A_SHOP),
        "office": one(Office, "id = c.office_id", only=("email", "notices")),
        "officer": one(User, "id = c.officer_id", **user),
        "merchants": several(Merchant, "id IN (c.merchant_id, s.merchant_id)", only=("email", "notices")),
        "supervisors": several(User, "office_id = c.office_id AND role = 'supervisor' AND active", **user),
        **{name: several(kind, "case_id = c.id", **which) for name, (kind, which) in _CHILDREN.items()},
    }
    document = ", ".join(f"'{name}', {question}" for name, question in read.items())
    return f"""
        SELECT json_build_object({document})::text AS read, {clock.PRESENT} AS present,
               (SELECT stamp FROM law_revision) AS stamp, {_NEXT_EVENT} AS event_id
        FROM cases c LEFT JOIN shops s ON s.id = c.shop_id WHERE c.id = %(case_id)s
    """  # noqa: S608  of the names of our own columns


def _read_deadlines(case: Case) -> None:
    """The deadlines of a case just locked; with them what time it is and which law applies, as long as nobody asks again, and
    the id of the event that the step will write."""
    found = db.session.execute(_DEADLINES, {"case_id": case.id}).all()
    set_committed_value(case, "deadlines", [row[0] for row in found])
    clock.read_again()
    if found:
        clock.keep(found[0][1])
        law.keep_stamp(found[0][2])
        rows.keep_id(CaseEvent, found[-1][3])


# What few cases have. Whether there is any is asked with the case itself, so that the others pay no statement for it.
_SELDOM = {
    "settlements": Settlement, "evidence": Evidence, "authorisations": Authorisation, "referrals": Referral,
    "transfers": Transfer,
}  # fmt: skip


def whole(reference: str | int, by: Actor) -> Case:
    """The case with everything its page shows, in a number of queries that no long story makes larger; NotFound otherwise."""
    there = [exists().where(table.case_id == Case.id).label(name) for name, table in _SELDOM.items()]
    query = (
        visible_to(by)
        .where(_is(reference))
        .add_columns(*there)
        .options(
            joinedload(Case.office),
            joinedload(Case.officer),
            joinedload(Case.merchant),
            joinedload(Case.shop),
            joinedload(Case.complaint),
            selectinload(Case.contacts),
            selectinload(Case.events),
            selectinload(Case.deadlines),
            selectinload(Case.offers),
            selectinload(Case.texts),
            selectinload(Case.consents),
            defaultload(Case.transfers).joinedload(Transfer.deadline),
        )
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound(str(reference))
    case: Case = row[0]
    for name in _SELDOM:
        if not row._mapping[name]:
            set_committed_value(case, name, [])
    return case


def is_late() -> ColumnElement[bool]:
    """The condition that we are late in an open case: a deadline of ours lapsed to the supervisor, or one is overdue."""
    overdue = select(Deadline.case_id).where(Deadline.ended_at.is_(None), Deadline.due_at <= clock.now())
    return or_(Case.waiting_on == Role.SUPERVISOR, Case.id.in_(overdue))


def of_merchant(
    by: Actor, *, is_open: bool = True, kind: Kind | None = None, limit: int = 50, page: int = 1
) -> list[Case]:
    """A merchant's cases, disputes and returns together or of one kind: the open ones by time left, the closed ones newest first."""
    query = visible_to(by).options(
        joinedload(Case.shop), joinedload(Case.complaint), selectinload(Case.deadlines), selectinload(Case.offers)
    )
    if kind is not None:
        query = query.where(Case.kind == kind)
    if is_open:
        query = query.where(Case.state != State.CLOSED).order_by(Case.slack_at, Case.id)
    else:
        query = query.where(Case.state == State.CLOSED).order_by(Case.closed_at.desc(), Case.id.desc())
    return list(db.session.scalars(query.limit(limit).offset((page - 1) * limit)))


@dataclass(frozen=True)
class MerchantFigures:
    """How a merchant deals with its cases. Shares are None while there is nothing to divide by."""

    open: int
    closed: int
    resolved: int
    answers_due: int
    answered_in_time: int
    by_outcome: dict[str, int]

    @property
    def in_time_share(self) -> float | None:
        return self.answered_in_time / self.answers_due if self.answers_due else None

    @property
    def resolved_share(self) -> float | None:
        return self.resolved / self.closed if self.closed else None


def merchant_figures(by: Actor) -> MerchantFigures:
    """The figures of the actor's merchant, over all its cases; silence and performance nobody confirmed never count as resolved."""
    mine = visible_to(by).with_only_columns(Case.id).subquery()
    outcomes: dict[str | None, int] = dict(
        db.session.execute(
            select(Case.outcome, func.count()).where(Case.id.in_(select(mine.c.id))).group_by(Case.outcome)
        ).all()  # type: ignore[arg-type]
    )
    endings: dict[str, int] = dict(
        db.session.execute(
            select(Deadline.fate, func.count())
            .where(
                Deadline.case_id.in_(select(mine.c.id)),
                Deadline.clock.in_(("shop_answer", "shop_proposal")),
                Deadline.fate.in_(("kept", "broken")),
            )
            .group_by(Deadline.fate)
        ).all()  # type: ignore[arg-type]
    )
    by_outcome = {outcome: count for outcome, count in outcomes.items() if outcome is not None}
    return MerchantFigures(
        open=outcomes.get(None, 0),
        closed=sum(by_outcome.values()),
        resolved=sum(by_outcome.get(o, 0) for o in RESOLVED_OUTCOMES),
        answers_due=sum(endings.values()),
        answered_in_time=endings.get("kept", 0),
        by_outcome=by_outcome,
    )


# Written once, since a sweep asks it for every deadline. It asks for the present moment itself.
_deadlines, _cases = Deadline.__table__, Case.__table__
_LONGEST_OVERDUE = (
    select(_deadlines.c.id, _deadlines.c.case_id)
    .join(_cases, _cases.c.id == _deadlines.c.case_id)
    .where(_deadlines.c.ended_at.is_(None), _deadlines.c.due_at <= clock.PRESENT, _deadlines.c.tries < MAX_TRIES)
    .where(or_(_deadlines.c.next_try_at.is_(None), _deadlines.c.next_try_at <= clock.PRESENT))
    .order_by(_deadlines.c.due_at)
    .limit(1)
    .with_for_update(of=_cases, skip_locked=True)
)
_LONGEST_OVERDUE_SQL = str(
    _LONGEST_OVERDUE.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
)


def lock_longest_overdue() -> tuple[int, int] | None:
    """The longest overdue running deadline whose case nobody holds, and that case, now locked, by their ids; None when there is none.

    No lower bound: what lay through an outage of ten days is found like what is due this second. The lock is on the case:
    what its holder before us did to the deadline shows only when the deadline is read after this.
    """
    found = db.session.connection().exec_driver_sql(_LONGEST_OVERDUE_SQL).one_or_none()
    return None if found is None else (found.id, found.case_id)


def lock_next_reminder() -> Deadline | None:
    """The running deadline whose reminder has been due longest, with its case locked; None when there is none."""
    query = (
        select(Deadline)
        .join(Deadline.case)
        .options(contains_eager(Deadline.case))
        .where(Deadline.ended_at.is_(None), Deadline.remind_at <= clock.now())
        .order_by(Deadline.remind_at)
        .limit(1)
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).unique().one_or_none()


def lock_next_leaving() -> Case | None:
    """An open case whose tourist has left by now and which is not in remote mode yet, locked; None when there is none."""
    query = (
        select(Case)
        .where(Case.remote_since.is_(None), IS_OPEN, Case.departure_at <= clock.now())
        .order_by(Case.departure_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one_or_none()


def lock_next_of_somebody_away() -> Case | None:
    """The open case with the least slack in which we owe the next thing and whose officer is away, where somebody of its office is there; locked."""
    now = clock.now()
    away = select(User.id).where(User.role.in_(STAFF_ROLES), roster.is_away(now))
    there = select(User.office_id).where(User.role.in_(STAFF_ROLES), not_(roster.is_away(now)))
    query = (
        select(Case)
        .where(
            Case.officer_id.in_(away),
            IS_OPEN,
            Case.waiting_on.in_((Role.OFFICER, Role.SUPERVISOR)),
            Case.office_id.in_(there),
        )
        .order_by(Case.slack_at, Case.id)
        .limit(1)
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    case = db.session.scalars(query).one_or_none()
    return lock(case.id, SYSTEM) if case is not None else None  # held already; reads what hangs on it anew


# Written once, since a shop's silence asks it for every case. Cases are counted only for those who are equal in all else, and
# only so far: who has more than anybody can work on has too many, however many, and among such people chance decides.
COUNTED_TO = 200  # cases
_PRESENT = (
    select(
        User.id,
        (
            cast(User.languages.contains(bindparam("languages", type_=JSONB)), Integer) * 2
            + cast(roster.ON_SHIFT, Integer)
        ).label("fits"),
    )
    .where(User.role == bindparam("role"), User.office_id == bindparam("office"))
    .where(not_(roster.is_away(bindparam("now", type_=DateTime(timezone=True)))))
    .cte("present")
)
_SOME_OF_THEIRS = (
    select(literal_column("1")).where(IS_OPEN, Case.officer_id == User.id).correlate(User).limit(COUNTED_TO).subquery()
)
_LOAD = select(func.count()).select_from(_SOME_OF_THEIRS).scalar_subquery()
_LEAST_LOADED = (
    select(User)
    .join(_PRESENT, _PRESENT.c.id == User.id)
    .where(_PRESENT.c.fits == select(func.max(_PRESENT.c.fits)).scalar_subquery())
    .order_by(_LOAD, when((_LOAD >= COUNTED_TO, func.random()), else_=0.0), User.id)
    .limit(1)
    .options(load_only(*(getattr(User, each) for each in _OF_A_USER)))
)


def least_loaded_officer(office_id: int, language: str, role: Role = Role.OFFICER) -> User | None:
    """Who gets a case that needs a person: present in this office, if possible with the tourist's language, then in a shift now, then with the fewest open cases."""
    now = clock.now()
    asked = {"role": role, "office": office_id, "languages": [language], "now": now, **roster.week_hour(now)}
    return db.session.scalars(_LEAST_LOADED, asked).one_or_none()


def somebody_present(case: Case) -> User | None:
    """Who can take a case over now: the officer who would get it new, else a supervisor of the office who is there.

    An emergency goes to whoever is on duty first.
    """
    if case.emergency:
        duty = roster.duty_officers(case.office_id, clock.now())
        speaks = [user for user in duty if case.language in user.languages]
        if duty:
            return (speaks or duty)[0]
    officer = least_loaded_officer(case.office_id, case.language)
    return officer or least_loaded_officer(case.office_id, case.language, Role.SUPERVISOR)


def faults() -> list[Deadline]:
    """Deadlines whose consequence could not be carried out."""
    return list(
        db.session.scalars(
            select(Deadline)
            .join(Deadline.case)
            .options(contains_eager(Deadline.case))
            .where(Deadline.fault.is_not(None), Deadline.ended_at.is_(None))
            .order_by(Deadline.id)
        ).unique()
    )


def history(case: Case) -> list[CaseEvent]:
    """All events of a case in their order."""
    return list(db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)))


def referral(case: Case) -> Referral:
    """The referral that is being prepared or under way; NotFound when there is none."""
    found = next((r for r in case.referrals if r.ended_at is None), None)
    if found is None:
        raise NotFound("referral")
    return found


def has_departed(case: Case) -> bool:
    """Whether the step into remote mode was taken at the departure."""
    taken = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.action == Action.DEPART).limit(1)
    return db.session.scalar(taken) is not None


def last_question(case: Case) -> str | None:
    """With which action the tourist was asked what they now owe: a question, or the authorisation of a referral."""
    return db.session.scalars(
        select(CaseEvent.action)
        .where(CaseEvent.case_id == case.id, CaseEvent.action.in_((Action.ASK_TOURIST, Action.ASK_AUTHORISATION)))
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    ).one_or_none()


def _is(reference: str | int):  # type: ignore[no-untyped-def]
    if isinstance(reference, int):
        return Case.id == reference
    number = read_number(reference)
    return Case.number == number if number else false()
