"""Celery: how tasks reach the database and when the sweeps run."""

from __future__ import annotations

from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init
from flask import Flask, current_app

from disputes.db import db

SWEEP_SECONDS = 5  # a sweep message is worthless once the next one is there, so it expires after this interval
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
            "socket_connect_timeout": 0.2,  # a hint to a broker that is gone fails at once
            "socket_timeout": 0.2 if not config.production else 1.0,
        },
        task_publish_retry=False,
        timezone="UTC",
        beat_schedule={
            name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
            for name, seconds in (
                ("cases.route", SWEEP_SECONDS),
                ("deadlines.sweep", SWEEP_SECONDS),
                ("deadlines.remind", SWEEP_SECONDS * 2),
                ("messages.deliver", SWEEP_SECONDS),
                ("cases.depart", 60),
                ("upkeep.daily", 3600),
            )
        },
    )
    celery.set_default()
    return celery


def send_hint(flask_app: Flask, task: str) -> None:
    """Tell the broker that work may be due; raises at once when the broker is gone."""
    flask_app.extensions["celery"].send_task(task, expires=SWEEP_SECONDS, retry=False)


@worker_process_init.connect
def _own_connections(**_: Any) -> None:
    """A forked worker must not share its parent's database connections."""
    if current_app:
        db.engine.dispose(close=False)
