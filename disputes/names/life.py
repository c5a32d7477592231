"""What the states, steps, roles and ends of a case are called, by who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.names import returns as return_names
from disputes.rules.lifecycle import Action, Kind, Outcome, Role, State
from disputes.wording import lazy_gettext as _l

# fmt: off
KINDS: Mapping[Kind, Any] = {Kind.DISPUTE: _l("Dispute"), Kind.RETURN: _l("Return")}

STATES: Mapping[State, Any] = {
    State.RECEIVED:         _l("Received"),
    State.TRIAGE:           _l("To be looked at"),
    State.LIAISON:          _l("Emergency"),
    State.AWAITING_TOURIST: _l("Waiting for the visitor"),
    State.WITH_MERCHANT:    _l("Waiting for the shop"),
    State.OFFERED:          _l("Offer made"),
    State.MEDIATION:        _l("In mediation"),
    State.PROPOSED:         _l("Proposal made"),
    State.SETTLED:          _l("Agreed, to be carried out"),
    State.REFERRAL_READY:   _l("Ready for the authority"),
    State.REFERRED:         _l("With the authority"),
    State.CLOSED:           _l("Closed"),
    **return_names.STATES,
}

STATES_FOR_TOURIST: Mapping[State, Any] = {
    State.RECEIVED:         _l("We have your case"),
    State.TRIAGE:           _l("An officer is looking at it"),
    State.LIAISON:          _l("The duty officer has your case"),
    State.AWAITING_TOURIST: _l("We need something from you"),
    State.WITH_MERCHANT:    _l("The shop has been asked"),
    State.OFFERED:          _l("You have an offer"),
    State.MEDIATION:        _l("A mediator is on your case"),
    State.PROPOSED:         _l("The mediator has made a proposal"),
    State.SETTLED:          _l("Agreed: the shop must now do what it promised"),
    State.REFERRAL_READY:   _l("Ready to be handed to the authority"),
    State.REFERRED:         _l("The authority has your case"),
    State.CLOSED:           _l("Closed"),
    **return_names.STATES_FOR_TOURIST,
}

STATES_FOR_MERCHANT: Mapping[State, Any] = {
    State.RECEIVED:         _l("Received"),
    State.TRIAGE:           _l("An officer is looking at it"),
    State.LIAISON:          _l("With the duty officer"),
    State.AWAITING_TOURIST: _l("Waiting for the customer"),
    State.WITH_MERCHANT:    _l("Waiting for your answer"),
    State.OFFERED:          _l("Your offer is with the customer"),
    State.MEDIATION:        _l("In mediation"),
    State.PROPOSED:         _l("The mediator has made a proposal"),
    State.SETTLED:          _l("Agreed: please carry it out"),
    State.REFERRAL_READY:   _l("Ready to be handed to the authority"),
    State.REFERRED:         _l("With the authority"),
    State.CLOSED:           _l("Closed"),
    **return_names.STATES_FOR_MERCHANT,
}

OUTCOMES: Mapping[Outcome, Any] = {
    Outcome.RESOLVED:              _l("Settled, and confirmed by the visitor"),
    Outcome.WAIVED:                _l("Nothing more owed, says the visitor"),
    Outcome.PERFORMED_UNCONFIRMED: _l("Carried out according to the shop, not confirmed by the visitor"),
    Outcome.DORMANT:               _l("Set aside: our question was not answered"),
    Outcome.WITHDRAWN:             _l("Withdrawn by the visitor"),
    Outcome.NO_AGREEMENT:          _l("No agreement"),
    Outcome.REFERRED_ENDED:        _l("Ended by the authority"),
    Outcome.OUT_OF_SCOPE:          _l("Not a matter for this service"),
    Outcome.DUPLICATE:             _l("The same matter as another case"),
    Outcome.EMERGENCY_HANDED_OVER: _l("Emergency, handed over to the emergency services"),
    **return_names.OUTCOMES,
}

# One step as it happened, in the history of a case.
ACTIONS: Mapping[Action, Any] = {
    Action.FILE:               _l("Case filed"),
    Action.SEND_TO_SHOP:       _l("Passed on to the shop"),
    Action.TRIAGE:             _l("Given to an officer first"),
    Action.HOLD_EMERGENCY:     _l("Kept for the duty officer"),
    Action.CLEAR_EMERGENCY:    _l("Emergency over"),
    Action.ASK_TOURIST:        _l("Question to the visitor"),
    Action.ANSWER:             _l("Question answered"),
    Action.OFFER:              _l("The shop made an offer"),
    Action.ACCEPT_CLAIM:       _l("The shop accepted the claim"),
    Action.CONTEST:            _l("The shop disputes the claim"),
    Action.ESCALATE:           _l("Given to a mediator because the time was over"),
    Action.STEP_IN:            _l("A mediator stepped in"),
    Action.ACCEPT:             _l("The visitor accepted the offer"),
    Action.DECLINE:            _l("The visitor declined the offer"),
    Action.COUNTER:            _l("The visitor asked for something else"),
    Action.PROPOSE:            _l("The mediator made a proposal"),
    Action.AGREE:              _l("One side agreed to the proposal"),
    Action.SETTLE_PROPOSAL:    _l("Both sides agreed to the proposal"),
    Action.REJECT_PROPOSAL:    _l("The proposal was turned down"),
    Action.REPORT_PERFORMANCE: _l("Reported as carried out"),
    Action.CONFIRM:            _l("The visitor confirmed that it arrived"),
    Action.DENY:               _l("The visitor says that it has not arrived"),
    Action.WAIVE:              _l("The visitor says that nothing more is owed"),
    Action.ALERT_SUPERVISOR:   _l("The supervisor was told that it is late"),
    Action.ASK_AUTHORISATION:  _l("The visitor was asked about a hand-over to an authority"),
    Action.READY_REFERRAL:     _l("Made ready for the authority"),
    Action.RECORD_REFERRAL:    _l("Handed over to the authority"),
    Action.RECORD_SETTLEMENT:  _l("Settled before the authority"),
    Action.AUTHORITY_ACCEPTS:  _l("The authority has accepted the case"),
    Action.AUTHORITY_REFUSES:  _l("The authority has refused the case"),
    Action.AUTHORITY_ENDS:     _l("The authority has ended the mediation"),
    Action.AUTHORITY_STEP:     _l("News from the authority"),
    Action.CORRECT_AUTHORITY:  _l("A record of the authority was corrected"),
    Action.AUTHORITY_LATE:     _l("A period of the authority is over: our officer asks"),
    Action.WITHDRAW:           _l("Withdrawn by the visitor"),
    Action.CLOSE:              _l("Closed by an officer"),
    Action.CLOSE_DORMANT:      _l("Set aside because no answer came"),
    Action.CLOSE_UNCONFIRMED:  _l("Closed without the visitor’s confirmation"),
    Action.REOPEN:             _l("Opened again"),
    Action.ASSIGN:             _l("Given to an officer"),
    Action.NOTE:               _l("Internal note"),
    Action.WRITE:              _l("Message"),
    Action.ADD_EVIDENCE:       _l("Evidence added"),
    Action.AUTHORISE:          _l("Hand-over to an authority allowed"),
    Action.CONSENT:            _l("Consent changed"),
    Action.CHANGE_DEPARTURE:   _l("Departure changed"),
    Action.CHANGE_CONTACT:     _l("Contact details changed"),
    Action.CHANGE_SHOP:        _l("Shop corrected"),
    Action.DEPART:             _l("The visitor has left: from now on in writing only"),
    Action.RECOUNT:            _l("Dates counted again, since the calendar changed"),
    Action.REPLAN:             _l("Dates planned again by a new service standard"),
    Action.PROPOSE_TRANSFER:   _l("Offered to another office"),
    Action.ACCEPT_TRANSFER:    _l("Taken over by another office"),
    Action.RETURN_TRANSFER:    _l("The other office sent it back"),
    Action.WITHDRAW_TRANSFER:  _l("The offer to another office was taken back"),
    Action.LAPSE_TRANSFER:     _l("The other office did not answer; the case stays where it was"),
    Action.REVOKE_LINK:        _l("New link made, the old one ended"),
    Action.ERASE:              _l("Personal data erased"),
    **return_names.ACTIONS,
}

# The same told to the visitor, where that differs.
ACTIONS_FOR_TOURIST: Mapping[Action, Any] = {
    **ACTIONS,
    Action.FILE:               _l("You filed your case"),
    Action.TRIAGE:             _l("An officer looks at it first"),
    Action.HOLD_EMERGENCY:     _l("The duty officer was told"),
    Action.ASK_TOURIST:        _l("You were asked something"),
    Action.ANSWER:             _l("You answered"),
    Action.ESCALATE:           _l("The time was over, so a mediator took over"),
    Action.ACCEPT:             _l("You accepted the offer"),
    Action.DECLINE:            _l("You declined the offer"),
    Action.COUNTER:            _l("You asked for something else"),
    Action.REPORT_PERFORMANCE: _l("The shop says it has done what was agreed"),
    Action.CONFIRM:            _l("You confirmed that it arrived"),
    Action.DENY:               _l("You said that it has not arrived"),
    Action.WAIVE:              _l("You said that nothing more is owed"),
    Action.ASK_AUTHORISATION:  _l("You were asked whether we may hand the case to an authority"),
    Action.WITHDRAW:           _l("You withdrew the case"),
    Action.CLOSE_UNCONFIRMED:  _l("Closed, since we heard nothing from you"),
    Action.AUTHORISE:          _l("You allowed the hand-over to an authority"),
    Action.CONSENT:            _l("You changed a consent"),
    Action.DEPART:             _l("You have left: from now on everything goes in writing"),
    Action.ACCEPT_REFUND:      _l("You accepted the offer and keep the goods"),
    Action.HAND_OVER:          _l("You handed the goods over"),
    Action.MAKE_DISPUTE:       _l("You made it a dispute"),
    Action.SPLIT_DISPUTE:      _l("You made a dispute of what was not accepted"),
    Action.GIVE_BACK:          _l("The goods were given back to you"),
    Action.REPORT_REFUND:      _l("The shop says it has paid you back"),
}

# Who did something, or owes something.
ROLES: Mapping[Role, Any] = {
    Role.TOURIST:    _l("Visitor"),
    Role.COMPANION:  _l("Companion"),
    Role.PARTNER:    _l("Partner desk"),
    Role.MERCHANT:   _l("Shop"),
    Role.COUNTER:    _l("Person at the counter"),
    Role.OFFICER:    _l("Officer"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.SYSTEM:     _l("Automatic"),
    Role.AUTHORITY:  _l("Authority"),
    **return_names.ROLES,
}

ROLES_FOR_TOURIST: Mapping[Role, Any] = {
    **ROLES,
    Role.TOURIST:  _l("You"),
    Role.MERCHANT: _l("The shop"),
    Role.COUNTER:  _l("Somebody in the shop"),
    Role.OFFICER:  _l("Our officer"),
    Role.AUTHORITY: _l("The authority"),
    Role.SYSTEM:   _l("This service"),
}

ROLES_FOR_MERCHANT: Mapping[Role, Any] = {**ROLES, Role.TOURIST: _l("Customer"), Role.MERCHANT: _l("Your shop")}

# Why a new case went to an officer and not straight to the shop.
HELD_REASONS: Mapping[str, Any] = {
    "shop_unknown":          _l("The shop is not in our list yet"),
    "shop_unreachable":      _l("Nothing reaches the shop by itself"),
    "claim_incomplete":      _l("The complaint does not say enough yet"),
    "no_consent_to_pass_on": _l("The visitor does not want it passed to the shop yet"),
    "perhaps_filed_twice":   _l("Perhaps filed twice"),
    "taken_up_by_hand":      _l("An officer took it up before it was routed"),
    "person_decides":        _l("A person must decide: the tax was already refunded"),
    "many_returns":          _l("Several returns to this merchant from the same address within a month"),
    "invoice_used_up":       _l("With earlier returns, more would go back than this invoice shows"),
}

# Why a shop denies a claim.
CONTEST_REASONS: Mapping[str, Any] = {
    "not_our_sale":      _l("It was not bought from us"),
    "as_described":      _l("The goods or the service were as described"),
    "price_was_shown":   _l("The price was shown and agreed to"),
    "used_or_damaged":   _l("The goods were used or damaged by the customer"),
    "terms_exclude":     _l("The agreed terms exclude it"),
    "already_settled":   _l("It has been settled with the customer already"),
    "amount_too_high":   _l("The amount is too high"),
    "cause_was_another": _l("Somebody else caused it"),
    "other":             _l("Another reason"),
}
# fmt: on
