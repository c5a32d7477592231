"""Commands that ask the rules of returns and of the departure tax refund, from a file of questions; no database needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from disputes.law import explain_returns, plain, returns_reading, returns_rows
from disputes.law.returns_rows import ReturnQuestion, TaxQuestion
from disputes.rules.return_facts import FactsError
from disputes.rules.rulebook import RuleError

LONGEST_LINE = 1_000_000  # bytes

questions = click.option(
    "--json",
    "source",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Questions as JSON, one in each line; - reads them from standard input.",
)
schema_asked = click.option("--schema", is_flag=True, help="Print the JSON Schema of a question, and stop.")


@click.command()
@questions
@schema_asked
def verdict(source: Path | None, schema: bool) -> None:
    """Say for each item of a purchase whether it can be given back: on what ground, until when, and what is missing."""
    _run(source, schema, ReturnQuestion, _verdicts)


@click.command()
@questions
@schema_asked
def tax_refund(source: Path | None, schema: bool) -> None:
    """Say who gets the departure tax refund, why customs would refuse, and who owes whom when goods come back."""
    _run(source, schema, TaxQuestion, _tax)


def _verdicts(question: ReturnQuestion) -> dict[str, Any]:
    rows = returns_rows.answer_return(question, returns_reading.seeds())
    return {"verdicts": [{**row, "sentences": explain_returns.explain_verdict(row)} for row in rows]}


def _tax(question: TaxQuestion) -> dict[str, Any]:
    answer = returns_rows.answer_tax(question, returns_reading.tax_seeds())
    for row in answer["checks"]:
        row["text"] = explain_returns.check(row)
    if "effect" in answer:
        answer["effect"]["sentences"] = explain_returns.explain_effect(answer["effect"])
    return answer


def _run(source: Path | None, schema: bool, kind: Any, answer: Callable[[Any], dict[str, Any]]) -> None:
    if schema:
        told = {"$schema": "https://json-schema.org/draft/2020-12/schema", **plain.schema(kind)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if source is None:
        raise click.UsageError("Name a file with questions: --json FILE, or --json - for standard input.")
    wrong = 0
    for number, line in _lines(source):
        answered = _answered(number, line, kind, answer)
        click.echo(json.dumps(answered, ensure_ascii=False))
        if "error" in answered:
            wrong += 1
            field = answered["error"]["field"]
            click.echo(f"Line {number}{f', {field}' if field else ''}: {answered['error']['message']}", err=True)
    sys.exit(1 if wrong else 0)


def _answered(number: int, line: bytes, kind: Any, answer: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """The answer to one line; what is wrong with it is said in its place, and the other lines are answered all the same."""
    known: dict[str, Any] = {"line": number}
    try:
        asked = _parsed(line)
        if isinstance(asked, dict) and isinstance(asked.get("id"), str):
            known["id"] = asked["id"]
        return {**known, **answer(plain.read(kind, asked))}
    except FactsError as error:
        return {**known, "error": {"field": error.field, "message": str(error)}}
    except RuleError as error:
        return {**known, "error": {"field": "", "message": str(error)}}


def _parsed(line: bytes) -> Any:
    if len(line) > LONGEST_LINE:
        raise FactsError("", f"The line is longer than {LONGEST_LINE} bytes.")
    try:
        return json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refused)
    except UnicodeDecodeError:
        raise FactsError("", "The line is not text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise FactsError("", f"The line is not JSON: {error.msg} at character {error.pos + 1}.") from None
    except RecursionError:
        raise FactsError("", "The line is nested too deeply.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise FactsError(next(name for name in names if names.count(name) > 1), "This field stands there twice.")
    return found


def _refused(name: str) -> Any:
    raise FactsError("", f"{name} is no number of JSON.")


def _lines(source: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers."""
    try:
        with click.open_file(str(source), "rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.strip()
    except OSError as error:
        raise click.ClickException(f"{source} cannot be read: {error.strerror}.") from error
