"""Runs the whole system under one process: starts it in order, restarts what dies, stops it in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from config import Config
from disputes.embedded.engines import Engines, state_of, wait_until_ready
from disputes.embedded.errors import EngineError
from disputes.embedded.guard import Child, Guard, Program
from disputes.embedded.lock import Holder, Lock
from disputes.embedded.paths import Paths

GUARD_LIMIT = 8  # seconds to wait for the guard of a runner that was killed a moment ago
WARM_STOP = 60  # seconds in which a worker may finish what it has begun
LONGEST_PAUSE = 30  # seconds before a program that keeps dying is started again
STEADY_AFTER = 60  # seconds of life after which earlier deaths are forgotten

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a system consists of besides its engines."""

    state_of_the_program: str  # while it is the same, the database needs no new preparation
    preparations: Sequence[Program]  # each runs to its end and brings the database further
    web: Program
    background: Sequence[Program]  # started once the pages answer; they stop the other way round, before them
    welcome: Sequence[str]  # a command that prints where to go, run while the web starts


@dataclass
class Supervised:
    """A child with its record of deaths."""

    child: Child
    started_at: float = field(default_factory=time.monotonic)
    deaths: int = 0
    start_again_at: float | None = None

    def pause(self) -> float:
        """How long to wait after a death: none after the first, then longer each time."""
        if time.monotonic() - self.started_at > STEADY_AFTER:
            self.deaths = 0
        self.deaths += 1
        return 0 if self.deaths == 1 else min(2.0 ** (self.deaths - 2), LONGEST_PAUSE)


def run(config: Config, plan: Plan, say: Say) -> int:
    """Run the system until Ctrl-C or SIGTERM; the exit code of the command."""
    paths = state_of(config)
    lock = Lock(paths.lock)
    holder = lock.acquire("run", patience=GUARD_LIMIT)
    if holder:
        say(_occupied(holder, config))
        return 1
    _stop_on_signals()
    guard = Guard(lock.descriptor)
    engines = Engines(paths, guard, binaries=config.pg_bin)
    try:
        _refuse_a_taken_port(config)
        lock.describe(Holder(os.getpid(), "run", config.public_url))
        try:
            _serve(config, plan, guard, engines, say)
        finally:
            engines.stop()
    except KeyboardInterrupt:
        pass  # the second one: the guard ends what has not stopped yet
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        guard.close()
        lock.release()
    say("Everything has stopped; the data are kept.")
    return 0


def _stop_on_signals() -> None:
    """Let SIGTERM and a closed terminal stop the system as Ctrl-C does; ``nohup`` keeps its meaning."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _serve(config: Config, plan: Plan, guard: Guard, engines: Engines, say: Say) -> None:
    children: list[Child] = []
    note = engines.paths.run / "prepared"
    try:
        if config.embedded:
            if not engines.paths.cluster.exists():
                say("Making a new database.")
            engines.launch()
        # The web server needs a second to load itself. Where nothing has changed since the last start it need not wait.
        unchanged = config.embedded and note.exists() and note.read_text() == plan.state_of_the_program
        welcome = _open(plan, guard, children) if unchanged else None
        engines.wait()
        if config.embedded:
            say(f"Database, message broker and mailbox are running; their data lie in {_places(engines.paths)}.")
        _prepare(config, plan, guard)
        note.write_text(plan.state_of_the_program)
        welcome = welcome or _open(plan, guard, children)
        wait_until_ready(children[0])
        words = welcome.communicate()[0].rstrip()
        children.extend(guard.start(program) for program in plan.background)
        say(words)
        _watch(guard, [Supervised(child) for child in (*engines.children, *children)], say)
    except KeyboardInterrupt:
        say("\nStopping; a second Ctrl-C does not wait.")
    finally:
        for child in reversed(children):
            if not child.stop(WARM_STOP):
                say(f"The {child.program.name} did not stop in time and was ended.")
            guard.forget(child)


def _places(paths: Paths) -> str:
    """Where the data lie: in the state folder, and under root perhaps in a second one."""
    return " and ".join(str(folder) for folder in dict.fromkeys((paths.state, paths.cluster.parent)))


def _open(plan: Plan, guard: Guard, children: list[Child]) -> subprocess.Popen[str]:
    """Start the web server, and the command that works out where to send people."""
    children.append(guard.start(plan.web))
    return subprocess.Popen(plan.welcome, stdout=subprocess.PIPE, text=True, start_new_session=True)


def _prepare(config: Config, plan: Plan, guard: Guard) -> None:
    """Bring the database up to date, unless that was done for this very program already.

    The note that counts is the database's own comment, which goes away with the database.
    """
    with psycopg.connect(config.database_url, autocommit=True) as connection:
        comment = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        if config.embedded and comment == (plan.state_of_the_program,):
            return
        for program in plan.preparations:
            _run_to_its_end(program, guard)
        if config.embedded:
            name = sql.Identifier(connection.info.dbname)
            statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
            connection.execute(statement.format(name, sql.Literal(plan.state_of_the_program)))


def _run_to_its_end(program: Program, guard: Guard) -> None:
    child = guard.start(program)
    try:
        code = child.process.wait()
    finally:
        child.stop(0)
        guard.forget(child)
    if code:
        raise EngineError(f"`disputes {program.name}` failed, so the system was not started.")


def _watch(guard: Guard, supervised: list[Supervised], say: Say) -> None:
    while True:
        time.sleep(0.2)
        guard.ensure()
        for one in supervised:
            _mind(one, guard, say)


def _mind(one: Supervised, guard: Guard, say: Say) -> None:
    """Notice that a child has died, and start it again after a pause that grows while it keeps dying."""
    if one.child.running:
        return
    program = one.child.program
    now = time.monotonic()
    if one.start_again_at is None:
        one.child.sweep()
        pause = one.pause()
        one.start_again_at = now + pause
        when = f"in {pause:.0f} s" if pause else "now"
        say(f"The {program.name} {_cause(one.child)} and starts again {when}. Its log is {program.log}.")
    if now >= one.start_again_at:
        guard.start_again(one.child)
        one.started_at, one.start_again_at = now, None


def _cause(child: Child) -> str:
    code = child.process.returncode
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"


def _occupied(holder: Holder, config: Config) -> str:
    if holder.command != "run":
        return (
            f"Another command ({holder.command}, process {holder.process}) is using {config.state_dir}. "
            "Try again when it has ended."
        )
    where = f" at {holder.address}/" if holder.address else ""
    return (
        f"The system is already running{where} (process {holder.process}). "
        "Stop that one first, or set another STATE_DIR and PORT."
    )


def _refuse_a_taken_port(config: Config) -> None:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise EngineError(
                f"Cannot listen at {config.host}, port {config.port}: {error.strerror}. "
                "Choose another port: make run PORT=8010"
            ) from error
