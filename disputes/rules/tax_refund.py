"""The departure tax refund: what is refunded, whom customs send away, and who owes whom when goods come back before or after.

Everything here is unverified or from secondary sources (rule book section 8); each result names the rules it rests on, and
those carry their marks. Money is in fen. Nothing here decides a claim after departure: a person does (R-TAX-T3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from disputes.rules.calendar import Calendar
from disputes.rules.counting import count, version_for
from disputes.rules.return_facts import FactsError, TaxState
from disputes.rules.rulebook import NotInForce, Param, Rule, RuleError, Standing
from disputes.rules.verdicts import Citation, Reason

WHOLE = 10_000  # rates are hundredths of a percent


class Vat(StrEnum):
    """The class of value-added tax of a line of the invoice."""

    V13 = "13"
    V9 = "9"
    NONE = "none"  # exempt, prohibited or restricted goods: no refund


class Traveller(StrEnum):
    FOREIGN = "foreign"
    HK_MO_TW = "hk_mo_tw"  # compatriots from Hong Kong, Macao, Taiwan
    RESIDENT = "resident"  # lives in the mainland


class Party(StrEnum):
    TOURIST = "tourist"
    SHOP = "shop"
    AGENCY = "agency"  # the refund agency


class Through(StrEnum):
    """By which way money moves."""

    DIRECT = "direct"
    PREAUTHORISATION = "preauthorisation"  # taken from the hold on the tourist's card


class Payment(StrEnum):
    CASH = "cash"
    TRANSFER = "transfer"


class What(StrEnum):
    """What happened to the purchase."""

    RETURN = "return"
    EXCHANGE = "exchange"
    REDUCTION = "reduction"  # the goods stay, a part of the price comes back
    LEFT = "left"  # with an advance: the country was left as promised
    NOT_LEFT = "not_left"  # with an advance: it was not


class State(StrEnum):
    OK = "ok"
    FAILED = "failed"
    OPEN = "open"  # nobody has said yet


class Why(StrEnum):
    """How an entitlement came about."""

    DUE = "due"
    BELOW_MINIMUM = "below_minimum"
    NOTHING_ELIGIBLE = "nothing_eligible"


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """One dated version of the numbers; rates by class of tax and the fee in hundredths of a percent of the invoice amount."""

    version: int
    in_force_from: date | None
    in_force_to: date | None
    minimum: int
    cash_limit: int
    rates: Mapping[Vat, int]
    fee: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", {Vat(key): rate for key, rate in self.rates.items()})
        if any(not self.fee <= rate <= WHOLE for rate in self.rates.values()):
            raise RuleError(f"Version {self.version} of the tax refund has a rate below its fee or above the whole.")

    def in_force(self, on: date) -> bool:
        return (self.in_force_from or on) <= on <= (self.in_force_to or on)


@dataclass(frozen=True)
class TaxLaw:
    """What the rules of the tax refund read."""

    versions: tuple[TaxTerms, ...]
    rules: tuple[Rule, ...]
    calendar: Calendar
    provisions: Mapping[str, Citation]

    def terms(self, on: date) -> TaxTerms:
        for each in self.versions:
            if each.in_force(on):
                return each
        raise NotInForce(f"No numbers of the tax refund are known for {on}.")

    def rule(self, rule_id: str, on: date) -> Rule:
        return version_for(self.rules, rule_id, on)

    def reason(self, code: str, rule_id: str, **params: Param) -> Reason:
        if rule_id not in self.provisions:
            raise RuleError(f"There is no provision {rule_id} to cite.")
        return Reason(code, self.provisions[rule_id], params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the invoice; ``price`` is that of one piece, tax included."""

    ref: str
    price: int
    quantity: int = 1
    vat: Vat = Vat.V13

    def __post_init__(self) -> None:
        object.__setattr__(self, "vat", Vat(self.vat))
        if self.price < 0:
            raise FactsError("price", "A price cannot be negative.")
        if self.quantity < 1:
            raise FactsError("quantity", "A line of an invoice has at least one piece.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """A refund upon purchase: what the tourist got in the store, who paid it, and what holds the promise to leave."""

    paid: int
    by: Party = Party.AGENCY
    preauthorised: int = 0
    own_card: bool | None = None
    leave_by: date | None = None
    port: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by", Party(self.by))
        if self.by is Party.TOURIST:
            raise FactsError("by", "An advance is paid by the shop or by the refund agency.")
        if self.paid < 0 or self.preauthorised < 0:
            raise FactsError("paid", "An advance and a pre-authorisation cannot be negative.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxFacts:
    """One invoice of one traveller, and what is known of the way to its refund; None is what nobody has said yet.

    ``other_same_day``: what the same person bought in the same store on the same day on other invoices, for goods with a
    refund; it counts towards the least purchase. ``refund_paid``: what was paid out at T3, if it is known.
    """

    bought_on: date
    lines: tuple[Line, ...]
    state: TaxState = TaxState.T0
    traveller: Traveller | None = None
    other_same_day: int = 0
    entered_on: date | None = None
    leaves_on: date | None = None
    invoice_number: str = ""
    form_number: str = ""
    name_matches: bool | None = None
    goods_match: bool | None = None
    unused: bool | None = None
    carried: bool | None = None
    shown_before_checking_in: bool | None = None
    store_takes_part: bool | None = None
    leaves_from: str = ""
    port_takes_part: bool | None = None
    payment: Payment | None = None
    advance: Advance | None = None
    refund_paid: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", TaxState(self.state))
        object.__setattr__(self, "traveller", None if self.traveller is None else Traveller(self.traveller))
        object.__setattr__(self, "payment", None if self.payment is None else Payment(self.payment))
        object.__setattr__(self, "lines", tuple(self.lines))
        if not self.lines:
            raise FactsError("lines", "An invoice has at least one line.")
        if len({line.ref for line in self.lines}) < len(self.lines):
            raise FactsError("lines", "Each line needs a ref of its own.")
        if self.other_same_day < 0 or (self.refund_paid or 0) < 0:
            raise FactsError("other_same_day", "Amounts cannot be negative.")
        if (self.state is TaxState.T2) != (self.advance is not None):
            raise FactsError("advance", "T2 is the state with an advance, and the only one.")
        if self.entered_on and self.leaves_on and self.leaves_on < self.entered_on:
            raise FactsError("leaves_on", "The departure cannot lie before the entry.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What happens to one line: so many pieces go back, or so much of its price comes back."""

    ref: str
    quantity: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A return (pieces), an exchange (pieces for ``new`` lines), a price reduction (amounts), or how an advance ended."""

    what: What
    parts: tuple[Part, ...] = ()
    new: tuple[Line, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", What(self.what))
        object.__setattr__(self, "parts", tuple(self.parts))
        object.__setattr__(self, "new", tuple(self.new))
        if self.what in (What.LEFT, What.NOT_LEFT):
            if self.parts or self.new:
                raise FactsError("parts", "A departure changes no line.")
            return
        if not self.parts:
            raise FactsError("parts", "Say which lines it is about.")
        if len({part.ref for part in self.parts}) < len(self.parts):
            raise FactsError("parts", "Name each line once.")
        if bool(self.new) != (self.what is What.EXCHANGE):
            raise FactsError("new", "An exchange names what is given in its place, and nothing else does.")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the refund is: gross by the rates, less the agency's fee."""

    eligible: int
    gross: int
    fee: int
    net: int
    why: Why


@dataclass(frozen=True, slots=True)
class Posting:
    """One debt: ``debtor`` owes ``creditor`` so much. Lower ``order`` comes first; a step waits for those before it.

    ``information``: computed for the person who decides, and owed by nobody yet.
    """

    order: int
    debtor: Party
    creditor: Party
    amount: int
    reason: Reason
    through: Through = Through.DIRECT
    information: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be done that moves no money, in its place among the postings."""

    order: int
    code: str
    by: Party
    reason: Reason


@dataclass(frozen=True, slots=True)
class TaxEffect:
    """What a happening does: the entitlement before and after, what has to be done, and who owes whom."""

    state: TaxState
    what: What
    before: Entitlement
    after: Entitlement
    price_back: int
    postings: tuple[Posting, ...]
    acts: tuple[Act, ...]
    person_decides: bool
    warnings: tuple[Reason, ...] = ()

    @property
    def balances(self) -> dict[Party, int]:
        """What each gets (or, below zero, pays) when all is carried out; the sum is zero."""
        return balances(self.postings)

    @property
    def unverified(self) -> tuple[str, ...]:
        cited = [*(p.reason for p in self.postings), *(a.reason for a in self.acts), *self.warnings]
        return tuple(dict.fromkeys(r.rule_id for r in cited if r.standing is not Standing.VERIFIED))


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of the refund. ``at_customs``: it is a reason for which customs refuse the stamp."""

    code: str
    state: State
    reason: Reason
    at_customs: bool = False


def balances(postings: tuple[Posting, ...]) -> dict[Party, int]:
    found = dict.fromkeys(Party, 0)
    for each in postings:
        found[each.debtor] -= each.amount
        found[each.creditor] += each.amount
    return found


# --- how much ---


def half_up(amount: int, rate: int) -> int:
    """So many hundredths of a percent of an amount, rounded half up to the fen."""
    return (amount * rate * 2 + WHOLE) // (2 * WHOLE)


def entitlement(facts: TaxFacts, law: TaxLaw) -> Entitlement:
    """What is refunded for this invoice, if all conditions are met."""
    return _entitled(_by_class(facts.lines), facts.other_same_day, law.terms(facts.bought_on))


def _by_class(lines: tuple[Line, ...]) -> dict[Vat, int]:
    found = dict.fromkeys(Vat, 0)
    for line in lines:
        found[line.vat] += line.price * line.quantity
    return found


def _entitled(amounts: Mapping[Vat, int], other: int, terms: TaxTerms, least: bool = True) -> Entitlement:
    eligible = sum(amount for vat, amount in amounts.items() if vat in terms.rates)
    if eligible == 0:
        return Entitlement(0, 0, 0, 0, Why.NOTHING_ELIGIBLE)
    if least and eligible + other < terms.minimum:
        return Entitlement(eligible, 0, 0, 0, Why.BELOW_MINIMUM)
    gross = sum(half_up(amounts.get(vat, 0), rate) for vat, rate in terms.rates.items())
    fee = min(gross, half_up(eligible, terms.fee))
    return Entitlement(eligible, gross, fee, gross - fee, Why.DUE)


# --- what a return, an exchange, a price reduction does ---


def settle(facts: TaxFacts, happening: Happening, law: TaxLaw) -> TaxEffect:
    """Who owes whom after this, in fen and in order. Refused (FactsError, naming the field) is what cannot be."""
    terms = law.terms(facts.bought_on)
    before = entitlement(facts, law)
    if happening.what in (What.LEFT, What.NOT_LEFT):
        return _departure(facts, happening.what, before, law)
    back = _taken_out(facts, happening)
    rest = {vat: amount - back[vat] for vat, amount in _by_class(facts.lines).items()}
    added = _by_class(happening.new)
    rest = {vat: amount + added[vat] for vat, amount in rest.items()}
    price_back = sum(back.values()) - sum(added.values())
    if facts.state is TaxState.T3:
        return _after_departure(facts, happening.what, price_back, rest, terms, law)
    after = _entitled(rest, facts.other_same_day, terms)
    books = _Books(law)
    if facts.state is TaxState.T2:
        _advance_back(facts, books)
    if facts.state is TaxState.T0:
        books.act("mend_invoice", Party.SHOP, "R-TAX-T0")
    else:
        books.act("void_form", Party.SHOP, "R-TAX-T1")
        books.act("void_invoice", Party.SHOP, "R-TAX-T1")
    _price(happening.what, price_back, facts.state, books)
    _for_the_rest(facts, rest, after, books)
    return TaxEffect(
        facts.state, happening.what, before, after, price_back, tuple(books.postings), tuple(books.acts), False,
        _lost(facts, before, after, law),
    )  # fmt: skip


class _Books:
    """Collects postings and acts in their order."""

    def __init__(self, law: TaxLaw) -> None:
        self.law = law
        self.postings: list[Posting] = []
        self.acts: list[Act] = []

    @property
    def _next(self) -> int:
        return len(self.postings) + len(self.acts) + 1

    def post(
        self, debtor: Party, creditor: Party, amount: int, code: str, rule_id: str,
        through: Through = Through.DIRECT, information: bool = False,
    ) -> None:  # fmt: skip
        """Nothing is posted for nothing."""
        if amount:
            reason = self.law.reason(code, rule_id)
            self.postings.append(Posting(self._next, debtor, creditor, amount, reason, through, information))

    def act(self, code: str, by: Party, rule_id: str) -> None:
        self.acts.append(Act(self._next, code, by, self.law.reason(code, rule_id)))


def _taken_out(facts: TaxFacts, happening: Happening) -> dict[Vat, int]:
    """What leaves the invoice, by class of tax."""
    found = dict.fromkeys(Vat, 0)
    lines = {line.ref: line for line in facts.lines}
    for part in happening.parts:
        line = lines.get(part.ref)
        if line is None:
            raise FactsError("parts", f"There is no line {part.ref} on the invoice.")
        if happening.what is What.REDUCTION:
            if part.quantity or not 0 < part.amount <= line.price * line.quantity:
                raise FactsError("parts", f"A reduction of {part.ref} is an amount, at most what the line cost.")
            found[line.vat] += part.amount
        else:
            if part.amount or not 0 < part.quantity <= line.quantity:
                raise FactsError("parts", f"Of {part.ref} between 1 and {line.quantity} pieces can go back.")
            found[line.vat] += line.price * part.quantity
    return found


def _advance_back(facts: TaxFacts, books: _Books) -> None:
    """First the advance comes back, from the hold on the card as far as that goes; only then the price (R-TAX-T2)."""
    advance = _advance(facts)
    held = min(advance.paid, advance.preauthorised)
    books.post(Party.TOURIST, advance.by, held, "advance_from_card", "R-TAX-T2", Through.PREAUTHORISATION)
    books.post(Party.TOURIST, advance.by, advance.paid - held, "advance_paid_back", "R-TAX-T2")


def _price(what: What, price_back: int, state: TaxState, books: _Books) -> None:
    rule_id = f"R-TAX-{state}"
    code = {What.RETURN: "price_back", What.REDUCTION: "reduction", What.EXCHANGE: "difference"}[what]
    if price_back >= 0:
        books.post(Party.SHOP, Party.TOURIST, price_back, code, rule_id)
    else:
        books.post(Party.TOURIST, Party.SHOP, -price_back, code, rule_id)


def _for_the_rest(facts: TaxFacts, rest: Mapping[Vat, int], after: Entitlement, books: _Books) -> None:
    """What stays with the tourist gets an invoice of its own, and a form while it still reaches the least purchase."""
    if facts.state is TaxState.T0 or not any(rest.values()):
        return
    books.act("new_invoice", Party.SHOP, "R-TAX-T1")
    if after.net:
        books.act("new_form", Party.SHOP, "R-TAX-T1")
        if facts.state is TaxState.T2:
            books.post(_advance(facts).by, Party.TOURIST, after.net, "advance_for_the_rest", "R-TAX-T2")


def _departure(facts: TaxFacts, what: What, before: Entitlement, law: TaxLaw) -> TaxEffect:
    """How a refund upon purchase ends: the hold is released, or the advance is taken from it."""
    if facts.state is not TaxState.T2:
        raise FactsError("what", "Only an advance ends with the departure.")
    books = _Books(law)
    after = before
    if what is What.NOT_LEFT:
        advance = _advance(facts)
        held = min(advance.paid, advance.preauthorised)
        books.post(Party.TOURIST, advance.by, held, "promise_broken", "R-TAX-28", Through.PREAUTHORISATION)
        books.post(Party.TOURIST, advance.by, advance.paid - held, "promise_broken", "R-TAX-28")
        after = Entitlement(before.eligible, 0, 0, 0, before.why)
    books.act("release_hold", _advance(facts).by, "R-TAX-ADVANCE")
    return TaxEffect(facts.state, what, before, after, 0, tuple(books.postings), tuple(books.acts), False)


def _after_departure(
    facts: TaxFacts, what: What, price_back: int, rest: Mapping[Vat, int], terms: TaxTerms, law: TaxLaw
) -> TaxEffect:
    """T3: nobody owes by this computation. It tells the person who decides what the price less the tax refunded would be."""
    whole = _entitled(_by_class(facts.lines), 0, terms, least=False)
    left = _entitled(rest, 0, terms, least=False)
    before = entitlement(facts, law)
    books = _Books(law)
    if price_back > 0:
        tax = max(0, whole.net - left.net)
        paid = before.net if facts.refund_paid is None else facts.refund_paid
        if whole.net and paid != whole.net:
            tax = (2 * paid * tax + whole.net) // (2 * whole.net)
        amount = max(0, price_back - tax)
        books.post(Party.SHOP, Party.TOURIST, amount, "price_less_tax", "R-TAX-T3", information=True)
    elif price_back < 0:
        books.post(Party.TOURIST, Party.SHOP, -price_back, "difference", "R-TAX-T3", information=True)
    books.act("person_decides", Party.SHOP, "R-TAX-T3")
    return TaxEffect(facts.state, what, before, before, price_back, tuple(books.postings), tuple(books.acts), True)


def _lost(facts: TaxFacts, before: Entitlement, after: Entitlement, law: TaxLaw) -> tuple[Reason, ...]:
    """Where what stays no longer reaches the least purchase: the whole refund is gone, also that of other invoices."""
    if not before.net or after.why is not Why.BELOW_MINIMUM:
        return ()
    told = [law.reason("refund_lost", "R-TAX-MIN", amount=before.net)]
    if facts.other_same_day:
        told.append(law.reason("others_lost", "R-TAX-MIN", amount=facts.other_same_day))
    return tuple(told)


def _advance(facts: TaxFacts) -> Advance:
    if facts.advance is None:
        raise FactsError("advance", "T2 is the state with an advance, and the only one.")
    return facts.advance


# --- who gets it, and why customs refuse ---


def checks(facts: TaxFacts, law: TaxLaw) -> tuple[Check, ...]:
    """Every condition with its state, in the order in which a traveller meets them."""
    found = [
        *_of_the_traveller(facts, law),
        *_of_the_purchase(facts, law),
        *_of_the_papers(facts, law),
        *_of_the_departure(facts, law),
        *_of_the_payment(facts, law),
    ]
    return tuple(found)


def checklist(facts: TaxFacts, law: TaxLaw) -> tuple[Check, ...]:
    """What to put in order before the airport: reasons for which customs refuse that are not known to be met."""
    return tuple(each for each in checks(facts, law) if each.at_customs and each.state is not State.OK)


def eligible(facts: TaxFacts, law: TaxLaw) -> State:
    """Failed when one condition is, open while one is, else met."""
    states = {each.state for each in checks(facts, law)}
    return next((state for state in (State.FAILED, State.OPEN) if state in states), State.OK)


def _state(value: bool | None) -> State:
    return State.OPEN if value is None else State.OK if value else State.FAILED


def _check(law: TaxLaw, code: str, met: bool | None, rule_id: str, at_customs: bool = False, **params: Param) -> Check:
    return Check(code, _state(met), law.reason(code, rule_id, **params), at_customs)


def _of_the_traveller(facts: TaxFacts, law: TaxLaw) -> list[Check]:
    who = None if facts.traveller is None else facts.traveller is not Traveller.RESIDENT
    rule = law.rule("R-TAX-STAY-183", facts.bought_on)
    stays = None
    if facts.entered_on and facts.leaves_on:
        stays = facts.leaves_on <= count(rule, facts.entered_on, law.calendar).due_on
    return [
        _check(law, "traveller", who, "R-TAX-WHO", True),
        _check(law, "stay", stays, rule.id, True, days=rule.length),
    ]


def _of_the_purchase(facts: TaxFacts, law: TaxLaw) -> list[Check]:
    terms, found = law.terms(facts.bought_on), entitlement(facts, law)
    total = found.eligible + facts.other_same_day
    rule = law.rule("R-TAX-183", facts.bought_on)
    inside = None
    if facts.entered_on:
        inside = facts.entered_on <= facts.bought_on <= count(rule, facts.entered_on, law.calendar).due_on
    return [
        _check(law, "store", facts.store_takes_part, "R-TAX-STORE"),
        _check(law, "goods", found.eligible > 0, "R-TAX-GOODS"),
        _check(law, "minimum", total >= terms.minimum, "R-TAX-MIN", amount=total, least=terms.minimum),
        _check(law, "bought_in_time", inside, rule.id, True, days=rule.length),
    ]


def _of_the_papers(facts: TaxFacts, law: TaxLaw) -> list[Check]:
    return [
        _check(law, "invoice", bool(facts.invoice_number) or None, "R-TAX-DOCS", True),
        _check(law, "form", bool(facts.form_number) or None, "R-TAX-DOCS", True),
        _check(law, "name", facts.name_matches, "R-TAX-CUSTOMS", True),
        _check(law, "goods_on_form", facts.goods_match, "R-TAX-CUSTOMS", True),
    ]


def _of_the_departure(facts: TaxFacts, law: TaxLaw) -> list[Check]:
    due = count(law.rule("R-TAX-90", facts.bought_on), facts.bought_on, law.calendar)
    leaves = None if facts.leaves_on is None else facts.bought_on <= facts.leaves_on <= due.due_on
    return [
        _check(law, "leaves_in_time", leaves, "R-TAX-90", True, last=due.due_on.isoformat()),
        _check(law, "unused", facts.unused, "R-TAX-UNUSED", True),
        _check(law, "carried", facts.carried, "R-TAX-GOODS", True),
        _check(law, "shown", facts.shown_before_checking_in, "R-TAX-CUSTOMS", True),
        _check(law, "port", facts.port_takes_part, "R-TAX-PORT", True),
    ]


def _of_the_payment(facts: TaxFacts, law: TaxLaw) -> list[Check]:
    terms, net = law.terms(facts.bought_on), entitlement(facts, law).net
    over = net > terms.cash_limit
    cash = facts.payment is not Payment.CASH if over and facts.payment is not None else None if over else True
    found = [_check(law, "payment", cash, "R-TAX-PAY", limit=terms.cash_limit)]
    if facts.advance is None:
        return found
    advance = facts.advance
    longest = count(law.rule("R-TAX-28", facts.bought_on), facts.bought_on, law.calendar).due_on
    promised = None if advance.leave_by is None else facts.bought_on <= advance.leave_by <= longest
    kept = None if None in (advance.leave_by, facts.leaves_on) else facts.leaves_on <= advance.leave_by  # type: ignore[operator]
    port = facts.leaves_from == advance.port if facts.leaves_from and advance.port else None
    return [
        *found,
        _check(law, "own_card", advance.own_card, "R-TAX-ADVANCE"),
        _check(law, "hold_covers", advance.preauthorised >= advance.paid, "R-TAX-ADVANCE", amount=advance.paid),
        _check(law, "advance_amount", advance.paid <= net, "R-TAX-ADVANCE", amount=net),
        _check(law, "promise_length", promised, "R-TAX-28", last=longest.isoformat()),
        _check(law, "promise_kept", kept, "R-TAX-28", True, last=(advance.leave_by or longest).isoformat()),
        _check(law, "promised_port", port, "R-TAX-ADVANCE", True),
    ]
