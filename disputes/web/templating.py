"""How templates find what all of them share: as Jinja does it, without its price for each import and each text of a page."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from flask_babel import get_domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from disputes.web.languages import language


class Environment(FlaskEnvironment):
    """Flask's environment, whose templates share its table of globals where they have none of their own.

    Jinja lays a ChainMap over the table for every template and compares two of them name by name at each import: a page
    with twenty imports spends a millisecond on it.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return ChainMap(d, self.globals) if d else self.globals


_without_values: dict[tuple[str, str], Markup] = {}


@pass_eval_context
def text(eval_ctx: EvalContext, message: str, /, **values: Any) -> str:
    """A text of a template in the reader's language, as Jinja's own; one without values is worked out once for each language."""
    if values or not eval_ctx.autoescape:
        return (_markup(message) if eval_ctx.autoescape else _found(message)) % values
    key = (language(), message)
    known = _without_values.get(key)
    if known is None:
        known = _without_values[key] = _markup(message) % {}
    return known


def _markup(message: str) -> Markup:
    return Markup(_found(message))  # noqa: S704  texts of our own templates and catalogues; what is put into them is escaped


def _found(message: str) -> str:
    return str(get_domain().get_translations().gettext(message))


def init_app(app: Flask) -> None:
    """Take this environment; to be called before anything asks the application for its templates."""
    app.jinja_environment = Environment
