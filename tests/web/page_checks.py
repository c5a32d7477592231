"""What every page must keep: `check_page` is called by the tests' client for each page that a test opens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCKS = {"address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form",
          "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"}  # fmt: skip
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LOADED = {"script": ("src",), "link": ("href",), "img": ("src", "srcset"), "source": ("src", "srcset"), "iframe": ("src",),
          "video": ("src", "poster"), "audio": ("src",), "object": ("data",), "embed": ("src",), "use": ("href", "xlink:href"),
          "image": ("href",), "form": ("action",), "button": ("formaction",), "input": ("formaction", "src")}  # fmt: skip
LABELLED = {"select", "textarea", "input"}
WITHOUT_LABEL = {"hidden", "submit", "button", "reset", "image"}
POINTS_AT_IDS = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage", "list", "form")
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
# What a template or a catalogue leaves behind when something was not filled in.
LEFT_OVERS = re.compile(r"%\(\w+\)[sd]|\{\{|\{%|<LazyString|<function |<bound method |&amp;(?:lt|gt|amp|quot|#\d+);")


@dataclass
class Element:
    """One element with what is inside it."""

    tag: str
    attributes: dict[str, str | None]
    line: int
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name) or ""

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    def __str__(self) -> str:
        marks = "".join(f' {name}="{self[name]}"' for name in ("id", "name", "href", "class") if name in self)
        return f"<{self.tag}{marks}> in line {self.line}"

    def all(self) -> list[Element]:
        found = []
        for child in self.children:
            if isinstance(child, Element):
                found += [child, *child.all()]
        return found

    def find(self, *tags: str) -> list[Element]:
        return [element for element in self.all() if element.tag in tags]

    def inside(self, *tags: str) -> Element | None:
        above = self.parent
        while above is not None and above.tag not in tags:
            above = above.parent
        return above

    @property
    def text(self) -> str:
        """The words in it, with single spaces, as a reader sees them."""
        words = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join("".join(words).split())

    @property
    def name(self) -> str:
        """What a screen reader calls it, as far as its own markup says."""
        if self["aria-hidden"] == "true":
            return ""
        if self["aria-label"]:
            return self["aria-label"]
        if self.tag == "img":
            return self["alt"]
        return "".join(child if isinstance(child, str) else child.name for child in self.children).strip()


class Reader(HTMLParser):
    """Reads a page into elements and notes where tags do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, 0)
        self.at = self.root
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        element = Element(tag, dict(attrs), self.getpos()[0], self.at)
        self.faults += [f"{element} has {name} twice" for name in {n for n in names if names.count(n) > 1}]
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.at.tag == tag:
            self.at = self.at.parent or self.root
        elif tag not in VOID:
            self.faults.append(f"</{tag}> in line {self.getpos()[0]} closes {self.at}")

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def check_page(html: str, language: str | None = None) -> Element:
    """Fail with every fault of the page at once; give back its root for further questions.

    With `language` (a code such as `zh_CN`) the page must be in it.
    """
    reader = Reader()
    reader.feed(html)
    reader.close()
    faults = list(reader.faults)
    if reader.at is not reader.root:
        faults.append(f"{reader.at} is never closed")
    page = reader.root
    for check in (_frame, _headings, _ids, _inputs, _names, _policy, _nesting, _left_overs):
        faults += check(page)
    faults += _language(page, language)
    assert not faults, "this page breaks the rules for pages:\n  " + "\n  ".join(faults)
    return page


def _frame(page: Element) -> list[str]:
    faults = []
    headings, titles = page.find("h1"), [title for title in page.find("title") if title.inside("head")]
    if len(headings) != 1:
        faults.append(f"there are {len(headings)} h1, and there must be one")
    if len(titles) != 1:
        faults.append(f"there are {len(titles)} titles, and there must be one")
    if headings and titles and not (headings[0].text and titles[0].text.startswith(headings[0].text)):
        faults.append(f"the title {titles[0].text!r} does not begin with the heading {headings[0].text!r}")
    if len(page.find("main")) != 1:
        faults.append("there must be one main")
    return faults


def _language(page: Element, language: str | None) -> list[str]:
    root = next(iter(page.find("html")), None)
    if root is None:
        return ["there is no html element"]
    faults = [f"html has no {name}" for name in ("lang", "dir") if not root[name]]
    expected = "rtl" if root["lang"].split("-")[0] in RIGHT_TO_LEFT else "ltr"
    if root["dir"] != expected:
        faults.append(f"the page in {root['lang']} runs {root['dir']}")
    if language and root["lang"] != language.replace("_", "-"):
        faults.append(f"the page is in {root['lang']} and not in {language}")
    return faults


def _headings(page: Element) -> list[str]:
    faults, before = [], 0
    for heading in page.find(*HEADINGS):
        level = int(heading.tag[1])
        if not heading.text:
            faults.append(f"{heading} is empty")
        if before and level > before + 1:
            faults.append(f"{heading} ({heading.text[:40]}) leaves out a level")
        before = level
    return faults


def _ids(page: Element) -> list[str]:
    ids = [element["id"] for element in page.all() if "id" in element]
    faults = [f"the id {id_!r} occurs {ids.count(id_)} times" for id_ in sorted(set(ids)) if ids.count(id_) > 1]
    faults += ["there is an empty id"] if "" in ids else []
    for element in page.all():
        for attribute in POINTS_AT_IDS:
            for target in element[attribute].split():
                if target not in ids:
                    faults.append(f"{attribute} of {element} points at {target!r}, which is not there")
        if element.tag == "a" and element["href"].startswith("#") and element["href"][1:] not in ids:
            faults.append(f"{element} leads nowhere")
    return faults


def _inputs(page: Element) -> list[str]:
    labels = {label["for"] for label in page.find("label") if label.name}
    faults = []
    for element in page.find(*LABELLED):
        if element.tag == "input" and element["type"] in WITHOUT_LABEL:
            continue
        if not (
            element["id"] in labels or element.inside("label") or element["aria-label"] or element["aria-labelledby"]
        ):
            faults.append(f"{element} has no label")
        if element["aria-invalid"] == "true" and not element["aria-describedby"] and not element.inside("fieldset"):
            faults.append(f"{element} is wrong, and nothing says why")
    faults += [f"{group} has no legend" for group in page.find("fieldset") if not group.find("legend")]
    return faults


def _names(page: Element) -> list[str]:
    faults = [f"{image} has no alt" for image in page.find("img") if "alt" not in image]
    faults += [f"{element} has no name" for element in page.find("button", "summary") if not element.name]
    faults += [f"{link} has no name" for link in page.find("a") if "href" in link and not link.name]
    for drawing in page.find("svg"):
        hidden = any(above["aria-hidden"] == "true" or above["role"] == "img" for above in _with_parents(drawing))
        if not hidden and not drawing["aria-label"] and not drawing.find("title"):
            faults.append(f"{drawing} is neither hidden nor named")
    return faults


def _policy(page: Element) -> list[str]:
    """The content security policy would silently drop these; nothing is loaded from other hosts."""
    faults = []
    for element in page.all():
        if "style" in element:
            faults.append(f"{element} has a style attribute")
        faults += [f"{element} has {name}" for name in element.attributes if name.startswith("on")]
        if element["href"].lower().startswith("javascript:"):
            faults.append(f"{element} runs a script")
        if element.tag == "style" and "nonce" not in element:
            faults.append(f"{element} stands in the page")
        if element.tag == "script" and "src" not in element and not ("nonce" in element or "json" in element["type"]):
            faults.append(f"{element} stands in the page")
        for attribute in LOADED.get(element.tag, ()):
            if element.tag == "link" and element["rel"] in ("canonical", "alternate"):
                continue
            if urlsplit(element[attribute]).netloc:
                faults.append(f"{element} reaches for another host: {element[attribute]}")
    return faults


def _nesting(page: Element) -> list[str]:
    """What browsers silently take apart."""
    faults = [f"{form} lies inside another form" for form in page.find("form") if form.inside("form")]
    faults += [f"{element} lies inside a paragraph" for element in page.find(*BLOCKS) if element.inside("p")]
    faults += [
        f"{element} lies inside a link or button"
        for element in page.find("a", "button")
        if element.inside("a", "button")
    ]
    return faults


def _left_overs(page: Element) -> list[str]:
    faults = []
    for element in page.all():
        if element.tag in ("script", "style", "textarea", "blockquote", "bdi") or element.inside("blockquote", "bdi"):
            continue
        own = " ".join(child for child in element.children if isinstance(child, str))
        seen = [own, element["title"], element["placeholder"], element["aria-label"], element["alt"]]
        faults += [f"{element} shows {match[0]!r}" for text in seen for match in LEFT_OVERS.finditer(text)]
    return faults


def _with_parents(element: Element | None) -> list[Element]:
    above = []
    while element is not None:
        above.append(element)
        element = element.parent
    return above
