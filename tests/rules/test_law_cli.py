"""`disputes deadline` and `disputes calendar import`, as an operator types them."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from disputes.cli import law
from disputes.db import transaction
from disputes.law import queries, reading, seeds

main = click.Group(commands={command.name: command for command in law.commands})


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def answer(*words: str) -> dict:
    result = run("deadline", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_deadline_is_answered_with_its_count():
    said = answer("R-SAMR-ACCEPT", "--trigger", "2026-09-30T10:00+08:00")
    assert {"rule", "version", "due_on", "due_at", "provisional", "lines"} <= set(said)
    assert (said["rule"], said["version"], said["due_on"]) == ("R-SAMR-ACCEPT", 2, "2026-10-15")
    assert datetime.fromisoformat(said["due_at"]) == datetime.fromisoformat("2026-10-16T00:00+08:00")
    assert said["provisional"] is False
    assert said["lines"][-1]["date"] == said["due_on"]
    assert said["lines"][1]["name_zh"] == "国庆节"


@pytest.mark.parametrize(
    ("words", "due_on"),
    [
        (["R-SAMR-MEDIATE", "--trigger", "2026-10-15", "--pause", "2026-11-02..2026-11-11"], "2026-12-24"),
        (["R-SAMR-MEDIATE", "--trigger", "2026-10-15", "--pause", "2026-11-02..2026-11-08", "--pause", "2026-11-05..2026-11-11"], "2026-12-24"),
        (["R-SAMR-MEDIATE", "--trigger", "2026-09-01"], "2026-10-31"),
        (["R-SAMR-MEDIATE", "--trigger", "2026-09-01", "--roll", "any"], "2026-11-02"),
        (["R-RET-ON-7", "--trigger", "2026-09-28", "--roll", "none"], "2026-10-05"),
        (["R-SAMR-LEAD", "--trigger", "2026-09-18", "--extended"], "2026-11-05"),
        (["R-STAY-240", "--trigger", "2026-11-10"], "2026-11-20"),
        (["R-SAMR-ACCEPT", "--trigger", "2026-09-30T23:59"], "2026-10-15"),  # without a zone: Shanghai
        (["R-SAMR-ACCEPT", "--trigger", "2026-09-30T16:00Z"], "2026-10-15"),  # already 1 October in Shanghai
        (["R-SAMR-MEDIATE", "--trigger", "2026-04-20", "--received", "2026-04-14"], "2026-06-22"),
        (["S-SHOP-ANSWER", "--trigger", "2026-11-20T21:00", "--departure", "2026-11-22T21:00"], "2026-11-21"),
        (["S-SHOP-ANSWER", "--trigger", "2026-11-20T21:00"], "2026-11-25"),
    ],
)  # fmt: skip
def test_the_options_change_the_count(words, due_on):
    assert answer(*words)["due_on"] == due_on


def test_the_day_of_receipt_picks_the_version():
    assert answer("R-SAMR-MEDIATE", "--trigger", "2026-04-20")["version"] == 3
    assert answer("R-SAMR-MEDIATE", "--trigger", "2026-04-20", "--received", "2026-04-14")["version"] == 2


def test_a_date_in_an_unpublished_year_is_provisional():
    said = answer("R-CONFIRM", "--trigger", "2026-12-14")
    assert (said["due_on"], said["provisional"]) == ("2027-01-13", True)


def test_people_read_sentences_of_which_the_last_names_the_day():
    shown = run("deadline", "R-SAMR-ACCEPT", "--trigger", "2026-09-30").stdout
    assert "Sat, Oct 10, 2026: working day 3, a make-up day for National Day." in shown
    assert "MCR 15; CPL 46; CPR 46. Verified in the official text" in shown
    assert shown.rstrip().endswith("2026-10-15")


def test_without_a_rule_all_rules_and_standards_are_listed():
    shown = run("deadline").stdout
    listed = json.loads(run("deadline", "--json").stdout)
    book = reading.seeds()
    assert len(listed) == len(shown.splitlines()) == len(book.rules) + len(book.standards)
    assert {"rule", "version", "source", "standing"} <= set(listed[0])


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["R-NONE", "--trigger", "2026-09-30"], "There is no rule R-NONE"),
        (["R-SAMR-ACCEPT"], "Say when it started"),
        (["R-SAMR-ACCEPT", "--trigger", "2026-09-31"], "'2026-09-31' is no date or moment"),
        (["R-SAMR-ACCEPT", "--trigger", "yesterday"], "'yesterday' is no date or moment"),
        (["R-SAMR-ACCEPT", "--trigger", ""], "'' is no date or moment"),
        (["R-SAMR-ACCEPT", "--trigger", "9999-12-31T23:59-11:00"], "too far away"),
        (["R-SAMR-ACCEPT", "--trigger", "2019-05-01"], "--received names the day"),
        (["R-SAMR-ACCEPT", "--trigger", "2026-09-30", "--pause", "2026-10-08..2026-10-09"], "not lawful"),
        (["R-SAMR-ACCEPT", "--trigger", "2026-09-30", "--extended"], "cannot be extended"),
        (["R-SAMR-MEDIATE", "--trigger", "2026-09-30", "--pause", "2026-10-08"], "is no span of days"),
        (["R-SAMR-MEDIATE", "--trigger", "2026-09-30", "--pause", "2026-10-09..2026-10-08"], "ends before it starts"),
        (["R-SAMR-MEDIATE", "--trigger", "2026-09-30", "--roll", "sideways"], "'sideways' is not one of"),
        (["R-SAMR-ACCEPT", "--trigger", "2026-09-30", "--departure", "2026-10-01T10:00"], "no service standard"),
        (["S-SHOP-ANSWER", "--trigger", "2026-09-30"], "--trigger needs the time of day"),
        (["S-SHOP-ANSWER", "--trigger", "2026-09-30T10:00", "--roll", "any"], "is a service standard"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(words, reason):
    result = run("deadline", *words, "--json")
    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stdout == ""


NOTICE = "years: {2027: {published: true, days_off: [2027-10-01], makeup_workdays: [2027-10-09]}}"


def test_a_calendar_file_can_be_checked_without_a_database(tmp_path: Path):
    file = tmp_path / "2027.yaml"
    file.write_text(NOTICE, encoding="utf-8")
    result = run("calendar", "import", "--check", "--json", str(file))
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["changed"]
    assert said["after"].startswith("2027-")
    assert len(said["days"]) == 365
    assert "Please look again: 2027: 1 weekdays are off" in result.stderr


def test_the_calendar_of_the_seeds_says_nothing_new():
    result = run("calendar", "import", "--check", str(reading.CALENDAR))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "nothing new" in result.stdout


def test_an_imported_calendar_counts_from_then_on(own_app: Flask, tmp_path: Path):
    config = own_app.config["SETTINGS"]
    own = {
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "STATE_DIR": str(tmp_path),
        "ENV": "test",
    }
    with own_app.app_context(), transaction():
        seeds.load()
    file = tmp_path / "2027.yaml"
    file.write_text(NOTICE, encoding="utf-8")
    result = CliRunner(env=own).invoke(main, ["calendar", "import", str(file)])
    assert result.exit_code == 0, result.output
    assert "The calendar is now 2027-" in result.stdout
    with own_app.app_context():
        assert not queries.calendar().is_working_day(date(2027, 10, 1))
    again = CliRunner(env=own).invoke(main, ["calendar", "import", str(file)])
    assert "nothing new" in again.stdout


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (NOTICE.replace("2027-10-09", "2027-10-08").encode(), "2027-10-08 is a Friday"),
        (NOTICE.replace("2027-10-01", "2027-10-41").encode(), "Line 1: 2027-10-41 is not a day of the calendar."),
        (b"years: {2026: {published: false}}", "2026 is published; the file would take that back."),
        (b"\xff\xfe\x00", "is not a text file in UTF-8"),
    ],
)
def test_a_calendar_file_with_a_mistake_is_refused_with_the_reason(tmp_path: Path, contents, reason):
    file = tmp_path / "calendar.yaml"
    file.write_bytes(contents)
    result = run("calendar", "import", "--check", str(file))
    assert result.exit_code == 1
    assert reason in result.stderr


STANDARD = """
standards:
  - id: S-SHOP-ANSWER
    version: {version}
    in_force_from: 2099-01-01
    title_en: The shop answers the claim
    title_zh: 店铺答复诉求
    owes: merchant
    hours: opening
    daily: 09:00-23:00
    share: 25
    rows: {{6 h: 1 H, 48 h: 4 H, 5 d: 24 H, otherwise: 2 WD}}
    source: the operator's own promise, second version
"""


def test_new_versions_of_the_service_standard_come_from_a_file(own_app: Flask, tmp_path: Path):
    config = own_app.config["SETTINGS"]
    own = {
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "STATE_DIR": str(tmp_path),
        "ENV": "test",
    }
    file = tmp_path / "standard.yaml"
    file.write_text(STANDARD.format(version=2), encoding="utf-8")
    looked_at = CliRunner(env=own).invoke(main, ["standard", "import", "--check", str(file)])
    assert "S-SHOP-ANSWER version 2 would be taken over" in looked_at.stdout
    taken = CliRunner(env=own).invoke(main, ["standard", "import", "--json", str(file)])
    assert [each["version"] for each in json.loads(taken.stdout)["new"]] == [2], taken.output
    again = CliRunner(env=own).invoke(main, ["standard", "import", str(file)])
    assert "nothing new" in again.stdout
    file.write_text(STANDARD.format(version=4), encoding="utf-8")
    refused = CliRunner(env=own).invoke(main, ["standard", "import", str(file)])
    assert refused.exit_code == 1
    assert "does not follow version 2" in refused.stderr
