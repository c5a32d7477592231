"""What a shop sees of a return and can do in it, by the signed link or signed in."""

import io
import re

import pytest

from disputes.cases import commands
from disputes.db import db, transaction
from disputes.numbers import spoken
from disputes.returns import deciding, handing, refunding
from disputes.rules.lifecycle import State
from disputes.rules.return_facts import TaxState
from disputes.rules.return_way import Grade, RejectionReason
from tests import factories as make
from tests.returns import returned
from tests.web.page_checks import check_page

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def way(client):
    """Opens pages of a return by its signed link, as somebody in the shop does on the phone."""

    class ByLink:
        def __init__(self, case):
            self.base = f"/m/{make.token_of(case, 'shop', mailed=True)}"

        def get(self, page="", lang=None):
            answer = client.get(self.base + page + (f"?lang={lang}" if lang else ""))
            if answer.mimetype == "text/html":
                check_page(answer.text, lang)
            return answer

        def post(self, page, fields=None, **more):
            shown = client.get(self.base + page).text
            hidden = dict(re.findall(r'<input[^>]*name="([^"]+)" type="hidden" value="([^"]*)"', shown))
            hidden |= {m[1]: m[0] for m in re.findall(r'type="hidden" value="([^"]*)" name="([^"]+)"', shown)}
            given = {**hidden, **(fields or {}), **more}
            return client.post(self.base + page, data=given, content_type="multipart/form-data")

    return ByLink


BUILDERS = [returned.requested, returned.approved, returned.received, returned.refund_due, returned.refunded]


def again(case):
    db.session.expire_all()
    return case


def with_form(case, state=TaxState.T1, **fields):
    return returned.tax_told(state, **fields)


@pytest.mark.parametrize("build", BUILDERS, ids=lambda b: b.__name__)
def test_a_return_in_every_state_has_a_page_in_chinese_and_english(way, build):
    here = way(build())
    page = here.get()
    assert page.status_code == 200
    assert "Silk scarf" in page.text
    english = here.get(lang="en").text
    assert "You promised this, and your promise binds you." in english
    assert "388" in english


def test_the_customers_address_is_not_on_the_page(way):
    case = returned.requested()
    page = way(case).get(lang="en").text
    assert "Hanako" in page
    assert case.tourist.email not in page


def test_goodwill_is_called_goodwill_and_nothing_more(way):
    page = way(returned.requested(make.shop())).get(lang="en").text
    assert "neither the law nor a promise of yours obliges you" in page
    assert "your promise binds you" not in page


def test_a_return_is_approved_in_three_taps(way):
    case = returned.requested()
    here = way(case)
    assert "/approve" in here.get().text
    assert here.get("/approve").status_code == 200
    assert here.post("/approve").status_code == 303
    assert again(case).state == State.APPROVED


def test_an_approval_asks_for_the_tax_refund_first_when_nobody_has_said(way):
    case = returned.requested(tax=None)
    here = way(case)
    bare = here.post("/approve")
    assert bare.status_code == 200
    assert 'class="error-summary"' in bare.text
    without = here.post("/approve", state="T1", form_number="", invoice_number="", words="欢迎光临")
    assert "欢迎光临" in without.text
    assert again(case).state == State.REQUESTED
    assert here.post("/approve", state="T1", form_number="TR-7").status_code == 303
    assert again(case).state == State.APPROVED
    assert returned.record(case).tax.form_number == "TR-7"


def test_after_the_tax_was_refunded_the_shop_records_it_and_the_staff_decides(way):
    case = returned.requested(tax=None)
    here = way(case)
    assert here.post("/approve", state="T3", form_number="TR-7").status_code == 303
    assert again(case).state == State.REQUESTED
    page = here.get(lang="en").text
    assert "You cannot approve this return yourself" in page
    assert here.get("/approve").status_code == 409


def test_the_goods_may_stay_with_the_customer(way):
    case = returned.requested()
    assert way(case).post("/keep").status_code == 303
    assert again(case).state == State.REFUND_DUE


def test_only_grounds_that_fit_can_be_chosen_and_the_others_are_explained(way):
    case = returned.requested()
    here = way(case)
    page = here.get("/refuse", lang="en").text
    assert 'value="not_covered"' in page
    for closed in ("out_of_time", "no_promise", "tax_refunded"):
        assert f'value="{closed}"' not in page
    assert "It was declared in time" in page
    forged = here.post("/refuse", ground="out_of_time", words="太晚了")
    assert forged.status_code == 200
    assert "太晚了" in forged.text
    assert again(case).state == State.REQUESTED


def test_a_refusal_carries_its_ground_words_and_evidence(way):
    case = returned.requested()
    answer = way(case).post(
        "/refuse", ground="not_from_us", words="不是本店商品", files=(io.BytesIO(make.picture()), "tag.jpg")
    )
    assert answer.status_code == 303
    record = returned.record(case)
    assert (case.state, record.refusal, len(case.evidence)) == (State.REFUSED, "not_from_us", 1)
    assert "Not bought from this shop" in way(case).get(lang="en").text


def test_an_offer_in_place_of_the_return_reaches_the_customer(way):
    case = returned.requested()
    page = way(case).get("/offer").text
    assert 'value="repair"' not in page
    answer = way(case).post(
        "/offer", remedies="price_difference", amount="100", goods="keep", shipping="none", means="cash", within="P1D"
    )
    assert answer.status_code == 303
    assert again(case).open_offer.package["amount"] == 10_000


def test_one_question_is_asked_and_no_second(way):
    case = returned.requested()
    assert way(case).post("/ask", phrase="photo_of_goods").status_code == 303
    with transaction():
        commands.answer(case.id, None, make.tourist_of(case), "Here they are.", "en")
    assert "/ask" not in way(case).get().text


def take(case, *, shop=None, **more):
    item = returned.record(case).items[0]
    shop_id = shop.id if shop is not None else case.shop_id
    return {f"take_{item.id}": "y", f"quantity_{item.id}": "1", f"grade_{item.id}": "as_new", "shop": shop_id, **more}


def test_goods_are_taken_in_from_the_customer_with_photographs(way):
    case = returned.approved()
    answer = way(case).post(
        "/receive", {**take(case, seal="S-9"), "photo_front": (io.BytesIO(make.picture()), "front.jpg")}
    )
    assert answer.status_code == 303
    item = returned.record(case).items[0]
    assert (case.state, item.custody[0].seal, item.grade) == (State.GOODS_RECEIVED, "S-9", Grade.AS_NEW)
    assert list(item.custody[0].photographs) == ["front"]
    assert "S-9" in way(case).get().text


def test_goods_come_from_a_desk_when_a_desk_has_them(way):
    case = returned.approved()
    desk = returned.desk()
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case, Grade.AS_NEW), seal="S-1")
    here = way(case)
    page = here.get("/receive").text
    assert desk.name_zh in page
    assert "S-1" in page
    assert here.post("/receive", take(case)).status_code == 303
    row = returned.record(case).items[0].custody[-1]
    assert (row.giver, row.giver_id, row.taker) == ("desk", desk.id, "shop")


def test_of_goods_that_somebody_else_took_meanwhile_the_page_says_who_and_when(way, client):
    case = returned.approved()
    here = way(case)
    page = client.get(here.base + "/receive").text
    hidden = dict(re.findall(r'<input[^>]*name="([^"]+)" type="hidden" value="([^"]*)"', page))
    desk = returned.desk()
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case))
    answer = client.post(here.base + "/receive", data={**hidden, **take(case, seal="S-77")})
    assert answer.status_code == 200
    assert desk.name_zh in answer.text
    assert "S-77" in answer.text
    check_page(answer.text)


def test_the_same_entry_sent_twice_takes_the_goods_once(way, client):
    case = returned.approved()
    here = way(case)
    page = client.get(here.base + "/receive").text
    hidden = dict(re.findall(r'<input[^>]*name="([^"]+)" type="hidden" value="([^"]*)"', page))
    for _ in range(2):
        client.post(here.base + "/receive", data={**hidden, **take(case)})
    assert len(returned.record(case).items[0].custody) == 1


def look(case, accepted="yes", grade="as_new", **more):
    item = returned.record(case).items[0]
    return {f"accepted_{item.id}": accepted, f"grade_{item.id}": grade, **more}


def test_what_is_accepted_makes_the_refund_due(way):
    case = returned.received()
    assert way(case).post("/inspect", look(case)).status_code == 303
    assert again(case).state == State.REFUND_DUE


def test_a_rejection_needs_reasons_and_words_and_keeps_what_was_typed(way):
    case = returned.received()
    bare = way(case).post("/inspect", look(case, "no", "damaged"))
    assert bare.status_code == 200
    check_page(bare.text)
    assert again(case).state == State.GOODS_RECEIVED
    item = returned.record(case).items[0]
    good = way(case).post(
        "/inspect", {**look(case, "no", "damaged"), f"reasons_{item.id}": "damaged", "words": "右下角有裂口"}
    )
    assert good.status_code == 303
    item = returned.record(case).items[0]
    assert (again(case).state, item.reasons) == (State.REJECTED, [RejectionReason.DAMAGED])
    assert "/give-back" in way(case).get().text


def test_what_a_desk_recorded_as_good_cannot_be_rejected_but_the_difference_is_noted(way):
    case = returned.approved()
    desk = returned.desk(accepting=case.shop)
    with transaction():
        handing.take_in(case.id, None, returned.at_desk(desk), returned.handed(case, Grade.AS_NEW))
    item = returned.record(case).items[0]
    page = way(case).get("/inspect", lang="en").text
    assert "recorded them as good" in page
    reasons = re.findall(rf'name="reasons_{item.id}" value="(\w+)"', page)
    assert reasons == ["incomplete", "other_goods"]
    answer = way(case).post("/inspect", {**look(case, grade="damaged"), f"difference_{item.id}": "damaged"})
    assert answer.status_code == 303
    assert returned.record(case).items[0].accepted_at is not None
    assert case.events[-1].details["items"][0]["difference"] == "damaged"


def test_rejected_goods_are_given_back(way):
    case = returned.received()
    item = returned.record(case).items[0]
    way(case).post("/inspect", {**look(case, "no", "damaged"), f"reasons_{item.id}": "damaged", "words": "有裂口"})
    assert way(case).post("/give-back").status_code == 303
    assert returned.record(case).items[0].holder == "tourist"


def test_goods_go_on_with_a_carrier(way):
    case = returned.received()
    assert way(case).post("/hand-on", carrier="").status_code == 200
    assert way(case).post("/hand-on", carrier="顺丰", tracking_number="SF1").status_code == 303
    assert returned.record(case).items[0].holder == "carrier"


def test_a_refund_is_reported_with_sum_means_and_number(way):
    case = returned.refund_due()
    assert "388" in way(case).get("/refund").text
    answer = way(case).post("/refund", means="bank_transfer", payment_reference="RF-9", fee="20")
    assert answer.status_code == 303
    refund = returned.record(case).refund
    assert (refund.amount, refund.means, refund.reference, refund.fee) == (38_800, "bank_transfer", "RF-9", 2_000)


def test_a_fee_above_the_refund_comes_back_with_what_was_typed(way):
    case = returned.refund_due()
    answer = way(case).post("/refund", means="bank_transfer", payment_reference="RF-9", fee="9999")
    assert answer.status_code == 200
    assert "RF-9" in answer.text
    assert returned.record(case).refund is None


def test_the_form_is_voided_before_the_refund_can_be_reported(way):
    case = returned.refund_due(tax_state=TaxState.T1, tax=with_form(None))
    here = way(case)
    page = here.get().text
    assert "/tax/void" in page
    assert "/refund" not in page
    assert here.get("/refund").status_code == 409
    assert here.post("/tax/void").status_code == 303
    assert here.post("/refund", means="cash").status_code == 303


def test_the_advance_comes_back_before_the_refund_can_be_reported(way):
    told = with_form(None, TaxState.T2, refunded=6_984, upon_purchase=True)
    case = returned.refund_due(tax_state=TaxState.T2, tax=told)
    here = way(case)
    assert "69.84" in here.get().text
    assert here.get("/refund").status_code == 409
    assert here.post("/tax/repaid", through="preauthorisation").status_code == 303
    assert here.post("/refund", means="cash").status_code == 303


def test_a_refund_that_did_not_arrive_can_be_paid_again(way):
    case = returned.refunded()
    with transaction():
        refunding.deny(case.id, None, make.tourist_of(case))
    assert "/refund" in way(case).get().text
    assert way(case).post("/refund", means="cash").status_code == 303


def test_a_return_that_has_moved_on_shows_what_happened_and_keeps_what_was_typed(way, client):
    case = returned.requested()
    here = way(case)
    page = client.get(here.base + "/approve?lang=en").text
    hidden = dict(re.findall(r'<input[^>]*name="([^"]+)" type="hidden" value="([^"]*)"', page))
    with transaction():
        commands.write(case.id, None, make.tourist_of(case), "One scarf has a stain.", "en")
    answer = client.post(here.base + "/approve", data={**hidden, "words": "谢谢"})
    assert answer.status_code == 200
    assert "谢谢" in answer.text
    assert "What has happened since you opened this page" in answer.text
    assert again(case).state == State.REQUESTED


def test_signs_of_abuse_are_shown_with_what_they_mean(way):
    shop = make.shop()
    returned.pledged(shop)
    for _ in range(3):
        returned.requested(shop, invoice_number="")
    page = way(returned.requested(shop, invoice_number="")).get(lang="en").text
    assert "That is no reason to refuse" in page


def test_a_dispute_that_came_of_it_is_named(way):
    case = returned.received()
    item = returned.record(case).items[0]
    way(case).post("/inspect", {**look(case, "no", "damaged"), f"reasons_{item.id}": "damaged", "words": "有裂口"})
    with transaction():
        dispute = deciding.make_dispute(case.id, None, make.tourist_of(case))
    page = way(case).get(lang="en").text
    assert spoken(dispute.number) in page
    assert "A dispute has come of it" in page


def test_a_step_of_a_return_is_no_step_of_a_dispute(way):
    for page in ("approve", "keep", "refuse", "receive", "inspect", "give-back", "hand-on", "tax", "refund"):
        assert way(make.with_merchant()).get(f"/{page}").status_code == 409
