"""Who is calling: a partner with a key, or somebody with the link of one case; and how often they may.

Every view says with a mark of ``web.access`` who may call it; without a mark it is everybody with a key or a link, and a
stranger never is. A browser's session counts for nothing here, so there is nothing to forge from another site.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import g, request
from werkzeug.exceptions import NotFound

from disputes.accounts import actors, commands, queries
from disputes.accounts.actors import Actor
from disputes.accounts.commands import KEY_MARK
from disputes.accounts.models import ApiKey
from disputes.accounts.scopes import Scope
from disputes.db import transaction
from disputes.rules.lifecycle import Kind, Role
from disputes.web import access, tries
from disputes.web.api.problems import Problem
from disputes.web.sessions import tourist_by_link

WRITES = {Kind.DISPUTE: Scope.COMPLAINTS_WRITE, Kind.RETURN: Scope.RETURNS_WRITE}
EVERYBODY = (Role.TOURIST, Role.COMPANION, Role.PARTNER)
PER_ADDRESS = "120 per minute"  # of those who call without a key; a key has its own number


@dataclass(frozen=True)
class Caller:
    """Who calls. ``key`` is set for a partner, and says what the partner may do."""

    actor: Actor
    key: ApiKey | None = None

    @property
    def knows_the_person(self) -> bool:
        """Whether the caller may see how to reach the tourist: the tourist, and the partner that took the complaint down."""
        return self.actor.role is not Role.COMPANION

    def answers_for_the_guest(self, kind: Kind) -> bool:
        """Whether this is the key of a desk that may pass on its guest's answers; such a key sees only cases it filed."""
        return self.key is not None and WRITES[kind] in self.key.scopes

    def acting_in(self, case_id: int) -> Actor:
        """Who takes a step in this case: the guest, whose words a desk only passes on. The history names the key."""
        if self.key is None:
            return self.actor
        return replace(actors.tourist_of(case_id), key_id=self.key.id)

    def must_have(self, scope: Scope) -> None:
        """Refuse a key that may not do this. A link needs no scope: it opens its own case and nothing else."""
        if self.key is not None and scope not in self.key.scopes:
            raise Problem(403)


def admit() -> None:
    """Let a request in or not; to be called before every view."""
    allowed = access.roles_of(request.endpoint or "", EVERYBODY)
    token = _bearer()
    caller = _recognised(token) if token else None
    _throttle(caller)
    if allowed is None:
        return
    if caller is None:
        raise Problem(401)
    if caller.actor.role not in allowed:
        raise Problem(403)
    if caller.key is not None:
        with transaction():
            commands.note_use(caller.key)
    g.caller = caller


def current() -> Caller:
    """Who calls the view that runs now."""
    caller: Caller = g.caller
    return caller


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _recognised(token: str) -> Caller | None:
    if token.startswith(KEY_MARK + "_"):
        key = queries.find_by_key(token)
        return Caller(actors.of_key(key), key) if key is not None else None
    try:
        return Caller(tourist_by_link(token))
    except NotFound:
        return None


def _throttle(caller: Caller | None) -> None:
    if caller is not None and caller.key is not None:
        limit, name = f"{caller.key.per_minute} per minute", ("api", "key", caller.key.prefix)
    else:
        limit, name = PER_ADDRESS, ("api", "address", request.remote_addr or "")
    wait = tries.use(limit, *name)
    if wait is not None:
        raise Problem(429, headers={"Retry-After": str(wait)})
