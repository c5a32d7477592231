"""Form fields that several audiences share: a date in three boxes, an amount of money, several files."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from babel.numbers import get_currency_precision
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form
from wtforms.fields import MultipleFileField
from wtforms.validators import StopValidation

from disputes.cases import texts

SEPARATORS = str.maketrans({"٫": ".", "٬": ",", "'": None, "’": None})  # Arabic and Swiss
AMOUNT_LIMIT = 10_000_000_000  # minor units; more than a dispute of a traveller can be about, and far inside a bigint


class DatePartsField(Field):
    """A date typed as year, month and day, which people manage on every keyboard; `data` is a date or None.

    The three boxes are sent as `<name>-year`, `<name>-month` and `<name>-day`. What was typed is kept in `parts`,
    so that a wrong date comes back as it was written.
    """

    PARTS = ("year", "month", "day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts: dict[str, str] = dict.fromkeys(self.PARTS, "")

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        if formdata is not None:
            self.parts = {part: formdata.get(f"{self.name}-{part}", "").strip() for part in self.PARTS}
        super().process(formdata, *args, **kwargs)
        if isinstance(self.data, date) and not any(self.parts.values()):
            self.parts = {part: str(getattr(self.data, part)) for part in self.PARTS}

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        typed = [unicodedata.normalize("NFKC", self.parts[part]) for part in self.PARTS]
        if not any(typed):
            return
        self.raw_data = ["-".join(typed)]  # what the validators of presence look at
        if not all(typed):
            raise ValueError(_l("Give the year, the month and the day."))
        try:
            year, month, day = (int(text) for text in typed)
            self.data = date(year, month, day)
        except ValueError:
            raise ValueError(_l("This date does not exist. Check the year, the month and the day.")) from None


class MoneyField(Field):
    """An amount that people type with any digits and separators; `data` is minor units of `currency`, or None.

    Give `currencies` to let people choose one; it is sent as `<name>-currency`.
    """

    def __init__(self, *args: Any, currency: str = "CNY", currencies: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.currencies = tuple(currencies)

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        chosen = formdata.get(f"{self.name}-currency") if formdata is not None else None
        if chosen in self.currencies:
            self.currency = chosen
        super().process(formdata, *args, **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        self.data = minor_units(valuelist[0], self.currency)

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        if self.data is None:
            return ""
        precision = get_currency_precision(self.currency)
        whole, rest = divmod(self.data, 10**precision)
        return f"{whole}.{rest:0{precision}d}" if rest else str(whole)


class FilesField(MultipleFileField):
    """Several files at once; an empty choice is an empty list, and not one nameless file as browsers send it."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = [file for file in valuelist if getattr(file, "filename", "")]


def readable(longest: int = texts.LONGEST) -> Callable[[Form, Field], None]:
    """A validator for what people type: kept as the domain keeps texts, refused with a sentence when no text may be like that.

    Stands after the validator of presence. What cannot be shown again is taken out of the field, the rest comes back.
    """

    def check(form: Form, field: Field) -> None:
        typed = field.data or ""
        try:
            field.data = texts.clean(typed)
        except texts.UnreadableText:
            field.data = "".join(char for char in typed if char != "\0" and not "\ud800" <= char <= "\udfff")
            raise StopValidation(
                _("Some characters could not be read and were left out. Please check the text.")
            ) from None
        if len(field.data) > longest:
            raise StopValidation(
                _(
                    "This text has %(length)s characters; at most %(longest)s fit here.",
                    length=len(field.data),
                    longest=longest,
                )
            )

    return check


def minor_units(text: str, currency: str) -> int:
    """Read an amount as a person typed it and return minor units; a ValueError carries the sentence for the page.

    Digits of every script count. The last point or comma is the decimal separator when at most two digits (or as
    many as the currency has) follow it; other separators group thousands.
    """
    wrong = ValueError(_l("Write the amount in digits only, for example 1280 or 1280.50."))
    precision = get_currency_precision(currency)
    plain = unicodedata.normalize("NFKC", text).translate(SEPARATORS)
    plain = re.sub(r"[\s¥$€£₩฿]|CNY|RMB|元|圆", "", plain, flags=re.IGNORECASE)
    match = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,](\d{1,2}))?", plain)
    if not match:
        raise wrong
    whole = "".join(str(unicodedata.digit(char)) for char in match[1] if char.isdigit())
    rest = "".join(str(unicodedata.digit(char)) for char in match[2] or "")
    if len(rest) > precision:
        raise ValueError(_l("This currency has no smaller unit; write a whole amount.")) if precision == 0 else wrong
    amount = int(whole) * 10**precision + int(rest.ljust(precision, "0") or 0)
    if amount > AMOUNT_LIMIT:
        raise ValueError(_l("This amount is too large. Check the number of zeros."))
    return amount
