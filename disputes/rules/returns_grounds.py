"""The grounds on which goods can go back, each asked by itself: fault, arranged shopping, distance sale, promise, goodwill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from disputes.rules.categories import HowBought
from disputes.rules.counting import count
from disputes.rules.exclusions import Distance, Exclusion, Store, When, rows_for
from disputes.rules.goods import GoodsClass
from disputes.rules.pledges import Condition, Payer, PledgeTerms, Proof, Starts, Way, terms_on
from disputes.rules.return_facts import Fault, Item, Purchase, TaxState
from disputes.rules.rulebook import Due, Param, Rule
from disputes.rules.verdicts import (
    Change,
    ExclusionKind,
    Finding,
    Ground,
    Lack,
    Missing,
    Outcome,
    Reason,
    RefundRule,
    ReturnLaw,
    Strength,
    promised,
)

IN_PERSON = (Way.SHOP, Way.BRANCH, Way.DESK)
RANK = {Strength.RIGHT: 4, Strength.PROMISE: 3, Strength.PERSON: 2, Strength.GOODWILL: 1, Strength.NO: 0}
STATE_OF = {When.UNSEALED: Lack.UNSEALED, When.ACTIVATED: Lack.ACTIVATED}
LOSES = {When.UNSEALED: "unsealing", When.ACTIVATED: "activating"}


def findings(purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw) -> tuple[Finding, ...]:
    """Every ground that can be asked for this item, in the order of section 6; the last one is always goodwill."""
    found = [
        fault(purchase, item, declared_at, law),
        agency(purchase, item, declared_at, law),
        distance(purchase, item, declared_at, law),
        promise(purchase, item, declared_at, law),
    ]
    return (*(each for each in found if each), goodwill(purchase, item, law))


# --- 1: a fault in the goods (section 7) ---


def fault(purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw) -> Finding | None:
    """Goods that are not what they must be. No list of exclusions, no freight; if the fault is shown."""
    if item.fault is Fault.NONE:
        return None
    refund = RefundRule(law.rule("R-STALL-15", purchase.bought_on))
    missing = _proof(purchase, Proof.ANY, "R-QUAL-7")
    changes = (Change("fault_not_found", "R-QUAL-7"),)
    warnings = _ceilings(item, law)
    if item.fault is Fault.BANNED:
        reasons: tuple[Reason, ...] = (law.reason("banned", "R-QUAL-BAN"), law.reason("no_exclusions", "R-QUAL-BAN"))
        return Finding(
            Ground.FAULT, Strength.RIGHT, Outcome.RETURN, reasons, missing=missing, changes=changes,
            warnings=warnings, freight=Payer.MERCHANT, refund=refund, ways=(*IN_PERSON, Way.PARCEL),
        )  # fmt: skip
    reasons, due, outcome, lacks = _fault_window(purchase, item, declared_at, law)
    limit = law.rule("R-LIMIT-3Y", purchase.bought_on)
    if item.fault_found_on and _over(count(limit, item.fault_found_on, law.calendar), declared_at):
        reasons = (*reasons, law.reason("limitation", limit.id, years=limit.length))
        return Finding(
            Ground.FAULT, Strength.GOODWILL, Outcome.NONE, reasons, due=due, missing=missing, warnings=warnings
        )
    return Finding(
        Ground.FAULT, Strength.RIGHT, outcome, reasons, due=due, missing=(*lacks, *missing), changes=changes,
        warnings=warnings, freight=Payer.MERCHANT, refund=refund, ways=(*IN_PERSON, Way.PARCEL),
    )  # fmt: skip


def _fault_window(
    purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw
) -> tuple[tuple[Reason, ...], Due | None, Outcome, tuple[Missing, ...]]:
    """Within the period a return; later repair or exchange, unless the contract may be ended by law (CPL 24)."""
    rule = law.rule("R-QUAL-7", purchase.bought_on)
    agreed = item.agreed_days if item.agreed_days and item.agreed_days > rule.length else None
    if agreed:
        rule = promised(rule, "R-QUAL-TERM", rule.version, agreed)
    if purchase.received is None:
        reasons = (law.reason("fault_not_received", "R-QUAL-7", days=rule.length),)
        return reasons, None, Outcome.RETURN, (Missing(Lack.RECEIVED_AT, "R-QUAL-7", True),)
    due = count(rule, purchase.received, law.calendar)
    late = _over(due, declared_at)
    code = "fault_agreed" if agreed else "fault"
    told = [law.reason(f"{code}_late" if late else code, rule.id, days=rule.length, last=due.due_on.isoformat())]
    told.append(law.reason("no_exclusions", "R-QUAL-7"))
    if item.durable:
        six = count(law.rule("R-QUAL-6M", purchase.bought_on), purchase.received, law.calendar)
        if not _over(six, declared_at):
            told.append(law.reason("merchant_proves", "R-QUAL-6M", last=six.due_on.isoformat()))
    return tuple(told), due, Outcome.REPAIR if late else Outcome.RETURN, ()


def _ceilings(item: Item, law: ReturnLaw) -> tuple[Reason, ...]:
    """What the law lets a buyer claim on top at most; shown for the claim form and never computed."""
    if item.fault is Fault.FAKE:
        return (law.reason("fraud_ceiling", "R-FRAUD-3X"),)
    if item.fault is Fault.UNSAFE_FOOD:
        return (law.reason("food_ceiling", "R-FOOD-10X"),)
    return ()


# --- 2: shopping that a travel agency arranged ---


def agency(purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw) -> Finding | None:
    """The right against the agency: no excluded goods and no condition in the text, but the agency must have broken it."""
    if purchase.how_bought is not HowBought.AGENCY:
        return None
    rule = law.rule("R-TOUR-SHOP30", purchase.bought_on)
    if purchase.agency_breach is False:
        return Finding(Ground.AGENCY, Strength.GOODWILL, Outcome.NONE, (law.reason("agency_agreed", rule.id),))
    missing = []
    if purchase.agency_breach is None:
        missing.append(Missing(Lack.AGENCY_BREACH, rule.id, True))
    if purchase.itinerary_ended_on is None:
        missing.append(Missing(Lack.ITINERARY_END, rule.id, True))
    if not purchase.agency:
        missing.append(Missing(Lack.AGENCY, rule.id, False))
    missing += _proof(purchase, Proof.ANY, rule.id)
    due = None if purchase.itinerary_ended_on is None else count(rule, purchase.itinerary_ended_on, law.calendar)
    if due and _over(due, declared_at):
        lapsed = law.reason("agency_lapsed", rule.id, days=rule.length, last=due.due_on.isoformat())
        return Finding(Ground.AGENCY, Strength.GOODWILL, Outcome.NONE, (lapsed,), due=due)
    outcome = Outcome.REFUND_EXTRAS if item.goods is GoodsClass.SERVICES else Outcome.RETURN
    code = "agency_extras" if outcome is Outcome.REFUND_EXTRAS else "agency"
    reasons = (law.reason(code, rule.id, days=rule.length), law.reason("agency_no_conditions", rule.id))
    stalling = law.rule("R-STALL-15", purchase.bought_on)
    return Finding(
        Ground.AGENCY, Strength.RIGHT, outcome, reasons, due=due, missing=tuple(missing),
        changes=(Change("agency_agreed", rule.id), *_by_then(due)), freight=Payer.AGENCY,
        refund=RefundRule(promised(stalling, "R-TOUR-PAY", 1, stalling.length)), ways=(*IN_PERSON, Way.PARCEL),
    )  # fmt: skip


# --- 3: bought at a distance (6a) ---


def distance(purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw) -> Finding | None:
    """The statutory right of online, television, telephone and mail-order buyers."""
    if purchase.how_bought is not HowBought.ONLINE:
        return None
    rule = law.rule("R-RET-ON-7", purchase.bought_on)
    missing, changes = list(_proof(purchase, Proof.ANY, rule.id)), []
    unsettled: list[Reason] = []
    allowed: list[Reason] = []
    for row in rows_for(item, law.exclusions):
        bites = _bites_at_distance(row, item, law)
        if bites:
            return bites
        if row.applies(item) is None:
            if row.distance is Distance.EXCLUDED or item.confirmed:
                missing.append(Missing(STATE_OF[row.when], row.distance_rule, True))
        elif row.distance is Distance.UNSETTLED:
            unsettled.append(law.reason("unsettled", row.distance_rule, row=row.code))
        else:
            allowed.append(law.reason("not_confirmed", row.distance_rule, row=row.code))
            if item.confirmed is None:
                changes.append(Change("confirmed_at_purchase", row.distance_rule, Strength.NO))
    broken = _not_intact(item, law)
    if broken:
        return broken
    if item.intact is None:
        missing.append(Missing(Lack.INTACT, "R-RET-INTACT", True))
    changes += [Change(LOSES[row.when], row.distance_rule, Strength.NO) for row in _can_still_bite(item, law)]
    changes.append(Change("using", "R-RET-INTACT", Strength.NO))
    if unsettled:
        return Finding(Ground.DISTANCE, Strength.PERSON, Outcome.NONE, tuple(unsettled), missing=tuple(missing))
    if purchase.received is None:
        missing.append(Missing(Lack.RECEIVED_AT, rule.id, True))
    due = None if purchase.received is None else count(rule, purchase.received, law.calendar)
    if due and _over(due, declared_at):
        lapsed = law.reason("distance_lapsed", rule.id, days=rule.length, last=due.due_on.isoformat())
        return Finding(Ground.DISTANCE, Strength.GOODWILL, Outcome.NONE, (lapsed,), due=due)
    told = law.reason("distance", rule.id, days=rule.length)
    intact = law.reason("looking_is_allowed" if item.unsealed else "intact", "R-RET-INTACT")
    better = [each for each in terms_on(purchase.promises, purchase.bought_on) if each.covers(item.goods)]
    freight = next((each.freight for each in better if each.freight is not Payer.BUYER), Payer.BUYER)
    return Finding(
        Ground.DISTANCE, Strength.RIGHT, Outcome.RETURN, (told, *allowed, intact, law.reason("freight", "R-RET-FREIGHT")),
        due=due, missing=tuple(missing), changes=(*changes, *_by_then(due)), freight=freight,
        refund=_sooner(law.rule("R-RET-REFUND-7", purchase.bought_on), better), ways=(Way.PARCEL, *IN_PERSON),
    )  # fmt: skip


def _bites_at_distance(row: Exclusion, item: Item, law: ReturnLaw) -> Finding | None:
    """What the row takes away, if the item is in the state that it names and the law lets it."""
    if row.applies(item) is not True:
        return None
    if row.distance is Distance.EXCLUDED:
        reason = law.reason("excluded_by_law", row.distance_rule, row=row.code)
        return _no(Ground.DISTANCE, ExclusionKind.STATUTORY, reason, _ways_out("R-RET-ON-EXCL"))
    if row.distance is Distance.CONFIRMED and item.confirmed:
        reason = law.reason("excluded_by_confirmation", row.distance_rule, row=row.code)
        changes = (Change("no_true_confirmation", row.distance_rule, Strength.RIGHT), *_ways_out(row.distance_rule))
        return _no(Ground.DISTANCE, ExclusionKind.CONFIRMED, reason, changes)
    return None


def _can_still_bite(item: Item, law: ReturnLaw) -> list[Exclusion]:
    """The rows that would take the right away if the goods were unsealed or activated now."""
    rows = [
        row for row in law.exclusions if row.when in LOSES and row.speaks_of(item) and row.applies(item) is not True
    ]
    return [row for row in rows if row.distance is Distance.EXCLUDED or item.confirmed]


def _not_intact(item: Item, law: ReturnLaw) -> Finding | None:
    if item.worn or item.intact is False:
        reason = law.reason("worn" if item.worn else "not_intact", "R-RET-INTACT")
        return _no(Ground.DISTANCE, ExclusionKind.CONDITION, reason, _ways_out("R-RET-INTACT"))
    return None


def _sooner(rule: Rule, better: Sequence[PledgeTerms]) -> RefundRule:
    """The law's days for the refund, and a promise of the shop that names fewer."""
    days = [each for each in better if each.refund_days and each.refund_days < rule.length]
    if not days:
        return RefundRule(rule)
    best = min(days, key=lambda each: (each.refund_days or 0, each.pledge))
    return RefundRule(promised(rule, "R-RET-OFF-BIND", best.version, best.refund_days or rule.length), at_most=rule)


# --- 4: a promise of the shop (6b) ---


def promise(purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw) -> Finding | None:
    """The promise that stood on the day of purchase; of several the one that gives the tourist most."""
    found = [
        _under(terms, purchase, item, declared_at, law) for terms in terms_on(purchase.promises, purchase.bought_on)
    ]
    if not found:
        return None
    return max(found, key=_worth)


def _worth(found: Finding) -> tuple[int, bool, datetime, str]:
    end = found.due.due_at if found.due else datetime.max.replace(tzinfo=UTC)
    decides = any(each.decides for each in found.missing)
    return RANK[found.strength], not decides, end, found.terms.pledge if found.terms else ""


def _under(terms: PledgeTerms, purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw) -> Finding:
    """One version of one promise, asked about this item."""
    rule = promised(law.rule("R-RET-OFF-MIN7", purchase.bought_on), "R-RET-OFF-BIND", terms.version, terms.days)
    changes: list[Change] = []
    missing = list(_proof(purchase, terms.proof, "R-RET-OFF-COND"))
    warnings = _about(terms, purchase, law)
    against = _shop_excludes(terms, item, law) or _condition_fails(terms, item, law)
    if against:
        kind, reason = against
        changes += _ways_out(reason.rule_id)
        return Finding(
            Ground.PROMISE,
            Strength.NO,
            Outcome.NONE,
            (reason,),
            kind,
            changes=tuple(changes),
            warnings=warnings,
            terms=terms,
        )
    missing += _states_to_ask(terms, item, law)
    changes += [
        Change(LOSES[row.when], "R-RET-OFF-DEFAULT", Strength.NO)
        for row in law.exclusions
        if row.when in LOSES and row.speaks_of(item) and row.applies(item) is not True and not _lifted(row, terms, item)
    ]
    start = purchase.bought_on if terms.starts is Starts.PURCHASE else purchase.received
    if start is None:
        missing.append(Missing(Lack.RECEIVED_AT, rule.id, True))
    due = None if start is None else count(rule, start, law.calendar)
    named: dict[str, Param] = {"pledge": terms.pledge, "version": terms.version, "days": terms.days}
    if due and _over(due, declared_at):
        lapsed = law.reason("promise_lapsed", rule.id, **named, last=due.due_on.isoformat())
        return Finding(
            Ground.PROMISE, Strength.GOODWILL, Outcome.NONE, (lapsed,), due=due, warnings=warnings, terms=terms
        )
    told = [law.reason("promise", rule.id, **named), law.reason(f"promise_{terms.condition}", "R-RET-OFF-COND")]
    if any(row.applies(item) is not False and _lifted(row, terms, item) for row in law.exclusions):
        told.append(law.reason("promise_of_excluded", "R-RET-BOUND"))
    return Finding(
        Ground.PROMISE, Strength.PROMISE, Outcome.RETURN, tuple(told),
        due=due, missing=tuple(missing), changes=(*changes, Change("using", "R-RET-OFF-COND", Strength.NO), *_by_then(due)),
        warnings=warnings, freight=terms.freight, refund=_promised_refund(terms, purchase, law), terms=terms,
        ways=tuple(way for way in Way if way in terms.ways),
    )  # fmt: skip


def _shop_excludes(terms: PledgeTerms, item: Item, law: ReturnLaw) -> tuple[ExclusionKind, Reason] | None:
    """The promise's own list first, then what stores usually leave out and the promise is silent on."""
    if not terms.covers(item.goods):
        return ExclusionKind.SHOP, law.reason("excluded_by_promise", "R-RET-OFF-CONTENT", goods=item.goods.value)
    for row in rows_for(item, law.exclusions):
        if row.applies(item) is not True or _lifted(row, terms, item):
            continue
        if row.store is Store.EXCLUDED:
            return ExclusionKind.SHOP, law.reason("excluded_usually", "R-RET-OFF-DEFAULT", row=row.code)
        if item.stated:
            return ExclusionKind.SHOP, law.reason("excluded_by_statement", "R-RET-OFF-DEFAULT", row=row.code)
        if item.sealed_tag is False:
            return ExclusionKind.CONDITION, law.reason("tag_removed", "R-RET-OFF-DEFAULT", row=row.code)
    return None


def _lifted(row: Exclusion, terms: PledgeTerms, item: Item) -> bool:
    """Whether this promise takes back what stores usually do not: it is bound by that (R-RET-BOUND)."""
    if not row.goods:
        return False
    return item.goods in terms.also_takes or (
        row.when is When.ALWAYS and item.goods in terms.covered and not _tagged(row)
    )


def _tagged(row: Exclusion) -> bool:
    return row.store is Store.STATED


def _condition_fails(terms: PledgeTerms, item: Item, law: ReturnLaw) -> tuple[ExclusionKind, Reason] | None:
    if item.worn:
        return ExclusionKind.CONDITION, law.reason("worn", "R-RET-OFF-COND")
    if terms.condition is Condition.INTACT and item.intact is False:
        return ExclusionKind.CONDITION, law.reason("not_intact", "R-RET-OFF-COND")
    if terms.condition is Condition.RESALE and _resaleable(item) is False:
        return ExclusionKind.CONDITION, law.reason("not_resaleable", "R-RET-OFF-COND")
    return None


def _resaleable(item: Item) -> bool | None:
    """Fit to be sold again: what was said, else what follows from its being intact."""
    return item.intact if item.resaleable is None else item.resaleable


def _states_to_ask(terms: PledgeTerms, item: Item, law: ReturnLaw) -> list[Missing]:
    lacks = [
        Missing(STATE_OF[row.when], "R-RET-OFF-DEFAULT", True)
        for row in _could_bite(terms, item, law)
        if row.when in STATE_OF
    ]
    tagged = any(_tagged(row) and not _lifted(row, terms, item) for row in rows_for(item, law.exclusions))
    if tagged and item.sealed_tag is None:
        lacks.append(Missing(Lack.SEALED_TAG, "R-RET-OFF-DEFAULT", True))
    if terms.condition is Condition.INTACT and item.intact is None:
        lacks.append(Missing(Lack.INTACT, "R-RET-OFF-COND", True))
    if terms.condition is Condition.RESALE and _resaleable(item) is None:
        lacks.append(Missing(Lack.RESALEABLE, "R-RET-OFF-COND", True))
    return lacks


def _could_bite(terms: PledgeTerms, item: Item, law: ReturnLaw) -> list[Exclusion]:
    """The rows whose state nobody has said yet."""
    return [
        row for row in rows_for(item, law.exclusions) if row.applies(item) is None and not _lifted(row, terms, item)
    ]


def _about(terms: PledgeTerms, purchase: Purchase, law: ReturnLaw) -> tuple[Reason, ...]:
    """What is worth knowing of this promise, whatever becomes of the return."""
    told = []
    least = law.rule("R-RET-OFF-MIN7", purchase.bought_on)
    if terms.days < least.length:
        told.append(law.reason("promise_short", least.id, days=terms.days, least=least.length))
    if purchase.way and purchase.way not in terms.ways:
        told.append(law.reason("way_not_promised", "R-RET-OFF-COND", way=purchase.way.value))
    elsewhere = purchase.hand_over_shop not in ("", purchase.shop)
    if elsewhere and not terms.accepts_at(purchase.hand_over_shop, purchase.hand_over_city, purchase.shop):
        told.append(law.reason("branch_not_promised", "R-RET-XSTORE"))
    return tuple(told)


def _promised_refund(terms: PledgeTerms, purchase: Purchase, law: ReturnLaw) -> RefundRule:
    """The promise's days; where it names none our default; never later than the line of stalling."""
    usual, stalling = law.rule("R-RET-OFF-PAY", purchase.bought_on), law.rule("R-STALL-15", purchase.bought_on)
    if terms.refund_days is None:
        return RefundRule(usual, at_most=stalling)
    return RefundRule(promised(usual, "R-RET-OFF-BIND", terms.version, terms.refund_days), at_most=stalling)


# --- 5: goodwill ---


def goodwill(purchase: Purchase, item: Item, law: ReturnLaw) -> Finding:
    """Nothing obliges the shop; it may agree all the same."""
    changes = [Change("shop_agrees", "R-RET-OFF-VOL")]
    if item.fault is Fault.NONE:
        changes.append(Change("fault", "R-QUAL-7", Strength.RIGHT))
    if purchase.how_bought is HowBought.COUNTER:
        changes.append(Change("promise_shown", "R-RET-OFF-BIND", Strength.PROMISE))
        changes.append(Change("agency_arranged", "R-TOUR-SHOP30", Strength.RIGHT))
    over_the_counter = purchase.how_bought is HowBought.COUNTER and not terms_on(purchase.promises, purchase.bought_on)
    code = "goodwill" if over_the_counter and item.fault is Fault.NONE else "goodwill_beyond"
    return Finding(
        Ground.GOODWILL, Strength.GOODWILL, Outcome.NONE, (law.reason(code, "R-RET-OFF-VOL"),),
        changes=tuple(changes), missing=_proof(purchase, Proof.ANY, "R-RET-OFF-VOL"),
    )  # fmt: skip


# --- what all grounds share ---


def tax_reasons(purchase: Purchase, item: Item, law: ReturnLaw) -> tuple[tuple[Missing, ...], tuple[Reason, ...]]:
    """What the state of the tax refund asks for before a return can be approved, and what to beware of (R-TAX-ASK)."""
    state = purchase.tax_state
    if state is None:
        return (Missing(Lack.TAX_STATE, "R-TAX-ASK", True),), ()
    missing = [] if purchase.invoice_number else [Missing(Lack.INVOICE_NUMBER, "R-TAX-ASK", False)]
    if state is not TaxState.T0 and not purchase.form_number:
        missing.append(Missing(Lack.FORM_NUMBER, "R-TAX-ASK", False))
    told = []
    if state is TaxState.T1:
        told.append(law.reason("tax_form_void", "R-TAX-T1"))
    if state is TaxState.T2:
        told.append(law.reason("tax_advance_first", "R-TAX-T2"))
    if state in (TaxState.T1, TaxState.T2):
        used = bool(item.worn or item.unsealed or item.activated)
        told.append(law.reason("tax_used" if used else "tax_unused", "R-TAX-UNUSED"))
    return tuple(missing), tuple(told)


def _proof(purchase: Purchase, asked: Proof, rule_id: str) -> tuple[Missing, ...]:
    """Proof of purchase where none was shown yet. It does not decide: without it the return is only not approved."""
    if asked is Proof.INVOICE and not purchase.has_invoice:
        return (Missing(Lack.INVOICE, rule_id, False),)
    if asked is Proof.ANY and not purchase.has_proof:
        return (Missing(Lack.PROOF, rule_id, False),)
    return ()


def _no(ground: Ground, kind: ExclusionKind, reason: Reason, changes: tuple[Change, ...]) -> Finding:
    return Finding(ground, Strength.NO, Outcome.NONE, (reason,), kind, changes=changes)


def _ways_out(rule_id: str) -> tuple[Change, ...]:
    """What helps where a return without a reason is excluded."""
    return Change("fault", "R-QUAL-7", Strength.RIGHT), Change("shop_agrees", "R-RET-OFF-VOL")


def _by_then(due: Due | None) -> tuple[Change, ...]:
    """After the last day nothing but goodwill is left."""
    return (Change("later", due.rule_id, Strength.GOODWILL),) if due else ()


def _over(due: Due, declared_at: datetime) -> bool:
    return declared_at >= due.due_at
