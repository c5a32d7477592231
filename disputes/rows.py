"""Writing rows beside the session's unit of work, for the few statements that every step of a case takes.

The unit of work finds out anew each time what is to be written and in which order; a step knows. What is written here is
known to the session afterwards as if it had been read, so whoever asks it later sees the same as the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Column, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import MANYTOONE, RelationshipProperty, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from disputes.db import Base, db


def insert(new: Base) -> None:
    """Insert a new object now; it has its id then, and the session knows it. What it refers to must be in the database."""
    kind = type(new)
    known = instance_state(new).dict
    for key, column in _columns(kind).items():
        if key not in known and not column.primary_key:
            set_committed_value(new, key, _default(column))
    [new_id] = _insert(kind, [known], "id")
    set_committed_value(new, "id", new_id)
    make_transient_to_detached(new)
    db.session.add(new)


def hang(child: Base, key: str, parent: Base, collection: str) -> None:
    """Tie two objects that the database holds already: what the rows say, without asking them."""
    set_committed_value(child, key, parent)
    if collection in instance_state(parent).dict:
        set_committed_value(parent, collection, [*getattr(parent, collection), child])


def insert_all(kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns, in one statement. Nobody gets them as objects."""
    if rows:
        _insert(kind, [{**_defaults(kind), **row} for row in rows])


def update_changed() -> None:
    """Write what was changed on the objects of the session, each row once.

    What only the unit of work can write goes its way, with all the rest: new objects, deleted ones, expressions, and changes
    that have to be followed to other rows.
    """
    session = db.session()
    changed = list(session.dirty)
    found = [] if session.new or session.deleted else [_changes(each) for each in changed]
    if len(found) != len(changed) or None in found:
        session.flush()
        return
    for each, values in sorted(zip(changed, found, strict=True), key=lambda pair: type(pair[0]).__name__, reverse=True):
        if values:
            _update(each, values)
        state = instance_state(each)
        state._commit_all(state.dict, session.identity_map)  # what a flush does at its end


def _insert(kind: type[Base], rows: Sequence[Mapping[str, Any]], returning: str = "") -> Sequence[int]:
    columns = _columns(kind)
    given = json.dumps(
        [{columns[key].name: row[key] for key in columns if key != "id"} for row in rows], default=_plain
    )
    result = db.session.connection().exec_driver_sql(_insert_statement(kind, returning), {"rows": given})
    return result.scalars().all() if returning else ()


def _update(changed: Base, values: Mapping[str, Any]) -> None:
    kind = type(changed)
    given = {key: _as_sent(kind, key, value) for key, value in values.items()}
    [own] = inspect(changed).identity
    statement = _update_statement(kind, tuple(values))
    db.session.connection().exec_driver_sql(statement, {**given, "own_key": own})


def _changes(changed: Base) -> dict[str, Any] | None:
    """The new values of the columns that changed; None where the unit of work has to find out."""
    state, columns = instance_state(changed), _columns(type(changed))
    if len(inspect(type(changed)).primary_key) != 1:
        return None
    now, values = state.dict, {}
    for key, before in state.committed_state.items():
        if key in columns and key in now and not hasattr(now[key], "__clause_element__"):
            if now[key] != before:
                values[key] = now[key]
        elif not _follows(changed, key):
            return None
    return values


def _follows(changed: Base, key: str) -> bool:
    """Whether the column behind this relationship already says what it says."""
    relation = inspect(type(changed)).relationships.get(key)
    if relation is None or key not in changed.__dict__ or (joined := _join(relation)) is None:
        return False
    here, there = joined
    other = changed.__dict__[key]
    return here in changed.__dict__ and changed.__dict__[here] == (None if other is None else getattr(other, there))


@cache
def _join(relation: RelationshipProperty[Any]) -> tuple[str, str] | None:
    if relation.direction is not MANYTOONE or len(relation.local_remote_pairs) != 1:
        return None
    [(here, there)] = relation.local_remote_pairs
    return relation.parent.get_property_by_column(here).key, relation.mapper.get_property_by_column(there).key


@cache
def _columns(kind: type[Base]) -> dict[str, Column[Any]]:
    """The columns of a table by the names of their attributes."""
    return {prop.key: prop.columns[0] for prop in inspect(kind).column_attrs}  # type: ignore[misc]


@cache
def _json(kind: type[Base]) -> frozenset[str]:
    return frozenset(key for key, column in _columns(kind).items() if isinstance(column.type, JSONB))


def _as_sent(kind: type[Base], key: str, value: Any) -> Any:
    return Jsonb(value) if value is not None and key in _json(kind) else value


def _default(column: Column[Any]) -> Any:
    default = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg  # type: ignore[attr-defined]


def _defaults(kind: type[Base]) -> dict[str, Any]:
    return {key: _default(column) for key, column in _columns(kind).items() if key != "id"}


def _plain(value: Any) -> str:
    """Moments and days as JSON can carry them."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON")


@cache
def _insert_statement(kind: type[Base], returning: str) -> str:
    """One statement for any number of rows, which come as one value: so it is prepared once."""
    table = kind.__tablename__
    names = ", ".join(f'"{column.name}"' for key, column in _columns(kind).items() if key != "id")
    statement = f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %(rows)s)"  # noqa: S608
    return f"{statement} RETURNING {returning}" if returning else statement


@cache
def _update_statement(kind: type[Base], keys: Iterable[str]) -> str:
    columns, [own] = _columns(kind), inspect(kind).primary_key
    values = ", ".join(f'"{columns[key].name}" = %({key})s' for key in keys)
    return f'UPDATE {kind.__tablename__} SET {values} WHERE "{own.name}" = %(own_key)s'  # noqa: S608
