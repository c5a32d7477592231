"""At most so many decodings at once on this machine, whichever web process or worker asks."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.05  # seconds between two looks at the slots


class NoSlotFree(Exception):
    """Every slot stayed taken for as long as the caller was willing to wait."""


@contextmanager
def slot(folder: Path, slots: int, patience: float) -> Iterator[int]:
    """Hold one of the slots; the open descriptor of its lock file.

    A slot is a lock on a file, not a counter: the system gives it back when its holder dies, however it dies. Handed to a
    child process, the descriptor keeps the slot taken until the child has ended too.
    """
    descriptor = _first_free(folder, slots, patience)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _first_free(folder: Path, slots: int, patience: float) -> int:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + patience
    while True:
        for number in range(slots):
            descriptor = os.open(folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                return descriptor
        if time.monotonic() >= deadline:
            raise NoSlotFree(f"All {slots} slots in {folder} are taken.")
        time.sleep(PAUSE)
