"""The database's contents: its tables, its reference data and the demo."""

from __future__ import annotations

import click
from flask_migrate import upgrade

from disputes import seeding
from disputes.accounts.demo import accounts
from disputes.cli.system import MIGRATIONS, answer, as_json, current_revision, newest_revision, system
from disputes.clock import MovedClock
from disputes.db import db, transaction
from disputes.demo import fill
from disputes.rules.lifecycle import Role


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


@click.command()
@click.option("--reset", is_flag=True, help="First remove every case, merchant and account that is there.")
def demo(reset: bool) -> None:
    """Fill an empty system with fictional merchants and cases, each step taken as people would. Never in production."""
    with system("demo") as app:
        if app.config["SETTINGS"].production:
            raise click.ClickException("ENV is production: the demo would mix invented cases with real ones.")
        if _broken_off():
            click.echo("The last filling was broken off, so it starts again.")
            reset = True
        cases = fill(reset, click.echo)
    click.echo(f"The demo has {cases} cases." if cases else "There are cases already, so nothing was filled in.")


@click.command(hidden=True)
def welcome() -> None:
    """Print the addresses of a running system, and its demo accounts."""
    with system("welcome") as app:
        config = app.config["SETTINGS"]
        shown = (
            (Role.OFFICER, Role.SUPERVISOR, Role.MERCHANT, Role.DESK)
            if config.embedded and not config.production
            else ()
        )
        known = [account for role in shown for account in accounts((role,), most=2)]
    rows = [("Visitors", "/"), ("Merchants", "/merchant/"), ("Return desks", "/desk/"), ("Staff", "/staff/")]
    if config.embedded and not config.production:
        rows.append(("Outgoing mail", "/mailbox/"))
    click.echo("\n" + "\n".join(f"  {name:<15}{config.public_url}{path}" for name, path in rows))
    if known:
        click.echo(f"\n  Demo accounts, all with the password {known[0].password}")
        click.echo("\n".join(f"  {account.role:<15}{account.email}" for account in known))
        click.echo("  The sign-in pages of staff and desks show the second factor's present code.")
    click.echo("\nThe system is running. Ctrl-C stops it and keeps the data.")


def _broken_off() -> bool:
    """Whether a filling was killed: it lets the clock stand in the past, and did not come to let it run again."""
    moved = db.session.get(MovedClock, 1)
    return moved is not None and moved.stands_at is not None


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
