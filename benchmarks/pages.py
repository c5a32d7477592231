"""Pages of the staff and of the wizard, asked through the web server as shipped, against bare pages of the same size."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import psycopg
from flask import Flask
from sqlalchemy import select

from benchmarks.results import Figure, interleaved, limit, ms, typical
from benchmarks.system import System
from benchmarks.visitor import Visitor
from disputes.accounts.models import User
from disputes.app import create_app
from disputes.db import db

TIMES = 20  # of each page in each round
# A word of two characters that many cases hold, one that some hold, and one that few hold; the same of phrases and names.
SEARCHES = {
    "Chinese word": ("茶具", "玉镯", "锦川"),
    "Thai phrase": ("ขอเงินคืนแต่ร้านไม่ยอม", "ผ้าพันคอไหม", "ไม่มีใครยอมดูใบเสร็จ"),
    "name": ("Bachen Dorel", "Hanil", "김이 서연민준"),
}


@contextmanager
def desk(system: System, database: str) -> Iterator[tuple[Callable[[], Visitor], Flask]]:
    """The web server on this database, and officers who sit down before it."""
    config = system.config(database)
    app = create_app(config)
    with system.web(config) as port, app.app_context():
        officers = itertools.cycle(db.session.scalars(select(User).where(User.role == "officer").limit(20)).all())

        def sit_down() -> Visitor:
            visitor = Visitor(port)
            visitor.sign_in(app, next(officers))
            return visitor

        try:
            yield sit_down, app
        finally:
            db.session.remove()
            db.engine.dispose()


def queue(system: System, small: str, large: str) -> list[Figure]:
    """The first page of the queue, filtered or not, and the same with a hundredth of the cases."""
    paths = {
        "unfiltered": "/staff/?whose=office",
        "all offices": "/staff/?whose=all",
        "filtered": "/staff/?whose=all&group=mediation&waiting_on=officer",
        "late": "/staff/?whose=office&late=1",
    }
    with (
        desk(system, small) as (sit_small, _app),
        desk(system, large) as (sit_large, _other),
        system.bare(system.config(large)) as bare_port,
    ):
        few, many, bare = sit_small(), sit_large(), Visitor(bare_port)
        many.get(paths["unfiltered"])
        size = len(many.body)
        asks = {"bare": lambda: bare.get(f"/page?size={size}")}
        for name, path in paths.items():
            asks[name] = lambda path=path: many.get(path)  # type: ignore[misc]
            asks[f"{name} of few"] = lambda path=path: few.get(path)  # type: ignore[misc]
        found = interleaved(asks, TIMES)
    unit = typical(found["bare"], statistics.median)
    figures = [Figure(f"bare page, {size // 1000} kB", "", f"{ms(unit)}, p95 {ms(typical(found['bare']))}", "1", None)]
    for name in paths:
        figures.append(limit(f"queue, {name}, p95", typical(found[name]), unit, 4, "bare pages"))
        few_p95 = typical(found[f"{name} of few"])
        figures.append(limit("  against 10,000 cases", typical(found[name]), few_p95, 1.5, "times"))
    return figures


def search(system: System, large: str) -> list[Figure]:
    """Searching all cases for words of all scripts."""
    figures = []
    with desk(system, large) as (sit_down, _app), system.bare(system.config(large)) as bare_port:
        visitor, bare = sit_down(), Visitor(bare_port)
        for kind, typed in SEARCHES.items():
            visitor.get(_search(typed[0]))
            size = len(visitor.body)
            asks: dict[str, Callable[[], float]] = {"bare": lambda size=size: bare.get(f"/page?size={size}")}  # type: ignore[misc]
            asks |= {word: lambda word=word: visitor.get(_search(word)) for word in typed}  # type: ignore[misc]
            found = interleaved(asks, TIMES // 2, rounds=5)
            unit = typical(found["bare"], statistics.median)
            slowest = max(typed, key=lambda word: typical(found[word]))
            note = f" (slowest of {len(typed)})"
            figures.append(limit(f"search, {kind}, p95", typical(found[slowest]), unit, 6, "bare pages", note))
    return figures


def _search(word: str) -> str:
    return f"/staff/?q={quote(word)}"


def case_page(system: System, large: str) -> list[Figure]:
    """The staff's page of cases with thirty events."""
    with psycopg.connect(system.config(large).database_url) as connection:
        numbers = [
            row[0]
            for row in connection.execute(
                "SELECT number FROM cases WHERE state <> 'closed' AND last_seq BETWEEN 30 AND 33 ORDER BY id LIMIT 200"
            )
        ]
    turn = itertools.cycle(numbers)
    with desk(system, large) as (sit_down, _app), system.bare(system.config(large)) as bare_port:
        visitor, bare = sit_down(), Visitor(bare_port)
        visitor.get(f"/staff/cases/{numbers[0]}")
        size = len(visitor.body)
        found = interleaved(
            {"bare": lambda: bare.get(f"/page?size={size}"), "case": lambda: visitor.get(f"/staff/cases/{next(turn)}")},
            TIMES,
        )
    unit = typical(found["bare"], statistics.median)
    return [
        Figure(f"bare page, {size // 1000} kB", "", ms(unit), "1", None),
        limit("case page with 30 events, p95", typical(found["case"]), unit, 5, "bare pages"),
    ]


def filing(system: System, large: str) -> list[Figure]:
    """The wizard, page by page, and the POST that makes the case."""
    with psycopg.connect(system.config(large).database_url) as connection:
        shops = itertools.cycle([row[0] for row in connection.execute("SELECT id FROM shops ORDER BY id LIMIT 500")])
    pages: dict[str, list[list[float]]] = {}
    confirm: list[list[float]] = []
    inserts: list[list[float]] = []
    bare_pages: list[list[float]] = []
    count = itertools.count()
    config = system.config(large)
    with system.bare(config) as bare_port, system.web(config) as port:
        bare = Visitor(bare_port)
        for round_ in range(8):
            inserts.append([bare.post("/insert", {"text": "x" * 400}) for _ in range(40)])
            bare_pages.append([bare.get("/page?size=20000") for _ in range(40)])
            took: dict[str, list[float]] = {}
            for _ in range(15):
                n = next(count)
                visitor = Visitor(port, comes_from=f"198.51.{n // 250}.{n % 250}")
                for name, seconds in tell(visitor, next(shops), n):
                    took.setdefault(name, []).append(seconds)
            if round_ == 0:  # caches are warm in a running system
                continue
            confirm.append(took.pop("confirm"))
            for name, samples in took.items():
                pages.setdefault(name, []).append(samples)
    insert, page = typical(inserts, statistics.median), typical(bare_pages, statistics.median)
    figures = [
        Figure("bare insert", "", f"{ms(insert)}, p95 {ms(typical(inserts))}", "1", None),
        limit("filing: the confirming POST, median", typical(confirm, statistics.median), insert, 3, "bare inserts"),
        Figure("  the same, p95", "", ms(typical(confirm)), f"{typical(confirm) / insert:.2f}", None),
    ]
    slowest = max(pages, key=lambda name: typical(pages[name], statistics.median))
    seconds = typical(pages[slowest], statistics.median)
    wanted = 2 * page + insert
    figures.append(
        Figure(
            f"filing: the slowest page before it ({slowest}), median",
            f"≤ 2 bare pages + 1 insert ({ms(wanted)})",
            ms(seconds),
            f"{seconds / wanted:.2f}",
            seconds <= wanted,
        )
    )
    return figures


def tell(visitor: Visitor, shop: int, n: int) -> Iterator[tuple[str, float]]:
    """A whole complaint told on the phone: for each page its POST and the page that follows, and at last the confirming POST."""
    leaves = datetime.now(UTC) + timedelta(days=4)
    typed: dict[str, dict[str, str | list[str]]] = {
        "what": {"category": "quality_defect"},
        "safe": {"dangers": ["safe"]},
        "where": {"shop": str(shop)},
        "bought": {"item": "Porcelain tea set", "how_bought": "counter", "amount": "1,280.00", "amount-currency": "CNY", "paid_how": "foreign_card"},
        "story": {"narrative": "The tea set was cracked when I opened the box in my hotel. They would not look at it."},
        "want": {"remedies": ["refund"], "amount": "1280", "goods": "give_back"},
        "evidence": {},
        "leave": {"departure": "known", "on-year": str(leaves.year), "on-month": str(leaves.month), "on-day": str(leaves.day), "hour": "14"},
        "reach": {"name": "Hana", "contact": "email", "email": f"hana{n}@travellers.example", "country": "JP"},
    }  # fmt: skip
    visitor.get("/file")
    for name, fields in typed.items():
        posted = visitor.post(f"/file/{name}", {**_own(visitor), **fields})
        if not visitor.place:
            raise SystemExit(f"The page {name} of the wizard did not take its answer.")
        yield name, posted + visitor.get(visitor.place)
    yield "confirm", visitor.post("/file/check", {**_own(visitor), "handling": "y", "to_shop": "y"})
    if not visitor.place or "/filed" not in visitor.place:
        raise SystemExit("The complaint was not filed.")


def _own(visitor: Visitor) -> dict[str, str]:
    return {name: value for name, value in visitor.hidden().items() if name not in ("lang", "next")}
