"""Delivery against a real mail server: what it takes, refuses, puts off, drops or never answers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import config as settings
from disputes import clock
from disputes.db import db, transaction
from disputes.notifications import delivery, outbox, undelivered
from disputes.notifications.models import Message, MessageState
from disputes.notifications.smtp import Answer, Line, Result
from tests.notifications.conftest import MailServer, later, message, sending_by


def fresh(row: Message) -> Message:
    db.session.expire_all()
    return db.session.get_one(Message, row.id)


def test_a_message_is_sent_once_and_then_no_more(posting):
    row = message("hana@travellers.example")

    assert delivery.deliver_next()
    assert not delivery.deliver_next()

    assert len(posting.mails) == 1
    assert posting.mails[0]["To"] == "hana@travellers.example"
    row = fresh(row)
    assert (row.state, row.attempts, row.uncertain, row.error) == ("sent", 1, 0, None)
    assert row.sent_at == row.answered_at


def test_the_oldest_due_message_goes_first_and_what_is_not_due_waits(posting):
    second, first, not_yet = message(), message(), message()
    with transaction():
        first.next_try_at -= timedelta(minutes=5)
        not_yet.next_try_at += timedelta(minutes=5)

    delivery.deliver_due()

    assert [mail["To"] for mail in posting.mails] == [first.address, second.address]
    assert fresh(not_yet).state == "due"


def test_a_batch_goes_over_one_connection(posting):
    for _ in range(5):
        message()

    assert delivery.deliver_due() == 5
    assert posting.connections == 1


def test_a_cancelled_message_is_never_sent(posting):
    row = message()
    with transaction():
        row.state = MessageState.CANCELLED

    assert delivery.deliver_due() == 0
    assert posting.mails == []


def test_a_message_that_is_put_off_goes_later_under_the_same_id(posting):
    row = message("busy@mail.example")
    posting.at_rcpt["busy@mail.example"] = "451 4.3.0 Too busy, come back"
    delivery.deliver_due()
    row = fresh(row)
    assert (row.state, row.attempts, row.uncertain) == ("due", 1, 0)
    assert row.error == "451 4.3.0 Too busy, come back"
    assert timedelta(seconds=20) < row.next_try_at - clock.now() < timedelta(seconds=40)
    assert not delivery.deliver_next()

    del posting.at_rcpt["busy@mail.example"]
    later(timedelta(seconds=40))
    delivery.deliver_due()

    assert (fresh(row).state, fresh(row).attempts) == ("sent", 2)
    assert len(posting.mails) == 1


def test_the_waits_grow_and_end_after_about_three_days(posting):
    row = message("never@mail.example")
    posting.at_rcpt["never@mail.example"] = "450 Mailbox busy"
    began = clock.now()
    waits = []
    while fresh(row).state == "due":
        attempted = clock.now()
        assert delivery.deliver_next()
        waits.append(fresh(row).next_try_at - attempted)
        if fresh(row).state == "due":
            later(waits[-1])

    assert fresh(row).state == "given_up"
    assert fresh(row).error == "450 Mailbox busy"
    assert waits[0] < waits[1] < waits[2] < waits[3] < waits[4]
    assert timedelta(days=2) < clock.now() - began < timedelta(days=4)


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
def test_a_message_that_is_refused_for_good_is_given_up_and_shown_with_the_servers_words(posting, where):
    row = message("nobody@mail.example")
    getattr(posting, where)["nobody@mail.example"] = "550 5.1.1 No such user here"
    other = message()

    delivery.deliver_due()

    row = fresh(row)
    assert (row.state, row.attempts, row.uncertain) == ("given_up", 1, 0)
    assert row.error == "550 5.1.1 No such user here"
    assert row in undelivered.given_up()
    assert fresh(other).state == "sent"


def test_a_given_up_message_goes_to_the_address_that_staff_corrected(posting):
    row = message("hana@traveller.example")
    posting.at_rcpt["hana@traveller.example"] = "550 No such user"
    delivery.deliver_due()

    with transaction():
        assert undelivered.send_again(undelivered.find(row.id), "hana@travellers.example")
    delivery.deliver_due()

    assert fresh(row).state == "sent"
    assert [mail["To"] for mail in posting.mails] == ["hana@travellers.example"]


def test_a_mail_dropped_after_it_was_handed_over_is_uncertain_and_comes_again_under_the_same_id(posting):
    row = message("unlucky@mail.example")
    posting.at_data["unlucky@mail.example"] = MailServer.DROP
    delivery.deliver_due()
    row = fresh(row)
    assert (row.state, row.attempts, row.uncertain, row.answered_at) == ("due", 1, 1, None)

    posting.at_data.clear()
    later(timedelta(minutes=1))
    delivery.deliver_due()

    row = fresh(row)
    assert (row.state, row.attempts, row.uncertain) == ("sent", 2, 1)
    first, second = posting.to("unlucky@mail.example")
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_goes_silent_over_one_mail_holds_up_only_that_one(posting):
    stuck = message("stuck@mail.example")
    others = [message() for _ in range(3)]
    posting.at_data["stuck@mail.example"] = MailServer.HANG

    with Line(posting.url, timeout=0.2) as line:
        while delivery.deliver_next(line):
            pass

    assert [fresh(other).state for other in others] == ["sent"] * 3
    assert (fresh(stuck).state, fresh(stuck).uncertain) == ("due", 1)


def test_one_mail_has_a_limit_of_its_own_however_patient_each_answer_is(mail_server):
    mail_server.at_data["slow@mail.example"] = MailServer.HANG

    with Line(mail_server.url, timeout=60, limit=0.2) as line:
        answer = line.send("care@visitorcare.example", "slow@mail.example", b"Subject: x\r\n\r\ntext\r\n")

    assert answer.result is Result.UNKNOWN


def test_a_server_that_never_greets_is_left_alone_for_a_while_and_costs_one_message_one_attempt(app, database):
    tried, untouched = message(), message()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        with sending_by(app, url), Line(url, timeout=0.2) as line:
            while delivery.deliver_next(line):
                pass

    assert (fresh(tried).attempts, fresh(tried).uncertain) == (1, 0)
    assert fresh(tried).next_try_at > clock.now()
    assert fresh(untouched).attempts == 0


def test_after_a_server_was_gone_everything_goes_out(app, database, mail_server):
    rows = [message() for _ in range(3)]
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody_there = f"smtp://127.0.0.1:{unused.getsockname()[1]}"
    with sending_by(app, nobody_there):
        delivery.deliver_due()
        assert {fresh(row).state for row in rows} == {"due"}

    later(timedelta(minutes=1))
    with sending_by(app, mail_server.url):
        delivery.deliver_due()

    assert {fresh(row).state for row in rows} == {"sent"}
    assert len(mail_server.mails) == 3


def test_without_a_mail_server_messages_wait(app, database):
    row = message()
    with sending_by(app, None):
        assert not delivery.deliver_next()

    assert fresh(row).attempts == 0


def test_a_letter_that_cannot_be_written_stops_nobody_elses(posting):
    broken = message(template="no-such-letter")
    fine = message()

    delivery.deliver_due()

    assert fresh(fine).state == "sent"
    assert (fresh(broken).state, fresh(broken).uncertain) == ("due", 0)
    assert "no-such-letter" in fresh(broken).error


@pytest.mark.parametrize(
    "address", ["nobody", "a@b.example\r\nBcc: c@d.example", "two@mail.example, three@mail.example"]
)
def test_an_address_that_is_none_reaches_nobody_and_stops_nobody(posting, address):
    row = message(address)
    message("fine@mail.example")

    delivery.deliver_due()

    assert [mail["To"] for mail in posting.mails] == ["fine@mail.example"]
    assert fresh(row).state == "given_up"


def test_an_address_in_another_script_is_reached(posting):
    message("用户@例子.中国")

    delivery.deliver_due()

    assert [mail["To"] for mail in posting.mails] == ["用户@xn--fsqu00a.xn--fiqs8s"]


def test_a_result_that_comes_too_late_changes_nothing(posting):
    """A worker that was suspended longer than its claim: by then another attempt has begun."""
    row = message()

    async def meanwhile(_: str) -> None:
        posting.before_answer = None

    posting.before_answer = meanwhile
    slow = delivery._claim()
    later(delivery.CLAIM)
    assert delivery.deliver_next()
    delivery._record(slow, Answer(Result.REFUSED, "550 stale"))

    row = fresh(row)
    assert (row.state, row.attempts, row.uncertain, row.error) == ("sent", 2, 1, None)


def test_a_letter_that_kills_every_worker_is_given_up_at_last(posting):
    row = message()
    with transaction():
        row.attempts = row.uncertain = delivery.MOST_ATTEMPTS
        row.attempted_at = row.next_try_at = clock.now()

    delivery.deliver_due()

    assert fresh(row).state == "given_up"
    assert posting.mails == []


def test_a_key_can_be_used_only_once(database):
    to = outbox.Recipient("tourist", "hana@travellers.example", "en")
    with transaction():
        outbox.put(outbox.step_key(7, "tourist", "settled"), to, "settled", {})

    with pytest.raises(IntegrityError), transaction():
        outbox.put(outbox.step_key(7, "tourist", "settled"), to, "settled", {})


# --- several workers


def test_workers_share_a_backlog_and_no_row_is_attempted_twice(own_app: Flask, mail_server: MailServer):
    """Two lines are busy at the same time: the first two mails are answered only when both are there."""
    both = asyncio.Event()
    waiting: list[str] = []

    async def together(address: str) -> None:
        waiting.append(address)
        if len(waiting) >= 2:
            both.set()
        await both.wait()

    mail_server.before_answer = together

    def work() -> None:
        with own_app.app_context():
            delivery.deliver_due()

    with sending_by(own_app, mail_server.url), own_app.app_context():
        rows = [message() for _ in range(30)]
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=60)

        assert sorted(mail["To"] for mail in mail_server.mails) == sorted(row.address for row in rows)
        assert mail_server.connections == 2
        done = db.session.execute(select(Message.state, Message.attempts, Message.uncertain).distinct()).all()
        assert done == [("sent", 1, 0)]


DELIVER = """
from disputes.app import create_app
from disputes.notifications import delivery
with create_app().app_context():
    delivery.deliver_due()
"""


def worker(config: settings.Config) -> subprocess.Popen[bytes]:
    """A process that delivers what is due, on the same database and by the same mail server."""
    given = {
        "ENV": "test",
        "STATE_DIR": str(config.state_dir),
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "SECRET_KEY": config.secret_key,
        "SMTP_URL": str(config.smtp_url),
    }
    return subprocess.Popen([sys.executable, "-c", DELIVER], env={**os.environ, **given})


@pytest.mark.processes
def test_a_worker_killed_while_it_sends_leaves_an_uncertain_attempt_and_the_mail_comes_under_the_same_id(
    own_app: Flask, mail_server: MailServer
):
    victim: subprocess.Popen[bytes]

    async def kill(_: str) -> None:
        mail_server.before_answer = None
        victim.kill()

    mail_server.before_answer = kill
    with sending_by(own_app, mail_server.url), own_app.app_context():
        row = message()
        victim = worker(own_app.config["SETTINGS"])
        assert victim.wait(timeout=60) == -signal.SIGKILL
        row = fresh(row)
        assert (row.state, row.attempts, row.uncertain, row.answered_at) == ("due", 1, 1, None)
        assert not delivery.deliver_next(), "the claim still holds"

        later(delivery.CLAIM)
        delivery.deliver_due()

        row = fresh(row)
        assert (row.state, row.attempts, row.uncertain) == ("sent", 2, 1)
        first, second = mail_server.mails
        assert first["Message-ID"] == second["Message-ID"]
