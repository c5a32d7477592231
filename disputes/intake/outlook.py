"""What will happen to a complaint, and by when, if nobody acts before they must: told to the tourist before filing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from disputes.cases import whereabouts
from disputes.law import queries as law
from disputes.merchants.models import Shop
from disputes.rules import counting, service
from disputes.rules.clocks import BY_NAME, LADDER, ClockName
from disputes.rules.lifecycle import Kind, State
from disputes.rules.routing import Competence, Facts
from disputes.rules.rulebook import Due, NotInForce, local_day

# The rule by which a body says whether it takes a complaint; of the others no period is known to us.
ACCEPTANCE = {"market_regulation": "R-SAMR-ACCEPT", "culture_tourism": "R-TOUR-ACCEPT"}


@dataclass(frozen=True)
class Rung:
    """One clock of the ladder, begun when the one before it is over."""

    clock: ClockName
    due: Due


@dataclass(frozen=True)
class Outlook:
    """The ladder as it would run from now on, and the body that comes after it.

    ``ends_in_time`` says whether the whole ladder ends before the departure, ``authority_in_time`` whether the body would
    even have said by then that it takes the complaint; both are None without a departure that lies ahead.
    """

    straight_to_shop: bool
    rungs: tuple[Rung, ...]
    competence: Competence
    acceptance: Due | None
    ends_in_time: bool | None
    authority_in_time: bool | None

    def of(self, clock: ClockName) -> Due | None:
        """When this clock of the ladder would be over; None when it is not part of it."""
        return next((rung.due for rung in self.rungs if rung.clock == clock), None)

    @property
    def ends_at(self) -> datetime:
        return self.rungs[-1].due.due_at


def outlook(now: datetime, departure_at: datetime | None, shop: Shop | None, facts: Facts) -> Outlook:
    """What would happen if the complaint were filed now. Every date is the latest one: each side takes all its time."""
    reachable = shop is not None and shop.active and bool(shop.contact)
    clocks = LADDER[Kind.DISPUTE][State.RECEIVED if reachable else State.TRIAGE]
    opening = service.Hours(shop.opens, shop.closes) if shop is not None else None
    standards = [law.standard(BY_NAME[name].rule, now) for name in clocks]
    dues = service.ladder(standards, now, departure_at, law.calendar(), opening)
    competence = whereabouts.decide(facts).competence
    acceptance = _acceptance(competence, dues[-1].due_at)
    ahead = departure_at if departure_at is not None and departure_at > now else None
    return Outlook(
        straight_to_shop=reachable,
        rungs=tuple(Rung(name, due) for name, due in zip(clocks, dues, strict=True)),
        competence=competence,
        acceptance=acceptance,
        ends_in_time=None if ahead is None else dues[-1].due_at <= ahead,
        authority_in_time=None if ahead is None else acceptance is not None and acceptance.due_at <= ahead,
    )


def _acceptance(competence: Competence, received_at: datetime) -> Due | None:
    rule_id = ACCEPTANCE.get(competence.authority)
    if rule_id is None:
        return None
    try:
        rule = law.rule(rule_id, local_day(received_at))
    except NotInForce:
        return None
    return counting.count(rule, received_at, law.calendar())
