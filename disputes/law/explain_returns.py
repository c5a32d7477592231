"""Puts a verdict on a return, and what happens to the tax refund, into sentences in the language of whoever reads them.

Everything is said from the rows that `returns_rows` makes, so a stored verdict reads as it did on its day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel.lists import format_list

from disputes import formats, names, wording
from disputes.law import explain
from disputes.law.returns_rows import effect_row, verdict_row
from disputes.rules.pledges import Payer, Way
from disputes.rules.rulebook import Standing, Unit
from disputes.rules.tax_refund import TaxEffect
from disputes.rules.verdicts import Ground, Lack, Strength, Verdict
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l
from disputes.wording import ngettext

Row = Mapping[str, Any]

# fmt: off
HEADLINES: Mapping[Strength, Any] = {
    Strength.RIGHT:    _l("You have a right to this."),
    Strength.PROMISE:  _l("This shop promised it, and its promise binds."),
    Strength.GOODWILL: _l("Only as a goodwill of the shop: it may agree and does not have to."),
    Strength.PERSON:   _l("A person has to decide this."),
    Strength.NO:       _l("The shop does not have to take this back."),
}
CONDITIONAL_HEADLINES: Mapping[Strength, Any] = {
    Strength.RIGHT:    _l("You have a right to this if what is still open turns out well."),
    Strength.PROMISE:  _l("This shop promised it, if what is still open turns out well."),
    Strength.GOODWILL: _l("As things stand, only as a goodwill of the shop."),
    Strength.PERSON:   _l("A person has to decide this, and some facts are still open."),
    Strength.NO:       _l("As things stand, the shop does not have to take this back."),
}
REPAIR_HEADLINE = _l("You have a right to repair or exchange; to a return only where the law lets you end the contract.")
STRENGTHS: Mapping[Strength, Any] = {
    Strength.RIGHT:    _l("A right"),
    Strength.PROMISE:  _l("A promise of this shop"),
    Strength.GOODWILL: _l("Goodwill only"),
    Strength.PERSON:   _l("A person decides"),
    Strength.NO:       _l("Excluded"),
}
GROUNDS: Mapping[Ground, Any] = {
    Ground.FAULT:    _l("The goods are faulty or not what was promised"),
    Ground.AGENCY:   _l("A travel agency arranged the shopping"),
    Ground.DISTANCE: _l("Bought online or by phone"),
    Ground.PROMISE:  _l("The shop’s promise to take goods back"),
    Ground.GOODWILL: _l("No ground that binds the shop"),
}
WAYS: Mapping[Way, Any] = {
    Way.SHOP:   _l("In the shop where it was bought"),
    Way.BRANCH: _l("In another branch"),
    Way.DESK:   _l("At a return desk"),
    Way.PARCEL: _l("By parcel"),
}
FREIGHT: Mapping[Payer, Any] = {
    Payer.BUYER:    _l("If you send it, you pay the postage."),
    Payer.MERCHANT: _l("The shop pays for sending it back."),
    Payer.AGENCY:   _l("The travel agency arranges the return and bears its cost."),
    Payer.NOBODY:   _l("It is handed over in person, so there is no postage."),
}
EXCLUDED: Mapping[str, Any] = {
    "made_to_order":         _l("goods made to order, engraved or tailored"),
    "perishable":            _l("fresh, chilled or live goods"),
    "media_unsealed":        _l("unsealed software, music or films, and downloads"),
    "periodicals":           _l("newspapers and magazines"),
    "food_unsealed":         _l("opened food, tea, alcohol and health products"),
    "hygiene_unsealed":      _l("opened cosmetics, underwear and swimwear"),
    "medical":               _l("medicines and medical devices"),
    "precious":              _l("gold, gems, jade, watches, luxury goods and collectables"),
    "electronics_activated": _l("electronics that were activated"),
    "marked":                _l("goods sold as flawed or close to their expiry date"),
    "spent":                 _l("tobacco, stored-value cards, tickets and services already used"),
}
MISSING: Mapping[Lack, Any] = {
    Lack.TAX_STATE:      _l("How far your tax refund has come: no form yet, form issued, advance paid, or already refunded."),
    Lack.FORM_NUMBER:    _l("The number of the tax refund form."),
    Lack.INVOICE_NUMBER: _l("The number of the invoice (fapiao)."),
    Lack.PROOF:          _l("Something that shows the purchase: invoice, receipt or payment record."),
    Lack.INVOICE:        _l("The invoice (fapiao) itself; the shop’s promise asks for it."),
    Lack.RECEIVED_AT:    _l("The day on which you received the goods."),
    Lack.ITINERARY_END:  _l("The day on which the tour ended."),
    Lack.AGENCY:         _l("The name of the travel agency, and of the guide if you know it."),
    Lack.AGENCY_BREACH:  _l("Whether the agency chose the shop without your agreement, or lured you with an unreasonably low price."),
    Lack.INTACT:         _l("Whether the goods are complete and undamaged."),
    Lack.RESALEABLE:     _l("Whether the goods can be sold again."),
    Lack.UNSEALED:       _l("Whether the goods are still sealed."),
    Lack.ACTIVATED:      _l("Whether the device was activated."),
    Lack.SEALED_TAG:     _l("Whether the security tag is still on."),
}
CHANGES: Mapping[str, Any] = {
    "fault":                 _l("If the goods are faulty or not what was promised, other and stronger rules apply."),
    "fault_not_found":       _l("If no fault is found, the other grounds decide."),
    "agency_agreed":         _l("If you had agreed to the visit, the right against the agency does not apply."),
    "agency_arranged":       _l("If a travel agency brought you there without your agreement, you may have a right against the agency."),
    "confirmed_at_purchase": _l("If you confirmed at this purchase that such goods are not taken back, the shop may refuse."),
    "no_true_confirmation":  _l("If the confirmation was a box that was already ticked, or was not asked for at this purchase, it does not count."),
    "promise_shown":         _l("If the shop promised returns on the day you bought it (a sign, a leaflet, its website), that promise binds."),
    "shop_agrees":           _l("The shop can always agree of its own accord."),
    "unsealing":             _l("Do not open the packaging: once unsealed, the goods are excluded."),
    "activating":            _l("Do not activate the device: once activated, it is excluded."),
    "using":                 _l("Do not use, wear or wash it: it has to stay intact."),
    "later":                 _l("After the last day only goodwill is left."),
}

# --- tax refund

CHECKS: Mapping[str, Any] = {
    "traveller":       _l("You live abroad, or in Hong Kong, Macao or Taiwan of China, and not in the mainland."),
    "stay":            _l("You were in the mainland for no more than %(days)s in a row before leaving."),
    "store":           _l("The store takes part in the tax refund."),
    "goods":           _l("The goods are among those for which tax is refunded."),
    "minimum":         _l("You bought for at least %(least)s in this store on this day; it is %(amount)s."),
    "bought_in_time":  _l("You bought it after your last entry, and within %(days)s of it."),
    "invoice":         _l("You have the invoice (fapiao)."),
    "form":            _l("You have the Refund Application Form from the store."),
    "name":            _l("Name and document number on the form are those of your passport or permit."),
    "goods_on_form":   _l("The goods and their number are those on the form."),
    "leaves_in_time":  _l("You leave by the end of %(last)s."),
    "unused":          _l("The goods are unused."),
    "carried":         _l("You carry the goods yourself, or check them in as your luggage."),
    "shown":           _l("You show goods and form to customs before you check your luggage in."),
    "port":            _l("The place where you leave handles tax refunds."),
    "payment":         _l("Above %(limit)s the refund is paid by transfer only, not in cash."),
    "own_card":        _l("The card with the hold is your own credit card."),
    "hold_covers":     _l("The hold on your card covers the advance of %(amount)s."),
    "advance_amount":  _l("The advance is no more than the refund of %(amount)s."),
    "promise_length":  _l("You promised to leave by %(last)s at the latest."),
    "promise_kept":    _l("You leave by the day you promised, %(last)s."),
    "promised_port":   _l("You leave from the place you named in the store."),
}
TAX_STEPS: Mapping[str, Any] = {
    "mend_invoice":         _l("The store cancels the invoice, or corrects it with a red invoice."),
    "void_form":            _l("The store voids the tax refund form."),
    "void_invoice":         _l("The store cancels the invoice together with the form, or corrects it with a red invoice."),
    "new_invoice":          _l("The store issues a new invoice for what you keep."),
    "new_form":             _l("The store issues a new tax refund form for what you keep."),
    "release_hold":         _l("What is left of the hold on the card is released."),
    "person_decides":       _l("A person decides; the amount is information only."),
    "advance_from_card":    _l("The advance is taken back from the hold on the card."),
    "advance_paid_back":    _l("The advance is paid back."),
    "price_back":           _l("The price of the returned goods is paid back."),
    "reduction":            _l("The reduction of the price is paid back."),
    "difference":           _l("The difference in price is paid."),
    "advance_for_the_rest": _l("The advance for what you keep is paid out."),
    "promise_broken":       _l("The promise to leave was not kept, so the advance is taken back."),
    "price_less_tax":       _l("The price less the tax already refunded."),
}
PARTIES: Mapping[str, Any] = {
    "tourist": _l("Visitor"),
    "shop":    _l("Shop"),
    "agency":  _l("Tax refund agency"),
}
# fmt: on


def headline(verdict: Verdict | Row) -> str:
    """The verdict in one sentence, which promises no more than the facts bear."""
    row = _row(verdict)
    if row["outcome"] == "repair" and row["strength"] == Strength.RIGHT:
        return str(REPAIR_HEADLINE)
    return str((CONDITIONAL_HEADLINES if row["conditional"] else HEADLINES)[Strength(row["strength"])])


def explain_verdict(verdict: Verdict | Row) -> list[str]:
    """The verdict in sentences: headline, reasons with their articles, the last day, what is open, money, and what to beware of."""
    row = _row(verdict)
    told = [headline(row), *map(reason_with_article, row["reasons"]), *_time(row), *missing(row)]
    told += [str(CHANGES[each["code"]]) for each in row["changes"]]
    if row["outcome"] == "return":
        told += [str(FREIGHT[Payer(row["freight"])]), *_refund(row)]
    told += [reason_with_article(each) for each in row["warnings"]]
    told += [besides(each) for each in row["others"]]
    return told


def reason(row: Row) -> str:
    """One reason in words."""
    return _REASONS[row["code"]](row["params"])


def reason_with_article(row: Row) -> str:
    """One reason with its articles in Chinese and English, and a mark where it was not verified."""
    where = " · ".join([*_english(row), *_chinese(row)])
    mark = "" if row["standing"] == Standing.VERIFIED else str(explain.STANDINGS[Standing(row["standing"])])
    tail = "; ".join(part for part in (where, mark) if part)
    return f"{reason(row)} ({tail})" if tail else reason(row)


def missing(row: Row) -> list[str]:
    """What to ask for, what decides first."""
    ordered = sorted(row["missing"], key=lambda each: not each["decides"])
    return [
        _("Still open: %(what)s", what=MISSING[Lack(each["what"])])
        if each["decides"]
        else _("Needed before approval: %(what)s", what=MISSING[Lack(each["what"])])
        for each in ordered
    ]


def lacks(row: Row, *, decides: bool) -> list[str]:
    """What is open, without saying so each time: what can change the verdict, or what is only needed before approval."""
    return [str(MISSING[Lack(each["what"])]) for each in row["missing"] if each["decides"] is decides]


def articles(row: Row) -> tuple[str, str]:
    """Where a reason stands, in English and in Chinese; empty for our own rules."""
    return "; ".join(_english(row)), "".join(_chinese(row))


def standing_mark(standing: Standing) -> str:
    """How sure we are of a rule, in a word."""
    return str(explain.STANDINGS[standing])


def time_left(minutes: int) -> str:
    """Days, hours and minutes."""
    return _left(minutes)


def refund_line(row: Row) -> str | None:
    """By when the money is due; None where nothing says so."""
    return next(iter(_refund(row)), None)


def besides(row: Row) -> str:
    """A further ground that carries it too."""
    return _("Besides: %(ground)s. %(strength)s.", **_named(row))


def row_of(verdict: Verdict) -> Row:
    """The verdict as its row, from which everything here is said."""
    return verdict_row(verdict)


def check(row: Row) -> str:
    """One condition of the tax refund in words."""
    return str(CHECKS[row["code"]]) % _tax_params(row["params"])


def explain_effect(effect: TaxEffect | Row) -> list[str]:
    """What happens to the tax refund, step by step."""
    row = effect if isinstance(effect, Mapping) else effect_row(effect)
    return [*map(tax_step, row["steps"]), *(reason_with_article(each) for each in row["warnings"])]


def tax_step(row: Row) -> str:
    """One step: what is done, or who pays whom how much."""
    said = str(TAX_STEPS[row["code"]])
    if "amount" not in row:
        return said
    return _(
        "%(what)s %(debtor)s → %(creditor)s: %(amount)s.",
        what=said,
        debtor=PARTIES[row["debtor"]],
        creditor=PARTIES[row["creditor"]],
        amount=formats.money_text(row["amount"], "CNY"),
    )


# --- parts ---


def _row(verdict: Verdict | Row) -> Row:
    return verdict if isinstance(verdict, Mapping) else verdict_row(verdict)


def _named(row: Row) -> dict[str, str]:
    return {"ground": str(GROUNDS[Ground(row["ground"])]), "strength": str(STRENGTHS[Strength(row["strength"])])}


def _english(row: Row) -> list[str]:
    named = [each for each in row["articles"] if each["instrument"] != "OWN"]
    return [f"{each['name_en']}, {each['article_en']}" if each["article_en"] else each["name_en"] for each in named]


def _chinese(row: Row) -> list[str]:
    return [f"《{each['name_zh']}》{each['article_zh']}" for each in row["articles"] if each["instrument"] != "OWN"]


def _time(row: Row) -> list[str]:
    due = row["due"]
    if due is None or row["strength"] not in (Strength.RIGHT, Strength.PROMISE):
        return []
    if row["outcome"] == "repair":  # the day named is that of the return, which is over
        return []
    told = [_("Declare it by the end of %(day)s (China time).", day=_day(due["due_on"]))]
    return [*told, _("Time left when this was asked: %(left)s.", left=_left(row["minutes_left"]))]


def _refund(row: Row) -> list[str]:
    if row["refund_due"]:
        return [_("The money is due by the end of %(day)s.", day=_day(row["refund_due"]["due_on"]))]
    if row["refund"] is None:
        return []
    cap = row["refund"]["at_most"]
    days = min(row["refund"]["days"], cap["days"] if cap else row["refund"]["days"])
    return [_("The money is due within %(length)s after the goods arrive.", length=_days(days))]


def _tax_params(params: Row) -> dict[str, str]:
    return {key: _tax_param(key, value) for key, value in params.items()}


def _tax_param(key: str, value: str | int) -> str:
    if isinstance(value, str):
        return _day(value)
    return _days(value) if key == "days" else formats.money_text(value, "CNY")


def _day(iso: str) -> str:
    return explain.day(date.fromisoformat(iso))


def _days(count: int) -> str:
    return explain.length(count, Unit.CD)


def _what(params: Row) -> str:
    return str(EXCLUDED[params["row"]])


def _left(minutes: int) -> str:
    """Days, hours and minutes, all that are not nothing."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [ngettext("%(num)s day", "%(num)s days", days)] if days else []
    parts += [explain.length(hours, Unit.H)] if hours else []
    parts += [explain.length(left, Unit.MIN)] if left or not parts else []
    return format_list(parts, style="unit", locale=wording.locale() or "en")


def _fixed(text: Any) -> Callable[[Row], str]:
    return lambda params: str(text)


# fmt: off
_REASONS: Mapping[str, Callable[[Row], str]] = {
    # a fault
    "fault":              lambda p: _("Goods that are not of proper quality can be returned within %(length)s of receiving them, until the end of %(day)s.", length=_days(p["days"]), day=_day(p["last"])),
    "fault_late":         lambda p: _("The %(length)s in which faulty goods can simply be returned ended on %(day)s. You can still ask for repair or exchange, and for a return where the law lets you end the contract.", length=_days(p["days"]), day=_day(p["last"])),
    "fault_agreed":       lambda p: _("A national rule or your contract gives %(length)s to return faulty goods, until the end of %(day)s.", length=_days(p["days"]), day=_day(p["last"])),
    "fault_agreed_late":  lambda p: _("The %(length)s that a national rule or your contract gives ended on %(day)s. You can still ask for repair or exchange.", length=_days(p["days"]), day=_day(p["last"])),
    "fault_not_received": lambda p: _("Goods that are not of proper quality can be returned within %(length)s of receiving them.", length=_days(p["days"])),
    "banned":             _fixed(_l("An authority found these goods substandard, so the shop has to take them back on request.")),
    "no_exclusions":      _fixed(_l("For faulty goods no exclusion counts, and the shop bears the cost of transport.")),
    "merchant_proves":    lambda p: _("For durable goods it is the shop that has to prove that there was no fault, until %(day)s.", day=_day(p["last"])),
    "limitation":         lambda p: _("More than %(length)s have passed since the fault was found, so the shop may refuse.", length=explain.length(p["years"], Unit.YEAR)),
    "fraud_ceiling":      _fixed(_l("If you were deceived, the law lets you claim up to three times the price on top, at least CNY 500; whether it applies is not decided here.")),
    "food_ceiling":       _fixed(_l("For unsafe food the law lets you claim up to ten times the price or three times the loss, at least CNY 1,000; whether it applies is not decided here.")),
    # a travel agency
    "agency":               lambda p: _("If the agency lured you with an unreasonably low price or chose the shop without your agreement, it has to arrange the return and advance the price, within %(length)s after the tour ended.", length=_days(p["days"])),
    "agency_extras":        lambda p: _("If the agency chose paid extras without your agreement, it has to refund them, within %(length)s after the tour ended.", length=_days(p["days"])),
    "agency_no_conditions": _fixed(_l("This right knows no excluded goods and does not ask for unopened ones.")),
    "agency_agreed":        _fixed(_l("You had agreed to this visit, so there is no such right against the agency.")),
    "agency_lapsed":        lambda p: _("The right against the agency ended %(length)s after the tour, on %(day)s.", length=_days(p["days"]), day=_day(p["last"])),
    # at a distance
    "distance":                 lambda p: _("What was bought online or by phone can be returned within %(length)s of receiving it, without a reason.", length=_days(p["days"])),
    "distance_lapsed":          lambda p: _("The %(length)s for a return without a reason ended on %(day)s.", length=_days(p["days"]), day=_day(p["last"])),
    "not_confirmed":            lambda p: _("The law lets a shop leave out %(what)s only if you confirmed that at this very purchase.", what=_what(p)),
    "unsettled":                lambda p: _("Whether the law excludes %(what)s could not be established, so a person has to look.", what=_what(p)),
    "excluded_by_law":          lambda p: _("The law excludes %(what)s from returns without a reason.", what=_what(p)),
    "excluded_by_confirmation": lambda p: _("You confirmed at this purchase that %(what)s are not taken back.", what=_what(p)),
    "intact":                   _fixed(_l("The goods have to be intact.")),
    "looking_is_allowed":       _fixed(_l("The goods have to be intact; opening the packaging to look and trying them with care is allowed.")),
    "freight":                  _fixed(_l("Unless it was agreed otherwise, the buyer pays for sending the goods back.")),
    "not_intact":               _fixed(_l("The goods are no longer intact.")),
    "worn":                     _fixed(_l("The goods were used beyond trying them.")),
    # a promise
    "promise":              lambda p: _("The shop promised on the day you bought it to take goods back for %(length)s.", length=_days(p["days"])),
    "promise_lapsed":       lambda p: _("The %(length)s that the shop promised ended on %(day)s.", length=_days(p["days"]), day=_day(p["last"])),
    "promise_intact":       _fixed(_l("The promise asks for intact goods.")),
    "promise_resale":       _fixed(_l("The promise asks for goods that can be sold again.")),
    "promise_of_excluded":  _fixed(_l("Stores usually leave such goods out; this shop promised to take them back and is bound by that.")),
    "excluded_by_promise":  lambda p: _("The shop’s promise does not cover these goods: %(goods)s.", goods=names.named(names.GOODS_CLASSES, p["goods"])),
    "excluded_usually":     lambda p: _("Stores usually do not take back %(what)s, and the shop’s promise does not say otherwise. This is our reading and not the law.", what=_what(p)),
    "excluded_by_statement": lambda p: _("The shop said at the sale that it does not take back %(what)s.", what=_what(p)),
    "tag_removed":          lambda p: _("For %(what)s the security tag has to be on.", what=_what(p)),
    "not_resaleable":       _fixed(_l("The goods can no longer be sold.")),
    "promise_short":        lambda p: _("The shop promises %(length)s; guidelines in draft ask for at least %(least)s.", length=_days(p["days"]), least=_days(p["least"])),
    "way_not_promised":     lambda p: _("The promise does not name this way: %(way)s.", way=WAYS[Way(p["way"])]),
    "branch_not_promised":  _fixed(_l("The promise does not say that this branch takes goods bought elsewhere.")),
    "goodwill":             _fixed(_l("For things bought over the counter no national law gives a return without a reason; shops are encouraged to allow it.")),
    "goodwill_beyond":      _fixed(_l("Beyond that nothing obliges the shop; it may agree all the same.")),
    # the tax refund
    "tax_form_void":        _fixed(_l("A tax refund form was issued: the store has to void it together with the invoice.")),
    "tax_advance_first":    _fixed(_l("The tax was advanced: it has to be paid back, or is taken from the hold on your card, before the price is refunded.")),
    "tax_unused":           _fixed(_l("Do not use the goods: using them can cost you the tax refund, even where you may still return them.")),
    "tax_used":             _fixed(_l("The goods were opened or used: customs may refuse the tax refund, even where you may still return them.")),
    "tax_refunded":         _fixed(_l("The tax was refunded and you have left, so there is no return without a reason any more; a person decides.")),
    "tax_refunded_fault":   _fixed(_l("The tax was refunded and you have left: a person decides on the fault, and the tax refunded is taken off the price.")),
    "refund_lost":          lambda p: _("What you keep no longer reaches the least purchase, so the tax refund of %(amount)s is lost.", amount=formats.money_text(p["amount"], "CNY")),
    "others_lost":          lambda p: _("Other invoices of that day over %(amount)s lose their tax refund too.", amount=formats.money_text(p["amount"], "CNY")),
    # all
    "leaves_first":         lambda p: _("You leave on %(day)s, before the last day: hand the goods over, or agree on a parcel, before that.", day=_day(p["departure"])),
    "provisional":          _fixed(_l("The holidays of that year are not published yet, so the last day may still change.")),
    "declared_in_time":     lambda p: _("You declared the return by %(day)s; that the goods arrive later does no harm.", day=_day(p["last"])),
}
# fmt: on
