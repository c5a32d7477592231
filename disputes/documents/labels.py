"""The words of the documents themselves, translated before they reach a template.

A template knows no gettext. It gets these by name, once in Chinese and once in its reader's language. What stands in braces
is filled in by the template, since only the typesetter knows it.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

# fmt: off
COMMON: Mapping[str, LazyString] = {
    "brand":         _l("Chongqing · Sichuan Visitor Care"),
    "number":        _l("Case number"),
    "page":          _l("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    "qr":            _l("QR code that opens your case"),
    "erased":        _l("This text has been erased as the law provides."),
    "original":      _l("Original text, not translated"),
    "not_authority": _l("This service helps visitors and shops to settle a dispute with each other. It is not an authority."),
}

CASE_CARD: Mapping[str, LazyString] = {
    "title":         _l("Your case card"),
    "words":         _l("Your five words"),
    "for":           _l("For"),
    "shop":          _l("About"),
    "filed":         _l("Filed on"),
    "scan":          _l("Scan this code to open your case."),
    "anywhere":      _l("Or enter the number and the five words, on any device, at"),
    "private":       _l("Keep this card to yourself: whoever holds it can open your case."),
    "emergency":     _l("In an emergency call 110 (police), 120 (ambulance) or 119 (fire)."),
}

REFERRAL_PACKAGE: Mapping[str, LazyString] = {
    "title":         _l("Referral of a consumer complaint"),
    "none":          _l("None."),
    "to":            _l("To"),
    "from":          _l("Handed over by"),
    "officer":       _l("Officer in charge"),
    "prepared":      _l("Prepared on"),
    "matter":        _l("Matter"),
    "language":      _l("The visitor's language"),
    "contents":      _l("Contents"),
    "cover_note":    _l("The visitor named below has asked that this complaint be handed to your office, and has authorised us to do so. "
                        "It holds what the visitor and the shop told us, the course of the case, and a list of the evidence. "
                        "Please confirm its receipt below; your procedure and its periods begin with that receipt."),
    "receipt":       _l("Confirmation of receipt"),
    "received_by":   _l("Received by (name, office, seal)"),
    "received_on":   _l("Received on (date, time)"),
    "receipt_number": _l("Your reference number"),
    "parties":       _l("The parties"),
    "tourist":       _l("The visitor"),
    "merchant":      _l("The merchant"),
    "claim":         _l("The claim"),
    "facts":         _l("The facts"),
    "narrative":     _l("In the visitor's own words"),
    "answer":        _l("The shop's answer, in its own words"),
    "timeline":      _l("Course of the case"),
    "when":          _l("When (China time)"),
    "what":          _l("What happened"),
    "by":            _l("By"),
    "offers":        _l("Claim, offers and proposals"),
    "status":        _l("Status"),
    "evidence":      _l("List of evidence"),
    "evidence_note": _l("The files themselves are handed over beside this document. Each can be checked by its SHA-256 sum: a file that "
                        "was changed has another sum."),
    "file":          _l("File"),
    "given":         _l("Given by"),
    "number_short":  _l("No."),
    "sum":           _l("SHA-256"),
    "no_name":       _l("Without a name"),
    "consents":      _l("Consents and authorisation"),
    "consent":       _l("Agreed to"),
    "consent_given": _l("Given on"),
    "consent_text":  _l("Version of the text"),
    "withdrawn":     _l("Withdrawn on"),
    "authorised":    _l("The visitor authorised the hand-over to the body named on the cover on this date, after having been told that a case "
                        "which a consumer association has taken up may be refused by the market regulator:"),
    "proxy":         _l("Power of attorney"),
    "proxy_note":    _l("Valid with the handwritten signature only. The original on paper and a proof of the agent's identity go to the "
                        "authority."),
    "principal":     _l("Principal"),
    "document":      _l("Travel document number"),
    "agent":         _l("Agent"),
    "agent_document": _l("Agent's proof of identity"),
    "powers":        _l("The agent may, in the principal's name"),
    "term":          _l("Term"),
    "signature":     _l("Signature of the principal"),
    "place_date":    _l("Place and date"),
    "integrity":     _l("State of the record"),
    "integrity_note": _l("The history of this case holds %(steps)s steps, each sealed by a sum over all before it. The last sum is:", steps="{steps}"),
}

PROOF_OF_REFUND: Mapping[str, LazyString] = {
    "title":         _l("Proof of refund"),
    "issued":        _l("Issued on"),
    "office":        _l("Issued by"),
    "paid_back":     _l("Amount paid back"),
    "confirmed":     _l("The visitor has confirmed that the money arrived."),
    "unconfirmed":   _l("The shop has reported this payment. The visitor has not confirmed yet that the money arrived."),
    "tourist":       _l("The visitor"),
    "merchant":      _l("The merchant"),
    "merchant_code": _l("Unified social credit code"),
    "purchase":      _l("The purchase"),
    "settlement":    _l("The settlement"),
    "agreed_on":     _l("Agreed on"),
    "agreed":        _l("What was agreed"),
    "refund":        _l("The refund"),
    "statement":     _l("This document repeats what is on record in the case named above, for presentation to a bank, a card company or an insurer. "
                        "It replaces no tax document."),
    "check":         _l("The visitor can show the record by this code. The last sum of its history is:"),
}

PLEDGE_POSTER: Mapping[str, LazyString] = {
    "title":         _l("Return promise"),
    "qr_promise":    _l("QR code that leads to the promise of this shop"),
    "genuine":       _l("The whole promise stands behind this code. A genuine code opens exactly the address above; if another page opens, "
                        "do not trust it."),
}
HAND_OVER_RECEIPT: Mapping[str, LazyString] = {
    "title":         _l("Receipt for goods handed over"),
    "receipt":       _l("Number of this receipt"),
    "at":            _l("Taken in on"),
    "taken_down":    _l("Written down without network; reached us on"),
    "place":         _l("Taken in by"),
    "address":       _l("Address"),
    "shop":          _l("Bought from"),
    "seal":          _l("Seal number"),
    "goods":         _l("Goods"),
    "arrived":       _l("This desk accepts for the shop. With this receipt the shop has received the goods."),
    "on_the_way":    _l("This desk passes the goods on to the shop. What happens to them from now on is not yours to answer for."),
    "keep":          _l("Keep this receipt until the money has arrived."),
    "qr_return":     _l("QR code of the return, for shops and desks"),
}
# fmt: on

LABELS: Mapping[str, Mapping[str, LazyString]] = {
    "case-card": COMMON | CASE_CARD,  # type: ignore[operator]
    "referral-package": COMMON | REFERRAL_PACKAGE,  # type: ignore[operator]
    "proof-of-refund": COMMON | PROOF_OF_REFUND,  # type: ignore[operator]
    "pledge-poster": COMMON | PLEDGE_POSTER,  # type: ignore[operator]
    "hand-over-receipt": COMMON | HAND_OVER_RECEIPT,  # type: ignore[operator]
}


def labels_for(template: str, language: str) -> dict[str, str]:
    """All words of a template in one language. Needs the application's context, as every translation does."""
    with force_locale(language):
        return {name: str(words) for name, words in LABELS[template].items()}
