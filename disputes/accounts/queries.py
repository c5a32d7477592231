"""Questions about accounts and keys. Those of a portal take the actor, so that other people's accounts are not found."""

from __future__ import annotations

import hmac

from sqlalchemy import Select, and_, false, func, or_, select

from disputes.accounts.actors import STAFF_ROLES, Actor
from disputes.accounts.commands import KEY_MARK, hash_of_secret
from disputes.accounts.models import ApiKey, User
from disputes.db import db
from disputes.rules.lifecycle import Role


def visible_to(by: Actor) -> Select[tuple[User]]:
    """The accounts this actor may look after: a supervisor the own office's and all merchants', a merchant the own company's."""
    users = select(User)
    if by.role is Role.SUPERVISOR:
        return users.where(or_(User.role == Role.MERCHANT, User.office_id == by.office_id))
    if by.role is Role.MERCHANT and by.merchant_id is not None and by.user_id is not None:
        return users.where(and_(User.role == Role.MERCHANT, User.merchant_id == by.merchant_id))
    return users.where(false())


def find(user_id: int, by: Actor) -> User | None:
    """One account among those the actor may look after."""
    return db.session.scalars(visible_to(by).where(User.id == user_id)).one_or_none()


def users(by: Actor, *, merchant_id: int | None = None, staff: bool = False) -> list[User]:
    """The accounts the actor may look after, the active ones first, by name; all, one merchant's, or the staff's."""
    query = visible_to(by).order_by(User.active.desc(), User.role.desc(), User.name, User.id)
    if merchant_id is not None:
        query = query.where(User.merchant_id == merchant_id)
    if staff:
        query = query.where(User.role.in_(STAFF_ROLES))
    return list(db.session.scalars(query))


def by_email(email: str) -> User | None:
    """The account with this address, in any case."""
    return db.session.scalars(select(User).where(func.lower(User.email) == func.lower(email.strip()))).one_or_none()


def user(user_id: int) -> User | None:
    """One account by its id, for pages that name who took a step."""
    return db.session.get(User, user_id)


def staff_by_id() -> dict[int, User]:
    """Every account of the staff by its id, for pages that name officers."""
    return {u.id: u for u in db.session.scalars(select(User).where(User.role.in_(STAFF_ROLES)))}


def officers(office_id: int | None = None) -> list[User]:
    """The active staff to whom a case can be given, of one office or of all."""
    query = select(User).where(User.role.in_(STAFF_ROLES), User.active).order_by(User.office_id, User.name, User.id)
    if office_id is not None:
        query = query.where(User.office_id == office_id)
    return list(db.session.scalars(query))


def api_keys() -> list[ApiKey]:
    """All keys of partners, those in force first, the newest first."""
    return list(db.session.scalars(select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())))


def api_key(key_id: int) -> ApiKey | None:
    """One key by its id."""
    return db.session.get(ApiKey, key_id)


def find_by_key(text: str) -> ApiKey | None:
    """The key in force with this full text ``vc_<prefix>_<secret>``; None for any other."""
    mark, _, rest = text.strip().partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != KEY_MARK or not prefix.isalnum() or not prefix.isascii():
        return None
    key = db.session.scalars(select(ApiKey).where(ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None))).one_or_none()
    expected = key.secret_hash if key else hash_of_secret("")
    right = hmac.compare_digest(expected, hash_of_secret(secret))
    return key if right and key is not None else None
