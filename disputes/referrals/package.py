"""The package by which an officer hands a case to an authority in China: everything as data, and the same on paper.

It is made for the body that the tourist authorised and holds what that body asks (R-SAMR-MATERIAL), the list of evidence with
its hashes, the whole history, and the power of attorney to sign (R-SAMR-PROXY). Internal notes are not in it. Nothing here
sends it anywhere, least of all abroad (R-DATA-41): an officer downloads it and hands it over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from disputes import clock, names, numbers
from disputes.accounts.models import User
from disputes.cases.history import broken_at
from disputes.cases.models import Authorisation, Case, CaseEvent, CaseText, Evidence, Offer
from disputes.documents.data import (
    Both,
    ConsentGiven,
    EvidenceItem,
    OfferMade,
    Proxy,
    Quoted,
    ReferralPackage,
    Row,
    Step,
)
from disputes.documents.values import CHINESE, both
from disputes.formats import china_day, china_moment, money_text, short_day
from disputes.names import named
from disputes.notifications.packages import worded
from disputes.referrals import queries
from disputes.regions.models import Authority
from disputes.rules.lifecycle import Action
from disputes.rules.packages import package_of

SCHEMA = "visitor-care/referral/1"
INTERNAL = (Action.NOTE, Action.ASSIGN)  # the staff's own business; in the data they stand without a word of their text
# Bodies that ask for a signed power of attorney of an agent (R-SAMR-PROXY).
ASK_FOR_PROXY = ("market_regulation", "consumer_council_cq", "consumer_council_sc")

OFFER_STATES: Mapping[str, Callable[[], str]] = {
    "claim": lambda: _("Claim"),
    "open": lambda: _("On the table"),
    "accepted": lambda: _("Accepted"),
    "declined": lambda: _("Declined"),
    "superseded": lambda: _("Replaced by another"),
    "lapsed": lambda: _("Lapsed without an answer"),
    "withdrawn": lambda: _("Ended with the case"),
}


class NotAuthorised(Exception):
    """There is no standing authorisation, so there is nothing to hand over."""


# --- as data


def data(case: Case, sizes: Mapping[str, int]) -> dict[str, Any]:
    """The whole case for another system: codes, amounts in minor units, moments in UTC, and the sums to check it by.

    ``sizes`` gives the size of each safe copy by its hash. NotAuthorised without the tourist's authorisation.
    """
    given = _authorisation(case)
    complaint, contact = case.complaint, case.tourist
    return {
        "schema": SCHEMA,
        "prepared_at": _utc(clock.now()),
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "language": case.language,
        "category": case.category,
        "trade": complaint.trade,
        "authority": given.authority_code,
        "office": {"code": case.office.code, "name_zh": case.office.name_zh, "phone": case.office.phone},
        "filed_at": _utc(case.filed_at),
        "departure": {"known": case.departure, "at": _utc(case.departure_at), "port": case.departure_port},
        "tourist": {
            "called": contact.name,
            "full_name": given.full_name,
            "document_number": given.document_number,
            "home_address": given.home_address,
            "phone": given.phone,
            "email": contact.email,
            "country": contact.country,
            "language": contact.language,
        },
        "merchant": _merchant_data(case),
        "purchase": {
            "item": complaint.item,
            "bought_on": complaint.bought_on.isoformat() if complaint.bought_on else None,
            "how_bought": complaint.how_bought,
            "paid_how": complaint.paid_how,
            "amount": complaint.amount,
            "currency": complaint.currency,
            "invoice_number": complaint.invoice_number,
        },
        "texts": [_text_data(t) for t in _said_between_parties(case)],
        "offers": [_offer_data(o) for o in case.offers],
        "evidence": [_evidence_data(i, e, sizes) for i, e in enumerate(handed_in(case), 1)],
        "consents": [
            {
                "purpose": c.purpose,
                "text_version": c.text_version,
                "given_at": _utc(c.given_at),
                "withdrawn_at": _utc(c.withdrawn_at),
            }
            for c in case.consents
        ],
        "authorisation": {
            "authority": given.authority_code,
            "warned": given.warned,
            "given_at": _utc(given.given_at),
        },
        "history": {
            "length": case.last_seq,
            "head": case.head,
            "intact": broken_at(case, case.events) is None,
            "events": [_event_data(e) for e in case.events],
        },
    }


def _merchant_data(case: Case) -> dict[str, Any]:
    shop, merchant, complaint = case.shop, case.merchant, case.complaint
    return {
        "name": merchant.name_zh if merchant else None,
        "uscc": merchant.uscc if merchant else None,
        "shop_zh": shop.name_zh if shop else complaint.shop_name,
        "shop_en": shop.name_en if shop else None,
        "address": shop.address_zh if shop else complaint.shop_address,
        "division": complaint.division_code,
        "phone": (shop.phone or shop.merchant.phone) if shop else None,
    }


def _text_data(text: CaseText) -> dict[str, Any]:
    """A text with its salt, so that whoever holds the package can check it against the history."""
    return {
        "id": text.id,
        "purpose": text.purpose,
        "author": text.author,
        "language": text.language,
        "body": text.body,
        "salt": text.salt,
    }


def _offer_data(offer: Offer) -> dict[str, Any]:
    return {
        "by": offer.by_role,
        "verified": offer.verified,
        "status": offer.status,
        "package": offer.package,
        "text": offer.text_id,
        "tourist_agreed_at": _utc(offer.tourist_agreed_at),
        "merchant_agreed_at": _utc(offer.merchant_agreed_at),
    }


def _evidence_data(number: int, piece: Evidence, sizes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "file": file_name(number, piece),
        "name": piece.name,
        "media_type": piece.media_type,
        "size": sizes.get(piece.safe_sha256),
        "sha256": piece.safe_sha256,
        "original_sha256": piece.sha256,
        "original_size": piece.size,
        "by": piece.by_role,
        "added_at": _utc(piece.added_at),
    }


def _event_data(event: CaseEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "action": event.action,
        "from": event.from_state,
        "to": event.to_state,
        "by": event.by,
        "at": _utc(event.at),
        "details": event.details,
        "previous": event.previous,
        "hash": event.hash,
    }


# --- on paper


def paper(case: Case, authority: Authority, officer: User | None, sizes: Mapping[str, int]) -> ReferralPackage:
    """What the document ``referral-package`` is made from, in Chinese and in the tourist's language."""
    given = _authorisation(case)
    language = case.tourist.language
    say = _Sayer(language)
    made: ReferralPackage = {
        "number": numbers.spoken(case.number),
        "prepared_at": say(lambda: china_moment(clock.now())),
        "office": _place(case.office, language),
        "officer": officer.name if officer else None,
        "office_contact": " · ".join(filter(None, (case.office.phone, case.office.email))) or None,
        "authority": _place(authority, language),
        "summary": say(lambda: _summary(case)),
        "reader_language": say(lambda: _language_name(language)),
        "tourist": _tourist(case, given, say),
        "merchant": _merchant(case, say),
        "claim": _claim(case, say),
        "facts": _facts(case, say),
        "narrative": _quoted(case.complaint.narrative) or {"text": "", "language": language},
        "merchant_answer": _quoted(_last_answer(case)),
        "timeline": [_step(e, say) for e in case.events if e.action not in INTERNAL],
        "offers": [_offer(o, case, say) for o in case.offers],
        "evidence": [_evidence(i, e, sizes, say) for i, e in enumerate(handed_in(case), 1)],
        "consents": [_consent(c, say) for c in case.consents],
        "authorised_at": say(lambda: china_moment(given.given_at)),
        "proxy": _proxy(case, given, authority, say),
        "history_length": case.last_seq,
        "history_head": case.head,
    }
    return made


class _Sayer:
    """Says things in Chinese and in one other language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, what: Callable[[], object]) -> Both:
        return both(what, self.language)

    def each(self, lines: Callable[[], Sequence[str]]) -> list[Both]:
        """The same list in both languages, line by line."""
        with force_locale(CHINESE):
            chinese = [str(line) for line in lines()]
        with force_locale(self.language):
            own = [str(line) for line in lines()]
        return [{"zh": zh, "own": other} for zh, other in zip(chinese, own, strict=True)]

    def row(self, label: Callable[[], object], value: Callable[[], object] | str | None) -> list[Row]:
        """A line of facts; none where there is nothing to say."""
        if value is None or value == "":
            return []
        return [{"label": self(label), "value": value if isinstance(value, str) else self(value)}]


def _summary(case: Case) -> str:
    package = package_of(case.claim.package)
    what = named(names.CATEGORIES, case.category)
    if package.amount:
        asked = money_text(package.amount, package.currency)
        return _("%(what)s; asked for: %(amount)s", what=what, amount=asked)
    return _("%(what)s; asked for: %(remedy)s", what=what, remedy=named(names.REMEDIES, package.remedies[0]))


def _tourist(case: Case, given: Authorisation, say: _Sayer) -> list[Row]:
    contact, departure_at = case.tourist, case.departure_at
    return [
        *say.row(lambda: _("Name in the travel document"), given.full_name),
        *say.row(lambda: _("Called"), contact.name),
        *say.row(lambda: _("Number of the travel document"), given.document_number),
        *say.row(lambda: _("Country or region"), (lambda: _territory(contact.country)) if contact.country else None),
        *say.row(lambda: _("Address at home"), given.home_address),
        *say.row(lambda: _("Phone"), given.phone),
        *say.row(lambda: _("E-mail address"), contact.email),
        *say.row(lambda: _("Language"), lambda: _language_name(contact.language)),
        *say.row(
            lambda: _("Departure"),
            (lambda: china_moment(departure_at)) if departure_at else (lambda: named(names.DEPARTURES, case.departure)),
        ),
    ]


def _merchant(case: Case, say: _Sayer) -> list[Row]:
    kept = _merchant_data(case)
    return [
        *say.row(lambda: _("Company"), kept["name"]),
        *say.row(lambda: _("Unified social credit code"), kept["uscc"]),
        *say.row(lambda: _("Shop"), " ".join(filter(None, (kept["shop_zh"], kept["shop_en"])))),
        *say.row(lambda: _("Address"), kept["address"]),
        *say.row(lambda: _("Phone"), kept["phone"]),
    ]


def _claim(case: Case, say: _Sayer) -> list[Row]:
    package = package_of(case.claim.package)
    rows = say.row(
        lambda: _("Amount"),
        (lambda: money_text(package.amount, package.currency)) if package.amount else None,
    )
    asked = say.each(lambda: worded(package, to_tourist=False).lines)
    return rows + [{"label": say(lambda: _("Asked for")), "value": line} for line in asked]


def _facts(case: Case, say: _Sayer) -> list[Row]:
    told = case.complaint
    bought_on, amount, currency, paid = told.bought_on, told.amount, told.currency, told.paid_how
    return [
        *say.row(lambda: _("What it is about"), lambda: named(names.CATEGORIES, case.category)),
        *say.row(lambda: _("Trade"), lambda: named(names.TRADES, told.trade)),
        *say.row(lambda: _("What was bought"), told.item),
        *say.row(lambda: _("Bought on"), (lambda: china_day(bought_on)) if bought_on else None),
        *say.row(lambda: _("How it was bought"), lambda: named(names.HOW_BOUGHT, told.how_bought)),
        *say.row(
            lambda: _("Price"), (lambda: money_text(amount, currency)) if amount is not None and currency else None
        ),
        *say.row(lambda: _("Paid by"), (lambda: named(names.PAID_HOW, paid)) if paid else None),
        *say.row(lambda: _("Invoice or order"), told.invoice_number),
        *say.row(lambda: _("Filed with us"), lambda: china_moment(case.filed_at)),
    ]


def _last_answer(case: Case) -> CaseText | None:
    """What the shop last said to the claim: why it contests it, or the words of its offer."""
    said = [t for t in case.texts if t.author == "merchant" and t.purpose in ("contest", "offer", "reason", "message")]
    contested = [t for t in said if t.purpose == "contest"]
    return (contested or said or [None])[-1]


def _quoted(text: CaseText | None) -> Quoted | None:
    return {"text": text.body, "language": text.language} if text is not None else None


def _step(event: CaseEvent, say: _Sayer) -> Step:
    details = event.details
    note = None
    if event.action == Action.CONTEST:
        note = say(lambda: named(names.CONTEST_REASONS, details.get("reason")))
    elif details.get("package") and details["package"].get("amount"):
        package = package_of(details["package"])
        note = say(lambda: money_text(package.amount, package.currency))
    role = event.by.partition(":")[0]
    return {
        "at": say(lambda: china_moment(event.at)),
        "what": say(lambda: named(names.ACTIONS, event.action)),
        "by": say(lambda: named(names.ROLES, role)),
        "note": note,
    }


def _offer(offer: Offer, case: Case, say: _Sayer) -> OfferMade:
    package = package_of(offer.package)
    made_at = next((e.at for e in case.events if e.id == offer.event_id), case.filed_at)
    lines = say.each(lambda: worded(package, to_tourist=False).lines)
    if package.amount:
        lines.insert(0, say(lambda: money_text(package.amount, package.currency)))
    return {
        "at": say(lambda: china_moment(made_at)),
        "by": say(lambda: named(names.ROLES, offer.by_role)),
        "status": say(OFFER_STATES[offer.status]),
        "lines": lines,
        "text": _quoted(offer.text),
    }


def _evidence(number: int, piece: Evidence, sizes: Mapping[str, int], say: _Sayer) -> EvidenceItem:
    return {
        "name": file_name(number, piece),
        "kind": say(lambda: _("Document (PDF)") if piece.media_type == "application/pdf" else _("Picture")),
        "size": _size(sizes.get(piece.safe_sha256, 0)),
        "sha256": piece.safe_sha256,
        "given_by": say(lambda: named(names.ROLES, piece.by_role)),
        "given_at": say(lambda: china_moment(piece.added_at)),
    }


def _consent(consent: Any, say: _Sayer) -> ConsentGiven:
    withdrawn = consent.withdrawn_at
    return {
        "purpose": say(lambda: named(names.PURPOSES, consent.purpose)),
        "given_at": say(lambda: short_day(consent.given_at)),
        "version": consent.text_version,
        "withdrawn_at": say(lambda: short_day(withdrawn)) if withdrawn else None,
    }


def _proxy(case: Case, given: Authorisation, authority: Authority, say: _Sayer) -> Proxy | None:
    """The power of attorney to print and sign, for a body that asks for one; it needs the number of a travel document."""
    if authority.code not in ASK_FOR_PROXY or not given.document_number:
        return None
    number = numbers.spoken(case.number)
    return {
        "principal": given.full_name or "",
        "document_number": given.document_number,
        "agent": _place(case.office, say.language),
        "matter": say(lambda: _("Consumer complaint, case %(number)s: %(what)s", number=number, what=_summary(case))),
        "powers": [
            say(lambda: _("hand in this complaint and its evidence")),
            say(lambda: _("receive notices and documents and pass them on to the principal")),
            say(lambda: _("take part in mediation, on the spot or from afar")),
            say(lambda: _("agree to a settlement only with the principal’s consent in writing")),
        ],
        "term": say(
            lambda: _("From the day of the signature until the body has ended its procedure, at most one year")
        ),
    }


# --- shared


def handed_in(case: Case) -> list[Evidence]:
    """The evidence that goes with the package: what has not been erased, in its order."""
    return [e for e in case.evidence if e.erased_at is None]


def file_name(number: int, piece: Evidence) -> str:
    """The name of a piece of evidence inside the package: its place in the list, and the kind that the safe copy is."""
    ending = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}.get(piece.media_type, "bin")
    return f"evidence-{number:02d}.{ending}"


def _said_between_parties(case: Case) -> list[CaseText]:
    return [t for t in case.texts if t.audience == "parties"]


def _authorisation(case: Case) -> Authorisation:
    given = queries.authorisation(case)
    if given is None:
        raise NotAuthorised(case.number)
    return given


def _place(place: Any, language: str) -> Both:
    return {"zh": place.name_zh, "own": place.name_zh if language.startswith("zh") else place.name_en}


def _language_name(code: str) -> str:
    locale = get_locale()
    return (locale.languages.get(code.partition("_")[0]) if locale else None) or code


def _territory(code: str | None) -> str:
    locale = get_locale()
    return (locale.territories.get(code or "") if locale else None) or code or ""


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(count // 1000, 1)} kB"


def _utc(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
