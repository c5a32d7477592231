"""Periods of civil law that a case touches, counted for whoever looks at it. They start at a fact, whoever handles the case, and
nothing of ours follows from them: they are information, and no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from disputes import clock
from disputes.cases.models import Case
from disputes.law import queries as law
from disputes.rules.categories import Category, HowBought, Trade
from disputes.rules.counting import count
from disputes.rules.lifecycle import Action
from disputes.rules.packages import Goods, Remedy, package_of
from disputes.rules.rulebook import CannotCount, Due, NotInForce, Rule, local_day

GOODS = (Trade.SHOP, Trade.ONLINE, Trade.TAX_REFUND)
TOURISM = (Trade.TRAVEL_AGENCY, Trade.SCENIC_AREA, Trade.HOTEL)
MEDIATED = (Action.SETTLE_PROPOSAL, Action.RECORD_SETTLEMENT)
MONEY_OR_GOODS = (Remedy.REFUND, Remedy.EXCHANGE, Remedy.REPAIR)


@dataclass(frozen=True)
class Period:
    """One period: from which day, until when, and whether that day is only the earliest it can be."""

    rule: Rule
    since: date
    due: Due
    earliest: bool  # the fact in the rule's trigger is not known; this is the first day on which it can have been
    over: bool


def civil(case: Case) -> list[Period]:
    """The periods of civil law that this case touches, the nearest end first."""
    found, today = [], clock.today()
    for rule_id, since, earliest in _facts(case):
        try:
            rule = law.rule(rule_id, since)
            due = count(rule, since, law.calendar())
        except (NotInForce, CannotCount):
            continue
        found.append(Period(rule, since, due, earliest, due.due_on < today))
    return sorted(found, key=lambda period: (period.over, period.due.due_on))


def _facts(case: Case) -> Iterator[tuple[str, date, bool]]:
    """Which rule, from which day, and whether that day stands in for one we do not know."""
    complaint, trade = case.complaint, Trade(case.complaint.trade)
    bought, filed = complaint.bought_on, local_day(case.filed_at)
    yield "R-LIMIT-3Y", bought or filed, True
    if case.routed_at is not None and set(package_of(case.claim.package).remedies) & set(MONEY_OR_GOODS):
        yield "R-STALL-15", local_day(case.routed_at), False
    yield from ((rule_id, day, False) for rule_id, day in _agreements(case))
    if bought is None:
        return
    if trade in TOURISM:
        yield "R-TOUR-LIMIT", bought, True
    if complaint.how_bought == HowBought.AGENCY and trade in GOODS:
        yield "R-TOUR-SHOP30", bought, True
    if trade in GOODS:
        if case.category == Category.QUALITY_DEFECT:
            yield "R-QUAL-7", bought, complaint.how_bought == HowBought.ONLINE
        if complaint.how_bought == HowBought.ONLINE and package_of(case.claim.package).goods is Goods.GIVE_BACK:
            yield "R-RET-ON-7", bought, True
        yield "R-TAX-90", bought, False


def _agreements(case: Case) -> Iterator[tuple[str, date]]:
    """Agreements that a mediator or an authority brought about: a court can confirm them."""
    made = {event.id for event in case.events if event.action in MEDIATED}
    for settlement in case.settlements:
        if settlement.event_id in made:
            yield "R-CONFIRM", local_day(settlement.agreed_at)
