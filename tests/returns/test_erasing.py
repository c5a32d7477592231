"""An erased return keeps what leads to nobody, and nothing else."""

from __future__ import annotations

import pytest

from disputes.accounts import actors
from disputes.cases import upkeep as records
from disputes.cases.models import Case
from disputes.db import db, transaction
from disputes.returns import handing, inspecting, refunding, taxing
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade
from tests import factories as make
from tests.returns import returned

pytestmark = pytest.mark.usefixtures("database")


def paid() -> Case:
    """A return by parcel with a voided tax form, paid and confirmed."""
    case = returned.approved()
    with transaction():
        taxing.record(case.id, None, make.shop_of(case), returned.tax_told(TaxState.T1), "INV-1")
        taxing.void_form(case.id, None, make.shop_of(case))
        handing.send_parcel(case.id, None, make.tourist_of(case), "顺丰", "SF1234567")
        handing.take_in(
            case.id, None, make.shop_of(case), returned.handed(case, Grade.AS_NEW),
            giver=handing.Hand(handing.Holder.CARRIER), seal="CQ-1",
        )  # fmt: skip
        inspecting.inspect(case.id, None, make.shop_of(case), returned.accepted(case))
        refunding.report_refund(case.id, None, make.shop_of(case), "original_card", "RF-77")
        refunding.confirm(case.id, None, make.tourist_of(case))
    return case


def test_erasing_a_case_forgets_names_and_numbers_of_its_return_and_keeps_codes_sums_and_custody():
    case = paid()
    with transaction():
        records.erase(case.id, None, make.tourist_of(case))

    record = returned.record(case)
    assert [i.name for i in record.items] == [None]
    assert (record.tracking_number, record.refund.reference) == (None, None)
    assert (record.tax.form_number, record.tax.invoice_number) == (None, None)
    assert not {"invoice_number", "form_number", "agency"} & set(record.facts)
    assert record.items[0].unit_price == returned.SCARF
    assert [c.seal for c in record.items[0].custody] == [None, "CQ-1"]
    assert record.refund.amount == returned.SCARF


def test_nothing_that_a_tourist_told_of_a_return_is_left_in_its_rows():
    case = paid()
    with transaction():
        records.erase(case.id, None, actors.SYSTEM)
    tables = (
        "cases",
        "complaints",
        "contacts",
        "returns",
        "return_items",
        "custody",
        "refunds",
        "tax_refunds",
        "messages",
        "case_texts",
    )
    keys = {"cases": "id", "custody": "item_id"}
    left = []
    for table in tables:
        of = {"item_id": "SELECT id FROM return_items WHERE case_id = :case"}.get(keys.get(table, ""), ":case")
        rows = db.session.execute(
            db.text(f"SELECT t::text FROM {table} t WHERE {keys.get(table, 'case_id')} IN ({of})"),  # noqa: S608
            {"case": case.id},
        )
        text = " ".join(row[0] for row in rows)
        left += [
            (table, word) for word in ("Silk scarf", "Hanako", "INV-1", "TR-2026", "SF1234567", "RF-77") if word in text
        ]
    assert left == []


def test_erasing_a_dispute_is_what_it_was():
    assert make.erased().erased_at is not None
