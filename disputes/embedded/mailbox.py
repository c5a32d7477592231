"""Where outgoing mail goes in the embedded shape: an SMTP server on this machine that keeps each message as a file."""

from __future__ import annotations

import asyncio
import email.policy
import itertools
import os
import socket
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from disputes.embedded.paths import Paths

LARGEST = 30_000_000  # bytes of one message
_POLICY = email.policy.default.clone(utf8=True)


@dataclass(frozen=True)
class Letter:
    """One message of the mailbox as a list shows it."""

    key: str
    recipients: str
    sender: str
    subject: str
    sent_at: datetime | None


def letters(folder: Path, *, limit: int = 100, skip: int = 0) -> list[Letter]:
    """The newest messages first."""
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True)
    found = (
        (name.removesuffix(".eml"), read(folder, name.removesuffix(".eml"))) for name in names[skip : skip + limit]
    )
    return [_summary(key, message) for key, message in found if message]


def read(folder: Path, key: str) -> EmailMessage | None:
    """One message whole, by the key of its `Letter`; None when there is none. A key is never a path."""
    if not key.replace("-", "").isdigit():
        return None
    try:
        content = (folder / f"{key}.eml").read_bytes()
    except FileNotFoundError:
        return None
    return message_from_bytes(content, policy=_POLICY)


def count(folder: Path) -> int:
    return sum(1 for _ in folder.glob("*.eml"))


def _summary(key: str, message: EmailMessage) -> Letter:
    return Letter(
        key=key,
        recipients=str(message.get("To", "")),
        sender=str(message.get("From", "")),
        subject=str(message.get("Subject", "")),
        sent_at=_date(str(message.get("Date", ""))),
    )


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


class Mailbox:
    """The SMTP server, in a thread of the process that starts it."""

    def __init__(self, folder: Path, wanted_port: int = 0):
        self._folder = folder
        self._socket = _loopback(wanted_port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailbox", daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Take mail from now on: the socket listens when this returns."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        keeper = _Keeper(self._folder)

        def connection() -> SMTP:
            return SMTP(keeper, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="localhost", loop=self._loop)

        self._loop.run_until_complete(self._loop.create_server(connection, sock=self._socket))
        self._thread.start()

    def stop(self) -> None:
        """Take no more mail."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()


class _Keeper:
    """Writes each message under a name that sorts by arrival; a message is either whole in the folder or not there."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._number = itertools.count()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        key = f"{time.time_ns():020d}-{os.getpid()}-{next(self._number):06d}"
        fresh = self._folder / f"{key}.new"
        fresh.write_bytes(content)
        fresh.rename(self._folder / f"{key}.eml")
        return "250 Kept"


def _loopback(wanted_port: int) -> socket.socket:
    """A socket on this machine only: at the port of the last start where it is free, else at any free one."""
    for port in (wanted_port, 0):
        candidate = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            candidate.close()
            continue
        return candidate
    raise OSError("No free port on 127.0.0.1.")


def start(paths: Paths) -> Mailbox:
    """Open the mailbox of this system and note its port, so that other commands find it and the next start keeps it."""
    mailbox = Mailbox(paths.mail, noted_port(paths) or 0)
    mailbox.start()
    note = paths.smtp_port.with_name("smtp-port.new")
    note.write_text(str(mailbox.port))
    note.rename(paths.smtp_port)
    return mailbox


def noted_port(paths: Paths) -> int | None:
    """The port noted by the last start."""
    try:
        return int(paths.smtp_port.read_text())
    except (OSError, ValueError):
        return None
