"""Facts from JSON and back: reads frozen dataclasses by their own types, refuses with the field's name, and writes the schema."""

from __future__ import annotations

import dataclasses
import types
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from disputes.rules.return_facts import FactsError
from disputes.rules.rulebook import RuleError

YEARS = range(2000, 2101)
LARGEST = 10**14
LONGEST = 500  # characters of a text


def read(kind: Any, value: Any, field: str = "") -> Any:
    """The value as this type. Raises FactsError, whose field is the path to what is wrong, such as ``items[0].price``."""
    if dataclasses.is_dataclass(kind):
        return _object(kind, value, field)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(kind), value, field)
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            raise FactsError(field, "A list is expected here.")
        return origin(read(get_args(kind)[0], each, f"{field}[{n}]") for n, each in enumerate(value))
    return _scalar(kind, value, field)


def schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of what ``read`` takes for this type."""
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        fields = [each for each in dataclasses.fields(kind) if each.init]
        return {
            "type": "object",
            "description": (kind.__doc__ or "").split("\n")[0],
            "properties": {each.name: schema(hints[each.name]) for each in fields},
            "required": [each.name for each in fields if _required(each)],
            "additionalProperties": False,
        }
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema(each) for each in get_args(kind)]}
    if origin in (tuple, frozenset):
        unique = {"uniqueItems": True} if origin is frozenset else {}
        return {"type": "array", "items": schema(get_args(kind)[0]), **unique}
    if kind is types.NoneType:
        return {"type": "null"}
    if issubclass(kind, StrEnum):
        return {"enum": [each.value for each in kind]}
    return dict(_SCHEMAS[kind])


def plain(value: Any) -> Any:
    """A value of the rules as JSON can hold it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items()}
    return value


_SCHEMAS: dict[type, dict[str, Any]] = {
    str: {"type": "string", "maxLength": LONGEST},
    int: {"type": "integer", "minimum": 0, "maximum": LARGEST},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def _object(kind: Any, value: Any, field: str) -> Any:
    if not isinstance(value, dict):
        raise FactsError(field, "An object is expected here.")
    hints = _hints(kind)
    known = {each.name: each for each in dataclasses.fields(kind) if each.init}
    for name in value:
        if name not in known:
            raise FactsError(_path(field, name), f"There is no such field; known are {', '.join(sorted(known))}.")
    for name, each in known.items():
        if _required(each) and name not in value:
            raise FactsError(_path(field, name), "This field is needed.")
    given = {name: read(hints[name], each, _path(field, name)) for name, each in value.items()}
    try:
        return kind(**given)
    except FactsError as error:
        raise FactsError(_path(field, error.field), str(error)) from error
    except RuleError as error:
        raise FactsError(field, str(error)) from error


def _one_of(kinds: tuple[Any, ...], value: Any, field: str) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    wanted = [each for each in kinds if each is not types.NoneType]
    if set(wanted) == {date, datetime}:
        day = isinstance(value, str) and len(value) <= len("2026-09-30")
        return _scalar(date if day else datetime, value, field)
    return read(wanted[0], value, field)


def _scalar(kind: Any, value: Any, field: str) -> Any:
    if kind in (date, datetime):
        return _time(kind, value, field)
    if issubclass(kind, StrEnum):
        if not isinstance(value, str) or value not in list(kind):
            raise FactsError(field, f"{_shown(value)} is not known here; known are {', '.join(kind)}.")
        return kind(value)
    if kind is bool and not isinstance(value, bool):
        raise FactsError(field, "true, false or null is expected here.")
    if kind is int and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST):
        raise FactsError(field, "A whole number is expected here, not below 0; money is counted in fen.")
    if kind is str and (not isinstance(value, str) or len(value) > LONGEST or not value.isprintable()):
        raise FactsError(field, f"A text of at most {LONGEST} characters in one line is expected here.")
    return value


def _time(kind: Any, value: Any, field: str) -> Any:
    example = "2026-09-30" if kind is date else "2026-09-30T10:00+08:00"
    try:
        found = kind.fromisoformat(value)
    except (TypeError, ValueError):
        raise FactsError(
            field, f"{_shown(value)} is no {'day' if kind is date else 'moment'}; write {example}."
        ) from None
    if found.year not in YEARS:
        raise FactsError(field, f"The year must lie between {YEARS[0]} and {YEARS[-1]}.")
    if kind is datetime and found.tzinfo is None:
        raise FactsError(field, f"The moment needs its time zone; write {example}.")
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _path(field: str, name: str) -> str:
    return f"{field}.{name}" if field and name else field or name


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
