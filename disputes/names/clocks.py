"""What the clocks of a case are called, and what follows when one has run out, by who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.names import returns as return_names
from disputes.rules.clocks import ClockName
from disputes.wording import lazy_gettext as _l

# fmt: off
# What the running deadline is about, told from outside.
CLOCKS: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("An officer looks at the case"),
    ClockName.SHOP_ANSWER:         _l("The shop answers the claim"),
    ClockName.TOURIST_ANSWER:      _l("The visitor answers our question"),
    ClockName.TOURIST_REPLY:       _l("The visitor answers the offer"),
    ClockName.DECISION:            _l("The mediator decides how to go on"),
    ClockName.SUPERVISOR_DECISION: _l("The supervisor decides how to go on"),
    ClockName.SUPERVISOR_ATTENDS:  _l("The supervisor attends to the case"),
    ClockName.SHOP_PROPOSAL:       _l("The shop answers the proposal"),
    ClockName.TOURIST_PROPOSAL:    _l("The visitor answers the proposal"),
    ClockName.PERFORMANCE:         _l("The shop does what was agreed"),
    ClockName.CONFIRMATION:        _l("The visitor confirms that it has arrived"),
    ClockName.REFERRAL:            _l("The officer hands the case to the authority"),
    ClockName.FOLLOW_UP:           _l("The officer asks the authority how it stands"),
    ClockName.CHASE:                _l("The officer asks about a period of the authority that is over"),
    ClockName.TRANSFER:             _l("The other office answers the transfer"),
    ClockName.RETURN_TRANSFER:      _l("The other office answers the transfer"),
    ClockName.SAMR_DISTRIBUTES:     _l("The complaint reaches the competent bureau"),
    ClockName.ODR_ANSWERS:          _l("The shop negotiates on the 12315 platform"),
    ClockName.SAMR_ACCEPTS:         _l("The market regulator decides whether it accepts the complaint, and says so"),
    ClockName.SAMR_COMPETENCE:      _l("Two bureaus agree on who is competent"),
    ClockName.SAMR_MEDIATES:        _l("The market regulator mediates"),
    ClockName.SAMR_TELLS_END:       _l("The market regulator tells both sides that the mediation has ended"),
    ClockName.SAMR_CHECKS:          _l("The market regulator checks a breach of the law that it noticed"),
    ClockName.REPORT_CHECK:         _l("The market regulator checks the report"),
    ClockName.TOUR_ACCEPTS:         _l("The tourism complaint body decides whether it accepts the complaint"),
    ClockName.TOUR_REPLY:           _l("The tourism operator answers the complaint body"),
    ClockName.TOUR_CONCLUDES:       _l("The tourism complaint body concludes the matter"),
    ClockName.FUND_PAYS:            _l("The integrity fund decides and pays"),
    ClockName.COUNCIL_FORWARDS:     _l("The consumer council forwards the case"),
    **return_names.CLOCKS,
}

# The same where the reader is the one who owes.
CLOCKS_OF_TOURIST: Mapping[ClockName, Any] = {
    ClockName.TOURIST_ANSWER:   _l("You answer our question"),
    ClockName.TOURIST_REPLY:    _l("You answer the offer"),
    ClockName.TOURIST_PROPOSAL: _l("You answer the proposal"),
    ClockName.CONFIRMATION:     _l("You tell us whether it has arrived"),
    **return_names.CLOCKS_OF_TOURIST,
}

CLOCKS_OF_MERCHANT: Mapping[ClockName, Any] = {
    ClockName.SHOP_ANSWER:   _l("You answer the claim"),
    ClockName.SHOP_PROPOSAL: _l("You answer the proposal"),
    ClockName.PERFORMANCE:   _l("You do what was agreed"),
    ClockName.ODR_ANSWERS:          _l("You negotiate on the 12315 platform"),
    ClockName.TOUR_REPLY:           _l("You answer the tourism complaint body"),
    **return_names.CLOCKS_OF_MERCHANT,
}

# What follows when the deadline passes, told to each reader. Silence is never an admission and never a consent.
FOLLOWS: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("After that the supervisor is told."),
    ClockName.SHOP_ANSWER:         _l("If the shop stays silent, the case goes to mediation."),
    ClockName.TOURIST_ANSWER:      _l("If no answer comes, the case is set aside; the visitor can open it again."),
    ClockName.TOURIST_REPLY:       _l("If the visitor stays silent, the offer lapses and the case goes to mediation."),
    ClockName.DECISION:            _l("After that the supervisor is told."),
    ClockName.SUPERVISOR_DECISION: _l("After that the case is made ready for the authority or, if the visitor has not allowed that yet, the visitor is asked."),
    ClockName.SUPERVISOR_ATTENDS:  _l("After that the supervisor is told again."),
    ClockName.SHOP_PROPOSAL:       _l("If the shop stays silent, the proposal lapses: the case is made ready for the authority or, if the visitor has not allowed that yet, the visitor is asked."),
    ClockName.TOURIST_PROPOSAL:    _l("If the visitor stays silent, the proposal lapses and the case goes back to mediation."),
    ClockName.PERFORMANCE:         _l("If nothing is reported, the case goes back to mediation."),
    ClockName.CONFIRMATION:        _l("If the visitor stays silent, the case is closed as carried out but not confirmed."),
    ClockName.REFERRAL:            _l("After that the supervisor is told."),
    ClockName.FOLLOW_UP:           _l("After that the supervisor is told."),
    ClockName.CHASE:                _l("After that the supervisor is told."),
    ClockName.TRANSFER:             _l("After that the transfer is off, and the supervisor of the case’s own office is told."),
    ClockName.RETURN_TRANSFER:      _l("After that the transfer is off, and the supervisor of the case’s own office is told."),
    ClockName.SAMR_DISTRIBUTES:     _l("After that our officer asks the authority, or the one above it."),
    ClockName.ODR_ANSWERS:          _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_ACCEPTS:         _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_COMPETENCE:      _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_MEDIATES:        _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_TELLS_END:       _l("After that our officer asks the authority, or the one above it."),
    ClockName.SAMR_CHECKS:          _l("After that our officer asks the authority, or the one above it."),
    ClockName.REPORT_CHECK:         _l("After that our officer asks the authority, or the one above it."),
    ClockName.TOUR_ACCEPTS:         _l("After that our officer asks the authority, or the one above it."),
    ClockName.TOUR_REPLY:           _l("After that our officer asks the authority, or the one above it."),
    ClockName.TOUR_CONCLUDES:       _l("After that our officer asks the authority, or the one above it."),
    ClockName.FUND_PAYS:            _l("After that our officer asks the authority, or the one above it."),
    ClockName.COUNCIL_FORWARDS:     _l("After that our officer asks the authority, or the one above it."),
    **return_names.FOLLOWS,
}

FOLLOWS_FOR_TOURIST: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("If nothing has happened by then, our supervisor is told."),
    ClockName.SHOP_ANSWER:         _l("If the shop stays silent, a mediator of ours takes over by itself. You need not do anything for that."),
    ClockName.TOURIST_ANSWER:      _l("If we hear nothing from you, we set the case aside. Nothing is decided against you, and you can open it again from your link."),
    ClockName.TOURIST_REPLY:       _l("If you do not answer, that does not count as a yes. A mediator of ours then takes over."),
    ClockName.DECISION:            _l("If the mediator has not decided by then, our supervisor takes it up."),
    ClockName.SUPERVISOR_DECISION: _l("If nothing is decided by then, the case is made ready for the authority that you have chosen. If you have not chosen one, we ask you first."),
    ClockName.SUPERVISOR_ATTENDS:  _l("If nothing has happened by then, our supervisor is told again."),
    ClockName.SHOP_PROPOSAL:       _l("If the shop stays silent, the proposal is over. The case is then made ready for the authority that you have chosen; if you have not chosen one, we ask you first."),
    ClockName.TOURIST_PROPOSAL:    _l("If you do not answer, that does not count as a yes. The case then goes back to the mediator."),
    ClockName.PERFORMANCE:         _l("If the shop has not reported by then that it is done, a mediator of ours takes over."),
    ClockName.CONFIRMATION:        _l("If we hear nothing from you, we close the case as carried out but not confirmed. You can open it again from your link."),
    ClockName.REFERRAL:            _l("If it has not been handed over by then, our supervisor is told."),
    ClockName.FOLLOW_UP:           _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.CHASE:                _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.TRANSFER:             _l("Your case stays with the office that has it."),
    ClockName.RETURN_TRANSFER:      _l("Your case stays with the office that has it."),
    ClockName.SAMR_DISTRIBUTES:     _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.ODR_ANSWERS:          _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_COMPETENCE:      _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_MEDIATES:        _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_TELLS_END:       _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.SAMR_CHECKS:          _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.REPORT_CHECK:         _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.TOUR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.TOUR_REPLY:           _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.TOUR_CONCLUDES:       _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.FUND_PAYS:            _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    ClockName.COUNCIL_FORWARDS:     _l("This date binds the authority. If it passes, our officer asks the authority or the one above it, and tells you."),
    **return_names.FOLLOWS_FOR_TOURIST,
}

FOLLOWS_FOR_MERCHANT: Mapping[ClockName, Any] = {
    ClockName.OFFICER_FIRST:       _l("If nothing has happened by then, our supervisor is told."),
    ClockName.SHOP_ANSWER:         _l("If you do not answer, a mediator takes over. Silence does not count as an admission."),
    ClockName.TOURIST_ANSWER:      _l("If the customer does not answer, the case is set aside. The customer can open it again."),
    ClockName.TOURIST_REPLY:       _l("If the customer does not answer, your offer lapses and a mediator takes over."),
    ClockName.DECISION:            _l("If the mediator has not decided by then, our supervisor takes it up."),
    ClockName.SUPERVISOR_DECISION: _l("If nothing is decided by then, the case can be handed to the authority if the customer wants that."),
    ClockName.SUPERVISOR_ATTENDS:  _l("If nothing has happened by then, our supervisor is told again."),
    ClockName.SHOP_PROPOSAL:       _l("If you do not answer, that does not count as a yes. The proposal is then over, and the case can be handed to the authority if the customer wants that."),
    ClockName.TOURIST_PROPOSAL:    _l("If the customer does not answer, the proposal lapses and the case goes back to the mediator."),
    ClockName.PERFORMANCE:         _l("If you have not reported by then that it is done, a mediator takes over."),
    ClockName.CONFIRMATION:        _l("If the customer does not answer, the case is closed as carried out but not confirmed."),
    ClockName.REFERRAL:            _l("If it has not been handed over by then, our supervisor is told."),
    ClockName.FOLLOW_UP:           _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.CHASE:                _l("If our officer has not asked by then, our supervisor is told."),
    ClockName.TRANSFER:             _l("Your case stays with the office that has it."),
    ClockName.RETURN_TRANSFER:      _l("Your case stays with the office that has it."),
    ClockName.SAMR_DISTRIBUTES:     _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.ODR_ANSWERS:          _l("If there is no result by then, the customer can complain to the market regulator."),
    ClockName.SAMR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_COMPETENCE:      _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_MEDIATES:        _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_TELLS_END:       _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.SAMR_CHECKS:          _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.REPORT_CHECK:         _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.TOUR_ACCEPTS:         _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.TOUR_REPLY:           _l("If you do not answer the authority by then, it goes on without your answer."),
    ClockName.TOUR_CONCLUDES:       _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.FUND_PAYS:            _l("This date binds the authority. If it passes, our officer asks."),
    ClockName.COUNCIL_FORWARDS:     _l("This date binds the authority. If it passes, our officer asks."),
    **return_names.FOLLOWS_FOR_MERCHANT,
}
# fmt: on
