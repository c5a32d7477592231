"""The catalogues are whole: nobody meets a word in a language they did not choose, or a hole where a name should stand."""

from __future__ import annotations

import re

import pytest

from disputes.cli import messages

NAMED = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"</?[a-z][^>]*>")


@pytest.fixture(scope="module")
def wanted():
    return messages.collected()


@pytest.mark.parametrize("language", [*messages.FOR_ALL, *messages.FOR_TOURISTS])
def test_every_message_is_translated(wanted, language):
    assert messages.untranslated(messages.read(language), wanted[language]) == []


@pytest.mark.parametrize("language", [*messages.FOR_ALL, *messages.FOR_TOURISTS])
def test_a_translation_keeps_the_slots_and_the_markup_of_its_message(language):
    wrong = []
    for message in messages.read(language):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        slots = {name for text in ids for name in NAMED.findall(text)}
        for text in said:
            given = set(NAMED.findall(text))
            if (
                given - slots
                or (len(ids) == 1 and given != slots)
                or sorted(TAG.findall(text)) != sorted(TAG.findall(ids[-1]))
            ):
                wrong.append((ids[0], text))
    assert wrong == []


def test_no_catalogue_guesses():
    for language in (*messages.FOR_ALL, *messages.FOR_TOURISTS):
        assert not messages.path_of(language).read_text(encoding="utf-8").count("#, fuzzy")
