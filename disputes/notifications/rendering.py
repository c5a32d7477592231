"""From a row of the outbox to a mail: subject, plain text and HTML in the reader's language, and a calendar file for a date."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup, escape

from disputes import names
from disputes.notifications import calendar
from disputes.notifications.slots import (
    END_ISOLATE,
    ISOLATE,
    Post,
    context_of,
    follow_words,
    owed_words,
    without_isolates,
)
from disputes.rules.notices import letters

SOURCE = "en"  # the language in which the letters are written; it needs no catalogue
LONGEST_SUBJECT = 150
POLICY = SMTP.clone(cte_type="7bit")  # every server takes it, whatever else it can do


@dataclass(frozen=True)
class Letter:
    """One letter in its reader's language."""

    language: str
    subject: str
    text: str
    html: str
    calendar: bytes | None = None


class NoSuchLetter(ValueError):
    """A row names a letter that does not exist."""


class NoAddress(ValueError):
    """A row's address cannot be a mail address; the text says why."""


def mail(post: Post, now: datetime) -> EmailMessage:
    """The mail for a row. Its Message-ID is the same for every attempt, so that a second arrival is known as one.

    Raises NoAddress where the row's address cannot be one.
    """
    letter = write(post, now)
    settings = current_app.config["SETTINGS"]
    name, sender = parseaddr(settings.mail_from)
    address = checked(post.address)
    made = EmailMessage(policy=POLICY if address.isascii() else POLICY.clone(utf8=True))
    made["From"] = Address(name, addr_spec=sender)
    made["To"] = Address("", *address.rsplit("@", 1))
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = message_id(post.key, settings.public_url)
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"  # what Exchange reads in place of the line above
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    if letter.calendar is not None:
        made.add_attachment(
            letter.calendar, maintype="text", subtype="calendar", filename="date.ics",
            params={"charset": "utf-8", "method": "PUBLISH"},
        )  # fmt: skip
    made["Content-Language"] = letter.language.replace(
        "_", "-"
    )  # last: making the parts clears what begins with Content
    return made


def write(post: Post, now: datetime) -> Letter:
    """The letter of a row, in the row's language where we have it, else in the language of the source."""
    if post.template not in letters():
        raise NoSuchLetter(f"There is no letter {post.template}.")
    language = post.language if post.language in current_app.config["LANGUAGES"] else SOURCE
    with force_locale(language):
        context = context_of(post, language, now)
        parts = {**context, "letter": _parts(post.template, context)}
        as_text = str if Locale.parse(language).text_direction == "rtl" else without_isolates
        return Letter(
            language=language,
            subject=_subject(parts["letter"]["subject"], context["number"]),
            text=re.sub(r"\n{3,}", "\n\n", _frame("txt", parts, as_text)).strip() + "\n",
            html=_frame("html", parts, _marked_up),
            calendar=_calendar(post, context, now),
        )


def checked(address: str) -> str:
    """The address as mail servers know it: its domain in ASCII, and all of it where that can be. Raises NoAddress."""
    try:
        valid = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise NoAddress(f"This is no mail address. {error}") from error
    return valid.ascii_email or f"{valid.local_part}@{valid.ascii_domain}"


def message_id(key: str, public_url: str) -> str:
    """The Message-ID of a row: from its unique key, at our host."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host_of(public_url)}>"


def host_of(public_url: str) -> str:
    """Our name among hosts, for Message-IDs and for greeting mail servers."""
    try:
        return (urlsplit(public_url).hostname or "localhost").encode("idna").decode()
    except UnicodeError:
        return "localhost"


def subject_of(post: Post, context: Mapping[str, Any]) -> str:
    """The subject of a letter, without its number; the present locale is its language."""
    return " ".join(without_isolates(_parts(post.template, context)["subject"]).split())[:LONGEST_SUBJECT]


def _parts(template: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """What the letter's file says, part by part; ``templates/layouts/letter.html`` tells what the parts are."""
    written = current_app.jinja_env.get_template(f"messages/{template}.txt").make_module(dict(context))
    parts: dict[str, Any] = {
        "happened": [], "offer": None, "facts": [], "quotes": [], "asked": [], "further": [], "deadline": True,
        "action": None, "reason": None,
    }  # fmt: skip
    return parts | {name: value for name, value in vars(written).items() if not name.startswith("_")}


def _subject(said: str, number: str | None) -> str:
    line = " ".join(without_isolates(said).split())[:LONGEST_SUBJECT]
    return f"{line} · {number}" if number else line


def _frame(kind: str, parts: Mapping[str, Any], show: Callable[[str], str]) -> str:
    return current_app.jinja_env.get_template(f"layouts/letter.{kind}").render(**parts, show=show)


def _marked_up(text: str) -> Markup:
    return Markup(str(escape(text)).replace(ISOLATE, "<bdi>").replace(END_ISOLATE, "</bdi>"))  # noqa: S704  escaped just before


def _calendar(post: Post, context: Mapping[str, Any], now: datetime) -> bytes | None:
    """A calendar file where the reader owes something by a date that still lies ahead."""
    if not context["yours"] or context["due_at"] is None or context["late"]:
        return None
    reader, clock, number = context["reader"], context["clock"], context["number"]
    return calendar.entry(
        uid=f"{post.slots['number']}-{clock}@{host_of(current_app.config['SETTINGS'].public_url)}",
        sequence=post.id,
        summary=f"{names.named(owed_words(reader), clock)} · {number}",
        description=names.named(follow_words(reader), clock),
        due_at=context["due_at"],
        written_at=now,
    )
