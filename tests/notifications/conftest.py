"""A real mail server whose answers each test sets, and messages that wait for it."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from disputes import clock
from disputes.db import transaction
from disputes.notifications import outbox
from disputes.notifications.models import Message

TAKEN = "250 Taken"
_count = itertools.count(1)


class MailServer:
    """An SMTP server on this machine. ``at_rcpt`` and ``at_data`` hold answers by address; ``mails`` is what it has taken.

    An answer at DATA may also be DROP, which hangs up without one after the whole mail is there, or HANG, which says nothing.
    """

    DROP, HANG = "drop", "hang"

    def __init__(self) -> None:
        self.at_rcpt: dict[str, str] = {}
        self.at_data: dict[str, str] = {}
        self.before_answer: Callable[[str], Awaitable[None]] | None = None
        self.mails: list[EmailMessage] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._socket.close()

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that this address has got."""
        return [mail for mail in self.mails if mail["To"] == address]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._loop.create_server(self._connected, sock=self._socket))
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _connected(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8=True, hostname="localhost", loop=self._loop)

    async def handle_RCPT(  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.at_rcpt.get(address, TAKEN)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # aiosmtpd's name
        address = envelope.rcpt_tos[0]
        answer = self.at_data.get(address, TAKEN)
        if answer in (TAKEN, self.DROP, self.HANG):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        if self.before_answer is not None:
            await self.before_answer(address)
        if answer == self.HANG:
            await asyncio.Event().wait()
        if answer == self.DROP:
            server.transport.abort()
        return answer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server that takes everything until the test says otherwise."""
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def posting(app: Flask, database: None, mail_server: MailServer) -> Iterator[MailServer]:
    """The mail server, set as the one by which this application sends."""
    with sending_by(app, mail_server.url):
        yield mail_server


@contextmanager
def sending_by(app: Flask, url: str | None) -> Iterator[None]:
    """Within this ``with`` the application sends by this server."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(before, smtp_url=url)
    try:
        yield
    finally:
        app.config["SETTINGS"] = before


def message(address: str | None = None, template: str = "case-link", **fields: Any) -> Message:
    """A message that is due now."""
    n = next(_count)
    link = {"case_id": n, "party": "tourist", "version": 1, "mailed": True}
    to = outbox.Recipient("tourist", address or f"reader{n}@mail.example", "en", {"link": link})
    with transaction():
        return outbox.put(f"test:{n}", to, template, {}, **fields)


def later(by: timedelta) -> None:
    """Let time pass: from now on the clock stands this much later."""
    with transaction():
        clock.stand_at(clock.now() + by)
