"""CLOCKS: what starts and ends each deadline, who owes it, and what follows when it lapses.

How long a clock runs, and on whose authority, is not here: ``rule`` names a versioned row of the law's tables or of our
service standard. Clocks of an authority's own procedure join this table with the referral they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from disputes.rules.lifecycle import Action, Kind, Role, State, Step


class ClockName(StrEnum):
    OFFICER_FIRST = "officer_first"
    SHOP_ANSWER = "shop_answer"
    TOURIST_ANSWER = "tourist_answer"
    TOURIST_REPLY = "tourist_reply"
    DECISION = "decision"
    SUPERVISOR_DECISION = "supervisor_decision"
    SUPERVISOR_ATTENDS = "supervisor_attends"
    SHOP_PROPOSAL = "shop_proposal"
    TOURIST_PROPOSAL = "tourist_proposal"
    PERFORMANCE = "performance"
    CONFIRMATION = "confirmation"
    REFERRAL = "referral"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Clock:
    """A deadline's wiring.

    It starts when a case enters ``runs_in`` or, where ``starts_on`` names actions, with one of those. It is met when the
    case leaves ``runs_in``, or by an action in ``ends_on``. On lapse the system takes ``on_lapse``; where the tourist has
    not authorised a hand-over to an authority, ``unauthorised`` instead.
    """

    name: ClockName
    kind: Kind
    rule: str
    owes: Role
    runs_in: tuple[State, ...]
    on_lapse: Action
    starts_on: tuple[Action, ...] = ()
    ends_on: tuple[Action, ...] = ()
    unauthorised: Action | None = None


# fmt: off
CLOCKS: tuple[Clock, ...] = (
    Clock(ClockName.OFFICER_FIRST, Kind.DISPUTE, "S-OFFICER-FIRST", Role.OFFICER, (State.TRIAGE,),
          on_lapse=Action.ALERT_SUPERVISOR, ends_on=(Action.ALERT_SUPERVISOR,)),
    Clock(ClockName.SHOP_ANSWER, Kind.DISPUTE, "S-SHOP-ANSWER", Role.MERCHANT, (State.WITH_MERCHANT,),
          on_lapse=Action.ESCALATE),
    Clock(ClockName.TOURIST_ANSWER, Kind.DISPUTE, "S-TOURIST-ANSWER", Role.TOURIST, (State.AWAITING_TOURIST,),
          on_lapse=Action.CLOSE_DORMANT),
    Clock(ClockName.TOURIST_REPLY, Kind.DISPUTE, "S-TOURIST-REPLY", Role.TOURIST, (State.OFFERED,),
          on_lapse=Action.ESCALATE, starts_on=(Action.OFFER,)),
    Clock(ClockName.DECISION, Kind.DISPUTE, "S-DECISION", Role.OFFICER, (State.MEDIATION,),
          on_lapse=Action.ALERT_SUPERVISOR, ends_on=(Action.ALERT_SUPERVISOR,)),
    Clock(ClockName.SUPERVISOR_DECISION, Kind.DISPUTE, "S-SUPERVISOR", Role.SUPERVISOR, (State.MEDIATION,),
          on_lapse=Action.READY_REFERRAL, unauthorised=Action.ASK_AUTHORISATION, starts_on=(Action.ALERT_SUPERVISOR,)),
    Clock(ClockName.SUPERVISOR_ATTENDS, Kind.DISPUTE, "S-SUPERVISOR", Role.SUPERVISOR, (State.TRIAGE, State.REFERRAL_READY, State.REFERRED),
          on_lapse=Action.ALERT_SUPERVISOR, starts_on=(Action.ALERT_SUPERVISOR,)),
    Clock(ClockName.SHOP_PROPOSAL, Kind.DISPUTE, "S-SHOP-PROPOSAL", Role.MERCHANT, (State.PROPOSED,),
          on_lapse=Action.READY_REFERRAL, unauthorised=Action.ASK_AUTHORISATION),
    Clock(ClockName.TOURIST_PROPOSAL, Kind.DISPUTE, "S-TOURIST-PROPOSAL", Role.TOURIST, (State.PROPOSED,),
          on_lapse=Action.ESCALATE),
    Clock(ClockName.PERFORMANCE, Kind.DISPUTE, "S-PERFORMANCE", Role.MERCHANT, (State.SETTLED,),
          on_lapse=Action.ESCALATE, ends_on=(Action.REPORT_PERFORMANCE,)),
    Clock(ClockName.CONFIRMATION, Kind.DISPUTE, "S-CONFIRM", Role.TOURIST, (State.SETTLED,),
          on_lapse=Action.CLOSE_UNCONFIRMED, starts_on=(Action.REPORT_PERFORMANCE,)),
    Clock(ClockName.REFERRAL, Kind.DISPUTE, "S-REFERRAL", Role.OFFICER, (State.REFERRAL_READY,),
          on_lapse=Action.ALERT_SUPERVISOR, ends_on=(Action.ALERT_SUPERVISOR,)),
    Clock(ClockName.FOLLOW_UP, Kind.DISPUTE, "S-FOLLOW-UP", Role.OFFICER, (State.REFERRED,),
          on_lapse=Action.ALERT_SUPERVISOR, ends_on=(Action.ALERT_SUPERVISOR,)),
)
# fmt: on

BY_NAME: dict[ClockName, Clock] = {c.name: c for c in CLOCKS}

# The rungs that still lie before a case in this state; their lengths, taken from the departure, give the instant by which
# the queue is ordered.
LADDER: dict[State, tuple[ClockName, ...]] = {
    State.RECEIVED: (ClockName.SHOP_ANSWER, ClockName.DECISION, ClockName.SHOP_PROPOSAL),
    State.TRIAGE: (ClockName.OFFICER_FIRST, ClockName.SHOP_ANSWER, ClockName.DECISION, ClockName.SHOP_PROPOSAL),
    State.LIAISON: (ClockName.OFFICER_FIRST, ClockName.SHOP_ANSWER, ClockName.DECISION, ClockName.SHOP_PROPOSAL),
    State.AWAITING_TOURIST: (ClockName.DECISION, ClockName.SHOP_PROPOSAL),
    State.WITH_MERCHANT: (ClockName.SHOP_ANSWER, ClockName.DECISION, ClockName.SHOP_PROPOSAL),
    State.OFFERED: (ClockName.TOURIST_REPLY, ClockName.DECISION),
    State.MEDIATION: (ClockName.DECISION, ClockName.SHOP_PROPOSAL),
    State.PROPOSED: (ClockName.SHOP_PROPOSAL, ClockName.REFERRAL),
    State.SETTLED: (ClockName.PERFORMANCE,),
    State.REFERRAL_READY: (ClockName.REFERRAL,),
    State.REFERRED: (ClockName.FOLLOW_UP,),
    State.CLOSED: (),
}


def started_by(step: Step, before: State | None, after: State) -> tuple[Clock, ...]:
    """The clocks that this step starts, given the state it left and the state it reached."""
    return tuple(
        clock
        for clock in CLOCKS
        if clock.kind is step.kind
        and after in clock.runs_in
        and (step.action in clock.starts_on if clock.starts_on else before not in clock.runs_in)
    )


def ended_by(name: ClockName, action: Action, after: State) -> bool:
    """Whether this step meets a running deadline of the clock: it left the clock's states, did what was owed, or starts it anew."""
    clock = BY_NAME[name]
    return after not in clock.runs_in or action in clock.ends_on or action in clock.starts_on
