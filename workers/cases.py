"""Doorways for new cases and for tourists who leave."""

from celery import shared_task

from disputes.cases import sweeps
from disputes.intake import commands


@shared_task(name="cases.route", ignore_result=True)
def route() -> None:
    """Route every new case."""
    while commands.route_next():
        pass


@shared_task(name="cases.depart", ignore_result=True)
def depart() -> None:
    """Bring every case whose tourist has left into remote mode."""
    while sweeps.depart_next():
        pass


@shared_task(name="cases.hand_over", ignore_result=True)
def hand_over() -> None:
    """Hand over every case that waits for somebody who is away."""
    while sweeps.hand_over_next():
        pass
