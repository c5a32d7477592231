"""Reads a routing table from its file, and refuses what cannot be right, with every reason; needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from disputes.rules.categories import Category, Danger, HowBought, Trade
from disputes.rules.routing import (
    AMOUNT_FROM,
    CONDITIONS,
    LANGUAGE,
    NOT_KNOWN,
    TOLD,
    Body,
    Known,
    Level,
    Part,
    Priority,
    RoutingRule,
    RoutingTable,
    unreachable,
)
from disputes.rules.rulebook import SHANGHAI, RuleError, Standing

SEED = Path(__file__).resolve().parent.parent.parent / "seeds" / "routing" / "table.yaml"

KEYS = {"schema_version", "version", "in_force_from", "source", "note", "bodies", *Part}
WORDS = ("reason_en", "reason_zh")
COMMON = {"id", "when", "standing", "source", *WORDS}
OF_PART = {
    Part.OFFICE: {"office"},
    Part.AUTHORITY: {"authority", "level", "line", "also", "instrument"},
    Part.PRIORITY: {"priority"},
}
CODES = {"trade": Trade, "category": Category, "how_bought": HowBought, "dangers": Danger}
TRUTHS = ("agency_arranged", "distance", "tax_refund", "emergency")
MAY_LACK = ("category", "place", "district", "how_bought", "port", "language")
LONGEST = 300_000  # characters; a table of a few hundred rules has a tenth of it


class TableRefused(RuleError):
    """The table cannot be right; ``reasons`` are sentences, each naming the rule it speaks of."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass
class _Reasons:
    found: list[str] = field(default_factory=list)
    known: Known = field(default_factory=lambda: Known(frozenset(), frozenset(), frozenset(), {}))

    def refuse(self, where: str, why: str) -> None:
        self.found.append(f"{where}: {why}")


def read(text: str, known: Known) -> RoutingTable:
    """The table that a file holds, every rule at version 1. Raises TableRefused with every reason found, not only the first."""
    reasons = _Reasons(known=known)
    document = _document(text)
    for key in document:
        if key not in KEYS:
            reasons.refuse(str(key), "is nothing that a table has.")
    rules = [rule for part in Part for rule in _part(part, document.get(part.value), reasons)]
    bodies = _bodies(document.get("bodies") or [], reasons)
    _as_a_whole(rules, reasons)
    version, in_force_from = document.get("version", 1), _moment(document.get("in_force_from"), reasons)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        reasons.refuse("version", "is a whole number from 1.")
    if reasons.found:
        raise TableRefused(reasons.found)
    return RoutingTable(
        version, tuple(rules), tuple(bodies), in_force_from, _text(document.get("source")), _text(document.get("note"))
    )


def seed(known: Known) -> RoutingTable:
    """The table of the seeds."""
    return read(SEED.read_text(encoding="utf-8"), known)


def numbered(table: RoutingTable, before: RoutingTable | None, version: int) -> RoutingTable:
    """The same table as this version: a rule that says what it said before keeps its version, a changed one gets the next."""
    rules = []
    for rule in table.rules:
        known = before.rule(rule.id) if before else None
        same = known is not None and known.content == rule.content
        rules.append(replace(rule, version=known.version + (not same) if known else 1))
    return replace(table, version=version, rules=tuple(rules))


def write(table: RoutingTable) -> str:
    """The table as a file that ``read`` understands; for whoever wants to change it."""
    document: dict[str, Any] = {
        "schema_version": 1,
        "version": table.version,
        "source": table.source,
        "note": table.note,
        "bodies": [
            {"id": b.id, "authority": b.authority, "place": b.place, "standing": b.standing.value, "name_zh": b.name_zh, "name_en": b.name_en}
            for b in table.bodies
        ],
        **{part.value: [_row(rule) for rule in table.part(part)] for part in Part},
    }  # fmt: skip
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=160)


def _row(rule: RoutingRule) -> dict[str, Any]:
    when = {name: _condition(name, values) for name, values in rule.when}
    row: dict[str, Any] = {"id": rule.id, "when": when, rule.part.value: rule.gives}
    if rule.part is Part.AUTHORITY:
        row |= {"level": rule.level.value if rule.level else None, "line": rule.line, "also": list(rule.also)}
        row |= {"instrument": rule.instrument, "standing": rule.standing.value}
    words = {"reason_en": rule.reason_en, "reason_zh": rule.reason_zh, "source": rule.source}
    return {**row, **{key: said for key, said in words.items() if said}}


def _condition(name: str, values: tuple[Any, ...]) -> Any:
    if name == AMOUNT_FROM:
        return values[0] // 100 if values[0] % 100 == 0 else values[0] / 100
    told = [str(v) if not isinstance(v, bool) else v for v in values]
    return told[0] if len(told) == 1 else told


# --- reading


class _Loader(yaml.SafeLoader):
    """Leaves moments as text, and takes no entry twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _value in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands here twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _document(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST:
        raise TableRefused(["The file is longer than a routing table can be."])
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader with fewer types
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"Line {mark.line + 1}: " if mark else ""
        raise TableRefused([f"{where}the file cannot be read: {getattr(error, 'problem', None) or error}."]) from None
    if not isinstance(document, dict):
        raise TableRefused(["The file holds no table; it begins with keys such as `office:`."])
    return document


def _part(part: Part, rows: Any, reasons: _Reasons) -> list[RoutingRule]:
    if not isinstance(rows, list) or not rows:
        reasons.refuse(part.value, "the part has no rules; at least the default must be there.")
        return []
    made = [_rule(part, number, row, reasons) for number, row in enumerate(rows, 1)]
    return [rule for rule in made if rule is not None]


def _rule(part: Part, number: int, row: Any, reasons: _Reasons) -> RoutingRule | None:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"].strip():
        reasons.refuse(f"{part.value}, rule {number}", "a rule begins with its id.")
        return None
    where = row["id"].strip()
    for key in row:
        if key not in COMMON | OF_PART[part]:
            reasons.refuse(where, f"{key} is nothing that a rule of this part has.")
    for key in WORDS:
        if not _text(row.get(key)):
            reasons.refuse(where, f"{key} is missing; the staff read it as the reason.")
    when = row.get("when")
    if not isinstance(when, dict):
        reasons.refuse(where, "`when` is missing; write `when: {}` for a rule that takes everything.")
        when = {}
    gives = _gives(part, where, row.get(part.value), reasons)
    given = sorted(when.items(), key=lambda each: str(each[0]))
    conditions = tuple((str(name), _values(where, str(name), value, reasons)) for name, value in given)
    authority = _authority(where, row, reasons) if part is Part.AUTHORITY else {}
    words = {key: _text(row.get(key)) for key in (*WORDS, "source")}
    return RoutingRule(where, 1, part, conditions, gives, **words, **authority)


def _gives(part: Part, where: str, value: Any, reasons: _Reasons) -> str:
    codes = {
        Part.OFFICE: reasons.known.offices,
        Part.AUTHORITY: reasons.known.authorities,
        Part.PRIORITY: frozenset(Priority),
    }[part]
    if not isinstance(value, str) or value not in codes:
        reasons.refuse(where, f"{part.value} is {value!r}; it can be {', '.join(sorted(codes))}.")
        return ""
    return str(value)


def _authority(where: str, row: Mapping[str, Any], reasons: _Reasons) -> dict[str, Any]:
    line, also = row.get("line"), row.get("also") or []
    if not isinstance(line, str) or not line.isdigit():
        reasons.refuse(where, f'line is {line!r}; it is a number in quotes, such as "12345".')
    if not isinstance(also, list) or not all(isinstance(each, str) and each.isdigit() for each in also):
        reasons.refuse(where, "also is a list of numbers in quotes.")
        also = []
    return {
        "level": _one(Level, where, "level", row.get("level"), reasons),
        "standing": _one(Standing, where, "standing", row.get("standing"), reasons),
        "line": _text(line),
        "also": tuple(also),
        "instrument": _text(row.get("instrument")),
    }


def _one(kind: Any, where: str, key: str, value: Any, reasons: _Reasons) -> Any:
    if value not in set(kind):
        reasons.refuse(where, f"{key} is {value!r}; it can be {', '.join(kind)}.")
        return next(iter(kind))
    return kind(value)


def _values(where: str, name: str, value: Any, reasons: _Reasons) -> tuple[Any, ...]:
    given = value if isinstance(value, list) else [value]
    if name not in CONDITIONS:
        reasons.refuse(where, f"{name} is no fact that routing knows; there are {', '.join(CONDITIONS)}.")
        return ()
    if not given:
        reasons.refuse(where, f"{name} has an empty list, so the rule could never win.")
    if name == AMOUNT_FROM:
        return _amount(where, given, reasons)
    return tuple(_value(where, name, each, reasons) for each in given)


def _amount(where: str, given: list[Any], reasons: _Reasons) -> tuple[int]:
    (value,) = given if len(given) == 1 else (None,)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**11:
        reasons.refuse(where, f"{AMOUNT_FROM} is one amount in yuan above 0.")
        return (0,)
    return (round(value * 100),)


def _value(where: str, name: str, value: Any, reasons: _Reasons) -> Any:
    if value in (NOT_KNOWN, TOLD) and name in MAY_LACK:
        return value
    if name in TRUTHS:
        if not isinstance(value, bool):
            reasons.refuse(where, f"{name} is {value!r}; it can be true or false.")
        return value
    if name in CODES:
        return _one(CODES[name], where, name, value, reasons)
    known = {"district": reasons.known.districts, "port": reasons.known.ports}.get(name)
    if known is not None and value not in known:
        reasons.refuse(where, f"{name} is {value!r}; it can be {', '.join(sorted(known))}.")
    if name == "place" and not (isinstance(value, str) and value.isdigit() and 2 <= len(value) <= 6):
        reasons.refuse(where, f'place is {value!r}; it is the beginning of a division code in quotes, such as "5101".')
        return "000000"
    if name == "language" and not (isinstance(value, str) and LANGUAGE.fullmatch(value)):
        reasons.refuse(where, f"language is {value!r}; it is a code such as ja or zh_TW.")
    return value


def _bodies(rows: Any, reasons: _Reasons) -> list[Body]:
    made = []
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        keys = {"id", "authority", "place", "standing", "name_zh", "name_en"}
        if not isinstance(row, dict) or set(row) != keys:
            reasons.refuse(f"bodies, row {number}", f"a body has {', '.join(sorted(keys))}.")
            continue
        where = str(row["id"])
        if row["authority"] not in reasons.known.authorities:
            reasons.refuse(where, f"authority is {row['authority']!r}, which is not known.")
        place = _value(where, "place", row["place"], reasons)
        standing = _one(Standing, where, "standing", row["standing"], reasons)
        made.append(Body(where, str(row["authority"]), place, _text(row["name_zh"]), _text(row["name_en"]), standing))
    return made


def _as_a_whole(rules: list[RoutingRule], reasons: _Reasons) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            reasons.refuse(rule.id, "stands here twice.")
        seen.add(rule.id)
    for part in Part:
        of_part = [rule for rule in rules if rule.part is part]
        if of_part and of_part[-1].when:
            reasons.refuse(part.value, "the last rule must take everything: `when: {}`.")
    for lost, winner in unreachable(rules):
        reasons.refuse(lost, f"can never win: {winner} stands above it and takes everything that it could take.")


def _moment(value: Any, reasons: _Reasons) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        reasons.refuse("in_force_from", f"is {value!r}; write 2026-12-01T00:00+08:00.")
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""
