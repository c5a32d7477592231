"""The seed files of the law, and the calendar files that an operator imports."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml

from disputes.law import calendar_file, reading
from disputes.law.calendar_file import CalendarRefused
from disputes.rules.calendar import Calendar, Holiday
from disputes.rules.rulebook import Family, RuleError, Standing, Unit

BOOK = reading.seeds()
SEED = reading.CALENDAR.read_text(encoding="utf-8")

NOTICE = """
years:
  2027:
    published: true
    notice: an invented notice, for the test
    blocks:
      - {name: 元旦, name_en: New Year's Day, from: 2027-01-01, to: 2027-01-03, days: 3}
      - {name: 春节, name_en: Spring Festival, from: 2027-02-05, to: 2027-02-11, days: 7}
    days_off: [2027-01-01, 2027-01-02, 2027-01-03, 2027-02-05, 2027-02-06, 2027-02-07, 2027-02-08,
               2027-02-09, 2027-02-10, 2027-02-11]
    makeup_workdays: [2027-02-14, {date: 2027-02-20, for: 春节}]
    statutory_festivals: [2027-01-01, 2027-02-05, 2027-02-06, 2027-02-07, 2027-02-08]
"""


# --- rules and standards ---


def test_every_rule_has_a_source_a_trigger_and_names_in_both_languages():
    for rule in BOOK.rules:
        for text in (rule.source, rule.trigger, rule.trigger_zh, rule.title_en, rule.consequence, rule.owes):
            assert text, rule.name
        for chinese in (rule.title_zh, rule.trigger_zh, rule.consequence_zh):
            assert re.search("[\u4e00-\u9fff]", chinese), rule.name
    for standard in BOOK.standards:
        assert standard.source, standard.name
        assert standard.title_en, standard.name
        assert re.search("[\u4e00-\u9fff]", standard.title_zh), standard.name


def test_every_rule_comes_from_a_listed_instrument():
    codes = {instrument.code for instrument in BOOK.instruments}
    assert {rule.instrument for rule in BOOK.rules} <= codes
    cited = " ".join(rule.citation for rule in BOOK.rules)
    assert [code for code in codes if code not in cited] == []  # and none is listed for nothing


def test_repealed_instruments_carry_no_rule_of_today():
    repealed = {each.code for each in BOOK.instruments if each.in_force_to}
    assert {rule.id for rule in BOOK.rules if rule.instrument in repealed and rule.in_force_to is None} == set()


def test_no_rule_cites_a_hotline_that_was_closed():
    assert "12301" not in reading.RULES.read_text(encoding="utf-8")


def test_what_nobody_could_verify_says_so():
    unverified = {rule.id for rule in BOOK.rules if rule.standing is Standing.UNVERIFIED}
    assert {"R-REP-CHECK", "R-TAX-28", "R-STAY-UNI", "R-RET-OFF-PAY", "R-TOUR-REPLY"} <= unverified
    assert unverified.isdisjoint({"R-SAMR-ACCEPT", "R-SAMR-MEDIATE", "R-RET-ON-7", "R-STALL-15", "R-CONFIRM"})


def test_only_the_test_of_goods_pauses_a_clock():
    pausing = {rule.name: rule.pauses for rule in BOOK.rules if rule.pauses}
    assert pausing == {
        "R-SAMR-MEDIATE version 2": ("test",),
        "R-SAMR-MEDIATE version 3": ("test",),
        "R-TOUR-DONE version 1": ("test",),
    }


def test_an_authoritys_clock_is_a_procedure_and_its_days_of_rest_are_holiday_blocks():
    for rule in BOOK.rules:
        if rule.owes == "authority" and rule.family is Family.PROCEDURE:
            assert rule.roll == "block", rule.name
        if rule.family is Family.CIVIL:
            assert rule.owes in ("tourist", "merchant", "parties"), rule.name


def test_the_service_standards_of_the_ladder_are_there():
    assert {each.rule_id for each in BOOK.standards} >= {
        *("S-CONFIRM", "S-DECISION", "S-FOLLOW-UP", "S-OFFICER-FIRST", "S-PERFORMANCE", "S-REFERRAL", "S-SHOP-ANSWER"),
        *("S-HAND-OVER", "S-INSPECTION", "S-ON-THE-WAY", "S-REFUND", "S-RETURN-ANSWER"),
        *("S-SHOP-PROPOSAL", "S-SUPERVISOR", "S-TOURIST-ANSWER", "S-TOURIST-PROPOSAL", "S-TOURIST-REPLY"),
    }


@pytest.mark.parametrize("text", ["7", "WD", "7WD", "7 XD", "-1 WD", "0 WD", "seven WD", ""])
def test_a_length_that_cannot_be_read_is_refused(text):
    with pytest.raises(RuleError):
        reading.length(text)


def test_a_length_is_a_number_and_a_unit():
    assert (reading.length("45 WD").count, reading.length("45 WD").unit) == (45, Unit.WD)


def entries(rule_id: str) -> list[dict]:
    rules = yaml.safe_load(reading.RULES.read_text(encoding="utf-8"))["rules"]
    return [dict(entry) for entry in rules if entry["id"] == rule_id]


def test_two_versions_for_one_day_are_refused():
    first, second = entries("R-SAMR-ACCEPT")
    first["in_force"] = [date(2020, 1, 1), date(2026, 4, 15)]
    with pytest.raises(RuleError, match="version 2 overlaps with version 1"):
        reading.checked([reading.rule(first), reading.rule(second)], BOOK.instruments)


def test_a_rule_of_an_unlisted_instrument_is_refused():
    (entry,) = entries("R-ODR-10")
    with pytest.raises(RuleError, match="instrument NONE, which is not listed"):
        reading.checked([reading.rule({**entry, "instrument": "NONE"})], BOOK.instruments)


def test_a_misspelt_entry_is_refused():
    (entry,) = entries("R-ODR-10")
    with pytest.raises(RuleError, match="R-ODR-10 has unknown entries: lenght"):
        reading.rule({**entry, "lenght": "3 WD"})


# --- calendar files ---


def test_the_calendar_of_the_seeds_leaves_no_doubt():
    file = calendar_file.read(SEED)
    assert file.doubts == ()
    assert [(year.year, year.published) for year in file.years] == [
        *((2024, True), (2025, True), (2026, True), (2027, False))
    ]


def test_a_notice_is_read_with_the_names_of_its_blocks():
    (year,) = calendar_file.read(NOTICE).years
    spring = Holiday("春节", "Spring Festival")
    assert year.days_off[date(2027, 2, 11)] == spring
    assert year.makeup_days == {date(2027, 2, 14): None, date(2027, 2, 20): spring}
    assert len(year.days_off) == 10


def test_a_notice_without_blocks_is_named_by_the_season():
    without = re.sub(r"    blocks:\n(      - .*\n)+", "", NOTICE)
    (year,) = calendar_file.read(without).years
    assert year.days_off[date(2027, 2, 11)].name_en == "Spring Festival"
    assert year.days_off[date(2027, 1, 2)].name_en == "New Year's Day"


def test_json_is_read_as_well():
    text = '{"years": {"2027": {"published": true, "days_off": ["2027-10-01"], "makeup_workdays": ["2027-10-09"]}}}'
    (year,) = calendar_file.read(text).years
    assert list(year.days_off) == [date(2027, 10, 1)]


# fmt: off
@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("2027-02-09,",      "2027-02-30,",      r"Line 10: 2027-02-30 is not a day of the calendar"),
        ("2027-02-09,",      "2027-2-9,",        r"Line 10: 2027-2-9 is not a date"),
        ("2027-02-09,",      "2027-O2-09,",      r"Line 10: 2027-O2-09 is not a date"),
        ("2027-02-09,",      "2026-02-09,",      r"Line 10: 2026-02-09 does not belong to 2027"),
        ("2027-02-09,",      "2027-03-09,",      r"Line 10: 2027-03-09 is listed as a day off but lies in no block"),
        ("2027-02-09,",      "2027-03-09,",      r"The block 春节 of 2027 lacks days off: 2027-02-09"),
        ("2027-02-09,",      "2027-02-08,",      r"2027-02-08 stands in `days_off` twice"),
        ("[2027-02-14",      "[2027-02-15",      r"Line 11: 2027-02-15 is a Monday; a make-up working day"),
        ("[2027-02-14",      "[2027-02-06",      r"2027-02-06 is listed as a day off and as a make-up"),
        ("[2027-02-14",      "[2027-03-14",      r"2027-03-14 lies more than three weeks from any day off"),
        ("to: 2027-02-11",   "to: 2027-02-01",   r"The block 春节 runs from 2027-02-05 to 2027-02-01, which is -3 days"),
        ("to: 2027-02-11",   "to: 2027-02-12",   r"The block 春节, 2027-02-05 to 2027-02-12, has 8 days, not 7"),
        ("from: 2027-02-05", "form: 2027-02-05", r"A block of 2027 needs `name`, `from` and `to`"),
        ("[2027-01-01, 2027-02-05, 2", "[2027-01-04, 2027-02-05, 2", r"2027-01-04 is a statutory festival of 2027 but not"),
        ("published: true",  "published: soon",  r"Line 4: 2027 must say `published: true`"),
        ("published: true",  "published: false", r"2027 is not published, so it can have no days off"),
        ("makeup_workdays:", "makeup_days:",     r"Line 11: `makeup_days` is not an entry of a year"),
        ("2027:",            "27:",              r"Line 3: 27 is not a year between 2000 and 2099"),
        ("years:",           "year:",            r"The file needs an entry `years`"),
        ("blocks:",          "blocks: {",        r"Line \d+: the file cannot be read"),
        ("    notice:",      "    published: true\n    notice:", r"Line 5: the file cannot be read: published stands here twice"),
    ],
)
def test_a_typing_error_is_refused_with_its_line_and_the_reason(right, wrong, reason):
    assert NOTICE.count(right) == 1
    with pytest.raises(CalendarRefused) as refused:
        calendar_file.read(NOTICE.replace(right, wrong))
    assert any(re.search(reason, each) for each in refused.value.reasons), refused.value.reasons
# fmt: on


def test_all_mistakes_are_named_at_once():
    wrong = NOTICE.replace("2027-02-09,", "2027-02-30,").replace("[2027-02-14", "[2027-13-14")
    with pytest.raises(CalendarRefused) as refused:
        calendar_file.read(wrong)
    assert len(refused.value.reasons) == 2


@pytest.mark.parametrize(
    "text", ["", "5", "[]", "years:", "years: 5", "years: {}", "\x00", "? [a]\n: b", "a: &a [*a]", "{"]
)
def test_what_is_no_calendar_is_refused_calmly(text):
    with pytest.raises(CalendarRefused):
        calendar_file.read(text)


def test_a_day_off_outside_every_season_needs_a_block_with_a_name():
    text = "years: {2027: {published: true, days_off: [2027-11-05]}}"
    with pytest.raises(CalendarRefused, match="season of no festival"):
        calendar_file.read(text)
    block = "blocks: [{name: 纪念日, from: 2027-11-05, to: 2027-11-05}]"
    named = f"years: {{2027: {{published: true, {block}, days_off: [2027-11-05]}}}}"
    assert calendar_file.read(named).years[0].days_off[date(2027, 11, 5)].name_zh == "纪念日"


def test_a_forgotten_make_up_day_is_doubted():
    (doubt,) = calendar_file.read(SEED.replace("      - {date: 2026-10-10, for: 国庆节}   # Sat\n", "")).doubts
    assert "19 weekdays are off and 5 make-up days are worked" in doubt


def test_a_block_may_reach_back_into_december():
    text = "years: {2028: {published: true, days_off: [2027-12-31, 2028-01-01], makeup_workdays: [2027-12-26]}}"
    calendar = Calendar.of(calendar_file.read(text).years)
    assert not calendar.is_working_day(date(2027, 12, 31))
    assert calendar.is_working_day(date(2027, 12, 26))
    assert calendar.reason(date(2027, 12, 31)).holiday == Holiday("元旦", "New Year's Day")
