"""Everybody who may come to the pages, and the way to every address: what the walks over the whole URL map stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from flask import Flask, current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text
from werkzeug.routing import BuildError, Rule
from werkzeug.test import TestResponse

from disputes import links
from disputes.accounts import commands as accounts
from disputes.accounts import invitations, roster
from disputes.accounts.actors import SYSTEM, Actor, of_key
from disputes.accounts.models import User
from disputes.accounts.scopes import Scope
from disputes.cases.models import Case, Deadline, Evidence
from disputes.clock import now
from disputes.db import Base, db, transaction
from disputes.intake import commands as intake
from disputes.intake import drafts
from disputes.notifications.models import Message, MessageState
from disputes.returns import handing
from disputes.web import sessions
from disputes.web.sessions import SignedIn
from tests import factories as make
from tests.returns import returned

CSRF = "of-this-browser"
RULES_OF_LAW = ("law_", "calendar", "service_standard", "divisions", "business_districts", "ports", "authorities")
NOTED = {"api_keys": "used_at"}  # that a key was used may be noted, whatever it did


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser or a program: signed in, with a link, with a key, or with nothing."""

    name: str
    user: User | None = None
    token: str | None = None  # what they put where an address wants a token
    bearer: str | None = None

    def client(self, app: Flask) -> FlaskClient:
        browser = app.test_client()
        with browser.session_transaction() as session:
            session["csrf_token"] = CSRF
            if self.user is not None:
                session["_user_id"] = SignedIn(self.user).get_id()
                session["_fresh"] = True
        return browser


class World:
    """A small world in which every address leads somewhere: one case, whose people they are, and others who are not."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.other = make.offered()
        self.officer, self.supervisor = make.officer(), make.supervisor()
        with transaction():
            (self.shift,) = roster.add_shift(self.officer, [0], time(20), time(8), True)
            self.absence = roster.add_absence(
                self.officer, now() + timedelta(days=5), now() + timedelta(days=6), "leave", SYSTEM
            )
        self.merchant = make.merchant_user(case.merchant)
        self.competitor = make.merchant_user()
        self.evidence = _evidence(case)
        self.key, self.key_text = _key()
        _other_key, self.other_key_text = _key()
        self.filed_by_key = self._filed_by_key()
        self.pledge = make.pledge(case.shop)
        self.breach, self.member = make.breach(self.pledge), make.network_member(case.shop)
        with transaction():
            self.draft = drafts.start("en").id
            self.draft_of_return = drafts.start("en", kind="return").id
        self.desk = returned.at_desk(returned.desk(pays_cash=True))
        self.other_desk = returned.at_desk(returned.desk())
        self.returned, self.taken_in = _at_the_desk(self.desk)
        self.returned_picture = make.with_picture(self.returned)
        self.message = _given_up()
        self.deadline = _fault(self.other)

    def visitors(self) -> dict[str, Visitor]:
        return {
            "stranger": Visitor("stranger", token=_forged(make.token_of(self.case)), bearer="vc_0000000000_wrong"),
            "tourist": Visitor("tourist", token=make.token_of(self.case, mailed=True), bearer=make.token_of(self.case)),
            "tourist of another case": Visitor(
                "tourist of another case", token=make.token_of(self.other), bearer=make.token_of(self.other)
            ),
            "companion": Visitor(
                "companion", token=make.token_of(self.case, "companion"), bearer=make.token_of(self.case, "companion")
            ),
            "shop by link": Visitor("shop by link", token=make.token_of(self.case, "shop", mailed=True)),
            "somebody at the counter": Visitor("somebody at the counter", token=sessions.counter_token(self.case)),
            "merchant": Visitor("merchant", user=self.merchant, token=_invitation(self.merchant)),
            "merchant of another company": Visitor("merchant of another company", user=self.competitor, token="x.y"),
            "officer": Visitor("officer", user=self.officer, token=_invitation(self.officer)),
            "supervisor": Visitor("supervisor", user=self.supervisor, token=_invitation(self.supervisor)),
            "desk": Visitor("desk", user=_user(self.desk), token=_invitation(_user(self.desk))),
            "another desk": Visitor("another desk", user=_user(self.other_desk), token="x.y"),
            "partner": Visitor("partner", bearer=self.key_text, token="x.y"),
            "another partner": Visitor("another partner", bearer=self.other_key_text, token="x.y"),
        }

    def address(self, rule: Rule, visitor: Visitor) -> str:
        """The address of a rule with plausible parts: those of the case, and the visitor's own token."""
        parts = {name: self._part(rule, name, visitor) for name in rule.arguments}
        with current_app.test_request_context():
            try:
                return current_app.url_for(rule.endpoint, **parts)
            except BuildError as error:
                raise AssertionError(f"no way to {rule.rule}; tell tests/repository/walk.py its parts") from error

    def _part(self, rule: Rule, name: str, visitor: Visitor) -> Any:
        if name == "number" and rule._converters["number"].__class__.__name__ == "IntegerConverter":
            name = "evidence_id"
        if name == "what":
            return "test" if "notices" in rule.endpoint else "deactivate"
        api, at_a_desk = rule.endpoint.startswith("api."), rule.endpoint.startswith("desk.")
        parts: dict[str, Any] = {
            "token": visitor.token or "none",
            "number": self._number(api and visitor.name.endswith("partner"), at_a_desk),
            "evidence_id": self.returned_picture.id if at_a_desk else self.evidence.id,
            "event_id": self.taken_in,
            "user_id": self.merchant.id if rule.endpoint.startswith("merchant.") else self.officer.id,
            "merchant_id": self.case.merchant_id,
            "shop_id": self.case.shop_id,
            "deadline_id": self.deadline.id,
            "message_id": self.message.id,
            "key_id": self.key.id,
            "draft_id": self.draft_of_return if rule.endpoint == "public.returning_draft" else self.draft,
            "code": self._code(rule.endpoint),
            "breach_id": self.breach.id,
            "member_id": self.member.id,
            "name": {"gallery": "not-found"}.get(
                rule.endpoint.split(".")[0], "where" if "returning" in rule.endpoint else "what"
            ),
            "step": "close" if rule.endpoint == "staff.desk_step" else "off-duty",
            "desk_id": self.desk.desk_id,
            "holder": "desk",
            "place": self.desk.desk_id,
            "taken_id": 1,
            "rule_id": "R-SAMR-ACCEPT",
            "version": 1,
            "shift_id": self.shift.id,
            "absence_id": self.absence.id,
            "key": "no-such-mail",
        }
        assert name in parts, f"{rule.rule}: tell tests/repository/walk.py what to put for <{name}>"
        return parts[name]

    def _number(self, of_a_key: bool, at_a_desk: bool) -> str:
        return (self.filed_by_key if of_a_key else self.returned if at_a_desk else self.case).number

    def _code(self, endpoint: str) -> str:
        shop = self.case.shop.code if self.case.shop else ""
        codes = {
            "public.shop": shop, "public.returning_at": shop, "public.pledge_page": shop, "api.pledge": shop, "staff.office": make.DESK,
            **dict.fromkeys((f"staff.office_notices{end}" for end in ("", "_choice", "_robot", "_robot_step")), make.DESK),
            "merchant.network": self.member.network.code, "staff.network": self.member.network.code,
        }  # fmt: skip
        return codes.get(endpoint, self.pledge.code if ".pledge" in endpoint else "note")

    def _filed_by_key(self) -> Case:
        with transaction():
            return intake.file_complaint(make.telling(), of_key(self.key), "api")


def rules(app: Flask, method: str) -> list[Rule]:
    """Every rule of the product that answers this method; static files apart."""
    return sorted(
        (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static"),
        key=lambda rule: rule.rule,
    )


def visit(app: Flask, visitor: Visitor, address: str) -> TestResponse:
    return visitor.client(app).get(address, headers=_headers(visitor))


def send(app: Flask, visitor: Visitor, address: str, data: dict[str, Any], *, csrf: bool = True) -> TestResponse:
    """Send a form or, to the interface, JSON; with the token against forgery of this browser, or without."""
    client = visitor.client(app)
    if address.startswith("/api/"):
        return client.post(address, json={"action": "withdraw", "version": 1}, headers=_headers(visitor))
    signed = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(CSRF)  # type: ignore[arg-type]
    return client.post(address, data={**data, **({"csrf_token": signed} if csrf else {})})


def form_of(case: Case) -> dict[str, Any]:
    """What fits the fields of many forms at once, so that a step that is not guarded would be taken."""
    words = "A few words that somebody wrote."
    fields = {
        "version": str(case.version), "words": words, "note": words, "question": words, "message": words, "reason": "other",
        "agree": "y", "sure": "y", "confirm": "y", "means": "original_card", "amount": "10", "currency": "CNY",
        "remedies": "refund", "name": "Somebody", "phone": "13800000000", "email": "somebody@else.example",
        "zone": "Asia/Tokyo", "departure": "unknown", "purpose": "publication", "password": "seven-lanterns-on-a-boat",
        "again": "seven-lanterns-on-a-boat", "role": "officer", "office": "1",
    }  # fmt: skip
    return {**fields, **{f"note-{name}": value for name, value in fields.items()}}


def fingerprint() -> dict[str, str]:
    """What stands in every table that people change, as one hash each."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if not table.name.startswith(RULES_OF_LAW):
            row = f"to_jsonb(t) - '{NOTED[table.name]}'" if table.name in NOTED else "t"
            rows = db.session.execute(text(f"SELECT md5(({row})::text) FROM {table.name} t ORDER BY 1")).scalars()  # noqa: S608
            found[table.name] = hashlib.sha256("".join(rows).encode()).hexdigest()
    db.session.rollback()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def each(app: Flask, world: World, visitor: Visitor, method: str) -> Iterator[tuple[Rule, str]]:
    """Every rule of this method with its address for this visitor."""
    for rule in rules(app, method):
        yield rule, world.address(rule, visitor)


def _headers(visitor: Visitor) -> dict[str, str]:
    return {"Authorization": f"Bearer {visitor.bearer}"} if visitor.bearer else {}


def _at_the_desk(by: Actor) -> tuple[Case, int]:
    """A return whose goods a desk took in, and the event of that."""
    case = returned.approved()
    with transaction():
        event = handing.take_in(case.id, None, by, returned.handed(case), seal="SEAL-1")
        return case, event.id


def _user(by: Actor) -> User:
    return db.session.get_one(User, by.user_id)


def _evidence(case: Case) -> Evidence:
    return case.evidence[0] if case.evidence else make.with_picture(case)


def _key() -> Any:
    with transaction():
        return accounts.create_api_key("Hotel desk", list(Scope))


def _given_up() -> Message:
    with transaction():
        message = db.session.query(Message).order_by(Message.id).first()
        assert message is not None
        message.state, message.error = MessageState.GIVEN_UP, "550 no such mailbox"
    return message


def _fault(case: Case) -> Deadline:
    with transaction():
        deadline = case.running_deadlines[0]
        deadline.fault, deadline.tries = "ValueError: x", 5
    return deadline


def _invitation(user: User) -> str:
    secret = current_app.config["SETTINGS"].secret_key
    return invitations.token(secret, invitations.new(user, now()))


def _forged(token: str) -> str:
    """A link whose last character but one was guessed."""
    wrong = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    assert links.read(current_app.config["SETTINGS"].secret_key, wrong) is None
    return wrong
