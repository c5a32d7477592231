"""The console command `disputes`: each sub-command is a thin call of a verb or a query."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.metadata import version

import click

from config import ConfigError
from disputes.embedded.errors import EngineError

# In the order in which a newcomer needs them. A module is imported when its command is called: `run` starts the others as
# processes of their own and must not spend a second on loading what only they need.
MODULES = {
    "run": "disputes.cli.run",
    "web": "disputes.cli.serve",
    "worker": "disputes.cli.serve",
    "beat": "disputes.cli.serve",
    "migrate": "disputes.cli.database",
    "seed": "disputes.cli.database",
    "demo": "disputes.cli.database",
    "tick": "disputes.cli.upkeep",
    "backup": "disputes.cli.backup",
    "restore": "disputes.cli.backup",
    "purge": "disputes.cli.upkeep",
    "create-user": "disputes.cli.people",
    "create-api-key": "disputes.cli.people",
    "deadline": "disputes.cli.law",
    "calendar": "disputes.cli.law",
    "route": "disputes.cli.routing",
    "routing": "disputes.cli.routing",
    "verdict": "disputes.cli.returns",
    "tax-refund": "disputes.cli.returns",
    "doctor": "disputes.cli.doctor",
    "messages": "disputes.cli.messages",
}
HIDDEN = {"welcome": "disputes.cli.database"}  # called by `run`


class Commands(click.Group):
    """The sub-commands, each loaded when it is called; what an operator must mend is said in a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = {**MODULES, **HIDDEN}.get(cmd_name)
        return getattr(import_module(module), cmd_name.replace("-", "_")) if module else None

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (ConfigError, EngineError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("disputes"))
def main() -> None:
    """Case management for consumer disputes of visitors to Chongqing and Sichuan.

    `disputes run` starts the whole system. The other commands work beside a running system, or start the database for
    as long as they need it. Settings come from the environment; docs/operating.md lists them.
    """
    os.umask(0o077)  # what the system stores is for its own account
