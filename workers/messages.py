"""Doorway for the outbox."""

from celery import shared_task

from disputes.notifications import delivery


@shared_task(name="messages.deliver", ignore_result=True)
def deliver() -> None:
    """Deliver every message that is due."""
    delivery.deliver_due()
