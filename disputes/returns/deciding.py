"""The verbs that decide on a return: approve, let keep, refuse with a ground of the pledge, offer instead, and the tourist's answer."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from disputes import clock
from disputes.accounts.actors import SYSTEM, Actor
from disputes.cases import commands, queries, texts
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import Case, CaseEvent, Evidence
from disputes.db import db
from disputes.intake.commands import Telling, file_complaint
from disputes.law import queries as law
from disputes.pledges.models import PledgeVersion
from disputes.returns.models import Return, ReturnItem
from disputes.rules import counting
from disputes.rules.categories import Category, HowBought, PaidHow, Purpose, Trade
from disputes.rules.lifecycle import Action, Outcome, State
from disputes.rules.packages import Goods, Means, Package, Remedy, Shipping, package_of
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Holder, Line, RefusalGround, refund_day, sum_of
from disputes.rules.rulebook import local_day

REFUND_RULE = "R-RET-REFUND-7"


def record_of(case: Case) -> Return:
    """The return of this case, which the caller holds locked. NotFound for a dispute."""
    record = db.session.get(Return, case.id, populate_existing=True)
    if record is None:
        raise queries.NotFound(case.number)
    return record


def amount_due(record: Return) -> int:
    """What is owed for the goods, in fen: the agreed package's money, else every item that came and was not rejected (R-RET-ONESUM).

    While nothing has come yet it is what would be owed for all of them.
    """
    if record.remedy is not None:
        return package_of(record.remedy).amount
    came = [i for i in record.items if i.arrived_at is not None] or record.items
    return sum_of([Line(i.unit_price, i.quantity, rejected=i.rejected_at is not None) for i in came])


def approve(
    reference: str | int, version: int | None, by: Actor, words: str = "", language: str = "zh_CN"
) -> CaseEvent:
    """The goods may come back. Refused while the state of the tax refund is unknown (R-TAX-ASK), and after T3 to all but the staff.

    What a desk has taken in meanwhile is on its way at once.
    """
    case = queries.lock(reference, by, version)
    record = record_of(case)
    _tax_gate(record, by)
    commands.end_offer(case, "superseded")
    text = texts.write(case, "note", by.role, words, language, "parties")
    _decide(record, "approved", by)
    event = advance(case, Action.APPROVE, by, details=texts.said(text), letter={"words": words.strip()})
    texts.attach(event, text)
    if all(item.arrived_at is not None for item in record.items):
        return advance(case, Action.RECEIVE_GOODS, SYSTEM)
    if all(item.holder != Holder.TOURIST for item in record.items):
        return advance(case, Action.HAND_OVER, SYSTEM)
    return event


def let_keep(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """Approved, and the goods stay with the tourist: the refund is due at once."""
    case = queries.lock(reference, by, version)
    record = record_of(case)
    _tax_gate(record, by)
    keep_goods(record)
    _decide(record, "approved", by)
    return advance(case, Action.LET_KEEP, by, letter=refund_slot(record), promised=pledged_day(record, clock.today()))


def keep_goods(record: Return) -> None:
    """The price back without the goods becomes what is agreed."""
    record.remedy = Package((Remedy.REFUND,), amount=amount_due(record), goods=Goods.KEEP).stored()


def refuse(
    reference: str | int,
    version: int | None,
    by: Actor,
    ground: RefusalGround,
    words: str = "",
    language: str = "zh_CN",
) -> CaseEvent:
    """The shop does not take the goods back, with a ground of its pledge or of the law, and no other (R-RET-OFF-BIND).

    Refused where the ground contradicts the facts: nothing promised although a promise stood, late although it was declared in
    time, excluded although no exclusion bites, tax refunded although it was not.
    """
    case = queries.lock(reference, by, version)
    record = record_of(case)
    if not fits(record, ground):
        raise Refused("ground_does_not_fit")
    commands.end_offer(case, "superseded")
    text = texts.write(case, "reason", by.role, words, language)
    _decide(record, "refused", by)
    record.refusal = ground
    event = advance(
        case,
        Action.REFUSE,
        by,
        details={"ground": ground, **texts.said(text)},
        letter={"reason": ground, "words": words.strip()},
    )
    texts.attach(event, text)
    return event


def fits(record: Return, ground: RefusalGround) -> bool:
    """Whether the verdicts leave room for this ground; one that only a look at the goods or the books can settle always does."""
    strengths = {item.verdict["strength"] for item in record.items}
    carried = strengths & {"right", "promise"}
    if ground is RefusalGround.NO_PROMISE:
        return not carried
    if ground is RefusalGround.OUT_OF_TIME:
        return not carried
    if ground is RefusalGround.EXCLUDED:
        return any(item.verdict["exclusion"] for item in record.items) or not carried
    if ground is RefusalGround.TAX_REFUNDED:
        return record.tax is not None and record.tax.state == TaxState.T3
    return True


def offer(
    reference: str | int, version: int | None, by: Actor, package: Package, words: str = "", language: str = "zh_CN"
) -> CaseEvent:
    """The shop offers something in place of the return: an exchange, a part of the price, or the price without the goods.

    The tourist's yes approves the return, so what has to be known before an approval has to be known before the offer
    (R-TAX-ASK); after T3 a person of the staff decides, and no offer goes round that.
    """
    _tax_gate(record_of(queries.lock(reference, by, version)), by)
    return commands.make_offer(reference, version, by, package, words, language)


def accept(reference: str | int, version: int | None, by: Actor) -> CaseEvent:
    """The tourist takes the shop's offer: the goods come back first, or the money is due at once."""
    case = queries.lock(reference, by, version)
    record = record_of(case)
    on_table = case.open_offer
    if on_table is None:
        raise Refused("nothing_on_the_table")
    package = package_of(on_table.package)
    commands.end_offer(case, "accepted")
    record.remedy = on_table.package
    _decide(record, "approved", by)
    details = {"offer": on_table.id, "package": on_table.package}
    still_out = any(item.holder == Holder.TOURIST for item in record.items)
    if package.goods is Goods.GIVE_BACK and still_out:
        return advance(case, Action.ACCEPT, by, details=details, letter={"package": on_table.package})
    return advance(
        case, Action.ACCEPT_REFUND, by, details=details, letter=refund_slot(record), promised=commands.promised(package)
    )


def make_dispute(reference: str | int, version: int | None, by: Actor, words: str = "", language: str = "en") -> Case:
    """What the shop refused, rejected or left unpaid goes on as a dispute of its own, with everything that was told and shown.

    While a part of the return still goes on (a refund is due or reported), only the rejected items go over; otherwise the
    return is closed with it. A second call gives the same dispute. Refused while nothing stands against the return.
    """
    case = queries.lock(reference, by, version)
    record = record_of(case)
    if record.dispute_id is not None:
        return queries.find(record.dispute_id, SYSTEM)
    apart = State(case.state) in (State.REFUND_DUE, State.REFUNDED, State.CLOSED)
    action = Action.SPLIT_DISPUTE if apart else Action.MAKE_DISPUTE
    items = [i for i in record.items if i.rejected_at is not None] if apart else list(record.items)
    if not items:
        raise Refused("nothing_to_dispute")
    dispute = file_complaint(_as_complaint(case, record, items, words, language), by, "return")
    for piece in case.evidence:
        if piece.erased_at is None:
            _copy(piece, dispute)
    record.dispute_id = dispute.id
    if not apart:
        commands.end_offer(case, "lapsed")
    outcome = None if apart else Outcome.BECAME_DISPUTE
    advance(case, action, by, details={"dispute": dispute.number}, outcome=outcome)
    return dispute


def pledged_day(record: Return, received_on: date) -> date:
    """The last day for the refund of goods received on this day: the pledge's, at most the law's (R-RET-REFUND-7, R-RET-OFF-PAY)."""
    by_law = counting.count(law.rule(REFUND_RULE, received_on), received_on, law.calendar()).due_on
    version = db.session.get(PledgeVersion, record.pledge_version_id) if record.pledge_version_id else None
    pledged = received_on + timedelta(days=version.refund_days) if version and version.refund_days else None
    return max(clock.today(), refund_day(received_on, by_law, pledged))


def refund_slot(record: Return) -> dict[str, object]:
    """What a letter says of the refund."""
    case = record.case
    return {"refund": [amount_due(record), case.complaint.currency or "CNY"]}


def received_on(record: Return) -> date:
    """The day on which the shop, or whoever accepts for it, got the goods."""
    return local_day(record.received_at) if record.received_at else clock.today()


def _decide(record: Return, decision: str, by: Actor) -> None:
    record.decision, record.decided_at, record.decided_by = decision, clock.now(), by.code
    record.refusal = None


def _tax_gate(record: Return, by: Actor) -> None:
    """Before any approval the state of the tax refund is asked for; after T3 only a person of the staff decides (R-TAX-ASK)."""
    if record.tax is None:
        raise Refused("tax_state_missing")
    if record.tax.state == TaxState.T3 and not by.is_staff:
        raise Refused("person_decides")
    if record.tax.state != TaxState.T0 and not (record.tax.form_number or record.tax.invoice_number):
        raise Refused("tax_numbers_missing")


def _as_complaint(case: Case, record: Return, items: list[ReturnItem], words: str, language: str) -> Telling:
    complaint, tourist = case.complaint, case.tourist
    amount = sum_of([Line(i.unit_price, i.quantity) for i in items])
    held = any(i.holder == Holder.TOURIST for i in items)
    goods = Goods.GIVE_BACK if held else Goods.NONE
    shipping = Shipping.IN_SHOP if held else Shipping.NONE
    claim = Package((Remedy.REFUND,), amount=amount, goods=goods, shipping=shipping, means=Means(record.means))
    standing = [Purpose(c.purpose) for c in case.consents if c.withdrawn_at is None]
    return Telling(
        category=Category.RETURN_REFUND_REFUSED,
        trade=Trade(complaint.trade),
        how_bought=HowBought(complaint.how_bought),
        claim=claim if amount else Package((Remedy.EXCHANGE,), goods=goods, shipping=shipping),
        language=case.language,
        narrative=words,
        consents=tuple(standing),
        shop_id=case.shop_id,
        division_code=complaint.division_code,
        bought_on=complaint.bought_on,
        paid_how=PaidHow(complaint.paid_how) if complaint.paid_how else None,
        amount=amount,
        currency=complaint.currency,
        item=", ".join(i.name for i in items if i.name),
        invoice_number=complaint.invoice_number or "",
        departure=case.departure,
        departure_at=case.departure_at,
        departure_port=case.departure_port,
        name=tourist.name or "",
        email=tourist.email,
        time_zone=tourist.time_zone,
        country=tourist.country,
    )


def _copy(piece: Evidence, to: Case) -> None:
    kept = (
        "by_role",
        "by_user_id",
        "name",
        "media_type",
        "size",
        "sha256",
        "safe_sha256",
        "thumbnail_sha256",
        "added_at",
    )
    db.session.add(Evidence(case_id=to.id, event_id=None, **{name: getattr(piece, name) for name in kept}))


def earlier_return(dispute: Case) -> Case | None:
    """The return that this dispute came from; None for one that was filed as such."""
    record = db.session.scalars(select(Return).where(Return.dispute_id == dispute.id)).one_or_none()
    return record.case if record is not None else None
