"""The shapes in which the interface takes and gives things: texts, codes, money, days and moments.

Each field refuses with a sentence in the reader's language and describes itself in the OpenAPI document, so that the two
cannot say different things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from disputes.cases import texts

# In the OpenAPI document; whether a text can be kept is decided by `texts.clean`.
WITHOUT_NUL = r"^[^\u0000]*$"
WITH_WORDS = r"^[^\u0000]*[^\u0000\s][^\u0000]*$"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
LONGEST_NAME = 80  # characters of a field's name that somebody made up
MOST_CODES_NAMED = 20  # in a sentence; longer lists stand in the description of the interface

MESSAGES = {
    "required": _l("This is needed."),
    "null": _l("This cannot be null. Leave it out if there is nothing to say."),
    "invalid": _l("This has the wrong type."),
    "type": _l("This must be an object with named fields."),
    "unknown": _l("There is no field of this name."),
}


class Taken(Schema):
    """What somebody sends. A field that is not described is refused, so that a typing error is not silently lost."""

    error_messages = MESSAGES  # type: ignore[assignment]  # sentences that find their language when read

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        """Give the library's own fields our sentences too. Null is refused: what is not known is left out."""
        field_obj.allow_none = False
        _speak(field_obj)
        if isinstance(field_obj, fields.List):
            _speak(field_obj.inner)


class Given(Schema):
    """What we answer. Every field is always there; what is not known is null."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        """Say so in the OpenAPI document."""
        field_obj.required = True


def left_out() -> None:
    """The default of a field that was left out."""
    return


class Text(fields.String):
    """What a person wrote, kept as the domain keeps texts. ``words`` says that there must be some."""

    def __init__(self, longest: int, *, words: bool = False, description: str = "", **more: Any) -> None:
        self.longest, self.words = longest, words
        described = {
            "maxLength": longest,
            "pattern": WITH_WORDS if words else WITHOUT_NUL,
            **({"minLength": 1} if words else {}),
            **({"description": description} if description else {}),
        }
        super().__init__(metadata=described, **({} if more.get("required") else {"load_default": ""}), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(_("This must be a text."))
        try:
            text = texts.clean(value)
        except texts.UnreadableText:
            raise ValidationError(
                _("This text holds characters that no text may hold: NUL or a lone surrogate.")
            ) from None
        if len(text) > self.longest:
            raise ValidationError(
                _(
                    "This text has %(length)s characters; at most %(longest)s fit here.",
                    length=len(text),
                    longest=self.longest,
                )
            )
        if self.words and not text.strip():
            raise ValidationError(_("This is needed."))
        return text


class Code(fields.String):
    """One of a closed set of codes, such as the members of an enum; loaded as a member of it."""

    def __init__(self, of: Iterable[str], *, description: str = "", **more: Any) -> None:
        self.members = {str(code): code for code in of}
        self.metadata_only = {"enum": [*self.members, *([None] if more.get("allow_none") else [])]}
        super().__init__(
            metadata={**self.metadata_only, **({"description": description} if description else {})}, **more
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(value, str) and value in self.members:
            return self.members[value]
        if len(self.members) > MOST_CODES_NAMED:
            raise ValidationError(_("This is none of the codes in the description of the interface."))
        raise ValidationError(_("Use one of these: %(codes)s.", codes=", ".join(self.members)))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str | None:
        return None if value is None else str(value)


class Tag(Code):
    """One of our languages as a tag of BCP 47 (``zh-CN``); inside the program it is a code (``zh_CN``)."""

    def __init__(self, of: Iterable[str], **more: Any) -> None:
        super().__init__([tag_of(code) for code in of], **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        return str(super()._deserialize(value, attr, data, **more)).replace("-", "_")


class Language(fields.String):
    """The language of something that was written, as a tag of BCP 47."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str | None:
        return None if value is None else tag_of(value)


class Whole(fields.Integer):
    """A whole number between two limits; true and false are none."""

    def __init__(self, least: int, most: int, *, description: str = "", **more: Any) -> None:
        self.least, self.most = least, most
        described = {"minimum": least, "maximum": most, **({"description": description} if description else {})}
        super().__init__(metadata=described, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str) and isinstance(data, Query) and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError(_("This must be a whole number."))
        if not self.least <= value <= self.most:
            raise ValidationError(_("This must lie between %(least)s and %(most)s.", least=self.least, most=self.most))
        return value


class YesNo(fields.Boolean):
    """True or false, and nothing that is only like it: in JSON 1 is a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(_("This has the wrong type."))
        return value


class Day(fields.Date):
    """A day as ISO 8601 writes it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> date:
        try:
            if isinstance(value, str) and DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError(_("Write the day like this: 2026-11-24."))


class Moment(fields.DateTime):
    """A moment with its offset, as RFC 3339 writes it; given out in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        try:
            if isinstance(value, str) and MOMENT.fullmatch(value):
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise ValidationError(_("Write the moment with its offset, like this: 2026-11-24T18:30:00+08:00."))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **more: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Address(fields.String):
    """An e-mail address; nobody is asked whether it exists."""

    def __init__(self, *, description: str = "", **more: Any) -> None:
        described = {"format": "email", "maxLength": 254, **({"description": description} if description else {})}
        super().__init__(metadata=described, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        try:
            if isinstance(value, str) and len(value) <= 254:
                return validate_email(texts.clean(value).strip(), check_deliverability=False).normalized
        except (EmailNotValidError, texts.UnreadableText):
            pass
        raise ValidationError(_("This is no e-mail address. It looks like name@example.com."))


OWN = (Text, Code, Whole, Day, Moment, Address)


class Query(dict[str, Any]):
    """What stands after the question mark of an address, where numbers come as texts."""


def several(inner: fields.Field, *, least: int = 0, most: int, description: str = "", **more: Any) -> fields.List:
    """A list without repetitions that matter, between two lengths."""
    described = {"minItems": least, "maxItems": most, **({"description": description} if description else {})}
    return fields.List(inner, validate=_length(least, most), metadata=described, **more)


def _length(least: int, most: int) -> Any:
    def check(value: list[Any]) -> None:
        if len(value) < least:
            raise ValidationError(_("This is needed."))
        if len(value) > most:
            raise ValidationError(_("There can be at most %(most)s.", most=most))

    return check


def _speak(field: fields.Field) -> None:
    """Let a field refuse with our sentences; our own fields have better ones for a wrong type."""
    known = ("required", "null") if isinstance(field, OWN) else MESSAGES
    field.error_messages.update({key: MESSAGES[key] for key in known if key in field.error_messages})


def one_of(value: str) -> Any:
    """A field that must hold exactly this."""
    return fields.String(required=True, validate=validate.Equal(value), metadata={"enum": [value]})


def tag_of(code: str) -> str:
    """The tag of BCP 47 for one of our codes."""
    return code.replace("_", "-")


def flat(messages: Any, path: str = "") -> dict[str, list[str]]:
    """The library's nested errors by the path of each field: ``claim.money.amount``, ``consents.0``."""
    if isinstance(messages, Mapping):
        found: dict[str, list[str]] = {}
        for key, inner in messages.items():
            name = str(key)[:LONGEST_NAME].encode("utf-8", "replace").decode()
            below = path if key == "_schema" else f"{path}.{name}" if path else name
            for where, sentences in flat(inner, below).items():
                found.setdefault(where, []).extend(sentences)
        return found
    sentences = messages if isinstance(messages, list) else [messages]
    return {path: [str(sentence) for sentence in sentences]}
