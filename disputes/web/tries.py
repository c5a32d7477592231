"""How often somebody has failed to get in: counted for all web processes in the broker and, while that is gone, in memory.

Nothing is ever locked: a count goes away by itself, and whoever knows the way in from a known device is not held up by the
tries of strangers (``known_devices``).
"""

from __future__ import annotations

import structlog
from flask import Flask, current_app
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

log = structlog.get_logger()


class Tries:
    """Counts under names, such as ("sign-in", "address", "192.0.2.7")."""

    def __init__(self, url: str, options: dict[str, float]) -> None:
        self._shared = FixedWindowRateLimiter(storage_from_string(url, **options))
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def exhausted(self, limit: str, *name: str) -> bool:
        """Whether ``limit``, such as "10 per 15 minutes", is used up under this name."""
        try:
            return not self._shared.test(parse(limit), *name)
        except (RedisError, StorageError):
            return not self._own.test(parse(limit), *name)

    def count(self, limit: str, *name: str) -> None:
        """Count one failed try."""
        try:
            self._shared.hit(parse(limit), *name)
        except (RedisError, StorageError) as error:
            log.warning("tries are counted in memory", error=str(error))
            self._own.hit(parse(limit), *name)


def exhausted(limit: str, *name: str) -> bool:
    """Whether the limit is used up under this name; never where limits are switched off."""
    return bool(current_app.config["RATELIMIT_ENABLED"]) and _tries(current_app).exhausted(limit, *name)


def count(limit: str, *name: str) -> None:
    """Count one failed try under this name."""
    if current_app.config["RATELIMIT_ENABLED"]:
        _tries(current_app).count(limit, *name)


def _tries(app: Flask) -> Tries:
    if "tries" not in app.extensions:
        app.extensions["tries"] = Tries(app.config["RATELIMIT_STORAGE_URI"], app.config["RATELIMIT_STORAGE_OPTIONS"])
    tries: Tries = app.extensions["tries"]
    return tries
