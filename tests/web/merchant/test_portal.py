"""What a shop can do in its portal, signed in or by the link of one case."""

import io
import re

import pytest

from disputes.accounts import passwords
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.rules.lifecycle import Outcome, Role, State
from tests import factories as make
from tests.web.page_checks import check_page

PASSWORD = "eleven-lanterns-on-the-river"


@pytest.fixture
def way(client):
    """Opens pages of a case by its signed link, as somebody in the shop does on the phone."""

    class ByLink:
        def __init__(self, case):
            self.base = f"/m/{make.token_of(case, 'shop', mailed=True)}"

        def get(self, page=""):
            answer = client.get(self.base + page)
            if answer.mimetype == "text/html":
                check_page(answer.text)
            return answer

        def post(self, page, **fields):
            shown = client.get(self.base + page).text
            version = re.search(r'name="version"[^>]*value="(\d+)"', shown)
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown)
            given = {"version": version[1] if version else "", "csrf_token": token[1] if token else "", **fields}
            return client.post(self.base + page, data=given, content_type="multipart/form-data")

    return ByLink


@pytest.fixture
def signed_in(client):
    """Signs somebody of a merchant in."""

    def sign_in(merchant, **fields):
        user = make.merchant_user(merchant, **fields)
        with transaction():
            user.password_hash = passwords.hashed(PASSWORD)
        page = client.get("/merchant/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        answer = client.post("/merchant/sign-in", data={"email": user.email, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 303
        return user

    return sign_in


BUILDERS = [
    make.with_merchant, make.asked, make.offered, make.countered, make.mediation, make.proposed, make.settled,
    make.reported, make.referral_ready, make.referred, make.closed, make.erased,
]  # fmt: skip


@pytest.mark.parametrize("build", BUILDERS, ids=lambda b: b.__name__)
def test_a_case_in_every_state_has_a_page_in_chinese_and_english(way, client, build):
    case = build()
    page = way(case).get()
    assert page.status_code == 200
    assert 'lang="zh-CN"' in page.text
    english = client.get(f"/m/{make.token_of(case, 'shop')}?lang=en")
    check_page(english.text, "en")


def test_a_date_that_the_parties_agreed_on_is_not_called_a_promise_of_ours(way, client):
    agreed = client.get(f"/m/{make.token_of(make.settled(), 'shop')}?lang=en").text
    assert "This date follows from what was agreed." in agreed
    assert "Our own service standard" not in agreed


def test_the_claim_is_there_and_the_customers_contact_is_not(way):
    case = make.with_merchant(narrative="The handle is <b>off</b>.")
    page = way(case).get().text
    assert "The handle is &lt;b&gt;off&lt;/b&gt;." in page
    assert "Hana" in page
    assert case.tourist.email not in page


def test_a_shop_gives_what_is_asked_in_three_taps(way):
    case = make.with_merchant()
    here = way(case)
    assert "/accept" in here.get().text
    answer = here.post("/accept")
    assert answer.status_code == 303
    assert case.state == State.SETTLED
    assert case.settlement.offer is case.claim


def test_an_offer_reaches_the_customer_as_a_package(way):
    case = make.with_merchant()
    answer = way(case).post(
        "/offer",
        remedies="price_difference",
        amount="640.50",
        goods="keep",
        shipping="none",
        means="cash",
        within="P1D",
        words="对不起",
    )
    assert answer.status_code == 303
    offer = case.open_offer
    assert (offer.by_role, offer.package["amount"], offer.package["means"]) == (Role.MERCHANT, 64_050, "cash")
    assert offer.text.body == "对不起"


def test_an_offer_that_promises_nothing_comes_back_with_what_was_typed(way):
    case = make.with_merchant()
    answer = way(case).post(
        "/offer",
        remedies="refund",
        amount="",
        goods="keep",
        words="我们的话",
        within="P1D",
        means="cash",
        shipping="none",
    )
    assert answer.status_code == 200
    assert "我们的话" in answer.text
    assert 'class="error-summary"' in answer.text
    check_page(answer.text)
    assert case.state == State.WITH_MERCHANT


def test_a_contest_carries_reasons_and_evidence_and_names_the_file_that_is_refused(way):
    case = make.with_merchant()
    here = way(case)
    bad = here.post(
        "/contest", reason="as_described", words="验货签字。", files=(io.BytesIO(b"MZ not a picture"), "setup.exe")
    )
    assert bad.status_code == 200
    assert "setup.exe" in bad.text
    assert "验货签字。" in bad.text
    assert case.state == State.WITH_MERCHANT
    good = here.post(
        "/contest", reason="as_described", words="验货签字。", files=(io.BytesIO(make.picture()), "shelf.jpg")
    )
    assert good.status_code == 303
    assert case.state == State.MEDIATION
    assert [e.name for e in case.evidence] == ["shelf.jpg"]


def test_a_ready_question_is_asked_by_its_code_and_only_once(way):
    case = make.with_merchant()
    here = way(case)
    assert here.post("/ask", phrase="photo_of_receipt", question="").status_code == 303
    assert case.events[-1].details["phrase"] == "photo_of_receipt"
    assert here.get("/ask").status_code == 409


def test_a_proposal_can_be_agreed_to_and_turned_down(way):
    agreed, rejected = make.proposed(), make.proposed()
    assert way(agreed).post("/agree").status_code == 303
    assert agreed.open_offer.merchant_agreed_at
    assert way(agreed).get("/agree").status_code == 409
    assert way(rejected).post("/reject", words="金额过高").status_code == 303
    assert rejected.state == State.MEDIATION


def test_payment_is_reported_with_proof_and_the_customer_is_asked(way):
    case = make.settled()
    answer = way(case).post(
        "/performed",
        means="original_card",
        payment_reference="2026 1121",
        files=(io.BytesIO(make.picture()), "slip.jpg"),
    )
    assert answer.status_code == 303
    assert case.settlement.reported_at
    assert case.state == State.SETTLED


def test_somebody_who_looked_at_an_older_version_keeps_what_they_typed(way, client):
    case = make.with_merchant()
    here = way(case)
    shown = client.get(here.base + "/offer").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', shown)[1]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown)[1]
    with transaction():
        make.commands.write(case.id, None, make.tourist_of(case), "One more thing", "en")
    fields = {
        "remedies": "refund",
        "amount": "1280",
        "goods": "none",
        "shipping": "none",
        "means": "cash",
        "within": "P1D",
        "words": "稍等",
    }
    answer = client.post(here.base + "/offer", data={"version": version, "csrf_token": token, **fields})
    assert answer.status_code == 200
    assert "稍等" in answer.text
    assert case.open_offer is None
    assert here.post("/offer", **fields).status_code == 303


def test_messages_and_files_can_be_added(way):
    case = make.mediation()
    assert way(case).post("/write", words="我们已联系师傅").status_code == 303
    assert way(case).post("/evidence", files=(io.BytesIO(make.picture()), "a.jpg")).status_code == 303
    piece = case.evidence[0]
    small = way(case).get(f"/files/{piece.id}/small")
    assert (small.status_code, small.mimetype) == (200, "image/jpeg")
    assert "sandbox" in small.headers["Content-Security-Policy"]


def test_an_old_link_or_the_customers_link_opens_nothing_here(client):
    case, other = make.with_merchant(), make.with_merchant()
    token = make.token_of(case, "shop")
    piece = make.with_picture(other)
    assert client.get(f"/m/{make.token_of(case)}").status_code == 404
    assert client.get(f"/m/{token}/files/{piece.id}").status_code == 404
    with transaction():
        case.shop_link_version += 1
    assert client.get(f"/m/{token}").status_code == 404
    assert client.get("/m/nonsense").status_code == 404


def test_a_stranger_is_asked_to_sign_in_and_another_shops_case_is_not_found(client, signed_in):
    case = make.with_merchant()
    assert "/merchant/sign-in" in client.get("/merchant/").headers["Location"]
    signed_in(make.merchant())
    assert client.get(f"/merchant/cases/{case.number}").status_code == 404


def test_the_list_puts_first_what_waits_for_the_shop(client, signed_in):
    at = make.shop()
    waiting, offered = make.with_merchant(at), make.offered(make.with_merchant(at))
    gone = make.closed(outcome=Outcome.WITHDRAWN, at=at)
    signed_in(at.merchant)
    page = client.get("/merchant/")
    check_page(page.text)
    place = [page.text.find(spoken(c.number)) for c in (waiting, offered)]
    assert -1 < place[0] < place[1]
    assert spoken(gone.number) not in page.text
    closed = client.get("/merchant/?show=closed")
    check_page(closed.text)
    assert spoken(gone.number) in closed.text


def test_a_merchant_without_cases_sees_what_will_come(client, signed_in):
    signed_in(make.merchant())
    for page in (
        "/merchant/",
        "/merchant/?show=closed",
        "/merchant/figures",
        "/merchant/people",
        "/merchant/people/new",
    ):
        answer = client.get(page)
        assert answer.status_code == 200
        check_page(answer.text)


def test_figures_count_only_what_the_customer_confirmed_as_resolved(client, signed_in):
    at = make.shop()
    make.closed(at=at)
    make.closed(at=at, outcome=Outcome.WITHDRAWN)
    signed_in(at.merchant, locale="en")
    page = client.get("/merchant/figures?lang=en").text
    assert "50%" in page
    assert "Withdrawn by the visitor" in page


def test_people_are_invited_and_lose_access(client, signed_in):
    of = make.merchant()
    me = signed_in(of)
    page = client.get("/merchant/people/new").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    sent = client.post(
        "/merchant/people/new",
        data={"csrf_token": token, "name": "小周", "email": "zhou@shops.example", "locale": "zh_CN"},
    )
    assert sent.status_code == 303
    person = db.session.scalars(db.select(make.User).where(make.User.email == "zhou@shops.example")).one()
    assert (person.merchant_id, person.password_hash) == (of.id, None)
    again = client.post(
        "/merchant/people/new",
        data={"csrf_token": token, "name": "小周", "email": "zhou@shops.example", "locale": "zh_CN"},
    )
    check_page(again.text)
    assert "zhou@shops.example" in again.text
    assert client.post(f"/merchant/people/{person.id}/deactivate", data={"csrf_token": token}).status_code == 303
    assert person.active is False
    stranger = make.merchant_user()
    client.post(f"/merchant/people/{stranger.id}/deactivate", data={"csrf_token": token})
    assert stranger.active is True
    client.post(f"/merchant/people/{me.id}/deactivate", data={"csrf_token": token})
    assert me.active is True
