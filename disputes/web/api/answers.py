"""How an answer leaves: JSON in the order in which the shapes name their fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response

from disputes.web.api.shapes import tag_of


def sent(
    data: Any, status: int = 200, *, language: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for Flask."""
    answer = Response(
        json.dumps(data, ensure_ascii=False), status, mimetype="application/json", headers=dict(headers or {})
    )
    if language is not None:
        answer.headers["Content-Language"] = tag_of(language)
    return answer
