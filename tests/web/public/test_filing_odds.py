"""The honest odds before filing, on the last page and in the interface: said only where there were enough cases."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from disputes import clock
from disputes.cases import tallies
from disputes.cases.tally_models import OddsCount
from disputes.db import db, transaction
from tests import factories as make
from tests.web.api.conftest import call, errors_of
from tests.web.public.phone import Phone
from tests.web.public.telling import tell

CHINA = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def at_ten(database: None) -> None:
    with transaction():
        clock.stand_at(NOW)


def counted(cases: int, ended: int, *, band: int = 1, **like: str) -> None:
    """As if so many cases had been counted last night."""
    tallies.refresh()
    given = {"category": "quality_defect", "trade": "shop", "region": "CQ", **like}
    with transaction():
        db.session.add(OddsCount(band=band, cases=cases, ended=ended, **given))


def leaving(**left: int) -> dict[str, str]:
    at = NOW + timedelta(**left)
    day = {"on-year": str(at.year), "on-month": str(at.month), "on-day": str(at.day)}
    return {"departure": "known", **day, "hour": str(at.hour), "port": "CKG"}


def last_page(client: FlaskClient, language: str = "en", **changes: dict[str, object]) -> Phone:
    return tell(Phone(client, language), make.shop().id, **changes)


def test_the_last_page_tells_how_many_of_those_alike_ended_in_time(client: FlaskClient) -> None:
    counted(40, 31)
    page = last_page(client, leave=leaving(hours=36)).text
    assert "Of 40 earlier cases like yours, 31 ended before the visitor left." in page
    assert "up to two days left" in page
    assert "the same matter, with the same kind of business, in the same region" in page
    assert "November 24, 2026" in page or "24 November 2026" in page


def test_that_none_ended_is_told_as_well(client: FlaskClient) -> None:
    counted(12, 0)
    assert "Of 12 earlier cases like yours, none ended" in last_page(client, leave=leaving(hours=36)).text


@pytest.mark.parametrize(
    ("cases", "leave"),
    [(9, leaving(hours=36)), (40, leaving(days=4)), (40, {"departure": "unknown"}), (40, {"departure": "departed"})],
)
def test_nothing_is_said_of_few_cases_of_another_time_left_or_without_a_departure(
    client: FlaskClient, cases: int, leave: dict[str, str]
) -> None:
    counted(cases, cases)
    assert "like yours" not in last_page(client, leave=leave).text


def test_an_emergency_hears_nothing_of_odds(client: FlaskClient) -> None:
    counted(40, 31)
    page = last_page(client, safe={"dangers": ["theft"]}, leave=leaving(hours=36)).text
    assert "like yours" not in page


@pytest.mark.parametrize(
    ("cases", "ended", "said"),
    [
        (11, 3, "من بين 11 ملفًا"),
        (100, 31, "من بين 100 ملف"),
        (103, 31, "من بين 103 ملفات"),
    ],
)
def test_arabic_counts_by_its_own_forms(client: FlaskClient, cases: int, ended: int, said: str) -> None:
    counted(cases, ended)
    assert said in last_page(client, "ar", leave=leaving(hours=36)).text


# --- the interface


def odds(client: FlaskClient, **asked: str):  # type: ignore[no-untyped-def]
    query = {
        "category": "quality_defect", "trade": "shop", "region": "CQ",
        "departure_at": (NOW + timedelta(hours=36)).isoformat(), **asked,
    }  # fmt: skip
    return call(client, "GET", "/odds", query_string=query)


def test_a_desk_hears_the_same_before_it_files(client: FlaskClient) -> None:
    counted(40, 31)
    assert odds(client).get_json()["odds"] == {
        "like": "category_here",
        "cases": 40,
        "ended_before_departure": 31,
        "up_to_minutes_left": 2880,
        "counted_at": "2026-11-24T02:00:00Z",
    }


def test_a_desk_hears_what_was_counted_more_widely(client: FlaskClient) -> None:
    counted(40, 31)
    assert odds(client, category="price_or_fee", region="SC").get_json()["odds"]["like"] == "trade"


def test_a_desk_hears_null_where_there_is_nothing_to_say(client: FlaskClient) -> None:
    counted(9, 9)
    assert odds(client).get_json() == {"odds": None}
    assert odds(client, departure_at=(NOW - timedelta(hours=1)).isoformat()).get_json() == {"odds": None}


def test_a_question_with_a_hole_is_refused_field_by_field(client: FlaskClient) -> None:
    assert set(errors_of(odds(client, trade="pirates", departure_at="soon"))) == {"trade", "departure_at"}
