"""What a tourist writes is kept as it was written, in the language it was written in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from disputes.cases import upkeep
from disputes.cases.models import Case
from disputes.db import db, transaction
from tests import factories


@pytest.mark.usefixtures("database")
def test_what_else_would_settle_it_stands_beside_the_claim() -> None:
    case = factories.filed(wish="Please exchange it for the blue one.")

    assert case.claim.text is not None
    assert case.claim.text.body == "Please exchange it for the blue one."
    assert [entry["id"] for entry in case.events[0].details["texts"]] == [
        case.complaint.narrative_id,
        case.claim.text_id,
    ]


@pytest.mark.usefixtures("database")
def test_a_complaint_without_a_further_wish_has_no_text_beside_the_claim() -> None:
    assert factories.filed().claim.text is None


@pytest.mark.usefixtures("database")
def test_a_story_in_thai_told_on_the_english_page_is_kept_as_thai() -> None:
    case = factories.filed(language="en", narrative="ชุดน้ำชาแตกเมื่อเปิดกล่อง")

    assert case.complaint.narrative is not None
    assert case.complaint.narrative.language == "th"
    assert case.language == "en"


@pytest.mark.usefixtures("database")
def test_a_new_case_is_found_by_the_same_words_as_after_every_later_change() -> None:
    case = factories.filed(item="it's a \\ 'quoted' 茶具", name="Hana Ōtsuka")
    written = db.session.scalar(select(Case.search).where(Case.id == case.id))
    with transaction():
        upkeep.refresh_search(case)
    assert written == db.session.scalar(select(Case.search).where(Case.id == case.id))
    assert "茶具" in str(written)
