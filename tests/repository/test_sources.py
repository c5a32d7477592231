"""The law is data: every rule says where it comes from, and what the program counts by stands in the seeds."""

from __future__ import annotations

import re

import pytest
import yaml

from disputes import names
from disputes.law import routing_file
from disputes.law.reading import SEEDS as LAW
from disputes.law.reading import STANDARDS, Instrument, seeds
from disputes.rules.clocks import CLOCKS, Clock
from disputes.rules.routing import Part
from disputes.rules.rulebook import Rule, Standing
from disputes.rules.service import ServiceStandard
from disputes.seeding import SEEDS, known
from tests.repository.tree import product

BOOK = seeds()
ROUTING = routing_file.seed(known())


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.name)
def test_every_rule_has_a_source(rule: Rule) -> None:
    assert rule.source.strip()
    assert rule.instrument in {instrument.code for instrument in BOOK.instruments}
    assert rule.title_en.strip()
    assert rule.title_zh.strip()
    assert rule.trigger.strip(), "a rule says what starts it"


@pytest.mark.parametrize("instrument", BOOK.instruments, ids=lambda instrument: instrument.code)
def test_every_instrument_is_named_in_both_languages_and_says_how_sure_we_are(instrument: Instrument) -> None:
    assert instrument.name_en.strip()
    assert re.search(r"[\u4e00-\u9fff]", instrument.name_zh)
    assert instrument.standing in Standing


@pytest.mark.parametrize("standard", BOOK.standards, ids=lambda standard: standard.name)
def test_every_promise_of_ours_says_that_it_is_ours(standard: ServiceStandard) -> None:
    assert "own" in standard.source
    assert standard.standing is Standing.UNVERIFIED, "a promise of ours is no law"


@pytest.mark.parametrize("wiring", [each for each in CLOCKS if not each.recorded], ids=lambda wiring: wiring.name)
def test_every_clock_of_ours_runs_by_a_standard_of_the_seeds(wiring: Clock) -> None:
    standards = [each for each in BOOK.standards if each.rule_id == wiring.rule]
    assert standards, f"{wiring.name} runs by {wiring.rule}, which no seed holds"
    assert {each.owes for each in standards} == {wiring.owes}


@pytest.mark.parametrize("wiring", [each for each in CLOCKS if each.recorded], ids=lambda wiring: wiring.name)
def test_every_clock_of_an_authority_runs_by_a_rule_of_the_law(wiring: Clock) -> None:
    assert [each for each in BOOK.rules if each.id == wiring.rule], f"no seed holds {wiring.rule}"


def test_every_standard_of_the_seeds_moves_a_clock() -> None:
    ours = {wiring.rule for wiring in CLOCKS if not wiring.recorded}
    assert {each.rule_id for each in BOOK.standards} == ours


def test_every_seed_says_on_top_what_it_is_and_since_when() -> None:
    """A reader of the file knows where it comes from before the first row."""
    for path in sorted(SEEDS.rglob("*")):
        if path.suffix in (".yaml", ".csv"):
            top = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines()[:40] if line.startswith("#"))
            assert len(top) > 60, f"{path.name} begins without a word on what it is"
    for path in (STANDARDS, LAW / "rules.yaml", LAW / "calendar.yaml"):
        said = path.read_text(encoding="utf-8")[:3000]
        assert "ource" in said, path.name
        assert re.search(r"20\d\d-\d\d-\d\d", said), path.name


def test_every_authority_of_the_routing_table_is_in_the_seeds_and_has_words() -> None:
    seeded = {
        row["code"] for row in yaml.safe_load((SEEDS / "places" / "authorities.yaml").read_text("utf-8"))["authorities"]
    }
    assert {rule.gives for rule in ROUTING.part(Part.AUTHORITY)} <= seeded
    assert seeded <= set(names.AUTHORITIES)


def test_rules_that_the_code_names_exist() -> None:
    """A comment or a ground that cites an id nobody finds in the rule book is worse than none."""
    rules = {rule.id for rule in BOOK.rules} | {each.rule_id for each in BOOK.standards}
    cited = set()
    for module in product().values():
        for text in re.findall(r"\bS-[A-Z][A-Z-]+[A-Z]\b", (module.path).read_text(encoding="utf-8")):
            cited.add(text)
    assert cited <= rules
