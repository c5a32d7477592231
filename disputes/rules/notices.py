"""NOTICES: who is told of a step, and with which letter.

A letter's text is the file of the same name in ``templates/messages``; it is written in the language of its reader.
"""

from __future__ import annotations

from disputes.rules.lifecycle import Action, Kind, Role

T, M, O, S = Role.TOURIST, Role.MERCHANT, Role.OFFICER, Role.SUPERVISOR  # noqa: E741

# fmt: off
NOTICES: dict[tuple[Kind, Action], tuple[tuple[Role, str], ...]] = {
    (Kind.DISPUTE, Action.FILE):               ((T, "case-link"),),
    (Kind.DISPUTE, Action.SEND_TO_SHOP):       ((T, "shop-asked"),           (M, "claim-received")),
    (Kind.DISPUTE, Action.TRIAGE):             ((T, "officer-looks"),        (O, "case-assigned")),
    (Kind.DISPUTE, Action.HOLD_EMERGENCY):     ((O, "emergency"),            (S, "emergency")),
    (Kind.DISPUTE, Action.ASK_TOURIST):        ((T, "question-asked"),),
    (Kind.DISPUTE, Action.ANSWER):             ((M, "question-answered"),    (O, "question-answered")),
    (Kind.DISPUTE, Action.OFFER):              ((T, "offer-made"),           (M, "answered-at-counter")),
    (Kind.DISPUTE, Action.ACCEPT_CLAIM):       ((T, "settled"),              (M, "settled-shop")),
    (Kind.DISPUTE, Action.CONTEST):            ((T, "claim-contested"),      (O, "case-assigned")),
    (Kind.DISPUTE, Action.ESCALATE):           ((T, "mediator-steps-in"),    (M, "mediator-steps-in-shop"), (O, "case-assigned")),
    (Kind.DISPUTE, Action.STEP_IN):            ((T, "mediator-steps-in"),    (M, "mediator-steps-in-shop")),
    (Kind.DISPUTE, Action.ACCEPT):             ((T, "settled"),              (M, "settled-shop")),
    (Kind.DISPUTE, Action.DECLINE):            ((M, "offer-declined"),       (O, "case-assigned")),
    (Kind.DISPUTE, Action.COUNTER):            ((M, "counter-offer"),),
    (Kind.DISPUTE, Action.PROPOSE):            ((T, "proposal-made"),        (M, "proposal-made-shop")),
    (Kind.DISPUTE, Action.SETTLE_PROPOSAL):    ((T, "settled"),              (M, "settled-shop"), (O, "proposal-settled")),
    (Kind.DISPUTE, Action.REJECT_PROPOSAL):    ((T, "proposal-rejected"),    (M, "proposal-rejected-shop"), (O, "case-assigned")),
    (Kind.DISPUTE, Action.REPORT_PERFORMANCE): ((T, "performance-reported"), (M, "answered-at-counter")),
    (Kind.DISPUTE, Action.DENY):               ((M, "money-not-arrived"),    (O, "money-not-arrived-officer")),
    (Kind.DISPUTE, Action.CONFIRM):            ((T, "closed"),               (M, "closed-shop")),
    (Kind.DISPUTE, Action.WAIVE):              ((T, "closed"),               (M, "closed-shop")),
    (Kind.DISPUTE, Action.ALERT_SUPERVISOR):   ((S, "supervisor-alert"),     (O, "supervisor-alert")),
    (Kind.DISPUTE, Action.ASK_AUTHORISATION):  ((T, "authorisation-asked"),  (O, "authorisation-asked-officer")),
    (Kind.DISPUTE, Action.READY_REFERRAL):     ((T, "referral-prepared"),    (O, "referral-to-carry-out")),
    (Kind.DISPUTE, Action.RECORD_REFERRAL):    ((T, "referred"),             (M, "referred-shop")),
    (Kind.DISPUTE, Action.AUTHORITY_ACCEPTS):  ((T, "authority-accepted"),   (M, "authority-accepted-shop")),
    (Kind.DISPUTE, Action.AUTHORITY_REFUSES):  ((T, "authority-refused"),    (M, "authority-refused-shop")),
    (Kind.DISPUTE, Action.AUTHORITY_ENDS):     ((T, "authority-ended"),      (M, "authority-ended-shop")),
    (Kind.DISPUTE, Action.CORRECT_AUTHORITY):  ((T, "authority-corrected"),  (M, "authority-corrected-shop")),
    (Kind.DISPUTE, Action.AUTHORITY_LATE):     ((T, "authority-late"),       (O, "authority-late-officer")),
    (Kind.DISPUTE, Action.RECORD_SETTLEMENT):  ((T, "settled"),              (M, "settled-shop")),
    (Kind.DISPUTE, Action.WITHDRAW):           ((T, "closed"),               (M, "closed-shop"), (O, "withdrawn-officer")),
    (Kind.DISPUTE, Action.CLOSE):              ((T, "closed"),               (M, "closed-shop")),
    (Kind.DISPUTE, Action.CLOSE_DORMANT):      ((T, "closed"),               (M, "closed-shop")),
    (Kind.DISPUTE, Action.CLOSE_UNCONFIRMED):  ((T, "closed"),               (M, "closed-shop")),
    (Kind.DISPUTE, Action.REOPEN):             ((T, "reopened"),             (M, "reopened-shop"), (O, "case-assigned")),
    (Kind.DISPUTE, Action.WRITE):              ((T, "message-received"),     (M, "message-received-shop"), (O, "message-received-officer")),
    (Kind.DISPUTE, Action.ASSIGN):             ((O, "case-assigned"),),
    (Kind.DISPUTE, Action.CHANGE_DEPARTURE):   ((T, "departure-changed"),    (O, "departure-changed-officer")),
    (Kind.DISPUTE, Action.CHANGE_CONTACT):     ((T, "case-link"),),
    (Kind.DISPUTE, Action.DEPART):             ((T, "remote-mode"),),
    (Kind.DISPUTE, Action.REVOKE_LINK):        ((T, "case-link"),),

    (Kind.RETURN, Action.FILE):                ((T, "return-declared"),),
    (Kind.RETURN, Action.SEND_TO_SHOP):        ((M, "return-requested"),),
    (Kind.RETURN, Action.TRIAGE):              ((T, "officer-looks"),        (O, "case-assigned")),
    (Kind.RETURN, Action.ESCALATE):            ((T, "return-overdue"),       (M, "return-overdue-shop"), (O, "case-assigned")),
    (Kind.RETURN, Action.ASK_TOURIST):         ((T, "question-asked"),),
    (Kind.RETURN, Action.ANSWER):              ((M, "question-answered"),    (O, "question-answered")),
    (Kind.RETURN, Action.APPROVE):             ((T, "return-approved"),      (M, "return-approved-shop")),
    (Kind.RETURN, Action.LET_KEEP):            ((T, "refund-due"),           (M, "refund-due-shop")),
    (Kind.RETURN, Action.REFUSE):              ((T, "return-refused"),),
    (Kind.RETURN, Action.OFFER):               ((T, "return-offer"),),
    (Kind.RETURN, Action.ACCEPT):              ((T, "return-approved"),      (M, "return-approved-shop")),
    (Kind.RETURN, Action.ACCEPT_REFUND):       ((T, "refund-due"),           (M, "refund-due-shop")),
    (Kind.RETURN, Action.DECLINE):             ((M, "offer-declined"),       (O, "case-assigned")),
    (Kind.RETURN, Action.HAND_OVER):           ((T, "goods-handed-over"),    (M, "goods-on-the-way")),
    (Kind.RETURN, Action.DEPOSIT):             ((T, "goods-handed-over"),),
    (Kind.RETURN, Action.RECEIVE_GOODS):       ((T, "goods-received"),       (M, "goods-received-shop")),
    (Kind.RETURN, Action.ACCEPT_GOODS):        ((T, "refund-due"),           (M, "refund-due-shop")),
    (Kind.RETURN, Action.PRESUME_ACCEPTED):    ((T, "refund-due"),           (M, "refund-due-shop")),
    (Kind.RETURN, Action.REJECT_GOODS):        ((T, "goods-rejected"),),
    (Kind.RETURN, Action.GIVE_BACK):           ((T, "goods-given-back"),),
    (Kind.RETURN, Action.REPORT_REFUND):       ((T, "refund-reported"),),
    (Kind.RETURN, Action.CONFIRM):             ((T, "closed"),               (M, "closed-shop")),
    (Kind.RETURN, Action.WAIVE):               ((T, "closed"),               (M, "closed-shop")),
    (Kind.RETURN, Action.DENY):                ((M, "money-not-arrived"),    (O, "money-not-arrived-officer")),
    (Kind.RETURN, Action.MAKE_DISPUTE):        ((T, "return-became-dispute"), (M, "closed-shop")),
    (Kind.RETURN, Action.SPLIT_DISPUTE):       ((T, "return-became-dispute"),),
    (Kind.RETURN, Action.WITHDRAW):            ((T, "closed"),               (M, "closed-shop"), (O, "withdrawn-officer")),
    (Kind.RETURN, Action.CLOSE):               ((T, "closed"),               (M, "closed-shop")),
    (Kind.RETURN, Action.CLOSE_DORMANT):       ((T, "closed"),               (M, "closed-shop")),
    (Kind.RETURN, Action.CLOSE_UNCONFIRMED):   ((T, "closed"),               (M, "closed-shop")),
    (Kind.RETURN, Action.REOPEN):              ((T, "reopened"),             (M, "reopened-shop"), (O, "case-assigned")),
    (Kind.RETURN, Action.ALERT_SUPERVISOR):    ((S, "supervisor-alert"),     (O, "supervisor-alert")),
    (Kind.RETURN, Action.WRITE):               ((T, "message-received"),     (M, "message-received-shop"), (O, "message-received-officer")),
    (Kind.RETURN, Action.ASSIGN):              ((O, "case-assigned"),),
    (Kind.RETURN, Action.CHANGE_DEPARTURE):    ((T, "departure-changed"),    (O, "departure-changed-officer")),
    (Kind.RETURN, Action.CHANGE_CONTACT):      ((T, "case-link"),),
    (Kind.RETURN, Action.DEPART):              ((T, "remote-mode"),),
    (Kind.RETURN, Action.REVOKE_LINK):         ((T, "case-link"),),

    (Kind.DISPUTE, Action.LAPSE_TRANSFER):     ((S, "transfer-lapsed"),      (O, "transfer-lapsed")),
    (Kind.RETURN, Action.LAPSE_TRANSFER):      ((S, "transfer-lapsed"),      (O, "transfer-lapsed")),
}
# fmt: on

# One letter per reader for both reminders of every clock: it names the clock, what is owed, the moment, and what follows.
REMINDERS: dict[Role, str] = {T: "reminder", M: "reminder-shop", O: "reminder-officer", S: "reminder-officer"}

# Of dates that were counted again: to the tourist, and to the shop where a date of its own moved (``cases/recounts.py``).
DATE_CHANGED: dict[Role, str] = {T: "date-changed", M: "date-changed-shop"}

# Letters that no step sends: sign-in, verification, what was gathered for a reader, and the test of a robot.
# ``case-news`` replaces every later letter to an address nobody has confirmed: it carries the link and nothing of the case.
# Between our own offices: whoever takes the step, the other office is told, so no role can name the readers.
BETWEEN_DESKS = ("transfer-proposed", "transfer-accepted", "transfer-returned")
OTHER_LETTERS: tuple[str, ...] = (
    "counter-code",
    "user-invited",
    "case-news",
    "digest",
    "robot-test",
    "integrity-found",
)

# The tourist gets a receipt of each own step, but not an echo of what they just wrote.
WITHOUT_RECEIPT: tuple[Action, ...] = (Action.WRITE,)


def letters() -> frozenset[str]:
    """The names of all letters that can be sent; each must exist in every language of its readers."""
    named = {template for rows in NOTICES.values() for _, template in rows}
    return frozenset(
        named | set(REMINDERS.values()) | set(DATE_CHANGED.values()) | set(OTHER_LETTERS) | set(BETWEEN_DESKS)
    )


def told(kind: Kind, action: Action, by: Role) -> tuple[tuple[Role, str], ...]:
    """Who is told of this step besides the one who took it; the tourist is told of own steps too, as a receipt.

    Somebody unverified at the counter is not the merchant, so the merchant hears what was said there in its name.
    """
    rows = NOTICES.get((kind, action), ())
    return tuple(
        (role, template) for role, template in rows if role is not by or (role is T and action not in WITHOUT_RECEIPT)
    )
