"""CLOCKS: what starts and ends each deadline, who owes it, and what follows when it lapses.

How long a clock runs, and on whose authority, is not here: ``rule`` names a versioned row of the law's tables or of our
service standard. The clocks of an authority's own procedure are started and ended by the facts recorded of it
(``rules/procedure.py``); here stands who owes, and what our side does when they lapse.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from disputes.rules.lifecycle import TRANSFERABLE, Action, Kind, Role, State, Step


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
    CHASE = "chase"
    # of an authority, or before it
    SAMR_DISTRIBUTES = "samr_distributes"
    ODR_ANSWERS = "odr_answers"
    SAMR_ACCEPTS = "samr_accepts"
    SAMR_COMPETENCE = "samr_competence"
    SAMR_MEDIATES = "samr_mediates"
    SAMR_TELLS_END = "samr_tells_end"
    SAMR_CHECKS = "samr_checks"
    REPORT_CHECK = "report_check"
    TOUR_ACCEPTS = "tour_accepts"
    TOUR_REPLY = "tour_reply"
    TOUR_CONCLUDES = "tour_concludes"
    FUND_PAYS = "fund_pays"
    COUNCIL_FORWARDS = "council_forwards"
    # of a return
    RETURN_ANSWER = "return_answer"
    RETURN_LOOK = "return_look"
    RETURN_SUPERVISOR = "return_supervisor"
    RETURN_QUESTION = "return_question"
    RETURN_OFFER = "return_offer"
    RETURN_CONTEST = "return_contest"
    HAND_OVER = "hand_over"
    ON_THE_WAY = "on_the_way"
    INSPECTION = "inspection"
    REFUND = "refund"
    REFUND_CONFIRMATION = "refund_confirmation"
    # between offices
    TRANSFER = "transfer"
    RETURN_TRANSFER = "return_transfer"


@dataclass(frozen=True)
class Clock:
    """A deadline's wiring.

    It starts when a case enters ``runs_in`` or, where ``starts_on`` names actions, with one of those. It is met when the
    case leaves ``runs_in``, or by an action in ``ends_on``. On lapse the system takes ``on_lapse``; where the tourist has
    not authorised a hand-over to an authority, ``unauthorised`` instead. A ``recorded`` clock is started by no step, only by
    what an officer recorded of an authority.
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
    recorded: bool = False


AUTHORITY_DID = (
    Action.AUTHORITY_ACCEPTS, Action.AUTHORITY_REFUSES, Action.AUTHORITY_ENDS, Action.AUTHORITY_STEP, Action.CORRECT_AUTHORITY,
)  # fmt: skip
"""The steps by which an officer records what an authority did; each shows that somebody has asked it."""


def _of_authority(name: ClockName, rule: str, owes: Role = Role.AUTHORITY) -> Clock:
    """A clock of an authority: when it lapses nothing of the case moves, but an officer has to ask."""
    return Clock(name, Kind.DISPUTE, rule, owes, (State.REFERRED,), on_lapse=Action.AUTHORITY_LATE, recorded=True)


def _transfer(name: ClockName, kind: Kind) -> Clock:
    """The other office's time to answer; without an answer the case is again the business of its own office alone."""
    answers = (Action.ACCEPT_TRANSFER, Action.RETURN_TRANSFER, Action.WITHDRAW_TRANSFER)
    return Clock(
        name, kind, "S-TRANSFER", Role.OFFICER, TRANSFERABLE[kind], on_lapse=Action.LAPSE_TRANSFER,
        starts_on=(Action.PROPOSE_TRANSFER,), ends_on=answers,
    )  # fmt: skip


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
          on_lapse=Action.ALERT_SUPERVISOR, starts_on=(Action.ALERT_SUPERVISOR,), ends_on=AUTHORITY_DID),
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
          on_lapse=Action.ALERT_SUPERVISOR, starts_on=(Action.RECORD_REFERRAL, *AUTHORITY_DID),
          ends_on=(Action.ALERT_SUPERVISOR, *AUTHORITY_DID)),
    Clock(ClockName.CHASE, Kind.DISPUTE, "S-CHASE", Role.OFFICER, (State.REFERRED,),
          on_lapse=Action.ALERT_SUPERVISOR, starts_on=(Action.AUTHORITY_LATE,), ends_on=(Action.ALERT_SUPERVISOR, *AUTHORITY_DID)),

    _of_authority(ClockName.SAMR_DISTRIBUTES, "R-SAMR-DISTRIB"),
    _of_authority(ClockName.ODR_ANSWERS,      "R-ODR-10", Role.MERCHANT),
    _of_authority(ClockName.SAMR_ACCEPTS,     "R-SAMR-ACCEPT"),
    _of_authority(ClockName.SAMR_COMPETENCE,  "R-SAMR-DISPUTE"),
    _of_authority(ClockName.SAMR_MEDIATES,    "R-SAMR-MEDIATE"),
    _of_authority(ClockName.SAMR_TELLS_END,   "R-SAMR-ENDNOTE"),
    _of_authority(ClockName.SAMR_CHECKS,      "R-SAMR-LEAD"),
    _of_authority(ClockName.REPORT_CHECK,     "R-REP-CHECK"),
    _of_authority(ClockName.TOUR_ACCEPTS,     "R-TOUR-ACCEPT"),
    _of_authority(ClockName.TOUR_REPLY,       "R-TOUR-REPLY", Role.MERCHANT),
    _of_authority(ClockName.TOUR_CONCLUDES,   "R-TOUR-DONE"),
    _of_authority(ClockName.FUND_PAYS,        "R-ADV-CD"),
    _of_authority(ClockName.COUNCIL_FORWARDS, "R-XB-MACAO"),

    Clock(ClockName.RETURN_ANSWER, Kind.RETURN, "S-RETURN-ANSWER", Role.MERCHANT, (State.REQUESTED,),
          on_lapse=Action.ESCALATE),
    Clock(ClockName.RETURN_LOOK, Kind.RETURN, "S-OFFICER-FIRST", Role.OFFICER, (State.TRIAGE,),
          on_lapse=Action.ALERT_SUPERVISOR, ends_on=(Action.ALERT_SUPERVISOR,)),
    Clock(ClockName.RETURN_SUPERVISOR, Kind.RETURN, "S-SUPERVISOR", Role.SUPERVISOR, (State.TRIAGE,),
          on_lapse=Action.ALERT_SUPERVISOR, starts_on=(Action.ALERT_SUPERVISOR,)),
    Clock(ClockName.RETURN_QUESTION, Kind.RETURN, "S-TOURIST-ANSWER", Role.TOURIST, (State.AWAITING_TOURIST,),
          on_lapse=Action.CLOSE_DORMANT),
    Clock(ClockName.RETURN_OFFER, Kind.RETURN, "S-TOURIST-REPLY", Role.TOURIST, (State.OFFERED,),
          on_lapse=Action.ESCALATE, starts_on=(Action.OFFER,)),
    Clock(ClockName.RETURN_CONTEST, Kind.RETURN, "S-TOURIST-ANSWER", Role.TOURIST, (State.REFUSED, State.REJECTED),
          on_lapse=Action.CLOSE_DORMANT),
    Clock(ClockName.HAND_OVER, Kind.RETURN, "S-HAND-OVER", Role.TOURIST, (State.APPROVED,),
          on_lapse=Action.CLOSE_DORMANT),
    Clock(ClockName.ON_THE_WAY, Kind.RETURN, "S-ON-THE-WAY", Role.OFFICER, (State.HANDED_OVER,),
          on_lapse=Action.ESCALATE),
    Clock(ClockName.INSPECTION, Kind.RETURN, "S-INSPECTION", Role.MERCHANT, (State.GOODS_RECEIVED,),
          on_lapse=Action.PRESUME_ACCEPTED),
    Clock(ClockName.REFUND, Kind.RETURN, "S-REFUND", Role.MERCHANT, (State.REFUND_DUE,),
          on_lapse=Action.ESCALATE),
    Clock(ClockName.REFUND_CONFIRMATION, Kind.RETURN, "S-CONFIRM", Role.TOURIST, (State.REFUNDED,),
          on_lapse=Action.CLOSE_UNCONFIRMED),

    _transfer(ClockName.TRANSFER, Kind.DISPUTE),
    _transfer(ClockName.RETURN_TRANSFER, Kind.RETURN),
)
# fmt: on

BY_NAME: dict[ClockName, Clock] = {c.name: c for c in CLOCKS}

# Between our own desks: they run beside the case's own clocks, move nobody's turn, and neither party sees them.
BETWEEN_DESKS = {Kind.DISPUTE: ClockName.TRANSFER, Kind.RETURN: ClockName.RETURN_TRANSFER}
INTERNAL = frozenset(BETWEEN_DESKS.values())

# The rungs that still lie before a case in this state; their lengths, taken from the departure, give the instant by which
# the queue is ordered.
LADDER: dict[Kind, dict[State, tuple[ClockName, ...]]] = {
    Kind.DISPUTE: {
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
    },
    Kind.RETURN: {
        State.REQUESTED: (ClockName.RETURN_ANSWER, ClockName.INSPECTION),
        State.TRIAGE: (ClockName.RETURN_LOOK, ClockName.RETURN_ANSWER),
        State.AWAITING_TOURIST: (ClockName.RETURN_ANSWER,),
        State.OFFERED: (ClockName.RETURN_OFFER, ClockName.RETURN_LOOK),
        State.APPROVED: (ClockName.INSPECTION,),
        State.REFUSED: (),
        State.HANDED_OVER: (ClockName.ON_THE_WAY, ClockName.INSPECTION),
        State.GOODS_RECEIVED: (ClockName.INSPECTION,),
        State.REJECTED: (),
        State.REFUND_DUE: (ClockName.REFUND,),
        State.REFUNDED: (),
        State.CLOSED: (),
    },
}


def started_by(step: Step, before: State | None, after: State) -> tuple[Clock, ...]:
    """The clocks that this step starts, given the state it left and the state it reached."""
    return tuple(
        clock
        for clock in CLOCKS
        if clock.kind is step.kind
        and not clock.recorded
        and after in clock.runs_in
        and (step.action in clock.starts_on if clock.starts_on else before not in clock.runs_in)
    )


def ended_by(name: ClockName, action: Action, after: State) -> bool:
    """Whether this step meets a running deadline of the clock: it left the clock's states, did what was owed, or starts it anew."""
    clock = BY_NAME[name]
    return after not in clock.runs_in or action in clock.ends_on or action in clock.starts_on


def ending(name: ClockName) -> str:
    """How a clock ends with a step: what an authority owes is not done by our step, so its clock is cancelled with the referral."""
    return "cancelled" if BY_NAME[name].recorded else "met"
