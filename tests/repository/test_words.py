"""Whatever a person can come to see has its words: codes, refusals, letters, commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Any

import click
import pytest

from disputes import names
from disputes.accounts import passwords
from disputes.cases.texts import UnreadableText
from disputes.cli import HIDDEN, MODULES, main
from disputes.files.refusals import SENTENCES, RefusalReason
from disputes.law import routing_file
from disputes.names import returns as return_names
from disputes.rules import notices
from disputes.rules.categories import Category, Danger, HowBought, PaidHow, Purpose, Trade
from disputes.rules.clocks import CLOCKS, ClockName
from disputes.rules.grounds import GROUNDS
from disputes.rules.lifecycle import STEPS, Kind, Outcome, Role, State
from disputes.rules.packages import Goods, Means, PackageError, Remedy, Shipping, Within
from disputes.rules.pledges import Condition, Proof, Starts, Way
from disputes.rules.procedure import EndGround, FactKind, RefusalGround
from disputes.rules.publishing import BreachReason, Desk, Flaw, NetworkKind, Reach, Standing, Worse
from disputes.rules.return_way import PHOTOGRAPHS, Grade, Holder, RejectionReason, Wish
from disputes.rules.return_way import RefusalGround as ShopsGround
from disputes.rules.routing import Part, Priority
from disputes.seeding import known
from disputes.web.sentences import REFUSED
from tests.repository.tree import ROOT, product

MESSAGES = ROOT / "templates" / "messages"

STORED_STATES = [state for state in State if state is not State.BACK]
TAKEN_ACTIONS = {step.action for step in STEPS}

# fmt: off
WORDS: tuple[tuple[str, Iterable[Any], Mapping[Any, Any]], ...] = (
    ("categories",              Category,      names.CATEGORIES),
    ("hints of categories",     Category,      names.CATEGORY_HINTS),
    ("trades",                  Trade,         names.TRADES),
    ("how it was bought",       HowBought,     names.HOW_BOUGHT),
    ("how it was paid",         PaidHow,       names.PAID_HOW),
    ("dangers",                 Danger,        names.DANGERS),
    ("dangers reported",        Danger,        names.DANGERS_REPORTED),
    ("remedies",                Remedy,        names.REMEDIES),
    ("goods",                   Goods,         names.GOODS),
    ("shipping",                Shipping,      names.SHIPPING),
    ("means",                   Means,         names.MEANS),
    ("starts of a period",      Starts,        names.PERIOD_STARTS),
    ("conditions of goods",     Condition,     names.RETURN_CONDITIONS),
    ("proofs of purchase",      Proof,         names.RETURN_PROOFS),
    ("ways of return",          Way,           names.RETURN_WAYS),
    ("return desks",            Desk,          names.RETURN_DESKS),
    ("freight of a promise",    ("buyer", "merchant"), names.RETURN_FREIGHT),
    ("reach of a promise",      Reach,         names.RETURN_REACHES),
    ("kinds of networks",       NetworkKind,   names.NETWORK_KINDS),
    ("standings of a promise",  Standing,      names.PLEDGE_STANDINGS),
    ("breaches of a promise",   BreachReason,  names.BREACH_REASONS),
    ("flaws of a promise",      Flaw,          names.PLEDGE_FLAWS),
    ("where it gives less",     Worse,         names.WORSE_POINTS),
    ("by when",                 Within,        names.WITHIN),
    ("wishes of a return",      Wish,          return_names.WISHES),
    ("grounds of a shop",       ShopsGround,   return_names.REFUSALS),
    ("reasons not to accept",   RejectionReason, return_names.REJECTIONS),
    ("grades of goods",         Grade,         return_names.GRADES),
    ("who holds goods",         Holder,        return_names.HOLDERS),
    ("photographs",             PHOTOGRAPHS,   return_names.PHOTOGRAPHS),
    ("kinds",                   Kind,          names.KINDS),
    ("states",                  STORED_STATES, names.STATES),
    ("states for the tourist",  STORED_STATES, names.STATES_FOR_TOURIST),
    ("states for the merchant", STORED_STATES, names.STATES_FOR_MERCHANT),
    ("outcomes",                Outcome,       names.OUTCOMES),
    ("clocks",                  ClockName,     names.CLOCKS),
    ("what follows",            ClockName,     names.FOLLOWS),
    ("follows, for tourists",   ClockName,     names.FOLLOWS_FOR_TOURIST),
    ("follows, for merchants",  ClockName,     names.FOLLOWS_FOR_MERCHANT),
    ("actions",                 TAKEN_ACTIONS, names.ACTIONS),
    ("actions for the tourist", TAKEN_ACTIONS, names.ACTIONS_FOR_TOURIST),
    ("roles",                   Role,          names.ROLES),
    ("roles for the tourist",   Role,          names.ROLES_FOR_TOURIST),
    ("roles for the merchant",  Role,          names.ROLES_FOR_MERCHANT),
    ("purposes of consents",    Purpose,       names.PURPOSES),
    ("authorities",             {r.gives for r in routing_file.seed(known()).part(Part.AUTHORITY)}, names.AUTHORITIES),
    ("priorities",              Priority,      names.PRIORITIES),
    ("parts of the routing",    Part,          names.ROUTING_PARTS),
    ("grounds",                 {g.rule_id for g in GROUNDS},      names.GROUNDS),
    ("laws behind the grounds", {g.law for g in GROUNDS},          names.LAWS),
    ("facts of authorities",    FactKind,      names.AUTHORITY_FACTS),
    ("grounds of refusals",     RefusalGround, names.REFUSAL_GROUNDS),
    ("grounds of an end",       EndGround,     names.END_GROUNDS),
    ("departures",              ("known", "departed", "unknown"),  names.DEPARTURES),
    ("channels",                ("web", "api", "staff", "desk", "return"), names.CHANNELS),
    ("refused files",           RefusalReason, SENTENCES),
)
# fmt: on


@pytest.mark.parametrize(("what", "codes", "words"), WORDS, ids=[row[0] for row in WORDS])
def test_every_code_of_a_closed_set_has_its_words(what: str, codes: Iterable[Any], words: Mapping[Any, Any]) -> None:
    missing = [str(code) for code in codes if not str(words.get(code, "")).strip()]
    assert not missing, f"{what}: nobody has named {missing}"


@pytest.mark.parametrize("name", [name for name, words in vars(names).items() if name.isupper()])
def test_nothing_is_named_that_does_not_exist(name: str) -> None:
    """Words of a code that is gone would still be translated into every language."""
    known = {str(code) for _, codes, words in WORDS if words is getattr(names, name) for code in codes}
    named = {str(code) for code in getattr(names, name)}
    assert not known or named - known <= _also_named(name), name


def test_every_reason_for_which_a_case_is_held_has_its_words() -> None:
    codes = set(_texts_in("disputes.rules.routing", "held_reasons")) | {"perhaps_filed_twice", "taken_up_by_hand"}
    codes |= {"person_decides", "many_returns", "invoice_used_up"}  # of a return
    assert codes == set(names.HELD_REASONS)


def test_every_ready_question_and_every_reason_to_contest_is_a_whole_thought() -> None:
    for words in (names.QUESTION_PHRASES, names.CONTEST_REASONS):
        for code, said in words.items():
            assert re.fullmatch(r"[a-z_]+", code)
            assert str(said)[0].isupper(), said


# --- refusals

REFUSALS = {"Refused", "AccountRefused", "PledgeRefused", "PreferenceRefused", "WeakPassword", "PackageError"}
ELSEWHERE = "disputes.files"  # its codes are those of RefusalReason


def refusal_codes() -> dict[str, str]:
    """Every code with which the product refuses something, and one place where it does."""
    found: dict[str, str] = {}
    for module in product().values():
        if module.name.startswith(ELSEWHERE):
            continue
        for call, called in module.calls():
            if called.rsplit(".", 1)[-1] in REFUSALS and call.args and isinstance(call.args[0], ast.Constant):
                found[call.args[0].value] = module.where(call)
    return found


def test_every_refusal_has_a_sentence() -> None:
    missing = {code: where for code, where in refusal_codes().items() if code not in REFUSED}
    assert not missing, f"web/sentences.py has no sentence for {missing}"


def test_every_sentence_of_a_refusal_belongs_to_one() -> None:
    assert set(REFUSED) <= set(refusal_codes())


def test_refusals_name_their_code_where_it_is_raised() -> None:
    """So that the tests above see it: no code is put together or handed through."""
    wrong = [
        module.where(call)
        for module in product().values()
        if not module.name.startswith(ELSEWHERE)
        for call, called in module.calls()
        if called.rsplit(".", 1)[-1] in REFUSALS
        and not (call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str))
    ]
    assert not wrong, wrong


def test_a_refusal_is_told_in_whole_sentences() -> None:
    for code, said in REFUSED.items():
        assert re.fullmatch(r"“?[A-Z].*[.?]", str(said), re.S), code


def test_the_refusals_that_carry_codes_are_these() -> None:
    """A new exception with a code must be known to the tests above."""
    assert {cls.__name__ for cls in (passwords.WeakPassword, PackageError)} <= REFUSALS
    carrying = {
        node.name
        for module in product().values()
        if not module.name.startswith("disputes.files")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and "self.code = code" in ast.unparse(node)
    }
    assert carrying <= REFUSALS | {UnreadableText.__name__}


# --- letters


def test_every_letter_has_its_text_and_every_text_its_letter() -> None:
    written = {path.stem for path in MESSAGES.iterdir() if path.is_file() and not path.name.startswith("_")}
    assert written == set(notices.letters())


def test_a_step_that_somebody_is_told_of_exists() -> None:
    known = {(step.kind, step.action) for step in STEPS}
    assert set(notices.NOTICES) <= known


def test_everybody_who_owes_something_is_reminded() -> None:
    assert {clock.owes for clock in CLOCKS if not clock.recorded} <= set(notices.REMINDERS)


def test_no_letter_takes_its_words_from_the_code_alone() -> None:
    """Every letter has a subject that goes through the catalogues."""
    for path in MESSAGES.iterdir():
        assert "set subject" in path.read_text(encoding="utf-8"), path.name


# --- the command line


@pytest.mark.parametrize("name", [*MODULES, *HIDDEN])
def test_every_command_has_a_help_line_a_newcomer_understands(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    for each in (command, *getattr(command, "commands", {}).values()):
        said = (each.help or "").strip()
        assert re.match(r"[A-Z].*?\.(\s|$)", said, re.S), f"{each.name} says {said!r}"
        for parameter in each.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{each.name} {parameter.opts}"


def test_commands_that_answer_programs_answer_in_json() -> None:
    for name in ("seed", "tick", "purge", "doctor"):
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert "as_json" in {parameter.name for parameter in command.params}, name


def _texts_in(module: str, function: str) -> list[str]:
    body = next(
        node for node in ast.walk(product()[module].tree) if isinstance(node, ast.FunctionDef) and node.name == function
    )
    said = [node.value for node in ast.walk(body) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in said if re.fullmatch(r"[a-z_]+", text)]


def _also_named(name: str) -> set[str]:
    """Authorities to which no trade leads by itself: an officer may choose them."""
    return set(map(str, names.AUTHORITIES)) if name == "AUTHORITIES" else set()
