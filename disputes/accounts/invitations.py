"""Invitations: a signed link by which somebody sets the password of an account, for three days and once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from disputes.accounts.models import User

VALID_FOR = timedelta(days=3)
SALT = "invitation"


@dataclass(frozen=True)
class Invitation:
    """For whom it is and until when. ``version`` is the account's session version: setting a password raises it."""

    user_id: int
    version: int
    expires_at: datetime

    def stored(self) -> dict[str, int]:
        """As it lies in the slots of its letter; the link itself is computed when the letter is written."""
        return {"user_id": self.user_id, "version": self.version, "expires_at": int(self.expires_at.timestamp())}

    def is_for(self, user: User, now: datetime) -> bool:
        """Whether it still opens this account."""
        return (
            user.active and self.user_id == user.id and self.version == user.session_version and (now < self.expires_at)
        )


def new(user: User, now: datetime) -> Invitation:
    """An invitation for this account, from now on."""
    return Invitation(user.id, user.session_version, (now + VALID_FOR).replace(microsecond=0))


def of_stored(stored: dict[str, int]) -> Invitation:
    """An invitation from the slots of its letter."""
    return Invitation(stored["user_id"], stored["version"], datetime.fromtimestamp(stored["expires_at"], UTC))


def token(secret: str, invitation: Invitation) -> str:
    """The token for ``/staff/invitation/<token>`` or ``/merchant/invitation/<token>``."""
    kept = invitation.stored()
    return str(URLSafeSerializer(secret, salt=SALT).dumps([kept["user_id"], kept["version"], kept["expires_at"]]))


def read(secret: str, text: str) -> Invitation | None:
    """The invitation behind a token, or None when nobody here made it."""
    try:
        user_id, version, expires_at = URLSafeSerializer(secret, salt=SALT).loads(text)
    except (BadSignature, ValueError, TypeError):
        return None
    return of_stored({"user_id": user_id, "version": version, "expires_at": expires_at})
