"""How much processor time a page takes, its statements and its bytes: asked in this process, so that neighbours count for little."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import psycopg
from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import EnvironBuilder

from benchmarks import bare
from benchmarks.results import Figure
from benchmarks.system import System
from disputes.accounts.models import User
from disputes.app import create_app
from disputes.db import db
from disputes.web.sessions import SignedIn
from disputes.web.staff import queue

TIMES, ROUNDS = 6, 7
PAGES = {
    "queue, own office": ("/staff/?whose=office", 4),
    "queue, all offices": ("/staff/?whose=all", 4),
    "queue, filtered": ("/staff/?whose=all&group=mediation&waiting_on=officer", 4),
    "search": (f"/staff/?q={quote('Hanil')}", 6),
}
# Beside a page as it is reloaded all day: the same when none of its rows was written by this process before. The case page
# keeps nothing of a case, so it is always opened for the first time.
FIRST = {
    "queue, first opening": (PAGES["queue, own office"][0], 4),
    "search, first opening": (PAGES["search"][0], 6),
}


def pages(system: System, database: str) -> list[Figure]:
    """Processor time of the staff's pages in units of a bare page of the same size, in the same process and the same minute."""
    config = system.config(database)
    with psycopg.connect(config.database_url) as connection:
        found = connection.execute(
            "SELECT number FROM cases WHERE state <> 'closed' AND last_seq BETWEEN 30 AND 33 ORDER BY id LIMIT 1"
        ).fetchone()
    wanted = PAGES | FIRST | ({"case with 30 events": (f"/staff/cases/{found[0]}", 5)} if found else {})
    app, constants = create_app(config), bare.create_app(config)
    with app.app_context():
        cookie = _cookie(app, db.session.scalars(select(User).where(User.role == "officer").limit(1)).one())
        statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, text, *_rest: statements.append(text))
        db.session.remove()
    figures = []
    for name, (path, most) in wanted.items():
        ask = _asking(app, path, cookie, before=queue.forget_rows if name in FIRST else None)
        for _ in range(5):  # caches are warm in a running system
            size = ask()
        statements.clear()
        ask()
        count = len(statements)
        unit = _asking(constants, f"/page?size={size}")
        unit()
        rounds = [(_spent(unit), _spent(ask)) for _ in range(ROUNDS)]
        one, taken = (statistics.median(column) for column in zip(*rounds, strict=True))
        figures.append(
            Figure(
                f"processor: {name}",
                f"≤ {most} bare pages",
                f"{taken:.1f} ms, {count} statements, {size // 1000} kB (bare {one:.1f} ms)",
                f"{taken / one:.1f}",
                taken / one <= most,
            )
        )
    with app.app_context():
        db.engine.dispose()
    return figures


def _cookie(app: Flask, user: User) -> str:
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    content = {"_user_id": SignedIn(user).get_id(), "_fresh": True, "language": "en", "seen": int(time.time())}
    return f"session={signer.dumps(content)}"


def _asking(app: Flask, path: str, cookie: str = "", before: Callable[[], None] | None = None) -> Callable[[], int]:
    place, _mark, query = path.partition("?")
    builder = EnvironBuilder(path=place, query_string=query, headers={"Cookie": cookie, "Accept-Language": "en"})
    environment = builder.get_environ()

    def ask() -> int:
        if before is not None:
            before()
        said: list[str] = []
        answer: Iterable[bytes] = app(
            {**environment, "wsgi.input": io.BytesIO()}, lambda status, *_rest: said.append(status)
        )
        size = len(b"".join(answer))
        answer.close()  # type: ignore[attr-defined]
        if not said[0].startswith("200"):
            raise SystemExit(f"{path} was answered with {said[0]}")
        return size

    return ask


def _spent(ask: Callable[[], int]) -> float:
    began = time.process_time()
    for _ in range(TIMES):
        ask()
    return (time.process_time() - began) / TIMES * 1000
