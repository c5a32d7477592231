"""Every address of the product with everybody who may come: who gets in, who does not, and that looking changes nothing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import config as settings
from disputes.app import create_app
from disputes.cases.models import Case
from disputes.numbers import spoken
from disputes.rules.lifecycle import Outcome
from tests import factories as make
from tests.repository.walk import World, changed, each, fingerprint, form_of, rules, send, visit

# What strangers may open. Everything else is closed until somebody puts it here.
OPEN = {
    "public.home", "public.privacy", "public.rules", "public.rule", "public.shop", "public.case_find",
    "public.file", "public.new", "public.step", "public.answer", "public.discard", "public.draft",
    "public.elsewhere", "public.emergency", "public.already_filed",
    "public.returning", "public.returning_at", "public.returning_step", "public.returning_answer", "public.returning_new",
    "public.returning_elsewhere", "public.returning_draft", "public.returning_tax_checklist",
    "health.healthz", "health.readyz",
    "api.pledges", "api.pledge",
    "public.pledges", "public.pledge_page", "public.pledges_data", "public.pledges_csv", "public.pledges_json",
    "public.figures", "public.figures_csv", "public.figures_json",
    "api.page", "api.openapi", "api.categories", "api.places", "api.shops", "api.desks", "api.odds", "api.verdict",
    "merchant.sign_in", "merchant.sign_out", "merchant.invitation",
    "staff.sign_in", "staff.sign_in_code", "staff.sign_in_set_up", "staff.sign_out", "staff.invitation",
    "desk.sign_in", "desk.sign_in_code", "desk.sign_in_set_up", "desk.sign_out", "desk.invitation", "desk.offline", "desk.worker",
}  # fmt: skip
NOT_IN_PRODUCTION = ("gallery.", "mailbox.")
SUPERVISORS_ONLY = {
    "staff.desks", "staff.desk", "staff.desk_new", "staff.desk_step", "staff.desk_person_new", "staff.stock_seen",
    "staff.pledges_import", "staff.pledge_breach_clear",
    "staff.faults", "staff.standards", "staff.standards_replan", "staff.promises", "staff.fault_again", "staff.office_notices", "staff.office_notices_choice",
    "staff.office_notices_robot", "staff.office_notices_robot_step", "staff.histories", "staff.keys", "staff.key_revoke", "staff.late", "staff.offices",
    "staff.office", "staff.users", "staff.user", "staff.user_step", "staff.user_new", "staff.workload",
    "staff.workload_hand_over", "staff.roster_shift", "staff.roster_shift_remove", "staff.roster_absence",
    "staff.roster_absence_end", "staff.routing", "staff.routing_table", "staff.routing_dry_run", "staff.routing_put_in_force",
}  # fmt: skip
FOR_COMPANIONS = {"public.case_page", "public.case_dates", "public.case_file", "public.case_thumbnail"}
RECEIPTS = {"desk.receipt", "desk.receipt_pdf"}  # of the desk that gave them
FILES = {"public.case_file", "public.case_thumbnail"}
MUST_SUCCEED = {200, 302, 303, 409}  # 409: the calm page for a step that is not possible now
ONLY_WHEN_THERE_IS_ONE = {
    "public.case_proof", "public.case_file_of_papers", "staff.referral_pdf", "staff.referral_zip",
    "staff.taken_down", "staff.slip", "staff.slip_pdf",  # of a complaint that this very officer took down
}  # fmt: skip
NOT_HERE, FORBIDDEN, SIGN_IN, WHO_ARE_YOU = {404}, {403}, {303}, {401}

# To the case; a desk sees returns and no dispute.
STRANGERS = (
    "stranger", "tourist of another case", "merchant of another company", "another partner", "desk", "another desk",
)  # fmt: skip
AT_A_PORTAL = ("merchant", "merchant of another company", "officer", "supervisor", "desk", "another desk")
VISITORS = (
    *STRANGERS, "tourist", "companion", "shop by link", "somebody at the counter", "merchant", "officer", "supervisor",
    "partner",
)  # fmt: skip
MARK = "Zaunkönig"  # stands in everything that was told in the case


@pytest.fixture
def world(app: Flask, database: None) -> World:
    case = make.offered(
        narrative=f"They sold me a broken {MARK}.", item=f"{MARK} of porcelain", name=f"Frau {MARK}",
        email=f"{MARK.encode('idna').decode()}@travellers.example", companion_email="friend@travellers.example",
    )  # fmt: skip
    make.with_picture(case, f"{MARK}.jpg")
    return World(case)


def expected(visitor: str, rule: Rule) -> set[int]:
    """What this visitor must get at this address, by whatever method."""
    endpoint = rule.endpoint
    portal = endpoint.split(".")[0]
    if endpoint in OPEN:
        return {200, 302, 303, 422} if endpoint in ("api.shops", "api.odds") else {200, 302, 303}
    if portal == "staff":
        if visitor in ("officer", "supervisor"):
            if endpoint in SUPERVISORS_ONLY and visitor == "officer":
                return FORBIDDEN
            return MUST_SUCCEED | (NOT_HERE if endpoint in ONLY_WHEN_THERE_IS_ONE else set())
        return NOT_HERE if visitor in AT_A_PORTAL else SIGN_IN
    if portal == "desk":
        if visitor == "another desk" and endpoint in RECEIPTS:
            return NOT_HERE
        if visitor.endswith("desk"):
            return MUST_SUCCEED
        return NOT_HERE if visitor in AT_A_PORTAL else SIGN_IN
    if portal == "merchant":
        if visitor.startswith("merchant"):
            of_the_case = bool({"number", "user_id", "code", "breach_id", "member_id", "shop_id"} & set(rule.arguments))
            return NOT_HERE if visitor != "merchant" and of_the_case else MUST_SUCCEED
        return NOT_HERE if visitor in AT_A_PORTAL else SIGN_IN
    if portal == "merchant_link":
        return MUST_SUCCEED if visitor == "shop by link" else NOT_HERE
    if endpoint == "public.return_code":
        return NOT_HERE  # the code of a return is a token of its own, and no other link is one
    if endpoint.startswith("public.case_claim"):
        return MUST_SUCCEED if visitor == "somebody at the counter" else NOT_HERE
    if portal == "public":
        return _of_a_case(visitor, endpoint)
    assert portal == "api", f"{endpoint} belongs to nobody; say in tests/repository/test_routes.py who may open it"
    return _of_the_interface(visitor, endpoint)


def _of_a_case(visitor: str, endpoint: str) -> set[int]:
    if visitor == "companion":
        return {200} if endpoint in FOR_COMPANIONS else FORBIDDEN | (NOT_HERE if endpoint == "public.filed" else set())
    if visitor not in ("tourist", "tourist of another case") or (visitor != "tourist" and endpoint in FILES):
        return NOT_HERE
    return MUST_SUCCEED | (NOT_HERE if endpoint in ONLY_WHEN_THERE_IS_ONE else set())


def _of_the_interface(visitor: str, endpoint: str) -> set[int]:
    if visitor not in ("tourist", "tourist of another case", "companion", "partner", "another partner"):
        return WHO_ARE_YOU
    if endpoint == "api.file_complaint":
        return {422} if "partner" in visitor else FORBIDDEN
    if endpoint in ("api.declare_return", "api.a_return", "api.take_return_step"):
        # The links and keys of this walk are those of a dispute; whose return it is, tests/web/api/test_returns.py asks.
        return {422} | FORBIDDEN if endpoint == "api.declare_return" else NOT_HERE | FORBIDDEN
    if visitor in STRANGERS:
        return NOT_HERE
    if endpoint == "api.take_step":
        return (
            {200, 409, 422} if visitor in ("tourist", "partner") else FORBIDDEN
        )  # the key that filed speaks for the guest
    return {200} if endpoint == "api.case" or visitor != "partner" else NOT_HERE  # its case has no such file


def follows_the_rule(rule: Rule) -> bool:
    return not rule.endpoint.startswith(NOT_IN_PRODUCTION)


@pytest.mark.parametrize("name", VISITORS)
def test_everybody_gets_in_where_they_belong_and_nowhere_else(app: Flask, world: World, name: str) -> None:
    visitor, before, wrong = world.visitors()[name], fingerprint(), []
    for rule, address in each(app, world, visitor, "GET"):
        if not follows_the_rule(rule) or (rule.endpoint in OPEN and name != "stranger"):
            continue
        answer = visit(app, visitor, address)
        if answer.status_code not in expected(name, rule):
            wrong.append(f"{rule.endpoint} answered {answer.status_code}, not {sorted(expected(name, rule))}")
        if answer.status_code == 303 and expected(name, rule) == SIGN_IN and "/sign-in" not in answer.location:
            wrong.append(f"{rule.endpoint} led to {answer.location}")
        wrong += [f"{rule.endpoint} {fault}" for fault in faults_of(answer, rule)]
        wrong += [f"{rule.endpoint} told {said}" for said in told_too_much(world, name, rule, answer)]
    assert not wrong, f"{name}:\n" + "\n".join(wrong)
    assert changed(before, fingerprint()) == [], f"{name} only looked"


@pytest.mark.parametrize("name", VISITORS)
def test_whoever_does_not_belong_there_changes_nothing_by_sending_a_form(app: Flask, world: World, name: str) -> None:
    visitor, before, wrong, sent = world.visitors()[name], fingerprint(), [], 0
    data = form_of(world.case)
    for rule, address in each(app, world, visitor, "POST"):
        if not follows_the_rule(rule) or rule.endpoint in OPEN:
            continue
        wanted = expected(name, rule)
        if wanted & {200, 422}:
            continue  # it is theirs
        sent += 1
        answer = send(app, visitor, address, data)
        if answer.status_code not in wanted:
            wrong.append(f"{rule.endpoint} answered {answer.status_code}, not {sorted(wanted)}")
    assert not wrong, f"{name}:\n" + "\n".join(wrong)
    assert sent > 20
    assert changed(before, fingerprint()) == [], f"{name} may not change anything there"


def test_no_form_is_taken_without_the_token_against_forgery(app: Flask, world: World) -> None:
    """From whoever may send it: the other site that makes a browser send a form does not know the token."""
    visitors, before, wrong = world.visitors(), fingerprint(), []
    for rule in rules(app, "POST"):
        if rule.endpoint.startswith("api.") or not follows_the_rule(rule):
            continue
        whose = next(name for name in reversed(VISITORS) if expected(name, rule) & {200})
        answer = send(app, visitors[whose], world.address(rule, visitors[whose]), form_of(world.case), csrf=False)
        if answer.status_code != 400:
            wrong.append(f"{rule.endpoint} answered {answer.status_code} to {whose}")
    assert not wrong, "\n".join(wrong)
    assert changed(before, fingerprint()) == []


def test_the_interface_looks_at_no_cookie_so_there_is_nothing_to_forge(app: Flask, world: World) -> None:
    for name in ("officer", "supervisor", "merchant"):
        visitor = world.visitors()[name]
        for method in ("GET", "POST"):
            for rule in rules(app, method):
                if rule.endpoint.startswith("api.") and rule.endpoint not in OPEN:
                    call = visit if method == "GET" else lambda a, v, at: send(a, v, at, {})
                    assert call(app, visitor, world.address(rule, visitor)).status_code == 401, rule


def test_only_what_takes_steps_answers_to_posts_and_nothing_to_other_methods(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS", "POST"}, rule


# --- looking changes nothing, in whatever state a case is


def _with_a_picture() -> Case:
    case = make.with_merchant()
    make.with_picture(case)
    return case


STATES: dict[str, Callable[[], Case]] = {
    "received": make.filed,
    "triage": make.triage,
    "liaison": make.liaison,
    "awaiting_tourist": make.authorisation_asked,
    "with_merchant": make.countered,
    "mediation": make.mediation,
    "proposed": make.proposed,
    "settled": make.reported,
    "referral_ready": make.referral_ready,
    "referred": make.referred,
    "closed": lambda: make.closed(_with_a_picture(), outcome=Outcome.WITHDRAWN),
    "erased": lambda: make.erased(make.closed(_with_a_picture(), outcome=Outcome.WITHDRAWN)),
}
LOOKING = ("tourist", "shop by link", "somebody at the counter", "merchant", "supervisor")
HEAVY = ("pdf", "zip", "poster", "proof", "file_of_papers")  # documents; once is enough
ONCE = "referred"


@pytest.mark.parametrize("state", STATES)
def test_looking_at_a_case_takes_no_step_and_uses_up_no_link(app: Flask, database: None, state: str) -> None:
    """Mail scanners and messengers open links before people do."""
    case = STATES[state]()
    world = World(case)
    before, seen, counts = fingerprint(), (case.version, case.last_seq, case.head), 0
    for name in LOOKING:
        visitor = world.visitors()[name]
        for rule in rules(app, "GET"):
            if not {"token", "number"} & set(rule.arguments) or rule.endpoint in OPEN or not follows_the_rule(rule):
                continue
            if visitor.user is None and not rule.rule.startswith(("/c/", "/m/")):
                continue
            if visitor.user is not None and not rule.rule.startswith(("/merchant/", "/staff/")):
                continue
            if state != ONCE and rule.endpoint.endswith(HEAVY):
                continue
            answer = visit(app, visitor, world.address(rule, visitor))
            assert answer.status_code in {200, 302, 303, 403, 404, 409}, (rule, answer.status_code)
            assert not list(faults_of(answer, rule)), rule
            counts += answer.status_code == 200
    assert counts > 10
    assert changed(before, fingerprint()) == []
    assert (case.version, case.last_seq, case.head) == seen


def test_a_case_whose_data_were_erased_is_still_there_for_its_tourist_by_number_alone(
    app: Flask, database: None
) -> None:
    case = make.erased()
    assert app.test_client().get(f"/c/{make.token_of(case)}").status_code in (200, 404, 410)


# --- headers

SCRIPTS_ONLY_OURS = re.compile(r"script-src 'self'(?: 'nonce-[\w-]+')?(?:;|$)")


def faults_of(answer: TestResponse, rule: Rule) -> Iterator[str]:
    """What is wrong with the headers of an answer."""
    policy = answer.headers.get("Content-Security-Policy", "")
    sandboxed = "sandbox" in policy.split() or "sandbox;" in policy  # a file that a browser may not let do anything
    if "default-src 'none'" not in policy or "frame-ancestors" not in policy:
        yield f"has the policy {policy!r}"
    if "unsafe-inline" in policy and not sandboxed:
        yield f"allows what stands in the page: {policy}"
    if "unsafe-eval" in policy or "*" in policy or "http:" in policy or "https:" in policy:
        yield f"allows others: {policy}"
    if answer.mimetype == "text/html" and not sandboxed and not SCRIPTS_ONLY_OURS.search(policy):
        yield f"may run other scripts: {policy}"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "lets browsers guess its kind"
    if answer.headers.get("X-Frame-Options") != "DENY" and "frame-ancestors 'self'" not in policy:
        yield "may be framed"
    if rule.endpoint in OPEN and not rule.arguments:
        return
    if "no-store" not in answer.headers.get("Cache-Control", "") and rule.rule not in (
        "/s/<code>",
        "/pledges/<code>",
        "/rules/<rule_id>",
    ):
        yield "may be stored"
    if {"token", "draft_id"} & set(rule.arguments) and answer.headers.get("Referrer-Policy") != "no-referrer":
        yield "tells its address to where its links lead"


def test_a_page_of_the_program_itself_says_what_it_may_load(app: Flask, world: World) -> None:
    """Error pages too, also those of addresses that do not exist."""
    nobody = world.visitors()["stranger"]
    for address in ("/", "/nothing/here", "/c/none", "/m/none", "/staff/nothing", "/api/v1/nothing"):
        answer = visit(app, nobody, address)
        rule = Rule(address, endpoint="errors.page")
        assert not [fault for fault in faults_of(answer, rule) if fault != "may be stored"], address


def told_too_much(world: World, name: str, rule: Rule, answer: TestResponse) -> Iterator[str]:
    """What stands in an answer although this visitor has no business with it."""
    body = answer.get_data().decode("utf-8", "replace")
    if name in STRANGERS:
        for secret in (MARK, spoken(world.case.number)):
            if secret in body:
                yield f"{secret!r} to {name}"
    if name in ("merchant", "shop by link", "somebody at the counter", *STRANGERS) and _email(world) in body:
        yield "the tourist's address"


def _email(world: World) -> str:
    email = world.case.tourist.email
    assert email
    return email


def test_what_is_open_to_strangers_is_open_on_purpose(app: Flask) -> None:
    """OPEN names nothing that is not there any more."""
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert known >= OPEN
    assert known >= SUPERVISORS_ONLY | FOR_COMPANIONS | ONLY_WHEN_THERE_IS_ONE


def test_nothing_of_the_gallery_or_the_mailbox_exists_in_production(
    base_settings: settings.Config,
) -> None:
    for embedded in (True, False):
        made = create_app(dataclasses.replace(base_settings, env="production", embedded=embedded))
        assert not [rule for rule in made.url_map.iter_rules() if rule.endpoint.startswith(NOT_IN_PRODUCTION)]
