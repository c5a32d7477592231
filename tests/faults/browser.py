"""A browser in front of a web server that dies: a page that got no answer is asked for again, as people do."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any

from tests.faults.system import LIMIT


class Answer:
    """What a test client's answer has, of an answer from a real server."""

    content_encoding = ""

    def __init__(self, given: HTTPResponse) -> None:
        self.status_code = given.status
        self.headers = given.headers
        self._body = given.read()

    def get_data(self, *, as_text: bool = False) -> str | bytes:
        return self._body.decode() if as_text else self._body


class Browser:
    """The same two methods as a test client, over the network and with patience. ``again`` counts pages asked for once more."""

    def __init__(self, address: str, before_post: Callable[[str], None] = lambda url: None) -> None:
        self._host = urllib.parse.urlsplit(address).netloc
        self._before_post = before_post
        self._cookies: dict[str, str] = {}
        self.again = 0

    def get(self, url: str, headers: dict[str, str], environ_base: dict[str, str]) -> Answer:
        return self._ask("GET", url, None, headers, environ_base)

    def post(self, url: str, data: Any, headers: dict[str, str], environ_base: dict[str, str]) -> Answer:
        self._before_post(url)
        body = urllib.parse.urlencode(list(data.items(multi=True)))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", url, body, {**headers, **form}, environ_base)

    def _ask(self, method: str, url: str, body: str | None, headers: dict[str, str], environ: dict[str, str]) -> Answer:
        parts = urllib.parse.urlsplit(url)
        path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        sent = {
            **headers,
            "Accept-Encoding": "identity",
            "X-Forwarded-For": environ["REMOTE_ADDR"],
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        until = time.monotonic() + LIMIT
        while True:
            connection = HTTPConnection(self._host, timeout=30)
            try:
                connection.request(method, path, body, sent)
                answer = Answer(connection.getresponse())
                break
            except (OSError, HTTPException):
                if time.monotonic() > until:
                    raise
                self.again += 1
                time.sleep(0.05)
            finally:
                connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        return answer
