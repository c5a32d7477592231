"""Questions about return promises: what stood on a day, who accepts, what the public register shows.

The register is open to everybody. Drafts and histories take the actor: a merchant sees its own, the staff see all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, joinedload, selectinload

from disputes import clock, search
from disputes.accounts.actors import Actor
from disputes.db import db
from disputes.merchants.models import Merchant, Shop
from disputes.pledges.models import (
    NetworkMember,
    Pledge,
    PledgeBreach,
    PledgeEvent,
    PledgeVersion,
    ReturnNetwork,
)
from disputes.regions.models import BusinessDistrict, Division
from disputes.rules.goods import GoodsClass
from disputes.rules.pledges import Payer, PledgeTerms, Way
from disputes.rules.publishing import LEAST_DAYS, Flaw, Reach, Standing, flaws, within_reach

WORDS_LOOKED_FOR = 5


@dataclass(frozen=True)
class Entry:
    """A shop in the register: its promise, the version that counts today (or first will), and how it stands."""

    shop: Shop
    pledge: Pledge
    version: PledgeVersion
    standing: Standing
    upcoming: PledgeVersion | None = None  # a newer version that is published already
    accepting: Sequence[Shop] = field(default=())  # other shops that take back what was bought here
    networks: Sequence[ReturnNetwork] = field(default=())

    @property
    def is_broken(self) -> bool:
        """Whether a breach by this shop, or by the merchant as a whole, is on record and was not cleared."""
        return any(breach.cleared_at is None for breach in self.breaches)

    @property
    def breaches(self) -> list[PledgeBreach]:
        """Every recorded breach that concerns this shop, cleared ones too, the newest first."""
        return [b for b in reversed(self.pledge.breaches) if b.shop_id in (None, self.shop.id)]

    @property
    def since(self) -> date:
        """The first day on which this promise, in whatever version, covered a purchase; today for a draft that is only looked at."""
        return min((v.applies_from for v in self.pledge.published if v.applies_from is not None), default=clock.today())


# --- what stood on a day


def version_on(shop_id: int, day: date) -> PledgeVersion | None:
    """The version of the promise by which a purchase at this shop on this day is judged; None where none was given.

    A promise for named shops counts before one for all shops of the merchant, then the one made last.
    """
    standing = [
        version
        for pledge in _pledges_of_shop(shop_id)
        if (version := pledge.version_on(day)) is not None and version.speaks_for(shop_id)
    ]
    return max(standing, key=lambda v: (bool(v.shop_ids), v.pledge_id), default=None)


def terms_on(shop_id: int, day: date) -> PledgeTerms | None:
    """The same for the rules: with the shops that accept what was bought on that day."""
    version = version_on(shop_id, day)
    shop = db.session.get(Shop, shop_id)
    if version is None or shop is None:
        return None
    return terms_of(version, accepting_shops(shop, version, day))


def terms_of(version: PledgeVersion, accepting: Iterable[Shop] = ()) -> PledgeTerms:
    """A published version as the rules read it; ``accepting`` are the other shops that take the goods back."""
    promise, pledge = version.promise, version.pledge
    assert version.applies_from is not None  # noqa: S101  only published versions are judged by
    return PledgeTerms(
        pledge=pledge.code,
        version=version.number,
        days=promise.days,
        in_force_from=version.applies_from,
        withdrawn_on=pledge.withdrawn_on,
        starts=promise.starts,
        covered=promise.covered,
        excluded=promise.excluded,
        also_takes=promise.also_takes,
        condition=promise.condition,
        proof=promise.proof,
        ways=promise.ways,
        shops=frozenset(shop.code for shop in accepting),
        freight=promise.freight if Way.PARCEL in promise.ways else Payer.BUYER,
        refund_days=promise.refund_days,
        means=promise.means,
    )


def accepting_shops(shop: Shop, version: PledgeVersion, day: date) -> list[Shop]:
    """The other shops, open today, that take back what was bought at this shop on this day: own branches and networks."""
    return list(_accepting([(shop, version)], day)[shop.id])


# --- the register


def register(
    typed: str = "",
    *,
    division: str | None = None,
    district: str | None = None,
    goods: GoodsClass | None = None,
    standing: Standing | None = None,
    with_withdrawn: bool = True,
    limit: int = 50,
    page: int = 1,
) -> list[Entry]:
    """Shops with a published promise, by place and name; with words, those whose name, place or goods hold each of them."""
    day = clock.today()
    found = _entries(day).subquery()
    query = (
        select(Shop, Pledge, PledgeVersion)
        .join(found, found.c.shop_id == Shop.id)
        .join(Pledge, Pledge.id == found.c.pledge_id)
        .join(PledgeVersion, PledgeVersion.id == found.c.version_id)
        .options(selectinload(Pledge.versions), selectinload(Pledge.breaches), joinedload(Shop.merchant))
        .order_by(found.c.rank, Shop.division_code, Shop.name_zh, Shop.id)
    )
    for condition in _conditions(typed, division, district, goods):
        query = query.where(condition)
    if standing is not None:
        query = query.where(found.c.rank == list(_RANKS).index(standing))
    elif not with_withdrawn:
        query = query.where(found.c.rank < list(_RANKS).index(Standing.WITHDRAWN))
    rows = db.session.execute(query.limit(limit).offset((page - 1) * limit)).all()
    return _made(list(rows), day)


def entry(shop_code: str) -> Entry | None:
    """The entry of the shop with this code, in any case; None when the code is unknown or nothing was ever promised."""
    shop = db.session.scalars(select(Shop).where(Shop.code == shop_code.strip().upper())).one_or_none()
    return entry_of(shop) if shop is not None else None


def entry_of(shop: Shop) -> Entry | None:
    """The register's entry of a shop; None when it never promised anything."""
    day = clock.today()
    found = _entries(day).where(Shop.id == shop.id).subquery()
    row = db.session.execute(
        select(Pledge, PledgeVersion)
        .join(found, found.c.pledge_id == Pledge.id)
        .join(PledgeVersion, PledgeVersion.id == found.c.version_id)
    ).one_or_none()
    return _made([(shop, row[0], row[1])], day)[0] if row is not None else None


def promises_in_force(shop_ids: Iterable[int]) -> set[int]:
    """Those of these shops that have a promise in force today; for lists that only mark them."""
    found = _entries(clock.today()).where(Shop.id.in_(list(shop_ids))).subquery()
    return set(db.session.scalars(select(found.c.shop_id).where(found.c.rank == 0)))


def everything(*, batch: int = 500) -> Iterable[Entry]:
    """The whole register for the open data, in the order of the shops' codes, a batch at a time."""
    day, after = clock.today(), ""
    while True:
        found = _entries(day).subquery()
        rows = db.session.execute(
            select(Shop, Pledge, PledgeVersion)
            .join(found, found.c.shop_id == Shop.id)
            .join(Pledge, Pledge.id == found.c.pledge_id)
            .join(PledgeVersion, PledgeVersion.id == found.c.version_id)
            .options(selectinload(Pledge.versions), selectinload(Pledge.breaches), joinedload(Shop.merchant))
            .where(Shop.code > after)
            .order_by(Shop.code.collate("C"))
            .limit(batch)
        ).all()
        yield from _made(list(rows), day)
        if len(rows) < batch:
            return
        after = rows[-1][0].code


def places() -> tuple[list[tuple[Division, int]], list[tuple[BusinessDistrict, int]]]:
    """Divisions and business districts that have shops with a promise in force, with their number."""
    found = _entries(clock.today()).subquery()
    count = func.count(Shop.id)
    shops = select(Shop.id).join(found, found.c.shop_id == Shop.id).where(found.c.rank == 0).scalar_subquery()
    divisions = select(Division, count).join(Shop, Shop.division_code == Division.code).where(Shop.id.in_(shops))
    districts = (
        select(BusinessDistrict, count)
        .join(Shop, Shop.district_code == BusinessDistrict.code)
        .where(Shop.id.in_(shops))
    )
    return (
        list(db.session.execute(divisions.group_by(Division.code).order_by(Division.code))),
        list(db.session.execute(districts.group_by(BusinessDistrict.code).order_by(BusinessDistrict.code))),
    )


# --- for merchants and staff


def visible_to(by: Actor) -> Select[tuple[Pledge]]:
    """The promises, drafts included, that this actor works with: the staff all, a merchant its own, others none."""
    query = select(Pledge).where(Pledge.versions.any())
    if by.is_staff:
        return query
    if by.merchant_id is not None and by.user_id is not None:
        return query.where(Pledge.merchant_id == by.merchant_id)
    return query.where(false())


def find(code: str, by: Actor) -> Pledge | None:
    """One promise by its code, among those of this actor."""
    return db.session.scalars(visible_to(by).where(Pledge.code == code.strip().upper())).one_or_none()


def pledges(
    by: Actor, typed: str = "", *, flawed: bool = False, broken: bool = False, limit: int = 50, page: int = 1
) -> list[Pledge]:
    """The promises of this actor, the newest first; with words, those of merchants called like that.

    ``flawed`` keeps those that staff should talk about, ``broken`` those with a breach that was not cleared.
    """
    query = (
        visible_to(by)
        .join(Merchant)
        .options(selectinload(Pledge.versions), selectinload(Pledge.breaches), joinedload(Pledge.merchant))
    )
    for word in typed.split()[:WORDS_LOOKED_FOR]:
        named = (
            Merchant.name_zh
            + " "
            + Merchant.name_en
            + " "
            + Pledge.brand_zh
            + " "
            + Pledge.brand_en
            + " "
            + Pledge.code
        )
        query = query.where(named.icontains(word, autoescape=True))
    if broken:
        query = query.where(Pledge.breaches.any(PledgeBreach.cleared_at.is_(None)))
    if flawed:
        query = query.where(Pledge.withdrawn_on.is_(None), Pledge.versions.any(_flawed()))
    return list(db.session.scalars(query.order_by(Pledge.id.desc()).limit(limit).offset((page - 1) * limit)))


def flaws_of(pledge: Pledge) -> tuple[Flaw, ...]:
    """What staff are warned of in the newest published version; nothing once the promise is withdrawn."""
    if pledge.withdrawn_on is not None or not pledge.published:
        return ()
    return flaws(pledge.published[-1].promise)


def breach(breach_id: int, by: Actor) -> PledgeBreach | None:
    """A recorded breach of a promise of this actor."""
    found = db.session.get(PledgeBreach, breach_id)
    return found if found is not None and find(found.pledge.code, by) is not None else None


def networks(by: Actor) -> list[ReturnNetwork]:
    """All networks, by name: a merchant must see one to ask to join it. Nothing for others than merchants and staff."""
    if not by.is_staff and by.merchant_id is None:
        return []
    return list(
        db.session.scalars(
            select(ReturnNetwork)
            .options(selectinload(ReturnNetwork.members).joinedload(NetworkMember.shop).joinedload(Shop.merchant))
            .order_by(ReturnNetwork.name_zh, ReturnNetwork.id)
        )
    )


def network(code: str, by: Actor) -> ReturnNetwork | None:
    """One network by its code."""
    return next((n for n in networks(by) if n.code == code.strip().upper()), None)


def member(member_id: int, by: Actor) -> NetworkMember | None:
    """A membership that this actor may change: of the own shop, or in the own network, or for the staff any."""
    found = db.session.get(NetworkMember, member_id)
    if found is None:
        return None
    own = by.merchant_id is not None and by.merchant_id in (found.shop.merchant_id, found.network.owner_id)
    return found if by.is_staff or own else None


def history(of: Pledge | ReturnNetwork) -> list[PledgeEvent]:
    """Everything that was changed, the newest first."""
    return list(reversed(of.events))


# --- how it is found


_RANKS = (Standing.IN_FORCE, Standing.UPCOMING, Standing.WITHDRAWN)


def _entries(day: date) -> Select[tuple[int, int, int, int]]:
    """For each shop the promise and the version that the register shows, and the rank of its standing.

    In force before upcoming before withdrawn; then the promise for named shops before the one for all; then the newest.
    """
    inner = aliased(PledgeVersion)
    published = and_(inner.pledge_id == Pledge.id, inner.published_at.is_not(None))
    applying = (
        select(inner.id).where(published, inner.applies_from <= day).order_by(inner.number.desc()).limit(1)
    ).scalar_subquery()
    coming = (select(inner.id).where(published).order_by(inner.number.desc()).limit(1)).scalar_subquery()
    gone = and_(Pledge.withdrawn_on.is_not(None), Pledge.withdrawn_on < day)
    rank = case((gone, 2), (PledgeVersion.applies_from > day, 1), else_=0).label("rank")
    everywhere = func.jsonb_array_length(PledgeVersion.shop_ids) == 0
    return (
        select(Shop.id.label("shop_id"), Pledge.id.label("pledge_id"), PledgeVersion.id.label("version_id"), rank)
        .join(Pledge, Pledge.merchant_id == Shop.merchant_id)
        .join(PledgeVersion, PledgeVersion.id == func.coalesce(applying, coming))
        .where(or_(everywhere, PledgeVersion.shop_ids.op("@>")(func.to_jsonb(Shop.id))))
        .ext(distinct_on(Shop.id))
        .order_by(Shop.id, rank, everywhere, Pledge.id.desc())
    )


def _conditions(
    typed: str, division: str | None, district: str | None, goods: GoodsClass | None
) -> Iterable[ColumnElement[bool]]:
    for word in typed.split()[:WORDS_LOOKED_FOR]:
        of_shop, of_goods = search.matches(Shop.search, word), search.matches(PledgeVersion.search, word)
        if of_shop is None or of_goods is None:
            continue
        place = _in_a_place_called(word)
        yield or_(of_shop, of_goods, Shop.code == word.upper(), place)
    if division:
        yield Shop.division_code.startswith(division, autoescape=True)
    if district:
        yield Shop.district_code == district
    if goods is not None:
        listed = func.jsonb_array_length(PledgeVersion.covered) == 0
        yield or_(listed, PledgeVersion.covered.contains([str(goods)]))
        yield ~PledgeVersion.excluded.contains([str(goods)])


def _in_a_place_called(word: str) -> ColumnElement[bool]:
    divisions = select(Division.code).where(
        (Division.name_zh + " " + Division.name_en).icontains(word, autoescape=True)
    )
    districts = select(BusinessDistrict.code).where(
        (BusinessDistrict.name_zh + " " + BusinessDistrict.name_en).icontains(word, autoescape=True)
    )
    return or_(Shop.division_code.in_(divisions), Shop.district_code.in_(districts))


def _flawed() -> ColumnElement[bool]:
    """The flaws of the rules as a condition on the newest published version."""
    later = aliased(PledgeVersion)
    newest = ~(
        select(later.id)
        .where(
            later.pledge_id == PledgeVersion.pledge_id,
            later.published_at.is_not(None),
            later.number > PledgeVersion.number,
        )
        .exists()
    )
    return and_(
        PledgeVersion.published_at.is_not(None),
        newest,
        or_(
            PledgeVersion.days < LEAST_DAYS,
            PledgeVersion.refund_days.is_(None),
            func.jsonb_array_length(PledgeVersion.means) == 0,
            PledgeVersion.goods_zh == "",
        ),
    )


def _made(rows: Sequence[tuple[Shop, Pledge, PledgeVersion]], day: date) -> list[Entry]:
    accepting = _accepting([(shop, version) for shop, _, version in rows], day)
    joined = _networks_of([shop.id for shop, _, _ in rows], day)
    return [
        Entry(
            shop, pledge, version, _standing(pledge, version, day),
            upcoming=None if pledge.upcoming(day) is version else pledge.upcoming(day),
            accepting=tuple(accepting[shop.id]), networks=tuple(joined.get(shop.id, ())),
        )
        for shop, pledge, version in rows
    ]  # fmt: skip


def _standing(pledge: Pledge, version: PledgeVersion, day: date) -> Standing:
    if pledge.withdrawn_on is not None and pledge.withdrawn_on < day:
        return Standing.WITHDRAWN
    assert version.applies_from is not None  # noqa: S101  the register holds nothing else
    return Standing.UPCOMING if version.applies_from > day else Standing.IN_FORCE


def _accepting(asked: Sequence[tuple[Shop, PledgeVersion]], day: date) -> Mapping[int, Sequence[Shop]]:
    """For each shop the other open shops that accept its goods, own branches first; two queries for any number of shops."""
    found: dict[int, dict[int, Shop]] = {shop.id: {} for shop, _ in asked}
    elsewhere = [(shop, version) for shop, version in asked if Way.BRANCH in version.ways]
    if not elsewhere:
        return dict.fromkeys(found, ())
    branches: dict[int, list[Shop]] = {}
    owners = {shop.merchant_id for shop, _ in elsewhere}
    for branch in db.session.scalars(
        select(Shop).where(Shop.merchant_id.in_(owners), Shop.active).order_by(Shop.division_code, Shop.id)
    ):
        branches.setdefault(branch.merchant_id, []).append(branch)
    for shop, version in elsewhere:
        for branch in branches.get(shop.merchant_id, ()):
            reach = Reach(version.reach) if version.reach else None
            near = within_reach(reach, shop.division_code, branch.division_code)
            if branch.id != shop.id and near and version.speaks_for(branch.id):
                found[shop.id][branch.id] = branch
    own, other = aliased(NetworkMember), aliased(NetworkMember)
    members = (
        select(own.shop_id, Shop)
        .join(other, other.network_id == own.network_id)
        .join(Shop, Shop.id == other.shop_id)
        .where(
            own.shop_id.in_([shop.id for shop, _ in elsewhere]), other.shop_id != own.shop_id, Shop.active,
            _member(own, day), _member(other, day),
        )
        .options(joinedload(Shop.merchant))
        .order_by(Shop.division_code, Shop.id)
    )  # fmt: skip
    for shop_id, shop in db.session.execute(members):
        found[shop_id].setdefault(shop.id, shop)
    return {shop_id: tuple(shops.values()) for shop_id, shops in found.items()}


def _networks_of(shop_ids: Sequence[int], day: date) -> dict[int, list[ReturnNetwork]]:
    found: dict[int, list[ReturnNetwork]] = {}
    rows = db.session.execute(
        select(NetworkMember.shop_id, ReturnNetwork)
        .join(ReturnNetwork, ReturnNetwork.id == NetworkMember.network_id)
        .where(NetworkMember.shop_id.in_(shop_ids), _member(NetworkMember, day))
        .order_by(ReturnNetwork.id)
    )
    for shop_id, joined in rows:
        found.setdefault(shop_id, []).append(joined)
    return found


def _member(row: type[NetworkMember], day: date) -> ColumnElement[bool]:
    return and_(row.joins_on <= day, or_(row.leaves_on.is_(None), row.leaves_on >= day))


def _pledges_of_shop(shop_id: int) -> Sequence[Pledge]:
    return db.session.scalars(
        select(Pledge)
        .join(Shop, Shop.merchant_id == Pledge.merchant_id)
        .where(Shop.id == shop_id)
        .options(selectinload(Pledge.versions))
        .order_by(Pledge.id)
    ).all()


def preview(shop: Shop, pledge: Pledge, promise_version: PledgeVersion) -> Entry:
    """How the register would show a draft for this shop if it were in force today; for the merchant alone."""
    day = clock.today()
    accepting = _accepting([(shop, promise_version)], day)[shop.id]
    joined = _networks_of([shop.id], day).get(shop.id, [])
    return Entry(shop, pledge, promise_version, Standing.IN_FORCE, accepting=tuple(accepting), networks=tuple(joined))
