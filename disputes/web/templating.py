"""How templates find what all of them share: as Jinja does it, without its price for each import, each call and each text of a page."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import EvalContext
from markupsafe import Markup

from disputes import wording

# What a template calls by these names is handed its context first; everything else that we give to templates is a plain function.
WITH_CONTEXT = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})


class Generator(CodeGenerator):
    """Writes templates as Python, with two short cuts where a page is escaped: a page has a thousand calls and hundreds of texts.

    A call by name is a call, where Jinja asks each time at run time whether the function wants the context. And a text without
    values is looked up by itself.
    """

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        called = node.node
        if not isinstance(called, nodes.Name) or not _escapes(frame):
            super().visit_Call(node, frame, forward_caller=forward_caller)
        elif _is_plain_text(node):
            self.write(f"environment.said({node.args[0].value!r})")  # type: ignore[attr-defined]
        elif called.name in WITH_CONTEXT or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
        else:
            self._call(called, node, frame, forward_caller)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if not _is_escaped(node, frame):
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if not _is_escaped(node, frame):
            super()._output_child_post(node, frame, finalize)

    def _call(self, called: nodes.Name, node: nodes.Call, frame: Frame, forward_caller: bool) -> None:
        self.visit(called, frame)
        self.write("(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        self.write("**{")  # a dictionary, since the name of an argument may be a word of Python such as class
        for keyword in node.kwargs:
            self.write(f"{keyword.key!r}: ")
            self.visit(keyword.value, frame)
            self.write(", ")
        self.write("'caller': caller})" if forward_caller else "})")


def _escapes(frame: Frame) -> bool:
    return frame.eval_ctx.autoescape and not frame.eval_ctx.volatile


def _is_escaped(node: nodes.Expr, frame: Frame) -> bool:
    """Whether what is written is markup already, as our own texts are; asking it once more costs as much as finding it."""
    return isinstance(node, nodes.Call) and _escapes(frame) and _is_plain_text(node)


def _is_plain_text(node: nodes.Call) -> bool:
    alone = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    named = isinstance(node.node, nodes.Name) and node.node.name == "_"
    return named and alone and isinstance(node.args[0], nodes.Const)


class Environment(FlaskEnvironment):
    """Flask's environment, whose templates share its table of globals where they have none of their own.

    Jinja lays a ChainMap over the table for every template and compares two of them name by name at each import: a page
    with twenty imports spends a millisecond on it.
    """

    code_generator_class = Generator

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return ChainMap(d, self.globals) if d else self.globals

    def said(self, message: str) -> Markup:
        """A text of a template without values, in the reader's language."""
        return wording.speech().markup(message)


@pass_eval_context
def text(eval_ctx: EvalContext, message: str, /, **values: Any) -> str:
    """A text of a template in the reader's language, as Jinja's own; one without values is worked out once for each language."""
    speech = wording.speech()
    if not eval_ctx.autoescape:
        return speech.catalogue.gettext(message) % values
    if not values:
        return speech.markup(message)
    # Texts of our own templates and catalogues; what is put into them is escaped.
    return Markup(speech.catalogue.gettext(message)) % values  # noqa: S704


def init_app(app: Flask) -> None:
    """Take this environment; to be called before anything asks the application for its templates."""
    app.jinja_environment = Environment
