"""How much processor time filing takes, page by page, and the visitor's page of a case: asked in this process, as in ``processor``."""

from __future__ import annotations

import io
import itertools
import statistics
import time

import psycopg
from flask import Flask
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from benchmarks import bare
from benchmarks.pages import tell
from benchmarks.results import Figure
from benchmarks.system import System
from benchmarks.visitor import Visitor
from disputes.app import create_app
from disputes.cases.models import Case
from disputes.db import db
from disputes.web.sessions import tourist_token

ROUNDS, WARM = 24, 4
TIMES = 6
BARE_PAGE = "/page?size=20000"  # about what a page of the wizard has


class InProcess(Visitor):
    """A visitor who calls the application itself; what is measured is the processor time of this thread, in milliseconds."""

    def __init__(self, app: Flask, statements: list[str], comes_from: str) -> None:
        super().__init__(0, comes_from)
        self._app, self._statements = app, statements
        self.asked = 0  # statements of the last request

    def _ask(self, method: str, path: str, body: bytes | None) -> float:
        place, _mark, query = path.partition("#")[0].partition("?")
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        environment = EnvironBuilder(
            path=place, query_string=query, method=method, environ_base={"REMOTE_ADDR": self._comes_from},
            headers={"Cookie": cookies, "Accept-Language": "en"},
        ).get_environ()  # fmt: skip
        environment |= {"wsgi.input": io.BytesIO(body or b"")}
        if body is not None:
            environment |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
        said: list[tuple[str, list[tuple[str, str]]]] = []
        before = len(self._statements)
        began = time.thread_time()
        answer = self._app(environment, lambda status, headers, *_rest: said.append((status, headers)))
        content = b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
        took = (time.thread_time() - began) * 1000
        self.asked = len(self._statements) - before
        [(status, headers)] = said
        for name, value in headers:
            if name.lower() == "set-cookie":
                cookie, _equals, held = value.partition(";")[0].partition("=")
                self._cookies[cookie] = held
        self.status, self.body, self.size = int(status[:3]), content.decode(), len(content)
        self.place = dict(headers).get("Location")
        if self.status >= 400:
            raise SystemExit(f"{method} {path} was answered with {status}: {self.body[:500]}")
        return took


def filing(system: System, database: str) -> list[Figure]:
    """Each page of a complaint (its POST and the GET that follows), the POST that makes the case, and the page of a case."""
    config = system.config(database)
    with psycopg.connect(config.database_url) as connection:
        shops = itertools.cycle([row[0] for row in connection.execute("SELECT id FROM shops ORDER BY id LIMIT 200")])
        cases = {
            f"{words} events": found[0]
            for words, most in (("30", 33), ("few", 8))
            if (found := connection.execute(OF_EVENTS, [most - 3, most]).fetchone())
        }
    app, constants = create_app(config), bare.create_app(config)
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, text, *_rest: statements.append(text))
        links = {name: f"/c/{tourist_token(db.session.get_one(Case, case_id))}" for name, case_id in cases.items()}
        db.session.remove()
    unit = InProcess(constants, [], "203.0.113.9")
    took: dict[str, list[float]] = {}
    asked: dict[str, int] = {}
    for n in range(ROUNDS):
        visitor = _Counting(app, statements, f"198.51.100.{n}")
        spent = {"bare page": _mean(unit, BARE_PAGE), "bare insert": unit.post("/insert", {"text": "x" * 400})}
        for name, milliseconds in tell(visitor, next(shops), n):
            spent[name], asked[name] = milliseconds, visitor.since()
        for name, link in links.items():
            spent[name], asked[name] = _mean(visitor, link), visitor.asked
            spent[f"bare {name}"] = _mean(unit, f"/page?size={visitor.size}")
        if n >= WARM:  # caches are warm in a running system
            for name, milliseconds in spent.items():
                took.setdefault(name, []).append(milliseconds)
    with app.app_context():
        db.engine.dispose()
    return _figures({name: statistics.median(each) for name, each in took.items()}, asked, list(links))


OF_EVENTS = "SELECT id FROM cases WHERE kind = 'dispute' AND state <> 'closed' AND last_seq BETWEEN %s AND %s ORDER BY id LIMIT 1"


class _Counting(InProcess):
    """Counts the statements of several requests together."""

    _counted = 0

    def since(self) -> int:
        """How many statements there were since this was last asked."""
        now = len(self._statements)
        asked, self._counted = now - self._counted, now
        return asked

    def get(self, path: str) -> float:
        if path == "/file":
            self._counted = len(self._statements)
        return super().get(path)


def _mean(visitor: Visitor, path: str) -> float:
    return sum(visitor.get(path) for _ in range(TIMES)) / TIMES


def _figures(took: dict[str, float], asked: dict[str, int], cases: list[str]) -> list[Figure]:
    page, insert = took["bare page"], took["bare insert"]
    figures = [Figure("processor: bare page of 20 kB, bare insert", "", f"{page:.2f} ms, {insert:.2f} ms", "1", None)]
    for name in (name for name in asked if name not in cases):
        last = name == "confirm"
        wanted = 3 * insert if last else 2 * page + insert
        figures.append(
            Figure(
                "processor: the confirming POST" if last else f"processor: filing, {name}",
                f"≤ 3 inserts ({wanted:.1f} ms)" if last else f"≤ 2 pages + 1 insert ({wanted:.1f} ms)",
                f"{took[name]:.1f} ms, {asked[name]} statements",
                f"{took[name] / (insert if last else wanted):.2f}",
                took[name] <= wanted,
            )
        )
    for name in cases:
        ratio = took[name] / took[f"bare {name}"]
        words = f"{took[name]:.1f} ms, {asked[name]} statements (bare {took[f'bare {name}']:.1f} ms)"
        figures.append(Figure(f"processor: a visitor's case page, {name}", "", words, f"{ratio:.1f}", None))
    return figures
