"""A merchant's returns together: the list, several at once, the file, the figures; and what another branch may see of one."""

import csv
import io
import re

import pytest

from disputes.accounts import actors, passwords
from disputes.db import db, transaction
from disputes.pledges import commands as pledges
from disputes.returns import deciding, handing
from disputes.rules.lifecycle import State
from disputes.rules.pledges import Way
from disputes.rules.publishing import NetworkKind
from disputes.web.sessions import return_token
from tests import factories as make
from tests.returns import returned
from tests.web.page_checks import check_page

pytestmark = pytest.mark.usefixtures("database")
PASSWORD = "eleven-lanterns-on-the-river"


@pytest.fixture
def signed_in(client):
    """Signs somebody of a merchant in, and gives the browser with which they work."""

    class Portal:
        client = None

        def __init__(self, merchant):
            user = make.merchant_user(merchant)
            with transaction():
                user.password_hash = passwords.hashed(PASSWORD)
            self.post("/merchant/sign-in", email=user.email, password=PASSWORD)

        def get(self, page):
            answer = client.get(page)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                check_page(answer.text)
            return answer

        def post(self, page, fields=None, **more):
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
            given = {"csrf_token": token[1] if token else "", **(fields or {}), **more}
            return client.post(page, data=given, content_type="multipart/form-data")

    Portal.client = client
    return Portal


def shop():
    at = make.shop()
    returned.pledged(at)
    return at


def again(case):
    db.session.expire_all()
    return case


def choice(case):
    return f"{case.number}:{case.version}"


def test_the_list_shows_returns_beside_disputes_and_can_be_narrowed(signed_in):
    at = shop()
    back, dispute = returned.requested(at), make.with_merchant(at)
    portal = signed_in(at.merchant)
    both = portal.get("/merchant/").text
    assert f"/merchant/cases/{back.number}" in both
    assert f"/merchant/cases/{dispute.number}" in both
    returns = portal.get("/merchant/?kind=return").text
    assert f"/merchant/cases/{back.number}" in returns
    assert f"/merchant/cases/{dispute.number}" not in returns
    disputes = portal.get("/merchant/?kind=dispute").text
    assert f"/merchant/cases/{back.number}" not in disputes
    assert portal.get("/merchant/?kind=return&show=closed").status_code == 200


def test_another_merchant_finds_nothing(signed_in):
    case = returned.requested(shop())
    portal = signed_in(make.merchant())
    for page in ("", "/approve", "/receive", "/refund"):
        assert portal.get(f"/merchant/cases/{case.number}{page}").status_code == 404
    assert portal.get(f"/merchant/returns/{case.number}").status_code == 404
    assert case.number not in portal.get("/merchant/returns.csv").text
    assert case.number not in portal.get("/merchant/returns/approve").text


# --- several at once


def test_several_returns_are_approved_after_a_second_look(signed_in):
    at = shop()
    first, second, other = (returned.requested(at, invoice_number="") for _ in range(3))
    portal = signed_in(at.merchant)
    look = portal.post("/merchant/returns/approve", chosen=[choice(first), choice(second)])
    assert look.status_code == 200
    check_page(look.text)
    assert "776" in look.text
    assert again(first).state == State.REQUESTED
    done = portal.post("/merchant/returns/approve", chosen=[choice(first), choice(second)], confirm="1")
    check_page(done.text)
    assert (again(first).state, second.state, other.state) == (State.APPROVED, State.APPROVED, State.REQUESTED)


def test_nothing_chosen_is_said_and_nothing_done(signed_in):
    at = shop()
    case = returned.requested(at)
    answer = signed_in(at.merchant).post("/merchant/returns/approve")
    assert 'class="error-summary"' in answer.text
    assert again(case).state == State.REQUESTED


def test_a_row_that_fails_leaves_the_others_done_and_says_why(signed_in):
    at = shop()
    good, changed = returned.requested(at, invoice_number=""), returned.requested(at, invoice_number="")
    old = choice(changed)
    with transaction():
        make.commands.write(changed.id, None, make.tourist_of(changed), "One more thing", "en")
    portal = signed_in(at.merchant)
    answer = portal.post("/merchant/returns/approve?lang=en", chosen=[choice(good), old], confirm="1")
    assert "It has changed meanwhile" in answer.text
    assert (again(good).state, changed.state) == (State.APPROVED, State.REQUESTED)


def test_what_needs_the_tax_refund_first_cannot_be_chosen(signed_in):
    at = shop()
    case = returned.requested(at, tax=None)
    portal = signed_in(at.merchant)
    page = portal.get("/merchant/returns/approve").text
    assert f'value="{choice(case)}"' not in page
    portal.post("/merchant/returns/approve", chosen=[choice(case)], confirm="1")
    assert again(case).state == State.REQUESTED


def test_several_refunds_are_reported_each_with_its_number(signed_in):
    at = shop()
    first, second = (returned.refund_due(shop=at, invoice_number="") for _ in range(2))
    portal = signed_in(at.merchant)
    fields = {"chosen": [choice(first), choice(second)], f"means_{first.number}": "alipay",
              f"reference_{first.number}": "RF-1", f"means_{second.number}": "cash"}  # fmt: skip
    look = portal.post("/merchant/returns/pay", fields).text
    check_page(look)
    assert "RF-1" in look
    portal.post("/merchant/returns/pay", fields, confirm="1")
    paid = returned.record(first).refund
    assert (paid.means, paid.reference, returned.record(second).refund.means) == ("alipay", "RF-1", "cash")


def test_the_lists_have_a_word_when_they_are_empty(signed_in):
    portal = signed_in(make.merchant())
    for page in ("/merchant/returns/approve", "/merchant/returns/pay", "/merchant/?kind=return"):
        assert 'class="empty' in portal.get(page).text


# --- the file and the figures


def test_the_file_holds_every_return_and_no_formula(signed_in):
    at = shop()
    case = returned.refund_due(shop=at, invoice_number="=HYPERLINK(1)")
    open_one = returned.requested(at)
    answer = signed_in(at.merchant).get("/merchant/returns.csv?lang=en")
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Number"] for row in rows] == [open_one.number, case.number]
    assert (rows[1]["Invoice number"], rows[1]["Refund due"]) == ("'=HYPERLINK(1)", "388.00")
    assert rows[1]["Goods"] == "Silk scarf × 1"


def test_figures_below_five_are_counted_and_not_compared(signed_in):
    at = shop()
    returned.refunded(shop=at, invoice_number="")
    portal = signed_in(at.merchant)
    few = portal.get("/merchant/figures?lang=en").text
    assert "Below 5 returns no share and no average is shown" in few
    for _ in range(4):
        returned.refunded(shop=at, invoice_number="")
    many = portal.get("/merchant/figures?lang=en").text
    assert "100% of those decided" in many
    assert "median of 5 refunds" in many
    assert "You approved 5 returns by hand." in many


# --- another branch


@pytest.fixture
def elsewhere():
    """A shop with a promise, and one of another company in the same network that takes its goods back."""
    at, branch = make.shop(), make.shop()
    staff = actors.of_user(make.supervisor())
    with transaction():
        network = pledges.found_network(staff, NetworkKind.MALL, "成渝退货网络")
        for member in (at, branch):
            pledges.ask_to_join(network, member, staff)
    returned.pledged(at, ways=frozenset({Way.SHOP, Way.BRANCH}))
    return at, branch


def take(case, branch, **more):
    item = returned.record(case).items[0]
    return {f"take_{item.id}": "y", f"from_{item.id}": "tourist:", f"grade_{item.id}": "as_new", "shop": branch.id,
            "entry": "e-1", "seal": "S-5", **more}  # fmt: skip


def test_a_branch_sees_a_return_only_after_its_code_was_scanned(signed_in, elsewhere):
    at, branch = elsewhere
    case = returned.requested(at)
    portal = signed_in(branch.merchant)
    assert portal.get(f"/merchant/returns/{case.number}").status_code == 404
    portal.get(f"/r/{return_token(case)}")
    assert portal.get(f"/merchant/returns/{case.number}").status_code == 200
    assert portal.get(f"/merchant/cases/{case.number}").status_code == 404
    assert portal.get(f"/merchant/cases/{case.number}/approve").status_code == 404


def test_a_branch_sees_the_goods_and_neither_customer_nor_price(signed_in, elsewhere):
    at, branch = elsewhere
    case = returned.requested(at)
    portal = signed_in(branch.merchant)
    portal.get(f"/r/{return_token(case)}")
    page = portal.get(f"/merchant/returns/{case.number}").text
    assert "Silk scarf" in page
    assert at.name_zh in page
    for hidden in ("Hanako", case.tourist.email, "388", "INV-1"):
        assert hidden not in page


def test_a_branch_takes_the_goods_in_for_the_shop_that_sold_them(signed_in, elsewhere):
    at, branch = elsewhere
    case = returned.requested(at)
    with transaction():
        deciding.approve(case.id, None, make.shop_of(case))
    portal = signed_in(branch.merchant)
    portal.get(f"/r/{return_token(case)}")
    page = f"/merchant/returns/{case.number}"
    answer = portal.post(page, take(case, branch), photo_front=(io.BytesIO(make.picture()), "front.jpg"))
    assert answer.status_code == 303
    item = returned.record(case).items[0]
    assert (case.state, item.holder_id, item.custody[0].seal) == (State.GOODS_RECEIVED, branch.id, "S-5")
    after = portal.get(page).text
    assert "S-5" in after
    assert 'name="seal"' not in after
    assert branch.name_zh in portal.get(f"/m/{make.token_of(case, 'shop')}").text


def test_a_branch_that_comes_second_reads_who_has_the_goods(signed_in, elsewhere):
    at, branch = elsewhere
    case = returned.requested(at)
    portal = signed_in(branch.merchant)
    portal.get(f"/r/{return_token(case)}")
    page = f"/merchant/returns/{case.number}"
    fields = take(case, branch)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', portal.get(page).text)[1]
    desk = returned.desk()
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case))
    answer = portal.client.post(page, data={"csrf_token": token, **fields})
    assert answer.status_code == 200
    assert desk.name_zh in answer.text


def test_the_code_leads_the_shop_that_sold_the_goods_to_its_own_page(signed_in):
    at = shop()
    case = returned.requested(at)
    portal = signed_in(at.merchant)
    assert portal.get(f"/merchant/returns/{case.number}").headers["Location"].endswith(f"/merchant/cases/{case.number}")


def test_somebody_whose_shop_does_not_take_the_goods_finds_nothing(signed_in, elsewhere):
    case = returned.requested(elsewhere[0])
    portal = signed_in(make.merchant())
    portal.get(f"/r/{return_token(case)}")
    assert portal.get(f"/merchant/returns/{case.number}").status_code == 404
