"""What a partner's key may do."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    COMPLAINTS_WRITE = "complaints:write"  # file complaints for guests, and take the steps that are open to partners
    COMPLAINTS_READ = "complaints:read"  # read the complaints that this key filed
    RETURNS_WRITE = "returns:write"  # declare returns for guests, and pass on what they decide in them
    RETURNS_READ = "returns:read"  # read the returns that this key declared
