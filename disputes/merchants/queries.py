"""Questions about merchants and shops."""

from __future__ import annotations

from sqlalchemy import func, or_, select
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
    """Merchants by name; with words typed, those whose own name holds them or that have a shop that matches."""
    query = select(Merchant).order_by(Merchant.name_zh, Merchant.id)
    condition = search.matches(Shop.search, typed)
    if condition is not None:
        named = (Merchant.name_zh + " " + Merchant.name_en).icontains(typed.strip(), autoescape=True)
        query = query.where(or_(Merchant.shops.any(condition), named))
    return list(db.session.scalars(query.limit(limit).offset((page - 1) * limit)))


def merchant(merchant_id: int) -> Merchant | None:
    """One merchant by its id."""
    return db.session.get(Merchant, merchant_id)


def merchant_with_code(uscc: str) -> Merchant | None:
    """The merchant with this unified social credit code."""
    return db.session.scalars(select(Merchant).where(Merchant.uscc == uscc)).one_or_none()


def shops_of(merchant_ids: list[int]) -> list[Shop]:
    """The shops of these merchants, by name."""
    return list(
        db.session.scalars(select(Shop).where(Shop.merchant_id.in_(merchant_ids)).order_by(Shop.name_zh, Shop.id))
    )
