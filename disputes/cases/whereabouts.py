"""Where a case belongs: its facts, the rules that led it there, and the authority that is competent for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from disputes.cases.models import Case
from disputes.law import routing as tables
from disputes.regions import queries as regions
from disputes.rules.categories import Category, Danger, HowBought, Trade
from disputes.rules.routing import (
    Body,
    Competence,
    Facts,
    Part,
    Priority,
    Routing,
    RoutingRule,
    RoutingTable,
    competence_of,
    facts_of,
)

CNY = "CNY"


def facts_of_case(case: Case) -> Facts:
    """What routing looks at, from what the tourist told; of a shop that we know, its own place counts."""
    complaint, shop = case.complaint, case.shop
    return facts_of(
        Trade(complaint.trade),
        category=Category(case.category),
        place=shop.division_code if shop else complaint.division_code,
        district=shop.district_code if shop else None,
        how_bought=HowBought(complaint.how_bought),
        port=case.departure_port,
        language=case.language,
        amount=complaint.amount if complaint.currency == CNY else None,
        emergency=case.emergency,
        dangers=tuple(Danger(d) for d in complaint.dangers) if case.emergency else (),
    )


def decide(facts: Facts, closed: frozenset[str] | None = None) -> Routing:
    """Where these facts lead by the table in force now; ``closed`` offices, by default those of now, leave their cases to the next rule."""
    return tables.current().route(facts, regions.closed_offices() if closed is None else closed)


def keep(case: Case, routing: Routing, parts: tuple[Part, ...] = tuple(Part)) -> None:
    """Write down on the case which rules led it where; parts that are not named keep what they had."""
    before = case.routing or {}
    made: dict[str, Any] = {part.value: before[part.value] for part in Part if part.value in before}
    for part in parts:
        match = getattr(routing, part.value)
        made[part.value] = {
            "table": routing.table, "rule": match.rule.id, "version": match.rule.version, "gives": match.rule.gives,
            **({"lost": list(match.lost)} if match.lost else {}),
            **({"seat": routing.seat} if part is Part.AUTHORITY and routing.seat else {}),
        }  # fmt: skip
    case.routing = made


def decide_again(case: Case) -> None:
    """The facts of a case changed: authority and priority follow them. The office stays; a transfer is a step of its own."""
    keep(case, decide(facts_of_case(case)), (Part.AUTHORITY, Part.PRIORITY))


@dataclass(frozen=True)
class Decided:
    """The rule behind one part of a case's whereabouts, as it stood when it decided."""

    part: Part
    table: int
    rule: RoutingRule
    lost: tuple[str, ...]
    seat: str | None
    still: bool  # the table in force today says the same for it


def why(case: Case, closed: frozenset[str] | None = None) -> list[Decided]:
    """Which rules led the case where, each as it stood then. A case of before the table is judged by today's.

    ``closed`` are the offices that take no cases, where somebody has just asked for them.
    """
    now = decide(facts_of_case(case), closed)
    found = []
    for part in Part:
        today = getattr(now, part.value)
        stored = (case.routing or {}).get(part.value)
        table = tables.version(stored["table"]) if stored else None
        rule = table.rule(stored["rule"]) if stored and table else None
        if stored is None or table is None or rule is None:
            found.append(Decided(part, now.table, today.rule, today.lost, now.seat, True))
        else:
            lost = tuple(stored.get("lost", ()))
            found.append(Decided(part, table.version, rule, lost, stored.get("seat"), today.rule.gives == rule.gives))
    return found


def competence(case: Case) -> Competence:
    """The authority for a case: the one the table named when the case was routed, or its facts last changed."""
    stored = (case.routing or {}).get(Part.AUTHORITY.value)
    table = tables.version(stored["table"]) if stored else None
    rule = table.rule(stored["rule"]) if stored and table else None
    if stored is None or table is None or rule is None:
        return decide(facts_of_case(case)).competence
    return _competence(table, rule, stored.get("seat"))


def priority(case: Case) -> Priority:
    """With which priority the case is worked."""
    stored = (case.routing or {}).get(Part.PRIORITY.value)
    return Priority(stored["gives"]) if stored else Priority.EMERGENCY if case.emergency else Priority.NORMAL


def _competence(table: RoutingTable, rule: RoutingRule, seat: str | None) -> Competence:
    body: Body | None = table.body(rule.gives, seat)
    return competence_of(rule, seat, body)
