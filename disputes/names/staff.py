"""What the staff work with is called: priorities, hand-overs, absences, transfers, keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.rules.routing import Part, Priority
from disputes.wording import lazy_gettext as _l

# fmt: off
PRIORITIES: Mapping[Priority, Any] = {
    Priority.EMERGENCY: _l("Emergency"),
    Priority.HIGH:      _l("High"),
    Priority.NORMAL:    _l("Normal"),
}

ROUTING_PARTS: Mapping[Part, Any] = {
    Part.OFFICE:    _l("Office"),
    Part.AUTHORITY: _l("Authority"),
    Part.PRIORITY:  _l("Priority"),
}

# Why a case changed hands within the staff.
HANDED_OVER: Mapping[str, Any] = {
    "absent":   _l("You have it now because its officer is away. What the history says about it stands below."),
    "given":    _l("It was given to you by a colleague. What the history says about it stands below."),
    "transfer": _l("Your office has taken it over from another one. What the history says about it stands below."),
}

ABSENCE_REASONS: Mapping[str, Any] = {
    "leave":    _l("Leave"),
    "illness":  _l("Illness"),
    "training": _l("Training"),
    "other":    _l("Another reason"),
}

TRANSFER_ENDINGS: Mapping[str, Any] = {
    "accepted":  _l("accepted"),
    "returned":  _l("sent back"),
    "withdrawn": _l("taken back"),
    "lapsed":    _l("not answered"),
    "overtaken": _l("overtaken by another step"),
}

# What a partner's key may do.
SCOPES: Mapping[str, Any] = {
    "complaints:write": _l("File complaints for guests"),
    "complaints:read":  _l("Read and answer the complaints it filed"),
    "returns:write":    _l("Declare returns for guests, and pass on their answers"),
    "returns:read":     _l("Read the returns it declared"),
}
# fmt: on
