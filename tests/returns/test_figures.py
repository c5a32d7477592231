"""The public numbers of returns: what is counted and when, and that none of them leads to people."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from disputes import clock
from disputes.cases.tally_models import Tally
from disputes.db import db, transaction
from disputes.returns import figures
from disputes.returns.desk_models import ReturnFigure
from tests import factories as make
from tests.returns import returned

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("today", "since", "until"),
    [
        (date(2026, 11, 21), date(2025, 10, 1), date(2026, 9, 30)),
        (date(2026, 10, 30), date(2025, 7, 1), date(2026, 6, 30)),
        (date(2026, 10, 31), date(2025, 10, 1), date(2026, 9, 30)),
        (date(2027, 1, 5), date(2025, 10, 1), date(2026, 9, 30)),
        (date(2027, 2, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_four_whole_quarters_are_counted_thirty_days_after_the_last_one(today: date, since: date, until: date) -> None:
    assert figures.window(today) == (since, until)


def told(asked: int, accepted: int, paid: int, days: int | None = 4) -> figures.Row:
    """What is told of a place with these numbers."""
    row = ReturnFigure(
        until=date(2026, 9, 30), division_code=make.YUZHONG, trade="shop", asked=asked, accepted=accepted, paid=paid, days=days
    )  # fmt: skip
    with transaction():
        db.session.add(row)
        db.session.add(Tally(name=figures.RETURNS, counted_at=clock.now(), counted_to=row.until))
    found = figures.told()
    assert found is not None
    return found.rows[0]


@pytest.mark.parametrize(
    ("asked", "accepted", "paid", "shown"),
    [
        (40, 30, 20, (40, 30, 4)),
        (5, 5, 5, (5, 5, 4)),
        (4, 4, 4, (None, None, None)),  # fewer than five asked
        (20, 4, 4, (20, None, None)),  # fewer than five approved, and paid
        (20, 17, 10, (20, None, 4)),  # the three that were not approved would follow from it
        (20, 15, 4, (20, 15, None)),
    ],
)
def test_no_number_below_five_is_told_and_none_from_which_one_would_follow(
    asked: int, accepted: int, paid: int, shown: tuple[int | None, int | None, int | None]
) -> None:
    row = told(asked, accepted, paid)
    if asked < figures.LEAST:
        assert (row.asked, row.accepted) == (None, None)
    assert (row.asked, row.accepted, row.days) == shown


def test_what_was_declared_in_the_window_is_counted_once_and_later_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make.shop()
    returned.pledged(shop)
    for _n in range(2):
        case = returned.requested(shop)
    with transaction():
        db.session.execute(
            text("UPDATE returns SET decision = 'approved', decided_at = now() WHERE case_id = :c"), {"c": case.id}
        )
    day = clock.today()
    monkeypatch.setattr(figures, "window", lambda _today: (day - timedelta(days=300), day))
    assert figures.refresh()
    (row,) = db.session.query(ReturnFigure).all()
    assert (row.division_code, row.asked, row.accepted, row.paid, row.days) == (shop.division_code, 2, 1, 0, None)
    returned.requested(shop)
    assert not figures.refresh()
    assert db.session.query(ReturnFigure).one().asked == 2


def test_the_page_and_the_files_say_the_same_and_the_register_leads_there(client: FlaskClient) -> None:
    told(40, 30, 20)
    page = client.get("/pledges/figures").get_data(as_text=True)
    for words in ("How returns went", "40", "30", "A number below five is never told"):
        assert words in page, words
    (row,) = csv.DictReader(
        io.StringIO(client.get("/pledges/figures.csv").get_data(as_text=True).removeprefix("\ufeff"))
    )
    assert (row["asked"], row["accepted"], row["median_days"], row["until"]) == ("40", "30", "4", "2026-09-30")
    data = client.get("/pledges/figures.json").get_json()
    assert data["returns"][0]["asked"] == 40
    assert data["about"]["licence"] == "CC-BY-4.0"
    assert "/pledges/figures" in client.get("/pledges").get_data(as_text=True)


def test_before_anything_was_counted_the_page_says_when_there_will_be_numbers(client: FlaskClient) -> None:
    assert "thirty days after the first whole quarter" in client.get("/pledges/figures").get_data(as_text=True)
    assert client.get("/pledges/figures.json").get_json()["returns"] == []
