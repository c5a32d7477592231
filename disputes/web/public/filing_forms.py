"""The questions of the wizard, one form a page. A form checks the shape of an answer and holds no more than its own page."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_time
from email_validator import EmailNotValidError, validate_email
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional, ValidationError

from disputes import clock, formats, names
from disputes.cases import texts
from disputes.intake import drafts
from disputes.intake.drafts import Begun
from disputes.merchants import queries as merchants
from disputes.merchants.models import Shop
from disputes.regions import queries as regions
from disputes.rules.categories import Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.packages import MONEY_REMEDIES, Goods, Means, Remedy
from disputes.web import countries
from disputes.web.components import OWN_NAMES
from disputes.web.fields import DatePartsField, FilesField, MoneyField, readable
from disputes.web.languages import TOURIST_LANGUAGES, language, offered
from disputes.web.public.wizard import StepForm, form_data

SAFE = "safe"
OTHER_SHOP = "other"
SHORT, LINE, LONG = 80, 200, 500  # characters of a name, of a line, of a few lines
SICHUAN = "510000"
FIRST_YEAR = 2000
FURTHEST_DEPARTURE = timedelta(days=400)
JUST_LEFT = timedelta(hours=1)  # a flight that is boarding need not be entered anew
# What people pay with here, in the order in which it is likely.
CURRENCIES = (
    "CNY", "USD", "EUR", "JPY", "KRW", "HKD", "TWD", "MOP", "SGD", "THB", "MYR", "VND", "IDR", "PHP", "GBP", "RUB", "AED", "SAR",
    "AUD", "NZD", "CAD", "CHF", "INR", "BRL", "MXN", "ZAR", "TRY", "KZT", "MNT", "LAK", "MMK", "KHR", "NPR", "PKR", "BDT", "SEK",
    "NOK", "DKK", "PLN", "CZK", "HUF", "ILS", "EGP", "KWD", "BHD", "OMR", "JOD", "TND", "CLP", "ISK",
)  # fmt: skip

Choices = list[tuple[str, Any]]


class Needed:
    """Marks a field that a form asks for under conditions of its own; its ``validate_...`` says when. (``Optional`` would end
    the checks of an empty field before that one.)"""

    field_flags = {"required": True}  # noqa: RUF012

    def __call__(self, form: Any, field: Any) -> None:
        """Check nothing here."""


class WhatForm(StepForm):
    category = RadioField(
        _l("What happened?"),
        choices=lambda: names.options(names.CATEGORIES),
        validators=[DataRequired(_l("Choose what fits best. “Something else” is fine too."))],
    )
    shop_code = HiddenField()  # of the sticker that led here

    def names_of_answers(self) -> set[str]:
        return {"category"}


class SafeForm(StepForm):
    dangers = SelectMultipleField(
        _l("Are you safe?"),
        choices=lambda: [*names.options(names.DANGERS), (SAFE, _l("None of these: I am safe"))],
        validators=[DataRequired(_l("Choose what is true for you. If nothing is, choose “I am safe”."))],
    )

    @property
    def real(self) -> tuple[Danger, ...]:
        """The dangers chosen. Whoever chose one is not safe, whatever else was chosen."""
        return tuple(Danger(code) for code in self.dangers.data or () if code != SAFE)


class WhereForm(StepForm):
    q = StringField(
        _l("Name or address of the business"),
        description=_l("In Chinese or English, as on the sign, the receipt or the map. A part of it is enough."),
        validators=[Needed(), readable(LINE)],
    )
    shop = RadioField(
        _l("Which one is it?"),
        validate_choice=False,
        validators=[DataRequired(_l("Choose the business, or choose “It is not in the list”."))],
    )
    name = StringField(
        _l("Its name"),
        description=_l("For a taxi: the number plate. For an app or a website: its name."),
        validators=[Needed(), readable(LINE)],
    )
    address = StringField(
        _l("Where it is"),
        description=_l("The address, or how you would find it again: a street, a mall and floor, a metro station."),
        validators=[Optional(), readable(LONG)],
    )
    division = SelectField(_l("City and district"), validators=[Needed()], validate_choice=False)
    trade = SelectField(
        _l("What kind of business is it?"),
        choices=lambda: [("", _l("Choose")), *names.options(names.TRADES)],
        validators=[Needed()],
        validate_choice=False,
    )

    def prepare(self, draft: Begun | None) -> None:
        self.chosen = self._chosen()
        if self.unknown:
            self.division.choices = divisions()

    def offer(self) -> None:
        typed = (self.q.data or "").strip()
        self.searched = bool(typed)
        self.found = merchants.shops(typed) if typed else []
        shown = [*([self.chosen] if self.chosen else []), *(s for s in self.found if s is not self.chosen)]
        self.shop.choices = [*((str(s.id), s.name_zh) for s in shown), (OTHER_SHOP, _("It is not in the list"))]
        self.hints = {str(s.id): " · ".join(filter(None, (s.name_en, s.address_zh))) for s in shown}
        self.division.choices = divisions()

    @property
    def unknown(self) -> bool:
        return self.shop.data == OTHER_SHOP

    def validate_shop(self, field: RadioField) -> None:
        if field.data != OTHER_SHOP and self.chosen is None:
            raise ValidationError(_("This business is no longer in the list. Search for it again, or describe it."))

    def validate_name(self, field: StringField) -> None:
        if self.unknown and not (field.data or "").strip() and not (self.address.data or "").strip():
            raise ValidationError(_("Give its name, or describe where it is."))

    def validate_division(self, field: SelectField) -> None:
        if self.unknown and field.data not in {choice.value for choice in field.choices} - {""}:
            raise ValidationError(_("Choose the city and district. If you are not sure, choose the city only."))

    def validate_trade(self, field: SelectField) -> None:
        if self.unknown and field.data not in set(Trade):
            raise ValidationError(_("Choose what kind of business it is."))

    def _chosen(self) -> Shop | None:
        chosen = self.shop.data or ""
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
            return None
        shop = merchants.shop(int(chosen))
        return shop if shop is not None and shop.active else None


class BoughtForm(StepForm):
    item = StringField(
        _l("What did you buy or book?"),
        description=_l("For example: a tea set, a hotpot dinner, two nights in a hotel, a taxi ride."),
        validators=[Optional(), readable(LINE)],
    )
    bought_on = DatePartsField(_l("On which day?"), validators=[Optional()])
    how_bought = RadioField(
        _l("How did you buy it?"),
        choices=lambda: names.options(names.HOW_BOUGHT),
        default=HowBought.COUNTER,
        validators=[DataRequired(_l("Choose how you bought it."))],
    )
    amount = MoneyField(
        _l("How much did it cost?"),
        description=_l("In the currency that you were charged in."),
        currencies=CURRENCIES,
        validators=[Optional()],
    )
    paid_how = RadioField(
        _l("How did you pay?"),
        choices=lambda: names.options(names.PAID_HOW),
        validators=[DataRequired(_l("Choose how you paid."))],
    )
    invoice_number = StringField(
        _l("Number of the receipt, invoice or order"),
        description=_l("Only if you have it at hand."),
        validators=[Optional(), readable(SHORT)],
    )

    def validate_bought_on(self, field: DatePartsField) -> None:
        check_day_bought(field.data)


class StoryForm(StepForm):
    narrative = TextAreaField(
        _l("What went wrong?"),
        validators=[
            DataRequired(_l("Tell us what went wrong. A few words are enough.")),
            readable(texts.LONGEST),
        ],
        render_kw={"rows": 8},
    )


class WantForm(StepForm):
    remedies = SelectMultipleField(
        _l("What do you want?"),
        choices=lambda: names.options(names.REMEDIES),
        validators=[DataRequired(_l("Choose at least one thing that would settle the matter for you."))],
    )
    wish = StringField(_l("What would settle it?"), validators=[Needed(), readable(LONG)])
    amount = MoneyField(_l("How much money?"), currencies=CURRENCIES)
    means = SelectField(
        _l("How should the money reach you?"),
        choices=lambda: names.options(names.MEANS),
        default=Means.ORIGINAL,
        validators=[Needed()],
    )
    goods = RadioField(
        _l("And the goods?"),
        choices=lambda: [
            (Goods.NONE, _l("There is nothing to give back")),
            (Goods.GIVE_BACK, _l("I give them back")),
            (Goods.KEEP, _l("I keep them")),
        ],
        default=Goods.NONE,
        validators=[Optional()],
    )

    def prepare(self, draft: Begun | None) -> None:
        self.paid: tuple[int, str] | None = None
        typed = drafts.typed(draft, "bought") if draft is not None else None
        if typed is not None:
            bought = BoughtForm(formdata=form_data(typed), meta={"csrf": False})
            if bought.amount.data is not None and bought.paid_how.data != PaidHow.NOT_PAID:
                self.paid = (bought.amount.data, bought.amount.currency)
        if self.paid and not self.amount.raw_data:
            self.amount.currency = self.paid[1]
        if self.paid:
            self.amount.description = _(
                "Leave it empty to ask for the whole price, %(price)s.", price=formats.money_text(*self.paid)
            )

    @property
    def chosen(self) -> tuple[Remedy, ...]:
        return tuple(Remedy(code) for code in self.remedies.data or ())

    @property
    def asks_for_money(self) -> bool:
        return any(remedy in MONEY_REMEDIES for remedy in self.chosen)

    @property
    def money(self) -> tuple[int, str]:
        """The amount asked for and its currency; the whole price where a refund was asked for without an amount."""
        if self.asks_for_money and self.amount.data is None and self._whole_price and self.paid:
            return self.paid
        return (self.amount.data or 0) if self.asks_for_money else 0, self.amount.currency

    @property
    def _whole_price(self) -> bool:
        others = (Remedy.COMPENSATION, Remedy.PRICE_DIFFERENCE)
        return Remedy.REFUND in self.chosen and not any(r in self.chosen for r in others)

    def validate_amount(self, field: MoneyField) -> None:
        if self.asks_for_money and not self.money[0]:
            raise ValidationError(_("Say how much money you ask for."))
        if field.data and self.chosen and not self.asks_for_money:
            raise ValidationError(
                _("An amount goes with money back or compensation. Choose one of these too, or leave the amount empty.")
            )

    def validate_wish(self, field: StringField) -> None:
        if Remedy.OTHER in self.chosen and not (field.data or "").strip():
            raise ValidationError(_("Say what else would settle it."))


class EvidenceForm(StepForm):
    files = FilesField(
        _l("Photos, screenshots, receipts"),
        description=_l("JPEG, PNG, WebP, HEIC or PDF, each up to %(limit)s MB, up to 10 at a time.", limit=15),
    )

    def names_of_answers(self) -> set[str]:
        return set()


class LeaveForm(StepForm):
    departure = RadioField(
        _l("When do you leave China?"),
        choices=lambda: [
            ("known", _l("I know when")),
            ("unknown", _l("I do not know yet")),
            ("departed", _l("I have left already")),
        ],
        validators=[DataRequired(_l("Choose one. “I do not know yet” is fine too."))],
    )
    on = DatePartsField(_l("On which day?"), validators=[Needed()])
    hour = SelectField(_l("At what time, in China?"), validators=[Needed()], validate_choice=False)
    port = SelectField(_l("From where?"), validate_choice=False)

    def prepare(self, draft: Begun | None) -> None:
        self.hour.choices = [("", _("Choose")), *((str(h), hour_text(h)) for h in range(24))]
        if self.port.data:
            self.port.choices = ports()

    def offer(self) -> None:
        self.port.choices = ports()

    @property
    def at(self) -> datetime | None:
        """The moment of departure; the hour named is China's."""
        if self.departure.data != "known" or self.on.data is None or self.hour.data not in set(map(str, range(24))):
            return None
        return datetime.combine(self.on.data, time(int(self.hour.data)), clock.SHANGHAI)

    def validate_on(self, field: DatePartsField) -> None:
        if self.departure.data != "known":
            return
        if field.data is None:
            raise ValidationError(_("Give the day on which you leave, or choose “I do not know yet”."))
        today = clock.today()
        if field.data < today:
            raise ValidationError(_("This day is over. If you have left already, choose that."))
        if field.data > today + FURTHEST_DEPARTURE:
            raise ValidationError(_("This day lies more than a year ahead. Check the year."))

    def validate_hour(self, field: SelectField) -> None:
        if self.departure.data != "known" or self.on.data is None:
            return
        if self.at is None:
            raise ValidationError(_("Choose the hour. About when is enough."))
        if self.on.data >= clock.today() and self.at < clock.now() - JUST_LEFT:
            raise ValidationError(_("This hour is over in China. If you have left already, choose that."))

    def validate_port(self, field: SelectField) -> None:
        if field.data and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose a place from the list."))


class ReachForm(StepForm):
    name = StringField(
        _l("Your name"),
        description=_l("What people should call you. The shop sees this name, and nothing about how to reach you."),
        validators=[
            DataRequired(_l("Give a name. Any name by which people may call you will do.")),
            readable(SHORT),
        ],
    )
    contact = RadioField(
        _l("How may we reach you?"),
        choices=lambda: [
            ("email", _l("By e-mail")),
            ("none", _l("Not at all: I will look at my case page myself")),
        ],
        validators=[DataRequired(_l("Choose one of the two."))],
    )
    email = StringField(_l("E-mail address"), validators=[Needed(), readable(254)])
    language = SelectField(
        _l("Language in which we write to you"), choices=lambda: own_languages(), validators=[Needed()]
    )
    country = SelectField(_l("Country or region you come from"), validate_choice=False)
    companion = StringField(
        _l("E-mail address of somebody who should follow the case too"),
        description=_l("A companion, a guide or somebody at home. They can read the case, but decide nothing."),
        validators=[Optional(), readable(254)],
    )

    def prepare(self, draft: Begun | None) -> None:
        if not self.language.raw_data:
            self.language.data = language()

    def offer(self) -> None:
        self.country.choices = [("", _("Prefer not to say")), *countries.options()]

    def validate_email(self, field: StringField) -> None:
        if self.contact.data != "email":
            return
        if not (field.data or "").strip():
            raise ValidationError(_("Give your e-mail address, or choose to be reached not at all."))
        field.data = checked_email(field.data or "")

    def validate_companion(self, field: StringField) -> None:
        if (field.data or "").strip():
            field.data = checked_email(field.data or "")

    def validate_country(self, field: SelectField) -> None:
        if field.data and field.data not in countries.codes():
            raise ValidationError(_("Choose from the list."))


class ConsentForm(StepForm):
    """The last page: the consents, each for itself and none given in advance, and the answers that were shown with them."""

    seen = HiddenField()  # as which version of the draft the answers were shown
    handling = BooleanField(
        _l(
            "I agree that Visitor Care handles my case and keeps what I told for it. Without this we cannot work on it."
        ),
        validators=[DataRequired(_l("We may only handle your case if you agree to that."))],
    )

    def names_of_answers(self) -> set[str]:
        return {purpose.value for purpose in self._asked}

    @property
    def consents(self) -> tuple[Purpose, ...]:
        return tuple(purpose for purpose in self._asked if self[purpose.value].data)

    @property
    def _asked(self) -> list[Purpose]:
        return [purpose for purpose in Purpose if purpose.value in self]


class CheckForm(ConsentForm):
    """What a complaint may be used for."""

    to_shop = BooleanField(
        _l("Pass my complaint, my name to call me and my evidence to the shop, so that it can answer.")
    )
    to_authority = BooleanField(
        _l("If there is no agreement, you may give my case to an authority in China. You ask me again before you do.")
    )
    entrusted_mediation = BooleanField(
        _l("An authority may entrust a consumer association or another mediation body with mediating my case.")
    )
    publication = BooleanField(_l("My case may be counted in published figures, without anything that names me."))
    abroad = BooleanField(
        _l("Where it helps me, you may send what I told to a consumer body in my home country or region.")
    )


def own_languages() -> Choices:
    """The languages we write in, each in its own words."""
    return [(code, OWN_NAMES[code]) for code in TOURIST_LANGUAGES]


def hour_text(hour: int) -> str:
    """A full hour as people of the page's language write it."""
    locale = get_locale() or Locale("en")
    return format_time(time(hour), "short", locale=formats.WORLD_ENGLISH if locale.language == "en" else locale)


def divisions() -> list[SelectChoice]:
    """Cities with their districts: Chongqing, Chengdu, then the rest of Sichuan. Whoever knows no more chooses the city."""
    return list(_divisions(regions.division_names(), get_locale()))


# Pure, as are the ports: made of nothing but the rows that were read for this page, and the language of its words.
@lru_cache(maxsize=16)
def _divisions(rows: tuple[Any, ...], _language: Locale | None) -> tuple[SelectChoice, ...]:
    counties = defaultdict(list)
    for row in rows:
        if row.level == "county":
            counties[row.parent_code].append(row)
    choices = [SelectChoice("", _("Choose"))]
    for city in rows:
        districts = counties.get(city.code)
        if not districts:
            continue
        group = place_name(city)
        choices.append(SelectChoice(city.code, _("%(place)s, I do not know the district", place=group), optgroup=group))
        choices += [SelectChoice(row.code, place_name(row), optgroup=group) for row in districts]
    for region in rows:
        if region.code == SICHUAN:
            whole = _("%(place)s, I do not know where", place=place_name(region))
            choices.append(SelectChoice(region.code, whole, optgroup=_("Elsewhere")))
    return tuple(choices)


def ports() -> list[SelectChoice]:
    """Airports, stations and piers, in groups."""
    return list(_ports(regions.port_names(), get_locale()))


@lru_cache(maxsize=16)
def _ports(rows: tuple[Any, ...], _language: Locale | None) -> tuple[SelectChoice, ...]:
    groups = {"airport": _("Airports"), "station": _("Railway stations"), "pier": _("Piers"), "other": _("Elsewhere")}
    order = list(groups)
    ordered = sorted(rows, key=lambda port: order.index(port.kind) if port.kind in order else len(order))
    return (
        SelectChoice("", _("I do not know yet")),
        *(SelectChoice(p.code, place_name(p), optgroup=groups.get(p.kind, groups["other"])) for p in ordered),
    )


def place_name(row: Any) -> str:
    """The name of a place: in Chinese for those who read it, otherwise in English with the Chinese name that is on the signs."""
    if str(get_locale() or "").startswith("zh"):
        return row.name_zh
    return f"{row.name_en} {row.name_zh}"


def check_day_bought(day: date | None) -> None:
    """An error for a day on which nobody can have bought anything yet, or a year of two digits."""
    if day is None:
        return
    if day > clock.today():
        raise ValidationError(_("This day lies in the future. Check the year, the month and the day."))
    if day.year < FIRST_YEAR:
        raise ValidationError(_("Write the year with four digits, for example %(year)s.", year=clock.today().year))


def checked_email(typed: str) -> str:
    """The address in its usual form, or an error that says how one looks. Nobody is asked whether it exists."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValidationError(_("This is no e-mail address. It looks like name@example.com.")) from None


def chosen_language(code: str | None) -> str:
    """One of our languages, whatever was sent."""
    return offered(code or "") or language()


def days_until(moment: datetime | None) -> int | None:
    """Whole Chinese days until a moment; None when it is unknown or over."""
    if moment is None or moment <= clock.now():
        return None
    return (_day(moment) - clock.today()).days


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.SHANGHAI).date()
