"""Filing a complaint, and routing it: the same two verbs for the website, the interface and the staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Sequence, func, literal_column, select
from sqlalchemy.orm.util import identity_key

from disputes import clock, hints, rows, search
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import commands, queries, texts, upkeep, whereabouts
from disputes.cases.advance import advance
from disputes.cases.models import Case, CaseEvent, CaseText, Complaint, Consent, Contact, Evidence, Offer
from disputes.db import Base, after_commit, db, transaction
from disputes.intake.models import Draft
from disputes.law import queries as law
from disputes.merchants.models import Merchant, Shop
from disputes.numbers import number_of
from disputes.regions.models import Office
from disputes.rules.categories import (
    CONSENT_TEXT_VERSION,
    NEEDED_TO_FILE,
    Category,
    Danger,
    HowBought,
    PaidHow,
    Purpose,
    Trade,
)
from disputes.rules.lifecycle import Action, Kind, Role, State
from disputes.rules.packages import Package
from disputes.rules.routing import Arrival, Facts, facts_of, held_reasons

SERIAL = Sequence("case_serial", metadata=Base.metadata)
SAME_PERSON_WINDOW = timedelta(days=7)
TAKEN_DOWN = "staff"  # the channel of a complaint that was told to somebody of the staff


@dataclass(frozen=True)
class Telling:
    """Everything a tourist tells, checked for shape by whoever took it down."""

    category: Category
    trade: Trade
    how_bought: HowBought
    claim: Package
    language: str
    narrative: str
    consents: tuple[Purpose, ...]
    shop_id: int | None = None
    shop_name: str = ""
    shop_address: str = ""
    division_code: str | None = None
    bought_on: date | None = None
    paid_how: PaidHow | None = None
    amount: int | None = None
    currency: str | None = None
    item: str = ""
    invoice_number: str = ""
    wish: str = ""  # what else would settle it, in the tourist's words; goes with the claim
    dangers: tuple[Danger, ...] = ()
    departure: str = "unknown"
    departure_at: datetime | None = None
    departure_port: str | None = None
    name: str = ""
    email: str | None = None
    time_zone: str | None = None
    country: str | None = None
    companion_email: str | None = None
    kind: Kind = Kind.DISPUTE
    files: tuple[upkeep.File, ...] = field(default=())


def file_complaint(
    told: Telling, by: Actor, channel: str, draft_id: str | None = None, letter: dict[str, Any] | None = None
) -> Case:
    """Make a case of what a tourist told. The same draft a second time gives the case it made the first time.

    ``letter`` holds what the receipt says beyond the case itself.

    Refused without the consents that handling needs. Starts no legal clock: this product is no statutory channel
    (R-SAMR-CHANNEL). The caller may only act as somebody whom STEPS lets file.
    """
    filed = _lock(draft_id) if draft_id is not None else None
    if filed is not None:
        return queries.find(filed, SYSTEM)
    missing = [p for p in NEEDED_TO_FILE if p not in told.consents]
    if missing:
        raise commands.Refused("consent_missing")

    case, words = _written(told, by, channel, draft_id)
    event = advance(
        case, Action.FILE, by,
        details={
            "category": told.category, "claim": told.claim.stored(), "channel": channel, **_heard(told, channel),
            **texts.said(*words.values()),
        },
        letter=letter,
    )  # fmt: skip
    claim = Offer(
        case_id=case.id, event_id=event.id, by_role=Role.TOURIST, package=told.claim.stored(), status="claim",
        text_id=words["wish"].id if "wish" in words else None,
    )  # fmt: skip
    files = {file.sha256: vars(file) for file in told.files}.values()
    whose = {"case_id": case.id, "event_id": event.id, "by_role": Role.TOURIST, "added_at": event.at}
    rows.write(claim, besides={Evidence: [{**file, **whose} for file in files]})
    rows.tie(claim, case=case, text=words.get("wish"))
    rows.hang(claim, "case", case, "offers")
    if draft_id is not None:
        _hand_over(draft_id, case, event)
    if case.emergency:
        route(case)  # an emergency waits in no queue, not even for the routing task
    after_commit(hints.route)
    return case


_OLDEST_RECEIVED = (
    select(Case.id)
    .where(Case.state == literal_column("'received'"))  # in the very words of its index
    .order_by(Case.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def route_next() -> bool:
    """Route the oldest case that nobody has routed yet; False when there is none."""
    with transaction():
        case_id = db.session.scalar(_OLDEST_RECEIVED)
        if case_id is None:
            return False
        route(queries.locked(case_id))
    return True


def route(case: Case) -> CaseEvent:
    """Send a new case straight to the shop, or to triage with the reasons, or, for an emergency, to the duty officer.

    Called with the case locked.
    """
    if case.emergency:
        case.officer = queries.somebody_present(case)
        return advance(case, Action.HOLD_EMERGENCY, SYSTEM, details={"dangers": case.complaint.dangers})
    reasons = held_reasons(_arrival(case))
    if not reasons:
        return commands.pass_on(case, SYSTEM)
    case.held_reasons = list(reasons)
    case.officer = queries.least_loaded_officer(case.office_id, case.language)
    return advance(case, Action.TRIAGE, SYSTEM, details={"reasons": list(reasons)})


def _lock(draft_id: str) -> int | None:
    """Lock the draft. The id of the case that it has become, if it has."""
    connection = db.session.connection()
    found = connection.exec_driver_sql(
        "SELECT case_id FROM drafts WHERE id = %(id)s FOR UPDATE", {"id": draft_id}
    ).one_or_none()
    if found is None:
        raise commands.Refused("no_such_draft")
    return found.case_id


# What a case needs before it can be written: its number, the ids by which its rows name each other, and what routing depends on.
_TAKEN = """
    SELECT nextval('case_serial') AS serial, nextval('cases_id_seq') AS case_id, nextval('case_events_id_seq') AS event_id,
        ARRAY(SELECT nextval('case_texts_id_seq') FROM generate_series(1, 2)) AS texts,
        (SELECT stamp FROM law_revision) AS stamp, ARRAY(SELECT code FROM offices WHERE NOT active) AS closed
"""


def _written(told: Telling, by: Actor, channel: str, draft_id: str | None) -> tuple[Case, dict[str, CaseText]]:
    """The case before its first step, with everything that was told, written in one statement; and the tourist's words by purpose."""
    shop = db.session.get(Shop, told.shop_id) if told.shop_id is not None else None
    taken = db.session.connection().exec_driver_sql(_TAKEN).one()
    law.keep_stamp(taken.stamp)
    rows.keep_id(CaseEvent, taken.event_id)
    routing = whereabouts.decide(_facts(told, shop), frozenset(taken.closed))
    place = select(Office, Merchant).outerjoin(Merchant, Merchant.id == (shop.merchant_id if shop else None))
    office, merchant = db.session.execute(place.where(Office.code == routing.office.rule.gives)).one()

    case = _case(told, taken.case_id, number_of(clock.today().year, taken.serial), office, shop)
    whereabouts.keep(case, routing)
    words: dict[str, CaseText] = {}
    for (purpose, body), text_id in zip((("narrative", told.narrative), ("wish", told.wish)), taken.texts, strict=True):
        text = texts.made(case, purpose, Role.TOURIST, body, told.language)
        if text is not None:
            text.id, words[purpose] = text_id, text
    complaint = _complaint(case, told, by, channel, draft_id, shop, words.get("narrative"))
    contacts = _contacts(case, told)
    rows.tie(case, shop=shop, merchant=merchant, office=office, officer=None, complaint=complaint, contacts=contacts)
    rows.tie(case, texts=list(words.values()), **{name: [] for name in _NONE_YET})
    rows.tie(complaint, case=case, narrative=words.get("narrative"))
    for each in (*contacts, *words.values()):
        rows.tie(each, case=case)
    case.search = search.written(*upkeep.words_to_find(case))
    given = {"case_id": case.id, "text_version": CONSENT_TEXT_VERSION, "given_at": case.filed_at}
    consents = [{"purpose": purpose, **given} for purpose in dict.fromkeys(told.consents)]
    rows.write(case, *words.values(), complaint, *contacts, besides={Consent: consents})
    for text in words.values():
        text.event_id = taken.event_id  # written with the event
    return case, words


_NONE_YET = ("events", "deadlines", "offers", "settlements", "authorisations", "referrals", "transfers")


def _case(told: Telling, case_id: int, number: str, office: Office, shop: Shop | None) -> Case:
    now = clock.now()
    departed = told.departure == "known" and told.departure_at is not None and told.departure_at <= now
    departure = "departed" if departed else told.departure
    return Case(
        id=case_id,
        number=number,
        kind=told.kind,
        state=State.RECEIVED,  # until its first step says otherwise
        emergency=bool(told.dangers),
        held_reasons=[],
        office_id=office.id,
        shop_id=shop.id if shop else None,
        merchant_id=shop.merchant_id if shop else None,
        language=told.language,
        category=told.category,
        filed_at=now,
        departure=departure,
        departure_at=told.departure_at if departure == "known" else None,
        departure_port=told.departure_port,
        remote_since=now if departure == "departed" else None,
        slack_at=now,
        version=0,
        last_seq=0,
        head="",
        link_version=1,
        shop_link_version=1,
    )


def _heard(told: Telling, channel: str) -> dict[str, Any]:
    """The consents that were said aloud, so that the history holds who heard them; elsewhere the tourist ticked them alone."""
    return {"consents": list(dict.fromkeys(told.consents))} if channel == TAKEN_DOWN else {}


def _facts(told: Telling, shop: Shop | None) -> Facts:
    """The same facts that ``whereabouts`` reads from the case once it is there."""
    return facts_of(
        told.trade,
        category=told.category,
        place=shop.division_code if shop else told.division_code,
        district=shop.district_code if shop else None,
        how_bought=told.how_bought,
        port=told.departure_port,
        language=told.language,
        amount=told.amount if told.currency == whereabouts.CNY else None,
        dangers=told.dangers,
    )


def _complaint(
    case: Case,
    told: Telling,
    by: Actor,
    channel: str,
    draft_id: str | None,
    shop: Shop | None,
    narrative: CaseText | None,
) -> Complaint:
    return Complaint(
        case_id=case.id,
        channel=channel,
        key_id=by.key_id,
        draft_id=draft_id,
        trade=told.trade,
        shop_name=texts.clean(told.shop_name).strip() or None,
        shop_address=texts.clean(told.shop_address).strip() or None,
        division_code=shop.division_code if shop else told.division_code,
        bought_on=told.bought_on,
        how_bought=told.how_bought,
        paid_how=told.paid_how,
        amount=told.amount,
        currency=told.currency,
        item=texts.clean(told.item).strip() or None,
        invoice_number=texts.clean(told.invoice_number).strip() or None,
        dangers=list(told.dangers),
        narrative_id=narrative.id if narrative else None,
    )


def _contacts(case: Case, told: Telling) -> list[Contact]:
    shared = {"case_id": case.id, "language": told.language, "time_zone": told.time_zone}
    name = texts.clean(told.name).strip() or None
    tourist = Contact(party="tourist", name=name, email=told.email or None, country=told.country, **shared)
    if not told.companion_email:
        return [tourist]
    return [tourist, Contact(party="companion", email=told.companion_email, **shared)]


# The draft keeps nothing but its kind, and its files are the case's.
_HAND_OVER = """
    WITH files AS (UPDATE evidence SET draft_id = NULL, case_id = %(case)s, event_id = %(event)s WHERE draft_id = %(draft)s)
    UPDATE drafts SET case_id = %(case)s, answers = CASE WHEN answers ? 'kind' THEN
        jsonb_build_object('kind', answers -> 'kind') ELSE '{}' END WHERE id = %(draft)s
"""


def _hand_over(draft_id: str, case: Case, event: CaseEvent) -> None:
    db.session.connection().exec_driver_sql(_HAND_OVER, {"draft": draft_id, "case": case.id, "event": event.id})
    known = db.session.identity_map.get(identity_key(Draft, draft_id))
    if known is not None:  # somebody has read it in this transaction
        db.session.expire(known)


def _arrival(case: Case) -> Arrival:
    complaint = case.complaint
    return Arrival(
        emergency=case.emergency,
        shop_known=case.shop is not None,
        shop_reachable=case.shop is not None and case.shop.active and bool(case.shop.contact),
        claim_complete=bool(complaint.narrative_id or complaint.item),
        may_pass_to_shop=any(c.purpose == Purpose.TO_SHOP and c.withdrawn_at is None for c in case.consents),
        abuse_signals=_abuse_signals(case),
    )


def _abuse_signals(case: Case) -> tuple[str, ...]:
    """Explainable signals that send a case to a person first; none of them decides anything."""
    email = case.tourist.email
    if email is None or case.shop_id is None:
        return ()
    again = db.session.scalar(
        select(Case.id)
        .join(Contact, Contact.case_id == Case.id)
        .where(
            # A dispute that a return became stands beside it by right.
            func.lower(Contact.email) == email.lower(), Case.shop_id == case.shop_id, Case.id != case.id, Case.kind == case.kind,
            Case.filed_at >= case.filed_at - SAME_PERSON_WINDOW, Case.erased_at.is_(None),
        )
        .limit(1)
    )  # fmt: skip
    return ("perhaps_filed_twice",) if again is not None else ()
