"""Make css/bootstrap.css and css/bootstrap.rtl.css: the part of the vendored Bootstrap that our pages use.

    python disputes/static/build/bootstrap_subset.py          writes both files
    python disputes/static/build/bootstrap_subset.py --check  says whether they are up to date (exit code)

The first page of filing is opened on bad networks, and two thirds of Bootstrap are widgets that need its
JavaScript, which we do not ship. Rules are dropped by the name their selectors begin with; nothing is added.
Pictures inside the style sheet (data: addresses) are dropped too, so that the content security policy can
forbid them; css/app.css draws those marks itself.
"""

import re
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent
SHEETS = {
    "vendor/bootstrap/bootstrap.min.css": "css/bootstrap.css",
    "vendor/bootstrap/bootstrap.rtl.min.css": "css/bootstrap.rtl.css",
}

# Class names (without the dot) whose rules we do not take; a name stands for all that begin with it.
WIDGETS = (
    "accordion", "blockquote", "bs-", "btn-check", "btn-close", "btn-group", "btn-toolbar", "btn-dark", "btn-info",
    "btn-light", "btn-success", "btn-warning", "btn-outline-", "carousel", "collaps", "dropdown", "dropend",
    "dropstart", "dropup", "fade", "figure", "form-check", "form-floating", "form-range", "form-switch",
    "form-control-color",
    "form-control-plaintext", "initialism", "invalid-", "is-invalid", "is-valid", "link-body", "link-danger",
    "link-dark",
    "link-info", "link-light", "link-offset", "link-opacity", "link-primary", "link-secondary", "link-success",
    "link-underline", "link-warning", "modal", "nav-pills", "nav-tabs", "nav-underline", "navbar", "object-fit",
    "offcanvas", "pagination-", "placeholder", "popover", "progress", "ratio", "show", "spinner", "tab-content",
    "table-active", "table-danger", "table-dark", "table-info", "table-light", "table-primary", "table-secondary",
    "table-success", "table-warning", "text-bg-", "toast", "tooltip", "translate-middle", "valid-", "was-validated",
    "focus-ring", "icon-link", "list-group-item-", "border-opacity", "text-opacity", "bg-opacity", "opacity-",
    "shadow-",
    "alert-", "form-control-sm", "form-control-lg", "form-select-sm", "form-select-lg", "input-group-sm",
    "input-group-lg", "list-group-horizontal", "float-", "z-", "card-img", "card-group", "vr", "display-", "row-cols-",
)  # fmt: skip
UNUSED_SIZES = ("-xxl", "-xl-")
SELECTOR_MARKS = (
    "[data-bs-theme=dark]",
    ".show",
    ".btn-check",
    ".carousel",
    ".offcanvas",
    ".was-validated",
    ".dropdown",
)


def rules(text):
    """The top-level rules of a minified style sheet, each with its prelude and its body."""
    at = 0
    while at < len(text):
        if text.startswith("/*", at):
            end = text.index("*/", at) + 2
            yield text[at:end], None
            at = end
            continue
        opens = text.find("{", at)
        ends = text.find(";", at)
        if opens < 0:
            return
        if 0 <= ends < opens:  # @charset
            yield text[at : ends + 1], None
            at = ends + 1
            continue
        depth, here = 1, opens + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[here], 0)
            here += 1
        yield text[at:opens].strip(), text[opens + 1 : here - 1]
        at = here


def wanted(selector):
    if any(mark in selector for mark in SELECTOR_MARKS):
        return False
    names = re.findall(r"\.([a-zA-Z][\w-]*)", selector)
    if any(size in name + "-" for name in names for size in UNUSED_SIZES):
        return False
    return not any(name.startswith(WIDGETS) for name in names)


def without_pictures(body):
    return re.sub(r"[\w-]+:[^;]*url\(\"data:[^\"]*\"\)[^;]*;?", "", body)


def split_selectors(prelude):
    """Split a selector list at its commas, but not at those inside brackets as in :not(a, b)."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(prelude):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(prelude[start:at])
            start = at + 1
    return [*parts, prelude[start:]]


def subset(text):
    out = []
    for prelude, body in rules(text):
        if body is None:
            if prelude.startswith(("@charset", "/*!")):
                out.append(prelude)
        elif prelude.startswith(("@keyframes", "@-webkit-keyframes")):
            continue
        elif prelude.startswith("@"):
            inner = subset(body)
            if inner:
                out.append(f"{prelude}{{{inner}}}")
        else:
            kept = [selector for selector in split_selectors(prelude) if wanted(selector)]
            declarations = without_pictures(body)
            if kept and declarations:
                out.append(f"{','.join(kept)}{{{declarations}}}")
    return "".join(out)


def build():
    for source, target in SHEETS.items():
        text = (STATIC / source).read_text(encoding="utf-8")
        yield STATIC / target, subset(text) + "\n"


def main(arguments):
    stale = [path for path, text in build() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.name} is not what the vendored Bootstrap gives; run this script without --check")
        return 1 if stale else 0
    for path, text in build():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
