"""The verbs that change return promises and networks. They lock the promise or the network first, and never commit.

A promise binds (R-RET-OFF-BIND), so time runs one way: what was published is never changed, a new version that gives less
applies from tomorrow at the earliest, and a withdrawal never reaches back to a purchase that was made under the promise.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from disputes import clock, names, search
from disputes.accounts.actors import Actor
from disputes.db import db
from disputes.merchants.commands import new_code
from disputes.merchants.models import Merchant, Shop
from disputes.names import named
from disputes.pledges.models import (
    NetworkMember,
    Pledge,
    PledgeBreach,
    PledgeEvent,
    PledgeVersion,
    ReturnNetwork,
)
from disputes.rules.goods import GoodsClass
from disputes.rules.pledges import Payer, Way
from disputes.rules.publishing import (
    LONGEST_DAYS,
    LONGEST_REFUND_DAYS,
    BreachReason,
    NetworkKind,
    Promise,
    worse,
)

TEXT_LIMIT = 2000  # characters of anything that is written about a promise
SEARCHED_IN = ("zh_CN", "en")  # goods are found by their class in these languages, and by the merchant's own words


class PledgeRefused(Exception):
    """A change of a promise or a network that is not possible; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# --- writing and publishing


def draft_pledge(
    merchant: Merchant, by: Actor, promise: Promise, *, brand_zh: str = "", brand_en: str = "", source: str = "merchant"
) -> Pledge:
    """A new promise of a merchant with its first draft; nobody sees it before it is published."""
    pledge = Pledge(
        code=new_code(), merchant=merchant, brand_zh=brand_zh.strip(), brand_en=brand_en.strip(), source=source,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(pledge)
    version = PledgeVersion(number=1)
    _write(version, merchant, promise)
    pledge.versions.append(version)
    db.session.flush()
    _note(by, "drafted", pledge, version=1)
    return pledge


def change_draft(
    pledge: Pledge, by: Actor, promise: Promise, *, brand_zh: str = "", brand_en: str = ""
) -> PledgeVersion:
    """Write the next version of a promise; a draft is begun when there is none. What is published stays as it is.

    The promise's own name can be changed until it is published.
    """
    lock(pledge)
    _must_stand(pledge)
    if not pledge.published:
        pledge.brand_zh, pledge.brand_en = brand_zh.strip(), brand_en.strip()
    version = pledge.draft
    if version is None:
        version = PledgeVersion(number=len(pledge.versions) + 1)
        _write(version, pledge.merchant, promise)
        pledge.versions.append(version)
        _note(by, "drafted", pledge, version=version.number)
    else:
        _write(version, pledge.merchant, promise)
    db.session.flush()
    return version


def discard_draft(pledge: Pledge, by: Actor) -> None:
    """Throw the draft away; a promise of which nothing was ever published is in no list from then on."""
    lock(pledge)
    draft = pledge.draft
    if draft is None:
        raise PledgeRefused("pledge_no_draft")
    pledge.versions.remove(draft)
    db.session.delete(draft)
    _note(by, "discarded", pledge, version=draft.number)
    db.session.flush()


def publish(pledge: Pledge, by: Actor, applies_from: date | None = None, *, since_long: bool = False) -> PledgeVersion:
    """Publish the draft; purchases from ``applies_from`` on (without it: as soon as possible) are judged by it.

    From today at the earliest, and from tomorrow when it gives less than the version before (R-RET-OFF-BIND). A promise
    taken over from a list may have been given long ago: ``since_long`` lets its first version apply from a past day.
    """
    lock(pledge)
    _must_stand(pledge)
    version, today = pledge.draft, clock.today()
    if version is None:
        raise PledgeRefused("pledge_no_draft")
    before = pledge.published[-1] if pledge.published else None
    points = worse(before.promise, version.promise) if before is not None else ()
    earliest = today + timedelta(days=1) if points else today
    chosen = applies_from or earliest
    if chosen < earliest and points:
        raise PledgeRefused("pledge_worse_from_tomorrow")
    if chosen < today and not (since_long and before is None):
        raise PledgeRefused("pledge_starts_in_the_past")
    if _taken_by_another(pledge, version):
        raise PledgeRefused("pledge_shop_taken")
    version.worse_in = [str(point) for point in points]
    version.search = _search_of(pledge, version)
    version.published_at, version.published_by, version.applies_from = clock.now(), by.code, chosen
    _note(by, "published", pledge, version=version.number, applies_from=chosen.isoformat(), worse_in=version.worse_in)
    db.session.flush()
    return version


def withdraw(pledge: Pledge, by: Actor, last_day: date, reason: str) -> None:
    """End a promise with ``last_day``, today at the earliest: what is bought until then stays covered. It stays in the register."""
    lock(pledge)
    _must_stand(pledge)
    if not pledge.published:
        raise PledgeRefused("pledge_not_published")
    if last_day < clock.today():
        raise PledgeRefused("pledge_withdrawn_in_the_past")
    if not reason.strip():
        raise PledgeRefused("pledge_reason_missing")
    pledge.withdrawn_on, pledge.withdrawn_at, pledge.withdrawal_reason = last_day, clock.now(), _short(reason)
    _note(by, "withdrawn", pledge, last_day=last_day.isoformat())
    db.session.flush()


# --- breaches


def record_breach(
    pledge: Pledge, by: Actor, *, case_number: str, happened_on: date, reason: BreachReason, note: str = "",
    shop: Shop | None = None,
) -> PledgeBreach:  # fmt: skip
    """Record that a promise was not kept, with the case from which it is known (R-RET-OFF-BIND). It is public from now on."""
    lock(pledge)
    if not by.is_staff:
        raise PledgeRefused("pledge_staff_only")
    if pledge.version_on(happened_on) is None and not pledge.published:
        raise PledgeRefused("pledge_not_published")
    if happened_on > clock.today():
        raise PledgeRefused("pledge_breach_in_the_future")
    breach = PledgeBreach(
        pledge=pledge, shop=shop, case_number=case_number, happened_on=happened_on, reason=reason, note=_short(note),
        recorded_at=clock.now(), recorded_by=by.code,
    )  # fmt: skip
    db.session.add(breach)
    db.session.flush()
    _note(by, "breach_recorded", pledge, breach=breach.id, case=case_number, reason=str(reason))
    return breach


def comment_breach(breach: PledgeBreach, by: Actor, words: str) -> None:
    """What the merchant says to a breach; it stands beside it in the register, and a later comment takes its place."""
    lock(breach.pledge)
    if breach.pledge.merchant_id != by.merchant_id:
        raise PledgeRefused("pledge_merchant_only")
    if not words.strip():
        raise PledgeRefused("pledge_comment_missing")
    breach.comment, breach.commented_at, breach.commented_by = _short(words), clock.now(), by.code
    _note(by, "breach_commented", breach.pledge, breach=breach.id)
    db.session.flush()


def clear_breach(breach: PledgeBreach, by: Actor, because: str) -> None:
    """Take a breach back, with the reason: it was put right, or it was none. The register says so and keeps it."""
    lock(breach.pledge)
    if not by.is_staff:
        raise PledgeRefused("pledge_staff_only")
    if breach.cleared_at is not None:
        raise PledgeRefused("pledge_breach_cleared")
    if not because.strip():
        raise PledgeRefused("pledge_reason_missing")
    breach.cleared_at, breach.cleared_by, breach.cleared_because = clock.now(), by.code, _short(because)
    _note(by, "breach_cleared", breach.pledge, breach=breach.id)
    db.session.flush()


# --- networks


def found_network(
    by: Actor, kind: NetworkKind, name_zh: str, name_en: str = "", *, owner: Merchant | None = None
) -> ReturnNetwork:
    """A network of shops that take back each other's goods; its owner, or the staff, admit who asks to join."""
    if not name_zh.strip():
        raise PledgeRefused("network_name_missing")
    network = ReturnNetwork(
        code=new_code(),
        kind=kind,
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        owner=owner,
        created_at=clock.now(),
    )
    db.session.add(network)
    db.session.flush()
    _note(by, "network_founded", network, kind=str(kind))
    return network


def ask_to_join(network: ReturnNetwork, shop: Shop, by: Actor) -> NetworkMember:
    """A shop asks to join; whoever keeps the network is admitted at once with its own shops, others wait for the answer."""
    _lock_network(network)
    if by.merchant_id is not None and shop.merchant_id != by.merchant_id:
        raise PledgeRefused("network_shop_not_yours")
    if any(m.shop_id == shop.id and m.refused_at is None and m.leaves_on is None for m in network.members):
        raise PledgeRefused("network_member_already")
    member = NetworkMember(network=network, shop=shop, asked_at=clock.now())
    db.session.add(member)
    db.session.flush()
    _note(by, "network_asked", network, shop=shop.code)
    if may_keep(network, by):
        admit(member, by)
    return member


def admit(member: NetworkMember, by: Actor, first_day: date | None = None) -> None:
    """Admit a shop from ``first_day`` (without it: today) on."""
    _lock_network(member.network)
    _must_keep(member.network, by)
    first = first_day or clock.today()
    if member.joins_on is not None or member.refused_at is not None:
        raise PledgeRefused("network_answered_already")
    if first < clock.today():
        raise PledgeRefused("network_day_in_the_past")
    member.joins_on = first
    _note(by, "network_joined", member.network, shop=member.shop.code, on=first.isoformat())
    db.session.flush()


def refuse_member(member: NetworkMember, by: Actor) -> None:
    """Turn down a shop that asked to join; it may ask again."""
    _lock_network(member.network)
    _must_keep(member.network, by)
    if member.joins_on is not None or member.refused_at is not None:
        raise PledgeRefused("network_answered_already")
    member.refused_at = clock.now()
    _note(by, "network_refused", member.network, shop=member.shop.code)
    db.session.flush()


def leave(member: NetworkMember, by: Actor, last_day: date | None = None) -> None:
    """A shop leaves with ``last_day`` (without it: today). What was bought until then is still taken back everywhere."""
    _lock_network(member.network)
    if not may_keep(member.network, by) and member.shop.merchant_id != by.merchant_id:
        raise PledgeRefused("network_shop_not_yours")
    if member.joins_on is None or member.leaves_on is not None:
        raise PledgeRefused("network_not_a_member")
    last = max(last_day or clock.today(), member.joins_on)
    if last < clock.today():
        raise PledgeRefused("network_day_in_the_past")
    member.leaves_on = last
    _note(by, "network_left", member.network, shop=member.shop.code, on=last.isoformat())
    db.session.flush()


def may_keep(network: ReturnNetwork, by: Actor) -> bool:
    """Whether this actor admits members: the staff, and the merchant that owns the network."""
    return by.is_staff or (by.merchant_id is not None and network.owner_id == by.merchant_id)


# --- shared


def lock(pledge: Pledge) -> None:
    """Take the row of the promise, the first and only lock of these verbs, and read anew what hangs on it."""
    db.session.execute(select(Pledge.id).where(Pledge.id == pledge.id).with_for_update())
    db.session.refresh(pledge)
    db.session.expire(pledge, ["versions", "breaches"])
    clock.read_again()


def _lock_network(network: ReturnNetwork) -> None:
    db.session.execute(select(ReturnNetwork.id).where(ReturnNetwork.id == network.id).with_for_update())
    db.session.expire(network, ["members"])
    clock.read_again()


def _must_keep(network: ReturnNetwork, by: Actor) -> None:
    if not may_keep(network, by):
        raise PledgeRefused("network_not_yours")


def _must_stand(pledge: Pledge) -> None:
    if pledge.withdrawn_on is not None:
        raise PledgeRefused("pledge_withdrawn_already")


def _write(version: PledgeVersion, merchant: Merchant, promise: Promise) -> None:
    """Put a promise into a draft's columns, each list in one order; refused when it contradicts itself."""
    _check(merchant, promise)
    for name in (
        "starts",
        "condition",
        "proof",
        "reach",
        "refund_days",
        "days",
        "auto_approve_up_to",
        "keep_item_up_to",
    ):
        setattr(version, name, getattr(promise, name))
    for name in ("covered", "excluded", "also_takes", "ways", "desks"):
        setattr(version, name, sorted(map(str, getattr(promise, name))))
    for name in ("goods_zh", "goods_en", "exclusions_zh", "exclusions_en"):
        setattr(version, name, _short(getattr(promise, name)))
    version.means = [str(each) for each in promise.means]
    version.freight = promise.freight
    version.shop_ids = sorted(promise.shop_ids)
    if Way.BRANCH not in promise.ways:
        version.reach = None
    if Way.DESK not in promise.ways:
        version.desks = []


def _check(merchant: Merchant, promise: Promise) -> None:
    if not 1 <= promise.days <= LONGEST_DAYS:
        raise PledgeRefused("pledge_days_out_of_range")
    if promise.refund_days is not None and not 1 <= promise.refund_days <= LONGEST_REFUND_DAYS:
        raise PledgeRefused("pledge_refund_days_out_of_range")
    if not promise.ways:
        raise PledgeRefused("pledge_no_way")
    if promise.freight not in (Payer.BUYER, Payer.MERCHANT):
        raise PledgeRefused("pledge_freight_unknown")
    if promise.covered & promise.excluded:
        raise PledgeRefused("pledge_goods_contradict")
    if promise.shop_ids - {shop.id for shop in merchant.shops}:
        raise PledgeRefused("pledge_shop_not_yours")


def _taken_by_another(pledge: Pledge, version: PledgeVersion) -> bool:
    """Whether another promise of the merchant speaks for one of the same shops in the same way, so that nobody knew which counts.

    A promise for named shops beside one for all of them is clear: the closer one counts.
    """
    others = db.session.scalars(
        select(Pledge).where(
            Pledge.merchant_id == pledge.merchant_id, Pledge.id != pledge.id, Pledge.withdrawn_on.is_(None)
        )
    )
    for other in others:
        theirs = other.published[-1].shop_ids if other.published else None
        if theirs is not None and (set(theirs) & set(version.shop_ids) or (not theirs and not version.shop_ids)):
            return True
    return False


def _search_of(pledge: Pledge, version: PledgeVersion) -> Any:
    return search.vector(
        pledge.brand_zh, pledge.brand_en, version.goods_zh, version.goods_en, *_class_words(version.promise)
    )


def _class_words(promise: Promise) -> Iterable[str]:
    """The names of the covered classes of goods; a promise for all goods is found by its own words and the shop's."""
    for language in SEARCHED_IN:
        with force_locale(language):
            for goods in sorted(promise.covered or promise.also_takes):
                yield named(names.GOODS_CLASSES, GoodsClass(goods))


def _short(words: str) -> str:
    return words.strip()[:TEXT_LIMIT]


def _note(by: Actor, action: str, of: Pledge | ReturnNetwork, **details: Any) -> None:
    key = "pledge_id" if isinstance(of, Pledge) else "network_id"
    db.session.add(PledgeEvent(at=clock.now(), by=by.code, action=action, details=details, **{key: of.id}))
