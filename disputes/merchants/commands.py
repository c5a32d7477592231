"""The verbs that change merchants and shops. They never commit."""

from __future__ import annotations

import secrets
from datetime import time

from stdnum.cn import uscc as credit_code
from stdnum.exceptions import ValidationError

from disputes import search
from disputes.db import db
from disputes.merchants.models import CLOSES, OPENS, Merchant, Shop

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no letter that is mistaken for a digit
CODE_LENGTH = 6


class InvalidCreditCode(ValueError):
    """This is no unified social credit code: wrong length, or the check character does not fit."""


def add_merchant(
    name_zh: str, name_en: str = "", uscc: str | None = None, email: str | None = None, phone: str | None = None
) -> Merchant:
    """A new merchant; InvalidCreditCode when the unified social credit code is wrong."""
    merchant = Merchant(
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        uscc=checked_credit_code(uscc),
        email=email or None,
        phone=phone or None,
    )
    db.session.add(merchant)
    db.session.flush()
    return merchant


def checked_credit_code(uscc: str | None) -> str | None:
    """The code in its written form, or None for none; InvalidCreditCode when its check character does not fit."""
    if not uscc or not uscc.strip():
        return None
    try:
        return str(credit_code.validate(uscc))
    except ValidationError as error:
        raise InvalidCreditCode(uscc) from error


def add_shop(
    merchant: Merchant,
    name_zh: str,
    address_zh: str,
    division_code: str,
    trade: str,
    *,
    name_en: str = "",
    address_en: str = "",
    district_code: str | None = None,
    opens: time = OPENS,
    closes: time = CLOSES,
    email: str | None = None,
    phone: str | None = None,
) -> Shop:
    """A new shop of a merchant, with a code for its sticker."""
    shop = Shop(
        code=new_code(), merchant=merchant, name_zh=name_zh.strip(), name_en=name_en.strip(), address_zh=address_zh.strip(),
        address_en=address_en.strip(), division_code=division_code, district_code=district_code, trade=trade,
        opens=opens, closes=closes, email=email or None, phone=phone or None,
    )  # fmt: skip
    db.session.add(shop)
    refresh_search(shop)
    db.session.flush()
    return shop


def change_merchant(
    merchant: Merchant,
    *,
    name_zh: str,
    name_en: str = "",
    uscc: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    active: bool = True,
) -> None:
    """Correct a merchant; its shops are found under the new name too. InvalidCreditCode as ``add_merchant``."""
    merchant.uscc = checked_credit_code(uscc)
    merchant.name_zh, merchant.name_en = name_zh.strip(), name_en.strip()
    merchant.email, merchant.phone, merchant.active = email or None, phone or None, active
    for shop in merchant.shops:
        refresh_search(shop)
    db.session.flush()


def change_shop(
    shop: Shop,
    *,
    name_zh: str,
    name_en: str = "",
    address_zh: str,
    address_en: str = "",
    division_code: str,
    trade: str,
    opens: time = OPENS,
    closes: time = CLOSES,
    email: str | None = None,
    phone: str | None = None,
    active: bool = True,
) -> None:
    """Correct a shop. A closed one (not active) is no longer found by visitors; its cases go on."""
    shop.name_zh, shop.name_en = name_zh.strip(), name_en.strip()
    shop.address_zh, shop.address_en = address_zh.strip(), address_en.strip()
    shop.division_code, shop.trade, shop.opens, shop.closes = division_code, trade, opens, closes
    shop.email, shop.phone, shop.active = email or None, phone or None, active
    refresh_search(shop)
    db.session.flush()


def refresh_search(shop: Shop) -> None:
    """Write the search column anew; to be called after a change of a name or an address."""
    shop.search = search.vector(
        shop.name_zh, shop.name_en, shop.address_zh, shop.address_en, shop.merchant.name_zh, shop.merchant.name_en
    )


def new_code() -> str:
    """A code for a sticker that nobody mistypes."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
