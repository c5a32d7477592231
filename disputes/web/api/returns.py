"""Returns through the interface: the verdict without a name, the declaration, the return as it stands, and the guest's steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from disputes import clock, links, numbers
from disputes.accounts.actors import Actor
from disputes.accounts.scopes import Scope
from disputes.cases import queries
from disputes.cases.models import Case
from disputes.cases.upkeep import File
from disputes.db import db, transaction
from disputes.intake import idempotency
from disputes.law import explain_returns
from disputes.merchants.models import Shop
from disputes.pledges import queries as pledges
from disputes.returns import deciding, declaring, handing
from disputes.returns.declaring import Declaration, Piece
from disputes.rules.lifecycle import Kind, Role
from disputes.rules.return_facts import FactsError, Item, Purchase, TaxState
from disputes.rules.rulebook import RuleError
from disputes.web import verdict_words
from disputes.web.access import only_for, open_to_strangers
from disputes.web.api import bodies, bp, filing, return_shapes, steps
from disputes.web.api.answers import sent
from disputes.web.api.callers import current
from disputes.web.api.case_data import case_data, of_kind
from disputes.web.api.complaints import FIRST_LINK, LOCATION, ONCE, once
from disputes.web.api.examples import RETURN_STEPS, RETURNS, VERDICTS
from disputes.web.api.filing import Once
from disputes.web.api.openapi import Operation, Sent, described
from disputes.web.api.problems import invalid
from disputes.web.api.return_shapes import RETURN_SHAPES, ReturnDeclared, VerdictAsked
from disputes.web.sessions import secret

OF_THE_ITEM = (
    "made_to_order", "marked", "unsealed", "activated", "worn", "intact", "resaleable", "sealed_tag", "stated", "confirmed",
)  # fmt: skip
OF_THE_RECORD = (
    "declared_at", "wish", "way", "decision", "decided_at", "refusal", "refunds", "tax", "carrier", "tracking_number",
)  # fmt: skip


@bp.post("/returns/verdict")
@open_to_strangers
@described(
    Operation(gives=return_shapes.ReturnVerdicts, takes=Sent([VerdictAsked], "verdict", examples=VERDICTS))
)  # fmt: skip
def verdict() -> Response:
    """Ask whether goods can be given back, without a name.

    The answer is that of this moment, for each line of goods: a right, a promise of this shop, or goodwill only. It leaves
    nothing behind. The promise that counts is the one that stood on the day of purchase.
    """
    data = bodies.loaded(VerdictAsked(), _without_files("verdict"))
    wrong: dict[str, list[str]] = {}
    shop = filing.listed_shop(data["shop"], wrong) if data["shop"] else None
    now = clock.now()
    purchase, items = _purchase(data, wrong, data["tax_state"]), _items(data, wrong)
    if wrong or purchase is None:
        raise invalid(wrong)
    judged = _judged(lambda: declaring.verdicts(shop.id if shop else None, purchase, items, now))
    rows = [_verdict(explain_returns.row_of(each)) for each in judged]
    return sent(return_shapes.ReturnVerdicts().dump({"declared_at": now, "verdicts": rows}))


@bp.get("/returns/desks")
@open_to_strangers
@described(Operation(gives=return_shapes.ReturnDesks))
def desks() -> Response:
    """The places that take returned goods in: at airports and stations, in malls, and at our own counters."""
    rows = [
        {**{c.key: getattr(d, c.key) for c in d.__mapper__.column_attrs}, "opens": f"{d.opens:%H:%M}", "closes": f"{d.closes:%H:%M}"}
        for d in handing.desks()
    ]  # fmt: skip
    return sent(return_shapes.ReturnDesks().dump({"desks": rows}))


@bp.post("/returns")
@only_for(Role.PARTNER)
@described(
    Operation(
        gives=return_shapes.ReturnFiled, status=201, takes=Sent([ReturnDeclared], "return", examples=RETURNS), headers=[ONCE],
        given_headers=LOCATION, scope=Scope.RETURNS_WRITE, refuses=(409,),
    )
)  # fmt: skip
def declare_return() -> Response:
    """Declare a return for a guest. No reason is asked, and it counts from this instant.

    The answer holds what the guest must take along: the number, the link, and five words. How the return stands, and where the
    goods can be handed over, says GET /returns/{number}; a shop's own rule may have approved it already.

    Files can come with it: send multipart/form-data with the declaration as the part `return` (JSON) and the files as parts
    named `evidence`.
    """
    caller = current()
    caller.must_have(Scope.RETURNS_WRITE)
    body = bodies.body("return")
    key = once(body)
    data = bodies.loaded(ReturnDeclared(), body.json)
    case = filing.repeated(caller.actor, key)
    if case is None:
        told = _declaration(data)
        case = _declare_once(told, bodies.evidence(body.files), caller.actor, key)
    return sent(_filed(case), 201, headers={"Location": url_for(".a_return", number=case.number)})


# A number has ten digits and more with its dashes, so no word of an address above is taken for one.
@bp.get("/returns/<string(minlength=10):number>")
@described(Operation(gives=return_shapes.ReturnCase, scope=Scope.RETURNS_READ, refuses=(404,)))
def a_return(number: str) -> Response:
    """A return with everything its page shows: decision, goods and money apart, each with its moment.

    Open to the guest and a companion with the token of their link, and to the key that declared it.
    """
    current().must_have(Scope.RETURNS_READ)
    return _shown(number)


@bp.post("/returns/<string(minlength=10):number>/steps")
@described(
    Operation(
        gives=return_shapes.ReturnCase,
        takes=Sent(list(RETURN_SHAPES.values()), "step", told_apart_by="action", examples=RETURN_STEPS),
        scope=Scope.RETURNS_WRITE, refuses=(404, 409),
    )
)  # fmt: skip
def take_return_step(number: str) -> Response:
    """Take a step in a return, as the guest: accept, decline, send the parcel, confirm the money, go on as a dispute ...

    The steps are those of the return's page, and `actions` says which are possible now. Goods that are handed over at a shop or
    a desk are recorded there. Files are added as in a complaint.
    """
    caller = current()
    caller.must_have(Scope.RETURNS_WRITE)
    found = of_kind(number, caller.actor, Kind.RETURN)
    steps.take(found, caller.acting_in(found.id))
    return _shown(number)


def _shown(number: str) -> Response:
    caller = current()
    of_kind(number, caller.actor, Kind.RETURN)
    case = queries.whole(number, caller.actor)
    record = deciding.record_of(case)
    more = {
        **{name: getattr(record, name) for name in OF_THE_RECORD},
        "items": [
            {**{c.key: getattr(i, c.key) for c in i.__mapper__.column_attrs}, "verdict": _verdict(i.verdict)} for i in record.items
        ],
        "amount_due": deciding.amount_due(record),
        "dispute": record.dispute.number if record.dispute else None,
    }  # fmt: skip
    return sent({**return_shapes.ReturnCase(only=(*more,)).dump(more), **case_data(case, caller)})


# --- what was sent


def _declaration(data: dict[str, Any]) -> Declaration:
    wrong: dict[str, list[str]] = {}
    shop = filing.listed_shop(data["shop"], wrong)
    tax = steps.tax_told(data["tax"]) if data["tax"] else None
    purchase, items = _purchase(data, wrong, tax.state if tax else None), _items(data, wrong)
    departure_at = filing.departure_of(data["departure"])
    zone = filing.zone(data["guest"], wrong)
    if data["to_desk"] is not None and data["to_desk"] not in {desk.id for desk in handing.desks()}:
        wrong["to_desk"] = [_("There is no such desk in the list.")]
    if wrong or shop is None or purchase is None:
        raise invalid(wrong)
    _judged(lambda: declaring.verdicts(shop.id, purchase, items, clock.now()))
    guest = data["guest"]
    return Declaration(
        shop_id=shop.id,
        purchase=purchase,
        pieces=tuple(
            Piece(item, line["name"], line["bought"] or line["quantity"])
            for item, line in zip(items, data["items"], strict=True)
        ),
        language=guest["language"],
        consents=tuple(data["consents"]),
        wish=data["wish"],
        to_shop_id=_branch(data, shop.id, purchase),
        to_desk_id=data["to_desk"],
        means=data["means"],
        paid_how=data["purchase"]["paid_how"],
        tax=tax,
        departure=data["departure"]["status"],
        departure_at=departure_at,
        departure_port=data["departure"]["port"] or None,
        name=guest["name"],
        email=guest["email"],
        time_zone=zone,
        country=guest["country"],
        companion_email=guest["companion_email"],
    )


def _branch(data: dict[str, Any], shop_id: int, purchase: Purchase) -> int | None:
    """The branch that was chosen; a problem where the promise of the day of purchase does not name it."""
    chosen: int | None = data["to_shop"]
    if chosen is None:
        return None
    shop, version = db.session.get(Shop, shop_id), pledges.version_on(shop_id, purchase.bought_on)
    named = pledges.accepting_shops(shop, version, purchase.bought_on) if shop and version else []
    if chosen not in {each.id for each in named}:
        raise invalid({"to_shop": [_("This shop does not take back what was bought there on that day.")]})
    return chosen


def _purchase(data: dict[str, Any], wrong: dict[str, list[str]], tax: TaxState | None) -> Purchase | None:
    told = data["purchase"]
    filing.bought_on(told["on"], wrong)
    try:
        return Purchase(
            how_bought=told["how_bought"], bought_on=told["on"], received_at=told["received_on"], proof=told["proof"],
            invoice_number=told["invoice_number"], tax_state=tax, agency=told["agency"], agency_breach=told["agency_breach"],
            itinerary_ended_on=told["itinerary_ended_on"], way=data.get("way"),
        )  # fmt: skip
    except FactsError as error:
        wrong["purchase.received_on"] = [_("This day lies before the day of the purchase.")]
        if error.field != "received_at":
            raise
        return None


def _items(data: dict[str, Any], wrong: dict[str, list[str]]) -> tuple[Item, ...]:
    if sum(line["price"] * line["quantity"] for line in data["items"]) > return_shapes.AMOUNT_LIMIT:
        wrong["items"] = [_("This is more than can be entered here.")]
    return tuple(
        Item(
            ref=str(number), goods=line["goods"], price=line["price"], quantity=line["quantity"], fault=line["fault"],
            **{name: line[name] for name in OF_THE_ITEM},
        )
        for number, line in enumerate(data["items"], 1)
    )  # fmt: skip


def _judged(judge: Any) -> Any:
    try:
        return judge()
    except RuleError:  # a purchase of a time from which we keep no rules
        year = clock.today().year
        raise invalid(
            {"purchase.on": [_("Write the year with four digits, for example %(year)s.", year=year)]}
        ) from None
    except FactsError:
        raise invalid(
            {"purchase.on": [_("This day lies in the future. Check the year, the month and the day.")]}
        ) from None


def _without_files(part: str) -> Any:
    body = bodies.body(part)
    if body.files:
        raise invalid({bodies.FILES_PART: [_("No files go with this.")]})
    return body.json


# --- declared once


def _declare_once(told: Declaration, files: list[File], by: Actor, key: Once | None) -> Case:
    with transaction():
        earlier = filing.earlier(by, key) if key is not None else None
        if earlier is not None:
            return earlier
        case = declaring.declare(replace(told, files=tuple(files)), by, "api")
        if key is not None:
            idempotency.remember(by, key.key, key.content, case)
    return case


def _filed(case: Case) -> dict[str, Any]:
    """The answer to the declaration, the same every time it is sent again: nothing in it changes as the return goes on."""
    record = declaring.of(case)
    assert record is not None  # noqa: S101  a key is remembered for what was sent, and a complaint has other fields
    token = links.token(secret(), links.Link(case.id, "tourist", FIRST_LINK))
    db.session.refresh(record)
    answer: dict[str, Any] = return_shapes.ReturnFiled().dump(
        {
            "number": case.number,
            "number_spoken": numbers.spoken(case.number),
            "link": f"{current_app.config['SETTINGS'].public_url}/c/{token}",
            "token": token,
            "words": links.words(secret(), case.id, FIRST_LINK, case.language),
            "words_language": case.language if case.language in links.WORD_LISTS else "en",
            "declared_at": record.declared_at,
            "verdicts": [_verdict(item.verdict) for item in record.items],
        }
    )
    return answer


def _verdict(row: dict[str, Any]) -> dict[str, Any]:
    said = verdict_words.said(row)
    due = row["due"]
    return {
        **{name: row[name] for name in ("item", "strength", "ground", "outcome", "conditional", "minutes_left", "provisional", "ways", "freight", "pledge", "pledge_version")},
        "headline": said.headline,
        "sentences": [f"{each.text} ({each.chinese})" if each.chinese else each.text for each in (*said.reasons, *said.warnings)],
        "missing": [*said.open, *said.before_approval],
        "changes": said.changes,
        "due_on": datetime.fromisoformat(due["due_on"]).date() if due else None,
        "due_at": due["due_at"] if due else None,
        "rules": list(dict.fromkeys(each["rule"] for each in (*row["reasons"], *row["warnings"]))),
    }  # fmt: skip
