"""From a complaint that was sent to the case it becomes: judged against our lists and the clock, and filed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import whereabouts
from disputes.cases.models import Case
from disputes.cases.upkeep import File
from disputes.db import transaction
from disputes.intake import commands, idempotency
from disputes.intake.commands import Telling
from disputes.intake.outlook import Outlook, outlook
from disputes.merchants import queries as merchants
from disputes.merchants.models import Shop
from disputes.regions import queries as regions
from disputes.rules.categories import Trade
from disputes.rules.packages import Shipping
from disputes.web import countries
from disputes.web.api.asked import package
from disputes.web.api.problems import Problem, invalid
from disputes.web.public.filing_answers import within
from disputes.web.public.filing_forms import FIRST_YEAR, FURTHEST_DEPARTURE, JUST_LEFT, days_until


@dataclass(frozen=True)
class Once:
    """A key by which a sender marks one sending, and the fingerprint of what was sent with it."""

    key: str
    content: str


def telling(data: dict[str, Any]) -> Telling:
    """The complaint as the verb takes it; a problem that names every field that does not fit our lists or the clock."""
    wrong: dict[str, list[str]] = {}
    shop = _shop(data["shop"], wrong)
    departure_at = _departure(data["departure"], wrong)
    day = bought_on(data["purchase"]["on"], wrong)
    time_zone = zone(data["guest"], wrong)
    if wrong:
        raise invalid(wrong)
    told, guest, purchase = data["shop"], data["guest"], data["purchase"]
    departed = data["departure"]["status"] == "departed"
    priced = purchase["amount"] is not None
    return Telling(
        category=data["category"],
        trade=_trade(shop, told),
        how_bought=purchase["how_bought"],
        claim=package(
            data["claim"],
            Shipping.SHOP_PAYS if departed else Shipping.IN_SHOP,
            within(days_until(departure_at)),
        ),
        language=guest["language"],
        narrative=data["narrative"],
        consents=tuple(data["consents"]),
        shop_id=shop.id if shop else None,
        shop_name=told["name"],
        shop_address=told["address"],
        division_code=told["division"] or None,
        bought_on=day,
        paid_how=purchase["paid_how"],
        amount=purchase["amount"],
        currency=purchase["currency"] if priced else None,
        item=purchase["item"],
        invoice_number=purchase["invoice_number"],
        wish=data["claim"]["words"],
        dangers=tuple(dict.fromkeys(data["dangers"])),
        departure=data["departure"]["status"],
        departure_at=departure_at,
        departure_port=data["departure"]["port"] or None,
        name=guest["name"],
        email=guest["email"],
        time_zone=time_zone,
        country=guest["country"],
        companion_email=guest["companion_email"],
    )


def repeated(by: Actor, once: Once | None) -> Case | None:
    """The case that was made under this key before; None when this is its first sending."""
    if once is None:
        return None
    with transaction():
        return earlier(by, once)


def file_once(told: Telling, files: list[File], by: Actor, once: Once | None) -> Case:
    """File the complaint. Of two that come at once with the same key, one files and both get its case."""
    with transaction():
        before = earlier(by, once) if once is not None else None
        if before is not None:
            return before
        case = commands.file_complaint(replace(told, files=tuple(files)), by, "api")
        if once is not None:
            idempotency.remember(by, once.key, once.content, case)
    return case


def earlier(by: Actor, once: Once) -> Case | None:
    """The case of this key, inside the caller's transaction; a problem where the key was used for something else."""
    try:
        return idempotency.case_of(by, once.key, once.content)
    except idempotency.OtherContent:
        raise Problem(
            422,
            "idempotency_key_reused",
            message=_("This Idempotency-Key was used for another complaint. Make a new key for each complaint."),
        ) from None


def outlook_of(case: Case, data: dict[str, Any]) -> Outlook | None:
    """What will happen if nobody acts before they must, as it looked when it was filed; None in an emergency."""
    if data["dangers"]:
        return None
    named = data["shop"].get("id") or data["shop"]["code"]
    shop = (_shop(data["shop"], {}) or case.shop) if named else None  # a shop may have closed since
    return outlook(case.filed_at, data["departure"]["at"], shop, whereabouts.facts_of_case(case))


def departure_of(data: dict[str, Any], path: str = "departure") -> datetime | None:
    """The moment of a departure that was sent; a problem when it cannot be right."""
    wrong: dict[str, list[str]] = {}
    at = _departure(data, wrong, path)
    if wrong:
        raise invalid(wrong)
    return at


def _shop(told: dict[str, Any], wrong: dict[str, list[str]]) -> Shop | None:
    if told.get("id"):
        found = merchants.shop(told["id"])
        if found is None or not found.active:
            wrong["shop.id"] = [_("There is no such shop in the list.")]
        return found
    if told["code"]:
        found = merchants.shop_by_code(told["code"])
        if found is None:
            wrong["shop.code"] = [_("There is no such shop in the list.")]
        return found
    if told["division"] not in {row.code for row in regions.divisions()}:
        wrong["shop.division"] = [_("There is no such place in the list.")]
    return None


def _trade(shop: Shop | None, told: dict[str, Any]) -> Trade:
    return Trade(shop.trade) if shop is not None else told["trade"]


def _departure(told: dict[str, Any], wrong: dict[str, list[str]], path: str = "departure") -> datetime | None:
    at: datetime | None = told["at"]
    if told["port"] and told["port"] not in {row.code for row in regions.ports()}:
        wrong[f"{path}.port"] = [_("There is no such place in the list.")]
    if at is None:
        return None
    now = clock.now()
    if at < now - JUST_LEFT:
        wrong[f"{path}.at"] = [_("This moment is over. If the guest has left already, say “departed”.")]
    if at > now + FURTHEST_DEPARTURE:
        wrong[f"{path}.at"] = [_("This day lies more than a year ahead. Check the year.")]
    return at


def listed_shop(told: dict[str, Any], wrong: dict[str, list[str]]) -> Shop | None:
    """The shop of our list that is named by its id or its code; where there is none, that is wrong."""
    return _shop({"id": told["id"], "code": told["code"], "division": ""}, wrong)


def bought_on(day: date | None, wrong: dict[str, list[str]]) -> date | None:
    """The day of the purchase, unless it cannot be."""
    if day is not None and day > clock.today():
        wrong["purchase.on"] = [_("This day lies in the future. Check the year, the month and the day.")]
    if day is not None and day.year < FIRST_YEAR:
        wrong["purchase.on"] = [_("Write the year with four digits, for example %(year)s.", year=clock.today().year)]
    return day


def zone(guest: dict[str, Any], wrong: dict[str, list[str]]) -> str | None:
    """The guest's time zone: as told, or the only one of the country."""
    if guest["time_zone"] and guest["time_zone"] not in available_timezones():
        wrong["guest.time_zone"] = [_("There is no time zone of this name.")]
    return guest["time_zone"] or countries.only_zone(guest["country"])
