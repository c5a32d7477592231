"""What the codes of a return are called, for every reader; ``names`` takes them into its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.rules.clocks import ClockName
from disputes.rules.lifecycle import Action, Outcome, Role, State
from disputes.rules.return_way import Grade, Holder, RefusalGround, RejectionReason, Wish
from disputes.wording import lazy_gettext as _l

# fmt: off
STATES: Mapping[State, Any] = {
    State.REQUESTED:      _l("Return asked for"),
    State.APPROVED:       _l("Return approved"),
    State.REFUSED:        _l("Return refused"),
    State.HANDED_OVER:    _l("Goods on their way to the shop"),
    State.GOODS_RECEIVED: _l("Goods with the shop"),
    State.REJECTED:       _l("Goods not accepted"),
    State.REFUND_DUE:     _l("Refund due"),
    State.REFUNDED:       _l("Refund reported"),
}

STATES_FOR_TOURIST: Mapping[State, Any] = {
    State.REQUESTED:      _l("The shop has your return and must answer"),
    State.APPROVED:       _l("Approved: you can hand the goods over"),
    State.REFUSED:        _l("The shop has refused your return"),
    State.HANDED_OVER:    _l("Your goods are on their way to the shop"),
    State.GOODS_RECEIVED: _l("The shop has your goods and looks at them"),
    State.REJECTED:       _l("The shop does not accept the goods"),
    State.REFUND_DUE:     _l("The shop must pay you back"),
    State.REFUNDED:       _l("The shop says it has paid you back"),
}

STATES_FOR_MERCHANT: Mapping[State, Any] = {
    State.REQUESTED:      _l("A return waits for your answer"),
    State.APPROVED:       _l("Approved: the customer brings the goods"),
    State.REFUSED:        _l("You have refused the return"),
    State.HANDED_OVER:    _l("The goods are on their way to you"),
    State.GOODS_RECEIVED: _l("You have the goods: please look at them"),
    State.REJECTED:       _l("You have not accepted the goods"),
    State.REFUND_DUE:     _l("The refund is due"),
    State.REFUNDED:       _l("You have reported the refund"),
}

OUTCOMES: Mapping[Outcome, Any] = {
    Outcome.BECAME_DISPUTE: _l("Goes on as a dispute"),
}

ROLES: Mapping[Role, Any] = {Role.DESK: _l("Return desk")}

CLOCKS: Mapping[ClockName, Any] = {
    ClockName.RETURN_ANSWER:       _l("The shop answers the return"),
    ClockName.RETURN_LOOK:         _l("An officer looks at the return"),
    ClockName.RETURN_SUPERVISOR:   _l("The supervisor attends to the return"),
    ClockName.RETURN_QUESTION:     _l("The visitor answers the question"),
    ClockName.RETURN_OFFER:        _l("The visitor answers what the shop offers instead"),
    ClockName.RETURN_CONTEST:      _l("The visitor decides whether to contest it"),
    ClockName.HAND_OVER:           _l("The visitor hands the goods over"),
    ClockName.ON_THE_WAY:          _l("The goods reach the shop"),
    ClockName.INSPECTION:          _l("The shop looks at the goods"),
    ClockName.REFUND:              _l("The shop pays the refund"),
    ClockName.REFUND_CONFIRMATION: _l("The visitor says whether the refund has arrived"),
}

CLOCKS_OF_TOURIST: Mapping[ClockName, Any] = {
    ClockName.RETURN_QUESTION:     _l("You answer the question"),
    ClockName.RETURN_OFFER:        _l("You answer what the shop offers instead"),
    ClockName.RETURN_CONTEST:      _l("You decide whether to contest it"),
    ClockName.HAND_OVER:           _l("You hand the goods over"),
    ClockName.REFUND_CONFIRMATION: _l("You tell us whether the refund has arrived"),
}

CLOCKS_OF_MERCHANT: Mapping[ClockName, Any] = {
    ClockName.RETURN_ANSWER: _l("You answer the return"),
    ClockName.INSPECTION:    _l("You look at the goods"),
    ClockName.REFUND:        _l("You pay the refund"),
}

FOLLOWS: Mapping[ClockName, Any] = {
    ClockName.RETURN_ANSWER:       _l("If the shop stays silent, an officer takes the return up."),
    ClockName.RETURN_LOOK:         _l("After that the supervisor is told."),
    ClockName.RETURN_SUPERVISOR:   _l("After that the supervisor is told again."),
    ClockName.RETURN_QUESTION:     _l("If no answer comes, the return is set aside; the visitor can open it again."),
    ClockName.RETURN_OFFER:        _l("If the visitor stays silent, the offer lapses and an officer takes the return up."),
    ClockName.RETURN_CONTEST:      _l("If nothing comes, the return is set aside; the visitor can open it again."),
    ClockName.HAND_OVER:           _l("If the goods are not handed over, the return is set aside; the visitor can open it again."),
    ClockName.ON_THE_WAY:          _l("If the goods have not arrived by then, an officer looks for them."),
    ClockName.INSPECTION:          _l("If the shop reports nothing by then, the refund is due all the same."),
    ClockName.REFUND:              _l("If no refund is reported, an officer takes the return up."),
    ClockName.REFUND_CONFIRMATION: _l("If the visitor stays silent, the return is closed as paid but not confirmed."),
}

FOLLOWS_FOR_TOURIST: Mapping[ClockName, Any] = {
    ClockName.RETURN_ANSWER:       _l("If the shop stays silent, an officer of ours takes it up by itself. You need not do anything for that."),
    ClockName.RETURN_LOOK:         _l("If nothing has happened by then, our supervisor is told."),
    ClockName.RETURN_SUPERVISOR:   _l("If nothing has happened by then, our supervisor is told again."),
    ClockName.RETURN_QUESTION:     _l("If we hear nothing from you, we set the return aside. You can open it again from your link."),
    ClockName.RETURN_OFFER:        _l("If you do not answer, that does not count as a yes. An officer of ours then takes it up."),
    ClockName.RETURN_CONTEST:      _l("If we hear nothing from you, we set the return aside. You can open it again from your link."),
    ClockName.HAND_OVER:           _l("If the goods are not handed over by then, we set the return aside. You can open it again from your link."),
    ClockName.ON_THE_WAY:          _l("If the goods have not arrived by then, an officer of ours looks for them."),
    ClockName.INSPECTION:          _l("If the shop reports nothing by then, the refund is due all the same."),
    ClockName.REFUND:              _l("If the shop has not reported the refund by then, an officer of ours takes it up."),
    ClockName.REFUND_CONFIRMATION: _l("If we hear nothing from you, we close the return as paid but not confirmed. You can open it again from your link."),
}

FOLLOWS_FOR_MERCHANT: Mapping[ClockName, Any] = {
    ClockName.RETURN_ANSWER:       _l("If you do not answer, an officer takes the return up. Silence does not count as an admission."),
    ClockName.RETURN_LOOK:         _l("If nothing has happened by then, our supervisor is told."),
    ClockName.RETURN_SUPERVISOR:   _l("If nothing has happened by then, our supervisor is told again."),
    ClockName.RETURN_QUESTION:     _l("If the customer does not answer, the return is set aside. The customer can open it again."),
    ClockName.RETURN_OFFER:        _l("If the customer does not answer, your offer lapses and an officer takes the return up."),
    ClockName.RETURN_CONTEST:      _l("If the customer does not contest it, the return is set aside."),
    ClockName.HAND_OVER:           _l("If the goods are not handed over by then, the return is set aside."),
    ClockName.ON_THE_WAY:          _l("If the goods have not reached you by then, an officer looks for them."),
    ClockName.INSPECTION:          _l("If you report nothing by then, the refund is due all the same."),
    ClockName.REFUND:              _l("If you have not reported the refund by then, an officer takes the return up."),
    ClockName.REFUND_CONFIRMATION: _l("If the customer does not answer, the return is closed as paid but not confirmed."),
}

ACTIONS: Mapping[Action, Any] = {
    Action.APPROVE:          _l("Return approved"),
    Action.LET_KEEP:         _l("Return approved; the visitor keeps the goods"),
    Action.REFUSE:           _l("Return refused"),
    Action.ACCEPT_REFUND:    _l("Offer accepted; the goods need not be handed over"),
    Action.HAND_OVER:        _l("Goods handed over"),
    Action.RECEIVE_GOODS:    _l("Goods received by the shop"),
    Action.ACCEPT_GOODS:     _l("Goods accepted"),
    Action.REJECT_GOODS:     _l("Goods not accepted"),
    Action.PRESUME_ACCEPTED: _l("Nothing reported on the goods in time: the refund is due"),
    Action.REPORT_REFUND:    _l("Refund reported"),
    Action.MAKE_DISPUTE:     _l("The return became a dispute"),
    Action.DEPOSIT:          _l("Goods taken in by a desk"),
    Action.HAND_ON:          _l("Goods handed on"),
    Action.GIVE_BACK:        _l("Goods given back to the visitor"),
    Action.RECORD_TAX:       _l("Tax refund recorded"),
    Action.SPLIT_DISPUTE:    _l("What was not accepted became a dispute"),
}

WISHES: Mapping[Wish, Any] = {
    Wish.REFUND:   _l("The money back"),
    Wish.EXCHANGE: _l("Other goods in exchange"),
}

REFUSALS: Mapping[RefusalGround, Any] = {
    RefusalGround.OUT_OF_TIME:  _l("Declared after the last day"),
    RefusalGround.NOT_COVERED:  _l("The pledge does not cover these goods"),
    RefusalGround.EXCLUDED:     _l("Excluded by law, or confirmed as excluded when it was bought"),
    RefusalGround.NO_PROOF:     _l("No proof of the purchase"),
    RefusalGround.NOT_FROM_US:  _l("Not bought from this shop"),
    RefusalGround.TAX_REFUNDED: _l("The tax was already refunded, and the goods have left the country"),
    RefusalGround.NO_PROMISE:   _l("The shop has promised no return, and the law gives none here"),
}

REJECTIONS: Mapping[RejectionReason, Any] = {
    RejectionReason.DAMAGED:     _l("Damaged"),
    RejectionReason.USED:        _l("Used beyond trying it"),
    RejectionReason.INCOMPLETE:  _l("Parts are missing"),
    RejectionReason.OTHER_GOODS: _l("Not the goods that were sold"),
    RejectionReason.TAG_REMOVED: _l("The tag was removed"),
    RejectionReason.UNSEALED:    _l("The seal was broken"),
}

GRADES: Mapping[Grade, Any] = {
    Grade.AS_NEW:  _l("As new"),
    Grade.OPENED:  _l("Opened and looked at"),
    Grade.TRACES:  _l("Traces of use"),
    Grade.DAMAGED: _l("Damaged"),
}

GRADE_HINTS: Mapping[Grade, Any] = {
    Grade.AS_NEW:  _l("Unused and complete; tag and packaging as in the shop."),
    Grade.OPENED:  _l("The packaging was opened, the goods were looked at or tried on, and nothing more."),
    Grade.TRACES:  _l("Signs of wear or use, such as creases, stains, scratches or smell."),
    Grade.DAMAGED: _l("Broken, cracked or torn, or parts are missing."),
}

HOLDERS: Mapping[Holder, Any] = {
    Holder.TOURIST: _l("Visitor"),
    Holder.SHOP:    _l("Shop"),
    Holder.DESK:    _l("Return desk"),
    Holder.CARRIER: _l("Carrier"),
}

PHOTOGRAPHS: Mapping[str, Any] = {
    "front":     _l("Front side"),
    "back":      _l("Back side"),
    "tag":       _l("Tag or label"),
    "packaging": _l("Packaging"),
    "receipt":   _l("Receipt or invoice"),
}

LETTERS: Mapping[str, Any] = {
    "goods-given-back":      _l("Goods given back"),
    "goods-handed-over":     _l("Goods handed over"),
    "goods-on-the-way":      _l("Goods on their way"),
    "goods-received":        _l("Goods received"),
    "goods-received-shop":   _l("Goods received"),
    "goods-rejected":        _l("Goods not accepted"),
    "refund-due":            _l("Refund due"),
    "refund-due-shop":       _l("Refund due"),
    "refund-reported":       _l("Refund reported, please confirm"),
    "return-approved":       _l("Return approved"),
    "return-approved-shop":  _l("Return approved"),
    "return-became-dispute": _l("The return became a dispute"),
    "return-declared":       _l("Receipt of the return"),
    "return-offer":          _l("Offer on a return"),
    "return-overdue":        _l("An officer takes the return up"),
    "return-overdue-shop":   _l("An officer takes the return up"),
    "return-refused":        _l("Return refused"),
    "return-requested":      _l("A return to the shop"),
}
# fmt: on
