"""The OpenAPI document laid out for people: each operation with what it takes and gives, each shape field by field."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

MOST_CODES_SHOWN = 30


@dataclass(frozen=True)
class Row:
    """One field or parameter; ``shape`` names the shape that it holds, if it holds one."""

    name: str
    kind: str
    required: bool
    text: Markup
    codes: tuple[str, ...] = ()
    more_codes: int = 0
    shape: str | None = None


@dataclass(frozen=True)
class Shape:
    """A named shape with its fields."""

    name: str
    text: Markup
    rows: list[Row]

    @property
    def anchor(self) -> str:
        return f"shape-{self.name}"


@dataclass(frozen=True)
class Section:
    """One operation."""

    id: str
    method: str
    path: str
    summary: str
    paragraphs: list[Markup]
    who: list[str]
    parameters: list[Row]
    takes: list[str]  # names of shapes
    gives: str | None
    status: str
    refusals: list[tuple[str, Markup]]
    examples: list[tuple[str, str]] = field(default_factory=list)


def sections(spec: dict[str, Any]) -> list[Section]:
    """Every operation in the order of the document."""
    return [
        _section(path, method, told)
        for path, operations in spec["paths"].items()
        for method, told in operations.items()
    ]


def shapes(spec: dict[str, Any]) -> list[Shape]:
    """Every shape by its name."""
    return [_shape(name, schema) for name, schema in sorted(spec["components"]["schemas"].items())]


def _section(path: str, method: str, told: dict[str, Any]) -> Section:
    status, success = next((s, r) for s, r in told["responses"].items() if s.startswith("2"))
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Section(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"].rstrip("."),
        paragraphs=paragraphs(told.get("description", "")),
        who=[name for one in told["security"] for name in one],
        parameters=[
            _row(p["name"], p["schema"], bool(p.get("required")), p.get("description", "")) for p in told["parameters"]
        ],
        takes=_named(body.get("schema", {})),
        gives=next(iter(_named(success["content"].get("application/json", {}).get("schema", {}))), None),
        status=status,
        refusals=[(s, _marked(r["description"])) for s, r in told["responses"].items() if not s.startswith("2")],
        examples=[
            (name, json.dumps(example["value"], ensure_ascii=False, indent=2))
            for name, example in body.get("examples", {}).items()
        ],
    )


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    required = schema.get("required", [])
    rows = [
        _row(field, told, field in required, told.get("description", ""))
        for field, told in schema.get("properties", {}).items()
    ]
    return Shape(name, _marked(schema.get("description", "")), rows)


def _row(name: str, schema: dict[str, Any], required: bool, text: str) -> Row:
    codes = [str(code) for code in schema.get("items", schema).get("enum", []) if code is not None]
    return Row(
        name=name,
        kind=_kind(schema),
        required=required,
        text=_marked(text or schema.get("description", "")),
        codes=tuple(codes[:MOST_CODES_SHOWN]),
        more_codes=max(len(codes) - MOST_CODES_SHOWN, 0),
        shape=next(iter(_named(schema)), None),
    )


def _kind(schema: dict[str, Any]) -> str:
    """The type in a few words: "text, at most 200", "list of Offer", "Package or null"."""
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        return " or ".join(_kind({**schema, "type": one}) for one in kind)
    if kind == "array":
        return f"list of {_kind(schema['items'])}"
    if kind == "string":
        text = {"date": "day", "date-time": "moment", "email": "e-mail address"}.get(schema.get("format", ""), "text")
        text = "code" if "enum" in schema else text
        return f"{text}, at most {schema['maxLength']}" if "maxLength" in schema else text
    if kind == "integer" and "minimum" in schema and "maximum" in schema:
        return f"integer, {schema['minimum']} to {schema['maximum']}"
    return str(kind)


def _named(schema: dict[str, Any]) -> list[str]:
    """The names of the shapes that a schema points to."""
    if "$ref" in schema:
        return [schema["$ref"].rpartition("/")[2]]
    inner = [*schema.get("oneOf", []), *schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return [name for one in inner for name in _named(one)]


def paragraphs(text: str) -> list[Markup]:
    """The paragraphs of a description, with its code and its strong words marked."""
    return [_marked(part) for part in text.strip().split("\n\n") if part]


def _marked(text: str) -> Markup:
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", marked))  # noqa: S704  escaped above
