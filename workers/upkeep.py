"""Doorway for what is done once a day, whenever the hour finds it not done."""

from celery import shared_task

from disputes import upkeep


@shared_task(name="upkeep.daily", ignore_result=True)
def daily() -> None:
    """Sign the day's digest over all histories and purge what the law says must go."""
    upkeep.daily()
