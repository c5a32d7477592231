"""The verbs of a draft: what a tourist has told so far lies here, step by step, until it is filed or has lain too long.

A draft keeps what was typed, as it was typed, and whether that step was found complete. The pages read it again whenever
they need it, so nothing is lost to an error, to another language or to another device.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

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


class AlreadyFiled(Exception):
    """This draft has become a case; ``case_id`` says which."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"the draft has become case {case_id}")
        self.case_id = case_id


def start(language: str, kind: Kind = Kind.DISPUTE, **known: Any) -> Draft:
    """A new draft. ``known`` is what is known beside the steps, such as ``by_code=True`` for somebody who stands in a shop."""
    now = clock.now()
    draft = Draft(
        id=secrets.token_urlsafe(ID_BYTES),
        language=language,
        answers={**_marked(kind), "steps": {}, **known},
        made_at=now,
        changed_at=now,
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def find(draft_id: str) -> Draft | None:
    """The draft with this id, filed or not; None when there is none, or when it has lain too long."""
    draft = db.session.get(Draft, draft_id) if "\0" not in draft_id else None
    return draft if draft is not None and _fresh(draft) else None


def save(draft_id: str, step: str, typed: Typed, *, complete: bool, language: str) -> Draft:
    """Keep what was typed at one step. Refused for a draft that is gone or too long; AlreadyFiled once it is a case."""
    draft = _locked(draft_id)
    kept = {name: [_storable(value) for value in values] for name, values in typed.items()}
    if sum(len(value) for values in kept.values() for value in values) > LONGEST_STEP:
        raise Refused("too_much_text")
    steps = {**draft.answers.get("steps", {}), step: {"typed": kept, "complete": complete}}
    draft.answers = {**draft.answers, "steps": steps}
    draft.language = language
    draft.changed_at = clock.now()
    db.session.flush()
    return draft


def kind_of(draft: Draft) -> Kind:
    """Whether a complaint or a return is told; it has to be known of a filed one too."""
    return Kind(draft.answers.get("kind", Kind.DISPUTE))


def emptied(draft: Draft) -> dict[str, Any]:
    """What is left of the answers once they are a case: nothing but the kind, and of a complaint nothing at all."""
    return _marked(kind_of(draft))


def typed(draft: Draft, step: str) -> Typed | None:
    """What was typed at this step; None when it was never reached."""
    kept = draft.answers.get("steps", {}).get(step)
    return None if kept is None else kept["typed"]


def complete(draft: Draft, step: str) -> bool:
    """Whether this step was answered and found in order."""
    return bool(draft.answers.get("steps", {}).get(step, {}).get("complete"))


def files(draft: Draft) -> list[Evidence]:
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


def _storable(value: str) -> str:
    """Text without what the database cannot hold. The form has told the person already; the rest must not be lost for it."""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
