"""Catalogues are found by the codes of our languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from disputes.app import create_app
from disputes.web import languages
from disputes.web.languages import TOURIST_LANGUAGES


@pytest.fixture
def translated(base_settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application whose catalogues say of each message in which language it is."""
    for code in TOURIST_LANGUAGES[1:]:
        catalogue = Catalog(locale=code)
        catalogue.add("Hello,", f"[{code}]")
        catalogue.add(("%(num)s day", "%(num)s days"), [f"[{code}] %(num)s"] * catalogue.num_plurals)
        folder = tmp_path / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "messages.mo").open("wb") as file:
            write_mo(file, catalogue)
    monkeypatch.setattr(languages, "TRANSLATIONS", tmp_path)
    return create_app(base_settings)


@pytest.mark.parametrize("code", TOURIST_LANGUAGES[1:])
def test_every_language_has_its_own_catalogue(translated: Flask, code: str):
    with translated.app_context(), force_locale(code):
        assert gettext("Hello,") == f"[{code}]"
        assert ngettext("%(num)s day", "%(num)s days", 3) == f"[{code}] 3"
        assert translated.jinja_env.from_string("{{ _('Hello,') }}").render() == f"[{code}]"


def test_the_source_needs_no_catalogue(translated: Flask):
    with translated.app_context(), force_locale("en"):
        assert gettext("Hello,") == "Hello,"
        assert ngettext("%(num)s day", "%(num)s days", 3) == "3 days"


def test_a_page_says_that_it_follows_the_language_of_the_browser(client):
    page = client.get("/", headers={"Accept-Language": "ja"})
    assert 'lang="ja"' in page.text
    assert "Accept-Language" in page.vary
