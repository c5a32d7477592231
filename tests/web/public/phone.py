"""A phone without JavaScript: it opens pages, fills forms in as they stand there, presses buttons, and checks every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests.web.page_checks import Element, check_page

Given = Mapping[str, Any]
HOPS = 8


class Phone:
    """What somebody holds in the hand: the page shown now, and the ways on from it."""

    def __init__(self, client: FlaskClient, language: str = "en", address: str = "198.51.100.7") -> None:
        self.client = client
        self.environ = {"REMOTE_ADDR": address}
        self.headers = {"Accept-Language": language, "Accept-Encoding": "gzip"}
        self.url = "/"
        self.status = 0
        self.page = Element("", {}, 0)
        self.html = ""

    # --- going

    def open(self, url: str) -> Phone:
        """Go to an address and wherever it leads."""
        return self._arrive(self.client.get(url, headers=self.headers, environ_base=self.environ), url)

    def follow(self, words: str) -> Phone:
        """Follow the link with these words."""
        links = [a for a in self.page.find("a") if "href" in a and words in a.text]
        assert links, f"no link says {words!r} on {self.url}: {[a.text for a in self.page.find('a')]}"
        return self.open(urljoin(self.url, links[0]["href"]))

    def press(self, words: str = "", given: Given | None = None, *, name: str = "", value: str = "") -> Phone:
        """Fill in what is given and press a button, found by its words or by its name and value."""
        button = self._button(words, name, value)
        form = self._form_of(button)
        data = self.filled(form)
        for field, content in (given or {}).items():
            data.setlist(field, list(content) if isinstance(content, list | tuple | set) else [content])
        if button["name"]:
            data.add(button["name"], button["value"])
        return self.send(form["action"] or self.url, data)

    def submit(self, given: Given | None = None) -> Phone:
        """Fill in the page's form and continue, as the enter key does."""
        form = self._main_form()
        data = self.filled(form)
        for field, content in (given or {}).items():
            data.setlist(field, list(content) if isinstance(content, list | tuple | set) else [content])
        return self.send(form["action"] or self.url, data)

    def send(self, url: str, data: MultiDict[str, Any]) -> Phone:
        """Send a form's content, whatever the page says."""
        return self._arrive(
            self.client.post(urljoin(self.url, url), data=data, headers=self.headers, environ_base=self.environ), url
        )

    def _arrive(self, answer: Any, url: str) -> Phone:
        self.url = urljoin(self.url, url)
        for _ in range(HOPS):
            if answer.status_code not in (301, 302, 303):
                break
            self.url = urljoin(self.url, answer.headers["Location"])
            answer = self.client.get(self.url, headers=self.headers, environ_base=self.environ)
        self.answer, self.status = answer, answer.status_code
        self.html = _text(answer)
        self.page = check_page(self.html)
        return self

    # --- looking

    @property
    def path(self) -> str:
        return self.url.split("?")[0].split("#")[0]

    @property
    def heading(self) -> str:
        return self.page.find("h1")[0].text

    @property
    def text(self) -> str:
        return self.page.find("main")[0].text

    @property
    def errors(self) -> list[str]:
        """The lines of the summary of errors."""
        summaries = [e for e in self.page.find("div") if "error-summary" in e["class"].split()]
        return [line.text for summary in summaries for line in summary.find("li")]

    def filled(self, form: Element | None = None) -> MultiDict[str, Any]:
        """What a form would send as it stands, without any button."""
        form = form or self._main_form()
        data: MultiDict[str, Any] = MultiDict()
        for element in form.find("input", "textarea", "select"):
            name, kind = element["name"], element["type"]
            if not name or kind in ("submit", "button", "file", "image"):
                continue
            if kind in ("radio", "checkbox"):
                if "checked" in element:
                    data.add(name, element["value"] or "y")
            elif element.tag == "select":
                options = element.find("option")
                chosen = next((o for o in options if "selected" in o), options[0] if options else None)
                if chosen is not None:
                    data.add(name, chosen["value"])
            elif element.tag == "textarea":
                data.add(name, _raw(element).removeprefix("\n").removeprefix("\r\n"))
            else:
                data.add(name, element["value"])
        return data

    def _main_form(self) -> Element:
        forms = [f for f in self.page.find("form") if f["id"] == "step"] or self.page.find("form")
        return forms[0]

    def _button(self, words: str, name: str, value: str) -> Element:
        buttons = [*self.page.find("main")[0].find("button"), *self.page.find("button")]
        for button in buttons:
            if name and (button["name"], button["value"]) == (name, value):
                return button
            if not name and words and words in button.text:
                return button
        raise AssertionError(f"no button says {words or (name, value)!r} on {self.url}: {[b.text for b in buttons]}")

    def _form_of(self, button: Element) -> Element:
        if button["form"]:
            return next(f for f in self.page.find("form") if f["id"] == button["form"])
        form = button.inside("form")
        assert form is not None
        return form


def _raw(element: Element) -> str:
    return "".join(child if isinstance(child, str) else _raw(child) for child in element.children)


def _text(answer: Any) -> str:
    assert "gzip" not in (answer.content_encoding or "")
    return answer.get_data(as_text=True)
