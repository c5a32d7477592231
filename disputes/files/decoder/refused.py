"""How a decoder says no."""

from __future__ import annotations


class Refused(Exception):
    """The file is refused for this reason, one of `refusals.RefusalReason`."""
