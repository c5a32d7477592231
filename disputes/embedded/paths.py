"""Where the embedded engines keep data and sockets; worked out from STATE_DIR alone, so that all commands agree."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

SOCKET_FOLDER_LIMIT = (
    60  # characters; a socket's whole path may have 103 (macOS), and PostgreSQL adds its own file name
)
PLAIN = re.compile(rb"[A-Za-z0-9/._-]+")  # a comma, for one, separates hosts for PostgreSQL's clients
SHARED_STATE = Path("/var/lib/disputes")  # for root only: what an unprivileged account must reach


@dataclass(frozen=True)
class Paths:
    """The folders and files of one embedded system."""

    state: Path
    cluster: Path  # PostgreSQL's data
    binaries_copy: Path  # used only where PostgreSQL's account cannot reach the installed binaries
    postgres_sockets: Path
    broker_sockets: Path

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def lock(self) -> Path:
        return self.run / "lock"

    @property
    def smtp_port(self) -> Path:
        return self.run / "smtp-port"

    @property
    def broker_data(self) -> Path:
        return self.state / "broker"

    @property
    def broker_socket(self) -> Path:
        return self.broker_sockets / "broker.sock"

    @property
    def mail(self) -> Path:
        return self.state / "mail"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def database_url(self) -> str:
        return f"postgresql:///disputes?host={self.postgres_sockets}&user=disputes"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.broker_socket}?db=0"


def paths_of(state_dir: Path) -> Paths:
    """The paths of the embedded system whose state lies in ``state_dir``.

    An ordinary user has everything inside. PostgreSQL refuses to run as root, so root runs it under an account that
    often cannot enter the state folder (root's home is closed to it); then the cluster lies in /var/lib/disputes.
    A cluster that exists already decides, whatever the permissions say today. Socket folders move to a short path
    when the state folder lies deep or has an unusual name.
    """
    state = state_dir.absolute()
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    if os.geteuid() == 0:
        shared = SHARED_STATE / digest
        outside = (shared / "postgres").exists() or not others_may_enter(state.parent)
        home = shared if outside and not (state / "postgres").exists() else state
        short_postgres, short_broker = shared / "pg", shared / "run"
    else:
        home = state
        short_postgres = short_broker = Path("/tmp") / f"disputes-{os.geteuid()}-{digest}"  # noqa: S108  see private_folder
    return Paths(
        state=state,
        cluster=home / "postgres",
        binaries_copy=home / "engine",
        postgres_sockets=_usable(home / "pg", short_postgres),
        broker_sockets=_usable(state / "run", short_broker),
    )


def _usable(wanted: Path, otherwise: Path) -> Path:
    """The wanted folder, if a socket in it has a short path that every client's kind of address can spell."""
    path = os.fsencode(wanted)
    return wanted if len(path) <= SOCKET_FOLDER_LIMIT and PLAIN.fullmatch(path) else otherwise


def others_may_enter(folder: Path) -> bool:
    """Whether an account without rights of its own can pass through ``folder``, as far as it exists."""
    steps = {step for start in (folder, folder.resolve()) for step in (start, *start.parents)}
    return all(step.stat().st_mode & 0o001 for step in steps if step.exists())


def prepare_state(paths: Paths) -> None:
    """Make the state folder and what the runner keeps in it; each folder below it is closed to everybody else.

    PostgreSQL's account must pass through the state folder to the cluster inside, so root leaves it passable (not
    listable). No other permission of a folder that was there before is changed.
    """
    passable(paths.state)
    if os.geteuid() == 0 and paths.state in paths.cluster.parents and not paths.state.stat().st_mode & 0o001:
        paths.state.chmod(paths.state.stat().st_mode & 0o7777 | 0o011)
    for folder in (paths.run, paths.broker_sockets, paths.broker_data, paths.mail, paths.logs):
        private_folder(folder)


def private_folder(folder: Path, owner: tuple[int, int] | None = None) -> None:
    """Make ``folder`` for its owner alone (0700). A folder of somebody else there is refused, not taken over."""
    uid, gid = owner or (os.geteuid(), os.getegid())
    passable(folder.parent)
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise PermissionError(
                f"{folder} belongs to another account. Remove it, or choose another STATE_DIR."
            ) from None
        folder.chmod(0o700)


def passable(folder: Path) -> None:
    """Make ``folder`` and the missing ones above it, so that others pass through but cannot list."""
    for step in (*reversed(folder.parents), folder):
        try:
            step.mkdir()
        except FileExistsError:
            continue
        step.chmod(0o711 if os.geteuid() == 0 else 0o700)
