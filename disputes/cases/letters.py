"""Who reads a step's letters, and what the letters may say to each reader."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from disputes import clock
from disputes.accounts import roster
from disputes.accounts.models import User
from disputes.cases import promises
from disputes.cases.models import Case, CaseEvent, Deadline
from disputes.db import db
from disputes.notifications import outbox
from disputes.notifications.outbox import Recipient
from disputes.notifications.wishes import of_stored
from disputes.numbers import spoken
from disputes.regions.models import Office
from disputes.rules.lifecycle import Action, Role

MERCHANT_LANGUAGE = "zh_CN"
LINK_ONLY = "case-link"
NEWS_ONLY = "case-news"
RECEIPT = "return-declared"  # says what was declared and when, so it waits until the address is known to be right
EMERGENCY = "emergency"  # goes to whoever is on duty now, whoever has the case


def recipients(case: Case, role: Role, template: str) -> list[Recipient]:
    """The addresses of this role in this case; none is an answer too, such as for a tourist who gave no address."""
    return {
        Role.TOURIST: _tourist,
        Role.MERCHANT: _shop,
        Role.OFFICER: on_duty if template == EMERGENCY else _officer,
        Role.SUPERVISOR: _supervisors,
    }[role](case)


def tell(case: Case, event: CaseEvent, readers: list[Recipient], template: str, letter: dict[str, Any]) -> None:
    """A letter of a step to readers whom no role names, such as the other office; each once, in the reader's own language."""
    for reader in {each.name: each for each in readers}.values():
        key = outbox.step_key(event.id, reader.name, template)
        outbox.put(key, reader, template, slots(case, Role.OFFICER, letter), case_id=case.id)


def dated(deadline: Deadline) -> dict[str, Any]:
    """The date of a letter that speaks of this deadline and of no other."""
    return {
        "clock": deadline.clock, "owes": deadline.owes, "due_at": deadline.due_at.isoformat(),
        "due_on": deadline.due_on.isoformat(), "provisional": deadline.provisional, "yours": True,
        "promise": promises.key(deadline),
    }  # fmt: skip


def of_officer(case: Case) -> list[Recipient]:
    """The officer who has the case, or the office's mailbox."""
    return _officer(case)


def of_sender(case: Case) -> list[Recipient]:
    """The office that has the case: its officer and its supervisors."""
    return [*_officer(case), *_supervisors(case)]


def of_office(case: Case, office: Office) -> list[Recipient]:
    """Another office: its supervisors, its mailbox, and where it has neither its officers."""
    query = select(User).where(User.office_id == office.id, User.active).order_by(User.id)
    supervisors = [_user(case, u, "staff") for u in db.session.scalars(query.where(User.role == Role.SUPERVISOR))]
    wishes = of_stored(office.notices)
    page = {"page": ["staff", case.number]}
    box = [Recipient("office", office.email or "", "zh_CN", page, wishes)] if office.email or wishes.robot else []
    return [*supervisors, *box] or [
        _user(case, u, "staff") for u in db.session.scalars(query.where(User.role == Role.OFFICER))
    ]


def on_duty(case: Case) -> list[Recipient]:
    """Everybody who answers emergencies of the case's office at this moment, day and night; else the office's mailbox."""
    return [_user(case, u, "staff") for u in roster.duty_officers(case.office_id, clock.now())] or _officer(case)


def template_for(case: Case, role: Role, template: str, recipient: str) -> str:
    """The letter that may go out: to a tourist's or a companion's address that nobody has confirmed, only the link.

    A companion's address was typed by somebody else and is never confirmed, so a companion reads everything on the page.
    """
    if role is not Role.TOURIST or template == LINK_ONLY:
        return template
    confirmed = any(c.party == recipient and c.email_confirmed_at is not None for c in case.contacts)
    if confirmed:
        return template
    return LINK_ONLY if template == RECEIPT else NEWS_ONLY


def receipt(case: Case) -> None:
    """The receipt of a declared return, to an address that was just confirmed; before, it got the link alone."""
    filed = next(e for e in case.events if e.action == Action.FILE)
    for reader in _tourist(case):
        if reader.name == Role.TOURIST:
            declared = {"declared_at": filed.at.isoformat()}
            # by the last event: an address that was changed and confirmed again gets it too
            key = outbox.step_key(case.events[-1].id, reader.name, f"{RECEIPT}-confirmed")
            outbox.put(key, reader, RECEIPT, slots(case, Role.TOURIST, declared), case_id=case.id)


def slots(case: Case, role: Role, letter: dict[str, Any]) -> dict[str, Any]:
    """What the text of a letter can use: the case as this role sees it, the date that matters to it, and the step's own slots."""
    complaint = case.complaint
    # The reader's own deadline counts first: of two that run side by side, the other one is not theirs to keep.
    due = min(case.ladder_deadlines, key=lambda d: (d.owes != role, d.due_at), default=None)
    return {
        "number": spoken(case.number),
        "kind": case.kind,
        "state": case.state,
        "outcome": case.outcome,
        "category": case.category,
        "emergency": case.emergency,
        "item": complaint.item,
        "called": case.tourist.name,
        "shop_zh": case.shop.name_zh if case.shop else complaint.shop_name,
        "shop_en": (case.shop.name_en or case.shop.name_zh) if case.shop else complaint.shop_name,
        "departure_at": case.departure_at.isoformat() if case.departure_at else None,
        "time_zone": case.tourist.time_zone,
        "clock": due.clock if due else None,
        "owes": due.owes if due else None,
        "due_at": due.due_at.isoformat() if due else None,
        "due_on": due.due_on.isoformat() if due else None,
        "provisional": due.provisional if due else False,
        "yours": bool(due and due.owes == role),
        "promise": promises.key(due) if due else None,
        **letter,
    }


def _tourist(case: Case) -> list[Recipient]:
    found = []
    for contact in case.contacts:
        if contact.email and contact.erased_at is None:
            link = {
                "case_id": case.id,
                "party": contact.party,
                "version": case.link_version,
                "mailed": contact.party == "tourist",
            }
            found.append(Recipient(contact.party, contact.email, contact.language, {"link": link}))
    return found


def _shop(case: Case) -> list[Recipient]:
    if case.merchant is None:
        return []
    link = {"case_id": case.id, "party": "shop", "version": case.shop_link_version, "mailed": True}
    address = case.shop.contact if case.shop else case.merchant.email
    wishes = of_stored((case.shop.notices if case.shop else None) or case.merchant.notices)
    if address:
        return [Recipient("shop", address, MERCHANT_LANGUAGE, {"link": link}, wishes)]
    told = [Recipient("shop", "", MERCHANT_LANGUAGE, {"link": link}, wishes)] if wishes.robot else []
    users = db.session.scalars(select(User).where(User.merchant_id == case.merchant_id, User.active).order_by(User.id))
    return [*told, *(_user(case, user, "merchant") for user in users)]


def _officer(case: Case) -> list[Recipient]:
    if case.officer is not None and case.officer.active:
        return [_user(case, case.officer, "staff")]
    wishes = of_stored(case.office.notices)
    if not case.office.email and not wishes.robot:
        return []
    return [Recipient("office", case.office.email or "", "zh_CN", {"page": ["staff", case.number]}, wishes)]


def _supervisors(case: Case) -> list[Recipient]:
    return [_user(case, user, "staff") for user in case.office.supervisors]


def _user(case: Case, user: User, portal: str) -> Recipient:
    page = {"page": [portal, case.number]}
    return Recipient(f"user:{user.id}", user.email, user.locale, page, of_stored(user.notices))
