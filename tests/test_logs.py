"""What may stand in a log, and what never does."""

from __future__ import annotations

import json

import structlog

import config as settings
from disputes.logs import configure_logs, redact


def test_a_logged_failure_says_where_and_why_but_not_what_the_variables_held(capsys, base_settings: settings.Config):
    configure_logs(base_settings)
    address = "hana@travellers.example"
    try:
        raise ValueError(f"not an address of {len(address)} characters")
    except ValueError:
        structlog.get_logger().exception("it failed")

    written = capsys.readouterr().err
    line = json.loads(written.strip().splitlines()[-1])
    assert line["exception"][0]["exc_value"] == "not an address of 23 characters"
    assert "hana" not in written
    assert base_settings.secret_key not in written


def test_the_token_of_a_link_is_never_written():
    assert redact("GET /c/BwABAAE.wS-o8PXyA5a6a4XRx-AIFQ") == "GET /c/[token]"


def test_the_token_of_an_invitation_is_never_written():
    assert redact("GET /staff/invitation/AbCd-0123.x_YZ") == "GET /staff/invitation/[token]"
