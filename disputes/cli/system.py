"""What every sub-command shares: the application with its engines, and answers for people or for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError

import config as settings
from disputes.app import create_app
from disputes.db import db
from disputes.embedded.engines import services
from disputes.embedded.errors import EngineError

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"

as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for programs.")


@contextmanager
def system(command: str, *, migrated: bool = True) -> Iterator[Flask]:
    """The application inside its context, with engines: the running system's, or started for this command.

    Refused where the database does not have this version's tables, unless the command says that it needs none.
    """
    with services(settings.load(), command=command) as config, application(config) as app:
        try:
            at = current_revision()
        except OperationalError as error:
            raise EngineError(f"The database cannot be reached: {error.orig}") from error
        if migrated and at != newest_revision():
            raise EngineError("The database does not have the tables of this version. First run: disputes migrate")
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


def current_revision() -> str | None:
    """The migration at which the database stands; None when it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The migration at which this version of the program expects it."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
