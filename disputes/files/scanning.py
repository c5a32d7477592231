"""The virus scanner, a port with two ends: none, or a clamd daemon behind a socket."""

from __future__ import annotations

import socket
import struct
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

CHUNK = 1 << 16
ANSWER_LIMIT = 4096
TIME_LIMIT = 30  # seconds for one file


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"


class ScannerSilent(Exception):
    """The scanner did not answer, or not in a way we understand. Nothing is accepted unscanned then."""


class Scanner(Protocol):
    def scan(self, data: bytes) -> Verdict:
        """Whether the content is known to be harmful; ScannerSilent when nobody can tell."""


class NoScanner:
    """For installations without one: every file counts as clean, and only safe copies are ever shown."""

    def scan(self, data: bytes) -> Verdict:
        return Verdict.CLEAN


class ClamdScanner:
    """A clamd daemon, asked with its INSTREAM command; the content goes over the socket and no file is shared."""

    def __init__(self, address: str) -> None:
        """`address` is the path of a Unix socket, or ``tcp://host:port``."""
        self.address = address

    def scan(self, data: bytes) -> Verdict:
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), CHUNK):
                    chunk = data[start : start + CHUNK]
                    connection.sendall(struct.pack("!L", len(chunk)) + chunk)
                connection.sendall(struct.pack("!L", 0))
                answer = _answer(connection)
        except OSError as error:
            raise ScannerSilent(f"The virus scanner at {self.address} does not answer: {error}") from error
        if answer.endswith(" FOUND"):
            return Verdict.INFECTED
        if answer.endswith(": OK"):
            return Verdict.CLEAN
        raise ScannerSilent(f"The virus scanner at {self.address} answered: {answer!r}")

    def ping(self) -> bool:
        """Whether the daemon answers; for the doctor."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zPING\0")
                return _answer(connection) == "PONG"
        except OSError:
            return False

    def _connected(self) -> socket.socket:
        if self.address.startswith("tcp://"):
            parts = urlsplit(self.address)
            return socket.create_connection((parts.hostname or "localhost", parts.port or 3310), TIME_LIMIT)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIME_LIMIT)
        try:
            connection.connect(self.address.removeprefix("unix://"))
        except BaseException:
            connection.close()
            raise
        return connection


def scanner_at(address: str | None) -> Scanner:
    """The scanner that a setting names; none when it is empty."""
    return ClamdScanner(address) if address else NoScanner()


def _answer(connection: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0") and len(received) < ANSWER_LIMIT:
        part = connection.recv(ANSWER_LIMIT)
        if not part:
            break
        received += part
    return received.rstrip(b"\0\n").decode("utf-8", "replace")
