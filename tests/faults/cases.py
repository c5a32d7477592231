"""The cases of a fault run, made by the verbs, and the moments through which they are taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from disputes import clock
from disputes.accounts.models import User
from disputes.cases import commands
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.merchants.models import Shop
from disputes.returns import handing
from disputes.rules.categories import Danger
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade
from tests import factories as make
from tests.returns import returned
from tests.web.public.phone import Phone
from tests.web.public.telling import send, tell

BEGIN = datetime(2026, 9, 14, 9, 0, tzinfo=clock.SHANGHAI)
# From the first hour to long after everybody has left. Odd minutes, so that no deadline ends on the dot of one of them.
MOMENTS = tuple(
    timedelta(hours=hours, minutes=minutes)
    for hours, minutes in (
        (0, 0), (1, 17), (3, 5), (5, 23), (9, 41), (14, 7), (19, 13), (27, 11), (35, 37), (49, 11), (61, 3), (76, 29),
        (101, 3), (124, 17), (149, 41), (197, 19), (341, 13), (581, 19), (751, 29), (1103, 37), (1811, 41), (1837, 13),
    )
)  # fmt: skip
# In one of them, and before the next, ten days go by, with the National Day week in them: 28 September to 8 October.
TEN_DAYS = 17
LEAVING = (timedelta(hours=5), timedelta(hours=40), timedelta(days=4), timedelta(days=9), None)
SHOPS = 40


def populate(number: int) -> None:
    """So many cases in all kinds of states, whose visitors leave at different times, brought there by the verbs."""
    with transaction():
        clock.stand_at(BEGIN - timedelta(hours=2))
    officer_id = make.officer().id
    make.supervisor()
    shops = [make.shop().id for _ in range(SHOPS)]
    for shop_id in shops:
        returned.pledged(db.session.get_one(Shop, shop_id))
    recipes = list(RECIPES.values())
    for n in range(number):
        leaving = LEAVING[(n // len(recipes)) % len(LEAVING)]
        told: dict[str, Any] = (
            {"departure": "unknown"}
            if leaving is None
            else {"departure_at": BEGIN + leaving + timedelta(minutes=n % 90)}
        )
        told["email"] = f"visitor{n:05}@travellers.example"
        recipes[n % len(recipes)](shops[n % SHOPS], told)
        db.session.expunge_all()
    with transaction():
        # One officer has the duty, so that who gets a case does not hang on which one comes first.
        for user in db.session.scalars(select(User).where(User.id != officer_id)):
            user.on_duty = False
        # Nor on whether a case of somebody who is away is handed over before its clock lapses or after.
        db.session.execute(update(Case).where(Case.officer_id.is_not(None)).values(officer_id=officer_id))
        clock.stand_at(BEGIN)


def _half_agreed(case: Case) -> Case:
    """Of two clocks only one is left, so that which of them is taken first does not matter."""
    with transaction():
        commands.agree(case.id, None, make.tourist_of(case))
    return case


Recipe = Callable[[int, dict[str, Any]], Any]


def _at(build: Callable[..., Any]) -> Recipe:
    return lambda shop_id, told: build(at=db.session.get(Shop, shop_id), **told)


def _back(build: Callable[..., Any], **more: Any) -> Recipe:
    """A return at this shop, whose company has promised to take goods back."""

    def made(shop_id: int, told: dict[str, Any]) -> Any:
        given = {"departure": "known", **told} if "departure_at" in told else told
        return build(shop=db.session.get(Shop, shop_id), **given, **more)

    return made


def _left_at_a_desk(case: Case) -> Case:
    """The goods are at an airport, on their way to the shop."""
    desk = returned.at_desk(returned.desk())
    with transaction():
        handing.take_in(case.id, None, desk, returned.handed(case, Grade.AS_NEW), seal="F-1", entry=f"fault-{case.id}")
    return case


RECIPES: dict[str, Recipe] = {
    "filed": _at(make.filed),
    "filed against an unknown shop": lambda shop_id, told: make.filed(None, **told),
    "with the shop": _at(make.with_merchant),
    "emergency": lambda shop_id, told: make.filed(dangers=(Danger.INJURY,), at=db.session.get(Shop, shop_id), **told),
    "offered": _at(make.offered),
    "asked": _at(make.asked),
    "mediation": _at(make.mediation),
    "authorised": _at(lambda **told: make.authorised(make.mediation(**told))),
    "proposed": _at(lambda **told: _half_agreed(make.proposed(**told))),
    "proposed and authorised": _at(lambda **told: _half_agreed(make.proposed(make.authorised(make.mediation(**told))))),
    "settled": _at(make.settled),
    "reported": _at(make.reported),
    "ready for an authority": _at(make.referral_ready),
    "triage": lambda shop_id, told: make.routed(None, **told),
    "return: with the shop": _back(returned.requested),
    "return: approved": _back(returned.approved),
    "return: received": _back(returned.received),
    "return: refund due": _back(returned.refund_due),
    "return: refunded": _back(returned.refunded, tax_state=TaxState.T0),
    "return: in other hands": _back(lambda shop, **told: _left_at_a_desk(returned.approved(shop=shop, **told))),
    "return: for a person": _back(
        returned.requested, tax_state=TaxState.T3, tax=returned.tax_told(TaxState.T3, refunded=3_000)
    ),
}


def people(moment: int, many: int) -> None:
    """What visitors do at a moment: so many of them file, the same in every run."""
    shops = db.session.scalars(select(Shop.id).order_by(Shop.id).limit(SHOPS)).all()
    leaving = BEGIN + MOMENTS[moment] + timedelta(days=2)
    for n in range(many):
        told = {"departure_at": leaving, "email": f"moment{moment:02}-{n:04}@travellers.example"}
        at = None if n % 4 == 3 else db.session.get(Shop, shops[(moment + n) % len(shops)])
        make.filed(at, **told)
        db.session.expunge_all()


def give_back_on_the_web(client: Any, moment: int, number: int) -> None:
    """One return, approved already: its shop takes the goods in, looks at them, voids the tax form and reports the refund.

    A page that got no answer is sent again as it was, so the taking in comes twice under the same entry.
    """
    shop_id = db.session.scalars(select(Shop.id).order_by(Shop.id).offset(number % SHOPS).limit(1)).one()
    told = {
        "email": f"back{moment:02}-{number:04}@travellers.example",
        "tax_state": TaxState.T1,
        "tax": returned.tax_told(TaxState.T1),
    }
    case = returned.approved(shop=db.session.get(Shop, shop_id), **told)
    link = f"/m/{make.token_of(case, 'shop', mailed=True)}"
    db.session.rollback()
    phone = Phone(client, address=f"198.52.{moment}.{number % 250 + 1}")
    for page, given in (("receive", {}), ("inspect", {}), ("tax/void", {}), ("refund", {"means": "cash"})):
        phone.open(f"{link}/{page}")
        phone.submit(given)
        if phone.errors:
            raise AssertionError(f"{page}: {phone.errors}")


def file_on_the_web(client: Any, moment: int, number: int) -> None:
    """One visitor tells the whole complaint on the website, page after page."""
    shops = db.session.scalars(select(Shop.id).order_by(Shop.id).limit(SHOPS)).all()
    db.session.rollback()
    reach = {
        "name": "Hana",
        "contact": "email",
        "email": f"web{moment:02}-{number:04}@travellers.example",
        "country": "JP",
    }
    phone = Phone(client, address=f"198.51.{moment}.{number % 250 + 1}")
    sent = send(tell(phone, shops[number % len(shops)], reach=reach))
    if not sent.path.endswith(("/filed", "/already-filed")):
        raise AssertionError(f"the complaint was not taken: {sent.path} {sent.status} {sent.errors}")
