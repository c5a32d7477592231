"""Migrations: from nothing and with rows in it, up and down, and at their head the tables are what the models say."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from psycopg import sql
from sqlalchemy import inspect as looked_at
from sqlalchemy import text

import config as settings
from disputes import inspection, seeding
from disputes.app import create_app
from disputes.cases.models import Case
from disputes.cli.system import MIGRATIONS, current_revision, newest_revision
from disputes.db import Base, db, transaction
from disputes.notifications.models import Message
from tests import factories as make

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
NEWEST_FIRST = [script.revision for script in SCRIPTS.walk_revisions()]
TRIGGERS = {
    "case_events_append_only", "case_events_not_truncated", "pledge_versions_fixed", "pledge_events_append_only", "custody_append_only",
}  # fmt: skip
FUNCTIONS = {"history_is_append_only", "published_pledges_are_fixed"}


def on(database: settings.Config) -> Iterator[Flask]:
    app = create_app(database)
    app.config["TESTING"] = True
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def seeded(new_database: Callable[[str], settings.Config]) -> Iterator[Flask]:
    """An application on a migrated and seeded database of its own."""
    yield from on(new_database(f"disputes_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_migrations"))


@pytest.fixture
def empty(base_settings: settings.Config) -> Iterator[Flask]:
    """An application on a database without any table."""
    name = f"disputes_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_empty"
    with psycopg.connect(base_settings.database_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    url = base_settings.database_url.replace("///disputes?", f"///{name}?")
    yield from on(dataclasses.replace(base_settings, database_url=url))


def tables() -> set[str]:
    return set(looked_at(db.engine).get_table_names()) - {"alembic_version"}


def differences() -> list[object]:
    """What Alembic would still have to change for the tables to be what the models say."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def outside_the_models() -> tuple[set[str], set[str], set[str]]:
    """Triggers, functions and sequences of our own that metadata alone do not make."""
    with db.engine.connect() as connection:
        triggers = connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars()
        functions = connection.execute(
            text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        ).scalars()
        sequences = connection.execute(
            text("SELECT sequencename FROM pg_sequences WHERE sequencename NOT LIKE '%_id_seq'")
        ).scalars()
        return set(triggers), set(functions), set(sequences)


# What Alembic does not compare: checks, conditions of indexes, triggers, defaults.
CATALOGUE = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') "
    "FROM information_schema.columns WHERE table_schema = 'public'",
)


def catalogue() -> set[tuple[str, str, str]]:
    """All that the database knows of our tables."""
    with db.engine.connect() as connection:
        rows = {(str(a), str(b), str(c)) for query in CATALOGUE for a, b, c in connection.execute(text(query))}
    return {row for row in rows if row[0] != "alembic_version"}


def some_rows() -> None:
    """Cases in many states, with everything that hangs on them."""
    make.supervisor()
    make.with_picture(make.reported())
    make.closed()
    make.referred()
    make.liaison()
    make.erased()
    make.merchant_user()
    make.breach(make.pledge())
    make.network_member()


def test_an_empty_database_comes_to_what_the_models_say(empty: Flask) -> None:
    assert tables() == set()
    upgrade()
    assert current_revision() == newest_revision()
    assert tables() == set(Base.metadata.tables)
    assert differences() == []
    assert outside_the_models() == (TRIGGERS, FUNCTIONS, {"case_serial"})
    with transaction():
        assert seeding.load_all()
    some_rows()


def test_what_the_migrations_make_is_what_the_models_would_make(empty: Flask) -> None:
    Base.metadata.create_all(db.engine)
    by_the_models = catalogue()
    with db.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    upgrade()
    by_the_migrations = catalogue()
    assert len(by_the_models) > 300
    assert by_the_migrations - by_the_models == set()
    assert by_the_models - by_the_migrations == set()


def test_upgrading_a_second_time_changes_nothing(seeded: Flask) -> None:
    some_rows()
    before = db.session.query(Case).count(), db.session.query(Message).count()
    db.session.rollback()
    upgrade()
    assert (db.session.query(Case).count(), db.session.query(Message).count()) == before
    assert inspection.broken_histories() == []


@pytest.mark.parametrize("revision", NEWEST_FIRST)
def test_each_migration_goes_down_and_up_again_with_rows_in_it(seeded: Flask, revision: str) -> None:
    some_rows()
    db.session.remove()
    downgrade(revision=revision)
    downgrade(revision=SCRIPTS.get_revision(revision).down_revision or "base")
    upgrade(revision=revision)
    upgrade()
    assert differences() == []
    assert outside_the_models() == (TRIGGERS, FUNCTIONS, {"case_serial"})
    with transaction():
        seeding.load_all()
    some_rows()


def test_going_down_to_the_beginning_leaves_nothing_behind(seeded: Flask) -> None:
    some_rows()
    db.session.remove()
    downgrade(revision="base")
    assert tables() == set()
    assert outside_the_models() == (set(), set(), set())


def test_there_is_one_line_of_migrations_and_each_says_what_it_changes() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    for script in SCRIPTS.walk_revisions():
        assert re.match(r"\d{4}_[a-z_]{8,}\.py$", Path(script.path).name)
        assert script.doc.strip()
        assert "pass" not in inspect.getsource(script.module.downgrade).split(), script.path


def test_no_migration_carries_data_of_the_law() -> None:
    """Law is seeded, with its source on top of the file; a migration would freeze it."""
    for script in SCRIPTS.walk_revisions():
        assert "bulk_insert" not in Path(script.path).read_text(encoding="utf-8")
        assert "INSERT INTO law" not in Path(script.path).read_text(encoding="utf-8")
