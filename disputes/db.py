"""The database session and the one place that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Pool, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables: moments are aware, free structures are JSONB."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012


db = SQLAlchemy(metadata=Base.metadata)


@contextmanager
def transaction() -> Iterator[None]:
    """Run verbs as one transaction: all of it is kept, or none. Nothing else in the program commits."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


# The connections that were given back within a row of transactions.
_row: ContextVar[dict[ConnectionPoolEntry, None] | None] = ContextVar("row", default=None)


@contextmanager
def in_a_row() -> Iterator[None]:
    """Transactions one right after the other, as in a sweep: their connection is tested before the first one only.

    Such a test is a question and an answer, a good part of a small transaction. Whoever does without must be able to go on
    after a lost connection (``DBAPIError.connection_invalidated``), which shows at the first statement then; what was not
    committed is rolled back, and the next transaction gets another connection.
    """
    row: dict[ConnectionPoolEntry, None] = {}
    token = _row.set(row)
    try:
        yield
    finally:
        _row.reset(token)
        for entry in row:
            entry.fresh = False  # type: ignore[attr-defined]


@event.listens_for(Pool, "checkin")
def _tested_before(_connection: Any, entry: ConnectionPoolEntry) -> None:
    """The pool does not test what is as fresh as a new connection."""
    row = _row.get()
    if row is not None:
        row[entry] = None
        entry.fresh = True  # type: ignore[attr-defined]


def after_commit(hint: Callable[[], None]) -> None:
    """Call ``hint`` once the current transaction is committed; forget it when it is rolled back.

    For hints to the broker only: what must happen is a row, and a hint may be lost.
    """
    db.session().info.setdefault("hints", {})[hint] = None  # each once


@event.listens_for(Session, "after_commit")
def _give_hints(session: Session) -> None:
    for hint in session.info.pop("hints", ()):
        hint()


@event.listens_for(Session, "after_rollback")
def _forget_hints(session: Session) -> None:
    session.info.pop("hints", None)
