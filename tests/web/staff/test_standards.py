"""The supervisor's page of the service standard, and the file that brings new versions."""

from datetime import timedelta

import pytest

from disputes import clock
from disputes.cases import recounts
from disputes.db import db, transaction
from disputes.law import commands as law_commands
from disputes.law import queries as law
from disputes.law.standard_file import StandardRefused
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")

FILE = """
hours: {{duty: 09:00-21:00, opening: 10:00-22:00}}
standards:
  - id: S-SHOP-ANSWER
    version: {version}
    in_force_from: {since}
    title_en: The shop answers the claim
    title_zh: 店铺答复诉求
    owes: merchant
    hours: opening
    share: 25
    rows: {{6 h: 1 H, 48 h: 4 H, 5 d: 24 H, otherwise: 2 WD}}
    source: the operator's own promise, version 2
"""


def file(version=2, since=None):
    return FILE.format(version=version, since=(since or clock.now() + timedelta(hours=1)).isoformat())


def imported(contents):
    with transaction():
        return law_commands.import_standards(contents)


def passed(**time):
    with transaction():
        clock.stand_at(clock.now() + timedelta(**time))


def test_a_new_version_counts_for_clocks_that_start_once_it_is_in_force():
    case = make.with_merchant(departure="unknown")
    (new,) = imported(file())
    assert (new.version, str(new.daily)) == (2, "10:00-22:00")
    assert make.with_merchant(departure="unknown").running_deadlines[0].rule_version == 1
    passed(hours=2)
    assert make.with_merchant(departure="unknown").running_deadlines[0].rule_version == 2
    db.session.refresh(case)
    assert case.running_deadlines[0].rule_version == 1


def test_the_same_file_a_second_time_changes_nothing():
    contents = file()
    imported(contents)
    assert imported(contents) == ()


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ("nothing: here", "needs an entry `standards`"),
        ("standards: [{id: S-SHOP-ANSWER}]", "lacks the entry"),
        (FILE.format(version=3, since="2099-01-01"), "does not follow version 1"),
        (FILE.format(version=2, since="null"), "still lies ahead"),
        (FILE.format(version=2, since="2020-01-01"), "still lies ahead"),
        (FILE.format(version=1, since="null"), "is stored and says something else"),
        (FILE.format(version=2, since="2099-01-01").replace("S-SHOP-ANSWER", "S-NOBODY"), "no clock would use it"),
        (FILE.format(version=2, since="2099-01-01").replace("09:00-21:00", "nine"), "are no daily hours"),
        (FILE.format(version=2, since="2099-01-01").replace("otherwise: 2 WD", "7 d: 2 WD"), "row without a bound"),
        (FILE.format(version=2, since="2099-01-01").replace("share: 25", "share: 250"), "of the time left"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_the_reason(contents, reason):
    with pytest.raises(StandardRefused, match=reason), transaction():
        law_commands.import_standards(contents)
    assert law.standard("S-SHOP-ANSWER", clock.now()).version == 1


def test_a_supervisor_looks_at_what_would_move_and_applies_it(chief):
    case = make.with_merchant(departure="unknown")
    assert "Every clock runs by the standard in force already." in chief.open("/staff/standards").text
    imported(file())
    passed(hours=2)
    assert "1 case has a clock that started before" in chief.open("/staff/standards").text
    db.session.refresh(case)
    assert case.running_deadlines[0].rule_version == 1
    assert "planned again within a few minutes" in chief.submit("/staff/standards/replan").text
    assert recounts.run_all() == (1, 1)
    db.session.refresh(case)
    assert case.running_deadlines[0].rule_version == 2
    assert case.events[-1].action == "replan"
    assert "Dates planned again" in chief.open(f"/staff/cases/{case.number}").text
