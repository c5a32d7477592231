"""Links and words: computed from the secret, opened only by what was given out, revoked by raising the version."""

from __future__ import annotations

import base64
import itertools
import unicodedata

import pytest

from disputes import links
from disputes.links import PARTIES, WORD_LISTS, WORDS, Link, read, token, words, words_match

SECRET = "only-for-tests-and-long-enough-to-be-a-key"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
EXAMPLES = [
    Link(*parts)
    for parts in itertools.product((1, 255, 256, 1_000_000, 2**40), PARTIES, (1, 2, 255, 65_535), (False, True))
]


@pytest.mark.parametrize("party", PARTIES)
def test_a_link_opens_what_it_was_made_for(party: str) -> None:
    for link in (each for each in EXAMPLES if each.party == party):
        assert read(SECRET, token(SECRET, link)) == link


def test_no_two_links_are_alike() -> None:
    assert len({token(SECRET, link) for link in EXAMPLES}) == len(EXAMPLES)


def test_a_link_goes_into_an_address_as_it_is() -> None:
    assert all(set(token(SECRET, link)) <= set(ALPHABET + ".") for link in EXAMPLES)
    assert max(len(token(SECRET, link)) for link in EXAMPLES) < 50


def test_a_link_of_another_installation_opens_nothing() -> None:
    assert read("another secret that is long enough", token(SECRET, EXAMPLES[0])) is None


def test_a_link_in_which_one_character_was_changed_opens_nothing() -> None:
    """Except where the changed character means the same bytes, as the last one of a part may."""
    link = Link(4711, "tourist", 3, True)
    good = token(SECRET, link)
    for place, char in itertools.product(range(len(good)), ALPHABET[::7] + ".%"):
        changed = good[:place] + char + good[place + 1 :]
        if changed != good:
            assert read(SECRET, changed) in (None, link if _same_bytes(changed, good) else None), changed


def test_a_companions_link_cannot_be_made_into_the_tourists() -> None:
    companion, tourist = token(SECRET, Link(7, "companion", 1)), token(SECRET, Link(7, "tourist", 1))
    body = tourist.split(".")[0]
    assert read(SECRET, f"{body}.{companion.split('.')[1]}") is None


@pytest.mark.parametrize(
    "typed",
    ["", ".", "..", "a", "a.b", "a.b.c", "é.é", "\0.\0", "=.=", "AAAA." + "A" * 22, "A" * 5000 + "." + "A" * 5000, "%2e", "😀.😀"],
)  # fmt: skip
def test_nonsense_opens_nothing_and_breaks_nothing(typed: str) -> None:
    assert read(SECRET, typed) is None


def test_a_party_that_does_not_exist_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    more = (*PARTIES, "stranger")
    monkeypatch.setattr(links, "PARTIES", more)
    made = token(SECRET, Link(1, "stranger", 1))
    monkeypatch.setattr(links, "PARTIES", PARTIES)
    assert read(SECRET, made) is None


# --- the five words


@pytest.mark.parametrize("language", WORD_LISTS)
def test_the_words_are_understood_in_every_list_in_any_case_and_spelling(language: str) -> None:
    for case_id in range(1, 40):
        said = words(SECRET, case_id, 1, language)
        assert len(said) == WORDS
        joined = " ".join(said)
        for typed in (
            joined,
            joined.upper(),
            joined.title(),
            f"  {'   '.join(said)}\n",
            ", ".join(said),
            "-".join(said),
            "\u3000".join(said),
            unicodedata.normalize("NFC", joined),
            unicodedata.normalize("NFD", joined),
        ):
            assert words_match(SECRET, case_id, 1, typed), typed
        assert not words_match(SECRET, case_id, 2, joined), "a raised version ends the words too"
        assert not words_match(SECRET, case_id + 1, 1, joined)


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW"])
def test_chinese_words_may_be_written_together(language: str) -> None:
    assert words_match(SECRET, 9, 1, "".join(words(SECRET, 9, 1, language)))
    assert words_match(SECRET, 9, 1, "、".join(words(SECRET, 9, 1, language)))


@pytest.mark.parametrize("language", ["ja", "fr", "es", "pt"])
def test_accents_may_be_composed_or_not(language: str) -> None:
    for case_id in range(200):
        said = " ".join(words(SECRET, case_id, 1, language))
        assert words_match(SECRET, case_id, 1, unicodedata.normalize("NFC", said))


def test_all_languages_say_the_same_five_places_of_their_lists() -> None:
    said = {language: words(SECRET, 12, 4, language) for language in WORD_LISTS}
    assert len(set(said.values())) == len(WORD_LISTS)
    for each in said.values():
        assert words_match(SECRET, 12, 4, " ".join(each))


def test_a_language_without_a_list_gets_english_words() -> None:
    for language in ("ar", "th", "ru", "nonsense"):
        assert words(SECRET, 5, 1, language) == words(SECRET, 5, 1, "en")


@pytest.mark.parametrize("drop", range(WORDS))
def test_four_words_or_the_right_ones_in_another_order_are_not_enough(drop: int) -> None:
    said = list(words(SECRET, 3, 1, "en"))
    assert not words_match(SECRET, 3, 1, " ".join(said[:drop] + said[drop + 1 :]))
    assert len(set(said)) > 1
    assert not words_match(SECRET, 3, 1, " ".join([*said, said[drop]]))
    turned = said[1:] + said[:1]
    assert not words_match(SECRET, 3, 1, " ".join(turned))


@pytest.mark.parametrize(
    "typed", ["", "     ", "\0", "one two three four five", "😀" * 5, "a" * 100_000, ",,,,,", "- - - - -"]
)
def test_other_words_match_nothing(typed: str) -> None:
    assert not any(words_match(SECRET, case_id, 1, typed) for case_id in range(50))


def test_words_are_spread_over_the_whole_list() -> None:
    """Fifty-five bits are enough only if all of them are used."""
    seen = {word for case_id in range(3000) for word in words(SECRET, case_id, 1, "en")}
    assert len(seen) > 2000


def _same_bytes(one: str, other: str) -> bool:
    try:
        return [_read(part) for part in one.split(".")] == [_read(part) for part in other.split(".")]
    except ValueError:
        return False


def _read(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
