"""Declaring a return: the verdict at that instant, by the pledge of the day of purchase, and where the return goes first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from disputes import clock
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import commands
from disputes.cases.advance import advance
from disputes.cases.models import Case, CaseEvent, Complaint, Contact
from disputes.cases.upkeep import File
from disputes.db import db
from disputes.intake.commands import Telling, file_complaint
from disputes.law import queries as law
from disputes.law import returns_reading
from disputes.law.plain import plain
from disputes.law.returns_rows import verdict_row
from disputes.merchants.models import Shop
from disputes.pledges import queries as pledges
from disputes.pledges.models import PledgeVersion
from disputes.returns.models import Return, ReturnItem, TaxRefund
from disputes.rules.categories import Category, HowBought, PaidHow, Purpose, Trade
from disputes.rules.lifecycle import Action, Kind
from disputes.rules.packages import Goods, Means, Package, Remedy, Shipping
from disputes.rules.pledges import Way
from disputes.rules.return_facts import Item, Purchase, TaxState
from disputes.rules.return_way import Holder, Line, Wish, sum_of
from disputes.rules.returns import judge
from disputes.rules.verdicts import Strength, Verdict

CURRENCY = "CNY"
LOOKED_BACK = timedelta(days=30)
MANY_RETURNS = 3  # of one address to one merchant within those days: a person at the shop looks at each further one

# The weakest first: a return is as strong as its weakest item.
_BY_STRENGTH = (Strength.PERSON, Strength.NO, Strength.GOODWILL, Strength.PROMISE, Strength.RIGHT)


@dataclass(frozen=True)
class Piece:
    """One line of the declaration: the facts of the goods, what the tourist calls them, and how many were bought."""

    item: Item
    name: str
    bought: int


@dataclass(frozen=True)
class TaxTold:
    """What the tourist tells of the departure tax refund (R-TAX-ASK)."""

    state: TaxState
    form_number: str = ""
    invoice_amount: int | None = None
    vat: str | None = None
    refunded: int | None = None
    upon_purchase: bool = False
    leave_by: date | None = None


@dataclass(frozen=True)
class Declaration:
    """Everything a tourist tells when returning something, checked for shape by whoever took it down."""

    shop_id: int
    purchase: Purchase
    pieces: tuple[Piece, ...]
    language: str
    consents: tuple[Purpose, ...]
    wish: Wish = Wish.REFUND
    to_shop_id: int | None = None
    to_desk_id: int | None = None
    means: Means = Means.ORIGINAL
    paid_how: PaidHow | None = None
    tax: TaxTold | None = None
    departure: str = "unknown"
    departure_at: datetime | None = None
    departure_port: str | None = None
    name: str = ""
    email: str | None = None
    time_zone: str | None = None
    country: str | None = None
    companion_email: str | None = None
    files: tuple[File, ...] = field(default=())


def verdicts(shop_id: int | None, purchase: Purchase, items: tuple[Item, ...], at: datetime) -> tuple[Verdict, ...]:
    """The verdict on each item as if declared at this moment; needs no name and leaves nothing behind.

    The pledge is the one that stood on the day of purchase. Raises FactsError for facts that cannot be.
    """
    terms = pledges.terms_on(shop_id, purchase.bought_on) if shop_id is not None else None
    known = replace(purchase, promises=(terms,)) if terms is not None else purchase
    return judge(known, items, at, returns_reading.law_of(law.book()))


def declare(told: Declaration, by: Actor, channel: str, draft_id: str | None = None) -> Case:
    """Make a return of what a tourist declared; it counts from this instant, and no reason is asked.

    The same draft a second time gives the return it made the first time. Refused for a shop that is not in our list,
    without consent to handling, and without consent to tell the shop, since a return is a word to the shop. By the
    merchant's own rule (``auto_approve_up_to``, ``keep_item_up_to`` of the pledge) it is approved at once; what a person must
    decide (T3) or what cannot reach the shop goes to an officer; else the shop is asked.
    """
    shop = db.session.get(Shop, told.shop_id)
    if shop is None:
        raise commands.Refused("no_such_shop")
    if Purpose.TO_SHOP not in told.consents:
        raise commands.Refused("return_needs_the_shop")
    now = clock.now()
    judged = verdicts(shop.id, told.purchase, tuple(p.item for p in told.pieces), now)
    case = file_complaint(_telling(told, shop), by, channel, draft_id, letter={"declared_at": now.isoformat()})
    if of(case) is not None:  # this draft was declared before
        return case
    record = _record(case, told, judged, now, shop)
    _first_step(case, record, told)
    return case


def of(case: Case) -> Return | None:
    """The return that belongs to this case; None for a dispute."""
    return db.session.get(Return, case.id)


def total(pieces: tuple[Piece, ...]) -> int:
    """What the goods cost that go back, in fen."""
    return sum_of([Line(p.item.price, p.item.quantity) for p in pieces])


def claim_of(told: Declaration) -> Package:
    """What the tourist asks for, as a package that every page can show."""
    amount = total(told.pieces)
    shipping = {Way.PARCEL: Shipping.TOURIST_PAYS}.get(told.purchase.way or Way.SHOP, Shipping.IN_SHOP)
    if told.wish is Wish.EXCHANGE or amount == 0:
        return Package((Remedy.EXCHANGE,), goods=Goods.GIVE_BACK, shipping=shipping)
    return Package((Remedy.REFUND,), amount=amount, goods=Goods.GIVE_BACK, shipping=shipping, means=told.means)


def _telling(told: Declaration, shop: Shop) -> Telling:
    return Telling(
        category=Category.RETURN_REFUND_REFUSED,
        trade=Trade(shop.trade),
        how_bought=HowBought(told.purchase.how_bought),
        claim=claim_of(told),
        language=told.language,
        narrative="",
        consents=told.consents,
        shop_id=shop.id,
        bought_on=told.purchase.bought_on,
        paid_how=told.paid_how,
        amount=total(told.pieces),
        currency=CURRENCY,
        item=", ".join(p.name.strip() for p in told.pieces if p.name.strip()),
        invoice_number=told.purchase.invoice_number,
        departure=told.departure,
        departure_at=told.departure_at,
        departure_port=told.departure_port,
        name=told.name,
        email=told.email,
        time_zone=told.time_zone,
        country=told.country,
        companion_email=told.companion_email,
        kind=Kind.RETURN,
        files=told.files,
    )


def _record(case: Case, told: Declaration, judged: tuple[Verdict, ...], now: datetime, shop: Shop) -> Return:
    weakest = min(judged, key=lambda v: _BY_STRENGTH.index(v.strength))
    version = pledges.version_on(shop.id, told.purchase.bought_on)
    record = Return(
        case_id=case.id,
        declared_at=now,
        wish=told.wish,
        way=told.purchase.way or Way.SHOP,
        to_shop_id=told.to_shop_id,
        to_desk_id=told.to_desk_id,
        pledge_version_id=version.id if version else None,
        facts=plain(replace(told.purchase, promises=())),
        ground=weakest.ground,
        strength=weakest.strength,
        person_decides=weakest.strength is Strength.PERSON,
        means=told.means,
    )
    db.session.add(record)
    db.session.flush()
    for position, (piece, verdict) in enumerate(zip(told.pieces, judged, strict=True), 1):
        record.items.append(
            ReturnItem(
                position=position,
                goods=piece.item.goods,
                name=piece.name.strip() or None,
                bought=max(piece.bought, piece.item.quantity),
                quantity=piece.item.quantity,
                unit_price=piece.item.price,
                facts=plain(piece.item),
                verdict=verdict_row(verdict),
                holder=Holder.TOURIST,
            )
        )
    if told.tax is not None:
        record.tax = TaxRefund(
            state=told.tax.state,
            form_number=told.tax.form_number.strip() or None,
            invoice_number=told.purchase.invoice_number.strip() or None,
            invoice_amount=told.tax.invoice_amount,
            vat=told.tax.vat,
            refunded=told.tax.refunded,
            upon_purchase=told.tax.upon_purchase,
            leave_by=told.tax.leave_by,
            recorded_at=now,
            recorded_by=str(case.events[-1].by) if case.events else "tourist",
        )
    db.session.flush()
    return record


def _first_step(case: Case, record: Return, told: Declaration) -> CaseEvent:
    """To an officer with the reasons, approved by the merchant's own rule, or to the shop."""
    reasons = _held_reasons(case, record)
    if reasons:
        case.held_reasons = reasons
        commands.needs_officer(case)
        return advance(case, Action.TRIAGE, SYSTEM, details={"reasons": reasons})
    case.routed_at = clock.now()
    version = db.session.get(PledgeVersion, record.pledge_version_id) if record.pledge_version_id else None
    signals = guards(case, record)
    if version is not None and _carries(record, told) and not signals:
        amount = total(told.pieces)
        record.decided_at, record.decided_by = clock.now(), str(SYSTEM.code)
        if version.keep_item_up_to is not None and amount <= version.keep_item_up_to and told.wish is Wish.REFUND:
            record.decision = "approved"
            record.remedy = Package((Remedy.REFUND,), amount=amount, goods=Goods.KEEP).stored()
            details = {"by_rule_of": version.pledge_id, "up_to": version.keep_item_up_to}
            letter = {"refund": [amount, CURRENCY]}
            promised = clock.today() + timedelta(days=version.refund_days) if version.refund_days else None
            return advance(case, Action.LET_KEEP, SYSTEM, details=details, letter=letter, promised=promised)
        if version.auto_approve_up_to is not None and amount <= version.auto_approve_up_to:
            record.decision = "approved"
            details = {"by_rule_of": version.pledge_id, "up_to": version.auto_approve_up_to}
            return advance(case, Action.APPROVE, SYSTEM, details=details)
        record.decided_at = record.decided_by = None
    case.held_reasons = signals
    declared = {"declared_at": record.declared_at.isoformat()}
    return advance(case, Action.SEND_TO_SHOP, SYSTEM, details={"signals": signals} if signals else {}, letter=declared)


def _held_reasons(case: Case, record: Return) -> list[str]:
    assert case.shop is not None  # noqa: S101  a return names a shop of our list
    reasons = []
    if not (case.shop.active and case.shop.contact):
        reasons.append("shop_unreachable")
    if record.person_decides:
        reasons.append("person_decides")
    return reasons


def _carries(record: Return, told: Declaration) -> bool:
    """Whether a rule of the merchant may approve it: every item has its ground, nothing that decides is missing, and the
    state of the tax refund is known and no form stands in the way (R-TAX-ASK)."""
    if told.tax is None or told.tax.state is not TaxState.T0:
        return False
    return all(
        item.verdict["strength"] in (Strength.RIGHT, Strength.PROMISE) and not item.verdict["conditional"]
        for item in record.items
    )


def guards(case: Case, record: Return) -> list[str]:
    """Explainable signs that a person at the shop should look first; they refuse nothing and are shown as they are.

    ``many_returns``: three other returns to this merchant from the same address within thirty days. ``invoice_used_up``: together
    with earlier returns on the same invoice more would go back than was bought (R-RET-FAITH).
    """
    found, since = [], clock.now() - LOOKED_BACK
    others = select(Case.id).where(
        Case.kind == Kind.RETURN, Case.merchant_id == case.merchant_id, Case.id != case.id, Case.filed_at >= since
    )
    if case.tourist.email:
        same = others.join(Contact, Contact.case_id == Case.id).where(
            func.lower(Contact.email) == case.tourist.email.lower(), Contact.party == "tourist"
        )
        if len(db.session.scalars(same.limit(MANY_RETURNS)).all()) >= MANY_RETURNS:
            found.append("many_returns")
    invoice = case.complaint.invoice_number
    if invoice:
        earlier = (
            select(func.coalesce(func.sum(ReturnItem.quantity), 0))
            .join(Complaint, Complaint.case_id == ReturnItem.case_id)
            .join(Case, Case.id == ReturnItem.case_id)
            .where(
                Complaint.invoice_number == invoice, Case.shop_id == case.shop_id, Case.id != case.id,
                ReturnItem.rejected_at.is_(None), Case.outcome.is_distinct_from("withdrawn"),
            )
        )  # fmt: skip
        back = (db.session.scalar(earlier) or 0) + sum(item.quantity for item in record.items)
        if back > max(sum(item.bought for item in record.items), 1):
            found.append("invoice_used_up")
    return found
