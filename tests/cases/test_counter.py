"""The one-time code by which a shop answers on the tourist's phone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from disputes import clock
from disputes.cases import commands, counter
from disputes.cases.commands import Refused
from disputes.cases.counter import CodeResult
from disputes.cases.models import CounterCode
from disputes.db import db, transaction
from disputes.notifications.models import Message
from disputes.rules.lifecycle import Action, Role
from tests import factories

SECRET = "a secret for codes"


@pytest.fixture
def case(database):
    with transaction():
        clock.stand_at(clock.now())
    return factories.with_merchant()


def sent_code(case) -> str:
    with transaction():
        row = counter.send_code(case.id, counter.person(case), SECRET)
    return db.session.scalars(select(Message).where(Message.key == f"code:{row.id}:shop")).one().slots["code"]


def result_of(case, typed: str) -> CodeResult:
    with transaction():
        return counter.try_code(case.id, counter.person(case), typed, SECRET)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def later(**span) -> None:
    with transaction():
        clock.stand_at(clock.now() + timedelta(**span))


def test_the_code_goes_to_the_address_that_we_already_had(case):
    code = sent_code(case)
    letter = db.session.scalars(select(Message).where(Message.template == "counter-code")).one()
    assert (letter.address, letter.recipient, letter.language) == (case.shop.email, "shop", "zh_CN")
    assert len(code) == 6
    assert code.isdigit()


def test_only_a_hash_of_the_code_is_kept(case):
    code = sent_code(case)
    row = db.session.scalars(select(CounterCode)).one()
    assert code not in row.code_hash
    assert len(row.code_hash) == 64


def test_a_shop_nobody_can_reach_gets_no_code(database):
    case = factories.triage()
    with pytest.raises(Refused, match="no_contact"):
        counter.send_code(case.id, counter.person(case), SECRET)


def test_the_right_code_opens_the_answer_once(case):
    code = sent_code(case)
    with transaction():
        result, row = counter.try_code(case.id, counter.person(case), f" {code[:3]} {code[3:]}", SECRET)
    assert result is CodeResult.GOOD
    assert counter.answering(case, row.id) is row
    assert result_of(case, code) is CodeResult.OVER


def test_digits_of_every_script_count(case):
    code = sent_code(case)
    assert result_of(case, "".join(chr(ord("٠") + int(d)) for d in code)) is CodeResult.GOOD


def test_a_wrong_code_can_be_corrected_but_not_guessed(case):
    code = sent_code(case)
    assert [result_of(case, wrong(code)) for _ in range(5)] == [CodeResult.WRONG] * 4 + [CodeResult.OVER]
    assert result_of(case, code) is CodeResult.OVER


@pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567", "½½½½½½", "\ud800"])
def test_odd_input_is_only_wrong(case, typed):
    sent_code(case)
    assert result_of(case, typed) is CodeResult.WRONG


def test_a_code_is_worthless_after_ten_minutes(case):
    code = sent_code(case)
    later(minutes=10)
    assert result_of(case, code) is CodeResult.OVER


def test_a_new_code_ends_the_one_before(case):
    first, second = sent_code(case), sent_code(case)
    if first != second:
        assert result_of(case, first) is CodeResult.WRONG
    assert result_of(case, second) is CodeResult.GOOD


def test_a_shop_is_not_flooded_with_codes(case):
    for _ in range(3):
        sent_code(case)
    with pytest.raises(Refused, match="too_many_codes"):
        sent_code(case)
    later(hours=1)
    sent_code(case)


def test_whoever_gave_the_code_has_a_quarter_of_an_hour(case):
    code = sent_code(case)
    with transaction():
        _result, row = counter.try_code(case.id, counter.person(case), code, SECRET)
    later(minutes=14)
    assert counter.answering(case, row.id)
    later(minutes=1)
    assert counter.answering(case, row.id) is None


def test_an_answer_given_ends_it(case):
    code = sent_code(case)
    with transaction():
        _result, row = counter.try_code(case.id, counter.person(case), code, SECRET)
    with transaction():
        counter.finish(row)
    assert counter.answering(case, row.id) is None


def test_a_code_of_one_case_opens_no_other(case):
    code = sent_code(case)
    with transaction():
        _result, row = counter.try_code(case.id, counter.person(case), code, SECRET)
    assert counter.answering(factories.with_merchant(), row.id) is None


def test_an_unused_code_opens_nothing(case):
    sent_code(case)
    row = db.session.scalars(select(CounterCode)).one()
    assert counter.answering(case, row.id) is None


def test_unverified_people_may_offer_or_pay_and_nothing_else(case):
    assert counter.actions(case, Role.COUNTER) == (Action.OFFER,)
    assert counter.actions(case, Role.MERCHANT) == (Action.OFFER, Action.ACCEPT_CLAIM, Action.CONTEST)
    assert counter.actions(factories.settled(), Role.COUNTER) == (Action.REPORT_PERFORMANCE,)


def test_the_name_given_at_the_counter_is_kept_with_the_offer_and_hashed_into_the_history(case):
    with transaction():
        event = commands.make_offer(
            case.id, None, counter.person(case), factories.HALF, "可以退一半", given_by="王店员\n13800000000"
        )
    kept = {t.purpose: t for t in case.texts if t.event_id == event.id}
    assert kept["given_by"].body == "王店员\n13800000000"
    assert {t["id"] for t in event.details["texts"]} == {kept["offer"].id, kept["given_by"].id}
    assert case.open_offer.verified is False
