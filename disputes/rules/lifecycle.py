"""STEPS: what may happen next in a case, who may do it and where it leads.

The table guards every verb, draws the buttons, and is tested for every combination. Kinds have their own rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    DISPUTE = "dispute"
    RETURN = "return"


class Role(StrEnum):
    TOURIST = "tourist"
    COMPANION = "companion"  # follows the tourist's case by a link of their own, and takes no step
    PARTNER = "partner"  # a hotel desk or kiosk that files for a tourist with a key of its own
    MERCHANT = "merchant"
    COUNTER = "counter"  # somebody in the shop, on the tourist's phone, whom nobody has verified
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class State(StrEnum):
    RECEIVED = "received"
    TRIAGE = "triage"
    LIAISON = "liaison"  # an emergency: kept for the duty officer, with no clock and no mediation
    AWAITING_TOURIST = "awaiting_tourist"
    WITH_MERCHANT = "with_merchant"
    OFFERED = "offered"
    MEDIATION = "mediation"
    PROPOSED = "proposed"
    SETTLED = "settled"
    REFERRAL_READY = "referral_ready"
    REFERRED = "referred"
    CLOSED = "closed"
    BACK = "back"  # never stored: the state in which the tourist was asked


class Action(StrEnum):
    FILE = "file"
    SEND_TO_SHOP = "send_to_shop"
    TRIAGE = "triage"
    HOLD_EMERGENCY = "hold_emergency"
    CLEAR_EMERGENCY = "clear_emergency"
    ASK_TOURIST = "ask_tourist"
    ANSWER = "answer"
    OFFER = "offer"
    ACCEPT_CLAIM = "accept_claim"
    CONTEST = "contest"
    ESCALATE = "escalate"
    STEP_IN = "step_in"
    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"
    PROPOSE = "propose"
    AGREE = "agree"
    SETTLE_PROPOSAL = "settle_proposal"
    REJECT_PROPOSAL = "reject_proposal"
    REPORT_PERFORMANCE = "report_performance"
    CONFIRM = "confirm"
    DENY = "deny"
    WAIVE = "waive"
    ALERT_SUPERVISOR = "alert_supervisor"
    ASK_AUTHORISATION = "ask_authorisation"
    READY_REFERRAL = "ready_referral"
    RECORD_REFERRAL = "record_referral"
    RECORD_SETTLEMENT = "record_settlement"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    CLOSE_DORMANT = "close_dormant"
    CLOSE_UNCONFIRMED = "close_unconfirmed"
    REOPEN = "reopen"
    # steps that change the record and leave the state
    ASSIGN = "assign"
    NOTE = "note"
    WRITE = "write"
    ADD_EVIDENCE = "add_evidence"
    AUTHORISE = "authorise"
    CONSENT = "consent"
    CHANGE_DEPARTURE = "change_departure"
    CHANGE_CONTACT = "change_contact"
    CHANGE_SHOP = "change_shop"
    DEPART = "depart"
    REVOKE_LINK = "revoke_link"
    ERASE = "erase"


class Outcome(StrEnum):
    """Why a case is closed. Only the first two are reported as resolved."""

    RESOLVED = "resolved"  # the tourist confirmed that the settlement was carried out
    WAIVED = "waived"  # the tourist said in so many words that nothing more is owed
    PERFORMED_UNCONFIRMED = "performed_unconfirmed"
    DORMANT = "dormant"
    WITHDRAWN = "withdrawn"
    NO_AGREEMENT = "no_agreement"
    REFERRED_ENDED = "referred_ended"
    OUT_OF_SCOPE = "out_of_scope"
    DUPLICATE = "duplicate"
    EMERGENCY_HANDED_OVER = "emergency_handed_over"


RESOLVED_OUTCOMES = (Outcome.RESOLVED, Outcome.WAIVED)


@dataclass(frozen=True)
class Step:
    kind: Kind
    state: State | None  # None: there is no case yet
    action: Action
    end: State
    roles: tuple[Role, ...]


class StepRefused(Exception):
    """This step is not possible for this role in this state; the case has moved on, or never allowed it."""

    def __init__(self, kind: Kind, state: State | None, action: Action, role: Role) -> None:
        super().__init__(f"{role} may not {action} a {kind} in state {state}")
        self.kind, self.state, self.action, self.role = kind, state, action, role


TOURIST = (Role.TOURIST,)
MERCHANT = (Role.MERCHANT,)
SYSTEM = (Role.SYSTEM,)
STAFF = (Role.OFFICER, Role.SUPERVISOR)
STAFF_OR_SYSTEM = (*STAFF, Role.SYSTEM)
SHOP = (Role.MERCHANT, Role.COUNTER)
PARTIES = (Role.TOURIST, Role.MERCHANT)
FILERS = (Role.TOURIST, Role.PARTNER, *STAFF)

DISPUTE = Kind.DISPUTE

OPEN_STATES = tuple(s for s in State if s not in (State.CLOSED, State.BACK))
HELD_STATES = (State.RECEIVED, State.LIAISON)  # nobody's clock runs: the routing task or the duty officer has it

# fmt: off
STEPS: tuple[Step, ...] = (
    Step(DISPUTE, None,                   Action.FILE,               State.RECEIVED,         FILERS),

    Step(DISPUTE, State.RECEIVED,         Action.SEND_TO_SHOP,       State.WITH_MERCHANT,    STAFF_OR_SYSTEM),
    Step(DISPUTE, State.RECEIVED,         Action.TRIAGE,             State.TRIAGE,           STAFF_OR_SYSTEM),
    Step(DISPUTE, State.RECEIVED,         Action.HOLD_EMERGENCY,     State.LIAISON,          STAFF_OR_SYSTEM),
    Step(DISPUTE, State.RECEIVED,         Action.OFFER,              State.OFFERED,          (Role.COUNTER,)),

    Step(DISPUTE, State.LIAISON,          Action.CLEAR_EMERGENCY,    State.TRIAGE,           STAFF),
    Step(DISPUTE, State.LIAISON,          Action.CLOSE,              State.CLOSED,           STAFF),

    Step(DISPUTE, State.TRIAGE,           Action.SEND_TO_SHOP,       State.WITH_MERCHANT,    STAFF),
    Step(DISPUTE, State.TRIAGE,           Action.ASK_TOURIST,        State.AWAITING_TOURIST, STAFF),
    Step(DISPUTE, State.TRIAGE,           Action.HOLD_EMERGENCY,     State.LIAISON,          STAFF),
    Step(DISPUTE, State.TRIAGE,           Action.STEP_IN,            State.MEDIATION,        STAFF),
    Step(DISPUTE, State.TRIAGE,           Action.OFFER,              State.OFFERED,          (Role.COUNTER,)),
    Step(DISPUTE, State.TRIAGE,           Action.ALERT_SUPERVISOR,   State.TRIAGE,           SYSTEM),
    Step(DISPUTE, State.TRIAGE,           Action.CLOSE,              State.CLOSED,           STAFF),

    Step(DISPUTE, State.AWAITING_TOURIST, Action.ANSWER,             State.BACK,             TOURIST),
    Step(DISPUTE, State.AWAITING_TOURIST, Action.STEP_IN,            State.MEDIATION,        STAFF),
    Step(DISPUTE, State.AWAITING_TOURIST, Action.CLOSE_DORMANT,      State.CLOSED,           SYSTEM),

    Step(DISPUTE, State.WITH_MERCHANT,    Action.OFFER,              State.OFFERED,          SHOP),
    Step(DISPUTE, State.WITH_MERCHANT,    Action.ACCEPT_CLAIM,       State.SETTLED,          MERCHANT),
    Step(DISPUTE, State.WITH_MERCHANT,    Action.CONTEST,            State.MEDIATION,        MERCHANT),
    Step(DISPUTE, State.WITH_MERCHANT,    Action.ASK_TOURIST,        State.AWAITING_TOURIST, (Role.MERCHANT, *STAFF)),
    Step(DISPUTE, State.WITH_MERCHANT,    Action.ESCALATE,           State.MEDIATION,        SYSTEM),
    Step(DISPUTE, State.WITH_MERCHANT,    Action.STEP_IN,            State.MEDIATION,        STAFF),

    Step(DISPUTE, State.OFFERED,          Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(DISPUTE, State.OFFERED,          Action.ACCEPT,             State.SETTLED,          TOURIST),
    Step(DISPUTE, State.OFFERED,          Action.COUNTER,            State.WITH_MERCHANT,    TOURIST),
    Step(DISPUTE, State.OFFERED,          Action.DECLINE,            State.MEDIATION,        TOURIST),
    Step(DISPUTE, State.OFFERED,          Action.ESCALATE,           State.MEDIATION,        SYSTEM),
    Step(DISPUTE, State.OFFERED,          Action.STEP_IN,            State.MEDIATION,        STAFF),

    Step(DISPUTE, State.MEDIATION,        Action.PROPOSE,            State.PROPOSED,         STAFF),
    Step(DISPUTE, State.MEDIATION,        Action.OFFER,              State.OFFERED,          SHOP),
    Step(DISPUTE, State.MEDIATION,        Action.ACCEPT_CLAIM,       State.SETTLED,          MERCHANT),
    Step(DISPUTE, State.MEDIATION,        Action.ASK_TOURIST,        State.AWAITING_TOURIST, STAFF),
    Step(DISPUTE, State.MEDIATION,        Action.SEND_TO_SHOP,       State.WITH_MERCHANT,    STAFF),
    Step(DISPUTE, State.MEDIATION,        Action.ALERT_SUPERVISOR,   State.MEDIATION,        SYSTEM),
    Step(DISPUTE, State.MEDIATION,        Action.ASK_AUTHORISATION,  State.AWAITING_TOURIST, STAFF_OR_SYSTEM),
    Step(DISPUTE, State.MEDIATION,        Action.READY_REFERRAL,     State.REFERRAL_READY,   STAFF_OR_SYSTEM),
    Step(DISPUTE, State.MEDIATION,        Action.CLOSE,              State.CLOSED,           STAFF),

    Step(DISPUTE, State.PROPOSED,         Action.AGREE,              State.PROPOSED,         PARTIES),
    Step(DISPUTE, State.PROPOSED,         Action.SETTLE_PROPOSAL,    State.SETTLED,          PARTIES),
    Step(DISPUTE, State.PROPOSED,         Action.REJECT_PROPOSAL,    State.MEDIATION,        PARTIES),
    Step(DISPUTE, State.PROPOSED,         Action.ESCALATE,           State.MEDIATION,        SYSTEM),
    Step(DISPUTE, State.PROPOSED,         Action.STEP_IN,            State.MEDIATION,        STAFF),
    Step(DISPUTE, State.PROPOSED,         Action.ASK_AUTHORISATION,  State.AWAITING_TOURIST, SYSTEM),
    Step(DISPUTE, State.PROPOSED,         Action.READY_REFERRAL,     State.REFERRAL_READY,   SYSTEM),

    Step(DISPUTE, State.SETTLED,          Action.REPORT_PERFORMANCE, State.SETTLED,          (*SHOP, *STAFF)),
    Step(DISPUTE, State.SETTLED,          Action.CONFIRM,            State.CLOSED,           TOURIST),
    Step(DISPUTE, State.SETTLED,          Action.WAIVE,              State.CLOSED,           TOURIST),
    Step(DISPUTE, State.SETTLED,          Action.DENY,               State.MEDIATION,        TOURIST),
    Step(DISPUTE, State.SETTLED,          Action.ESCALATE,           State.MEDIATION,        SYSTEM),
    Step(DISPUTE, State.SETTLED,          Action.STEP_IN,            State.MEDIATION,        STAFF),
    Step(DISPUTE, State.SETTLED,          Action.CLOSE_UNCONFIRMED,  State.CLOSED,           SYSTEM),

    Step(DISPUTE, State.REFERRAL_READY,   Action.RECORD_REFERRAL,    State.REFERRED,         STAFF),
    Step(DISPUTE, State.REFERRAL_READY,   Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(DISPUTE, State.REFERRAL_READY,   Action.ACCEPT_CLAIM,       State.SETTLED,          MERCHANT),
    Step(DISPUTE, State.REFERRAL_READY,   Action.ASK_TOURIST,        State.AWAITING_TOURIST, STAFF),
    Step(DISPUTE, State.REFERRAL_READY,   Action.STEP_IN,            State.MEDIATION,        STAFF),
    Step(DISPUTE, State.REFERRAL_READY,   Action.ALERT_SUPERVISOR,   State.REFERRAL_READY,   SYSTEM),
    Step(DISPUTE, State.REFERRAL_READY,   Action.CLOSE,              State.CLOSED,           STAFF),

    Step(DISPUTE, State.REFERRED,         Action.RECORD_SETTLEMENT,  State.SETTLED,          STAFF),
    Step(DISPUTE, State.REFERRED,         Action.ALERT_SUPERVISOR,   State.REFERRED,         SYSTEM),
    Step(DISPUTE, State.REFERRED,         Action.STEP_IN,            State.MEDIATION,        STAFF),
    Step(DISPUTE, State.REFERRED,         Action.CLOSE,              State.CLOSED,           STAFF),

    Step(DISPUTE, State.CLOSED,           Action.REOPEN,             State.MEDIATION,        (Role.TOURIST, *STAFF)),

    *(Step(DISPUTE, state, Action.WITHDRAW,         State.CLOSED, TOURIST)                   for state in OPEN_STATES),
    *(Step(DISPUTE, state, Action.ASSIGN,           state,        STAFF_OR_SYSTEM)           for state in State if state is not State.BACK),
    *(Step(DISPUTE, state, Action.NOTE,             state,        STAFF)                     for state in State if state is not State.BACK),
    *(Step(DISPUTE, state, Action.WRITE,            state,        (*PARTIES, *STAFF))        for state in OPEN_STATES),
    *(Step(DISPUTE, state, Action.ADD_EVIDENCE,     state,        (*PARTIES, *STAFF))        for state in OPEN_STATES),
    *(Step(DISPUTE, state, Action.AUTHORISE,        state,        TOURIST)                   for state in OPEN_STATES if state is not State.REFERRED),
    *(Step(DISPUTE, state, Action.CONSENT,          state,        TOURIST)                   for state in State if state is not State.BACK),
    *(Step(DISPUTE, state, Action.CHANGE_DEPARTURE, state,        (Role.TOURIST, *STAFF))    for state in OPEN_STATES),
    *(Step(DISPUTE, state, Action.CHANGE_CONTACT,   state,        (Role.TOURIST, *STAFF))    for state in State if state is not State.BACK),
    *(Step(DISPUTE, state, Action.CHANGE_SHOP,      state,        STAFF)                     for state in (State.RECEIVED, State.LIAISON, State.TRIAGE, State.MEDIATION)),
    *(Step(DISPUTE, state, Action.DEPART,           state,        SYSTEM)                    for state in OPEN_STATES),
    *(Step(DISPUTE, state, Action.REVOKE_LINK,      state,        (Role.TOURIST, *STAFF))    for state in State if state is not State.BACK),
    Step(DISPUTE, State.CLOSED,           Action.ERASE,              State.CLOSED,           (Role.TOURIST, *STAFF, Role.SYSTEM)),
)
# fmt: on

BY_STATE_AND_ACTION: dict[tuple[Kind, State | None, Action], Step] = {(s.kind, s.state, s.action): s for s in STEPS}


def step_for(kind: Kind, state: State | None, action: Action, role: Role) -> Step:
    """The one row for this action in this state, or StepRefused when there is none or the role is not named in it."""
    step = BY_STATE_AND_ACTION.get((kind, state, action))
    if step is None or role not in step.roles:
        raise StepRefused(kind, state, action, role)
    return step


def may(kind: Kind, state: State | None, action: Action, role: Role) -> bool:
    """Whether the table lets this role take this action in this state."""
    step = BY_STATE_AND_ACTION.get((kind, state, action))
    return step is not None and role in step.roles


def open_actions(kind: Kind, state: State, role: Role) -> tuple[Action, ...]:
    """What this role may do next in this state, in the order of the table; pages draw their buttons from it."""
    return tuple(s.action for s in STEPS if s.kind is kind and s.state is state and role in s.roles)


def reachable(kind: Kind) -> frozenset[State]:
    """The states that a case of this kind can come to, starting from its filing."""
    steps = [s for s in STEPS if s.kind is kind and s.end is not State.BACK]
    found: set[State] = set()
    frontier: set[State] = set()
    frontier.update(s.end for s in steps if s.state is None)
    while frontier:
        found |= frontier
        frontier = {s.end for s in steps if s.state in frontier} - found
    return frozenset(found)
