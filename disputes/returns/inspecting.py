"""The look at goods that have come back: accepted or not, item by item, with grade, photographs and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from disputes.accounts.actors import Actor
from disputes.cases import commands, queries, texts
from disputes.cases.advance import advance
from disputes.cases.commands import Refused
from disputes.cases.models import CaseEvent
from disputes.returns.deciding import pledged_day, received_on, record_of, refund_slot
from disputes.returns.models import Return, ReturnItem
from disputes.rules.lifecycle import Action
from disputes.rules.return_way import Grade, Holder, RejectionReason

GOOD = (Grade.AS_NEW, Grade.OPENED)
# What somebody who took the goods in and graded them good has seen with own eyes: it happened after the tourist.
SEEN_AT_HAND_OVER = (
    RejectionReason.DAMAGED,
    RejectionReason.USED,
    RejectionReason.TAG_REMOVED,
    RejectionReason.UNSEALED,
)


@dataclass(frozen=True)
class Result:
    """What was found of one item. Reasons belong to one that is not accepted.

    ``difference`` is for an accepted item that came in another state than the desk recorded: that is between shop and desk.
    """

    item_id: int
    accepted: bool
    grade: Grade
    reasons: tuple[RejectionReason, ...] = ()
    difference: RejectionReason | None = None


def inspect(
    reference: str | int,
    version: int | None,
    by: Actor,
    results: Sequence[Result],
    words: str = "",
    language: str = "zh_CN",
) -> CaseEvent:
    """Record the look at every item that has arrived; the refund of what is accepted becomes due.

    Refused when an arrived item is missing, when one is rejected without a reason or without a word on it, and when the reason
    is a state that somebody recorded as good when the tourist handed the goods over: such a difference is settled between shop
    and desk, not with the tourist.
    """
    case = queries.lock(reference, by, version)
    record = record_of(case)
    items = {item.id: item for item in record.items if item.arrived_at is not None}
    if not items or {r.item_id for r in results} != set(items) or len(results) != len(items):
        raise Refused("every_item_once")
    for result in results:
        _check(items[result.item_id], result)
    refused = [r for r in results if not r.accepted]
    if refused and not words.strip():
        raise Refused("reasons_missing")
    commands.end_offer(case, "superseded")
    text = texts.write(case, "inspection", by.role, words, language)
    details = {"items": [_said(items[r.item_id], r) for r in results], **texts.said(text)}
    action = Action.REJECT_GOODS if len(refused) == len(results) else Action.ACCEPT_GOODS
    _judge(items, results)
    if action is Action.ACCEPT_GOODS:
        promised = pledged_day(record, received_on(record))
        event = advance(case, action, by, details=details, letter=refund_slot(record), promised=promised)
    else:
        event = advance(case, action, by, details=details, letter={"words": words.strip()})
    texts.attach(event, text)
    for result in results:
        item = items[result.item_id]
        item.accepted_at, item.rejected_at = (event.at, None) if result.accepted else (None, event.at)
    return event


def recorded_good(item: ReturnItem) -> bool:
    """Whether a desk or another shop took this item from the tourist and found it in a good state."""
    first = next((c for c in item.custody if c.giver == Holder.TOURIST), None)
    return first is not None and first.grade in GOOD


def differences(record: Return) -> list[ReturnItem]:
    """The items that came in another state than was recorded at the hand-over; for the shop and the desk to settle."""
    return [i for i in record.items if i.accepted_at and recorded_good(i) and i.grade not in (None, *GOOD)]


def _check(item: ReturnItem, result: Result) -> None:
    if result.accepted:
        return
    if not result.reasons:
        raise Refused("rejection_reason_missing")
    if recorded_good(item) and all(reason in SEEN_AT_HAND_OVER for reason in result.reasons):
        raise Refused("recorded_at_hand_over")


def _judge(items: dict[int, ReturnItem], results: Sequence[Result]) -> None:
    for result in results:
        item = items[result.item_id]
        item.grade, item.reasons = result.grade, [] if result.accepted else list(result.reasons)
        item.accepted_at = item.rejected_at = None
    # The sum that the letter names leaves out what is rejected; the moment itself is the event's.
    for result in results:
        if not result.accepted:
            items[result.item_id].rejected_at = items[result.item_id].arrived_at


def _said(item: ReturnItem, result: Result) -> dict[str, object]:
    return {
        "item": item.position,
        "accepted": result.accepted,
        "grade": result.grade,
        "reasons": list(result.reasons),
        "difference": result.difference,
    }
