"""Looking at the data itself for what must not be: cases that nobody owes, lapses and letters that wait, histories that do not hold.

Each check gives the first few of what it found; nothing when all is well. A finding is kept as codes and said in the reader's
language, with what to do about it (``sentence``, ``ADVICE``). ``integrity.py`` looks on schedule, ``disputes doctor --deep`` by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, or_, select

from disputes import clock, names, upkeep
from disputes.accounts.models import Absence, User
from disputes.cases import history
from disputes.cases.models import IS_OPEN, Case, CaseEvent, DailyDigest, Deadline, Referral
from disputes.cases.queries import MAX_TRIES
from disputes.db import db
from disputes.formats import china_moment
from disputes.names import integrity as integrity_names
from disputes.notifications.models import Message, MessageState
from disputes.numbers import spoken
from disputes.returns import checks
from disputes.rules.clocks import BY_NAME, ClockName
from disputes.rules.lifecycle import HELD_STATES, Kind, Role, State, may

MOST = 20  # of one sort
# How long a sweep may leave what is due; it comes round every few seconds, and a failed try waits for minutes.
PATIENCE = timedelta(minutes=30)
DIGESTS = 3  # the newest; the chains carry what older ones say
BATCH = 200


@dataclass(frozen=True)
class Finding:
    """One thing that is not in order: the check that found it, what it concerns, and what its sentence needs."""

    check: str
    about: str  # a case's number, a letter, a person, a day: with the check it tells one finding from another
    slots: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        with force_locale("en"):
            return sentence(self)

    def stored(self) -> dict[str, Any]:
        """As it is kept."""
        return {"check": self.check, "about": self.about, "slots": self.slots}


def of_stored(row: dict[str, Any]) -> Finding:
    """The finding that was kept."""
    return Finding(row["check"], row["about"], row["slots"])


# --- cases


def ownerless_cases() -> list[Finding]:
    """Open cases of which nobody owes the next thing: no clock runs although one must, or nobody is named as owing."""
    clocked = exists().where(Deadline.case_id == Case.id, Deadline.ended_at.is_(None))
    without = Case.state.not_in(HELD_STATES) & ~clocked
    nobody = Case.waiting_on.is_(None)
    query = select(Case.number, Case.state).where(IS_OPEN, or_(without, nobody)).order_by(Case.id).limit(MOST)
    return [Finding("ownerless", number, {"state": state}) for number, state in _rows(query)]


def clocked_cases_that_are_held() -> list[Finding]:
    """Closed cases, and cases that wait without a clock, in which one runs all the same."""
    query = (
        select(Case.number, Case.state, Deadline.clock)
        .join(Deadline, Deadline.case_id == Case.id)
        .where(Case.state.in_((*HELD_STATES, State.CLOSED)), Deadline.ended_at.is_(None))
        .order_by(Case.id)
        .limit(MOST)
    )
    return [Finding("clocked", number, {"state": state, "clock": name}) for number, state, name in _rows(query)]


def cases_not_routed() -> list[Finding]:
    """New cases to which the routing task has not come for a long time."""
    query = (
        select(Case.number, Case.filed_at)
        .where(Case.state == State.RECEIVED, Case.filed_at < clock.now() - PATIENCE)
        .order_by(Case.id)
        .limit(MOST)
    )
    return [Finding("not_routed", number, {"at": at.isoformat()}) for number, at in _rows(query)]


def referrals_without_record() -> list[Finding]:
    """Cases that are with an authority without the record of who received them, and packages of cases that moved on."""
    recorded = exists().where(
        Referral.case_id == Case.id, Referral.ended_at.is_(None), Referral.received_at.is_not(None)
    )
    prepared = exists().where(Referral.case_id == Case.id, Referral.ended_at.is_(None))
    without = (
        select(Case.number, Case.state)
        .where(
            Case.state.in_((State.REFERRED, State.REFERRAL_READY)),
            or_((Case.state == State.REFERRED) & ~recorded, ~prepared),
        )
        .order_by(Case.id)
        .limit(MOST)
    )
    return [Finding("no_record", number, {"state": state}) for number, state in _rows(without)]


def officers_who_are_away() -> list[Finding]:
    """People whose account is switched off or who have been away for a while, and who hold cases that wait for the staff."""
    now = clock.now()
    away = exists().where(Absence.user_id == User.id, Absence.starts_at < now - PATIENCE, Absence.ends_at > now)
    query = (
        select(User.id, User.name, User.active, func.count())
        .join(Case, Case.officer_id == User.id)
        .where(IS_OPEN, Case.waiting_on.in_((Role.OFFICER, Role.SUPERVISOR)), or_(~User.active, away))
        .group_by(User.id)
        .order_by(User.id)
        .limit(MOST)
    )
    return [
        Finding("officer_away" if active else "officer_gone", f"user {user_id}", {"name": name, "count": count})
        for user_id, name, active, count in _rows(query)
    ]


# --- deadlines


def late_lapses() -> list[Finding]:
    """Deadlines that were due long ago and had no consequence, tried or not."""
    query = (
        select(Case.number, Deadline.clock, Deadline.due_at, Deadline.tries)
        .join(Deadline.case)
        .where(Deadline.ended_at.is_(None), Deadline.due_at < clock.now() - PATIENCE)
        .order_by(Deadline.due_at)
        .limit(MOST)
    )
    return [
        Finding("late", number, {"clock": name, "at": due_at.isoformat(), "tries": tries})
        for number, name, due_at, tries in _rows(query)
    ]


def unreachable_consequences() -> list[Finding]:
    """Running deadlines whose lapse has no step to take in the state in which the case is."""
    standing = (
        select(Case.kind, Case.state, Deadline.clock)
        .join(Deadline.case)
        .where(Deadline.ended_at.is_(None))
        .group_by(Case.kind, Case.state, Deadline.clock)
    )
    found: list[Finding] = []
    for kind, state, name in sorted(_rows(standing)):
        if state == State.CLOSED or state in HELD_STATES or _leads_on(kind, state, name):
            continue  # the first two are another check's
        query = (
            select(Case.number)
            .join(Deadline, Deadline.case_id == Case.id)
            .where(Deadline.ended_at.is_(None), Deadline.clock == name, Case.kind == kind, Case.state == state)
            .order_by(Case.id)
            .limit(MOST - len(found))
        )
        found += [Finding("unreachable", number, {"clock": name, "state": state}) for (number,) in _rows(query)]
    return found[:MOST]


def _leads_on(kind: str, state: str, name: str) -> bool:
    if name not in list(ClockName):
        return False
    wiring = BY_NAME[ClockName(name)]
    actions = [action for action in (wiring.on_lapse, wiring.unauthorised) if action is not None]
    return all(may(Kind(kind), State(state), action, Role.SYSTEM) for action in actions)


# --- letters


def stuck_messages() -> list[Finding]:
    """Letters that should have been tried long ago and were not."""
    query = (
        select(Message.id, Message.template, Message.next_try_at)
        .where(Message.state == MessageState.DUE, Message.next_try_at < clock.now() - PATIENCE)
        .order_by(Message.next_try_at)
        .limit(MOST)
    )
    return [
        Finding("stuck", f"letter {number}", {"letter": number, "template": name, "at": at.isoformat()})
        for number, name, at in _rows(query)
    ]


def letters_given_up() -> int:
    """How many letters could not be delivered; they stand on the staff's list."""
    return db.session.scalar(select(func.count()).where(Message.state == MessageState.GIVEN_UP)) or 0


# --- returns


def returns_out_of_order(*, everywhere: bool = False) -> list[Finding]:
    """Open returns or, ``everywhere``, all whose goods, money or tax refund do not fit what happened."""
    return [Finding(each.check, each.number, each.slots) for each in checks.look(everywhere=everywhere, most=MOST)]


# --- histories


def broken_histories(newest: int | None = None) -> list[Finding]:
    """Cases whose chain of events does not hold, among the newest ones or among all."""
    return broken_among(db.session.scalars(select(Case.id).order_by(Case.id.desc()).limit(newest)).all())


def broken_among(ids: Sequence[int]) -> list[Finding]:
    """Of these cases those whose chain of events does not hold."""
    found: list[Finding] = []
    for start in range(0, len(ids), BATCH):
        batch, known = ids[start : start + BATCH], set(db.session)
        rows = select(CaseEvent).where(CaseEvent.case_id.in_(batch)).order_by(CaseEvent.case_id, CaseEvent.seq)
        events = {case_id: list(of) for case_id, of in groupby(db.session.scalars(rows), attrgetter("case_id"))}
        for case in db.session.scalars(select(Case).where(Case.id.in_(batch)).order_by(Case.id)):
            broken = history.broken_at(case, events.get(case.id, ()))
            if broken:
                found.append(Finding("history", case.number, {"step": broken}))
        for read in set(db.session) - known:  # or all histories would stay in memory
            db.session.expunge(read)
        if len(found) >= MOST:
            break
    return found[:MOST]


def doubtful_digests() -> list[Finding]:
    """Days whose digest does not carry our signature, and of the newest ones those that no longer fit the histories."""
    forged = [Finding("forged", str(day)) for day in upkeep.forged_digests()]
    newest = db.session.scalars(select(DailyDigest).order_by(DailyDigest.day.desc()).limit(DIGESTS)).all()
    changed = [Finding("digest", str(d.day)) for d in newest if not upkeep.still_fits(d)]
    return [*forged, *changed][:MOST]


def newest_digest() -> DailyDigest | None:
    """The digest made last; None in a system that has just begun."""
    return db.session.scalars(select(DailyDigest).order_by(DailyDigest.day.desc()).limit(1)).one_or_none()


QUICK: tuple[Callable[[], list[Finding]], ...] = (
    ownerless_cases, clocked_cases_that_are_held, cases_not_routed, referrals_without_record, officers_who_are_away,
    late_lapses, unreachable_consequences, stuck_messages, returns_out_of_order,
)  # fmt: skip
"""The checks that an index answers however many cases there are; they look at what is open, running or waiting alone."""


# --- in words


def sentence(found: Finding) -> str:
    """What was found, in the reader's language."""
    slots = found.slots
    said: dict[str, Callable[[], str]] = {
        "ownerless": lambda: _("Nobody owes the next step in case %(number)s (%(state)s).", **_case(found)),
        "clocked": lambda: _("The clock “%(clock)s” runs in case %(number)s (%(state)s), where none may run.", **_case(found)),
        "not_routed": lambda: _(
            "Case %(number)s was filed at %(moment)s, and nobody has routed it.", **_case(found)
        ),
        "no_record": lambda: (
            _("Case %(number)s is with an authority, and there is no record of who received it.", **_case(found))
            if slots["state"] == State.REFERRED
            else _("Case %(number)s is ready for an authority, and there is no package for one.", **_case(found))
        ),
        "officer_gone": lambda: ngettext(
            "The account of %(name)s is switched off, and %(num)s case still waits for this person.",
            "The account of %(name)s is switched off, and %(num)s cases still wait for this person.",
            slots["count"], name=slots["name"],
        ),
        "officer_away": lambda: ngettext(
            "%(name)s is away, and %(num)s case still waits for this person.",
            "%(name)s is away, and %(num)s cases still wait for this person.",
            slots["count"], name=slots["name"],
        ),
        "late": lambda: (
            _("“%(clock)s” of case %(number)s was due at %(moment)s. The consequence failed %(tries)s times and is not tried again.", **_case(found))
            if slots["tries"] >= MAX_TRIES
            else _("“%(clock)s” of case %(number)s was due at %(moment)s, and nothing followed.", **_case(found))
        ),
        "unreachable": lambda: _(
            "When “%(clock)s” lapses in case %(number)s (%(state)s), there is no step for the system to take.", **_case(found)
        ),
        "stuck": lambda: _(
            "Letter %(letter)s (%(template)s) has been waiting since %(moment)s.",
            letter=slots["letter"], template=names.named(names.LETTERS, slots["template"]), moment=_moment(slots["at"]),
        ),
        "goods_elsewhere": lambda: _(
            "Item %(item)s of return %(number)s is not with whoever took it last.", item=slots["item"], number=spoken(found.about)
        ),
        "accepted_unseen": lambda: _(
            "Item %(item)s of return %(number)s was accepted although it never arrived.", item=slots["item"], number=spoken(found.about)
        ),
        "refund_without_clock": lambda: _("The refund of return %(number)s is due, and no clock runs for it.", **_case(found)),
        "refund_before_tax": lambda: _(
            "The refund of return %(number)s was reported before the tax refund was put right.", **_case(found)
        ),
        "tax_doubled": lambda: _("What is owed of the tax refund stands twice in return %(number)s.", **_case(found)),
        "money_of_nothing": lambda: _("Return %(number)s has a refund of which its history knows nothing.", **_case(found)),
        "history": lambda: _("The history of case %(number)s does not hold from step %(step)s on.", **_case(found)),
        "forged": lambda: _("The digest of %(day)s does not carry our signature.", day=found.about),
        "digest": lambda: _("The histories are not what they were on %(day)s.", day=found.about),
    }  # fmt: skip
    return said[found.check]()


def _case(found: Finding) -> dict[str, Any]:
    slots = found.slots
    return {
        "number": spoken(found.about),
        "state": names.named(names.STATES, slots.get("state")),
        "clock": names.named(names.CLOCKS, slots.get("clock")),
        "moment": _moment(slots["at"]) if "at" in slots else "",
        "tries": slots.get("tries"),
        "step": slots.get("step"),
    }


def _moment(at: str) -> str:
    return china_moment(datetime.fromisoformat(at))


TITLES = integrity_names.CHECKS
_WORKERS = _l(
    "Ask whoever runs the system to look at the workers (disputes doctor). Until then you can take the next step by hand."
)
_SEAL = _l(
    "Change nothing. Ask whoever runs the system to compare the case with the last backup, and write down who could reach the database."
)
ADVICE: dict[str, Any] = {
    "ownerless": _l("Open the case and take the next step by hand, such as stepping in; that starts a clock again."),
    "clocked": _l("Nobody is harmed, but the clock may still lapse. Tell whoever runs the system."),
    "not_routed": _WORKERS,
    "no_record": _l(
        "Ask the officer of the case for the receipt. Without one, step in and prepare the hand-over again."
    ),
    "officer_gone": _l("Hand the cases over on the page “Workload”."),
    "officer_away": _l("Hand the cases over on the page “Workload”."),
    "late": _WORKERS,
    "unreachable": _l("Take the next step by hand before the date, and tell whoever runs the system."),
    "stuck": _l("Ask whoever runs the system to look at the workers and the mail server (disputes doctor)."),
    "goods_elsewhere": _l("Ask the places of the last entries what they have, and record who gives and takes it."),
    "accepted_unseen": _l("Ask the shop whether it has the goods. Change nothing; tell whoever runs the system."),
    "refund_without_clock": _l("Ask the shop for the refund today, and tell whoever runs the system."),
    "refund_before_tax": _l("Ask the shop whether form and invoice are voided, and tell whoever runs the system."),
    "tax_doubled": _l("Do not pay twice. Tell whoever runs the system."),
    "money_of_nothing": _SEAL,
    "history": _SEAL,
    "forged": _SEAL,
    "digest": _SEAL,
}
"""What to do about a finding, by its check."""


def _rows(query: Any) -> Iterable[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(query)]
