"""What a shop can do in a case: give what is asked, offer, contest, ask once, answer a proposal, report the payment, write."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from disputes import names
from disputes.cases import commands
from disputes.returns import deciding
from disputes.rules.lifecycle import Action, Kind, Role
from disputes.rules.packages import Goods, package_of
from disputes.web.fields import FilesField, readable
from disputes.web.languages import language
from disputes.web.merchant.return_forms import InPlaceForm
from disputes.web.merchant.stepping import POSTED, after, keep_files, moved_on, open_case, page, take
from disputes.web.merchant.ways import Answer, Way, case_page
from disputes.web.package_form import PackageForm

SHORT, LONG = 500, 4000


class ConfirmForm(FlaskForm):
    version = HiddenField()


class ContestForm(FlaskForm):
    version = HiddenField()
    reason = RadioField(
        _l("Why"), choices=names.options(names.CONTEST_REASONS), validators=[InputRequired(_l("Choose a reason."))]
    )
    words = TextAreaField(
        _l("In your own words"),
        [InputRequired(_l("Write down the reasons, so that the other side can understand them.")), readable(LONG)],
    )
    files = FilesField(_l("Photos or documents that show it"), [Optional()])


class QuestionForm(FlaskForm):
    version = HiddenField()
    phrase = RadioField(
        _l("Question"),
        choices=[*names.options(names.QUESTION_PHRASES), ("", _l("Another question"))],
        default="",
        validators=[Optional()],
    )
    question = TextAreaField(_l("Your own question"), [Optional(), readable(LONG)])


class PerformanceForm(FlaskForm):
    version = HiddenField()
    means = RadioField(
        _l("How it was done"),
        choices=names.options(names.PERFORMED_BY),
        validators=[InputRequired(_l("Choose how it was done."))],
    )
    payment_reference = StringField(_l("Number of the payment"), [Optional(), readable(SHORT), Length(max=SHORT)])
    files = FilesField(_l("Proof, such as a picture of the payment"), [Optional()])


class RejectForm(FlaskForm):
    version = HiddenField()
    words = TextAreaField(_l("Why not"), [Optional(), readable(LONG)])


class MessageForm(FlaskForm):
    version = HiddenField()
    words = TextAreaField(_l("Message"), [InputRequired(_l("Write a message first.")), readable(LONG)])


class FilesForm(FlaskForm):
    version = HiddenField()
    files = FilesField(_l("Photos or documents"), [InputRequired(_l("Choose at least one file."))])


@case_page("/accept", methods=POSTED)
def accept(way: Way) -> Answer:
    """Give what the customer asks for: the counter-offer on the table, or the claim."""
    case = open_case(way, Action.ACCEPT_CLAIM)
    if case is None:
        return moved_on(way)
    wanted = case.open_offer if case.open_offer and case.open_offer.by_role == Role.TOURIST else case.claim
    form = ConfirmForm()
    if form.validate_on_submit():
        done = take(form, lambda version: commands.accept_claim(way.reference, version, way.actor))
        if done:
            return after(way, _("Agreed. Please pay as agreed, and then report it here."))
    return page(way, case, form, "merchant/accept.html", package=package_of(wanted.package))


@case_page("/offer", methods=POSTED)
def offer(way: Way) -> Answer:
    """Put another package before the customer."""
    case = open_case(way, Action.OFFER)
    if case is None:
        return moved_on(way)
    is_return = case.kind == Kind.RETURN
    form = InPlaceForm() if is_return else PackageForm()
    form.measure(case.complaint)
    put = deciding.offer if is_return else commands.make_offer
    if form.validate_on_submit():
        done = take(
            form,
            lambda version: put(way.reference, version, way.actor, form.package(), form.words.data or "", language()),
        )
        if done:
            return after(way, _("Your offer is on its way to the customer."))
    elif not form.is_submitted():
        if is_return and case.open_offer is None:
            form.goods.data = Goods.KEEP.value
        else:
            form.start_from(package_of((case.open_offer or case.claim).package))
    return page(way, case, form, "merchant/offer.html", claim=package_of(case.claim.package))


@case_page("/contest", methods=POSTED)
def contest(way: Way) -> Answer:
    """Deny the claim, with reasons and evidence; a mediator takes over."""
    case = open_case(way, Action.CONTEST)
    if case is None:
        return moved_on(way)
    form = ContestForm()
    if form.validate_on_submit() and keep_files(way, form):
        done = take(
            form,
            lambda version: commands.contest(
                way.reference, None, way.actor, form.reason.data, form.words.data or "", language()
            ),
        )
        if done:
            return after(way, _("Your reasons are with the mediator now."))
    return page(way, case, form, "merchant/contest.html")


@case_page("/ask", methods=POSTED)
def ask(way: Way) -> Answer:
    """Ask the customer one question; the shop's clock stands still until the answer."""
    case = open_case(way, Action.ASK_TOURIST)
    if case is None:
        return moved_on(way)
    form = QuestionForm()
    if form.validate_on_submit():
        done = take(
            form,
            lambda version: commands.ask_tourist(
                way.reference, version, way.actor, form.question.data or "", language(), form.phrase.data or None
            ),
        )
        if done:
            return after(way, _("Your question is on its way to the customer."))
    return page(way, case, form, "merchant/ask.html")


@case_page("/agree", methods=POSTED)
def agree(way: Way) -> Answer:
    """Agree to the mediator's proposal."""
    case = open_case(way, Action.AGREE)
    if case is None or case.open_offer is None or case.open_offer.merchant_agreed_at is not None:
        return moved_on(way)
    form = ConfirmForm()
    if form.validate_on_submit() and take(form, lambda version: commands.agree(way.reference, version, way.actor)):
        return after(way, _("You have agreed to the proposal."))
    return page(way, case, form, "merchant/agree.html", package=package_of(case.open_offer.package))


@case_page("/reject", methods=POSTED)
def reject(way: Way) -> Answer:
    """Turn the mediator's proposal down."""
    case = open_case(way, Action.REJECT_PROPOSAL)
    if case is None or case.open_offer is None:
        return moved_on(way)
    form = RejectForm()
    if form.validate_on_submit():
        done = take(
            form,
            lambda version: commands.reject_proposal(
                way.reference, version, way.actor, form.words.data or "", language()
            ),
        )
        if done:
            return after(way, _("You have turned the proposal down. The mediator decides how to go on."))
    return page(way, case, form, "merchant/reject.html", package=package_of(case.open_offer.package))


@case_page("/performed", methods=POSTED)
def performed(way: Way) -> Answer:
    """Report that the settlement was carried out, with proof."""
    case = open_case(way, Action.REPORT_PERFORMANCE)
    if case is None or case.settlement is None:
        return moved_on(way)
    form = PerformanceForm()
    if form.validate_on_submit() and keep_files(way, form):
        done = take(
            form,
            lambda version: commands.report_performance(
                way.reference, None, way.actor, form.means.data, form.payment_reference.data or ""
            ),
        )
        if done:
            return after(way, _("Reported. We ask the customer whether it has arrived."))
    return page(way, case, form, "merchant/performed.html", package=package_of(case.settlement.offer.package))


@case_page("/write", methods=POSTED)
def write(way: Way) -> Answer:
    """Write a message that everybody in the case reads."""
    case = open_case(way, Action.WRITE)
    if case is None:
        return moved_on(way)
    form = MessageForm()
    if form.validate_on_submit() and take(
        form, lambda version: commands.write(way.reference, None, way.actor, form.words.data or "", language())
    ):
        return after(way, _("Your message was sent."))
    return page(way, case, form, "merchant/write.html")


@case_page("/evidence", methods=POSTED)
def evidence(way: Way) -> Answer:
    """Add photos or documents."""
    case = open_case(way, Action.ADD_EVIDENCE)
    if case is None:
        return moved_on(way)
    form = FilesForm()
    if form.validate_on_submit() and keep_files(way, form):
        return after(way, _("The files are in the case now."))
    return page(way, case, form, "merchant/evidence.html")
