"""The steps that can be taken through the interface: each a shape of what is sent, and the same verb that its page calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from disputes.accounts.actors import Actor
from disputes.cases import commands, upkeep
from disputes.cases.models import Case
from disputes.cases.upkeep import File
from disputes.db import transaction
from disputes.returns import deciding, handing, refunding, taxing
from disputes.returns.declaring import TaxTold
from disputes.rules.lifecycle import STEPS, Action, Kind, Role, State, StepRefused, may
from disputes.rules.packages import Shipping, Within, less_than_the_price
from disputes.web.api import bodies
from disputes.web.api.asked import package
from disputes.web.api.bodies import Body
from disputes.web.api.case_data import SHAPES_OF
from disputes.web.api.filing import departure_of
from disputes.web.api.problems import Problem, invalid
from disputes.web.public.case_access import acting

Sent = dict[str, Any]
Verb = Callable[[Case, Actor, Sent, list[File]], Any]


def _plain(verb: Callable[[int, int, Actor], Any]) -> Verb:
    return lambda case, by, sent, files: verb(case.id, sent["version"], by)


def _with_words(verb: Callable[[int, int, Actor, str, str], Any]) -> Verb:
    return lambda case, by, sent, files: verb(case.id, sent["version"], by, sent["words"], _language(case, sent))


def _counter(case: Case, by: Actor, sent: Sent, files: list[File]) -> Any:
    way_back = Shipping.SHOP_PAYS if case.remote_since else Shipping.IN_SHOP
    wanted = package(sent["package"], way_back, Within.SEVEN_DAYS)
    if less_than_the_price(wanted, case.complaint.amount, case.complaint.currency):
        raise commands.Refused("less_than_the_price")
    return commands.counter(case.id, sent["version"], by, wanted, sent["words"], _language(case, sent))


def _change_departure(case: Case, by: Actor, sent: Sent, files: list[File]) -> Any:
    told = sent["departure"]
    at = departure_of(told)
    return upkeep.change_departure(case.id, sent["version"], by, told["status"], at, told["port"] or None)


def _add_evidence(case: Case, by: Actor, sent: Sent, files: list[File]) -> Any:
    return upkeep.add_evidence(case.id, sent["version"], by, files)


def _send_parcel(case: Case, by: Actor, sent: Sent, files: list[File]) -> Any:
    return handing.send_parcel(case.id, sent["version"], by, sent["carrier"], sent["tracking_number"])


def _record_tax(case: Case, by: Actor, sent: Sent, files: list[File]) -> Any:
    return taxing.record(case.id, sent["version"], by, tax_told(sent["tax"]), sent["invoice_number"])


def tax_told(told: Sent) -> TaxTold:
    """What was sent of the departure tax refund, as the verbs take it. An advance is one where a departure was promised for it."""
    return TaxTold(
        told["state"], form_number=told["form_number"], invoice_amount=told["invoice_amount"], vat=told["vat"],
        refunded=told["refunded"], upon_purchase=told["leave_by"] is not None, leave_by=told["leave_by"],
    )  # fmt: skip


def _language(case: Case, sent: Sent) -> str:
    return sent["language"] or case.language


VERBS: Mapping[Action, Verb] = {
    Action.ANSWER: _with_words(commands.answer),
    Action.ACCEPT: _plain(commands.accept),
    Action.DECLINE: _with_words(commands.decline),
    Action.COUNTER: _counter,
    Action.AGREE: _plain(commands.agree),
    Action.REJECT_PROPOSAL: _with_words(commands.reject_proposal),
    Action.CONFIRM: _plain(commands.confirm),
    Action.DENY: _with_words(commands.deny),
    Action.WAIVE: _plain(commands.waive),
    Action.WITHDRAW: _plain(commands.withdraw),
    Action.REOPEN: _with_words(commands.reopen),
    Action.WRITE: _with_words(commands.write),
    Action.CHANGE_DEPARTURE: _change_departure,
    Action.ADD_EVIDENCE: _add_evidence,
}
OF_RETURNS: Mapping[Action, Verb] = {
    Action.ANSWER: _with_words(commands.answer),
    Action.ACCEPT: _plain(deciding.accept),
    Action.DECLINE: _with_words(commands.decline),
    Action.HAND_OVER: _send_parcel,
    Action.RECORD_TAX: _record_tax,
    Action.CONFIRM: _plain(refunding.confirm),
    Action.DENY: _with_words(refunding.deny),
    Action.WAIVE: _plain(refunding.waive),
    Action.MAKE_DISPUTE: _with_words(deciding.make_dispute),
    Action.WITHDRAW: _plain(commands.withdraw),
    Action.REOPEN: _with_words(commands.reopen),
    Action.WRITE: _with_words(commands.write),
    Action.CHANGE_DEPARTURE: _change_departure,
    Action.ADD_EVIDENCE: _add_evidence,
}
VERBS_OF = {Kind.DISPUTE: VERBS, Kind.RETURN: OF_RETURNS}


def take(case: Case, by: Actor) -> None:
    """Take the step that was sent; raises what the verb raises, and then nothing has changed."""
    shapes, verbs = SHAPES_OF[Kind(case.kind)], VERBS_OF[Kind(case.kind)]
    _must_be_theirs(case, by, shapes)
    body = bodies.body("step")
    action = _action(body, shapes)
    _must_be_theirs(case, by, (action,))
    sent = bodies.loaded(shapes[action](), body.json)
    files = _files(case, action, by, body)
    with transaction():
        if by.mailed_link:
            acting(by)
        verbs[action](case, by, sent, files)


def _action(body: Body, shapes: Collection[Action]) -> Action:
    wanted = body.json.get("action") if isinstance(body.json, dict) else None
    if not isinstance(wanted, str) or wanted not in {str(action) for action in shapes}:
        names = ", ".join(shapes)
        raise invalid({"action": [_("Use one of these: %(codes)s.", codes=names)]})
    return Action(wanted)


def _must_be_theirs(case: Case, by: Actor, actions: Collection[Action]) -> None:
    """Whether the table lets this role take one of these in any state at all; if it does, perhaps not now, which is no matter of rights."""
    if not any(step.kind == case.kind and step.action in actions and by.role in step.roles for step in STEPS):
        raise Problem(403)


def _files(case: Case, action: Action, by: Actor, body: Body) -> list[File]:
    """The files of the step, judged before anything is locked, and only where the step is possible."""
    if action is not Action.ADD_EVIDENCE:
        if body.files:
            raise invalid({bodies.FILES_PART: [_("Files go with the action “add_evidence”.")]})
        return []
    if not body.files:
        raise invalid({bodies.FILES_PART: [_("Send at least one file, as multipart/form-data.")]})
    if not may(Kind(case.kind), State(case.state), action, by.role):
        raise StepRefused(Kind(case.kind), State(case.state), action, Role(by.role))
    return bodies.evidence(body.files)
