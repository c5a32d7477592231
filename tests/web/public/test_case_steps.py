"""Every step a tourist takes from the page of the case, through the pages and into the database."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import url_for
from sqlalchemy import select

from disputes import clock
from disputes.cases import commands, upkeep
from disputes.cases.models import Case, CaseEvent
from disputes.db import db, transaction
from disputes.files.storage import storage_at
from disputes.notifications.models import Message
from disputes.rules.categories import Purpose
from disputes.rules.lifecycle import Action, Outcome, State
from disputes.rules.packages import Remedy, package_of
from tests import factories
from tests.web.public.phone import Phone


def at(client, case: Case, page: str = "", *, mailed: bool = False, language: str = "en") -> Phone:
    """A phone that has opened a page of the case."""
    address = f"/c/{factories.token_of(case, mailed=mailed)}"
    return Phone(client, language).open(f"{address}/{page}" if page else address)


def actions_of(case: Case) -> list[str]:
    query = select(CaseEvent.action).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    return list(db.session.scalars(query))


def letters_of(case: Case, template: str) -> list[Message]:
    query = select(Message).where(Message.case_id == case.id, Message.template == template)
    return list(db.session.scalars(query))


def texts_of(case: Case, purpose: str) -> list[str | None]:
    return [text.body for text in case.texts if text.purpose == purpose]


# --- questions and messages


def test_a_question_is_answered_from_the_page_of_the_case(client):
    case = factories.asked(question="请问您有购物小票吗？")
    phone = at(client, case)
    assert "请问您有购物小票吗？" in phone.text
    phone.follow("Answer the question")
    assert "请问您有购物小票吗？" in phone.text
    phone.press("Send the answer", {"words": "Yes,\r\nhere it is."})
    assert "Your answer is on its way." in phone.text
    assert case.state == State.WITH_MERCHANT
    assert texts_of(case, "answer") == ["Yes,\nhere it is."]
    assert letters_of(case, "question-answered")


def test_an_empty_answer_is_asked_for_again(client):
    case = factories.asked()
    phone = at(client, case, "answer").press("Send the answer", {"words": "  "})
    assert phone.errors == ["Write an answer first."]
    assert case.state == State.AWAITING_TOURIST


@pytest.mark.parametrize("words", ["with\0nul", "lone \ud800 surrogate"])
def test_text_that_cannot_be_kept_is_a_field_error_and_no_fault(client, words):
    case = factories.asked()
    phone = at(client, case, "answer")
    data = phone.filled()
    data["words"] = words.encode("utf-8", "surrogatepass")
    phone.send(phone.url, data)
    assert phone.status == 200
    if case.state == State.AWAITING_TOURIST:
        assert phone.errors


def test_a_text_that_is_too_long_says_so(client):
    case = factories.with_merchant()
    phone = at(client, case, "write").press("Send the message", {"words": "x" * 20_001})
    assert "at most 20000" in phone.errors[0].replace(",", "")
    assert phone.filled()["words"] == "x" * 20_001


def test_a_message_reaches_the_shop(client):
    case = factories.with_merchant()
    at(client, case).follow("Write a message").press("Send the message", {"words": "I am still here."})
    assert texts_of(case, "message") == ["I am still here."]
    assert letters_of(case, "message-received-shop")


# --- offers and proposals


def test_an_offer_is_accepted_after_a_last_look(client):
    case = factories.offered(words="抱歉")
    phone = at(client, case)
    assert phone.heading == "You have an offer"
    phone.follow("Accept")
    assert "Accept this offer?" in phone.text
    assert "抱歉" in phone.text
    assert case.state == State.OFFERED  # looking takes no step
    phone.press("Yes, I accept")
    assert case.state == State.SETTLED
    assert case.settlement.offer.status == "accepted"
    assert "You have accepted the offer." in phone.text
    assert letters_of(case, "settled-shop")


def test_an_offer_is_declined_with_reasons(client):
    case = factories.offered()
    at(client, case).follow("Decline").press("Decline the offer", {"words": "Too little."})
    assert case.state == State.MEDIATION
    assert texts_of(case, "reason") == ["Too little."]


def test_an_offer_is_answered_with_another(client):
    case = factories.offered()
    phone = at(client, case).follow("Ask for something else")
    assert phone.filled()["amount"] == "1280"  # starts from what was asked for last
    phone.press(
        "Ask the shop for this", {"remedies": ["price_difference", "apology"], "amount": "٩٠٠", "goods": "keep"}
    )
    assert case.state == State.WITH_MERCHANT
    package = package_of(case.open_offer.package)
    assert (package.amount, package.remedies) == (90_000, (Remedy.PRICE_DIFFERENCE, Remedy.APOLOGY))
    assert letters_of(case, "counter-offer")


def test_a_counter_offer_of_nothing_is_refused_and_keeps_what_was_typed(client):
    case = factories.offered()
    phone = at(client, case, "counter").press(
        "Ask the shop for this", {"remedies": ["refund"], "amount": "", "words": "Please"}
    )
    assert phone.errors == ["Say how much money it should be."]
    assert phone.filled()["words"] == "Please"
    assert case.state == State.OFFERED


def test_an_offer_from_the_counter_says_that_it_binds_the_shop_to_nothing(client):
    case = factories.with_merchant()
    with transaction():
        by = factories.counter_of(case)
        commands.make_offer(case.id, None, by, factories.HALF, given_by="王店员\n13800000000")
    phone = at(client, case)
    assert "Unverified, given at the counter" in phone.text
    assert "binds the shop to nothing" in phone.text
    assert "binds the shop to nothing" in phone.follow("Accept").text


def test_a_proposal_is_agreed_to_and_becomes_a_settlement_with_the_second_yes(client):
    case = factories.proposed()
    at(client, case).follow("Agree").press("Yes, I agree")
    assert (case.state, case.open_offer.tourist_agreed_at is not None) == (State.PROPOSED, True)
    assert "You have agreed" in at(client, case).text
    with transaction():
        commands.agree(case.id, None, factories.shop_of(case))
    assert case.state == State.SETTLED


def test_a_proposal_is_turned_down(client):
    case = factories.proposed()
    at(client, case).follow("Turn it down").press("Turn the proposal down", {"words": "No."})
    assert case.state == State.MEDIATION
    assert texts_of(case, "reason")[-1] == "No."


# --- the money


def test_money_that_has_arrived_is_confirmed_with_one_tap(client):
    case = factories.reported()
    phone = at(client, case).press("Yes, it has arrived")
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.RESOLVED)
    assert phone.heading == "Settled, and confirmed by the visitor"


def test_money_that_has_not_arrived_goes_back_to_the_same_officer(client):
    case = factories.reported(on=factories.settled(on=factories.offered(on=factories.mediation())))
    officer = case.officer_id
    at(client, case).follow("No, it has not arrived").press("It has not arrived", {"words": "Nothing on my card."})
    assert (case.state, case.officer_id) == (State.MEDIATION, officer)
    assert letters_of(case, "money-not-arrived")


def test_nothing_more_owed_is_said_in_so_many_words(client):
    case = factories.settled()
    phone = at(client, case).follow("Nothing more is owed to me")
    assert "let the rest go" in phone.text
    phone.press("Nothing more is owed to me")
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.WAIVED)


# --- evidence


def test_several_files_are_added_at_once_and_a_refused_one_is_named(client):
    case = factories.with_merchant()
    phone = at(client, case, "evidence")
    data = phone.filled()
    data.setlist(
        "files",
        [
            (io.BytesIO(factories.picture((1, 2, 3))), "one.jpg"),
            (io.BytesIO(b"MZ not a picture"), "virus.exe"),
            (io.BytesIO(factories.picture((4, 5, 6))), "二.jpg"),
        ],
    )
    phone.send(phone.url, data)
    assert sorted(e.name for e in case.evidence) == ["one.jpg", "二.jpg"]
    assert "virus.exe" in phone.text
    assert "Your files were added." in phone.text


def test_only_refused_files_leave_the_case_as_it_was(client):
    case = factories.with_merchant()
    phone = at(client, case, "evidence")
    data = phone.filled()
    data.setlist("files", [(io.BytesIO(b"hello"), "note.txt")])
    phone.send(phone.url, data)
    assert "note.txt" in phone.errors[0]
    assert case.evidence == []


def test_the_same_file_a_second_time_says_so(client):
    case = factories.with_merchant()
    for _ in range(2):
        phone = at(client, case, "evidence")
        data = phone.filled()
        data.setlist("files", [(io.BytesIO(factories.picture((9, 9, 9))), "same.jpg")])
        phone.send(phone.url, data)
    assert phone.errors == ["No new file was added: these files are in the case already."]
    assert len(case.evidence) == 1


def test_no_file_chosen_says_so(client):
    case = factories.with_merchant()
    phone = at(client, case, "evidence").press("Add these files")
    assert phone.errors == ["Choose at least one file."]


# --- departure, contact, link


def test_a_new_departure_replans_and_keeps_the_old_one_in_the_history(client):
    case = factories.with_merchant()
    leaves = clock.now().astimezone(clock.SHANGHAI) + timedelta(days=9)
    at(client, case).follow("Change: Departure").press(
        "Save my departure",
        {
            "departure": "known", "on-year": leaves.year, "on-month": leaves.month, "on-day": leaves.day,
            "hour": "14", "port": "TFU",
        },
    )  # fmt: skip
    assert case.departure_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H") == leaves.strftime("%Y-%m-%d 14")
    assert case.departure_port == "TFU"
    assert Action.CHANGE_DEPARTURE in actions_of(case)


def test_the_departure_form_starts_from_what_is_known(client):
    case = factories.with_merchant()
    filled = at(client, case, "departure").filled()
    local = case.departure_at.astimezone(clock.SHANGHAI)
    assert (filled["departure"], filled["on-day"], filled["hour"]) == ("known", str(local.day), str(local.hour))
    assert filled["port"] == "CKG"


def test_somebody_who_has_left_says_so(client):
    case = factories.with_merchant()
    at(client, case, "departure").press("Save my departure", {"departure": "departed"})
    assert (case.departure, case.remote_since is not None) == ("departed", True)


def test_a_new_address_is_unconfirmed_and_first_gets_only_the_link(client):
    case = factories.with_merchant()
    at(client, case, mailed=True).press("Yes, it is my address")
    phone = (
        at(client, case)
        .follow("Change: E-mail address")
        .press("Save", {"email": "New@Travellers.Example", "name": "花", "language": "ja", "zone": "Europe/Paris"})
    )
    contact = case.tourist
    assert (contact.name, contact.language, contact.time_zone) == ("花", "ja", "Europe/Paris")
    assert contact.email_confirmed_at is None
    letter = letters_of(case, "case-link")[-1]
    assert (letter.address.lower(), letter.language) == ("new@travellers.example", "ja")
    assert "Not confirmed yet" in phone.text


def test_an_address_that_is_none_is_refused(client):
    case = factories.with_merchant()
    phone = at(client, case, "contact").press("Save", {"email": "nobody"})
    assert phone.errors == ["This is no e-mail address. It looks like name@example.com."]


def test_a_new_link_makes_every_old_one_and_the_old_words_worthless(client):
    case = factories.with_merchant(companion_email="friend@travellers.example")
    old = [factories.token_of(case), factories.token_of(case, mailed=True), factories.token_of(case, "companion")]
    old_counter, words = factories.token_of(case, "counter"), factories.words_of(case)
    phone = at(client, case).follow("make a new one").press("Make a new link")
    assert phone.heading == "Your case card"
    assert factories.words_of(case) != words
    assert all(word in phone.text for word in factories.words_of(case).split())
    assert [client.get(f"/c/{token}").status_code for token in old] == [404, 404, 404]
    assert client.get(f"/c/{old_counter}/claim").status_code == 404
    assert client.get(f"/c/{factories.token_of(case)}").status_code == 200
    assert letters_of(case, "case-link")


# --- consents and the authority


def test_each_consent_is_taken_back_as_easily_as_it_was_given(client):
    case = factories.with_merchant()
    phone = at(client, case).follow("My consents").press(name="give", value=Purpose.PUBLICATION)
    assert "Your consent is given." in phone.text
    phone.press(name="take_back", value=Purpose.PUBLICATION)
    rows = [c for c in case.consents if c.purpose == Purpose.PUBLICATION]
    assert [row.withdrawn_at is not None for row in rows] == [True]


def test_the_consent_that_handling_needs_leads_to_withdrawal(client):
    case = factories.with_merchant()
    phone = at(client, case, "consents")
    assert "withdraw the case" in phone.text
    data = {"csrf_token": phone.filled()["csrf_token"], "version": case.version, "take_back": "handling"}
    phone.client.post(phone.url, data=data)
    assert [c.withdrawn_at for c in case.consents if c.purpose == Purpose.HANDLING] == [None]


AUTHORISED = {
    "elsewhere": "no", "full_name": "AOKI Hanako", "phone": "+81 90 1234 5678", "home_address": "Tokyo",
    "document_number": "TZ0012345", "warned": "y", "consent": "y",
}  # fmt: skip


def test_a_hand_over_is_authorised_to_a_named_body_after_the_warning(client):
    case = factories.with_merchant()
    phone = at(client, case).follow("Allow us to hand my case to an authority")
    assert "Market regulator of the district" in phone.text
    assert "市场监督管理局" in phone.text
    assert "Choosing one body may close another" in phone.text
    assert "Why do it before you leave" in phone.text
    phone.press("Allow the hand-over", AUTHORISED)
    assert case.authorised
    given = case.authorisations[-1]
    assert (given.authority_code, given.full_name, given.warned) == ("market_regulation", "AOKI Hanako", True)
    assert Purpose.TO_AUTHORITY in {c.purpose for c in case.consents if c.withdrawn_at is None}
    assert phone.heading == "Your power of attorney"
    assert "AOKI Hanako" in phone.text
    assert case.state == State.WITH_MERCHANT


def test_what_the_authority_needs_is_asked_for_and_nothing_typed_is_lost(client):
    case = factories.with_merchant()
    phone = at(client, case, "authorise").press("Allow the hand-over", {"full_name": "AOKI Hanako"})
    assert len(phone.errors) == 5
    assert phone.filled()["full_name"] == "AOKI Hanako"
    assert not case.authorised


def test_a_dispute_that_another_body_has_is_not_handed_over_a_second_time(client):
    case = factories.with_merchant()
    phone = at(client, case, "authorise").press("Allow the hand-over", {**AUTHORISED, "elsewhere": "yes"})
    assert "Write us a message first" in phone.errors[0]
    assert not case.authorised


def test_asked_for_it_the_authorisation_carries_the_case_on(client):
    case = factories.authorisation_asked()
    phone = at(client, case)
    assert phone.heading == "May we hand your case to an authority?"
    phone.follow("Read about it and decide").press("Allow the hand-over", AUTHORISED)
    assert case.state == State.REFERRAL_READY


def test_an_agency_visit_goes_to_the_tourism_body(client):
    case = factories.with_merchant(how_bought="agency")
    assert "Culture and tourism authority" in at(client, case, "authorise").text


def test_taking_the_consent_back_ends_the_authorisation(client):
    case = factories.authorised()
    with transaction():
        upkeep.consent(case.id, None, factories.tourist_of(case), Purpose.TO_AUTHORITY, True)
    at(client, case, "consents").press(name="take_back", value=Purpose.TO_AUTHORITY)
    assert not case.authorised


def test_without_an_authorisation_there_is_no_power_of_attorney(client):
    assert at(client, factories.with_merchant(), "proxy").heading == "Allow us to hand my case to an authority"


@pytest.mark.parametrize("language", ["en", "ar", "zh-CN"])
def test_the_power_of_attorney_is_in_chinese_and_the_readers_language(client, language):
    phone = at(client, factories.authorised(), "proxy", language=language)
    assert "IDENTITY" not in phone.text
    assert factories.IDENTITY["full_name"] in phone.text


# --- the end, and after it


def test_a_case_is_withdrawn_after_a_last_look(client):
    case = factories.with_merchant()
    phone = at(client, case).follow("Withdraw my case")
    assert case.is_open
    phone.press("Yes, withdraw it")
    assert case.outcome == Outcome.WITHDRAWN
    assert phone.heading == "Withdrawn by the visitor"


def test_a_closed_case_opens_again_with_one_tap(client):
    case = factories.closed()
    at(client, case).press("Open my case again")
    assert case.state == State.MEDIATION


def test_a_closed_case_opens_again_with_a_reason(client):
    case = factories.closed()
    at(client, case).follow("Open it again and say why").press("Open the case again", {"words": "Charged again!"})
    assert case.state == State.MEDIATION
    assert texts_of(case, "reason")[-1] == "Charged again!"


def test_erasing_takes_the_words_the_names_and_the_files(client, app):
    case = factories.closed(on=factories.reported())
    with transaction():
        commands.reopen(case.id, None, factories.tourist_of(case))
    file = factories.with_picture(case)
    with transaction():
        commands.withdraw(case.id, None, factories.tourist_of(case))
    token = factories.token_of(case)
    storage = storage_at(app.config["SETTINGS"].files_url)
    assert storage.exists(file.safe_sha256)
    phone = at(client, case).follow("Erase my personal data")
    assert "for good" in phone.text
    phone.press("Yes, erase my data for good")
    assert phone.heading == "Your personal data are erased"
    assert case.erased_at is not None
    assert (case.tourist.name, case.tourist.email) == (None, None)
    assert [t.body for t in case.texts if t.body is not None] == []
    assert not any(storage.exists(h) for h in (file.sha256, file.safe_sha256, file.thumbnail_sha256))
    assert client.get(f"/c/{token}").status_code == 404


def test_an_erased_case_shows_nothing_of_anybody_and_opens_no_more(client):
    case = factories.erased(narrative="my secret story")
    phone = at(client, case)  # a link that nobody can have any more
    assert "my secret story" not in phone.html
    assert "Open my case again" not in phone.text
    assert at(client, case, "reopen").status == 409


def test_an_open_case_is_not_erased(client):
    case = factories.with_merchant()
    assert "Erase my personal data" not in at(client, case).text
    assert at(client, case, "erase").status == 409
    assert case.erased_at is None


# --- a case that has moved on


def test_a_stale_page_keeps_what_was_typed_and_says_what_changed(client):
    case = factories.offered()
    phone = at(client, case, "decline")
    with transaction():
        commands.make_offer(case.id, None, factories.shop_of(case), factories.REFUND, "再加一点")
    phone.press("Decline the offer", {"words": "Not enough for me."})
    assert phone.status == 409
    assert "Meanwhile this has happened" in phone.text
    assert "The shop made an offer" in phone.text
    assert "再加一点" in phone.text
    assert phone.filled()["words"] == "Not enough for me."
    assert case.state == State.OFFERED
    phone.press("Decline the offer")
    assert case.state == State.MEDIATION
    assert texts_of(case, "reason") == ["Not enough for me."]


def test_nobody_accepts_an_offer_they_have_not_seen(client):
    case = factories.offered()
    phone = at(client, case, "accept")
    with transaction():
        commands.make_offer(case.id, None, factories.shop_of(case), factories.REFUND)
    phone.press("Yes, I accept")
    assert (phone.status, case.state) == (409, State.OFFERED)
    assert "1,280" in phone.text  # the new offer is what the page now shows
    phone.press("Yes, I accept")
    assert package_of(case.settlement.offer.package).amount == 128_000


def test_a_step_that_is_over_gives_a_calm_page_with_the_text_to_keep(client):
    case = factories.asked()
    phone = at(client, case, "answer")
    factories.officer_of(case)
    with transaction():
        commands.step_in(case.id, None, factories.officer_of(case))
    phone.press("Send the answer", {"words": "My long answer"})
    assert phone.status == 409
    assert phone.heading == "This case has moved on"
    assert "My long answer" in phone.html
    assert "A mediator stepped in" in phone.text
    phone.follow("Write it as a message")
    assert phone.heading == "Write a message"


@pytest.mark.parametrize(
    "name", ["answer", "accept", "decline", "counter", "agree", "reject", "confirm", "deny", "waive", "reopen", "erase"]
)
def test_a_page_whose_step_is_not_open_says_so_calmly(client, name):
    phone = at(client, factories.referred(), name)
    assert phone.status == 409
    assert phone.heading == "This case has moved on"


def test_a_second_tap_does_nothing_twice(client):
    case = factories.reported()
    phone = at(client, case)
    data, url = phone.filled(), f"/c/{factories.token_of(case)}/confirm"
    data["version"] = case.version
    assert client.post(url, data=data).status_code == 303
    assert client.post(url, data=data).status_code == 409
    assert actions_of(case).count(Action.CONFIRM) == 1


def test_a_phone_that_forgot_its_session_loses_nothing_that_was_typed(client):
    case = factories.offered()
    phone = at(client, case, "decline")
    client.delete_cookie("session")
    phone.press("Decline the offer", {"words": "A long explanation."})
    assert phone.status == 400
    assert phone.errors == ["This page was open for a long time. Nothing is lost: please press the button once more."]
    assert case.state == State.OFFERED
    phone.press("Decline the offer")
    assert texts_of(case, "reason") == ["A long explanation."]


def test_a_button_without_a_form_of_its_own_leads_to_its_page_when_the_session_is_gone(client):
    case = factories.reported()
    phone = at(client, case)
    client.delete_cookie("session")
    phone.press("Yes, it has arrived")
    assert (phone.status, phone.heading) == (400, "Has everything arrived?")
    phone.press("Yes, it has arrived")
    assert case.outcome == Outcome.RESOLVED


# --- who may


def pages_of(app) -> list[str]:
    """Every page of a case that takes a step or shows what is the tourist's alone."""
    read_by_a_companion = {"case_page", "case_file", "case_thumbnail", "case_dates"}
    return sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("public.case_")
        and "<token>" in rule.rule
        and "/claim" not in rule.rule
        and rule.endpoint.removeprefix("public.") not in read_by_a_companion
    )


def test_a_companion_takes_no_step_and_sees_nothing_that_is_the_tourists_alone(client, app):
    case = factories.offered(companion_email="friend@travellers.example")
    token = factories.token_of(case, "companion")
    csrf = at(client, case, "write").filled()["csrf_token"]
    version = case.version
    endpoints = pages_of(app)
    assert len(endpoints) > 20
    with app.test_request_context():
        addresses = {name: url_for(name, token=token) for name in endpoints}
    for address in addresses.values():
        assert client.get(address).status_code in (403, 405), address
        answer = client.post(address, data={"csrf_token": csrf, "version": version, "words": "x", "zone": "Asia/Tokyo"})
        assert answer.status_code in (403, 405), address
    assert case.version == version


def test_a_stranger_takes_no_step(client, app):
    case = factories.offered()
    csrf = at(client, case, "write").filled()["csrf_token"]
    token = factories.token_of(case)[:-2] + "zz"
    with app.test_request_context():
        addresses = [url_for(name, token=token) for name in pages_of(app)]
    for address in addresses:
        assert client.get(address).status_code in (404, 405), address
        assert client.post(address, data={"csrf_token": csrf}).status_code in (404, 405), address


def test_looking_at_every_page_takes_no_step(client, app):
    case = factories.offered(companion_email="friend@travellers.example")
    token = factories.token_of(case, mailed=True)
    before = (case.version, len(actions_of(case)), db.session.query(Message).count())
    with app.test_request_context():
        addresses = [url_for(name, token=token) for name in pages_of(app)]
    for address in addresses:
        client.get(address)
    assert (case.version, len(actions_of(case)), db.session.query(Message).count()) == before
    assert case.tourist.email_confirmed_at is None
