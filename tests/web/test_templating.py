"""Templates are written as Python with short cuts; what they show is what Jinja would show."""

from __future__ import annotations

from flask import Flask
from flask_babel import force_locale
from jinja2.utils import _PassArg

from disputes import wording
from disputes.web import templating


def test_no_function_of_templates_wants_a_context_that_it_is_not_given(app: Flask):
    with app.test_request_context():
        wanting = {name for name, given in app.jinja_env.globals.items() if _PassArg.from_obj(given) is not None}
    assert wanting <= templating.WITH_CONTEXT


def test_arguments_arrive_whatever_they_are_called(app: Flask):
    page = """{% macro box(tone, class='') %}{{ tone }} {{ class }} {{ caller('<i>') if caller }} {{ kwargs['id'] }}{% endmacro %}
{{ box('a', class='b', id='c') }}|{% call(word) box('<', id=2) %}{{ word }}{% endcall %}|{{ box(*['d'], **{'id': 'e'}) }}"""
    with app.test_request_context():
        shown = app.jinja_env.from_string(page).render().strip()
    assert shown == "a b  c|&lt;  &lt;i&gt; 2|d   e"


def test_a_text_is_escaped_where_a_value_is_put_into_it_and_follows_the_language(app: Flask):
    page = app.jinja_env.from_string("{{ _('Queue') }} {{ _('%(what)s: %(where)s', what='<b>', where=1) }}")
    with app.test_request_context():
        with force_locale("en"):
            assert page.render() == "Queue &lt;b&gt;: 1"
        with force_locale("zh_CN"):
            chinese = page.render()
        with force_locale("en"):
            assert page.render().startswith("Queue ")
    assert not chinese.startswith("Queue")


def test_a_language_that_was_forced_for_a_letter_ends_with_it(app: Flask):
    with app.test_request_context(headers={"Accept-Language": "ja"}):
        assert str(wording.locale()) == "ja"
        with force_locale("ar"):
            assert str(wording.locale()) == "ar"
            with force_locale("en"):
                assert wording.gettext("Queue") == "Queue"
            assert str(wording.locale()) == "ar"
        assert str(wording.locale()) == "ja"
    assert wording.locale() is None
    assert wording.ngettext("%(num)s file", "%(num)s files", 2) == "2 files"
