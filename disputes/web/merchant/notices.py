"""How a company, each of its shops, and each of its people is told of what happens."""

from __future__ import annotations

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from disputes.cases.letters import MERCHANT_LANGUAGE
from disputes.db import db
from disputes.merchants.models import Merchant, Shop
from disputes.names import MESSAGE_CHANNELS, named
from disputes.notifications.wishes import of_stored
from disputes.web.merchant import bp
from disputes.web.notice_settings import Whose, add_pages
from disputes.web.sessions import current_actor
from disputes.web.staff.frame import local_name

FRAME = "layouts/merchant.html"


def _team() -> Whose:
    merchant = db.session.get_one(Merchant, current_actor().merchant_id, populate_existing=True)
    user = current_user.user
    mine: dict[str, Any] = {
        "url": url_for("merchant.my_notices"),
        "name": user.name,
        "more": _("you yourself"),
    }
    return Whose(
        owner=merchant, name="shop", address=merchant.email or "", language=MERCHANT_LANGUAGE, heading=local_name(merchant),
        lead=_("This concerns all your shops that have made no choice of their own."),
        url=url_for("merchant.notices"), back_url=url_for("merchant.cases"), back_label=_("Cases"),
        others=(*(_shop_line(shop) for shop in _shops(merchant.id)), mine),
    )  # fmt: skip


def _of_shop(shop_id: int) -> Whose:
    mine = Shop.merchant_id == current_actor().merchant_id
    shop = db.session.scalars(select(Shop).where(Shop.id == shop_id, mine)).one_or_none()
    if shop is None:
        abort(404)
    return Whose(
        owner=shop, name="shop", address=shop.contact or "", language=MERCHANT_LANGUAGE, heading=local_name(shop),
        lead=_("This concerns the letters to this shop alone."),
        url=url_for("merchant.shop_notices", shop_id=shop.id), back_url=url_for("merchant.notices"),
        back_label=_("How we reach you"), inherits=not shop.notices,
    )  # fmt: skip


def _mine() -> Whose:
    user = current_user.user
    db.session.refresh(user)
    return Whose(
        owner=user, name=f"user:{user.id}", address=user.email, language=user.locale, heading=user.name,
        lead=_("You yourself are told of cases of shops for which there is no e-mail address."),
        url=url_for("merchant.my_notices"), back_url=url_for("merchant.notices"), back_label=_("How we reach you"),
    )  # fmt: skip


def _shops(merchant_id: int) -> list[Shop]:
    query = select(Shop).where(Shop.merchant_id == merchant_id, Shop.active).order_by(Shop.id)
    return list(db.session.scalars(query))


def _shop_line(shop: Shop) -> dict[str, Any]:
    robot = of_stored(shop.notices).robot
    more = (
        named(MESSAGE_CHANNELS, robot.channel)
        if robot
        else _("as the company")
        if not shop.notices
        else named(MESSAGE_CHANNELS, "mail")
    )
    return {"url": url_for("merchant.shop_notices", shop_id=shop.id), "name": local_name(shop), "more": more}


add_pages(bp, "/notices", "notices", _team, FRAME)
add_pages(bp, "/notices/shops/<int:shop_id>", "shop_notices", _of_shop, FRAME)
add_pages(bp, "/notices/me", "my_notices", _mine, FRAME)
