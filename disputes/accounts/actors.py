"""Who acts: what every verb and every query is handed as ``by``."""

from __future__ import annotations

from dataclasses import dataclass

from disputes.rules.lifecycle import Role

STAFF_ROLES = (Role.OFFICER, Role.SUPERVISOR)


@dataclass(frozen=True)
class Actor:
    """The acting person or machine. Which cases it sees follows from the fields that are set."""

    role: Role
    user_id: int | None = None
    case_id: int | None = None  # a tourist, or somebody at the counter: this case and no other
    merchant_id: int | None = None
    office_id: int | None = None
    key_id: int | None = None
    desk_id: int | None = None
    name: str = ""
    mailed_link: bool = False  # came by the link that was sent to the address on file

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def code(self) -> str:
        """How the history names this actor, without anything personal."""
        number = self.user_id or self.key_id
        return f"{self.role}:{number}" if number else str(self.role)


SYSTEM = Actor(Role.SYSTEM)


def of_user(user) -> Actor:  # type: ignore[no-untyped-def]
    """The actor behind a signed-in user."""
    return Actor(
        Role(user.role), user_id=user.id, merchant_id=user.merchant_id, office_id=user.office_id, desk_id=user.desk_id,
        name=user.name,
    )  # fmt: skip


def of_key(key) -> Actor:  # type: ignore[no-untyped-def]
    """The partner behind a key: it sees the cases it filed."""
    return Actor(Role.PARTNER, key_id=key.id, name=key.name)


def companion_of(case_id: int) -> Actor:
    """Somebody who follows one case beside its tourist: sees it, and takes no step in it."""
    return Actor(Role.COMPANION, case_id=case_id)


def tourist_of(case_id: int, *, mailed_link: bool = False) -> Actor:
    """The tourist of one case, known by the case's link or its number and words."""
    return Actor(Role.TOURIST, case_id=case_id, mailed_link=mailed_link)
