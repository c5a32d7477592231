"""What the tourist, a companion and a stranger see by a link to a case, in every state of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from disputes import clock
from disputes.cases import commands, sweeps, upkeep
from disputes.db import db, transaction
from disputes.rules.categories import Purpose
from disputes.rules.lifecycle import Outcome
from tests import factories
from tests.web.page_checks import check_page
from tests.web.public.phone import Phone

LONG_JA = "お店の方は「外国人には返金しない」と言い、照明を消しました。木曜日の正午に出国します。" * 30

BUILDERS = {
    "filed": factories.filed,
    "triage": factories.triage,
    "liaison": factories.liaison,
    "with_merchant": factories.with_merchant,
    "asked": factories.asked,
    "offered": factories.offered,
    "countered": factories.countered,
    "mediation": factories.mediation,
    "proposed": factories.proposed,
    "settled": factories.settled,
    "reported": factories.reported,
    "authorised": factories.authorised,
    "authorisation_asked": factories.authorisation_asked,
    "referral_ready": factories.referral_ready,
    "referred": factories.referred,
    "closed": factories.closed,
    "withdrawn": lambda **told: factories.closed(outcome=Outcome.WITHDRAWN, **told),
    "no_agreement": lambda **told: factories.closed(outcome=Outcome.NO_AGREEMENT, **told),
    "left": lambda **told: factories.departed(factories.offered(**told)),
}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("state", BUILDERS)
def test_the_page_of_a_case_is_whole_in_every_state(client, state, language):
    case = BUILDERS[state](narrative=LONG_JA, language="ja", item="ガラスの急須と湯呑み" * 5)
    factories.with_picture(case, "写真 <1>.heic") if case.is_open else None
    for mailed in (True, False):
        answer = client.get(f"/c/{factories.token_of(case, mailed=mailed)}?lang={language}")
        assert answer.status_code == 200
        check_page(answer.text, language)
        assert LONG_JA[:40] in answer.text


@pytest.mark.parametrize("state", BUILDERS)
def test_a_companion_reads_every_state_and_is_offered_no_step(client, state):
    case = BUILDERS[state](companion_email="friend@travellers.example")
    token = factories.token_of(case, "companion")
    page = check_page(client.get(f"/c/{token}").text, "en")
    assert [form for form in page.find("form") if form["method"] == "post" and form["action"].startswith("/c/")] == []
    own = [link["href"] for link in page.find("a") if link["href"].startswith(f"/c/{token}/")]
    assert all("/files/" in link for link in own)
    assert case.tourist.email not in page.text


def test_the_page_says_who_acts_until_when_and_what_follows_on_silence(client):
    case = factories.with_merchant()
    text = check_page(client.get(f"/c/{factories.token_of(case)}").text).text
    assert "The shop answers the claim" in text
    assert "China time" in text
    assert "On your clock" in text
    assert "Tokyo" in text
    assert "If the shop stays silent, a mediator of ours takes over by itself" in text


def test_a_date_that_the_parties_agreed_on_is_not_called_a_promise_of_ours(client):
    agreed = check_page(client.get(f"/c/{factories.token_of(factories.settled())}").text).text
    assert "This date follows from what was agreed." in agreed
    assert "Our own service standard" not in agreed
    asked = check_page(client.get(f"/c/{factories.token_of(factories.with_merchant())}").text).text
    assert "Our own service standard" in asked


def test_the_track_tells_what_is_done_what_goes_on_and_what_comes(client):
    case = factories.mediation()
    page = check_page(client.get(f"/c/{factories.token_of(case)}").text)
    steps = [li.text for li in page.find("li") if "track-step" in li["class"]]
    assert [step.split(":")[0] for step in steps] == ["Done", "Done", "Now", "Next", "Next"]


def test_a_closed_case_says_how_it_ended_and_not_that_silence_solved_it(client):
    case = factories.reported()
    with transaction():
        clock.stand_at(clock.now() + timedelta(days=40))
    while sweeps.lapse_next():
        pass
    assert case.outcome == Outcome.PERFORMED_UNCONFIRMED
    page = check_page(client.get(f"/c/{factories.token_of(case)}").text)
    assert "It is not counted as solved." in page.text
    assert "Open my case again" in page.text


def test_before_leaving_the_page_names_what_must_be_done_now(client):
    case = factories.with_merchant(departure_at=clock.now() + timedelta(hours=5))
    text = check_page(client.get(f"/c/{factories.token_of(case)}").text).text
    assert "Before you leave" in text
    assert "Allow us to hand your case to an authority" in text
    assert "hand them over in the shop" in text


def test_whoever_has_time_is_not_hurried(client):
    case = factories.with_merchant(departure_at=clock.now() + timedelta(days=200))
    assert "Before you leave" not in client.get(f"/c/{factories.token_of(case)}").text


def test_after_leaving_the_own_clock_comes_first_and_everything_goes_in_writing(client):
    case = factories.departed(factories.offered())
    text = check_page(client.get(f"/c/{factories.token_of(case)}").text).text
    assert "on your clock (Tokyo)" in text
    assert "bank account abroad" in text
    assert "Before you leave" not in text


def test_an_emergency_puts_the_hotlines_first_and_says_what_the_duty_officer_does(client):
    case = factories.liaison()
    page = check_page(client.get(f"/c/{factories.token_of(case)}").text)
    main = page.find("main")[0].text
    assert main.index("110") < main.index("What the duty officer does") < main.index("Now:")
    assert "Next:" not in main


def test_texts_of_the_parties_carry_their_language_and_are_not_interpreted(client):
    case = factories.with_merchant(
        narrative="<script>alert(1)</script> {{ 7*7 }} " + "لا استرداد للأجانب " * 5, language="ar"
    )
    html = client.get(f"/c/{factories.token_of(case)}").text
    check_page(html)
    assert "<script>alert(1)</script>" not in html
    assert 'dir="auto" lang="ar"' in html


def test_a_shop_note_for_staff_is_not_shown_to_the_tourist(client):
    case = factories.mediation()
    with transaction():
        upkeep.note(case.id, None, factories.officer_of(case), "内部备注：顾客情绪激动")
    html = client.get(f"/c/{factories.token_of(case)}").text
    assert "内部备注" not in html
    assert "Internal note" not in html


def test_the_page_asks_the_database_as_often_for_a_long_history_as_for_a_short_one(client):
    case = factories.offered()
    factories.with_picture(case)  # a case without any is not even asked for them
    address = f"/c/{factories.token_of(case)}"
    client.get(address)
    short = _statements(client, address)
    for number in range(6):
        with transaction():
            commands.write(case.id, None, factories.tourist_of(case), f"message {number}", "en")
        factories.with_picture(case)
    assert _statements(client, address) <= short


def _statements(client, address: str) -> int:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(db.engines[None], "before_cursor_execute", note)
    client.get(address)
    event.remove(db.engines[None], "before_cursor_execute", note)
    return len(seen)


# --- links


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.replace(".", ""),
        lambda token: "A" + token[1:] if token[0] != "A" else "B" + token[1:],
        lambda token: token[:-2] + token[-1] + token[-2],
        lambda token: "%00",
        lambda token: "٣٤.٥٦",
    ],
)
def test_a_link_that_was_changed_opens_nothing(client, spoil):
    token = factories.token_of(factories.with_merchant())
    spoiled = spoil(token)
    if spoiled != token:
        answer = client.get(f"/c/{spoiled}")
        assert answer.status_code == 404
        check_page(answer.text)


def test_the_links_of_other_parties_do_not_open_the_tourists_page(client):
    case = factories.with_merchant()
    assert client.get(f"/c/{factories.token_of(case, 'shop')}").status_code == 404
    assert client.get(f"/c/{factories.token_of(case, 'counter')}").status_code == 404
    assert client.get(f"/c/{factories.token_of(case, 'companion')}").status_code == 404  # there is none in this case


def test_pages_behind_a_link_are_kept_by_nobody_and_tell_nobody(client):
    answer = client.get(f"/c/{factories.token_of(factories.with_merchant())}")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_forms_behind_a_link_work_over_https_although_no_referrer_is_sent(client):
    case = factories.offered()
    address = f"/c/{factories.token_of(case)}/accept"
    page = check_page(client.get(address, base_url="https://localhost").text)
    form = next(f for f in page.find("form") if f["method"] == "post")
    fields = {i["name"]: i["value"] for i in form.find("input")}
    assert client.post(address, data=fields, base_url="https://localhost").status_code == 303


# --- the address and the clock


def test_the_mailed_link_offers_to_confirm_the_address_with_one_tap(client):
    case = factories.with_merchant()
    assert "Is this your e-mail address?" not in client.get(f"/c/{factories.token_of(case)}").text
    token = factories.token_of(case, mailed=True)
    assert "Is this your e-mail address?" in client.get(f"/c/{token}").text
    assert case.tourist.email_confirmed_at is None  # looking is not acting: mail scanners look too
    phone = Phone(client).open(f"/c/{token}").press("Yes, it is my address")
    assert case.tourist.email_confirmed_at is not None
    assert "Your e-mail address is confirmed." in phone.text
    assert "Is this your e-mail address?" not in phone.text


@pytest.mark.parametrize("mailed", [True, False])
def test_whoever_acts_through_the_mailed_link_has_confirmed_the_address(client, mailed):
    case = factories.with_merchant()
    Phone(client).open(f"/c/{factories.token_of(case, mailed=mailed)}/write").press(
        "Send the message", {"words": "Hello"}
    )
    assert (case.tourist.email_confirmed_at is not None) is mailed


def test_an_unknown_clock_can_be_chosen(client):
    case = factories.with_merchant(time_zone=None, country="DE")
    token = factories.token_of(case)
    assert "Choose your own clock too" in client.get(f"/c/{token}").text
    page = check_page(client.get(f"/c/{token}/clock").text)
    assert [o["value"] for o in page.find("optgroup")[0].find("option")] == ["Europe/Berlin", "Europe/Busingen"]
    version = case.version
    phone = Phone(client).open(f"/c/{token}/clock").press("Save", {"zone": "Europe/Berlin"})
    assert (case.tourist.time_zone, case.version) == ("Europe/Berlin", version)
    assert "Berlin" in phone.text


def test_a_clock_that_does_not_exist_is_refused(client):
    case = factories.with_merchant(time_zone=None)
    phone = Phone(client).open(f"/c/{factories.token_of(case)}/clock").press("Save", {"zone": "../../etc/passwd"})
    assert phone.errors
    assert case.tourist.time_zone is None


def test_a_clock_that_this_machine_does_not_know_breaks_no_page(client):
    case = factories.with_merchant(time_zone="Mars/Olympus")
    check_page(client.get(f"/c/{factories.token_of(case)}").text)


# --- showing the screen asks for a consent


def test_without_consent_to_pass_it_on_the_screen_has_no_code_for_the_shop(client):
    case = factories.routed(consents=(Purpose.HANDLING,))
    html = client.get(f"/c/{factories.token_of(case)}/show").text
    check_page(html, "zh_CN")
    assert "/claim" not in html
    assert "My consents" in html
