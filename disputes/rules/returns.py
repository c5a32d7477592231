"""May these goods go back, on what ground, and until when: the verdict on a return, at the instant of its declaration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from disputes.rules.counting import count
from disputes.rules.return_facts import FactsError, Item, Purchase, TaxState
from disputes.rules.returns_grounds import findings, tax_reasons
from disputes.rules.rulebook import Due, local_day
from disputes.rules.verdicts import (
    Finding,
    Ground,
    Missing,
    Outcome,
    Reason,
    RefundRule,
    ReturnLaw,
    Strength,
    Verdict,
)

MINUTE = timedelta(minutes=1)


def judge(purchase: Purchase, items: Iterable[Item], declared_at: datetime, law: ReturnLaw) -> tuple[Verdict, ...]:
    """The verdict on each item, in the order given; no item depends on another.

    ``declared_at`` is the instant of the declaration. It decides, not the arrival of the goods; the last local day runs to
    24:00, whatever hours the shop keeps (R-CLK-24, docs/decisions). The state of the tax refund is a gate on every
    ground: T3 never gives a return without a reason. Refused (FactsError, naming the field) are facts that cannot be;
    RuleError where no version of a rule was in force.
    """
    if declared_at.tzinfo is None:
        raise FactsError("declared_at", "The moment of the declaration needs its time zone.")
    if local_day(declared_at) < purchase.bought_on:
        raise FactsError("declared_at", "A return cannot be declared before the purchase.")
    return tuple(verdict(purchase, item, declared_at, law) for item in items)


def verdict(purchase: Purchase, item: Item, declared_at: datetime, law: ReturnLaw) -> Verdict:
    """The verdict on one item; see ``judge``."""
    found = findings(purchase, item, declared_at, law)
    chosen = _first(found)
    others = tuple(each for each in found if each.carries and each is not chosen)
    lacks, told = tax_reasons(purchase, item, law)
    if purchase.tax_state is TaxState.T3:
        chosen, others = _after_refund(chosen, law), ()
    warnings = (
        *chosen.warnings,
        *told,
        *_leaving(purchase, chosen.due, declared_at, law),
        *_provisional(chosen.due, law),
    )
    arrived = purchase.goods_arrived_at
    reasons = chosen.reasons
    if chosen.carries and chosen.due and arrived and local_day(arrived) > chosen.due.due_on:
        reasons = (*reasons, law.reason("declared_in_time", "R-CLK-24", last=chosen.due.due_on.isoformat()))
    return Verdict(
        item=item.ref,
        ground=chosen.ground,
        strength=chosen.strength,
        outcome=chosen.outcome,
        reasons=reasons,
        exclusion=chosen.exclusion,
        due=chosen.due,
        minutes_left=_minutes(chosen.due, declared_at),
        missing=_once((*lacks, *chosen.missing)),
        changes=chosen.changes,
        warnings=warnings,
        freight=chosen.freight,
        refund=chosen.refund,
        refund_due=refund_due(chosen.refund, arrived, law) if chosen.refund and arrived else None,
        terms=chosen.terms,
        ways=chosen.ways,
        others=others,
        declared_at=declared_at,
    )


def refund_due(refund: RefundRule, goods_arrived_at: datetime | date, law: ReturnLaw) -> Due:
    """By when the price must be back, once the goods arrived: by the promise or the law's days, never after ``at_most``."""
    due = count(refund.rule, goods_arrived_at, law.calendar)
    if refund.at_most is None:
        return due
    latest = count(refund.at_most, goods_arrived_at, law.calendar)
    return min(due, latest, key=lambda each: each.due_at)


def _first(found: tuple[Finding, ...]) -> Finding:
    """The first ground that carries; else one that a person must settle; else the exclusion; else goodwill and why only that."""
    for strengths in ((Strength.RIGHT, Strength.PROMISE), (Strength.PERSON,), (Strength.NO,)):
        for each in found:
            if each.strength in strengths:
                return each
    only = found[-1]
    lapsed = [each for each in found[:-1] if each.reasons]
    if not lapsed:
        return only
    reasons = tuple(reason for each in lapsed for reason in each.reasons)
    last = max((each.due for each in lapsed if each.due), key=lambda due: due.due_at, default=None)
    warnings = tuple(warning for each in lapsed for warning in each.warnings)
    return replace(only, reasons=(*reasons, *only.reasons), due=last, warnings=warnings)


def _after_refund(chosen: Finding, law: ReturnLaw) -> Finding:
    """T3: the shop may not void the invoice any more; only a claim for fault or fraud is left, and a person decides it."""
    faulty = chosen.ground is Ground.FAULT
    gate = law.reason("tax_refunded_fault" if faulty else "tax_refunded", "R-TAX-T3")
    return replace(
        chosen,
        strength=Strength.PERSON,
        outcome=Outcome.NONE,
        reasons=(gate, *chosen.reasons) if faulty else (gate,),
        exclusion=None,
        due=chosen.due if faulty else None,
        changes=(),
        refund=None,
        ways=(),
    )


def _leaving(purchase: Purchase, due: Due | None, declared_at: datetime, law: ReturnLaw) -> tuple[Reason, ...]:
    """For those who are still here and leave before the last day."""
    if due is None or purchase.departure_on is None:
        return ()
    if not local_day(declared_at) <= purchase.departure_on < due.due_on:
        return ()
    return (law.reason("leaves_first", "R-STAY-RISK", departure=purchase.departure_on.isoformat()),)


def _provisional(due: Due | None, law: ReturnLaw) -> tuple[Reason, ...]:
    return (law.reason("provisional", "R-CLK-UNKNOWN"),) if due and due.provisional else ()


def _minutes(due: Due | None, declared_at: datetime) -> int | None:
    return None if due is None else max(0, (due.due_at - declared_at) // MINUTE)


def _once(missing: tuple[Missing, ...]) -> tuple[Missing, ...]:
    """Each thing once, and as deciding if any ground needs it so."""
    found: dict[str, Missing] = {}
    for each in missing:
        if each.what not in found or (each.decides and not found[each.what].decides):
            found[each.what] = each
    return tuple(found.values())
