"""The verbs of a draft: what a tourist has told so far lies here, step by step, until it is filed or has lain too long.

A draft keeps what was typed, as it was typed, and whether that step was found complete. The pages read it again whenever
they need it, so nothing is lost to an error, to another language or to another device.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import CursorResult, delete, func, select

from disputes import clock
from disputes.cases.commands import Refused
from disputes.cases.models import Evidence
from disputes.cases.upkeep import MOST_FILES, File
from disputes.db import db
from disputes.intake.models import Draft
from disputes.rules.lifecycle import Kind, Role

KEPT_FOR = timedelta(days=30)  # since the last change
ID_BYTES = 18
LONGEST_STEP = 100_000  # characters of one step, all fields together; the longest field takes 20,000
PURGE_BATCH = 1000

Typed = Mapping[str, Sequence[str]]

_READ = "id, language, answers, changed_at, case_id"
_FIND = f"SELECT {_READ}, {clock.PRESENT} AS present FROM drafts WHERE id = %(id)s"  # noqa: S608
_START = """
    INSERT INTO drafts (id, language, answers, made_at, changed_at)
    VALUES (%(id)s, %(language)s, %(answers)s, %(now)s, %(now)s)
"""
# One step is put among the others where they lie, so two devices that answer two questions at once lose neither.
_SAVE = f"""
    UPDATE drafts SET language = %(language)s, changed_at = %(now)s,
        answers = jsonb_set('{{"steps": {{}}}}' || answers, ARRAY['steps', %(step)s], %(answered)s)
    WHERE id = %(id)s AND case_id IS NULL AND changed_at >= %(since)s RETURNING {_READ}
"""  # noqa: S608


class AlreadyFiled(Exception):
    """This draft has become a case; ``case_id`` says which."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"the draft has become case {case_id}")
        self.case_id = case_id


@dataclass(frozen=True)
class Begun:
    """A draft as it was read. Only the verbs here change the row behind it, and they say what it is then."""

    id: str
    language: str
    answers: dict[str, Any]
    changed_at: datetime
    case_id: int | None


def start(language: str, kind: Kind = Kind.DISPUTE, steps: Mapping[str, Typed] | None = None, **known: Any) -> Begun:
    """A new draft. ``steps`` are answers that are known and complete, such as the shop for somebody who stands in it;
    ``known`` is what is known beside the steps, such as ``by_code=True``."""
    kept = {step: _answered(typed, complete=True) for step, typed in (steps or {}).items()}
    begun = Begun(
        id=secrets.token_urlsafe(ID_BYTES),
        language=language,
        answers={**_marked(kind), "steps": kept, **known},
        changed_at=clock.now(),
        case_id=None,
    )
    _execute(_START, id=begun.id, language=language, answers=Jsonb(begun.answers), now=begun.changed_at)
    return begun


def find(draft_id: str) -> Begun | None:
    """The draft with this id, filed or not; None when there is none, or when it has lain too long."""
    row = _execute(_FIND, id=draft_id).one_or_none() if "\0" not in draft_id else None
    if row is None:
        return None
    clock.keep(row.present)
    return Begun(*row[:-1]) if row.changed_at >= row.present - KEPT_FOR else None


def save(draft_id: str, step: str, typed: Typed, *, complete: bool, language: str) -> Begun:
    """Keep what was typed at one step. Refused for a draft that is gone or too long; AlreadyFiled once it is a case."""
    answered = _answered(typed, complete=complete)
    if sum(len(value) for values in answered["typed"].values() for value in values) > LONGEST_STEP:
        _locked(draft_id)  # it may be gone or filed, which is said first
        raise Refused("too_much_text")
    now = clock.now()
    given = {"id": draft_id, "step": step, "answered": Jsonb(answered), "language": language, "now": now}
    row = _execute(_SAVE, **given, since=now - KEPT_FOR).one_or_none()
    if row is None:
        _locked(draft_id)  # says why not
        raise Refused("no_such_draft")
    return Begun(*row)


def kind_of(draft: Begun | Draft) -> Kind:
    """Whether a complaint or a return is told; it has to be known of a filed one too."""
    return Kind(draft.answers.get("kind", Kind.DISPUTE))


def typed(draft: Begun, step: str) -> Typed | None:
    """What was typed at this step; None when it was never reached."""
    kept = draft.answers.get("steps", {}).get(step)
    return None if kept is None else kept["typed"]


def complete(draft: Begun, step: str) -> bool:
    """Whether this step was answered and found in order."""
    return bool(draft.answers.get("steps", {}).get(step, {}).get("complete"))


def files(draft: Begun | Draft) -> list[Evidence]:
    """The files added so far, in their order."""
    return list(db.session.scalars(select(Evidence).where(Evidence.draft_id == draft.id).order_by(Evidence.id)))


def add_files(draft_id: str, accepted: Sequence[File]) -> int:
    """Add accepted files; the number of those that are new. Refused, with nothing added, when there are too many."""
    draft = _locked(draft_id)
    known = {row.sha256 for row in files(draft)}
    fresh: dict[str, File] = {}
    for file in accepted:
        if file.sha256 not in known:
            fresh.setdefault(file.sha256, file)
    if len(known) + len(fresh) > MOST_FILES:
        raise Refused("too_many_files")
    now = clock.now()
    for file in fresh.values():
        db.session.add(Evidence(draft_id=draft.id, by_role=Role.TOURIST, added_at=now, **vars(file)))
    draft.changed_at = now
    db.session.flush()
    return len(fresh)


def remove_file(draft_id: str, evidence_id: int) -> None:
    """Take a file out again. One that is not there (any more) is out already; what is stored goes with the next clean-up."""
    draft = _locked(draft_id)
    db.session.execute(delete(Evidence).where(Evidence.draft_id == draft.id, Evidence.id == evidence_id))
    draft.changed_at = clock.now()


def discard(draft_id: str) -> None:
    """Delete a draft at the wish of whoever typed it. One that is filed stays: it is a case now."""
    draft = _locked(draft_id)
    db.session.execute(delete(Evidence).where(Evidence.draft_id == draft.id))
    db.session.delete(draft)
    db.session.flush()


def purge() -> int:
    """Delete drafts that nobody has touched for 30 days, with the rows of their files; the number of drafts.

    Of a filed draft only its id is left, by which a second sending finds its case; after that time nobody sends again.
    """
    old = select(Draft.id).where(Draft.changed_at < clock.now() - KEPT_FOR).limit(PURGE_BATCH)
    ids = list(db.session.scalars(old.with_for_update(skip_locked=True)))
    if ids:
        db.session.execute(delete(Evidence).where(Evidence.draft_id.in_(ids)))
        db.session.execute(delete(Draft).where(Draft.id.in_(ids)))
    return len(ids)


def waiting() -> int:
    """How many drafts are not filed yet."""
    return db.session.scalar(select(func.count()).select_from(Draft).where(Draft.case_id.is_(None))) or 0


def _locked(draft_id: str) -> Draft:
    draft = db.session.get(Draft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None or not _fresh(draft):
        raise Refused("no_such_draft")
    if draft.case_id is not None:
        raise AlreadyFiled(draft.case_id)
    return draft


def _marked(kind: Kind) -> dict[str, Any]:
    return {} if kind is Kind.DISPUTE else {"kind": kind}


def _fresh(draft: Draft) -> bool:
    return draft.changed_at >= clock.now() - KEPT_FOR


def _answered(typed: Typed, *, complete: bool) -> dict[str, Any]:
    kept = {name: [_storable(value) for value in values] for name, values in typed.items()}
    return {"typed": kept, "complete": complete}


def _execute(statement: str, **given: Any) -> CursorResult[Any]:
    """A statement beside the session's objects: a page of the wizard takes two, and all else about it is other work."""
    return db.session.connection().exec_driver_sql(statement, given)


def _storable(value: str) -> str:
    """Text without what the database cannot hold. The form has told the person already; the rest must not be lost for it."""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
