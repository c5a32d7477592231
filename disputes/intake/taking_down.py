"""A complaint that somebody of the staff takes down, for a visitor who phones or stands at the counter."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from disputes import clock, search
from disputes.accounts.actors import Actor
from disputes.cases import lists, queries
from disputes.cases.models import Case, Complaint, Contact
from disputes.db import db
from disputes.intake import commands
from disputes.intake.commands import TAKEN_DOWN, Telling
from disputes.intake.models import Draft
from disputes.merchants.models import Shop
from disputes.rules.lifecycle import Action, State

FIRST_LINK = 1  # the version of the link that is made with the case
SHOWN_FOR = timedelta(hours=24)  # how long whoever took a complaint down sees what the visitor opens the case with
MOST_ALIKE = 5


class OtherContent(Exception):
    """This entry has become a case already, of something else; ``case`` is that one."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"the entry has become case {case.number}")
        self.case = case


def take_down(told: Telling, by: Actor, entry: str, content: str) -> Case:
    """File what somebody of the staff took down, by the same verb and the same routing as every other channel.

    ``entry`` names one filled-in page and ``content`` is the fingerprint of what stood in it: the same again gives the case of
    the first time, also where two come at once; OtherContent where the page says something else by now.
    """
    draft = _draft(_name(by, entry), told.language)
    if draft.case_id is not None:
        return _same(draft, by, content)
    filed = db.session.scalar(select(Complaint.case_id).where(Complaint.draft_id == draft.id))
    if filed is not None:  # a page that lay open until what was kept of its entry had been deleted
        raise OtherContent(queries.find(filed, by))
    case = commands.file_complaint(told, by, TAKEN_DOWN, draft_id=draft.id)
    draft.answers = {**draft.answers, "content": content}
    return case


def taken_already(by: Actor, entry: str, content: str) -> Case | None:
    """The case that this entry has become; None while it has become none. OtherContent as in ``take_down``."""
    draft = db.session.get(Draft, _name(by, entry))
    return _same(draft, by, content) if draft is not None and draft.case_id is not None else None


def alike(told: Telling, by: Actor) -> list[Case]:
    """Open cases about the same business by somebody with the same address or, without one, the same name, the newest first.

    A business that is not in our list is the same where its name stands in the other case.
    """
    shop = db.session.get(Shop, told.shop_id) if told.shop_id is not None else None
    there = _at(shop) if shop is not None else _names(told.shop_name or told.shop_address)
    who = _contact(told)
    if there is None or who is None:
        return []
    query = (
        queries.visible_to(by)
        .join(Contact, (Contact.case_id == Case.id) & (Contact.party == "tourist"))
        .where(there, who, Case.state != State.CLOSED, Case.erased_at.is_(None))
        .options(joinedload(Case.shop), joinedload(Case.complaint), joinedload(Case.contacts))
        .order_by(Case.id.desc())
        .limit(MOST_ALIKE)
    )
    return list(db.session.scalars(query).unique())


def taken_down_by(case: Case, by: Actor) -> bool:
    """Whether this person took the complaint down a short while ago, and the visitor has made no other link since.

    Only then the staff are shown what opens a case as its visitor: to read it out, and to print it.
    """
    filed = next((event for event in case.events if event.action == Action.FILE), None)
    return (
        filed is not None
        and (case.complaint.channel, filed.by) == (TAKEN_DOWN, by.code)
        and case.link_version == FIRST_LINK
        and case.erased_at is None
        and clock.now() < case.filed_at + SHOWN_FOR
    )


def _same(draft: Draft, by: Actor, content: str) -> Case:
    case = queries.find(draft.case_id or 0, by)
    if draft.answers.get("content") != content:
        raise OtherContent(case)
    return case


def _draft(name: str, language: str) -> Draft:
    """The entry's row, locked. Of two that come at once the second waits here until the first has its case."""
    now = clock.now()
    made = insert(Draft).values(id=name, language=language, answers={}, made_at=now, changed_at=now)
    db.session.execute(made.on_conflict_do_nothing())
    return db.session.get_one(Draft, name, with_for_update=True, populate_existing=True)


def _name(by: Actor, entry: str) -> str:
    """An entry belongs to whoever made it, and no draft of a visitor is called like one."""
    return f"{TAKEN_DOWN}:{by.user_id}:{entry}"


def _names(place: str) -> ColumnElement[bool] | None:
    question = search.question(place)
    return None if question is None else lists.holding(question)


def _at(shop: Shop) -> ColumnElement[bool]:
    return (Case.merchant_id == shop.merchant_id) & (Case.shop_id == shop.id)


def _contact(told: Telling) -> ColumnElement[bool] | None:
    """The same person: by the address that both gave, or by the name where one of them gave none."""
    name = told.name.strip().lower()
    named = func.lower(Contact.name) == name if name else None
    if not told.email:
        return named
    mailed = func.lower(Contact.email) == told.email.lower()
    return mailed if named is None else mailed | (named & Contact.email.is_(None))
