"""All pages and interfaces of the program, by audience."""

from __future__ import annotations

from flask import Flask

from disputes import names
from disputes.web import (
    api,
    countries,
    desk,
    gallery,
    health,
    mailbox,
    merchant,
    pledge_words,
    public,
    sentences,
    staff,
    verdict_words,
)


def init_app(app: Flask) -> None:
    """Register every blueprint; what is for the embedded shape or for developers exists only there."""
    config = app.config["SETTINGS"]
    countries.init_app(app)
    names.init_app(app)
    sentences.init_app(app)
    pledge_words.init_app(app)
    verdict_words.init_app(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(public.bp)
    app.register_blueprint(merchant.bp)
    app.register_blueprint(merchant.link_bp)
    app.register_blueprint(desk.bp)
    app.register_blueprint(staff.bp)
    app.register_blueprint(api.bp)
    if not config.production:
        app.register_blueprint(gallery.bp)
    if config.embedded and not config.production:
        app.register_blueprint(mailbox.bp)
