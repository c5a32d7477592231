"""Reading and writing rows beside the session's loaders and its unit of work, for what every step of a case reads and writes.

The unit of work finds out anew each time what is to be written and in which order; a step knows. What is read or written
here is known to the session afterwards as if it had loaded it itself, so whoever asks it later sees the same as the
database. ``docs/decisions/how-a-step-reaches-the-database.md`` says why, and what may go this way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Column, Date, DateTime, Time, event, inspect
from sqlalchemy.orm import MANYTOONE, RelationshipProperty, Session, SessionTransaction
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from disputes.db import Base, db

AnyRow = TypeVar("AnyRow", bound=Base)

# --- reading


def columns_of(kind: type[Base], *, only: Iterable[str] = (), without: Iterable[str] = ()) -> str:
    """Columns of a table as a SELECT names them: the key and ``only`` these, or all but the deferred ones and ``without`` these."""
    wanted, unwanted = frozenset(only), frozenset(without) | _deferred(kind)
    return ", ".join(
        f'"{column.name}" AS "{key}"'
        for key, column in _columns(kind).items()
        if (column.primary_key or key in wanted if wanted else key not in unwanted)
    )


def one_as_json(kind: type[Base], condition: str, **which: Iterable[str]) -> str:
    """The question for one row as a JSON object, to stand in another question; ``which`` columns as in ``columns_of``."""
    found = f"SELECT {columns_of(kind, **which)} FROM {kind.__tablename__} WHERE {condition}"  # noqa: S608
    return f"(SELECT row_to_json(r) FROM ({found}) r)"  # noqa: S608


def all_as_json(kind: type[Base], condition: str, order: str = "id", **which: Iterable[str]) -> str:
    """The same for any number of rows, as a list in this order."""
    found = f"SELECT {columns_of(kind, **which)} FROM {kind.__tablename__} WHERE {condition}"  # noqa: S608
    return f"(SELECT coalesce(json_agg(r ORDER BY r.{order}), '[]') FROM ({found}) r)"  # noqa: S608


def known(kind: type[AnyRow], row: dict[str, Any]) -> AnyRow:
    """The object of a row that came as JSON, as fresh in the session as if it had loaded it now.

    What the row does not hold is loaded when somebody asks for it. The dictionary is used up.
    """
    session, mapper = db.session(), inspect(kind)
    for attribute, read in _moments(kind):
        value = row.get(attribute)
        if value is not None:
            row[attribute] = read(value)
    key = mapper.identity_key_from_primary_key((row[_own_key(kind)],))
    found: Any = session.identity_map.get(key)
    if found is None:
        found = mapper.class_manager.new_instance()
        state = instance_state(found)
        state.expired_attributes.update(_loaded_when_asked(kind))
        _enrol(session, found, key)
    else:
        state = instance_state(found)
        state._expire(state.dict, session.identity_map._modified)
    state.dict.update(row)
    state._commit_all(state.dict, session.identity_map)
    return found


def tie(known: Base, **related: Any) -> None:
    """Say what the relationships of an object lead to, where that was read beside it."""
    for key, value in related.items():
        set_committed_value(known, key, value)


def hang(child: Base, key: str, parent: Base, collection: str) -> None:
    """Tie a new object to the one it belongs to: what their rows will say, without asking them."""
    set_committed_value(child, key, parent)
    if collection in instance_state(parent).dict:
        set_committed_value(parent, collection, [*getattr(parent, collection), child])


# --- the id of a row before the row


def keep_id(kind: type[Base], taken: int) -> None:
    """Another question has just taken this id from the table's sequence, for a row that this transaction may write."""
    db.session().info.setdefault("ids", {})[kind] = taken


def take_id(kind: type[Base]) -> int | None:
    """The id that was kept, for one row; None where there is none."""
    taken: int | None = db.session().info.get("ids", {}).pop(kind, None)
    return taken


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # an id that no commit made durable may be given to somebody else after a crash
        session.info.pop("ids", None)


# --- writing


class _Shape(NamedTuple):
    """One part of a statement without its values. Steps that are alike have the same shapes, so their statement is prepared once."""

    kind: type[Base]
    keys: tuple[str, ...]
    changes: bool = False  # the row of one object; else it inserts any number of rows
    gives_ids: bool = False


class _Part(NamedTuple):
    shape: _Shape
    values: Any  # as JSON can carry them, by the names of the columns
    objects: Sequence[Base] = ()  # whose rows these are


def insert(new: Base) -> None:
    """Insert a new object now; it has its id then, and the session knows it. What it refers to must be in the database."""
    _run([_new(type(new), [new])])


def write(*new: Base, besides: Mapping[type[Base], Sequence[Mapping[str, Any]]] | None = None) -> None:
    """Write in one statement what a step leaves: new objects, what changed on the objects of the session, and rows of which
    nobody needs the objects (``besides``; those of one table all with the same columns).

    New objects that were inserted already are left out. Those that have an id come before the changes, which may name them; the others come after the changes.
    What only the unit of work can write goes its way between the two, with all other changes: new and deleted objects of a
    verb, expressions, and changes that have to be followed to other rows.
    """
    session = db.session()
    unwritten = [each for each in new if instance_state(each).key is None]
    first = [_new(type(each), [each]) for each in unwritten if _has_id(each)]
    last = [_new(type(each), [each]) for each in unwritten if not _has_id(each)]
    last += [_rows(kind, rows) for kind, rows in (besides or {}).items() if rows]
    changed = list(session.dirty)
    found = [] if session.new or session.deleted else [_changes(each) for each in changed]
    if len(found) != len(changed) or None in found:
        _run(first)
        session.flush()
        _run(last)
        return
    pairs = zip(changed, found, strict=True)
    _run([*first, *(_change(each, values) for each, values in pairs if values), *last])
    for each in changed:
        state = instance_state(each)
        state._commit_all(state.dict, session.identity_map)  # what a flush does at its end


def _new(kind: type[Base], objects: Sequence[Base]) -> _Part:
    gives_ids = not _has_id(objects[0])
    keys = tuple(key for key, column in _columns(kind).items() if not (gives_ids and column.primary_key))
    for each in objects:
        values = instance_state(each).dict
        for key, default in _defaults(kind).items():
            values.setdefault(key, default)
    rows = [_by_name(kind, keys, instance_state(each).dict) for each in objects]
    return _Part(_Shape(kind, keys, gives_ids=gives_ids), rows, objects)


def _rows(kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> _Part:
    keys = tuple(_defaults(kind))
    return _Part(_Shape(kind, keys), [_by_name(kind, keys, {**_defaults(kind), **row}) for row in rows])


def _change(changed: Base, values: Mapping[str, Any]) -> _Part:
    kind = type(changed)
    [own] = inspect(changed).identity
    return _Part(_Shape(kind, tuple(values), changes=True), {_own_key(kind): own, **_by_name(kind, values, values)})


def _run(parts: Sequence[_Part]) -> None:
    """Take the parts in their order, in one statement; objects that it made have their ids and are the session's then."""
    if not parts:
        return
    statement = _statement(tuple(part.shape for part in parts))
    given = {f"part{number}": _JSON.encode(part.values) for number, part in enumerate(parts)}
    session = db.session()
    ids = iter(session.connection().exec_driver_sql(statement, given).scalars().all())
    for part in parts:
        for new in part.objects:
            state = instance_state(new)
            if part.shape.gives_ids:
                state.dict["id"] = next(ids)
            _enrol(session, new, state.mapper._identity_key_from_state(state))
            state._commit_all(state.dict, session.identity_map)


@cache
def _statement(shapes: tuple[_Shape, ...]) -> str:
    """The statement for these parts. Each part comes as one value, so it is the same for any number of rows.

    PostgreSQL takes parts that write in any order. An insertion waits for the changes of its table by asking for their number:
    a deadline ends before its clock starts again. References are looked at when all of it is done.
    """
    parts, waits = [], dict[type[Base], list[str]]()
    for number, shape in enumerate(shapes):
        name, table = f"part{number}", shape.kind.__tablename__
        names = [f'"{_columns(shape.kind)[key].name}"' for key in shape.keys]
        if shape.changes:
            key, values = _own_key(shape.kind), ", ".join(f"{each} = given.{each}" for each in names)
            given = f"jsonb_populate_record(NULL::{table}, %({name})s) given"
            does = f'UPDATE {table} old SET {values} FROM {given} WHERE old."{key}" = given."{key}" RETURNING 1'  # noqa: S608
            waits.setdefault(shape.kind, []).append(f"(SELECT count(*) FROM {name})")  # noqa: S608
        else:
            columns = ", ".join(names)
            does = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %({name})s)"  # noqa: S608
            if shape.kind in waits:
                does += f" WHERE {' + '.join(waits[shape.kind])} >= 0"
            does += " RETURNING id" if shape.gives_ids else ""
        parts.append(f"{name} AS ({does})")
    asked = [f"SELECT id FROM part{number}" for number, shape in enumerate(shapes) if shape.gives_ids]  # noqa: S608
    return f"WITH {', '.join(parts)} {' UNION ALL '.join(asked) or 'SELECT 1 WHERE false'}"


# --- what changed


def _changes(changed: Base) -> dict[str, Any] | None:
    """The values of the columns that changed, with those that change together; None where the unit of work has to find out."""
    kind, state = type(changed), instance_state(changed)
    columns = _columns(kind)
    if len(inspect(kind).primary_key) != 1:
        return None
    now, values = state.dict, {}
    for key, before in state.committed_state.items():
        if key in columns and key in now and not hasattr(now[key], "__clause_element__"):
            if now[key] != before:
                values[key] = now[key]
        elif not _follows(changed, key):
            return None
    together = getattr(kind, "CHANGE_TOGETHER", ())
    if not values.keys().isdisjoint(together):
        values = {key: now[key] for key in together if key in now} | values
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


# --- tables and values


@cache
def _columns(kind: type[Base]) -> dict[str, Column[Any]]:
    """The columns of a table by the names of their attributes."""
    return {prop.key: prop.columns[0] for prop in inspect(kind).column_attrs}  # type: ignore[misc]


@cache
def _own_key(kind: type[Base]) -> str:
    [column] = inspect(kind).primary_key
    return str(column.name)


@cache
def _deferred(kind: type[Base]) -> frozenset[str]:
    return frozenset(prop.key for prop in inspect(kind).column_attrs if prop.deferred)


@cache
def _loaded_when_asked(kind: type[Base]) -> frozenset[str]:
    """Every column of a row that nobody has read, but those that are loaded one by one."""
    return frozenset(_columns(kind)) - _deferred(kind)


@cache
def _moments(kind: type[Base]) -> tuple[tuple[str, Callable[[str], Any]], ...]:
    """The columns that JSON holds as text, and how each is read."""
    reading = {DateTime: datetime.fromisoformat, Date: date.fromisoformat, Time: time.fromisoformat}
    return tuple((key, reading[type(each.type)]) for key, each in _columns(kind).items() if type(each.type) in reading)


def _has_id(new: Base) -> bool:
    return instance_state(new).dict.get(_own_key(type(new))) is not None


def _enrol(session: Session, new: Base, key: Any) -> None:
    """Give the session an object of a row, in the way in which its own loaders do."""
    state = instance_state(new)
    state.key, state.session_id = key, session.hash_key
    session.identity_map.add(state)


def _by_name(kind: type[Base], keys: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    columns = _columns(kind)
    return {columns[key].name: values[key] for key in keys}


def _defaults(kind: type[Base]) -> dict[str, Any]:
    """What a new row has in the columns that nobody fills, without its key."""
    return {key: default() if callable(default) else default for key, default in _plain_defaults(kind)}


@cache
def _plain_defaults(kind: type[Base]) -> tuple[tuple[str, Any], ...]:
    found = []
    for key, column in _columns(kind).items():
        if column.primary_key:
            continue
        default = getattr(column.default, "arg", None)
        found.append((key, _made(default) if callable(default) else default))
    return tuple(found)


def _made(default: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: default(None)


def _plain(value: Any) -> str:
    """Moments and days as JSON can carry them."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written as JSON")


_JSON = json.JSONEncoder(default=_plain)
