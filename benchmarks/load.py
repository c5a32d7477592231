"""Loading a million cases in minutes: the cases made by the verbs are copied by COPY, each copy with its own people and words.

A copy is a whole case: every row of every table that belongs to one, with new keys, other days, another visitor, another
shop and another officer. Its history is hashed anew, so the chains hold; indexes and foreign keys are put aside for the
load and made again over all rows, so that a row that belongs to nothing ends it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import Table

from benchmarks.stories import Template
from benchmarks.words import Words, vector
from disputes.db import Base
from disputes.numbers import number_of, spoken

SALT = "0f" * 16  # of every story, so that its hash can be worked out for each copy
BATCH = 2000  # cases written at a time
FIRST_DAY = date(2020, 1, 1)
DAYS = [(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(4000)]
OLDEST = 900  # days back to which closed cases are spread
PROCESSES = 2
NOT_OF_A_CASE = ("drafts", "idempotency_keys")
OWNERS = {"case_id": "cases", "deadline_id": "deadlines", "event_id": "case_events", "offer": "offers"}
WHO = re.compile(r"\b(user|officer|supervisor):(\d+)")
DATE = re.compile(r"20[12]\d-[01]\d-[0-3]\d")
# In a template everything that differs from copy to copy is written between these; # marks a number in JSON.
OPENS, CLOSES = "⟦", "⟧"


@dataclass(slots=True)
class Shop:
    """What the rows of a case say of its shop."""

    id: int
    merchant_id: int
    office_id: int
    division: str
    zh: str
    en: str
    email: str
    parts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class People:
    """Who can belong to a case."""

    shops: list[Shop]
    often: list[float]  # how often each shop is complained about, summed up
    officers: dict[int, list[int]]  # by office
    supervisors: dict[int, int]


@dataclass(slots=True)
class Copy:
    """What differs from one copy of a template to the next."""

    number: str
    spoken: str
    shop: Shop
    officer: int
    supervisor: int
    name: str
    item: str
    email: str
    body: str
    told: str  # hash of the story
    search: str
    minutes: str  # the offset that scatters the order of the queue
    h: list[str] = field(default_factory=list)


def case_tables() -> list[Table]:
    """Every table whose rows belong to one case, with that of the cases first."""
    found = [
        table
        for table in Base.metadata.sorted_tables
        if (table.name == "cases" or "case_id" in table.c) and table.name not in NOT_OF_A_CASE
    ]
    return sorted(found, key=lambda table: table.name != "cases")


def people_of(connection: psycopg.Connection) -> People:
    """The shops and officers of this database. Each place has one of the offices of its region."""
    regions = dict(connection.execute("SELECT code, region FROM divisions").fetchall())
    offices: dict[str, list[int]] = defaultdict(list)
    for office, region in connection.execute("SELECT id, region FROM offices WHERE active ORDER BY id"):
        offices[region].append(office)

    def office_of(division: str) -> int:
        near = offices[regions[division]]
        return near[int(division) % len(near)]

    rows = connection.execute(
        "SELECT id, merchant_id, division_code, name_zh, name_en, email FROM shops WHERE email IS NOT NULL ORDER BY id"
    ).fetchall()
    shops = [Shop(r[0], r[1], office_of(r[2]), r[2], r[3], r[4], r[5], [r[3], r[4]]) for r in rows]
    officers: dict[int, list[int]] = defaultdict(list)
    supervisors: dict[int, int] = {}
    staff = "SELECT id, office_id, role FROM users WHERE office_id IS NOT NULL ORDER BY id"
    for user, office, role in connection.execute(staff):
        if role == "supervisor":
            supervisors[office] = user
        else:
            officers[office].append(user)
    return People(
        shops, list(itertools.accumulate(1 / (rank + 20) for rank in range(len(shops)))), officers, supervisors
    )


# --- templates


@dataclass
class Pattern:
    """A template as a function that gives the rows of one copy, table by table."""

    rows: Counter[str]  # how many of each table
    known_shop: bool
    office_id: int
    clone: Callable[[Copy, dict[str, int], int, dict[str, list[str]]], None]


def patterns(connection: psycopg.Connection, templates: Sequence[Template]) -> list[Pattern]:
    """The templates read from the database in which they were made."""
    tables = case_tables()
    found: dict[str, dict[int, list[dict[str, Any]]]] = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        for table in tables:
            key = "id" if table.name == "cases" else "case_id"
            order = "seq" if table.name == "case_events" else next(iter(table.primary_key.c)).name
            by_case = found[table.name] = defaultdict(list)
            for row in cursor.execute(f"SELECT * FROM {table.name} WHERE {key} IS NOT NULL ORDER BY {order}"):  # noqa: S608
                by_case[row[key]].append(row)
        cursor.execute("SELECT id, name_zh, name_en, email FROM shops")
        shops = {row["id"]: row for row in cursor}
        cursor.execute("SELECT id, role FROM users WHERE role <> 'merchant'")
        staff = {row["id"]: row["role"] for row in cursor}
    return [
        _pattern({t.name: found[t.name][template.case_id] for t in tables}, tables, shops, staff)
        for template in templates
    ]


def _pattern(
    rows: dict[str, list[dict[str, Any]]], tables: Sequence[Table], shops: dict[int, Any], staff: dict[int, str]
) -> Pattern:
    rows = {**rows, "messages": _one_a_person(rows["messages"], staff)}
    case, contact = rows["cases"][0], rows["contacts"][0]
    reader = _Reader(rows, shops.get(case["shop_id"]), contact["email"], staff)
    lines = ["def clone(c, b, s, out):", *(f"    b_{table.name} = b[{table.name!r}]" for table in tables)]
    for event in rows["case_events"]:
        lines.append(f"    c.h.append(sha256({_literal(reader.said(event))}.encode()).hexdigest())")
    for table in tables:
        for place, row in enumerate(rows[table.name]):
            columns = (reader.column(table, name, row, place) for name in table.c.keys())  # noqa: SIM118  not a dict
            lines.append(f"    out[{table.name!r}].append({_literal(chr(9).join(columns) + chr(10))})")
    space: dict[str, Any] = {"D": DAYS, "sha256": hashlib.sha256}
    exec(compile("\n".join(lines), "<template>", "exec"), space)  # noqa: S102  made of our own rows, a few lines above
    counted = Counter({table.name: len(rows[table.name]) for table in tables})
    return Pattern(counted, case["shop_id"] is not None, case["office_id"], space["clone"])


def _one_a_person(messages: list[dict[str, Any]], staff: dict[int, str]) -> list[dict[str, Any]]:
    """The messages without those to further officers: in a copy one officer stands for all of them."""
    by_key = {WHO.sub(lambda found: staff.get(int(found[2]), found[2]), row["key"]): row for row in reversed(messages)}
    return sorted(by_key.values(), key=lambda row: row["id"])


def _literal(text: str) -> str:
    """The text as an f-string in which days and marked places are filled in for each copy."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    escaped = escaped.replace("{", "{{").replace("}", "}}")
    escaped = DATE.sub(lambda found: f"{{D[{(date.fromisoformat(found[0]) - FIRST_DAY).days}+s]}}", escaped)
    return "f'" + escaped.replace(f'"{OPENS}#', "{").replace(f'#{CLOSES}"', "}").replace(OPENS, "{").replace(CLOSES, "}") + "'"  # fmt: skip


class _Reader:
    """Turns the values of a template's rows into what stands for them in every copy."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]], shop: Any, email: str, staff: dict[int, str]) -> None:
        case, complaint = rows["cases"][0], rows["complaints"][0]
        self._rows = rows
        self._staff = staff
        self._shop = shop
        self._place = {
            name: {row.get("id", row.get("case_id")): place for place, row in enumerate(found)}
            for name, found in rows.items()
        }
        self._same = {
            case["number"]: "c.number", spoken(case["number"]): "c.spoken", complaint["item"]: "c.item",
            rows["contacts"][0]["name"]: "c.name", email: "c.email",
        }  # fmt: skip
        if shop:
            known = {shop["name_zh"]: "c.shop.zh", shop["name_en"]: "c.shop.en", shop["email"]: "c.shop.email"}
            self._same.update(known)
        self._story = next(t for t in rows["case_texts"] if t["id"] == complaint["narrative_id"])

    def column(self, table: Table, name: str, row: dict[str, Any], place: int) -> str:
        """One value of a row as COPY reads it."""
        value = row[name]
        if value is None:
            return r"\N"
        if name == "id" or (name == "case_id" and table.name != "cases"):
            target = table.name if name == "id" else "cases"
            return f"{OPENS}b_{target}+{place if name == 'id' else 0}{CLOSES}"
        for special in (self._special, self._reference):
            found = special(table, name, row, value)
            if found is not None:
                return found
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")
        if isinstance(value, bool):
            return "t" if value else "f"
        if isinstance(value, dict | list):
            return _escape(json.dumps(self.marked(value), ensure_ascii=False))
        return _escape(self._words(value)) if isinstance(value, str) else str(value)

    def said(self, event: dict[str, Any]) -> str:
        """What the hash of this event goes over, in the spelling of ``cases.history``."""
        place = self._place["case_events"][event["id"]]
        micros = round(event["at"].timestamp() * 1_000_000)
        previous = f"{OPENS}c.h[{place - 1}]{CLOSES}" if place else ""
        said = [
            f"{OPENS}c.number{CLOSES}", event["seq"], event["action"], event["from_state"], event["to_state"],
            self._words(event["by"]), f"{OPENS}#({micros}+s*86400000000)/1000000#{CLOSES}", self.marked(event["details"]),
            previous,
        ]  # fmt: skip
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def marked(self, value: Any, key: str = "") -> Any:
        """A JSON value with the places that differ."""
        if isinstance(value, dict):
            if key == "texts" and value.get("id") == self._story["id"]:
                return {"id": self._number("case_texts", value["id"]), "hash": f"{OPENS}c.told{CLOSES}"}
            return {k: self.marked(v, k if key != "texts" else f"texts.{k}") for k, v in value.items()}
        if isinstance(value, list):
            return [self.marked(each, key) for each in value]
        if isinstance(value, str):
            return self._words(value)
        if isinstance(value, int) and not isinstance(value, bool):
            table = "case_texts" if key == "texts.id" else OWNERS.get(key)
            if table and value in self._place[table]:
                return self._number(table, value)
        return value

    def _special(self, table: Table, name: str, row: dict[str, Any], value: Any) -> str | None:
        if (table.name, name) == ("cases", "search"):
            return f"{OPENS}c.search{CLOSES}"
        if (table.name, name) == ("cases", "slack_at"):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") + f"{OPENS}c.minutes{CLOSES}"
        if (table.name, name) == ("case_texts", "body") and row["id"] == self._story["id"]:
            return f"{OPENS}c.body{CLOSES}"
        if (table.name, name) == ("case_texts", "salt") and row["id"] == self._story["id"]:
            return SALT
        if table.name == "case_events" and name in ("hash", "previous"):
            place = self._place["case_events"][row["id"]] - (name == "previous")
            return f"{OPENS}c.h[{place}]{CLOSES}" if place >= 0 else ""
        if (table.name, name) == ("cases", "head"):
            return f"{OPENS}c.h[-1]{CLOSES}"
        if (table.name, name) == ("messages", "key"):
            return self._key(value)
        return None

    def _reference(self, table: Table, name: str, row: dict[str, Any], value: Any) -> str | None:
        keys = list(table.c[name].foreign_keys)
        target = keys[0].column.table.name if keys else OWNERS.get(name)
        if target in self._place:
            return f"{OPENS}b_{target}+{self._place[target][value]}{CLOSES}"
        if target == "users":
            return self._person(value)
        if self._shop and table.name == "cases" and name in ("shop_id", "merchant_id", "office_id"):
            return f"{OPENS}c.shop.{name.replace('shop_id', 'id')}{CLOSES}"
        if self._shop and table.name == "complaints" and name == "division_code":
            return f"{OPENS}c.shop.division{CLOSES}"
        return None

    def _key(self, key: str) -> str:
        kind, number, rest = key.split(":", 2)
        table = "case_events" if kind == "step" else "deadlines"
        return f"{kind}:{OPENS}b_{table}+{self._place[table][int(number)]}{CLOSES}:{self._words(rest)}"

    def _words(self, text: str) -> str:
        same = self._same.get(text)
        if same:
            return f"{OPENS}{same}{CLOSES}"
        return WHO.sub(lambda found: f"{found[1]}:{self._person(int(found[2]))}", text)

    def _person(self, user_id: int) -> str:
        return f"{OPENS}c.{self._staff[user_id]}{CLOSES}" if user_id in self._staff else str(user_id)

    def _number(self, table: str, value: int) -> str:
        return f"{OPENS}#b_{table}+{self._place[table][value]}#{CLOSES}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


# --- the load


@dataclass(frozen=True)
class Planned:
    """One case to be made: of which pattern, and by how many days it is moved."""

    pattern: int
    days: int


def plan(
    chance: random.Random, templates: Sequence[Template], number: int, oldest: int, newest: int = 0
) -> list[Planned]:
    """So many cases of these templates, each as often as its story says, the oldest first."""
    weights = [template.story.share for template in templates]
    chosen = chance.choices(range(len(templates)), weights, k=number)
    return [Planned(one, -oldest + (oldest - newest) * n // max(number, 1)) for n, one in enumerate(chosen)]


def copies(
    address: str, all_patterns: Sequence[Pattern], planned: Sequence[Planned], people: People, *, first: int = 0
) -> None:
    """Write these cases, by some processes at once. ``first`` is the serial number before the first one."""
    with psycopg.connect(address) as connection:
        base = {
            table.name: connection.execute(
                f"SELECT coalesce(max({_key_of(table)}), 0) + 1 FROM {table.name}"  # noqa: S608
            ).fetchone()[0]  # type: ignore[index]
            for table in case_tables()
        }
    each = -(-len(planned) // PROCESSES)
    jobs = []
    for start in range(0, len(planned), max(each, 1)):
        part = planned[start : start + each]
        arguments = (address, all_patterns, part, people, dict(base), first + start)
        job = multiprocessing.get_context("fork").Process(target=_copy_part, args=arguments)
        job.start()
        jobs.append(job)
        for pattern, times in Counter(one.pattern for one in part).items():
            for name, rows in all_patterns[pattern].rows.items():
                base[name] += rows * times
    for job in jobs:
        job.join()
        if job.exitcode:
            raise SystemExit("The cases could not be loaded.")


def _key_of(table: Table) -> str:
    return next(iter(table.primary_key.c)).name


def _copy_part(
    address: str, all_patterns: Sequence[Pattern], planned: Sequence[Planned], people: People, base: dict[str, int], serial: int
) -> None:  # fmt: skip
    chance = random.Random(serial)
    words = Words(chance)
    tables = case_tables()
    columns = {t.name: sql.SQL(", ").join(map(sql.Identifier, t.c.keys())) for t in tables}
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for start in range(0, len(planned), BATCH):
            out: dict[str, list[str]] = {table.name: [] for table in tables}
            for one in planned[start : start + BATCH]:
                serial += 1
                pattern = all_patterns[one.pattern]
                pattern.clone(_copy(chance, words, people, pattern, serial), base, one.days, out)
                for name, rows in pattern.rows.items():
                    base[name] += rows
            with connection.transaction(), connection.cursor() as cursor:
                for table in tables:
                    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                        sql.Identifier(table.name), columns[table.name]
                    )
                    with cursor.copy(statement) as copy:
                        copy.write("".join(out[table.name]))


def _copy(chance: random.Random, words: Words, people: People, pattern: Pattern, serial: int) -> Copy:
    shop = chance.choices(people.shops, cum_weights=people.often)[0]
    language = words.language()
    number = number_of(20 + serial // 9_000_000, serial)
    name, item, story = words.name(language), words.item(language), words.story(language)
    body = " ".join(story)
    office = shop.office_id if pattern.known_shop else pattern.office_id
    minutes = chance.randrange(1440 * 60)
    return Copy(
        number=number,
        spoken=spoken(number),
        shop=shop,
        officer=chance.choice(people.officers[office]),
        supervisor=people.supervisors[office],
        name=name,
        item=item,
        email=f"visitor{serial}@travellers.example",
        body=body,
        told=hashlib.sha256(f"{SALT}\0{body}".encode()).hexdigest(),
        search=vector([number, *name.split(), *item.split(), *story, *(shop.parts if pattern.known_shop else ())]),
        minutes=f"+{minutes // 3600 % 12:02d}:{minutes // 60 % 60:02d}:{minutes % 60:02d}",
    )


@contextmanager
def without_indexes(address: str) -> Iterator[None]:
    """Put indexes and constraints of the tables of a case aside, and make them again over all that was loaded."""
    names = [table.name for table in case_tables()]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        connection.execute("ALTER SYSTEM SET maintenance_work_mem = '512MB'")
        connection.execute("SELECT pg_reload_conf()")
        constraints = connection.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype::text, confrelid::regclass::text "
            "FROM pg_constraint WHERE contype IN ('p', 'u', 'f') AND conparentid = 0 "
            "AND (conrelid::regclass::text = ANY(%s) OR confrelid::regclass::text = ANY(%s)) "
            "ORDER BY contype = 'f' DESC",
            [names, names],
        ).fetchall()
        indexes = connection.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indrelid::regclass::text FROM pg_index i "
            "WHERE i.indrelid::regclass::text = ANY(%s) "
            "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [names],
        ).fetchall()
        for table, name, *_ in constraints:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, *_ in indexes:
            connection.execute(f"DROP INDEX {name}")
    yield
    keys = [f"ALTER TABLE {t} ADD CONSTRAINT {n} {d}" for t, n, d, kind, _ in constraints if kind != "f"]
    foreign = [f"ALTER TABLE {t} ADD CONSTRAINT {n} {d}" for t, n, d, kind, _ in constraints if kind == "f"]
    large_first = sorted((d for _, d, _ in indexes), key=lambda d: " gin " not in d)
    _at_once(address, [*large_first, *keys])
    for statement in foreign:  # they lock both tables, so one after the other
        _at_once(address, [statement])
    with psycopg.connect(address, autocommit=True) as connection:
        for table in case_tables():
            go_on_after(connection, table)
        connection.execute("SELECT setval('case_serial', 8000000)")
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")


def go_on_after(connection: psycopg.Connection, table: Table) -> None:
    """Let the table's next id follow the largest one that was loaded."""
    if "id" in table.c:
        statement = "SELECT setval(pg_get_serial_sequence({name}, 'id'), (SELECT max(id) FROM {table}))"
        names = {"name": sql.Literal(table.name), "table": sql.Identifier(table.name)}
        connection.execute(sql.SQL(statement).format(**names))


def _at_once(address: str, statements: Sequence[str]) -> None:
    def run(statement: str) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(run, statements))
