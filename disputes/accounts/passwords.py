"""Passwords: argon2 hashes, checked with the same work whether or not there is such an account."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH = 12  # characters; length counts for more than odd characters do (NIST SP 800-63B)
MOST_LENGTH = 200
LEAST_DIFFERENT = 5  # different characters

_hasher = PasswordHasher()
# The hash of a password of nobody, against which a try for an unknown account is measured. Written down, since making one
# takes a part of every start; a test says that it asks for the same work as a new one.
_nobody = "$argon2id$v=19$m=65536,t=3,p=4$VPTt6O7OUYK6KAz8GZcnTA$O1Ccu17jYb6jA9tg619KdHg0R4hoVcfhj49AeP3ApsM"


class WeakPassword(ValueError):
    """A password that would be guessed too easily; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def require_good(password: str, *known: str) -> None:
    """WeakPassword when it is too short, too long, too plain, or holds one of the ``known`` words such as the address."""
    folded = _folded(password)
    if len(folded) < LEAST_LENGTH:
        raise WeakPassword("password_too_short")
    if len(folded) > MOST_LENGTH:
        raise WeakPassword("password_too_long")
    words = {part for word in known for part in _folded(word).casefold().replace("@", " ").split() if len(part) > 3}
    if len(set(folded)) < LEAST_DIFFERENT or any(word in folded.casefold() for word in words):
        raise WeakPassword("password_too_plain")


def hashed(password: str) -> str:
    """The hash under which a password is kept."""
    return _hasher.hash(_folded(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether this is the password behind the hash. Without a hash the answer is no, after the same work."""
    try:
        right = _hasher.verify(password_hash or _nobody, _folded(password)[: MOST_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made anew at the next sign-in."""
    return _hasher.check_needs_rehash(password_hash)


def _folded(password: str) -> str:
    """One spelling whatever the keyboard; surrogates that stand alone could not be hashed and become question marks."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
