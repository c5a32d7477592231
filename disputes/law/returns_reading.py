"""Reads the seed files of returns and of the departure tax refund into what the rules take; needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from disputes.law import reading
from disputes.rules.exclusions import Exclusion
from disputes.rules.rulebook import RuleError, Standing
from disputes.rules.verdicts import Article, Citation, ReturnLaw

RETURNS = reading.SEEDS / "returns.yaml"


@cache
def seeds() -> ReturnLaw:
    """What the seed files say of returns. Raises RuleError with a sentence when one of them contradicts itself."""
    return law_of(reading.seeds())


def law_of(book: reading.Book) -> ReturnLaw:
    """The law of returns with the periods and the calendar of this book, such as the one that the database holds."""
    return ReturnLaw(book.rules, book.calendar, provisions(), exclusions(), version=_file()["version"])


@cache
def instruments() -> dict[str, reading.Instrument]:
    """The instruments behind provisions and exclusions, by code: those of the rules' file and those added here."""
    own = tuple(_instrument(entry) for entry in _file()["instruments"])
    known = {each.code: each for each in reading.seeds().instruments}
    both = sorted(set(known) & {each.code for each in own})
    if both:
        raise RuleError(f"{', '.join(both)} is listed in rules.yaml already.")
    return known | {each.code: each for each in own}


@cache
def provisions() -> Mapping[str, Citation]:
    """What a reason may cite, by rule id."""
    found: dict[str, Citation] = {}
    for entry in _file()["provisions"]:
        if entry["id"] in found:
            raise RuleError(f"The provision {entry['id']} stands in the file twice.")
        found[entry["id"]] = citation(entry)
    return found


@cache
def exclusions() -> tuple[Exclusion, ...]:
    """The table of exclusions, in its order."""
    return tuple(Exclusion(**entry) for entry in _file()["exclusions"])


def citation(entry: Mapping[str, Any]) -> Citation:
    """One row of provisions with the names of its instruments."""
    articles = []
    for cite in entry["cites"]:
        known = instruments().get(cite["in"])
        if known is None:
            raise RuleError(f"{entry['id']} names the instrument {cite['in']}, which is not listed.")
        articles.append(Article(known.code, known.name_en, known.name_zh, cite["article"], cite["article_zh"]))
    return Citation(entry["id"], tuple(articles), Standing(entry["standing"]))


def _instrument(entry: Mapping[str, Any]) -> reading.Instrument:
    first, last = entry["in_force"]
    names = (entry["code"], entry["name_en"], entry["name_zh"])
    return reading.Instrument(*names, first, last, Standing(entry["standing"]), entry["note"])


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(RETURNS.read_text(encoding="utf-8"))
    return content
