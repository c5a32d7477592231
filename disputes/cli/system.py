"""What every sub-command shares: the application with its engines, and answers for people or for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from flask_babel import force_locale

import config as settings
from disputes.app import create_app
from disputes.db import db
from disputes.embedded.engines import services

as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for programs.")


@contextmanager
def system(command: str) -> Iterator[Flask]:
    """The application inside its context, with engines: the running system's, or started for this command."""
    with services(settings.load(), command=command) as config, application(config) as app:
        yield app


@contextmanager
def application(config: settings.Config) -> Iterator[Flask]:
    """The application inside its context, speaking English; it leaves no connection open."""
    app = create_app(replace(config, log_level="WARNING"))  # the answer is for people, so it stands alone
    with app.app_context(), force_locale("en"):
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def answer(as_json: bool, data: dict[str, Any], text: str) -> None:
    """Print ``data`` for a program or ``text`` for a person."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(text)
