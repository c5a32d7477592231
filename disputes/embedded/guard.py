"""Starts children so that none of them outlives the process that started them, however that process ends.

The guard is a small process of its own which reads a pipe. Each child announces itself on the pipe before it becomes
its program; when the pipe closes, because the runner ended or was killed with -9, the guard ends every process group
announced: programs first, then the engines, all within five seconds. Meanwhile it holds the runner's lock, so that the
next start does not meet the leavings of the last one.

This file is also the guard's program: it runs by itself and imports the standard library only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

LARGEST_LOG = 20_000_000  # bytes; a larger one is put aside at the next start of its program
PATIENCE = 1.0  # seconds between asking and killing; the rounds of programs and engines stay well below five

# The shell announces itself on its standard input, which is the guard's pipe; then it becomes the program.
_ANNOUNCE = 'echo "+ $$ $0" >&0 && exec "$@" </dev/null'


@dataclass(frozen=True)
class Account:
    """The account under which a child runs."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """One child: how it is started, when it is ready, and how it is asked to stop."""

    name: str
    command: Sequence[str]
    log: Path | None  # None: it speaks to the terminal
    ready: Callable[[], bool] = lambda: True
    stop: signal.Signals = signal.SIGTERM
    hurry: signal.Signals = signal.SIGKILL  # what follows when it has not stopped
    engine: bool = False  # programs need the engines, so they end first
    folder: Path = Path("/")
    account: Account | None = None
    environment: Mapping[str, str] | None = None

    @property
    def announcement(self) -> str:
        """What the guard needs to know to end it."""
        return f"{'engine' if self.engine else 'program'} {int(self.stop)} {int(self.hurry)}"


class Child:
    """A running program and its process group."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes]):
        self.program = program
        self.process = process

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float) -> bool:
        """Ask it to stop, wait, and end what is left of its group; true when it stopped by itself."""
        if self.running:
            _signal(self.process.pid, self.program.stop, group=False)
        willing = self._ended_within(patience)
        if not willing:
            _signal(self.process.pid, self.program.hurry, group=not self.program.engine)
            self._ended_within(PATIENCE)
        self.sweep()
        return willing

    def sweep(self) -> None:
        """End what a dead leader left in its group, such as the pool of a killed worker."""
        _signal(self.process.pid, signal.SIGKILL, group=True)
        self.process.wait()

    def _ended_within(self, seconds: float) -> bool:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


@dataclass
class Guard:
    """The watcher of this process's children; ``lock`` is the descriptor that it keeps open until all have ended."""

    lock: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _pipe: int = field(default=-1, repr=False)
    _children: dict[int, Child] = field(default_factory=dict, repr=False)

    def start(self, program: Program) -> Child:
        """Start a child under this guard, its output appended to its log."""
        child = Child(program, self._launch(program))
        self._children[child.process.pid] = child
        return child

    def start_again(self, child: Child) -> None:
        """Give a child that has died a new process."""
        self.forget(child)
        child.process = self._launch(child.program)
        self._children[child.process.pid] = child

    def _launch(self, program: Program) -> subprocess.Popen[bytes]:
        account = program.account
        with _opened(program.log) as log:
            return subprocess.Popen(
                ["/bin/sh", "-c", _ANNOUNCE, program.announcement, *program.command],
                stdin=self._open_pipe(),
                stdout=log,
                stderr=subprocess.STDOUT if log else None,
                cwd=program.folder,
                env=program.environment,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )

    def forget(self, child: Child) -> None:
        """A child that has ended is no longer the guard's business: its number may soon belong to somebody else."""
        del self._children[child.process.pid]
        os.write(self._open_pipe(), f"- {child.process.pid}\n".encode())

    def close(self) -> None:
        """Let the guard end what still runs, and wait for it."""
        if self._process is None:
            return
        os.close(self._pipe)
        self._process.wait()
        self._process = None
        for child in self._children.values():
            child.process.wait()
        self._children.clear()

    def ensure(self) -> None:
        """Replace the watcher if somebody killed it."""
        if self._children:
            self._open_pipe()

    def _open_pipe(self) -> int:
        """The pipe to a living guard; one that was killed is replaced and told of every child."""
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                os.close(self._pipe)
            reading, self._pipe = os.pipe()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, str(self.lock)],
                stdin=reading,
                pass_fds=(self.lock,),
                cwd="/",
                start_new_session=True,
            )
            os.close(reading)
            for pid, child in self._children.items():
                os.write(self._pipe, f"+ {pid} {child.program.announcement}\n".encode())
        return self._pipe


def _opened(log: Path | None) -> AbstractContextManager[BinaryIO | None]:
    """The log to append to; a large one is put aside first."""
    if log is None:
        return nullcontext()
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def _watch(lock: int) -> None:
    """The guard's own life: learn of groups until the pipe closes, then end them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, tuple[str, int, int]] = {}
    for line in sys.stdin:
        sign, pid, *rest = line.split()
        if sign == "+":
            groups[int(pid)] = (rest[0], int(rest[1]), int(rest[2]))
        else:
            groups.pop(int(pid), None)
    os.pwrite(lock, json.dumps({"process": os.getpid(), "command": "ending"}).encode().ljust(1000), 0)
    for kind in ("program", "engine"):
        _end({pid: (stop, hurry) for pid, (of_kind, stop, hurry) in groups.items() if of_kind == kind})


def _end(groups: dict[int, tuple[int, int]]) -> None:
    for pid, (stop, _) in groups.items():
        _signal(pid, stop, group=False)
    _wait_for(groups, PATIENCE)
    for pid, (_, hurry) in groups.items():
        _signal(pid, hurry, group=hurry == signal.SIGKILL)
    _wait_for(groups, PATIENCE / 3)
    for pid in groups:
        _signal(pid, signal.SIGKILL, group=True)


def _wait_for(groups: dict[int, tuple[int, int]], seconds: float) -> None:
    until = time.monotonic() + seconds
    while any(_signal(pid, 0, group=True) for pid in groups) and time.monotonic() < until:
        time.sleep(0.05)


def _signal(pid: int, number: int, *, group: bool) -> bool:
    """Send a signal to a leader or to its whole group; false when nobody is there."""
    try:
        (os.killpg if group else os.kill)(pid, number)
    except (ProcessLookupError, PermissionError):  # macOS says "not permitted" of a group of zombies
        return False
    return True


if __name__ == "__main__":
    _watch(int(sys.argv[1]))
