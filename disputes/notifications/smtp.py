"""Handing mails to an SMTP server, one after the other over one connection, and saying what its answers mean."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from urllib.parse import unquote, urlsplit

TIMEOUT = 10.0  # seconds for each answer of the server
LIMIT = 60.0  # seconds for one mail altogether: a server that trickles must not hold a worker for ever
LONGEST_ANSWER = 500  # characters of what a server said that we keep
SIGN_IN_FIRST = (530, 534, 535, 538)  # our settings are wrong, and not the address
LOCAL = ("localhost", "127.0.0.1", "::1")


class Result(StrEnum):
    """What became of one attempt."""

    SENT = "sent"
    REFUSED = "refused"  # for good: another attempt would be answered the same
    LATER = "later"  # not taken now, and certainly not delivered
    UNKNOWN = "unknown"  # the mail was handed over and no answer came: it may have been delivered
    DOWN = "down"  # there is no talking to the server, whatever the mail


@dataclass(frozen=True)
class Answer:
    """The result of an attempt, and the server's words or ours."""

    result: Result
    words: str = ""


class Line:
    """A line to one mail server: opened for the first mail, used again for the next, closed at the end of a ``with``."""

    def __init__(
        self, url: str, own_name: str = "localhost", *, timeout: float = TIMEOUT, limit: float = LIMIT
    ) -> None:
        self.url = url
        self._own_name = own_name
        self._timeout = timeout
        self._limit = limit
        self._smtp: smtplib.SMTP | None = None
        self._let_go = False  # of the present mail: from its first byte on we cannot know without an answer

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._drop()

    def send(self, sender: str, recipient: str, content: bytes) -> Answer:
        """One attempt to hand over one mail, whose lines end in CRLF. Never raises for what a server or a network does."""
        self._let_go = False
        watch = threading.Timer(self._limit, self._cut_off)
        watch.daemon = True
        watch.start()
        try:
            try:
                smtp = self._open()
            except (OSError, smtplib.SMTPException, ValueError) as error:
                self._drop()
                return Answer(Result.DOWN, _words(error))
            try:
                return self._hand_over(smtp, sender, recipient, content)
            except (OSError, smtplib.SMTPException, ValueError) as error:
                self._drop()
                return Answer(Result.UNKNOWN if self._let_go else Result.LATER, _words(error))
        finally:
            watch.cancel()

    def _hand_over(self, smtp: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> Answer:
        options = []
        if not (sender.isascii() and recipient.isascii()):
            if not smtp.has_extn("smtputf8"):
                return Answer(Result.REFUSED, "The mail server does not take addresses in this script.")
            options = ["SMTPUTF8"]
        smtp.command_encoding = "utf-8" if options else "ascii"
        code, words = smtp.mail(sender, options)
        if code == 250:
            code, words = smtp.rcpt(recipient)
        if code in (250, 251):
            code, words = smtp.docmd("DATA")
        if code != 354:
            return _not_taken(code, words)
        self._let_go = True
        smtp.send(re.sub(rb"(?m)^\.", b"..", content.rstrip(b"\r\n")) + b"\r\n.\r\n")
        code, words = smtp.getreply()
        if 200 <= code < 300:
            return Answer(Result.SENT, _text(words))
        if code < 400:  # this is no SMTP
            return Answer(Result.UNKNOWN, _text(words))
        return _not_taken(code, words)

    def _open(self) -> smtplib.SMTP:
        """The open connection, if it still answers; else a new one."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                if self._smtp.rset()[0] == 250:
                    return self._smtp
            self._drop()
        address = urlsplit(self.url)
        encrypted = address.scheme == "smtps"
        # Without a name of our own smtplib asks the name server for one, which takes as long as it likes.
        kind = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
        smtp = self._smtp = kind(local_hostname=self._own_name, timeout=self._timeout)
        smtp._host = (
            address.hostname or ""
        )  # whose certificate is expected; smtplib takes it only when it connects at once
        code, words = smtp.connect(address.hostname or "", address.port or _usual_port(encrypted, address.username))
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        smtp.ehlo_or_helo_if_needed()
        if not encrypted and smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
            encrypted = True
        if address.username:
            if not encrypted and address.hostname not in LOCAL:
                raise ValueError("The mail server offers no encryption, so it is not told our password.")
            smtp.login(unquote(address.username), unquote(address.password or ""))
        return smtp

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def _cut_off(self) -> None:
        """End the connection from another thread: whoever waits for the server at once waits no longer."""
        smtp = self._smtp
        with suppress(OSError, AttributeError):
            socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)  # type: ignore[union-attr]


def _usual_port(encrypted: bool, user: str | None) -> int:
    return 465 if encrypted else 587 if user else 25


def _not_taken(code: int, words: bytes) -> Answer:
    for_good = 500 <= code < 600 and code not in SIGN_IN_FIRST
    return Answer(Result.REFUSED if for_good else Result.LATER, f"{code} {_text(words)}")


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return (str(error) or type(error).__name__)[:LONGEST_ANSWER]


def _text(words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:LONGEST_ANSWER]
