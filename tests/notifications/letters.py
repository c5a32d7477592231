"""Slots of letters as the program writes them: everything known, or hardly anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from disputes.notifications.slots import Post
from disputes.rules.lifecycle import Role
from disputes.rules.notices import DATE_CHANGED, NOTICES, REMINDERS
from disputes.web.languages import STAFF_LANGUAGES, TOURIST_LANGUAGES

NOW = datetime(2026, 11, 24, 6, 20, tzinfo=UTC)
OF_STAFF = {"user-invited", "integrity-found"}

PACKAGE = {
    "remedies": ["price_difference", "compensation", "exchange", "repair", "delivery", "apology", "invoice", "other"],
    "amount": 128_050,
    "currency": "CNY",
    "goods": "give_back",
    "shipping": "shop_pays",
    "means": "original",
    "within": "P3D",
    "extra": {},
}
INVITATION = {"user_id": 7, "version": 1, "expires_at": int(NOW.timestamp()) + 3 * 86_400}

FULL: dict[str, Any] = {
    "number": "26-0048-2716",
    "state": "offered",
    "outcome": "no_agreement",
    "category": "quality_defect",
    "item": "Porcelain tea set, blue & white",
    "called": "Hana",
    "shop_zh": "山城礼品店三号",
    "shop_en": "Hill City Gifts No. 3",
    "departure_at": "2026-11-28T04:00:00+00:00",
    "time_zone": "Asia/Tokyo",
    "clock": "tourist_reply",
    "owes": "tourist",
    "due_at": "2026-11-26T16:00:00+00:00",
    "due_on": "2026-11-26",
    "provisional": True,
    "yours": True,
    "promise": "812/tourist_reply/1",
    "package": PACKAGE,
    "verified": False,
    "words": "我们很抱歉。\n<b>杯子</b>可以留下。",
    "author": "merchant",
    "reason": "as_described",
    "question": "您有小票吗？",
    "phrase": "photo_of_receipt",
    "answer": "Yes, I have it.",
    "note": "请尽快答复。",
    "means": "original_card",
    "authority": "market_regulation",
    "received_by": "渝中区市场监督管理局",
    "receipt_number": "〔2026〕1187号",
    "ground": "1",
    "overdue": "samr_accepts",
    "overdue_on": "2026-11-20",
    "why_changed": "calendar",
    "changed": [
        {"clock": "shop_answer", "from": "2026-11-26T16:00:00+00:00", "to": "2026-11-27T16:00:00+00:00"},
        {"clock": "samr_accepts", "from": "2026-11-30T16:00:00+00:00", "to": "2026-12-01T16:00:00+00:00"},
    ],
    "integrity": [["late", 3], ["history", 1]],
    "code": "048213",
    "valid_until": "2026-11-24T06:30:00+00:00",
    "name": "周敏",
    "invited_by": "陈立",
    "expires_at": "2026-11-27T06:20:00+00:00",
}

# An unknown shop, nobody's name, no departure, nothing running: as little as a case can have.
MINIMAL: dict[str, Any] = {
    "number": "26-0048-2716",
    "state": "triage",
    "outcome": None,
    "category": "out_of_scope",
    "item": None,
    "called": None,
    "shop_zh": None,
    "shop_en": None,
    "departure_at": None,
    "time_zone": None,
    "clock": None,
    "owes": None,
    "due_at": None,
    "due_on": None,
    "provisional": False,
    "yours": False,
}

OTHER_READERS = {
    "digest": ("shop", "staff"),
    "robot-test": ("shop", "staff"),
    "counter-code": ("shop",),
    "user-invited": ("staff", "shop"),
    "case-news": ("tourist", "companion"),
    "integrity-found": ("staff",),
}
READERS_OF_ROLE = {
    Role.TOURIST: ("tourist", "companion"),
    Role.MERCHANT: ("shop",),
    Role.OFFICER: ("staff",),
    Role.SUPERVISOR: ("staff",),
}
LANGUAGES_OF = {"tourist": TOURIST_LANGUAGES, "companion": TOURIST_LANGUAGES, "shop": STAFF_LANGUAGES, "staff": STAFF_LANGUAGES}  # fmt: skip


def readers() -> list[tuple[str, str, str]]:
    """Every letter with every reader of it, in every language of that reader."""
    pairs = {
        (template, reader) for rows in NOTICES.values() for role, template in rows for reader in READERS_OF_ROLE[role]
    }
    pairs |= {(template, reader) for role, template in REMINDERS.items() for reader in READERS_OF_ROLE[role]}
    pairs |= {(template, reader) for role, template in DATE_CHANGED.items() for reader in READERS_OF_ROLE[role]}
    pairs |= {(template, reader) for template, found in OTHER_READERS.items() for reader in found}
    return sorted((template, reader, language) for template, reader in pairs for language in LANGUAGES_OF[reader])


def post(
    template: str, reader: str = "tourist", language: str = "en", slots: dict[str, Any] = FULL, **more: Any
) -> Post:
    """A row for this reader, with the link that goes with the reader."""
    way: dict[str, Any]
    if template == "user-invited":
        way = {"portal": "staff" if reader == "staff" else "merchant", "invitation": INVITATION}
    elif template == "integrity-found":
        way = {"path": "staff/faults"}
    elif reader == "staff":
        way = {"page": ["staff", "2600482716"]}
    else:
        way = {"link": {"case_id": 7, "party": reader, "version": 1, "mailed": reader != "companion"}}
    recipient = "user:7" if reader == "staff" or template == "user-invited" else reader
    return Post(1, "step:1:x:y", template, recipient, "reader@mail.example", language, {**slots, **way, **more})
