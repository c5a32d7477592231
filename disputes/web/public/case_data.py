"""All that is kept about the tourist in a case, as data to take along."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from disputes import numbers
from disputes.cases import texts
from disputes.cases.models import Case
from disputes.db import Base
from disputes.returns import deciding
from disputes.rules.clocks import INTERNAL
from disputes.rules.lifecycle import Action, Kind, Role

FORMAT = 1
COMPLAINT = (
    "channel", "trade", "shop_name", "shop_address", "division_code", "bought_on", "how_bought", "paid_how", "amount",
    "currency", "item", "invoice_number", "dangers",
)  # fmt: skip
OFFER = ("by_role", "verified", "package", "status", "tourist_agreed_at", "merchant_agreed_at", "ended_at")
DEADLINE = (
    "clock",
    "owes",
    "rule_id",
    "rule_version",
    "started_at",
    "due_at",
    "due_on",
    "provisional",
    "ended_at",
    "ending",
)
SETTLEMENT = ("agreed_at", "reported_at", "means", "reference", "confirmed_at", "waived_at", "denied_at", "ended_at")
FILE = ("name", "media_type", "size", "sha256", "by_role", "added_at")
CONSENT = ("purpose", "text_version", "given_at", "withdrawn_at")
AUTHORISATION = (
    "authority_code", "full_name", "document_number", "home_address", "phone", "given_at", "withdrawn_at",
)  # fmt: skip
REFERRAL = ("authority_code", "prepared_at", "received_by", "received_at", "receipt_number", "channel", "ended_at")
RETURN = (
    "declared_at", "wish", "way", "ground", "strength", "decision", "decided_at", "refusal", "remedy", "means", "received_at",
    "carrier", "tracking_number",
)  # fmt: skip
RETURN_ITEM = (
    "position", "goods", "name", "bought", "quantity", "unit_price", "facts", "verdict", "holder", "arrived_at", "accepted_at",
    "rejected_at", "reasons", "grade",
)  # fmt: skip
CUSTODY = ("seq", "giver", "taker", "at", "happened_at", "seal", "grade", "quantity")
REFUND = ("amount", "currency", "fee", "means", "reference", "reported_at", "confirmed_at", "denied_at")
TAX_REFUND = (
    "state", "form_number", "invoice_number", "invoice_amount", "vat", "refunded", "upon_purchase", "leave_by", "voided_at",
    "repaid_at",
)  # fmt: skip
TAX_ENTRY = ("payer", "payee", "amount", "through", "reason", "rule_id")
CONTACT = ("party", "name", "email", "email_confirmed_at", "language", "time_zone", "country")


def own_data(case: Case, now: datetime) -> dict[str, Any]:
    """The case as its tourist may have it. Amounts are in minor units of their currency, moments in UTC.

    Notes of the staff are theirs, and what a companion was called is the companion's.
    """
    return {
        "format": FORMAT,
        "made_at": _value(now),
        "number": numbers.spoken(case.number),
        "kind": case.kind,
        "category": case.category,
        "state": case.state,
        "outcome": case.outcome,
        "filed_at": _value(case.filed_at),
        "closed_at": _value(case.closed_at),
        "departure": {
            "known": case.departure, "at": _value(case.departure_at), "port": case.departure_port,
            "remote_since": _value(case.remote_since),
        },
        "office": {"name": case.office.name_en, "name_zh": case.office.name_zh},
        "shop": {"name": case.shop.name_en, "name_zh": case.shop.name_zh, "address_zh": case.shop.address_zh}
        if case.shop else None,
        "complaint": _fields(case.complaint, COMPLAINT),
        "contact": _fields(case.tourist, CONTACT),
        "texts": [
            {"purpose": t.purpose, "by": t.author, "language": t.language, "text": t.body, "read_by": t.audience}
            for t in texts.readable(case, Role.TOURIST)
        ],
        "offers": [_fields(o, OFFER) for o in case.offers],
        "settlements": [_fields(s, SETTLEMENT) for s in case.settlements],
        "return": _return(case) if case.kind == Kind.RETURN else None,
        "files": [_fields(e, FILE) for e in case.evidence],
        "consents": [_fields(c, CONSENT) for c in case.consents],
        "authorisations": [_fields(a, AUTHORISATION) for a in case.authorisations],
        "referrals": [_fields(r, REFERRAL) for r in case.referrals],
        "deadlines": [_fields(d, DEADLINE) for d in case.deadlines if d.clock not in INTERNAL],
        "history": [
            {
                "seq": e.seq, "at": _value(e.at), "action": e.action, "from": e.from_state, "to": e.to_state, "by": e.by.partition(":")[0],
                "details": e.details, "hash": e.hash,
            }
            for e in case.events if e.action != Action.NOTE
        ],
    }  # fmt: skip


def _return(case: Case) -> dict[str, Any]:
    """The goods with their verdicts and whoever has had them, the money, and the tax refund."""
    record = deciding.record_of(case)
    return {
        **_fields(record, RETURN),
        "purchase": record.facts,
        "items": [
            {**_fields(item, RETURN_ITEM), "custody": [_fields(row, CUSTODY) for row in item.custody]}
            for item in record.items
        ],
        "refunds": [_fields(refund, REFUND) for refund in record.refunds],
        "tax_refund": _fields(record.tax, TAX_REFUND) if record.tax is not None else None,
        "tax_entries": [_fields(entry, TAX_ENTRY) for entry in record.tax.entries] if record.tax is not None else [],
    }


def _fields(row: Base, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _value(getattr(row, name)) for name in names}


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
