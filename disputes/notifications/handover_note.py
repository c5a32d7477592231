"""A hand-over note in words: the same lines in the letter to the next officer and on the case page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from disputes import names
from disputes.formats import china_moment
from disputes.names import named
from disputes.notifications.packages import worded
from disputes.rules.packages import package_of
from disputes.wording import gettext as _

WHY: Mapping[str, Any] = names.HANDED_OVER


def lines(note: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the next officer must know, label and text, in the language of the present locale."""
    said = [(_("What was asked for"), _package(note["asked"]))]
    if note.get("offered"):
        offered = note["offered"]
        said.append(
            (_("On the table, by: %(who)s", who=named(names.ROLES, offered["by"])), _package(offered["package"]))
        )
    if note.get("agreed"):
        label = _("Agreed, reported as carried out") if note.get("reported") else _("Agreed, to be carried out")
        said.append((label, _package(note["agreed"])))
    if note.get("question"):
        said.append((_("The visitor was asked"), named(names.ACTIONS, note["question"])))
    said += [
        (
            _("Due: %(what)s", what=named(names.CLOCKS, due["clock"])),
            _("%(when)s, owed by: %(who)s", when=_moment(due["due_at"]), who=named(names.ROLES, due["owes"])),
        )
        for due in note.get("due", ())
    ]
    if note.get("departure_at"):
        said.append((_("The visitor leaves"), _moment(note["departure_at"])))
    return said


def why(code: str | None) -> str:
    """Why a case changed hands, as a sentence."""
    return named(WHY, code) if code else ""


def _package(stored: Mapping[str, Any]) -> str:
    told = worded(package_of(stored), to_tourist=False)
    return " · ".join(filter(None, (told.amount, *told.lines)))


def _moment(stored: str) -> str:
    return china_moment(datetime.fromisoformat(stored))
