"""From an empty database to a million cases: reference data, people, the cases made by the verbs, and their copies."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import datetime

import psycopg
from sqlalchemy import select

from benchmarks import load, people, stories
from benchmarks.stories import CLOSED, OPEN, RECEIVED, Template
from benchmarks.system import System
from disputes import clock
from disputes.app import create_app
from disputes.db import db
from disputes.merchants.models import Shop
from disputes.rules.categories import Trade

SEEDED, STORIES = "seeded", "stories"
OPEN_SHARE = 0.05
CLOSED_UNTIL = 2  # days ago


class Source:
    """The cases made by the verbs, as patterns for copies."""

    def __init__(self, system: System, say) -> None:  # type: ignore[no-untyped-def]
        self._system = system
        self._say = say
        for name in (STORIES, SEEDED):
            system.drop(name)
        seeded = system.seeded(SEEDED)
        people.fill(seeded.database_url, [str(trade) for trade in Trade])
        made = system.create(STORIES, SEEDED)
        with psycopg.connect(seeded.database_url) as connection:
            self.people = load.people_of(connection)
        app = create_app(made)
        chance = random.Random(2)
        with app.app_context():
            present = clock.now()
            shops = list(db.session.scalars(select(Shop).where(Shop.id % 7 == 0).limit(300)))
            self.closed = stories.tell(CLOSED, present, shops, chance)
            self.open = stories.tell(OPEN, present, shops, chance)
            self.received = stories.tell(RECEIVED, present, shops, chance)
            db.session.remove()
            db.engine.dispose()
        self.present: datetime = present
        self.templates: list[Template] = [*self.closed, *self.open, *self.received]
        with psycopg.connect(made.database_url) as connection:
            self.patterns = load.patterns(connection, self.templates)
        system.drop(STORIES)

    def fill(self, database: str, cases: int) -> None:
        """A database with so many cases, one in twenty of them open."""
        began = time.monotonic()
        config = self._system.create(database, SEEDED)
        chance = random.Random(cases)
        still_open = int(cases * OPEN_SHARE)
        closed = self._planned(chance, self.closed, cases - still_open, load.OLDEST, CLOSED_UNTIL)
        planned = [*closed, *self._planned(chance, self.open, still_open, 0)]
        with load.without_indexes(config.database_url):
            load.copies(config.database_url, self.patterns, planned, self.people)
            self._say(f"  {cases:,} cases written in {time.monotonic() - began:.0f} s; indexes and constraints follow")
        self._say(f"  {cases:,} cases loaded in {time.monotonic() - began:.0f} s")

    def add(self, database: str, templates: Sequence[Template], cases: int, days_ago: int, first: int) -> None:
        """So many cases more, moved so many days into the past."""
        url = self._system.config(database).database_url
        planned = self._planned(random.Random(first), templates, cases, days_ago, days_ago)
        load.copies(url, self.patterns, planned, self.people, first=first)
        with psycopg.connect(url, autocommit=True) as connection:
            for table in load.case_tables():
                load.go_on_after(connection, table)
            connection.execute("VACUUM (ANALYZE) cases, deadlines")

    def _planned(
        self, chance: random.Random, templates: Sequence[Template], cases: int, oldest: int, newest: int = 0
    ) -> list[load.Planned]:
        offset = self.templates.index(templates[0])
        return [
            load.Planned(one.pattern + offset, one.days) for one in load.plan(chance, templates, cases, oldest, newest)
        ]
