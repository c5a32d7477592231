"""QR codes as drawings inside the page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(content: str) -> Markup:
    """The QR code as inline SVG without a size of its own; what it means is said by the element around it."""
    made = segno.make(content, error="m", micro=False)
    return Markup(made.svg_inline(border=2, dark="#15272a", light="#fff", omitsize=True))  # noqa: S704  drawn by us
