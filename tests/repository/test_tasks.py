"""Tasks are hints: each is scheduled or sent, none carries a deadline, and each is a doorway of a few lines."""

from __future__ import annotations

import ast
import re

from flask import Flask

from tests.repository.tree import product
from workers.app import TASK_MODULES

# What Celery could carry a moment with. Deadlines are rows.
MOMENTS = {"eta", "countdown", "retry_backoff", "autoretry_for", "default_retry_delay", "max_retries"}
LONGEST_DOORWAY = 4  # statements


def tasks() -> dict[str, ast.FunctionDef]:
    """Every task by its name, with its function."""
    found = {}
    for name in TASK_MODULES:
        for node in ast.walk(product()[name].tree):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "shared_task":
                        given = {k.arg: getattr(k.value, "value", None) for k in mark.keywords}
                        found[str(given["name"])] = node
    return found


def scheduled(app: Flask) -> set[str]:
    return {entry["task"] for entry in app.extensions["celery"].conf.beat_schedule.values()}


def hinted() -> set[str]:
    """The tasks that verbs send as hints."""
    return {
        str(getattr(call.args[0], "value", ""))
        for call, called in product()["disputes.hints"].calls()
        if called == "_hint"
    }


def test_every_module_with_tasks_is_loaded_by_the_worker() -> None:
    with_tasks = {name for name in product() if name.startswith("workers.") and "shared_task" in _names(name)}
    assert with_tasks == set(TASK_MODULES)


def test_every_task_is_in_the_schedule_of_the_beat(app: Flask) -> None:
    """Also those that are sent as hints: a hint may be lost, and then the sweep finds the row."""
    assert set(tasks()) == scheduled(app)


def test_every_hint_names_a_task(app: Flask) -> None:
    assert hinted() <= set(tasks())
    assert hinted(), "verbs send hints"


def test_a_sweep_that_waited_too_long_is_worthless_and_expires(app: Flask) -> None:
    for name, entry in app.extensions["celery"].conf.beat_schedule.items():
        assert 0 < entry["options"]["expires"] <= entry["schedule"], name


def test_no_task_and_no_message_carries_a_moment() -> None:
    wrong = []
    for module in product().values():
        for call, called in module.calls():
            carried = MOMENTS & {keyword.arg for keyword in call.keywords}
            if called.startswith(("shared_task", "celery.")) and carried:
                wrong.append(f"{module.where(call)} {carried}")
            if re.search(r"(^|\.)(apply_async|delay|retry)$", called) or "eta" in {k.arg for k in call.keywords}:
                wrong.append(f"{module.where(call)} {called}")
    assert not wrong, wrong


def test_a_hint_is_never_tried_again() -> None:
    sent = [call for call, called in product()["workers.app"].calls() if called.endswith("send_task")]
    assert sent
    for call in sent:
        given = {k.arg: getattr(k.value, "value", None) for k in call.keywords}
        assert given["retry"] is False
        assert "expires" in given


def test_tasks_are_doorways() -> None:
    for name, function in tasks().items():
        statements = [node for node in ast.walk(function) if isinstance(node, ast.stmt)][1:]
        assert len(statements) - 1 <= LONGEST_DOORWAY, f"{name} does more than open a door"
        assert ast.get_docstring(function), name
        assert not function.args.args, f"{name} takes arguments; the rows know what is due"


def _names(module: str) -> set[str]:
    return {node.id for node in ast.walk(product()[module].tree) if isinstance(node, ast.Name)}
