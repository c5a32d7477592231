"""Reads a file of new versions of the service standard and refuses what cannot be right, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import yaml

from disputes.law import reading
from disputes.rules.rulebook import RuleError
from disputes.rules.service import ServiceStandard

FILE_KEYS = {"schema_version", "proposed", "hours", "standards"}


class StandardRefused(RuleError):
    """The file cannot be right; ``reasons`` are sentences."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


def read(text: str) -> tuple[ServiceStandard, ...]:
    """The versions that a file holds, in the form of the seed file. Raises StandardRefused."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"Line {mark.line + 1}: " if mark else ""
        raise StandardRefused(
            [f"{where}the file cannot be read: {getattr(error, 'problem', None) or error}."]
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("standards"), list) or not document["standards"]:
        raise StandardRefused(["The file needs an entry `standards` with a list of at least one version."])
    unknown = sorted(set(map(str, document)) - FILE_KEYS)
    if unknown:
        raise StandardRefused([f"The file has unknown entries: {', '.join(unknown)}."])
    try:
        return reading.standards_of(document)
    except KeyError as missing:
        raise StandardRefused([f"A version of a standard lacks the entry {missing}."]) from missing
    except (RuleError, ValueError, TypeError, AttributeError) as error:
        raise StandardRefused([str(error)]) from error


def fresh(
    new: Sequence[ServiceStandard], known: Sequence[ServiceStandard], now: datetime
) -> tuple[ServiceStandard, ...]:
    """Those of a file that are not stored yet. Raises StandardRefused with every reason found.

    A version that is stored may stand in the file if it says the same. A new one follows the newest of its standard by one,
    and is in force from a moment that still lies ahead, so that no clock that runs is changed behind anybody's back.
    """
    reasons, found = [], []
    newest = {each.rule_id: each for each in sorted(known, key=lambda s: s.version)}
    stored = {(each.rule_id, each.version): each for each in known}
    for each in sorted(new, key=lambda s: (s.rule_id, s.version)):
        same = stored.get((each.rule_id, each.version))
        if same is not None:
            if _counted(same) != _counted(each):
                reasons.append(f"{each.name} is stored and says something else; give the change a new version.")
            continue
        before = newest.get(each.rule_id)
        if before is None:
            reasons.append(f"There is no service standard {each.rule_id}; no clock would use it.")
        elif each.version != before.version + 1:
            reasons.append(f"{each.name} does not follow version {before.version}, the newest one.")
        elif each.in_force_from is None or each.in_force_from <= now:
            reasons.append(f"{each.name} needs `in_force_from`, a day or a moment that still lies ahead.")
        elif before.in_force_from is not None and each.in_force_from <= before.in_force_from:
            reasons.append(f"{each.name} would be in force before version {before.version}.")
        elif each.owes != before.owes:
            reasons.append(
                f"{each.name} says that it is owed by {each.owes}; version {before.version} is by {before.owes}."
            )
        else:
            newest[each.rule_id] = each
            found.append(each)
    if reasons:
        raise StandardRefused(reasons)
    return tuple(found)


def _counted(standard: ServiceStandard) -> tuple[object, ...]:
    return (
        standard.rows, standard.hours, standard.daily, standard.share, standard.cap, standard.asked_on_days,
        standard.in_force_from,
    )  # fmt: skip
