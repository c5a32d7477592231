"""Making any text fit for setting: what no font can draw or a PDF may not hold gives way to a visible sign."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parents[2] / "seeds" / "fonts"
COVERAGE = FONTS / "coverage.txt"  # ranges of code points that our fonts can draw, written when the fonts were prepared
MISSING = "\N{WHITE SQUARE}"
KEPT_CONTROLS = "\n\t"
# Joiners, marks of direction, word joiners and variation selectors have no picture of their own but shape their neighbours.
INVISIBLE = frozenset(
    "\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}"
    "\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}\N{WORD JOINER}"
) | {chr(code) for code in range(0xFE00, 0xFE10)}  # fmt: skip
RIGHT_TO_LEFT = ("R", "AL")
# A word that no line holds: longer than a SHA-256 sum, in a script that breaks lines only between words.
ENDLESS_WORD = re.compile(r"[^\s\u200b\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffef\U00020000-\U0003ffff]{65,}")
PIECE = 32
TO_THE_LETTER = frozenset({"link", "find_url", "sha256", "history_head"})  # somebody follows or compares them


def clean(value: Any) -> Any:
    """The same dictionaries and lists, with every text in them fit for setting."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: drawn(part) if key in TO_THE_LETTER else clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean(part) for part in value]
    return value


def clean_text(text: str) -> str:
    """What can be drawn of a text, with places for line ends in words that no line holds."""
    return ENDLESS_WORD.sub(_in_pieces, drawn(text))


def drawn(text: str) -> str:
    """Every character that can be drawn stays. Controls go, among them those that turn the direction of what follows."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_drawn(char) for char in text)


def _in_pieces(word: re.Match[str]) -> str:
    """The same word with places where a line may end."""
    whole = word[0]
    return "\N{ZERO WIDTH SPACE}".join(whole[start : start + PIECE] for start in range(0, len(whole), PIECE))


def _drawn(char: str) -> str:
    if char in KEPT_CONTROLS or char in INVISIBLE:
        return char
    if char in "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        return "\n"
    if unicodedata.category(char) in ("Cc", "Cf"):
        return ""
    return char if _covered(ord(char)) else MISSING


def _covered(code: int) -> bool:
    starts, ends = _ranges()
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    lines = [line.split("-") for line in COVERAGE.read_text().splitlines() if line and not line.startswith("#")]
    return [int(line[0], 16) for line in lines], [int(line[-1], 16) for line in lines]


def reads_right_to_left(text: str) -> bool:
    """Whether a text starts with a letter of a script that is written from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in RIGHT_TO_LEFT:
            return True
        if direction == "L":
            return False
    return False
