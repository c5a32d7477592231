"""The verbs by which an officer records what an authority did with a case, and corrects such a record.

What an authority does never moves the case: it stays with the authority until an officer settles, takes back or closes it.
"""

from __future__ import annotations

from datetime import date

from disputes import clock
from disputes.accounts.actors import Actor
from disputes.cases import procedures, queries, texts
from disputes.cases.advance import advance
from disputes.cases.authority_models import AuthorityFact
from disputes.cases.commands import Refused
from disputes.cases.models import Case, CaseEvent, Referral
from disputes.db import db
from disputes.rules import procedure
from disputes.rules.lifecycle import Action
from disputes.rules.procedure import EndGround, Fact, FactKind, RefusalGround
from disputes.rules.rulebook import CannotCount, Length

ACTION_OF = {
    FactKind.ACCEPTED: Action.AUTHORITY_ACCEPTS,
    FactKind.REFUSED: Action.AUTHORITY_REFUSES,
    FactKind.ENDED: Action.AUTHORITY_ENDS,
}
"""Those that the parties are told of; every other fact is news for the record."""

WITH_REASONS = (FactKind.TEST_BEGAN, FactKind.TEST_ENDED, FactKind.BREACH_EXTENDED, FactKind.REPORT_EXTENDED)
"""What moves a date of the law is recorded with a reason."""


def record(
    reference: str | int,
    version: int | None,
    by: Actor,
    kind: FactKind,
    on: date,
    *,
    until: date | None = None,
    more: Length | None = None,
    ground: RefusalGround | EndGround | None = None,
    words: str = "",
    language: str = "zh_CN",
) -> CaseEvent:
    """Record what the authority did on a day in China; its deadlines follow, also where the day lies weeks back.

    ``until`` is the last day of a test where it is known, ``more`` by how much a period was extended (the whole of what the
    rule allows, where nothing is said), ``ground`` why it refused or ended. Refused are a day in the future, a fact that lacks what must come before it, and a pause or an
    extension that the rule does not name.
    """
    case = queries.lock(reference, by, version)
    referral = queries.referral(case)
    _allowed(case, referral, kind, on, ground, words)
    standing = procedures.as_facts(procedures.facts_of(referral))
    more = more or _as_the_rule_allows(case, referral, kind, standing)
    new = Fact(procedures.NEW, kind, on, until, more.count if more else None, more.unit if more else None)
    wanted = _planned(case, referral, [*standing, new])
    if kind is FactKind.TEST_BEGAN and not _test_counts(wanted, on):
        raise Refused("pause_not_lawful")
    text = texts.write(case, "authority", by.role, words, language, "tourist" if kind in ACTION_OF else "staff")
    event = advance(
        case,
        ACTION_OF.get(kind, Action.AUTHORITY_STEP),
        by,
        details={
            "authority": referral.authority_code, "fact": kind, "on": on.isoformat(),
            "until": until.isoformat() if until else None, "more": str(more) if more else None, "ground": ground,
            "replanned": wanted.moved, **texts.said(text),
        },
        letter={
            "authority": referral.authority_code, "ground": ground, "words": words.strip(), **procedures.next_date(wanted),
        },
    )  # fmt: skip
    texts.attach(event, text)
    fact = AuthorityFact(
        case_id=case.id, referral_id=referral.id, event_id=event.id, kind=kind, on=on, until=until, length=new.length,
        unit=new.unit, ground=ground, text=text,
    )  # fmt: skip
    db.session.add(fact)
    db.session.flush()
    procedures.carry_out(case, referral, wanted, event, fact)
    return event


def correct(
    reference: str | int, version: int | None, by: Actor, fact_id: int, words: str, language: str = "zh_CN"
) -> CaseEvent:
    """Take back what was recorded wrongly, with the reason. The deadlines become what they would be without it."""
    case = queries.lock(reference, by, version)
    referral = queries.referral(case)
    rows = procedures.facts_of(referral)
    wrong = next((row for row in rows if row.id == fact_id), None)
    if wrong is None:
        raise Refused("no_such_fact")
    if not words.strip():
        raise Refused("reasons_missing")
    left = procedures.as_facts(row for row in rows if row is not wrong)
    if not left:
        raise Refused("receipt_must_stand")
    if procedure.mistake(left):
        raise Refused("others_stand_on_it")
    wanted = _planned(case, referral, left)
    text = texts.write(case, "authority", by.role, words, language, "staff")
    event = advance(
        case,
        Action.CORRECT_AUTHORITY,
        by,
        details={
            "authority": referral.authority_code, "fact": wrong.kind, "on": wrong.on.isoformat(),
            "replanned": wanted.moved, **texts.said(text),
        },
        letter={"authority": referral.authority_code, **procedures.next_date(wanted)},
    )  # fmt: skip
    texts.attach(event, text)
    wrong.removed_at, wrong.removed_by_id = event.at, event.id
    db.session.flush()
    procedures.carry_out(case, referral, wanted, event)
    return event


def _allowed(
    case: Case, referral: Referral, kind: FactKind, on: date, ground: RefusalGround | EndGround | None, words: str
) -> None:
    if kind not in procedure.kinds_of(procedures.clocks_of(case, referral)):
        raise Refused("not_of_this_authority")
    if on > clock.today():
        raise Refused("fact_in_the_future")
    if kind is FactKind.REFUSED and not isinstance(ground, RefusalGround):
        raise Refused("ground_missing")
    if kind is FactKind.ENDED and not isinstance(ground, EndGround):
        raise Refused("ground_missing")
    if kind in WITH_REASONS and not words.strip():
        raise Refused("reasons_missing")


def _planned(case: Case, referral: Referral, facts: list[Fact]) -> procedures.Plan:
    wrong = procedure.mistake(facts)
    if wrong == "nothing_before":
        raise Refused("nothing_before")
    if wrong == "already_recorded":
        raise Refused("already_recorded")
    if wrong == "ends_before_it_begins":
        raise Refused("ends_before_it_begins")
    if wrong == "no_open_pause":
        raise Refused("no_open_pause")
    try:
        return procedures.plan(case, referral, facts)
    except CannotCount:
        raise Refused("extension_not_lawful") from None


def _test_counts(wanted: procedures.Plan, on: date) -> bool:
    """Whether a test that begins on this day stops any clock: only a rule that names the pause is stopped by it."""
    return any(
        procedure.TEST in rule.pauses
        for each in wanted.runs
        if each.run.clock.starts is FactKind.ACCEPTED
        and (each.run.ended is None or each.run.ended.on >= on)
        and (rule := procedures.rule_by(each)) is not None
    )


def _as_the_rule_allows(case: Case, referral: Referral, kind: FactKind, facts: list[Fact]) -> Length | None:
    """The whole extension of the rule whose period this fact extends; None for every other fact."""
    clocks = [each for each in procedures.clocks_of(case, referral) if each.extended is kind]
    runs = procedure.replay(clocks, facts)
    rule = procedures.rule_of(runs[-1], facts) if runs else None
    return rule.extension if rule is not None else None
