"""The rules behind every date, for everybody: what they say, where they come from, and how sure we are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from disputes.law import explain
from disputes.law import queries as law
from disputes.rules.rulebook import Family, Rule
from disputes.rules.service import HoursKind, ServiceStandard
from disputes.web import counted
from disputes.web.public import bp

AnyRule = Rule | ServiceStandard


@dataclass(frozen=True)
class Version:
    """One version of a rule in words."""

    number: int
    in_force: str
    lengths: list[tuple[str, str]]  # for which time left, how long
    citation: str
    trigger: str
    consequence: str
    notes: list[str]
    standing: str
    verified: bool
    source: str
    words_language: str  # of trigger and consequence, which we keep in Chinese and English


@bp.get("/rules")
def rules() -> str:
    """All rules with a duration, by family."""
    found: dict[str, list[AnyRule]] = {}
    for each in (*law.all_rules(), *law.all_standards()):
        found.setdefault(_id(each), []).append(each)
    families = {
        family: [
            (rule_id, counted.title_of(rule_id, versions[-1]), [_version(v) for v in versions])
            for rule_id, versions in found.items()
            if _family(versions[-1]) is family
        ]
        for family in (Family.PROCEDURE, Family.CIVIL, Family.SERVICE)
    }
    return render_template("public/rules.html", families=families, words=explain.FAMILIES)


@bp.get("/rules/<rule_id>")
def rule(rule_id: str) -> str:
    """One rule with all its versions."""
    versions: Sequence[AnyRule] = [r for r in law.all_rules() if r.id == rule_id]
    versions = versions or [s for s in law.all_standards() if s.rule_id == rule_id]
    if not versions:
        abort(404)
    newest = versions[-1]
    return render_template(
        "public/rule.html",
        rule_id=rule_id,
        title=counted.title_of(rule_id, newest),
        title_zh=newest.title_zh,
        family=str(_family(newest)),
        versions=[_version(v) for v in reversed(versions)],
    )


def _id(rule: AnyRule) -> str:
    return rule.id if isinstance(rule, Rule) else rule.rule_id


def _family(rule: AnyRule) -> Family:
    return rule.family if isinstance(rule, Rule) else Family.SERVICE


def _version(rule: AnyRule) -> Version:
    chinese = str(get_locale()).startswith("zh")
    lengths, notes = _of_rule(rule) if isinstance(rule, Rule) else _of_standard(rule)
    trigger, consequence = "", ""
    if isinstance(rule, Rule):
        trigger = rule.trigger_zh if chinese else rule.trigger
        consequence = rule.consequence_zh if chinese else rule.consequence
    return Version(
        number=rule.version,
        in_force=counted.in_force(rule),
        lengths=lengths,
        citation=counted.citation_of(rule),
        trigger=trigger,
        consequence=consequence,
        notes=notes,
        standing=str(explain.STANDINGS[rule.standing]),
        verified=rule.standing == "verified",
        source=rule.source,
        words_language="zh-CN" if chinese else "en",
    )


def _of_rule(rule: Rule) -> tuple[list[tuple[str, str]], list[str]]:
    lengths = [("", explain.length(limit.count, limit.unit)) for limit in rule.limits]
    notes = [str(explain.ROLLS[rule.roll])] if rule.unit.in_days else []
    if len(lengths) > 1:
        notes.append(_("The limit that ends first counts."))
    if rule.extension is not None:
        more = explain.length(rule.extension.count, rule.extension.unit)
        notes.append(_("It can be extended once by %(length)s.", length=more))
    if rule.pauses:
        notes.append(_("The days of an expert test do not count."))
    elif rule.family is Family.PROCEDURE:
        notes.append(_("Nothing stops it."))
    return lengths, notes


def _of_standard(standard: ServiceStandard) -> tuple[list[tuple[str, str]], list[str]]:
    lengths = []
    for row in standard.rows:
        left = "" if len(standard.rows) == 1 else explain.time_left(row.up_to)
        lengths.append((left, explain.length(row.length.count, row.length.unit)))
    notes = []
    if standard.share is not None:
        notes.append(_("At most %(percent)s %% of the time left until the departure.", percent=standard.share))
    if standard.hours is HoursKind.DUTY:
        notes.append(_("Hours run in the officers’ duty hours, %(hours)s, every day.", hours=str(standard.daily)))
    if standard.hours is HoursKind.OPENING:
        notes.append(
            _("Hours run in the shop’s opening hours; where we do not know them, %(hours)s.", hours=str(standard.daily))
        )
    if standard.share is not None:
        notes.append(_("With 48 hours or less left they run day and night."))
    if standard.cap is not None:
        most = explain.length(standard.cap.count, standard.cap.unit)
        notes.append(_("A day that both sides agreed on counts instead, up to %(length)s.", length=most))
    return lengths, notes
