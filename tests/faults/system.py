"""The system of a fault run as real processes, and the strikes against it."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
from flask import Flask
from psycopg import sql

import config as settings
from disputes.embedded.engines import ALL, Engines, wait_until_ready, with_mailbox
from disputes.embedded.guard import Child, Guard, Program
from disputes.embedded.lock import Lock
from disputes.embedded.paths import paths_of, prepare_state
from workers.app import ALIVE_KEY

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "only-for-fault-runs-and-long-enough-to-be-a-key"
LIMIT = 120.0  # seconds for something that must happen; only a system that hangs reaches it


def wait_for(happened: Callable[[], Any], what: str, limit: float = LIMIT, look_every: float = 0.1) -> None:
    """Look again and again until it has happened."""
    until = time.monotonic() + limit
    while not happened():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not happen within {limit:.0f} seconds")
        time.sleep(look_every)


class System:
    """Engines, mailbox, worker and beat in a folder that goes away with them, also when this process is killed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="disputes-faults-"))
        self.folder.chmod(0o711)  # as root PostgreSQL runs under another account, which must pass
        self.paths = paths_of(self.folder / "state")
        prepare_state(self.paths)
        self._lock = Lock(self.paths.lock)
        self._lock.acquire("faults", patience=0)
        self.guard = Guard(self._lock.descriptor)
        self._engines = Engines(self.paths, self.guard)
        self._engines.start(ALL)
        loaded = settings.load({"ENV": "test", "STATE_DIR": str(self.paths.state), "SECRET_KEY": SECRET})
        self.base = with_mailbox(loaded, self.paths)
        self.worker: Child | None = None
        self.beat: Child | None = None

    def stop(self) -> None:
        self.stop_programs()
        self._engines.stop()
        self.guard.close()
        self._lock.release()
        shutil.rmtree(self.folder)

    # databases

    def database(self, name: str, template: str = "template0") -> settings.Config:
        """A new database, empty or a copy of another one; the settings that point to it."""
        with psycopg.connect(self.base.database_url, autocommit=True) as server:
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return dataclasses.replace(
            self.base, database_url=self.base.database_url.replace("///disputes?", f"///{name}?")
        )

    # worker and beat

    def start_programs(self, config: settings.Config) -> None:
        """Start the worker and beat on this database, as an installation with servers of its own does."""
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DISPUTES_")},
            "ENV": config.env,
            "STATE_DIR": str(config.state_dir),
            "DATABASE_URL": config.database_url,
            "REDIS_URL": config.redis_url,
            "SECRET_KEY": config.secret_key,
            "SMTP_URL": config.smtp_url or "",
            "WORKER_PROCESSES": "2",
            "LOG_LEVEL": "INFO",
        }
        self.start_worker()
        self.beat = self._start("beat")
        broker = redis.Redis.from_url(config.redis_url)
        wait_for(lambda: broker.exists(ALIVE_KEY), "a sign of life from the worker")

    def start_worker(self) -> None:
        """Start the worker, or another one in place of one that was killed."""
        if self.worker is not None:
            self.guard.forget(self.worker)
        self.worker = self._start("worker")

    def stop_programs(self) -> None:
        """Stop worker and beat as a supervisor does, finishing what they have begun."""
        for child in (self.beat, self.worker):
            if child is not None:
                child.stop(20)
                self.guard.forget(child)
        self.worker = self.beat = None

    def _start(self, name: str) -> Child:
        command = [sys.executable, "-m", "disputes.cli", name]
        log = self.paths.logs / f"{name}.log"
        return self.guard.start(Program(name, command, log, folder=ROOT, environment=self._environment))

    def pool(self) -> list[psutil.Process]:
        """The processes of the worker that do the work."""
        if self.worker is None or not self.worker.running:
            return []
        return psutil.Process(self.worker.process.pid).children()

    def broker(self) -> Child:
        return next(child for child in self._engines.children if child.program.name == "broker")

    def say(self, *tasks: str) -> None:
        """Tell the workers at once what beat would tell them within seconds; nothing when the broker is gone."""
        for task in tasks:
            with suppress(Exception):
                self.app.extensions["celery"].send_task(task, expires=5, retry=False)

    app: Flask  # whose hints are sent


# --- the strikes

Strike = Callable[[System], None]


def kill_worker(system: System) -> None:
    """The worker with its whole pool, as by a power failure; then another one is started."""
    assert system.worker is not None
    system.worker.sweep()
    system.start_worker()


def kill_leader(system: System) -> None:
    """The leading process alone; the supervisor then ends what it left behind and starts another."""
    assert system.worker is not None
    os.kill(system.worker.process.pid, signal.SIGKILL)
    system.worker.process.wait()
    system.worker.sweep()
    system.start_worker()


def kill_pool_process(system: System) -> None:
    """One of the processes that do the work; the worker itself makes another."""
    pool = system.pool()
    if pool:
        pool[0].kill()


def kill_broker(system: System) -> None:
    """The broker, and with it what it had not written down; it is started again."""
    broker = system.broker()
    os.kill(broker.process.pid, signal.SIGKILL)
    broker.process.wait()
    system.guard.start_again(broker)
    wait_until_ready(broker)


def empty_broker(system: System) -> None:
    """Everything the broker holds is lost: messages, what is unacknowledged, and what leads where."""
    redis.Redis.from_url(system.base.redis_url).flushall()


def end_connections(system: System) -> None:
    """The database ends every connection there is."""
    with psycopg.connect(system.base.database_url, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'disturbed' AND pid <> pg_backend_pid()"
        )


def crash_database(system: System) -> None:
    """A server process is killed, so the database ends all connections and recovers from its log."""
    witness = psycopg.connect(system.base.database_url, autocommit=True)
    row = witness.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = 'disturbed' AND pid <> pg_backend_pid() LIMIT 1"
    ).fetchone()
    if row is None:
        return
    os.kill(row[0], signal.SIGKILL)
    wait_for(lambda: not _answers(witness), "the crash of the database")
    wait_for(lambda: _can_connect(system.base.database_url), "the recovery of the database")


def _answers(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _can_connect(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def kill_beat(system: System) -> None:
    """Nobody tells the workers any more when to look."""
    assert system.beat is not None
    system.beat.sweep()
    system.guard.forget(system.beat)
    system.beat = None


# In this order: after a loss at the broker the next moment's work must reach the same worker by beat alone.
STRIKES: dict[str, Strike] = {
    strike.__name__: strike
    for strike in (
        kill_worker, kill_broker, kill_pool_process, empty_broker, end_connections, kill_leader, crash_database, kill_beat,
    )
}  # fmt: skip
LOST_AT_THE_BROKER = (kill_broker, empty_broker)
