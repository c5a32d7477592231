"""Staff see what is short or missing in return promises, record and clear breaches, and take over lists row by row."""

from __future__ import annotations

import io
import re

import pytest

from disputes import clock
from disputes.accounts import actors
from disputes.accounts.actors import SYSTEM
from disputes.db import transaction
from disputes.pledges import lists, queries
from disputes.pledges.commands import PledgeRefused
from tests import factories as make
from tests.repository.walk import Visitor
from tests.web.page_checks import check_page


@pytest.fixture
def portal(app, client):
    """The staff's portal, signed in as an officer or a supervisor."""

    class Portal:
        def __init__(self):
            self.browser = None

        def sign_in(self, user):
            self.browser = Visitor("staff", user=user).client(app)
            return self

        def get(self, address, status=200):
            answer = self.browser.get(address)
            assert answer.status_code == status, answer.text[-2000:]
            if answer.mimetype == "text/html":
                check_page(answer.text)
            return answer

        def post(self, address, at=None, **fields):
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.browser.get(at or address).text)
            return self.browser.post(
                address, data={"csrf_token": token[1] if token else "", **fields}, content_type="multipart/form-data"
            )

    return Portal()


def test_the_list_shows_short_promises_with_their_rule(portal) -> None:
    make.pledge(days=3)
    whole = make.pledge()
    make.breach(whole)
    portal.sign_in(make.officer())
    assert "R-RET-OFF-MIN7" in portal.get("/staff/pledges?lang=en").text
    assert whole.code not in portal.get("/staff/pledges?show=flawed").text
    assert whole.code in portal.get("/staff/pledges?show=broken").text
    assert whole.code in portal.get(f"/staff/pledges?q={whole.merchant.name_zh}").text
    portal.get(f"/staff/pledges/{whole.code}")
    assert portal.get(f"/staff/pledges/{whole.code}/poster.pdf").mimetype == "application/pdf"


def test_a_breach_needs_a_case_that_exists(portal) -> None:
    case = make.with_merchant()
    pledge = make.pledge(case.shop)
    portal.sign_in(make.officer())
    today = clock.today()
    fields = {
        "happened_on-year": today.year, "happened_on-month": today.month, "happened_on-day": today.day,
        "reason": "refund_late", "shop": str(case.shop.id), "note": "",
    }  # fmt: skip
    portal.get("/staff/pledges?lang=en")
    answer = portal.post(f"/staff/pledges/{pledge.code}", case_number="0000000000", **fields)
    assert "There is no case with this number." in answer.text
    assert portal.post(f"/staff/pledges/{pledge.code}", case_number=case.number, **fields).status_code == 303
    assert queries.entry(case.shop.code).is_broken


def test_only_a_supervisor_clears_a_breach(portal) -> None:
    breach = make.breach(make.pledge())
    portal.sign_in(make.officer()).get(f"/staff/pledges/breaches/{breach.id}/clear", 403)
    portal.sign_in(make.supervisor()).get(f"/staff/pledges/breaches/{breach.id}/clear")
    assert portal.post(f"/staff/pledges/breaches/{breach.id}/clear", because="商家已退款").status_code == 303
    assert breach.cleared_because == "商家已退款"
    portal.get(f"/staff/pledges/{breach.pledge.code}")


def test_staff_keep_networks(portal) -> None:
    shop = make.shop()
    portal.sign_in(make.officer()).get("/staff/networks")
    portal.post("/staff/networks", **{"new-kind": "mall", "new-name_zh": "太古里", "new-name_en": ""})
    network = queries.networks(actors.of_user(make.officer()))[0]
    portal.post(
        "/staff/networks/add", at="/staff/networks", **{"add-network": str(network.id), "add-shop_code": shop.code}
    )
    assert network.members[0].belongs(clock.today())
    portal.get("/staff/networks")
    portal.post(f"/staff/networks/members/{network.members[0].id}", at="/staff/networks", do="leave")
    assert network.members[0].leaves_on == clock.today()


# --- lists


def table(*rows: str, head: str = "shop_code,days,goods_zh,since,ways,means") -> bytes:
    return "\r\n".join([head, *rows]).encode()


def test_a_list_is_taken_over_through_the_page(portal) -> None:
    shop = make.shop()
    portal.sign_in(make.supervisor()).get("/staff/pledges/import")
    content = table(f"{shop.code},7,丝绸,2025-05-01,shop|parcel,original")
    answer = portal.post("/staff/pledges/import", file=(io.BytesIO(content), "list.csv"))
    assert answer.status_code == 303
    assert queries.entry(shop.code).since.isoformat() == "2025-05-01"


def test_a_list_with_a_wrong_row_is_not_taken_over_at_all(portal) -> None:
    shop = make.shop()
    portal.sign_in(make.supervisor()).get("/staff/pledges/import?lang=en")
    content = table(f"{shop.code},7,丝绸,2025-05-01,,", "NOSHOP,seven,,soon,plane,")
    answer = portal.post("/staff/pledges/import", file=(io.BytesIO(content), "list.csv"))
    check_page(answer.text)
    assert "There is no shop with this code." in answer.text
    assert queries.entry(shop.code) is None
    with transaction():
        found = lists.judge(content)
    assert {(fault.row, fault.column) for fault in found.faults} == {
        (3, "shop_code"), (3, "days"), (3, "goods_zh"), (3, "since"), (3, "ways"),
    }  # fmt: skip
    with pytest.raises(PledgeRefused):
        lists.take_over(found, SYSTEM)


def test_the_same_list_a_second_time_changes_nothing(database) -> None:
    shop = make.shop()
    content = table(f"{shop.code},7,丝绸,2025-05-01,,")
    with transaction():
        assert len(lists.take_over(lists.judge(content), SYSTEM)) == 1
    with transaction():
        again = lists.judge(content)
        assert (again.known, again.new, again.faults) == (1, [], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_lists_are_read_as_spreadsheets_write_them(database, encoding) -> None:
    shop = make.shop()
    content = f"shop_code,days,goods_zh,since\n{shop.code},10,竹编,2025-05-01\n".encode(encoding)
    found = lists.judge(content)
    assert found.faults == []
    assert found.new[0][2].goods_zh == "竹编"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"\0"])
def test_what_is_no_list_is_refused_with_a_reason(database, content) -> None:
    assert lists.judge(content).faults


def test_a_shop_that_stands_in_the_list_twice_is_a_fault(database) -> None:
    shop = make.shop()
    found = lists.judge(table(f"{shop.code},7,丝绸,2025-05-01,,", f"{shop.code},8,丝绸,2025-05-01,,"))
    assert [fault.code for fault in found.faults] == ["twice"]
