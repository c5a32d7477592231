"""Search in all scripts without dictionaries: a text is the set of its character pairs."""

from __future__ import annotations

import unicodedata

from sqlalchemy import ColumnElement, Text, cast, func
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import InstrumentedAttribute

LONGEST = 4000  # characters of a text that count


def pairs(text: str) -> list[str]:
    """The distinct character pairs of each run of letters and digits, folded; a run of one character stands alone."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    runs = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in folded).split()
    found = dict.fromkeys(run[i : i + 2] for run in runs for i in range(max(len(run) - 1, 1)))
    return list(found)


def vector(*texts: str | None) -> ColumnElement:
    """The value of a search column for these texts."""
    tokens = dict.fromkeys(pair for text in texts if text for pair in pairs(text))
    return func.array_to_tsvector(cast(list(tokens), ARRAY(Text)))


def written(*texts: str | None) -> str:
    """The same value as PostgreSQL writes it, for a row that is written as values."""
    return " ".join(_quoted(token) for token in dict.fromkeys(pair for text in texts if text for pair in pairs(text)))


def matches(column: InstrumentedAttribute, typed: str) -> ColumnElement[bool] | None:
    """The condition that a row holds every pair of what was typed; None when there is nothing to look for.

    A single character finds the words that begin with it or stand alone.
    """
    query = question(typed)
    return None if query is None else column.op("@@")(cast(query, TSQUERY))


def question(typed: str) -> str | None:
    """The same as PostgreSQL writes what is looked for, for a statement that was put together before."""
    wanted = pairs(typed)
    return " & ".join(_quoted(pair) + (":*" if len(pair) == 1 else "") for pair in wanted) if wanted else None


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
