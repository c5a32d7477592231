"""`disputes verdict` and `disputes tax-refund`, as an operator asks them, and the words in which they answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from disputes import names
from disputes.cli import returns
from disputes.law import explain_returns, plain, returns_reading
from disputes.law.returns_rows import ReturnQuestion, TaxQuestion, verdict_row
from disputes.rules.pledges import Payer, Way
from disputes.rules.return_facts import FactsError
from disputes.rules.returns import judge
from disputes.rules.verdicts import Ground, Lack, Strength
from tests.repository.tree import product
from tests.rules.test_returns import LAW, SEVEN, rows, situation, verdict

main = click.Group(commands={"verdict": returns.verdict, "tax-refund": returns.tax_refund})

ASKED = {
    "id": "scarf",
    "declared_at": "2026-11-05T12:00+08:00",
    "purchase": {
        "how_bought": "counter",
        "bought_on": "2026-11-02",
        "tax_state": "T1",
        "promises": [
            {"pledge": "P7", "version": 2, "days": 7, "in_force_from": "2026-01-01", "ways": ["shop", "parcel"]}
        ],
    },
    "items": [{"ref": "scarf", "goods": "ordinary", "price": 38000, "intact": True}],
}
TAX_ASKED = {
    "facts": {
        "bought_on": "2026-11-01",
        "state": "T2",
        "lines": [{"ref": "a", "price": 30000, "quantity": 2}],
        "advance": {"paid": 5400, "preauthorised": 5400},
    },
    "happening": {"what": "return", "parts": [{"ref": "a", "quantity": 1}]},
}


def run(*words: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(main, words, input=given)


def answers(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def changed(path: str, value: object, base: dict = ASKED) -> str:
    """The question with one field otherwise; the path is as an error would name it."""
    question = json.loads(json.dumps(base))
    *way, last = re.findall(r"[a-z_]+|\d+", path)
    place = question
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return json.dumps(question)


# --- verdicts ---


def test_a_question_is_answered_with_its_ground_its_last_day_and_sentences(tmp_path: Path):
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(ASKED), encoding="utf-8")
    result = run("verdict", "--json", str(file))
    assert result.exit_code == 0, result.output
    (answer,) = answers(result)
    (found,) = answer["verdicts"]
    assert (answer["line"], answer["id"]) == (1, "scarf")
    assert (found["strength"], found["ground"], found["due"]["due_on"]) == ("promise", "promise", "2026-11-09")
    assert (found["pledge"], found["pledge_version"], found["ways"]) == ("P7", 2, ["shop", "parcel"])
    assert found["refund"] == {"rule": "R-RET-OFF-PAY", "days": 7, "at_most": {"rule": "R-STALL-15", "days": 15}}
    assert found["sentences"][0] == "This shop promised it, and its promise binds."
    assert any("《消费者权益保护法实施条例》第十二条" in line for line in found["sentences"])


def test_questions_come_from_standard_input_too_and_empty_lines_are_passed_over():
    result = run("verdict", "--json", "-", given="\n" + json.dumps(ASKED) + "\n\n" + json.dumps(ASKED) + "\n")
    assert [answer["line"] for answer in answers(result)] == [2, 4]


def test_a_bad_line_is_named_with_its_field_and_the_others_are_answered():
    bad = changed("items[0].goods", "hat")
    result = run("verdict", "--json", "-", given="\n".join([json.dumps(ASKED), bad, json.dumps(ASKED)]))
    assert result.exit_code == 1
    first, second, third = answers(result)
    assert "verdicts" in first
    assert "verdicts" in third
    assert (second["line"], second["id"], second["error"]["field"]) == (2, "scarf", "items[0].goods")
    assert "Line 2, items[0].goods: 'hat' is not known here" in result.stderr


# fmt: off
BAD = [
    ("[1",                                                          "",                             "not JSON"),
    ("7",                                                           "",                             "An object is expected"),
    ("[]",                                                          "",                             "An object is expected"),
    ("null",                                                        "",                             "An object is expected"),
    ('{"items": 1, "items": 2}',                                    "items",                        "twice"),
    ('{"declared_at": NaN}',                                        "",                             "NaN is no number"),
    ("[" * 100_000,                                                 "",                             "too deeply"),
    (b"\xff\xfe",                                                   "",                             "UTF-8"),
    ("{}",                                                          "declared_at",                  "needed"),
    (changed("items", []),                                          "items",                        "at least one item"),
    (changed("items", [ASKED["items"][0]] * 2),                     "items",                        "ref of its own"),
    (changed("colour", "red"),                                      "colour",                       "no such field"),
    (changed("items[0].colour", "red"),                             "items[0].colour",              "no such field"),
    (changed("items[0].price", -1),                                 "items[0].price",               "whole number"),
    (changed("items[0].price", 1.5),                                "items[0].price",               "whole number"),
    (changed("items[0].price", True),                               "items[0].price",               "whole number"),
    (changed("items[0].price", "380"),                              "items[0].price",               "counted in fen"),
    (changed("items[0].price", 10**30),                             "items[0].price",               "whole number"),
    (changed("items[0].quantity", 0),                               "items[0].quantity",            "At least one"),
    (changed("items[0].intact", "yes"),                             "items[0].intact",              "true, false or null"),
    (changed("items[0].ref", "a\nb"),                               "items[0].ref",                 "one line"),
    (changed("items[0].ref", "a" * 501),                            "items[0].ref",                 "500"),
    (changed("items", {}),                                          "items",                        "list"),
    (changed("purchase.bought_on", "2026-02-30"),                   "purchase.bought_on",           "no day"),
    (changed("purchase.bought_on", "1926-02-20"),                   "purchase.bought_on",           "between 2000 and 2100"),
    (changed("purchase.bought_on", 20261102),                       "purchase.bought_on",           "no day"),
    (changed("purchase.received_at", "2026-11-01"),                 "purchase.received_at",         "before they are bought"),
    (changed("purchase.received_at", "2026-11-03T10:00"),           "purchase.received_at",         "time zone"),
    (changed("purchase.tax_state", "T9"),                           "purchase.tax_state",           "known are T0, T1, T2, T3"),
    (changed("declared_at", "2026-11-05"),                          "declared_at",                  "time zone"),
    (changed("declared_at", "2026-11-01T23:59+08:00"),              "declared_at",                  "before the purchase"),
    (changed("purchase.promises[0].days", 0),                       "purchase.promises[0]",         "at least one day"),
    (changed("purchase.promises[0].covered", ["hat"]),              "purchase.promises[0].covered[0]", "not known"),
    (changed("purchase.promises[0].covered", "food"),               "purchase.promises[0].covered", "list"),
]
# fmt: on


@pytest.mark.parametrize(("line", "field", "said"), BAD, ids=range(len(BAD)))
def test_every_bad_line_is_refused_in_a_sentence_that_names_the_field(line, field, said):
    result = run("verdict", "--json", "-", given=line)
    assert result.exit_code == 1
    (answer,) = answers(result)
    assert answer["error"]["field"] == field
    assert said in answer["error"]["message"]


def test_a_purchase_of_before_the_law_is_a_sentence_and_not_a_crash():
    old = json.loads(json.dumps(ASKED)) | {"declared_at": "2010-01-05T12:00+08:00"}
    old["purchase"] = {"how_bought": "online", "bought_on": "2010-01-04", "tax_state": "T0"}
    result = run("verdict", "--json", "-", given=json.dumps(old))
    assert result.exit_code == 1
    assert "was not in force" in answers(result)[0]["error"]["message"]


def test_without_a_file_the_command_says_how_it_is_asked():
    for command in ("verdict", "tax-refund"):
        result = run(command)
        assert result.exit_code == 2
        assert "--json FILE" in result.stderr
    missing = run("verdict", "--json", "nowhere.jsonl")
    assert missing.exit_code == 1
    assert "cannot be read" in missing.stderr


@pytest.mark.parametrize(("command", "kind"), [("verdict", ReturnQuestion), ("tax-refund", TaxQuestion)])
def test_the_schema_describes_exactly_what_is_read(command, kind):
    told = json.loads(run(command, "--schema").stdout)
    assert told.pop("$schema").endswith("2020-12/schema")
    assert told == plain.schema(kind)
    assert told["additionalProperties"] is False


def test_the_schema_names_what_is_needed_and_what_is_known():
    told = plain.schema(ReturnQuestion)
    assert set(told["required"]) == {"declared_at", "purchase", "items"}
    item = told["properties"]["items"]["items"]
    assert set(item["required"]) == {"ref", "goods", "price"}
    assert "precious" in item["properties"]["goods"]["enum"]
    assert {"type": "null"} in item["properties"]["unsealed"]["anyOf"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.sampled_from(["T1", "food", "2026-11-05"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=100)
@given(
    st.sampled_from(
        ["declared_at", "purchase", "items", "items[0].price", "purchase.promises", "purchase.received_at"]
    ),
    values,
)
def test_nothing_that_json_can_say_makes_the_reader_fail(path, value):
    with suppress(FactsError):
        plain.read(ReturnQuestion, json.loads(changed(path, value)))


# --- the tax refund ---


def test_a_tax_question_is_answered_with_conditions_and_who_owes_whom():
    result = run("tax-refund", "--json", "-", given=json.dumps(TAX_ASKED))
    assert result.exit_code == 0, result.output
    (answer,) = answers(result)
    assert answer["entitlement"]["net"] == 5400
    assert answer["eligible"] == "open"
    effect = answer["effect"]
    assert effect["balances"] == {"tourist": 30000 - 5400 + 2700, "shop": -30000, "agency": 2700}
    assert sum(effect["balances"].values()) == 0
    assert [step["order"] for step in effect["steps"]] == list(range(1, len(effect["steps"]) + 1))
    assert effect["unverified"]
    assert effect["sentences"][0].startswith("The advance is taken back from the hold on the card.")
    assert all(row["text"] for row in answer["checks"])


def test_without_a_happening_only_the_conditions_are_looked_at():
    (answer,) = answers(run("tax-refund", "--json", "-", given=json.dumps({"facts": TAX_ASKED["facts"]})))
    assert "effect" not in answer
    assert "leaves_in_time" in answer["checklist"]


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("facts.state", "T1", "facts.advance"),
        ("facts.lines", [], "facts.lines"),
        ("facts.advance.by", "tourist", "facts.advance.by"),
        ("happening.parts", [], "happening.parts"),
        ("happening.what", "theft", "happening.what"),
        ("facts.lines[0].vat", "13%", "facts.lines[0].vat"),
    ],
)
def test_a_bad_tax_question_names_its_field(path, value, field):
    result = run("tax-refund", "--json", "-", given=changed(path, value, TAX_ASKED))
    assert result.exit_code == 1
    assert answers(result)[0]["error"]["field"] == field


# --- words ---

ENGLISH = {
    str(text) for words in (explain_returns.HEADLINES, explain_returns.CONDITIONAL_HEADLINES) for text in words.values()
}
ENGLISH.add(str(explain_returns.REPAIR_HEADLINE))


@pytest.fixture(params=["en", "zh_CN", "ja", "ar"])
def language(request, app: Flask) -> Iterator[str]:
    with app.test_request_context(), force_locale(request.param):
        yield request.param


def test_every_verdict_of_the_table_reads_in_every_language(language: str):
    for row in rows():
        purchase, item, declared = situation(row)
        (found,) = judge(purchase, [item], declared, LAW)
        told = explain_returns.explain_verdict(found)
        assert told[0] == explain_returns.headline(found)
        assert told == explain_returns.explain_verdict(json.loads(json.dumps(verdict_row(found)))), (
            "a stored verdict reads alike"
        )
        for sentence in told:
            assert "%(" not in sentence
            assert sentence.strip()
        if language == "zh_CN":
            assert re.search("[\u4e00-\u9fff]", told[0])


def test_an_article_stands_in_english_and_chinese_whatever_the_language(language: str):
    told = " ".join(explain_returns.explain_verdict(verdict(how_bought="online", received_at=date(2026, 11, 4))))
    assert "Consumer Protection Law, art. 25" in told
    assert "《消费者权益保护法》第二十五条" in told


def test_a_headline_never_promises_more_than_is_known():
    open_still = verdict(promises=(SEVEN,), item={"intact": None})
    assert explain_returns.headline(open_still) == "This shop promised it, if what is still open turns out well."
    late = verdict(situation(rows()[0])[2].replace(day=20), {"fault": "quality"})
    assert explain_returns.headline(late).startswith("You have a right to repair or exchange")


def test_what_is_not_verified_says_so_in_its_sentence():
    told = explain_returns.explain_verdict(verdict(tax_state="T3"))
    assert any(line.endswith("Not verified)") for line in told)


def test_every_code_has_words():
    assert (
        set(explain_returns.HEADLINES)
        == set(explain_returns.CONDITIONAL_HEADLINES)
        == set(explain_returns.STRENGTHS)
        == set(Strength)
    )
    assert set(explain_returns.GROUNDS) == set(Ground)
    assert set(explain_returns.MISSING) == set(Lack)
    assert set(explain_returns.WAYS) == set(Way)
    assert set(explain_returns.FREIGHT) == set(Payer)
    assert set(explain_returns.EXCLUDED) == {row.code for row in LAW.exclusions}
    assert set(names.GOODS_CLASSES) == set(
        plain.schema(ReturnQuestion)["properties"]["items"]["items"]["properties"]["goods"]["enum"]
    )


def test_every_code_that_the_rules_name_has_words_and_every_provision_they_cite_is_in_the_seeds():
    sources = [
        product()[name].path.read_text(encoding="utf-8")
        for name in ("disputes.rules.returns", "disputes.rules.returns_grounds")
    ]
    told = "\n".join(sources)
    for code in re.findall(r'Change\(\s*"([a-z_]+)"', told):
        assert code in explain_returns.CHANGES
    for code in re.findall(r'reason\(\s*"([a-z_]+)"', told):
        assert code in explain_returns._REASONS, code
    tax = product()["disputes.rules.tax_refund"].path.read_text(encoding="utf-8")
    for code in re.findall(r'books\.(?:act|post)\([^"]*"([a-z_]+)"', tax):
        assert code in explain_returns.TAX_STEPS, code
    for code in re.findall(r'_check\(law, "([a-z_]+)"', tax):
        assert code in explain_returns.CHECKS, code
    cited = set(re.findall(r'"(R-[A-Z0-9-]+[A-Z0-9])"', told + tax))
    known = set(LAW.provisions) | {rule.id for rule in LAW.rules}
    assert cited <= known
    unused = set(returns_reading.provisions()) - cited - {row.distance_rule for row in LAW.exclusions}
    assert unused <= {"R-TAX-RATE-13", "R-TAX-RATE-9", "R-TAX-FEE", "R-TAX-T3", "R-TAX-T0"}
