"""The work in the background, done by real Celery workers: sweeps, lapses, routing, and the way of a notice to the shop."""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg
from celery import Celery

from benchmarks import pages, step
from benchmarks.prepare import Source
from benchmarks.results import Figure, ms, p95, typical
from benchmarks.system import ROOT, MailServer, System, wait_for
from benchmarks.visitor import Visitor
from disputes import hints
from disputes.app import create_app
from disputes.cases import sweeps
from disputes.db import db, in_a_row

WARMING, ROUNDS, AT_ONCE = 100, 8, 50  # lapses before, then so many rounds of so many lapses
SECONDS_BARE = 3.0
LONG_AGO = 10  # days by which the overdue cases are moved into the past: an outage over Golden Week
WINDOW = 12.0  # seconds in which steps are counted
WARM = 2.0  # seconds before that
FILINGS = 60


def sweep(system: System, database: str) -> list[Figure]:
    """A sweep that finds nothing: what the database needs for it, and the whole call."""
    statements: list[tuple[str, Any]] = []
    app = create_app(system.config(database))
    with app.app_context():
        engine = db.engine

        @db.event.listens_for(engine, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if "FOR UPDATE" in statement:
                statements.append((statement, parameters))

        took = []
        for _ in range(60):
            began = time.perf_counter()
            if sweeps.lapse_next():
                raise SystemExit("Something was due although nothing should be.")
            took.append(time.perf_counter() - began)
        db.session.remove()
        engine.dispose()
    statement, parameters = statements[-1]
    with psycopg.connect(system.config(database).database_url) as connection:
        inside = []
        for _ in range(20):
            row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).fetchone()
            assert row is not None
            inside.append((row[0][0]["Execution Time"] + row[0][0]["Planning Time"]) / 1000)
    seconds = typical([inside], statistics.median)
    return [
        Figure("sweep with nothing due, in the database", "about 5 ms", ms(seconds), "", seconds <= 0.005),
        Figure("  the whole call", "", ms(statistics.median(took)), "", None),
    ]


def lapses(system: System, source: Source, database: str, due: int) -> list[Figure]:
    """Lapses a second with one, two and four worker processes, in turn with bare steps of as many processes."""
    templates = [t for t in source.open if t.story.name in LAPSING]
    source.add(database, templates, due, LONG_AGO, first=8_100_000)
    config = system.config(database)
    alone = _by_itself(system, database)
    return alone + _rates(
        system, config.database_url, "lapses", "deadlines.sweep", (1, 2, 4),
        "SELECT count(*) FROM deadlines WHERE ended_at IS NULL AND due_at <= clock_timestamp() AND fault IS NOT NULL",
        wanted=1 / 3,
    )  # fmt: skip


def _by_itself(system: System, database: str) -> list[Figure]:
    """What a lapse costs this side of the database: processor time and statements, which others on the machine change little."""
    config = system.config(database)
    statements = 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    app = create_app(config)
    with app.app_context(), hints.together(), in_a_row():
        for _ in range(WARMING):
            sweeps.lapse_next()
        took = [_processor_time(sweeps.lapse_next, AT_ONCE) for _ in range(ROUNDS)]
        db.event.listen(db.engine, "before_cursor_execute", count)
        _processor_time(sweeps.lapse_next, AT_ONCE)
        db.event.remove(db.engine, "before_cursor_execute", count)
        db.session.remove()
        db.engine.dispose()
    began = time.process_time()
    steps = step.steps(config.database_url, SECONDS_BARE) * SECONDS_BARE
    bare = (time.process_time() - began) / steps
    lapse = statistics.median(took)
    measured = f"{ms(lapse)}, {statements / AT_ONCE:.1f} statements (bare step {ms(bare)}, 6)"
    return [Figure("processor time of a lapse in Python", "", measured, "", None)]


def _processor_time(work: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


# The states in which most cases are when everybody has been silent for days.
LAPSING = ("with the shop", "asked", "offered", "countered", "mediation", "authorised", "triage", "settled", "proposed")


def routing(system: System, source: Source, database: str, cases: int) -> list[Figure]:
    """New cases routed a second, with one and two worker processes."""
    source.add(database, source.received, cases, 0, first=8_600_000)
    return _rates(
        system, system.config(database).database_url, "routings", "cases.route", (1, 2),
        "SELECT 0", wanted=None,
    )  # fmt: skip


def _rates(
    system: System, url: str, what: str, task: str, processes: tuple[int, ...], faults: str,
    wanted: float | None,
) -> list[Figure]:  # fmt: skip
    config = system.config(url.split("///")[1].split("?")[0])
    figures = []
    for number in processes:
        bare, done = [], []
        celery: Celery = create_app(config).extensions["celery"]
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(2):
                bare.append(bare_steps(url, number, WINDOW / 2))
                with system.worker(config, number):  # ended before the next bare steps: a sweep calls for the next one
                    done.append(_rate(connection, celery, task, number))
            bare.append(bare_steps(url, number, WINDOW / 2))
            failed = connection.execute(faults).fetchone()[0]  # type: ignore[index]
        if failed:
            raise SystemExit(f"{failed} {what} failed.")
        steps, rate = statistics.median(bare), statistics.mean(done)
        ratio = rate / steps
        met = None if wanted is None else ratio >= wanted
        name = f"{what} with {number} worker process{'es' if number > 1 else ''}"
        goal = "≥ 0.33 bare steps" if wanted else ""
        figures.append(Figure(name, goal, f"{rate:.0f} /s (bare steps {steps:.0f} /s)", f"{ratio:.2f}", met))
    return figures


def _rate(connection: psycopg.Connection, celery: Celery, task: str, processes: int) -> float:
    """How many steps were taken a second while every process has a sweep to do: each of them leaves one event."""
    for _ in range(processes):
        celery.send_task(task)
    time.sleep(WARM)
    before, began = _number(connection, "SELECT max(id) FROM case_events"), time.monotonic()
    until = began + WINDOW
    while time.monotonic() < until:
        time.sleep(0.5)
        celery.send_task(task, expires=2)  # what beat does, so that no process is left without a sweep
    seconds = time.monotonic() - began
    return _number(connection, f"SELECT count(*) FROM case_events WHERE id > {before}") / seconds  # noqa: S608


def _number(connection: psycopg.Connection, question: str) -> int:
    return int(connection.execute(question).fetchone()[0])  # type: ignore[index]


def bare_steps(url: str, processes: int, seconds: float) -> float:
    """Bare steps a second of so many processes: each locks a row, updates it, inserts four rows one by one, and commits."""
    command = [sys.executable, "-m", "benchmarks.step", url, str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) for _ in range(processes)]
    return sum(float(each.communicate()[0]) for each in running)


def notice(system: System, database: str) -> list[Figure]:
    """From the answer to the confirming POST to the shop's notice at the mail server; web, worker and beat as shipped."""
    server = MailServer()
    config = system.config(database, smtp_url=server.url)
    took = []
    try:
        with psycopg.connect(config.database_url) as connection:
            shops = [r[0] for r in connection.execute("SELECT id FROM shops ORDER BY id DESC LIMIT 500")]
            addresses = dict(connection.execute("SELECT id, email FROM shops WHERE id = ANY(%s)", [shops]).fetchall())
        with system.web(config) as port, system.worker(config, config.worker_processes, beat=True):
            wait_for(lambda: _outbox_is_empty(config.database_url), "the end of earlier letters")
            for n, shop in zip(range(FILINGS), itertools.cycle(shops), strict=False):
                visitor = Visitor(port, comes_from=f"192.0.2.{n}")
                for _name, _seconds in pages.tell(visitor, shop, 900_000 + n):
                    pass
                filed = time.monotonic()
                wait_for(lambda: _arrived(server, addresses[shop], filed - 1), "the shop's notice", look_every=0.005)  # noqa: B023
                arrived = _arrived(server, addresses[shop], filed - 1)
                took.append(max(arrived - filed, 0.0))  # type: ignore[operator]
    finally:
        server.stop()
    return [
        Figure("filing to the shop's notice, p50", "", ms(statistics.median(took)), "", None),
        Figure("filing to the shop's notice, p95", "≤ 2 s", ms(p95(took)), f"{p95(took) / 2:.2f}", p95(took) <= 2),
    ]


def _arrived(server: MailServer, address: str, since: float) -> float | None:
    return next((at for at, to, _ in reversed(server.arrived) if to == address and at >= since), None)


def _outbox_is_empty(url: str) -> bool:
    with psycopg.connect(url) as connection:
        query = "SELECT NOT EXISTS (SELECT FROM messages WHERE state = 'due' AND next_try_at <= clock_timestamp())"
        return bool(connection.execute(query).fetchone()[0])  # type: ignore[index]
