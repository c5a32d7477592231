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
        "package": {"remedies": ["refund"], "amount": 128000, "currency": "CNY", "goods": "give_back", "within": "P3D"},
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

VERDICTS: dict[str, dict[str, Any]] = {
    "a silk scarf": {
        "purchase": {"on": "2026-11-19", "proof": "invoice"},
        "items": [{"name": "Silk scarf", "goods": "ordinary", "price": 38800, "intact": True, "worn": False}],
        "tax_state": "T0",
    },
    "opened tea, without proof": {
        "purchase": {"on": "2026-11-18", "proof": "none"},
        "items": [{"goods": "food", "price": 26800, "quantity": 2, "bought": 4, "unsealed": True}],
    },
}

RETURNS: dict[str, dict[str, Any]] = {
    "a silk scarf, brought to the shop": {
        "shop": {"code": "YJ-JFB-01"},
        "purchase": {
            "on": "2026-11-19",
            "proof": "invoice",
            "invoice_number": "INV-204817",
            "paid_how": "foreign_card",
        },
        "items": [
            {
                "name": "牡丹柄のシルクスカーフ",
                "goods": "ordinary",
                "price": 38800,
                "bought": 2,
                "intact": True,
                "worn": False,
            }
        ],
        "tax": {"state": "T1", "form_number": "TR-48113", "invoice_amount": 77600, "vat": "13"},
        "departure": {"status": "unknown"},
        "guest": {"name": "田中", "language": "ja", "country": "JP"},
        "consents": ["handling", "to_shop"],
    },
}

RETURN_STEPS: dict[str, dict[str, Any]] = {
    "the parcel is on its way": {
        "action": "hand_over",
        "version": 4,
        "carrier": "EMS",
        "tracking_number": "EE123456785JP",
    },
    "the tax was refunded after all": {"action": "record_tax", "version": 2, "tax": {"state": "T3", "refunded": 6984}},
    "the money is here": {"action": "confirm", "version": 7},
    "on as a dispute": {"action": "make_dispute", "version": 5, "words": "It was whole when I handed it over."},
}
