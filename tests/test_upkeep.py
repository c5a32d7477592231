"""What is done once a day: a signed digest over all histories, and the end of what the law says must go."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from disputes import clock, inspection, upkeep
from disputes.cases import commands
from disputes.cases.models import Authorisation, Case, CaseEvent, DailyDigest, Evidence
from disputes.db import db, transaction
from disputes.files import storage
from disputes.intake import drafts
from disputes.intake.models import Draft
from disputes.rules.lifecycle import Outcome, State
from tests import factories as make

pytestmark = pytest.mark.usefixtures("database")


def later(**by: float) -> None:
    with transaction():
        clock.stand_at(clock.now() + timedelta(**by))


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def kept(app: Flask, tmp_path) -> Iterator[storage.Storage]:  # type: ignore[no-untyped-def]
    """A storage of this test's own."""
    settings = current_app.config["SETTINGS"]
    current_app.config["SETTINGS"] = type(settings)(**{**vars(settings), "files_url": (tmp_path / "files").as_uri()})
    yield storage.storage_at((tmp_path / "files").as_uri())
    current_app.config["SETTINGS"] = settings


def put_long_ago(kept: storage.Storage, data: bytes) -> str:
    address = kept.put(data)
    os.utime(kept._path(address), (1_000_000, 1_000_000))  # type: ignore[attr-defined]
    return address


# --- the digest of the day


def test_a_day_has_one_digest_however_often_the_hour_comes() -> None:
    make.with_merchant()
    later(hours=1)
    upkeep.daily()
    first = upkeep.make_digest()
    make.offered()
    later(minutes=30)
    upkeep.daily()
    assert count(DailyDigest) == 1
    assert upkeep.make_digest().digest == first.digest


def test_the_next_day_has_its_own() -> None:
    make.with_merchant()
    later(days=1)
    one = upkeep.make_digest()
    make.offered()
    later(days=1)
    other = upkeep.make_digest()
    assert (one.day + timedelta(days=1), one.cases + 1) == (other.day, other.cases)
    assert one.digest != other.digest


def test_a_digest_covers_what_no_step_on_its_way_can_still_join() -> None:
    make.with_merchant()
    made = upkeep.make_digest()
    assert made.cases == count(Case) - 1, "a step of this minute belongs to tomorrow's"
    later(days=1)
    assert upkeep.make_digest().cases == count(Case)


def test_a_digest_still_fits_when_the_histories_have_grown() -> None:
    case = make.offered()
    later(hours=1)
    made = upkeep.make_digest()
    make.settled(case)
    make.with_merchant()
    later(hours=1)
    make.reported(case)
    assert upkeep.still_fits(made)
    assert inspection.doubtful_digests() == []


@pytest.mark.parametrize("column", ["day", "cases", "digest"])
def test_a_digest_that_somebody_changed_does_not_carry_our_signature(column: str) -> None:
    make.with_merchant()
    later(hours=1)
    made = upkeep.make_digest()
    changed = {"day": made.day - timedelta(days=9), "cases": made.cases - 1, "digest": "0" * 64}[column]
    setattr(made, column, changed)
    db.session.flush()
    assert upkeep.forged_digests() == [made.day]
    assert any("signature" in str(said) for said in inspection.doubtful_digests())


def test_a_signature_of_another_installation_is_not_ours(app: Flask) -> None:
    make.with_merchant()
    later(hours=1)
    made = upkeep.make_digest()
    ours, app.config["SECRET_KEY"] = app.config["SECRET_KEY"], "another secret that is long enough"
    try:
        assert upkeep.forged_digests() == [made.day]
    finally:
        app.config["SECRET_KEY"] = ours


def test_two_workers_that_make_the_digest_at_once_make_one(own_app: Flask) -> None:
    with own_app.app_context():
        make.with_merchant()
        with transaction():
            clock.run_ahead(3600)
    start, failures = threading.Barrier(2), []

    def work() -> None:
        try:
            with own_app.app_context():
                start.wait()
                upkeep.daily()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    with own_app.app_context():
        assert count(DailyDigest) == 1
        assert upkeep.forged_digests() == []


# --- what must go


def a_draft(**fields: object) -> Draft:
    with transaction():
        return drafts.start("en", **fields)


def test_a_draft_that_nobody_touched_for_thirty_days_goes_with_its_files(kept: storage.Storage) -> None:
    old, young = a_draft(), None
    data = put_long_ago(kept, b"a photo"), put_long_ago(kept, b"a safe copy")
    with transaction():
        drafts.add_files(old.id, [make.upkeep.File("a.jpg", "image/jpeg", 7, data[0], data[1], None)])
    later(days=29, hours=23)
    young = a_draft()
    upkeep.purge()
    assert count(Draft) == 2
    later(hours=2)
    done = upkeep.purge()
    assert (done["drafts"], done["files"]) == (1, 2)
    assert [d.id for d in db.session.scalars(select(Draft))] == [young.id]
    assert count(Evidence) == 0
    assert not any(kept.exists(address) for address in data)


def test_a_draft_that_was_touched_stays(kept: storage.Storage) -> None:
    draft = a_draft()
    later(days=29)
    with transaction():
        drafts.save(draft.id, "story", {"words": ["It broke."]}, complete=True, language="en")
    later(days=29)
    assert upkeep.purge()["drafts"] == 0
    assert count(Draft) == 1


def test_a_file_that_a_case_names_stays_and_one_that_nobody_names_goes(kept: storage.Storage) -> None:
    piece = make.with_picture(make.with_merchant())
    for address in (piece.sha256, piece.safe_sha256, piece.thumbnail_sha256):
        os.utime(kept._path(address), (1_000_000, 1_000_000))  # type: ignore[attr-defined, arg-type]
    stray, young = put_long_ago(kept, b"of a form that was never sent"), kept.put(b"of a form that is being sent")
    assert upkeep.purge()["files"] == 1
    assert not kept.exists(stray)
    assert all(map(kept.exists, (piece.sha256, piece.safe_sha256, str(piece.thumbnail_sha256), young)))


def test_identity_goes_ninety_days_after_closing_and_the_name_stays_with_the_case(kept: storage.Storage) -> None:
    case = make.closed(make.authorised(make.mediation()), outcome=Outcome.NO_AGREEMENT)
    later(days=89, hours=23)
    assert upkeep.purge()["identities"] == 0
    assert case.authorisations[0].document_number == make.IDENTITY["document_number"]
    later(hours=2)
    assert upkeep.purge()["identities"] == 1
    (row,) = db.session.scalars(select(Authorisation))
    db.session.refresh(row)
    assert (row.document_number, row.home_address, row.phone) == (None, None, None)
    assert row.full_name == make.IDENTITY["full_name"]
    assert upkeep.purge()["identities"] == 0


def test_identity_goes_also_where_only_a_part_of_it_was_given(kept: storage.Storage) -> None:
    case = make.mediation()
    with transaction():
        commands.authorise(
            case.id, None, make.tourist_of(case), "market_regulation", warned=True,
            identity={"full_name": "AOKI Hanako", "phone": "+81 90 1234 5678"},
        )  # fmt: skip
    make.closed(case, outcome=Outcome.NO_AGREEMENT)
    later(days=91)
    assert upkeep.purge()["identities"] == 1
    (row,) = db.session.scalars(select(Authorisation))
    db.session.refresh(row)
    assert row.phone is None


def test_identity_of_an_open_case_stays_however_long_it_takes(kept: storage.Storage) -> None:
    make.referral_ready()
    later(days=400)
    assert upkeep.purge()["identities"] == 0


def test_personal_data_go_three_years_after_closing_with_the_files(kept: storage.Storage) -> None:
    case = make.with_merchant()
    piece = make.with_picture(case)
    make.closed(case, outcome=Outcome.WITHDRAWN)
    later(days=3 * 365 - 1)
    assert upkeep.purge()["cases"] == 0
    assert kept.exists(piece.sha256)
    later(days=2)
    assert upkeep.purge()["cases"] == 1
    db.session.expire_all()
    assert case.erased_at is not None
    assert case.tourist.name is None
    assert case.events[-1].action == "erase"
    assert case.events[-1].by == "system"
    assert not any(kept.exists(str(a)) for a in (piece.sha256, piece.safe_sha256, piece.thumbnail_sha256))
    assert upkeep.purge()["cases"] == 0
    assert inspection.broken_histories() == []


def test_a_file_that_a_younger_case_gave_too_stays(kept: storage.Storage) -> None:
    old, young = make.with_merchant(), make.with_merchant()
    piece = make.with_picture(old)
    with transaction():
        make.upkeep.add_evidence(
            young.id, None, make.tourist_of(young),
            [make.upkeep.File("b.jpg", "image/jpeg", piece.size, piece.sha256, piece.safe_sha256, piece.thumbnail_sha256)],
        )  # fmt: skip
    make.closed(old, outcome=Outcome.WITHDRAWN)
    later(days=3 * 365 + 1)
    assert upkeep.purge()["cases"] == 1
    assert kept.exists(piece.sha256)


def test_one_case_that_cannot_be_erased_does_not_keep_the_others(kept: storage.Storage) -> None:
    bad, good = make.closed(outcome=Outcome.WITHDRAWN), make.closed(outcome=Outcome.WITHDRAWN)
    with db.session.begin_nested():
        db.session.execute(
            CaseEvent.__table__.insert().values(  # the place in its chain is taken, so no step can be written
                case_id=bad.id, seq=bad.last_seq + 1, action="note", to_state="closed", by="officer", at=clock.now(),
                details={}, previous="", hash="",
            )
        )  # fmt: skip
    later(days=3 * 365 + 1)
    assert upkeep.purge()["cases"] == 1
    db.session.expire_all()
    assert good.erased_at is not None
    assert bad.erased_at is None


def test_an_open_case_is_never_erased_by_age(kept: storage.Storage) -> None:
    case = make.mediation()
    later(days=4 * 365)
    upkeep.purge()
    db.session.expire_all()
    assert (case.state, case.erased_at) == (State.MEDIATION, None)


def test_the_days_work_done_twice_is_done_once(kept: storage.Storage) -> None:
    make.closed(outcome=Outcome.WITHDRAWN)
    later(days=3 * 365 + 1)
    upkeep.daily()
    events = count(CaseEvent)
    upkeep.daily()
    assert count(CaseEvent) == events
    assert upkeep.open_cases() == 0
