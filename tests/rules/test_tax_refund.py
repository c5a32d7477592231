"""The departure tax refund: situations in a table that people without programming can read (tables/tax_refunds.csv)."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disputes.law import returns_reading
from disputes.rules.return_facts import FactsError, TaxState
from disputes.rules.rulebook import RuleError, Standing
from disputes.rules.tax_refund import (
    Advance,
    Happening,
    Line,
    Part,
    Party,
    State,
    TaxEffect,
    TaxFacts,
    TaxLaw,
    TaxTerms,
    Through,
    Traveller,
    Vat,
    What,
    Why,
    checklist,
    checks,
    eligible,
    entitlement,
    half_up,
    settle,
)

LAW = returns_reading.tax_seeds()
TABLE = Path(__file__).parent / "tables" / "tax_refunds.csv"
BOUGHT = date(2026, 11, 1)


def rows() -> list[dict[str, str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


def lines(text: str) -> tuple[Line, ...]:
    found = []
    for each in text.split(";"):
        ref, vat, price, *pieces = each.split()
        found.append(Line(ref=ref, vat=vat, price=fen(price), quantity=int(pieces[0][1:]) if pieces else 1))
    return tuple(found)


def happening(text: str) -> Happening:
    what, *rest = text.split()
    if what in ("left", "not_left"):
        return Happening(what=what)
    ref, value, *new = rest
    if what == "reduction":
        return Happening(what=what, parts=(Part(ref=ref, amount=fen(value)),))
    given_for = (Line(ref="new", vat=new[1], price=fen(new[2])),) if new else ()
    return Happening(what=what, parts=(Part(ref=ref, quantity=int(value)),), new=given_for)


def advance(text: str) -> Advance | None:
    if not text:
        return None
    by, paid, _held, held = text.split()
    return Advance(by=by, paid=fen(paid), preauthorised=fen(held))


def facts(row: dict[str, str]) -> TaxFacts:
    return TaxFacts(
        bought_on=date.fromisoformat(row["bought"]) if row["bought"] else BOUGHT,
        lines=lines(row["lines"]),
        state=row["state"],
        other_same_day=fen(row["other"] or "0"),
        advance=advance(row["advance"]),
        refund_paid=fen(row["paid out"]) if row["paid out"] else None,
    )


def owed(effect: TaxEffect) -> str:
    def one(posting) -> str:
        words = [f"{posting.debtor}>{posting.creditor}", f"{Decimal(posting.amount) / 100:.2f}"]
        words += ["card"] if posting.through is Through.PREAUTHORISATION else []
        return " ".join([*words, *(["?"] if posting.information else [])])

    return "; ".join(map(one, effect.postings))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["why"])
def test_the_table_of_situations(row):
    effect = settle(facts(row), happening(row["what"]), LAW)
    assert (effect.before.net, effect.after.net) == (fen(row["before"]), fen(row["after"]))
    assert effect.price_back == fen(row["price"])
    assert owed(effect) == row["owed"]
    assert effect.person_decides == (row["person"] == "yes")
    assert sum(effect.balances.values()) == 0


def test_the_table_is_long_enough_and_meets_every_state_with_everything_that_can_happen():
    found = rows()
    assert len(found) >= 40
    assert len({row["why"] for row in found}) == len(found)
    met = {(row["state"], row["what"].split()[0]) for row in found}
    assert {(state, what) for state in TaxState for what in ("return", "exchange", "reduction")} <= met
    assert {("T2", "left"), ("T2", "not_left")} <= met


def test_the_forms_go_before_the_price_and_the_advance_before_both():
    row = next(each for each in rows() if each["why"] == "advance: one of two")
    effect = settle(facts(row), happening(row["what"]), LAW)
    steps = sorted((*effect.postings, *effect.acts), key=lambda step: step.order)
    assert [step.reason.code for step in steps] == [
        "advance_from_card", "void_form", "void_invoice", "price_back", "new_invoice", "new_form", "advance_for_the_rest",
    ]  # fmt: skip
    assert [step.order for step in steps] == list(range(1, 8))


def test_a_lost_refund_is_said_and_so_is_that_of_other_invoices():
    row = next(each for each in rows() if "dragged along" in each["why"])
    told = settle(facts(row), happening(row["what"]), LAW).warnings
    assert [(reason.code, reason.params["amount"]) for reason in told] == [("refund_lost", 2700), ("others_lost", 4000)]


def test_everything_is_marked_as_not_verified():
    for row in rows():
        effect = settle(facts(row), happening(row["what"]), LAW)
        reasons = [*(p.reason for p in effect.postings), *(a.reason for a in effect.acts), *effect.warnings]
        assert reasons
        assert all(reason.standing is not Standing.VERIFIED for reason in reasons)
        assert set(effect.unverified) == {reason.rule_id for reason in reasons}


# --- what cannot be ---

ONE = TaxFacts(bought_on=BOUGHT, lines=(Line(ref="a", price=50_000, quantity=2),))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: settle(ONE, Happening(what="return", parts=(Part(ref="z", quantity=1),)), LAW), "parts"),
        (lambda: settle(ONE, Happening(what="return", parts=(Part(ref="a", quantity=3),)), LAW), "parts"),
        (lambda: settle(ONE, Happening(what="return", parts=(Part(ref="a"),)), LAW), "parts"),
        (lambda: settle(ONE, Happening(what="reduction", parts=(Part(ref="a", amount=100_001),)), LAW), "parts"),
        (lambda: settle(ONE, Happening(what="reduction", parts=(Part(ref="a", quantity=1),)), LAW), "parts"),
        (lambda: settle(ONE, Happening(what="left"), LAW), "what"),
        (lambda: Happening(what="left", parts=(Part(ref="a", quantity=1),)), "parts"),
        (lambda: Happening(what="return"), "parts"),
        (lambda: Happening(what="return", parts=(Part(ref="a", quantity=1),) * 2), "parts"),
        (lambda: Happening(what="exchange", parts=(Part(ref="a", quantity=1),)), "new"),
        (lambda: Happening(what="return", parts=(Part(ref="a", quantity=1),), new=ONE.lines), "new"),
        (lambda: TaxFacts(bought_on=BOUGHT, lines=()), "lines"),
        (lambda: TaxFacts(bought_on=BOUGHT, lines=(*ONE.lines, *ONE.lines)), "lines"),
        (lambda: TaxFacts(bought_on=BOUGHT, lines=ONE.lines, state="T2"), "advance"),
        (lambda: TaxFacts(bought_on=BOUGHT, lines=ONE.lines, advance=Advance(paid=1)), "advance"),
        (lambda: TaxFacts(bought_on=BOUGHT, lines=ONE.lines, entered_on=BOUGHT, leaves_on=date(2026, 10, 1)), "leaves_on"),
        (lambda: Advance(paid=1, by="tourist"), "by"),
        (lambda: Line(ref="a", price=-1), "price"),
        (lambda: Line(ref="a", price=1, quantity=0), "quantity"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(make, field):
    with pytest.raises(FactsError) as refused:
        make()
    assert refused.value.field == field


# --- who gets it, and why customs refuse ---

READY = TaxFacts(
    bought_on=BOUGHT, lines=(Line(ref="a", price=50_000),), state="T1", traveller="foreign", entered_on=date(2026, 10, 20),
    leaves_on=date(2026, 11, 10), invoice_number="1", form_number="2", name_matches=True, goods_match=True, unused=True,
    carried=True, shown_before_checking_in=True, store_takes_part=True, port_takes_part=True, payment="transfer",
)  # fmt: skip
ADVANCED = replace(
    READY, state="T2", leaves_from="CKG",
    advance=Advance(paid=4500, preauthorised=4500, own_card=True, leave_by=date(2026, 11, 12), port="CKG"),
)  # fmt: skip

# fmt: off
CONDITIONS = [
    # what is otherwise than in READY                                       which condition       and its state
    ({},                                                                    None,                 State.OK),
    ({"traveller": "hk_mo_tw"},                                             None,                 State.OK),
    ({"traveller": Traveller.RESIDENT},                                     "traveller",          State.FAILED),
    ({"traveller": None},                                                   "traveller",          State.OPEN),
    ({"entered_on": date(2026, 5, 11)},                                     None,                 State.OK),      # day 183 is 2026-11-10
    ({"entered_on": date(2026, 5, 10)},                                     "stay",               State.FAILED),
    ({"leaves_on": None},                                                   "leaves_in_time",     State.OPEN),
    ({"bought_on": date(2026, 10, 20)},                                     None,                 State.OK),
    ({"bought_on": date(2026, 10, 19)},                                     "bought_in_time",     State.FAILED),
    ({"entered_on": date(2026, 11, 2)},                                     "bought_in_time",     State.FAILED),
    ({"bought_on": date(2026, 10, 2), "entered_on": date(2026, 10, 1), "leaves_on": date(2026, 12, 31)}, None, State.OK),  # E12
    ({"bought_on": date(2026, 10, 2), "entered_on": date(2026, 10, 1), "leaves_on": date(2027, 1, 1)}, "leaves_in_time", State.FAILED),
    ({"lines": (Line(ref="a", price=20_000),)},                             None,                 State.OK),
    ({"lines": (Line(ref="a", price=19_999),)},                             "minimum",            State.FAILED),
    ({"lines": (Line(ref="a", price=19_999),), "other_same_day": 1},        None,                 State.OK),
    ({"lines": (Line(ref="a", price=50_000, vat="none"),)},                 "goods",              State.FAILED),
    ({"store_takes_part": False},                                           "store",              State.FAILED),
    ({"port_takes_part": None},                                             "port",               State.OPEN),
    ({"invoice_number": ""},                                                "invoice",            State.OPEN),
    ({"form_number": ""},                                                   "form",               State.OPEN),
    ({"name_matches": False},                                               "name",               State.FAILED),
    ({"goods_match": False},                                                "goods_on_form",      State.FAILED),
    ({"unused": False},                                                     "unused",             State.FAILED),
    ({"carried": False},                                                    "carried",            State.FAILED),
    ({"shown_before_checking_in": False},                                   "shown",              State.FAILED),
    ({"payment": "cash"},                                                   None,                 State.OK),
    ({"payment": "cash", "lines": (Line(ref="a", price=22_222_222),)},      None,                 State.OK),      # 19,999.99 net
    ({"payment": "cash", "lines": (Line(ref="a", price=22_222_300),)},      "payment",            State.FAILED),  # 20,000.07 net
    ({"payment": "transfer", "lines": (Line(ref="a", price=22_222_300),)},  None,                 State.OK),
    ({"payment": None, "lines": (Line(ref="a", price=22_222_300),)},        "payment",            State.OPEN),
]
CONDITIONS_OF_AN_ADVANCE = [
    ({},                                   None,             State.OK),
    ({"own_card": False},                  "own_card",       State.FAILED),
    ({"own_card": None},                   "own_card",       State.OPEN),
    ({"preauthorised": 4499},              "hold_covers",    State.FAILED),
    ({"paid": 4501, "preauthorised": 9000}, "advance_amount", State.FAILED),
    ({"leave_by": date(2026, 11, 29)},     None,             State.OK),      # day 28
    ({"leave_by": date(2026, 11, 30)},     "promise_length", State.FAILED),
    ({"leave_by": date(2026, 11, 9)},      "promise_kept",   State.FAILED),
    ({"port": "TFU"},                      "promised_port",  State.FAILED),
    ({"port": ""},                         "promised_port",  State.OPEN),
]
# fmt: on


def faults(known: TaxFacts) -> dict[str, State]:
    return {each.code: each.state for each in checks(known, LAW) if each.state is not State.OK}


@pytest.mark.parametrize(("changed", "code", "state"), CONDITIONS)
def test_each_condition_by_itself(changed, code, state):
    known = replace(READY, **changed)
    assert faults(known).get(code, State.OK) is state
    assert eligible(known, LAW) is (State.FAILED if State.FAILED in faults(known).values() else state)
    if code is None:
        assert faults(known) == {}


@pytest.mark.parametrize(("changed", "code", "state"), CONDITIONS_OF_AN_ADVANCE)
def test_each_condition_of_a_refund_upon_purchase(changed, code, state):
    known = replace(ADVANCED, advance=replace(ADVANCED.advance, **changed))
    assert faults(known) == ({code: state} if code else {})


def test_the_checklist_before_the_airport_names_what_customs_look_at_and_nothing_that_is_done():
    assert checklist(READY, LAW) == ()
    bare = TaxFacts(bought_on=BOUGHT, lines=READY.lines, state="T1")
    codes = [each.code for each in checklist(bare, LAW)]
    assert {"form", "invoice", "name", "unused", "carried", "shown", "leaves_in_time"} <= set(codes)
    assert "store" not in codes
    assert "minimum" not in codes


# --- the numbers ---


@pytest.mark.parametrize(
    ("amount", "rate", "rounded"),
    [(50, 1100, 6), (49, 1100, 5), (4, 1100, 0), (5, 1000, 1), (0, 1100, 0), (25, 200, 1), (24, 200, 0)],
)
def test_half_a_fen_is_rounded_up(amount, rate, rounded):
    assert half_up(amount, rate) == rounded


def test_the_day_of_purchase_picks_the_numbers():
    assert LAW.terms(date(2025, 4, 25)).minimum == 50_000
    assert LAW.terms(date(2025, 4, 26)).minimum == 20_000
    with pytest.raises(RuleError):
        TaxLaw((), (), LAW.calendar, {}).terms(BOUGHT)


def test_a_rate_below_the_fee_is_no_rate():
    with pytest.raises(RuleError, match="below its fee"):
        TaxTerms(1, None, None, 1, 1, {Vat.V13: 100}, 200)


# --- what always holds ---

prices = st.integers(0, 3_000_000)
someone = st.builds(
    lambda found, state, by, paid, held, other: TaxFacts(
        bought_on=BOUGHT, lines=tuple(Line(ref=str(n), price=p, quantity=q, vat=v) for n, (p, q, v) in enumerate(found)),
        state=state, other_same_day=other, advance=Advance(paid=paid, by=by, preauthorised=held) if state is TaxState.T2 else None,
    ),
    st.lists(st.tuples(prices, st.integers(1, 5), st.sampled_from(list(Vat))), min_size=1, max_size=4),
    st.sampled_from(list(TaxState)), st.sampled_from([Party.SHOP, Party.AGENCY]), prices, prices, prices,
)  # fmt: skip


@st.composite
def cases(draw):
    known = draw(someone)
    what = draw(st.sampled_from(list(What)))
    if what in (What.LEFT, What.NOT_LEFT):
        return replace(known, state="T2", advance=known.advance or Advance(paid=draw(prices))), Happening(what=what)
    line = draw(st.sampled_from([each for each in known.lines if each.price] or known.lines))
    if what is What.REDUCTION and line.price:
        part = Part(ref=line.ref, amount=draw(st.integers(1, line.price * line.quantity)))
        return known, Happening(what=what, parts=(part,))
    part = Part(ref=line.ref, quantity=draw(st.integers(1, line.quantity)))
    if what is What.EXCHANGE:
        new = Line(ref="new", price=draw(prices), vat=draw(st.sampled_from(list(Vat))))
        return known, Happening(what=what, parts=(part,), new=(new,))
    return known, Happening(what=What.RETURN, parts=(part,))


@settings(max_examples=200)
@given(cases())
def test_what_one_gets_another_pays(case):
    effect = settle(*case, LAW)
    assert sum(effect.balances.values()) == 0
    for posting in effect.postings:
        assert posting.amount > 0
        assert posting.debtor is not posting.creditor
        assert posting.reason.rule_id
    orders = [step.order for step in (*effect.postings, *effect.acts)]
    assert sorted(orders) == list(range(1, len(orders) + 1))


@settings(max_examples=200)
@given(cases())
def test_before_departure_the_tourist_ends_with_the_price_and_the_refund_of_what_stays(case):
    known, what = case
    effect = settle(known, what, LAW)
    if known.state is TaxState.T3:
        assert effect.person_decides
        assert all(posting.information for posting in effect.postings)
        return
    assert not any(posting.information for posting in effect.postings)
    advanced = known.advance.paid if known.advance else 0
    if what.what is What.LEFT:
        assert effect.balances[Party.TOURIST] == 0
    elif known.state is TaxState.T2:
        assert effect.balances[Party.TOURIST] == effect.price_back - advanced + effect.after.net
    else:
        assert effect.balances[Party.TOURIST] == effect.price_back
        assert effect.balances[Party.AGENCY] == 0


@settings(max_examples=200)
@given(someone)
def test_a_refund_is_never_more_than_its_gross_and_nothing_below_the_least(known):
    found = entitlement(known, LAW)
    assert 0 <= found.net <= found.gross <= found.eligible
    assert found.net == found.gross - found.fee
    if found.why is not Why.DUE:
        assert found.net == 0
    if found.eligible + known.other_same_day < LAW.terms(BOUGHT).minimum:
        assert found.net == 0
