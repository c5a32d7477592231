"""The verbs that change what the staff themselves know best about the offices. They never commit."""

from __future__ import annotations

from disputes.regions.models import Office


def change_office(office: Office, email: str, phone: str) -> None:
    """How an office is reached. The seeds give only the first address and leave a changed one alone."""
    office.email, office.phone = email.strip() or None, phone.strip() or None
