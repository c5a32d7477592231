"""Whether the program lives, and whether it can do its work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import redis
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text

from disputes import integrity
from disputes.db import db
from disputes.web.security import csrf

bp = Blueprint("health", __name__)
csrf.exempt(bp)
MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
LOOK_SECONDS = 0.5


@bp.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Database and migrations decide (503 without them). Broker and workers are shown as degraded, since filing goes on; and
    so are the data, when something in them is not in order or nobody has looked for a while.
    """
    parts = {"database": _database(), "migrations": _migrations(), "broker": "degraded", "worker": "degraded"}
    parts["broker"], parts["worker"] = _broker()
    ready = parts["database"] == parts["migrations"] == "ok"
    parts["integrity"] = _integrity()
    return {"status": "ready" if ready else "unavailable", **parts}, 200 if ready else 503


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except Exception:
        db.session.rollback()
        return "unavailable"
    return "ok"


def _migrations() -> str:
    try:
        at = db.session.scalars(text("SELECT version_num FROM alembic_version")).all()
    except Exception:
        db.session.rollback()
        return "unavailable"
    return "ok" if set(at) == set(ScriptDirectory(str(MIGRATIONS)).get_heads()) else "behind"


def _integrity() -> str:
    try:
        return integrity.state()
    except Exception:
        db.session.rollback()
        return "unavailable"


def _broker() -> tuple[str, str]:
    url = current_app.config["SETTINGS"].redis_url
    try:
        client = redis.Redis.from_url(
            url, socket_timeout=LOOK_SECONDS, socket_connect_timeout=LOOK_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        client.ping()
        alive = client.exists("disputes:worker-alive")
        return "ok", "ok" if alive else "degraded"
    except redis.RedisError:
        return "degraded", "degraded"
