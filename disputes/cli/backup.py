"""Backup and restore: the database and the files that belong to it, together in one file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import config as settings
from disputes.cli import database
from disputes.cli.system import application
from disputes.embedded import postgres
from disputes.embedded.engines import DATABASE, services
from disputes.embedded.errors import EngineError
from disputes.files.storage import NotStored, Storage, storage_at

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files/"
SECRET = "secret_key"  # noqa: S105  its name in the archive
EVERY_AGE = timedelta(minutes=-1)  # files stored up to now, and a little later by a clock that disagrees


class BackupError(click.ClickException):
    """The backup cannot be written or read; the text is a sentence for the operator."""


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
def backup(target: Path | None) -> None:
    """Write database and files into one file. The system may go on running.

    TARGET is the file to write, by default disputes-<date>-<time>.backup in this folder. It holds personal data.
    """
    target = target or Path(f"disputes-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup")
    with services(settings.load(), (DATABASE,), "backup") as config:
        files = write(config, target)
    click.echo(f"{target} holds the database and {files} files.")


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(source: Path) -> None:
    """Read a backup into an empty system and bring it to this version.

    SOURCE is a file that `disputes backup` wrote. A system that holds data is refused.
    """
    with services(settings.load(), (DATABASE,), "restore") as config:
        manifest, files = read(config, source)
        config = settings.load()  # the secret may have come with the backup
        with application(config):
            database.bring_tables_up_to_date()
            database.load_seeds()
    click.echo(f"The system stands as it did at {manifest['made_at']}, with {files} files.")
    if manifest["secret"] != _fingerprint(config.secret_key):
        click.echo("SECRET_KEY is another than the backup's: links sent before open only with the old one.")


def write(config: settings.Config, target: Path) -> int:
    """Write the backup and return the number of files in it; it appears under its name once it is complete.

    The database comes first: a file is stored before the row that names it, so no row of the dump lacks its file.
    """
    if target.exists():
        raise BackupError(f"{target} exists already.")
    storage = storage_at(config.files_url)
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".backup-") as folder:
        dump, fresh = Path(folder) / DUMP, Path(folder) / target.name
        _tool(config, "pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"])
        with open(fresh, "xb", opener=_private) as output:
            with tarfile.open(fileobj=output, mode="w") as archive:
                _add(archive, MANIFEST, json.dumps(_describe(config, dump), indent=2).encode())
                archive.add(dump, DUMP)
                if _keeps_its_secret(config):
                    _add(archive, SECRET, config.secret_key.encode())
                count = _add_files(archive, storage)
            output.flush()
            os.fsync(output.fileno())
        fresh.rename(target)
    return count


def read(config: settings.Config, source: Path) -> tuple[dict[str, Any], int]:
    """Read a backup into an empty database and an empty storage; its description and the number of its files.

    The files come first and the database last and as a whole: what is broken off can simply be repeated.
    """
    storage = storage_at(config.files_url)
    try:
        with tarfile.open(source, mode="r:") as archive, tempfile.TemporaryDirectory() as folder:
            manifest = _manifest(archive)
            _refuse_unless_empty(config)
            dump = Path(folder) / DUMP
            with open(dump, "wb", opener=_private) as output:
                shutil.copyfileobj(_content(archive, DUMP), output)
            if _sha256(dump) != manifest["dump_sha256"]:
                raise BackupError(f"{source} is damaged: its database is not the one that was written.")
            files = _restore_files(archive, storage)
            if SECRET in archive.getnames() and _keeps_its_secret(config):
                _kept_secret(config).write_bytes(_content(archive, SECRET).read())
            _tool(config, "pg_restore", ["--no-owner", "--no-privileges", "--single-transaction", str(dump)])
    except tarfile.TarError as error:
        raise BackupError(f"{source} is no backup, or is damaged: {error}.") from error
    return manifest, files


def _describe(config: settings.Config, dump: Path) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "dump_sha256": _sha256(dump),
        "secret": _fingerprint(config.secret_key),
    }


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(_content(archive, MANIFEST).read())
    if manifest.get("format") != FORMAT:
        raise BackupError("The backup was written by a newer version of the program. Restore it with that one.")
    return manifest


def _refuse_unless_empty(config: settings.Config) -> None:
    try:
        connection = psycopg.connect(config.database_url)
    except psycopg.OperationalError as error:
        raise BackupError(f"The database cannot be reached: {error}") from error
    with connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row and row[0]:
        raise BackupError(
            "The database is not empty. Restore into a new one: another STATE_DIR, or another DATABASE_URL and FILES_URL."
        )


def _add_files(archive: tarfile.TarFile, storage: Storage) -> int:
    count = 0
    for file in storage.stored_before(EVERY_AGE):
        with suppress(NotStored):  # erased since it was listed
            _add(archive, FILES + file.address, storage.read(file.address))
            count += 1
    return count


def _restore_files(archive: tarfile.TarFile, storage: Storage) -> int:
    count = 0
    for member in archive.getmembers():
        if member.name.startswith(FILES):
            address = storage.put(_content(archive, member.name).read())
            if address != member.name.removeprefix(FILES):
                raise BackupError(f"The backup is damaged: {member.name} is not the file that was written.")
            count += 1
    return count


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))


def _content(archive: tarfile.TarFile, name: str) -> Any:
    try:
        content = archive.extractfile(name)
    except KeyError:
        content = None
    if content is None:
        raise BackupError(f"This is no backup, or it is damaged: it has no {name}.")
    return content


def _tool(config: settings.Config, name: str, options: list[str]) -> None:
    """Run one of PostgreSQL's own programs on our database; the password goes by the environment, not the command."""
    address = conninfo_to_dict(config.database_url)
    password = address.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [_program(config, name), "--dbname", make_conninfo("", **address), *options]
    result = subprocess.run(command, env=environment, stderr=subprocess.PIPE, check=False)
    if result.returncode:
        raise BackupError(f"{name} failed:\n{result.stderr.decode(errors='replace').strip()}")


def _program(config: settings.Config, name: str) -> str:
    """PostgreSQL's program from DISPUTES_PG_BIN, from the wheel, or from the system."""
    with suppress(EngineError):
        own = (config.pg_bin or postgres.wheel_binaries()) / name
        if own.exists():
            return str(own)
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"{name} is missing. Install PostgreSQL's client programs, or set DISPUTES_PG_BIN to their folder."
        )
    return found


def _keeps_its_secret(config: settings.Config) -> bool:
    """Whether the secret is the one that the program made for itself, not one that was set."""
    kept = _kept_secret(config)
    return kept.exists() and kept.read_text().strip() == config.secret_key


def _kept_secret(config: settings.Config) -> Path:
    return config.state_dir / "secret_key"


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(f"disputes backup {secret}".encode()).hexdigest()[:16]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
