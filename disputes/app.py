"""Putting the program together: settings, database, languages, limits, pages."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

import config as settings
import disputes.models  # every table is known before the first query
import disputes.returns.erasing  # noqa: F401  whoever erases a case forgets its return too
from disputes import hints
from disputes.db import db
from disputes.logs import configure_logs
from disputes.web import assets, components, errors, languages, limits, security, sessions, templating, views
from workers.app import Hints, make_celery

ROOT = Path(__file__).resolve().parent.parent
UPLOAD_LIMIT = 100 * 1024 * 1024  # a whole request; each file has its own limit
FIELD_LIMIT = 2 * 1024 * 1024


def create_app(config: settings.Config | None = None) -> Flask:
    """The web application and, since verbs need its database, the workers' application too."""
    config = config or settings.load()
    configure_logs(config)
    app = Flask("disputes", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "disputes" / "static"))
    app.config.update(
        SETTINGS=config,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": True,
            "pool_size": config.database_pool,
            "max_overflow": config.database_pool,
        },
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        MAX_FORM_MEMORY_SIZE=FIELD_LIMIT,
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: nobody loses what they typed to a clock
        RATELIMIT_ENABLED=config.env != "test",
    )
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    templating.init_app(app)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    languages.init_app(app)
    assets.init_app(app)
    components.init_app(app)
    security.init_app(app)
    limits.init_app(app)
    sessions.init_app(app)
    errors.init_app(app)
    views.init_app(app)
    app.extensions["celery"] = celery = make_celery(app)
    hints.send_with(Hints(celery, config.redis_url).send)
    return app
