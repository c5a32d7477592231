"""Links and words that open one case: computed from the secret, never stored; raising the case's link version revokes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from mnemonic import Mnemonic

PARTIES = ("tourist", "companion", "shop", "counter", "return")
WORD_LISTS = {
    "en": "english",
    "zh_CN": "chinese_simplified",
    "zh_TW": "chinese_traditional",
    "ja": "japanese",
    "ko": "korean",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
}
WORDS = 5  # of 2,048 each: 55 bits, enough where tries are throttled


@dataclass(frozen=True)
class Link:
    """What a link token says: whose link it is, to which case, in which version, and whether it came by mail."""

    case_id: int
    party: str
    version: int
    mailed: bool = False


def token(secret: str, link: Link) -> str:
    """The token for ``/c/<token>``, ``/m/<token>`` or ``/r/<token>``."""
    body = struct.pack(">QHBB", link.case_id, link.version, PARTIES.index(link.party), link.mailed)
    return _text(body.lstrip(b"\0")) + "." + _text(_mac(secret, b"link", body)[:16])


def read(secret: str, text: str) -> Link | None:
    """The link behind a token, or None when nobody here made it. The version is for the caller to compare."""
    try:
        first, second = text.split(".")
        body = _bytes(first).rjust(12, b"\0")
        if len(body) != 12 or not hmac.compare_digest(_mac(secret, b"link", body)[:16], _bytes(second)):
            return None
        case_id, version, party, mailed = struct.unpack(">QHBB", body)
        link = Link(case_id, PARTIES[party], version, bool(mailed))
        # Base64 leaves bits over, so the same bytes can be spelled in several ways; only ours is a link.
        return link if token(secret, link) == text else None
    except (ValueError, IndexError, struct.error):
        return None


def words(secret: str, case_id: int, version: int, language: str) -> tuple[str, ...]:
    """The five words of a case's card, in the reader's language where a list exists, else in English."""
    listed = _list(WORD_LISTS.get(language, "english"))
    return tuple(listed[i] for i in _indices(secret, case_id, version))


def words_match(secret: str, case_id: int, version: int, typed: str) -> bool:
    """Whether somebody typed this case's words, in any of the lists, in any case, with any spaces between."""
    given = _words_of(typed)
    expected = _indices(secret, case_id, version)
    found = False
    for name in WORD_LISTS.values():
        index = _index(name)
        found |= len(given) == WORDS and tuple(index.get(w, -1) for w in given) == expected
    return found


def _words_of(typed: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", typed).casefold().strip()
    for mark in ",;、，；。.·-":
        folded = folded.replace(mark, " ")
    parts = folded.split()
    if (
        len(parts) == 1 and len(parts[0]) == WORDS
    ):  # Chinese lists have one character a word; people write them together
        parts = list(parts[0])
    return parts


def _indices(secret: str, case_id: int, version: int) -> tuple[int, ...]:
    digest = _mac(secret, b"words", struct.pack(">QH", case_id, version))
    number = int.from_bytes(digest[:8], "big")
    return tuple((number >> (11 * i)) & 2047 for i in range(WORDS))


@lru_cache
def _list(name: str) -> tuple[str, ...]:
    return tuple(Mnemonic(name).wordlist)


@lru_cache
def _index(name: str) -> dict[str, int]:
    return {unicodedata.normalize("NFKD", word).casefold(): i for i, word in enumerate(_list(name))}


def _mac(secret: str, purpose: bytes, body: bytes) -> bytes:
    return hmac.new(secret.encode(), purpose + b"\0" + body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
