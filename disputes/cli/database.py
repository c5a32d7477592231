"""The database's contents: its tables, its reference data and the demo."""

from __future__ import annotations

import click
from flask_migrate import upgrade

from disputes import seeding
from disputes.cli.system import MIGRATIONS, answer, as_json, current_revision, newest_revision, system
from disputes.db import transaction


@click.command()
def migrate() -> None:
    """Bring the database's tables to this version of the program. Keeps all data; does nothing when nothing is to do."""
    with system("migrate", migrated=False):
        click.echo(bring_tables_up_to_date())


@click.command()
@as_json
def seed(as_json: bool) -> None:
    """Load places, offices, authorities, calendars and rules from seeds/. Only what has changed is written."""
    with system("seed"):
        changed = load_seeds()
    said = f"Reference data loaded: {', '.join(changed)}." if changed else "The reference data were up to date already."
    answer(as_json, {"changed": changed}, said)


def bring_tables_up_to_date() -> str:
    """Migrate, and say what that did."""
    before = current_revision()
    if before == newest_revision():
        return "The tables were up to date already."
    upgrade(directory=str(MIGRATIONS))
    return "The tables are made." if before is None else "The tables are brought up to date."


def load_seeds() -> list[str]:
    """Load the seed files; what changed."""
    with transaction():
        return seeding.load_all()
