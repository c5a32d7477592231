"""Cases in any state, brought there by the verbs, and the people and shops that belong to them.

Every builder commits, so that pages and workers of the same test see what it made. A case builder takes what the tourist
tells as keywords of ``Telling``, and ``at`` for the shop: ``offered(language="ja", amount=98_000)``. Builders stand on each
other as the states do; ``on`` continues a case that exists: ``settled(on=offered())``.
"""

from __future__ import annotations

import io
import itertools
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from PIL import Image
from sqlalchemy import select

from disputes import clock, links
from disputes.accounts import actors
from disputes.accounts.actors import SYSTEM, Actor
from disputes.accounts.models import User
from disputes.cases import commands, counter, queries, sweeps, upkeep
from disputes.cases.models import Case, Evidence
from disputes.db import db, transaction
from disputes.files.storage import address_of, storage_at
from disputes.intake import commands as intake
from disputes.intake.commands import Telling
from disputes.merchants import commands as merchants
from disputes.merchants.models import Merchant, Shop
from disputes.notifications.models import Message
from disputes.pledges import commands as pledges
from disputes.pledges.models import NetworkMember, Pledge, PledgeBreach
from disputes.regions.models import Office
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.lifecycle import Outcome, Role
from disputes.rules.packages import Goods, Means, Package, Remedy, Shipping, Within
from disputes.rules.pledges import Way
from disputes.rules.publishing import BreachReason, NetworkKind, Promise, Reach

YUZHONG = "500103"  # Jiefangbei; its cases belong to the desk CQ-JFB
DESK = "CQ-JFB"
REFUND = Package((Remedy.REFUND,), amount=128_000, goods=Goods.GIVE_BACK, shipping=Shipping.IN_SHOP)
HALF = Package((Remedy.PRICE_DIFFERENCE, Remedy.APOLOGY), amount=64_000, goods=Goods.KEEP, within=Within.THREE_DAYS)
IDENTITY = {
    "full_name": "AOKI Hanako",
    "document_number": "TZ0012345",
    "home_address": "1-2-3 Nihonbashi, Chuo, Tokyo",
    "phone": "+81 90 1234 5678",
}
SILK: dict[str, Any] = {
    "days": 15, "goods_zh": "真丝围巾、丝巾、披肩", "goods_en": "Silk scarves and shawls", "ways": frozenset({Way.SHOP, Way.BRANCH}),
    "reach": Reach.EVERYWHERE, "refund_days": 3, "means": (Means.ORIGINAL, Means.CASH),
}  # fmt: skip
CREDIT_CODE = "91500103MA5U0ABC1K"
_count = itertools.count(1)
_NEW: Any = object()


# --- people and shops


def merchant(**fields: Any) -> Merchant:
    """A merchant that has an address."""
    n = next(_count)
    given = {
        "name_zh": f"山城礼品有限公司{n}",
        "name_en": f"Hill City Gifts {n} Ltd",
        "email": f"company{n}@shops.example",
    }
    with transaction():
        return merchants.add_merchant(**{**given, **fields})


def shop(of: Merchant | None = None, **fields: Any) -> Shop:
    """A shop at Jiefangbei that can be reached; ``email=None`` together with a merchant without one makes it unreachable."""
    of = of or merchant()
    n = next(_count)
    given = {
        "name_zh": f"山城礼品店{n}号",
        "name_en": f"Hill City Gifts No. {n}",
        "address_zh": f"重庆市渝中区民权路{n}号",
        "address_en": f"{n} Minquan Road, Yuzhong, Chongqing",
        "division_code": YUZHONG,
        "trade": Trade.SHOP,
        "email": f"shop{n}@shops.example",
    }
    with transaction():
        return merchants.add_shop(of, **{**given, **fields})


def officer(office: str = DESK, **fields: Any) -> User:
    """An officer on duty at this desk."""
    return _user("officer", office_id=_office(office).id, **fields)


def supervisor(office: str = DESK, **fields: Any) -> User:
    """A supervisor of this desk."""
    return _user("supervisor", office_id=_office(office).id, **fields)


def merchant_user(of: Merchant | None = None, **fields: Any) -> User:
    """Somebody who signs in for a merchant."""
    return _user("merchant", merchant_id=(of or merchant()).id, **fields)


def _user(role: str, **fields: Any) -> User:
    name = {"officer": "周敏", "supervisor": "陈立", "merchant": "李店长"}[role]
    given = {"name": name, "email": f"{role}{next(_count)}@visitorcare.example", "languages": ["en", "ja"]}
    with transaction():
        user = User(role=role, **{**given, **fields})
        db.session.add(user)
    return user


def _office(code: str) -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


# --- who acts


def tourist_of(case: Case, *, mailed: bool = False) -> Actor:
    """The tourist of this case, with the link that was mailed or with another."""
    return actors.tourist_of(case.id, mailed_link=mailed)


def shop_of(case: Case) -> Actor:
    """The shop of this case, by its signed link."""
    return Actor(Role.MERCHANT, case_id=case.id, merchant_id=case.merchant_id)


def counter_of(case: Case) -> Actor:
    """Somebody at the counter of this case's shop whom nobody has verified."""
    return counter.person(case)


def officer_of(case: Case) -> Actor:
    """The officer who has this case; a new one takes it when nobody has."""
    if case.officer is None:
        case.officer = officer(case.office.code)
        with transaction():
            upkeep.assign(case.id, None, actors.of_user(case.officer), case.officer.id)
    return actors.of_user(case.officer)


def token_of(case: Case, party: str = "tourist", *, mailed: bool = False) -> str:
    """The token of a link to this case, for ``/c/<token>`` or, for the shop, ``/m/<token>``."""
    versions = {"shop": case.shop_link_version, "counter": case.link_version + case.shop_link_version}
    version = versions.get(party, case.link_version)
    return links.token(current_app.config["SETTINGS"].secret_key, links.Link(case.id, party, version, mailed))


def words_of(case: Case, language: str = "en") -> str:
    """The five words of this case's card."""
    return " ".join(links.words(current_app.config["SETTINGS"].secret_key, case.id, case.link_version, language))


# --- cases


def telling(at: Shop | None = _NEW, **told: Any) -> Telling:
    """What a tourist tells: a tea set that arrived broken, bought at a shop of ours (``at=None`` for an unknown one)."""
    at = shop() if at is _NEW else at
    now = clock.now()
    given: dict[str, Any] = {
        "category": Category.QUALITY_DEFECT,
        "trade": Trade.SHOP,
        "how_bought": HowBought.COUNTER,
        "claim": REFUND,
        "language": "en",
        "narrative": "The tea set was cracked when I opened the box in my hotel. They would not look at it.",
        "consents": (Purpose.HANDLING, Purpose.TO_SHOP),
        "bought_on": clock.today() - timedelta(days=1),
        "paid_how": PaidHow.FOREIGN_CARD,
        "amount": 128_000,
        "currency": "CNY",
        "item": "Porcelain tea set",
        "departure": "known",
        "departure_at": now + timedelta(days=4),
        "departure_port": "CKG",
        "name": "Hana",
        "email": f"hana{next(_count)}@travellers.example",
        "time_zone": "Asia/Tokyo",
        "country": "JP",
    }
    if at is not None:
        given["shop_id"] = at.id
    else:
        given |= {"shop_name": "洪崖洞旁的小店", "shop_address": "嘉陵江滨江路", "division_code": YUZHONG}
    if told.get("departure") in ("unknown", "departed"):
        given |= {"departure_at": None}
    return Telling(**{**given, **told})


def filed(at: Shop | None = _NEW, **told: Any) -> Case:
    """A case that nobody has routed yet."""
    with transaction():
        return intake.file_complaint(telling(at, **told), Actor(Role.TOURIST), "web")


def routed(at: Shop | None = _NEW, **told: Any) -> Case:
    """A case where the routing task put it: with the shop, in triage, or with the duty officer."""
    case = filed(at, **told)
    if not case.emergency:  # those were routed as they were filed
        with transaction():
            intake.route(queries.lock(case.id, SYSTEM))
    return case


def with_merchant(at: Shop | None = _NEW, **told: Any) -> Case:
    """A case that waits for the shop's answer."""
    return routed(at, **told)


def triage(**told: Any) -> Case:
    """A case that an officer looks at first, since its shop is unknown."""
    officer()
    return routed(None, **told)


def unassigned(**told: Any) -> Case:
    """A case in triage that nobody has."""
    case = routed(None, **told)
    if case.officer_id is not None:
        with transaction():
            upkeep.assign(case.id, None, actors.of_user(case.officer), None)
    return case


def lapsed(case: Case) -> Case:
    """The same case after its first running deadline has lapsed, as the sweep lets it."""
    with transaction():
        queries.lock(case.id, SYSTEM)
        sweeps.lapse(min(case.running_deadlines, key=lambda d: d.due_at))
    return case


def given_up(case: Case) -> Message:
    """A letter of this case that could not be delivered."""
    with transaction():
        letter = db.session.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.id)).first()
        assert letter is not None
        letter.state, letter.attempts, letter.attempted_at = "given_up", 8, clock.now()
        letter.error = "550 5.1.1 no such mailbox"
    return letter


def liaison(**told: Any) -> Case:
    """An emergency that the duty officer holds."""
    officer()
    return routed(**{"dangers": (Danger.INJURY,), **told})


def asked(on: Case | None = None, question: str = "请问您有购物小票吗？", **told: Any) -> Case:
    """A case whose tourist owes the shop an answer."""
    case = on or with_merchant(**told)
    with transaction():
        commands.ask_tourist(case.id, None, shop_of(case), question)
    return case


def offered(on: Case | None = None, package: Package = HALF, words: str = "", **told: Any) -> Case:
    """A case with an offer of the shop on the table."""
    case = on or with_merchant(**told)
    with transaction():
        commands.make_offer(case.id, None, shop_of(case), package, words)
    return case


def countered(on: Case | None = None, package: Package = REFUND, **told: Any) -> Case:
    """A case whose tourist answered the shop's offer with another."""
    case = on or offered(**told)
    with transaction():
        commands.counter(case.id, None, tourist_of(case), package, "The set is worthless to me now.")
    return case


def mediation(on: Case | None = None, **told: Any) -> Case:
    """A case that a mediator has, since the tourist turned the shop's offer down."""
    case = on or offered(**told)
    officer(case.office.code)
    with transaction():
        commands.decline(case.id, None, tourist_of(case))
    return case


def proposed(on: Case | None = None, package: Package = HALF, **told: Any) -> Case:
    """A case with a mediator's proposal before both sides."""
    case = on or mediation(**told)
    by = officer_of(case)
    with transaction():
        commands.propose(case.id, None, by, package, "双方各让一步。")
    return case


def settled(on: Case | None = None, **told: Any) -> Case:
    """A case whose tourist took the shop's offer; nothing is paid yet."""
    case = on or offered(**told)
    with transaction():
        commands.accept(case.id, None, tourist_of(case))
    return case


def reported(on: Case | None = None, means: str = "original_card", **told: Any) -> Case:
    """A case whose shop says that it has paid."""
    case = on or settled(**told)
    with transaction():
        commands.report_performance(case.id, None, shop_of(case), means, "2026112100012345")
    return case


def closed(on: Case | None = None, outcome: Outcome = Outcome.RESOLVED, **told: Any) -> Case:
    """A closed case; the outcome says how it came to that: by the tourist's word, by silence, or by an officer."""
    if outcome in (Outcome.RESOLVED, Outcome.WAIVED):
        case = on or reported(**told)
        verb = commands.confirm if outcome is Outcome.RESOLVED else commands.waive
        with transaction():
            verb(case.id, None, tourist_of(case))
    elif outcome is Outcome.WITHDRAWN:
        case = on or with_merchant(**told)
        with transaction():
            commands.withdraw(case.id, None, tourist_of(case))
    else:
        case = on or (liaison(**told) if outcome is Outcome.EMERGENCY_HANDED_OVER else mediation(**told))
        by = officer_of(case)
        with transaction():
            commands.close(case.id, None, by, outcome, "双方未能达成一致。")
    return case


def authorised(on: Case | None = None, authority: str = "market_regulation", **told: Any) -> Case:
    """A case whose tourist has authorised a hand-over in advance."""
    case = on or with_merchant(**told)
    with transaction():
        commands.authorise(case.id, None, tourist_of(case), authority, warned=True, identity=IDENTITY)
    return case


def authorisation_asked(on: Case | None = None, **told: Any) -> Case:
    """A case whose tourist is asked whether an officer may hand it to an authority."""
    case = on or mediation(**told)
    by = officer_of(case)
    with transaction():
        commands.ask_authorisation(case.id, None, by)
    return case


def referral_ready(on: Case | None = None, authority: str = "market_regulation", **told: Any) -> Case:
    """A case that is ready to be handed to the authority the tourist authorised."""
    case = on or mediation(**told)
    authorised(case, authority)
    by = officer_of(case)
    with transaction():
        commands.ready_referral(case.id, None, by)
    return case


def referred(on: Case | None = None, received_at: datetime | None = None, **told: Any) -> Case:
    """A case that an officer has handed to an authority."""
    case = on or referral_ready(**told)
    by = officer_of(case)
    with transaction():
        commands.record_referral(
            case.id,
            None,
            by,
            "渝中区市场监督管理局 王科长",
            received_at or clock.now(),
            "渝中市监诉〔2026〕1187号",
            "window",
        )
    return case


def erased(on: Case | None = None, **told: Any) -> Case:
    """A closed case whose personal data were erased."""
    case = on or closed(**told)
    with transaction():
        upkeep.erase(case.id, None, tourist_of(case))
    return case


def given_to(case: Case, user: User) -> Case:
    """The same case on this officer's desk."""
    with transaction():
        upkeep.assign(case.id, None, actors.of_user(user), user.id)
    return case


def noted(case: Case, by: Actor, words: str = "已电话联系店长。") -> Case:
    """The same case with an internal note more."""
    with transaction():
        upkeep.note(case.id, None, by, words)
    return case


def departed(case: Case) -> Case:
    """The same case in remote mode: its tourist has left."""
    with transaction():
        upkeep.change_departure(case.id, None, tourist_of(case), "departed", None, None)
    return case


# --- files


def picture(colour: tuple[int, int, int] = (13, 102, 95), size: tuple[int, int] = (640, 480)) -> bytes:
    """A small photo as a phone might send it."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG")
    return made.getvalue()


def with_picture(case: Case, name: str = "cup.jpg", by: Actor | None = None) -> Evidence:
    """Add a photo to a case; every call makes another one. Kept without the decoder, whose own tests are elsewhere."""
    n = next(_count)
    colour = (37 * n % 256, 101 * n % 256, 197 * n % 256)  # each made of its own, and of its own size
    original, safe, thumbnail = (picture(colour, size) for size in ((640 + n, 480), (600 + n, 450), (160, 120)))
    storage = storage_at(current_app.config["SETTINGS"].files_url)
    for data in (original, safe, thumbnail):
        storage.put(data)
    file = upkeep.File(name, "image/jpeg", len(original), address_of(original), address_of(safe), address_of(thumbnail))
    with transaction():
        upkeep.add_evidence(case.id, None, by or tourist_of(case), [file])
    return db.session.scalars(select(Evidence).where(Evidence.case_id == case.id, Evidence.sha256 == file.sha256)).one()


# --- return promises


def pledge(
    at: Shop | None = None, promise: Promise | None = None, *, applies_from: date | None = None, **fields: Any
) -> Pledge:
    """A published promise of a shop's merchant, for all its shops; with ``applies_from`` in the past as a list may say it."""
    at = at or shop()
    by = actors.SYSTEM
    with transaction():
        made = pledges.draft_pledge(at.merchant, by, promise or Promise(**{**SILK, **fields}))
        pledges.publish(made, by, applies_from, since_long=True)
    return made


def breach(of: Pledge) -> PledgeBreach:
    """A recorded breach of a promise."""
    with transaction():
        return pledges.record_breach(
            of, actors.of_user(officer()), case_number="2600482716", happened_on=clock.today(),
            reason=BreachReason.RETURN_REFUSED, note="顾客第三天退货被拒",
        )  # fmt: skip


def network_member(at: Shop | None = None) -> NetworkMember:
    """A shop in a network that its own merchant keeps."""
    at = at or shop()
    by = actors.of_user(merchant_user(at.merchant))
    with transaction():
        network = pledges.found_network(by, NetworkKind.BRAND, "山城好物联盟", "Hill City Brands", owner=at.merchant)
        return pledges.ask_to_join(network, at, by)
