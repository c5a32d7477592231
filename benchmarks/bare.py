"""The baselines that pages are held against: one route that renders constants, and one that does one committed INSERT.

Served by the product's own web server with the product's own settings, so that only what the routes do differs.
"""

from __future__ import annotations

from functools import cache

import psycopg_pool
from flask import Flask, redirect, render_template_string, request

import config as settings
from disputes.cli.serve import _WebServer

CELL = "A cell of a row, as long as a name & some"  # escaped like everything that a page shows
PAGE = """<!doctype html><html lang="en"><head><title>Constants</title></head><body><main><h1>Constants</h1><table>
{% for row in rows %}<tr id="row">{% for cell in row %}<td class="num-1 text-nowrap"><span>{{ cell }}</span></td>
{% endfor %}</tr>{% endfor %}</table></main></body></html>"""
WIDTH = 10


@cache
def rows_for(size: int) -> list[list[str]]:
    """So many constants that the page has about this size."""
    of_a_cell = len(CELL) + 49
    return [[CELL] * WIDTH for _ in range(max(size // of_a_cell // WIDTH, 1))]


def create_app(config: settings.Config) -> Flask:
    """The application of the baselines."""
    app = Flask("bare")
    pool = psycopg_pool.ConnectionPool(config.database_url, min_size=2, max_size=config.database_pool, open=False)

    @app.get("/page")
    def page() -> str:
        return render_template_string(PAGE, rows=rows_for(int(request.args["size"])))

    @app.post("/insert")
    def insert():  # type: ignore[no-untyped-def]
        pool.open()
        with pool.connection() as connection:
            connection.execute("INSERT INTO bare_rows (case_id, body) VALUES (1, %s)", [request.form["text"]])
        return redirect("/page?size=1000", code=303)

    return app


class _Bare(_WebServer):
    def load(self) -> Flask:
        return create_app(self._config)


if __name__ == "__main__":
    _Bare(settings.load()).run()
