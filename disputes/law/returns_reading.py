"""Reads the seed files of returns and of the departure tax refund into what the rules take; needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from disputes.law import reading
from disputes.rules.exclusions import Exclusion
from disputes.rules.rulebook import RuleError, Standing
from disputes.rules.tax_refund import TaxLaw, TaxTerms
from disputes.rules.verdicts import Article, Citation, ReturnLaw

RETURNS, TAX_REFUND = reading.SEEDS / "returns.yaml", reading.SEEDS / "tax_refund.yaml"


@cache
def seeds() -> ReturnLaw:
    """What the seed files say of returns. Raises RuleError with a sentence when one of them contradicts itself."""
    return law_of(reading.seeds())


def law_of(book: reading.Book) -> ReturnLaw:
    """The law of returns with the periods and the calendar of this book, such as the one that the database holds."""
    return ReturnLaw(book.rules, book.calendar, provisions(), exclusions(), version=_returns()["version"])


@cache
def tax_seeds() -> TaxLaw:
    """What the seed files say of the departure tax refund."""
    return tax_law_of(reading.seeds())


def tax_law_of(book: reading.Book) -> TaxLaw:
    """The law of the tax refund with the periods and the calendar of this book."""
    return TaxLaw(tax_versions(), book.rules, book.calendar, provisions())


@cache
def instruments() -> dict[str, reading.Instrument]:
    """The instruments behind provisions and exclusions, by code: those of the rules' file and those added here."""
    own = tuple(_instrument(entry) for entry in _returns()["instruments"])
    known = {each.code: each for each in reading.seeds().instruments}
    both = sorted(set(known) & {each.code for each in own})
    if both:
        raise RuleError(f"{', '.join(both)} is listed in rules.yaml already.")
    return known | {each.code: each for each in own}


@cache
def provisions() -> Mapping[str, Citation]:
    """What a reason may cite, by rule id."""
    found: dict[str, Citation] = {}
    for entry in [*_returns()["provisions"], *_tax()["provisions"]]:
        if entry["id"] in found:
            raise RuleError(f"The provision {entry['id']} stands in the files twice.")
        found[entry["id"]] = citation(entry)
    return found


@cache
def exclusions() -> tuple[Exclusion, ...]:
    """The table of exclusions, in its order."""
    return tuple(Exclusion(**entry) for entry in _returns()["exclusions"])


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
def tax_versions() -> tuple[TaxTerms, ...]:
    """The dated numbers of the tax refund; on no day two of them are in force."""
    found = []
    for entry in _tax()["versions"]:
        first, last = entry["in_force"]
        numbers = (entry["minimum"], entry["cash_limit"], entry["rates"], entry["fee"])
        found.append(TaxTerms(entry["version"], first, last, *numbers))
    for before, after in pairwise(found):
        if not (before.in_force_to and after.in_force_from and before.in_force_to < after.in_force_from):
            raise RuleError(f"Version {after.version} of the tax refund overlaps with version {before.version}.")
    return tuple(found)


@cache
def _returns() -> dict[str, Any]:
    return _content(RETURNS)


@cache
def _tax() -> dict[str, Any]:
    return _content(TAX_REFUND)


def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
