"""The mail server of a fault run: it takes letters and counts them, refuses, falls silent, or hangs up after it was given one."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import threading
from collections import Counter
from enum import StrEnum

from aiosmtpd.smtp import SMTP, Envelope, Session

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Mood(StrEnum):
    """What the server does with whoever calls."""

    TAKES = "takes"
    REFUSES = "refuses"  # not now, it says to everybody
    HANGS = "hangs"  # it picks up and says nothing
    DROPS = "drops"  # it hangs up once it has a letter, of which it keeps every second one


class MailServer:
    """An SMTP server in a thread of this process; ``arrived`` counts what it kept, by Message-ID."""

    def __init__(self) -> None:
        self.mood = Mood.TAKES
        self.arrived: Counter[str] = Counter()
        self.struck = 0  # how often it did not do what a mail server is there for
        self._dropped = itertools.count()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail", daemon=True)
        self._loop.run_until_complete(self._loop.create_server(self._answer, sock=self._socket))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._socket.getsockname()[1]}"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()

    def _answer(self) -> asyncio.BaseProtocol:
        if self.mood is Mood.REFUSES:
            return _Refusing(self)
        if self.mood is Mood.HANGS:
            return _Silent(self)
        return SMTP(self, enable_SMTPUTF8=True, hostname="localhost", loop=self._loop)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        found = _MESSAGE_ID.search(content)
        dropped = self.mood is Mood.DROPS
        if not dropped or next(self._dropped) % 2 == 0:
            self.arrived[found.group(1).decode() if found else "without an id"] += 1
        if dropped:
            self.struck += 1
            server.transport.abort()
        return "250 Kept"


class _Refusing(asyncio.Protocol):
    def __init__(self, server: MailServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._server.struck += 1
        transport.write(b"421 4.3.2 Not now\r\n")
        transport.close()


class _Silent(asyncio.Protocol):
    def __init__(self, server: MailServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._server.struck += 1
