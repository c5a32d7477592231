"""The system of a fault run as real processes."""

from __future__ import annotations

import dataclasses
import os
import shutil
import socket
import subprocess
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
from disputes.embedded.engines import BROKER, DATABASE, Engines
from disputes.embedded.guard import Child, Guard, Program
from disputes.embedded.lock import Lock
from disputes.embedded.paths import paths_of, prepare_state
from tests.faults.mail import MailServer
from tests.faults.struck import FOLDER, Points, meddle
from workers.app import ALIVE_KEY

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "only-for-fault-runs-and-long-enough-to-be-a-key"
LIMIT = 300.0  # seconds for something that must happen; only a system that hangs reaches it


def wait_for(happened: Callable[[], Any], what: str, limit: float = LIMIT, look_every: float = 0.1) -> None:
    """Look again and again until it has happened."""
    until = time.monotonic() + limit
    while not happened():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not happen within {limit:.0f} seconds")
        time.sleep(look_every)


class System:
    """Engines, a mail server, workers, beat and web in a folder that goes away with them, also when this process is killed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="disputes-faults-"))
        self.folder.chmod(0o711)  # as root PostgreSQL runs under another account, which must pass
        self.paths = paths_of(self.folder / "state")
        prepare_state(self.paths)
        self._lock = Lock(self.paths.lock)
        self._lock.acquire("faults", patience=0)
        self.guard = Guard(self._lock.descriptor)
        self._engines = Engines(self.paths, self.guard)
        self._engines.start((DATABASE, BROKER))
        self.mail = MailServer()
        loaded = settings.load({"ENV": "test", "STATE_DIR": str(self.paths.state), "SECRET_KEY": SECRET})
        self.base = dataclasses.replace(loaded, smtp_url=self.mail.url)
        self.points = Points(self.folder / "faults")
        meddle(self.folder / "faults")  # hints of this process, too
        self.workers: list[Child] = []
        self.beats: list[Child] = []
        self.web: Child | None = None
        self.tended = 0  # programs that ended by themselves and were started again

    def stop(self) -> None:
        self.stop_programs()
        self._engines.stop()
        self.mail.stop()
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
            # A copied sequence believes that its next numbers are in the log already, so a crash before the next checkpoint
            # would set it back. Only a copied database has this.
            server.execute("CHECKPOINT")
        return dataclasses.replace(
            self.base, database_url=self.base.database_url.replace("///disputes?", f"///{name}?")
        )

    # programs

    def start_programs(self, config: settings.Config, workers: int = 2) -> None:
        """Start workers and beat on this database, as an installation with servers of its own does."""
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
            FOLDER: str(self.folder / "faults"),
        }
        for _ in range(workers):
            self.start_worker()
        self.start_beat()
        broker = redis.Redis.from_url(config.redis_url)
        wait_for(lambda: broker.exists(ALIVE_KEY), "a sign of life from a worker")

    def start_worker(self) -> None:
        """Start another worker, with two processes that do the work."""
        self.workers.append(self._start("worker"))

    def start_beat(self) -> None:
        """Start another beat."""
        self.beats.append(self._start("beat"))

    def start_web(self) -> str:
        """Start the web server; returns its address."""
        port = _free_port()
        self.web = self._start("web", PORT=str(port), HOST="127.0.0.1", WEB_WORKERS="2", TRUSTED_PROXIES="1")
        wait_for(lambda: _connects(port), "the web server")
        return f"http://127.0.0.1:{port}"

    def tend(self) -> None:
        """Start again what has ended by itself, as the runner or systemd does: a worker whose broker goes away may end."""
        for kind, again in ((self.workers, self.start_worker), (self.beats, self.start_beat)):
            for child in [each for each in kind if not each.running]:
                self.kill(child)
                again()
                self.tended += 1

    def kill(self, child: Child) -> None:
        """A program with everything it started, as by a power failure."""
        child.sweep()
        self.guard.forget(child)
        for kind in (self.workers, self.beats):
            if child in kind:
                kind.remove(child)

    def stop_programs(self) -> None:
        """Stop web, beats and workers as a supervisor does, finishing what they have begun."""
        for child in (*([self.web] if self.web else []), *self.beats, *self.workers):
            child.stop(20)
            self.guard.forget(child)
        self.workers, self.beats, self.web = [], [], None

    def by_hand(self, *command: str) -> None:
        """Call one of the commands on the same database, as an operator does."""
        subprocess.run(
            [sys.executable, "-m", "disputes.cli", *command],
            cwd=ROOT, env=self._environment, check=True, capture_output=True, timeout=LIMIT,
        )  # fmt: skip

    def _start(self, name: str, **environment: str) -> Child:
        command = [sys.executable, "-m", "tests.faults.struck", name]
        log = self.paths.logs / f"{name}.log"
        return self.guard.start(
            Program(name, command, log, folder=ROOT, environment={**self._environment, **environment})
        )

    def pool(self) -> list[psutil.Process]:
        """The processes of the workers that do the work."""
        return [
            each for worker in self.workers if worker.running for each in psutil.Process(worker.process.pid).children()
        ]

    def broker(self) -> Child:
        return next(child for child in self._engines.children if child.program.name == "broker")

    def say(self, *tasks: str) -> None:
        """Tell the workers at once what beat would tell them within seconds; nothing when the broker is gone."""
        for task in tasks:
            with suppress(Exception):
                self.app.extensions["celery"].send_task(task, expires=5, retry=False)

    def tell_broker(self, said: str) -> None:
        """Let what is given to the broker be doubled or lost from now on; nothing, when nothing is said."""
        (self.folder / "faults" / "broker").write_text(said)

    app: Flask  # whose hints are sent


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _connects(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
