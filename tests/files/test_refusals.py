"""A refused file is named with a sentence that says what is wrong and what to do instead."""

import pytest
from flask import Flask
from flask_babel import Babel

from disputes.files.refusals import RefusalReason, sentence


@pytest.fixture
def english():
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize("reason", RefusalReason)
def test_every_reason_has_its_sentences(english, reason):
    text = str(sentence(reason))
    assert text.count(". ") >= 1, "what is wrong, then what to do"
    assert text.endswith(".")
    assert "%(" not in text


def test_the_limits_are_named(english):
    assert "15 MB" in str(sentence(RefusalReason.TOO_LARGE))
    assert "100 pages" in str(sentence(RefusalReason.TOO_MANY_PAGES))
