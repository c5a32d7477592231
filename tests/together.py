"""Several people or workers at the same moment: each in a thread with a connection of its own, on a database that commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

PATIENCE = 60  # seconds; only something that hangs for good reaches it


def together(app: Flask, *jobs: Callable[[], Any]) -> list[Any]:
    """Start all jobs at once; what each gave back, or the exception it raised, in their order."""
    start = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        with app.app_context():
            start.wait(PATIENCE)
            try:
                results[place] = job()
            except Exception as error:
                results[place] = error

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for good"
    return results
