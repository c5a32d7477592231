"""A question to the rules of returns as JSON, and their answers as JSON: for the command line, stored verdicts and the interface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from disputes.law.plain import plain
from disputes.rules import tax_refund
from disputes.rules.return_facts import FactsError, Item, Purchase
from disputes.rules.returns import judge
from disputes.rules.rulebook import Due
from disputes.rules.tax_refund import Act, Check, Happening, Posting, TaxEffect, TaxFacts, TaxLaw
from disputes.rules.verdicts import Change, Citation, Finding, Missing, Reason, RefundRule, ReturnLaw, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnQuestion:
    """May these items of one purchase go back, if the return is declared at this moment?"""

    declared_at: datetime
    purchase: Purchase
    items: tuple[Item, ...]
    id: str = ""

    def __post_init__(self) -> None:
        if not self.items:
            raise FactsError("items", "Name at least one item.")
        if len({item.ref for item in self.items}) < len(self.items):
            raise FactsError("items", "Each item needs a ref of its own.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxQuestion:
    """What becomes of the departure tax refund, if this happens; without a happening only the conditions are looked at."""

    facts: TaxFacts
    happening: Happening | None = None
    id: str = ""


def answer_return(question: ReturnQuestion, law: ReturnLaw) -> list[dict[str, Any]]:
    """The verdict on each item, as rows."""
    return [verdict_row(each) for each in judge(question.purchase, question.items, question.declared_at, law)]


def answer_tax(question: TaxQuestion, law: TaxLaw) -> dict[str, Any]:
    """Conditions, checklist and, where something happened, who owes whom."""
    facts = question.facts
    answer: dict[str, Any] = {
        "eligible": tax_refund.eligible(facts, law).value,
        "entitlement": plain(tax_refund.entitlement(facts, law)),
        "checks": [check_row(each) for each in tax_refund.checks(facts, law)],
        "checklist": [each.code for each in tax_refund.checklist(facts, law)],
    }
    if question.happening:
        answer["effect"] = effect_row(tax_refund.settle(facts, question.happening, law))
    return answer


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON can hold it; everything a page or a letter says of it can be said from this row."""
    return {
        "item": verdict.item,
        "ground": verdict.ground.value,
        "strength": verdict.strength.value,
        "outcome": verdict.outcome.value,
        "conditional": verdict.conditional,
        "exclusion": plain(verdict.exclusion),
        "reasons": [reason_row(each) for each in verdict.reasons],
        "warnings": [reason_row(each) for each in verdict.warnings],
        "due": due_row(verdict.due),
        "minutes_left": verdict.minutes_left,
        "provisional": verdict.provisional,
        "missing": [missing_row(each) for each in verdict.missing],
        "changes": [change_row(each) for each in verdict.changes],
        "freight": verdict.freight.value,
        "refund": refund_row(verdict.refund),
        "refund_due": due_row(verdict.refund_due),
        "pledge": verdict.terms.pledge if verdict.terms else None,
        "pledge_version": verdict.terms.version if verdict.terms else None,
        "ways": plain(verdict.ways),
        "others": [finding_row(each) for each in verdict.others],
        "unverified": list(verdict.unverified),
        "declared_at": verdict.declared_at.isoformat(),
    }


def finding_row(finding: Finding) -> dict[str, Any]:
    return {
        "ground": finding.ground.value,
        "strength": finding.strength.value,
        "outcome": finding.outcome.value,
        "reasons": [reason_row(each) for each in finding.reasons],
        "due": due_row(finding.due),
    }


def reason_row(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "params": dict(reason.params), **citation_row(reason.citation)}


def citation_row(citation: Citation) -> dict[str, Any]:
    return {"rule": citation.rule_id, "standing": citation.standing.value, "articles": plain(citation.articles)}


def due_row(due: Due | None) -> dict[str, Any] | None:
    if due is None:
        return None
    return {
        "rule": due.rule_id,
        "version": due.rule_version,
        "calendar": due.calendar_version,
        "due_on": due.due_on.isoformat(),
        "due_at": due.due_at.isoformat(),
        "provisional": due.provisional,
        "lines": due.rows(),
    }


def missing_row(missing: Missing) -> dict[str, Any]:
    return {"what": missing.what.value, "rule": missing.rule_id, "decides": missing.decides}


def change_row(change: Change) -> dict[str, Any]:
    return {"code": change.code, "rule": change.rule_id, "to": plain(change.to)}


def refund_row(refund: RefundRule | None) -> dict[str, Any] | None:
    if refund is None:
        return None
    cap = refund.at_most
    return {
        "rule": refund.rule.id,
        "days": refund.rule.length,
        "at_most": {"rule": cap.id, "days": cap.length} if cap else None,
    }


def check_row(check: Check) -> dict[str, Any]:
    return {"state": check.state.value, "at_customs": check.at_customs, **reason_row(check.reason)}


def effect_row(effect: TaxEffect) -> dict[str, Any]:
    """Who owes whom, as JSON can hold it."""
    return {
        "state": effect.state.value,
        "what": effect.what.value,
        "person_decides": effect.person_decides,
        "before": plain(effect.before),
        "after": plain(effect.after),
        "price_back": effect.price_back,
        "steps": [step_row(each) for each in sorted((*effect.postings, *effect.acts), key=lambda step: step.order)],
        "balances": plain(effect.balances),
        "warnings": [reason_row(each) for each in effect.warnings],
        "unverified": list(effect.unverified),
    }


def step_row(step: Posting | Act) -> dict[str, Any]:
    if isinstance(step, Act):
        return {"order": step.order, "by": step.by.value, **reason_row(step.reason)}
    return {
        "order": step.order,
        "debtor": step.debtor.value,
        "creditor": step.creditor.value,
        "amount": step.amount,
        "through": step.through.value,
        "information": step.information,
        **reason_row(step.reason),
    }
