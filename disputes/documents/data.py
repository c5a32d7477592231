"""What each document is made from: plain dictionaries that a caller fills, described key by key.

What is said in both languages of a document is a `Both`, made with `values.both`. What a person wrote is a plain text or a
`Quoted`, and never anything else; the template sets it as it is and can do nothing with it.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Both(TypedDict):
    """The same thing in Chinese and in the language of the document's reader."""

    zh: str
    own: str


class Quoted(TypedDict):
    """What somebody wrote, in the language in which it was written; None when it was erased by law."""

    text: str | None
    language: str  # as in the catalogues: ja, zh_CN, ar ...


class CaseCard(TypedDict):
    """`case-card`: one A6 page in the reader's language alone."""

    number: str  # as people read it, see `numbers.spoken`
    words: list[str]  # five
    words_language: str
    link: str  # opens the case; also in the QR code
    find_url: str  # where number and words can be typed in
    called: NotRequired[str | None]  # the name to call the tourist
    shop: NotRequired[str | None]
    filed: NotRequired[str | None]  # the day, written in the reader's language


class Row(TypedDict):
    """A line of a list of facts. The value is said in both languages, or is a name or a number that stays as it is."""

    label: Both
    value: Both | str


class Step(TypedDict):
    """A line of the case history."""

    at: Both
    what: Both
    by: Both
    note: NotRequired[Both | str | None]  # an amount, a deadline and what it rests on, a number of receipt


class OfferMade(TypedDict):
    """The claim, an offer, a counter-offer or a proposal."""

    at: Both
    by: Both
    status: Both
    lines: list[Both]  # the package, line by line
    text: NotRequired[Quoted | None]


class EvidenceItem(TypedDict):
    """A file handed in. Name, size and hash are those of the copy that lies beside this document."""

    name: str | None
    kind: Both  # "Photo", "PDF, 3 pages"
    size: str
    sha256: str
    given_by: Both
    given_at: Both


class ConsentGiven(TypedDict):
    purpose: Both
    given_at: Both
    version: str  # of the text that was shown
    withdrawn_at: NotRequired[Both | None]


class Proxy(TypedDict):
    """The power of attorney to be signed (R-SAMR-PROXY: matter, powers, term, and the original on paper)."""

    principal: str  # as in the travel document
    document_number: str
    agent: Both  # the office, or the person named
    agent_document: NotRequired[str | None]
    matter: Both
    powers: list[Both]
    term: Both


class ReferralPackage(TypedDict):
    """`referral-package`: A4, Chinese beside the tourist's language, for the authority named in it."""

    number: str
    prepared_at: Both
    office: Both
    officer: str | None
    office_contact: str | None
    authority: Both
    authority_address: NotRequired[str | None]
    summary: Both  # one sentence: what about, what is asked
    reader_language: Both  # the tourist's language by name
    tourist: list[Row]  # name, travel document, country or region, address, phone, e-mail, language, departure
    merchant: list[Row]  # name, credit code, shop, address, phone
    claim: list[Row]  # what is asked, amount, ground
    facts: list[Row]  # what, where, when, how paid, amount, invoice
    narrative: Quoted
    merchant_answer: NotRequired[Quoted | None]
    timeline: list[Step]
    offers: list[OfferMade]
    evidence: list[EvidenceItem]
    consents: list[ConsentGiven]
    authorised_at: Both
    proxy: Proxy | None  # None: the body asks for none
    history_length: int  # steps in the history
    history_head: str  # its last hash


class ProofOfRefund(TypedDict):
    """`proof-of-refund`: one A4 page in Chinese and the reader's language, for a bank or an insurer."""

    number: str
    issued_at: Both
    office: Both
    tourist: str | None
    merchant: str  # as registered
    merchant_code: NotRequired[str | None]  # unified social credit code
    purchase: list[Row]  # what, when, where, amount, how paid
    agreed: list[Both]  # the settlement, line by line
    agreed_at: Both
    amount: Both  # what was paid back
    refund: list[Row]  # way, reference, day reported by the shop, day confirmed by the tourist
    confirmed: bool  # False: reported by the shop, not (yet) confirmed by the tourist
    link: str  # where the reader may ask the tourist to open the case; also in the QR code
    history_head: str


class PledgePoster(TypedDict):
    """`pledge-poster`: a shop's return promise as an A4 poster or an A6 sticker, in Chinese and every other language at once."""

    size: str  # a4, a6
    shop_zh: str
    shop_en: str  # empty where none is known
    promise: str  # in Chinese, large
    promises: list[Quoted]  # the same in every other language
    scans: list[Quoted]  # "scan to read it", in each
    link: str  # the page of the shop; also in the QR code


class HandOverReceipt(TypedDict):
    """`hand-over-receipt`: one A5 page in Chinese and the visitor's language, for goods that a desk took in."""

    number: str
    receipt: str
    at: Both
    taken_down: Both | None  # when it reached us, if the desk had no network
    place: Both
    address: Both
    shop: str | None
    seal: str | None
    goods: list[Row]
    arrived: bool  # the desk accepts for the shop
    link: str  # the code of the return
