"""A real HTTP server on this machine that stands in for the robots of WeCom, DingTalk and Feishu; each test sets its answers."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Flask

TAKEN: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


@dataclasses.dataclass(frozen=True)
class Said:
    """One text as it arrived: the whole address below the host, and the text."""

    path: str
    text: str


class RobotServer:
    """Takes every text until the test says otherwise: ``answer`` is a status and a body, DROP hangs up without one."""

    DROP = "drop"

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.answer: tuple[int, Any] | str = (200, TAKEN)
        self.before_answer: Callable[[], None] | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name that http.server calls
                given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text = given["text"]["content"] if "msgtype" in given else given["content"]["text"]
                outer.said.append(Said(self.path, text))
                if outer.before_answer is not None:
                    outer.before_answer()
                if outer.answer == outer.DROP:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                status, body = outer.answer
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(int(status))
                if 300 <= int(status) < 400:
                    self.send_header("Location", f"{outer.url}/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def texts(self) -> list[str]:
        return [said.text for said in self.said]


@contextmanager
def speaking_to(app: Flask, url: str | None) -> Iterator[None]:
    """Within this ``with`` the application speaks to this server in place of the three services."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(before, robots_url=url)
    try:
        yield
    finally:
        app.config["SETTINGS"] = before
