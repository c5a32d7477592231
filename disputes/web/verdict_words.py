"""A verdict on a return as pages show it: the same headline, reasons, dates and open points for tourists, shops, desks and staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from disputes.law import explain_returns
from disputes.law.explain import day
from disputes.rules.pledges import Payer, Way
from disputes.rules.rulebook import Standing
from disputes.rules.verdicts import Strength, Verdict
from disputes.web.languages import language

Row = Mapping[str, Any]

# fmt: off
TONES: Mapping[Strength, str] = {
    Strength.RIGHT: "jade-strong", Strength.PROMISE: "jade", Strength.GOODWILL: "gold", Strength.PERSON: "river", Strength.NO: "cinnabar",
}
ICONS: Mapping[Strength, str] = {
    Strength.RIGHT: "check", Strength.PROMISE: "handshake", Strength.GOODWILL: "question", Strength.PERSON: "officer", Strength.NO: "close",
}
# The weakest first: what is said of several goods together is what holds for the weakest of them.
WEAKEST_FIRST = (Strength.NO, Strength.GOODWILL, Strength.PERSON, Strength.PROMISE, Strength.RIGHT)
# fmt: on


@dataclass(frozen=True)
class Cited:
    """One reason in words, with the article in Chinese and, for others than readers of Chinese, in English, and a mark where nobody read it in the official text."""

    text: str
    rule_id: str
    chinese: str
    english: str
    mark: str | None


@dataclass(frozen=True)
class Said:
    """A verdict in the reader's language, part by part."""

    row: Row
    strength: Strength
    tone: str
    icon: str
    name: str  # a right, a promise of this shop, ...
    headline: str
    reasons: list[Cited]
    warnings: list[Cited]
    open: list[str]
    before_approval: list[str]
    changes: list[str]
    freight: str | None
    refund: str | None
    last_day: str | None
    left: str | None
    provisional: bool
    ways: list[str]
    others: list[str]
    unverified: bool

    @property
    def carries(self) -> bool:
        """Whether it binds somebody."""
        return self.strength in (Strength.RIGHT, Strength.PROMISE)


def init_app(app: Flask) -> None:
    """Give templates ``said_verdict(row)`` for a stored or a fresh verdict."""
    app.jinja_env.globals["said_verdict"] = said


def said(verdict: Verdict | Row) -> Said:
    """The verdict in words."""
    row: Row = verdict if isinstance(verdict, Mapping) else explain_returns.row_of(verdict)
    strength = Strength(row["strength"])
    carries = strength in (Strength.RIGHT, Strength.PROMISE)
    counts = carries and row["due"] is not None and row["outcome"] != "repair"
    goes_back = row["outcome"] == "return"
    return Said(
        row=row,
        strength=strength,
        tone=TONES[strength],
        icon=ICONS[strength],
        name=str(explain_returns.STRENGTHS[strength]),
        headline=explain_returns.headline(row),
        reasons=[cited(each) for each in row["reasons"]],
        warnings=[cited(each) for each in row["warnings"]],
        open=explain_returns.lacks(row, decides=True),
        before_approval=explain_returns.lacks(row, decides=False),
        changes=[str(explain_returns.CHANGES[each["code"]]) for each in row["changes"]],
        freight=str(explain_returns.FREIGHT[Payer(row["freight"])]) if goes_back else None,
        refund=explain_returns.refund_line(row) if goes_back else None,
        last_day=day(date.fromisoformat(row["due"]["due_on"])) if counts else None,
        left=explain_returns.time_left(row["minutes_left"]) if counts else None,
        provisional=row["provisional"],
        ways=[str(explain_returns.WAYS[Way(way)]) for way in row["ways"]],
        others=[explain_returns.besides(each) for each in row["others"]],
        unverified=bool(row["unverified"]),
    )


def cited(row: Row) -> Cited:
    """One reason with where it stands."""
    standing = Standing(row["standing"])
    mark = None if standing is Standing.VERIFIED else explain_returns.standing_mark(standing)
    english, chinese = explain_returns.articles(row)
    if chinese and language().startswith("zh"):
        english = ""  # who reads Chinese reads the law itself
    return Cited(explain_returns.reason(row), row["rule"], chinese, english, mark)


def weakest(rows: Sequence[Row]) -> Row:
    """The verdict that speaks for several goods together."""
    return min(rows, key=lambda row: WEAKEST_FIRST.index(Strength(row["strength"])))


def summary(rows: Sequence[Row]) -> str:
    """Several verdicts in one sentence: what holds for all, or that they differ."""
    if len({row["strength"] for row in rows}) == 1:
        return explain_returns.headline(weakest(rows))
    return _("Not the same for all of your goods: see below what holds for each.")
