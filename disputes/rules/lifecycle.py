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
    DESK = "desk"  # somebody at a return desk: a mall's, a station's, an airport's
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    AUTHORITY = "authority"  # a body with legal power: it owes by its own clocks, and takes no step here


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
    # of a return
    REQUESTED = "requested"  # declared; the shop decides
    APPROVED = "approved"  # the goods can be handed over
    REFUSED = "refused"  # with a ground of the pledge; the tourist can contest it
    HANDED_OVER = "handed_over"  # on their way to the shop
    GOODS_RECEIVED = "goods_received"  # by the shop, or by whoever accepts for it
    REJECTED = "rejected"  # looked at, and nothing of it accepted
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"  # says the shop
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
    # what the authority did, as an officer records it
    AUTHORITY_ACCEPTS = "authority_accepts"
    AUTHORITY_REFUSES = "authority_refuses"
    AUTHORITY_ENDS = "authority_ends"
    AUTHORITY_STEP = "authority_step"
    CORRECT_AUTHORITY = "correct_authority"
    AUTHORITY_LATE = "authority_late"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    CLOSE_DORMANT = "close_dormant"
    CLOSE_UNCONFIRMED = "close_unconfirmed"
    REOPEN = "reopen"
    # of a return
    APPROVE = "approve"
    REFUSE = "refuse"
    LET_KEEP = "let_keep"  # approved, and the tourist keeps the goods
    ACCEPT_REFUND = "accept_refund"  # an offer after which nothing need be handed over any more
    HAND_OVER = "hand_over"
    RECEIVE_GOODS = "receive_goods"
    ACCEPT_GOODS = "accept_goods"
    REJECT_GOODS = "reject_goods"
    PRESUME_ACCEPTED = "presume_accepted"  # nobody found anything in time: the refund stays due
    REPORT_REFUND = "report_refund"
    MAKE_DISPUTE = "make_dispute"
    # steps of a return that change the record and leave the state
    DEPOSIT = "deposit"  # a desk keeps the goods while the shop still decides
    HAND_ON = "hand_on"
    GIVE_BACK = "give_back"
    RECORD_TAX = "record_tax"
    SPLIT_DISPUTE = "split_dispute"  # what was rejected becomes a dispute, the rest goes on
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
    RECOUNT = "recount"  # the calendar changed, and with it the dates
    REPLAN = "replan"  # a supervisor applies a new service standard to what runs already
    # a case offered to another office; it stays with its own until that one has accepted
    PROPOSE_TRANSFER = "propose_transfer"
    ACCEPT_TRANSFER = "accept_transfer"
    RETURN_TRANSFER = "return_transfer"
    WITHDRAW_TRANSFER = "withdraw_transfer"
    LAPSE_TRANSFER = "lapse_transfer"
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
    BECAME_DISPUTE = "became_dispute"  # of a return


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
DESK = (Role.DESK,)
TAKERS = (Role.MERCHANT, Role.DESK)  # who can take goods in: the shop, or a desk

DISPUTE, RETURN = Kind.DISPUTE, Kind.RETURN

OPEN_STATES = tuple(s for s in State if s not in (State.CLOSED, State.BACK))
RETURN_STATES = (
    State.REQUESTED, State.TRIAGE, State.AWAITING_TOURIST, State.OFFERED, State.APPROVED, State.REFUSED, State.HANDED_OVER,
    State.GOODS_RECEIVED, State.REJECTED, State.REFUND_DUE, State.REFUNDED,
)  # fmt: skip
"""The open states of a return."""
BEFORE_ARRIVAL = (State.REQUESTED, State.TRIAGE, State.AWAITING_TOURIST, State.OFFERED, State.APPROVED, State.REFUSED)
DISPUTE_STATES = (
    *(s for s in OPEN_STATES if s not in RETURN_STATES), State.TRIAGE, State.AWAITING_TOURIST, State.OFFERED,
)  # fmt: skip
"""The open states of a dispute."""
HELD_STATES = (State.RECEIVED, State.LIAISON)  # nobody's clock runs: the routing task or the duty officer has it
TRANSFERABLE = {DISPUTE: tuple(s for s in DISPUTE_STATES if s not in HELD_STATES), RETURN: RETURN_STATES}
"""In which states a case can be offered to another office. An emergency is handed on by phone, from officer to officer."""

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
    Step(DISPUTE, State.REFERRED,         Action.AUTHORITY_ACCEPTS,  State.REFERRED,         STAFF),
    Step(DISPUTE, State.REFERRED,         Action.AUTHORITY_REFUSES,  State.REFERRED,         STAFF),
    Step(DISPUTE, State.REFERRED,         Action.AUTHORITY_ENDS,     State.REFERRED,         STAFF),
    Step(DISPUTE, State.REFERRED,         Action.AUTHORITY_STEP,     State.REFERRED,         STAFF),
    Step(DISPUTE, State.REFERRED,         Action.CORRECT_AUTHORITY,  State.REFERRED,         STAFF),
    Step(DISPUTE, State.REFERRED,         Action.AUTHORITY_LATE,     State.REFERRED,         SYSTEM),
    Step(DISPUTE, State.REFERRED,         Action.STEP_IN,            State.MEDIATION,        STAFF),
    Step(DISPUTE, State.REFERRED,         Action.CLOSE,              State.CLOSED,           STAFF),

    Step(DISPUTE, State.CLOSED,           Action.REOPEN,             State.MEDIATION,        (Role.TOURIST, *STAFF)),

    *(Step(DISPUTE, state, Action.WITHDRAW,         State.CLOSED, TOURIST)                   for state in DISPUTE_STATES),
    *(Step(DISPUTE, state, Action.ASSIGN,           state,        STAFF_OR_SYSTEM)           for state in (*DISPUTE_STATES, State.CLOSED)),
    *(Step(DISPUTE, state, Action.NOTE,             state,        STAFF)                     for state in (*DISPUTE_STATES, State.CLOSED)),
    *(Step(DISPUTE, state, Action.WRITE,            state,        (*PARTIES, *STAFF))        for state in DISPUTE_STATES),
    *(Step(DISPUTE, state, Action.ADD_EVIDENCE,     state,        (*PARTIES, *STAFF))        for state in DISPUTE_STATES),
    *(Step(DISPUTE, state, Action.AUTHORISE,        state,        TOURIST)                   for state in DISPUTE_STATES if state is not State.REFERRED),
    *(Step(DISPUTE, state, Action.CONSENT,          state,        TOURIST)                   for state in (*DISPUTE_STATES, State.CLOSED)),
    *(Step(DISPUTE, state, Action.CHANGE_DEPARTURE, state,        (Role.TOURIST, *STAFF))    for state in DISPUTE_STATES),
    *(Step(DISPUTE, state, Action.CHANGE_CONTACT,   state,        (Role.TOURIST, *STAFF))    for state in (*DISPUTE_STATES, State.CLOSED)),
    *(Step(DISPUTE, state, Action.CHANGE_SHOP,      state,        STAFF)                     for state in (State.RECEIVED, State.LIAISON, State.TRIAGE, State.MEDIATION)),
    *(Step(DISPUTE, state, Action.DEPART,           state,        SYSTEM)                    for state in DISPUTE_STATES),
    *(Step(DISPUTE, state, Action.RECOUNT,          state,        SYSTEM)                    for state in DISPUTE_STATES),
    *(Step(DISPUTE, state, Action.REPLAN,           state,        (Role.SUPERVISOR,))        for state in DISPUTE_STATES),
    *(Step(DISPUTE, state, Action.REVOKE_LINK,      state,        (Role.TOURIST, *STAFF))    for state in (*DISPUTE_STATES, State.CLOSED)),
    Step(DISPUTE, State.CLOSED,           Action.ERASE,              State.CLOSED,           (Role.TOURIST, *STAFF, Role.SYSTEM)),

    # --- a return: one declaration, goods handed over once, money back. Decision, goods and money are separate facts.
    Step(RETURN, None,                    Action.FILE,               State.REQUESTED,        (*FILERS, Role.DESK)),

    Step(RETURN, State.REQUESTED,         Action.APPROVE,            State.APPROVED,         (Role.MERCHANT, Role.SYSTEM)),
    Step(RETURN, State.REQUESTED,         Action.SEND_TO_SHOP,       State.REQUESTED,        SYSTEM),
    Step(RETURN, State.REQUESTED,         Action.LET_KEEP,           State.REFUND_DUE,       (Role.MERCHANT, Role.SYSTEM)),
    Step(RETURN, State.REQUESTED,         Action.REFUSE,             State.REFUSED,          MERCHANT),
    Step(RETURN, State.REQUESTED,         Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(RETURN, State.REQUESTED,         Action.TRIAGE,             State.TRIAGE,           STAFF_OR_SYSTEM),
    Step(RETURN, State.REQUESTED,         Action.ESCALATE,           State.TRIAGE,           SYSTEM),
    Step(RETURN, State.REQUESTED,         Action.ASK_TOURIST,        State.AWAITING_TOURIST, (Role.MERCHANT, *STAFF)),

    Step(RETURN, State.TRIAGE,            Action.SEND_TO_SHOP,       State.REQUESTED,        STAFF),
    Step(RETURN, State.TRIAGE,            Action.APPROVE,            State.APPROVED,         (Role.MERCHANT, *STAFF)),
    Step(RETURN, State.TRIAGE,            Action.LET_KEEP,           State.REFUND_DUE,       MERCHANT),
    Step(RETURN, State.TRIAGE,            Action.REFUSE,             State.REFUSED,          MERCHANT),
    Step(RETURN, State.TRIAGE,            Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(RETURN, State.TRIAGE,            Action.ASK_TOURIST,        State.AWAITING_TOURIST, STAFF),
    Step(RETURN, State.TRIAGE,            Action.RECEIVE_GOODS,      State.GOODS_RECEIVED,   TAKERS),
    Step(RETURN, State.TRIAGE,            Action.REPORT_REFUND,      State.REFUNDED,         (Role.MERCHANT, *STAFF)),
    Step(RETURN, State.TRIAGE,            Action.ALERT_SUPERVISOR,   State.TRIAGE,           SYSTEM),
    Step(RETURN, State.TRIAGE,            Action.MAKE_DISPUTE,       State.CLOSED,           (Role.TOURIST, *STAFF)),
    Step(RETURN, State.TRIAGE,            Action.CLOSE,              State.CLOSED,           STAFF),

    Step(RETURN, State.AWAITING_TOURIST,  Action.ANSWER,             State.BACK,             TOURIST),
    Step(RETURN, State.AWAITING_TOURIST,  Action.TRIAGE,             State.TRIAGE,           STAFF),
    Step(RETURN, State.AWAITING_TOURIST,  Action.CLOSE_DORMANT,      State.CLOSED,           SYSTEM),

    Step(RETURN, State.OFFERED,           Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(RETURN, State.OFFERED,           Action.APPROVE,            State.APPROVED,         MERCHANT),
    Step(RETURN, State.OFFERED,           Action.ACCEPT,             State.APPROVED,         TOURIST),
    Step(RETURN, State.OFFERED,           Action.ACCEPT_REFUND,      State.REFUND_DUE,       TOURIST),
    Step(RETURN, State.OFFERED,           Action.DECLINE,            State.TRIAGE,           TOURIST),
    Step(RETURN, State.OFFERED,           Action.ESCALATE,           State.TRIAGE,           SYSTEM),
    Step(RETURN, State.OFFERED,           Action.MAKE_DISPUTE,       State.CLOSED,           (Role.TOURIST, *STAFF)),

    Step(RETURN, State.APPROVED,          Action.HAND_OVER,          State.HANDED_OVER,      (Role.TOURIST, Role.DESK, Role.SYSTEM)),
    Step(RETURN, State.APPROVED,          Action.RECEIVE_GOODS,      State.GOODS_RECEIVED,   (*TAKERS, Role.SYSTEM)),
    Step(RETURN, State.APPROVED,          Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(RETURN, State.APPROVED,          Action.CLOSE_DORMANT,      State.CLOSED,           SYSTEM),

    Step(RETURN, State.REFUSED,           Action.APPROVE,            State.APPROVED,         MERCHANT),
    Step(RETURN, State.REFUSED,           Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(RETURN, State.REFUSED,           Action.MAKE_DISPUTE,       State.CLOSED,           (Role.TOURIST, *STAFF)),
    Step(RETURN, State.REFUSED,           Action.CLOSE_DORMANT,      State.CLOSED,           SYSTEM),

    Step(RETURN, State.HANDED_OVER,       Action.RECEIVE_GOODS,      State.GOODS_RECEIVED,   TAKERS),
    Step(RETURN, State.HANDED_OVER,       Action.ESCALATE,           State.TRIAGE,           SYSTEM),

    Step(RETURN, State.GOODS_RECEIVED,    Action.ACCEPT_GOODS,       State.REFUND_DUE,       TAKERS),
    Step(RETURN, State.GOODS_RECEIVED,    Action.REJECT_GOODS,       State.REJECTED,         TAKERS),
    Step(RETURN, State.GOODS_RECEIVED,    Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(RETURN, State.GOODS_RECEIVED,    Action.PRESUME_ACCEPTED,   State.REFUND_DUE,       SYSTEM),

    Step(RETURN, State.REJECTED,          Action.ACCEPT_GOODS,       State.REFUND_DUE,       TAKERS),
    Step(RETURN, State.REJECTED,          Action.OFFER,              State.OFFERED,          MERCHANT),
    Step(RETURN, State.REJECTED,          Action.MAKE_DISPUTE,       State.CLOSED,           (Role.TOURIST, *STAFF)),
    Step(RETURN, State.REJECTED,          Action.CLOSE_DORMANT,      State.CLOSED,           SYSTEM),

    Step(RETURN, State.REFUND_DUE,        Action.REPORT_REFUND,      State.REFUNDED,         (*TAKERS, *STAFF)),
    Step(RETURN, State.REFUND_DUE,        Action.ESCALATE,           State.TRIAGE,           SYSTEM),

    Step(RETURN, State.REFUNDED,          Action.CONFIRM,            State.CLOSED,           TOURIST),
    Step(RETURN, State.REFUNDED,          Action.WAIVE,              State.CLOSED,           TOURIST),
    Step(RETURN, State.REFUNDED,          Action.DENY,               State.TRIAGE,           TOURIST),
    Step(RETURN, State.REFUNDED,          Action.CLOSE_UNCONFIRMED,  State.CLOSED,           SYSTEM),

    Step(RETURN, State.CLOSED,            Action.REOPEN,             State.TRIAGE,           (Role.TOURIST, *STAFF)),

    *(Step(RETURN, state, Action.WITHDRAW,         State.CLOSED, TOURIST)                    for state in (*BEFORE_ARRIVAL, State.REJECTED)),
    *(Step(RETURN, state, Action.DEPOSIT,          state,        DESK)                       for state in (State.REQUESTED, State.TRIAGE, State.AWAITING_TOURIST, State.OFFERED)),
    *(Step(RETURN, state, Action.HAND_ON,          state,        (*TAKERS, *STAFF))          for state in (*RETURN_STATES, State.CLOSED)),
    *(Step(RETURN, state, Action.GIVE_BACK,        state,        (*TAKERS, *STAFF))          for state in (*RETURN_STATES, State.CLOSED)),
    *(Step(RETURN, state, Action.RECORD_TAX,       state,        (*PARTIES, *STAFF, *DESK))  for state in RETURN_STATES),
    *(Step(RETURN, state, Action.SPLIT_DISPUTE,    state,        (Role.TOURIST, *STAFF))     for state in (State.REFUND_DUE, State.REFUNDED, State.CLOSED)),
    *(Step(RETURN, state, Action.ASSIGN,           state,        STAFF_OR_SYSTEM)            for state in (*RETURN_STATES, State.CLOSED)),
    *(Step(RETURN, state, Action.NOTE,             state,        STAFF)                      for state in (*RETURN_STATES, State.CLOSED)),
    *(Step(RETURN, state, Action.WRITE,            state,        (*PARTIES, *STAFF))         for state in RETURN_STATES),
    *(Step(RETURN, state, Action.ADD_EVIDENCE,     state,        (*PARTIES, *STAFF, *DESK))  for state in RETURN_STATES),
    *(Step(RETURN, state, Action.CONSENT,          state,        TOURIST)                    for state in (*RETURN_STATES, State.CLOSED)),
    *(Step(RETURN, state, Action.CHANGE_DEPARTURE, state,        (Role.TOURIST, *STAFF))     for state in RETURN_STATES),
    *(Step(RETURN, state, Action.CHANGE_CONTACT,   state,        (Role.TOURIST, *STAFF))     for state in (*RETURN_STATES, State.CLOSED)),
    *(Step(RETURN, state, Action.CHANGE_SHOP,      state,        STAFF)                      for state in (State.REQUESTED, State.TRIAGE)),
    *(Step(RETURN, state, Action.DEPART,           state,        SYSTEM)                     for state in RETURN_STATES),
    *(Step(RETURN, state, Action.RECOUNT,          state,        SYSTEM)                     for state in RETURN_STATES),
    *(Step(RETURN, state, Action.REPLAN,           state,        (Role.SUPERVISOR,))         for state in RETURN_STATES),
    *(Step(RETURN, state, Action.REVOKE_LINK,      state,        (Role.TOURIST, *STAFF))     for state in (*RETURN_STATES, State.CLOSED)),
    Step(RETURN, State.CLOSED,            Action.ERASE,              State.CLOSED,           (Role.TOURIST, *STAFF, Role.SYSTEM)),

    # --- between offices, for every kind alike
    *(Step(kind, state, Action.PROPOSE_TRANSFER,   state,        STAFF)                      for kind in TRANSFERABLE for state in TRANSFERABLE[kind]),
    *(Step(kind, state, Action.ACCEPT_TRANSFER,    state,        STAFF)                      for kind in TRANSFERABLE for state in TRANSFERABLE[kind]),
    *(Step(kind, state, Action.RETURN_TRANSFER,    state,        STAFF)                      for kind in TRANSFERABLE for state in TRANSFERABLE[kind]),
    *(Step(kind, state, Action.WITHDRAW_TRANSFER,  state,        STAFF)                      for kind in TRANSFERABLE for state in TRANSFERABLE[kind]),
    *(Step(kind, state, Action.LAPSE_TRANSFER,     state,        SYSTEM)                     for kind in TRANSFERABLE for state in TRANSFERABLE[kind]),
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
