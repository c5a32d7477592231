"""What no file of the repository holds: paths of somebody's machine, marks of unfinished work, hosts of registries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.repository.tree import ROOT, files, product, texts

# Put together here, so that this file does not find itself.
UNFINISHED = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"))
SOON = "|".join(("coming" + " soon", "not" + " implemented", "lorem" + " ipsum", "place" + "holder text"))
REGISTRIES = "|".join(
    r"\b" + name
    for name in (
        "pypi" + r"\.",
        "files.python" + "hosted",
        "registry.npm" + "js",
        "crates" + r"\.io",
        "proxy.golang" + r"\.",
    )
)
# A path that begins at the root of a file system and is no place every machine has.
PLACES = "|".join(
    ("wo" + "rk", "ho" + "me", "Us" + "ers", "ro" + "ot", "mn" + "t", "priv" + "ate", "worksp" + "ace", "tm" + "p")
)

# fmt: off
FORBIDDEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    # In quotes it is a value, such as the currency that means none.
    ("marks of unfinished work", re.compile(rf"(?<!\")\b({UNFINISHED})\b(?!\")")),
    ("promises of later work",   re.compile(rf"\b({SOON})\b", re.I)),
    ("hosts of registries",      re.compile(REGISTRIES)),
    ("paths of a machine",       re.compile(rf"(?<![\w.:/>}})\]*-])/({PLACES})/[a-z]")),
)
# fmt: on
LARGEST = 500_000  # bytes; only fonts of documents and catalogues may be larger


@pytest.mark.parametrize(("what", "pattern"), FORBIDDEN, ids=[row[0] for row in FORBIDDEN])
def test_no_file_holds(what: str, pattern: re.Pattern[str]) -> None:
    found = [f"{path}:{number}: {line.strip()[:120]}" for path, number, line in _lines() if pattern.search(line)]
    assert not found, f"{what}:\n" + "\n".join(found)


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    silent = []
    for module in product().values():
        body = module.tree.body
        first = body[0] if body else None
        said = getattr(getattr(first, "value", None), "value", None)
        if body and not (isinstance(said, str) and re.match(r"[A-Z`].*[.:]", said.strip().splitlines()[0] + ".")):
            silent.append(str(module.path))
    packages_of_views = {f"disputes/web/{audience}/__init__.py" for audience in ("public", "api")}
    assert set(silent) <= packages_of_views


def test_no_name_contains_what_another_system_cannot_write() -> None:
    wrong = [str(path) for path in files() if re.search(r'[<>:"|?*\\\s]', str(path)) or len(str(path)) > 160]
    assert not wrong, wrong


def test_texts_are_utf8_with_newlines_of_one_kind() -> None:
    wrong = [
        str(path)
        for path, content in texts()
        if "\r" in content or (content and not content.endswith("\n")) or content.startswith("\ufeff")
    ]
    assert not wrong, wrong


def test_nothing_large_is_kept_beside_the_code() -> None:
    large = [f"{path} {(ROOT / path).stat().st_size}" for path in files() if (ROOT / path).stat().st_size > LARGEST]
    assert all(name.startswith(("seeds/fonts/", "disputes/translations/")) for name in large), large


def _lines() -> Iterator[tuple[object, int, str]]:
    for path, content in texts():
        for number, line in enumerate(content.splitlines(), 1):
            yield path, number, line
