"""The page of a return and the steps from it: where to hand over, the parcel, the screen for the shop, the dispute, the tax refund."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from flask import current_app, flash, redirect, render_template, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from disputes import names
from disputes.cases import commands, texts, upkeep
from disputes.cases.commands import Refused
from disputes.cases.models import Case
from disputes.regions import queries as regions
from disputes.returns import deciding, handing, refunding, taxing
from disputes.returns.declaring import TaxTold
from disputes.rules.lifecycle import Action, Kind
from disputes.rules.packages import package_of
from disputes.rules.pledges import Way
from disputes.rules.return_facts import TaxState
from disputes.web import uploads
from disputes.web.fields import FilesField, MoneyField, readable
from disputes.web.languages import language
from disputes.web.public import bp
from disputes.web.public.case_access import Answer, moved_on, own, shown, take
from disputes.web.public.case_forms import StepForm, WordsForm
from disputes.web.public.case_view import View
from disputes.web.public.filing_forms import SHORT
from disputes.web.public.returned_view import Back, back_of
from disputes.web.public.returning_forms import TAX_STATES, UNKNOWN
from disputes.web.qr import qr_svg
from disputes.web.sessions import tourist_token

CHINESE = "zh_CN"
CONFIRM, WORDS = "public/case/confirm.html", "public/case/words.html"


class ParcelForm(StepForm):
    carrier = StringField(
        _l("Carrier"),
        [DataRequired(_l("Give the carrier, for example EMS or SF Express.")), readable(SHORT)],
        description=_l("For example EMS, SF Express, DHL."),
    )
    tracking_number = StringField(
        _l("Tracking number"),
        [DataRequired(_l("Give the number by which the parcel can be followed.")), readable(SHORT)],
        render_kw={"dir": "ltr", "autocomplete": "off"},
    )
    files = FilesField(
        _l("Photo of the proof of sending"),
        description=_l("JPEG, PNG, WebP, HEIC, GIF or PDF, each up to %(limit)s MB, up to 10 at a time.", limit=15),
    )


class TaxForm(StepForm):
    state = RadioField(
        _l("How far has the tax refund come?"),
        choices=lambda: [choice for choice in names.options(TAX_STATES) if choice.value != UNKNOWN],
        validators=[DataRequired(_l("Choose what is true now."))],
    )
    form_number = StringField(_l("Number of the tax refund form"), [Optional(), readable(SHORT)])
    invoice_number = StringField(_l("Number of the invoice (fapiao)"), [Optional(), readable(SHORT)])
    invoice_amount = MoneyField(_l("Amount of the whole invoice"), validators=[Optional()])
    refunded = MoneyField(
        _l("How much tax did you get back?"), description=_l("After the agency’s fee."), validators=[Optional()]
    )


class DisputeForm(StepForm):
    words = TextAreaField(
        _l("What should our officer know?"),
        [Optional(), readable(texts.LONGEST)],
        description=_l("You may leave it empty: everything you told and showed goes along."),
    )


def of_a_return(step: Callable[..., Answer]) -> Callable[..., Answer]:
    """A page that only a return has; from another case it leads back to that case."""

    @wraps(step)
    def shown_for_returns(token: str) -> Answer:
        view = own(token)
        if view.case.kind != Kind.RETURN:
            return redirect(url_for(".case_page", token=token), 303)
        return step(view)

    return shown_for_returns


def page(view: View, form: FlaskForm, pieces: list[dict[str, Any]], **more: Any) -> str:
    """The page of a return, for its tourist or a companion."""
    return shown(
        "public/case/page.html",
        view,
        form,
        pieces=pieces,
        back=back_of(view),
        tax_state_words=TAX_STATES,
        showable=False,
        **more,
    )


# --- the places


@bp.get("/c/<token>/places", endpoint="case_return_places")
@of_a_return
def places(view: View) -> Answer:
    """Where the goods can be handed over: the shop, other shops of the promise, desks with their hours, or a parcel."""
    back = back_of(view)
    away = view.case.is_away(view.now)
    shops = [] if away else handing.accepting_shops(view.case, back.record)
    version = back.promise
    ways = version.promise.ways if version is not None else frozenset({Way.SHOP, Way.PARCEL})
    return shown(
        "public/returned/places.html",
        view,
        back=back,
        away=away,
        shops=shops,
        desks=[(d, handing.accepts_for(d, view.case.merchant_id)) for d in handing.desks()] if not away else [],
        parcel=away or Way.PARCEL in ways,
        freight=back.verdict.freight,
        cities={division.code: division for division in regions.divisions()},
        code=_code(back),
    )


@bp.route("/c/<token>/parcel", methods=["GET", "POST"], endpoint="case_return_parcel")
@of_a_return
def parcel(view: View) -> Answer:
    """Say that the goods are sent, by whom and under which number, with the proof of sending."""
    back, form, received = back_of(view), ParcelForm(), uploads.Received()
    where = "public/returned/parcel.html"
    if back.can_send and form.validate_on_submit() and form.files.data:
        received = uploads.receive(form.files.data)
        if not received.accepted:
            form.files.errors = received.sentences
            return shown(where, view, form, back=back)

    def send(reference: int, version: int, by: Any) -> None:
        event = handing.send_parcel(reference, version, by, form.carrier.data, form.tracking_number.data)
        if received.accepted:
            with suppress(Refused):  # the same photo is there already
                upkeep.add_evidence(event.case_id, None, by, received.accepted)

    if not back.can_send:
        return moved_on(view, form)
    answer = take(
        view, Action.HAND_OVER, form, where, send,
        _("Thank you. The shop has been told that the parcel is on its way."), back=back,
    )  # fmt: skip
    if isinstance(answer, Response):
        for sentence in received.sentences:
            flash(sentence, "warning")
    return answer


# --- for the eyes of the shop


def show(view: View) -> Answer:
    """What goes back and why, in large Chinese, with the code that a shop or a desk scans."""
    back = back_of(view)
    if not back.showable:
        return redirect(url_for(".case_page", token=view.token), 303)
    session["showing"] = view.token
    more = {
        "own_language": language(),
        "own_line": _("This screen is for the shop. Turn your phone round and show it."),
        "back_words": _("Back to my return"),
        "back_url": url_for(".case_page", token=view.token),
        "qr": _code(back),
    }
    with force_locale(CHINESE):
        return render_template("public/returned/show.html", view=view, case=view.case, back=back_of(view), **more)


def _code(back: Back) -> Any:
    return qr_svg(current_app.config["SETTINGS"].public_url + back.code_path)


# --- the offer, the money: the same addresses as for every case, the verbs of a return


def accept(view: View) -> Answer:
    """Take what the shop offers in place of the return."""
    goods_back = view.on_the_table is not None and package_of(view.on_the_table.package).goods == "give_back"
    return take(
        view, Action.ACCEPT, StepForm(), CONFIRM, deciding.accept,
        _("You have accepted the offer."),
        heading=_("Accept this offer?"), label=_("Yes, I accept"), about="on_the_table",
        paragraphs=[
            _("The return then goes on as the offer says, and no longer as you declared it."),
            _("You then hand the goods over, and the shop does what it offered.") if goods_back
            else _("You need not hand anything over, and the money is due at once."),
        ],
    )  # fmt: skip


def decline(view: View) -> Answer:
    """Turn the offer down; the return goes on."""
    form = WordsForm()
    return take(
        view, Action.DECLINE, form, WORDS,
        lambda ref, version, by: commands.decline(ref, version, by, form.words.data or "", language()),
        _("You have declined the offer. An officer of ours takes the return up."),
        heading=_("Decline this offer?"), label=_("Decline the offer"), about="on_the_table",
        paragraphs=[_("Your return stays as you declared it. An officer of ours then asks the shop for its answer to it.")],
    )  # fmt: skip


def confirm(view: View) -> Answer:
    """Say that the money has arrived."""
    return take(
        view, Action.CONFIRM, StepForm(), CONFIRM, refunding.confirm,
        _("Thank you. The return is closed as settled."),
        heading=_("Has the refund arrived?"), label=_("Yes, it has arrived"),
        paragraphs=[_("Please look at your account or your card first. The return is then closed as settled.")],
        instead=(url_for(".case_deny", token=view.token), _("No, it has not arrived")),
    )  # fmt: skip


def deny(view: View) -> Answer:
    """Say that the money has not arrived."""
    form = WordsForm()
    form.words.label.text = _("What is missing")
    return take(
        view, Action.DENY, form, WORDS,
        lambda ref, version, by: refunding.deny(ref, version, by, form.words.data or "", language()),
        _("We have told the shop and our officer that it has not arrived."),
        heading=_("It has not arrived?"), label=_("It has not arrived"),
        paragraphs=[
            _("Our officer then asks the shop, which has to show how it paid, or pay again."),
            _("Money that goes back to a card from another country can be on its way for some days."),
        ],
    )  # fmt: skip


def waive(view: View) -> Answer:
    """Say in so many words that nothing more is owed."""
    return take(
        view, Action.WAIVE, StepForm(), CONFIRM, refunding.waive,
        _("The return is closed: you have said that nothing more is owed."),
        heading=_("Is nothing more owed to you?"), label=_("Nothing more is owed to me"), tone="danger",
        paragraphs=[
            _("Choose this only if you let the rest go. You then say in so many words that the shop owes you nothing more, "
              "whether the money has arrived or not, and the return is closed."),
        ],
    )  # fmt: skip


# --- against a refusal


@bp.route("/c/<token>/dispute", methods=["GET", "POST"], endpoint="case_return_dispute")
@of_a_return
def dispute(view: View) -> Answer:
    """What was refused, not accepted or not paid goes on as a dispute, with everything told and shown."""
    back, form = back_of(view), DisputeForm()
    if back.dispute_url is not None:
        return redirect(back.dispute_url, 303)
    action = back.disputable
    if action is None:
        return moved_on(view, form)
    made: list[Case] = []
    answer = take(
        view, Action(action), form, "public/returned/dispute.html",
        lambda ref, version, by: made.append(
            deciding.make_dispute(ref, version, by, form.words.data or "", language())
        ),
        _("Your return goes on as a dispute. This is its page; the five words on its card are new."),
        back=back, part=action == Action.SPLIT_DISPUTE,
    )  # fmt: skip
    if made and isinstance(answer, Response):
        return redirect(url_for(".case_page", token=tourist_token(made[0])), 303)
    return answer


# --- the tax refund


@bp.route("/c/<token>/tax", methods=["GET", "POST"], endpoint="case_return_tax")
@of_a_return
def tax(view: View) -> Answer:
    """Say how far the tax refund has come, with its numbers."""
    back, form = back_of(view), TaxForm()
    row = back.record.tax
    if row is not None and not form.is_submitted():
        form.state.data, form.form_number.data, form.invoice_number.data = (
            row.state,
            row.form_number,
            row.invoice_number,
        )
        form.invoice_amount.data, form.refunded.data = row.invoice_amount, row.refunded

    def told() -> TaxTold:
        return TaxTold(
            state=TaxState(form.state.data),
            form_number=form.form_number.data or "",
            invoice_amount=form.invoice_amount.data,
            refunded=form.refunded.data,
            upon_purchase=row.upon_purchase if row is not None else False,
            leave_by=row.leave_by if row is not None else None,
        )

    return take(
        view, Action.RECORD_TAX, form, "public/returned/tax.html",
        lambda ref, version, by: taxing.record(ref, version, by, told(), form.invoice_number.data or ""),
        _("Your tax refund is noted. The shop sees it."), back=back,
    )  # fmt: skip
