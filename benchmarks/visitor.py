"""Somebody at a browser: one connection that stays open, cookies, forms; and how long each answer took."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Mapping, Sequence
from html import unescape
from urllib.parse import urlencode

from flask import Flask

from disputes.accounts.models import User
from disputes.web.sessions import SignedIn

HIDDEN = re.compile(r'<input type="hidden"[^>]*>|<input[^>]* type="hidden"[^>]*>')
NAME, VALUE = re.compile(r' name="([^"]*)"'), re.compile(r' value="([^"]*)"')
Fields = Mapping[str, str | Sequence[str]]


class Visitor:
    """A browser without JavaScript at this port. ``comes_from`` is the address that the proxy before us names."""

    def __init__(self, port: int, comes_from: str = "203.0.113.7") -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None
        self._cookies: dict[str, str] = {}
        self._comes_from = comes_from
        self.body = ""
        self.status = 0
        self.place: str | None = None  # where a redirect leads
        self.size = 0

    def sign_in(self, app: Flask, user: User, language: str = "en") -> None:
        """Carry the cookie of a session in which this user is signed in."""
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        content = {"_user_id": SignedIn(user).get_id(), "_fresh": True, "language": language}
        self._cookies["session"] = signer.dumps(content)

    def get(self, path: str) -> float:
        """Ask for a page; how many seconds its answer took."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Fields) -> float:
        """Send a form; how many seconds its answer took."""
        return self._ask("POST", path, urlencode(fields, doseq=True).encode())

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's forms; of the last one where they differ."""
        found = {}
        for tag in HIDDEN.findall(self.body):
            name, value = NAME.search(tag), VALUE.search(tag)
            if name:
                found[unescape(name[1])] = unescape(value[1]) if value else ""
        return found

    def _ask(self, method: str, path: str, body: bytes | None) -> float:
        connection = self._connection or self._open()
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "X-Forwarded-For": self._comes_from, "X-Forwarded-Proto": "http", "Accept-Language": "en",
        }  # fmt: skip
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # the server had ended a connection that lay idle
            connection = self._open()
            began = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.status, self.place, self.size = answer.status, answer.headers.get("Location"), len(content)
        self.body = content.decode() if content else ""
        if self.status >= 400:
            raise SystemExit(f"{method} {path} was answered with {self.status}: {self.body[:500]}")
        return took

    def _open(self) -> http.client.HTTPConnection:
        if self._connection is not None:
            self._connection.close()
        connection = self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
