"""The whole system under one command."""

from __future__ import annotations

import hashlib
import http.client
import sys
from pathlib import Path

import click

import config as settings
from disputes.embedded import supervisor
from disputes.embedded.guard import Program
from disputes.embedded.paths import paths_of

ROOT = Path(__file__).resolve().parent.parent.parent


@click.command()
@click.option(
    "--demo/--no-demo", default=True, help="Fill an empty database with fictional cases (never in production)."
)
def run(demo: bool) -> None:
    """Start everything: database, broker, web, worker and beat. Ctrl-C stops it and keeps the data."""
    config = settings.load()
    demo = demo and not config.production
    plan = supervisor.Plan(
        state_of_the_program=_state_of_the_program(demo),
        preparations=[_command("migrate", None), _command("seed", None), *([_command("demo", None)] if demo else [])],
        web=_command("web", paths_of(config.state_dir).logs, ready=lambda: _answers(config)),
        background=[_command(name, paths_of(config.state_dir).logs) for name in ("worker", "beat")],
        welcome=_command("welcome", None).command,
    )
    sys.exit(supervisor.run(config, plan, click.echo))


def _command(name: str, logs: Path | None, **more: object) -> Program:
    """One of our own commands as a child; without a folder for logs it speaks to the terminal."""
    command = [sys.executable, "-m", "disputes.cli", name]
    return Program(name, command, logs / f"{name}.log" if logs else None, folder=Path.cwd(), **more)  # type: ignore[arg-type]


def _state_of_the_program(demo: bool) -> str:
    """Changes with everything on which the database's preparation depends: code, migrations and seeds."""
    digest = hashlib.sha256(f"demo: {demo}".encode())
    for folder, pattern in (("disputes", "*.py"), ("migrations", "*.py"), ("seeds", "*")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            if path.is_file():
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _answers(config: settings.Config) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104  asked, not listened at
    connection = http.client.HTTPConnection(host, config.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
