"""Celery: how tasks reach the database and when the sweeps run."""

from __future__ import annotations

import gc
import time
from contextlib import suppress
from typing import Any

import redis
from celery import Celery, Task
from celery.signals import heartbeat_sent, worker_process_init
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry

from disputes.db import db

SWEEP_SECONDS = 5  # a sweep message is worthless once the next one is there, so it expires after this interval
HINT_SECONDS = 0.2  # design section 4 rule 2
PAUSE_SECONDS = 1.0
ALIVE_KEY, ALIVE_SECONDS = "disputes:worker-alive", 60  # what /readyz and the doctor look for
TASK_MODULES = ("workers.cases", "workers.deadlines", "workers.messages", "workers.upkeep")


def make_celery(flask_app: Flask) -> Celery:
    """The Celery application of a Flask application."""
    config = flask_app.config["SETTINGS"]

    class TaskInContext(Task):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with flask_app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery("disputes", task_cls=TaskInContext, include=TASK_MODULES)
    celery.conf.update(
        broker_url=config.celery_broker_url,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": 300,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
        },
        task_publish_retry=False,
        timezone="UTC",
        beat_schedule={
            name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
            for name, seconds in (
                ("cases.route", SWEEP_SECONDS),
                ("deadlines.sweep", SWEEP_SECONDS),
                ("deadlines.remind", SWEEP_SECONDS * 2),
                ("deadlines.recount", 60),
                ("messages.deliver", SWEEP_SECONDS),
                ("cases.depart", 60),
                ("cases.hand_over", 60),
                ("upkeep.daily", 3600),
                ("upkeep.integrity", 900),
            )
        },
    )
    celery.set_default()
    _notice_workers(flask_app, config.redis_url)
    return celery


def _notice_workers(flask_app: Flask, url: str) -> None:
    """Hear of the workers that run on this application: of each fork, and of each sign of life."""
    broker = _impatient(url)

    def own_process(**_: Any) -> None:
        """A forked worker must not share its parent's database connections."""
        with flask_app.app_context():
            db.engine.dispose(close=False)
        gc.freeze()  # the program itself stays, and need not be looked through again and again

    def alive(**_: Any) -> None:
        """A worker is there and has the broker; it says so every few seconds."""
        with suppress(redis.RedisError):
            broker.set(ALIVE_KEY, 1, ex=ALIVE_SECONDS)

    worker_process_init.connect(own_process, weak=False)
    heartbeat_sent.connect(alive, weak=False)


def _impatient(url: str) -> redis.Redis:
    """The broker for those who cannot wait for it."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=HINT_SECONDS, socket_timeout=HINT_SECONDS, retry=Retry(NoBackoff(), 0)
    )


class Hints:
    """Sends hints to the broker, or fails at once: a look with a short time-out comes before each, and none for a second after one failed."""

    def __init__(self, celery: Celery, url: str) -> None:
        self._celery = celery
        self._broker = _impatient(url)
        self._gone_until = 0.0

    def send(self, task: str) -> None:
        """Tell the workers that work of this task may be due; raises when the broker is gone."""
        if time.monotonic() < self._gone_until:
            raise ConnectionError("the broker did not answer a moment ago")
        try:
            self._broker.ping()
        except redis.RedisError:
            self._gone_until = time.monotonic() + PAUSE_SECONDS
            raise
        self._celery.send_task(task, expires=SWEEP_SECONDS, retry=False)
