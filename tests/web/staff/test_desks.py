"""Looking after return desks: made, corrected, closed, their people, who may, and that every change is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from disputes.accounts import actors
from disputes.accounts.models import User
from disputes.cases.commands import Refused
from disputes.db import db, transaction
from disputes.notifications.models import Message
from disputes.returns import desks, handing
from disputes.returns.desk_models import DeskEvent
from disputes.returns.models import Desk
from disputes.rules.lifecycle import Role
from tests import factories as make
from tests.returns import returned
from tests.web.browser import Browser

MALL = {
    "kind": "mall", "name_zh": "解放碑退货服务台", "name_en": "Jiefangbei return desk", "address_zh": "重庆市渝中区民权路1号",
    "division_code": make.YUZHONG, "opens": "10:00", "closes": "22:00",
}  # fmt: skip


def of_office(user: User, **fields: object) -> Desk:
    """A desk of this supervisor's office."""
    told = desks.Told(**{**MALL, "opens": desks.OPENS, "closes": desks.CLOSES, **fields})  # type: ignore[arg-type]
    with transaction():
        return desks.create(actors.of_user(user), told)


def only_desk() -> Desk:
    db.session.expire_all()
    return db.session.scalars(select(Desk)).one()


def test_a_supervisor_makes_a_desk_and_invites_its_first_person(chief: Browser) -> None:
    chief.open("/staff/desks")
    assert "No desk yet" in chief.text
    chief.open("/staff/desks/new").submit(None, **MALL, pays_cash="y")
    made = only_desk()
    assert (made.name_zh, made.pays_cash, made.active) == ("解放碑退货服务台", True, True)
    assert chief.path == f"/staff/desks/{made.id}"

    chief.open(f"/staff/desks/{made.id}/people/new").submit(None, name="吴敏", email="wu@desks.example")
    person = db.session.scalars(select(User).where(User.email == "wu@desks.example")).one()
    assert (person.role, person.desk_id, person.office_id) == (Role.DESK, made.id, made.office_id)
    assert (
        db.session.scalars(select(Message).where(Message.template == "user-invited")).one().address
        == "wu@desks.example"
    )
    assert "吴敏" in chief.text
    assert "Somebody invited" in chief.text


def test_a_change_is_kept_with_who_made_it_and_what_it_was_before(chief: Browser, supervisor: User) -> None:
    desk = of_office(supervisor)
    chief.open(f"/staff/desks/{desk.id}").submit(f"/desks/{desk.id}", closes="23:00", pays_cash="y")
    assert only_desk().pays_cash
    kept = db.session.scalars(select(DeskEvent).where(DeskEvent.action == "changed")).one()
    assert kept.by_user_id == supervisor.id
    assert kept.details["closes"][1] == "23:00"
    for words in ("Desk changed", "Pays refunds in cash: no → yes", supervisor.name):
        assert words in chief.text, words


def test_saving_what_stands_there_already_writes_nothing(chief: Browser, supervisor: User) -> None:
    desk = of_office(supervisor)
    chief.open(f"/staff/desks/{desk.id}").submit(f"/desks/{desk.id}")
    assert [e.action for e in desks.history(only_desk())] == ["created"]


def test_a_desk_can_accept_for_a_company_whose_promise_names_desks(chief: Browser, supervisor: User) -> None:
    desk, shop = of_office(supervisor), make.shop()
    other = make.shop()
    returned.pledged(shop)
    chief.open(f"/staff/desks/{desk.id}")
    assert shop.merchant.name_en in chief.text
    assert other.merchant.name_en not in chief.text
    chief.submit(f"/desks/{desk.id}", accepts_for=[str(shop.merchant_id)])
    assert handing.accepts_for(only_desk(), shop.merchant_id)
    assert f"Accepts in the name of: – → {shop.merchant.name_en}" in chief.text


def test_two_supervisors_who_change_the_same_desk_do_not_overwrite_each_other(
    at_desk: Callable[[User], Browser], supervisor: User
) -> None:
    desk, colleague = of_office(supervisor), make.supervisor()
    first, second = (
        at_desk(supervisor).open(f"/staff/desks/{desk.id}"),
        at_desk(colleague).open(f"/staff/desks/{desk.id}"),
    )
    first.submit(f"/desks/{desk.id}", name_en="Liberation Monument desk")
    second.submit(f"/desks/{desk.id}", name_en="Minquan Road desk", status=409)
    assert only_desk().name_en == "Liberation Monument desk"
    assert "Somebody else changed this" in second.text
    assert "Minquan Road desk" in second.text


def test_a_desk_with_goods_is_not_closed_and_an_empty_one_lets_nobody_in_any_more(
    chief: Browser, supervisor: User
) -> None:
    desk, case = of_office(supervisor), returned.approved()
    person = returned.at_desk(desk)
    with transaction():
        handing.take_in(case.id, None, person, returned.handed(case))
    chief.open(f"/staff/desks/{desk.id}")
    assert "cannot be closed while goods lie there" in chief.text
    with pytest.raises(Refused, match="desk_holds_goods"), transaction():
        desks.close(desk.id, None, actors.of_user(supervisor))

    with transaction():
        handing.give_back(case.id, None, person, [i.id for i in returned.record(case).items])
    chief.open(f"/staff/desks/{desk.id}").submit("/close")
    assert not only_desk().active
    assert not db.session.get_one(User, person.user_id).active
    chief.submit("/reopen")
    assert only_desk().active


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"name_zh": " "}, "desk_name_missing"),
        ({"address_zh": ""}, "desk_address_missing"),
        ({"division_code": "999999"}, "desk_place_unknown"),
        ({"kind": "airport"}, "desk_port_differs"),
        ({"kind": "kiosk"}, "desk_kind_unknown"),
        ({"closes": desks.OPENS}, "desk_closes_before_it_opens"),
    ],
)
def test_what_cannot_be_a_desk_is_refused_with_a_reason(supervisor: User, told: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        of_office(supervisor, **told)


def test_officers_and_other_offices_cannot_look_after_a_desk(
    at_desk: Callable[[User], Browser], officer: User, supervisor: User
) -> None:
    desk = of_office(supervisor)
    stranger = make.supervisor("CD-CX") if _office_exists("CD-CX") else None
    at_desk(officer).open("/staff/desks", status=403)
    at_desk(officer).open(f"/staff/desks/{desk.id}", status=403)
    if stranger is not None:
        at_desk(stranger).open(f"/staff/desks/{desk.id}", status=404)
        with pytest.raises(Refused, match="desk_not_yours"):
            desks.close(desk.id, None, actors.of_user(stranger))
    with pytest.raises(Refused, match="desk_not_yours"):
        desks.create(actors.of_user(officer), desks.Told(**{**MALL, "opens": desks.OPENS, "closes": desks.CLOSES}))


def _office_exists(code: str) -> bool:
    return code in set(db.session.scalars(select(make.Office.code)))
