"""The first accounts and keys of an installation; later ones are made on the staff's pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from sqlalchemy import select

from disputes.accounts import commands, invitations
from disputes.accounts.models import User
from disputes.accounts.passwords import WeakPassword
from disputes.accounts.scopes import Scope
from disputes.cli.system import answer, as_json, system
from disputes.db import db, transaction
from disputes.merchants.models import Merchant
from disputes.notifications.invitations import invite
from disputes.regions.models import Office
from disputes.rules.lifecycle import Role
from disputes.web.sentences import refusal

ROLES = (Role.OFFICER, Role.SUPERVISOR, Role.MERCHANT)


@click.command()
@click.argument("email")
@click.option("--name", required=True, help="The name that colleagues see.")
@click.option(
    "--role", type=click.Choice([str(role) for role in ROLES]), required=True, help="What the account is for."
)
@click.option("--office", "office_code", help="The office of an officer or supervisor, by its code, such as CQ-JFB.")
@click.option("--merchant", "merchant_id", type=int, help="The merchant of a merchant's user, by its number.")
@click.option("--language", "languages", multiple=True, help="A language the officer works in, such as ja. Repeatable.")
@click.option("--ask-password", is_flag=True, help="Ask for a password here, instead of sending an invitation.")
@as_json
def create_user(
    email: str,
    name: str,
    role: str,
    office_code: str | None,
    merchant_id: int | None,
    languages: tuple[str, ...],
    ask_password: bool,
    as_json: bool,
) -> None:
    """Make an account for somebody of the staff or of a merchant.

    An invitation goes to EMAIL, and its link is shown here too, so that the first account needs no working mail.
    """
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask_password else None
    with system("create-user"), _refusals_in_words():
        with transaction():
            user = commands.create_user(
                email,
                name,
                Role(role),
                office_id=_office_id(office_code),
                merchant_id=_merchant_id(merchant_id),
                languages=languages,
                password=password,
            )
            link = None if password else _invitation_link(user)
        data = {"id": user.id, "email": user.email, "role": user.role, "invitation": link}
    said = f"{data['email']} can sign in."
    if link:
        said = f"An invitation goes to {data['email']}. It is valid for {invitations.VALID_FOR.days} days:\n{link}"
    answer(as_json, data, said)


@click.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([str(scope) for scope in Scope]),
    default=tuple(str(scope) for scope in Scope),
    show_default=True,
    help="What the key may do. Repeatable.",
)
@click.option("--per-minute", default=60, show_default=True, help="How many calls a minute it may make.")
@as_json
def create_api_key(name: str, scopes: tuple[str, ...], per_minute: int, as_json: bool) -> None:
    """Make a key for a partner's own system, such as a hotel desk or a kiosk.

    NAME says whose it is. The key is shown this once.
    """
    with system("create-api-key"), _refusals_in_words():
        with transaction():
            key, text = commands.create_api_key(name, scopes, per_minute=per_minute)
        data = {"id": key.id, "name": key.name, "scopes": key.scopes, "per_minute": key.per_minute, "key": text}
    answer(as_json, data, f"The key of {data['name']}, shown this once:\n{text}")


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    try:
        yield
    except (commands.AccountRefused, WeakPassword) as error:
        raise click.ClickException(str(refusal(error))) from error


def _office_id(code: str | None) -> int | None:
    if code is None:
        return None
    offices = {office.code: office.id for office in db.session.scalars(select(Office).order_by(Office.code))}
    if code not in offices:
        raise click.ClickException(
            f"There is no office {code}. There are: {', '.join(offices) or 'none (disputes seed)'}."
        )
    return offices[code]


def _merchant_id(number: int | None) -> int | None:
    if number is not None and db.session.get(Merchant, number) is None:
        raise click.ClickException(f"There is no merchant with the number {number}.")
    return number


def _invitation_link(user: User) -> str:
    """Send the invitation and give its link, the same as in the letter."""
    kept = invitations.of_stored(invite(user).slots["invitation"])
    config = current_app.config["SETTINGS"]
    portal = "staff" if user.merchant_id is None else "merchant"
    return f"{config.public_url}/{portal}/invitation/{invitations.token(config.secret_key, kept)}"
