"""Limits on how often somebody may try, counted in the broker or, while that is gone, in memory."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True, in_memory_fallback=["600 per minute"])


def init_app(app: Flask) -> None:
    """Connect the limiter to the same broker as the workers."""
    app.config["RATELIMIT_STORAGE_URI"] = app.config["SETTINGS"].limiter_url
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter.init_app(app)
