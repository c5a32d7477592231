"""Group robots against a real server: which addresses there can be, what is said, and what the answers mean."""

from __future__ import annotations

import ast
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

import config as settings
from disputes import clock
from disputes.db import db, transaction
from disputes.notifications import delivery, digests, outbox, preferences, robots, undelivered
from disputes.notifications.models import Message, Robot
from disputes.notifications.robots import Address, NoRobot
from disputes.notifications.wishes import ROBOTS, Channel, Rhythm, of_stored
from disputes.rules.lifecycle import Action
from tests import factories as make
from tests.notifications.conftest import MailServer, later, sending_by
from tests.notifications.robot_server import RobotServer, speaking_to

ROOT = Path(__file__).resolve().parents[2]
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "566cc69da782ec33e42541b09b08551f09fbe864eb8008112e994b43887"
PASTED = {
    Channel.WECOM: f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
    Channel.DINGTALK: f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
    Channel.FEISHU: f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}",
}
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # 12:00 in China


@pytest.fixture
def robot_server() -> Iterator[RobotServer]:
    server = RobotServer()
    yield server
    server.stop()


@pytest.fixture
def speaking(app: Flask, database: None, mail_server: MailServer, robot_server: RobotServer) -> Iterator[RobotServer]:
    """The robots' server and a mail server, set as those of this application; it is noon."""
    delivery._resting.clear()
    with sending_by(app, mail_server.url), speaking_to(app, robot_server.url):
        with transaction():
            clock.stand_at(NOON)
        yield robot_server
    delivery._resting.clear()


def connected(owner: Any, channel: Channel = Channel.WECOM, *, mail: bool = False, rhythm: Rhythm = Rhythm.AT_ONCE,
              daily_at: time = time(9), quiet: tuple[time, time] | None = None, secret: str = "") -> Any:  # fmt: skip
    with transaction():
        preferences.connect(owner, robots.read(channel, PASTED[channel], secret))
        preferences.choose(owner, mail=mail, rhythm=rhythm, daily_at=daily_at, quiet=quiet)
    return owner


def rows(case: Any, **found: Any) -> list[Message]:
    db.session.expire_all()
    query = select(Message).where(Message.case_id == case.id).order_by(Message.id)
    return [m for m in db.session.scalars(query) if all(getattr(m, name) == value for name, value in found.items())]


def put(owner: Any, n: int, template: str = "message-received-officer", **slots: Any) -> Message:
    """A message to an officer about case number n, as a step writes it."""
    to = outbox.Recipient(
        f"user:{owner.id}", owner.email, owner.locale, {"page": ["staff", f"26000000{n:02d}"]}, of_stored(owner.notices)
    )
    given = {"number": f"26-0000-00{n:02d}", "called": "Hana", "words": "secret words", **slots}
    with transaction():
        return outbox.put(f"test:{owner.id}:{n}:{template}", to, template, given)


# --- addresses


@pytest.mark.parametrize("channel", ROBOTS)
def test_the_address_that_a_service_shows_can_be_pasted_and_leads_there_and_nowhere_else(channel):
    found = robots.read(channel, f"  {PASTED[channel]} ")

    assert robots.url_of(found) == PASTED[channel]


def test_the_token_alone_is_enough():
    assert robots.read(Channel.WECOM, KEY) == Address(Channel.WECOM, KEY)


@pytest.mark.parametrize(
    "typed",
    [
        "", "x", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=" + KEY,
        "https://evil.example/cgi-bin/webhook/send?key=" + KEY,
        "https://user@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com/cgi-bin/other?key=" + KEY,
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", "https://[::1", "https://[bad/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=../../x&key=y", KEY + "/../x", KEY + "?a=b", KEY + "#", "a b c d e f g h",
        "json://127.0.0.1/", "file:///etc/passwd", "wecombot://" + KEY, "mailto://a:b@c.example", "工" * 20, KEY * 5,
    ],
)  # fmt: skip
def test_nothing_else_is_the_address_of_a_robot(typed):
    with pytest.raises(NoRobot):
        robots.read(Channel.WECOM, typed)


def test_only_the_three_services_can_be_opened():
    with pytest.raises(NoRobot):
        robots.read(Channel.MAIL, KEY)
    with pytest.raises(NoRobot):
        robots.url_of(Address(Channel.MAIL, KEY))


def test_of_apprise_only_the_three_classes_are_imported_and_only_in_one_place():
    found = set()
    for path in [*ROOT.glob("disputes/**/*.py"), *ROOT.glob("workers/*.py"), ROOT / "config.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            found |= {(path.stem, name) for name in names if name.split(".")[0] == "apprise"}

    assert found == {
        ("robots", "apprise.exception"), ("robots", "apprise.plugins.dingtalk"),
        ("robots", "apprise.plugins.feishu"), ("robots", "apprise.plugins.wecombot"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1", "http://evil.example", "http://127.0.0.1:80/path", "ftp://localhost"]
)
def test_a_stand_in_for_the_services_is_on_this_machine_or_refused(url, tmp_path):
    with pytest.raises(settings.ConfigError):
        settings.load({"STATE_DIR": str(tmp_path), "ROBOTS_URL": url})


def test_in_production_nothing_stands_in_for_the_services():
    given = {"ENV": "production", "DATABASE_URL": "postgresql:///x", "REDIS_URL": "unix:///x", "SECRET_KEY": "x" * 40,
             "PUBLIC_URL": "https://care.example", "SMTP_URL": "smtp://x", "MAIL_FROM": "a@b.example"}  # fmt: skip
    with pytest.raises(settings.ConfigError, match="ROBOTS_URL"):
        settings.load({**given, "ROBOTS_URL": "http://127.0.0.1:1"})


# --- what is said


def test_a_robot_names_the_case_and_where_to_sign_in_and_nothing_of_anybody(app, speaking):
    shop = make.shop(name_zh="山城礼品店")
    connected(shop.merchant, mail=True)
    case = make.with_merchant(at=shop, name="Hana Aoki", item="Porcelain tea set")

    delivery.deliver_due()

    (said,) = speaking.said
    assert said.path == f"/cgi-bin/webhook/send?key={KEY}"
    assert "案件" in said.text
    number = outbox_number(case)
    assert number in said.text
    assert f"http://localhost:8000/merchant/cases/{case.number}" in said.text
    for personal in ("Hana", "Porcelain", "山城", "/m/", "/c/", "1,280", "1280"):
        assert personal not in said.text
    assert {m.channel for m in rows(case, recipient="shop")} == {"mail", "wecombot"}
    assert len({m.key for m in rows(case)}) == len(rows(case))


def outbox_number(case: Any) -> str:
    return f"{case.number[:2]}-{case.number[2:6]}-{case.number[6:]}"


@pytest.mark.parametrize(
    "template", ["claim-received", "message-received-officer", "emergency", "reminder-shop", "settled-shop"]
)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_slot_of_a_letter_finds_its_way_into_a_group(app, speaking, template, language):
    from tests.notifications.letters import FULL, post

    with app.app_context():
        from disputes.notifications import robot_texts

        made = post(template, "staff", language, {**FULL, "called": "PRIVATE", "item": "PRIVATE", "words": "PRIVATE"})
        said = robot_texts.text(made, NOON)

    assert "26-0048-2716" in said
    for personal in ("PRIVATE", "Hill City", "山城", "048213", "周敏", "1187", "1,280"):
        assert personal not in said
    assert len(said.encode()) <= 2000


def test_who_wants_the_robot_alone_gets_no_mail(speaking, mail_server):
    officer = connected(make.officer())
    row = put(officer, 1)
    delivery.deliver_due()

    assert len(speaking.said) == 1
    assert mail_server.to(officer.email) == []
    assert (row.channel, row.address[:6], row.state) == ("wecombot", "robot:", "sent")


def test_dingtalk_texts_are_signed_with_the_secret(speaking):
    officer = connected(make.officer(), Channel.DINGTALK, secret="SEC0123456789abcdef")
    put(officer, 1)
    delivery.deliver_due()

    query = parse_qs(urlsplit(speaking.said[0].path).query)
    assert query["access_token"] == [TOKEN]
    assert query["timestamp"] == [str(int(NOON.timestamp() * 1000))]
    assert len(query["sign"][0]) == 44


def test_feishu_is_spoken_to_in_its_own_words(speaking):
    speaking.answer = (200, {"code": 0, "msg": "success", "data": {}})
    row = put(connected(make.officer(locale="en"), Channel.FEISHU), 1)
    delivery.deliver_due()

    assert speaking.said[0].path == f"/open-apis/bot/v2/hook/{KEY}"
    assert "Case" in speaking.said[0].text
    assert row.state == "sent"


# --- what the answers mean


@pytest.mark.parametrize(
    ("answer", "state", "uncertain"),
    [
        ((200, {"errcode": 0, "errmsg": "ok"}), "sent", 0),
        ((200, {"errcode": 45009, "errmsg": "api freq out of limit"}), "due", 0),
        ((200, {"errcode": 93000, "errmsg": "invalid webhook url"}), "given_up", 0),
        ((200, {"code": 19024, "msg": "Key Words Not Found"}), "given_up", 0),
        ((200, b"<html>captive portal</html>"), "due", 1),
        ((200, [1, 2]), "due", 1),
        ((302, b""), "due", 0),
        ((404, b"not here"), "due", 0),
        ((500, b"oops"), "due", 0),
        ((429, b""), "due", 0),
        (RobotServer.DROP, "due", 1),
    ],
)  # fmt: skip
def test_an_answer_is_believed_only_in_the_services_own_words(speaking, answer, state, uncertain):
    speaking.answer = answer
    row = put(connected(make.officer(), mail=True), 1)
    robot_row = db.session.scalars(select(Message).where(Message.key == f"{row.key}:robot")).one()

    delivery.deliver_due()

    db.session.refresh(robot_row)
    assert (robot_row.state, robot_row.uncertain, robot_row.attempts) == (state, uncertain, 1)
    assert all(said.path != "/elsewhere" for said in speaking.said)
    assert KEY not in (robot_row.error or "")


def test_a_service_that_is_gone_holds_up_neither_mails_nor_other_robots_and_costs_one_attempt(
    app, speaking, mail_server
):
    first, second = put(connected(make.officer()), 1), put(connected(make.officer()), 2)
    mailed = put(make.officer(), 3)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        gone = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with speaking_to(app, gone):
        delivery.deliver_due()

    for row in (first, second, mailed):
        db.session.refresh(row)
    assert (first.state, first.attempts, first.uncertain, second.attempts) == ("due", 1, 0, 0)
    assert mailed.state == "sent"

    later(timedelta(minutes=1))
    delivery.deliver_due()
    for row in (first, second):
        db.session.refresh(row)
    assert {first.state, second.state} == {"sent"}


def test_a_mail_server_that_is_gone_holds_up_no_robot(app, speaking):
    row = put(connected(make.officer()), 1)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        gone = f"smtp://127.0.0.1:{unused.getsockname()[1]}"
    mailed = put(make.officer(), 2)
    with sending_by(app, gone), speaking_to(app, speaking.url):
        delivery.deliver_due()

    db.session.refresh(row)
    db.session.refresh(mailed)
    assert (row.state, mailed.state) == ("sent", "due")


def test_what_a_robot_alone_was_to_say_goes_by_mail_when_the_robot_refuses(speaking, mail_server):
    speaking.answer = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
    officer = connected(make.officer())
    row = put(officer, 1)
    delivery.deliver_due()

    db.session.refresh(row)
    assert (row.state, row.channel, row.address) == ("sent", "mail", officer.email)
    assert len(mail_server.to(officer.email)) == 1


def test_what_a_robot_did_not_take_stands_on_the_list_and_can_be_mailed_from_there(speaking, mail_server):
    speaking.answer = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
    row = put(connected(make.officer(), mail=True), 1)
    robot_row = db.session.scalars(select(Message).where(Message.key == f"{row.key}:robot")).one()
    delivery.deliver_due()
    assert [m.id for m in undelivered.given_up()] == [robot_row.id]

    with transaction():
        undelivered.send_again(undelivered.find(robot_row.id), "desk@offices.example")
    delivery.deliver_due()

    assert len(mail_server.to("desk@offices.example")) == 1


# --- changing one's mind


def test_a_new_robot_says_what_the_old_one_had_still_to_say(speaking):
    officer = connected(make.officer())
    row = put(officer, 1)
    connected(officer, Channel.DINGTALK)
    delivery.deliver_due()

    assert [urlsplit(said.path).path for said in speaking.said] == ["/robot/send"]
    db.session.refresh(row)
    assert row.channel == "dingtalk"


def test_a_robot_that_is_taken_away_is_forgotten_and_nothing_is_lost(speaking, mail_server):
    officer = connected(make.officer())
    row = put(officer, 1)
    with transaction():
        preferences.disconnect(officer)
    delivery.deliver_due()

    assert speaking.said == []
    assert len(mail_server.to(officer.email)) == 1
    assert [(r.token, r.secret) for r in db.session.scalars(select(Robot))] == [(None, None)]
    assert of_stored(officer.notices).mail
    db.session.refresh(row)
    assert row.channel == "mail"


# --- quiet hours and digests


def test_what_can_wait_waits_for_the_end_of_the_quiet_hours_and_what_is_urgent_does_not(speaking):
    with transaction():
        clock.stand_at(NOON + timedelta(hours=11))  # 23:00 in China
    officer = connected(make.officer(), quiet=(time(22), time(8)))
    calm = put(officer, 1)
    urgent = put(officer, 2, departure_at=(clock.now() + timedelta(hours=48)).isoformat())
    emergency = put(officer, 3, template="emergency")

    delivery.deliver_due()
    for row in (calm, urgent, emergency):
        db.session.refresh(row)
    assert (calm.state, urgent.state, emergency.state) == ("due", "sent", "sent")

    later(timedelta(hours=9))
    delivery.deliver_due()
    db.session.refresh(calm)
    assert calm.state == "sent"


def test_a_later_try_keeps_the_quiet_hours_too(speaking):
    with transaction():
        clock.stand_at(NOON + timedelta(hours=9, minutes=59, seconds=50))  # 21:59:50
    speaking.answer = (500, b"")
    row = put(connected(make.officer(), quiet=(time(22), time(8))), 1)
    delivery.deliver_due()

    db.session.refresh(row)
    assert row.next_try_at == NOON + timedelta(hours=20)


def test_what_is_gathered_comes_once_and_names_every_case(speaking):
    officer = connected(make.officer(), rhythm=Rhythm.HOURLY)
    members = [put(officer, n) for n in range(1, 4)]
    delivery.deliver_due()
    assert speaking.said == []

    later(timedelta(hours=1))
    delivery.deliver_due()

    (said,) = speaking.texts
    for n in range(1, 4):
        assert f"26-0000-000{n}" in said
    assert "secret words" not in said
    db.session.expire_all()
    digest = db.session.scalars(select(Message).where(Message.template == "digest")).one()
    assert {(m.state, m.digest_id) for m in members} == {("sent", digest.id)}
    assert digest.state == "sent"
    assert not digests.gather_next()


def test_a_digest_by_mail_has_a_link_for_each_case(speaking, mail_server):
    officer = make.officer(locale="en")
    with transaction():
        preferences.choose(officer, mail=True, rhythm=Rhythm.DAILY, daily_at=time(18), quiet=None)
    put(officer, 1)
    put(officer, 2)
    later(timedelta(hours=6))
    delivery.deliver_due()

    (mail,) = mail_server.to(officer.email)
    text = mail.get_body(("plain",)).get_content()
    assert "http://localhost:8000/staff/cases/2600000001" in text
    assert "http://localhost:8000/staff/cases/2600000002" in text
    assert "26-0000-0001" in text


def test_a_digest_of_one_is_no_digest(speaking):
    officer = connected(make.officer(), rhythm=Rhythm.HOURLY)
    row = put(officer, 1)
    later(timedelta(hours=1))
    delivery.deliver_due()

    db.session.refresh(row)
    assert (row.state, row.digest_id) == ("sent", None)
    assert len(speaking.said) == 1


def test_what_would_come_too_late_for_the_readers_own_deadline_is_not_gathered(speaking):
    officer = connected(make.officer(), rhythm=Rhythm.DAILY)
    due_at = (clock.now() + timedelta(hours=3)).isoformat()
    row = put(officer, 1, due_at=due_at, yours=True, promise="deadline:1:1")
    delivery.deliver_due()

    db.session.refresh(row)
    assert row.state == "sent"


def test_a_reminder_cancelled_after_it_was_gathered_is_not_told(app, speaking):
    officer = connected(make.officer(), rhythm=Rhythm.HOURLY)
    rows_ = [put(officer, n) for n in range(1, 4)]
    with transaction():
        rows_[0].deadline_id = 77
    later(timedelta(hours=1))
    assert digests.gather_next()
    with transaction():
        outbox.cancel_reminders(77)
    delivery.deliver_due()

    (said,) = speaking.texts
    assert "26-0000-0001" not in said
    assert "26-0000-0002" in said


def test_a_digest_of_which_nothing_is_left_is_not_sent(speaking):
    officer = connected(make.officer(), rhythm=Rhythm.HOURLY)
    for n in (1, 2):
        row = put(officer, n)
        with transaction():
            row.deadline_id = 77
    later(timedelta(hours=1))
    digests.gather_next()
    with transaction():
        outbox.cancel_reminders(77)
    delivery.deliver_due()

    assert speaking.said == []
    assert {m.state for m in db.session.scalars(select(Message).where(Message.template == "digest"))} == {"cancelled"}


def test_a_shops_own_choice_counts_before_its_companys_and_a_visitor_has_none(speaking):
    shop = make.shop()
    connected(shop.merchant)
    connected(shop, Channel.FEISHU)
    case = make.with_merchant(at=shop)

    assert {m.channel for m in rows(case, recipient="shop")} == {"feishu"}
    assert {m.channel for m in rows(case, recipient="tourist")} == {"mail"}


def test_the_code_for_the_counter_never_goes_to_a_group(app, speaking):
    from disputes.cases import counter

    shop = make.shop()
    connected(shop, rhythm=Rhythm.DAILY)
    case = make.with_merchant(at=shop)
    with transaction():
        counter.send_code(case.id, counter.person(case), "secret")

    (row,) = rows(case, template="counter-code")
    assert (row.channel, row.for_digest, row.address) == ("mail", False, shop.contact)


def test_an_emergency_reaches_the_supervisors_robot_at_night(speaking):
    with transaction():
        clock.stand_at(NOON + timedelta(hours=14))  # 02:00 in China
    supervisor = connected(make.supervisor(), rhythm=Rhythm.DAILY, quiet=(time(22), time(8)))
    case = make.liaison()
    assert any(e.action == Action.HOLD_EMERGENCY for e in case.events)
    delivery.deliver_due()

    assert [m.state for m in rows(case, recipient=f"user:{supervisor.id}")] == ["sent"]


# --- a worker that dies


DELIVER = """
from disputes.app import create_app
from disputes.notifications import delivery
with create_app().app_context():
    delivery.deliver_due()
"""


@pytest.mark.processes
def test_a_worker_killed_over_a_digest_loses_nothing_and_doubles_nothing(own_app: Flask, robot_server: RobotServer):
    victim: subprocess.Popen[bytes]
    robot_server.before_answer = lambda: victim.kill()
    delivery._resting.clear()
    with speaking_to(own_app, robot_server.url), own_app.app_context():
        with transaction():
            clock.stand_at(NOON)
        officer = connected(make.officer(), rhythm=Rhythm.HOURLY)
        members = [put(officer, n) for n in (1, 2, 3)]
        later(timedelta(hours=1))
        given = own_app.config["SETTINGS"]
        names = {"ENV": "test", "STATE_DIR": str(given.state_dir), "DATABASE_URL": given.database_url,
                 "REDIS_URL": given.redis_url, "SECRET_KEY": given.secret_key, "ROBOTS_URL": robot_server.url}  # fmt: skip
        victim = subprocess.Popen([sys.executable, "-c", DELIVER], env={**os.environ, **names}, cwd=ROOT)
        assert victim.wait(timeout=60) == -signal.SIGKILL
        robot_server.before_answer = None

        db.session.expire_all()
        (digest,) = db.session.scalars(select(Message).where(Message.template == "digest")).all()
        assert (digest.state, digest.attempts, digest.uncertain) == ("due", 1, 1)
        assert {m.state for m in members} == {"gathered"}

        later(delivery.CLAIM)
        delivery.deliver_due()
        db.session.expire_all()
        assert {m.state for m in members} == {"sent"}
        assert [m.uncertain for m in db.session.scalars(select(Message).where(Message.template == "digest"))] == [1]
        assert len(robot_server.said) == 2, "the attempt whose result nobody knows, and the one that was answered"
