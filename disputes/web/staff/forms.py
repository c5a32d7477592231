"""The forms of the steps that the staff take in a case. Each carries the version of the case that its writer was looking at."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from disputes import clock, names
from disputes.accounts import queries as accounts
from disputes.cases import procedures
from disputes.cases.authority_models import AuthorityFact
from disputes.cases.commands import STAFF_OUTCOMES
from disputes.cases.models import Case
from disputes.formats import CHINA, short_day
from disputes.regions import queries as regions
from disputes.rules import procedure
from disputes.rules.packages import package_of
from disputes.rules.procedure import FactKind
from disputes.web import uploads
from disputes.web.fields import DatePartsField, FilesField, readable
from disputes.web.languages import language
from disputes.web.package_form import PackageForm
from disputes.web.public.case_forms import zones
from disputes.web.public.case_view import known_zone
from disputes.web.public.filing_forms import checked_email, own_languages
from disputes.wording import gettext as _
from disputes.wording import lazy_gettext as _l

LONG = 4000
SHORT = 300


def _coded(code: str, said: Any) -> Any:
    return _l("%(code)s: %(said)s", code=str(code), said=said)


class StepForm(FlaskForm):
    """A step with nothing to fill in."""

    version = HiddenField()

    @property
    def seen(self) -> int | None:
        """The version that the writer was looking at; None when somebody sent no number."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def fill(self, case: Case) -> None:
        """Put in what is known, before the form is shown for the first time."""

    def choose_from(self, case: Case) -> None:
        """Set the choices that depend on the case, before the form is shown or read."""


class TransferForm(StepForm):
    """The case is offered to another office."""

    office = SelectField(
        _l("To which office"), [InputRequired(_l("Choose another office, one that is open."))], coerce=int
    )
    reason = TextAreaField(
        _l("Why it belongs there"),
        [InputRequired(_l("Write down the reason; the other office reads it.")), readable(LONG)],
        description=_l("Only the staff read it."),
    )

    def choose_from(self, case: Case) -> None:
        zh = language().startswith("zh")
        self.office.choices = [
            (o.id, o.name_zh if zh else o.name_en) for o in regions.offices() if o.active and o.id != case.office_id
        ]


class TakeOverForm(StepForm):
    """The other office takes the case."""

    officer = SelectField(_l("Who takes it"), [Optional()])

    def choose_from(self, case: Case) -> None:
        to = case.open_transfer
        people = accounts.officers(to.to_office_id) if to else []
        self.officer.choices = [("", _l("I take it myself")), *((str(u.id), u.name) for u in people)]

    def officer_id(self) -> int | None:
        """Whose desk it goes to; None for one's own."""
        return int(self.officer.data) if self.officer.data else None


class SendBackForm(StepForm):
    reason = TextAreaField(
        _l("Why you do not take it"),
        [InputRequired(_l("Write down the reason; the other office reads it.")), readable(LONG)],
        description=_l("Only the staff read it."),
    )


class NoteToShopForm(StepForm):
    note = TextAreaField(
        _l("A note to the shop"),
        [Optional(), readable(LONG)],
        description=_l("The shop reads it above the claim; the visitor does not see it."),
    )


class DangersForm(StepForm):
    dangers = SelectMultipleField(
        _l("What the danger is"),
        [InputRequired(_l("Say what the danger is."))],
        choices=names.options(names.DANGERS_REPORTED),
    )


class ClearForm(StepForm):
    words = TextAreaField(
        _l("What was done, and by whom"),
        [InputRequired(_l("Write a note first.")), readable(LONG)],
        description=_l("An internal note; only the staff read it."),
    )


class AskForm(StepForm):
    phrase = SelectField(
        _l("Ready question"),
        choices=[("", _l("None of these")), *names.options(names.QUESTION_PHRASES)],
        description=_l("The visitor reads it in the visitor’s own language."),
    )
    question = TextAreaField(
        _l("In your own words"),
        [Optional(), readable(LONG)],
        description=_l("Shown as you write it. English is understood by most."),
    )


class ProposalForm(PackageForm, StepForm):
    """A package that the mediator puts before both sides."""

    def choose_from(self, case: Case) -> None:
        self.measure(case.complaint)

    def fill(self, case: Case) -> None:
        """Start from what was last put forward, or from what the visitor asked for."""
        self.start_from(package_of(case.offers[-1].package))


class SettlementForm(ProposalForm):
    """What the parties agreed on before the authority."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.words  # nobody is written to


class CloseForm(StepForm):
    outcome = RadioField(
        _l("Outcome"),
        [InputRequired(_l("Choose an outcome."))],
        choices=[(str(o), names.OUTCOMES[o]) for o in STAFF_OUTCOMES],
    )
    words = TextAreaField(
        _l("Reasons, for both sides"),
        [InputRequired(_l("Write down the reasons, so that the other side can understand them.")), readable(LONG)],
    )


class PerformanceForm(StepForm):
    means = SelectField(_l("How it was done"), choices=names.options(names.PERFORMED_BY))
    payment_reference = StringField(_l("Number of the payment"), [Optional(), readable(SHORT)])


class ReferralForm(StepForm):
    received_by = StringField(
        _l("Who received it"),
        [InputRequired(_l("Write down who received the case.")), readable(SHORT)],
        description=_l("The body and, if known, the person."),
    )
    received_on = DatePartsField(_l("On which day"), [InputRequired(_l("Give the day on which it was received."))])
    received_time = TimeField(
        _l("At what time, in China"), [InputRequired(_l("Give the time at which it was received."))]
    )
    receipt_number = StringField(_l("Number that the authority gave"), [Optional(), readable(SHORT)])
    channel = SelectField(_l("In which way"), choices=names.options(names.REFERRAL_CHANNELS))
    received_as = SelectField(_l("What this receipt is"), coerce=FactKind)

    def choose_from(self, case: Case) -> None:
        known = _kinds_of(case)
        self.received_as.choices = [
            (str(kind), names.AUTHORITY_FACTS[kind])
            for kind in (FactKind.RECEIVED, FactKind.COLLECTED, FactKind.SENT_TO_ODR)
            if kind in known
        ]

    def fill(self, case: Case) -> None:
        """Most hand-overs are written down on the spot."""
        local = clock.now().astimezone(CHINA)
        self.received_on.process(None, local.date())
        self.received_time.data = local.time().replace(second=0, microsecond=0)

    def validate_received_time(self, field: TimeField) -> None:
        if self.received_on.data and field.data and self.received_at() > clock.now():
            raise ValidationError(_l("The moment of receipt cannot lie in the future."))

    def received_at(self) -> datetime:
        """The moment of receipt."""
        return datetime.combine(self.received_on.data, self.received_time.data or time(), CHINA)


def _kinds_of(case: Case) -> tuple[FactKind, ...]:
    """What can be recorded of the authority that has this case."""
    referral = next((r for r in case.referrals if r.ended_at is None), None)
    return procedure.kinds_of(procedures.clocks_of(case, referral)) if referral is not None else ()


class AuthorityDayForm(StepForm):
    """Something the authority did, on a day in China."""

    on = DatePartsField(_l("On which day"), [InputRequired(_l("Give the day on which it happened."))])

    def fill(self, case: Case) -> None:
        self.on.process(None, clock.today())

    def validate_on(self, field: DatePartsField) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError(_l("This day lies in the future. Record it when it has happened."))


class RefusesForm(AuthorityDayForm):
    ground = SelectField(
        _l("Its ground"), choices=[(str(code), _coded(code, said)) for code, said in names.REFUSAL_GROUNDS.items()]
    )
    words = TextAreaField(
        _l("What the authority said"),
        [Optional(), readable(LONG)],
        description=_l("The visitor reads it as you write it."),
    )


class EndsForm(AuthorityDayForm):
    ground = SelectField(
        _l("Why"), choices=[(str(code), _coded(code, said)) for code, said in names.END_GROUNDS.items()]
    )
    words = TextAreaField(
        _l("What the authority said"),
        [Optional(), readable(LONG)],
        description=_l("The visitor reads it as you write it."),
    )


class AuthorityStepForm(AuthorityDayForm):
    kind = SelectField(_l("What happened"), coerce=FactKind)
    until = DatePartsField(
        _l("Last day of the test, if it is known"),
        [Optional()],
        description=_l(
            "Only for an expert test. Without it the period stands still until you record the end of the test."
        ),
    )
    words = TextAreaField(
        _l("Reason"),
        [Optional(), readable(LONG)],
        description=_l(
            "Needed for a test and for an extension, since they move a date of the law. Only the staff read it."
        ),
    )

    def choose_from(self, case: Case) -> None:
        told = (FactKind.ACCEPTED, FactKind.REFUSED, FactKind.ENDED)
        self.kind.choices = [(str(k), names.AUTHORITY_FACTS[k]) for k in reversed(_kinds_of(case)) if k not in told]


class CorrectAuthorityForm(StepForm):
    fact = RadioField(_l("What was recorded wrongly"), [InputRequired(_l("Choose the record."))], coerce=int)
    words = TextAreaField(_l("Reason"), [InputRequired(_l("Write down the reason.")), readable(LONG)])

    def choose_from(self, case: Case) -> None:
        referral = next((r for r in case.referrals if r.ended_at is None), None)
        rows = procedures.facts_of(referral) if referral is not None else []
        self.fact.choices = [(row.id, _dated(row)) for row in reversed(rows)]


def _dated(row: AuthorityFact) -> str:
    return _("%(day)s: %(what)s", day=short_day(row.on), what=names.named(names.AUTHORITY_FACTS, row.kind))


class ReasonForm(StepForm):
    words = TextAreaField(_l("Why"), [Optional(), readable(LONG)], description=_l("Both sides read it."))


class AssignForm(StepForm):
    officer = SelectField(_l("Officer"), coerce=str)

    def choose_from(self, case: Case) -> None:
        self.officer.choices = [SelectChoice("", str(_l("Nobody")))]
        for user in sorted(accounts.officers(), key=lambda u: u.office_id != case.office_id):
            group = _l("This office") if user.office_id == case.office_id else _l("Other offices")
            name = user.name if user.on_duty else _off_duty(user.name)
            self.officer.choices.append(SelectChoice(str(user.id), str(name), optgroup=str(group)))

    def fill(self, case: Case) -> None:
        self.officer.data = str(case.officer_id or "")

    def officer_id(self) -> int | None:
        """The id of the chosen officer, or None for nobody."""
        return int(self.officer.data) if self.officer.data else None


class NoteForm(StepForm):
    words = TextAreaField(_l("Note"), [InputRequired(_l("Write a note first.")), readable(LONG)])


class WriteForm(StepForm):
    words = TextAreaField(_l("Message to both sides"), [InputRequired(_l("Write a message first.")), readable(LONG)])


class EvidenceForm(StepForm):
    files = FilesField(_l("Photos or documents"), [InputRequired(_l("Choose at least one file."))])
    received = uploads.Received()


class DepartureForm(StepForm):
    departure = RadioField(_l("Departure"), [InputRequired()], choices=names.options(names.DEPARTURES))
    day = DatePartsField(_l("Day"))
    hour = TimeField(_l("Time, in China"), [Optional()])
    port = SelectField(_l("From where"))

    def choose_from(self, case: Case) -> None:
        self.port.choices = [("", _l("Not known")), *((p.code, f"{p.name_zh} {p.name_en}") for p in regions.ports())]

    def fill(self, case: Case) -> None:
        self.departure.data, self.port.data = case.departure, case.departure_port or ""
        if case.departure_at is not None:
            local = case.departure_at.astimezone(CHINA)
            self.day.process(None, local.date())
            self.hour.data = local.time()

    def validate_day(self, field: DatePartsField) -> None:
        if self.departure.data == "known" and field.data is None and not field.errors:
            raise ValidationError(_l("Give the day of the departure."))

    def at(self) -> datetime | None:
        """The moment of departure; without an hour the end of the day counts."""
        if self.departure.data != "known" or self.day.data is None:
            return None
        return datetime.combine(self.day.data, self.hour.data or time(23, 59), CHINA)


class ContactForm(StepForm):
    name = StringField(_l("Name to call the visitor"), [Optional(), readable(120)])
    email = StringField(
        _l("E-mail address"),
        [Optional(), readable(254)],
        description=_l("A new address first gets only the link."),
        render_kw={"inputmode": "email", "dir": "ltr"},
    )
    language = SelectField(_l("Language in which we write"), choices=lambda: own_languages())
    zone = SelectField(_l("The visitor’s clock"))

    def choose_from(self, case: Case) -> None:
        self.zone.choices = zones(case.tourist.country)

    def fill(self, case: Case) -> None:
        contact = case.tourist
        self.name.data, self.email.data, self.language.data = contact.name, contact.email, contact.language
        self.zone.data = known_zone(contact.time_zone) or ""

    def validate_email(self, field: StringField) -> None:
        if (field.data or "").strip():
            field.data = checked_email(field.data or "")


class EraseForm(StepForm):
    sure = BooleanField(
        _l("I have checked that nothing has to be kept, and that the visitor wants this"),
        [InputRequired(_l("Confirm this first."))],
    )


class ShopForm(StepForm):
    shop = RadioField(_l("Shop"), [InputRequired(_l("Choose a shop."))], coerce=int, validate_choice=False)


def _off_duty(name: str) -> Any:
    return _l("%(name)s (off duty)", name=name)
