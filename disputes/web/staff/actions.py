"""What the staff may do in a case, one row for each action of STEPS: its form, its verb, its words, its key.

The case page draws from this table what ``open_actions`` allows; the view ``act`` takes the step. What is missing here
cannot be done by the staff, and a test says that nothing that STEPS allows them is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash

from disputes.accounts.actors import Actor
from disputes.cases import authorities, commands, transfers, triage, upkeep
from disputes.files.storage import storage_at
from disputes.rules.categories import Danger
from disputes.rules.lifecycle import Action, Outcome
from disputes.rules.procedure import EndGround, FactKind, RefusalGround
from disputes.web import uploads
from disputes.web.languages import language
from disputes.web.staff import forms
from disputes.web.staff.forms import StepForm
from disputes.wording import lazy_gettext as _l

Take = Callable[[str, int | None, Actor, Any], Any]


@dataclass(frozen=True)
class CaseAction:
    """One step as the page of a case offers it."""

    action: Action
    label: Any  # on the button that opens the form
    send: Any  # on the button that takes the step
    done: Any  # said afterwards
    take: Take
    form: type[StepForm] = StepForm
    about: Any = ""  # what the step does, above the form
    icon: str = "edit"
    key: str = ""
    tone: str = "secondary"
    before: Callable[[Any], bool] | None = (
        None  # what must be done before a row is locked; False when there is nothing left to do
    )
    after: Callable[[Any, Any], None] | None = (
        None  # what follows once the step is committed; gets the form and the verb's answer
    )
    whatever_else: bool = False  # adds to the record whatever has happened meanwhile, so no version is compared

    @property
    def code(self) -> str:
        """How the address and the prefix of the form name it."""
        return self.action.value.replace("_", "-")

    @property
    def asks_nothing(self) -> bool:
        """Whether its form is a button alone."""
        return self.form is StepForm


def _receive(form: forms.EvidenceForm) -> bool:
    """Judge and store the files before any row is locked; False when none of them is kept."""
    form.received = uploads.receive(form.files.data or [])
    if not form.received.accepted:
        form.files.errors = form.received.sentences
    return bool(form.received.accepted)


def _name_refused(form: forms.EvidenceForm, _result: Any) -> None:
    for sentence in form.received.sentences:
        flash(sentence, "warning")


def _delete_files(_form: StepForm, gone: list[str]) -> None:
    storage = storage_at(current_app.config["SETTINGS"].files_url)
    for sha256 in gone:
        storage.delete(sha256)


# Those that carry the case on, in the order in which the page offers them.
NEXT: tuple[CaseAction, ...] = (
    CaseAction(
        Action.TRIAGE, _l("Take it up"), _l("Take it up"), _l("The case is with you."),
        lambda n, v, by, f: triage.take_up(n, v, by),
        about=_l("The case has not been routed yet. You look at it first, and it is yours."), icon="search",
    ),
    CaseAction(
        Action.PROPOSE, _l("Make a proposal"), _l("Put it before both sides"), _l("The proposal is with both sides."),
        lambda n, v, by, f: commands.propose(n, v, by, f.package(), f.words.data or "", language()),
        forms.ProposalForm, icon="handshake", key="p", tone="primary",
        about=_l("One package for both sides. Each agrees for itself; silence is no agreement."),
    ),
    CaseAction(
        Action.SEND_TO_SHOP, _l("Send to the shop"), _l("Send to the shop"), _l("The shop is asked; its time runs."),
        lambda n, v, by, f: commands.send_to_shop(n, v, by, f.note.data or "", language()),
        forms.NoteToShopForm, icon="send", key="s", tone="primary",
        about=_l("The shop gets the claim and the visitor’s name to call, never the contact. Its time to answer starts."),
    ),
    CaseAction(
        Action.ASK_TOURIST, _l("Ask the visitor"), _l("Send the question"), _l("The question is on its way."),
        lambda n, v, by, f: commands.ask_tourist(n, v, by, f.question.data or "", language(), f.phrase.data or None),
        forms.AskForm, icon="question", key="q",
        about=_l("The case waits for the answer and then comes back to where it is now."),
    ),
    CaseAction(
        Action.STEP_IN, _l("Step in as mediator"), _l("Step in"), _l("The case is in mediation."),
        lambda n, v, by, f: commands.step_in(n, v, by), icon="scales", key="m",
        about=_l("The case goes to mediation at once. What lies on the table ends with that."),
    ),
    CaseAction(
        Action.REPORT_PERFORMANCE, _l("Record that it was carried out"), _l("Record it"),
        _l("Recorded. The visitor is asked to confirm."),
        lambda n, v, by, f: commands.report_performance(n, v, by, f.means.data, f.payment_reference.data or ""),
        forms.PerformanceForm, icon="money", key="r", tone="primary",
        about=_l("For a shop that told you so by phone. Only the visitor can confirm that it arrived."),
    ),
    CaseAction(
        Action.READY_REFERRAL, _l("Make ready for the authority"), _l("Make it ready"),
        _l("The package for the authority is ready."),
        lambda n, v, by, f: commands.ready_referral(n, v, by), icon="authority", key="r",
        about=_l("The visitor has authorised it. Any offer on the table lapses; you then hand the package over and record it here."),
    ),
    CaseAction(
        Action.ASK_AUTHORISATION, _l("Ask for the authorisation"), _l("Ask the visitor"), _l("The visitor is asked."),
        lambda n, v, by, f: commands.ask_authorisation(n, v, by), icon="key",
        about=_l("Asks the visitor whether an officer may hand the case to an authority, with the warning about the choice of body. Any offer on the table lapses."),
    ),
    CaseAction(
        Action.RECORD_REFERRAL, _l("Record the hand-over"), _l("Record it"), _l("Recorded. The authority’s time runs from there."),
        lambda n, v, by, f: commands.record_referral(
            n, v, by, f.received_by.data, f.received_at(), f.receipt_number.data or "", f.channel.data, f.received_as.data
        ),
        forms.ReferralForm, icon="authority", key="r", tone="primary",
        about=_l("Only once the authority has the package: who received it, when, and under which number."),
    ),
    CaseAction(
        Action.AUTHORITY_ACCEPTS, _l("The authority accepts"), _l("Record it"), _l("Recorded. The visitor and the shop are told."),
        lambda n, v, by, f: authorities.record(n, v, by, FactKind.ACCEPTED, f.on.data),
        forms.AuthorityDayForm, icon="check-circle", key="t", tone="primary",
        about=_l("Ends the period for the decision and starts the one for the mediation, from the day on which it accepted."),
    ),
    CaseAction(
        Action.AUTHORITY_REFUSES, _l("The authority refuses"), _l("Record it"), _l("Recorded. The visitor and the shop are told."),
        lambda n, v, by, f: authorities.record(
            n, v, by, FactKind.REFUSED, f.on.data, ground=RefusalGround(f.ground.data), words=f.words.data or "", language=language()
        ),
        forms.RefusesForm, icon="close",
        about=_l("The visitor is told the ground and the other ways that the law names. The case stays with you."),
    ),
    CaseAction(
        Action.AUTHORITY_ENDS, _l("The mediation has ended"), _l("Record it"), _l("Recorded. The visitor and the shop are told."),
        lambda n, v, by, f: authorities.record(
            n, v, by, FactKind.ENDED, f.on.data, ground=EndGround(f.ground.data), words=f.words.data or "", language=language()
        ),
        forms.EndsForm, icon="flag",
        about=_l("Starts the authority’s days for telling both sides. If they agreed, record the settlement instead."),
    ),
    CaseAction(
        Action.AUTHORITY_STEP, _l("Other news from the authority"), _l("Record it"), _l("Recorded. Its dates are counted again."),
        lambda n, v, by, f: authorities.record(
            n, v, by, f.kind.data, f.on.data, until=f.until.data, words=f.words.data or "", language=language()
        ),
        forms.AuthorityStepForm, icon="authority",
        about=_l("An expert test, a notice, an extension, or that you asked. Record the day on which it happened, also if that is weeks ago: the dates follow."),
    ),
    CaseAction(
        Action.RECORD_SETTLEMENT, _l("Record a settlement"), _l("Record it"), _l("Recorded. Its performance is watched."),
        lambda n, v, by, f: commands.record_settlement(n, v, by, f.package()),
        forms.SettlementForm, icon="handshake", key="p", tone="primary",
        about=_l("What the parties agreed on before the authority."),
    ),
    CaseAction(
        Action.CLEAR_EMERGENCY, _l("The emergency is over"), _l("Go on in triage"), _l("The case goes on in triage."),
        lambda n, v, by, f: triage.clear_emergency(n, v, by, f.words.data or "", language()),
        forms.ClearForm, icon="check-circle", tone="primary",
    ),
    CaseAction(
        Action.HOLD_EMERGENCY, _l("Emergency"), _l("Keep as emergency"), _l("The case is kept for the duty officer."),
        lambda n, v, by, f: triage.hold_emergency(n, v, by, [Danger(d) for d in f.dangers.data]),
        forms.DangersForm, icon="emergency",
        about=_l("Somebody is in danger: no clock runs and nobody mediates until that is over. The visitor is shown 110, 120 and 119."),
    ),
    CaseAction(
        Action.ACCEPT_TRANSFER, _l("Take the case over"), _l("Take it over"), _l("The case belongs to your office now."),
        lambda n, v, by, f: transfers.accept(n, v, by, f.officer_id()), forms.TakeOverForm, icon="check-circle", tone="primary",
        about=_l("Another office offers you this case. Once you accept it is yours, with all its dates."),
    ),
    CaseAction(
        Action.RETURN_TRANSFER, _l("Send it back"), _l("Send it back"), _l("The case stays with the other office, which is told why."),
        lambda n, v, by, f: transfers.send_back(n, v, by, f.reason.data, language()), forms.SendBackForm, icon="refund",
    ),
    CaseAction(
        Action.REOPEN, _l("Open again"), _l("Open it again"), _l("The case is open again, in mediation."),
        lambda n, v, by, f: commands.reopen(n, v, by, f.words.data or "", language()), forms.ReasonForm, icon="refund",
    ),
    CaseAction(
        Action.CLOSE, _l("Close"), _l("Close the case"), _l("The case is closed."),
        lambda n, v, by, f: commands.close(n, v, by, Outcome(f.outcome.data), f.words.data, language()),
        forms.CloseForm, icon="lock", key="x", tone="danger",
        about=_l("Both sides read the reasons. Only the visitor can say that a case is resolved."),
    ),
)  # fmt: skip

# Those that add to the record and leave the case where it is.
ALWAYS: tuple[CaseAction, ...] = (
    CaseAction(
        Action.NOTE, _l("Note"), _l("Keep the note"), _l("The note is kept."),
        lambda n, v, by, f: upkeep.note(n, v, by, f.words.data, language()),
        forms.NoteForm, about=_l("Only the staff read it."), icon="document", key="n", whatever_else=True,
    ),
    CaseAction(
        Action.WRITE, _l("Write to both"), _l("Send the message"), _l("The message is on its way."),
        lambda n, v, by, f: commands.write(n, v, by, f.words.data, language()), forms.WriteForm, icon="message", key="w",
        about=_l("The visitor and the shop both read it, as you write it."),
    ),
    CaseAction(
        Action.ASSIGN, _l("Give to an officer"), _l("Give it"), _l("The case has been given on."),
        lambda n, v, by, f: upkeep.assign(n, v, by, f.officer_id()), forms.AssignForm, icon="officer", key="a",
    ),
    CaseAction(
        Action.PROPOSE_TRANSFER, _l("To another office"), _l("Offer it"), _l("The other office is asked. Until it accepts, the case stays here."),
        lambda n, v, by, f: transfers.propose(n, v, by, f.office.data, f.reason.data, language()), forms.TransferForm, icon="send",
        about=_l("Such as from Chongqing to Sichuan. Nothing is filed again; until the other office has accepted, the case is yours and its dates run."),
    ),
    CaseAction(
        Action.WITHDRAW_TRANSFER, _l("Take back the offer to the other office"), _l("Take it back"), _l("The offer is taken back."),
        lambda n, v, by, f: transfers.take_back(n, v, by), icon="close",
    ),
    CaseAction(
        Action.ADD_EVIDENCE, _l("Add evidence"), _l("Add"), _l("The files are in the case."),
        lambda n, v, by, f: upkeep.add_evidence(n, v, by, f.received.accepted),
        forms.EvidenceForm, icon="evidence", key="e", whatever_else=True, before=_receive, after=_name_refused,
        about=_l("Such as what the shop or the visitor sent you by another way. Both sides see a safe copy."),
    ),
    CaseAction(
        Action.CHANGE_DEPARTURE, _l("Departure"), _l("Change it"), _l("The departure is changed, and the queue with it."),
        lambda n, v, by, f: upkeep.change_departure(n, v, by, f.departure.data, f.at(), f.port.data or None),
        forms.DepartureForm, icon="plane",
    ),
    CaseAction(
        Action.CHANGE_CONTACT, _l("Contact"), _l("Change it"), _l("The contact is changed; the link is sent there."),
        lambda n, v, by, f: upkeep.change_contact(
            n, v, by, name=f.name.data or "", email=f.email.data or None, language=f.language.data, time_zone=f.zone.data or None
        ),
        forms.ContactForm, icon="mail",
    ),
    CaseAction(
        Action.CHANGE_SHOP, _l("Shop"), _l("Tie the case to this shop"), _l("The case is tied to this shop."),
        lambda n, v, by, f: upkeep.change_shop(n, v, by, f.shop.data), forms.ShopForm, icon="shop", key="h",
    ),
    CaseAction(
        Action.CORRECT_AUTHORITY, _l("Correct a record of the authority"), _l("Take it back"), _l("Taken back. The dates are what they are without it."),
        lambda n, v, by, f: authorities.correct(n, v, by, f.fact.data, f.words.data, language()),
        forms.CorrectAuthorityForm, icon="edit",
        about=_l("For what was recorded wrongly; it stays in the history. Then record what is right."),
    ),
    CaseAction(
        Action.REVOKE_LINK, _l("New link"), _l("End the old link"), _l("Every earlier link and the five words are worthless now."),
        lambda n, v, by, f: upkeep.revoke_link(n, v, by), icon="link",
        about=_l("For a link that came into wrong hands. A new one goes to the address on file; where there is none, enter an address under “Contact” first, or the visitor is left without a way in."),
    ),
    CaseAction(
        Action.ERASE, _l("Erase"), _l("Erase for good"), _l("The personal data of this case are erased."),
        lambda n, v, by, f: upkeep.erase(n, v, by), forms.EraseForm, icon="bin", tone="danger", after=_delete_files,
        about=_l("Names, addresses, words and files go for good; codes, amounts and the history’s chain stay. It cannot be undone, and the case cannot be opened again."),
    ),
)  # fmt: skip

BY_CODE: dict[str, CaseAction] = {a.code: a for a in (*NEXT, *ALWAYS)}
