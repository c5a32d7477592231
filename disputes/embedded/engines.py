"""Starts the engines that a command needs, or uses those of the running system."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config import Config
from disputes.embedded import broker, mailbox, postgres
from disputes.embedded.errors import EngineError
from disputes.embedded.guard import Child, Guard
from disputes.embedded.lock import Lock
from disputes.embedded.paths import Paths, paths_of, prepare_state

DATABASE, BROKER, MAILBOX = "database", "broker", "mailbox"
ALL = (DATABASE, BROKER, MAILBOX)
START_LIMIT = 60  # seconds; after a power failure PostgreSQL first repeats what was in its log
STOP_LIMIT = 30
OTHERS_LIMIT = 120  # seconds to wait for another command that has the engines for itself


class Engines:
    """The engines of one state folder, started and stopped in order by the process that holds its lock."""

    def __init__(self, paths: Paths, guard: Guard, *, binaries: Path | None = None, durable: bool = True):
        self.paths = paths
        self._guard = guard
        self._binaries = binaries
        self._durable = durable
        self.children: list[Child] = []
        self.mailbox: mailbox.Mailbox | None = None

    def start(self, only: Sequence[str] = ALL) -> None:
        """Start what is asked for; it takes connections when this returns."""
        self.launch(only)
        self.wait()

    def launch(self, only: Sequence[str] = ALL) -> None:
        """Start what is asked for, without waiting until it takes connections."""
        _end_leftovers(self.paths)
        if BROKER in only:
            self.children.append(self._guard.start(broker.program(self.paths)))
        if DATABASE in only:
            program = postgres.program(self.paths, self._binaries, durable=self._durable)
            self.children.append(self._guard.start(program))
        if MAILBOX in only:
            self.mailbox = mailbox.start(self.paths)

    def wait(self) -> None:
        """Wait until all that was started takes connections."""
        for child in self.children:
            wait_until_ready(child)

    def stop(self) -> None:
        """Stop all in reverse order; the database last, so that nothing writes into the dark."""
        if self.mailbox:
            self.mailbox.stop()
            self.mailbox = None
        for child in self.children:  # the broker comes first, the database last
            child.stop(STOP_LIMIT)
            self._guard.forget(child)
        self.children.clear()


@contextmanager
def services(config: Config, only: Sequence[str] = ALL, command: str = "command") -> Iterator[Config]:
    """The database, broker and mailbox for the length of a ``with``: those that run already, else started for it.

    Gives the configuration to work with, which knows the mailbox as its SMTP server. With DATABASE_URL and REDIS_URL
    set nothing is started. Two commands that start engines wait for one another.
    """
    if not config.embedded:
        yield config
        return
    paths = state_of(config)
    lock = Lock(paths.lock)
    holder = lock.acquire(command, patience=OTHERS_LIMIT)
    if holder and holder.command != "run":
        raise EngineError(
            f"Another command ({holder.command}, process {holder.process}) is using the database in {paths.state}. "
            "Try again when it has ended."
        )
    if holder:
        _wait(lambda: postgres.running_process(paths) is not None, "The running system's database does not answer.")
        yield with_mailbox(config, paths)
        return
    try:
        guard = Guard(lock.descriptor)
        engines = Engines(paths, guard, binaries=config.pg_bin)
        try:
            engines.start(only)
            yield with_mailbox(config, paths) if MAILBOX in only else config
        finally:
            engines.stop()
            guard.close()
    finally:
        lock.release()


def attached(config: Config) -> Config:
    """The configuration for a part of a running system, such as its web server; refused where there is none.

    A part alone would take the engines away from the others when it ends.
    """
    if not config.embedded:
        return config
    paths = state_of(config)
    lock = Lock(paths.lock)
    holder = lock.acquire("part", patience=0)
    if holder is None:
        lock.release()
    if holder is None or holder.command != "run":
        raise EngineError(
            "The system is not running. Start it with `disputes run`; or, to run its parts one by one, set DATABASE_URL "
            "and REDIS_URL to your own servers."
        )
    return with_mailbox(config, paths)


def state_of(config: Config) -> Paths:
    """The prepared state folder of this system; refused in one sentence where it belongs to another account."""
    paths = paths_of(config.state_dir)
    try:
        prepare_state(paths)
    except PermissionError as error:
        raise EngineError(
            f"The state folder cannot be used: {error}. It may have been made by another account; "
            "run the command as that one, or set STATE_DIR."
        ) from error
    return paths


def with_mailbox(config: Config, paths: Paths) -> Config:
    """The configuration in which mail goes to the mailbox, unless a mail server is set."""
    port = mailbox.noted_port(paths)
    if config.smtp_url or port is None:
        return config
    return dataclasses.replace(config, smtp_url=f"smtp://127.0.0.1:{port}")


def wait_until_ready(child: Child) -> None:
    """Wait until a child can be used; an EngineError shows the end of its log when it cannot."""
    program = child.program

    log = program.log

    def ready() -> bool:
        if not child.running:
            said = f" The end of {log} says:\n{end_of(log)}" if log else ""
            raise EngineError(f"The {program.name} did not start.{said}")
        return program.ready()

    _wait(ready, f"The {program.name} is not ready after {START_LIMIT} seconds." + (f" See {log}." if log else ""))


def end_of(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _wait(ready: Callable[[], bool], failure: str, limit: float = START_LIMIT) -> None:
    until = time.monotonic() + limit
    while not ready():
        if time.monotonic() > until:
            raise EngineError(failure)
        time.sleep(0.02)


def _end_leftovers(paths: Paths) -> None:
    """Stop engines that outlived their guard: we hold the lock, so they belong to nobody."""
    process = postgres.running_process(paths)
    if process:
        os.kill(process, signal.SIGINT)
        _wait(
            lambda: not postgres.process_file(paths).exists(),  # it goes last
            f"A PostgreSQL left from an earlier run (process {process}) does not stop.",
            STOP_LIMIT,
        )
    if broker.answers(paths.broker_socket):
        broker.shut_down(paths.broker_socket)
        _wait(
            lambda: not broker.answers(paths.broker_socket),
            "A broker left from an earlier run does not stop.",
            STOP_LIMIT,
        )
