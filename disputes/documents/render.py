"""Setting a document: a template, a dictionary, a language; the bytes of a PDF.

What people wrote reaches the typesetter only as data, so a text that looks like markup stays a text. Templates can read the
folder they lie in and nothing else, and only the fonts of this repository are known, so a document looks the same on every
machine. The PDF is tagged, knows its title and language, and keeps for archives (PDF/UA-1, PDF/A-2a).
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import segno
import typst
from babel import Locale, UnknownLocaleError

from disputes.documents.clean import FONTS, clean, reads_right_to_left
from disputes.documents.labels import LABELS, labels_for
from disputes.documents.values import CHINESE

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
STANDARDS = ["ua-1", "a-2a"]
log = logging.getLogger(__name__)


class RenderError(Exception):
    """The typesetter refused a document: a fault of a template or of what a caller put into the dictionary."""


def render(template_name: str, data: Any, language: str, issued_at: datetime | None = None) -> bytes:
    """The document as PDF. `data` is one of the dictionaries described in `data.py`; `language` is its reader's.

    With `issued_at` the same data give the same bytes.
    """
    _known(template_name)
    labels = {"zh": labels_for(template_name, CHINESE), "own": labels_for(template_name, language)}
    return cast(bytes, typeset(template_name, data, labels, language, issued_at))


def typeset(
    template_name: str,
    data: Any,
    labels: dict[str, dict[str, str]],
    language: str,
    issued_at: datetime | None = None,
    format: Literal["pdf", "png"] = "pdf",
) -> Any:
    """As `render`, with the template's words given. As "png" it gives a list with a picture of each page."""
    source = _known(template_name)
    inputs = {"document": _packed(data, labels, language)}
    timestamp = int(issued_at.astimezone(UTC).timestamp()) if issued_at else None
    if format == "png":
        pages = _compile(source, inputs, timestamp, format="png", ppi=110)
        return pages if isinstance(pages, list) else [pages]
    try:
        return _compile(source, inputs, timestamp, pdf_standards=STANDARDS)
    except RenderError:
        # A text that the standards forbid must not keep a case from going on: the plain PDF says the same. The reason may
        # quote that text, so it is not logged.
        log.warning("The document %s was set without its standards.", template_name)
        return _compile(source, inputs, timestamp)


def _known(template_name: str) -> Path:
    if template_name not in LABELS:
        raise RenderError(f"There is no document called {template_name!r}.")
    return TEMPLATES / f"{template_name}.typ"


def _compile(source: Path, inputs: dict[str, str], timestamp: int | None, **options: Any) -> Any:
    try:
        return typst.compile(
            source,
            root=TEMPLATES,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            timestamp=timestamp,
            package_path=TEMPLATES / "no-packages",
            package_cache_path=TEMPLATES / "no-packages",
            **options,
        )
    except typst.TypstError as error:
        raise RenderError(str(error)) from error
    except BaseException as error:
        # A panic of the typesetter is no Exception and would end the worker.
        if type(error).__name__ == "PanicException":
            raise RenderError(str(error)) from None
        raise


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _packed(data: Any, labels: dict[str, dict[str, str]], language: str) -> str:
    content = cast(dict[str, Any], clean(data))
    content = _marked(content)
    if "link" in content:
        content["qr"] = segno.make(content["link"], error="m", micro=False).svg_inline(
            border=0, dark="#15272a", omitsize=True
        )
    return json.dumps(
        {"data": content, "labels": labels, "language": _tag(language), "one_language": language == CHINESE},
    )


def _marked(value: Any) -> Any:
    """Tell the template, which cannot find out by itself, which way a quoted text runs and how its language is tagged."""
    if isinstance(value, list):
        return [_marked(part) for part in value]
    if not isinstance(value, dict):
        return value
    marked = {key: _marked(part) for key, part in value.items()}
    if set(value) == {"text", "language"}:
        marked["rtl"] = reads_right_to_left(value["text"] or "")
        marked["language"] = _tag(value["language"])
    if "words_language" in value:
        marked["words_language"] = _tag(value["words_language"])
    return marked


def _tag(language: str) -> dict[str, Any]:
    """A catalogue's name as the typesetter wants it: zh_TW is the language zh in the region TW."""
    try:
        locale = Locale.parse(language)
    except (ValueError, UnknownLocaleError):
        return {
            "lang": "und",
            "region": None,
            "rtl": False,
        }  # a text in a language that nobody knows is set all the same
    return {"lang": locale.language, "region": locale.territory, "rtl": locale.text_direction == "rtl"}
