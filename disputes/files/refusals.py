"""Why a file is refused, and what its owner reads then: what is wrong, and what to do instead."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MAX_FILE_MEGABYTES = 15
MAX_PDF_PAGES = 100


class RefusalReason(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    NAME_DISAGREES = "name_disagrees"
    MIXED_KINDS = "mixed_kinds"
    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_DEMANDING = "too_demanding"
    INFECTED = "infected"
    SCANNER_SILENT = "scanner_silent"
    BUSY = "busy"


# fmt: off
SENTENCES: dict[RefusalReason, LazyString] = {
    RefusalReason.EMPTY:           _l("The file is empty. Choose it again, or take the picture again."),
    RefusalReason.TOO_LARGE:       _l("The file is larger than %(limit)s MB. Send a smaller copy, or a screenshot of it.", limit=MAX_FILE_MEGABYTES),
    RefusalReason.UNKNOWN_KIND:    _l("Files of this kind cannot be accepted. Send a photo or screenshot (JPEG, PNG, WebP, HEIC or GIF), or a PDF."),
    RefusalReason.NAME_DISAGREES:  _l("The file is of another kind than its name says. Send a photo or a screenshot of what it shows."),
    RefusalReason.MIXED_KINDS:     _l("Something else is hidden in this file besides the picture or the pages. Send a screenshot of what it shows."),
    RefusalReason.DAMAGED:         _l("The file is damaged or incomplete and cannot be opened. Choose it again, or send a photo or screenshot of what it shows."),
    RefusalReason.LOCKED:          _l("The PDF is protected by a password, so nobody here could open it. Save it without the password, or send screenshots of its pages."),
    RefusalReason.TOO_MANY_PIXELS: _l("The picture has too many pixels to be opened. Send a smaller copy, or a screenshot of it."),
    RefusalReason.TOO_MANY_PAGES:  _l("The PDF has more than %(limit)s pages. Send only the pages that matter for your case.", limit=MAX_PDF_PAGES),
    RefusalReason.TOO_DEMANDING:   _l("The file takes too much time or memory to be opened. Send a smaller copy, or a screenshot of it."),
    RefusalReason.INFECTED:        _l("The virus scanner found something harmful in this file, so it was not kept. Send a photo or screenshot of what it shows."),
    RefusalReason.SCANNER_SILENT:  _l("Files cannot be checked for viruses at the moment. Please add the file again in a few minutes; the rest of your case can be sent now."),
    RefusalReason.BUSY:            _l("Too many files are being checked at the moment. Please add the file again in a minute."),
}
# fmt: on


def sentence(reason: RefusalReason) -> LazyString:
    """What the owner of a refused file reads, in the reader's language when it is shown."""
    return SENTENCES[reason]
