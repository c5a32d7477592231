"""The sample texts: what people really wrote, and what breaks programs. They lie outside the repository, in DISPUTES_SAMPLES."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest

SAMPLES = os.environ.get("DISPUTES_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="DISPUTES_SAMPLES is not set")


def folded(text: str) -> str:
    """The text as the product keeps it: NFC, and one kind of newline."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def narratives() -> dict[str, list[str]]:
    """Real complaints, reviews and posts by their source; each source is in one language."""
    return {path.stem: _texts(path) for path in sorted((Path(SAMPLES or "") / "narratives").glob("*.jsonl"))}


def hostile() -> list[str]:
    """Naughty strings, attack strings, and instructions to machines."""
    folder = Path(SAMPLES or "")
    names = ("strings/blns.jsonl", "abuse/payloads.jsonl", "abuse/prompt_injection_zh.jsonl")
    return [text for name in names for text in _texts(folder / name)]


def _texts(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [text for line in lines if line and (text := json.loads(line)["text"]).strip()]
