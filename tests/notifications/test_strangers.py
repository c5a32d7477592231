"""The limit for mails to an address that nobody has confirmed: nobody's mailbox is flooded with links by a stranger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from disputes import clock
from disputes.db import db, transaction
from disputes.notifications import delivery, outbox, strangers
from disputes.notifications.models import Message
from tests import factories as make
from tests.notifications.conftest import MailServer, later, message

HOUR, DAY = strangers.MOST[0][1], strangers.MOST[1][1]
VICTIM = "somebody@mail.example"


def fresh(rows: list[Message]) -> list[str]:
    db.session.expire_all()
    return [db.session.get_one(Message, row.id).state for row in rows]


def test_an_address_gets_so_many_links_in_an_hour_and_the_rest_later(posting: MailServer):
    rows = [message(VICTIM if n % 2 else VICTIM.upper()) for n in range(HOUR + 2)]
    other = message("somebody.else@mail.example")
    delivery.deliver_due()

    assert len(posting.mails) == HOUR + 1
    assert fresh(rows) == ["sent"] * HOUR + ["due"] * 2
    assert fresh([other]) == ["sent"]

    later(timedelta(minutes=61))
    delivery.deliver_due()
    assert fresh(rows) == ["sent"] * (HOUR + 2)


def test_in_a_day_an_address_gets_no_more_than_the_limit_and_what_is_older_than_a_day_is_let_be(posting: MailServer):
    rows = [message(VICTIM) for _ in range(DAY * 3)]
    for _ in range(23):
        while delivery.deliver_due(100):
            pass
        later(timedelta(hours=1))

    assert fresh(rows).count("sent") == DAY
    later(timedelta(hours=30))
    while delivery.deliver_due(100):
        pass
    assert fresh(rows).count("sent") <= DAY + HOUR
    assert set(fresh(rows)) <= {"sent", "due", "cancelled"}


def test_of_several_mails_of_one_case_that_wait_only_the_newest_is_sent(posting: MailServer):
    for _ in range(HOUR):
        message(VICTIM)
    news = [message(VICTIM, "case-news", case_id=7) for _ in range(3)]
    delivery.deliver_due()
    assert fresh(news) == ["due"] * 3

    later(timedelta(minutes=61))
    delivery.deliver_due()
    assert fresh(news) == ["cancelled", "cancelled", "sent"]


def test_letters_to_a_confirmed_address_and_to_shops_are_never_held_back(posting: MailServer):
    rows = [message(VICTIM, "settled") for _ in range(DAY + 1)]
    for row in rows:
        with transaction():
            row.slots = {**row.slots, "number": "26-0000-0014"}
    delivery.deliver_due()

    assert set(fresh(rows)) == {"sent"}


def test_whoever_asks_for_a_link_is_told_that_it_comes_later(app: Flask, posting: MailServer):
    assert strangers.held(VICTIM) is None
    for _ in range(HOUR):
        message(VICTIM)
    delivery.deliver_due()
    message(VICTIM)

    at = strangers.held(VICTIM)
    assert at is not None
    assert timedelta(minutes=59) < at - clock.now() <= timedelta(hours=1)
    delivery.deliver_due()
    assert strangers.held(VICTIM) is not None
    assert strangers.held("fresh@mail.example") is None
    assert strangers.held(None) is None


def test_a_page_says_that_the_link_is_held_back_and_until_when(client, posting: MailServer):
    for _ in range(HOUR):
        message(VICTIM)
    delivery.deliver_due()
    case = make.filed(email=VICTIM)

    page = client.get(f"/c/{make.token_of(case)}/filed", headers={"Accept-Language": "en"}).get_data(as_text=True)

    assert "Many links have gone to this e-mail address" in page
    assert "We are sending the link" not in page


def test_without_any_limit_reached_the_page_says_that_the_link_is_on_its_way(client, posting: MailServer):
    case = make.filed(email="hana@travellers.example")

    page = client.get(f"/c/{make.token_of(case)}/filed", headers={"Accept-Language": "en"}).get_data(as_text=True)

    assert "We are sending the link" in page


# --- the code for the counter


@pytest.fixture
def asked(posting: MailServer):
    from disputes.cases import counter

    case = make.with_merchant()
    delivery.deliver_due()

    def ask() -> None:
        with transaction():
            counter.send_code(case.id, counter.person(case), "secret")

    def codes() -> list[Message]:
        db.session.expire_all()
        query = db.select(Message).where(Message.case_id == case.id, Message.template == "counter-code")
        return list(db.session.scalars(query.order_by(Message.id)))

    return ask, codes, case


def test_a_code_stands_in_its_row_only_until_it_is_sent(asked, posting: MailServer):
    ask, codes, _case = asked
    ask()
    assert codes()[0].slots["code"].isdigit()
    delivery.deliver_due()

    (row,) = codes()
    assert row.state == "sent"
    assert "code" not in row.slots


def test_a_newer_code_cancels_the_letter_with_the_older_one(asked, posting: MailServer):
    ask, codes, _case = asked
    ask()
    ask()

    old, new = codes()
    assert (old.state, "code" in old.slots) == ("cancelled", False)
    assert (new.state, "code" in new.slots) == ("due", True)


def test_a_code_that_is_over_is_not_sent_any_more(asked, posting: MailServer):
    ask, codes, case = asked
    ask()
    posting.at_rcpt[case.shop.contact] = "451 Later"
    delivery.deliver_due()
    posting.at_rcpt.clear()
    later(timedelta(minutes=11))
    delivery.deliver_due()

    (row,) = codes()
    assert (row.state, "code" in row.slots) == ("cancelled", False)


# --- after an outage of the mail server


def test_of_two_stages_of_a_reminder_that_no_server_took_only_the_right_one_is_sent(posting: MailServer):
    from disputes.cases import sweeps

    case = make.with_merchant()
    delivery.deliver_due()
    deadline = case.running_deadlines[0]
    shop = case.shop.contact
    posting.mails.clear()
    for _ in range(2):  # half of the time, then four fifths; nothing can be sent in between
        with transaction():
            clock.stand_at(deadline.remind_at)
        while sweeps.remind_next():
            pass
        posting.at_rcpt[shop] = "451 Not now"
        delivery.deliver_due()
    posting.at_rcpt.clear()
    later(timedelta(minutes=5))
    delivery.deliver_due()

    rows = list(db.session.scalars(db.select(Message).where(Message.deadline_id == deadline.id).order_by(Message.id)))
    assert [m.state for m in rows] == ["cancelled", "sent"]
    assert len(posting.to(shop)) == 1
    assert all(m.key == outbox.reminder_key(deadline.id, 1, n, "shop") for n, m in enumerate(rows, 1))
