"""The routing table as a machine: the first rule that matches wins, closed offices pass on, and what cannot be is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some

from disputes.cli import main
from disputes.law import routing_file
from disputes.law.routing_file import TableRefused
from disputes.rules import routing_schema
from disputes.rules.categories import Category, Danger, HowBought, Trade
from disputes.rules.routing import FACTS, FactRefused, Facts, Part, facts_of, read_facts, seat_of
from disputes.rules.routing import Level as L
from disputes.seeding import known

KNOWN = known()
TABLE = routing_file.seed(KNOWN)
SEED = routing_file.SEED.read_text(encoding="utf-8")
PLACES = ["500103", "500105", "510104", "510107", "511102", "110105", None]

ANY_FACTS = some.builds(
    facts_of,
    some.sampled_from(Trade),
    category=some.none() | some.sampled_from(Category),
    place=some.sampled_from(PLACES),
    district=some.none() | some.sampled_from(sorted(KNOWN.districts)),
    how_bought=some.none() | some.sampled_from(HowBought),
    agency_arranged=some.booleans(),
    distance=some.booleans(),
    tax_refund=some.booleans(),
    port=some.none() | some.sampled_from(sorted(KNOWN.ports)),
    language=some.sampled_from(["en", "ja", None]),
    amount=some.none() | some.integers(0, 10_000_000),
    dangers=some.lists(some.sampled_from(Danger), max_size=2).map(tuple),
)


# --- who wins


@given(ANY_FACTS)
def test_the_first_rule_from_above_that_matches_wins_and_names_those_that_lost(facts: Facts) -> None:
    found = TABLE.route(facts)
    for part in Part:
        match = getattr(found, part.value)
        matching = [rule.id for rule in TABLE.part(part) if rule.matches(facts)]
        assert [match.rule.id, *match.lost] == matching


@given(ANY_FACTS)
def test_a_closed_office_never_gets_a_case_while_another_one_would_take_it(facts: Facts) -> None:
    closed = {"CQ-JFB", "SC-CXL", "SC"}
    assert TABLE.route(facts, closed).office.rule.gives == "CQ"


def test_when_every_office_is_closed_the_case_still_has_one() -> None:
    closed = KNOWN.offices
    assert TABLE.route(facts_of(Trade.SHOP, place="510104"), closed).office.rule.gives == "SC-CXL"


@pytest.mark.parametrize(
    ("level", "place", "seat"),
    [
        (L.COUNTY, "500103", "500103"),
        (L.CITY, "500103", "500000"),
        (L.CITY, "510104", "510100"),
        (L.CITY, "513225", "513200"),
        (L.NATION, "510104", None),
        (L.COUNTY, None, None),
    ],
)
def test_an_authority_sits_where_its_level_says(level: L, place: str | None, seat: str | None) -> None:
    assert seat_of(level, place) == seat


def test_what_follows_from_other_facts_is_filled_in() -> None:
    assert facts_of(Trade.ONLINE).distance
    assert facts_of(Trade.SHOP, how_bought=HowBought.AGENCY).agency_arranged
    assert facts_of(Trade.TAX_REFUND).tax_refund
    assert facts_of(Trade.SHOP, dangers=(Danger.FIRE,)).emergency
    assert facts_of(Trade.SHOP, district="CXL-TKL", districts=KNOWN.districts).place == "510104"


# --- facts from a file

# fmt: off
WRONG: list[tuple[dict[str, object], str]] = [
    ({},                                          "trade"),
    ({"trade": None},                             "trade"),
    ({"trade": "Shop"},                           "trade"),
    ({"trade": 7},                                "trade"),
    ({"trade": "shop", "colour": "red"},          "colour"),
    ({"trade": "shop", "category": "broken"},     "category"),
    ({"trade": "shop", "place": 500103},          "place"),
    ({"trade": "shop", "place": "5001"},          "place"),
    ({"trade": "shop", "place": "５００１０３"},     "place"),
    ({"trade": "shop", "district": "Chunxi"},     "district"),
    ({"trade": "shop", "how_bought": "shop"},     "how_bought"),
    ({"trade": "shop", "agency_arranged": "yes"}, "agency_arranged"),
    ({"trade": "shop", "emergency": 1},           "emergency"),
    ({"trade": "shop", "port": "PEK"},            "port"),
    ({"trade": "shop", "language": "english"},    "language"),
    ({"trade": "shop", "amount": -1},             "amount"),
    ({"trade": "shop", "amount": 12.5},           "amount"),
    ({"trade": "shop", "amount": True},           "amount"),
    ({"trade": "shop", "amount": 10**30},         "amount"),
    ({"trade": "shop", "dangers": "injury"},      "dangers"),
    ({"trade": "shop", "dangers": ["drugs"]},     "dangers"),
]
# fmt: on


@pytest.mark.parametrize(("told", "field"), WRONG, ids=[json.dumps(row[0]) for row in WRONG])
def test_a_fact_that_cannot_be_is_refused_by_its_name(told: dict[str, object], field: str) -> None:
    with pytest.raises(FactRefused) as refused:
        read_facts(told, KNOWN)
    assert refused.value.field == field


def test_null_is_the_same_as_left_out() -> None:
    told = dict.fromkeys(FACTS) | {"trade": "shop"}
    assert read_facts(told, KNOWN) == facts_of(Trade.SHOP)


def test_the_schema_describes_every_fact() -> None:
    described = routing_schema.schema(KNOWN)
    assert set(described["properties"]) == set(FACTS)
    assert described["required"] == ["trade"]
    assert described["additionalProperties"] is False


# --- the table's file


def changed(before: str, after: str) -> str:
    assert before in SEED
    return SEED.replace(before, after, 1)


# fmt: off
REFUSED: list[tuple[str, str, str]] = [
    ("an office that does not exist",   changed("office: CQ-JFB", "office: CQ-XXX"),                     "O-JFB"),
    ("a fact that does not exist",      changed('{place: "500103"}', '{city: "500103"}'),                "O-JFB"),
    ("a place that is no code",         changed('{place: "500103"}', "{place: Yuzhong}"),                "O-JFB"),
    ("a trade that does not exist",     changed("{trade: taxi}", "{trade: taxis}"),                      "A-TAXI"),
    ("a rule that can never win",       changed('{place: "50"}', "{}"),                                  "can never win"),
    ("a part without a default",        changed("  - id: O-DEFAULT\n    when: {}", '  - id: O-DEFAULT\n    when: {place: "99"}'), "must take everything"),
    ("an id that stands twice",         changed("id: A-AIRLINE", "id: A-TAXI"),                          "twice"),
    ("a number that is none",           changed('line: "12326"', "line: abc"),                           "A-AIRLINE"),
    ("a rule without a reason",         changed("    reason_en: Airlines belong to the civil aviation authority.\n", ""), "A-AIRLINE"),
    ("a key that means nothing",        changed("level: city", "levle: city"),                           "levle"),
    ("a file that is no table",         "just words",                                                    "no table"),
    ("a file that is no YAML",          "office: [",                                                     "Line"),
    ("an empty file",                   "",                                                              "no table"),
    ("an amount below nothing",         changed("amount_from: 10000", "amount_from: -5"),                "amount_from"),
]
# fmt: on


@pytest.mark.parametrize(("what", "text", "reason"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_table_that_cannot_be_right_is_refused_with_the_reason(what: str, text: str, reason: str) -> None:
    with pytest.raises(TableRefused, match=reason):
        routing_file.read(text, KNOWN)


def test_every_reason_is_named_and_not_only_the_first() -> None:
    text = changed("office: CQ-JFB", "office: CQ-XXX").replace('line: "12326"', "line: abc")
    with pytest.raises(TableRefused) as refused:
        routing_file.read(text, KNOWN)
    assert len(refused.value.reasons) == 2


def test_a_table_that_was_written_is_read_as_the_same_table() -> None:
    again = routing_file.read(routing_file.write(TABLE), KNOWN)
    assert [(r.id, r.content) for r in again.rules] == [(r.id, r.content) for r in TABLE.rules]
    assert again.bodies == TABLE.bodies


def test_a_rule_that_says_something_else_gets_a_new_version_and_the_others_keep_theirs() -> None:
    other = routing_file.read(changed('line: "12326"', 'line: "12327"'), KNOWN)
    numbered = routing_file.numbered(other, TABLE, 2)
    assert {rule.id for rule in numbered.rules if rule.version == 2} == {"A-AIRLINE"}


# --- the command


def route(*arguments: str, given: str = "") -> tuple[int, list[dict[str, object]], str]:
    answer = CliRunner().invoke(main, ["route", *arguments], input=given)
    return answer.exit_code, [json.loads(line) for line in answer.stdout.splitlines() if line], answer.stderr


def test_the_command_answers_line_by_line_and_names_what_is_wrong() -> None:
    lines = [
        '{"trade": "shop", "place": "500103"}',
        "",
        '{"trade": "shop", "amount": "1"}',
        "[1]",
        "{",
        '{"trade": "taxi"}',
    ]
    code, answers, said = route("--json", "-", given="\n".join(lines))
    assert code == 1
    assert [a["input"] for a in answers] == [1, 3, 4, 5, 6]
    assert [a.get("authority") for a in answers] == ["market_regulation", None, None, None, "transport"]
    assert "Line 3: amount " in said
    assert "Line 4: (line) " in said
    assert "3 lines were not answered." in said


def test_an_answer_names_its_rules_and_what_else_matched(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text('\ufeff{"trade": "hotel", "place": "510104", "category": "price_or_fee"}\n', encoding="utf-8")
    code, (answer,), said = route("--json", str(file))
    assert (code, said) == (0, "")
    assert (answer["authority"], answer["body"], answer["line"]) == ("market_regulation", "cn-cd-jinjiang-amr", "12315")
    assert answer["also"] == ["12345"]
    rules = answer["rules"]
    assert isinstance(rules, dict)
    assert rules["authority"]["id"] == "A-HOTEL-PRICE"
    assert rules["authority"]["also_matched"] == ["A-HOTEL", "A-DEFAULT"]


def test_the_schema_can_be_asked_for_alone() -> None:
    answer = CliRunner().invoke(main, ["route", "--schema"])
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["required"] == ["trade"]


def test_without_a_file_the_command_says_what_it_needs() -> None:
    answer = CliRunner().invoke(main, ["route", "--json"])
    assert answer.exit_code == 2
    assert "Name a file" in answer.stderr
