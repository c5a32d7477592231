"""Commands about the routing: where facts lead, what a changed table would have done, and putting it in force."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from disputes import seeding
from disputes.cases import rehearsal
from disputes.cli.law import Moment
from disputes.cli.system import answer, as_json, system
from disputes.db import transaction
from disputes.law import routing as tables
from disputes.law import routing_file
from disputes.law.routing_file import TableRefused
from disputes.regions import queries as regions
from disputes.rules import routing_schema
from disputes.rules.routing import FactRefused, Known, Part, Routing, RoutingTable, read_facts
from disputes.rules.rulebook import midnight

Source = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command()
@click.argument("file", type=Source, required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of one line of facts, and nothing else.")
@click.option("--table", type=Source, help="Another routing table than that of the seeds.")
@as_json
@click.pass_context
def route(context: click.Context, file: Path | None, schema: bool, table: Path | None, as_json: bool) -> None:
    """Say where the facts in FILE lead: office, authority, line and priority, each with its rule. FILE holds one JSON object a line; - is the standard input."""
    known = seeding.known()
    if schema:
        click.echo(json.dumps(routing_schema.schema(known), ensure_ascii=False, indent=2))
        return
    if file is None:
        raise click.UsageError(
            "Name a file of facts, or - for the standard input. --schema shows what a line can hold."
        )
    used = _table(table, known)
    wrong = 0
    for number, line in _lines(file):
        try:
            found = used.route(read_facts(_object(line), known))
        except FactRefused as refused:
            wrong += 1
            click.echo(f"Line {number}: {refused.field} {refused}.", err=True)
            if as_json:
                _print({"input": number, "error": {"field": refused.field, "message": str(refused)}})
            continue
        if as_json:
            _print(row(number, found))
        else:
            click.echo(_in_words(number, found))
    if wrong:
        click.echo(f"{wrong} {'line was' if wrong == 1 else 'lines were'} not answered.", err=True)
        context.exit(1)


def row(number: int, found: Routing) -> dict[str, Any]:
    """One answer for programs; docs/api.md explains the keys."""
    authority = found.authority.rule
    return {
        "input": number,
        "office": found.office.rule.gives,
        "authority": authority.gives,
        "seat": found.seat,
        "body": found.body.id if found.body else None,
        "body_name": found.body.name_zh if found.body else None,
        "line": authority.line,
        "also": list(authority.also),
        "priority": found.priority.rule.gives,
        "instrument": authority.instrument,
        "standing": authority.standing.value,
        "reason": authority.reason_en,
        "table": found.table,
        "rules": {
            part.value: {
                "id": match.rule.id,
                "version": match.rule.version,
                "reason": match.rule.reason_en,
                "also_matched": list(match.lost),
            }
            for part in Part
            for match in (getattr(found, part.value),)
        },
    }


def _in_words(number: int, found: Routing) -> str:
    authority = found.authority.rule
    name = found.body.name_en if found.body else authority.gives + (f" of {found.seat}" if found.seat else "")
    lines = ", ".join([authority.line, *authority.also])
    won = ", ".join(f"{getattr(found, part.value).rule.id} {getattr(found, part.value).rule.version}" for part in Part)
    return (
        f"{number}: office {found.office.rule.gives}; {name}, {lines} ({authority.standing.value}); "
        f"priority {found.priority.rule.gives}; by {won}"
    )


def _print(data: dict[str, Any]) -> None:
    click.echo(json.dumps(data, ensure_ascii=False))


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers; read one by one, so that a file can be of any length."""
    stream = sys.stdin.buffer if str(file) == "-" else file.open("rb")
    with stream:
        for number, line in enumerate(stream, 1):
            content = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
            if content:
                yield number, content


def _object(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except UnicodeDecodeError:
        raise FactRefused("(line)", "is not text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise FactRefused("(line)", f"is no JSON: {error}") from None
    if not isinstance(told, dict):
        raise FactRefused("(line)", 'is no JSON object; write {"trade": "shop", ...}')
    return told


def _table(file: Path | None, known: Known) -> RoutingTable:
    return routing_file.seed(known) if file is None else _checked(_text(file), known)


def _checked(text: str, known: Known) -> RoutingTable:
    try:
        return routing_file.read(text, known)
    except TableRefused as refused:
        raise click.ClickException("\n".join(["The table cannot be right.", *refused.reasons])) from refused


def _text(file: Path) -> str:
    try:
        return sys.stdin.buffer.read().decode() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not a text file in UTF-8.") from None


# --- the table in force


@click.group()
def routing() -> None:
    """The routing table that is in force, its versions, and a rehearsal of a changed one."""


@routing.command()
@click.option("--version", type=int, help="An older version; without it the one in force.")
def show(version: int | None) -> None:
    """Print a version of the table as a file that can be changed and put in force."""
    with system("routing show"):
        found = tables.current() if version is None else tables.version(version)
    if found is None:
        raise click.ClickException(f"There is no version {version}.")
    click.echo(routing_file.write(found), nl=False)


@routing.command()
@as_json
def versions(as_json: bool) -> None:
    """List every version of the table, and which one is in force."""
    with system("routing versions"):
        now = tables.current().version
        rows = [
            {
                "version": each.version,
                "in_force_from": each.in_force_from.isoformat() if each.in_force_from else None,
                "by": each.by,
                "note": each.note,
                "rules": len(each.rules),
                "in_force": each.version == now,
            }
            for each in tables.versions()
        ]
    lines = [
        f"{each['version']:4} {'*' if each['in_force'] else ' '} {each['in_force_from'] or 'not in force':32} {each['rules']:3} rules  {each['note']}"
        for each in rows
    ]
    answer(as_json, {"versions": rows}, "\n".join(lines))


@routing.command("dry-run")
@click.argument("file", type=Source)
@click.option("--since", type=Moment(), help="Only cases filed from this day on.")
@click.option("--newest", type=click.IntRange(1), help="Only so many of the newest cases.")
@as_json
def dry_run(file: Path, since: date | datetime | None, newest: int | None, as_json: bool) -> None:
    """Show which past cases the table in FILE would have sent elsewhere. Nothing is changed."""
    text = _text(file)
    with system("routing dry-run"):
        table = _checked(text, regions.known())
        begin = None if since is None else since if isinstance(since, datetime) else midnight(since)
        found = rehearsal.rehearse(table, since=begin, newest=newest)
    answer(as_json, _rehearsed(found), _rehearsal_in_words(found))


def _rehearsed(found: rehearsal.Rehearsal) -> dict[str, Any]:
    return {
        "looked_at": found.looked_at,
        "elsewhere": found.elsewhere,
        "moves": [
            {"part": m.part.value, "from": m.before, "to": m.after, "rule_before": m.rule_before, "rule_after": m.rule_after, "cases": m.cases}
            for m in found.moves
        ],
        "cases": [
            {"number": c.number, "part": c.part.value, "from": c.before, "to": c.after, "rule": c.rule_after}
            for c in found.cases
        ],
        "listed": len(found.cases),
    }  # fmt: skip


def _rehearsal_in_words(found: rehearsal.Rehearsal) -> str:
    lines = [f"{found.looked_at} cases looked at; {found.elsewhere} would have gone elsewhere."]
    lines += [
        f"{m.cases:7}  {m.part.value:9}  {m.before} -> {m.after}  ({m.rule_before} -> {m.rule_after})"
        for m in found.moves
    ]
    lines += [f"{c.number}  {c.part.value:9}  {c.before} -> {c.after}  by {c.rule_after}" for c in found.cases]
    return "\n".join(lines)


@routing.command("put-in-force")
@click.argument("file", type=Source)
@click.option("--from", "at", type=Moment(), help="When it begins; without it at once.")
@click.option("--note", default="", help="What changes and why, for the list of versions.")
@as_json
def put_in_force(file: Path, at: date | datetime | None, note: str, as_json: bool) -> None:
    """Make the table in FILE a new version, in force from a moment on. Earlier versions are kept."""
    text = _text(file)
    moment = None if at is None else at if isinstance(at, datetime) else midnight(at)
    try:
        with system("routing put-in-force"), transaction():
            made = tables.put_in_force(text, regions.known(), "console", at=moment, note=note)
    except TableRefused as refused:
        raise click.ClickException("\n".join(["The table was not put in force.", *refused.reasons])) from refused
    begins = made.in_force_from.isoformat() if made.in_force_from else ""
    answer(
        as_json,
        {"version": made.version, "in_force_from": begins},
        f"Version {made.version} is in force from {begins}.",
    )


commands = [route, routing]
