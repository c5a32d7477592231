"""Children do not outlive the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.processes

# A runner with a program that ignores SIGTERM and has children of its own, and an engine that stops when asked.
RUNNER = """
import os, signal, sys
from pathlib import Path
from disputes.embedded.guard import Guard, Program
folder = Path(sys.argv[1])
guard = Guard(os.open(folder / "lock", os.O_RDWR | os.O_CREAT))
stubborn = ["/bin/sh", "-c", "trap '' TERM; sleep 1000 & sleep 1000 & wait; sleep 1000"]
guard.start(Program("program", stubborn, folder / "program.log"))
engine = guard.start(Program("engine", ["/bin/sleep", "1000"], folder / "engine.log", engine=True))
print("started", flush=True)
for line in sys.stdin:
    if line == "ensure\\n":
        guard.ensure()
    else:
        engine.stop(5)
        guard.start_again(engine)
    print("done", flush=True)
signal.pause()
"""


@pytest.fixture
def runner(tmp_path: Path):  # type: ignore[no-untyped-def]
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "started\n"
    yield process
    process.kill()
    process.wait()


def test_a_runner_killed_with_9_leaves_no_process(runner) -> None:  # type: ignore[no-untyped-def]
    family = family_of(runner)
    runner.kill()
    assert not psutil.wait_procs(family, timeout=20)[1]


def test_a_guard_that_was_killed_is_replaced_and_knows_every_child(runner) -> None:  # type: ignore[no-untyped-def]
    guard = guard_of(runner)
    guard.send_signal(signal.SIGKILL)
    while guard.is_running():  # until the runner has noticed
        tell(runner, "ensure")
    assert guard_of(runner).pid != guard.pid
    family = family_of(runner)
    runner.kill()
    assert not psutil.wait_procs(family, timeout=20)[1]


def test_a_child_that_was_started_again_is_guarded_too(runner) -> None:  # type: ignore[no-untyped-def]
    tell(runner, "again")
    family = family_of(runner)
    assert any(process.name() == "sleep" for process in family)
    runner.kill()
    assert not psutil.wait_procs(family, timeout=20)[1]


def test_signals_for_the_terminal_do_not_reach_the_guard_or_the_children(runner) -> None:  # type: ignore[no-untyped-def]
    family = psutil.Process(runner.pid).children()
    assert all(os.getsid(process.pid) != os.getsid(runner.pid) for process in family)


def tell(runner, word: str) -> None:  # type: ignore[no-untyped-def]
    runner.stdin.write(f"{word}\n")
    runner.stdin.flush()
    assert runner.stdout.readline() == "done\n"


def family_of(runner) -> list[psutil.Process]:  # type: ignore[no-untyped-def]
    return psutil.Process(runner.pid).children(recursive=True)


def guard_of(runner) -> psutil.Process:  # type: ignore[no-untyped-def]
    alive = [child for child in psutil.Process(runner.pid).children() if child.status() != psutil.STATUS_ZOMBIE]
    (found,) = [child for child in alive if "guard.py" in " ".join(child.cmdline())]
    return found
