"""What happens in the demo's cases: each story is a generator that takes one step, and says how long until the next."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from flask import current_app
from PIL import Image, ImageDraw

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import authorities, commands, queries, transfers, upkeep, whereabouts
from disputes.cases.models import Case
from disputes.demo.people import Stock
from disputes.files import decoding
from disputes.files.storage import storage_at
from disputes.intake import commands as intake
from disputes.intake.commands import Telling
from disputes.regions import queries as regions
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.lifecycle import Outcome, Role
from disputes.rules.packages import Goods, Means, Package, Remedy, Shipping, Within
from disputes.rules.procedure import FactKind

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds" / "demo"
Story = Iterator[timedelta]
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
COUNTRIES = {"en": ("US", "GB", "AU", "SG", "CA"), "zh_CN": ("SG", "MY"), "ja": ("JP",), "ar": ("AE", "SA", "EG")}
ZONES = {"US": "America/New_York", "GB": "Europe/London", "AU": "Australia/Sydney", "SG": "Asia/Singapore", "CA": "America/Toronto",
         "MY": "Asia/Kuala_Lumpur", "JP": "Asia/Tokyo", "AE": "Asia/Dubai", "SA": "Asia/Riyadh", "EG": "Africa/Cairo"}  # fmt: skip


class Words:
    """What the demo's people say."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.seeds: dict[str, Any] = yaml.safe_load((SEEDS / "complaints.yaml").read_text(encoding="utf-8"))

    def shop(self, purpose: str) -> str:
        return self.chance.choice(self.seeds["shop_words"][purpose])

    def tourist(self, purpose: str, language: str) -> str:
        return self.seeds["tourist_words"][purpose][language]

    def staff(self, purpose: str) -> str:
        return self.chance.choice(self.seeds["staff_words"][purpose])


@dataclass
class Scene:
    """One case of the demo while its story is told."""

    words: Words
    stock: Stock | None
    language: str
    departure: tuple[str, timedelta | None]  # known with the time left at filing, departed, unknown
    dangers: tuple[Danger, ...] = ()
    picture: bool = False
    case_id: int = 0
    amount: int = 0

    # --- who acts

    @property
    def case(self) -> Case:
        return queries.find(self.case_id, SYSTEM)

    @property
    def tourist(self) -> Actor:
        return actors.tourist_of(self.case_id, mailed_link=True)

    @property
    def shop(self) -> Actor:
        return Actor(Role.MERCHANT, case_id=self.case_id, merchant_id=self.case.merchant_id)

    @property
    def officer(self) -> Actor:
        officer = self.case.officer or queries.least_loaded_officer(self.case.office_id, self.language)
        assert officer is not None, "every office of the demo has an officer"  # noqa: S101
        return actors.of_user(officer)

    # --- the steps

    def file(self) -> None:
        chance, now = self.words.chance, clock.now()
        said = chance.choice(self.words.seeds["complaints"])
        self.amount = chance.choice((6_800, 12_800, 28_000, 39_900, 68_000, 128_000, 268_000, 520_000))
        remedies = tuple(Remedy(r) for r in said["wants"])
        money = {
            Remedy.REFUND: self.amount,
            Remedy.PRICE_DIFFERENCE: self.amount // 2,
            Remedy.COMPENSATION: self.amount // 2,
        }
        asked = min(sum(money.get(r, 0) for r in remedies), self.amount * 2)
        country = chance.choice(COUNTRIES[self.language])
        known, left = self.departure
        told = Telling(
            category=Category(said["category"]),
            trade=Trade(self.stock.shop.trade) if self.stock else Trade.SHOP,
            how_bought=HowBought.COUNTER,
            claim=Package(remedies, amount=asked, goods=Goods.GIVE_BACK if Remedy.REFUND in remedies else Goods.KEEP),
            language=self.language,
            narrative=said[self.language],
            consents=(Purpose.HANDLING, Purpose.TO_SHOP, Purpose.ENTRUSTED_MEDIATION),
            shop_id=self.stock.shop.id if self.stock else None,
            shop_name="" if self.stock else "街边小店（无招牌）",
            shop_address="" if self.stock else "洪崖洞附近",
            division_code=None if self.stock else chance.choice(("500103", "510104")),
            bought_on=(now - timedelta(days=chance.randint(0, 3))).astimezone(clock.SHANGHAI).date(),
            paid_how=chance.choice(list(PaidHow)[:4]),
            amount=self.amount,
            currency="CNY",
            item=self.stock.item.get(self.language[:2], "") if self.stock else "",
            dangers=self.dangers,
            departure=known,
            departure_at=now + left if left else None,
            departure_port=chance.choice(("CKG", "TFU", "CTU", "CQ-NORTH")) if known == "known" else None,
            name=chance.choice(self.words.seeds["names"][self.language]),
            email=f"visitor{chance.randint(1000, 9999)}@demo.example" if chance.random() < 0.85 else None,
            time_zone=ZONES[country],
            country=country,
        )
        case = intake.file_complaint(told, Actor(Role.TOURIST), "web")
        self.case_id = case.id
        if chance.random() < 0.8:
            upkeep.confirm_address(case, self.tourist)
        if self.picture:
            upkeep.add_evidence(case.id, None, self.tourist, [receipt(self.amount)])

    def offer(self) -> None:
        package = Package(
            (Remedy.PRICE_DIFFERENCE, Remedy.APOLOGY),
            amount=max(self.amount * 4 // 10, 100),
            goods=Goods.KEEP,
            within=Within.THREE_DAYS,
        )
        commands.make_offer(self.case_id, None, self.shop, package, self.words.shop("offer"))

    def counter(self) -> None:
        package = Package(
            (Remedy.PRICE_DIFFERENCE,),
            amount=max(self.amount * 6 // 10, 100),
            goods=Goods.KEEP,
            within=Within.THREE_DAYS,
        )
        commands.counter(
            self.case_id, None, self.tourist, package, self.words.tourist("counter", self.language), self.language
        )

    def propose(self) -> None:
        package = Package(
            (Remedy.REFUND,), amount=max(self.amount * 8 // 10, 100), goods=Goods.GIVE_BACK, shipping=Shipping.SHOP_PAYS,
            means=Means.ORIGINAL, within=Within.SEVEN_DAYS,
        )  # fmt: skip
        commands.propose(self.case_id, None, self.officer, package, self.words.staff("proposal"))

    def authorise(self) -> None:
        case = self.case
        body = whereabouts.competence(case).authority
        identity = {
            "full_name": "DEMO VISITOR",
            "document_number": "X0000000",
            "home_address": "1 Example Street",
            "phone": "+1 202 555 0100",
        }
        commands.authorise(self.case_id, None, self.tourist, body, warned=True, identity=identity)

    def record_referral(self) -> None:
        commands.record_referral(
            self.case_id, None, self.officer, "值班窗口", clock.now(), f"DEMO-{self.case_id:05d}", "window"
        )

    def close(self, outcome: Outcome) -> None:
        commands.close(self.case_id, None, self.officer, outcome, self.words.staff("closing"))


# --- stories: what is done, and how long until the next step


def waits_for_shop(s: Scene) -> Story:
    s.file()
    yield DAY


def is_offered(s: Scene) -> Story:
    s.file()
    yield 20 * MINUTE
    s.offer()


def has_counter(s: Scene) -> Story:
    yield from is_offered(s)
    yield 15 * MINUTE
    s.counter()


def is_asked(s: Scene) -> Story:
    s.file()
    yield 10 * MINUTE
    commands.ask_tourist(s.case_id, None, s.shop, s.words.shop("question"))


def is_contested(s: Scene) -> Story:
    s.file()
    yield 25 * MINUTE
    commands.contest(s.case_id, None, s.shop, "as_described", s.words.shop("contest"))


def noted(s: Scene) -> Story:
    yield from is_contested(s)
    yield 10 * MINUTE
    upkeep.note(s.case_id, None, s.officer, s.words.staff("note"))


def is_proposed(s: Scene) -> Story:
    yield from is_contested(s)
    yield 20 * MINUTE
    s.propose()


def half_agreed(s: Scene) -> Story:
    yield from is_proposed(s)
    yield 10 * MINUTE
    commands.agree(s.case_id, None, s.tourist)


def is_settled(s: Scene) -> Story:
    yield from has_counter(s)
    yield 15 * MINUTE
    commands.accept_claim(s.case_id, None, s.shop)


def takes_offer(s: Scene) -> Story:
    yield from is_offered(s)
    yield 15 * MINUTE
    commands.accept(s.case_id, None, s.tourist)


def is_paid(s: Scene) -> Story:
    yield from takes_offer(s)
    yield 3 * HOUR
    commands.report_performance(s.case_id, None, s.shop, "original_card", f"DEMO{s.case_id:06d}")


def is_resolved(s: Scene) -> Story:
    yield from is_paid(s)
    yield DAY
    commands.confirm(s.case_id, None, s.tourist)


def settles_at_once(s: Scene) -> Story:
    s.file()
    yield 30 * MINUTE
    commands.accept_claim(s.case_id, None, s.shop)
    yield 2 * HOUR
    commands.report_performance(s.case_id, None, s.shop, "cash")
    yield 2 * HOUR
    commands.confirm(s.case_id, None, s.tourist)


def is_waived(s: Scene) -> Story:
    yield from takes_offer(s)
    yield HOUR
    commands.waive(s.case_id, None, s.tourist)


def money_missing(s: Scene) -> Story:
    yield from is_paid(s)
    yield DAY
    commands.deny(s.case_id, None, s.tourist, s.words.tourist("deny", s.language), s.language)


def is_withdrawn(s: Scene) -> Story:
    s.file()
    yield 2 * HOUR
    commands.withdraw(s.case_id, None, s.tourist)


def is_readied(s: Scene) -> Story:
    yield from is_contested(s)
    yield 20 * MINUTE
    s.authorise()
    yield 20 * MINUTE
    commands.ready_referral(s.case_id, None, s.officer)


def is_referred(s: Scene) -> Story:
    yield from is_readied(s)
    yield HOUR
    s.record_referral()


def ends_at_authority(s: Scene) -> Story:
    yield from is_referred(s)
    yield 5 * DAY
    s.close(Outcome.REFERRED_ENDED)


def settles_at_authority(s: Scene) -> Story:
    yield from is_referred(s)
    yield 2 * DAY
    commands.record_settlement(
        s.case_id, None, s.officer, Package((Remedy.REFUND,), amount=s.amount, goods=Goods.GIVE_BACK)
    )


def is_accepted_by_authority(s: Scene) -> Story:
    yield from is_referred(s)
    yield 2 * DAY
    authorities.record(s.case_id, None, s.officer, FactKind.ACCEPTED, clock.today())


def is_offered_to_office(s: Scene) -> Story:
    """Somebody of another office could do it better; that office has not answered yet."""
    yield from is_contested(s)
    yield 20 * MINUTE
    here = s.case.office_id
    other = next(office for office in reversed(regions.offices()) if office.id != here and office.active)
    transfers.propose(s.case_id, None, s.officer, other.id, s.words.staff("transfer"))


def is_taken_by_office(s: Scene) -> Story:
    yield from is_offered_to_office(s)
    yield 5 * MINUTE
    offered = s.case.open_transfer
    if offered is None:  # nobody was there to take it, so it stays where it was
        return
    officer = queries.least_loaded_officer(offered.to_office_id, s.language)
    assert officer is not None, "every office of the demo has an officer"  # noqa: S101
    transfers.accept(s.case_id, None, actors.of_user(officer))


def is_asked_for_authorisation(s: Scene) -> Story:
    yield from is_contested(s)
    yield 20 * MINUTE
    commands.ask_authorisation(s.case_id, None, s.officer)


def has_no_agreement(s: Scene) -> Story:
    yield from is_contested(s)
    yield HOUR
    s.close(Outcome.NO_AGREEMENT)


def is_out_of_scope(s: Scene) -> Story:
    s.file()
    yield HOUR
    s.close(Outcome.OUT_OF_SCOPE)


def is_duplicate(s: Scene) -> Story:
    s.file()
    yield HOUR
    s.close(Outcome.DUPLICATE)


def is_reopened(s: Scene) -> Story:
    yield from is_withdrawn(s)
    yield DAY
    commands.reopen(s.case_id, None, s.tourist, s.words.tourist("deny", s.language), s.language)


def emergency_over(s: Scene) -> Story:
    s.file()
    yield HOUR
    s.close(Outcome.EMERGENCY_HANDED_OVER)


def changes_flight(s: Scene) -> Story:
    s.file()
    yield 30 * MINUTE
    upkeep.change_departure(s.case_id, None, s.tourist, "known", clock.now() + 20 * HOUR, "CKG")


def unknown_shop_asked(s: Scene) -> Story:
    s.file()
    yield 30 * MINUTE
    commands.ask_tourist(s.case_id, None, s.officer, s.words.staff("question"))


def answers(s: Scene) -> Story:
    yield from is_asked(s)
    yield 20 * MINUTE
    commands.answer(s.case_id, None, s.tourist, s.words.tourist("answer", s.language), s.language)


_receipts: dict[int, upkeep.File] = {}


def receipt(amount: int) -> upkeep.File:
    """A drawn receipt over this amount, taken in like any photograph."""
    if amount not in _receipts:
        picture = Image.new("RGB", (720, 960), "#f7f5ef")
        pen = ImageDraw.Draw(picture)
        for line, text in enumerate(("RECEIPT (demo)", "Till 3", f"Total CNY {amount / 100:.2f}", "Paid by card")):
            pen.text((60, 80 + 70 * line), text, fill="#22302f", font_size=44)
        for line in range(8):
            pen.line((60, 420 + 50 * line, 660 - 37 * (line % 4), 420 + 50 * line), fill="#b9c4c1", width=8)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=80)
        _receipts[amount] = _kept(out.getvalue(), f"receipt-{amount // 100}.jpg")
    return _receipts[amount]


def _kept(data: bytes, name: str) -> upkeep.File:
    config = current_app.config["SETTINGS"]
    accepted = decoding.accept(data, name, work_dir=config.state_dir / "decoding")
    if isinstance(accepted, decoding.Refused):
        raise AssertionError(f"the demo's own picture was refused: {accepted.reason}")
    kept = decoding.keep(storage_at(config.files_url), data, accepted)
    return upkeep.File(name, accepted.media_type, accepted.size, kept.sha256, kept.safe_sha256, kept.thumbnail_sha256)
