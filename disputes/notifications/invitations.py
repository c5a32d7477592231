"""The letter by which somebody is invited to set the password of a new account."""

from __future__ import annotations

from disputes import clock
from disputes.accounts import invitations
from disputes.accounts.models import User
from disputes.notifications import outbox
from disputes.notifications.models import Message

TEMPLATE = "user-invited"


def invite(user: User, invited_by: str = "") -> Message:
    """Send the invitation, or a new one after a lost or lapsed letter; what was sent before opens nothing any more.

    Slots of the letter: ``name``, ``invited_by``, ``portal`` (staff, merchant or desk), ``expires_at``, and ``invitation`` from
    which delivery computes the link ``/<portal>/invitation/<token>`` (``accounts.invitations``).
    """
    user.session_version += 1
    invitation = invitations.new(user, clock.now())
    portal = "merchant" if user.merchant_id is not None else "desk" if user.desk_id is not None else "staff"
    slots = {
        "name": user.name,
        "invited_by": invited_by,
        "portal": portal,
        "expires_at": invitation.expires_at.isoformat(),
        "invitation": invitation.stored(),
    }
    key = f"invitation:{user.id}:{invitation.version}"
    return outbox.put(key, outbox.Recipient(f"user:{user.id}", user.email, user.locale), TEMPLATE, slots)
