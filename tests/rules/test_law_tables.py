"""The law in its tables: seeds that load once, versions that stay, calendars that are imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from disputes.db import db, transaction
from disputes.law import commands, explain, queries, reading, seeds
from disputes.law.calendar_file import CalendarRefused
from disputes.law.models import CalendarVersion, LawRevision, LawRule, StandardVersion
from disputes.rules import service
from disputes.rules.counting import count
from disputes.rules.rulebook import Length, NotInForce, Standing, Unit
from disputes.rules.service import Row

BOOK = reading.seeds()
NOTICE = """
years:
  2027:
    published: true
    days_off: [2027-01-01, 2027-01-02, 2027-01-03]
    makeup_workdays: [{date: 2027-01-09, for: 元旦}]
"""
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
def law(database: None) -> None:
    """The tables of the law as the seeds fill them."""
    seeds.load()


def stamp() -> str:
    return db.session.scalars(select(LawRevision.stamp)).one()


# --- loading ---


def test_the_tables_give_back_what_the_seeds_say(law):
    assert sorted(queries.all_rules(), key=lambda r: r.name) == sorted(BOOK.rules, key=lambda r: r.name)
    assert sorted(queries.all_standards(), key=lambda s: s.name) == sorted(BOOK.standards, key=lambda s: s.name)
    assert queries.calendar() == BOOK.calendar
    assert set(queries.instruments().values()) == set(BOOK.instruments)


def test_loading_again_changes_nothing(law):
    before = stamp()
    assert seeds.load() is False
    assert stamp() == before
    assert db.session.scalar(select(func.count()).select_from(LawRule)) == len(BOOK.rules)


def with_rule(rule_id: str, version: int, **changes: object) -> reading.Book:
    rules = tuple(replace(r, **changes) if (r.id, r.version) == (rule_id, version) else r for r in BOOK.rules)
    return replace(BOOK, rules=rules)


def test_a_stored_version_never_counts_differently(law):
    with pytest.raises(seeds.SeedConflict, match="R-ODR-10 version 1 is stored with another length"):
        seeds.load(with_rule("R-ODR-10", 1, length=9))
    with pytest.raises(seeds.SeedConflict, match="stored with another in_force_to"):
        seeds.load(with_rule("R-SAMR-ACCEPT", 1, in_force_to=date(2026, 4, 13)))


def test_words_and_standing_of_a_stored_version_may_be_corrected(law):
    queries.all_rules()
    assert seeds.load(with_rule("R-TAX-28", 1, standing=Standing.VERIFIED, source="the article was read"))
    assert queries.rule("R-TAX-28", NOW.date()).standing is Standing.VERIFIED


def test_a_new_version_closes_the_one_before_it(law):
    book = with_rule("R-ODR-10", 1, in_force_to=date(2027, 5, 31))
    old = next(rule for rule in book.rules if rule.id == "R-ODR-10")
    new = replace(old, version=2, length=7, in_force_from=date(2027, 6, 1), in_force_to=None)
    assert seeds.load(replace(book, rules=(*book.rules, new)))
    assert queries.rule("R-ODR-10", date(2027, 5, 31)).length == 10
    assert queries.rule("R-ODR-10", date(2027, 6, 1)).length == 7
    assert queries.rule_version("R-ODR-10", 1).length == 10
    assert queries.rule_version("R-ODR-10", 3) is None


def test_a_changed_promise_is_a_new_version(law):
    old = queries.standard("S-FOLLOW-UP", NOW)
    shorter = replace(old, rows=(Row(None, Length(5, Unit.WD)),))
    with pytest.raises(seeds.SeedConflict, match="S-FOLLOW-UP version 1 is stored with another promise"):
        seeds.load(replace(BOOK, standards=(shorter,)))
    newer = replace(shorter, version=2, in_force_from=NOW)
    assert seeds.load(replace(BOOK, standards=(*BOOK.standards, newer)))
    assert queries.standard("S-FOLLOW-UP", NOW - timedelta(seconds=1)) == old
    assert queries.standard("S-FOLLOW-UP", NOW) == newer
    assert queries.standard_version("S-FOLLOW-UP", 1) == old


def test_two_processes_may_load_at_the_same_time(own_app):
    done = []

    def load() -> None:
        with own_app.app_context(), transaction():
            done.append(seeds.load())

    with own_app.app_context(), transaction():
        db.session.execute(db.text("TRUNCATE law_instruments, service_standards, calendars, calendar_seeds CASCADE"))
    threads = [Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, True]
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(StandardVersion)) == len(BOOK.standards)


# --- asking ---


def test_the_version_is_the_one_of_the_day_of_receipt(law):
    assert queries.rule("R-SAMR-MEDIATE", date(2026, 4, 14)).version == 2
    assert queries.rule("R-SAMR-MEDIATE", date(2026, 4, 15)).version == 3
    with pytest.raises(NotInForce):
        queries.rule("R-SAMR-MEDIATE", date(2019, 1, 1))


def test_empty_tables_say_that_the_seeds_are_missing(database):
    db.session.execute(db.text("TRUNCATE law_instruments, service_standards, calendars, calendar_seeds CASCADE"))
    queries.forget_stamp()
    with pytest.raises(queries.NoLaw, match="disputes seed"):
        queries.calendar()


def test_the_law_is_read_once_while_it_does_not_change(law):
    assert queries.book() is queries.book()
    db.session.commit()
    book = queries.book()
    commands.changed()
    assert queries.book() is not book
    assert queries.book() == book


# --- importing a calendar ---


def test_importing_a_notice_makes_its_year_certain_and_keeps_the_others(law):
    before = count(queries.rule("R-SAMR-ACCEPT", date(2026, 12, 28)), date(2026, 12, 28), queries.calendar())
    change = commands.import_calendar(NOTICE, "2027.yaml")
    after = count(queries.rule("R-SAMR-ACCEPT", date(2026, 12, 28)), date(2026, 12, 28), queries.calendar())
    assert change.changed
    assert len(change.days) == 365
    assert {day.year for day in change.days} == {2027}
    assert (before.due_on, before.provisional) == (date(2027, 1, 7), True)
    assert (after.due_on, after.provisional) == (date(2027, 1, 7), False)
    assert (before.calendar_version, after.calendar_version) == (change.before, change.after)
    assert queries.calendar().years[2026] == BOOK.calendar.years[2026]


def test_an_older_calendar_can_still_be_read_by_its_version(law):
    change = commands.import_calendar(NOTICE, "2027.yaml")
    assert queries.calendar_version(change.before) == BOOK.calendar
    assert queries.calendar_version(change.after) == queries.calendar()
    assert queries.calendar_version("2099-none") is None


def test_importing_the_same_notice_again_changes_nothing(law):
    first = commands.import_calendar(NOTICE, "2027.yaml")
    before = stamp()
    second = commands.import_calendar(NOTICE, "2027.yaml")
    assert (second.changed, second.days, second.after) == (False, (), first.after)
    assert stamp() == before


def test_a_refused_notice_leaves_everything_as_it_was(law):
    known = queries.calendar()
    with pytest.raises(CalendarRefused, match="2027-01-32 is not a day"):
        commands.import_calendar(NOTICE.replace("2027-01-03", "2027-01-32"), "2027.yaml")
    assert queries.calendar() == known


def test_a_published_year_cannot_be_taken_back(law):
    commands.import_calendar(NOTICE, "2027.yaml")
    with pytest.raises(CalendarRefused, match="2027 is published; the file would take that back"):
        commands.import_calendar("years: {2027: {published: false}}", "2027.yaml")


def test_a_notice_that_contradicts_another_is_refused(law):
    with pytest.raises(CalendarRefused, match="2026-12-26 is a day off in one year's notice"):
        commands.import_calendar(
            "years: {2026: {published: true, days_off: [2026-10-01, 2026-12-26], blocks: ["
            "{name: 国庆节, from: 2026-10-01, to: 2026-10-01}, {name: 纪念日, from: 2026-12-26, to: 2026-12-26}]},"
            " 2027: {published: true, days_off: [2027-01-01], makeup_workdays: [2026-12-26]}}",
            "both.yaml",
        )


def test_loading_the_seeds_after_an_import_does_not_undo_it(law):
    change = commands.import_calendar(NOTICE, "2027.yaml")
    seeds.load()
    assert queries.calendar().version == change.after


def test_new_seeds_bring_their_years_and_keep_an_imported_one(law):
    commands.import_calendar(NOTICE, "2027.yaml")
    years = BOOK.calendar.years
    corrected = replace(
        years[2025], days_off={**years[2025].days_off, date(2025, 9, 3): years[2025].days_off[date(2025, 1, 1)]}
    )
    assert seeds.load(replace(BOOK, calendar=BOOK.calendar.with_year(corrected)))
    assert queries.calendar().published(date(2027, 6, 1))
    assert not queries.calendar().is_working_day(date(2025, 9, 3))


def test_going_back_to_an_earlier_calendar_uses_the_row_it_had(law):
    commands.import_calendar(NOTICE, "2027.yaml")
    commands.store(BOOK.calendar, "back")
    assert queries.calendar().version == BOOK.calendar.version
    stored = select(func.count()).select_from(CalendarVersion).where(CalendarVersion.version == BOOK.calendar.version)
    assert db.session.scalar(stored) == 1


def test_what_a_rolled_back_import_brought_is_forgotten(law):
    db.session.commit()
    known = queries.calendar()
    commands.import_calendar(NOTICE, "2027.yaml")
    assert queries.calendar() != known
    db.session.rollback()
    assert queries.calendar() == known


# --- explanations ---


def test_every_count_can_be_put_into_words(law):
    dues = [count(rule, NOW, queries.calendar()) for rule in queries.all_rules()]
    for standard in queries.all_standards():
        for left in (None, timedelta(days=-1), timedelta(hours=3), timedelta(days=3), timedelta(days=9)):
            dues.append(service.due(standard, NOW, None if left is None else NOW + left, queries.calendar()))
    with force_locale("en"):
        assert {explain.sentences(due.rows())[-1][:6] for due in dues} == {"Due by"}


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("zh_CN", "2026年10月15日周四"),
        ("ja", "2026年10月15日(木)"),
        ("ar", "الخميس، 15 أكتوبر 2026"),
        ("th", "พฤ. 15 ต.ค. 2026"),
        ("fr", "jeu. 15 oct. 2026"),
    ],
)
def test_days_are_written_in_the_readers_language(app, language, shown):
    with app.app_context(), force_locale(language):
        assert explain.day(date(2026, 10, 15)) == shown


def test_an_explanation_reads_as_a_person_would_count():
    due = count(BOOK.rules[-1], date(2026, 9, 30), BOOK.calendar)
    assert due.lines[-1].on == due.due_on
    accept = next(r for r in BOOK.rules if r.name == "R-SAMR-ACCEPT version 2")
    assert explain.sentences(count(accept, date(2026, 9, 30), BOOK.calendar).rows())[:5] == [
        "Wed, Sep 30, 2026: the day on which it started; it is not counted.",
        "Thu, Oct 1, 2026 to Wed, Oct 7, 2026: not counted, National Day.",
        "Thu, Oct 8, 2026: working day 1.",
        "Fri, Oct 9, 2026: working day 2.",
        "Sat, Oct 10, 2026: working day 3, a make-up day for National Day.",
    ]
