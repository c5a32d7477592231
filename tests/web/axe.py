"""axe-core inside a browser test: `violations(page)` says what it finds, in sentences."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """Every rule of axe that this page breaks, with the first element and what would mend it; an empty list when none.

    The script is evaluated and not added to the page, since the content security policy would refuse it.
    """
    page.evaluate(SCRIPT.read_text(encoding="utf-8") + "; 0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']} ({rule['impact']}, {len(rule['nodes'])} times): {rule['nodes'][0]['html'][:160]} "
        f"{rule['nodes'][0].get('failureSummary', '')[:240]}"
        for rule in found
    ]
