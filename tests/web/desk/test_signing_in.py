"""How the people of a desk come in, and that nobody else does."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask

from disputes import clock
from disputes.accounts import commands, invitations, queries
from disputes.accounts.commands import AccountRefused
from disputes.accounts.models import User
from disputes.db import db, transaction
from disputes.notifications.invitations import invite
from disputes.returns.models import Desk
from disputes.rules.lifecycle import Role
from tests import factories as make
from tests.web.browser import Browser
from tests.web.desk.conftest import Stands

PASSWORD = "seven-lanterns-on-a-boat"


def somebody(desk: Desk) -> User:
    with transaction():
        return commands.create_user(
            "desk@visitorcare.example", "吴敏", Role.DESK, office_id=desk.office_id, desk_id=desk.id
        )


def test_somebody_invited_to_a_desk_signs_in_with_password_and_code(app: Flask, desk: Desk):
    user = somebody(desk)
    with transaction():
        invite(user, "主管")
        invitation = invitations.token(app.config["SETTINGS"].secret_key, invitations.new(user, clock.now()))
    phone = Browser(app.test_client())
    phone.open(f"/desk/invitation/{invitation}").submit(password=PASSWORD, again=PASSWORD)
    secret = re.search(r'set-up-key"[^>]*>([^<]+)<', phone.response.get_data(as_text=True))[1].replace(" ", "")
    with transaction():
        code = pyotp.TOTP(secret).at(clock.now())
    phone.submit(code=code)
    assert phone.path == "/desk/"
    assert desk.name_zh in phone.text


def test_the_letter_of_invitation_leads_to_the_desks_own_page(desk: Desk):
    with transaction():
        message = invite(somebody(desk))
    assert message.slots["portal"] == "desk"


def test_an_account_of_a_desk_needs_a_desk(desk: Desk):
    with pytest.raises(AccountRefused, match="desk_missing"), transaction():
        commands.create_user("a@visitorcare.example", "A", Role.DESK, office_id=desk.office_id)
    with pytest.raises(AccountRefused, match="office_missing"), transaction():
        commands.create_user("a@visitorcare.example", "A", Role.DESK, desk_id=desk.id)


def test_the_supervisor_of_the_office_looks_after_the_people_of_its_desks(desk: Desk):
    user, chief = somebody(desk), make.supervisor()
    assert queries.find(user.id, make.actors.of_user(chief)) is not None


def test_people_of_a_desk_come_into_no_other_portal_and_others_not_into_theirs(phone: Browser):
    phone.open("/staff/", status=404)
    phone.open("/merchant/", status=404)


def test_a_desk_that_was_closed_for_good_takes_nothing_in(stands: Stands, desk: Desk):
    phone = stands(desk)
    with transaction():
        db.session.get_one(Desk, desk.id).active = False
    phone.open("/desk/", status=403)


def test_the_page_for_minutes_without_network_holds_nothing_of_anybody(phone: Browser):
    phone.open("/desk/offline")
    assert "吴敏" not in phone.response.get_data(as_text=True)


def test_the_worker_of_the_pages_is_a_script_below_their_address(phone: Browser):
    answer = phone.client.get("/desk/worker.js")
    assert answer.mimetype == "text/javascript"
