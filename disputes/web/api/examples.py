"""Examples for the description of the interface. A test sends each of them."""

from __future__ import annotations

from typing import Any

COMPLAINTS: dict[str, dict[str, Any]] = {
    "a broken tea set": {
        "category": "quality_defect",
        "shop": {
            "name": "洪崖洞茶具店",
            "address": "嘉陵江滨江路88号洪崖洞四层",
            "division": "500103",
            "trade": "shop",
        },
        "purchase": {
            "item": "Porcelain tea set",
            "on": "2026-11-20",
            "paid_how": "foreign_card",
            "amount": 128000,
            "currency": "CNY",
        },
        "narrative": "The tea set was cracked when I opened the box in my room. They would not look at it.",
        "claim": {"remedies": ["refund"], "amount": 128000, "currency": "CNY", "goods": "give_back"},
        "departure": {"status": "unknown"},
        "guest": {"name": "Hana", "language": "ja", "country": "JP"},
        "consents": ["handling", "to_shop"],
    },
    "as little as possible": {
        "category": "out_of_scope",
        "shop": {"address": "春熙路地铁站B口旁", "division": "510104", "trade": "other"},
        "narrative": "رفضوا إعطائي الفاتورة.",
        "claim": {"remedies": ["invoice"]},
        "guest": {"name": "Salem", "language": "ar"},
        "consents": ["handling"],
    },
}

STEPS: dict[str, dict[str, Any]] = {
    "accept the offer": {"action": "accept", "version": 3},
    "ask for something else": {
        "action": "counter",
        "version": 3,
        "package": {"remedies": ["refund"], "amount": 100000, "currency": "CNY", "goods": "give_back", "within": "P3D"},
        "words": "The set is worthless to me now.",
    },
    "answer a question": {"action": "answer", "version": 4, "words": "はい、まだ持っています。", "language": "ja"},
    "the money has arrived": {"action": "confirm", "version": 6},
    "another flight": {
        "action": "change_departure",
        "version": 2,
        "departure": {"status": "departed"},
    },
}
