"""The OpenAPI document of the interface, made from the views themselves: what they take, what they give, who may call them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, current_app
from marshmallow import Schema

from disputes.accounts.scopes import Scope
from disputes.rules.lifecycle import Role
from disputes.web import access
from disputes.web.api import asked, given, return_shapes
from disputes.web.api.bodies import FILES_PART
from disputes.web.api.callers import EVERYBODY

View = TypeVar("View", bound=Callable[..., Any])

VERSION = "1.0"
TITLE = "Visitor Care: the interface for partners"
ABOUT = """\
For hotel desks and kiosks: take down a guest's complaint, hand over number, link and words, and see how the case goes on.

**Who may call.** A key (`vc_...`), which our staff issue to a desk, or the token of a case's link, which belongs to the
guest. Either is sent in the header `Authorization: Bearer <key or token>`. What belongs to somebody else is not found.

**Shapes.** Facts are codes, days are days in China, moments carry their offset, money is an integer in minor units. What
people write is kept as it was written, after NFC and with `\\n` for every newline. Unknown fields are refused. Every answer
that is not a success has the same shape, with a code for machines, a sentence for people in the language of the request
(`Accept-Language`, or `lang` in the address), and the reasons field by field.

**How often.** A key has its own number of requests a minute; without one it is counted by address. Beyond that the answer
is 429, and `Retry-After` says how many seconds to wait.
"""
KEY, LINK = "key", "link"
SECURITY = {
    KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "vc_<prefix>_<secret>",
        "description": "A partner's key, with the scopes `complaints:write`, `complaints:read`, `returns:write` and `returns:read`.",
    },
    LINK: {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a case's link, as in `/c/<token>`: the guest's own, or a companion's, who may only read.",
    },
}
WHO = {Role.PARTNER: KEY, Role.TOURIST: LINK, Role.COMPANION: LINK}
SPENT = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
CHALLENGE = {"description": "How to send credentials.", "schema": {"type": "string"}}
# fmt: off
REFUSALS: Mapping[int, str] = {
    400: "The body cannot be read.",
    401: "A key or a token is needed, or what was sent opens nothing (any more).",
    403: "This key or link may not do this.",
    404: "There is nothing here, or it belongs to somebody else.",
    409: "Not possible: the case has moved on, or these particulars do not fit.",
    413: "The body is too large.",
    415: "The body is neither JSON nor multipart/form-data.",
    422: "Some fields are not right; `fields` says which and why.",
    429: "Too many requests.",
}
# fmt: on


@dataclass(frozen=True)
class Sent:
    """The body of a request: one shape, or one of several told apart by a field; as JSON, or as this part beside files."""

    shapes: Sequence[type[Schema]]
    part: str
    told_apart_by: str | None = None
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """What the document says about a view beyond its address and its docstring."""

    gives: type[Schema] | None
    status: int = 200
    asks: type[Schema] | None = None  # after the question mark
    takes: Sent | None = None
    headers: Sequence[Mapping[str, Any]] = ()
    given_headers: Mapping[str, Any] = field(default_factory=dict)
    scope: Scope | None = None
    refuses: Sequence[int] = ()


def described(operation: Operation) -> Callable[[View], View]:
    """Put a view into the document. The first line of its docstring is the summary, the rest its description."""

    def mark(view: View) -> View:
        view.operation = operation  # type: ignore[attr-defined]
        return view

    return mark


def document() -> dict[str, Any]:
    """The OpenAPI document of this application; the same for every request."""
    if "openapi" not in current_app.extensions:
        current_app.extensions["openapi"] = _document(current_app)
    made: dict[str, Any] = current_app.extensions["openapi"]
    return made


def _document(app: Flask) -> dict[str, Any]:
    spec = APISpec(
        title=TITLE,
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=lambda schema: _class_of(schema).__name__)],
        info={"description": ABOUT},
        servers=[{"url": app.config["SETTINGS"].public_url}],
    )
    for name, scheme in SECURITY.items():
        spec.components.security_scheme(name, scheme)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule.count("/"), rule.rule)):
        view = app.view_functions[rule.endpoint]
        if hasattr(view, "operation"):
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"})).lower()
            spec.path(_path(rule.rule), operations={method: _operation(rule.endpoint, view, spec)})
    made = spec.to_dict()
    for shape in (*vars(asked).values(), *vars(given).values(), *vars(return_shapes).values()):
        if isinstance(shape, type) and issubclass(shape, Schema) and shape.__doc__:
            made["components"]["schemas"].get(shape.__name__, {})["description"] = shape.__doc__.strip()
    return made


def _path(rule: str) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def _operation(endpoint: str, view: Any, spec: APISpec) -> dict[str, Any]:
    told: Operation = view.operation
    summary, _, rest = (view.__doc__ or "").partition("\n")
    roles = access.roles_of(endpoint, EVERYBODY)
    made: dict[str, Any] = {
        "operationId": endpoint.rpartition(".")[2],
        "summary": summary.strip(),
        "parameters": [*_path_parameters(view), *_query_parameters(told), *told.headers],
        "responses": _responses(told, roles),
        "security": [{name: []} for name in dict.fromkeys(WHO[role] for role in roles)] if roles else [],
    }
    text = "\n".join(line.strip() for line in rest.strip().splitlines())
    if told.scope is not None:
        text = f"{text}\n\nA key needs the scope `{told.scope}`.".strip()
    if text:
        made["description"] = text
    if told.takes is not None:
        made["requestBody"] = _body(told.takes, spec)
    return made


def _path_parameters(view: Any) -> list[dict[str, Any]]:
    known = {
        "number": ({"type": "string", "minLength": 1}, "The case's number, with or without dashes."),
        "code": ({"type": "string", "minLength": 1}, "The code of the shop."),
        "evidence_id": ({"type": "integer", "minimum": 1}, "The id of the file, from the case."),
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": schema, "description": description}
        for name, (schema, description) in known.items()
        if name in view.__annotations__
    ]


def _query_parameters(told: Operation) -> list[dict[str, Any]]:
    return [{"in": "query", "schema": told.asks}] if told.asks is not None else []


def _responses(told: Operation, roles: Sequence[Role] | None) -> dict[str, Any]:
    content = (
        {"application/json": {"schema": told.gives}}
        if told.gives
        else {"*/*": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}
    )
    success = {"description": "As asked.", "content": content}
    if told.given_headers:
        success["headers"] = dict(told.given_headers)
    refusals = {*told.refuses, 429, *((401, 403) if roles else ())}
    if told.asks is not None or told.takes is not None:
        refusals.add(422)
    if told.takes is not None:
        refusals |= {400, 413, 415}
    return {str(told.status): success, **{str(status): _refusal(status) for status in sorted(refusals)}}


def _refusal(status: int) -> dict[str, Any]:
    headers = {401: {"WWW-Authenticate": CHALLENGE}, 429: {"Retry-After": SPENT}}.get(status)
    told = {"description": REFUSALS[status], "content": {"application/json": {"schema": given.Error}}}
    return {**told, "headers": headers} if headers else told


def _body(sent: Sent, spec: APISpec) -> dict[str, Any]:
    shape = _shape(sent, spec)
    parts = {
        "type": "object",
        "required": [sent.part],
        "properties": {
            sent.part: shape,
            FILES_PART: {
                "type": "array",
                "maxItems": 10,
                "items": {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"},
                "description": "JPEG, PNG, WebP, HEIC or PDF, each up to 15 MB. One that is refused refuses the request.",
            },
        },
        "additionalProperties": False,
    }
    plain: dict[str, Any] = {"schema": shape}
    if sent.examples:
        plain["examples"] = {name: {"value": value} for name, value in sent.examples.items()}
    return {
        "required": True,
        "content": {
            "application/json": plain,
            "multipart/form-data": {
                "schema": parts,
                "encoding": {sent.part: {"contentType": "application/json"}},
            },
        },
    }


def _shape(sent: Sent, spec: APISpec) -> dict[str, Any]:
    for shape in sent.shapes:
        if shape.__name__ not in spec.components.schemas:
            spec.components.schema(shape.__name__, schema=shape)
    references = [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in sent.shapes]
    if sent.told_apart_by is None:
        return references[0]
    mapping = {
        shape().fields[sent.told_apart_by].metadata["enum"][0]: one["$ref"]
        for shape, one in zip(sent.shapes, references, strict=True)
    }
    return {"oneOf": references, "discriminator": {"propertyName": sent.told_apart_by, "mapping": mapping}}


def _class_of(schema: Any) -> type[Schema]:
    return schema if isinstance(schema, type) else type(schema)
