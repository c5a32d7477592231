"""What is backed up comes back whole, into an empty system and nowhere else."""

from __future__ import annotations

import dataclasses
import json
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql

import config as settings
from disputes.cli import backup
from disputes.files.storage import storage_at
from tests import factories


@pytest.fixture
def full(own_app: Flask) -> settings.Config:
    """A system with cases, and with a file in its storage."""
    config = own_app.config["SETTINGS"]
    with own_app.app_context():
        factories.settled()
        factories.erased()
    storage_at(config.files_url).put("账单".encode())
    return config


@pytest.fixture
def empty(full: settings.Config, tmp_path: Path) -> settings.Config:
    """A new system: an empty database, no files."""
    name = "disputes_restored"
    with psycopg.connect(full.database_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        url = full.database_url.replace(f"///{server.info.dbname}?", f"///{name}?")
    state = tmp_path / "restored"
    return dataclasses.replace(full, database_url=url, state_dir=state, files_url=(state / "files").as_uri())


def rows(config: settings.Config) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(config.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {
            name: sorted(
                connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name))).fetchall()
            )
            for (name,) in tables
        }


def files(config: settings.Config) -> set[str]:
    return {file.address for file in storage_at(config.files_url).stored_before(backup.EVERY_AGE)}


def test_a_restored_system_has_every_row_and_every_file(
    full: settings.Config, empty: settings.Config, tmp_path: Path
) -> None:
    written = backup.write(full, tmp_path / "a.backup")
    _, restored = backup.read(empty, tmp_path / "a.backup")
    assert rows(empty) == rows(full)
    assert files(empty) == files(full)
    assert written == restored == len(files(full)) > 0


def test_a_restored_history_still_cannot_be_changed(
    full: settings.Config, empty: settings.Config, tmp_path: Path
) -> None:
    backup.write(full, tmp_path / "a.backup")
    backup.read(empty, tmp_path / "a.backup")
    with psycopg.connect(empty.database_url) as connection, pytest.raises(psycopg.Error):
        connection.execute("UPDATE case_events SET action = 'close'")


def test_a_system_that_holds_data_is_not_overwritten(full: settings.Config, tmp_path: Path) -> None:
    backup.write(full, tmp_path / "a.backup")
    before = rows(full)
    with pytest.raises(backup.BackupError, match="not empty"):
        backup.read(full, tmp_path / "a.backup")
    assert rows(full) == before


def test_a_backup_is_for_its_owner_alone_and_overwrites_nothing(full: settings.Config, tmp_path: Path) -> None:
    target = tmp_path / "a.backup"
    backup.write(full, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(backup.BackupError, match="exists already"):
        backup.write(full, target)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.backup"]


def test_a_secret_that_was_set_is_not_in_the_backup(full: settings.Config, tmp_path: Path) -> None:
    backup.write(full, tmp_path / "a.backup")
    with tarfile.open(tmp_path / "a.backup") as archive:
        assert backup.SECRET not in archive.getnames()
        assert full.secret_key not in archive.extractfile(backup.MANIFEST).read().decode()


def test_a_generated_secret_comes_back_so_that_links_keep_working(
    full: settings.Config, empty: settings.Config, tmp_path: Path
) -> None:
    generated = {}
    for config in (full, empty):
        config.state_dir.mkdir(parents=True, exist_ok=True)
        generated[config.state_dir] = settings.load({"STATE_DIR": str(config.state_dir)}).secret_key
    full = dataclasses.replace(full, secret_key=generated[full.state_dir])
    empty = dataclasses.replace(empty, secret_key=generated[empty.state_dir])
    backup.write(full, tmp_path / "a.backup")
    backup.read(empty, tmp_path / "a.backup")
    assert settings.load({"STATE_DIR": str(empty.state_dir)}).secret_key == full.secret_key
    (full.state_dir / "secret_key").unlink()


@pytest.mark.parametrize("damage", ["not a backup", "cut off", "another database", "another file"])
def test_a_damaged_backup_is_refused_and_leaves_the_database_empty(
    full: settings.Config, empty: settings.Config, tmp_path: Path, damage: str
) -> None:
    good, bad = tmp_path / "good.backup", tmp_path / "bad.backup"
    backup.write(full, good)
    if damage == "not a backup":
        bad.write_text("not a backup")
    elif damage == "cut off":
        bad.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    else:
        rewritten(good, bad, backup.DUMP if damage == "another database" else backup.FILES)
    with pytest.raises(backup.BackupError):
        backup.read(empty, bad)
    assert rows(empty) == {}


def rewritten(source: Path, target: Path, prefix: str) -> None:
    """A copy in which one byte of the members whose names begin with ``prefix`` differs."""
    with tarfile.open(source) as given, tarfile.open(target, "w") as made:
        for member in given.getmembers():
            content = bytearray(given.extractfile(member).read())
            if member.name.startswith(prefix):
                content[-1] ^= 1
            backup._add(made, member.name, bytes(content))


def test_a_backup_of_a_newer_version_is_refused(
    full: settings.Config, empty: settings.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "FORMAT", backup.FORMAT + 1)
    backup.write(full, tmp_path / "a.backup")
    monkeypatch.undo()
    with pytest.raises(backup.BackupError, match="newer version"):
        backup.read(empty, tmp_path / "a.backup")


def test_the_manifest_says_when_it_was_made(
    full: settings.Config, tmp_path: Path, new_database: Callable[[str], settings.Config]
) -> None:
    backup.write(full, tmp_path / "a.backup")
    with tarfile.open(tmp_path / "a.backup") as archive:
        manifest = json.load(archive.extractfile(backup.MANIFEST))
    assert manifest["format"] == backup.FORMAT
    assert manifest["made_at"].endswith("+00:00")
