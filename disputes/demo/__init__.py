"""The demo: invented merchants, people and cases, made by calling the verbs under a moved clock."""

from disputes.demo.fill import accounts, fill, is_empty

__all__ = ["accounts", "fill", "is_empty"]
