"""The pages on which staff and merchants choose how they are told."""

from __future__ import annotations

import re

import pytest

from disputes.db import db, transaction
from disputes.merchants.models import Shop
from disputes.notifications.models import Message, Robot
from disputes.notifications.wishes import Channel, Rhythm, of_stored
from disputes.regions.models import Office
from disputes.web.notice_settings import GONE, SETTINGS_OF_THE_ROBOT, trouble_of
from tests import factories

KEY = "693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa"
ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


def html(browser, url: str) -> str:
    return browser.client.get(url).get_data(as_text=True)


def send(browser, url: str, page: str = "", **data: str):
    """Send a form as the page that carries it does, with its tokens."""
    shown = html(browser, page or re.sub(r"/(choice|robot)(/.*)?$", "", url))
    tokens = dict(re.findall(r'name="([\w-]*csrf_token)"[^>]* value="([^"]+)"', shown))
    return browser.client.post(url, data={**tokens, **data})


def connect(browser, url: str, address: str = ADDRESS, service: str = "wecombot"):
    return send(browser, f"{url}/robot", **{"robot-service": service, "robot-address": address})


@pytest.fixture
def portal(at_desk):
    """A merchant's browser."""
    shop = factories.shop()
    user = factories.merchant_user(shop.merchant)
    return at_desk(user), shop, user


def test_an_officer_connects_a_robot_and_its_address_is_shown_to_nobody_again(desk, officer):
    assert connect(desk, "/staff/account/notices").status_code == 303

    db.session.expire_all()
    wishes = of_stored(officer.notices)
    assert wishes.robot is not None
    assert (wishes.robot.channel, wishes.mail) == (Channel.WECOM, True)
    page = html(desk, "/staff/account/notices")
    assert "is connected" in page
    assert KEY not in page


def test_a_wrong_address_is_told_beside_the_field_and_kept_nowhere(desk):
    page = connect(desk, "/staff/account/notices", "https://evil.example/cgi-bin/webhook/send?key=" + KEY)

    assert page.status_code == 200
    assert "not the address of a robot of this service" in page.get_data(as_text=True)
    assert db.session.scalars(db.select(Robot)).all() == []


def test_rhythm_and_quiet_hours_are_kept(desk, officer):
    answer = send(
        desk, "/staff/account/notices/choice",
        **{"choice-ways": "both", "choice-rhythm": "daily", "choice-daily_at": "18:30", "choice-quiet": "y",
           "choice-quiet_from": "21:30", "choice-quiet_to": "07:00"},
    )  # fmt: skip

    assert answer.status_code == 303
    db.session.expire_all()
    kept = officer.notices
    assert (kept["rhythm"], kept["daily_at"], kept["quiet"]) == (Rhythm.DAILY, "18:30", ["21:30", "07:00"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"choice-rhythm": "daily", "choice-daily_at": ""}, "Give the hour."),
        ({"choice-rhythm": "at_once", "choice-quiet": "y", "choice-quiet_from": "22:00", "choice-quiet_to": ""}, "Give the hours"),
        ({"choice-rhythm": "at_once", "choice-quiet": "y", "choice-quiet_from": "22:00", "choice-quiet_to": "22:00"}, "two different times"),
    ],
)  # fmt: skip
def test_a_choice_that_makes_no_sense_is_explained(desk, given, said):
    page = send(desk, "/staff/account/notices/choice", **{"choice-ways": "both", **given})

    assert said in page.get_data(as_text=True)


def test_the_test_button_writes_a_message_to_the_robot(desk, officer):
    connect(desk, "/staff/account/notices")
    assert send(desk, "/staff/account/notices/robot/test").status_code == 303

    (message,) = db.session.scalars(db.select(Message).where(Message.template == "robot-test")).all()
    assert message.channel == "wecombot"
    assert "on its way" in html(desk, "/staff/account/notices")


def test_a_robot_can_be_taken_away(desk, officer):
    connect(desk, "/staff/account/notices")
    send(desk, "/staff/account/notices/robot/remove")

    db.session.expire_all()
    assert of_stored(officer.notices).robot is None
    assert [r.token for r in db.session.scalars(db.select(Robot))] == [None]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("93000 invalid webhook url", GONE),
        ("310000 keywords not in content", SETTINGS_OF_THE_ROBOT),
        ("19024 Key Words Not Found", SETTINGS_OF_THE_ROBOT),
    ],
)
def test_what_a_service_answers_is_told_in_human_words(app, database, error, said):
    with app.test_request_context():
        assert trouble_of(Message(error=error, state="given_up", attempts=1)) == str(said)
        assert "oops" in str(trouble_of(Message(error="99 oops", state="given_up", attempts=1)))
        assert trouble_of(None) is None


def test_a_supervisor_chooses_for_the_office_and_an_officer_does_not(chief, desk):
    url = f"/staff/offices/{factories.DESK}/notices"
    assert desk.client.get(url).status_code == 403
    assert connect(chief, url).status_code == 303

    office = db.session.scalars(db.select(Office).where(Office.code == factories.DESK)).one()
    assert of_stored(office.notices).robot is not None


def test_a_merchant_chooses_for_the_company_and_for_each_shop(portal):
    browser, shop, _user = portal
    assert f"/merchant/notices/shops/{shop.id}" in html(browser, "/merchant/notices")
    assert connect(browser, "/merchant/notices").status_code == 303
    page = html(browser, f"/merchant/notices/shops/{shop.id}")
    assert "as your company has chosen" in page

    connect(
        browser, f"/merchant/notices/shops/{shop.id}", f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}", "feishu"
    )
    db.session.expire_all()
    kept = of_stored(db.session.get_one(Shop, shop.id).notices)
    assert kept.robot is not None
    assert kept.robot.channel == Channel.FEISHU
    assert html(browser, "/merchant/notices/me")


def test_another_companys_shop_is_not_found(portal):
    browser, _shop, _user = portal
    other = factories.shop()

    assert browser.client.get(f"/merchant/notices/shops/{other.id}").status_code == 404
    url = f"/merchant/notices/shops/{other.id}/robot"
    given = {"robot-service": "wecombot", "robot-address": ADDRESS}
    assert send(browser, url, "/merchant/notices", **given).status_code == 404


def test_less_money_than_the_price_is_not_all_the_money_back(app, portal):
    browser, shop, _user = portal
    case = factories.with_merchant(at=shop)
    answer = send(
        browser, f"/merchant/cases/{case.number}/offer", f"/merchant/cases/{case.number}/offer",
        **{"version": str(case.version), "remedies": "refund", "amount": "500", "goods": "keep", "shipping": "none", "means": "original", "within": "P3D", "words": "很抱歉"},
    )  # fmt: skip

    page = answer.get_data(as_text=True)
    assert "means all that was paid" in page
    assert "很抱歉" in page, "what was typed stays"
    with transaction():
        db.session.refresh(case)
        assert case.state == "with_merchant"
