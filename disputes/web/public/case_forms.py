"""The forms of a case's pages. Each carries the version of the case that the person was looking at."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from disputes import names
from disputes.cases import texts
from disputes.cases.counter import DIGITS
from disputes.cases.models import Case
from disputes.formats import zone_city
from disputes.names import CONTEST_REASONS, PERFORMED_BY
from disputes.rules.packages import Goods, Means, Remedy, Shipping, Within
from disputes.web.fields import FilesField, readable
from disputes.web.package_form import PackageForm
from disputes.web.public.case_view import known_zone
from disputes.web.public.filing_forms import LONG, SHORT, LeaveForm, checked_email, own_languages, ports

NO_VERSION = -1  # a page that says no version showed none, so whatever it wants is stale


class StepForm(FlaskForm):
    """A form that takes a step of a case."""

    version = HiddenField()

    @property
    def version_seen(self) -> int:
        return version_seen(self)


def version_seen(form: Any) -> int:
    """The version of the case that the person was looking at."""
    typed = form.version.data or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else NO_VERSION


def typed_in(form: FlaskForm) -> list[tuple[str, str]]:
    """What a person wrote in free words, by the field's label: it must not be lost when a step is not possible any more."""
    fields = (f for f in form if f.type in ("TextAreaField", "StringField"))
    return [(f.label.text, f.data) for f in fields if f.data and f.data.strip()]


class AnswerForm(StepForm):
    words = TextAreaField(_l("Your answer"), [DataRequired(_l("Write an answer first.")), readable()])


class WriteForm(StepForm):
    words = TextAreaField(
        _l("Your message"),
        [DataRequired(_l("Write a message first.")), readable()],
        description=_l(
            "In any language. The shop and our officer read it as you write it; nobody translates it by machine."
        ),
    )


class WordsForm(StepForm):
    """A step that may be explained."""

    words = TextAreaField(
        _l("Your reasons"), [Optional(), readable()], description=_l("The shop and our officer read this.")
    )


class ReopenForm(StepForm):
    words = TextAreaField(_l("Why it is not over"), [Optional(), readable()])


class CounterOfferForm(PackageForm):
    """What the tourist asks for in place of what was offered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remedies.label.text = _("What do you want instead?")
        self.amount.label.text = _("Money, all together")
        self.goods.label.text = _("And the goods?")
        self.goods.choices = [
            (Goods.NONE.value, _("There is nothing to give back")),
            (Goods.GIVE_BACK.value, _("I give them back")),
            (Goods.KEEP.value, _("I keep them")),
        ]
        self.shipping.choices = [
            (Shipping.NONE.value, _("Nothing has to be brought or sent")),
            (Shipping.IN_SHOP.value, _("I hand them over in the shop")),
            (Shipping.PICKED_UP.value, _("The shop collects them")),
            (Shipping.SHOP_PAYS.value, _("By parcel, and the shop pays for it")),
            (Shipping.TOURIST_PAYS.value, _("By parcel, and I pay for it")),
        ]
        self.means.label.text = _("How should the money reach you?")
        self.words.label.text = _("A few words to the shop")


class DepartureForm(LeaveForm):
    """The departure anew: the same questions as when filing."""

    version = HiddenField()
    draft = None
    to_check = None

    def prepare(self, draft: Any = None) -> None:
        """Offer the hours and the places from which people leave."""
        super().prepare(draft)
        self.port.choices = ports()

    def start_from(self, case: Case, here: Any) -> None:
        """Fill in what the case knows; ``here`` is China's zone, in which the hour is named."""
        self.departure.data = case.departure
        self.port.data = case.departure_port or ""
        if case.departure_at is not None:
            local: datetime = case.departure_at.astimezone(here)
            self.on.process(None, local.date())
            self.hour.data = str(local.hour)


class EvidenceForm(StepForm):
    files = FilesField(
        _l("Photos, screenshots, receipts"),
        [InputRequired(_l("Choose at least one file."))],
        description=_l("JPEG, PNG, WebP, HEIC, GIF or PDF, each up to %(limit)s MB, up to 10 at a time.", limit=15),
    )


class AuthoriseForm(StepForm):
    elsewhere = RadioField(
        _l("Has a court, an arbitration body, an authority or a consumer association already taken up this dispute?"),
        choices=[("no", _l("No")), ("yes", _l("Yes, or I am not sure"))],
        validators=[DataRequired(_l("Please answer this first: it decides whether the authority may take the case."))],
    )
    full_name = StringField(
        _l("Full name"),
        [DataRequired(_l("Give your full name as it stands in your travel document.")), readable(SHORT)],
        description=_l("As it stands in your travel document."),
        render_kw={"autocomplete": "name"},
    )
    phone = StringField(
        _l("Telephone number"),
        [DataRequired(_l("Give a telephone number: the authority must be able to call you.")), readable(40)],
        description=_l("With the code of the country or region, for example +81 90 1234 5678."),
        render_kw={"autocomplete": "tel", "inputmode": "tel", "dir": "ltr"},
    )
    home_address = TextAreaField(
        _l("Address"),
        [DataRequired(_l("Give your address: an authority may refuse a complaint without one.")), readable(LONG)],
        description=_l("Where post reaches you at home."),
        render_kw={"autocomplete": "street-address", "rows": 3},
    )
    document_number = StringField(
        _l("Number of your passport or travel permit"),
        [Optional(), readable(40)],
        description=_l(
            "Only needed if the authority asks who you are. We erase it 90 days after the case is closed at the latest."
        ),
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )
    warned = BooleanField(
        _l("I have read the warning: once one body has taken up the dispute, others may refuse it."),
        [DataRequired(_l("Please confirm that you have read the warning about choosing one body."))],
    )
    consent = BooleanField(
        _l("I agree that my case, my name, my address and my telephone number are given to this body."),
        [DataRequired(_l("Without your consent we may not hand anything over."))],
    )

    def validate_elsewhere(self, field: RadioField) -> None:
        if field.data == "yes":
            raise ValidationError(
                _(
                    "Then this body may refuse the case, and you could lose time. Write us a message first: who has it, and "
                    "under which number. We look at it before anything is handed over."
                )
            )


class ConsentForm(StepForm):
    """One consent given or taken back; the button says which."""

    give = HiddenField()
    take_back = HiddenField()


class ContactForm(StepForm):
    name = StringField(
        _l("A name to call you"),
        [DataRequired(_l("Give a name. Any name by which people may call you will do.")), readable(SHORT)],
        description=_l("The shop sees this name, and nothing else on this page."),
        render_kw={"autocomplete": "nickname"},
    )
    email = StringField(
        _l("E-mail address"),
        [Optional(), readable(254)],
        description=_l(
            "Leave it empty and nobody writes to you: you then look at this page yourself. A new address first gets only the link."
        ),
        render_kw={"autocomplete": "email", "inputmode": "email", "dir": "ltr"},
    )
    language = SelectField(_l("Language in which we write to you"), choices=lambda: own_languages())
    zone = SelectField(_l("Your clock"), description=_l("All times are shown on it too, beside China’s."))

    def prepare(self, case: Case) -> None:
        """Offer the clocks, those of the tourist's own country or region first."""
        self.zone.choices = zones(case.tourist.country)

    def start_from(self, case: Case) -> None:
        """Fill in what the case knows."""
        contact = case.tourist
        self.name.data, self.email.data, self.language.data = contact.name, contact.email, contact.language
        self.zone.data = known_zone(contact.time_zone) or ""

    def validate_email(self, field: StringField) -> None:
        if (field.data or "").strip():
            field.data = checked_email(field.data or "")


class ZoneForm(FlaskForm):
    zone = SelectField(_l("Your clock"), [DataRequired(_l("Choose a city from the list."))])

    def prepare(self, case: Case) -> None:
        """Offer the clocks, those of the tourist's own country or region first."""
        self.zone.choices = zones(case.tourist.country)


class FindForm(FlaskForm):
    number = StringField(
        _l("Case number"),
        [DataRequired(_l("Give the number of your case.")), readable(40)],
        description=_l("Ten digits, as on your card: 26-0048-2716."),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"},
    )
    words = StringField(
        _l("Your five words"),
        [DataRequired(_l("Give the five words on your card.")), readable(200)],
        description=_l("In the order in which they stand on your card, in whichever language your card is."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


# --- for the shop, on the tourist's phone; shown in Chinese whatever language the tourist reads


class CodeForm(FlaskForm):
    code = StringField(
        _l("Code"),
        [DataRequired(_l("Type the six digits of the code.")), readable(20)],
        description=_l("The six digits in the e-mail to the shop."),
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr", "maxlength": DIGITS + 4},
    )


class PersonFields:
    """Name and phone of somebody whom nobody has verified."""

    person = StringField(
        _l("Your name"),
        [DataRequired(_l("Give your name.")), readable(SHORT)],
        description=_l("The customer and the mediator see it."),
    )
    phone = StringField(
        _l("Your telephone number"),
        [DataRequired(_l("Give a telephone number at which the shop can be called back.")), readable(40)],
        render_kw={"inputmode": "tel", "dir": "ltr"},
    )

    def given_by(self) -> str:
        """Name and phone as they are kept."""
        return f"{self.person.data.strip()}\n{self.phone.data.strip()}"


class OfferForm(PackageForm):
    """What the shop offers at the counter."""


class UnverifiedOfferForm(PersonFields, PackageForm):
    """What somebody in the shop offers whom nobody has verified. Money in the hand is what a counter can do best."""


class ContestForm(StepForm):
    reason = RadioField(
        _l("Why do you disagree?"),
        choices=lambda: names.options(CONTEST_REASONS),
        validators=[DataRequired(_l("Choose a reason."))],
    )
    words = TextAreaField(
        _l("In your own words"),
        [
            DataRequired(_l("Write down the reasons, so that the other side can understand them.")),
            readable(texts.LONGEST),
        ],
    )


class PaidForm(StepForm):
    means = RadioField(
        _l("How was it carried out?"),
        choices=lambda: names.options(PERFORMED_BY),
        validators=[DataRequired(_l("Choose how it was carried out."))],
    )
    reference = StringField(
        _l("Number of the payment"),
        [Optional(), readable(SHORT)],
        description=_l("As it stands on the receipt or in the app, if there is one."),
    )


class UnverifiedPaidForm(PersonFields, PaidForm):
    """The same from somebody whom nobody has verified."""


def cash_today(form: PackageForm) -> None:
    """What is usual at a counter: money in the hand, today; for somebody who has left only the day."""
    if not form.away:
        form.means.data = Means.CASH.value
    form.within.data = Within.TODAY.value
    if Remedy.OTHER.value in (form.remedies.data or []):
        form.remedies.data = [r for r in form.remedies.data if r != Remedy.OTHER.value]


def zones(country: str | None) -> list[SelectChoice]:
    """The clocks of the world by city, those of a country or region first."""
    territories = get_global("zone_territories")
    own = [zone for zone in _zones() if country and territories.get(zone) == country]
    rest = [zone for zone in _zones() if zone not in own]
    choices = [SelectChoice("", _("China’s time only"))]
    if own:
        choices += [SelectChoice(z, zone_city(z), optgroup=_("Where you come from")) for z in own]
    named = sorted(((zone_city(z), z) for z in rest), key=lambda pair: pair[0].casefold())
    return choices + [SelectChoice(z, city, optgroup=_("All cities")) for city, z in named]


@lru_cache
def _zones() -> tuple[str, ...]:
    """One zone for every place that has a clock of its own, by the names that both tables know."""
    known = available_timezones()
    return tuple(sorted(zone for zone in get_global("zone_territories") if zone in known and "/" in zone))
