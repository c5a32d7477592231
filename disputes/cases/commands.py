"""The verbs by which the parties, the staff and the clocks carry a dispute from the complaint to the money.

Every verb locks the case first, checks the version the person was looking at, takes one step of the table, and leaves the
commit to its caller. Each raises NotFound, Stale or StepRefused and then has changed nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from disputes import clock
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import deadlines, procedures, queries, texts
from disputes.cases.advance import advance
from disputes.cases.authority_models import AuthorityFact
from disputes.cases.models import Authorisation, Case, CaseEvent, Deadline, Offer, Referral, Settlement
from disputes.db import db
from disputes.rules import procedure
from disputes.rules.lifecycle import Action, Outcome, Role, State
from disputes.rules.packages import DAYS_OF, Package, needs_presence, package_of
from disputes.rules.procedure import Fact, FactKind
from disputes.rules.rulebook import local_day

QUESTIONS_OF_A_MERCHANT = 1  # more would let a shop stop its own clock again and again


class Refused(Exception):
    """The step is possible, but not with these particulars; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# --- to the shop, and its answer


def send_to_shop(
    reference: str | int, version: int | None, by: Actor, note: str = "", language: str = "zh_CN"
) -> CaseEvent:
    """Pass the claim to the shop and start its clock. Refused when no shop is known or nothing reaches it."""
    case = queries.lock(reference, by, version)
    return pass_on(case, by, note, language)


def pass_on(case: Case, by: Actor, note: str = "", language: str = "zh_CN") -> CaseEvent:
    """``send_to_shop`` for a case that the caller holds locked."""
    if case.merchant_id is None:
        raise Refused("no_shop")
    end_offer(case, "superseded")
    if case.officer_id is None and by.is_staff:
        case.officer_id = by.user_id
    case.routed_at = case.routed_at or clock.now()
    text = texts.write(case, "note_to_shop", by.role, note, language, "merchant")
    claim = {"note": note.strip(), "package": case.claim.package}
    event = advance(case, Action.SEND_TO_SHOP, by, details=texts.said(text), letter=claim)
    texts.attach(event, text)
    return event


def make_offer(
    reference: str | int,
    version: int | None,
    by: Actor,
    package: Package,
    words: str = "",
    language: str = "zh_CN",
    given_by: str = "",
) -> CaseEvent:
    """Put a package (money, goods, shipping, by when) before the tourist; it replaces the shop's earlier offer.

    From the counter it is marked unverified: it binds the shop to nothing until somebody verified it. ``given_by`` is the
    name and phone that the person at the counter gave.
    """
    case = queries.lock(reference, by, version)
    return _put(case, Action.OFFER, by, package, words, language, given_by)


def counter(
    reference: str | int, version: int | None, by: Actor, package: Package, words: str = "", language: str = "en"
) -> CaseEvent:
    """The tourist answers an offer with another package; the shop's clock starts again."""
    case = queries.lock(reference, by, version)
    return _put(case, Action.COUNTER, by, package, words, language)


def accept_claim(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The shop gives what the tourist last asked for: the counter-offer on the table, or the claim."""
    case = queries.lock(reference, by, version)
    wanted = case.open_offer if case.open_offer and case.open_offer.by_role == Role.TOURIST else case.claim
    return _settle(case, Action.ACCEPT_CLAIM, by, wanted)


def contest(
    reference: str | int, version: int | None, by: Actor, reason: str, words: str, language: str = "zh_CN"
) -> CaseEvent:
    """The shop denies the claim, with a reason from the list and in its own words; a mediator takes over."""
    case = queries.lock(reference, by, version)
    if not words.strip():
        raise Refused("reasons_missing")
    end_offer(case, "declined")
    text = texts.write(case, "contest", by.role, words, language)
    needs_officer(case)
    event = advance(
        case,
        Action.CONTEST,
        by,
        details={"reason": reason, **texts.said(text)},
        letter={"reason": reason, "words": words.strip()},
    )
    texts.attach(event, text)
    return event


# --- questions


def ask_tourist(
    reference: str | int,
    version: int | None,
    by: Actor,
    question: str,
    language: str = "zh_CN",
    phrase: str | None = None,
) -> CaseEvent:
    """Ask the tourist something. ``phrase`` names a ready question that each reader gets in their own language.

    Of a merchant only one question is taken, since each stops the merchant's own clock.
    """
    case = queries.lock(reference, by, version)
    if not question.strip() and not phrase:
        raise Refused("question_missing")
    if by.role is Role.MERCHANT:
        asked = sum(e.action == Action.ASK_TOURIST and e.by.startswith(Role.MERCHANT) for e in queries.history(case))
        if asked >= QUESTIONS_OF_A_MERCHANT:
            raise Refused("already_asked")
    text = texts.write(case, "question", by.role, question, language)
    event = advance(
        case,
        Action.ASK_TOURIST,
        by,
        details={"phrase": phrase, **texts.said(text)},
        letter={"question": question.strip(), "phrase": phrase},
    )
    texts.attach(event, text)
    return event


def answer(reference: str | int, version: int | None, by: Actor, words: str, language: str) -> CaseEvent:
    """The tourist answers; the case goes back to where the question came from."""
    case = queries.lock(reference, by, version)
    if not words.strip():
        raise Refused("answer_missing")
    text = texts.write(case, "answer", by.role, words, language)
    event = advance(case, Action.ANSWER, by, details=texts.said(text), letter={"answer": words.strip()})
    texts.attach(event, text)
    return event


def write(reference: str | int, version: int | None, by: Actor, words: str, language: str) -> CaseEvent:
    """Write a message to everybody in the case."""
    case = queries.lock(reference, by, version)
    if not words.strip():
        raise Refused("message_missing")
    text = texts.write(case, "message", by.role, words, language)
    event = advance(
        case, Action.WRITE, by, details=texts.said(text), letter={"words": words.strip(), "author": by.role}
    )
    texts.attach(event, text)
    return event


# --- the tourist's answer to an offer


def accept(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The tourist takes the shop's offer."""
    case = queries.lock(reference, by, version)
    return _settle(case, Action.ACCEPT, by, _open_offer(case))


def decline(reference: str | int, version: int | None, by: Actor, words: str = "", language: str = "en") -> CaseEvent:
    """The tourist turns the offer down without another; a mediator takes over."""
    case = queries.lock(reference, by, version)
    _open_offer(case)
    end_offer(case, "declined")
    text = texts.write(case, "reason", by.role, words, language)
    needs_officer(case)
    event = advance(case, Action.DECLINE, by, details=texts.said(text), letter={"words": words.strip()})
    texts.attach(event, text)
    return event


# --- mediation


def step_in(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """An officer takes the case into mediation, whatever was on the table."""
    case = queries.lock(reference, by, version)
    end_offer(case, "superseded")
    _end_settlement(case)
    _end_referral(case)
    case.officer_id = case.officer_id or by.user_id
    return advance(case, Action.STEP_IN, by)


def propose(
    reference: str | int, version: int | None, by: Actor, package: Package, words: str = "", language: str = "zh_CN"
) -> CaseEvent:
    """The mediator puts one package before both sides; each agrees for itself."""
    case = queries.lock(reference, by, version)
    return _put(case, Action.PROPOSE, by, package, words, language)


def agree(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """One side agrees to the proposal; with the second consent it is a settlement."""
    case = queries.lock(reference, by, version)
    proposal = _open_offer(case)
    now = clock.now()
    if by.role is Role.TOURIST:
        if proposal.tourist_agreed_at is not None:
            raise Refused("already_agreed")
        proposal.tourist_agreed_at = now
    else:
        if proposal.merchant_agreed_at is not None:
            raise Refused("already_agreed")
        proposal.merchant_agreed_at = now
    if proposal.tourist_agreed_at and proposal.merchant_agreed_at:
        return _settle(case, Action.SETTLE_PROPOSAL, by, proposal)
    event = advance(case, Action.AGREE, by, details={"offer": proposal.id})
    _meet(case, by.role, event)
    return event


def reject_proposal(
    reference: str | int, version: int | None, by: Actor, words: str = "", language: str = "en"
) -> CaseEvent:
    """One side turns the proposal down; the case goes back to the mediator, who decides on a referral."""
    case = queries.lock(reference, by, version)
    _open_offer(case)
    end_offer(case, "declined")
    text = texts.write(case, "reason", by.role, words, language)
    event = advance(
        case, Action.REJECT_PROPOSAL, by, details=texts.said(text), letter={"words": words.strip(), "author": by.role}
    )
    texts.attach(event, text)
    return event


# --- the money


def report_performance(
    reference: str | int,
    version: int | None,
    by: Actor,
    means: str,
    payment_reference: str = "",
    given_by: str = "",
) -> CaseEvent:
    """The settlement was carried out, says the shop or an officer; the tourist is asked, and only the tourist can say so for good.

    ``given_by`` is the name and phone of somebody at the counter whom nobody has verified.
    """
    case = queries.lock(reference, by, version)
    settlement = _settlement(case)
    person = texts.write(case, "given_by", by.role, given_by, "zh_CN")
    event = advance(
        case,
        Action.REPORT_PERFORMANCE,
        by,
        details={"means": means, **texts.said(person)},
        letter={"means": means, **_promise(settlement.offer)},
    )
    texts.attach(event, person)
    settlement.reported_at, settlement.means, settlement.reference = event.at, means, payment_reference.strip() or None
    return event


def confirm(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The tourist has what was agreed: the case closes as resolved."""
    case = queries.lock(reference, by, version)
    settlement = _settlement(case)
    settlement.confirmed_at = settlement.ended_at = clock.now()
    return advance(case, Action.CONFIRM, by, outcome=Outcome.RESOLVED, letter=_promise(settlement.offer))


def waive(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The tourist says in so many words that nothing more is owed: the case closes as waived."""
    case = queries.lock(reference, by, version)
    settlement = _settlement(case)
    settlement.waived_at = settlement.ended_at = clock.now()
    return advance(case, Action.WAIVE, by, outcome=Outcome.WAIVED)


def deny(reference: str | int, version: int | None, by: Actor, words: str = "", language: str = "en") -> CaseEvent:
    """The money has not arrived: back to mediation, with the same officer."""
    case = queries.lock(reference, by, version)
    settlement = _settlement(case)
    settlement.denied_at = settlement.ended_at = clock.now()
    text = texts.write(case, "reason", by.role, words, language)
    needs_officer(case)
    event = advance(
        case, Action.DENY, by, details=texts.said(text), letter={"words": words.strip(), **_promise(settlement.offer)}
    )
    texts.attach(event, text)
    return event


# --- an authority


def ready_referral(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """Make the case ready to be handed to the authority the tourist has authorised. Refused without an authorisation."""
    return _ready_referral(queries.lock(reference, by, version), by)


def ask_authorisation(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """Ask the tourist whether an officer may hand the case to an authority."""
    case = queries.lock(reference, by, version)
    end_offer(case, "lapsed")
    return advance(case, Action.ASK_AUTHORISATION, by)


def authorise(
    reference: str | int, version: int | None, by: Actor, authority_code: str, *, warned: bool, identity: dict[str, str]
) -> CaseEvent:
    """The tourist authorises the hand-over to a named body, after the warning on the choice of forum (R-XB-FORUM, ground B).

    ``identity`` holds full_name, document_number, home_address and phone as that body asks (R-SAMR-MATERIAL). Where the
    case was waiting for this, it goes on at once. A second authorisation replaces the first.
    """
    case = queries.lock(reference, by, version)
    if not warned:
        raise Refused("warning_not_confirmed")
    if not identity.get("full_name", "").strip():
        raise Refused("name_missing")
    now = clock.now()
    for earlier in case.authorisations:
        if earlier.withdrawn_at is None:
            earlier.withdrawn_at = now
    db.session.flush()
    event = advance(case, Action.AUTHORISE, by, details={"authority": authority_code})
    kept = {
        key: texts.clean(identity.get(key, "")).strip() or None
        for key in ("full_name", "document_number", "home_address", "phone")
    }
    case.authorisations.append(
        Authorisation(event_id=event.id, authority_code=authority_code, warned=True, given_at=now, **kept)
    )
    db.session.flush()
    if case.state == State.AWAITING_TOURIST and queries.last_question(case) == Action.ASK_AUTHORISATION:
        advance(case, Action.ANSWER, by)
        return _ready_referral(case, SYSTEM)
    return event


def record_referral(
    reference: str | int,
    version: int | None,
    by: Actor,
    received_by: str,
    received_at: datetime,
    receipt_number: str,
    channel: str,
    received_as: FactKind = FactKind.RECEIVED,
) -> CaseEvent:
    """An officer has handed the case over: who received it, when, and under which number. This starts the authority's clocks.

    ``received_as`` says what that receipt is in the authority's procedure: by the competent body, by a unit that only collects
    complaints, or by a merchant of the 12315 platform's own dispute resolution, where the regulator's days do not run yet.
    """
    case = queries.lock(reference, by, version)
    referral = queries.referral(case)
    if received_at > clock.now():
        raise Refused("received_in_the_future")
    if not received_by.strip():
        raise Refused("receiver_missing")
    referral.received_by, referral.received_at = texts.clean(received_by).strip(), received_at
    referral.receipt_number, referral.channel = texts.clean(receipt_number).strip() or None, channel
    referral.recorded_by_id = by.user_id
    if received_as not in procedure.kinds_of(procedures.clocks_of(case, referral)):
        raise Refused("not_of_this_authority")
    fact = AuthorityFact(case_id=case.id, referral_id=referral.id, kind=received_as, on=local_day(received_at))
    wanted = procedures.plan(case, referral, [Fact(procedures.NEW, received_as, fact.on)])
    details = {"authority": referral.authority_code, "received_at": received_at.isoformat(), "channel": channel}
    event = advance(
        case, Action.RECORD_REFERRAL, by, details={**details, "fact": received_as},
        letter={
            "authority": referral.authority_code, "received_by": referral.received_by,
            "receipt_number": referral.receipt_number, **procedures.next_date(wanted),
        },
    )  # fmt: skip
    fact.event_id = event.id
    db.session.add(fact)
    db.session.flush()
    procedures.carry_out(case, referral, wanted, event, fact)
    return event


def record_settlement(reference: str | int, version: int | None, by: Actor, package: Package) -> CaseEvent:
    """The parties agreed before the authority; the officer records the package, and its performance is watched like any other."""
    case = queries.lock(reference, by, version)
    offer = Offer(by_role=by.role, package=package.stored(), status="open")  # joins the case once its event exists
    return _settle(case, Action.RECORD_SETTLEMENT, by, offer)


# --- the end, and after it


def withdraw(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The tourist takes the case back."""
    case = queries.lock(reference, by, version)
    _end_everything(case)
    return advance(case, Action.WITHDRAW, by, outcome=Outcome.WITHDRAWN)


STAFF_OUTCOMES = (
    Outcome.NO_AGREEMENT,
    Outcome.REFERRED_ENDED,
    Outcome.OUT_OF_SCOPE,
    Outcome.DUPLICATE,
    Outcome.EMERGENCY_HANDED_OVER,
)


def close(
    reference: str | int, version: int | None, by: Actor, outcome: Outcome, words: str, language: str = "zh_CN"
) -> CaseEvent:
    """An officer ends the case with an outcome and tells the parties why. Never as resolved: that only the tourist can say."""
    case = queries.lock(reference, by, version)
    if outcome not in STAFF_OUTCOMES:
        raise Refused("outcome_not_for_staff")
    if not words.strip():
        raise Refused("reasons_missing")
    _end_everything(case)
    text = texts.write(case, "closing", by.role, words, language)
    event = advance(
        case,
        Action.CLOSE,
        by,
        outcome=outcome,
        details={"outcome": outcome, **texts.said(text)},
        letter={"words": words.strip()},
    )
    texts.attach(event, text)
    return event


def reopen(reference: str | int, version: int | None, by: Actor, words: str = "", language: str = "en") -> CaseEvent:
    """Open a closed case again; it goes to the officer who had it. Refused once its personal data were erased."""
    case = queries.lock(reference, by, version)
    if case.erased_at is not None:
        raise Refused("erased")
    needs_officer(case)
    text = texts.write(case, "reason", by.role, words, language)
    event = advance(case, Action.REOPEN, by, details=texts.said(text), letter={"words": words.strip()})
    texts.attach(event, text)
    return event


# --- what a lapse does (called with the case locked, by the sweep)


def carry_on(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    """Take the step that the clock of this lapsed deadline names. Silence is never an admission and never a settlement."""
    return _ON_LAPSE.get(action, _only_advance)(case, action, lapsed)


def _authority_late(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    """A period that binds the authority is over: nothing of the case moves, but an officer has to ask, and the tourist is told."""
    needs_officer(case)
    due = {"due_on": lapsed.due_on.isoformat(), "rule": lapsed.rule_id}
    authority = next((r.authority_code for r in reversed(case.referrals) if r.ended_at is None), None)
    return advance(
        case,
        action,
        SYSTEM,
        details={"clock": lapsed.clock, "authority": authority, **due},
        letter={"authority": authority, "overdue": lapsed.clock, "overdue_on": lapsed.due_on.isoformat()},
        lapsed=lapsed,
    )


def _escalate(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    end_offer(case, "lapsed")
    _end_settlement(case)
    needs_officer(case)
    return advance(case, action, SYSTEM, lapsed=lapsed)


def _close_dormant(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    _end_everything(case)
    return advance(case, action, SYSTEM, outcome=Outcome.DORMANT, lapsed=lapsed)


def _close_unconfirmed(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    _end_settlement(case)
    return advance(case, action, SYSTEM, outcome=Outcome.PERFORMED_UNCONFIRMED, lapsed=lapsed)


def _refer_on_lapse(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    return _ready_referral(case, SYSTEM, lapsed)


def _ask_on_lapse(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    end_offer(case, "lapsed")
    return advance(case, action, SYSTEM, lapsed=lapsed)


def _only_advance(case: Case, action: Action, lapsed: Deadline) -> CaseEvent:
    return advance(case, action, SYSTEM, lapsed=lapsed)


_ON_LAPSE = {
    Action.AUTHORITY_LATE: _authority_late,
    Action.ESCALATE: _escalate,
    Action.CLOSE_DORMANT: _close_dormant,
    Action.CLOSE_UNCONFIRMED: _close_unconfirmed,
    Action.READY_REFERRAL: _refer_on_lapse,
    Action.ASK_AUTHORISATION: _ask_on_lapse,
}


# --- shared by the verbs above


def _put(
    case: Case, action: Action, by: Actor, package: Package, words: str, language: str, given_by: str = ""
) -> CaseEvent:
    """Put a package on the table in place of the one that lies there. Refused when it needs a tourist who has left."""
    if case.is_away(clock.now()) and needs_presence(package):
        raise Refused("in_person_after_departure")
    end_offer(case, "superseded")
    _end_referral(case)
    db.session.flush()
    text = texts.write(case, "offer", by.role, words, language)
    person = texts.write(case, "given_by", by.role, given_by, language)
    verified = by.role is not Role.COUNTER
    event = advance(
        case, action, by,
        details={"package": package.stored(), "verified": verified, **texts.said(text, person)},
        letter={"package": package.stored(), "words": words.strip(), "verified": verified},
    )  # fmt: skip
    texts.attach(event, text, person)
    db.session.add(
        Offer(
            case=case,
            event_id=event.id,
            by_role=by.role,
            verified=verified,
            package=package.stored(),
            text=text,
            status="open",
        )
    )
    db.session.flush()
    return event


def _settle(case: Case, action: Action, by: Actor, offer: Offer) -> CaseEvent:
    """Turn a package into a settlement; its performance is due when it says."""
    package = package_of(offer.package)
    end_offer(case, "superseded", keep=offer)
    _end_referral(case)
    event = advance(
        case, action, by,
        details={"offer": offer.id, "package": offer.package, "verified": offer.verified},
        letter=_promise(offer), promised=promised(package),
    )  # fmt: skip
    if offer.status != "claim":
        offer.status, offer.ended_at = "accepted", event.at
    if offer.case is None:
        offer.event_id, offer.case = event.id, case
        db.session.add(offer)
    db.session.flush()
    case.settlements.append(Settlement(offer_id=offer.id, event_id=event.id, agreed_at=event.at))
    db.session.flush()
    return event


def promised(package: Package) -> date:
    """The day by which the package says it is carried out, counted from today."""
    return clock.today() + timedelta(days=DAYS_OF[package.within])


def _promise(offer: Offer) -> dict[str, object]:
    return {"package": offer.package, "verified": offer.verified}


def _open_offer(case: Case) -> Offer:
    if case.open_offer is None:
        raise Refused("nothing_on_the_table")
    return case.open_offer


def _settlement(case: Case) -> Settlement:
    if case.settlement is None:
        raise Refused("nothing_settled")
    return case.settlement


def end_offer(case: Case, status: str, keep: Offer | None = None) -> None:
    offer = case.open_offer
    if offer is not None and offer is not keep:
        offer.status, offer.ended_at = status, clock.now()


def _end_settlement(case: Case) -> None:
    if case.settlement is not None:
        case.settlement.ended_at = clock.now()


def _end_referral(case: Case) -> None:
    for referral in case.referrals:
        if referral.ended_at is None:
            referral.ended_at = clock.now()


def _end_everything(case: Case) -> None:
    end_offer(case, "withdrawn")
    _end_settlement(case)
    _end_referral(case)


def needs_officer(case: Case) -> None:
    """Give the case an officer when it has none that can work on it; one who has it keeps it."""
    if case.officer is not None and case.officer.active and case.officer.on_duty:
        return  # one whose planned absence has begun hands over by the sweep (handovers.py), within a minute
    chosen = queries.least_loaded_officer(case.office_id, case.language)
    if chosen is None and case.officer is not None and case.officer.active:
        return  # away, but the only one; the sweep hands the case over as soon as somebody is there
    case.officer = chosen
    case.officer_id = chosen.id if chosen else None


def _ready_referral(case: Case, by: Actor, lapsed: Deadline | None = None) -> CaseEvent:
    standing = next((a for a in case.authorisations if a.withdrawn_at is None), None)
    if standing is None:
        raise Refused("not_authorised")
    end_offer(case, "lapsed")
    needs_officer(case)
    event = advance(
        case,
        Action.READY_REFERRAL,
        by,
        details={"authority": standing.authority_code},
        letter={"authority": standing.authority_code},
        lapsed=lapsed,
    )
    case.referrals.append(Referral(authority_code=standing.authority_code, event_id=event.id, prepared_at=event.at))
    db.session.flush()
    return event


def _meet(case: Case, owes: Role, event: CaseEvent) -> None:
    """This side owes nothing more; the other side's clock goes on."""
    for deadline in case.running_deadlines:
        if deadline.owes == owes:
            deadlines.end(deadline, "met", event)
    case.waiting_on = deadlines.waiting_on(case)
