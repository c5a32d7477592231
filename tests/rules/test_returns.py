"""Verdicts on returns, by a table that people without programming can read (tables/verdicts.csv), and by what always holds."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from disputes.law import returns_reading
from disputes.rules.categories import HowBought
from disputes.rules.exclusions import Distance
from disputes.rules.goods import GoodsClass
from disputes.rules.pledges import Payer, PledgeTerms, Starts, Way
from disputes.rules.return_facts import FactsError, Fault, Item, Purchase, TaxState
from disputes.rules.returns import judge, refund_due
from disputes.rules.rulebook import SHANGHAI, RuleError, Standing
from disputes.rules.verdicts import Ground, Lack, Outcome, Strength, Verdict

LAW = returns_reading.seeds()
TABLE = Path(__file__).parent / "tables" / "verdicts.csv"
MONDAY = date(2026, 11, 2)

ITEM_FACTS = {
    "intact": {"intact": True}, "damaged": {"intact": False}, "sealed": {"unsealed": False}, "opened": {"unsealed": True},
    "worn": {"worn": True}, "activated": {"activated": True}, "not activated": {"activated": False},
    "made to order": {"made_to_order": True}, "marked": {"marked": True}, "confirmed": {"confirmed": True},
    "not confirmed": {"confirmed": False}, "stated": {"stated": True}, "tag on": {"sealed_tag": True},
    "tag off": {"sealed_tag": False}, "resaleable": {"resaleable": True}, "not resaleable": {"resaleable": False},
    "faulty": {"fault": Fault.QUALITY}, "fake": {"fault": Fault.FAKE}, "unsafe food": {"fault": Fault.UNSAFE_FOOD},
    "banned": {"fault": Fault.BANNED}, "durable": {"durable": True},
}  # fmt: skip
PURCHASE_FACTS = {
    "no consent": {"agency_breach": True}, "agreed visit": {"agency_breach": False}, "agency known": {"agency": "A"},
    "no proof": {"proof": "none"},
}  # fmt: skip


def rows() -> list[dict[str, str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def promises(text: str) -> tuple[PledgeTerms, ...]:
    return tuple(promise(each.strip(), n) for n, each in enumerate(text.split("|"), 1) if each.strip())


def promise(text: str, number: int) -> PledgeTerms:
    def after(word: str) -> str | None:
        found = re.search(rf"\b{word} (\S+)", text)
        return found[1] if found else None

    def goods(word: str) -> frozenset[GoodsClass]:
        return frozenset({GoodsClass(after(word))}) if after(word) else frozenset()

    def day(word: str) -> date | None:
        return date.fromisoformat(after(word)) if after(word) else None

    return PledgeTerms(
        f"P{number}", 1, int(text.split()[0]), day("since") or date(2020, 1, 1), day("until"), day("withdrawn"),
        Starts.RECEIPT if "from receipt" in text else Starts.PURCHASE, goods("covers"), goods("not"), goods("also takes"),
        "resale" if "resale" in text else "intact", "invoice" if "invoice" in text else "any",
    )  # fmt: skip


def situation(row: dict[str, str]) -> tuple[Purchase, Item, datetime]:
    item: dict = {}
    purchase: dict = {}
    for fact in filter(None, re.split(r",\s*", row["facts"])):
        if fact in ITEM_FACTS:
            item |= ITEM_FACTS[fact]
        elif fact in PURCHASE_FACTS:
            purchase |= PURCHASE_FACTS[fact]
        elif fact.startswith("agreed "):
            item["agreed_days"] = int(fact.split()[1])
        elif fact.startswith("found "):
            item["fault_found_on"] = date.fromisoformat(fact.split()[1])
        elif fact.startswith("ended "):
            purchase["itinerary_ended_on"] = date.fromisoformat(fact.split()[1])
        else:
            raise AssertionError(f"the table knows no fact {fact!r}")
    bought = date.fromisoformat(row["bought"]) if row["bought"] else MONDAY
    bought_by = Purchase(
        how_bought=row["how"],
        bought_on=bought,
        received_at=date.fromisoformat(row["received"]) if row["received"] else None,
        tax_state=None if row["tax"] == "unknown" else row["tax"] or "T0",
        promises=promises(row["promise"]),
        **purchase,
    )
    return (
        bought_by,
        Item(ref="1", goods=row["goods"], price=10_000, **item),
        moment(row["declared"] or "2026-11-05 12:00"),
    )


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["why"])
def test_the_table_of_verdicts(row):
    purchase, item, declared = situation(row)
    (found,) = judge(purchase, [item], declared, LAW)
    assert (found.strength, found.ground, found.exclusion or "") == (row["strength"], row["ground"], row["exclusion"])
    assert str(found.last_day or "") == row["last day"]
    assert sorted(each.what for each in found.missing if each.decides) == sorted(filter(None, row["open"].split()))
    assert found.reasons, "a verdict has a reason"
    assert all(reason.citation.articles for reason in found.reasons)


def test_the_table_is_long_enough_and_names_each_situation_once():
    names = [row["why"] for row in rows()]
    assert len(names) >= 150
    assert len(set(names)) == len(names)


def test_the_table_meets_every_row_of_the_exclusions_in_both_columns():
    met = {(how, goods) for row in rows() for how, goods in [(row["how"], row["goods"])]}
    for each in LAW.exclusions:
        for goods in each.goods:
            assert {("counter", goods), ("online", goods)} & met, each.code


# --- what a verdict tells besides ---


THURSDAY_NOON = moment("2026-11-05 12:00")


def verdict(declared: datetime = THURSDAY_NOON, item: dict | None = None, **purchase) -> Verdict:
    facts = {"how_bought": "counter", "bought_on": MONDAY, "tax_state": "T0"} | purchase
    thing = {"ref": "1", "goods": "ordinary", "price": 10_000, "intact": True} | (item or {})
    return judge(Purchase(**facts), [Item(**thing)], declared, LAW)[0]


SEVEN = PledgeTerms("P", 3, 7, date(2026, 1, 1))


def test_the_time_left_is_counted_to_the_minute():
    assert verdict(moment("2026-11-09 23:59"), promises=(SEVEN,)).minutes_left == 1
    assert verdict(moment("2026-11-09 00:00"), promises=(SEVEN,)).minutes_left == 24 * 60
    assert verdict(moment("2026-11-20 00:00"), promises=(SEVEN,)).minutes_left == 0


def test_the_due_instant_is_the_end_of_the_last_day_in_china():
    found = verdict(promises=(SEVEN,))
    assert found.due.due_at == datetime(2026, 11, 9, 16, tzinfo=UTC)


def test_goods_that_arrive_later_do_no_harm_and_the_refund_counts_from_their_arrival():
    found = verdict(moment("2026-11-09 23:59"), promises=(SEVEN,), goods_arrived_at=date(2026, 11, 20))
    assert found.strength is Strength.PROMISE
    assert "declared_in_time" in [reason.code for reason in found.reasons]
    assert found.refund_due.due_on == date(2026, 11, 27)


def test_the_verdict_names_the_version_of_the_promise():
    assert (verdict(promises=(SEVEN,)).terms.pledge, verdict(promises=(SEVEN,)).terms.version) == ("P", 3)


def test_faulty_goods_later_on_give_repair_and_the_promise_beside_it_gives_the_return():
    long = PledgeTerms("P", 1, 30, date(2026, 1, 1))
    found = verdict(moment("2026-11-20 12:00"), {"fault": "quality"}, promises=(long,))
    assert (found.ground, found.outcome) == (Ground.FAULT, Outcome.REPAIR)
    assert [(each.ground, each.outcome) for each in found.others] == [(Ground.PROMISE, Outcome.RETURN)]


# fmt: off
FREIGHT = [
    ({"item": {"fault": "quality"}},                                                            Payer.MERCHANT),
    ({"how_bought": "agency", "agency_breach": True, "itinerary_ended_on": MONDAY},              Payer.AGENCY),
    ({"how_bought": "online", "received_at": MONDAY},                                            Payer.BUYER),
    ({"how_bought": "online", "received_at": MONDAY,
      "promises": (PledgeTerms("P", 1, 7, MONDAY, freight=Payer.MERCHANT),)},                    Payer.MERCHANT),
    ({"promises": (SEVEN,)},                                                                     Payer.BUYER),
    ({"promises": (PledgeTerms("P", 1, 7, MONDAY, freight=Payer.MERCHANT),)},                    Payer.MERCHANT),
    ({},                                                                                         Payer.BUYER),
]
REFUNDS = [
    # facts, rule, last day when the goods arrive on Friday 2026-11-20
    ({"how_bought": "online", "received_at": MONDAY},                                  "R-RET-REFUND-7",  date(2026, 11, 27)),
    ({"how_bought": "online", "received_at": MONDAY,
      "promises": (PledgeTerms("P", 1, 7, MONDAY, refund_days=3),)},                    "R-RET-OFF-BIND",  date(2026, 11, 23)),
    ({"how_bought": "online", "received_at": MONDAY,
      "promises": (PledgeTerms("P", 1, 7, MONDAY, refund_days=30),)},                   "R-RET-REFUND-7",  date(2026, 11, 27)),
    ({"promises": (SEVEN,)},                                                            "R-RET-OFF-PAY",   date(2026, 11, 27)),
    ({"promises": (PledgeTerms("P", 1, 7, MONDAY, refund_days=1),)},                    "R-RET-OFF-BIND",  date(2026, 11, 23)),
    ({"promises": (PledgeTerms("P", 1, 7, MONDAY, refund_days=10),)},                   "R-RET-OFF-BIND",  date(2026, 11, 30)),
    ({"promises": (PledgeTerms("P", 1, 7, MONDAY, refund_days=60),)},                   "R-STALL-15",      date(2026, 12, 5)),
    ({"item": {"fault": "quality"}},                                                    "R-STALL-15",      date(2026, 12, 5)),
    ({"how_bought": "agency", "agency_breach": True, "itinerary_ended_on": MONDAY},      "R-TOUR-PAY",      date(2026, 12, 5)),
]
# fmt: on


@pytest.mark.parametrize(("facts", "payer"), FREIGHT)
def test_who_pays_the_freight(facts, payer):
    assert verdict(**facts).freight is payer


@pytest.mark.parametrize(("facts", "rule", "last"), REFUNDS)
def test_when_the_refund_is_due_and_by_which_rule(facts, rule, last):
    found = verdict(goods_arrived_at=date(2026, 11, 20), **facts)
    assert (found.refund_due.rule_id, found.refund_due.due_on) == (rule, last)
    assert refund_due(found.refund, date(2026, 11, 20), LAW) == found.refund_due


def test_goodwill_owes_no_refund_and_no_days():
    found = verdict()
    assert (found.refund, found.refund_due, found.due) == (None, None, None)


# fmt: off
WARNINGS = [
    ({"promises": (PledgeTerms("P", 1, 3, MONDAY),)},                                             {"promise_short"}),
    ({"promises": (SEVEN,), "tax_state": "T1"},                                                   {"tax_form_void", "tax_unused"}),
    ({"promises": (SEVEN,), "tax_state": "T2"},                                                   {"tax_advance_first", "tax_unused"}),
    ({"promises": (SEVEN,), "tax_state": "T2", "item": {"unsealed": True}},                       {"tax_advance_first", "tax_used"}),
    ({"promises": (SEVEN,), "departure_on": date(2026, 11, 8)},                                   {"leaves_first"}),
    ({"promises": (SEVEN,), "departure_on": date(2026, 11, 9)},                                   set()),
    ({"promises": (SEVEN,), "departure_on": date(2026, 11, 4)},                                   set()),  # at home already
    ({"promises": (SEVEN,), "way": "parcel"},                                                     {"way_not_promised"}),
    ({"promises": (SEVEN,), "way": "shop"},                                                       set()),
    ({"promises": (SEVEN,), "shop": "a", "hand_over_shop": "b", "hand_over_city": "Chengdu"},     {"branch_not_promised"}),
    ({"promises": (PledgeTerms("P", 1, 7, MONDAY, ways={Way.SHOP, Way.BRANCH}, cities={"Chengdu"}),),
      "shop": "a", "hand_over_shop": "b", "hand_over_city": "Chengdu"},                           set()),
    ({"promises": (PledgeTerms("P", 1, 60, MONDAY),)},                                            {"provisional"}),
    ({"item": {"fault": "fake"}},                                                                 {"fraud_ceiling"}),
    ({"item": {"fault": "unsafe_food"}},                                                          {"food_ceiling"}),
]
# fmt: on


@pytest.mark.parametrize(("facts", "codes"), WARNINGS)
def test_what_a_verdict_warns_of(facts, codes):
    assert {reason.code for reason in verdict(**facts).warnings} == codes


def test_what_is_needed_before_approval_is_asked_for_and_does_not_decide():
    found = verdict(promises=(PledgeTerms("P", 1, 7, MONDAY, proof="invoice"),), tax_state="T1")
    assert {each.what for each in found.missing} == {Lack.INVOICE_NUMBER, Lack.FORM_NUMBER, Lack.INVOICE}
    assert not found.conditional
    done = verdict(promises=(SEVEN,), tax_state="T1", invoice_number="1", form_number="2")
    assert done.missing == ()


def test_what_nobody_could_verify_is_marked():
    assert "R-RET-OFF-DEFAULT" in verdict(promises=(SEVEN,), item={"goods": "food", "unsealed": True}).unverified
    assert verdict(how_bought="online", received_at=MONDAY).unverified == ()
    assert verdict(tax_state="T3").unverified == ("R-TAX-T3",)


def test_a_six_month_burden_of_proof_is_named_for_durable_goods_only():
    codes = [r.code for r in verdict(item={"fault": "quality", "durable": True}).reasons]
    assert "merchant_proves" in codes
    assert "merchant_proves" not in [r.code for r in verdict(item={"fault": "quality"}).reasons]
    late = verdict(moment("2027-06-01 10:00"), {"fault": "quality", "durable": True})
    assert "merchant_proves" not in [r.code for r in late.reasons]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: verdict(moment("2026-11-01 23:59")), "declared_at"),
        (lambda: verdict(datetime(2026, 11, 5, 12)), "declared_at"),  # noqa: DTZ001  that is the point
        (lambda: verdict(received_at=date(2026, 11, 1)), "received_at"),
        (lambda: verdict(item={"price": -1}), "price"),
        (lambda: verdict(item={"quantity": 0}), "quantity"),
    ],
)
def test_facts_that_cannot_be_are_refused_by_name(make, field):
    with pytest.raises(FactsError) as refused:
        make()
    assert refused.value.field == field


def test_a_purchase_before_the_law_has_no_verdict():
    with pytest.raises(RuleError, match="R-RET-ON-7 was not in force"):
        verdict(
            how_bought="online",
            bought_on=date(2010, 1, 4),
            received_at=date(2010, 1, 4),
            declared=moment("2010-01-05 10:00"),
        )


# --- what always holds ---

maybe = st.sampled_from([None, True, False])
items = st.builds(
    Item,
    ref=st.just("1"),
    goods=st.sampled_from(list(GoodsClass)),
    price=st.integers(0, 10**7),
    fault=st.sampled_from(list(Fault)),
    made_to_order=st.booleans(),
    marked=st.booleans(),
    **dict.fromkeys(
        ("unsealed", "activated", "worn", "intact", "resaleable", "sealed_tag", "confirmed", "stated"), maybe
    ),
)
terms = st.builds(
    PledgeTerms,
    st.sampled_from(["A", "B"]),
    st.integers(1, 3),
    st.integers(1, 60),
    st.dates(date(2026, 9, 1), date(2026, 11, 10)),
    starts=st.sampled_from(list(Starts)),
    covered=st.frozensets(st.sampled_from(list(GoodsClass)), max_size=3),
    excluded=st.frozensets(st.sampled_from(list(GoodsClass)), max_size=3),
    also_takes=st.frozensets(st.sampled_from(list(GoodsClass)), max_size=3),
    condition=st.sampled_from(["intact", "resale"]),
    refund_days=st.none() | st.integers(1, 40),
)
days = st.dates(date(2026, 9, 15), date(2026, 11, 30))
RANK = {Strength.RIGHT: 4, Strength.PROMISE: 3, Strength.PERSON: 2, Strength.GOODWILL: 1, Strength.NO: 0}


tax_states = st.sampled_from([None, *TaxState])


@st.composite
def purchases(draw, tax=tax_states):
    bought = draw(days)
    return Purchase(
        how_bought=draw(st.sampled_from(list(HowBought))),
        bought_on=bought,
        received_at=draw(st.none() | st.dates(bought, bought + timedelta(10))),
        tax_state=draw(tax),
        agency_breach=draw(maybe),
        itinerary_ended_on=draw(st.none() | st.dates(bought, bought + timedelta(10))),
        promises=tuple(draw(st.lists(terms, max_size=2))),
    )


def later(purchase: Purchase, minutes: int) -> datetime:
    return moment(f"{purchase.bought_on} 00:00") + timedelta(minutes=minutes)


minutes = st.integers(0, 90 * 24 * 60)


@settings(max_examples=100)
@given(purchases(), items, minutes, minutes)
def test_declaring_earlier_never_gives_less(purchase, item, one, two):
    (early,) = judge(purchase, [item], later(purchase, min(one, two)), LAW)
    (late,) = judge(purchase, [item], later(purchase, max(one, two)), LAW)
    assert RANK[early.strength] >= RANK[late.strength]
    if early.outcome is Outcome.NONE:
        assert late.outcome is Outcome.NONE


@settings(max_examples=100)
@given(purchases(), items, minutes, terms, st.integers(0, 30))
def test_a_longer_promise_never_takes_anything_away(purchase, item, when, one, more):
    def under(days: int) -> Verdict:
        known = {name: getattr(one, name) for name in one.__dataclass_fields__} | {"days": days, "pledge": "Z"}
        facts = {name: getattr(purchase, name) for name in purchase.__dataclass_fields__}
        facts["promises"] = (*purchase.promises, PledgeTerms(**known))
        return judge(Purchase(**facts), [item], later(purchase, when), LAW)[0]

    assert RANK[under(one.days + more).strength] >= RANK[under(one.days).strength]


@settings(max_examples=100)
@given(purchases(), items, minutes)
def test_a_promise_never_worsens_a_statutory_right(purchase, item, when):
    facts = {name: getattr(purchase, name) for name in purchase.__dataclass_fields__}
    (alone,) = judge(Purchase(**(facts | {"promises": ()})), [item], later(purchase, when), LAW)
    (beside,) = judge(purchase, [item], later(purchase, when), LAW)
    if alone.strength is Strength.RIGHT:
        assert (beside.strength, beside.ground, beside.due) == (alone.strength, alone.ground, alone.due)
        if alone.refund and beside.refund:
            arrived = later(purchase, when)
            assert refund_due(beside.refund, arrived, LAW).due_at <= refund_due(alone.refund, arrived, LAW).due_at


@settings(max_examples=60)
@given(purchases(tax=st.just(TaxState.T3)), items, minutes)
def test_after_the_tax_was_refunded_there_is_no_return_without_a_reason(purchase, item, when):
    (found,) = judge(purchase, [item], later(purchase, when), LAW)
    assert found.strength is Strength.PERSON
    assert found.outcome is Outcome.NONE
    assert found.others == ()
    assert found.refund is None


@settings(max_examples=60)
@given(purchases(), st.lists(items, min_size=2, max_size=4), minutes, st.randoms())
def test_the_order_of_items_and_of_promises_does_not_matter(purchase, things, when, random):
    named = [
        Item(**({n: getattr(t, n) for n in t.__dataclass_fields__} | {"ref": str(i)})) for i, t in enumerate(things)
    ]
    versions = {(p.pledge, p.version) for p in purchase.promises}
    assume(len(versions) == len(purchase.promises))
    mixed = random.sample(named, len(named))
    facts = {name: getattr(purchase, name) for name in purchase.__dataclass_fields__}
    turned = Purchase(**(facts | {"promises": tuple(reversed(purchase.promises))}))
    straight = {each.item: each for each in judge(purchase, named, later(purchase, when), LAW)}
    assert {each.item: each for each in judge(turned, mixed, later(purchase, when), LAW)} == straight


@settings(max_examples=100)
@given(purchases(), items, minutes)
def test_a_verdict_never_pretends(purchase, item, when):
    (found,) = judge(purchase, [item], later(purchase, when), LAW)
    at = later(purchase, when)
    assert found.reasons
    if found.strength in (Strength.RIGHT, Strength.PROMISE) and found.due and found.outcome is not Outcome.REPAIR:
        assert at < found.due.due_at
        assert found.minutes_left >= 0
    if found.strength is Strength.NO:
        assert found.exclusion
        assert found.outcome is Outcome.NONE
    if found.strength is Strength.PROMISE:
        assert found.terms in purchase.promises
        assert found.terms.in_force(purchase.bought_on)
    if found.strength is Strength.GOODWILL:
        assert found.ground is Ground.GOODWILL
    for reason in (*found.reasons, *found.warnings):
        assert reason.citation == LAW.cite(reason.rule_id)
        assert reason.standing in Standing


@settings(max_examples=60)
@given(purchases(), items, minutes)
def test_an_answer_to_an_open_question_is_asked_for_only_once(purchase, item, when):
    (found,) = judge(purchase, [item], later(purchase, when), LAW)
    asked = [each.what for each in found.missing]
    assert len(asked) == len(set(asked))


# --- the seeds ---


def test_every_provision_names_its_instruments_in_both_languages_and_says_how_sure_we_are():
    for rule_id, citation in LAW.provisions.items():
        assert citation.rule_id == rule_id
        assert citation.articles
        for article in citation.articles:
            assert article.name_en
            assert re.search("[\u4e00-\u9fff]", article.name_zh)
            assert bool(article.article_en) == bool(article.article_zh), rule_id


def test_periods_and_provisions_of_one_id_agree_on_instrument_and_standing():
    known = {rule.id: rule for rule in LAW.rules}
    for rule_id in set(known) & set(LAW.provisions):
        rule, citation = known[rule_id], LAW.provisions[rule_id]
        assert citation.standing is rule.standing, rule_id
        assert rule.instrument in {article.instrument for article in citation.articles}, rule_id


def test_what_the_law_excludes_by_itself_is_verified():
    for row in LAW.exclusions:
        assert (row.distance is Distance.EXCLUDED) == (row.distance_standing is Standing.VERIFIED), row.code


def test_each_class_of_goods_but_the_ordinary_has_its_row():
    named = {goods for row in LAW.exclusions for goods in row.goods}
    assert named == set(GoodsClass) - {GoodsClass.ORDINARY}
