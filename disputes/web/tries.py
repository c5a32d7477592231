"""How often somebody has failed to get in: counted for all web processes in the broker and, while that is gone, in memory.

Nothing is ever locked: a count goes away by itself, and whoever knows the way in from a known device is not held up by the
tries of strangers (``known_devices``).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

log = structlog.get_logger()
PAUSE_SECONDS = 1.0  # during which a request does not wait for a broker that has just been silent

Answer = TypeVar("Answer")


class Tries:
    """Counts under names, such as ("sign-in", "address", "192.0.2.7")."""

    def __init__(self, url: str, options: dict[str, float]) -> None:
        self._shared = FixedWindowRateLimiter(storage_from_string(url, **options))
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._gone_until = 0.0

    def exhausted(self, limit: str, *name: str) -> bool:
        """Whether ``limit``, such as "10 per 15 minutes", is used up under this name."""
        return self._ask(lambda limiter: not limiter.test(parse(limit), *name))

    def count(self, limit: str, *name: str) -> None:
        """Count one failed try."""
        self._ask(lambda limiter: limiter.hit(parse(limit), *name))

    def use(self, limit: str, *name: str) -> int | None:
        """Count one use. None while it is within the limit, else the seconds after which the next one will be."""
        return self._ask(lambda limiter: _use(limiter, parse(limit), *name))

    def _ask(self, question: Callable[[FixedWindowRateLimiter], Answer]) -> Answer:
        """Ask the broker or, while it does not answer, our own memory; a broker that was silent is not asked again at once."""
        if time.monotonic() >= self._gone_until:
            try:
                return question(self._shared)
            except (RedisError, StorageError) as error:
                log.warning("counted in memory", error=str(error))
                self._gone_until = time.monotonic() + PAUSE_SECONDS
        return question(self._own)


def _use(limiter: FixedWindowRateLimiter, limit: RateLimitItem, *name: str) -> int | None:
    if limiter.hit(limit, *name):
        return None
    return max(1, math.ceil(limiter.get_window_stats(limit, *name).reset_time - time.time()))


def exhausted(limit: str, *name: str) -> bool:
    """Whether the limit is used up under this name; never where limits are switched off."""
    return bool(current_app.config["RATELIMIT_ENABLED"]) and _tries(current_app).exhausted(limit, *name)


def count(limit: str, *name: str) -> None:
    """Count one failed try under this name."""
    if current_app.config["RATELIMIT_ENABLED"]:
        _tries(current_app).count(limit, *name)


def use(limit: str, *name: str) -> int | None:
    """Count one use, failed or not, under this name: None, or the seconds to wait where the limit is used up."""
    return _tries(current_app).use(limit, *name) if current_app.config["RATELIMIT_ENABLED"] else None


def _tries(app: Flask) -> Tries:
    if "tries" not in app.extensions:
        app.extensions["tries"] = Tries(app.config["RATELIMIT_STORAGE_URI"], app.config["RATELIMIT_STORAGE_OPTIONS"])
    tries: Tries = app.extensions["tries"]
    return tries
