"""Doorways for the upkeep: what is done once a day, whenever the hour finds it not done, and the look through the data."""

from celery import shared_task

from disputes import integrity, upkeep


@shared_task(name="upkeep.daily", ignore_result=True)
def daily() -> None:
    """Sign the day's digest over all histories and purge what the law says must go."""
    upkeep.daily()


@shared_task(name="upkeep.integrity", ignore_result=True)
def look() -> None:
    """Look through the data for what must not be."""
    integrity.look()
