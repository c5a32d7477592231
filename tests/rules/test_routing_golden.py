"""The golden table: what the routing must answer, row by row, written for people who do not program."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from disputes.law import routing_file
from disputes.rules.routing import Part, Routing, read_facts
from disputes.seeding import known

KNOWN = known()
TABLE = routing_file.seed(KNOWN)
CODES = ("trade", "category", "place", "district", "how_bought", "port", "language")
TRUTHS = ("agency_arranged", "distance", "tax_refund")


def rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "routing_golden.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


GOLDEN = rows()


def routed(row: dict[str, str]) -> Routing:
    told: dict[str, object] = {name: row[name] for name in CODES if row[name]}
    told |= {name: row[name] == "yes" for name in TRUTHS if row[name]}
    if row["amount_in_yuan"]:
        told["amount"] = int(Decimal(row["amount_in_yuan"]) * 100)
    if row["dangers"]:
        told["dangers"] = row["dangers"].split()
    return TABLE.route(read_facts(told, KNOWN))


@pytest.mark.parametrize("row", GOLDEN, ids=[f"{n} {row['what']}" for n, row in enumerate(GOLDEN, 1)])
def test_the_facts_lead_where_the_golden_table_says(row: dict[str, str]) -> None:
    found = routed(row)
    authority = found.authority.rule
    assert {
        "office": found.office.rule.gives,
        "authority": authority.gives,
        "seat": found.seat or "",
        "body": found.body.id if found.body else "",
        "line": authority.line,
        "other_lines": " ".join(authority.also),
        "priority": found.priority.rule.gives,
        "office_rule": found.office.rule.id,
        "authority_rule": authority.id,
        "priority_rule": found.priority.rule.id,
    } == {key: row[key] for key in list(row)[list(row).index("office") : -1]}, row["reason"]


def test_there_are_enough_rows_and_each_says_why() -> None:
    assert len(GOLDEN) >= 250
    assert all(row["what"] and row["reason"].endswith(".") for row in GOLDEN)


def test_no_row_is_there_twice() -> None:
    facts = [tuple(value for key, value in row.items() if key not in ("what", "reason")) for row in GOLDEN]
    assert len(set(facts)) == len(facts)


@pytest.mark.parametrize("part", Part)
def test_every_rule_wins_somewhere(part: Part) -> None:
    winners = {row[f"{part.value}_rule"] for row in GOLDEN}
    assert winners == {rule.id for rule in TABLE.part(part)}
