"""The chain of a case's events: whatever was changed, removed, added or cut off shows; erasing by law does not break it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from disputes import clock, inspection, upkeep
from disputes.cases import commands, history, queries
from disputes.cases import upkeep as records
from disputes.cases.models import Case, CaseText
from disputes.db import db, transaction
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


def behind_the_triggers_back(statement: str, **values: Any) -> None:
    """What somebody with the rights of the database's owner could do; the test takes all of it back."""
    for line in (
        "ALTER TABLE case_events DISABLE TRIGGER USER",
        "ALTER TABLE case_events DROP CONSTRAINT IF EXISTS uq_case_events_case_id_seq",
    ):
        db.session.execute(text(line))
    db.session.execute(text("SET LOCAL session_replication_role = replica"))  # foreign keys look away too
    db.session.execute(text(statement), values)
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    db.session.expire_all()


def broken(case: Case) -> int | None:
    return history.broken_at(case, queries.history(case))


def test_a_chain_holds_from_the_first_step_to_the_last() -> None:
    case = make.closed()
    events = queries.history(case)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert events[0].previous == ""
    assert [e.previous for e in events[1:]] == [e.hash for e in events[:-1]]
    assert (case.last_seq, case.head) == (events[-1].seq, events[-1].hash)
    assert broken(case) is None


# fmt: off
CHANGES: list[tuple[str, str, int]] = [
    ("who did it",               "UPDATE case_events SET by = 'officer:1' WHERE case_id = :id AND seq = 3",                3),
    ("what was done",            "UPDATE case_events SET action = 'contest' WHERE case_id = :id AND seq = 3",              3),
    ("when",                     "UPDATE case_events SET at = at + interval '1 microsecond' WHERE case_id = :id AND seq = 3", 3),
    ("where it came from",       "UPDATE case_events SET from_state = 'triage' WHERE case_id = :id AND seq = 3",           3),
    ("where it led",             "UPDATE case_events SET to_state = 'triage' WHERE case_id = :id AND seq = 3",             3),
    ("an amount",                """UPDATE case_events SET details = jsonb_set(details, '{package,amount}', '1') WHERE case_id = :id AND seq = 3""", 3),
    ("one more particular",      """UPDATE case_events SET details = details || '{"x": 1}' WHERE case_id = :id AND seq = 1""", 1),
    ("the link to the step before", "UPDATE case_events SET previous = repeat('0', 64) WHERE case_id = :id AND seq = 2",   2),
    ("the hash itself",          "UPDATE case_events SET hash = repeat('0', 64) WHERE case_id = :id AND seq = 4",          4),
    ("the order of two steps",   "UPDATE case_events SET seq = 7 - seq WHERE case_id = :id AND seq IN (3, 4)",             3),
    ("a step taken out",         "DELETE FROM case_events WHERE case_id = :id AND seq = 2",                                2),
    ("the first step taken out", "DELETE FROM case_events WHERE case_id = :id AND seq = 1",                                1),
    ("the last step cut off",    "DELETE FROM case_events WHERE case_id = :id AND seq = 4",                                4),
    ("all but the first cut off", "DELETE FROM case_events WHERE case_id = :id AND seq > 1",                               2),
    ("everything taken away",    "DELETE FROM case_events WHERE case_id = :id",                                            1),
    ("a step put on top",        """INSERT INTO case_events (case_id, seq, action, from_state, to_state, by, at, details, previous, hash)
                                    SELECT case_id, seq + 1, 'confirm', to_state, 'closed', 'tourist', at, '{}', hash, repeat('1', 64)
                                    FROM case_events WHERE case_id = :id AND seq = 4""",                                   5),
    ("another case's step",      "UPDATE case_events SET case_id = :id, seq = 5 WHERE case_id <> :id AND seq = 4",         5),
    ("the number of the case",   "UPDATE cases SET number = '2600000000' WHERE id = :id",                                  1),
    ("how many steps there are", "UPDATE cases SET last_seq = 3 WHERE id = :id",                                           5),
    ("the head of the chain",    "UPDATE cases SET head = (SELECT hash FROM case_events WHERE case_id = :id AND seq = 3) WHERE id = :id", 5),
]
# fmt: on


@pytest.mark.parametrize(("what", "statement", "shows_at"), CHANGES, ids=[row[0] for row in CHANGES])
def test_what_was_changed_later_shows(what: str, statement: str, shows_at: int) -> None:
    case, other = make.settled(), make.settled()
    assert (case.last_seq, other.last_seq) == (4, 4)
    behind_the_triggers_back(statement, id=case.id)
    assert broken(case) == shows_at
    said = [str(found) for found in inspection.broken_histories()]
    assert any(f"does not hold from step {shows_at} on" in sentence for sentence in said)


def test_the_doctor_names_the_case_and_the_staff_see_it_on_its_page() -> None:
    case = make.settled()
    behind_the_triggers_back("UPDATE case_events SET by = 'x' WHERE case_id = :id AND seq = 2", id=case.id)
    (said,) = inspection.broken_histories()
    assert f"{case.number[:2]}-{case.number[2:6]}-{case.number[6:]}" in str(said)


def cut_off(case: Case) -> None:
    """The last step is taken away and the head is set back as if it had never been: the chain itself holds."""
    behind_the_triggers_back(
        "DELETE FROM case_events WHERE case_id = :id AND seq = (SELECT max(seq) FROM case_events WHERE case_id = :id)",
        id=case.id,
    )
    behind_the_triggers_back(
        "UPDATE cases SET last_seq = e.seq, head = e.hash FROM case_events e WHERE cases.id = :id AND e.case_id = :id "
        "AND e.seq = (SELECT max(seq) FROM case_events WHERE case_id = :id)",
        id=case.id,
    )


def written_anew(case: Case) -> None:
    """The last step says something else, and everything that follows from it was worked out anew."""
    behind_the_triggers_back(
        "UPDATE case_events SET by = 'officer:9' WHERE case_id = :id AND seq = :n", id=case.id, n=case.last_seq
    )
    last = queries.history(case)[-1]
    fresh = history.digest(last, case.number)
    behind_the_triggers_back("UPDATE case_events SET hash = :hash WHERE id = :n", hash=fresh, n=last.id)
    behind_the_triggers_back("UPDATE cases SET head = :hash WHERE id = :id", hash=fresh, id=case.id)


def taken_away(case: Case) -> None:
    behind_the_triggers_back("DELETE FROM case_events WHERE case_id = :id", id=case.id)
    behind_the_triggers_back("UPDATE cases SET last_seq = 0, head = '' WHERE id = :id", id=case.id)


@pytest.mark.parametrize("done", [cut_off, written_anew, taken_away], ids=lambda f: f.__name__)
def test_what_the_chain_alone_cannot_show_the_signed_digest_shows(done: Callable[[Case], None]) -> None:
    case = make.settled()
    make.settled()
    with transaction():
        clock.stand_at(clock.now() + timedelta(hours=1))
    made = upkeep.make_digest()
    assert upkeep.still_fits(made)
    done(case)
    assert broken(case) is None, "whoever did this knew what they were doing"
    assert not upkeep.still_fits(made)
    assert any(str(made.day) in str(said) for said in inspection.doubtful_digests())


# --- erasing


def test_erasing_by_law_leaves_the_chain_whole() -> None:
    case = make.closed(narrative="Meine Tasse ist kaputt.")
    before = [e.hash for e in queries.history(case)]
    with transaction():
        records.erase(case.id, None, make.tourist_of(case))
    db.session.expire_all()
    events = queries.history(case)
    assert [e.hash for e in events[:-1]] == before
    assert events[-1].action == "erase"
    assert broken(case) is None


def test_the_history_proves_a_text_as_long_as_it_is_kept() -> None:
    case = make.with_merchant(narrative="The cup was broken.")
    said = queries.history(case)[0].details["texts"]
    narrative = next(t for t in case.texts if t.purpose == "narrative")
    assert {"id": narrative.id, "hash": history.text_hash(narrative)} in said
    narrative.body = "The cup was whole."
    assert history.text_hash(narrative) not in [entry["hash"] for entry in said]


def test_every_text_of_a_case_is_proved_by_an_event() -> None:
    case = make.mediation(make.offered(words="换一套新的。"))
    with transaction():
        commands.write(case.id, None, make.tourist_of(case), "Thank you.", "en")
    proved = {entry["hash"] for e in queries.history(case) for entry in e.details.get("texts", ())}
    texts = [t for t in case.texts if t.body]
    assert {history.text_hash(t) for t in texts} == proved
    assert all(t.event_id for t in texts)


def test_the_same_words_twice_have_different_hashes_so_that_nobody_guesses_what_was_erased() -> None:
    one = CaseText(body="yes", salt=history.new_salt())
    other = CaseText(body="yes", salt=history.new_salt())
    assert history.text_hash(one) != history.text_hash(other)
    assert len(history.new_salt()) >= 32


def test_nothing_of_an_erased_text_is_left_to_try_words_against() -> None:
    case = make.closed(narrative="yes")
    hashes = {entry["hash"] for e in queries.history(case) for entry in e.details.get("texts", ())}
    with transaction():
        records.erase(case.id, None, make.tourist_of(case))
    db.session.expire_all()
    assert {t.salt for t in case.texts} == {None}
    unsalted = {history.text_hash(CaseText(body="yes", salt=salt)) for salt in ("", None)}
    assert not unsalted & hashes


def test_an_event_reads_the_same_after_it_was_stored() -> None:
    """Numbers, moments and the order of particulars survive the database; otherwise honest chains would look broken."""
    case = make.referred()
    for event in queries.history(case):
        kept = history.digest(event, case.number)
        db.session.refresh(event)
        assert history.digest(event, case.number) == kept == event.hash
