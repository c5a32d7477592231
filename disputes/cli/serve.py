"""The three processes of an installation: web, worker and beat."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication

import config as settings
from disputes.app import create_app
from disputes.embedded.engines import attached

DRAIN_SECONDS = 20  # in which a stopping web process may finish the requests it has


@click.command()
def web() -> None:
    """Serve the pages and the API (one of the three processes of an installation)."""
    _WebServer(attached(settings.load())).run()


@click.command()
def worker() -> None:
    """Do the work in the background: route new cases, act on deadlines, deliver messages."""
    config = attached(settings.load())
    celery = create_app(config).extensions["celery"]
    celery.worker_main(["worker", f"--loglevel={config.log_level}", f"--concurrency={config.worker_processes}"])


@click.command()
def beat() -> None:
    """Tell the workers when to look for due work. Any number may run; one is enough."""
    config = attached(settings.load())
    celery = create_app(config).extensions["celery"]
    # Nothing is remembered between starts: a sweep too many finds nothing to do.
    celery.start(["beat", f"--loglevel={config.log_level}", "--scheduler=celery.beat:Scheduler", "--pidfile="])


class _WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings. Each of its processes makes its own application, so none shares a connection."""

    def __init__(self, config: settings.Config):
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        host = f"[{self._config.host}]" if ":" in self._config.host else self._config.host
        own = {
            "bind": f"{host}:{self._config.port}",
            "worker_class": "gthread",
            "workers": self._config.web_workers,
            "threads": self._config.web_threads,
            "keepalive": 5,
            "limit_request_line": 8190,  # a long search gets our page, and not the server's bare answer
            "timeout": 60,
            "graceful_timeout": DRAIN_SECONDS,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
            "forwarded_allow_ips": "",  # whom to trust is TRUSTED_PROXIES, which the application applies itself
            "proc_name": "disputes-web",
            "control_socket_disable": True,  # it would lie outside the state folder
            "accesslog": None,  # addresses carry the tokens of cases
            "errorlog": "-",
            "loglevel": self._config.log_level.lower(),
        }
        if Path("/dev/shm").is_dir():  # noqa: S108  gunicorn's heartbeat must not wait for a disk
            own["worker_tmp_dir"] = "/dev/shm"  # noqa: S108
        for name, value in own.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        app = create_app(self._config)
        gc.collect()
        gc.freeze()  # the program itself stays; looking through it again and again would make some pages wait
        return app
