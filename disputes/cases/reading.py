"""A whole case for the page of the staff, read as one document: many small answers cost more than they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from disputes import clock, rows
from disputes.accounts.actors import STAFF_ROLES, Actor
from disputes.accounts.models import User
from disputes.cases.models import (
    Authorisation,
    Case,
    CaseEvent,
    CaseText,
    Complaint,
    Consent,
    Contact,
    Deadline,
    Evidence,
    Offer,
    Referral,
    Settlement,
    Transfer,
)
from disputes.cases.queries import NotFound
from disputes.db import Base, db
from disputes.law import queries as law
from disputes.merchants.models import Merchant, Shop
from disputes.notifications.models import Message
from disputes.notifications.undelivered import Line
from disputes.numbers import read_number
from disputes.regions.models import Authority, Division, Office, Port

# What hangs on a case, in the order in which its relationships have it.
CHILDREN: dict[str, tuple[type[Base], str]] = {
    "contacts": (Contact, "id"),
    "events": (CaseEvent, "seq"),
    "deadlines": (Deadline, "id"),
    "offers": (Offer, "id"),
    "settlements": (Settlement, "id"),
    "texts": (CaseText, "id"),
    "evidence": (Evidence, "id"),
    "consents": (Consent, "id"),
    "authorisations": (Authorisation, "id"),
    "referrals": (Referral, "id"),
    "transfers": (Transfer, "id"),
}
OF_A_LETTER = ("template", "state", "channel", "address", "sent_at", "created_at")


@dataclass(frozen=True)
class WholeCase:
    """A case with all that its page shows, and what lies beside it."""

    case: Case
    letters: list[Line]
    closed_offices: frozenset[str]
    divisions: dict[str, Division]
    authority: Authority | None
    port: Port | None


def whole(number: str, by: Actor) -> WholeCase:
    """The case with this number as typed, in one question, which brings the moment and the stamp of the law as well.

    For the staff, who see every case; NotFound otherwise.
    """
    wanted = read_number(number)
    if by.role not in STAFF_ROLES or by.case_id is not None or wanted is None:
        raise NotFound(number)
    db.session.flush()
    found = db.session.connection().exec_driver_sql(_document(), {"number": wanted}).one_or_none()
    if found is None:
        raise NotFound(number)
    clock.keep(found.present)
    law.keep_stamp(found.stamp)
    read = json.loads(found.read)
    authority, port = read["authority"], read["port"]
    return WholeCase(
        _tied(read),
        [_letter(each) for each in read["letters"]],
        frozenset(read["closed_offices"]),
        {each["code"]: rows.known(Division, each) for each in read["divisions"]},
        rows.known(Authority, authority) if authority else None,
        rows.known(Port, port) if port else None,
    )


def _tied(read: dict[str, Any]) -> Case:
    """The case and its rows, which know each other as if the session had loaded them; their case it knows by its key."""
    case, complaint = rows.known(Case, read["case"]), rows.known(Complaint, read["complaint"])
    merchant = rows.known(Merchant, read["merchant"]) if read["merchant"] else None
    shop = rows.known(Shop, read["shop"]) if read["shop"] else None
    if shop is not None and merchant is not None and shop.merchant_id == merchant.id:
        rows.tie(shop, merchant=merchant)
    children: dict[str, list[Any]] = {
        name: [rows.known(kind, each) for each in read[name]] for name, (kind, _order) in CHILDREN.items()
    }
    texts = {text.id: text for text in children["texts"]}
    offers = {offer.id: offer for offer in children["offers"]}
    running = {deadline.id: deadline for deadline in children["deadlines"]}
    rows.tie(complaint, case=case, narrative=texts.get(complaint.narrative_id))
    for offer in offers.values():
        rows.tie(offer, text=texts.get(offer.text_id))
    for settlement in children["settlements"]:
        rows.tie(settlement, offer=offers[settlement.offer_id])
    for transfer in children["transfers"]:
        rows.tie(transfer, deadline=running[transfer.deadline_id], reason=texts[transfer.reason_id])
    rows.tie(
        case, shop=shop, merchant=merchant, complaint=complaint, office=rows.known(Office, read["office"]),
        officer=rows.known(User, read["officer"]) if read["officer"] else None, **children,
    )  # fmt: skip
    return case


def _letter(read: dict[str, Any]) -> Line:
    sent = read["sent_at"]
    return Line(
        read["id"], read["template"], read["state"], read["channel"], read["address"],
        datetime.fromisoformat(sent) if sent else None, datetime.fromisoformat(read["created_at"]),
    )  # fmt: skip


@cache
def _document() -> str:
    """The question: one row with one document, the same for every case."""
    one, several = rows.one_as_json, rows.all_as_json
    read = {
        "case": one(Case, "id = c.id"),
        "complaint": one(Complaint, "case_id = c.id"),
        "shop": one(Shop, "id = c.shop_id"),
        "merchant": one(Merchant, "id = c.merchant_id"),
        "office": one(Office, "id = c.office_id"),
        "officer": one(User, "id = c.officer_id"),
        **{name: several(kind, "case_id = c.id", order) for name, (kind, order) in CHILDREN.items()},
        "letters": several(Message, "case_id = c.id", "id", only=OF_A_LETTER),
        # Where routing looks at the offices, and the names of the places that it found.
        "closed_offices": "(SELECT coalesce(json_agg(code), '[]') FROM offices WHERE NOT active)",
        "divisions": several(Division, "code IN (o.division_code, c.routing #>> '{authority,seat}')", "code"),
        "authority": one(Authority, "code = c.routing #>> '{authority,gives}'"),
        "port": one(Port, "code = c.departure_port"),
    }
    document = ", ".join(f"'{name}', {question}" for name, question in read.items())
    return f"""
        SELECT json_build_object({document})::text AS read, {clock.PRESENT} AS present,
               (SELECT stamp FROM law_revision) AS stamp
        FROM cases c JOIN complaints o ON o.case_id = c.id WHERE c.number = %(number)s
    """  # noqa: S608  of the names of our own columns
