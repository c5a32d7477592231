"""The catalogues of translations: collecting what there is to translate, and saying what is missing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUES = ROOT / "disputes" / "translations"
KEYWORDS = ("_l", "lazy_gettext", "lazy_ngettext:1,2")
FOR_ALL = ("zh_CN",)  # read by staff and merchants too
FOR_TOURISTS = ("ja", "ar")


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; say what is missing and fail when anything is.")
def messages(check: bool) -> None:
    """Bring the translations' catalogues up to what the program says, and list what is not translated."""
    missing = 0
    for language, wanted in collected().items():
        catalogue = read(language)
        if not check:
            catalogue = update(language, catalogue, wanted)
        gaps = untranslated(catalogue, wanted)
        missing += len(gaps)
        click.echo(f"{language}: {len(wanted)} messages, {len(gaps)} not translated")
    sys.exit(1 if check and missing else 0)


def collected() -> dict[str, Catalog]:
    """What there is to translate, by language: everything for the languages of staff, what tourists meet for the others."""
    everything, tourists = _extract("babel.cfg"), _extract("babel-tourist.cfg")
    return {**dict.fromkeys(FOR_ALL, everything), **dict.fromkeys(FOR_TOURISTS, tourists)}


def path_of(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it lies in the repository; an empty one when there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(catalogue: Catalog, wanted: Catalog) -> list[str]:
    """The messages that a reader of this language would meet in English."""
    gaps = []
    for message in wanted:
        if not message.id:
            continue
        found = catalogue.get(message.id, context=message.context)
        strings = found.string if found is not None else ""
        complete = all(strings) if isinstance(strings, list | tuple) else bool(strings)
        if found is None or not complete or found.fuzzy:
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def update(language: str, catalogue: Catalog, wanted: Catalog) -> Catalog:
    """Bring a catalogue to what the program says now: new messages empty, those that went away gone, nothing guessed."""
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, no_location=True, omit_header=False, width=0)
    return catalogue


def _extract(mapping: str) -> Catalog:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "messages.pot"
        command = ["pybabel", "-q", "extract", "-F", str(ROOT / mapping), "-o", str(target), "--no-location"]
        for keyword in KEYWORDS:
            command += ["-k", keyword]
        CommandLineInterface().run([*command, *_folders()])
        with target.open("rb") as file:
            return read_po(file)


def _folders() -> Iterator[str]:
    yield str(ROOT)
