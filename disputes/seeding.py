"""Loading the seed files: places, offices, authorities and the law. Changes nothing when nothing has changed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.dialects.postgresql import insert

from disputes.db import Base, db
from disputes.law import routing
from disputes.law import seeds as law
from disputes.regions.models import Authority, BusinessDistrict, Division, Office, Port
from disputes.regions.queries import region_of
from disputes.rules.routing import Known

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def load_all() -> list[str]:
    """Bring every seeded table to what its file says; returns a line for each table that changed. Joins the caller's transaction."""
    changed = [*_places(), *(["law"] if law.load() else [])]
    return [*changed, *(["routing"] if routing.load(known()) else [])]


def known() -> Known:
    """The codes that a routing table may name, as the seed files have them; needs no database."""
    return Known(
        frozenset(row["code"] for row in _yaml("places/offices.yaml")["offices"]),
        frozenset(row["code"] for row in _yaml("places/authorities.yaml")["authorities"]),
        frozenset(row["code"] for row in _yaml("places/ports.yaml")["ports"]),
        {row["code"]: row["division_code"] for row in _yaml("places/districts.yaml")["districts"]},
    )


def _places() -> list[str]:
    divisions = [
        {**row, "parent_code": row["parent_code"] or None, "region": region_of(row["code"])}
        for row in _csv(SEEDS / "places" / "divisions.csv")
    ]
    districts = _yaml("places/districts.yaml")["districts"]
    ports = _yaml("places/ports.yaml")["ports"]
    offices = _yaml("places/offices.yaml")["offices"]
    authorities = [{"consumer_council": False, **a} for a in _yaml("places/authorities.yaml")["authorities"]]
    return [
        *_upsert(Division, "code", divisions),
        *_upsert(BusinessDistrict, "code", districts),
        *_upsert(Port, "code", ports),
        *_upsert(Office, "code", offices, first_only=("email",)),
        *_upsert(Authority, "code", authorities),
    ]


def _upsert(model: type[Base], key: str, rows: list[dict[str, Any]], first_only: tuple[str, ...] = ()) -> list[str]:
    """Insert what is new, update what differs; returns a line when anything did.

    Columns named in ``first_only`` are the staff's from then on: a seed sets them once and never again.
    """
    table = model.__table__
    statement = insert(table).values(rows)
    columns = [name for name in rows[0] if name != key and name not in first_only]
    differs = [getattr(table.c, name).is_distinct_from(getattr(statement.excluded, name)) for name in columns]
    condition = differs[0]
    for further in differs[1:]:
        condition |= further
    statement = statement.on_conflict_do_update(
        index_elements=[key], set_={name: getattr(statement.excluded, name) for name in columns}, where=condition
    )
    count = len(db.session.execute(statement.returning(table.c[key])).all())
    return [f"{table.name}: {count}"] if count else []


def _yaml(name: str) -> dict[str, Any]:
    return yaml.safe_load((SEEDS / name).read_text(encoding="utf-8"))


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
