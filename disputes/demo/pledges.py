"""The demo's return promises and networks, made by the verbs: in force, to come, short, withdrawn, broken and cleared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from disputes import clock
from disputes.accounts.actors import Actor, of_user
from disputes.accounts.models import User
from disputes.cases.models import Case
from disputes.db import db
from disputes.merchants.models import Merchant, Shop
from disputes.pledges import commands
from disputes.pledges.models import Pledge
from disputes.rules.goods import GoodsClass
from disputes.rules.lifecycle import Role
from disputes.rules.packages import Means
from disputes.rules.pledges import Condition, Payer, Proof, Starts, Way
from disputes.rules.publishing import BreachReason, Desk, NetworkKind, Promise, Reach

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds" / "demo" / "pledges.yaml"


def make_pledges() -> int:
    """All promises and networks of the seed file, as they stand today; how many promises there are. Their breaches come later."""
    seeds = yaml.safe_load(SEEDS.read_text(encoding="utf-8"))
    merchants = {merchant.name_zh: merchant for merchant in db.session.scalars(select(Merchant))}
    staff = of_user(db.session.scalars(select(User).where(User.role == Role.SUPERVISOR).order_by(User.id)).first())
    for line in seeds["pledges"]:
        _pledge(line, merchants[line["of"]])
    shops = {shop.name_zh: shop for shop in db.session.scalars(select(Shop))}
    for line in seeds["networks"]:
        owner = merchants.get(line.get("owner", ""))
        network = commands.found_network(staff, NetworkKind(line["kind"]), line["zh"], line["en"], owner=owner)
        for name in line["shops"]:
            commands.ask_to_join(network, shops[name], staff)
    return len(seeds["pledges"])


def make_breaches() -> None:
    """What was not kept of the promises, once there are cases that show it."""
    staff = of_user(db.session.scalars(select(User).where(User.role == Role.SUPERVISOR).order_by(User.id)).first())
    for line in yaml.safe_load(SEEDS.read_text(encoding="utf-8"))["pledges"]:
        if "breach" in line:
            of_merchant = select(Pledge).join(Pledge.merchant).where(Merchant.name_zh == line["of"])
            pledge = db.session.scalars(of_merchant.order_by(Pledge.id).limit(1)).one()
            _breach(pledge, line["breach"], Actor(Role.MERCHANT, merchant_id=pledge.merchant_id), staff)


def _pledge(line: dict[str, Any], merchant: Merchant) -> None:
    owner = Actor(Role.MERCHANT, merchant_id=merchant.id)
    pledge = commands.draft_pledge(
        merchant, owner, _promise(line), brand_zh=line.get("brand_zh", ""), brand_en=line.get("brand_en", "")
    )
    commands.publish(pledge, owner, _ago(line["since"]), since_long=True)
    if "next" in line:
        commands.change_draft(pledge, owner, replace(_promise(line), days=line["next"]["days"]))
        commands.publish(pledge, owner, _ago(-line["next"]["in"]))
    if "withdrawn" in line:
        _withdraw(pledge, owner, line["withdrawn"])


def _promise(line: dict[str, Any]) -> Promise:
    return Promise(
        days=line["days"],
        starts=Starts(line.get("starts", "purchase")),
        condition=Condition(line.get("condition", "intact")),
        proof=Proof(line.get("proof", "any")),
        covered=frozenset(map(GoodsClass, line.get("covered", ()))),
        also_takes=frozenset(map(GoodsClass, line.get("also", ()))),
        goods_zh=line["zh"],
        goods_en=line["en"],
        exclusions_zh=line.get("not_zh", ""),
        exclusions_en=line.get("not_en", ""),
        ways=frozenset(map(Way, line.get("ways", ("shop",)))),
        desks=frozenset(map(Desk, line.get("desks", ()))),
        reach=Reach(line["reach"]) if "reach" in line else None,
        freight=Payer(line.get("freight", "buyer")),
        refund_days=line.get("refund"),
        means=tuple(map(Means, line["means"])),
        auto_approve_up_to=line.get("approve"),
        keep_item_up_to=line.get("keep"),
    )


def _breach(pledge: Pledge, line: dict[str, Any], owner: Actor, staff: Actor) -> None:
    """With the number of a case about this merchant, or of any where the stories told none."""
    of_merchant = select(Case.number).where(Case.merchant_id == pledge.merchant_id).order_by(Case.id).limit(1)
    number = db.session.scalar(of_merchant) or db.session.scalar(select(Case.number).order_by(Case.id).limit(1))
    breach = commands.record_breach(
        pledge,
        staff,
        case_number=number or "",
        happened_on=_ago(line.get("ago", 0)),
        reason=BreachReason(line["reason"]),
    )
    if "comment" in line:
        commands.comment_breach(breach, owner, line["comment"])
    if "cleared" in line:
        commands.clear_breach(breach, staff, line["cleared"])


def _withdraw(pledge: Pledge, owner: Actor, days: int) -> None:
    """Withdrawn some days ago: nobody can withdraw into the past, so the verb is called under the clock of that day."""
    present = clock.now()
    clock.stand_at(present - timedelta(days=days))
    commands.withdraw(pledge, owner, clock.today(), "店铺装修，暂停承诺")
    clock.stand_at(present)


def _ago(days: int) -> date:
    return clock.today() - timedelta(days=days)
