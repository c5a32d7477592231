"""What letters, their channels and the questions in them are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.names import returns as return_names
from disputes.wording import lazy_gettext as _l

# fmt: off
# Letters, as lists of the staff call them.
LETTERS: Mapping[str, Any] = {
    "authorisation-asked":         _l("Authorisation asked for"),
    "authorisation-asked-officer": _l("Authorisation was asked for"),
    "authority-accepted":          _l("The authority accepts"),
    "authority-accepted-shop":     _l("The authority accepts"),
    "authority-corrected":         _l("Correction about the authority"),
    "authority-corrected-shop":    _l("Correction about the authority"),
    "authority-ended":             _l("The authority’s mediation has ended"),
    "authority-ended-shop":        _l("The authority’s mediation has ended"),
    "authority-late":              _l("The authority is late"),
    "authority-late-officer":      _l("The authority is late"),
    "authority-refused":           _l("The authority refuses"),
    "authority-refused-shop":      _l("The authority refuses"),
    "date-changed":                _l("A date has changed"),
    "date-changed-shop":           _l("A date has changed"),
    "case-assigned":               _l("A case for you"),
    "case-link":                   _l("Link to the case"),
    "case-news":                   _l("News in the case"),
    "claim-contested":             _l("Claim disputed"),
    "claim-received":              _l("Claim to the shop"),
    "closed":                      _l("Case closed"),
    "closed-shop":                 _l("Case closed"),
    "counter-code":                _l("Code for the counter"),
    "counter-offer":               _l("Counter-offer"),
    "answered-at-counter":         _l("Answered at the counter"),
    "departure-changed":           _l("Departure changed"),
    "departure-changed-officer":   _l("Departure changed"),
    "digest":                      _l("Digest"),
    "emergency":                   _l("Emergency"),
    "mediator-steps-in":           _l("A mediator steps in"),
    "mediator-steps-in-shop":      _l("A mediator steps in"),
    "message-received":            _l("Message"),
    "message-received-officer":    _l("Message"),
    "message-received-shop":       _l("Message"),
    "money-not-arrived":           _l("Not arrived"),
    "money-not-arrived-officer":   _l("Not arrived"),
    "offer-declined":              _l("Offer declined"),
    "offer-made":                  _l("Offer"),
    "officer-looks":               _l("An officer looks at it"),
    "performance-reported":        _l("Carried out, please confirm"),
    "proposal-made":               _l("Proposal"),
    "proposal-made-shop":          _l("Proposal"),
    "proposal-rejected":           _l("Proposal turned down"),
    "proposal-rejected-shop":      _l("Proposal turned down"),
    "proposal-settled":            _l("Proposal agreed"),
    "question-answered":           _l("Question answered"),
    "question-asked":              _l("Question"),
    "referral-prepared":           _l("Ready for the authority"),
    "referral-to-carry-out":       _l("Referral to carry out"),
    "referred":                    _l("With the authority"),
    "referred-shop":               _l("With the authority"),
    "reminder":                    _l("Reminder"),
    "reminder-officer":            _l("Reminder"),
    "reminder-shop":               _l("Reminder"),
    "remote-mode":                 _l("From now on in writing"),
    "reopened":                    _l("Opened again"),
    "reopened-shop":               _l("Opened again"),
    "robot-test":                  _l("Test of a robot"),
    "settled":                     _l("Agreed"),
    "settled-shop":                _l("Agreed"),
    "shop-asked":                  _l("The shop is asked"),
    "supervisor-alert":            _l("Late: the supervisor is told"),
    "integrity-found":             _l("Something in the data is not in order"),
    "user-invited":                _l("Invitation"),
    "withdrawn-officer":           _l("Withdrawn"),
    "transfer-proposed":           _l("A case is offered by another office"),
    "transfer-accepted":           _l("The other office took the case"),
    "transfer-returned":           _l("The other office sent the case back"),
    "transfer-lapsed":             _l("A transfer was not answered"),
    **return_names.LETTERS,
}

# What carries a message.
MESSAGE_CHANNELS: Mapping[str, Any] = {
    "mail":     _l("Mail"),
    "wecombot": _l("WeCom (企业微信)"),
    "dingtalk": _l("DingTalk (钉钉)"),
    "feishu":   _l("Feishu (飞书)"),
}

# Ready questions to the visitor, which each reader gets in their own language.
QUESTION_PHRASES: Mapping[str, Any] = {
    "photo_of_goods":    _l("Please send photos of the goods that show the problem."),
    "photo_of_receipt":  _l("Please send a photo of the receipt, the invoice or the order."),
    "proof_of_payment":  _l("Please send a screenshot or a statement that shows the payment."),
    "which_shop":        _l("Which shop was it? Please send the name, the address or a photo of the front."),
    "which_item":        _l("Which item is it about? Please give its name, size or number."),
    "when_bought":       _l("On which day, and at about what time, did you buy it?"),
    "goods_still_there": _l("Do you still have the goods, and are they unused?"),
    "can_come_to_shop":  _l("Can you come to the shop before you leave? When would suit you?"),
    "how_to_pay_back":   _l("In which way can the money reach you?"),
    "what_would_settle": _l("What would settle the matter for you?"),
    "what_happened":     _l("Please tell us more about what happened."),
}
# fmt: on
