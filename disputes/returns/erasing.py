"""What an erased return forgets beyond its case: names of goods, and the numbers of papers, parcels and payments."""

from __future__ import annotations

from typing import Any

from disputes.cases import upkeep
from disputes.cases.models import Case
from disputes.db import db
from disputes.returns.models import Return

# What of the facts that the rules took leads to a person, or to a paper with a name on it.
PERSONAL_FACTS = ("invoice_number", "form_number", "agency")


def forget(case: Case) -> None:
    """Forget what is personal in a return; does nothing for a dispute.

    Classes of goods, prices, grades, who had them when, and the sums stay: they lead to nobody. Custody rows are never
    changed; they hold no words, and their photographs are evidence, which is erased with the case.
    """
    record = db.session.get(Return, case.id)
    if record is None:
        return
    record.facts = _bare(record.facts)
    record.tracking_number = None
    for item in record.items:
        item.name = None
        item.facts = _bare(item.facts)
    for refund in record.refunds:
        refund.reference = None
    if record.tax is not None:
        record.tax.form_number = record.tax.invoice_number = None


def _bare(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in PERSONAL_FACTS}


upkeep.ALSO_FORGET.append(forget)
