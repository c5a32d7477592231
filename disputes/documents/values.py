"""Saying one thing in both languages of a document."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import force_locale

from disputes.documents.data import Both

CHINESE = "zh_CN"


def both(say: Callable[[], object], language: str) -> Both:
    """What `say` gives under each language: `both(lambda: money_text(128000, "CNY"), "ja")`, `both(lambda: STATES[s], "ja")`."""
    with force_locale(CHINESE):
        chinese = str(say())
    with force_locale(language):
        return {"zh": chinese, "own": str(say())}
