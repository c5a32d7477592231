"""Questions about merchants and shops."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from disputes import search
from disputes.db import db
from disputes.merchants.models import Merchant, Shop


def shops(typed: str, *, region: str | None = None, limit: int = 10) -> list[Shop]:
    """Shops whose Chinese or English name or address holds what was typed; the shortest name, the closest match, first."""
    condition = search.matches(Shop.search, typed)
    if condition is None:
        return []
    query = select(Shop).where(condition, Shop.active).options(joinedload(Shop.merchant))
    if region is not None:
        query = query.where(Shop.division_code.startswith({"CQ": "50", "SC": "51"}[region]))
    return list(db.session.scalars(query.order_by(func.length(Shop.name_zh), Shop.id).limit(limit)))


def shop_by_code(code: str) -> Shop | None:
    """The shop with the short code of its sticker, in any case."""
    return db.session.scalars(select(Shop).where(Shop.code == code.strip().upper(), Shop.active)).one_or_none()


def shop(shop_id: int) -> Shop | None:
    """One shop by its id."""
    return db.session.get(Shop, shop_id)


def merchants(typed: str = "", *, limit: int = 50, page: int = 1) -> list[Merchant]:
    """Merchants by name; with words typed, those that have a shop that matches."""
    query = select(Merchant).order_by(Merchant.name_zh, Merchant.id)
    condition = search.matches(Shop.search, typed)
    if condition is not None:
        query = query.where(Merchant.shops.any(condition))
    return list(db.session.scalars(query.limit(limit).offset((page - 1) * limit)))


def merchant(merchant_id: int) -> Merchant | None:
    """One merchant by its id."""
    return db.session.get(Merchant, merchant_id)
