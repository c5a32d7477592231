"""What was filled in and not yet confirmed, carried by the page itself: signed, for one return and one desk.

The photographs are stored already and named here, so that a mistake in another field does not ask for them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from disputes.cases.upkeep import File

GOOD_FOR = timedelta(days=3)  # a device may wait that long for a network


@dataclass(frozen=True)
class Line:
    """One item as it is taken in."""

    item_id: int
    quantity: int
    grade: str | None


@dataclass(frozen=True)
class Slip:
    """What is to be confirmed. ``photographs`` are by item and by name of the checklist."""

    case_id: int
    desk_id: int
    entry: str
    seal: str = ""
    lines: tuple[Line, ...] = ()
    photographs: Mapping[int, Mapping[str, File]] = field(default_factory=dict)

    def signed(self) -> str:
        shown = {str(i): {name: asdict(file) for name, file in files.items()} for i, files in self.photographs.items()}
        lines = [[line.item_id, line.quantity, line.grade] for line in self.lines]
        return _signer().dumps([self.case_id, self.desk_id, self.entry, self.seal, lines, shown])


def read(text: str | None, case_id: int, desk_id: int) -> Slip | None:
    """The slip of this return at this desk; None for any other, an old one, and none at all."""
    try:
        case, desk, entry, seal, lines, shown = _signer().loads(text or "", max_age=int(GOOD_FOR.total_seconds()))
    except (BadSignature, ValueError):
        return None
    if (case, desk) != (case_id, desk_id):
        return None
    photographs: dict[int, Any] = {int(i): {n: File(**f) for n, f in files.items()} for i, files in shown.items()}
    return Slip(case, desk, entry, seal, tuple(Line(*line) for line in lines), photographs)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SETTINGS"].secret_key, salt="desk-slip")
