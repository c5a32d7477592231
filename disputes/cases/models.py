"""A case and everything that hangs on it: history, deadlines, offers, settlement, texts, evidence, consents, referral."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, UniqueConstraint, event, literal_column
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.accounts.models import User
from disputes.db import Base
from disputes.merchants.models import Merchant, Shop
from disputes.regions.models import Office
from disputes.rules.clocks import INTERNAL
from disputes.rules.lifecycle import Outcome, State

_OPEN = (
    "state <> 'closed'"  # not a list of the open states: that would have to be matched with six indexes for every query
)
# The words of a case together with the numbers of its blocks, so that the index finds a word among the newest cases alone.
BLOCK, LARGE_BLOCK = 4096, 16384  # cases
_BLOCKS = f"ARRAY['~'::text || ((id / {BLOCK}))::text, '^'::text || ((id / {LARGE_BLOCK}))::text]"
BY_AGE = (
    f"(search || array_to_tsvector({_BLOCKS}))"  # written as PostgreSQL gives it back, so that they can be compared
)
_STATES = ", ".join(f"'{s}'" for s in State if s is not State.BACK)
_OUTCOMES = ", ".join(f"'{o}'" for o in Outcome)


class Case(Base):
    """Our record of a complaint. This row is locked first, and alone, by every verb that changes anything of the case."""

    __tablename__ = "cases"
    CHANGE_TOGETHER = (  # by a step; written together, so that all steps have one statement (rows.py)
        *("state", "asked_from", "outcome", "closed_at", "version", "last_seq", "head"),
        *("officer_id", "slack_at", "waiting_on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # ten digits, the last one a check digit
    kind: Mapped[str]
    state: Mapped[str]
    asked_from: Mapped[str | None]  # the state to go back to when the tourist has answered
    outcome: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=0)  # one per step; a page says which one it showed
    last_seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")  # hash of the last event
    emergency: Mapped[bool] = mapped_column(default=False)
    held_reasons: Mapped[list[Any]] = mapped_column(default=list)  # why it went to triage and not straight to the shop
    routing: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # which rules led it where: cases/whereabouts.py
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchants.id"))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shops.id"))
    language: Mapped[str]
    category: Mapped[str]
    filed_at: Mapped[datetime]
    routed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    departure_at: Mapped[datetime | None]
    departure: Mapped[str]  # known, departed, unknown
    departure_port: Mapped[str | None] = mapped_column(ForeignKey("ports.code"))
    remote_since: Mapped[datetime | None]
    slack_at: Mapped[datetime]  # departure minus what the remaining rungs need; the queue's order
    waiting_on: Mapped[str | None]  # the role that owes the next thing
    link_version: Mapped[int] = mapped_column(default=1)
    shop_link_version: Mapped[int] = mapped_column(default=1)
    erased_at: Mapped[datetime | None]
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)

    office: Mapped[Office] = relationship()
    officer: Mapped[User | None] = relationship(foreign_keys=officer_id)
    merchant: Mapped[Merchant | None] = relationship()
    shop: Mapped[Shop | None] = relationship()
    complaint: Mapped[Complaint] = relationship(back_populates="case", uselist=False)
    contacts: Mapped[list[Contact]] = relationship(back_populates="case", order_by="Contact.id")
    events: Mapped[list[CaseEvent]] = relationship(back_populates="case", order_by="CaseEvent.seq")
    deadlines: Mapped[list[Deadline]] = relationship(back_populates="case", order_by="Deadline.id")
    offers: Mapped[list[Offer]] = relationship(back_populates="case", order_by="Offer.id")
    settlements: Mapped[list[Settlement]] = relationship(back_populates="case", order_by="Settlement.id")
    texts: Mapped[list[CaseText]] = relationship(back_populates="case", order_by="CaseText.id")
    evidence: Mapped[list[Evidence]] = relationship(back_populates="case", order_by="Evidence.id")
    consents: Mapped[list[Consent]] = relationship(back_populates="case", order_by="Consent.id")
    authorisations: Mapped[list[Authorisation]] = relationship(back_populates="case", order_by="Authorisation.id")
    referrals: Mapped[list[Referral]] = relationship(back_populates="case", order_by="Referral.id")
    transfers: Mapped[list[Transfer]] = relationship(back_populates="case", order_by="Transfer.id")

    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint(f"outcome IS NULL OR outcome IN ({_OUTCOMES})", name="outcome_known"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_has_an_outcome"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_moment"),
        CheckConstraint("(state = 'awaiting_tourist') = (asked_from IS NOT NULL)", name="asked_from_somewhere"),
        CheckConstraint("(departure = 'known') = (departure_at IS NOT NULL)", name="known_departure_has_a_moment"),
        CheckConstraint("departure IN ('known', 'departed', 'unknown')", name="departure_known"),
        CheckConstraint("number ~ '^[0-9]{10}$'", name="number_has_ten_digits"),
        CheckConstraint("shop_id IS NULL OR merchant_id IS NOT NULL", name="a_shop_has_its_merchant"),
        Index("ix_cases_queue", "office_id", "slack_at", postgresql_where=sql(_OPEN)),
        Index("ix_cases_officer", "officer_id", "slack_at", postgresql_where=sql(_OPEN)),
        Index("ix_cases_unassigned", "office_id", "slack_at", postgresql_where=sql(f"officer_id IS NULL AND {_OPEN}")),
        Index("ix_cases_open", "slack_at", postgresql_where=sql(_OPEN)),
        Index("ix_cases_emergencies", "slack_at", postgresql_where=sql(f"emergency AND {_OPEN}")),
        Index("ix_cases_waiting", "waiting_on", "slack_at", postgresql_where=sql(_OPEN)),
        Index("ix_cases_merchant", "merchant_id", "slack_at"),
        Index("ix_cases_received", "id", postgresql_where=sql("state = 'received'")),
        Index("ix_cases_leaving", "departure_at", postgresql_where=sql(f"remote_since IS NULL AND {_OPEN}")),
        Index("ix_cases_search", sql(BY_AGE), postgresql_using="gin"),
    )

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED

    def is_away(self, now: datetime) -> bool:
        """Whether the tourist is gone by what we know: in remote mode, and no later departure was told us since."""
        ahead = self.departure_at is not None and self.departure_at > now
        return self.remote_since is not None and not ahead

    @property
    def running_deadlines(self) -> list[Deadline]:
        return [d for d in self.deadlines if d.ended_at is None]

    @property
    def ladder_deadlines(self) -> list[Deadline]:
        """The running deadlines of the case itself, without those between our own desks."""
        return [d for d in self.running_deadlines if d.clock not in INTERNAL]

    @property
    def open_transfer(self) -> Transfer | None:
        """The transfer to another office that waits for its answer."""
        return next((t for t in reversed(self.transfers) if t.is_open), None)

    @property
    def tourist(self) -> Contact:
        return next(c for c in self.contacts if c.party == "tourist")

    @property
    def open_offer(self) -> Offer | None:
        """The offer or proposal now on the table; never the tourist's claim itself, which is always open to acceptance."""
        return next((o for o in reversed(self.offers) if o.status == "open"), None)

    @property
    def claim(self) -> Offer:
        """What the tourist asked for when filing, as a package."""
        return next(o for o in self.offers if o.status == "claim")

    @property
    def settlement(self) -> Settlement | None:
        return next((s for s in reversed(self.settlements) if s.ended_at is None), None)

    @property
    def authorised(self) -> bool:
        """Whether the tourist has authorised an officer to hand the case to an authority, and has not taken it back."""
        return any(a.withdrawn_at is None for a in self.authorisations)


IS_OPEN = Case.state != literal_column("'closed'")
"""The condition that a case is open, in the very words of the partial indexes."""


class Complaint(Base):
    """What the tourist told: facts as codes and amounts. The words are a text of the case."""

    __tablename__ = "complaints"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    case: Mapped[Case] = relationship(back_populates="complaint")
    draft_id: Mapped[str | None] = mapped_column(unique=True)  # submitting a draft twice makes one case
    channel: Mapped[str]  # web, api, staff
    key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    trade: Mapped[str]
    shop_name: Mapped[str | None]  # as typed, when the shop is not in our list
    shop_address: Mapped[str | None]
    division_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    bought_on: Mapped[date | None]
    how_bought: Mapped[str]  # shop, online, agency, other
    paid_how: Mapped[str | None]
    amount: Mapped[int | None]  # minor units of currency
    currency: Mapped[str | None]
    item: Mapped[str | None]  # what was bought, in the tourist's words
    invoice_number: Mapped[str | None]
    dangers: Mapped[list[Any]] = mapped_column(default=list)  # injury, threat, detention, theft
    narrative_id: Mapped[int | None] = mapped_column(ForeignKey("case_texts.id"))
    narrative: Mapped[CaseText | None] = relationship()
    __table_args__ = (
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="amounts_have_a_currency"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )


class Contact(Base):
    """How to reach the tourist, or a companion. The merchant sees the name to call, and nothing else of this row."""

    __tablename__ = "contacts"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="contacts")
    party: Mapped[str]  # tourist, companion
    name: Mapped[str | None]
    email: Mapped[str | None]
    email_confirmed_at: Mapped[datetime | None]
    language: Mapped[str]
    time_zone: Mapped[str | None]
    country: Mapped[str | None]  # country or region, ISO 3166-1 alpha-2
    erased_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("case_id", "party"),
        CheckConstraint("party IN ('tourist', 'companion')", name="party_known"),
        Index("ix_contacts_email", sql("lower(email)")),  # whether somebody has filed this before
    )


class CaseText(Base):
    """Something a person wrote. The history holds only its salted hash, so it can be erased by law without a break in the chain."""

    __tablename__ = "case_texts"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="texts")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("case_events.id"), index=True)
    purpose: Mapped[str]  # narrative, message, question, answer, reason, offer, given_by, note, ...
    audience: Mapped[
        str
    ]  # parties: tourist, merchant and staff; tourist: tourist and staff; merchant: merchant and staff; staff: staff alone
    author: Mapped[str]  # role
    language: Mapped[str]
    body: Mapped[str | None]
    salt: Mapped[str | None]
    erased_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("audience IN ('parties', 'tourist', 'merchant', 'staff')", name="audience_known"),
        CheckConstraint("(body IS NULL) = (erased_at IS NOT NULL)", name="erased_texts_are_empty"),
        CheckConstraint("(salt IS NULL) = (erased_at IS NOT NULL)", name="erased_texts_lose_their_salt"),
    )


class CaseEvent(Base):
    """One step as it happened. Rows are never changed or removed: a trigger forbids it, and the chain of hashes shows it."""

    __tablename__ = "case_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    case: Mapped[Case] = relationship(back_populates="events")
    seq: Mapped[int]
    action: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    by: Mapped[str]  # role, or role:id
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str]
    __table_args__ = (UniqueConstraint("case_id", "seq"),)


class Deadline(Base):
    """A due moment and somebody who owes. It says by itself why it is what it is."""

    __tablename__ = "deadlines"
    CHANGE_TOGETHER = (  # at its end
        *("ended_at", "ending", "ended_by_id", "paused_since", "fate", "office_id", "officer_id", "merchant_id"),
        *("fault",),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="deadlines")
    clock: Mapped[str]
    owes: Mapped[str]
    rule_id: Mapped[str]
    rule_version: Mapped[int]
    calendar_version: Mapped[str]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"))  # the trigger
    started_by: Mapped[CaseEvent] = relationship(foreign_keys=started_by_id)
    started_at: Mapped[datetime]
    due_on: Mapped[date]  # the last local day
    due_at: Mapped[datetime]  # exclusive
    provisional: Mapped[bool] = mapped_column(default=False)
    lines: Mapped[list[Any]]  # the count, line by line, as codes
    version: Mapped[int] = mapped_column(default=1)  # raised by a re-plan
    stage: Mapped[int] = mapped_column(default=0)  # reminders already sent
    remind_at: Mapped[datetime | None]  # the next one
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]  # met, lapsed, cancelled
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("case_events.id"))
    ended_by: Mapped[CaseEvent | None] = relationship(foreign_keys=ended_by_id)
    fact_id: Mapped[int | None] = mapped_column(
        ForeignKey("authority_facts.id"), index=True
    )  # what started an authority's clock
    paused_since: Mapped[date | None]  # the first day of a pause that is not over: the due day moves on with it
    fate: Mapped[str | None]  # what became of the promise that it is: kept, broken, renegotiated, released
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))  # who held it when it ended
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchants.id"))
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    fault: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended_somehow"),
        CheckConstraint("ending IN ('met', 'lapsed', 'cancelled')", name="ending_known"),
        CheckConstraint("fate IN ('kept', 'broken', 'renegotiated', 'released')", name="fate_known"),
        CheckConstraint("fate IS NULL OR ended_at IS NOT NULL", name="a_running_promise_has_no_fate"),
        Index("uq_deadlines_running", "case_id", "clock", unique=True, postgresql_where=sql("ended_at IS NULL")),
        Index("ix_deadlines_due", "due_at", postgresql_where=sql("ended_at IS NULL")),
        Index("ix_deadlines_remind", "remind_at", postgresql_where=sql("ended_at IS NULL AND remind_at IS NOT NULL")),
        Index("ix_deadlines_fault", "id", postgresql_where=sql("fault IS NOT NULL AND ended_at IS NULL")),
        Index("ix_deadlines_ended", "ended_at", postgresql_where=sql("fate IS NOT NULL")),
    )


class DeadlinePlan(Base):
    """An earlier plan of a deadline: the promise that was given, until when, and why another one took its place."""

    __tablename__ = "deadline_plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"))
    plan: Mapped[int]  # the deadline's version at that time; its successor is the next one
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    replaced_at: Mapped[datetime]
    cause: Mapped[str]
    __table_args__ = (
        UniqueConstraint("deadline_id", "plan"),
        CheckConstraint("cause IN ('departure', 'calendar', 'rule', 'pause', 'agreement')", name="cause_known"),
    )


class Offer(Base):
    """A package put before the other side: the tourist's claim, a merchant's offer, a counter-offer, or a mediator's proposal."""

    __tablename__ = "offers"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="offers")
    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"))
    by_role: Mapped[str]
    verified: Mapped[bool] = mapped_column(default=True)  # False: given at the counter by a person nobody has verified
    package: Mapped[dict[str, Any]]
    text_id: Mapped[int | None] = mapped_column(ForeignKey("case_texts.id"))
    text: Mapped[CaseText | None] = relationship()
    status: Mapped[str]
    tourist_agreed_at: Mapped[datetime | None]  # for a proposal: two separate consents
    merchant_agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(
            "status IN ('claim', 'open', 'accepted', 'declined', 'superseded', 'lapsed', 'withdrawn')",
            name="status_known",
        ),
        CheckConstraint("(ended_at IS NULL) = (status IN ('claim', 'open'))", name="ended_unless_open"),
        Index("uq_offers_open", "case_id", unique=True, postgresql_where=sql("status = 'open'")),
        Index("uq_offers_claim", "case_id", unique=True, postgresql_where=sql("status = 'claim'")),
    )


class Settlement(Base):
    """An accepted offer and its performance. Agreement and money are two facts."""

    __tablename__ = "settlements"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="settlements")
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"))
    offer: Mapped[Offer] = relationship()
    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"))
    agreed_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    means: Mapped[str | None]  # how it was paid: original_card, alipay, wechat_pay, cash, bank_transfer, goods, other
    reference: Mapped[str | None]  # of the payment, as the shop gave it
    confirmed_at: Mapped[datetime | None]
    waived_at: Mapped[datetime | None]
    denied_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # confirmed, waived, denied or broken off
    __table_args__ = (
        Index("uq_settlements_running", "case_id", unique=True, postgresql_where=sql("ended_at IS NULL")),
        CheckConstraint(
            "ended_at IS NOT NULL OR (confirmed_at IS NULL AND waived_at IS NULL AND denied_at IS NULL)",
            name="ended_when_answered",
        ),
    )


class Evidence(Base):
    """A file that a party gave: the original for staff only, a safe copy for the pages."""

    __tablename__ = "evidence"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case | None] = relationship(back_populates="evidence")
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("drafts.id"), index=True)  # until the draft is filed
    event_id: Mapped[int | None] = mapped_column(ForeignKey("case_events.id"))
    by_role: Mapped[str]
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str | None]  # as the person's device called it
    media_type: Mapped[str]  # of the safe copy
    size: Mapped[int]
    sha256: Mapped[str]  # of the original; also where it is stored
    safe_sha256: Mapped[str]
    thumbnail_sha256: Mapped[str | None]
    added_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("(case_id IS NULL) <> (draft_id IS NULL)", name="of_a_case_or_a_draft"),
        UniqueConstraint("case_id", "sha256"),
        UniqueConstraint("draft_id", "sha256"),
    )


class Consent(Base):
    """One of the separate consents, with its day and the version of the text that was shown."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="consents")
    purpose: Mapped[str]
    text_version: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (
        Index("uq_consents_standing", "case_id", "purpose", unique=True, postgresql_where=sql("withdrawn_at IS NULL")),
    )


class Authorisation(Base):
    """The tourist's own act: an officer may hand the case to this body, after the warning about the choice of forum (R-XB-FORUM)."""

    __tablename__ = "authorisations"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="authorisations")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("case_events.id"))
    authority_code: Mapped[str] = mapped_column(ForeignKey("authorities.code"))
    warned: Mapped[bool]
    full_name: Mapped[str | None]  # as in the travel document; erased with the case's personal data
    document_number: Mapped[str | None]
    home_address: Mapped[str | None]
    phone: Mapped[str | None]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("warned", name="only_after_the_warning"),
        Index("uq_authorisations_standing", "case_id", unique=True, postgresql_where=sql("withdrawn_at IS NULL")),
    )


class Referral(Base):
    """A package for an authority and, once an officer has handed it over, the record of who received it."""

    __tablename__ = "referrals"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="referrals")
    authority_code: Mapped[str] = mapped_column(ForeignKey("authorities.code"))
    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"))
    prepared_at: Mapped[datetime]
    received_by: Mapped[str | None]
    received_at: Mapped[datetime | None]
    receipt_number: Mapped[str | None]
    channel: Mapped[str | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]  # taken back, settled or ended by the authority
    __table_args__ = (
        CheckConstraint("(received_at IS NULL) = (received_by IS NULL)", name="a_receipt_names_who"),
        Index("uq_referrals_running", "case_id", unique=True, postgresql_where=sql("ended_at IS NULL")),
    )


class Transfer(Base):
    """A case offered to another office. It stays with its own until that office has accepted.

    Its clock is the deadline that the proposal started: while that runs, the transfer is open. Without an answer it ended by
    the clock, or was overtaken by a step that ended the clock.
    """

    __tablename__ = "transfers"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="transfers")
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"), unique=True)
    deadline: Mapped[Deadline] = relationship()
    from_office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    to_office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    from_office: Mapped[Office] = relationship(foreign_keys=from_office_id)
    to_office: Mapped[Office] = relationship(foreign_keys=to_office_id)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    reason_id: Mapped[int] = mapped_column(ForeignKey("case_texts.id"))
    reason: Mapped[CaseText] = relationship(foreign_keys=reason_id)
    answer: Mapped[str | None]  # accepted, returned, withdrawn
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    answer_text_id: Mapped[int | None] = mapped_column(ForeignKey("case_texts.id"))
    answer_text: Mapped[CaseText | None] = relationship(foreign_keys=answer_text_id)
    __table_args__ = (
        CheckConstraint("from_office_id <> to_office_id", name="to_another_office"),
        CheckConstraint("answer IN ('accepted', 'returned', 'withdrawn')", name="answer_known"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at_a_moment"),
    )

    @property
    def is_open(self) -> bool:
        return self.answer is None and self.deadline.ended_at is None

    @property
    def ending(self) -> str | None:
        """How it ended: by its answer, lapsed, or overtaken by another step; None while it is open."""
        if self.answer is not None or self.deadline.ended_at is None:
            return self.answer
        return "lapsed" if self.deadline.ending == "lapsed" else "overtaken"


class CounterCode(Base):
    """A one-time code by which a shop answers on the tourist's phone; sent to a contact that we already had."""

    __tablename__ = "counter_codes"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    code_hash: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class DailyDigest(Base):
    """A day's signed digest over the heads of all histories: a history that was cut off or changed later shows."""

    __tablename__ = "daily_digests"
    day: Mapped[date] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    cases: Mapped[int]
    digest: Mapped[str]
    signature: Mapped[str]


APPEND_ONLY = DDL("""
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of a case is append-only';
END $$;
CREATE TRIGGER case_events_append_only BEFORE UPDATE OR DELETE ON case_events
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER case_events_not_truncated BEFORE TRUNCATE ON case_events
  FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
""")
event.listen(CaseEvent.__table__, "after_create", APPEND_ONLY)

# Every promise is a row of ``deadlines`` as it is planned now, or of ``deadline_plans`` as it was planned before. This view
# shows them as one list, so that nothing is written down twice.
PROMISES = DDL("""
CREATE VIEW promises AS
SELECT d.started_by_id || '/' || d.clock || '/' || d.version AS key, d.id AS deadline_id, d.version AS plan, d.case_id,
       d.clock, d.owes AS owner, COALESCE(d.office_id, c.office_id) AS office_id,
       CASE WHEN d.owes IN ('officer', 'supervisor') THEN COALESCE(d.officer_id, c.officer_id) END AS officer_id,
       CASE WHEN d.owes = 'merchant' THEN COALESCE(d.merchant_id, c.merchant_id) END AS merchant_id,
       d.due_at, d.fate, d.ended_at,
       CASE WHEN d.fate = 'renegotiated' THEN d.ended_by_id || '/' || d.clock || '/1' END AS successor, NULL AS cause
  FROM deadlines d JOIN cases c ON c.id = d.case_id
UNION ALL
SELECT d.started_by_id || '/' || d.clock || '/' || p.plan, d.id, p.plan, d.case_id,
       d.clock, d.owes, COALESCE(d.office_id, c.office_id),
       CASE WHEN d.owes IN ('officer', 'supervisor') THEN COALESCE(d.officer_id, c.officer_id) END,
       CASE WHEN d.owes = 'merchant' THEN COALESCE(d.merchant_id, c.merchant_id) END,
       p.due_at, 'renegotiated', p.replaced_at,
       d.started_by_id || '/' || d.clock || '/' || (p.plan + 1), p.cause
  FROM deadline_plans p JOIN deadlines d ON d.id = p.deadline_id JOIN cases c ON c.id = d.case_id
""")
event.listen(Base.metadata, "after_create", PROMISES)
