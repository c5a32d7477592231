"""The whole system under one command, as real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from disputes.embedded.broker import answers
from disputes.embedded.paths import paths_of

pytestmark = pytest.mark.processes
CLI = [sys.executable, "-m", "disputes.cli"]


STARTED_WITHIN = 20  # seconds; a machine under load forks slowly


class System:
    """A state folder of its own, and the runner that is started on it."""

    def __init__(self, folder: Path):
        self.paths = paths_of(folder / "state")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.environment = {
            **os.environ,
            "STATE_DIR": str(self.paths.state),
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
        }
        self.runner: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start it; what it said until it was running."""
        self.runner = subprocess.Popen(
            [*CLI, "run", "--no-demo"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said = ""
        while "The system is running" not in said:
            line = self.said()
            assert line, said
            said += line
        return said

    def said(self) -> str:
        assert self.runner is not None
        assert self.runner.stdout is not None
        return self.runner.stdout.readline()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*CLI, *words], env=self.environment, capture_output=True, text=True, check=False)

    def get(self, path: str) -> dict[str, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return json.load(answer)

    def family(self) -> list[psutil.Process]:
        assert self.runner is not None
        return psutil.Process(self.runner.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process:
        """The program of this name; one that is just being started is waited for."""
        assert self.runner is not None
        until = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < until:
            for process in psutil.Process(self.runner.pid).children():
                if process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[-1:] == [name]:
                    return process
            threading.Event().wait(0.05)
        raise AssertionError(f"There is no {name}.")

    def end(self) -> None:
        if self.runner and self.runner.poll() is None:
            self.runner.terminate()
            self.runner.communicate()


@pytest.fixture(scope="module")
def running() -> Iterator[System]:
    """A running system that the tests of this module share and leave running."""
    folder = Path(tempfile.mkdtemp(prefix="disputes-run-"))
    folder.chmod(0o711)
    system = System(folder)
    try:
        system.start()
        yield system
    finally:
        system.end()
        shutil.rmtree(folder)


def test_the_pages_answer_and_the_database_is_ready(running: System) -> None:
    assert running.get("/healthz") == {"status": "ok"}
    ready = running.get("/readyz")
    assert (ready["database"], ready["migrations"], ready["broker"]) == ("ok", "ok", "ok")


def test_it_listens_on_this_machine_only(running: System) -> None:
    open_ports = {
        (connection.laddr.ip, connection.laddr.port)
        for process in (psutil.Process(running.runner.pid), *running.family())
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    smtp = int(running.paths.smtp_port.read_text())
    assert open_ports == {("127.0.0.1", running.port), ("127.0.0.1", smtp)}


def test_a_second_run_says_where_the_first_one_is_listening(running: System) -> None:
    second = running.command("run")
    assert second.returncode == 1
    assert f"already running at http://localhost:{running.port}/" in second.stdout


def test_a_taken_port_is_said_before_anything_starts(running: System, state_dir: Path) -> None:
    environment = {**running.environment, "STATE_DIR": str(state_dir)}
    other = subprocess.run([*CLI, "run"], env=environment, capture_output=True, text=True, check=False)
    assert other.returncode == 1
    assert "Choose another port" in other.stderr
    assert not paths_of(state_dir).cluster.exists()


def test_other_commands_work_beside_it(running: System) -> None:
    answered = running.command("doctor", "--json")
    found = {finding["part"]: finding["state"] for finding in json.loads(answered.stdout)["findings"]}
    assert answered.returncode == 0
    assert {found[part] for part in ("database", "migrations", "broker", "mail", "histories")} == {"ok"}


@pytest.mark.parametrize("name", ["worker", "beat", "web"])
def test_a_program_that_dies_is_started_again(running: System, name: str) -> None:
    before = running.child(name)
    children = before.children(recursive=True)
    before.kill()
    assert f"The {name} was ended by signal 9" in running.said()
    assert not psutil.wait_procs(children, timeout=20)[1]
    assert running.child(name).pid != before.pid


def test_a_database_that_dies_is_started_again(running: System) -> None:
    number = int((running.paths.cluster / "postmaster.pid").read_text().splitlines()[0])
    os.kill(number, signal.SIGKILL)
    assert "The database was ended by signal 9" in running.said()
    assert running.command("tick").returncode == 0


def test_a_broker_that_dies_is_started_again(running: System) -> None:
    (server,) = [process for process in running.family() if process.name() == "valkey-server"]
    server.kill()
    assert "The broker was ended by signal 9" in running.said()
    while not answers(running.paths.broker_socket):
        assert running.runner.poll() is None
    assert running.get("/readyz")["broker"] == "ok"


def test_ctrl_c_stops_everything_and_keeps_the_data(state_dir: Path) -> None:
    system = System(state_dir.parent)
    system.start()
    with psycopg.connect(system.paths.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    family = system.family()
    system.runner.send_signal(signal.SIGINT)
    last_words = system.runner.communicate()[0]
    assert system.runner.returncode == 0
    assert "the data are kept" in last_words
    assert not psutil.wait_procs(family, timeout=20)[1]

    said = system.start()
    assert "Making a new database" not in said
    assert "tables" not in said  # nothing to prepare
    with psycopg.connect(system.paths.database_url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    system.end()


def test_a_runner_killed_with_9_leaves_no_process_and_the_next_one_starts(state_dir: Path) -> None:
    system = System(state_dir.parent)
    system.start()
    family = system.family()
    with psycopg.connect(system.paths.database_url, autocommit=True) as connection:
        busy = connection.info.backend_pid
        assert busy in {process.pid for process in system.family()}
        system.runner.kill()
        assert not psutil.wait_procs(family, timeout=20)[1]
    system.runner.communicate()
    system.start()
    assert system.get("/healthz") == {"status": "ok"}
    system.end()
