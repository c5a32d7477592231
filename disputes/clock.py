"""The one place that asks what time it is."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, DateTime, event, literal_column, text
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from disputes.db import Base, db

SHANGHAI = ZoneInfo("Asia/Shanghai")


class MovedClock(Base):
    """At most one row, and none in production: where the clock stands, or how far it runs ahead.

    It lies in the database so that a demo, a fault run or a journey moves the time of all processes together.
    """

    __tablename__ = "moved_clock"
    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    ahead_seconds: Mapped[float] = mapped_column(default=0.0)
    stands_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


# clock_timestamp, not now(): a verb that waited for a lock must not write an earlier time than the verb it waited for.
_PRESENT = """
    SELECT coalesce(moved.stands_at, clock_timestamp() + make_interval(secs => coalesce(moved.ahead_seconds, 0)))
    FROM (SELECT 1) one LEFT JOIN moved_clock moved ON true
"""
_NOW = text(_PRESENT)
# The same as part of a statement that would otherwise have to ask before it asks.
PRESENT = literal_column(f"({_PRESENT})", DateTime(timezone=True))


def now() -> datetime:
    """The present moment, in UTC, by the database's clock; read once per transaction, so all its rows agree."""
    session = db.session()
    known: datetime | None = session.info.get("now")
    if known is None:
        known = session.info["now"] = session.scalars(_NOW).one()
    return known


def today() -> date:
    """The present legal day, which is a day in Asia/Shanghai."""
    return now().astimezone(SHANGHAI).date()


def stand_at(moment: datetime | None) -> None:
    """Let the clock of all processes stand at ``moment``; None lets it run truly again. Refused in production by the caller's command."""
    _move(0.0, moment)


def run_ahead(seconds: float) -> None:
    """Let the clock of all processes run ``seconds`` ahead of the true time."""
    _move(seconds, None)


def _move(ahead_seconds: float, stands_at: datetime | None) -> None:
    db.session.execute(
        text("""
            INSERT INTO moved_clock (id, ahead_seconds, stands_at) VALUES (1, :ahead, :stands)
            ON CONFLICT (id) DO UPDATE SET ahead_seconds = :ahead, stands_at = :stands
        """),
        {"ahead": ahead_seconds, "stands": stands_at},
    )
    db.session().info.pop("now", None)


def keep(moment: datetime) -> None:
    """This is the present moment, as another question has just read it with ``PRESENT``."""
    db.session().info["now"] = moment


def read_again() -> None:
    """Ask anew what time it is: somebody may have been waited for, and what follows must not carry an earlier moment than theirs."""
    db.session().info.pop("now", None)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # a flush and a savepoint are transactions of their own to SQLAlchemy, inside ours
        session.info.pop("now", None)
