"""Filing a complaint, and routing it: the same two verbs for the website, the interface and the staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Sequence, literal_column, select

from disputes import clock, hints
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import commands, queries, texts, upkeep, whereabouts
from disputes.cases.advance import advance
from disputes.cases.models import Case, CaseEvent, Complaint, Consent, Contact, Evidence, Offer
from disputes.db import Base, after_commit, db, transaction
from disputes.intake import drafts
from disputes.intake.models import Draft
from disputes.merchants.models import Shop
from disputes.numbers import number_of
from disputes.regions import queries as regions
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
    draft = None
    if draft_id is not None:
        draft = db.session.get(Draft, draft_id, with_for_update=True, populate_existing=True)
        if draft is None:
            raise commands.Refused("no_such_draft")
        if draft.case_id is not None:
            return queries.find(draft.case_id, SYSTEM)
    missing = [p for p in NEEDED_TO_FILE if p not in told.consents]
    if missing:
        raise commands.Refused("consent_missing")

    case = _case(told)
    db.session.add(case)
    db.session.flush()
    narrative = texts.write(case, "narrative", Role.TOURIST, told.narrative, told.language)
    wish = texts.write(case, "wish", Role.TOURIST, told.wish, told.language)
    _complaint(case, told, by, channel, draft_id, narrative)
    upkeep.refresh_search(case)
    event = advance(
        case, Action.FILE, by,
        details={
            "category": told.category, "claim": told.claim.stored(), "channel": channel, **_heard(told, channel),
            **texts.said(narrative, wish),
        },
        letter=letter,
    )  # fmt: skip
    texts.attach(event, narrative, wish)
    db.session.add(
        Offer(
            case=case, event_id=event.id, by_role=Role.TOURIST, package=told.claim.stored(), text=wish, status="claim"
        )
    )
    _evidence(case, event, told, draft)
    if draft is not None:
        draft.case_id = case.id
        draft.answers = drafts.emptied(draft)
    db.session.flush()
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


def _case(told: Telling) -> Case:
    now = clock.now()
    shop = db.session.get(Shop, told.shop_id) if told.shop_id is not None else None
    departed = told.departure == "known" and told.departure_at is not None and told.departure_at <= now
    departure = "departed" if departed else told.departure
    routing = whereabouts.decide(_facts(told, shop))
    case = Case(
        number=number_of(clock.today().year, db.session.scalar(SERIAL)),
        kind=told.kind,
        state=State.RECEIVED,  # until its first step says otherwise
        emergency=bool(told.dangers),
        held_reasons=[],
        office_id=regions.office(routing.office.rule.gives).id,
        shop=shop,
        merchant=shop.merchant if shop else None,
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
    whereabouts.keep(case, routing)
    return case


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


def _complaint(case: Case, told: Telling, by: Actor, channel: str, draft_id: str | None, narrative) -> None:  # type: ignore[no-untyped-def]
    now = clock.now()
    case.complaint = Complaint(
        channel=channel,
        key_id=by.key_id,
        draft_id=draft_id,
        trade=told.trade,
        shop_name=texts.clean(told.shop_name).strip() or None,
        shop_address=texts.clean(told.shop_address).strip() or None,
        division_code=case.shop.division_code if case.shop else told.division_code,
        bought_on=told.bought_on,
        how_bought=told.how_bought,
        paid_how=told.paid_how,
        amount=told.amount,
        currency=told.currency,
        item=texts.clean(told.item).strip() or None,
        invoice_number=texts.clean(told.invoice_number).strip() or None,
        dangers=list(told.dangers),
        narrative=narrative,
    )
    case.contacts.append(
        Contact(
            party="tourist", name=texts.clean(told.name).strip() or None, email=told.email or None,
            language=told.language, time_zone=told.time_zone, country=told.country,
        )
    )  # fmt: skip
    if told.companion_email:
        case.contacts.append(
            Contact(party="companion", email=told.companion_email, language=told.language, time_zone=told.time_zone)
        )
    for purpose in dict.fromkeys(told.consents):
        case.consents.append(Consent(purpose=purpose, text_version=CONSENT_TEXT_VERSION, given_at=now))
    db.session.flush()


def _evidence(case: Case, event: CaseEvent, told: Telling, draft: Draft | None) -> None:
    if draft is not None:
        for row in db.session.scalars(select(Evidence).where(Evidence.draft_id == draft.id)):
            row.draft_id, row.case_id, row.event_id = None, case.id, event.id
    for file in {f.sha256: f for f in told.files}.values():
        db.session.add(
            Evidence(case_id=case.id, event_id=event.id, by_role=Role.TOURIST, added_at=event.at, **vars(file))
        )


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
            Contact.email == email, Case.shop_id == case.shop_id, Case.id != case.id, Case.kind == case.kind,
            Case.filed_at >= case.filed_at - SAME_PERSON_WINDOW, Case.erased_at.is_(None),
        )
        .limit(1)
    )  # fmt: skip
    return ("perhaps_filed_twice",) if again is not None else ()
