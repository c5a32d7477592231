"""A browser without JavaScript for tests of pages: it reads what it gets, and fills in and sends the forms it finds there.

Every page that it opens is checked by ``page_checks``. A form is found by its address, and sends what a browser would send.
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.page_checks import Element, check_page


class Browser:
    """One browser with its own cookies, and the page it shows."""

    def __init__(self, client: FlaskClient, language: str | None = None) -> None:
        self.client = client
        self.language = language
        self.page: Element | None = None
        self.path = ""
        self.status = 0

    def open(self, path: str, *, status: int = 200) -> Browser:
        """Open an address, following redirects; the page must have this status."""
        return self._show(self.client.get(path), path, status)

    def send(self, path: str, data: dict[str, Any], *, status: int = 200) -> Browser:
        """Send a form's data to an address, as ``submit`` does."""
        return self._show(self.client.post(path, data=data), path, status)

    def form(self, action: str | None = None) -> dict[str, Any]:
        """What the form with this address (or the only form of the page's main part) would send, as it stands."""
        return self._values(self._form(action))

    def submit(
        self, action: str | None = None, *, status: int = 200, button: str | None = None, **typed: Any
    ) -> Browser:
        """Fill in and send a form. Names of fields may leave out the prefix that the form gives them; None leaves one out."""
        form = self._form(action)
        values = self._values(form)
        for name, value in typed.items():
            field = self._named(form, name)
            values.pop(field, None)
            if value is not None:
                values[field] = value
        if button is not None:
            pressed = next(b for b in form.find("button") if b["name"] == button)
            values[button] = pressed["value"]
        data = {
            name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
            for name, value in values.items()
        }
        target = urljoin(self.path, form["action"] or self.path)
        return self._show(self.client.post(target, data=data), target, status)

    @property
    def text(self) -> str:
        """All words of the page's main part, without those in scripts."""
        assert self.page is not None
        return " ".join(_words(self.page.find("main")[0]).split())

    @property
    def heading(self) -> str:
        assert self.page is not None
        return " ".join(_words(self.page.find("h1")[0]).split())

    def links(self) -> list[str]:
        """The addresses that the page links to."""
        assert self.page is not None
        return [a["href"] for a in self.page.find("a")]

    def forms(self) -> list[str]:
        """The addresses to which the forms of the page's main part are sent, and those of forms that a link of it opens."""
        assert self.page is not None
        drawn = [urljoin(self.path, form["action"]) for form in self.page.find("main")[0].find("form")]
        return [*drawn, *self._behind_links()]

    def errors(self) -> str:
        """What the list of errors says."""
        assert self.page is not None
        return " ".join(_words(e) for e in self.page.find("div") if "error-summary" in e["class"].split())

    def _form(self, action: str | None) -> Element:
        assert self.page is not None
        forms = self.page.find("main")[0].find("form")
        posted = [f for f in forms if f["method"] == "post"]
        if action is not None:
            posted = [f for f in posted if urlsplit(urljoin(self.path, f["action"])).path.endswith(action)]
            link = next((link for to, link in self._behind_links().items() if to.endswith(action)), None)
            if not posted and link is not None:
                return self.open(link)._form(action)
        assert len(posted) == 1, (
            f"{len(posted)} forms to {action!r} among {self.forms()} on {self.path}: {self.text[:500]}"
        )
        return posted[0]

    def _behind_links(self) -> dict[str, str]:
        """The links that open a form of this page, by the address to which that form is sent."""
        assert self.page is not None
        links = [urlsplit(urljoin(self.path, a["href"])) for a in self.page.find("a") if "data-form" in a]
        return {f"{link.path}/do/{parse_qs(link.query)['do'][0]}": f"{link.path}?{link.query}" for link in links}

    def _named(self, form: Element, name: str) -> str:
        names = {e["name"] for e in form.find("input", "select", "textarea", "button")}
        if name in names:
            return name
        ends = [n for n in names if n.endswith("-" + name.replace("_", "-")) or n.endswith("-" + name)]
        assert len(ends) == 1, f"no field {name!r} in the form; it has {sorted(names)}"
        return ends[0]

    def _values(self, form: Element) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for e in form.find("input", "select", "textarea"):
            if not e["name"] or "disabled" in e:
                continue
            if e.tag == "textarea":
                _add(values, e["name"], _words(e).removeprefix("\r").removeprefix("\n"))
            elif e.tag == "select":
                options = e.find("option")
                chosen = [o for o in options if "selected" in o] or ([] if "multiple" in e else options[:1])
                for option in chosen:
                    _add(values, e["name"], option["value"])
            elif e["type"] in ("checkbox", "radio"):
                if "checked" in e:
                    _add(values, e["name"], e["value"] or "on")
            elif e["type"] not in ("submit", "button", "file", "image", "reset"):
                _add(values, e["name"], e["value"])
        return values

    def _show(self, response: TestResponse, path: str, status: int) -> Browser:
        hops = 0
        while response.status_code in (301, 302, 303, 307, 308):
            path = urljoin(path, response.location)
            response = self.client.get(path)
            hops += 1
            assert hops < 6, f"redirected in circles: {path}"
        self.path, self.status = path, response.status_code
        words = response.get_data(as_text=True)
        assert response.status_code == status, f"{path} answered {response.status_code}: {words[:1500]}"
        self.page = check_page(words, self.language) if response.mimetype == "text/html" else None
        self.response = response
        return self


def _add(values: dict[str, Any], name: str, value: str) -> None:
    if name not in values:
        values[name] = value
    elif isinstance(values[name], list):
        values[name].append(value)
    else:
        values[name] = [values[name], value]


def _words(element: Element) -> str:
    return "".join(
        c if isinstance(c, str) else "" if c.tag in ("script", "style") else _words(c) for c in element.children
    )
