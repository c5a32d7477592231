"""How an officer, and how an office, is told of what happens."""

from __future__ import annotations

from flask import abort, url_for
from flask_login import current_user

from disputes.db import db
from disputes.regions import queries
from disputes.regions.models import Office
from disputes.rules.lifecycle import Role
from disputes.web.access import only_for
from disputes.web.notice_settings import Whose, add_pages
from disputes.web.staff import bp
from disputes.web.staff.frame import local_name
from disputes.wording import gettext as _

FRAME = "staff/page.html"


def _mine() -> Whose:
    user = current_user.user
    db.session.refresh(user)
    return Whose(
        owner=user, name=f"user:{user.id}", address=user.email, language=user.locale, heading=user.name,
        lead=_("This is your own choice. It concerns the letters about your cases."),
        url=url_for("staff.notices"), back_url=url_for("staff.account"), back_label=_("My account"),
    )  # fmt: skip


def _of_office(code: str) -> Whose:
    found = next((o for o in queries.offices() if o.code == code), None)
    if found is None:
        abort(404)
    office = db.session.get_one(Office, found.id)
    return Whose(
        owner=office, name="office", address=office.email or "", language="zh_CN", heading=local_name(office),
        lead=_("This concerns the letters about cases that have no officer. Each officer chooses under “My account”."),
        url=url_for("staff.office_notices", code=code), back_url=url_for("staff.office", code=code),
        back_label=local_name(office),
    )  # fmt: skip


add_pages(bp, "/account/notices", "notices", _mine, FRAME)
add_pages(bp, "/offices/<code>/notices", "office_notices", _of_office, FRAME, only_for(Role.SUPERVISOR))
