"""The public pages of the rules: all of them, in the page's language, with source, standing and dates of force."""

import pytest
from flask_babel import force_locale

from disputes.law import queries as law
from disputes.law import reading, words

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("language", ["en", "zh_CN", "ja", "ar"])
def test_the_list_names_every_rule_and_every_standard(client, language):
    page = client.get(f"/rules?lang={language}").get_data(as_text=True)
    for rule_id in {r.id for r in law.all_rules()} | {s.rule_id for s in law.all_standards()}:
        assert f'href="/rules/{rule_id}"' in page


def test_a_rule_shows_all_its_versions_with_their_dates_and_where_they_come_from(client):
    page = client.get("/rules/R-SAMR-MEDIATE").get_data(as_text=True)
    for number in (1, 2, 3):
        assert f"Version {number}" in page
    assert "60 calendar days" in page
    assert "45 working days" in page
    assert "The days of an expert test do not count." in page
    assert "Interim Measures for Handling Complaints and Reports" in page


def test_what_is_not_verified_says_so(client):
    assert "Not verified" in client.get("/rules/R-TAX-28").get_data(as_text=True)
    assert "From a secondary source" in client.get("/rules/R-TOUR-ACCEPT").get_data(as_text=True)


def test_a_service_standard_shows_its_table_and_its_hours(client):
    page = client.get("/rules/S-SHOP-ANSWER").get_data(as_text=True)
    assert "Up to 6 hours left" in page
    assert "10:00-22:00" in page
    assert "Our own service standard" in page


def test_a_rule_that_does_not_exist_is_not_found(client):
    assert client.get("/rules/R-NOTHING").status_code == 404


def test_every_rule_and_instrument_has_its_words_and_they_are_those_of_the_seeds(app):
    book = reading.seeds()
    titles = {rule.id: rule.title_en for rule in book.rules} | {s.rule_id: s.title_en for s in book.standards}
    with app.test_request_context(), force_locale("en"):
        assert {key: str(said) for key, said in words.TITLES.items()} == titles
        named = {key: str(said) for key, said in words.INSTRUMENTS.items()}
    assert named == {i.code: i.name_en for i in book.instruments}
