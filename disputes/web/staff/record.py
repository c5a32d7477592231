"""The history of a case as the staff read it: every event in words, with what was said, offered and handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from disputes import names
from disputes.accounts.models import User
from disputes.cases.models import Case, CaseEvent, CaseText, Evidence
from disputes.formats import china_moment, deadline_text, money_text, short_day
from disputes.merchants.models import Shop
from disputes.names import named
from disputes.names import returns as return_names
from disputes.numbers import spoken
from disputes.regions import queries as regions
from disputes.returns import handing
from disputes.rules.lifecycle import Action
from disputes.rules.packages import Package, package_of
from disputes.rules.procedure import FactKind
from disputes.wording import gettext as _
from disputes.wording import ngettext

REPEATED = (Action.ALERT_SUPERVISOR,)
PEOPLE = Mapping[int, User]
SHOPS = Mapping[int, Shop]


@dataclass(frozen=True)
class Entry:
    """One event in words."""

    seq: int
    action: str
    at: datetime
    who: str  # role
    name: str
    title: str
    state: str | None  # the state it led to, where that is another
    notes: list[str] = field(default_factory=list)
    texts: list[CaseText] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    package: Package | None = None
    verified: bool = True
    hash: str = ""


def entries(case: Case, people: PEOPLE, shops: SHOPS) -> list[Entry]:
    """All events of the case, the newest first."""
    said: dict[int | None, list[CaseText]] = {}
    for text in case.texts:
        said.setdefault(text.event_id, []).append(text)
    given: dict[int | None, list[Evidence]] = {}
    for piece in case.evidence:
        given.setdefault(piece.event_id, []).append(piece)
    told = [_entry(e, said.get(e.id, []), given.get(e.id, []), people, shops) for e in reversed(case.events)]
    return _without_echoes(told)


def _without_echoes(told: list[Entry]) -> list[Entry]:
    """The same alert many times over, as in a case that nobody takes up, becomes one entry that says how often."""
    kept: list[Entry] = []
    for run in (
        list(group) for _key, group in groupby(told, key=lambda e: e.seq if e.action not in REPEATED else e.action)
    ):
        last = run[0]
        if len(run) > 1:
            note = _("%(count)s times since %(when)s", count=len(run), when=china_moment(run[-1].at))
            last = replace(last, notes=[*last.notes, note])
        kept.append(last)
    return kept


def since(case: Case, version: int, people: PEOPLE, shops: SHOPS) -> list[Entry]:
    """What has happened after the version that somebody was looking at, the oldest first."""
    return [entry for entry in reversed(entries(case, people, shops)) if entry.seq > version]


def users_named_in(case: Case) -> set[int]:
    """The ids of the users who took steps in this case or were given it."""
    acting = {int(e.by.partition(":")[2]) for e in case.events if ":" in e.by and not e.by.startswith("partner:")}
    given = [e.details for e in case.events if e.action in (Action.ASSIGN, Action.ACCEPT_TRANSFER)]
    return acting | {d[who] for d in given for who in ("officer", "from") if d.get(who)}


def shops_named_in(case: Case) -> set[int]:
    """The ids of the shops that the case was tied to by hand."""
    changes = [e.details for e in case.events if e.action == Action.CHANGE_SHOP]
    return {shop_id for d in changes for shop_id in (d.get("before"), d.get("after")) if shop_id is not None}


def _entry(event: CaseEvent, said: list[CaseText], given: list[Evidence], people: PEOPLE, shops: SHOPS) -> Entry:
    role, _sep, number = event.by.partition(":")
    stored = event.details.get("package") or event.details.get("claim")
    user = people.get(int(number)) if number and role != "partner" else None
    return Entry(
        seq=event.seq,
        action=event.action,
        at=event.at,
        who=role,
        name=f"{named(names.ROLES, role)} {user.name}" if user else named(names.ROLES, role),
        title=named(names.ACTIONS, event.action),
        state=event.to_state if event.to_state != event.from_state else None,
        notes=_notes(event, people, shops),
        texts=said,
        evidence=given,
        package=package_of(stored) if stored else None,
        verified=event.details.get("verified", True),
        hash=event.hash,
    )


def _notes(event: CaseEvent, people: PEOPLE, shops: SHOPS) -> list[str]:
    teller = _TELLERS.get(Action(event.action))
    if teller is None:
        return []
    return [str(note) for note in teller(event.details, people, shops) if note]


Details = Mapping[str, Any]
Teller = Callable[[Details, PEOPLE, SHOPS], list[Any]]


def _filed(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    heard = ", ".join(named(names.PURPOSES, purpose) for purpose in details.get("consents", ()))
    return [
        named(names.CHANNELS, details.get("channel")),
        _("Consents said aloud: %(purposes)s", purposes=heard) if heard else None,
    ]


def _held(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.HELD_REASONS, reason) for reason in details.get("reasons", ())]


def _dangers(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.DANGERS_REPORTED, danger) for danger in details.get("dangers", ())]


def _asked(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.QUESTION_PHRASES, details.get("phrase"))]


def _contested(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.CONTEST_REASONS, details.get("reason"))]


def _performed(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.PERFORMED_BY, details.get("means"))]


def _authority(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.AUTHORITIES, details.get("authority")), named(names.REFERRAL_CHANNELS, details.get("channel"))]


def _outcome(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.OUTCOMES, details.get("outcome"))]


def _consent(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    purpose = named(names.PURPOSES, details.get("purpose"))
    if details.get("given"):
        return [_("Given: %(purpose)s", purpose=purpose)]
    return [_("Taken back: %(purpose)s", purpose=purpose)]


def _assigned(details: Details, people: PEOPLE, _shops: SHOPS) -> list[Any]:
    officer = people.get(details.get("officer") or 0)
    now = _("Now with %(name)s", name=officer.name) if officer else _("Now with nobody")
    away = people.get(details.get("from") or 0) if details.get("why") == "absent" else None
    return [now, _("%(name)s is away", name=away.name) if away else None]


def _transfer(details: Details, people: PEOPLE, shops: SHOPS) -> list[Any]:
    office = named(regions.office_names(), details.get("to"))
    taken = _assigned(details, people, shops) if details.get("officer") else []
    return [_("Office: %(name)s", name=office), *taken]


def _departure(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    before, after = details.get("before", {}), details.get("after", {})
    return [
        _("%(before)s → %(after)s", before=_departure_words(before), after=_departure_words(after)),
        *moved(details),
    ]


def _departure_words(said: Mapping[str, Any]) -> str:
    if said.get("at"):
        return china_moment(datetime.fromisoformat(said["at"]))
    return named(names.DEPARTURES, said.get("departure"))


def _shop(details: Details, _people: PEOPLE, shops: SHOPS) -> list[Any]:
    before, after = shops.get(details.get("before") or 0), shops.get(details.get("after") or 0)
    return [
        _(
            "%(before)s → %(after)s",
            before=before.name_zh if before else _("not in the list"),
            after=after.name_zh if after else "",
        )
    ]


def _files(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    count = len(details.get("files", ()))
    return [ngettext("%(num)s file", "%(num)s files", count)]


def _contact(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [_("With an e-mail address") if details.get("has_email") else _("Without an e-mail address")]


def _authority_did(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    """What was recorded of an authority, with its day, its ground, and the dates that moved by it."""
    found = [named(names.AUTHORITIES, details.get("authority"))]
    fact, on = details.get("fact"), details.get("on")
    if fact and on:
        found.append(
            _("%(day)s: %(what)s", day=short_day(date.fromisoformat(on)), what=named(names.AUTHORITY_FACTS, fact))
        )
    if details.get("until"):
        found.append(_("Until %(day)s", day=short_day(date.fromisoformat(details["until"]))))
    grounds = names.REFUSAL_GROUNDS if fact == FactKind.REFUSED else names.END_GROUNDS
    found.append(named(grounds, details.get("ground")))
    if details.get("clock"):
        found.append(named(names.CLOCKS, details["clock"]))
    return [*found, *moved(details)]


def _recounted(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return moved(details)


def moved(details: Details) -> list[str]:
    """The dates that a step counted again: what they were and what they are."""
    return [
        _("%(clock)s: %(before)s", clock=named(names.CLOCKS, each["clock"]), before=_certain(each))
        if each["from"] == each["to"]
        else _(
            "%(clock)s: %(after)s (it was %(before)s)",
            clock=named(names.CLOCKS, each["clock"]),
            after=deadline_text(datetime.fromisoformat(each["to"])),
            before=deadline_text(datetime.fromisoformat(each["from"])),
        )
        for each in details.get("replanned") or ()
    ]


def _certain(each: Details) -> str:
    return _("%(when)s, no longer provisional", when=deadline_text(datetime.fromisoformat(each["to"])))


def _by_rule(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    if not details.get("by_rule_of"):
        return []
    return [_("By the shop’s own rule: up to %(sum)s without asking", sum=money_text(details["up_to"], "CNY"))]


def _signals(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(names.HELD_REASONS, code) for code in details.get("signals", ())]


def _return_refused(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [named(return_names.REFUSALS, details.get("ground"))]


def _handed(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    """Which goods went from whom to whom; nothing for a step that only follows from an earlier one."""
    if "items" not in details or "to" not in details:
        return []
    way = _("%(before)s → %(after)s", before=_hand(*details["from"]), after=_hand(*details["to"]))
    goods = [_goods_line(each) for each in details["items"]]
    return [way, *goods, _("Seal %(seal)s", seal=details["seal"]) if details.get("seal") else None]


def _hand(holder: str, holder_id: int | None) -> str:
    name = handing.holder_name(holder, holder_id)
    return f"{named(return_names.HOLDERS, holder)} {name}" if name else named(return_names.HOLDERS, holder)


def _goods_line(each: Details) -> str:
    said = _("Item %(number)s", number=each["item"])
    count = f" × {each['quantity']}" if each.get("quantity") else ""
    found = [named(return_names.GRADES, each.get("grade"))]
    found += [named(return_names.REJECTIONS, reason) for reason in each.get("reasons") or ()]
    if each.get("difference"):
        found.append(_("differs from the hand-over: %(what)s", what=named(return_names.REJECTIONS, each["difference"])))
    words = " · ".join(word for word in found if word)
    return f"{said}{count} · {words}" if words else f"{said}{count}"


def _inspected(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [_goods_line(each) for each in details.get("items", ())]


def _refunded(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    if "amount" not in details:
        return []
    return [money_text(details["amount"], details["currency"]), named(names.PERFORMED_BY, details.get("means"))]


def _tax(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    said = {"voided": _("Form and invoice voided"), "repaid": _("Advance paid back")}.get(details.get("said", ""))
    return [details.get("state"), said]


def _became(details: Details, _people: PEOPLE, _shops: SHOPS) -> list[Any]:
    return [_("Case %(number)s", number=spoken(details["dispute"]))] if details.get("dispute") else []


_TELLERS: dict[Action, Teller] = {
    Action.APPROVE: _by_rule,
    Action.LET_KEEP: _by_rule,
    Action.SEND_TO_SHOP: _signals,
    Action.REFUSE: _return_refused,
    Action.HAND_OVER: _handed,
    Action.DEPOSIT: _handed,
    Action.RECEIVE_GOODS: _handed,
    Action.HAND_ON: _handed,
    Action.GIVE_BACK: _handed,
    Action.ACCEPT_GOODS: _inspected,
    Action.REJECT_GOODS: _inspected,
    Action.REPORT_REFUND: _refunded,
    Action.RECORD_TAX: _tax,
    Action.MAKE_DISPUTE: _became,
    Action.SPLIT_DISPUTE: _became,
    Action.FILE: _filed,
    Action.TRIAGE: _held,
    Action.HOLD_EMERGENCY: _dangers,
    Action.ASK_TOURIST: _asked,
    Action.CONTEST: _contested,
    Action.REPORT_PERFORMANCE: _performed,
    Action.AUTHORISE: _authority,
    Action.READY_REFERRAL: _authority,
    Action.RECORD_REFERRAL: _authority,
    Action.CLOSE: _outcome,
    Action.CONSENT: _consent,
    Action.ASSIGN: _assigned,
    Action.PROPOSE_TRANSFER: _transfer,
    Action.ACCEPT_TRANSFER: _transfer,
    Action.RETURN_TRANSFER: _transfer,
    Action.WITHDRAW_TRANSFER: _transfer,
    Action.CHANGE_DEPARTURE: _departure,
    Action.AUTHORITY_ACCEPTS: _authority_did,
    Action.AUTHORITY_REFUSES: _authority_did,
    Action.AUTHORITY_ENDS: _authority_did,
    Action.AUTHORITY_STEP: _authority_did,
    Action.CORRECT_AUTHORITY: _authority_did,
    Action.AUTHORITY_LATE: _authority_did,
    Action.RECOUNT: _recounted,
    Action.REPLAN: _recounted,
    Action.CHANGE_SHOP: _shop,
    Action.ADD_EVIDENCE: _files,
    Action.CHANGE_CONTACT: _contact,
}
