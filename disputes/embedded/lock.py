"""The one lock of a state folder: whoever holds it owns the engines, and says so in the file."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holder:
    """Who holds the lock: a process, what it does, and where it is listening once it is."""

    process: int
    command: str
    address: str = ""


class Lock:
    """Held until `release`, also by a guard that was given its descriptor; the system frees it when both are gone."""

    def __init__(self, path: Path):
        self._path = path
        self.descriptor = -1

    def acquire(self, command: str, *, patience: float) -> Holder | None:
        """Take the lock; otherwise say who holds it.

        A running system keeps the lock, so nobody waits for it. Other commands end soon, and so does the guard of
        a runner that was killed, which then says that it is ending: these are waited for, up to ``patience`` seconds.
        """
        self.descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + patience
        while not self._try():
            holder = self.holder()
            if time.monotonic() > until or holder.command == "run":
                os.close(self.descriptor)
                return holder
            time.sleep(0.05)
        self.describe(Holder(os.getpid(), command))
        return None

    def describe(self, holder: Holder) -> None:
        content = json.dumps(vars(holder)).encode()
        os.pwrite(self.descriptor, content.ljust(1000), 0)  # one write of one size: a reader never sees half of it

    def holder(self) -> Holder:
        try:
            return Holder(**json.loads(os.pread(self.descriptor, 1000, 0)))
        except (ValueError, TypeError):
            return Holder(0, "")

    def release(self) -> None:
        os.close(self.descriptor)

    def _try(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
