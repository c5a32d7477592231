"""Returns in any state, brought there by the verbs. Every builder commits."""

from __future__ import annotations

from typing import Any

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.actors import Actor
from disputes.accounts.models import User
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.merchants.models import Shop
from disputes.pledges import commands as pledges
from disputes.regions import queries as regions
from disputes.returns import deciding, declaring, handing, inspecting, refunding
from disputes.returns.declaring import Declaration, Piece, TaxTold
from disputes.returns.handing import Handed
from disputes.returns.inspecting import Result
from disputes.returns.models import Desk, DeskMerchant, Return
from disputes.rules.categories import HowBought, Purpose
from disputes.rules.goods import GoodsClass
from disputes.rules.lifecycle import Role
from disputes.rules.pledges import Proof, Way
from disputes.rules.publishing import Promise
from disputes.rules.return_facts import Item, Purchase, TaxState
from disputes.rules.return_way import Grade, RejectionReason
from tests import factories as make

SCARF = 38_800  # fen


def pledged(shop: Shop, **terms: Any) -> None:
    """A promise of this shop's merchant that is in force today."""
    by = actors.of_user(make.merchant_user(shop.merchant))
    given = {
        "days": 7, "goods_zh": "丝绸、瓷器、工艺品", "goods_en": "Silk, porcelain, crafts", "refund_days": 3,
        "ways": frozenset({Way.SHOP, Way.BRANCH, Way.DESK, Way.PARCEL}),
    }  # fmt: skip
    with transaction():
        pledge = pledges.draft_pledge(shop.merchant, by, Promise(**{**given, **terms}))
        pledges.publish(pledge, by)


def told(shop: Shop, **fields: Any) -> Declaration:
    """Two silk scarves, bought yesterday, of which both go back; no tax refund form was issued."""
    with transaction():
        today = clock.today()
    purchase = Purchase(
        how_bought=HowBought.COUNTER, bought_on=fields.pop("bought_on", today), shop=shop.code, proof=Proof.ANY, way=Way.SHOP,
        tax_state=fields.pop("tax_state", TaxState.T0), invoice_number=fields.pop("invoice_number", "INV-1"),
    )  # fmt: skip
    item = Item(
        ref="1", goods=GoodsClass.ORDINARY, price=fields.pop("price", SCARF), quantity=fields.pop("quantity", 1),
        intact=True, resaleable=True, worn=False,
    )  # fmt: skip
    given = {
        "shop_id": shop.id, "purchase": purchase, "language": "en", "consents": (Purpose.HANDLING, Purpose.TO_SHOP),
        "pieces": (Piece(item, "Silk scarf", fields.pop("bought", 2)),), "name": "Hanako", "email": "hanako@guests.example",
        "tax": TaxTold(purchase.tax_state or TaxState.T0),
    }  # fmt: skip
    return Declaration(**{**given, **fields})


def requested(shop: Shop | None = None, *, terms: dict[str, Any] | None = None, **fields: Any) -> Case:
    """A return that waits for the shop's answer, at a shop with a promise."""
    if shop is None:
        shop = make.shop()
        pledged(shop, **(terms or {}))
    declaration = told(shop, **fields)
    with transaction():
        return declaring.declare(declaration, Actor(Role.TOURIST), "web")


def approved(**fields: Any) -> Case:
    """A return that the shop approved."""
    case = requested(**fields)
    with transaction():
        deciding.approve(case.id, None, make.shop_of(case))
    return case


def received(**fields: Any) -> Case:
    """A return whose goods the shop has."""
    case = approved(**fields)
    with transaction():
        handing.take_in(case.id, None, make.shop_of(case), handed(case))
    return case


def refund_due(**fields: Any) -> Case:
    """A return whose goods were accepted."""
    case = received(**fields)
    with transaction():
        inspecting.inspect(case.id, None, make.shop_of(case), accepted(case))
    return case


def refunded(**fields: Any) -> Case:
    """A return whose refund the shop reported."""
    case = refund_due(**fields)
    with transaction():
        refunding.report_refund(case.id, None, make.shop_of(case), "original_card", "RF-77")
    return case


def record(case: Case) -> Return:
    """The return of this case, read anew."""
    db.session.expire_all()
    return deciding.record_of(case)


def handed(case: Case, grade: Grade | None = None) -> list[Handed]:
    """Every item of the return, whole."""
    return [Handed(i.id, i.quantity, grade) for i in record(case).items]


def accepted(case: Case) -> list[Result]:
    """Every item found as new."""
    return [Result(i.id, True, Grade.AS_NEW) for i in record(case).items]


def rejected(case: Case, *reasons: RejectionReason) -> list[Result]:
    """Every item found damaged."""
    return [Result(i.id, False, Grade.DAMAGED, reasons or (RejectionReason.DAMAGED,)) for i in record(case).items]


def desk(*, accepting: Shop | None = None, kind: str = "airport", **fields: Any) -> Desk:
    """A desk at Jiangbei airport, or one that accepts for this shop's merchant."""
    office = make._office(make.DESK)
    with transaction():
        found = Desk(
            code=f"D{next(make._count)}", kind=kind, name_zh="江北机场退货服务台", name_en="Jiangbei Airport return desk",
            address_zh="重庆市渝北区", division_code=regions.divisions()[0].code, office_id=office.id, **fields,
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
        if accepting is not None:
            db.session.add(DeskMerchant(desk_id=found.id, merchant_id=accepting.merchant_id))
    return found


def at_desk(of: Desk) -> Actor:
    """Somebody who stands at this desk."""
    n = next(make._count)
    with transaction():
        user = User(
            role="desk", name="吴敏", email=f"desk{n}@visitorcare.example", office_id=of.office_id, desk_id=of.id
        )
        db.session.add(user)
    return actors.of_user(user)


def tax_told(state: TaxState, **fields: Any) -> TaxTold:
    """What is told of a form for one scarf."""
    given = {"form_number": "TR-2026-0001", "invoice_amount": 2 * SCARF, "vat": "13"}
    return TaxTold(state, **{**given, **fields})
