"""A whole complaint told on the phone, page after page; a test changes what it is about."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.web.public.phone import Phone

ORDER = ("what", "safe", "where", "bought", "story", "want", "evidence", "leave", "reach")
STORY = "The tea set was cracked when I opened the box in my hotel. They would not look at it."


def answers(shop_id: int | None = None) -> dict[str, dict[str, Any]]:
    """What a tourist types on each page."""
    where = {"shop": str(shop_id)} if shop_id is not None else UNKNOWN_SHOP
    return {
        "what": {"category": "quality_defect"},
        "safe": {"dangers": ["safe"]},
        "where": where,
        "bought": {
            "item": "Porcelain tea set",
            "how_bought": "counter",
            "amount": "1,280.00",
            "amount-currency": "CNY",
            "paid_how": "foreign_card",
        },
        "story": {"narrative": STORY},
        "want": {"remedies": ["refund"], "amount": "1280", "goods": "give_back"},
        "evidence": {},
        "leave": {"departure": "unknown"},
        "reach": {"name": "Hana", "contact": "email", "email": "hana@travellers.example", "country": "JP"},
    }


UNKNOWN_SHOP = {
    "shop": "other",
    "name": "Small shop by the cave",
    "address": "Below Hongyadong, by the river",
    "division": "500103",
    "trade": "shop",
}


def tell(phone: Phone, shop_id: int | None = None, until: str = "check", **changes: dict[str, Any]) -> Phone:
    """Answer the pages in order up to the page ``until``, which is then open. ``changes`` replace or add answers by page."""
    told = answers(shop_id)
    phone.open("/file")
    for name in ORDER:
        if name == until:
            return phone
        assert phone.path in ("/file", f"/file/{name}"), f"expected {name}, but the phone shows {phone.path}"
        phone.submit({**told[name], **changes.get(name, {})})
        assert not phone.errors, f"{name}: {phone.errors}"
        if phone.path == "/file/emergency":
            phone.open(f"/file/{ORDER[ORDER.index(name) + 1]}")
    return phone


def send(phone: Phone, *consents: str) -> Phone:
    """Give these consents on the last page and send the complaint."""
    return phone.submit(dict.fromkeys(consents or ("handling", "to_shop"), "y"))


def picture(colour: str = "teal", kind: str = "JPEG") -> bytes:
    """A small photo."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, kind)
    return file.getvalue()
