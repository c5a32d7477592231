"""What the page of a case tells its tourist: where it stands, who acts until when, what happened, and what to do in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from disputes import names
from disputes.accounts.actors import Actor
from disputes.cases import deadlines, texts
from disputes.cases.models import Authorisation, Case, CaseEvent, CaseText, Deadline, Offer
from disputes.formats import CHINA
from disputes.names import named
from disputes.names import returns as return_names
from disputes.rules.lifecycle import RESOLVED_OUTCOMES, Action, Kind, Outcome, Role, State, open_actions
from disputes.rules.packages import Goods, Package, package_of
from disputes.rules.procedure import FactKind
from disputes.web.counted import CivilPeriod, Counted, civil_periods, counted, family_of

SOON = timedelta(
    hours=48
)  # with this or less left, what must be done before leaving is named even if all may end in time
HIDDEN = (
    Action.NOTE, Action.ASSIGN, Action.PROPOSE_TRANSFER, Action.RETURN_TRANSFER, Action.WITHDRAW_TRANSFER, Action.LAPSE_TRANSFER,
)  # the staff's own business  # fmt: skip
STILL_WITH_TOURIST = (
    State.REQUESTED,
    State.APPROVED,
    State.OFFERED,
    State.TRIAGE,
    State.AWAITING_TOURIST,
)  # of a return
PUT = (Action.OFFER, Action.COUNTER, Action.PROPOSE, Action.RECORD_SETTLEMENT)  # events that put a package on the table

# fmt: off
STAGES = {
    State.RECEIVED: "received",
    State.TRIAGE: "officer", State.LIAISON: "officer",
    State.WITH_MERCHANT: "shop", State.OFFERED: "shop",
    State.MEDIATION: "mediation", State.PROPOSED: "mediation",
    State.SETTLED: "money",
    State.REFERRAL_READY: "authority", State.REFERRED: "authority",
    State.CLOSED: "closed",
}
STILL_TO_COME = {
    "received": ("shop", "money", "closed"), "officer": ("shop", "money", "closed"), "shop": ("money", "closed"),
    "mediation": ("money", "closed"), "authority": ("answer", "closed"), "money": ("closed",), "closed": (),
}
# fmt: on
# What was passed and what usually follows, to the tourist and to somebody who follows the case beside the tourist.
DONE = {
    "filed": (_l("You told us what happened"), _l("The visitor told us what happened")),
    "officer": (_l("An officer looked at it"), _l("An officer looked at it")),
    "shop": (_l("The shop was asked"), _l("The shop was asked")),
    "mediation": (_l("A mediator took it up"), _l("A mediator took it up")),
    "money": (_l("You and the shop agreed"), _l("The shop and the visitor agreed")),
    "authority": (_l("An authority was brought in"), _l("An authority was brought in")),
}
NEXT = {
    "shop": (_l("The shop answers"), _l("The shop answers")),
    "money": (
        _l("You agree, and the shop does what it promised"),
        _l("Both sides agree, and the shop does what it promised"),
    ),
    "answer": (_l("The authority answers; we ask and tell you"), _l("The authority answers; we ask and tell")),
    "closed": (
        _l("You confirm that it has arrived, and the case is closed"),
        _l("The visitor confirms that it has arrived, and the case is closed"),
    ),
}


@dataclass(frozen=True)
class Stage:
    """One step of the track, as the component draws it."""

    state: str
    title: str
    when: datetime | None = None
    text: str | None = None


@dataclass(frozen=True)
class Stages:
    """The stages that a kind of case goes through, and their words to the tourist and to others."""

    first: str
    first_is_dated: bool
    of_state: Mapping[State, str]
    done: Mapping[str, tuple[Any, Any]]
    next: Mapping[str, tuple[Any, Any]]
    still_to_come: Mapping[str, tuple[str, ...]]

    def track(self, case: Case, heading: str, mine: bool) -> list[Stage]:
        """The stages that were passed, the one that goes on, and those that usually follow."""
        entered: dict[str, datetime] = {}
        here = self.first
        for event in case.events:
            stage = self.of_state.get(
                State(event.to_state), here
            )  # a question to the tourist belongs to the stage that asked
            if stage != here or (self.first_is_dated and event.action == Action.FILE):
                entered[stage] = event.at
            here = stage
        told = 0 if mine else 1
        passed = sorted((at, stage) for stage, at in entered.items() if stage in self.done and stage != here)
        done = [Stage("done", str(self.done[stage][told]), at) for at, stage in [(case.filed_at, "filed"), *passed]]
        if here == "closed":
            ended = "done" if case.outcome in RESOLVED_OUTCOMES else "stopped"
            return [*done, Stage(ended, heading, case.closed_at)]
        coming = () if case.state == State.LIAISON else self.still_to_come[here]
        return [
            *done,
            Stage("now", heading, entered.get(here)),
            *(Stage("next", str(self.next[s][told])) for s in coming),
        ]


WAY = Stages("received", True, STAGES, DONE, NEXT, STILL_TO_COME)


@dataclass(frozen=True)
class Owed:
    """A running deadline in words."""

    mine: bool
    who: str
    follows: str
    family: str  # whose date it is, as the page names it
    due_at: datetime
    provisional: bool
    late: bool
    counted: Counted


@dataclass(frozen=True)
class Happening:
    """One event of the history in words, with what was said and offered."""

    seq: int
    at: datetime
    who: str
    name: str
    title: str
    notes: list[str] = field(default_factory=list)
    texts: list[CaseText] = field(default_factory=list)
    package: Package | None = None
    verified: bool = True


@dataclass(frozen=True)
class Words:
    """How a reader is spoken to: the tourist as "you", a companion about the visitor."""

    mine: bool

    def state(self, state: str) -> str:
        return named(names.STATES_FOR_TOURIST if self.mine else names.STATES, state)

    def action(self, action: str) -> str:
        return named(names.ACTIONS_FOR_TOURIST if self.mine else names.ACTIONS, action)

    def role(self, role: str) -> str:
        return named(names.ROLES_FOR_TOURIST if self.mine else names.ROLES, role)

    def clock(self, clock: str) -> str:
        found = {**names.CLOCKS, **names.CLOCKS_OF_TOURIST} if self.mine else names.CLOCKS
        return named(found, clock)

    def follows(self, clock: str) -> str:
        return named(names.FOLLOWS_FOR_TOURIST if self.mine else names.FOLLOWS, clock)


@dataclass(frozen=True)
class View:
    """Everything that the pages of a case need beside the case itself."""

    token: str
    case: Case
    by: Actor
    now: datetime
    words: Words
    actions: tuple[Action, ...]
    zone: str | None  # of the tourist, where the clocks show another time than in China

    @property
    def own_clock(self) -> str | None:
        """The clock that the tourist chose, whatever it shows."""
        return known_zone(self.case.tourist.time_zone)

    @property
    def mine(self) -> bool:
        return self.words.mine

    def may(self, name: str) -> bool:
        """Whether this reader may take the action of this name now."""
        return name in self.actions

    @property
    def remote(self) -> bool:
        return self.case.remote_since is not None

    @property
    def heading(self) -> str:
        """Where the case stands, in one sentence."""
        case = self.case
        if case.state == State.CLOSED:
            return named(names.OUTCOMES, case.outcome)
        if case.state == State.REFUNDED and self.mine:
            return _("The shop says it has paid you back. Has it arrived?")
        if case.state == State.SETTLED and case.settlement is not None and case.settlement.reported_at is not None:
            return (
                _("The shop says it is done. Has it arrived?") if self.mine else self.words.action("report_performance")
            )
        if self.authorisation_asked:
            return _("May we hand your case to an authority?") if self.mine else self.words.action("ask_authorisation")
        return self.words.state(case.state)

    @property
    def authorisation_asked(self) -> bool:
        """Whether what the tourist owes is the authorisation of a hand-over, and not an answer."""
        if self.case.state != State.AWAITING_TOURIST:
            return False
        asked = [e for e in self.case.events if e.action in (Action.ASK_TOURIST, Action.ASK_AUTHORISATION)]
        return bool(asked) and asked[-1].action == Action.ASK_AUTHORISATION

    @property
    def question(self) -> Happening | None:
        """The question that waits for the tourist's answer."""
        if self.case.state != State.AWAITING_TOURIST or self.authorisation_asked:
            return None
        return next((h for h in self.timeline if h.seq == self._asked_seq), None)

    @property
    def _asked_seq(self) -> int:
        return max((e.seq for e in self.case.events if e.action == Action.ASK_TOURIST), default=0)

    @property
    def on_the_table(self) -> Offer | None:
        """The offer or proposal that waits for an answer."""
        return self.case.open_offer

    @property
    def agreed(self) -> Offer | None:
        """The offer that was accepted, while it is to be carried out and after it was."""
        case = self.case
        if case.settlement is not None:
            return case.settlement.offer
        carried_out = case.outcome in (*RESOLVED_OUTCOMES, Outcome.PERFORMED_UNCONFIRMED)
        return case.settlements[-1].offer if carried_out and case.settlements else None

    @property
    def authorisation(self) -> Authorisation | None:
        """The standing authorisation of a hand-over."""
        return next((a for a in self.case.authorisations if a.withdrawn_at is None), None)

    @property
    def track(self) -> list[Stage]:
        return WAY.track(self.case, self.heading, self.mine)

    @property
    def owed(self) -> list[Owed]:
        """What is owed now, the nearest first."""
        running = sorted(self.case.ladder_deadlines, key=lambda d: d.due_at)
        return [self._owed(d) for d in running]

    @property
    def periods(self) -> list[CivilPeriod]:
        """The periods of civil law that the case touches and that are not over; for the tourist alone."""
        if not self.mine or not self.case.is_open:
            return []
        return [period for period in civil_periods(self.case) if not period.over]

    def _owed(self, deadline: Deadline) -> Owed:
        return Owed(
            mine=self.mine and deadline.owes == Role.TOURIST,
            who=self.words.clock(deadline.clock),
            follows=self.words.follows(deadline.clock),
            family=family_of(deadline),
            counted=counted(deadline),
            due_at=deadline.due_at,
            provisional=deadline.provisional,
            late=deadline.due_at <= self.now,
        )

    @property
    def timeline(self) -> list[Happening]:
        """What has happened, newest first."""
        said: dict[int | None, list[CaseText]] = {}
        for text in texts.readable(self.case, self.by.role):
            said.setdefault(text.event_id, []).append(text)
        events = [e for e in self.case.events if e.action not in HIDDEN]
        return [self._happening(e, said.get(e.id, [])) for e in reversed(events)]

    @property
    def done_last(self) -> Happening | None:
        """What the tourist did last. Whoever comes back to the page of a step by the back button has taken it."""
        own = {event.seq for event in self.case.events if event.by == Role.TOURIST}
        return next((h for h in reversed(self.timeline) if h.seq in own), None)

    def since(self, version: int) -> list[Happening]:
        """What has happened after the version that somebody was looking at, oldest first."""
        return [h for h in reversed(self.timeline) if h.seq > version]

    def _happening(self, event: CaseEvent, said: list[CaseText]) -> Happening:
        role = event.by.partition(":")[0]
        stored = event.details.get("package")
        if self.case.open_offer is not None and self.case.open_offer.event_id == event.id:
            stored, said = None, [text for text in said if text.purpose == "given_by"]  # it stands on the page already
        return Happening(
            seq=event.seq,
            at=event.at,
            who=role,
            name=self.words.role(role),
            title=self._title(event),
            notes=_notes(event),
            texts=[text for text in said if text.purpose != "narrative"],
            package=package_of(stored) if stored and event.action in PUT else None,
            verified=event.details.get("verified", True),
        )

    def _title(self, event: CaseEvent) -> str:
        if event.action == Action.FILE and self.case.kind == Kind.RETURN:
            return _("You declared the return") if self.mine else _("The visitor declared the return")
        return self.words.action(event.action)

    @property
    def leaving(self) -> list[str]:
        """What should be done before the departure, when not all can end in time; codes in the order of their weight."""
        case = self.case
        if not self.mine or not case.is_open or case.departure_at is None or case.departure_at <= self.now:
            return []
        if case.state in (State.LIAISON, State.REFERRED):
            return []
        if case.settlement is not None and case.settlement.reported_at is not None:
            return []  # all that is left is to look whether it has arrived
        fits = deadlines.ends_before_departure(case, self.now)
        if fits and case.departure_at - self.now > SOON:
            return []
        # fmt: off
        wanted = (
            ("authorise", not case.authorised and self.may(Action.AUTHORISE)),
            ("sign", case.authorised and case.kind == Kind.DISPUTE),
            ("hand_over", _goods_to_give_back(case)),
            ("evidence", self.may(Action.ADD_EVIDENCE)),
            ("email", not case.tourist.email),
        )
        # fmt: on
        return [code for code, needed in wanted if needed]


def view_of(token: str, case: Case, by: Actor, now: datetime) -> View:
    """The view of a case for whoever holds its link."""
    role = by.role
    return View(
        token=token,
        case=case,
        by=by,
        now=now,
        words=Words(mine=role is Role.TOURIST),
        actions=open_actions(Kind(case.kind), State(case.state), role),
        zone=_other_zone(case.tourist.time_zone, now),
    )


def known_zone(name: str | None) -> str | None:
    """The zone by this name; None for none, and for one that this machine does not know."""
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _other_zone(name: str | None, now: datetime) -> str | None:
    zone = known_zone(name)
    if zone is None or now.astimezone(ZoneInfo(zone)).utcoffset() == now.astimezone(CHINA).utcoffset():
        return None
    return zone


def _notes(event: CaseEvent) -> list[str]:
    """What the history holds as codes about an event, in words."""
    details = event.details
    found: list[Any] = []
    if event.action == Action.ASK_TOURIST and details.get("phrase"):
        found.append(named(names.QUESTION_PHRASES, details["phrase"]))
    if event.action == Action.CONTEST:
        found.append(named(names.CONTEST_REASONS, details.get("reason")))
    if event.action == Action.TRIAGE:
        found += [named(names.HELD_REASONS, reason) for reason in details.get("reasons", ())]
    if event.action == Action.REPORT_PERFORMANCE:
        found.append(named(names.PERFORMED_BY, details.get("means")))
    if event.action in (Action.AUTHORISE, Action.READY_REFERRAL, Action.RECORD_REFERRAL):
        found.append(named(names.AUTHORITIES, details.get("authority")))
    if details.get("fact") and event.action != Action.RECORD_REFERRAL:
        grounds = names.REFUSAL_GROUNDS if details["fact"] == FactKind.REFUSED else names.END_GROUNDS
        found.append(named(names.AUTHORITY_FACTS, details["fact"]))
        found.append(named(grounds, details.get("ground")))
    if event.action == Action.CONSENT:
        purpose = named(names.PURPOSES, details.get("purpose"))
        found.append(
            _("Given: %(purpose)s", purpose=purpose)
            if details.get("given")
            else _("Taken back: %(purpose)s", purpose=purpose)
        )
    if event.action == Action.REFUSE:
        found.append(named(return_names.REFUSALS, details.get("ground")))
    if event.action == Action.REPORT_REFUND:
        found.append(named(names.PERFORMED_BY, details.get("means")))
    if event.action == Action.CLOSE:
        found.append(named(names.OUTCOMES, details.get("outcome")))
    return [str(note) for note in found if note]


def _goods_to_give_back(case: Case) -> bool:
    if case.kind == Kind.RETURN and case.state not in STILL_WITH_TOURIST:
        return False
    wanted = case.settlement.offer if case.settlement is not None else case.open_offer or case.claim
    return package_of(wanted.package).goods is Goods.GIVE_BACK
