"""PROCEDURES: what an authority does with a case that was handed to it, and which of its clocks each recorded fact starts,
ends, pauses or extends.

The deadlines of an authority are always the replay of the facts that stand: what was recorded late, corrected or taken back
gives the same dates as if it had been known from the start. Nothing but a recorded fact starts one of these clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from disputes.rules.calendar import Calendar
from disputes.rules.clocks import ClockName
from disputes.rules.counting import count
from disputes.rules.rulebook import Due, Extension, Line, Pause, Rule, Unit


class FactKind(StrEnum):
    """What can be recorded of an authority, in the order in which two facts of one day are read."""

    COLLECTED = "collected"  # by a unit that only collects complaints; the competent bureau has it not yet
    SENT_TO_ODR = "sent_to_odr"  # to a merchant of the 12315 platform's own dispute resolution
    ODR_OVER = "odr_over"  # that negotiation brought no result
    RECEIVED = "received"  # by the competent body; a later receipt by another bureau counts in place of the first
    COMPETENCE_DISPUTED = "competence_disputed"
    COMPETENCE_SETTLED = "competence_settled"
    FUND_RECEIVED = "fund_received"  # the task force of the Chengdu integrity fund
    FUND_DECIDED = "fund_decided"
    FORWARDED = "forwarded"  # to the partner council
    OPERATOR_NOTIFIED = "operator_notified"
    OPERATOR_REPLIED = "operator_replied"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TEST_BEGAN = "test_began"  # the pause of R-SAMR-TEST
    TEST_ENDED = "test_ended"  # its last day
    BREACH_FOUND = "breach_found"
    BREACH_EXTENDED = "breach_extended"
    BREACH_DECIDED = "breach_decided"
    REPORT_RECEIVED = "report_received"  # the report beside the complaint has a clock of its own (R-SAMR-SPLIT)
    REPORT_EXTENDED = "report_extended"
    REPORT_DECIDED = "report_decided"
    ENDED = "ended"  # the authority ended the mediation, or closed the matter
    END_NOTICE = "end_notice"
    ASKED = "asked"  # our officer asked the authority, or the one above it, how it stands


ORDER = {kind: place for place, kind in enumerate(FactKind)}
F = FactKind

# What must stand, on the same day or earlier, before a fact can be recorded: one of these. Facts that are not named need nothing.
NEEDS: dict[FactKind, tuple[FactKind, ...]] = {
    F.ODR_OVER: (F.SENT_TO_ODR,),
    F.COMPETENCE_DISPUTED: (F.RECEIVED, F.COLLECTED),
    F.COMPETENCE_SETTLED: (F.COMPETENCE_DISPUTED,),
    F.FUND_DECIDED: (F.FUND_RECEIVED,),
    F.FORWARDED: (F.RECEIVED,),
    F.OPERATOR_NOTIFIED: (F.RECEIVED,),
    F.OPERATOR_REPLIED: (F.OPERATOR_NOTIFIED,),
    F.ACCEPTED: (F.RECEIVED,),
    F.REFUSED: (F.RECEIVED,),
    F.TEST_BEGAN: (F.ACCEPTED,),
    F.TEST_ENDED: (F.TEST_BEGAN,),
    F.BREACH_FOUND: (F.ACCEPTED,),
    F.BREACH_EXTENDED: (F.BREACH_FOUND,),
    F.BREACH_DECIDED: (F.BREACH_FOUND,),
    F.REPORT_EXTENDED: (F.REPORT_RECEIVED,),
    F.REPORT_DECIDED: (F.REPORT_RECEIVED,),
    F.ENDED: (F.ACCEPTED,),
    F.END_NOTICE: (F.ENDED,),
}

# Stand at most once at a time: a second one is a correction, so the first must be taken back.
ONCE = (
    F.ACCEPTED, F.REFUSED, F.ENDED, F.END_NOTICE, F.FORWARDED, F.FUND_DECIDED, F.BREACH_EXTENDED, F.BREACH_DECIDED,
    F.REPORT_EXTENDED, F.REPORT_DECIDED, F.OPERATOR_REPLIED, F.ODR_OVER,
)  # fmt: skip
EITHER = (F.ACCEPTED, F.REFUSED)
"""Of these only one can stand."""

TEST = "test"
"""The one pause that the rules name (R-SAMR-TEST, CPR 46)."""


class RefusalGround(StrEnum):
    """Why the market regulator does not accept a complaint (MCR 16)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"


class EndGround(StrEnum):
    """Why a mediation ends (MCR 23)."""

    SETTLED = "1"
    STAYED_AWAY = "2"
    NO_AGREEMENT = "3"
    TEST_COSTS = "4"
    TIME_OVER = "5"
    REFUSAL_GROUND = "6"
    PARTY_GONE = "7"
    OTHER = "8"


@dataclass(frozen=True, slots=True)
class ProcedureClock:
    """One clock of a procedure: a receipt or a later fact starts it, and it is met by any of ``ends``."""

    name: ClockName
    rule: str
    starts: FactKind
    ends: tuple[FactKind, ...]
    extended: FactKind | None = None


C = ClockName

# fmt: off
SAMR: tuple[ProcedureClock, ...] = (
    ProcedureClock(C.SAMR_DISTRIBUTES, "R-SAMR-DISTRIB", F.COLLECTED,           (F.RECEIVED, F.REFUSED)),
    ProcedureClock(C.ODR_ANSWERS,      "R-ODR-10",       F.SENT_TO_ODR,         (F.ODR_OVER, F.RECEIVED)),
    ProcedureClock(C.SAMR_ACCEPTS,     "R-SAMR-ACCEPT",  F.RECEIVED,            (F.ACCEPTED, F.REFUSED)),
    ProcedureClock(C.SAMR_COMPETENCE,  "R-SAMR-DISPUTE", F.COMPETENCE_DISPUTED, (F.COMPETENCE_SETTLED, F.ACCEPTED, F.REFUSED)),
    ProcedureClock(C.SAMR_MEDIATES,    "R-SAMR-MEDIATE", F.ACCEPTED,            (F.ENDED,)),
    ProcedureClock(C.SAMR_TELLS_END,   "R-SAMR-ENDNOTE", F.ENDED,               (F.END_NOTICE,)),
    ProcedureClock(C.SAMR_CHECKS,      "R-SAMR-LEAD",    F.BREACH_FOUND,        (F.BREACH_DECIDED,), F.BREACH_EXTENDED),
    ProcedureClock(C.REPORT_CHECK,     "R-REP-CHECK",    F.REPORT_RECEIVED,     (F.REPORT_DECIDED,), F.REPORT_EXTENDED),
)
FUND = ProcedureClock(C.FUND_PAYS,     "R-ADV-CD",       F.FUND_RECEIVED,       (F.FUND_DECIDED,))
TOURISM: tuple[ProcedureClock, ...] = (
    ProcedureClock(C.TOUR_ACCEPTS,     "R-TOUR-ACCEPT",  F.RECEIVED,            (F.ACCEPTED, F.REFUSED)),
    ProcedureClock(C.TOUR_REPLY,       "R-TOUR-REPLY",   F.OPERATOR_NOTIFIED,   (F.OPERATOR_REPLIED, F.ENDED)),
    ProcedureClock(C.TOUR_CONCLUDES,   "R-TOUR-DONE",    F.ACCEPTED,            (F.ENDED,)),
    FUND,
)
MACAO: tuple[ProcedureClock, ...] = (
    ProcedureClock(C.COUNCIL_FORWARDS, "R-XB-MACAO",     F.RECEIVED,            (F.FORWARDED, F.REFUSED, F.ENDED)),
)
# fmt: on

PROCEDURES: dict[str, tuple[ProcedureClock, ...]] = {
    "market_regulation": SAMR,
    "culture_tourism": TOURISM,
    "hotline_12345": (FUND,),
    "consumer_council_cq": MACAO,
}
"""By the code of the authority. Of the others no period is known: their facts are recorded, and our own follow-up runs."""

EVERYWHERE = (F.RECEIVED, F.ACCEPTED, F.REFUSED, F.ENDED, F.ASKED)
"""What can be recorded of every authority."""

FROM_MACAO = "MO"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something an authority did, on this day in China. ``until`` is the last day of a pause where it is known."""

    id: int
    kind: FactKind
    on: date
    until: date | None = None
    length: int | None = None  # by how much a period was extended
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a clock: from the fact that started it to the one that ended it, if one did.

    ``replaced`` says that a later receipt started it anew. ``paused_since`` is the first day of a pause that is not over.
    """

    clock: ProcedureClock
    started: Fact
    ended: Fact | None = None
    replaced: bool = False
    pauses: tuple[Pause, ...] = ()
    paused_since: date | None = None
    extensions: tuple[Extension, ...] = ()


def clocks_of(authority: str, country: str | None = None, region: str | None = None) -> tuple[ProcedureClock, ...]:
    """The clocks of the procedure before this authority.

    The council forwards what comes from Macao (R-XB-MACAO), and the integrity fund is Chengdu's (R-ADV-CD).
    """
    found = PROCEDURES.get(authority, ())
    if found is MACAO and country != FROM_MACAO:
        return ()
    return tuple(clock for clock in found if clock is not FUND or region in (None, "SC"))


def kinds_of(clocks: Sequence[ProcedureClock]) -> tuple[FactKind, ...]:
    """What can be recorded in this procedure, in order."""
    known = set(EVERYWHERE)
    for clock in clocks:
        known |= {clock.starts, *clock.ends}
        known |= {clock.extended} if clock.extended else set()
        known |= {F.TEST_BEGAN, F.TEST_ENDED} if clock.starts is F.ACCEPTED else set()
    return tuple(kind for kind in FactKind if kind in known)


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts as they happened."""
    return tuple(sorted(facts, key=lambda fact: (fact.on, ORDER[fact.kind], fact.id)))


def mistake(facts: Iterable[Fact]) -> str | None:
    """Why these facts cannot all be true, as a code; None when they can.

    ``nothing_before``: a fact lacks what must come before it. ``already_recorded``: one that can stand once stands twice.
    ``ends_before_it_begins``: a pause ends before its first day. ``no_open_pause``: an end of a test of which none is open.
    """
    ordered = in_order(facts)
    for place, fact in enumerate(ordered):
        before = {each.kind for each in ordered[:place]}
        if fact.kind in NEEDS and not before & set(NEEDS[fact.kind]):
            return "nothing_before"
        if fact.kind in ONCE and fact.kind in before:
            return "already_recorded"
        if fact.kind in EITHER and before & set(EITHER):
            return "already_recorded"
        if fact.until is not None and fact.until < fact.on:
            return "ends_before_it_begins"
        if fact.kind is F.TEST_ENDED and not _open_tests(ordered[:place]):
            return "no_open_pause"
    return None


def received_on(facts: Iterable[Fact]) -> date | None:
    """The day on which the competent body received the complaint; it picks the version of a rule (section 1)."""
    days = [fact.on for fact in facts if fact.kind is F.RECEIVED]
    return max(days, default=None)


def replay(clocks: Sequence[ProcedureClock], facts: Iterable[Fact]) -> tuple[Run, ...]:
    """Every run of every clock, as these facts give it, in the order of the table."""
    ordered = in_order(facts)
    return tuple(run for clock in clocks for run in _runs(clock, ordered))


def due_of(run: Run, rule: Rule, calendar: Calendar, today: date) -> Due:
    """When this run is over under this version of its rule.

    A pause that is not over is counted up to today, and a line says that the day moves on with it. Only the pauses that the
    rule names are left out.
    """
    pauses, since = list(run.pauses), run.paused_since
    if TEST not in rule.pauses:
        pauses, since = [], None
    if since is not None and run.ended is None:
        pauses.append(Pause(since, max(since, today), TEST))
    due = count(rule, run.started.on, calendar, pauses, extensions=run.extensions)
    if since is None or run.ended is not None:
        return due
    still = Line("still_paused", since)
    lines = (*due.lines[:-1], still, due.lines[-1])
    return Due(
        due.rule_id, due.rule_version, due.calendar_version, due.due_on, due.due_at, due.provisional, lines, due.roll
    )


# --- the parts of a replay


def _runs(clock: ProcedureClock, ordered: Sequence[Fact]) -> list[Run]:
    found: list[Run] = []
    going: Fact | None = None
    for fact in ordered:
        if fact.kind is clock.starts:
            if going is not None:
                found.append(Run(clock, going, ended=fact, replaced=True))
            going = fact
        elif going is not None and fact.kind in clock.ends:
            found.append(_run(clock, going, fact, ordered))
            going = None
    if going is not None:
        found.append(_run(clock, going, None, ordered))
    return found


def _run(clock: ProcedureClock, started: Fact, ended: Fact | None, ordered: Sequence[Fact]) -> Run:
    pauses, since = _pauses(ordered) if clock.starts is F.ACCEPTED else ((), None)
    extensions = tuple(
        Extension(fact.length, fact.unit, fact.on)
        for fact in ordered
        if clock.extended is not None and fact.kind is clock.extended and fact.length and fact.unit
    )
    return Run(clock, started, ended, pauses=pauses, paused_since=None if ended else since, extensions=extensions)


def _pauses(ordered: Sequence[Fact]) -> tuple[tuple[Pause, ...], date | None]:
    """The tests that are over, each with its last day, and the first day of one that is not.

    An end that is recorded closes every test that is open by then; a last day that was known from the start stands by itself.
    """
    closed: list[Pause] = []
    open_tests: list[Fact] = []
    for fact in ordered:
        if fact.kind is F.TEST_BEGAN and fact.until is not None:
            closed.append(Pause(fact.on, fact.until, TEST))
        elif fact.kind is F.TEST_BEGAN:
            open_tests.append(fact)
        elif fact.kind is F.TEST_ENDED:
            closed += [Pause(test.on, fact.on, TEST) for test in open_tests]
            open_tests = []
    return tuple(closed), min((test.on for test in open_tests), default=None)


def _open_tests(before: Sequence[Fact]) -> bool:
    return _pauses(before)[1] is not None
