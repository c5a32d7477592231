"""The system under measurement: PostgreSQL with the settings of the embedded shape, the broker, web, workers and a mail server."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
from aiosmtpd.smtp import SMTP, Envelope
from flask_migrate import upgrade
from psycopg import sql

import config as settings
from disputes import seeding
from disputes.app import create_app
from disputes.db import db, transaction
from disputes.embedded.engines import BROKER, DATABASE, Engines
from disputes.embedded.guard import Guard, Program
from disputes.embedded.lock import Lock
from disputes.embedded.paths import paths_of, prepare_state
from workers.app import ALIVE_KEY

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only-for-measuring-and-long-enough-to-be-a-key"  # noqa: S105
LIMIT = 60.0  # seconds for a program to answer


class System:
    """Engines in a folder that goes away with them, also when this process is killed; ``keep`` names one that stays."""

    def __init__(self, keep: Path | None = None) -> None:
        self._kept = keep is not None
        self.folder = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="disputes-bench-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # as root PostgreSQL runs under another account, which must pass
        self.paths = paths_of(self.folder / "state")
        prepare_state(self.paths)
        self._lock = Lock(self.paths.lock)
        if self._lock.acquire("bench", patience=0):
            raise SystemExit(f"Another process works in {self.folder}.")
        self.guard = Guard(self._lock.descriptor)
        self._engines = Engines(self.paths, self.guard)
        self._engines.start((DATABASE, BROKER))
        self.base = settings.load({"STATE_DIR": str(self.paths.state), "SECRET_KEY": SECRET})

    def stop(self) -> None:
        self._engines.stop()
        self.guard.close()
        self._lock.release()
        if not self._kept:
            if self.paths.cluster.parent != self.paths.state:
                shutil.rmtree(self.paths.cluster.parent, ignore_errors=True)  # as root it may lie elsewhere
            shutil.rmtree(self.folder)

    # --- databases

    def config(self, database: str, **changes: Any) -> settings.Config:
        """The settings that point to this database."""
        url = self.base.database_url.replace("///disputes?", f"///{database}?")
        return dataclasses.replace(self.base, database_url=url, **changes)

    def has(self, database: str) -> bool:
        with psycopg.connect(self.base.database_url) as server:
            return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone())

    def create(self, database: str, template: str = "template0") -> settings.Config:
        """A new database, empty or a copy of another one."""
        with psycopg.connect(self.base.database_url, autocommit=True) as server:
            names = sql.Identifier(database), sql.Identifier(template)
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return self.config(database)

    def drop(self, database: str) -> None:
        with psycopg.connect(self.base.database_url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def seeded(self, database: str) -> settings.Config:
        """A database with the tables and the reference data of this version."""
        made = self.create(database)
        app = create_app(made)
        with app.app_context():
            upgrade()
            with transaction():
                seeding.load_all()
            db.engine.dispose()
        return made

    # --- programs

    @contextmanager
    def web(self, config: settings.Config) -> Iterator[int]:
        """The web server as shipped, on a free port; one proxy is trusted, so that a client may say where it comes from."""
        with self._program("web", config, port=free_port(), TRUSTED_PROXIES="1") as port:
            yield port

    @contextmanager
    def bare(self, config: settings.Config) -> Iterator[int]:
        """The baselines' application under the same web server with the same settings."""
        with self._program("bare", config, port=free_port(), module="benchmarks.bare") as port:
            yield port

    @contextmanager
    def worker(self, config: settings.Config, processes: int, *, beat: bool = False) -> Iterator[psutil.Process]:
        """One worker with so many processes, and beat with it where asked for."""
        broker = redis.Redis.from_url(config.redis_url)
        broker.flushall()
        with self._program("worker", config, WORKER_PROCESSES=str(processes), LOG_LEVEL="WARNING") as leader:
            wait_for(lambda: broker.exists(ALIVE_KEY), "a sign of life from the worker")
            if not beat:
                yield psutil.Process(leader)
                return
            with self._program("beat", config, LOG_LEVEL="WARNING"):
                yield psutil.Process(leader)

    @contextmanager
    def _program(
        self, name: str, config: settings.Config, *, port: int = 0, module: str = "disputes.cli", **more: str
    ) -> Iterator[int]:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DISPUTES_")},
            "STATE_DIR": str(config.state_dir), "DATABASE_URL": config.database_url, "REDIS_URL": config.redis_url,
            "SECRET_KEY": config.secret_key, "SMTP_URL": config.smtp_url or "", "PORT": str(port), **more,
        }  # fmt: skip
        command = [sys.executable, "-m", module, *([name] if module == "disputes.cli" else [])]
        log = self.paths.logs / f"{name}.log"
        child = self.guard.start(Program(name, command, log, folder=ROOT, environment=environment))
        try:
            if port:
                wait_for(lambda: _listens(port) or not child.running, f"an answer of the {name}")
            yield port or child.process.pid
        finally:
            child.stop(20)
            self.guard.forget(child)


class MailServer:
    """A mail server that takes everything and notes when each mail had arrived."""

    def __init__(self) -> None:
        self.arrived: list[tuple[float, str, bytes]] = []  # moment, recipient, content
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._socket.getsockname()[1]}"
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._socket.close()

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:
        self.arrived.append((time.monotonic(), envelope.rcpt_tos[0], bytes(envelope.content or b"")))
        return "250 Taken"

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), sock=self._socket)
        self._loop.run_until_complete(server)
        self._loop.run_forever()


def wait_for(happened: Callable[[], Any], what: str, limit: float = LIMIT, look_every: float = 0.05) -> None:
    """Look again and again until it has happened."""
    until = time.monotonic() + limit
    while not happened():
        if time.monotonic() > until:
            raise SystemExit(f"{what} did not come within {limit:.0f} seconds.")
        time.sleep(look_every)


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
