"""The verbs that change a case's record and leave its state: officer, notes, evidence, departure, contact, consents, erasure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import func, select, update

from disputes import clock, search
from disputes.accounts.actors import SYSTEM, Actor
from disputes.accounts.models import User
from disputes.cases import deadlines, handovers, letters, queries, texts, whereabouts
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import Case, CaseEvent, Consent, Evidence
from disputes.db import db
from disputes.merchants.models import Shop
from disputes.notifications.models import Message, MessageState
from disputes.rules.categories import CONSENT_TEXT_VERSION, Purpose
from disputes.rules.lifecycle import Action, Kind, Role

MOST_FILES = 20  # of one case and one party


@dataclass(frozen=True)
class File:
    """An accepted upload: its kept original and the safe copies made of it, by their hashes."""

    name: str
    media_type: str
    size: int
    sha256: str
    safe_sha256: str
    thumbnail_sha256: str | None


def assign(reference: str | int, version: int | None, by: Actor, officer_id: int | None) -> CaseEvent:
    """Give the case to an officer, or take it from one (None)."""
    case = queries.lock(reference, by, version)
    officer = None
    if officer_id is not None:
        officer = db.session.get(User, officer_id)
        if officer is None or not officer.active or officer.role not in (Role.OFFICER, Role.SUPERVISOR):
            raise Refused("no_such_officer")
    if officer is not None and case.officer_id not in (None, officer.id) and case.is_open:
        event = handovers.hand_over(case, by, officer, "given")
    else:
        case.officer, case.officer_id = officer, officer.id if officer else None
        event = advance(case, Action.ASSIGN, by, details={"officer": officer_id})
    if officer is not None and by.role is Role.OFFICER and by.user_id != officer.id:
        # The table tells no officer of an officer's step, and this one is another person.
        letters.tell(case, event, letters.of_officer(case), "case-assigned", dict(event.details))
    return event


def claim_next(by: Actor) -> Case | None:
    """Take the most urgent case of the officer's office that nobody has; None when there is none. Two officers never get the same one."""
    query = (
        queries.visible_to(by)
        .where(
            Case.office_id == by.office_id,
            Case.officer_id.is_(None),
            Case.state.in_(("triage", "mediation", "referral_ready", "liaison")),
        )
        .order_by(Case.slack_at, Case.id)
        .limit(1)
        .with_for_update(of=Case, skip_locked=True)
    )
    case = db.session.scalars(query).one_or_none()
    if case is None:
        return None
    case.officer_id = by.user_id
    advance(case, Action.ASSIGN, by, details={"officer": by.user_id})
    return case


def note(reference: str | int, version: int | None, by: Actor, words: str, language: str = "zh_CN") -> CaseEvent:
    """An internal note of the staff."""
    case = queries.lock(reference, by, version)
    text = texts.write(case, "note", by.role, words, language, "staff")
    if text is None:
        raise Refused("note_missing")
    event = advance(case, Action.NOTE, by, details=texts.said(text))
    texts.attach(event, text)
    return event


def add_evidence(reference: str | int, version: int | None, by: Actor, files: list[File]) -> CaseEvent:
    """Add accepted files to the case. The same file a second time is passed over; Refused when there are too many, or nothing new."""
    case = queries.lock(reference, by, version)
    known = {e.sha256 for e in case.evidence}
    fresh = [f for f in {f.sha256: f for f in files}.values() if f.sha256 not in known]
    if not fresh:
        raise Refused("nothing_new")
    if sum(e.by_role == by.role for e in case.evidence) + len(fresh) > MOST_FILES:
        raise Refused("too_many_files")
    event = advance(
        case, Action.ADD_EVIDENCE, by, details={"files": [{"sha256": f.sha256, "size": f.size} for f in fresh]}
    )
    for file in fresh:
        row = Evidence(
            case=case, event_id=event.id, by_role=by.role, by_user_id=by.user_id, added_at=event.at, **vars(file)
        )
        db.session.add(row)
    return event


def change_departure(
    reference: str | int, version: int | None, by: Actor, departure: str, at: datetime | None, port: str | None
) -> CaseEvent:
    """A new moment of departure: ``known`` with a moment, ``departed`` or ``unknown``. The history keeps the old one.

    Every running service clock is counted anew, and the history says what moved. Remote mode is left again only where it
    was the tourist's own word that began it: the step at departure is taken once, however often the date moves.
    """
    case = queries.lock(reference, by, version)
    if departure == "known" and at is None:
        raise Refused("departure_missing")
    if departure == "known" and at is not None and at <= clock.now():
        departure, at = "departed", None
    before = {"departure": case.departure, "at": case.departure_at.isoformat() if case.departure_at else None}
    case.departure, case.departure_at, case.departure_port = departure, at if departure == "known" else None, port
    after = {"departure": departure, "at": case.departure_at.isoformat() if case.departure_at else None, "port": port}
    if departure == "departed":
        case.remote_since = case.remote_since or clock.now()
    elif not queries.has_departed(case):
        case.remote_since = None
    moved = deadlines.replan(case)
    return advance(case, Action.CHANGE_DEPARTURE, by, details={"before": before, "after": after, "replanned": moved})


def depart(case: Case) -> CaseEvent:
    """The tourist has left: from now on written steps only. Called with the case locked, once."""
    case.remote_since = clock.now()
    return advance(case, Action.DEPART, SYSTEM)


def change_contact(
    reference: str | int,
    version: int | None,
    by: Actor,
    *,
    name: str,
    email: str | None,
    language: str,
    time_zone: str | None,
) -> CaseEvent:
    """How the tourist is reached and called from now on. A new address is unconfirmed again and first gets only the link."""
    case = queries.lock(reference, by, version)
    contact = case.tourist
    if (email or None) != contact.email:
        contact.email, contact.email_confirmed_at = email or None, None
    contact.name, contact.language, contact.time_zone = texts.clean(name).strip() or None, language, time_zone
    case.language = language
    refresh_search(case)
    return advance(case, Action.CHANGE_CONTACT, by, details={"language": language, "has_email": bool(email)})


def confirm_address(case: Case, by: Actor) -> None:
    """Somebody who came by the mailed link acted: the address is right. No step, since nothing of the case changes."""
    if by.mailed_link and case.tourist.email_confirmed_at is None:
        case.tourist.email_confirmed_at = clock.now()
        if case.kind == Kind.RETURN and case.erased_at is None:
            letters.receipt(case)


def choose_zone(reference: str | int, by: Actor, zone: str) -> None:
    """On which clock the tourist reads moments. No step, since nothing of the case changes; China's time is always beside it."""
    case = queries.lock(reference, by)
    if zone not in available_timezones():
        raise Refused("no_such_zone")
    case.tourist.time_zone = zone


def change_shop(reference: str | int, version: int | None, by: Actor, shop_id: int) -> CaseEvent:
    """Tie the case to a shop of our list, for a complaint that named an unknown one or the wrong one."""
    case = queries.lock(reference, by, version)
    shop = db.session.get(Shop, shop_id)
    if shop is None:
        raise Refused("no_such_shop")
    before = case.shop_id
    case.shop, case.merchant = shop, shop.merchant
    whereabouts.decide_again(case)
    case.shop_link_version += 1  # a link that went to the wrong shop opens nothing any more
    refresh_search(case)
    return advance(case, Action.CHANGE_SHOP, by, details={"before": before, "after": shop_id})


def consent(reference: str | int, version: int | None, by: Actor, purpose: Purpose, given: bool) -> CaseEvent:
    """Give or take back one consent; taking back is as easy as giving (R-DATA-BASIS)."""
    case = queries.lock(reference, by, version)
    now = clock.now()
    standing = [c for c in case.consents if c.purpose == purpose and c.withdrawn_at is None]
    if given and not standing:
        case.consents.append(Consent(purpose=purpose, text_version=CONSENT_TEXT_VERSION, given_at=now))
    if not given:
        for row in standing:
            row.withdrawn_at = now
        if purpose is Purpose.TO_AUTHORITY:
            for authorisation in case.authorisations:
                authorisation.withdrawn_at = authorisation.withdrawn_at or now
    return advance(case, Action.CONSENT, by, details={"purpose": purpose, "given": given})


def revoke_link(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """Make every link and the five words of this case worthless, and send a new link to the address on file."""
    case = queries.lock(reference, by, version)
    case.link_version += 1
    return advance(case, Action.REVOKE_LINK, by, details={"link_version": case.link_version})


# What packages above this one keep of a case, and forget with it: each puts its function here (returns/erasing.py).
ALSO_FORGET: list[Callable[[Case], None]] = []


def erase(reference: str | int, version: int | None, by: Actor) -> list[str]:
    """Erase all personal data of a closed case (R-DATA-DEL); codes, amounts and the chain stay.

    Returns the hashes of the stored files that nobody needs any more, for the caller to delete once this is committed.
    """
    case = queries.lock(reference, by, version)
    now = clock.now()
    for contact in case.contacts:
        contact.name = contact.email = contact.time_zone = None
        contact.erased_at = now
    for text in case.texts:
        text.body = text.salt = None
        text.erased_at = now
    for row in case.authorisations:
        row.full_name = row.document_number = row.home_address = row.phone = None
        row.withdrawn_at = row.withdrawn_at or now
    case.complaint.item = case.complaint.invoice_number = None
    for forget in ALSO_FORGET:
        forget(case)
    gone = []
    for file in case.evidence:
        gone += [h for h in (file.sha256, file.safe_sha256, file.thumbnail_sha256) if h]
        file.name, file.erased_at = None, now
    db.session.execute(update(Message).where(Message.case_id == case.id).values(slots={}, address=""))
    db.session.execute(
        update(Message)
        .where(
            Message.case_id == case.id,
            Message.state.in_((MessageState.DUE, MessageState.GATHERED, MessageState.GIVEN_UP)),
        )
        .values(state=MessageState.CANCELLED)
    )
    case.erased_at, case.link_version = now, case.link_version + 1
    refresh_search(case)
    advance(case, Action.ERASE, by)
    db.session.flush()
    return [h for h in gone if not _still_used(h)]


def refresh_search(case: Case) -> None:
    """Write the search column anew from what the case holds now."""
    case.search = search.vector(*words_to_find(case))


def words_to_find(case: Case) -> tuple[str | None, ...]:
    """What a case is found by."""
    complaint = case.complaint
    erased = case.erased_at is not None
    return (
        case.number,
        None if erased else case.tourist.name,
        case.shop.name_zh if case.shop else complaint.shop_name,
        case.shop.name_en if case.shop else complaint.shop_address,
        complaint.item,
        None if erased or complaint.narrative is None else complaint.narrative.body,
    )


def _still_used(sha256: str) -> bool:
    same = (Evidence.sha256 == sha256) | (Evidence.safe_sha256 == sha256) | (Evidence.thumbnail_sha256 == sha256)
    return bool(db.session.scalar(select(func.count()).select_from(Evidence).where(same, Evidence.erased_at.is_(None))))
