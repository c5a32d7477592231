"""The mailbox page of the embedded shape: where the demo's outgoing mail can be read. It exists nowhere else."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")
