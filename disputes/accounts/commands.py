"""The verbs that change accounts and keys. They never commit; the invitation letter is ``notifications.invitations.invite``."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select

from disputes import clock, hints
from disputes.accounts import passwords, second_factor
from disputes.accounts.actors import STAFF_ROLES, Actor
from disputes.accounts.models import ApiKey, User
from disputes.accounts.scopes import Scope
from disputes.db import after_commit, db
from disputes.rules.lifecycle import Role

KEY_MARK = "vc"
MOST_OF_AN_ADDRESS = 320  # characters
USE_IS_NOTED_EVERY = timedelta(minutes=1)  # so that a busy key does not write a row with each call


class AccountRefused(Exception):
    """An account or a key cannot be made or changed like this; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# --- users

REMEMBERED_SESSIONS = 200  # more than one account ends in the twelve hours a session lives without a click


def create_user(
    email: str,
    name: str,
    role: Role,
    *,
    office_id: int | None = None,
    merchant_id: int | None = None,
    desk_id: int | None = None,
    languages: Iterable[str] = (),
    locale: str = "zh_CN",
    password: str | None = None,
) -> User:
    """A new account: an officer or supervisor of an office, somebody of a merchant, or somebody at a return desk of an office.

    Without a password it opens only by an invitation. AccountRefused when the address is wrong or taken, or the account
    would belong nowhere; WeakPassword for a password that is too easy to guess.
    """
    address = checked_address(email)
    if not name.strip():
        raise AccountRefused("account_name_missing")
    if role in (*STAFF_ROLES, Role.DESK) and office_id is None:
        raise AccountRefused("office_missing")
    if role is Role.MERCHANT and merchant_id is None:
        raise AccountRefused("merchant_missing")
    if role is Role.DESK and desk_id is None:
        raise AccountRefused("desk_missing")
    if role not in (*STAFF_ROLES, Role.MERCHANT, Role.DESK):
        raise AccountRefused("role_unknown")
    if password is not None:
        passwords.require_good(password, address, name)
    user = User(
        email=address,
        name=name.strip(),
        role=role,
        office_id=office_id if role is not Role.MERCHANT else None,
        merchant_id=merchant_id if role is Role.MERCHANT else None,
        desk_id=desk_id if role is Role.DESK else None,
        languages=list(dict.fromkeys(languages)),
        locale=locale,
        password_hash=passwords.hashed(password) if password is not None else None,
        on_duty=True,
        active=True,
        session_version=1,
    )
    db.session.add(user)
    db.session.flush()
    return user


def checked_address(email: str, *, of: User | None = None) -> str:
    """The address in its written form; AccountRefused when it is none, or another account has it."""
    try:
        address = validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise AccountRefused("email_invalid") from error
    taken = _by_address(address)
    if taken is not None and taken is not of:
        raise AccountRefused("email_taken")
    return address


def change_user(
    user: User, *, name: str, email: str, languages: Iterable[str], locale: str, role: Role | None = None
) -> None:
    """Correct an account; a new role among the staff ends its sessions."""
    user.email = checked_address(email, of=user)
    if not name.strip():
        raise AccountRefused("account_name_missing")
    user.name, user.languages, user.locale = name.strip(), list(dict.fromkeys(languages)), locale
    if role is not None and role != user.role:
        if user.role not in STAFF_ROLES or role not in STAFF_ROLES:
            raise AccountRefused("role_unknown")
        user.role = role
        end_sessions(user)


def set_password(user: User, password: str) -> None:
    """A new password. It ends every session of the account and uses up its invitation."""
    passwords.require_good(password, user.email, user.name)
    user.password_hash = passwords.hashed(password)
    end_sessions(user)


def set_second_factor(user: User, secret: str, code: str) -> None:
    """Tie the account to an authenticator app that has just shown a right code; AccountRefused when it has not."""
    step = second_factor.step_of(secret, code, clock.now(), None)
    if step is None:
        raise AccountRefused("code_wrong")
    user.totp_secret, user.totp_last_step = secret, step


def reset_second_factor(user: User) -> None:
    """Forget the authenticator app, as after a lost phone: the next sign-in sets up a new one. Ends every session."""
    user.totp_secret, user.totp_last_step = None, None
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Sign the account out wherever it is signed in; invitations that are on their way lapse too."""
    user.session_version += 1


def deactivate(user: User, by: Actor | None = None) -> None:
    """Nobody signs in with this account any more. Its past steps keep its name."""
    if by is not None and by.user_id == user.id:
        raise AccountRefused("not_yourself")
    user.active, user.on_duty = False, False
    end_sessions(user)


def activate(user: User) -> None:
    """Let the account sign in again."""
    user.active = True


def set_on_duty(user: User, on_duty: bool) -> None:
    """Whether new cases are given to this officer."""
    user.on_duty = on_duty
    if not on_duty:
        after_commit(hints.hand_over)


# --- signing in


def check_password(email: str, password: str, roles: Iterable[Role]) -> User | None:
    """The active account of one of these roles with this address and password; None otherwise, after the same work."""
    user = _by_address(email)
    if user is not None and (not user.active or user.role not in tuple(roles)):
        user = None
    if not passwords.fits(user.password_hash if user else None, password) or user is None:
        return None
    if passwords.is_outdated(user.password_hash or ""):
        user.password_hash = passwords.hashed(password)
    return user


def check_code(user: User, code: str) -> bool:
    """Whether this is a code of the account's authenticator app that nobody has used yet; it is used up by that.

    The row is locked, so of two that bring the same code at once only one is let in.
    """
    db.session.refresh(user, with_for_update=True)
    if user.totp_secret is None:
        return False
    step = second_factor.step_of(user.totp_secret, code, clock.now(), user.totp_last_step)
    if step is None:
        return False
    user.totp_last_step = step
    return True


def signed_in(user: User) -> None:
    """Note that somebody signed in."""
    user.signed_in_at = clock.now()


def sign_out(user: User, session: str) -> None:
    """End one session for good: whoever kept its cookie is not let in with it again. The account's other sessions go on."""
    user.signed_out = [*user.signed_out, session][-REMEMBERED_SESSIONS:]


# --- keys


def create_api_key(
    name: str, scopes: Iterable[Scope | str], *, by: Actor | None = None, per_minute: int = 60
) -> tuple[ApiKey, str]:
    """A new key for a partner, and its full text ``vc_<prefix>_<secret>``, which is shown this once and kept nowhere."""
    wanted = list(dict.fromkeys(scopes))
    if not name.strip():
        raise AccountRefused("account_name_missing")
    if not wanted or any(scope not in tuple(Scope) for scope in wanted):
        raise AccountRefused("scope_unknown")
    if not 1 <= per_minute <= 6000:
        raise AccountRefused("rate_out_of_range")
    prefix, secret = secrets.token_hex(5), secrets.token_hex(24)
    key = ApiKey(
        prefix=prefix,
        secret_hash=hash_of_secret(secret),
        name=name.strip(),
        scopes=[str(scope) for scope in wanted],
        per_minute=per_minute,
        created_by_id=by.user_id if by else None,
    )
    db.session.add(key)
    db.session.flush()
    return key, f"{KEY_MARK}_{prefix}_{secret}"


def hash_of_secret(secret: str) -> str:
    """The kept form of a key's secret. It has 192 random bits, so a fast hash is as good as a slow one."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def note_use(key: ApiKey) -> None:
    """Note that the key was used, at most once a minute."""
    now = clock.now()
    if key.used_at is None or now - key.used_at >= USE_IS_NOTED_EVERY:
        key.used_at = now


def revoke_api_key(key: ApiKey) -> None:
    """The key opens nothing any more. A second call changes nothing."""
    key.revoked_at = key.revoked_at or clock.now()


def _by_address(address: str) -> User | None:
    readable = address.replace("\0", "").encode("utf-8", "replace").decode().strip()[:MOST_OF_AN_ADDRESS]
    return db.session.scalars(select(User).where(func.lower(User.email) == func.lower(readable))).one_or_none()
