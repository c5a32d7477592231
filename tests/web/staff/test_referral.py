"""Carrying out a referral: the package is downloaded, handed over outside of the system, and the hand-over recorded."""

from __future__ import annotations

import io
import zipfile

from disputes.accounts import actors
from disputes.cases import queries
from disputes.db import db
from disputes.rules.lifecycle import State
from tests import factories
from tests.web.browser import Browser


def test_the_package_is_downloaded_and_the_hand_over_recorded(desk: Browser) -> None:
    case = factories.referral_ready()
    address = f"/staff/cases/{case.number}"
    desk.open(address)
    assert f"{address}/referral.zip" in desk.links()
    answer = desk.client.get(f"{address}/referral.zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="referral-{case.number}.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "data.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert desk.client.get(f"{address}/referral.pdf").data.startswith(b"%PDF")

    desk.submit(
        "/do/record-referral",
        received_by="渝中区市场监督管理局 王科长",
        receipt_number="渝中市监诉〔2026〕1187号",
        channel="window",
    )
    assert "渝中市监诉〔2026〕1187号" in desk.text
    db.session.expire_all()
    after = queries.find(case.id, actors.SYSTEM)
    assert after.state == State.REFERRED
    assert after.referrals[0].channel == "window"
    assert {d.clock for d in after.running_deadlines} == {"follow_up", "samr_accepts"}


def test_without_an_authorisation_there_is_nothing_to_download(desk: Browser) -> None:
    case = factories.mediation()
    address = f"/staff/cases/{case.number}"
    desk.open(address)
    assert not any("referral." in link for link in desk.links())
    assert desk.client.get(f"{address}/referral.zip").status_code == 404
    assert desk.client.get(f"{address}/referral.pdf").status_code == 404
