"""What people read when a step was refused: one sentence for each code that a verb may refuse with, shared by all audiences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from disputes.rules.lifecycle import StepRefused
from disputes.wording import lazy_gettext as _l

# fmt: off
REFUSED: Mapping[str, Any] = {
    # filing
    "no_such_draft":          _l("This draft no longer exists. Drafts that are not sent are deleted after 30 days."),
    "too_much_text":          _l("This is more text than we can keep. Please shorten it."),
    "consent_missing":        _l("We may only handle your case if you agree to it. Tick the first box under “Your consent”."),
    # to the shop
    "no_shop":                _l("No shop is tied to this case yet. Choose the shop first."),
    "no_such_shop":           _l("This shop is not in the list. Choose another one."),
    # what an authority did
    "not_of_this_authority":  _l("This does not belong to the procedure of this authority."),
    "fact_in_the_future":     _l("This day lies in the future. Record it when it has happened."),
    "ground_missing":         _l("Choose the ground that the authority gave."),
    "nothing_before":         _l("Something that must come first is not recorded by that day, such as the receipt or the acceptance. Record that first, or check the day."),
    "already_recorded":       _l("This is recorded already. If that record is wrong, take it back first."),
    "ends_before_it_begins":  _l("The last day of the test lies before its first day."),
    "no_open_pause":          _l("No test is open on that day, so none can end."),
    "pause_not_lawful":       _l("No period is stopped by this: the rule that counts here names no pause, or its period was over."),
    "extension_not_lawful":   _l("The period cannot be extended like this: the rule allows it once, before the period is over."),
    "no_such_fact":           _l("This record is not there any more."),
    "receipt_must_stand":     _l("The receipt itself cannot be taken back. Record the right receipt, or take the case back from the authority."),
    "others_stand_on_it":     _l("Later records stand on this one. Take those back first."),
    # between offices
    "no_other_office":        _l("Choose another office, one that is open."),
    "transfer_open":          _l("The case is offered to another office already. Wait for the answer, or take the offer back."),
    "no_transfer":            _l("Nothing is open here any more: the offer was answered, taken back, or its time is over."),
    "not_your_office":        _l("This is for the other office to do."),
    # the roster
    "shift_without_length":   _l("A shift cannot begin and end at the same time."),
    "no_weekday":             _l("Choose at least one day of the week."),
    "shift_known":            _l("There is a shift of this person already that begins on one of these days at this time."),
    "absence_ends_first":     _l("The absence must end after it begins."),
    "absence_over":           _l("This absence would be over already."),
    "absence_too_long":       _l("An absence of more than 400 days cannot be entered. Deactivate the account instead."),
    "absence_overlaps":       _l("This person is away in that time already."),
    # answers and questions
    "reasons_missing":        _l("Write down the reasons, so that the other side can understand them."),
    "question_missing":       _l("Choose a question or write one."),
    "already_asked":          _l("You have asked the customer once already. To learn more, write a message; the time for your answer goes on."),
    "answer_missing":         _l("Write an answer first."),
    "message_missing":        _l("Write a message first."),
    "note_missing":           _l("Write a note first."),
    # offers, proposals, settlement
    "already_agreed":         _l("You have agreed to this proposal already. We are waiting for the other side."),
    "nothing_on_the_table":   _l("There is no offer on the table any more."),
    "in_person_after_departure": _l("The visitor has left China. Choose a way that works from abroad: money to the card, the wallet or a bank account, and goods by parcel."),
    "less_than_the_price":    _l("“All the money back” means all that was paid. For less, choose “A part of the money back” instead."),
    "nothing_settled":        _l("There is no agreement that could be carried out."),
    # files
    "nothing_new":            _l("No new file was added: these files are in the case already."),
    "too_many_files":         _l("There are too many files. Each side can add at most 20."),
    # referral
    "not_authorised":         _l("The visitor has not allowed a hand-over to an authority."),
    "warning_not_confirmed":  _l("Please confirm that you have read the warning about choosing one body."),
    "name_missing":           _l("Give your full name as it stands in your travel document."),
    "received_in_the_future": _l("The moment of receipt cannot lie in the future."),
    "receiver_missing":       _l("Write down who received the case."),
    "no_such_zone":           _l("Choose a city from the list."),
    # at the counter
    "no_contact":             _l("We have no address of this shop to which a code could be sent."),
    "too_many_codes":         _l("Several codes have been sent already. Please try again in an hour, or answer without a code."),
    # staff
    "departure_missing":      _l("Give the day of the departure."),
    "danger_missing":         _l("Say what the danger is."),
    "no_such_officer":        _l("This officer cannot take cases at present. Choose another one."),
    "outcome_not_for_staff":  _l("Only the visitor can say that a case is resolved. Choose another outcome."),
    "erased":                 _l("The personal data of this case have been erased, so it cannot be opened again."),
    # accounts and keys
    "email_invalid":          _l("This is no e-mail address. Write it like name@example.com."),
    "email_taken":            _l("There is an account with this address already."),
    "account_name_missing":   _l("Write a name."),
    "office_missing":         _l("Choose the office."),
    "merchant_missing":       _l("Choose the merchant."),
    "desk_missing":           _l("Choose the desk."),
    "role_unknown":           _l("Choose one of the roles."),
    "not_yourself":           _l("You cannot do this to your own account. Ask another supervisor."),
    "password_too_short":     _l("This password is too short. Use at least 12 characters."),
    "password_too_long":      _l("This password is too long. Use at most 200 characters."),
    "password_too_plain":     _l("This password is easily guessed. Leave out your name and address, and use more different characters."),
    "code_wrong":             _l("This code is not right. Write the six digits that the app shows now."),
    "scope_unknown":          _l("Choose at least one thing that the key may do."),
    "rate_out_of_range":      _l("A key may be used between 1 and 6000 times a minute."),
    # return promises and networks
    "return_needs_the_shop":   _l("A return is a word to the shop, so we must be allowed to pass it on. Tick that box, please."),
    "tax_state_missing":       _l("First say how far the tax refund has come: was a tax refund form issued for these goods?"),
    "tax_numbers_missing":     _l("The number of the tax refund form or of the invoice is needed before this return can be approved."),
    "person_decides":          _l("The tax was already refunded, so only our staff can decide on this return."),
    "ground_does_not_fit":     _l("This ground does not fit what was declared. Choose another, or offer something instead."),
    "nothing_to_dispute":      _l("Nothing was refused here that could become a dispute."),
    "tracking_missing":        _l("Give the carrier and the number by which the parcel can be followed."),
    "carrier_missing":         _l("Say who carries the goods."),
    "no_items":                _l("Choose the goods it is about."),
    "accepted_already":        _l("These goods are accepted already, so they stay with the shop."),
    "no_such_photograph":      _l("This photograph is not on the checklist."),
    "no_desk":                 _l("Your account belongs to no desk. Ask the office that looks after you."),
    "shop_does_not_accept":    _l("This shop does not take these goods back. The page of the return names the places that do."),
    "stays_with_visitor":      _l("As the return stands now, the goods stay with the visitor. Do not take them in."),
    "not_yours_to_give":       _l("These goods are not with you, so you cannot hand them on."),
    "too_many_pieces":         _l("More pieces than were declared cannot be taken in."),
    "every_item_once":         _l("Report on each of the goods that have arrived, once."),
    "rejection_reason_missing": _l("Say why the goods are not accepted."),
    "recorded_at_hand_over":   _l("The goods were recorded as good when the customer handed them over. What happened since is between you and the desk: accept them, and note the difference."),
    "means_unknown":           _l("Choose how the money was paid."),
    "less_than_due":           _l("This is less than what is due. The refund is paid in one sum."),
    "fee_impossible":          _l("The fee cannot be more than the refund."),
    "desk_pays_no_cash":       _l("This desk pays no cash. The shop pays the refund."),
    "nothing_refunded":        _l("No refund has been reported that could be answered."),
    "tax_form_not_voided":     _l("First void the tax refund form together with the invoice, and record it here."),
    "advance_not_repaid":      _l("First the advance on the tax refund must be paid back or taken from the card, and recorded here."),
    "refunded_already":        _l("The refund is reported already."),
    "tax_state_differs":       _l("The tax refund is in another state than this step needs."),
    "desk_not_yours":          _l("This desk belongs to another office. Only its own supervisor can change it."),
    "desk_kind_unknown":       _l("Choose what kind of desk it is."),
    "desk_name_missing":       _l("Write the name of the desk in Chinese."),
    "desk_address_missing":    _l("Write the address of the desk."),
    "desk_place_unknown":      _l("Choose the district in which the desk stands."),
    "desk_closes_before_it_opens": _l("A desk closes after it opens. For one that is open past midnight write 23:59."),
    "desk_port_differs":       _l("Choose the airport or the station at which the desk stands; it must fit the kind of desk."),
    "desk_holds_goods":        _l("Goods still lie at this desk. Send them on or give them back first."),
    "desk_closed":             _l("This desk is closed. Open it again first."),
    "stock_seen_already":      _l("Somebody has looked at this stock-take already."),
    "stock_nothing_there":     _l("Nothing lies there by the record, and nothing was entered. There is nothing to keep."),
    "robot_missing":           _l("There is no robot. Connect one first."),
    "quiet_all_day":           _l("The quiet hours begin and end at the same time. Choose two different times."),
    "pledge_no_draft":                 _l("There is no draft to publish. Write a new version first."),
    "pledge_not_published":            _l("This promise was never published."),
    "pledge_worse_from_tomorrow":      _l("This version gives less than the one before, so it can apply from tomorrow at the earliest."),
    "pledge_starts_in_the_past":       _l("A version applies from today at the earliest."),
    "pledge_shop_taken":               _l("Another of your promises speaks for the same shop. Withdraw that one first, or choose other shops."),
    "pledge_withdrawn_already":        _l("This promise is withdrawn. Make a new one instead."),
    "pledge_withdrawn_in_the_past":    _l("The last day can be today at the earliest: what was bought under the promise stays covered."),
    "pledge_reason_missing":           _l("Give the reason."),
    "pledge_staff_only":               _l("Only our staff can do this."),
    "pledge_merchant_only":            _l("Only the shop whose promise it is can do this."),
    "pledge_breach_in_the_future":     _l("The day cannot lie in the future."),
    "pledge_breach_cleared":           _l("This breach is cleared already."),
    "pledge_comment_missing":          _l("Write your comment first."),
    "pledge_days_out_of_range":        _l("Promise between 1 and 365 days."),
    "pledge_refund_days_out_of_range": _l("Name between 1 and 60 days for the refund."),
    "pledge_no_way":                   _l("Choose at least one way in which goods can come back."),
    "pledge_freight_unknown":          _l("Say who pays for the parcel."),
    "pledge_goods_contradict":         _l("The same goods cannot be covered and left out."),
    "pledge_shop_not_yours":           _l("Choose only shops of this merchant."),
    "list_has_faults":                 _l("The list holds rows that are wrong. Correct them first."),
    "network_name_missing":            _l("Give the network a name in Chinese."),
    "network_shop_not_yours":          _l("This shop belongs to another company."),
    "network_member_already":          _l("This shop is in the network already, or has asked to join."),
    "network_answered_already":        _l("This request has been answered already."),
    "network_day_in_the_past":         _l("Choose today or a later day."),
    "network_not_a_member":            _l("This shop is not in the network."),
    "network_not_yours":               _l("Only whoever keeps the network can do this."),
    # packages
    "empty":                  _l("Choose at least one thing."),
    "negative":               _l("The amount cannot be less than zero."),
    "money_without_amount":   _l("Say how much money it should be."),
    "amount_without_money":   _l("An amount goes with money back or compensation. Choose one of these too, or leave the amount empty."),
}
# fmt: on

OTHERWISE = _l("This is not possible at the moment. Look at the page again and try once more.")
MOVED_ON = _l("This case has moved on in the meantime, so this step is no longer possible.")


def init_app(app: Flask) -> None:
    """Give templates ``refusal(code)``."""
    app.jinja_env.globals["refusal"] = refusal


def refusal(reason: str | Exception | None) -> str:
    """The sentence for a code, or for what a verb raised (it carries the code)."""
    if isinstance(reason, StepRefused):
        return str(MOVED_ON)
    code = getattr(reason, "code", reason)
    return str(REFUSED.get(str(code), OTHERWISE))
