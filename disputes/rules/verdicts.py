"""What a verdict on a return is made of: the ground, how strong it is, its reasons with their articles, and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from disputes.rules.calendar import Calendar
from disputes.rules.counting import version_for
from disputes.rules.exclusions import Exclusion
from disputes.rules.pledges import Payer, PledgeTerms, Way
from disputes.rules.rulebook import Due, Param, Roll, Rule, RuleError, Standing


class Ground(StrEnum):
    """On what a return can rest, in the order in which they are asked (rule book section 6)."""

    FAULT = "fault"
    AGENCY = "agency"
    DISTANCE = "distance"
    PROMISE = "promise"
    GOODWILL = "goodwill"


class Strength(StrEnum):
    """How much the tourist can build on it."""

    RIGHT = "right"
    PROMISE = "promise"
    GOODWILL = "goodwill"  # the shop may, and need not
    PERSON = "person_decides"
    NO = "no"  # an exclusion or a condition stands against it


class ExclusionKind(StrEnum):
    """Who says that these goods do not go back."""

    STATUTORY = "statutory"
    CONFIRMED = "confirmed"  # by the buyer, at this purchase
    SHOP = "shop"  # the shop's promise, or what stores usually leave out
    CONDITION = "condition"  # the goods themselves are not excluded, but they are not intact any more


class Outcome(StrEnum):
    """What the ground gives."""

    RETURN = "return"
    REPAIR = "repair"  # or an exchange; a return only where the contract may be ended by law
    REFUND_EXTRAS = "refund_extras"  # of paid extras of a tour, which cannot be handed back
    NONE = "none"  # nothing that could be demanded


class Lack(StrEnum):
    """What is not known yet, or not there."""

    TAX_STATE = "tax_state"
    FORM_NUMBER = "form_number"
    INVOICE_NUMBER = "invoice_number"
    PROOF = "proof"
    INVOICE = "invoice"
    RECEIVED_AT = "received_at"
    ITINERARY_END = "itinerary_end"
    AGENCY = "agency"
    AGENCY_BREACH = "agency_breach"
    INTACT = "intact"
    RESALEABLE = "resaleable"
    UNSEALED = "unsealed"
    ACTIVATED = "activated"
    SEALED_TAG = "sealed_tag"


@dataclass(frozen=True, slots=True)
class Article:
    """Where it stands, in the two languages in which it is cited."""

    instrument: str
    name_en: str
    name_zh: str
    article_en: str
    article_zh: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A provision of the rule book with its articles and how sure we are of it."""

    rule_id: str
    articles: tuple[Article, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as data; ``code`` names its sentence, ``params`` fill it in."""

    code: str
    citation: Citation
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def rule_id(self) -> str:
        return self.citation.rule_id

    @property
    def standing(self) -> Standing:
        return self.citation.standing


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to ask for. ``decides``: the answer can change the verdict; otherwise it is needed before approval."""

    what: Lack
    rule_id: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What would change the verdict; ``to`` is the strength it would then have, where that is certain."""

    code: str
    rule_id: str
    to: Strength | None = None


@dataclass(frozen=True, slots=True)
class RefundRule:
    """By when the price is due, in days from the arrival of the goods; ``at_most`` is a second rule, and the earlier counts."""

    rule: Rule
    at_most: Rule | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One ground looked at: what it would give for this item, and why."""

    ground: Ground
    strength: Strength
    outcome: Outcome
    reasons: tuple[Reason, ...]
    exclusion: ExclusionKind | None = None
    due: Due | None = None
    missing: tuple[Missing, ...] = ()
    changes: tuple[Change, ...] = ()
    warnings: tuple[Reason, ...] = ()
    freight: Payer = Payer.BUYER
    refund: RefundRule | None = None
    terms: PledgeTerms | None = None
    ways: tuple[Way, ...] = ()

    @property
    def carries(self) -> bool:
        return self.strength in (Strength.RIGHT, Strength.PROMISE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds for one item at the instant of the declaration.

    ``due`` is the last moment for a declaration under this ground: ``due.due_on`` is its last local day, ``due.due_at`` the
    exclusive end. ``others`` are further grounds that carry it too. ``refund_due`` is known once the goods arrived.
    """

    item: str
    ground: Ground
    strength: Strength
    outcome: Outcome
    reasons: tuple[Reason, ...]
    exclusion: ExclusionKind | None
    due: Due | None
    minutes_left: int | None
    missing: tuple[Missing, ...]
    changes: tuple[Change, ...]
    warnings: tuple[Reason, ...]
    freight: Payer
    refund: RefundRule | None
    refund_due: Due | None
    terms: PledgeTerms | None
    ways: tuple[Way, ...]
    others: tuple[Finding, ...]
    declared_at: datetime

    @property
    def conditional(self) -> bool:
        """Whether an answer that is still missing can change it."""
        return any(each.decides for each in self.missing)

    @property
    def provisional(self) -> bool:
        """Whether the last day may still move, since a year's holidays are not published."""
        return self.due is not None and self.due.provisional

    @property
    def unverified(self) -> tuple[str, ...]:
        """The rules behind it that were not read in the official text, in the order in which they are cited."""
        cited = [*self.reasons, *self.warnings]
        return tuple(dict.fromkeys(r.rule_id for r in cited if r.standing is not Standing.VERIFIED))

    @property
    def last_day(self) -> date | None:
        return self.due.due_on if self.due else None


@dataclass(frozen=True)
class ReturnLaw:
    """What the rules of returns read: periods, the calendar, provisions with their articles, the table of exclusions."""

    rules: tuple[Rule, ...]
    calendar: Calendar
    provisions: Mapping[str, Citation]
    exclusions: tuple[Exclusion, ...]
    version: int = 1

    def rule(self, rule_id: str, on: date) -> Rule:
        """The version of a rule in force on this day. Raises NotInForce."""
        return version_for(self.rules, rule_id, on)

    def cite(self, rule_id: str) -> Citation:
        """The provision behind a reason. Raises RuleError when the seeds do not hold it."""
        try:
            return self.provisions[rule_id]
        except KeyError:
            raise RuleError(f"There is no provision {rule_id} to cite.") from None

    def reason(self, code: str, rule_id: str, **params: Param) -> Reason:
        return Reason(code, self.cite(rule_id), params)


def promised(base: Rule, rule_id: str, version: int, days: int, roll: Roll | None = None) -> Rule:
    """A rule like ``base`` with the number of days that somebody promised or agreed on, under the id of what binds them."""
    values = {name: getattr(base, name) for name in base.__dataclass_fields__}
    values |= {"id": rule_id, "version": version, "length": days, "in_force_from": None, "in_force_to": None}
    return Rule(**(values if roll is None else {**values, "roll": roll}))
