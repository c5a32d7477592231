"""Doorways for what is due: lapsed deadlines and reminders."""

from celery import shared_task

from disputes.cases import recounts, sweeps


@shared_task(name="deadlines.sweep", ignore_result=True)
def sweep() -> None:
    """Act on lapsed deadlines."""
    sweeps.lapse_for_a_while()


@shared_task(name="deadlines.remind", ignore_result=True)
def remind() -> None:
    """Send every reminder that is due."""
    while sweeps.remind_next():
        pass


@shared_task(name="deadlines.recount", ignore_result=True)
def recount() -> None:
    """Count running deadlines again after a change of the calendar, or as a supervisor planned."""
    while recounts.recount_next():
        pass
