"""The steps a tourist takes from the page of the case: each its page, its form, one verb."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from disputes import clock, names
from disputes.accounts.actors import Actor
from disputes.cases import commands, queries, upkeep, whereabouts
from disputes.cases.models import Case, Offer
from disputes.db import transaction
from disputes.files.storage import storage_at
from disputes.names import named
from disputes.regions import queries as regions
from disputes.regions.models import Authority
from disputes.rules.categories import Purpose
from disputes.rules.lifecycle import Action, Kind, Role
from disputes.rules.packages import package_of
from disputes.web import uploads
from disputes.web.languages import language
from disputes.web.public import bp, returned
from disputes.web.public.case_access import Answer, acting, moved_on, own, shown, take
from disputes.web.public.case_forms import (
    AnswerForm,
    AuthoriseForm,
    ConsentForm,
    ContactForm,
    CounterOfferForm,
    DepartureForm,
    EvidenceForm,
    ReopenForm,
    StepForm,
    WordsForm,
    WriteForm,
    ZoneForm,
)
from disputes.web.public.case_papers import power_of_attorney
from disputes.web.sessions import tourist_token

CONFIRM, WORDS = "public/case/confirm.html", "public/case/words.html"
# Taken back by withdrawing the case, since without it nobody may work on it.
NEEDED = (Purpose.HANDLING,)


# --- questions and messages


@bp.route("/c/<token>/answer", methods=["GET", "POST"])
def case_answer(token: str) -> Answer:
    """Answer the question that waits."""
    view, form = own(token), AnswerForm()
    return take(
        view, Action.ANSWER, form, WORDS,
        lambda ref, version, by: commands.answer(ref, version, by, form.words.data, language()),
        _("Your answer is on its way."),
        heading=_("Answer the question"), label=_("Send the answer"), about="question", files_too=True,
    )  # fmt: skip


@bp.route("/c/<token>/write", methods=["GET", "POST"])
def case_write(token: str) -> Answer:
    """Write to everybody in the case."""
    view, form = own(token), WriteForm()
    return take(
        view, Action.WRITE, form, WORDS,
        lambda ref, version, by: commands.write(ref, version, by, form.words.data, language()),
        _("Your message is on its way."),
        heading=_("Write a message"), label=_("Send the message"), files_too=True,
    )  # fmt: skip


# --- the offer on the table


@bp.route("/c/<token>/accept", methods=["GET", "POST"])
def case_accept(token: str) -> Answer:
    """Take the shop's offer."""
    view = own(token)
    if view.case.kind == Kind.RETURN:
        return returned.accept(view)
    return take(
        view, Action.ACCEPT, StepForm(), CONFIRM, commands.accept,
        _("You have accepted the offer. The shop has been told, and must now do what it promised."),
        heading=_("Accept this offer?"), label=_("Yes, I accept"), about="on_the_table",
        paragraphs=[
            _("With your yes this becomes an agreement, and the shop must do what it promised by the day named."),
            _("Nothing is over before it has arrived: we ask you, and if it does not arrive, the case goes on."),
        ],
    )  # fmt: skip


@bp.route("/c/<token>/decline", methods=["GET", "POST"])
def case_decline(token: str) -> Answer:
    """Turn the shop's offer down without another."""
    view, form = own(token), WordsForm()
    if view.case.kind == Kind.RETURN:
        return returned.decline(view)
    return take(
        view, Action.DECLINE, form, WORDS,
        lambda ref, version, by: commands.decline(ref, version, by, form.words.data or "", language()),
        _("You have declined the offer. A mediator takes over."),
        heading=_("Decline this offer?"), label=_("Decline the offer"), about="on_the_table",
        paragraphs=[
            _("A mediator of ours then takes over and looks for a way with both sides."),
            _("If you would take something else, ask the shop for it instead: that is often faster."),
        ],
        instead=(url_for(".case_counter", token=token), _("Ask for something else")),
    )  # fmt: skip


@bp.route("/c/<token>/counter", methods=["GET", "POST"])
def case_counter(token: str) -> Answer:
    """Answer an offer with another."""
    view, form = own(token), CounterOfferForm()
    form.measure(view.case.complaint)
    if not form.is_submitted():
        form.start_from(package_of(_last_wish(view.case).package))
    return take(
        view, Action.COUNTER, form, "public/case/counter.html",
        lambda ref, version, by: commands.counter(ref, version, by, form.package(), form.words.data or "", language()),
        _("The shop has been told what you want instead."),
        about="on_the_table",
    )  # fmt: skip


# --- the mediator's proposal


@bp.route("/c/<token>/agree", methods=["GET", "POST"])
def case_agree(token: str) -> Answer:
    """Agree to the mediator's proposal."""
    view = own(token)
    return take(
        view, Action.AGREE, StepForm(), CONFIRM, commands.agree,
        _("You have agreed to the proposal."),
        heading=_("Agree to this proposal?"), label=_("Yes, I agree"), about="on_the_table",
        paragraphs=[
            _("It becomes an agreement once the shop has agreed too. Each side answers for itself."),
            _("If the shop does not agree, you are bound to nothing."),
        ],
    )  # fmt: skip


@bp.route("/c/<token>/reject", methods=["GET", "POST"])
def case_reject(token: str) -> Answer:
    """Turn the mediator's proposal down."""
    view, form = own(token), WordsForm()
    return take(
        view, Action.REJECT_PROPOSAL, form, WORDS,
        lambda ref, version, by: commands.reject_proposal(ref, version, by, form.words.data or "", language()),
        _("You have turned the proposal down. The case goes back to the mediator."),
        heading=_("Turn this proposal down?"), label=_("Turn the proposal down"), about="on_the_table",
        paragraphs=[_("The case goes back to the mediator, who then decides with you whether an authority should have it.")],
    )  # fmt: skip


# --- the money


@bp.route("/c/<token>/confirm", methods=["GET", "POST"])
def case_confirm(token: str) -> Answer:
    """Say that everything has arrived."""
    view = own(token)
    if view.case.kind == Kind.RETURN:
        return returned.confirm(view)
    return take(
        view, Action.CONFIRM, StepForm(), CONFIRM, commands.confirm,
        _("Thank you. The case is closed as settled."),
        heading=_("Has everything arrived?"), label=_("Yes, it has arrived"), about="agreed",
        paragraphs=[_("Please look at your account or your card first. The case is then closed as settled.")],
        instead=(url_for(".case_deny", token=token), _("No, it has not arrived")),
    )  # fmt: skip


@bp.route("/c/<token>/deny", methods=["GET", "POST"])
def case_deny(token: str) -> Answer:
    """Say that the money, or something else that was agreed, has not arrived."""
    view, form = own(token), WordsForm()
    if view.case.kind == Kind.RETURN:
        return returned.deny(view)
    form.words.label.text = _("What is missing")
    return take(
        view, Action.DENY, form, WORDS,
        lambda ref, version, by: commands.deny(ref, version, by, form.words.data or "", language()),
        _("We have told the shop and our officer that it has not arrived."),
        heading=_("It has not arrived?"), label=_("It has not arrived"), about="agreed",
        paragraphs=[
            _("Our officer then asks the shop, and the case goes on with the same people."),
            _("Money that goes back to a card from another country can be on its way for some days."),
        ],
    )  # fmt: skip


@bp.route("/c/<token>/waive", methods=["GET", "POST"])
def case_waive(token: str) -> Answer:
    """Say in so many words that nothing more is owed."""
    view = own(token)
    if view.case.kind == Kind.RETURN:
        return returned.waive(view)
    return take(
        view, Action.WAIVE, StepForm(), CONFIRM, commands.waive,
        _("The case is closed: you have said that nothing more is owed."),
        heading=_("Is nothing more owed to you?"), label=_("Nothing more is owed to me"), tone="danger",
        about="agreed",
        paragraphs=[
            _("Choose this only if you let the rest go. You then say in so many words that the shop owes you nothing more, "
              "whether everything has arrived or not, and the case is closed."),
        ],
    )  # fmt: skip


# --- evidence


@bp.route("/c/<token>/evidence", methods=["GET", "POST"])
def case_evidence(token: str) -> Answer:
    """Add photos and documents; each is judged for itself, and one that is refused stops none of the others."""
    view, form, received = own(token), EvidenceForm(), uploads.Received()
    page = "public/case/evidence.html"
    if view.may(Action.ADD_EVIDENCE) and form.validate_on_submit():
        received = uploads.receive(form.files.data)
        if not received.accepted:
            form.files.errors = received.sentences
            return shown(page, view, form)
    answer = take(
        view, Action.ADD_EVIDENCE, form, page,
        lambda ref, version, by: upkeep.add_evidence(ref, version, by, received.accepted),
        _("Your files were added. The shop and our officer can see them."),
    )  # fmt: skip
    if isinstance(answer, Response):
        for sentence in received.sentences:
            flash(sentence, "warning")
    return answer


# --- the departure, the contact, the clock


@bp.route("/c/<token>/departure", methods=["GET", "POST"])
def case_departure(token: str) -> Answer:
    """Say anew when and from where one leaves."""
    view, form = own(token), DepartureForm()
    form.prepare()
    if not form.is_submitted():
        form.start_from(view.case, clock.SHANGHAI)
    return take(
        view, Action.CHANGE_DEPARTURE, form, "public/case/departure.html",
        lambda ref, version, by: upkeep.change_departure(
            ref, version, by, form.departure.data, form.at, form.port.data or None
        ),
        _("Your departure was changed."),
    )  # fmt: skip


@bp.route("/c/<token>/contact", methods=["GET", "POST"])
def case_contact(token: str) -> Answer:
    """Change the name, the address, the language or the clock."""
    view, form = own(token), ContactForm()
    form.prepare(view.case)
    if not form.is_submitted():
        form.start_from(view.case)
    return take(
        view, Action.CHANGE_CONTACT, form, "public/case/contact.html",
        lambda ref, version, by: upkeep.change_contact(
            ref, version, by, name=form.name.data, email=form.email.data or None,
            language=form.language.data, time_zone=form.zone.data or None,
        ),
        _("Your details were changed."),
    )  # fmt: skip


@bp.route("/c/<token>/clock", methods=["GET", "POST"])
def case_clock(token: str) -> Answer:
    """Choose the clock on which times are shown."""
    view, form = own(token), ZoneForm()
    form.prepare(view.case)
    if form.validate_on_submit():
        with transaction():
            acting(view.by)
            upkeep.choose_zone(view.case.id, view.by, form.zone.data)
        flash(_("Times are now shown on your clock too."), "success")
        return redirect(url_for(".case_page", token=token), 303)
    if not form.is_submitted():
        form.zone.data = view.own_clock or ""
    return shown("public/case/clock.html", view, form)


@bp.post("/c/<token>/address")
def case_address(token: str) -> Answer:
    """Confirm with one tap that the mailed link has reached its reader."""
    view = own(token)
    with transaction():
        acting(view.by)
    if view.by.mailed_link:
        flash(_("Your e-mail address is confirmed."), "success")
    return redirect(url_for(".case_page", token=token), 303)


@bp.route("/c/<token>/link", methods=["GET", "POST"])
def case_link(token: str) -> Answer:
    """Make every link worthless and go on with a new one."""
    view = own(token)
    has_email = bool(view.case.tourist.email)
    form = StepForm()
    answer = take(
        view, Action.REVOKE_LINK, form, CONFIRM, upkeep.revoke_link,
        _("This is your new link. Keep the card: the old links and the old words open nothing any more."),
        heading=_("Make a new link?"), label=_("Make a new link"), tone="danger",
        paragraphs=[
            _("All links to this case, also that of a companion, and your five words stop working at once."),
            _("The new link is sent to your e-mail address and shown on the next page.") if has_email
            else _("The new link is shown on the next page. Keep it: without it and without an e-mail address you lose the case."),
        ],
    )  # fmt: skip
    if isinstance(answer, Response):
        case = queries.find(view.case.id, view.by)
        return redirect(url_for(".case_card", token=tourist_token(case)), 303)
    return answer


# --- consents, and the authority


@bp.route("/c/<token>/consents", methods=["GET", "POST"])
def case_consents(token: str) -> Answer:
    """Give and take back each consent for itself; taking back is as easy as giving (R-DATA-BASIS)."""
    view, form = own(token), ConsentForm()
    asked = form.give.data or form.take_back.data
    if form.is_submitted() and (asked not in set(Purpose) or (asked in NEEDED and not form.give.data)):
        return redirect(url_for(".case_consents", token=token), 303)
    given = bool(form.give.data)
    return take(
        view, Action.CONSENT, form, "public/case/consents.html",
        lambda ref, version, by: upkeep.consent(ref, version, by, Purpose(asked), given),
        _("Your consent is given.") if given else _("Your consent is taken back."),
        then=url_for(".case_consents", token=token), consents_of=_consents, needed=NEEDED,
    )  # fmt: skip


@bp.route("/c/<token>/authorise", methods=["GET", "POST"])
def case_authorise(token: str) -> Answer:
    """Authorise an officer to hand the case to the competent body, after the warning about the choice of forum (R-XB-FORUM)."""
    view, form = own(token), AuthoriseForm()
    authority = competent_body(view.case)

    def authorise(ref: int, version: int, by: Actor) -> None:
        seen: int | None = version
        if Purpose.TO_AUTHORITY not in _standing(queries.find(ref, by)):
            upkeep.consent(ref, seen, by, Purpose.TO_AUTHORITY, True)
            seen = None  # ours was the step in between
        identity = {name: form[name].data or "" for name in ("full_name", "document_number", "home_address", "phone")}
        commands.authorise(ref, seen, by, authority.code, warned=form.warned.data, identity=identity)

    return take(
        view, Action.AUTHORISE, form, "public/case/authorise.html", authorise,
        _("You have allowed us to hand your case to %(body)s.", body=named(names.AUTHORITIES, authority.code)),
        then=url_for(".case_proxy", token=token), authority=authority,
    )  # fmt: skip


@bp.get("/c/<token>/proxy")
def case_proxy(token: str) -> Answer:
    """The power of attorney, to be printed and signed: an agent needs the original (R-SAMR-PROXY)."""
    view = own(token)
    if view.authorisation is None:
        return redirect(url_for(".case_authorise", token=token), 303)
    authority = regions.authority(view.authorisation.authority_code)
    assert authority is not None  # noqa: S101  a foreign key says so
    return shown("public/case/proxy.html", view, **power_of_attorney(view, authority, language()))  # fmt: skip


# --- the end, and after it


@bp.route("/c/<token>/withdraw", methods=["GET", "POST"])
def case_withdraw(token: str) -> Answer:
    """Take the case back."""
    view = own(token)
    return take(
        view, Action.WITHDRAW, StepForm(), CONFIRM, commands.withdraw,
        _("You have withdrawn the case."),
        heading=_("Withdraw this case?"), label=_("Yes, withdraw it"), tone="danger",
        paragraphs=[
            _("The shop and our officer are told, and nobody works on it any more."),
            _("You give up no right by it, and you can open the case again from your link."),
        ],
    )  # fmt: skip


@bp.route("/c/<token>/reopen", methods=["GET", "POST"])
def case_reopen(token: str) -> Answer:
    """Open a closed case again; one tap on the page of the case, or with a reason from a page of its own."""
    view, form = own(token), ReopenForm()
    if view.case.erased_at is not None:
        return moved_on(view, form)
    return take(
        view, Action.REOPEN, form, WORDS,
        lambda ref, version, by: commands.reopen(ref, version, by, form.words.data or "", language()),
        _("Your case is open again. The officer who had it has been told."),
        heading=_("Open the case again?"), label=_("Open the case again"),
        paragraphs=[_("It goes back to the officer who had it. What was agreed and said before stays in the history.")],
    )  # fmt: skip


@bp.route("/c/<token>/erase", methods=["GET", "POST"])
def case_erase(token: str) -> Answer:
    """Erase the personal data of a closed case (R-DATA-DEL)."""
    view, form = own(token), StepForm()
    gone: list[str] = []
    number = view.case.number

    def erase(ref: int, version: int, by: Actor) -> None:
        gone.extend(upkeep.erase(ref, version, by))

    answer = take(
        view, Action.ERASE, form, CONFIRM, erase, "",
        heading=_("Erase your personal data?"), label=_("Yes, erase my data for good"), tone="danger",
        paragraphs=[
            _("Your name, your address, what you wrote, your files, and the names and addresses you gave for an authority "
              "are erased for good, and so are the letters we sent you."),
            _("What stays is a record without a name: the number, days, amounts and steps."),
            _("The case cannot be opened again, and your link stops working. Download your data first if you want to keep them."),
        ],
        instead=(url_for(".case_data", token=token), _("Download my data")),
    )  # fmt: skip
    if not isinstance(answer, Response):
        return answer
    storage = storage_at(current_app.config["SETTINGS"].files_url)
    for address in gone:
        storage.delete(address)
    return render_template("public/case/erased.html", number=number)


# --- what several of them need


def competent_body(case: Case) -> Authority:
    """The body that is competent for this case by the rule book's table."""
    found = regions.authority(whereabouts.competence(case).authority)
    assert found is not None  # noqa: S101  a seed test says that every body of the table is there
    return found


def _last_wish(case: Case) -> Offer:
    """What the tourist asked for last."""
    return next((o for o in reversed(case.offers) if o.by_role == Role.TOURIST), case.claim)


def _standing(case: Case) -> set[str]:
    return {c.purpose for c in case.consents if c.withdrawn_at is None}


def _consents(case: Case) -> list[dict[str, Any]]:
    """Each consent with the day on which it was given or taken back last."""
    found = []
    for purpose in Purpose:
        rows = [c for c in case.consents if c.purpose == purpose]
        last = max(rows, key=lambda c: c.id, default=None)
        found.append(
            {
                "purpose": purpose,
                "given": last is not None and last.withdrawn_at is None,
                "given_at": last.given_at if last else None,
                "withdrawn_at": last.withdrawn_at if last else None,
            }
        )
    return found
