"""The demo's returns: desks at airports, stations and malls, and stories that leave a return in every state it can be in."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyotp
import yaml
from sqlalchemy import select

from disputes import clock
from disputes.accounts import actors, passwords
from disputes.accounts import commands as accounts
from disputes.accounts.actors import Actor
from disputes.accounts.demo import DOMAIN, PASSWORD
from disputes.accounts.models import User
from disputes.cases import commands, upkeep
from disputes.db import db
from disputes.demo.people import Stock
from disputes.demo.stories import COUNTRIES, DAY, HOUR, MINUTE, ZONES, Scene, Story, Words
from disputes.merchants.models import Merchant
from disputes.regions import queries as regions
from disputes.returns import deciding, declaring, handing, inspecting, refunding, taxing
from disputes.returns.declaring import Declaration, Piece, TaxTold
from disputes.returns.handing import Hand, Handed
from disputes.returns.inspecting import Result
from disputes.returns.models import Desk, DeskMerchant, Return
from disputes.rules.categories import HowBought, PaidHow, Purpose
from disputes.rules.lifecycle import Outcome, Role, State
from disputes.rules.packages import Goods, Means, Package, Remedy, Within
from disputes.rules.pledges import Proof, Way
from disputes.rules.return_facts import Item, Purchase, TaxState
from disputes.rules.return_way import Grade, Holder, RefusalGround, RejectionReason

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds" / "demo" / "returns.yaml"


def make_desks() -> int:
    """The desks of the seed file, the merchants for whom they accept, and somebody at each with the demo's password."""
    desks = _seeds()["desks"]
    offices = {office.code: office.id for office in regions.offices()}
    merchants = {merchant.name_zh: merchant.id for merchant in db.session.scalars(select(Merchant))}
    password_hash = passwords.hashed(PASSWORD)
    for line in desks:
        desk = Desk(
            code=line["code"], kind=line["kind"], name_zh=line["zh"], name_en=line["en"], address_zh=line["at_zh"],
            address_en=line["at_en"], division_code=line["d"], port_code=line.get("port"), office_id=offices[line["office"]],
            pays_cash=line.get("cash", False), opens=time.fromisoformat(line.get("opens", "09:00")),
            closes=time.fromisoformat(line.get("closes", "22:00")),
        )  # fmt: skip
        desk.merchants = [DeskMerchant(merchant_id=merchants[name]) for name in line.get("accepts", ())]
        db.session.add(desk)
        db.session.flush()
        user = accounts.create_user(
            f"{line['account']}@{DOMAIN}", line["person"], Role.DESK, office_id=desk.office_id, desk_id=desk.id
        )
        user.password_hash, user.totp_secret = password_hash, pyotp.random_base32()
    return len(desks)


@dataclass(kw_only=True)
class ReturnScene(Scene):
    """One return of the demo while its story is told."""

    sort: str  # of the goods in the seed file
    way: Way = Way.SHOP
    tax: TaxState = TaxState.T0
    how_bought: HowBought = HowBought.COUNTER
    days_ago: int = 2  # bought

    @property
    def record(self) -> Return:
        return deciding.record_of(self.case)

    def said(self, purpose: str) -> str:
        return self.words.chance.choice(_seeds()["words"][purpose])

    def at_desk(self, code: str) -> Actor:
        """Somebody who stands at this desk."""
        return actors.of_user(
            db.session.scalars(select(User).join(Desk, Desk.id == User.desk_id).where(Desk.code == code)).one()
        )

    # --- the steps

    def declare(self) -> None:
        line, chance, now = _goods(self), self.words.chance, clock.now()
        assert self.stock is not None  # noqa: S101  a return names a shop
        country = chance.choice(COUNTRIES[self.language])
        bought_on = (now - timedelta(days=self.days_ago)).astimezone(clock.SHANGHAI).date()
        number = f"INV-{chance.randint(100_000, 999_999)}"
        purchase = Purchase(
            how_bought=self.how_bought, bought_on=bought_on, shop=self.stock.shop.code, proof=Proof.INVOICE, invoice_number=number,
            tax_state=self.tax, way=self.way,
            agency="巴渝行旅行社" if self.how_bought is HowBought.AGENCY else "",
            agency_breach=True if self.how_bought is HowBought.AGENCY else None,
        )  # fmt: skip
        item = Item(
            ref="1", goods=line["goods"], price=line["price"], quantity=line["back"], intact=True, resaleable=True, worn=False,
            **line.get("is", {}),
        )  # fmt: skip
        known, left = self.departure
        told = Declaration(
            shop_id=self.stock.shop.id, purchase=purchase, pieces=(Piece(item, line[self.language], line["bought"]),),
            language=self.language, consents=(Purpose.HANDLING, Purpose.TO_SHOP, Purpose.ENTRUSTED_MEDIATION),
            paid_how=chance.choice((PaidHow.FOREIGN_CARD, PaidHow.FOREIGN_CARD, PaidHow.ALIPAY, PaidHow.CASH)),
            means=Means.ORIGINAL, tax=self._told_of_tax(line), departure=known, departure_at=now + left if left else None,
            departure_port=chance.choice(("CKG", "TFU")) if known == "known" else None,
            name=chance.choice(self.words.seeds["names"][self.language]), email=f"visitor{chance.randint(10_000, 99_999)}@demo.example",
            time_zone=ZONES[country], country=country,
        )  # fmt: skip
        self.case_id = declaring.declare(told, Actor(Role.TOURIST), "web").id
        self.amount = item.amount

    def _told_of_tax(self, line: dict[str, Any]) -> TaxTold:
        amount = line["price"] * line["bought"]
        refunded = amount * 9 // 100 if self.tax in (TaxState.T2, TaxState.T3) else None
        form = "" if self.tax is TaxState.T0 else f"TR-{self.words.chance.randint(10_000, 99_999)}"
        return TaxTold(
            self.tax, form_number=form, invoice_amount=amount, vat="13", refunded=refunded, upon_purchase=self.tax is TaxState.T2,
            leave_by=clock.today() + timedelta(days=9) if self.tax is TaxState.T2 else None,
        )  # fmt: skip

    def approve(self) -> None:
        if self.case.state == State.REQUESTED:  # the shop's own rule may have said yes at once
            deciding.approve(self.case_id, None, self.shop, self.said("approve"))

    def hand_in(self, at: str = "", *, grade: Grade = Grade.AS_NEW) -> None:
        """The tourist gives the goods to the shop, or to the desk of this code."""
        taker = self.at_desk(at) if at else self.shop
        seal = f"DEMO-{self.case_id:05d}" if at else ""
        handed = [Handed(i.id, i.quantity, grade if at else None) for i in self.record.items]
        handing.take_in(self.case_id, None, taker, handed, seal=seal)

    def take_from(self, giver: Hand) -> None:
        handed = [Handed(i.id, i.quantity) for i in self.record.items]
        handing.take_in(self.case_id, None, self.shop, handed, giver=giver)

    def post(self) -> None:
        handing.send_parcel(self.case_id, None, self.tourist, "EMS", f"EE{self.case_id:09d}CN")

    def inspect(self, accepted: bool = True) -> None:
        grade, reasons = (Grade.AS_NEW, ()) if accepted else (Grade.DAMAGED, (RejectionReason.DAMAGED,))
        results = [Result(i.id, accepted, grade, reasons) for i in self.record.items]
        inspecting.inspect(self.case_id, None, self.shop, results, "" if accepted else self.said("inspected"))

    def pay(self) -> None:
        if self.tax is TaxState.T1:
            taxing.void_form(self.case_id, None, self.shop)
        if self.tax is TaxState.T2:
            taxing.advance_repaid(self.case_id, None, self.shop, "preauthorisation")
        refunding.report_refund(self.case_id, None, self.shop, "original_card", f"RF{self.case_id:06d}")


@cache
def _seeds() -> dict[str, Any]:
    return yaml.safe_load(SEEDS.read_text(encoding="utf-8"))


def _goods(scene: ReturnScene) -> dict[str, Any]:
    assert scene.stock is not None  # noqa: S101
    return next(line for line in _seeds()["goods"][scene.sort] if line["shop"] == scene.stock.shop.name_zh)


# --- stories: what is done, and how long until the next step


def is_declared(s: ReturnScene) -> Story:
    s.declare()
    yield 9 * DAY


def is_asked(s: ReturnScene) -> Story:
    s.declare()
    yield 20 * MINUTE
    commands.ask_tourist(s.case_id, None, s.shop, s.words.shop("question"))


def is_offered(s: ReturnScene) -> Story:
    s.declare()
    yield 30 * MINUTE
    package = Package((Remedy.PRICE_DIFFERENCE,), amount=s.amount // 2, goods=Goods.KEEP, within=Within.THREE_DAYS)
    deciding.offer(s.case_id, None, s.shop, package, s.said("offer"))


def takes_offer(s: ReturnScene) -> Story:
    yield from is_offered(s)
    yield HOUR
    deciding.accept(s.case_id, None, s.tourist)


def is_kept(s: ReturnScene) -> Story:
    yield from takes_offer(s)
    yield 3 * HOUR
    s.pay()
    yield DAY
    refunding.confirm(s.case_id, None, s.tourist)


def is_approved(s: ReturnScene) -> Story:
    s.declare()
    yield 30 * MINUTE
    s.approve()


def is_refused(s: ReturnScene) -> Story:
    s.declare()
    yield 30 * MINUTE
    deciding.refuse(s.case_id, None, s.shop, RefusalGround.NOT_COVERED, s.said("refuse"))


def refusal_disputed(s: ReturnScene) -> Story:
    yield from is_refused(s)
    yield HOUR
    deciding.make_dispute(s.case_id, None, s.tourist, s.words.tourist("counter", s.language), s.language)


def is_deposited(s: ReturnScene, at: str) -> Story:
    s.declare()
    yield 15 * MINUTE
    s.hand_in(at)


def is_at_desk(s: ReturnScene, at: str) -> Story:
    yield from is_approved(s)
    yield 90 * MINUTE
    s.hand_in(at)


def is_posted(s: ReturnScene) -> Story:
    yield from is_approved(s)
    yield 2 * HOUR
    s.post()


def parcel_arrives(s: ReturnScene) -> Story:
    yield from is_posted(s)
    yield 2 * DAY
    s.take_from(Hand(Holder.CARRIER))


def carried_from_desk(s: ReturnScene, at: str) -> Story:
    """Left at an airport or a station, and carried to the shop from there."""
    yield from is_at_desk(s, at)
    yield 3 * HOUR
    handing.hand_on(
        s.case_id,
        None,
        s.at_desk(at),
        [i.id for i in s.record.items],
        carrier="顺丰",
        tracking_number=f"SF{s.case_id:09d}",
    )
    yield DAY
    s.take_from(Hand(Holder.CARRIER))


def is_brought(s: ReturnScene) -> Story:
    yield from is_approved(s)
    yield 2 * HOUR
    s.hand_in()


def is_rejected(s: ReturnScene) -> Story:
    yield from is_brought(s)
    yield HOUR
    s.inspect(accepted=False)


def goes_back(s: ReturnScene) -> Story:
    yield from is_rejected(s)
    yield 2 * HOUR
    handing.give_back(s.case_id, None, s.shop, [i.id for i in s.record.items])


def rejection_disputed(s: ReturnScene) -> Story:
    yield from is_rejected(s)
    yield 2 * HOUR
    words = _seeds()["words"]["contest"][s.language]
    deciding.make_dispute(s.case_id, None, s.tourist, words, s.language)


def is_accepted(s: ReturnScene) -> Story:
    yield from is_brought(s)
    yield HOUR
    s.inspect()


def is_accepted_at(s: ReturnScene, at: str) -> Story:
    """Taken in by a mall desk in the merchant's name, and looked at by the shop."""
    yield from is_at_desk(s, at)
    yield 3 * HOUR
    s.inspect()


def is_refunded(s: ReturnScene) -> Story:
    yield from is_accepted(s)
    yield 3 * HOUR
    s.pay()


def is_over(s: ReturnScene) -> Story:
    yield from is_refunded(s)
    yield DAY
    refunding.confirm(s.case_id, None, s.tourist)


def over_by_desk(s: ReturnScene, at: str) -> Story:
    yield from is_accepted_at(s, at)
    yield 3 * HOUR
    s.pay()
    yield DAY
    refunding.confirm(s.case_id, None, s.tourist)


def over_by_parcel(s: ReturnScene) -> Story:
    yield from parcel_arrives(s)
    yield HOUR
    s.inspect()
    yield DAY
    s.pay()
    yield 2 * DAY
    refunding.confirm(s.case_id, None, s.tourist)


def money_missing(s: ReturnScene) -> Story:
    yield from is_refunded(s)
    yield DAY
    refunding.deny(s.case_id, None, s.tourist, s.words.tourist("deny", s.language), s.language)


def is_waived(s: ReturnScene) -> Story:
    yield from is_refunded(s)
    yield HOUR
    refunding.waive(s.case_id, None, s.tourist)


def is_withdrawn(s: ReturnScene) -> Story:
    s.declare()
    yield 2 * HOUR
    commands.withdraw(s.case_id, None, s.tourist)


def is_looked_at(s: ReturnScene) -> Story:
    """The shop is silent; an officer takes it up."""
    s.declare()
    yield 6 * DAY
    upkeep.note(s.case_id, None, s.officer, s.words.staff("note"))


def is_ended_by_officer(s: ReturnScene) -> Story:
    s.declare()
    yield HOUR
    commands.close(s.case_id, None, s.officer, Outcome.OUT_OF_SCOPE, s.words.staff("closing"))


# --- which returns there are

Tell = Callable[[ReturnScene], Story]

# fmt: off
# The story, how often, of which goods, and what is particular. Stories that are cut off in the middle began so long ago that
# their last step lies minutes or hours back; what is over lies further back.
_LONG: dict[str, Any] = {"departure": ("known", 9 * DAY)}
GOING_ON: tuple[tuple[Tell, timedelta, tuple[str, ...], dict[str, Any]], ...] = (
    (is_declared,                           timedelta(),   ("porcelain", "jade", "lacquer", "silk"), {"tax": TaxState.T1}),
    (is_declared,                           timedelta(),   ("jade",), {"how_bought": HowBought.AGENCY, "days_ago": 28}),
    (is_declared,                           MINUTE,        ("jade", "silk"), {"tax": TaxState.T3, "departure": ("departed", None)}),
    (is_declared,                           6 * DAY,       ("porcelain", "embroidery"), _LONG),
    (is_asked,                              HOUR,          ("embroidery", "porcelain", "lacquer"), {}),
    (is_offered,                            HOUR,          ("porcelain", "jade", "lacquer"), {}),
    (is_approved,                           HOUR,          ("silk", "tea", "embroidery", "pandas"), {}),
    (is_approved,                           HOUR,          ("porcelain",), {"way": Way.PARCEL, "departure": ("departed", None)}),
    (is_refused,                            HOUR,          ("lacquer", "porcelain"), {}),
    (partial(is_deposited, at="CKG-T3"),    HOUR,          ("porcelain",), {"way": Way.DESK}),
    (partial(is_deposited, at="CD-EAST"),   HOUR,          ("embroidery",), {"way": Way.DESK}),
    (partial(is_at_desk, at="CKG-T3"),      2 * HOUR,      ("silk", "tea"), {"way": Way.DESK}),
    (partial(is_at_desk, at="TFU-T1"),      2 * HOUR,      ("pandas",), {"way": Way.DESK}),
    (partial(is_at_desk, at="CQ-NORTH"),    2 * HOUR,      ("silk",), {"way": Way.DESK}),
    (is_posted,                             3 * HOUR,      ("porcelain", "tea"), {"way": Way.PARCEL}),
    (partial(is_at_desk, at="JFB-MALL"),    2 * HOUR,      ("silk", "jade"), {"way": Way.DESK}),
    (partial(is_at_desk, at="CXL-MALL"),    2 * HOUR,      ("embroidery",), {"way": Way.DESK}),
    (is_brought,                            3 * HOUR,      ("porcelain", "tea"), {"tax": TaxState.T1}),
    (is_rejected,                           4 * HOUR,      ("porcelain", "embroidery"), {}),
    (goes_back,                             6 * HOUR,      ("lacquer",), {}),
    (is_accepted,                           4 * HOUR,      ("silk", "tea"), {"tax": TaxState.T2}),
    (partial(is_accepted_at, at="CXL-MALL"), 6 * HOUR,     ("embroidery",), {"way": Way.DESK}),
    (takes_offer,                           2 * HOUR,      ("lacquer",), {}),
    (is_refunded,                           7 * HOUR,      ("silk", "porcelain", "jade"), {"tax": TaxState.T1}),
    (money_missing,                         32 * HOUR,     ("silk",), _LONG),
)
OVER: tuple[tuple[Tell, tuple[str, ...], dict[str, Any]], ...] = (
    (is_over,                               ("silk", "tea", "pandas", "embroidery", "jade"), {"tax": TaxState.T1, **_LONG}),
    (partial(over_by_desk, at="JFB-MALL"),  ("silk",), {"way": Way.DESK, **_LONG}),
    (partial(over_by_desk, at="CXL-MALL"),  ("embroidery",), {"way": Way.DESK, **_LONG}),
    (over_by_parcel,                        ("porcelain",), {"way": Way.PARCEL, **_LONG}),
    (partial(carried_from_desk, at="CKG-T3"), ("porcelain",), {"way": Way.DESK, **_LONG}),
    (is_kept,                               ("porcelain",), _LONG),
    (is_over,                               ("silk",), {"tax": TaxState.T2, **_LONG}),
    (is_waived,                             ("lacquer",), _LONG),
    (is_withdrawn,                          ("porcelain", "jade"), {}),
    (is_asked,                              ("lacquer", "porcelain"), {"ago": 41 * DAY}),  # never answered
    (is_approved,                           ("silk",), {"ago": 44 * DAY}),     # never brought
    (is_refunded,                           ("embroidery", "pandas"), {"ago": 42 * DAY}),  # never confirmed
    (refusal_disputed,                      ("lacquer",), _LONG),
    (rejection_disputed,                    ("porcelain", "embroidery"), _LONG),
    (is_ended_by_officer,                   ("jade",), {"tax": TaxState.T3, "departure": ("departed", None)}),
    (is_looked_at,                          ("jade",), _LONG),
)
# fmt: on
LANGUAGES = ("en", "ja", "zh_CN", "ar")


def plan(chance: random.Random, words: Words, stocks: list[Stock], present: datetime) -> list[tuple[datetime, Story]]:
    """When each return begins. The promises must stand by then, since a purchase is judged by the promise of its day."""
    shops = {stock.shop.name_zh: stock for stock in stocks}
    begun: list[tuple[datetime, Story]] = []

    def add(tell: Tell, sort: str, ago: timedelta, more: dict[str, Any]) -> None:
        line = chance.choice(_seeds()["goods"][sort])
        given = {"departure": ("known", timedelta(days=chance.uniform(3, 8))), **more}
        scene = ReturnScene(words, shops[line["shop"]], LANGUAGES[len(begun) % len(LANGUAGES)], sort=sort, **given)
        begun.append((present - ago, tell(scene)))

    for tell, length, sorts, more in GOING_ON:
        for sort in sorts:
            add(tell, sort, length + MINUTE * chance.choice((3, 8, 17, 31, 48)), more)
    for tell, sorts, more in OVER:
        for sort in sorts:
            particular = dict(more)
            add(tell, sort, particular.pop("ago", timedelta(days=chance.uniform(11, 38))), particular)
    return begun
