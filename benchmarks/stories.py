"""The cases of which all others are copies: brought by the verbs into every state, in many languages, over some days."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select, update

from benchmarks.words import Words
from disputes import clock
from disputes.cases import commands
from disputes.cases.models import Case, CaseEvent, Deadline
from disputes.db import db, transaction
from disputes.merchants.models import Shop
from disputes.notifications.models import Message
from disputes.rules.categories import Category
from disputes.rules.lifecycle import Outcome
from tests import factories as make

Builder = Callable[..., Case]
VARIANTS = 6  # of each story
EVENTS_OF_A_LONG_CASE = 30
QUIET = timedelta(hours=3)  # nothing of the open cases is due before; measuring takes less


@dataclass(frozen=True)
class Story:
    """How a case came where it is, and how many of a thousand are like it."""

    name: str
    share: int
    steps: tuple[Builder, ...]
    known_shop: bool = True


@dataclass(frozen=True)
class Template:
    """A case made by the verbs, which stands for many."""

    story: Story
    case_id: int


def _talk(on: Case) -> Case:
    """The parties write to each other until the case has thirty events."""
    while (
        db.session.scalar(select(func.count()).select_from(CaseEvent).where(CaseEvent.case_id == on.id))
        < EVENTS_OF_A_LONG_CASE
    ):
        with transaction():
            commands.write(on.id, None, make.tourist_of(on), "Is there any news? I leave soon.", "en")
        with transaction():
            commands.write(on.id, None, make.shop_of(on), "我们正在核实，请稍候。", "zh_CN")
    return on


def _no_agreement(on: Case) -> Case:
    with transaction():
        commands.close(on.id, None, make.officer_of(on), Outcome.NO_AGREEMENT, "双方未能达成一致。")
    return on


def _lapsed(on: Case) -> Case:
    return make.lapsed(on)


_offered = (make.with_merchant, make.offered)
_settled = (*_offered, make.settled)
_mediation = (*_offered, make.mediation)
_referred = (*_mediation, make.referral_ready, make.referred)
# fmt: off
CLOSED = (
    Story("resolved",        480, (*_settled, make.reported, make.closed)),
    Story("waived",           60, (*_settled, make.reported, partial(make.closed, outcome=Outcome.WAIVED))),
    Story("withdrawn",       110, (make.with_merchant, partial(make.closed, outcome=Outcome.WITHDRAWN))),
    Story("no agreement",    150, (*_mediation, _no_agreement)),
    Story("after a long talk", 30, (*_offered, _talk, make.settled, make.reported, make.closed)),
    Story("unknown shop",    170, (make.triage, _no_agreement), known_shop=False),
)
OPEN = (
    Story("triage",          120, (make.triage,), known_shop=False),
    Story("late triage",      10, (make.triage, _lapsed), known_shop=False),
    Story("emergency",         4, (make.liaison,)),
    Story("with the shop",   260, (make.with_merchant,)),
    Story("authorised",       40, (make.with_merchant, make.authorised)),
    Story("asked",            90, (make.with_merchant, make.asked)),
    Story("offered",         110, _offered),
    Story("countered",        40, (*_offered, make.countered)),
    Story("mediation",       110, _mediation),
    Story("silent shop",      60, (make.with_merchant, _lapsed)),
    Story("proposed",         40, (*_mediation, make.proposed)),
    Story("long talk",        16, (*_offered, _talk)),
    Story("settled",          60, _settled),
    Story("paid",             30, (*_settled, make.reported)),
    Story("referral ready",   10, (*_mediation, make.referral_ready)),
    Story("referred",         10, _referred),
)
RECEIVED = (Story("received", 1000, (make.filed,)),)
# fmt: on


def tell(stories: Sequence[Story], present: datetime, shops: Sequence[Shop], chance: random.Random) -> list[Template]:
    """Make some cases of each of these stories, the last step of each within the twelve hours before ``present``."""
    made = []
    for story in stories:
        for _ in range(VARIANTS):
            case = _tell(story, present, shops, chance)
            made.append(Template(story, case.id))
    _all_is_quiet(present)
    return made


def _tell(story: Story, present: datetime, shops: Sequence[Shop], chance: random.Random) -> Case:
    words = Words(chance)
    pauses = [timedelta(minutes=chance.uniform(5, 50)) for _ in story.steps]
    at = present - sum(pauses, timedelta(minutes=chance.uniform(5, 600)))
    _stand_at(at)
    language = words.language()
    told: dict[str, Any] = {
        "language": language, "item": words.item(language), "name": words.name(language),
        "narrative": ". ".join(words.story(language)), "category": chance.choice(list(Category)),
        "amount": chance.randint(20, 6000) * 100, **_departure(at, chance),
    }  # fmt: skip
    case = story.steps[0](at=chance.choice(shops), **told) if story.known_shop else story.steps[0](**told)
    for step, pause in zip(story.steps[1:], pauses, strict=False):
        at += pause
        _stand_at(at)
        case = step(on=case)
    return case


def _departure(at: datetime, chance: random.Random) -> dict[str, Any]:
    days = chance.choice((4, 6, 9, 15, None, 0))
    if days is None:
        return {"departure": "unknown"}
    if days == 0:
        return {"departure": "departed"}
    return {"departure": "known", "departure_at": at + timedelta(days=days, minutes=chance.uniform(0, 600))}


def _all_is_quiet(present: datetime) -> None:
    """The letters of these cases have gone out, and nothing of them is due while we measure."""
    with transaction():
        db.session.execute(
            update(Message).values(
                state="sent", attempts=1, sent_at=Message.created_at, attempted_at=Message.created_at,
                answered_at=Message.created_at,
            )
        )  # fmt: skip
        later = present + QUIET
        running = Deadline.ended_at.is_(None)
        db.session.execute(
            update(Deadline).where(running, Deadline.due_at < later).values(due_at=Deadline.due_at + timedelta(days=1))
        )
        db.session.execute(update(Deadline).where(running, Deadline.remind_at < later).values(remind_at=None))


def _stand_at(moment: datetime | None) -> None:
    with transaction():
        clock.stand_at(moment)
