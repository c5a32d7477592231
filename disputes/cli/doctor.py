"""Whether this installation is in order: one line for each part, and an exit code for a monitor."""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from urllib.parse import urlsplit

import click
import redis
from sqlalchemy import func, select, text

import config as settings
from disputes import clock
from disputes.cases import history
from disputes.cases.models import Case, CaseEvent
from disputes.cli.system import answer, application, as_json, current_revision, newest_revision
from disputes.db import db
from disputes.embedded.engines import services
from disputes.law.models import CalendarVersion

OLDEST_POSTGRES = 160000
LOOK_SECONDS = 3
NEWEST_CHAINS = 1000
BATCH = 200
NEXT_YEAR_FROM = 12  # the State Council publishes a year's holidays in November of the year before


@dataclass(frozen=True)
class Finding:
    """What was found of one part: ``ok``, ``note`` (look at it one day) or ``failed``."""

    part: str
    state: str
    says: str


class Failed(Exception):
    """A part is not in order; the text is a sentence for the operator."""


class Note(Exception):
    """A part works, but somebody should look at it; the text is a sentence for the operator."""


@click.command()
@click.option("--all-chains", is_flag=True, help=f"Check every history, not only the newest {NEWEST_CHAINS}.")
@as_json
def doctor(all_chains: bool, as_json: bool) -> None:
    """Check configuration, database, broker, mail, calendar and histories. Exit code 1 when something is not in order."""
    config = settings.load()
    with services(config, command="doctor") as config, application(config):
        findings = [
            _look("configuration", lambda: _configuration(config)),
            _look("database", _database),
            _look("migrations", _migrations),
            _look("broker", lambda: _broker(config)),
            _look("worker", lambda: _worker(config)),
            _look("mail", lambda: _mail(config)),
            _look("calendar", _calendar),
            _look("histories", lambda: _chains(None if all_chains else NEWEST_CHAINS)),
        ]
    in_order = all(finding.state != "failed" for finding in findings)
    lines = [f"{finding.state:<7} {finding.part:<14} {finding.says}" for finding in findings]
    answer(as_json, {"in_order": in_order, "findings": [vars(finding) for finding in findings]}, "\n".join(lines))
    sys.exit(0 if in_order else 1)


def _look(part: str, check: Callable[[], str]) -> Finding:
    """The finding of one check. Whatever a broken part raises is its finding, so that the others are still looked at."""
    try:
        return Finding(part, "ok", check())
    except Note as note:
        return Finding(part, "note", str(note))
    except Exception as error:
        db.session.rollback()
        return Finding(part, "failed", str(error).splitlines()[0])


def _configuration(config: settings.Config) -> str:
    if config.production and config.embedded:
        raise Note("Production with the embedded engines: fine for one server, without a standby.")
    engines = "embedded engines" if config.embedded else "own servers"
    return f"{config.env}, {engines}, addresses begin with {config.public_url}"


def _database() -> str:
    version = db.session.scalar(text("SELECT current_setting('server_version_num')::int"))
    encoding = db.session.scalar(text("SELECT current_setting('server_encoding')"))
    if version < OLDEST_POSTGRES:
        raise Failed(f"PostgreSQL {version // 10000} is too old; 16 or newer is needed.")
    if encoding != "UTF8":
        raise Failed(f"The database is encoded in {encoding}; it must be UTF8.")
    return f"PostgreSQL {version // 10000}.{version % 10000}, UTF8"


def _migrations() -> str:
    at, expected = current_revision(), newest_revision()
    if at != expected:
        raise Failed(
            f"The database stands at {at or 'no migration'} and the program expects {expected}: disputes migrate"
        )
    return f"at {at}"


def _broker(config: settings.Config) -> str:
    client = _redis(config)
    client.ping()
    policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    if policy != "noeviction":
        raise Failed(f"maxmemory-policy is {policy}; it must be noeviction, or work that was announced is lost.")
    return "answers, evicts nothing"


def _worker(config: settings.Config) -> str:
    if _redis(config).exists("disputes:worker-alive"):
        return "at work"
    missing = "No worker has been seen in the last minute: cases are not routed, deadlines and mail wait."
    raise (Note if config.embedded else Failed)(missing)


def _redis(config: settings.Config) -> redis.Redis:
    return redis.Redis.from_url(
        config.redis_url, decode_responses=True, socket_timeout=LOOK_SECONDS, socket_connect_timeout=LOOK_SECONDS
    )


def _mail(config: settings.Config) -> str:
    if config.smtp_url is None:
        raise Note("No mail server: SMTP_URL is not set and the system's own mailbox is not running.")
    address = urlsplit(config.smtp_url)
    connect = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    with connect(address.hostname or "", address.port or 0, timeout=LOOK_SECONDS) as server:
        server.ehlo_or_helo_if_needed()
        server.noop()
    return f"{address.hostname} port {address.port or server.default_port} takes mail"


def _calendar() -> str:
    newest = db.session.scalars(select(CalendarVersion).order_by(CalendarVersion.id.desc()).limit(1)).one_or_none()
    if newest is None:
        raise Failed("There is no calendar of working days: disputes seed")
    published = {year.year for year in newest.years if year.published}
    today = clock.today()
    if today.year not in published:
        raise Failed(f"The holidays of {today.year} are missing, so deadlines of this year are provisional. Load them.")
    if today.month >= NEXT_YEAR_FROM and today.year + 1 not in published:
        raise Note(f"The holidays of {today.year + 1} should have been published by now. Load them.")
    return f"holidays known for {', '.join(map(str, sorted(published)))}"


def _chains(limit: int | None) -> str:
    """Verify the histories of the newest cases, or of all; a broken one is named by its case number."""
    number_of_cases = db.session.scalar(select(func.count()).select_from(Case)) or 0
    ids = db.session.scalars(select(Case.id).order_by(Case.id.desc()).limit(limit)).all()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        rows = select(CaseEvent).where(CaseEvent.case_id.in_(batch)).order_by(CaseEvent.case_id, CaseEvent.seq)
        events = {case_id: list(found) for case_id, found in groupby(db.session.scalars(rows), attrgetter("case_id"))}
        for case in db.session.scalars(select(Case).where(Case.id.in_(batch))):
            broken = history.broken_at(case, events.get(case.id, ()))
            if broken:
                raise Failed(f"The history of case {case.number} was changed at step {broken}.")
        db.session.expunge_all()
    which = "all" if len(ids) == number_of_cases else f"the newest {len(ids)} of"
    return f"{which} {number_of_cases} are unbroken"
