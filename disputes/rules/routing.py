"""Where a case belongs: ordered rules from facts to our office, the competent authority and the priority (rule book section 9).

The rules are data (``seeds/routing/table.yaml``, versioned in the database). A table has three parts; in each the first rule
that matches wins, and the last one takes everything, so nothing is left without an answer. Nothing here fetches or saves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from disputes.rules.categories import Category, Danger, HowBought, Trade
from disputes.rules.rulebook import Standing


class Part(StrEnum):
    """What a rule decides; each part is an ordered list of its own."""

    OFFICE = "office"
    AUTHORITY = "authority"
    PRIORITY = "priority"


class Priority(StrEnum):
    EMERGENCY = "emergency"
    HIGH = "high"
    NORMAL = "normal"


class Level(StrEnum):
    """At which level of the place the authority sits."""

    COUNTY = "county"
    CITY = "city"
    NATION = "nation"


@dataclass(frozen=True, slots=True)
class Facts:
    """What routing looks at. None: not known. Made by ``facts_of``, which fills in what follows from something else."""

    trade: Trade
    category: Category | None = None
    place: str | None = None  # GB/T 2260, six digits: where the shop is, or the seller's shown address
    district: str | None = None  # a business district that the policies name
    how_bought: HowBought | None = None
    agency_arranged: bool = False
    distance: bool = False  # ordered online, on a platform or in an app
    tax_refund: bool = False
    port: str | None = None
    language: str | None = None
    amount: int | None = None  # fen; a price in another currency is not compared
    emergency: bool = False
    dangers: tuple[Danger, ...] = ()


FACTS = tuple(field.name for field in fields(Facts))
PLACE = re.compile(r"[1-9][0-9]{5}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?")
AMOUNT_MOST = 10**13


@dataclass(frozen=True)
class Known:
    """The codes that a table or a line of facts may name: offices, authorities, ports, and districts with their division."""

    offices: frozenset[str]
    authorities: frozenset[str]
    ports: frozenset[str]
    districts: Mapping[str, str]


class FactRefused(ValueError):
    """A fact that cannot be: ``field`` names it, the text says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def facts_of(trade: Trade, *, districts: Mapping[str, str] | None = None, **known: Any) -> Facts:
    """Facts with what follows from others: an order online is one at a distance, a danger is an emergency, and so on.

    A district names the place where none was told; ``districts`` gives each one's division. A place that was told counts.
    """
    how_bought, dangers = known.get("how_bought"), tuple(known.pop("dangers", ()))
    agency = known.pop("agency_arranged", False) or how_bought == HowBought.AGENCY
    distance = known.pop("distance", False) or how_bought == HowBought.ONLINE or trade == Trade.ONLINE
    tax_refund = known.pop("tax_refund", False) or trade == Trade.TAX_REFUND
    emergency = known.pop("emergency", False) or bool(dangers)
    place = known.pop("place", None) or (districts or {}).get(known.get("district") or "")
    return Facts(
        trade, place=place, agency_arranged=agency, distance=distance, tax_refund=tax_refund, emergency=emergency,
        dangers=dangers, **known,
    )  # fmt: skip


def read_facts(told: Mapping[str, Any], known: Known) -> Facts:
    """Facts from a JSON object, checked one by one. Raises FactRefused for the first that cannot be."""
    for name in told:
        if name not in FACTS:
            raise FactRefused(str(name), f"is no fact that routing knows; there are {', '.join(FACTS)}")
    if told.get("trade") is None:
        raise FactRefused("trade", "is missing; it is the one fact that must be there")
    given = {name: value for name, value in told.items() if value is not None}
    read = {name: _READERS[name](name, value, known) for name, value in given.items()}
    return facts_of(read.pop("trade"), districts=known.districts, **read)


def _code(kind: type[StrEnum]) -> Callable[[str, Any, Known], Any]:
    def read(name: str, value: Any, _known: Known) -> Any:
        if not isinstance(value, str) or value not in set(kind):
            raise FactRefused(name, f"is {value!r}; it can be {', '.join(kind)}")
        return kind(value)

    return read


def _truth(name: str, value: Any, _known: Known) -> bool:
    if not isinstance(value, bool):
        raise FactRefused(name, f"is {value!r}; it can be true or false")
    return value


def _place(name: str, value: Any, _known: Known) -> str:
    if not isinstance(value, str) or not PLACE.fullmatch(value):
        raise FactRefused(name, f'is {value!r}; it is a division code of six digits in quotes, such as "500103"')
    return value


def _among(choices: str) -> Callable[[str, Any, Known], str]:
    def read(name: str, value: Any, known: Known) -> str:
        codes = getattr(known, choices)
        if not isinstance(value, str) or value not in codes:
            raise FactRefused(name, f"is {value!r}; it can be {', '.join(sorted(codes))}")
        return value

    return read


def _language(name: str, value: Any, _known: Known) -> str:
    if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
        raise FactRefused(name, f'is {value!r}; it is a language code such as "ja" or "zh_TW"')
    return value


def _amount(name: str, value: Any, _known: Known) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= AMOUNT_MOST:
        raise FactRefused(name, f"is {value!r}; it is a whole number of fen (a hundredth of a yuan), not negative")
    return value


def _dangers(name: str, value: Any, known: Known) -> tuple[Danger, ...]:
    if not isinstance(value, list):
        raise FactRefused(name, f'is {value!r}; it is a list such as ["injury"]')
    return tuple(_code(Danger)(name, each, known) for each in value)


_READERS: dict[str, Callable[[str, Any, Known], Any]] = {
    "trade": _code(Trade),
    "category": _code(Category),
    "place": _place,
    "district": _among("districts"),
    "how_bought": _code(HowBought),
    "agency_arranged": _truth,
    "distance": _truth,
    "tax_refund": _truth,
    "port": _among("ports"),
    "language": _language,
    "amount": _amount,
    "emergency": _truth,
    "dangers": _dangers,
}


# --- the table


@dataclass(frozen=True)
class Body:
    """A named body for an authority at a place, where the directory of agencies has one."""

    id: str
    authority: str
    place: str  # prefix of a division code
    name_zh: str
    name_en: str
    standing: Standing


@dataclass(frozen=True)
class RoutingRule:
    """One row. ``when`` holds the conditions by the name of the fact; an empty one takes everything."""

    id: str
    version: int
    part: Part
    when: tuple[tuple[str, tuple[Any, ...]], ...]
    gives: str  # an office, an authority or a priority
    reason_en: str
    reason_zh: str
    level: Level | None = None
    line: str = ""
    also: tuple[str, ...] = ()  # further numbers
    instrument: str = ""
    standing: Standing = Standing.UNVERIFIED
    source: str = ""

    @property
    def content(self) -> tuple[Any, ...]:
        """What makes two rules of one id the same version: everything but the version itself."""
        return (
            self.part, self.when, self.gives, self.reason_en, self.reason_zh, self.level, self.line, self.also,
            self.instrument, self.standing, self.source,
        )  # fmt: skip

    @cached_property
    def tests(self) -> tuple[Callable[[Facts], bool], ...]:
        return tuple(_test(name, values) for name, values in self.when)

    def matches(self, facts: Facts) -> bool:
        """Whether every condition holds for these facts."""
        for test in self.tests:  # noqa: SIM110  plainly, since this runs for every rule and every case
            if not test(facts):
                return False
        return True


NOT_KNOWN, TOLD = "none", "any"  # in a condition: the fact was not told; it was told, whatever it is
AMOUNT_FROM = "amount_from"
CONDITIONS = (*(name for name in FACTS if name != "amount"), AMOUNT_FROM)


def _test(name: str, values: tuple[Any, ...]) -> Callable[[Facts], bool]:
    if name == AMOUNT_FROM:
        return lambda facts: facts.amount is not None and facts.amount >= values[0]
    if TOLD in values:
        return lambda facts: getattr(facts, name) is not None
    if name == "place":
        prefixes, may_lack = tuple(v for v in values if v != NOT_KNOWN), NOT_KNOWN in values
        return lambda facts: facts.place.startswith(prefixes) if facts.place is not None else may_lack
    if name == "dangers":
        return lambda facts: any(danger in values for danger in facts.dangers)
    allowed = frozenset(None if value == NOT_KNOWN else value for value in values)
    return lambda facts: getattr(facts, name) in allowed


@dataclass(frozen=True)
class Match:
    """The rule that won a part, and the ids of those that also matched and lost to it, in their order."""

    rule: RoutingRule
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Routing:
    """Where the facts lead, with the rule behind each answer."""

    table: int
    office: Match
    authority: Match
    priority: Match
    seat: str | None  # division of the authority's seat; None: one for the whole country, or no place is known
    body: Body | None

    @property
    def competence(self) -> Competence:
        """The authority alone."""
        return competence_of(self.authority.rule, self.seat, self.body)


@dataclass(frozen=True)
class Competence:
    """The first authority for a case: its seat and name where known, its lines, the instrument, and how sure the source is."""

    authority: str
    line: str
    also: tuple[str, ...]
    instrument: str
    standing: Standing
    seat: str | None
    body: Body | None


def competence_of(rule: RoutingRule, seat: str | None, body: Body | None) -> Competence:
    """What a rule of the authority's part says, for this seat."""
    return Competence(rule.gives, rule.line, rule.also, rule.instrument, rule.standing, seat, body)


@dataclass(frozen=True)
class RoutingTable:
    """One version of the whole table."""

    version: int
    rules: tuple[RoutingRule, ...]
    bodies: tuple[Body, ...] = ()
    in_force_from: datetime | None = None
    source: str = ""
    note: str = ""

    @cached_property
    def _by_trade(self) -> dict[tuple[Part, Trade], tuple[RoutingRule, ...]]:
        """The rules that a trade can come to, so that most are never looked at."""
        return {
            (part, trade): tuple(
                rule
                for rule in self.rules
                if rule.part is part and all(name != "trade" or trade in values for name, values in rule.when)
            )
            for part in Part
            for trade in Trade
        }

    def part(self, part: Part) -> tuple[RoutingRule, ...]:
        """The rules of one part, in their order."""
        return tuple(rule for rule in self.rules if rule.part == part)

    def rule(self, rule_id: str) -> RoutingRule | None:
        """The rule with this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def _match(self, part: Part, facts: Facts, closed: Collection[str]) -> Match:
        """The rule that wins this part. An office in ``closed`` leaves its cases to the next rule that matches."""
        matching = [rule for rule in self._by_trade[part, facts.trade] if rule.matches(facts)]
        if not matching:
            raise LookupError(f"version {self.version} of the routing table has no default for {part}")
        # Where every office that would take it is closed, the first one keeps it.
        won = next((rule for rule in matching if rule.gives not in closed), matching[0]) if closed else matching[0]
        return Match(won, tuple(rule.id for rule in matching if rule is not won))

    def route(self, facts: Facts, closed: Collection[str] = ()) -> Routing:
        """Office, authority and priority for these facts, and which other rules matched."""
        authority = self._match(Part.AUTHORITY, facts, closed)
        seat = seat_of(authority.rule.level, facts.place)
        return Routing(
            self.version,
            self._match(Part.OFFICE, facts, closed),
            authority,
            self._match(Part.PRIORITY, facts, closed),
            seat,
            self.body(authority.rule.gives, seat),
        )

    def body(self, authority: str, seat: str | None) -> Body | None:
        """The named body of this authority at this seat; the most exact place wins."""
        if seat is None:
            return None
        there = [b for b in self.bodies if b.authority == authority and seat == b.place.ljust(6, "0")]
        return max(there, key=lambda b: len(b.place), default=None)


def seat_of(level: Level | None, place: str | None) -> str | None:
    """The division in which an authority of this level sits for a place: the county, the city, or none for the country.

    Chongqing is city and province in one.
    """
    if place is None or level in (None, Level.NATION):
        return None
    if level is Level.COUNTY:
        return place
    return f"{place[:2]}0000" if place.startswith("50") else f"{place[:4]}00"


def unreachable(rules: Iterable[RoutingRule]) -> list[tuple[str, str]]:
    """Rules that can never win, each with the earlier rule that takes everything it could take."""
    found: list[tuple[str, str]] = []
    seen: list[RoutingRule] = []
    for rule in rules:
        blocking = next((e for e in seen if e.part is rule.part and _covers(e, rule)), None)
        if blocking is not None:
            found.append((rule.id, blocking.id))
        seen.append(rule)
    return found


def _covers(earlier: RoutingRule, later: RoutingRule) -> bool:
    conditions = dict(later.when)
    return all(name in conditions and _within(name, conditions[name], values) for name, values in earlier.when)


def _within(name: str, narrow: tuple[Any, ...], wide: tuple[Any, ...]) -> bool:
    if name == AMOUNT_FROM:
        return bool(narrow[0] >= wide[0])
    if TOLD in wide:
        return NOT_KNOWN not in narrow
    if name == "place":
        return all(any(value == w or (w != NOT_KNOWN and str(value).startswith(w)) for w in wide) for value in narrow)
    return set(narrow) <= set(wide)


# --- straight to the shop, or to an officer first


@dataclass(frozen=True)
class Arrival:
    """What the routing task knows of a new case."""

    emergency: bool
    shop_known: bool
    shop_reachable: bool
    claim_complete: bool
    may_pass_to_shop: bool
    abuse_signals: tuple[str, ...] = ()


def held_reasons(arrival: Arrival) -> tuple[str, ...]:
    """Why a new case cannot go straight to the shop; empty when it can (design section 4)."""
    reasons = []
    if not arrival.shop_known:
        reasons.append("shop_unknown")
    elif not arrival.shop_reachable:
        reasons.append("shop_unreachable")
    if not arrival.claim_complete:
        reasons.append("claim_incomplete")
    if not arrival.may_pass_to_shop:
        reasons.append("no_consent_to_pass_on")
    return (*reasons, *arrival.abuse_signals)
