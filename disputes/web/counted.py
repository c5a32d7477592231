"""How a date was counted, for whoever looks at it: day by day, with the rule, its source and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from disputes import wording
from disputes.cases import periods
from disputes.cases.models import Case
from disputes.formats import short_day
from disputes.law import explain, words
from disputes.law import queries as law
from disputes.names import named
from disputes.rules.clocks import ClockName
from disputes.rules.rulebook import Family, Rule, Standing
from disputes.rules.service import ServiceStandard
from disputes.wording import gettext as _

AGREED = "agreed"
"""Beside the three families: a day that the parties set for each other."""


@dataclass(frozen=True)
class Counted:
    """A count in words."""

    lines: list[str]
    family: str  # service, civil, procedure; or agreed
    rule_id: str
    version: int
    title: str
    citation: str  # instrument and article; what a service standard rests on
    standing: Standing
    source: str
    calendar: str
    url: str
    paused: bool = False


def counted(deadline: Any) -> Counted:
    """How a deadline's date came about."""
    rule, family = rule_of(deadline.rule_id, deadline.rule_version), family_of(deadline)
    agreed = family == AGREED and not isinstance(rule, Rule)
    return Counted(
        lines=explain.sentences(deadline.lines),
        family=family,
        rule_id=deadline.rule_id,
        version=deadline.rule_version,
        title=title_of(deadline.rule_id, rule),
        citation=_("This date follows from what was agreed.") if agreed else citation_of(rule),
        standing=rule.standing if rule is not None else Standing.UNVERIFIED,
        source=rule.source if rule is not None else "",
        calendar=deadline.calendar_version,
        url=url_for("public.rule", rule_id=deadline.rule_id),
        paused=deadline.paused_since is not None,
    )


@dataclass(frozen=True)
class CivilPeriod:
    """A period of civil law in words; information, and no clock of ours."""

    counted: Counted
    since: date
    due_on: date
    due_at: datetime
    provisional: bool
    earliest: bool
    over: bool
    owes: str


def civil_periods(case: Case) -> list[CivilPeriod]:
    """The periods of civil law that this case touches."""
    return [_civil(period) for period in periods.civil(case)]


def _civil(period: periods.Period) -> CivilPeriod:
    rule, due = period.rule, period.due
    explained = Counted(
        lines=explain.sentences(due.lines),
        family=str(rule.family),
        rule_id=rule.id,
        version=rule.version,
        title=title_of(rule.id, rule),
        citation=citation_of(rule),
        standing=rule.standing,
        source=rule.source,
        calendar=due.calendar_version,
        url=url_for("public.rule", rule_id=rule.id),
    )
    return CivilPeriod(
        explained, period.since, due.due_on, due.due_at, due.provisional, period.earliest, period.over, rule.owes
    )


def rule_of(rule_id: str, version: int) -> Rule | ServiceStandard | None:
    """The version of a rule or a service standard."""
    return law.rule_version(rule_id, version) or law.standard_version(rule_id, version)


def family_of(deadline: Any) -> str:
    """Which kind of clock a deadline is; the kinds are never mixed."""
    if deadline.clock == ClockName.PERFORMANCE or any(line["code"] == "promised" for line in deadline.lines):
        return AGREED
    rule = law.rule_version(deadline.rule_id, deadline.rule_version)
    return str(rule.family) if rule is not None else str(Family.SERVICE)


def title_of(rule_id: str, rule: Rule | ServiceStandard | None) -> str:
    """What a rule is called, in the reader's language where we have it."""
    if rule_id in words.TITLES:
        return named(words.TITLES, rule_id)
    if rule is None:
        return rule_id
    return rule.title_zh if str(wording.locale()).startswith("zh") else rule.title_en


def citation_of(rule: Rule | ServiceStandard | None) -> str:
    """The instrument in words and the article, or that it is our own standard."""
    if not isinstance(rule, Rule):
        return str(explain.FAMILIES[Family.SERVICE])
    cited = [_cited(rule.instrument, part) for part in rule.article.split("; ") if part]
    own = named(words.INSTRUMENTS, rule.instrument)
    return "; ".join(cited if rule.article[:1].isdigit() else [own, *cited])


def _cited(instrument: str, part: str) -> str:
    """One article in words: of the rule's own instrument, of another one by its code, or as the row names it."""
    code, _space, number = part.partition(" ")
    if part[0].isdigit():
        return _("%(law)s, article %(article)s", law=named(words.INSTRUMENTS, instrument), article=part)
    if code in words.INSTRUMENTS and number[:1].isdigit():
        return _("%(law)s, article %(article)s", law=named(words.INSTRUMENTS, code), article=number)
    return named(words.INSTRUMENTS, part)


def in_force(rule: Rule | ServiceStandard) -> str:
    """From when to when a version counts, in words."""
    first = rule.in_force_from
    last = rule.in_force_to if isinstance(rule, Rule) else None
    if first and last:
        return _("%(first)s to %(last)s", first=short_day(first), last=short_day(last))
    if first:
        return _("since %(first)s", first=short_day(first))
    if last:
        return _("until %(last)s", last=short_day(last))
    return _("first day not established") if isinstance(rule, Rule) else _("from the beginning")
