"""What all tests share: one PostgreSQL for the run, one database per process, one rolled-back transaction per test."""

from __future__ import annotations

import contextvars
import dataclasses
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from psycopg import sql

import config as settings
from disputes import seeding
from disputes.app import create_app
from disputes.db import db, transaction
from disputes.embedded.engines import BROKER, DATABASE, Engines
from disputes.embedded.guard import Guard
from disputes.embedded.lock import Lock
from disputes.embedded.paths import paths_of, prepare_state

TEMPLATE = "disputes_template"
NO_BROWSER = "no Chromium was found"
SECRET = "only-for-tests-and-long-enough-to-be-a-key"


class EnginesOfTheRun:
    """The run's own PostgreSQL and broker in a folder that goes away with it, also when the run is killed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="disputes-test-"))
        self.folder.chmod(0o711)  # as root PostgreSQL runs under another account, which must pass
        paths = paths_of(self.folder)
        prepare_state(paths)
        self._lock = Lock(paths.lock)
        self._lock.acquire("test", patience=0)
        self._guard = Guard(self._lock.descriptor)
        other = os.environ.get("DISPUTES_PG_BIN")
        self._engines = Engines(paths, self._guard, binaries=Path(other) if other else None, durable=False)
        self._engines.start((DATABASE, BROKER))

    def stop(self) -> None:
        self._engines.stop()
        self._guard.close()
        self._lock.release()
        shutil.rmtree(self.folder)


# With xdist the controlling process starts the engines and tells its workers where; else the only one does when needed.
_engines: list[EnginesOfTheRun] = []


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:  # type: ignore[no-untyped-def]
    if not _engines:
        _engines.append(EnginesOfTheRun())
    node.workerinput["engines_folder"] = str(_engines[0].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    while _engines:
        _engines.pop().stop()


@pytest.fixture(scope="session")
def engines_folder(request: pytest.FixtureRequest) -> Path:
    """The state folder of the run's database server and broker."""
    given = getattr(request.config, "workerinput", {}).get("engines_folder")
    if given:
        return Path(given)
    if not _engines:
        _engines.append(EnginesOfTheRun())
    return _engines[0].folder


@pytest.fixture(scope="session")
def base_settings(engines_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> settings.Config:
    """Settings of a system under test; its database is still the server's empty one."""
    loaded = settings.load({"ENV": "test", "STATE_DIR": str(engines_folder), "SECRET_KEY": SECRET})
    own = tmp_path_factory.mktemp("state")
    return dataclasses.replace(loaded, state_dir=own, files_url=(own / "files").as_uri())


@pytest.fixture(scope="session")
def new_database(base_settings: settings.Config, engines_folder: Path) -> Callable[[str], settings.Config]:
    """Makes a migrated and seeded database of that name, and gives the settings that point to it."""

    def make(name: str) -> settings.Config:
        with (
            _exclusively(engines_folder / "template.lock"),
            psycopg.connect(base_settings.database_url, autocommit=True) as server,
        ):
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
                _make_template(server, base_settings)
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
            )
        return _on(base_settings, name)

    return make


def _make_template(server: psycopg.Connection, base: settings.Config) -> None:
    unfinished = f"{TEMPLATE}_new"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(unfinished)))
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(unfinished)))
    app = create_app(_on(base, unfinished))
    with app.app_context():
        upgrade()
        with transaction():
            seeding.load_all()
        db.engine.dispose()
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(TEMPLATE))
    )


def _on(base: settings.Config, name: str) -> settings.Config:
    return dataclasses.replace(base, database_url=base.database_url.replace("///disputes?", f"///{name}?"))


@contextmanager
def _exclusively(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Visitor(FlaskClient):
    """A browser whose every request stands alone, as in a server: nothing of the test's application context reaches it.

    After each request the test forgets what it had read, so that it sees what the request committed.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.expire_all()
        return answer


@pytest.fixture(scope="session")
def app(new_database: Callable[[str], settings.Config]) -> Iterator[Flask]:
    """The application on this test process's own database."""
    app = create_app(new_database(f"disputes_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"))
    app.config["TESTING"] = True
    app.test_client_class = Visitor
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def database(app: Flask) -> Iterator[None]:
    """An application context whose database forgets everything after the test, commits included."""
    with app.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        outer = connection.begin()
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        db.engines[None] = connection  # Flask-SQLAlchemy takes the bind of every session from here
        try:
            yield
        finally:
            db.session.remove()
            db.engines[None] = engine
            outer.rollback()
            connection.close()


@pytest.fixture
def client(app: Flask, database: None) -> FlaskClient:
    """A browser without JavaScript, on the same rolled-back transaction as the test."""
    return app.test_client()


@pytest.fixture
def own_app(new_database: Callable[[str], settings.Config]) -> Iterator[Flask]:
    """An application on a fresh database where commits are real, for tests of several transactions at once."""
    app = create_app(new_database(f"disputes_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_own"))
    app.config["TESTING"] = True
    app.test_client_class = Visitor
    yield app
    with app.app_context():
        db.engine.dispose()


def browser_path() -> str | None:
    """The installed Chromium: the one that is set, or the first that is found."""
    names = (os.environ.get("DISPUTES_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, filter(None, names))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the journeys where there is no browser; under CI that is a failure."""
    journeys = [item for item in items if item.get_closest_marker("journey")]
    if not journeys or browser_path():
        return
    if os.environ.get("CI"):
        raise pytest.UsageError("No Chromium was found, and journeys must run under CI: make browser")
    for item in journeys:
        item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what did not run, and how to mend it."""
    number = sum(NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ()))
    if number:
        what = "journey" if number == 1 else "journeys"
        terminalreporter.write_line(f"{number} {what} did not run, since {NO_BROWSER}. `make browser` installs one.")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Playwright with the installed Chromium; as root it runs without its sandbox, which root cannot have."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": browser_path(), "args": arguments}
