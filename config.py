"""The settings of the program, read from the environment once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from disputes.embedded.paths import paths_of

ROOT = Path(__file__).resolve().parent
ENVIRONMENTS = ("development", "test", "production")


class ConfigError(Exception):
    """The environment does not describe a program that can start; the text is a sentence for the operator."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between one installation and another. Names in the environment are the field names in capitals."""

    env: str
    state_dir: Path
    database_url: str
    redis_url: str
    embedded: bool  # we start PostgreSQL and the broker ourselves
    pg_bin: Path | None  # the folder of PostgreSQL's programs, in place of those from the wheel
    secret_key: str
    host: str
    port: int
    public_url: str
    trusted_proxies: int
    secure_cookies: bool
    smtp_url: str | None  # smtp://user:password@host:port, smtps:// for TLS from the start
    mail_from: str
    robots_url: str | None  # on this machine, in place of the hosts of WeCom, DingTalk and Feishu; never in production
    files_url: str  # file:///folder or s3://bucket
    clamd_socket: str | None
    database_pool: int
    web_workers: int
    web_threads: int
    worker_processes: int
    log_level: str

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def files_dir(self) -> Path:
        return Path(urlsplit(self.files_url).path)

    @property
    def celery_broker_url(self) -> str:
        """The same Redis in the spelling Celery knows: it says ``redis+socket`` where Redis says ``unix``."""
        if self.redis_url.startswith("unix://"):
            return self.redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
        return self.redis_url

    @property
    def limiter_url(self) -> str:
        """The same Redis in the spelling of the rate limiter."""
        return self.redis_url.replace("unix://", "redis+unix://", 1)

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address with the driver named."""
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)


# fmt: off
KNOWN = frozenset((
    "ENV", "STATE_DIR", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HOST", "PORT", "PUBLIC_URL", "TRUSTED_PROXIES",
    "SECURE_COOKIES", "SMTP_URL", "MAIL_FROM", "FILES_URL", "CLAMD_SOCKET", "DATABASE_POOL", "WEB_WORKERS", "WEB_THREADS",
    "WORKER_PROCESSES", "LOG_LEVEL", "PG_BIN", "SAMPLES", "CHROMIUM", "ROBOTS_URL",
))
# fmt: on


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; a ConfigError names what is missing or wrong.

    With nothing set the program starts in development with its own engines in ``.state``. Names may carry the prefix
    ``DISPUTES_``; with the prefix an unknown name is refused, so that a typing error does not pass for a setting.
    """
    given = os.environ if environ is None else environ
    unknown = sorted(name for name in given if name.startswith("DISPUTES_") and name[9:] not in KNOWN)
    if unknown:
        raise ConfigError(f"Unknown setting {', '.join(unknown)}. Known are: {', '.join(sorted(KNOWN))}.")

    def get(name: str, default: str = "") -> str:
        return given.get(f"DISPUTES_{name}") or given.get(name) or default

    env = get("ENV", "development")
    if env not in ENVIRONMENTS:
        raise ConfigError(f"ENV is {env!r}; it must be one of {', '.join(ENVIRONMENTS)}.")
    production = env == "production"

    state_dir = Path(get("STATE_DIR") or ROOT / ".state").absolute()
    database_url, redis_url = get("DATABASE_URL"), get("REDIS_URL")
    embedded = not database_url and not redis_url
    if not embedded and not (database_url and redis_url):
        missing = "REDIS_URL" if database_url else "DATABASE_URL"
        raise ConfigError(
            f"{missing} is missing: set both DATABASE_URL and REDIS_URL, or neither to use the embedded engines."
        )
    if embedded:
        paths = paths_of(state_dir)
        database_url, redis_url = paths.database_url, paths.redis_url
    if not database_url.startswith("postgresql://"):
        raise ConfigError("DATABASE_URL must start with postgresql:// (PostgreSQL is the only database).")

    port = _integer(get("PORT", "8000"), "PORT", 0, 65535)
    public_url = get("PUBLIC_URL").rstrip("/")
    if production:
        required = {
            "SECRET_KEY": get("SECRET_KEY"),
            "PUBLIC_URL": public_url,
            "SMTP_URL": get("SMTP_URL"),
            "MAIL_FROM": get("MAIL_FROM"),
        }
        absent = [name for name, value in required.items() if not value]
        if absent:
            raise ConfigError(f"In production {', '.join(absent)} must be set.")
        if not public_url.startswith("https://"):
            raise ConfigError("In production PUBLIC_URL must start with https://, since links carry access to cases.")
        if len(get("SECRET_KEY")) < 32:
            raise ConfigError("SECRET_KEY must have at least 32 characters.")

    return Config(
        env=env,
        state_dir=state_dir,
        database_url=database_url,
        redis_url=redis_url,
        embedded=embedded,
        pg_bin=Path(get("PG_BIN")).absolute() if get("PG_BIN") else None,
        host=get("HOST", "127.0.0.1"),
        port=port,
        public_url=public_url or f"http://localhost:{port}",
        trusted_proxies=_integer(get("TRUSTED_PROXIES", "0"), "TRUSTED_PROXIES", 0, 10),
        secure_cookies=_yes(get("SECURE_COOKIES", "yes" if production else "no"), "SECURE_COOKIES"),
        smtp_url=get("SMTP_URL") or None,
        mail_from=get("MAIL_FROM", "Visitor Care <care@visitorcare.example>"),
        robots_url=_stand_in(get("ROBOTS_URL"), production),
        files_url=get("FILES_URL") or (state_dir / "files").as_uri(),
        clamd_socket=get("CLAMD_SOCKET") or None,
        database_pool=_integer(get("DATABASE_POOL", "10"), "DATABASE_POOL", 1, 200),
        web_workers=_integer(get("WEB_WORKERS", "2"), "WEB_WORKERS", 1, 64),
        web_threads=_integer(get("WEB_THREADS", "8"), "WEB_THREADS", 1, 64),
        worker_processes=_integer(get("WORKER_PROCESSES", "2"), "WORKER_PROCESSES", 1, 64),
        log_level=get("LOG_LEVEL", "INFO").upper(),
        secret_key=get("SECRET_KEY") or _kept_secret(state_dir),  # last: a refused start leaves nothing behind
    )


def _integer(text: str, name: str, least: int, most: int) -> int:
    try:
        value = int(text)
    except ValueError:
        raise ConfigError(f"{name} is {text!r}; it must be a whole number.") from None
    if not least <= value <= most:
        raise ConfigError(f"{name} is {value}; it must lie between {least} and {most}.")
    return value


def _stand_in(text: str, production: bool) -> str | None:
    """A server on this machine that stands in for those of the robots, so that a trial reaches nobody's group."""
    if not text:
        return None
    if production:
        raise ConfigError("ROBOTS_URL is for trials only; in production robots are reached at their services.")
    parts = urlsplit(text)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost", "::1") or parts.path.strip("/"):
        raise ConfigError("ROBOTS_URL must be an http:// address on this machine, without a path.")
    return text.rstrip("/")


def _yes(text: str, name: str) -> bool:
    if text.lower() in ("yes", "true", "1", "on"):
        return True
    if text.lower() in ("no", "false", "0", "off"):
        return False
    raise ConfigError(f"{name} is {text!r}; it must be yes or no.")


def _kept_secret(state_dir: Path) -> str:
    """A secret made on the first start and kept in the state folder, so that links survive a restart."""
    path = state_dir / "secret_key"
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"secret_key.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # fails when another process was first; then its secret counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
