"""What a partner's key may do."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    COMPLAINTS_WRITE = "complaints:write"  # file complaints for guests, and take the steps that are open to partners
    COMPLAINTS_READ = "complaints:read"  # read the complaints that this key filed
