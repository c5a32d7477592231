"""The programs of a fault run: worker, beat and web as they are, in processes that end at a point where they are told to.

``python -m tests.faults.struck worker`` is ``disputes worker`` with eyes from outside: on SQLAlchemy, smtplib and kombu, and on
nothing of the product. A point is a file of that name in the folder of the run; whoever reaches the point and takes the file
away ends itself at once, as by ``kill -9``, so each point strikes once, in one process. Points are ``sweep.07`` (after the
seventh statement of a transaction of the task), ``sweep.commit`` and ``sweep.committed`` (before the commit; after it and
before the hints), and of a letter ``deliver.network``, ``deliver.handed`` and ``deliver.answered`` (the attempt is committed
and nothing sent; the letter is handed over; the server has answered and nothing is recorded).
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import smtplib
import sys
from pathlib import Path
from typing import Any

from celery.signals import task_prerun
from kombu.transport.redis import Channel
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from disputes.cli import main

FOLDER = "FAULTS_FOLDER"
DOUBLED, TENTH_LOST = "doubled", "tenth lost"
LONGEST_COMMAND = 300  # bytes of what SMTP says beside letters; a letter is longer
_STATEMENT = re.compile(r"\s*(?:(SELECT)\b.*?\bFROM\s+\(?(\w+)|(INSERT INTO|UPDATE|DELETE FROM)\s+(\w+))", re.DOTALL)

_doing = ""  # the task at work in this process, or web


class Points:
    """The points at which a process of this run ends, as files in a folder; and what was done there, once it has ended."""

    def __init__(self, folder: Path) -> None:
        self._set, self._struck = folder / "points", folder / "struck"
        for each in (self._set, self._struck):
            each.mkdir(parents=True, exist_ok=True)

    def put(self, names: list[str]) -> None:
        for name in names:
            (self._set / name).touch()

    def left(self) -> list[str]:
        return sorted(path.name for path in self._set.iterdir())

    def struck(self) -> dict[str, str]:
        """The points at which a process ended, and the last statement before."""
        return {path.name: path.read_text() for path in sorted(self._struck.iterdir())}

    def clear(self) -> None:
        for path in (*self._set.iterdir(), *self._struck.iterdir()):
            path.unlink(missing_ok=True)

    def reach(self, name: str, statement: str = "") -> None:
        """End this process if it is to end here."""
        try:
            (self._set / name).unlink()
        except FileNotFoundError:
            return
        (self._struck / name).write_text(_said(statement))
        os.kill(os.getpid(), signal.SIGKILL)


def _said(statement: str) -> str:
    """A statement in three words."""
    found = _STATEMENT.match(statement)
    words = " ".join(filter(None, found.groups())) if found else " ".join(statement.split()[:3])
    return words + (", locked" if "FOR UPDATE" in statement else "")


def watch(points: Points) -> None:
    """Let this process, and those that it forks, end at the points of the run."""

    def begun(connection: Any) -> None:
        connection.info["statements"] = 0

    def executed(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        connection.info["statements"] = number = connection.info.get("statements", 0) + 1
        if _doing:
            points.reach(f"{_doing}.{number:02}", statement)

    def committing(connection: Any) -> None:
        if _doing:
            points.reach(f"{_doing}.commit")

    def committed(session: Session) -> None:
        if _doing:
            points.reach(f"{_doing}.committed")

    event.listen(Engine, "begin", begun)
    event.listen(Engine, "after_cursor_execute", executed)
    event.listen(Engine, "commit", committing)
    event.listen(Session, "after_commit", committed, insert=True)

    class Watched(smtplib.SMTP):
        def mail(self, *given: Any, **more: Any) -> Any:
            points.reach("deliver.network")
            return super().mail(*given, **more)

        def send(self, content: Any) -> None:
            super().send(content)
            if len(content) > LONGEST_COMMAND:
                points.reach("deliver.handed")
                self.handed = True

        def getreply(self) -> Any:
            answer = super().getreply()
            if getattr(self, "handed", False):
                self.handed = False
                points.reach("deliver.answered")
            return answer

    smtplib.SMTP = Watched  # type: ignore[misc]


def meddle(folder: Path) -> None:
    """Let what this process gives to the broker be doubled or lost, while a file of the run says so."""
    put, number, mood = Channel._put, itertools.count(1), folder / "broker"

    def meddling(self: Channel, queue: str, message: Any, **more: Any) -> None:
        try:
            said = mood.read_text()
        except FileNotFoundError:
            said = ""
        if said == TENTH_LOST and next(number) % 10 == 0:
            return
        put(self, queue, message, **more)
        if said == DOUBLED:
            put(self, queue, message, **more)

    Channel._put = meddling


def _at_work(sender: Any = None, **_: Any) -> None:
    global _doing
    _doing = sender.name.partition(".")[2]


def run() -> None:
    """Become the program that is named, under watch."""
    global _doing
    folder = Path(os.environ[FOLDER])
    meddle(folder)
    watch(Points(folder))
    task_prerun.connect(_at_work, weak=False)
    if sys.argv[1] == "web":
        _doing = "web"
    main()


if __name__ == "__main__":
    run()
