"""A return told on the phone, page after page; a test changes what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from disputes import clock
from disputes.db import transaction
from tests.web.public.phone import Phone

ORDER = ("where", "goods", "bought", "answer", "leave", "way", "reach")


def today() -> date:
    with transaction():
        return clock.today()


def day_of(name: str, day: date) -> dict[str, str]:
    """A day as the three boxes send it."""
    return {f"{name}-year": str(day.year), f"{name}-month": str(day.month), f"{name}-day": str(day.day)}


def answers(shop_id: int | None) -> dict[str, dict[str, Any]]:
    """What a tourist types on each page: one of two scarves, bought today, no tax refund form."""
    return {
        "where": {"shop": str(shop_id) if shop_id is not None else "other"},
        "goods": {
            "items-0-name": "Silk scarf",
            "items-0-goods": "ordinary",
            "items-0-price": "388",
            "items-0-bought": "2",
            "items-0-quantity": "1",
            "items-0-state": "sealed",
        },
        "bought": {
            **day_of("bought_on", today()),
            "how_bought": "counter",
            "proof": "any",
            "tax": "T0",
        },
        "answer": {},
        "leave": {"departure": "unknown"},
        "way": {"way": "shop", "means": "original"},
        "reach": {"name": "Hanako", "contact": "email", "email": "hanako@guests.example", "country": "JP"},
    }


def tell(phone: Phone, shop_id: int | None, until: str = "check", **changes: dict[str, Any]) -> Phone:
    """Answer the pages in order up to the page ``until``, which is then open. ``changes`` replace or add answers by page."""
    told = answers(shop_id)
    phone.open("/return")
    for name in ORDER:
        if name == until:
            return phone
        assert phone.path in ("/return", f"/return/{name}"), f"expected {name}, but the phone shows {phone.path}"
        phone.submit({**told[name], **changes.get(name, {})})
        assert not phone.errors, f"{name}: {phone.errors}"
    return phone


def send(phone: Phone, *consents: str) -> Phone:
    """Give these consents on the last page and confirm the return."""
    return phone.submit(dict.fromkeys(consents or ("handling", "to_shop"), "y"))
