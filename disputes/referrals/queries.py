"""Questions about referrals."""

from __future__ import annotations

from disputes.cases.models import Authorisation, Case, Referral


def authorisation(case: Case) -> Authorisation | None:
    """The authorisation under which the case may be handed over; None when the tourist gave none or took it back."""
    return next((a for a in reversed(case.authorisations) if a.withdrawn_at is None), None)


def current(case: Case) -> Referral | None:
    """The referral that is being prepared or under way."""
    return next((r for r in case.referrals if r.ended_at is None), None)


def has_package(case: Case) -> bool:
    """Whether a package may be made: there is an authorisation, and the personal data are still there."""
    return authorisation(case) is not None and case.erased_at is None
