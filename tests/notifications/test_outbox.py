"""The outbox as the steps of cases write it: who is told once, and what is cancelled when it is no longer true."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from disputes import clock
from disputes.cases import commands, deadlines, sweeps, upkeep
from disputes.db import db, transaction
from disputes.notifications import delivery, outbox, rendering
from disputes.notifications.models import Message
from disputes.notifications.slots import Post
from disputes.rules.lifecycle import Action
from tests import factories as make
from tests.notifications.conftest import MailServer


@pytest.fixture(autouse=True)
def in_the_database(database: None) -> None:
    """Every test here works on the database."""


def messages(case, **found) -> list[Message]:
    query = select(Message).where(Message.case_id == case.id).order_by(Message.id)
    return [m for m in db.session.scalars(query) if all(getattr(m, name) == value for name, value in found.items())]


def reminders(case) -> list[Message]:
    return [m for m in messages(case) if m.deadline_id is not None]


def reminded(case) -> Message:
    """The case after the first reminder of its running deadline; the reminder waits to be sent."""
    deadline = case.running_deadlines[0]
    with transaction():
        clock.stand_at(deadline.remind_at)
    while sweeps.remind_next():
        pass
    (row,) = [m for m in reminders(case) if m.deadline_id == deadline.id]
    return row


def test_one_step_writes_one_row_for_each_reader():
    case = make.with_merchant()

    keys = [m.key for m in messages(case)]

    assert len(keys) == len(set(keys))
    asked = {m.recipient: m.template for m in messages(case) if f":{_event(case, Action.SEND_TO_SHOP)}:" in m.key}
    assert asked == {"tourist": "case-news", "shop": "claim-received"}


def test_a_reminder_is_written_once_however_many_sweeps_look():
    case = make.with_merchant()
    reminded(case)

    assert not sweeps.remind_next()
    assert len(reminders(case)) == 1


def test_an_ended_deadline_cancels_its_unsent_reminder():
    case = make.with_merchant()
    row = reminded(case)
    assert (row.template, row.state) == ("reminder-shop", "due")

    make.offered(on=case)

    assert row.state == "cancelled"


def test_a_reminder_that_was_put_off_is_cancelled_too(app: Flask, posting: MailServer):
    case = make.with_merchant()
    row = reminded(case)
    posting.at_rcpt[row.address] = "451 Come back"
    delivery.deliver_due()
    assert (row.state, row.attempts) == ("due", 1)

    make.offered(on=case)
    posting.at_rcpt.clear()

    assert row.state == "cancelled"


def test_a_sent_reminder_stays_sent():
    case = make.with_merchant()
    row = reminded(case)
    with transaction():
        row.state, row.sent_at = "sent", clock.now()

    make.offered(on=case)

    assert row.state == "sent"


def test_a_re_planned_deadline_reminds_under_a_key_of_its_own():
    """What the old plan had written is cancelled with it, and the new plan's reminder is no duplicate of it."""
    case = make.with_merchant()
    old = reminded(case)
    deadline = next(d for d in case.deadlines if d.id == old.deadline_id)

    with transaction():
        outbox.cancel_reminders(deadline.id)
        deadline.version += 1
        deadline.due_at += timedelta(days=2)
        deadline.stage, deadline.remind_at = 0, deadlines.next_reminder(deadline, clock.now())
    with transaction():
        clock.stand_at(deadline.remind_at)
    while sweeps.remind_next():
        pass

    first, second = reminders(case)
    assert (first.state, second.state) == ("cancelled", "due")
    assert first.key != second.key


def test_erasing_a_case_leaves_no_letter_that_could_still_be_sent():
    case = make.closed()
    with transaction():
        for row in messages(case)[:1]:
            row.state = "given_up"

    make.erased(on=case)

    assert {m.state for m in messages(case)} <= {"sent", "cancelled"}
    assert all(m.address == "" and m.slots == {} for m in messages(case))


def test_each_side_of_a_proposal_is_told_its_own_date():
    case = make.with_merchant()
    _confirm(case)
    make.proposed(on=make.mediation(on=make.offered(on=case)))

    tourist = messages(case, template="proposal-made")[-1]
    shop = messages(case, template="proposal-made-shop")[-1]
    assert (tourist.slots["clock"], tourist.slots["yours"]) == ("tourist_proposal", True)
    assert (shop.slots["clock"], shop.slots["yours"]) == ("shop_proposal", True)


def test_the_shops_first_letter_says_what_the_customer_asks_for():
    case = make.with_merchant()
    (row,) = messages(case, template="claim-received")

    letter = rendering.write(
        Post(row.id, row.key, row.template, row.recipient, row.address, "en", row.slots), clock.now()
    )

    assert "CN¥1,280.00" in letter.text
    assert "You answer the claim" in letter.text
    assert letter.calendar is not None


WAYS = {
    "asked": (make.asked,),
    "countered": (make.offered, make.countered),
    "proposed": (make.offered, make.mediation, make.proposed),
    "reported": (make.offered, make.settled, make.reported, make.closed),
    "referred": (make.offered, make.mediation, make.referral_ready, make.referred),
    "asked about an authority": (make.offered, make.mediation, make.authorisation_asked),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_whatever_the_verbs_write_can_be_delivered(way, app: Flask, posting: MailServer):
    make.supervisor()
    case = make.with_merchant(companion_email="friend@travellers.example")
    _confirm(case)
    with transaction():
        commands.write(case.id, None, make.tourist_of(case), "When will I hear from you?", "en")
    for step in way:
        step(on=case)

    delivery.deliver_due()

    assert {m.state for m in messages(case)} == {"sent"}, [m.error for m in messages(case)]
    assert len(posting.mails) == len(messages(case))


def test_a_letter_goes_out_in_the_language_of_its_reader(app: Flask, posting: MailServer):
    case = make.with_merchant(language="ar", email="layla@travellers.example")
    make.offered(on=case)

    delivery.deliver_due()

    assert {mail["Content-Language"] for mail in posting.to("layla@travellers.example")} == {"ar"}
    assert {mail["Content-Language"] for mail in posting.mails if mail["To"] == case.shop.email} == {"zh-CN"}


def test_a_new_departure_and_a_new_link_are_told():
    case = make.with_merchant()
    _confirm(case)
    make.departed(case)
    with transaction():
        upkeep.revoke_link(case.id, None, make.tourist_of(case))

    assert [m.template for m in messages(case, recipient="tourist")][-2:] == ["departure-changed", "case-link"]


def _event(case, action: Action) -> int:
    return next(e.id for e in case.events if e.action == action)


def _confirm(case) -> None:
    """The tourist has shown that the address is right."""
    with transaction():
        case.tourist.email_confirmed_at = clock.now()
