"""What surrounds every page of the staff: navigation, search, who is signed in."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from flask import request, url_for
from flask_login import current_user
from sqlalchemy import Select, bindparam, select

from disputes import wording
from disputes.cases import transfers
from disputes.db import db
from disputes.formats import CHINA, ends_with_its_day, hour_text, last_china_day, shortest_day
from disputes.notifications import undelivered
from disputes.numbers import spoken
from disputes.regions.models import Office
from disputes.rules.lifecycle import Role
from disputes.web.staff import bp
from disputes.wording import gettext as _

# Which pages belong to which part of the portal.
QUEUE = ("queue", "case", "act", "shop_link", "claim", "take_down", "taken_down")
SHOPS = ("merchants", "merchant", "merchant_new", "merchant_person_new", "shop", "shop_new", "shop_poster")
PLEDGES = (
    "pledges", "pledge", "pledge_breach_clear", "pledges_import", "networks", "network_add",
)  # fmt: skip
LETTERS = ("letters", "letter")
STOCK = ("stock", "stock_take")
ROSTER = ("roster", "roster_shift", "roster_absence")
SUPERVISION = (
    "late", "workload", "promises", "users", "user", "user_new", "offices", "office", "office_notices", "keys", "faults", "histories",
    "routing", "routing_dry_run", "routing_put_in_force", "desks", "desk", "desk_new", "desk_person_new",
)  # fmt: skip


@bp.context_processor
def frame() -> dict[str, Any]:
    """The navigation of whoever is signed in; nothing of it on the sign-in pages."""
    if not current_user.is_authenticated or not current_user.is_staff:
        return {}
    user = current_user.user
    lying = _lying(user.office_id)
    return {
        "nav_items": _nav(user.role, lying),
        "nav_more": _more(lying),
        "search_url": url_for("staff.queue"),
        "account": {
            "name": user.name,
            "place": local_name(lying),
            "links": [{"url": url_for("staff.account"), "label": _("My account")}],
            "sign_out_url": url_for("staff.sign_out"),
        },
        "is_supervisor": user.role == Role.SUPERVISOR,
    }


@bp.app_template_global()
def local_name(place: Any) -> str:
    """The name of an office, a shop, a merchant, a port or an authority in the language of the page, where it has one."""
    if str(wording.locale() or "").startswith("zh"):
        return str(place.name_zh)
    return str(place.name_en or place.name_zh)


@bp.app_template_global()
def local_reason(rule: Any) -> str:
    """Why a rule of the routing table decides as it does, in the language of the page."""
    return str(rule.reason_zh if str(wording.locale() or "").startswith("zh") else rule.reason_en)


@bp.app_template_global()
def case_number(number: str) -> str:
    """A case number as people read it."""
    return spoken(number)


@bp.app_template_global()
def short_moment(moment: datetime, now: datetime) -> str:
    """A moment in China for a narrow column: the hour alone today, else day and hour, with the year when it is another."""
    return moment_on(moment, now.astimezone(CHINA).date())


def moment_on(moment: datetime, today: date) -> str:
    """The same for whoever knows which day it is in China."""
    local = moment.astimezone(CHINA)
    hour = hour_text(local)
    day = local.date()
    return hour if day == today else f"{shortest_day(day, today)} {hour}"


@bp.app_template_global()
def short_due(due_at: datetime, now: datetime) -> str:
    """Until when, for a narrow column: an hour, or the last day where a deadline ends with its day."""
    return due_on(due_at, now.astimezone(CHINA).date())


def due_on(due_at: datetime, today: date) -> str:
    """The same for whoever knows which day it is in China."""
    if not ends_with_its_day(due_at):
        return moment_on(due_at, today)
    last = last_china_day(due_at)
    return _("end of today") if last == today else _("end of %(day)s", day=shortest_day(last, today))


def supervision_tabs() -> list[dict[str, Any]]:
    """The pages of the supervisors, of which one is here."""
    pages = [
        ("staff.late", _("Late")),
        ("staff.workload", _("Workload")),
        ("staff.promises", _("Promises")),
        ("staff.users", _("People")),
        ("staff.offices", _("Offices")),
        ("staff.desks", _("Return desks")),
        ("staff.routing", _("Routing")),
        ("staff.standards", _("Service standard")),
        ("staff.keys", _("Partners’ keys")),
        ("staff.faults", _("Faults")),
        ("staff.histories", _("Histories")),
    ]
    return [{"url": url_for(name), "label": label, "here": _here(name)} for name, label in pages]


def _lying(office_id: int) -> Any:
    """The names of the office, and what waits there for somebody to look at it, in one question for every page."""
    return db.session.connection().execute(_of_the_office(), {"office": office_id}).one()


@cache
def _of_the_office() -> Select[Any]:
    return select(
        Office.name_zh,
        Office.name_en,
        undelivered.counted().label("letters"),
        transfers.counted_incoming(bindparam("office")).label("transfers"),
    ).where(Office.id == bindparam("office"))


def _nav(role: str, lying: Any) -> list[dict[str, Any]]:
    """What somebody needs all day, which stands in the bar."""
    items = [
        _item("staff.queue", _("Queue"), "queue", QUEUE),
        _item("staff.merchants", _("Shops"), "shop", SHOPS),
        _item("staff.letters", _("Letters"), "mail", LETTERS, lying.letters),
    ]
    if role == Role.SUPERVISOR:
        items.append(_item("staff.late", _("Supervision"), "chart", SUPERVISION))
    return items


def _more(lying: Any) -> list[dict[str, Any]]:
    """What is looked at now and then, which stands in a menu at the end of the bar."""
    return [
        _item("staff.transfers", _("Transfers"), "send", ("transfers",), lying.transfers),
        _item("staff.roster", _("Roster"), "officer", ROSTER),
        _item("staff.pledges", _("Promises to visitors"), "shield", PLEDGES),
        _item("staff.stock", _("Returned goods"), "goods", STOCK),
    ]


def _item(endpoint: str, label: str, icon: str, pages: tuple[str, ...], count: int = 0) -> dict[str, Any]:
    here = (request.endpoint or "").removeprefix("staff.") in pages
    return {"url": url_for(endpoint), "label": label, "icon": icon, "here": here, "count": count or None}


def _here(endpoint: str) -> bool:
    return (request.endpoint or "").startswith(endpoint.rstrip("s"))
