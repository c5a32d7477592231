"""Whether this installation is in order: one line for each part, and an exit code for a monitor."""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import click
import redis
from sqlalchemy import func, select, text

import config as settings
from disputes import clock, inspection
from disputes.cases import recounts
from disputes.cases.models import Case
from disputes.cli.system import answer, application, as_json, current_revision, newest_revision
from disputes.db import db
from disputes.embedded.engines import services
from disputes.files.scanning import ClamdScanner
from disputes.law import queries as law

OLDEST_POSTGRES = 160000
LOOK_SECONDS = 3
NEWEST_CHAINS = 1000
NEXT_YEAR_FROM = 11  # the State Council publishes a year's holidays in November of the year before
RECOUNTED_WITHIN = timedelta(hours=1)
DIGEST_EVERY = timedelta(days=2)  # a day's digest is made in its first hour, or when the system is next started


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
@click.option(
    "--deep", is_flag=True, help="Look into the data too: cases, deadlines, letters, every history, the digests."
)
@as_json
def doctor(all_chains: bool, deep: bool, as_json: bool) -> None:
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
            *([_look("scanner", lambda: _scanner(config))] if config.clamd_socket else []),
            _look("calendar", _calendar),
            _look("recounts", _recounts),
            _look("histories", lambda: _histories(None if all_chains or deep else NEWEST_CHAINS)),
            *(_deep_findings() if deep else []),
        ]
    in_order = all(finding.state != "failed" for finding in findings)
    lines = [f"{finding.state:<7} {finding.part:<14} {finding.says}" for finding in findings]
    answer(as_json, {"in_order": in_order, "findings": [vars(finding) for finding in findings]}, "\n".join(lines))
    sys.exit(0 if in_order else 1)


def _deep_findings() -> list[Finding]:
    return [
        _look("cases", _cases),
        _look("deadlines", _deadlines),
        _look("letters", _letters),
        _look("returns", _returns),
        _look("digests", _digests),
    ]


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


def _scanner(config: settings.Config) -> str:
    if not ClamdScanner(config.clamd_socket or "").ping():
        raise Failed(f"The virus scanner at {config.clamd_socket} does not answer, so no file is accepted.")
    return "answers"


def _calendar() -> str:
    published = {number for number, year in law.calendar().years.items() if year.published}
    today = clock.today()
    if today.year not in published:
        raise Failed(
            f"The holidays of {today.year} are missing, so deadlines of this year are provisional: disputes calendar import"
        )
    if today.month >= NEXT_YEAR_FROM and today.year + 1 not in published:
        raise Note(
            f"The holidays of {today.year + 1} are not loaded; they are published in November: disputes calendar import"
        )
    return f"holidays known for {', '.join(map(str, sorted(published)))}"


def _recounts() -> str:
    """Whether running deadlines still wait to be counted again, after a change of the calendar or of the service standard."""
    stuck = recounts.unfinished(RECOUNTED_WITHIN)
    if stuck:
        raise Failed(
            f"Deadlines were to be counted again since {stuck[0].made_at:%Y-%m-%d %H:%M} UTC and some are not yet; "
            "does a worker run? By hand: disputes tick"
        )
    return "no deadline waits to be counted again"


def _histories(limit: int | None) -> str:
    number_of_cases = db.session.scalar(select(func.count()).select_from(Case)) or 0
    _nothing(inspection.broken_histories(limit))
    looked_at = number_of_cases if limit is None else min(limit, number_of_cases)
    which = "all" if looked_at == number_of_cases else f"the newest {looked_at} of"
    return f"{which} {number_of_cases} are unbroken"


def _cases() -> str:
    _nothing(inspection.ownerless_cases())
    _nothing(inspection.clocked_cases_that_are_held())
    _nothing(inspection.cases_not_routed())
    _nothing(inspection.referrals_without_record())
    _nothing(inspection.officers_who_are_away())
    return "of every open case somebody owes the next thing"


def _deadlines() -> str:
    _nothing(inspection.late_lapses())
    _nothing(inspection.unreachable_consequences())
    return "nothing that was due is left lying"


def _letters() -> str:
    _nothing(inspection.stuck_messages())
    given_up = inspection.letters_given_up()
    if given_up:
        raise Note(f"Letters that could not be delivered: {given_up}. The staff's list of letters says why.")
    return "none waits"


def _returns() -> str:
    _nothing(inspection.returns_out_of_order(everywhere=True))
    return "goods, refunds and tax entries fit what happened"


def _digests() -> str:
    _nothing(inspection.doubtful_digests())
    newest = inspection.newest_digest()
    if newest is None:
        raise Note("No digest of the histories was made yet; the worker makes one a day.")
    if newest.made_at < clock.now() - DIGEST_EVERY:
        raise Note(f"The newest digest of the histories is of {newest.day}; the worker makes one a day.")
    return f"signed, and the histories fit them; the newest is of {newest.day}"


def _nothing(found: list[inspection.Finding]) -> None:
    if found:
        raise Failed(" ".join(map(str, found)))
