"""What the checks of the data are called on the staff's page of faults and in their letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.wording import lazy_gettext as _l

# fmt: off
CHECKS: Mapping[str, Any] = {
    "ownerless":    _l("Nobody owes the next step"),
    "clocked":      _l("A clock that should not run"),
    "not_routed":   _l("A new case that nobody has routed"),
    "no_record":    _l("An authority without a record"),
    "officer_gone": _l("Cases of a switched-off account"),
    "officer_away": _l("Cases of somebody who is away"),
    "late":         _l("A deadline without its consequence"),
    "unreachable":  _l("A deadline whose consequence is impossible"),
    "stuck":        _l("A letter that is not tried"),
    "goods_elsewhere":      _l("Goods that are not where they were taken"),
    "accepted_unseen":      _l("Goods accepted that never arrived"),
    "refund_without_clock": _l("A refund for which no clock runs"),
    "refund_before_tax":    _l("A refund before the tax was put right"),
    "tax_doubled":          _l("Tax that is owed twice"),
    "money_of_nothing":     _l("A refund without its step"),
    "history":      _l("A history that does not hold"),
    "forged":       _l("A digest without our signature"),
    "digest":       _l("Histories that were changed"),
}
# fmt: on
