"""Reading what was sent: JSON, or multipart/form-data with a JSON part and files. Whatever is wrong with it has a name."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from flask import request
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import FileStorage

from disputes.cases.upkeep import File
from disputes.web import uploads
from disputes.web.api.problems import Problem, invalid
from disputes.web.api.shapes import Query, flat
from disputes.web.sessions import secret

JSON_LIMIT = 1024 * 1024  # bytes of a JSON body; the longest text takes 80,000
FILES_PART = "evidence"
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Body:
    """What was sent: the JSON, and the files beside it."""

    json: Any
    files: Sequence[FileStorage] = ()

    def fingerprint(self) -> str:
        """The same for the same content, whatever the order of its fields; without our secret it tells nothing about it."""
        over = hmac.new(secret().encode(), b"content\0", hashlib.sha256)
        over.update(json.dumps(self.json, sort_keys=True, ensure_ascii=True).encode())
        for file in self.files:
            over.update(b"\0" + uploads.shown_name(file.filename or "").encode() + b"\0")
            while chunk := file.stream.read(CHUNK):
                over.update(chunk)
            file.stream.seek(0)
        return over.hexdigest()


def body(part: str) -> Body:
    """The body of this request; in multipart/form-data the JSON stands in the part of this name, and files in ``evidence``."""
    if request.mimetype == "application/json":
        request.max_content_length = JSON_LIMIT
        return Body(_parsed(request.get_data()))
    if request.mimetype != "multipart/form-data":
        raise Problem(415)
    unknown = {*request.form, *request.files} - {part, FILES_PART}
    if unknown:
        raise invalid({uploads.shown_name(name): [_("There is no field of this name.")] for name in unknown})
    if FILES_PART in request.form:
        raise invalid({FILES_PART: [_("This must be a file, with a name.")]})
    sent = [*request.form.getlist(part), *(file.stream.read(JSON_LIMIT + 1) for file in request.files.getlist(part))]
    if len(sent) != 1:
        raise invalid({part: [_("This is needed, and once.")]})
    files = [file for file in request.files.getlist(FILES_PART) if file.filename]
    return Body(_parsed(sent[0]), files)


def loaded(shape: Schema, data: Any) -> dict[str, Any]:
    """The data in the shape's own types, or a problem that names every field that is not right."""
    try:
        found: dict[str, Any] = shape.load(data)
    except ValidationError as error:
        raise invalid(flat(error.messages)) from None
    return found


def query(shape: Schema) -> dict[str, Any]:
    """What stands after the question mark; each name once."""
    twice = {name: [_("Give this only once.")] for name, values in request.args.lists() if len(values) > 1}
    if twice:
        raise invalid(twice)
    return loaded(shape, Query(request.args.to_dict()))


def evidence(files: Sequence[FileStorage]) -> list[File]:
    """The files, judged and stored. One that is refused refuses the request: whoever sends for a guest can still ask for another."""
    if len(files) > uploads.MOST_AT_ONCE:
        too_many = uploads.RefusedFile(uploads.shown_name(files[-1].filename or ""), None)
        raise invalid({FILES_PART: [str(too_many)]})
    received = uploads.receive(files)
    if received.refused:
        names = [uploads.shown_name(file.filename or "") for file in files]
        refused: dict[str, list[str]] = {}
        for file in received.refused:
            refused.setdefault(f"{FILES_PART}.{names.index(file.name)}", []).append(str(file))
        raise invalid(refused)
    return received.accepted


def _parsed(sent: bytes | str) -> Any:
    if len(sent) > JSON_LIMIT:
        raise Problem(413)
    try:
        return json.loads(sent, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Problem(400) from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
